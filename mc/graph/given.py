"""Expressions over a state that a user gives: in TLA+, as in a definition of a module that extends the spec's."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from mc.dataclass import dataclass
from mc.errors import EvaluationError, McError, SpecError, UsageError
from mc.formula import operators as op
from mc.formula.levels import Levels
from mc.formula.nodes import Apply, Level
from mc.formula.nodes import Expression as Formula
from mc.interpreter.interpreter import Interpreter
from mc.lang.state import State
from mc.read.tla.copies import copy
from mc.read.tla.load import Changes, load
from mc.spec.module import ModuleSpec
from mc.trace.module import source

#: What the module is called, and the definition in it.
_MODULE, _NAME = "McGiven", "McGivenExpressions"


@dataclass(frozen=True)
class Expression:
    """One expression, with its text as it was given."""

    text: str
    formula: Formula
    interpreter: Interpreter

    def value(self, state: State) -> Any:
        """Its value in ``state``; :class:`UsageError` where there is none."""
        values = self.interpreter.state([state.values[name] for name in self.interpreter.spec.variables])
        try:
            return self.interpreter.value(self.formula, values)
        except EvaluationError as error:
            raise UsageError(
                f"the expression {self.text!r} cannot be evaluated in a reachable state: {error}"
            ) from error


def parse_expressions(text: str, spec: ModuleSpec, changes: Changes) -> tuple[Expression, ...]:
    """The expressions in ``text``, separated by commas; :class:`UsageError` where it cannot be read.

    ``changes``: with which the module was loaded.
    """
    text = text.strip()
    with tempfile.TemporaryDirectory() as folder:
        copy(spec, Path(folder))
        file = Path(folder) / f"{_MODULE}.tla"
        lines = [f"---- MODULE {_MODULE} ----", f"EXTENDS {spec.name}", f"{_NAME} == <<", text, ">>", "====", ""]
        file.write_text("\n".join(lines), encoding="utf-8")
        try:
            given = load(file, Path(folder) / f"{spec.name}.cfg", changes)
            levels = Levels(given.definitions)
        except McError as error:
            message = error.message if isinstance(error, SpecError) else error
            raise UsageError(
                f"{text!r} is not an expression, nor several with commas between them: {message}"
            ) from None
    shown = given.definitions[_NAME].expression
    if levels.of(shown) > Level.STATE:
        raise UsageError(f"{text!r} is not about one state: it has a prime, or is temporal")
    if not isinstance(shown, Apply) or shown.operator is not op.SEQUENCE or not shown.operands:
        raise UsageError(f"{text!r} has no expression in it")
    interpreter = Interpreter(given)
    return tuple(Expression(source(given, part.place), part, interpreter) for part in shown.operands)
