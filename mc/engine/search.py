"""Breadth-first search, level by level, with any number of workers and the same result from all of them.

A level is expanded in batches of parents. For each batch the workers expand contiguous shares of it, then
each inserts the fingerprints of its own partition of the visited set in the order of the parents, then the
new states are appended to the next level in that same order. So nothing depends on who did what when.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from mc.engine import words
from mc.engine.asymmetry import SymmetryCheck
from mc.engine.layout import Rows
from mc.engine.program import Program, Words
from mc.engine.result import ActionCount, Progress, Result, Violation
from mc.engine.shortest import ShortestBehaviors
from mc.engine.visited import Visited, omission_probability
from mc.lang.state import State

#: Batches with fewer parents than this are not worth sharing.
SHARED = 256
PROGRESS_SECONDS = 0.2


@dataclass(frozen=True, order=True)
class Stop:
    """A reason to stop; the first in the order of parents and edges is the one reported."""

    parent: int
    edge: int
    kind: int
    invariant: int

    @property
    def steps(self) -> list[int]:
        """The edge that leads from the parent to the state to show; none where that is the parent."""
        return [self.edge] if self.kind in (words.VIOLATED, words.FAILED) else []

    @staticmethod
    def in_control(control: Words) -> Stop | None:
        if control[words.STOP] == words.OK:
            return None
        where = words.STOP_PARENT, words.STOP_EDGE, words.STOP, words.STOP_INVARIANT
        return Stop(*(int(control[w]) for w in where))


class Interrupt:
    """Whether the search should end early: a signal came, or its time is over."""

    def __init__(self, max_seconds: float | None) -> None:
        self.deadline = None if max_seconds is None else time.monotonic() + max_seconds
        self.signalled = False

    @property
    def due(self) -> bool:
        return self.signalled or (self.deadline is not None and time.monotonic() > self.deadline)

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Ctrl-C and SIGTERM end the search at its next safe point, not in the middle of a batch."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def note(*_: object) -> None:
            self.signalled = True

        kept = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)


class Search:
    """What breadth-first and depth-first search have in common: counters, initial states, the result."""

    name = ""
    #: States that are inserted before a crowded table of the visited set can grow, at most.
    slack = 0

    def __init__(
        self,
        engine: Program,
        workers: int,
        progress: Callable[[Progress], None] | None,
        max_seconds: float | None,
    ) -> None:
        self.engine = engine
        self.workers = workers
        self.report = progress
        self.reported = time.monotonic()
        self.interrupt = Interrupt(max_seconds)
        self.controls = [engine.control() for _ in range(workers)]
        self.visited = Visited(engine, workers, self.slack)
        self.symmetry_check = SymmetryCheck(engine)
        self.initial = 0
        self.stop: Stop | None = None
        #: Whether the search stopped at an initial state, whose number is the stop's parent.
        self.stopped_at_once = False

    def run(self, seconds: dict[str, float]) -> Result:
        """Search; returns the result whatever ends it. ``seconds``: what was spent before."""
        start = time.perf_counter()
        with self.interrupt.signals():
            self.explore()
        seconds["explore"] = time.perf_counter() - start
        return self.result(seconds)

    def explore(self) -> None:
        raise NotImplementedError

    def start(self) -> tuple[Rows, Words]:
        """The distinct initial states within the constraints, and their positions among all initial states."""
        engine = self.engine
        states = engine.spec.initial_states()
        self.initial = len(states)
        control = self.controls[0]
        packed = np.array([engine.layout.pack(state) for state in states]).reshape(-1, engine.words)
        self.symmetry_check.definitions()
        self.symmetry_check.initial(packed)
        rows, found = engine.inspect(packed, control)
        failed = int(control[words.STOP_PARENT]) if control[words.STOP] else len(states)
        control[words.STOP] = words.OK
        kept: dict[bytes, int] = {}
        for k in range(len(states)):
            if k == failed:
                self.stop = Stop(k, 0, words.FAILED, 0)
                break
            if found[k, words.WITHIN] and rows[k].tobytes() not in kept:
                kept[rows[k].tobytes()] = k
                control[words.ORBITS] += control[words.GROUP] // found[k, words.SYMMETRIES]
            if found[k, words.BROKEN]:
                self.stop = Stop(k, 0, words.VIOLATED, int(found[k, words.BROKEN]))
                break
        self.stopped_at_once = self.stop is not None
        positions = np.array(list(kept.values()), np.int64)
        self.visited.add(rows[positions])
        return rows[positions].reshape(-1), positions

    def tick(self, depth: int, frontier: int) -> None:
        """Report progress now and then."""
        now = time.monotonic()
        if self.report is not None and now - self.reported >= PROGRESS_SECONDS:
            self.reported = now
            self.report(Progress(depth, self.generated(), len(self.visited), frontier))

    def counters(self, offset: int) -> list[int]:
        """Per action, the sum of a counter over all workers."""
        count = len(self.engine.spec.actions)
        first = words.GENERATED + offset * count
        return [int(sum(c[first + k] for c in self.controls)) for k in range(count)]

    def generated(self) -> int:
        return self.initial + sum(self.counters(0))

    def make_result(
        self,
        *,
        levels: Sequence[int],
        depth: int,
        frontier: int,
        behavior: Callable[[Stop], tuple[State, ...]],
        seconds: dict[str, float],
    ) -> Result:
        """Put the result together; ``behavior`` rebuilds the states that lead to a stop."""
        spec = self.engine.spec
        violation = None
        verdict = "ok"
        if self.stop is not None:
            kind = {words.VIOLATED: "invariant", words.STUCK: "deadlock"}.get(self.stop.kind, "evaluation")
            verdict = {"invariant": "violation", "deadlock": "deadlock", "evaluation": "error"}[kind]
            name = spec.invariants[self.stop.invariant - 1].name if kind == "invariant" else ""
            path = self.replay(self.stop.parent, []) if self.stopped_at_once else behavior(self.stop)
            violation = Violation(kind, name, path, self.layers(self.stop))
        elif frontier:
            verdict = "incomplete"
        generated, distinct = self.counters(0), self.counters(1)
        seen = 0
        for control in self.controls:
            seen |= int(control[words.WITNESSES])
        found = len(self.visited)
        return Result(
            verdict=verdict,
            complete=verdict == "ok",
            generated=self.generated(),
            levels=tuple(levels),
            distinct=found,
            depth=depth,
            actions={a.name: ActionCount(g, d) for a, g, d in zip(spec.actions, generated, distinct, strict=True)},
            initial=self.initial,
            witnesses={w.name: bool(seen >> k & 1) for k, w in enumerate(spec.witnesses)},
            violation=violation,
            orbit_sum=int(sum(c[words.ORBITS] for c in self.controls)),
            frontier=frontier,
            omission_probability=0.0 if self.engine.exact else omission_probability(found),
            exact=self.engine.exact,
            workers=self.workers,
            search=self.name,
            seconds=seconds,
        )

    def result(self, seconds: dict[str, float]) -> Result:
        raise NotImplementedError

    def layers(self, stop: Stop) -> tuple[frozenset[State], ...]:
        """The states that the simplest behaviors to a stop go through, if the search was to look for them."""
        return ()

    def replay(self, first: int, edges: list[int]) -> tuple[State, ...]:
        """The representatives along a path: an initial state's position, then which successor each time."""
        engine = self.engine
        row = engine.layout.pack(engine.spec.initial_states()[first])
        row = engine.canonical_rows(row)[0]
        path = [engine.unpack(row)]
        for edge in edges:
            row = engine.canonical_rows(engine.successors(row)[0][edge - 1])[0]
            path.append(engine.unpack(row))
        return tuple(path)


