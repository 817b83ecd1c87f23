"""Comparison, membership and arithmetic: the short ways, and the meanings where they do not lead to a value."""

from __future__ import annotations

import operator as relations
from collections.abc import Callable, Mapping
from typing import Any

from mc.errors import EvaluationError
from mc.formula import operators as op
from mc.formula.nodes import Apply, Expression
from mc.formula.operators import Operator as Symbol
from mc.interpreter.environment import Environment, Evaluate, placed
from mc.interpreter.expressions import binary
from mc.interpreter.program import Compiler
from mc.lang.values import ModelValue

_SIMPLE = frozenset((int, str, bool))
_SMALLEST, _LARGEST = -(2**31), 2**31 - 1


def _operands(compiler: Compiler, node: Apply) -> tuple[Evaluate, Evaluate, Evaluate]:
    """Both operands of an operator, and the operator as it is applied where the short way does not lead to a value."""
    one, two = map(compiler.expression, node.operands)
    meaning = compiler.program.meanings[node.operator]

    def slowly(operands: Any) -> Any:
        try:
            return meaning(*operands)
        except EvaluationError as error:
            raise placed(error, node) from None

    return one, two, slowly


def _equal(compiler: Compiler, node: Apply) -> Evaluate:
    one, two, slowly = _operands(compiler, node)

    has_types = compiler.program.order.has_types

    def evaluate(env: Environment) -> Any:
        a, b = one(env), two(env)
        kind = type(a)
        if kind is type(b):
            if kind in _SIMPLE:
                return a == b
            if kind is ModelValue and not has_types:
                return a is b
            if kind is frozenset and not (a and b):
                return not (a or b)
        return slowly([a, b])

    return evaluate


def _unequal(compiler: Compiler, node: Apply) -> Evaluate:
    one, two, slowly = _operands(compiler, node)

    has_types = compiler.program.order.has_types

    def evaluate(env: Environment) -> Any:
        a, b = one(env), two(env)
        kind = type(a)
        if kind is type(b):
            if kind in _SIMPLE:
                return a != b
            if kind is ModelValue and not has_types:
                return a is not b
            if kind is frozenset and not (a and b):
                return bool(a or b)
        return slowly([a, b])

    return evaluate


def _add(compiler: Compiler, node: Apply) -> Evaluate:
    one, two, slowly = _operands(compiler, node)

    def evaluate(env: Environment) -> Any:
        a, b = one(env), two(env)
        if type(a) is int and type(b) is int and _SMALLEST <= a + b <= _LARGEST:
            return a + b
        return slowly([a, b])

    return evaluate


def _subtract(compiler: Compiler, node: Apply) -> Evaluate:
    one, two, slowly = _operands(compiler, node)

    def evaluate(env: Environment) -> Any:
        a, b = one(env), two(env)
        if type(a) is int and type(b) is int and _SMALLEST <= a - b <= _LARGEST:
            return a - b
        return slowly([a, b])

    return evaluate


def _compare(compiler: Compiler, node: Apply) -> Evaluate:
    one, two, slowly = _operands(compiler, node)
    holds = _RELATIONS[node.operator]

    def evaluate(env: Environment) -> Any:
        a, b = one(env), two(env)
        return holds(a, b) if type(a) is int and type(b) is int else slowly([a, b])

    return evaluate


def _in(compiler: Compiler, node: Apply) -> Evaluate:
    element, collection = node.operands
    if isinstance(collection, Apply) and collection.operator is op.SET and not compiler.is_fixed(collection):
        return _in_display(compiler, node, element, collection)
    return binary(node, compiler.program.meanings[op.IN], *map(compiler.expression, node.operands))


def _in_display(compiler: Compiler, node: Apply, element: Expression, collection: Apply) -> Evaluate:
    """TLC looks for the element in the order of the text, and does not compare it with what comes after."""
    one, values = compiler.expression(element), [compiler.expression(operand) for operand in collection.operands]
    equal = compiler.program.order.equal

    def evaluate(env: Environment) -> bool:
        found = one(env)
        try:
            return any(equal(other, found) for other in [each(env) for each in values])
        except EvaluationError as error:
            raise placed(error, node) from None

    return evaluate


def _not_in(compiler: Compiler, node: Apply) -> Evaluate:
    contained = _in(compiler, node)
    return lambda env: not contained(env)


_RELATIONS: Mapping[Symbol, Callable[[int, int], bool]] = {
    op.LT: relations.lt,
    op.LE: relations.le,
    op.GT: relations.gt,
    op.GE: relations.ge,
}
APPLIED: Mapping[Symbol, Callable[[Compiler, Apply], Evaluate]] = {
    op.EQ: _equal,
    op.NE: _unequal,
    op.ADD: _add,
    op.SUBTRACT: _subtract,
    op.LT: _compare,
    op.LE: _compare,
    op.GT: _compare,
    op.GE: _compare,
    op.IN: _in,
    op.NOT_IN: _not_in,
}
