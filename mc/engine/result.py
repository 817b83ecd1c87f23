"""What a search returns, whichever engine and order made it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any, Literal

from mc.dataclass import dataclass
from mc.formula.nodes import NOWHERE, Place
from mc.lang.state import State

#: "vacuous": no initial state, or none within the constraints; "error": an evaluation failed; "assumption": an
#: assumption, or a postcondition, does not hold.
Verdict = Literal["ok", "vacuous", "violation", "deadlock", "incomplete", "error", "assumption"]
#: Why a search stopped: "evaluation" where the spec cannot be evaluated in the last state; "property" where a step, an
#: initial state, or a behavior that goes on for ever, is not as a property of behaviors wants it; "assertion": an
#: ``Assert`` of what is FALSE.
ViolationKind = Literal["invariant", "deadlock", "evaluation", "property", "assumption", "postcondition", "assertion"]
VERDICTS: Mapping[ViolationKind, Verdict] = {
    "invariant": "violation",
    "property": "violation",
    "deadlock": "deadlock",
    "evaluation": "error",
    "assertion": "error",
    "assumption": "assumption",
    "postcondition": "assumption",
}
#: What ends a search although states are left, or lets a search of all states say too little: "properties" that are
#: not checked.
Limit = Literal["max-seconds", "max-states", "max-depth", "memory", "disk", "signal", "properties"]
#: Breadth-first or depth-first.
Order = Literal["bfs", "dfs"]
#: Verdicts of a search that went on to its end and found no error; "vacuous": there was no state to expand.
NO_ERROR = ("ok", "vacuous")


@dataclass(frozen=True)
class Unevaluable:
    """A place in a spec where a value may turn out not to exist."""

    file: str
    line: int
    why: str
    #: The definition that is evaluated there, where the search knows it; ``why`` then has the place in it.
    where: str = ""


@dataclass(frozen=True)
class Taken:
    """What led from one state of a behavior to the next."""

    #: Of the action.
    name: str
    arguments: tuple[Any, ...]
    #: Of the action's formula, in a TLA+ module.
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Loop:
    """How a behavior goes on for ever after its last state."""

    #: The place of the state to which it goes back, counted from 0.
    to: int
    #: What leads there; None: it stutters.
    step: Taken | None


@dataclass(frozen=True)
class Violation:
    """Why a search stopped before its end."""

    kind: ViolationKind
    #: The name of the invariant or property, or what is assumed; empty otherwise.
    property: str
    #: The states that the search stored on its way, the initial one first. Under symmetry each
    #: stands for its orbit, so two neighbours need not be one step apart: ``mc.trace`` rebuilds that.
    representatives: tuple[State, ...]
    #: The bindings of Init (by their numbers, see ``Spec``) that make initial states to begin with: one that makes one
    #: of the orbit of the first representative, or, with ``layers``, one for each state of the first layer.
    starts: tuple[int, ...]
    #: If the simplest was asked for: per state of the behavior, the representatives of all states that a
    #: shortest behavior with the fewest faults can have in its place.
    layers: tuple[frozenset[State], ...] = ()
    #: What the compiled spec could not evaluate, and why.
    failure: Unevaluable | None = None
    #: Where the representatives are a behavior as they stand: what led to each but the first.
    steps: tuple[Taken, ...] = ()
    #: Of a temporal property.
    loop: Loop | None = None


@dataclass(frozen=True)
class ActionCount:
    """Successors that an action generated, and how many of them were new distinct states."""

    generated: int = 0
    distinct: int = 0


def action_counts(names: Iterable[str], generated: Iterable[int], distinct: Iterable[int]) -> dict[str, ActionCount]:
    """What the actions count, by name; several may have the same."""
    found: dict[str, ActionCount] = {}
    for name, made, new in zip(names, generated, distinct, strict=False):
        before = found.get(name, ActionCount())
        found[name] = ActionCount(before.generated + made, before.distinct + new)
    return found


@dataclass(frozen=True)
class Ending:
    """Why a search that found no error ended although states were left."""

    limit: Limit
    #: The same for readers: a clause.
    reason: str


@dataclass(frozen=True)
class Result:
    """Counts by TLC's rules (design, section 4) and the verdict."""

    verdict: Verdict
    #: Whether all reachable states within the constraints were expanded.
    complete: bool
    generated: int
    #: Distinct states per level (breadth-first), the initial level first; levels that are not complete are left out.
    levels: tuple[int, ...]
    distinct: int
    #: The number of levels, with that of a state that violates an invariant, as TLC counts it; for depth-first search
    #: the length of the longest stored path.
    depth: int
    actions: dict[str, ActionCount]
    #: Initial states generated.
    initial: int
    witnesses: dict[str, bool]
    violation: Violation | None
    #: Sum of the sizes of the orbits found: the distinct states without symmetry.
    orbit_sum: int
    #: Distinct states that were found but not expanded.
    frontier: int
    #: Probability that some state was taken for another one with the same fingerprint.
    omission_probability: float
    #: Whether whole states were compared, not fingerprints.
    exact: bool
    workers: int
    search: Order = "bfs"
    #: None where the search is complete, or found an error.
    ending: Ending | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    #: What the search has to say of the model, a sentence each.
    warnings: tuple[str, ...] = ()


#: Progress is reported so often.
PROGRESS_SECONDS = 0.2


@dataclass(frozen=True)
class Progress:
    """A report from a running search."""

    depth: int
    generated: int
    distinct: int
    frontier: int
    #: Initial states, and how many of them are distinct; None where the search does not say.
    initial: tuple[int, int] | None = None
