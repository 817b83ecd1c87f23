"""The definition of the search, in plain Python: the oracle of the compiled engine.

Breadth-first over states, with TLC's counting rules (``tlc2.tool.Worker``). It shares nothing with
the compiled engine but the spec, so that agreement between them means something.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mc.lang.state import State, renamed
from mc.lang.values import ModelValue
from mc.spec.objects import Action, Spec


@dataclass(frozen=True)
class Step:
    """One step of a behavior: an action, the values of its parameters, and the state it leads to."""

    action: Action
    arguments: tuple[Any, ...]
    state: State


@dataclass
class Result:
    """Counts as TLC prints them, and the violation, if one was found."""

    generated: int = 0
    #: Distinct states per level; their sum is TLC's "distinct", their number its "depth".
    levels: list[int] = field(default_factory=list)
    action_generated: dict[str, int] = field(default_factory=dict)
    witnesses: dict[str, bool] = field(default_factory=dict)
    #: ("invariant", name) or ("deadlock", "").
    violation: tuple[str, str] | None = None
    #: The behavior that ends in the violation, the initial state first.
    behavior: list[State] = field(default_factory=list)
    #: Every distinct state with the state and step that first led to it.
    parents: dict[State, State | None] = field(default_factory=dict)

    @property
    def distinct(self) -> int:
        return sum(self.levels)


def successors(spec: Spec, state: State) -> Iterator[Step]:
    """Every step that ``Next`` allows from ``state``, in the order of its rows, parameters and ways."""
    for action in spec.actions:
        for arguments in itertools.product(*(tuple(p.values(state)) for p in action.parameters)):
            for after in ways(spec, action, arguments, state):
                yield Step(action, arguments, after)


def ways(spec: Spec, action: Action, arguments: tuple[Any, ...], state: State) -> list[State]:
    """The states after one step, one for each way through the action; none where it is not enabled."""
    return action.ways(spec.variables, state, arguments)


def symmetries(spec: Spec) -> list[dict[ModelValue, ModelValue]]:
    """The group that the model declares: all products of permutations of its symmetric constants."""
    sets = [spec.constants[name].members for name in spec.model.symmetry]
    images = itertools.product(*(itertools.permutations(members) for members in sets))
    return [dict(zip(itertools.chain(*sets), itertools.chain(*image), strict=True)) for image in images]


def orbit(state: State, group: list[dict[ModelValue, ModelValue]]) -> frozenset[State]:
    """All states that the group makes of ``state``."""
    return frozenset(renamed(state, g) for g in group)


def explore(spec: Spec, limit: int | None = None) -> Result:
    """Breadth-first search of all reachable states; stops at a violation, or after ``limit`` states."""
    group = symmetries(spec)
    result = Result(witnesses={w.name: False for w in spec.witnesses})
    result.action_generated = {action.name: 0 for action in spec.actions}
    seen: set[State] = set()

    def check(state: State, parent: State | None) -> bool:
        """Look at one generated state; whether it is new and within the constraints."""
        within = all(c.holds(state) for c in spec.constraints)
        if within and state in seen:
            return False
        if within:
            seen.update(orbit(state, group))
            result.parents[state] = parent
        for witness in spec.witnesses:
            result.witnesses[witness.name] |= within and witness.holds(state)
        for invariant in spec.invariants:
            if not invariant.holds(state):
                stop(("invariant", invariant.name), state, parent)
                return False
        return within

    def stop(violation: tuple[str, str], state: State, parent: State | None) -> None:
        if result.violation is None:
            result.violation = violation
            result.behavior = [state]
            while parent is not None:
                result.behavior.insert(0, parent)
                parent = result.parents[parent]

    level = []
    for state in spec.initial_states():
        result.generated += 1
        if check(state, None):
            level.append(state)
    while level and result.violation is None:
        result.levels.append(len(level))
        following: list[State] = []
        for state in level:
            steps = 0
            for step in successors(spec, state):
                steps += 1
                result.generated += 1
                result.action_generated[step.action.name] += 1
                if check(step.state, state):
                    following.append(step.state)
                if result.violation is not None:
                    return result
            if not steps and spec.model.deadlock:
                stop(("deadlock", ""), state, result.parents[state])
                return result
        level = following
        if limit is not None and len(result.parents) >= limit:
            break
    return result
