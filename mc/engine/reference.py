"""The definition of the search, in plain Python: the oracle of the compiled engine.

Breadth-first over states, with TLC's counting rules (``tlc2.tool.Worker``). It shares nothing with
the compiled engine but the spec and the form of a result, so that agreement between them means something.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from mc.dataclass import dataclass
from mc.engine.result import NO_ERROR, ActionCount, Ending, Result, Verdict, Violation, ViolationKind
from mc.lang.state import State, renamed
from mc.lang.values import ModelValue
from mc.spec.objects import Action, Spec


@dataclass(frozen=True)
class Step:
    """One step of a behavior: an action, the values of its parameters, and the state it leads to."""

    action: Action
    arguments: tuple[Any, ...]
    state: State


@dataclass(frozen=True)
class Explored:
    """What a search found."""

    result: Result
    #: Every distinct state, level by level.
    states: tuple[State, ...]


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


def explore(spec: Spec, limit: int | None = None) -> Explored:
    """Breadth-first search of all reachable states; stops at a violation, or with the level by which ``limit`` states
    are found. Raises :class:`EvaluationError` where the spec cannot be evaluated."""
    search = _Search(spec)
    search.run(limit)
    return Explored(search.result(), tuple(search.parents))


class _Search:
    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.group = symmetries(spec)
        self.initial = 0
        self.expanded = 0
        self.levels: list[int] = []
        self.generated = {action.name: 0 for action in spec.actions}
        self.distinct = dict(self.generated)
        self.witnesses = {witness.name: False for witness in spec.witnesses}
        self.violation: Violation | None = None
        #: The orbits of the states that were found.
        self.seen: set[State] = set()
        #: Every distinct state with the state that first led to it.
        self.parents: dict[State, State | None] = {}

    def run(self, limit: int | None) -> None:
        level = []
        for state in self.spec.initial_states():
            self.initial += 1
            if self._check(state, None):
                level.append(state)
        while level and self.violation is None:
            self.levels.append(len(level))
            if limit is not None and self.expanded and len(self.parents) >= limit:
                return
            following: list[State] = []
            for state in level:
                self._expand(state, following)
                if self.violation is not None:
                    return
                self.expanded += 1
            level = following

    def _expand(self, state: State, following: list[State]) -> None:
        enabled = False
        for step in successors(self.spec, state):
            enabled = True
            self.generated[step.action.name] += 1
            found = len(self.parents)
            if self._check(step.state, state):
                following.append(step.state)
            self.distinct[step.action.name] += len(self.parents) - found
            if self.violation is not None:
                return
        if not enabled and self.spec.model.deadlock:
            self._stop("deadlock", "", state, self.parents[state])

    def _check(self, state: State, parent: State | None) -> bool:
        """Look at one generated state; whether it is new and within the constraints."""
        within = all(c.holds(state) for c in self.spec.constraints)
        if within and state in self.seen:
            return False
        if within:
            self.seen.update(orbit(state, self.group))
            self.parents[state] = parent
        for witness in self.spec.witnesses:
            self.witnesses[witness.name] |= within and witness.holds(state)
        for invariant in self.spec.invariants:
            if not invariant.holds(state):
                self._stop("invariant", invariant.name, state, parent)
                return False
        return within

    def _stop(self, kind: ViolationKind, name: str, state: State, parent: State | None) -> None:
        if self.violation is not None:
            return
        behavior = [state]
        while parent is not None:
            behavior.insert(0, parent)
            parent = self.parents[parent]
        start = next(n for n in range(sum(self.spec.bindings())) if behavior[0] in self.spec.starts(n))
        self.violation = Violation(kind, name, tuple(behavior), (start,))

    def result(self) -> Result:
        verdict: Verdict = "ok" if self.parents else "vacuous"
        ending, frontier = None, len(self.parents) - self.expanded
        if self.violation is not None:
            verdict = "deadlock" if self.violation.kind == "deadlock" else "violation"
        elif frontier:
            verdict, ending = "incomplete", Ending("max-states", f"{len(self.parents):,} distinct states were found")
        deeper = len(self.parents) > sum(self.levels)
        return Result(
            verdict=verdict,
            complete=verdict in NO_ERROR,
            generated=self.initial + sum(self.generated.values()),
            levels=tuple(self.levels),
            distinct=len(self.parents),
            depth=max(1, len(self.levels) + deeper),
            actions={name: ActionCount(count, self.distinct[name]) for name, count in self.generated.items()},
            initial=self.initial,
            witnesses=self.witnesses,
            violation=self.violation,
            orbit_sum=len(self.seen),
            frontier=frontier,
            omission_probability=0.0,
            exact=True,
            workers=1,
            ending=ending,
        )
