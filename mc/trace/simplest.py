"""Of all shortest behaviors to a violation the simplest: fewest faults, then fewest process switches.

The engine says which states such behaviors go through, one representative for each orbit
(:mod:`mc.engine.shortest`). Here the real states and steps among them are followed, with the reference
semantics, and the switches counted: two steps by different processes, one after the other. A step that is
no process's, such as the loss of a message, comes between without a switch.
"""

from __future__ import annotations

from dataclasses import dataclass

from mc.engine.reference import Step, successors
from mc.engine.result import Violation
from mc.lang.state import State
from mc.spec.objects import Spec
from mc.trace.behavior import Behavior, Canonical, ReplayError, confirmed
from mc.trace.events import who_acts
from mc.trace.processes import Process


@dataclass(frozen=True)
class _Way:
    """The best way to a state so far."""

    faults: int
    switches: int
    initial: State
    steps: tuple[Step, ...]

    @property
    def cost(self) -> tuple[int, int]:
        return self.faults, self.switches


def simplest(spec: Spec, violation: Violation, canonical: Canonical) -> Behavior:
    """The simplest behavior through ``violation.layers``; of equals the first in the order of rows and parameters.

    :class:`ReplayError` where the reference semantics have none.
    """
    first, *following = violation.layers
    acting = who_acts(spec)
    # By state and by who took the last step: both decide what the rest costs.
    ways: dict[tuple[State, Process | None], _Way] = {
        (state, None): _Way(0, 0, state, ()) for state in spec.initial_states() if canonical(state) in first
    }
    for layer in following:
        further: dict[tuple[State, Process | None], _Way] = {}
        for (state, last), way in ways.items():
            for step in successors(spec, state):
                if canonical(step.state) not in layer:
                    continue
                process = acting(state, step)
                switched = None not in (process, last) and process != last
                fault = step.action.name in spec.faults
                found = _Way(way.faults + fault, way.switches + switched, way.initial, (*way.steps, step))
                key = (step.state, last if process is None else process)
                if key not in further or found.cost < further[key].cost:
                    further[key] = found
        ways = further
    if not ways:
        raise ReplayError("the search's shortest behaviors are none by the reference semantics")
    best = min(ways.values(), key=lambda way: way.cost)
    return confirmed(spec, violation, Behavior(best.initial, best.steps))
