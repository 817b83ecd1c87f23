"""Predicates and actions as TLC walks them: each way through one makes a state.

It is ``getInitStates``, ``getNextStates`` and ``enabled`` of ``tlc2.tool.impl.Tool``. What remains of a conjunction is
a chain of parts, each with its environment; a way ends at the end of the chain. Where every variable has its value, the
parts that remain are evaluated and not walked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import takewhile
from typing import Any

from mc.errors import EvaluationError, KindError
from mc.formula import operators as op
from mc.formula import standard
from mc.formula.nodes import Apply, Bind, Binder, Call, Expression, Invoke, Let, Name, Of
from mc.formula.operators import Operator as Symbol
from mc.interpreter import assign, expressions, logic, steps
from mc.interpreter.apply import applied as applied_to
from mc.interpreter.assign import target, unchanged
from mc.interpreter.binders import bindings, ranged, slots_of
from mc.interpreter.environment import PRIMED, STATE, Environment, Evaluate, Part, Thunk, Walk, failed, placed
from mc.interpreter.functions import LazyFunction
from mc.interpreter.program import Compiler
from mc.interpreter.shown import text
from mc.interpreter.ways import ENABLED, INIT, MADE, alone, new, proceed, tested

__all__ = ["enabled", "is_enabled", "part", "target", "unchanged"]


def part(compiler: Compiler, node: Expression, mode: int) -> Part:
    """An expression as a conjunct."""
    rule: Any = None
    match node:
        case Apply():
            rule = _APPLIED.get(node.operator) if mode != INIT or node.operator not in _ACTIONS else None
        case Bind(binder=Binder.EXISTS):
            rule = _exists
        case Bind(binder=Binder.FORALL):
            rule = _forall
        case Let():
            rule = _let
        case Call():
            if not compiler.program.called(node.definition).is_constant:
                rule = _call
        case Invoke():
            rule = _invoke
        case Name(of=Of.LOCAL):
            rule = _local
    condition = compiler.condition(node)
    walk = None if rule is None else rule(compiler, node, mode)
    return Part(tested(condition, mode), condition, True) if walk is None else Part(walk, condition)


# Logic


def _and(compiler: Compiler, node: Apply, mode: int) -> Walk:
    if not node.operands:
        return tested(lambda env: True, mode)
    parts = [compiler.part(operand, mode) for operand in node.operands]
    # A last part is walked even where it is a test.
    tests = list(takewhile(lambda one: one.is_test, parts[:-1]))
    first, *others = parts[len(tests) :]
    conditions = [one.holds for one in tests]
    others.reverse()

    def walk(env: Environment, rest: Any) -> None:
        for holds in conditions:
            if not holds(env):
                return
        for other in others:
            rest = (other, env, rest)
        first.walk(env, rest)

    return walk


def _or(compiler: Compiler, node: Apply, mode: int) -> Walk:
    parts = [compiler.part(operand, mode) for operand in node.operands]

    def walk(env: Environment, rest: Any) -> None:
        for one in parts:
            one.walk(env, rest)

    return walk


def _implies(compiler: Compiler, node: Apply, mode: int) -> Walk:
    condition, then, where = compiler.condition(node.operands[0]), compiler.part(node.operands[1], mode), MADE[mode]

    def walk(env: Environment, rest: Any) -> None:
        if condition(env):
            then.walk(env, rest)
        else:
            proceed(rest, env[where])

    return walk


def _if(compiler: Compiler, node: Apply, mode: int) -> Walk:
    condition = compiler.condition(node.operands[0], " as the condition of an IF")
    then, otherwise = (compiler.part(operand, mode) for operand in node.operands[1:])

    def walk(env: Environment, rest: Any) -> None:
        (then if condition(env) else otherwise).walk(env, rest)

    return walk


def _case(compiler: Compiler, node: Apply, mode: int) -> Walk:
    pairs, last = logic.arms(node)
    arms = [(compiler.condition(test), compiler.part(then, mode)) for test, then in pairs]
    other = None if last is None else compiler.part(last, mode)

    def walk(env: Environment, rest: Any) -> None:
        for test, then in arms:
            if test(env):
                then.walk(env, rest)
                return
        if other is None:
            raise failed("TLC encountered a CASE with no conditions true", node)
        other.walk(env, rest)

    return walk


def _exists(compiler: Compiler, node: Bind, mode: int) -> Walk:
    body = compiler.part(node.body, mode)
    slots = slots_of(compiler, node.bounds[0])
    if len(node.bounds) == 1 and isinstance(slots, int):
        values = ranged(compiler, node.bounds[0], node)

        def walk(env: Environment, rest: Any) -> None:
            for value in values(env):
                env[slots] = value
                body.walk(env, rest)

        return walk
    each_binding = bindings(compiler, node.bounds, node)

    def walk_all(env: Environment, rest: Any) -> None:
        for _ in each_binding(env):
            body.walk(env, rest)

    return walk_all


def _forall(compiler: Compiler, node: Bind, mode: int) -> Walk:
    """The bodies for all bindings are a conjunction."""
    body, each_binding, where = compiler.part(node.body, mode), bindings(compiler, node.bounds, node), MADE[mode]

    def walk(env: Environment, rest: Any) -> None:
        inner = [env.copy() for _ in each_binding(env)]
        for other in reversed(inner[1:]):
            rest = (body, other, rest)
        if inner:
            body.walk(inner[0], rest)
        else:
            proceed(rest, env[where])

    return walk


def _let(compiler: Compiler, node: Let, mode: int) -> Walk:
    slot, make = compiler.scope.slot(node.name), expressions.defined(compiler, node)
    body = compiler.part(node.body, mode)

    def walk(env: Environment, rest: Any) -> None:
        env[slot] = make(env)
        body.walk(env, rest)

    return walk


# Applications


def _call(compiler: Compiler, node: Call, mode: int) -> Walk:
    enter, body = expressions.entered(compiler, node), compiler.program.called(node.definition).code.part(mode)
    return lambda env, rest: body.walk(enter(env), rest)


def _invoke(compiler: Compiler, node: Invoke, mode: int) -> Walk:
    enter = expressions.invoked(compiler, node)

    def walk(env: Environment, rest: Any) -> None:
        found, inner = enter(env)
        found.code.part(mode).walk(inner, rest)

    return walk


def _local(compiler: Compiler, node: Name, mode: int) -> Walk:
    """An argument that has been evaluated is a value; a LET is walked each time."""
    slot, where = compiler.scope.slot(node.name), MADE[mode]
    condition = compiler.condition(node)

    def walk(env: Environment, rest: Any) -> None:
        found = env[slot]
        if type(found) is Thunk and (found.code.is_let or mode == ENABLED or not found.is_known(env[STATE])):
            found.code.part(mode).walk(alone(found, env), rest)
        elif condition(env):
            proceed(rest, env[where])

    return walk


def _index(compiler: Compiler, node: Apply, mode: int) -> Walk:
    """A function that is not written out is walked as its body is."""
    of, argument = compiler.lazily(node.operands[0]), compiler.expression(node.operands[1])
    where, order = MADE[mode], compiler.program.order

    def walk(env: Environment, rest: Any) -> None:
        function = of(env)
        try:
            if isinstance(function, LazyFunction) and not function.is_written:
                inner = function.entered(argument(env))
                # It is made in the state of now, and its variables are given values like others.
                inner[STATE] = env[STATE]
                inner[PRIMED] = env[PRIMED]
                function.code.body.part(mode).walk(inner, rest)
                return
            found = applied_to(function, argument(env), order)
        except EvaluationError as error:
            raise placed(error, node) from None
        if found is not True and found is not False:
            raise placed(KindError(f"TRUE or FALSE is needed, not {text(found)}"), node)
        if found:
            proceed(rest, env[where])

    return walk


def _unchanged(compiler: Compiler, node: Apply, mode: int) -> Walk:
    return unchanged(compiler, node.operands[0], mode)


def _box_action(compiler: Compiler, node: Apply, mode: int) -> Walk:
    action, stutter = compiler.part(node.operands[0], mode), unchanged(compiler, node.operands[1], mode)

    def walk(env: Environment, rest: Any) -> None:
        action.walk(env, rest)
        stutter(env, rest)

    return walk


def _angle_action(compiler: Compiler, node: Apply, mode: int) -> Walk:
    action, same = compiler.part(node.operands[0], mode), steps.is_unchanged(compiler, node.operands[1])

    def has_changed(env: Environment) -> bool:
        return not same(env)

    changed = Part(tested(has_changed, mode), has_changed)
    return lambda env, rest: action.walk(env, (changed, env, rest))


# ENABLED


class _FoundError(Exception):
    """A way through an action: it is enabled."""


def _found(made: list[Any]) -> None:
    raise _FoundError


def is_enabled(action: Part, env: Environment, unknown: tuple[Any, ...]) -> bool:
    """Whether there is a way through an action."""
    env[PRIMED] = new(unknown, _found, 1)
    try:
        action.walk(env, None)
    except _FoundError:
        return True
    return False


def enabled(compiler: Compiler, node: Apply) -> Evaluate:
    """``ENABLED A``, in an instance perhaps with the values of its variables."""
    action, program = compiler.part(node.operands[0], ENABLED), compiler.program
    values = [compiler.expression(value) for value in node.operands[2::2]]
    if not values:
        return lambda env: is_enabled(action, env.copy(), program.unknown)
    numbers = [program.numbers[name.name] for name in node.operands[1::2] if isinstance(name, Name)]
    count = len(program.nowhere)

    def evaluate(env: Environment) -> Any:
        state = [*env[STATE][:count], *program.unknown[count:]]
        for number, value in zip(numbers, values, strict=True):
            state[number] = program.order.normal(value(env))
        inner = env.copy()
        inner[STATE] = tuple(state)
        return is_enabled(action, inner, program.unknown)

    return evaluate


#: What is walked in an action, and evaluated in an initial predicate.
_ACTIONS = frozenset((standard.UNCHANGED, standard.BOX_ACTION, standard.ANGLE_ACTION))
_APPLIED: Mapping[Symbol, Callable[[Compiler, Apply, int], Walk | None]] = {
    op.AND: _and,
    op.OR: _or,
    standard.IMPLIES: _implies,
    op.IF: _if,
    standard.CASE: _case,
    op.INDEX: _index,
    op.EQ: assign.equated,
    op.IN: assign.contained,
    standard.SUBSET_OF: assign.included,
    standard.UNCHANGED: _unchanged,
    standard.BOX_ACTION: _box_action,
    standard.ANGLE_ACTION: _angle_action,
}
#: How ENABLED is evaluated.
APPLIED: Mapping[Symbol, Callable[[Compiler, Apply], Evaluate]] = {standard.ENABLED: enabled}
