"""What is of constant level, evaluated by the interpreter while a module is lowered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mc.errors import EvaluationError
from mc.formula import operators as op
from mc.formula.nodes import Apply, Expression, Node, Value
from mc.interpreter.interpreter import Interpreter
from mc.interpreter.program import Compiled, Compiler
from mc.interpreter.scope import Scope
from mc.interpreter.sets import Infinite, Interval, Sequences, SetValue, each, size
from mc.interpreter.values import NORMAL

#: A set with more elements is not written out.
MOST_ELEMENTS = 4096
#: Stands for a value that there is not.
MISSING: Any = object()


class Constants:
    """Evaluates expressions of constant level."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._program = interpreter.program
        self.order = interpreter.program.order
        # A node is kept, lest another one has its id.
        self._compiled: dict[tuple[int, tuple[str, ...]], tuple[Expression, Compiled]] = {}
        self._known: dict[int, Any] = {}

    def value(self, node: Expression, names: Mapping[str, Any]) -> Any:
        """The value of an expression whose local names have these values, as the interpreter has it; or MISSING."""
        if not names and id(node) in self._known:
            return self._known[id(node)]
        key = id(node), tuple(names)
        if key not in self._compiled:
            compiler = Compiler(self._program, Scope(tuple(names), node))
            self._compiled[key] = node, Compiled(compiler, node)
        code = self._compiled[key][1]
        env = self._program.outside(code.compiler)
        env[2 : 2 + len(names)] = names.values()
        try:
            found = code.evaluate(env)
        except (EvaluationError, RecursionError):
            found = MISSING
        if not names:
            self._known[id(node)] = found
        return found

    def literal(self, value: Any, node: Node) -> Expression | None:
        """An expression that has a value; None where it cannot be written out, or is too large for that."""
        if type(value) in NORMAL:
            return Value(value, place=node.place)
        try:
            if isinstance(value, Interval):
                if value.low > value.high:
                    return Value(frozenset(), place=node.place)
                ends = Value(value.low, place=node.place), Value(value.high, place=node.place)
                return Apply(op.INTERVAL, ends, place=node.place)
            if isinstance(value, (Infinite, Sequences)):
                return None
            if isinstance(value, SetValue) and (
                not value.is_enumerable or not value.is_finite(self.order) or size(value, self.order) > MOST_ELEMENTS
            ):
                return None
            return Value(self.order.normal(value), place=node.place)
        except (EvaluationError, RecursionError):
            return None

    def repeats(self, value: Any) -> bool:
        """Whether ``x' \\in S`` meets an element of this set twice."""
        if not isinstance(value, SetValue):
            return False
        try:
            return len(list(each(value, self.order))) > size(value, self.order)
        except EvaluationError:
            return True

    def elements(self, node: Expression) -> list[Any] | None:
        """The elements of a lowered set that is known, in TLC's order; None where it is not."""
        value = self.value(node, {}) if isinstance(node, (Value, Apply)) and _is_known(node) else MISSING
        if value is MISSING:
            return None
        try:
            return list(each(value, self.order))
        except EvaluationError:
            return None


def _is_known(node: Expression) -> bool:
    return isinstance(node, Value) or (
        isinstance(node, Apply) and node.operator is op.INTERVAL and all(map(_is_known, node.operands))
    )
