"""What is said of two states: primes, UNCHANGED, ``[A]_v`` and ``<<A>>_v``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mc.errors import EvaluationError
from mc.formula import standard
from mc.formula.nodes import Apply, Expression
from mc.formula.operators import Operator as Symbol
from mc.interpreter.environment import PRIMED, STATE, Environment, Evaluate, placed
from mc.interpreter.program import Compiler


def _prime(compiler: Compiler, node: Apply) -> Evaluate:
    return primed(compiler, node.operands[0])


def primed(compiler: Compiler, node: Expression) -> Evaluate:
    """The value of an expression in the next state."""
    operand, nowhere = compiler.expression(node), compiler.program.nowhere

    def evaluate(env: Environment) -> Any:
        state, following = env[STATE], env[PRIMED]
        env[STATE] = following
        env[PRIMED] = nowhere
        try:
            return operand(env)
        finally:
            env[STATE] = state
            env[PRIMED] = following

    return evaluate


def is_unchanged(compiler: Compiler, node: Expression) -> Callable[[Environment], bool]:
    """Whether the value of an expression is the same in the next state."""
    before, after, equal = compiler.expression(node), primed(compiler, node), compiler.program.order.equal

    def holds(env: Environment) -> bool:
        try:
            return equal(before(env), after(env))
        except EvaluationError as error:
            raise placed(error, node) from None

    return holds


def _unchanged(compiler: Compiler, node: Apply) -> Evaluate:
    return is_unchanged(compiler, node.operands[0])


def _box_action(compiler: Compiler, node: Apply) -> Evaluate:
    action, unchanged = compiler.condition(node.operands[0]), is_unchanged(compiler, node.operands[1])
    return lambda env: action(env) or unchanged(env)


def _angle_action(compiler: Compiler, node: Apply) -> Evaluate:
    action, unchanged = compiler.condition(node.operands[0]), is_unchanged(compiler, node.operands[1])
    return lambda env: action(env) and not unchanged(env)


APPLIED: Mapping[Symbol, Callable[[Compiler, Apply], Evaluate]] = {
    standard.PRIME: _prime,
    standard.UNCHANGED: _unchanged,
    standard.BOX_ACTION: _box_action,
    standard.ANGLE_ACTION: _angle_action,
}
