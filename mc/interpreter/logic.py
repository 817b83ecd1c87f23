"""Logic, IF and CASE: which of their operands are evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mc.formula import operators as op
from mc.formula import standard
from mc.formula.nodes import Apply, Expression
from mc.formula.operators import Operator as Symbol
from mc.interpreter.environment import Environment, Evaluate, failed
from mc.interpreter.program import Compiler


def _and(compiler: Compiler, node: Apply) -> Evaluate:
    operands = [compiler.condition(operand) for operand in node.operands]

    def evaluate(env: Environment) -> bool:
        for operand in operands:  # noqa: SIM110  (faster than a generator)
            if not operand(env):
                return False
        return True

    return evaluate


def _or(compiler: Compiler, node: Apply) -> Evaluate:
    operands = [compiler.condition(operand) for operand in node.operands]

    def evaluate(env: Environment) -> bool:
        for operand in operands:  # noqa: SIM110  (faster than a generator)
            if operand(env):
                return True
        return False

    return evaluate


def _not(compiler: Compiler, node: Apply) -> Evaluate:
    condition = compiler.condition(node.operands[0])
    return lambda env: not condition(env)


def _implies(compiler: Compiler, node: Apply) -> Evaluate:
    one, two = map(compiler.condition, node.operands)
    return lambda env: two(env) if one(env) else True


def _equivalent(compiler: Compiler, node: Apply) -> Evaluate:
    one, two = map(compiler.condition, node.operands)
    return lambda env: one(env) is two(env)


def _if(compiler: Compiler, node: Apply) -> Evaluate:
    return _if_of(compiler, node, compiler.expression)


def _if_of(compiler: Compiler, node: Apply, made: Callable[[Expression], Evaluate]) -> Evaluate:
    test = compiler.condition(node.operands[0], " as the condition of an IF")
    then, otherwise = map(made, node.operands[1:])
    return lambda env: then(env) if test(env) else otherwise(env)


def _case(compiler: Compiler, node: Apply) -> Evaluate:
    return _case_of(compiler, node, compiler.expression)


def _case_of(compiler: Compiler, node: Apply, made: Callable[[Expression], Evaluate]) -> Evaluate:
    pairs, last = arms(node)
    arms_made = [(compiler.condition(test), made(then)) for test, then in pairs]
    other = None if last is None else made(last)

    def evaluate(env: Environment) -> Any:
        for test, then in arms_made:
            if test(env):
                return then(env)
        if other is None:
            raise failed("Attempted to evaluate a CASE with no conditions true", node)
        return other(env)

    return evaluate


def arms(node: Apply) -> tuple[list[tuple[Expression, Expression]], Expression | None]:
    """Conditions and values of a CASE, and the value of OTHER."""
    operands = node.operands
    last = operands[-1] if len(operands) % 2 else None
    return list(zip(operands[::2], operands[1::2], strict=False)), last


def apply_lazily(compiler: Compiler, node: Apply) -> Evaluate:
    if node.operator is op.IF:
        return _if_of(compiler, node, compiler.lazily)
    if node.operator is standard.CASE:
        return _case_of(compiler, node, compiler.lazily)
    return compiler.expression(node)


APPLIED: Mapping[Symbol, Callable[[Compiler, Apply], Evaluate]] = {
    op.AND: _and,
    op.OR: _or,
    op.NOT: _not,
    standard.IMPLIES: _implies,
    standard.EQUIVALENT: _equivalent,
    op.IF: _if,
    standard.CASE: _case,
}
LAZILY: Mapping[type, Callable[[Compiler, Apply], Evaluate]] = {Apply: apply_lazily}
