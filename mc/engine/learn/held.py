"""Compiled code held to the interpreter, in states that both can evaluate.

Lowering and domains are clever, and the interpreter is plain: where the two say different things of one state, what the
compiled search has found is not told to anybody.
"""

from __future__ import annotations

import random
from collections.abc import Iterable

from mc.engine.learn.model import packed, unpacked
from mc.engine.learn.samples import invariants
from mc.engine.program.program import Program
from mc.engine.runtime import words
from mc.errors import DomainError, EvaluationError
from mc.interpreter.interpreter import Interpreter
from mc.interpreter.states import State

#: Bindings of the parameters of Init that are looked at.
BINDINGS = 200


def difference(interpreter: Interpreter, program: Program, states: Iterable[State]) -> str:
    """What the two say otherwise of one of some states: "successors", "constraints" or "invariants"; empty where they
    agree."""
    for state in states:
        try:
            row = program.layout.pack(packed(program.spec.variables, state))
        except DomainError:
            continue
        control = program.control()
        _, known = program.inspect(row, control)
        stepping = program.control()
        successors, _, _, complete = program.expand(row, stepping)
        try:
            if control[words.STOP] == words.OK:
                if bool(known[0, words.WITHIN]) != _within(interpreter, state):
                    return "constraints"
                if known[0, words.BROKEN] != _broken(interpreter, state):
                    return "invariants"
            if complete:
                expected, found = _successors(interpreter, state), set(map(unpacked, map(program.unpack, successors)))
                # Several ways to one state may be counted, where it is made once.
                counts = stepping[words.GENERATED : words.GENERATED + len(expected)].tolist()
                if found != set().union(*expected) or counts != [len(made) for made in expected]:
                    return "successors"
        except (EvaluationError, RecursionError):
            continue
    return ""


def starts_differ(interpreter: Interpreter, program: Program, starts: Iterable[State], dice: random.Random) -> bool:
    """Whether the program lacks one of some initial states, or one that it makes with one of some bindings is none."""
    domains = program.spec.variables
    missing = {program.layout.pack(packed(domains, state)).tobytes() for state in starts}
    for rows in program.initial():
        missing -= {row.tobytes() for row in rows}
        if not missing:
            break
    numbers = (dice.randrange(program.bindings) for _ in range(BINDINGS))
    made = (row for number in numbers for rows, _ in program.initial_of(number, 1) for row in rows)
    states = (unpacked(program.unpack(row)) for row in made)
    return bool(missing) or not all(interpreter.holds(part, s) for s in states for part in interpreter.spec.init)


def _within(interpreter: Interpreter, state: State) -> bool:
    return all(interpreter.holds(name, state) for name in interpreter.spec.constraints)


def _broken(interpreter: Interpreter, state: State) -> int:
    """The first invariant that a state violates, from 1; 0 where it violates none."""
    judged = enumerate(invariants(interpreter.spec), 1)
    return next((n for n, predicate in judged if not interpreter.holds(predicate, state)), 0)


def _successors(interpreter: Interpreter, state: State) -> list[list[State]]:
    """What each action makes of a state, on each of its ways."""
    found: list[list[State]] = []
    for action in interpreter.actions:
        found.append([])
        action.visit(state, found[-1].append)
    return found
