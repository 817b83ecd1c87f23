"""States from which domains are learned: those that a search has found, and those on random walks from them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import suppress

from mc.errors import EvaluationError
from mc.formula.nodes import Expression
from mc.interpreter.interpreter import Interpreter
from mc.interpreter.states import State
from mc.spec.module import ModuleSpec

#: Steps of a walk.
STEPS = 200
#: So many of the states that a search has found are looked at, evenly chosen, and the last ones.
MOST = 5000


def chosen(states: Sequence[State]) -> list[State]:
    """Some states of a search, in order."""
    step = max(1, len(states) // MOST)
    return [*states[::step], *states[-MOST:]]


class _EnoughError(Exception):
    """There are as many initial states as are asked for."""


def starts(interpreter: Interpreter, most: int) -> list[State]:
    """The initial states that are generated, in order: all of them, or one more than ``most``."""
    found: list[State] = []

    def keep(state: State) -> None:
        found.append(state)
        if len(found) > most:
            raise _EnoughError

    with suppress(_EnoughError):
        interpreter.visit_initial(keep)
    return found


def walk(interpreter: Interpreter, start: State, dice: random.Random) -> Iterator[State]:
    """The states on a walk within the constraints, with all successors of each, within them or not."""
    state = start
    for _ in range(STEPS):
        following = successors(interpreter, state)
        yield from following
        inside = [after for after in following if within(interpreter, after)]
        if not inside:
            return
        state = dice.choice(inside)


def successors(interpreter: Interpreter, state: State) -> list[State]:
    """The successors of a state, up to where one cannot be evaluated."""
    found: list[State] = []
    for action in interpreter.actions:
        try:
            action.visit(state, found.append)
        except (EvaluationError, RecursionError):
            continue
    return found


def within(interpreter: Interpreter, state: State) -> bool:
    """Whether a state is within the constraints, as far as they can be evaluated."""
    try:
        return all(interpreter.holds(name, state) for name in interpreter.spec.constraints)
    except (EvaluationError, RecursionError):
        return False


def invariants(spec: ModuleSpec) -> list[str | Expression]:
    """What is asked of each state: the invariants, then the properties that are such."""
    return [*spec.invariants, *(conjunct.formula for conjunct in spec.properties if conjunct.asked == "invariant")]


def fails(interpreter: Interpreter, state: State) -> bool:
    """Whether something cannot be evaluated in a state, or in what is looked at with its successors."""
    judged = [*interpreter.spec.constraints, *invariants(interpreter.spec)]
    following: list[State] = [state]
    try:
        for action in interpreter.actions:
            action.visit(state, following.append)
        for after in following:
            for predicate in judged:
                interpreter.holds(predicate, after)
    except (EvaluationError, RecursionError):
        return True
    return False
