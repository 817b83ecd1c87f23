"""What is wrong in the states of a behavior."""

from __future__ import annotations

from collections.abc import Iterator

from mc.dataclass import dataclass
from mc.engine.reference import successors
from mc.lang.state import State
from mc.spec.objects import Definition, Spec
from mc.trace.behavior import Behavior, Failure, find_failure
from mc.trace.explain import Explanation, explain


@dataclass(frozen=True)
class Verdict:
    """What the last state of a behavior violates."""

    #: "invariant", "property", "deadlock" or "evaluation", as of a search.
    kind: str
    #: The name of the invariant or property; empty otherwise.
    property: str
    #: One sentence.
    message: str
    #: Why an invariant is false.
    explanation: Explanation | None = None


def find_verdict(spec: Spec, behavior: Behavior) -> Verdict | None:
    """The violation that a search would report in the last state; None where there is none."""
    failure = behavior.failure or failure_in(spec, behavior.last)
    if failure is not None:
        return Verdict("evaluation", "", str(failure))
    for invariant in spec.invariants:
        if not holds(invariant, behavior.last):
            explanation = explain(spec, invariant, behavior.last)
            return Verdict("invariant", invariant.name, str(explanation), explanation)
    if spec.model.deadlock and next(successors(spec, behavior.last), None) is None:
        return Verdict("deadlock", "", "No action is enabled in the last state.")
    return None


def failure_in(spec: Spec, state: State) -> Failure | None:
    """Why a search cannot go on from ``state``; None where it can, or reports a false invariant before."""
    for invariant in spec.invariants:
        try:
            if not invariant.holds(state):
                return None
        except Exception:  # a spec is any Python, so this may be any exception
            break
    return find_failure(spec, state)


def violations(definitions: tuple[Definition, ...], states: tuple[State, ...]) -> Iterator[tuple[int, Definition]]:
    """For each definition that is false somewhere, the number of the first state in which it is."""
    for definition in definitions:
        number = next((n for n, state in enumerate(states, 1) if not holds(definition, state)), None)
        if number is not None:
            yield number, definition


def holds(definition: Definition, state: State) -> bool:
    """Whether a predicate is true; one that cannot be evaluated is not false (``find_failure`` tells of it)."""
    try:
        return definition.holds(state)
    except Exception:  # a spec is any Python, so this may be any exception
        return True
