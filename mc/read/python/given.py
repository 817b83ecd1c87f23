"""Expressions over a state that a user gives: in the language of the spec's own definitions.

The variables are free names, or parts of ``s``, as in a definition; constants and definitions of the
spec can be used. A predicate may be given by its name alone.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import FunctionType
from typing import Any

from mc.dataclass import dataclass
from mc.errors import McError, UsageError
from mc.lang.domains import Range
from mc.lang.state import State
from mc.lang.text import to_tla
from mc.lang.values import FnValue, SeqValue
from mc.read.python.rewrite import executable
from mc.read.text import parse_expression
from mc.spec.objects import Spec


@dataclass(frozen=True)
class Expression:
    """One expression, with its text as it was given."""

    text: str
    function: Callable[..., Any]

    def value(self, state: State) -> Any:
        """The TLA+ value in ``state``; :class:`UsageError` where there is none."""
        try:
            found = self.function(**{"s": state, **state.values})
            if isinstance(found, FunctionType):
                found = found(state)
            value = _tla_value(found)
            to_tla(value)
        except Exception as error:  # an expression is any Python, so this may be any exception
            message = str(error) if isinstance(error, McError) else f"{type(error).__name__}: {error}"
            variables = ", ".join(state.values)
            raise UsageError(
                f"the expression {self.text!r} cannot be evaluated in a reachable state: {message};"
                f" write it as in a definition of the spec, over its variables ({variables}) and constants"
            ) from error
        return value


def parse_expressions(text: str, spec: Spec) -> tuple[Expression, ...]:
    """The expressions in ``text``, separated by commas; :class:`UsageError` where it cannot be read."""
    try:
        body = parse_expression(text.strip())
        parts = body.elts if isinstance(body, ast.Tuple) else [body]
        found = tuple(
            Expression(str(ast.get_source_segment(text.strip(), part)), _function(part, spec)) for part in parts
        )
    except (SyntaxError, ValueError) as error:  # ValueError: a zero byte
        message = error.msg if isinstance(error, SyntaxError) else error
        raise UsageError(f"{text!r} is not an expression, nor several with commas between them: {message}") from None
    if not found:
        raise UsageError(f"{text!r} has no expression in it")
    return found


def _function(body: ast.expr, spec: Spec) -> Callable[..., Any]:
    """``lambda s, x, y: body``, with the variables of the spec as parameters."""
    parameters = [ast.arg(name) for name in dict.fromkeys(("s", *spec.variables))]
    arguments = ast.arguments(posonlyargs=[], args=parameters, kwonlyargs=[], kw_defaults=[], defaults=[])
    tree = ast.fix_missing_locations(executable(ast.Expression(ast.Lambda(arguments, body))))
    function: Callable[..., Any] = eval(compile(tree, "<expression>", "eval"), dict(spec.namespace))
    return function


def _tla_value(value: Any) -> Any:
    """What Python's displays and comprehensions make, as the values of :mod:`mc.lang.values`."""
    if isinstance(value, dict):
        return FnValue({_tla_value(k): _tla_value(v) for k, v in value.items()})
    if isinstance(value, (set, frozenset, Range)):
        return frozenset(map(_tla_value, value))
    if isinstance(value, (list, tuple)):
        return SeqValue(map(_tla_value, tuple.__iter__(value) if isinstance(value, tuple) else value))
    return value
