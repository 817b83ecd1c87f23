"""How many ways there are through a condition that is walked: as many as TLC finds (``Tool.getNextStates``).

A disjunction has the ways of all its parts, ``\\E`` those of its body for all elements; a conjunction and ``\\A``
multiply. What is not walked has one way where it is TRUE.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mc.formula import operators as op
from mc.formula.expressions import STATE, Compiler, Environment
from mc.formula.nodes import Apply, Bind, Binder, Call, Expression, Fold, Let, Value
from mc.lang import kinds

#: The number of ways through a condition in an environment.
Ways = Callable[[Environment], int]


def ways(compiler: Compiler, node: Expression) -> Ways:
    """The function that counts the ways through a condition; an error in one of them is an error."""
    made: Ways = _WALKED.get(type(node), _evaluated)(compiler, node)
    return made


def _evaluated(compiler: Compiler, node: Expression) -> Ways:
    condition = compiler.expression(node)
    return lambda env: kinds.truth(condition(env))


def _product(parts: list[Ways]) -> Ways:
    def count(env: Environment) -> int:
        found = 1
        for part in parts:
            found *= part(env)
            if not found:
                break
        return found

    return count


def _apply(compiler: Compiler, node: Apply) -> Ways:
    if node.operator is op.AND:
        return _product([ways(compiler, operand) for operand in node.operands])
    if node.operator is op.OR:
        parts = [ways(compiler, operand) for operand in node.operands]
        return lambda env: sum(part(env) for part in parts)
    match node:
        case Apply(operator=op.IF, operands=(Apply(operator=op.NOT, operands=(guard,)), Value(value=False), otherwise)):
            return _product([ways(compiler, guard), ways(compiler, otherwise)])
        case Apply(operator=op.IF, operands=(test, one, two)):
            condition, then, other = compiler.expression(test), ways(compiler, one), ways(compiler, two)
            return lambda env: then(env) if kinds.truth(condition(env)) else other(env)
    return _evaluated(compiler, node)


def _bind(compiler: Compiler, node: Bind) -> Ways:
    if node.binder not in (Binder.EXISTS, Binder.FORALL):
        return _evaluated(compiler, node)
    bindings = compiler.bindings(node.bounds)
    body = ways(compiler, node.body)
    if node.binder is Binder.EXISTS:
        return lambda env: sum(body(env) for _ in bindings(env))

    def count(env: Environment) -> int:
        found = 1
        for _ in bindings(env):
            found *= body(env)
            if not found:
                break
        return found

    return count


def _let(compiler: Compiler, node: Let) -> Ways:
    value, slot = compiler.expression(node.value), compiler.slots.slot(node.name)
    body = ways(compiler, node.body)

    def count(env: Environment) -> int:
        env[slot] = value(env)
        return body(env)

    return count


def _fold(compiler: Compiler, node: Fold) -> Ways:
    fold, body = compiler.folded(node), ways(compiler, node.body)

    def count(env: Environment) -> int:
        fold(env)
        return body(env)

    return count


def _call(compiler: Compiler, node: Call) -> Ways:
    context, called = compiler.context, compiler.context.definitions[node.definition]
    if context.facts.is_value(called):
        return _evaluated(compiler, node)
    arguments = compiler.all(node.arguments)
    return lambda env: context.ways(called, env[STATE], [argument(env) for argument in arguments])


_WALKED: Mapping[type, Callable[[Compiler, Any], Ways]] = {
    Apply: _apply,
    Bind: _bind,
    Let: _let,
    Fold: _fold,
    Call: _call,
}
