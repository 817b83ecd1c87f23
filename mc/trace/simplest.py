"""Of all shortest behaviors to a violation the simplest: fewest faults, then fewest process switches.

The engine says which states such behaviors go through, one representative for each orbit
(:mod:`mc.engine.search.shortest`). Here the steps between them are found with the reference semantics, and the
switches counted: two steps by different processes, one after the other. A step that is no process's, such
as the loss of a message, comes between without a switch.

What the rest of a behavior costs depends on the state and on who took the last step, both up to the same
renaming. So it is computed once for each representative; then a real behavior follows the least cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mc.dataclass import dataclass
from mc.engine.reference import Step, successors
from mc.engine.result import Violation
from mc.lang.state import State
from mc.lang.values import ModelValue, rename
from mc.spec.objects import Spec
from mc.trace.behavior import Behavior, Canonical, ReplayError, confirmed, rebuild
from mc.trace.events import who_acts
from mc.trace.processes import Process
from mc.trace.renaming import find_renaming

#: Faults and switches.
Cost = tuple[int, int]


@dataclass(frozen=True)
class _Edge:
    """A step into the next layer."""

    step: Step
    fault: bool
    process: Process | None
    #: The representative of the state it leads to, and a renaming that makes it of that state.
    target: State
    renaming: Mapping[ModelValue, ModelValue]


def counterexample(spec: Spec, violation: Violation, canonical: Canonical) -> Behavior:
    """The behavior behind a violation: the simplest one, if the search was to look for it."""
    return (simplest if violation.layers else rebuild)(spec, violation, canonical)


def simplest(spec: Spec, violation: Violation, canonical: Canonical) -> Behavior:
    """The simplest behavior through ``violation.layers``; of equals the first in the order of rows and parameters.

    :class:`ReplayError` where the reference semantics have none.
    """
    search = _Simplest(spec, violation.layers, canonical)
    first = violation.layers[0]
    made = (state for binding in violation.starts for state in spec.starts(binding))
    initial = [state for state in made if canonical(state) in first]
    if not initial:
        raise ReplayError("the search's shortest behaviors begin in no initial state")
    state = start = min(initial, key=lambda state: search.cost(0, canonical(state), None))
    last: Process | None = None
    steps = []
    for level in range(len(violation.layers) - 1):
        edge = min(search.edges(level, state), key=lambda edge: search.through(level, edge, last))
        steps.append(edge.step)
        state, last = edge.step.state, edge.process or last
    return confirmed(spec, violation, Behavior(start, tuple(steps)))


class _Simplest:
    """The costs of what is left of a behavior, by level."""

    def __init__(self, spec: Spec, layers: tuple[frozenset[State], ...], canonical: Canonical) -> None:
        self.spec, self.layers, self.canonical = spec, layers, canonical
        self.who = who_acts(spec)
        #: By level: costs, and edges.
        self.known: list[dict[tuple[State, Process | None], Cost]] = [{} for _ in layers]
        self.found: list[dict[State, list[_Edge]]] = [{} for _ in layers]

    def cost(self, level: int, state: State, last: Process | None) -> Cost:
        """The least cost from a representative to the end, when ``last`` took the step to it."""
        if level == len(self.layers) - 1:
            return 0, 0
        if (state, last) not in self.known[level]:
            self.find(level, {(state, last)})
        return self.known[level][state, last]

    def find(self, level: int, wanted: set[tuple[State, Process | None]]) -> None:
        """Find the costs from some states of ``level``, and before them all those that they depend on.

        Not by recursion: a behavior may have more states than Python can have calls within each other.
        """
        found = []
        while wanted and level < len(self.layers) - 1:
            found.append((level, wanted))
            wanted = {
                (edge.target, _renamed(edge.process or last, edge))
                for state, last in wanted
                for edge in self.edges_of(level, state)
            }
            level += 1
            wanted -= self.known[level].keys()
        for at, pairs in reversed(found):
            for state, last in pairs:
                self.known[at][state, last] = min(self.through(at, e, last) for e in self.edges_of(at, state))

    def edges_of(self, level: int, state: State) -> list[_Edge]:
        """The edges from a representative, found once."""
        if state not in self.found[level]:
            self.found[level][state] = self.edges(level, state)
        return self.found[level][state]

    def through(self, level: int, edge: _Edge, last: Process | None) -> Cost:
        """The cost from ``edge`` on."""
        switched = edge.process is not None and last is not None and edge.process != last
        faults, switches = self.cost(level + 1, edge.target, _renamed(edge.process or last, edge))
        return faults + edge.fault, switches + switched

    def edges(self, level: int, state: State) -> list[_Edge]:
        """The steps from ``state`` into the layer after ``level``."""
        edges = []
        for step in successors(self.spec, state):
            target = self.canonical(step.state)
            if target in self.layers[level + 1]:
                fault = step.action.name in self.spec.faults
                renaming = find_renaming(self.spec, step.state, target)
                edges.append(_Edge(step, fault, self.who(state, step), target, renaming))
        if not edges:
            raise ReplayError(f"the search's shortest behaviors end here, by the reference semantics:\n{state!r}")
        return edges


def _renamed(process: Process | None, edge: _Edge) -> Process | None:
    """What the process is called where ``edge`` leads to."""
    return None if process is None else replace(process, value=rename(process.value, edge.renaming))
