"""Where a walk gives variables their values: ``x' = e``, ``x' \\in S``, ``x' \\subseteq S`` and UNCHANGED."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mc.errors import EvaluationError
from mc.formula import operators as op
from mc.formula import standard
from mc.formula.nodes import Apply, Call, Expression, Let, Name, Of
from mc.interpreter import expressions, steps
from mc.interpreter.environment import (
    PRIMED,
    STATE,
    UNASSIGNED,
    Environment,
    Part,
    Thunk,
    Variable,
    Walk,
    placed,
)
from mc.interpreter.program import Compiler
from mc.interpreter.sets import Subsets, each, member
from mc.interpreter.ways import MADE, alone, give, keep, proceed, tested

#: Which variable an expression is in an environment, where it is one.
Target = Callable[[Environment], "int | None"]


def target(compiler: Compiler, node: Expression, where: int) -> Target | None:
    """The variable, of the state or of the next one, that an expression is; None where it is certainly none."""
    match node:
        case Name(of=Of.VARIABLE | Of.PRIMED):
            if (node.of is Of.VARIABLE) != (where == STATE):
                return None
            number = compiler.program.numbers[node.name]
            return lambda env: number
        case Apply(operator=standard.PRIME) if where == PRIMED:
            return target(compiler, node.operands[0], STATE)
        case Name(of=Of.LOCAL):
            slot = compiler.scope.slot(node.name)

            def of_argument(env: Environment) -> int | None:
                found = env[slot]
                if type(found) is Variable:
                    return found.number if found.where == where else None
                return found.code.target(where)(found.env) if type(found) is Thunk else None

            return of_argument
        case Call(arguments=()):
            called = compiler.program.called(node.definition)
            if called.is_constant:
                return None
            enter, code = expressions.entered(compiler, node), called.code
            return lambda env: code.target(where)(enter(env))
        case Let():
            inner = target(compiler, node.body, where)
            if inner is None:
                return None
            slot, make = compiler.scope.slot(node.name), expressions.defined(compiler, node)

            def of_let(env: Environment) -> int | None:
                env[slot] = make(env)
                return inner(env)

            return of_let
    return None


def _assignment(
    compiler: Compiler,
    node: Apply,
    mode: int,
    values: Callable[[Any], Iterable[Any]],
    holds: Callable[[Any, Any], bool],
) -> Walk | None:
    """``x' = e``, ``x' \\in S``, ``x' \\subseteq S``: gives x' its value, or tests the one that it has.

    None where no variable is on its left.
    """
    where, order = MADE[mode], compiler.program.order
    found = target(compiler, node.operands[0], where)
    if found is None:
        return None
    test = tested(compiler.condition(node), mode)
    variable, value = found, compiler.expression(node.operands[1])

    def walk(env: Environment, rest: Any) -> None:
        number = variable(env)
        if number is None:
            test(env, rest)
            return
        made = env[where]
        right = value(env)
        known = made[number]
        try:
            given = values(right) if known is UNASSIGNED else None
            if given is None and not holds(known, right):
                return
        except EvaluationError as error:
            raise placed(error, node) from None
        if given is None:
            proceed(rest, made)
        else:
            give(made, number, given, rest, order)

    return walk


def equated(compiler: Compiler, node: Apply, mode: int) -> Walk | None:
    return _assignment(compiler, node, mode, lambda value: (value,), compiler.program.order.equal)


def contained(compiler: Compiler, node: Apply, mode: int) -> Walk | None:
    order = compiler.program.order
    return _assignment(compiler, node, mode, lambda s: each(s, order), lambda value, s: member(value, s, order))


def included(compiler: Compiler, node: Apply, mode: int) -> Walk | None:
    order = compiler.program.order
    return _assignment(
        compiler, node, mode, lambda s: Subsets(s).each(order), lambda value, s: Subsets(s).holds(value, order)
    )


def unchanged(compiler: Compiler, node: Expression, mode: int) -> Walk:
    """``UNCHANGED e``: of a variable, a tuple, or what is one of these by definition."""
    numbers = _variables(compiler, node)
    if numbers is not None:
        return _kept(compiler, numbers)
    if isinstance(node, Apply) and node.operator is op.SEQUENCE:
        parts = [_unchanged_part(compiler, operand, mode) for operand in node.operands]
        parts.reverse()

        def walk(env: Environment, rest: Any) -> None:
            for one in parts:
                rest = (one, env, rest)
            proceed(rest, env[PRIMED])

        return walk
    otherwise = tested(steps.is_unchanged(compiler, node), mode)
    if isinstance(node, Name) and node.of is Of.LOCAL:
        slot, order = compiler.scope.slot(node.name), compiler.program.order

        def walk_argument(env: Environment, rest: Any) -> None:
            found = env[slot]
            if type(found) is Variable and found.where == STATE:
                keep(env, (found.number,), rest, order)
            elif type(found) is Thunk:
                found.code.unchanged(mode)(alone(found, env), rest)
            else:
                otherwise(env, rest)

        return walk_argument
    if isinstance(node, Call) and not node.arguments and not compiler.program.called(node.definition).is_constant:
        enter, code = expressions.entered(compiler, node), compiler.program.called(node.definition).code
        return lambda env, rest: code.unchanged(mode)(enter(env), rest)
    return otherwise


def _unchanged_part(compiler: Compiler, node: Expression, mode: int) -> Part:
    return Part(unchanged(compiler, node, mode), steps.is_unchanged(compiler, node))


def _variables(compiler: Compiler, node: Expression) -> tuple[int, ...] | None:
    """The variables that an expression is a tuple of, one by one or in tuples."""
    match node:
        case Name(of=Of.VARIABLE):
            return (compiler.program.numbers[node.name],)
        case Apply(operator=op.SEQUENCE):
            parts = [_variables(compiler, operand) for operand in node.operands]
            return tuple(number for one in parts for number in one or ()) if None not in parts else None
        case Call(arguments=()):
            called = compiler.program.called(node.definition)
            return _variables(called.compiler, called.definition.expression)
    return None


def _kept(compiler: Compiler, numbers: tuple[int, ...]) -> Walk:
    order = compiler.program.order
    return lambda env, rest: keep(env, numbers, rest, order)
