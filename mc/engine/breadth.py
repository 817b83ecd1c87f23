"""Breadth-first search, level by level, with any number of workers and the same result from all of them.

A level is expanded in batches of parents. For each batch the workers expand contiguous shares of it, then
each inserts the fingerprints of its own partition of the visited set in the order of the parents, then the
new states are appended to the next level in that same order. So nothing depends on who did what when.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import numpy as np

from mc.engine import words
from mc.engine.layout import Rows
from mc.engine.levels import Levels
from mc.engine.limits import Limits, resident, size_text
from mc.engine.program import Program
from mc.engine.result import Progress, Result
from mc.engine.search import SHARED, Search, Stop
from mc.engine.shortest import ShortestBehaviors
from mc.errors import UsageError
from mc.lang.state import State

#: A memory limit divided by this is kept free for the next batch.
SPARE = 16


class BreadthFirst(Search):
    """Level by level: the first violation found has a shortest behavior."""

    name = "bfs"

    def __init__(
        self,
        engine: Program,
        workers: int,
        progress: Callable[[Progress], None] | None,
        limits: Limits,
        simplest: bool = False,
    ) -> None:
        """``simplest``: keep the states of all levels, to search the simplest among the shortest behaviors."""
        super().__init__(engine, workers, progress, limits)
        self.simplest = simplest
        self.store = Levels(engine.words, simplest, limits.directory)
        #: Successors in a batch, at most so far.
        self.most = 0

    def run(self, seconds: dict[str, float]) -> Result:
        """See :class:`Search`; also closes the files."""
        with closing(self.store):
            return super().run(seconds)

    def explore(self) -> None:
        self.batches = [self.engine.batch() for _ in range(self.workers)]
        rows, positions = self.start()
        self.store.begin()
        for place, found in zip(self.store.place(len(positions)), (rows, positions), strict=True):
            place[:] = found
        self.frontier = len(positions)
        self._check_memory()
        #: Sizes of the levels that are complete.
        self.levels = [self.frontier] if self.frontier and self.stop is None else []
        with ThreadPoolExecutor(max(1, self.workers)) as self.pool:
            while self.frontier and self.stop is None and not self._ends():
                if self._expand_level() and self.frontier:
                    self.levels.append(self.frontier)

    def _ends(self) -> bool:
        """Whether the search ends before it expands the last level."""
        return self._due() or self.guard.deep(len(self.levels))

    def _due(self) -> bool:
        """Whether the search ends before its next batch; keeps below the memory limit."""
        limit = self.guard.limits.memory
        if limit is not None:
            # A batch may have more successors than any before it.
            growth = self.visited.growth(2 * self.most)
            if self._resident() + growth > limit - limit // SPARE:
                try:
                    self.store.spill()
                except OSError as error:
                    self.guard.end("disk", f"there was no room for files of --memory: {error.strerror} (--out)")
                if self.guard.ending is None and self._resident() + growth > limit:
                    self.guard.end("memory", f"the visited set does not fit the memory (--memory {size_text(limit)})")
        return self.guard.due(len(self.visited))

    def _resident(self) -> int:
        return resident(self.visited.nbytes + self.store.nbytes)

    def _check_memory(self) -> None:
        """:class:`UsageError` where a memory limit is less than what it takes to start."""
        limit, taken = self.guard.limits.memory, self._resident()
        if limit is not None and taken > limit:
            enough = size_text(-(-taken * 5 // 4 >> 20) << 20)
            raise UsageError(f"--memory {size_text(limit)}: mc takes {taken >> 20}M to start; give at least {enough}")

    def _expand_level(self) -> bool:
        """Expand the states of the last level; those found are the next one. Whether all were expanded."""
        level, width = self.store.rows[-1], self.engine.words
        sample = [level.read(k, k + 1) for k in self.symmetry_check.sample(len(level))]
        self.symmetry_check.level(np.array(sample, np.int64).reshape(-1, width))
        self.store.begin()
        for first, parents in level.batches():
            if self._due():
                return False
            shares = self._expand_batch(parents)
            counts = self._insert(len(shares))
            self._collect(counts, first)
            self.frontier += sum(counts) - parents.size // width
            self.store.expanded(first + parents.size // width)
            stops = [stop for stop in map(Stop.in_control, self.controls) if stop is not None]
            if stops:
                # Parents are counted from the first of the batch.
                self.stop = replace(min(stops), parent=first + min(stops).parent)
                return False
            self.tick(len(self.levels), self.frontier)
        self.store.drop()
        return True

    def _each(self, work: Callable[[int], None], shares: int) -> None:
        """Do all shares of a piece of work, the first one here."""
        others = [self.pool.submit(work, k) for k in range(1, shares)]
        work(0)
        for other in others:
            other.result()

    def _expand_batch(self, parents: Rows) -> range:
        count = parents.size // self.engine.words
        shares = self.workers if count >= SHARED else 1
        bounds = [count * k // shares for k in range(shares + 1)]

        def work(k: int) -> None:
            batch, control = self.batches[k], self.controls[k]
            self.engine.library.expand_rows(parents, bounds[k], bounds[k + 1], batch.data, control)

        self._each(work, shares)
        return range(shares)

    def _insert(self, shares: int) -> list[int]:
        """Insert all fingerprints of the batch; returns how many states of each share are new."""
        counts = [int(self.controls[k][words.COUNT]) for k in range(shares)]
        self.most = max(self.most, sum(counts))

        def work(partition: int) -> None:
            self.visited.reserve(partition, sum(counts))
            for k in range(shares):
                self.visited.insert(partition, self.batches[k], counts[k])

        if shares == 1:
            for partition in range(self.workers):
                work(partition)
        else:
            self._each(work, self.workers)
        return [int(np.count_nonzero(self.batches[k].fresh[: counts[k]])) for k in range(shares)]

    def _collect(self, counts: list[int], first: int) -> None:
        """Add the new states of a batch to the next level; ``first``: the index of the first parent."""
        rows, origins = self.store.place(sum(counts))

        def work(k: int) -> None:
            batch, control = self.batches[k], self.controls[k]
            control[words.NEXT] = sum(counts[:k])
            count = int(control[words.COUNT])
            self.engine.library.collect(batch.data, batch.fresh, count, control, rows, origins)

        self._each(work, len(counts))
        origins += first

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
        return ShortestBehaviors(self.engine, self.store.rows[: len(self.levels)], stop.invariant, faults).layers()

    def _behavior(self, stop: Stop) -> tuple[State, ...]:
        first, edges = self.store.path(len(self.levels) - 1, stop.parent)
        return self.replay(first, edges + stop.steps)
