"""States while they are made, and what remains of a conjunction that is walked.

The state that is made is a list: a value for each variable, or UNASSIGNED, and after them how many values are not in
normal form, what is called at the end of a way, and how many variables have no value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mc.errors import EvaluationError
from mc.interpreter.environment import PRIMED, STATE, UNASSIGNED, Environment, Thunk, Walk
from mc.interpreter.order import Order
from mc.interpreter.values import ATOMS, NORMAL

#: What is walked: the initial predicate, an action, or an action of which is asked whether it is enabled.
INIT, NEXT, ENABLED = 0, 1, 2
#: Where the variables are to which a walk gives values.
MADE = {INIT: STATE, NEXT: PRIMED, ENABLED: PRIMED}
#: Where things are at the end of a state that is made.
RAW, EMIT, LEFT = -3, -2, -1


def new(nowhere: tuple[Any, ...], emit: Callable[[list[Any]], None], spare: int = 0) -> list[Any]:
    """A state that is to be made. ``spare``: a walk does not end before the end of the chain if it is 1."""
    return [*nowhere, 0, emit, len(nowhere) + spare]


def proceed(rest: Any, made: list[Any]) -> None:
    """Walk what remains of a conjunction, or evaluate it."""
    if rest is None:
        made[EMIT](made)
    elif made[LEFT]:
        part, env, rest = rest
        part.walk(env, rest)
    else:
        while rest is not None:
            part, env, rest = rest
            if not part.holds(env):
                return
        made[EMIT](made)


def give(made: list[Any], number: int, values: Iterable[Any], rest: Any, order: Order) -> None:
    """Give a variable each of some values in turn."""
    made[LEFT] -= 1
    for value in values:
        kind = type(value)
        if kind in ATOMS:
            made[number] = value
            proceed(rest, made)
            continue
        try:
            made[number] = order.one(value if kind in NORMAL else order.normal(value))
        except EvaluationError:
            # TLC keeps it until the state is complete, and fails then.
            made[number] = value
            made[RAW] += 1
            proceed(rest, made)
            made[RAW] -= 1
        else:
            proceed(rest, made)
    made[number] = UNASSIGNED
    made[LEFT] += 1


def keep(env: Environment, numbers: tuple[int, ...], rest: Any, order: Order) -> None:
    """Some variables keep their values."""
    state, made = env[STATE], env[PRIMED]
    given = []
    for number in numbers:
        known = made[number]
        if known is UNASSIGNED:
            made[number] = state[number]
            given.append(number)
        elif known is not state[number] and not order.equal(state[number], known):
            break
    else:
        made[LEFT] -= len(given)
        proceed(rest, made)
        made[LEFT] += len(given)
    for number in given:
        made[number] = UNASSIGNED


def tested(condition: Callable[[Environment], bool], mode: int) -> Walk:
    """What is not walked has one way where it is TRUE."""
    where = MADE[mode]

    def walk(env: Environment, rest: Any) -> None:
        if condition(env):
            proceed(rest, env[where])

    return walk


def alone(thunk: Thunk, env: Environment) -> Environment:
    """The environment of a thunk that is walked, in the state or step of another: what is walked twice has two."""
    inner = thunk.env.copy()
    inner[STATE] = env[STATE]
    inner[PRIMED] = env[PRIMED]
    return inner