class BreadthFirst(Search):
    """Level by level: the first violation found has a shortest behavior."""

    name = "bfs"
    #: Whether to keep the states of all levels, for the search of the simplest among the shortest behaviors.
    simplest = False

    def explore(self) -> None:
        self.rows: list[Rows] = []
        self.batches = [self.engine.batch() for _ in range(self.workers)]
        level, positions = self.start()
        #: Per level, the origin of each of its states; for initial states, their position in Init.
        self.log: list[Words] = [positions]
        self.levels: list[int] = []
        self.frontier = len(positions)
        with ThreadPoolExecutor(max(1, self.workers)) as self.pool:
            while self.frontier and self.stop is None and not self.interrupt.due:
                self.levels.append(len(self.log[-1]))
                level = self._expand_level(level)

    def _expand_level(self, level: Rows) -> Rows:
        """Expand all states of a level; returns the next one."""
        width, count = self.engine.words, self.levels[-1]
        self.symmetry_check.level(level[: count * width].reshape(-1, width))
        if self.simplest:
            self.rows.append(level[: count * width].reshape(-1, width))
        following = np.empty(max(count, words.BATCH) * width, np.int64)
        origins = np.empty(max(count, words.BATCH), np.int64)
        found = 0
        for first in range(0, count, words.BATCH):
            if self.interrupt.due:
                break
            last = min(first + words.BATCH, count)
            shares = self._expand_batch(level, first, last)
            counts = self._insert(len(shares))
            if found + sum(counts) > origins.size:
                room = max(2 * origins.size, found + sum(counts))
                following = np.concatenate([following[: found * width], np.empty((room - found) * width, np.int64)])
                origins = np.concatenate([origins[:found], np.empty(room - found, np.int64)])
            self._collect(counts, found, following, origins)
            found += sum(counts)
            self.frontier += sum(counts) - (last - first)
            stops = [stop for stop in map(Stop.in_control, self.controls) if stop is not None]
            if stops:
                self.stop = min(stops)
                break
            self.tick(len(self.levels), self.frontier)
        self.log.append(origins[:found].copy())
        return following

    def _each(self, work: Callable[[int], None], shares: int) -> None:
        """Do all shares of a piece of work, the first one here."""
        others = [self.pool.submit(work, k) for k in range(1, shares)]
        work(0)
        for other in others:
            other.result()

    def _expand_batch(self, level: Rows, first: int, last: int) -> range:
        shares = self.workers if last - first >= SHARED else 1
        bounds = [first + (last - first) * k // shares for k in range(shares + 1)]

        def work(k: int) -> None:
            batch, control = self.batches[k], self.controls[k]
            self.engine.library.expand_rows(level, bounds[k], bounds[k + 1], batch.data, control)

        self._each(work, shares)
        return range(shares)

    def _insert(self, shares: int) -> list[int]:
        """Insert all fingerprints of the batch; returns how many states of each share are new."""
        counts = [int(self.controls[k][words.COUNT]) for k in range(shares)]

        def work(share: int) -> None:
            for k in range(shares):
                self.visited.insert(share, self.batches[k], counts[k])

        if shares == 1:
            for share in range(self.workers):
                work(share)
        else:
            self._each(work, self.workers)
        return [int(np.count_nonzero(self.batches[k].fresh[: counts[k]])) for k in range(shares)]

    def _collect(self, counts: list[int], found: int, following: Rows, origins: Words) -> None:
        def work(k: int) -> None:
            batch, control = self.batches[k], self.controls[k]
            control[words.NEXT] = found + sum(counts[:k])
            count = int(control[words.COUNT])
            self.engine.library.collect(batch.data, batch.fresh, count, control, following, origins)

        self._each(work, len(counts))

    def result(self, seconds: dict[str, float]) -> Result:
        return self.make_result(
            levels=self.levels,
            depth=max(1, len(self.levels)),
            frontier=self.frontier,
            behavior=self._behavior,
            seconds=seconds,
        )

    def layers(self, stop: Stop) -> tuple[frozenset[State], ...]:
        """See :class:`ShortestBehaviors`; none where that is of no use."""
        if not self.simplest or self.stopped_at_once or stop.kind not in (words.VIOLATED, words.STUCK):
            return ()
        faults = frozenset(self.engine.spec.faults)
        return ShortestBehaviors(self.engine, self.rows, stop.invariant, faults).layers()

    def _behavior(self, stop: Stop) -> tuple[State, ...]:
        edges = stop.steps
        index = stop.parent
        for origins in reversed(self.log[1 : len(self.levels)]):
            edges.insert(0, int(origins[index]) >> words.PARENT_BITS)
            index = int(origins[index]) & words.PARENT_MASK
        return self.replay(int(self.log[0][index]), edges)


class DepthFirst(Search):
    """Depth-first with the same successors: the same states and verdict, but longer behaviors."""

    name = "dfs"

    @property
    def slack(self) -> int:  # type: ignore[override]
        """The successors of one state."""
        return self.engine.successor_limit

    def explore(self) -> None:
        engine, limit, width = self.engine, self.engine.successor_limit, self.engine.words + 2
        rows, self.positions = self.start()
        top = len(self.positions)
        stack = np.zeros((top + 64 * limit + 1024, width), np.int64)
        stack[:top, :-2] = rows.reshape(-1, engine.words)[::-1]
        stack[:top, -2] = range(top - 1, -1, -1)
        stack[:top, -1] = 1
        self.log = np.zeros(max(1024, 2 * top), np.int64)
        control, batch = self.controls[0], engine.batch()
        control[words.NEXT] = top
        control[words.DEPTH] = int(top > 0)
        while top and self.stop is None and not self.interrupt.due:
            if top + limit >= len(stack):
                stack = np.concatenate([stack, np.zeros_like(stack)])
            self.symmetry_check.level(stack[top - 1 : top, :-2])
            room = SHARED * limit if self.symmetry_check.begun else limit + 1
            while control[words.NEXT] + room > self.log.size:
                self.log = np.concatenate([self.log, np.zeros_like(self.log)])
            self.visited.grow_crowded()
            directory = self.visited.directory
            top = engine.library.dive(
                stack, top, len(stack), room, batch.data, batch.fresh, directory, control, self.log
            )
            self.stop = Stop.in_control(control)
            self.tick(int(control[words.DEPTH]), top)
        self.frontier = top

    def result(self, seconds: dict[str, float]) -> Result:
        depth = int(self.controls[0][words.DEPTH])
        return self.make_result(
            levels=(), depth=depth, frontier=self.frontier, behavior=self._behavior, seconds=seconds
        )

    def _behavior(self, stop: Stop) -> tuple[State, ...]:
        edges = stop.steps
        number = stop.parent
        while number >= len(self.positions):
            origin = int(self.log[number])
            edges.insert(0, origin >> words.PARENT_BITS)
            number = origin & words.PARENT_MASK
        return self.replay(int(self.positions[number]), edges)
