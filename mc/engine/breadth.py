"""Breadth-first search, level by level, with any number of workers and the same result from all of them.

A level is expanded in batches of parents. For each batch the workers expand contiguous shares of it, then
each inserts the fingerprints of its own partition of the visited set in the order of the parents, then the
new states are appended to the next level in that same order. So nothing depends on who did what when.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from mc.engine import words
from mc.engine.layout import Rows
from mc.engine.program import Words
from mc.engine.result import Result
from mc.engine.search import SHARED, Search, Stop
from mc.engine.shortest import ShortestBehaviors
from mc.lang.state import State


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
