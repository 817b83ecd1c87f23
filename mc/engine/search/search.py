"""What breadth-first and depth-first search have in common: how they stop, and what they report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mc.engine.program.program import Program, Words
from mc.engine.result import (
    NO_ERROR,
    PROGRESS_SECONDS,
    VERDICTS,
    Order,
    Progress,
    Result,
    Verdict,
    Violation,
    ViolationKind,
    action_counts,
)
from mc.engine.runtime import words
from mc.engine.search.asymmetry import SymmetryCheck
from mc.engine.search.limits import Guard
from mc.engine.search.team import Team
from mc.engine.search.visited import Visited, omission_probability
from mc.engine.store.layout import Rows
from mc.lang.state import State
from mc.spec.objects import Definition, Step

#: What the reasons to stop are called, but for those why an evaluation failed.
_KINDS: Mapping[int, ViolationKind] = {words.VIOLATED: "invariant", words.STUCK: "deadlock"}


@dataclass(frozen=True, order=True)
class Stop:
    """A reason to stop; the first in the order of parents and edges is the one reported."""

    parent: int
    edge: int
    kind: int
    #: The number of the invariant that is violated, or of what cannot be evaluated, from 1; 0 for a deadlock.
    what: int

    @property
    def steps(self) -> list[int]:
        """The edge that leads from the parent to the state to show; none where that is the parent."""
        return [self.edge] if self.kind in (words.VIOLATED, words.FAILED) else []

    @property
    def origin(self) -> int:
        """Of an initial state."""
        return self.parent | self.edge << words.PARENT_BITS

    @staticmethod
    def in_control(control: Words) -> Stop:
        """The one that a control array has noted."""
        where = words.STOP_PARENT, words.STOP_EDGE, words.STOP, words.STOP_WHAT
        return Stop(*(int(control[w]) for w in where))


class Search:
    """What breadth-first and depth-first search have in common: counters, initial states, the result."""

    name: Order

    def __init__(
        self,
        engine: Program,
        workers: int,
        progress: Callable[[Progress], None] | None,
        guard: Guard,
    ) -> None:
        self.engine = engine
        self.workers = workers
        self.report = progress
        self.reported = time.monotonic()
        self.guard = guard
        #: Of each part of a batch; the first one's also counts what is found before.
        self.controls = engine.controls(words.PARTS)
        self.team = Team(engine, workers)
        self.visited = Visited(engine, self.team, self.slack())
        self.symmetry_check = SymmetryCheck(engine)
        self.batch = engine.batch(words.PARTS)
        #: Whether all initial states were made.
        self.started = False
        #: When it began, and the seconds of the search that it resumes.
        self.began = time.perf_counter()
        self.earlier = 0.0
        self.stop: Stop | None = None
        #: Whether the search stopped at an initial state, whose binding is the stop's parent.
        self.stopped_at_once = False

    def run(self, seconds: dict[str, float]) -> Result:
        """Search; returns the result whatever ends it. ``seconds``: what was spent before."""
        self.began = time.perf_counter()
        with self.guard.signals(), self.team:
            self.explore()
            self.symmetry_check.finish()
        seconds["explore"] = self.seconds()
        return self.result(seconds)

    def seconds(self) -> float:
        """How long the search has taken so far, with what it took before it was resumed."""
        return self.earlier + time.perf_counter() - self.began

    def explore(self) -> None:
        raise NotImplementedError

    def slack(self) -> int:
        """States that are inserted before a crowded table of the visited set can grow, at most."""
        return 0

    def start(self) -> Iterator[int]:
        """Make the initial states, in batches: yields in how many parts each is, for its new states to be collected.

        Ends before they are all made where a limit says so, or one of them stops the search.
        """
        bindings, size = self.engine.bindings, min(words.PART, self.batch.capacity // self.engine.initial_limit)
        self.symmetry_check.definitions()
        for _ in self.symmetry_check.initial():
            if self.guard.due(0):
                return
        step = min(words.BATCH, words.PARTS * size)
        for first in range(0, bindings, step):
            if first and self._due():
                return
            count = min(step, bindings - first)
            parts = -(-count // size)
            self.team.do(words.START, parts, self._given(None, count, first))
            stopped = np.nonzero(self.controls[:parts, words.STOP])[0]
            if stopped.size:
                # Bindings that come after it are not looked at.
                parts = int(stopped[0]) + 1
            self.visited.insert(self.batch, parts)
            yield parts
            if self._stopped(parts):
                self.stopped_at_once = True
                self._count_initial()
                return
        self.started = True

    def _count_initial(self) -> None:
        """Count also the initial states that come after the one at which the search stopped."""
        column = words.GENERATED + len(self.engine.spec.actions)
        self.controls[:, column] = 0
        for count in self.engine.count_initial():
            self.controls[0, column] += count
            if self.guard.due(0):
                return

    def _stopped(self, parts: int) -> bool:
        """Whether something in the first parts of a batch stops the search."""
        stops = self.controls[:parts]
        stops = stops[stops[:, words.STOP] != words.OK]
        self.stop = min(map(Stop.in_control, stops), default=None)
        return self.stop is not None

    def _due(self) -> bool:
        """Whether the search ends before its next batch."""
        return self.guard.due(len(self.visited))

    def _given(self, parents: Rows | None, count: int, first: int) -> dict[int, int | Words]:
        """What the board has to say of the expansion of so many parents, or bindings of Init; ``first``: the number of
        the first of them."""
        return {
            words.ROWS: 0 if parents is None else parents,
            words.PARENTS: count,
            words.FIRST_PARENT: first,
            words.DIRECTORY: self.visited.directory,
            words.BATCHED: self.batch.data,
            words.CONTROLS: self.controls,
        }

    def tick(self, depth: int, frontier: int) -> None:
        """Report progress now and then."""
        now = time.monotonic()
        if self.report is not None and now - self.reported >= PROGRESS_SECONDS:
            self.reported = now
            self.report(Progress(depth, self.generated(), len(self.visited), frontier))

    def counters(self, offset: int) -> list[int]:
        """Per action, and for Init after them, the sum of a counter over all parts."""
        count = len(self.engine.spec.actions) + 1
        first = words.GENERATED + offset * count
        return [int(counted) for counted in self.controls[:, first : first + count].sum(axis=0)]

    def generated(self) -> int:
        return sum(self.counters(0))

    def witnesses(self) -> int:
        """Bit set of the witnesses seen."""
        return int(np.bitwise_or.reduce(self.controls[:, words.WITNESSES]))

    def orbits(self) -> int:
        """Sum of the sizes of the orbits found."""
        found = self.controls[:, [words.ORBITS, words.ORBITS_MORE]].tolist()
        return sum(low + (high << words.ORBIT_BITS) for low, high in found)

    def _set_orbits(self, total: int) -> None:
        """Count no other orbits so far."""
        self.controls[0][words.ORBITS_MORE], self.controls[0][words.ORBITS] = divmod(total, 1 << words.ORBIT_BITS)

    def save_counters(self) -> dict[str, Any]:
        """What the search has counted, for a checkpoint."""
        return {
            "generated": self.counters(0),
            "distinct": self.counters(1),
            "witnesses": self.witnesses(),
            "orbits": self.orbits(),
            "tested": self.symmetry_check.tested,
            "seconds": self.seconds(),
        }

    def restore_counters(self, saved: dict[str, Any]) -> None:
        """The counterpart of :meth:`save_counters`: all that was counted is of the first part now."""
        self.started = True
        counts = [*saved["generated"], *saved["distinct"]]
        self.controls[0][words.GENERATED : words.GENERATED + len(counts)] = counts
        self.controls[0][words.WITNESSES] = saved["witnesses"]
        self._set_orbits(saved["orbits"])
        self.symmetry_check.tested = saved["tested"]
        self.earlier = saved["seconds"]

    def make_result(
        self,
        *,
        levels: Sequence[int],
        depth: int,
        frontier: int,
        path: Callable[[Stop], tuple[int, list[int]]],
        seconds: dict[str, float],
    ) -> Result:
        """Put the result together; ``path`` tells how a stop was found: the origin of an initial state, and edges from
        there on."""
        spec = self.engine.spec
        violation = None
        verdict: Verdict = "ok" if len(self.visited) else "vacuous"
        if self.stop is not None:
            kind = _KINDS.get(self.stop.kind, "evaluation")
            name = ""
            if kind == "invariant":
                asked: list[Definition | Step] = [*spec.invariants, *spec.action_properties]
                name = asked[self.stop.what - 1].name
                kind = "invariant" if self.stop.what <= len(spec.invariants) else "property"
            verdict = VERDICTS[kind]
            failure = self.engine.failures[self.stop.what - 1] if kind == "evaluation" else None
            start, edges = (self.stop.origin, []) if self.stopped_at_once else path(self.stop)
            starts, layers = self.simplest_ways(self.stop) or ((start & words.PARENT_MASK,), ())
            violation = Violation(kind, name, self.replay(start, edges), starts, layers, failure)
        elif frontier or not self.started:
            verdict = "incomplete"
        generated, distinct = self.counters(0), self.counters(1)
        seen = self.witnesses()
        found = len(self.visited)
        return Result(
            verdict=verdict,
            complete=verdict in NO_ERROR,
            generated=self.generated(),
            levels=tuple(levels),
            distinct=found,
            depth=depth,
            actions=action_counts([a.name for a in spec.actions], generated, distinct),
            initial=generated[-1],
            witnesses={w.name: bool(seen >> k & 1) for k, w in enumerate(spec.witnesses)},
            violation=violation,
            orbit_sum=self.orbits(),
            frontier=frontier,
            omission_probability=0.0 if self.engine.exact else omission_probability(found),
            exact=self.engine.exact,
            workers=self.workers,
            search=self.name,
            ending=self.guard.ending if verdict == "incomplete" else None,
            seconds=seconds,
        )

    def result(self, seconds: dict[str, float]) -> Result:
        raise NotImplementedError

    def simplest_ways(self, stop: Stop) -> tuple[tuple[int, ...], tuple[frozenset[State], ...]] | None:
        """The bindings of Init and the layers of states that the simplest behaviors to a stop go through (see
        :class:`Violation`), if the search was to look for them."""
        return None

    def replay(self, start: int, edges: list[int]) -> tuple[State, ...]:
        """The representatives along a path: from an initial state, by its origin; then which successor each time."""
        engine = self.engine
        row = engine.canonical_rows(engine.initial_row(start))[0]
        path = [engine.unpack(row)]
        for edge in edges:
            row = engine.canonical_rows(engine.successors(row)[0][edge - 1])[0]
            path.append(engine.unpack(row))
        return tuple(path)
