"""Behaviors for tests: steps given by name, or taken at random."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from mc.engine.reference import Step, successors
from mc.read.python.load import load_spec
from mc.spec.objects import Model, Spec
from mc.trace.behavior import Behavior, call_text

ROOT = Path(__file__).resolve().parent.parent.parent
TOYS = Path(__file__).resolve().parent

#: How often a random walk takes a step of an action; 1 where it is not said.
WEIGHTS = {"Restart": 0.1, "Timeout": 0.3, "Receive": 3.0, "DropMessage": 0.5, "DuplicateMessage": 0.7}


def load(path: Path, **constants: Any) -> Spec:
    return load_spec(path, Model("m", constants))


def raft(servers: int) -> Spec:
    """Raft with messages enough for every fault of the network."""
    bounds = {"Server": servers, "Value": 1, "MaxTerm": 3, "MaxLogLength": 1, "MaxMessages": 3, "MaxCopies": 2}
    return load(ROOT / "specs/raft.py", **bounds)


def twophase(managers: int = 3) -> Spec:
    return load(ROOT / "specs/twophase.py", RM=managers)


def take(spec: Spec, *calls: str) -> Behavior:
    """The steps whose calls begin so, one after the other: ``Timeout(s1)``, ``Receive([mtype |-> RequestVote``."""
    first = state = next(spec.initial_states())
    steps: list[Step] = []
    for call in calls:
        step = next(s for s in successors(spec, state) if call_text(s.action, s.arguments).startswith(call))
        steps.append(step)
        state = step.state
    return Behavior(first, tuple(steps))


def walk(spec: Spec, seed: int, length: int) -> Behavior:
    """So many steps at random that change something, within the constraints."""
    choose = random.Random(seed)
    first = state = next(spec.initial_states())
    steps: list[Step] = []
    for _ in range(length):
        there = [s for s in successors(spec, state) if s.state != state]
        there = [s for s in there if all(c.function(s.state) for c in spec.constraints)]
        names = list(dict.fromkeys(s.action.name for s in there))
        if not names:
            break
        name = choose.choices(names, [WEIGHTS.get(n, 1.0) for n in names])[0]
        step = choose.choice([s for s in there if s.action.name == name])
        steps.append(step)
        state = step.state
    return Behavior(first, tuple(steps))
