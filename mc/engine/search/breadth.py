"""Breadth-first search, level by level, with any number of workers and the same result from all of them.

A level is expanded in batches of parents. Of each batch the workers expand one part after the other, and drop those
successors that were visited before; then they insert the others, one share of the visited set after the other, each
in the order of the parents; then the new states are appended to the next level in that same order. So nothing
depends on who did what when.

Once a part of the visited set has moved to the disk, a state that is not in memory is new or was found long ago.
Which of the two stays open until the level is complete, and is then settled for all of them by reading that part
once: delayed duplicate detection (Korf 2003, "Delayed duplicate detection: extended abstract", IJCAI; Stern and Dill
1998, see ``mc.engine.search.segments``). Until then such a state has its place in the next level and is counted. It was
looked at when it was found first, and satisfied the invariants; so a search stops where it would without a disk.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np

from mc.engine.program.program import Program, Words
from mc.engine.result import Progress, Result
from mc.engine.runtime import words
from mc.engine.search.levels import Items, Levels
from mc.engine.search.limits import Guard, resident, size_text
from mc.engine.search.search import Search, Stop
from mc.engine.store.layout import Rows
from mc.errors import UsageError
from mc.lang.state import State

if TYPE_CHECKING:
    from mc.engine.search.checkpoint import Checkpoint, Checkpoints

#: A memory limit divided by this is kept free for the next batch: where there is less, levels go to files ...
SPARE = 16
#: ... and where there is less than this part even then, the visited set.
LEAST = 32
#: Parents in a part of a batch, at least: fewer are not worth sharing.
LEAST_PART = 64
#: New states that narrow levels make at a time, at most.
ROOM = 1 << 12


class BreadthFirst(Search):
    """Level by level: the first violation found has a shortest behavior."""

    name = "bfs"

    def __init__(
        self,
        engine: Program,
        workers: int,
        progress: Callable[[Progress], None] | None,
        guard: Guard,
        simplest: bool = False,
        checkpoints: Checkpoints | None = None,
        resumed: Checkpoint | None = None,
    ) -> None:
        """``simplest``: keep the states of all levels, to search the simplest among the shortest behaviors."""
        super().__init__(engine, workers, progress, guard)
        self.checkpoints = checkpoints
        self.resumed = resumed
        self.simplest = simplest
        self.store = Levels(engine.words, simplest, guard.limits.directory)
        #: Successors in a batch, at most so far.
        self.most = 0
        #: Sizes of the levels that are complete, and how many states were found and not expanded.
        self.levels: list[int] = []
        self.frontier = 0
        #: Where narrow levels leave their new states: rows, flat, and origins; and how many are of each level.
        self.room = min(ROOM, words.PARTS * engine.part)
        self.descent = tuple(np.empty(self.room * width, np.int64) for width in (engine.words, 1, 1))

    def run(self, seconds: dict[str, float]) -> Result:
        """See :class:`Search`; also closes the files."""
        with closing(self.store), closing(self.visited):
            return super().run(seconds)

    def explore(self) -> None:
        if self.resumed is None:
            self._begin()
        else:
            self._restore(self.resumed)
        while self.frontier and self.stop is None and not self._ends():
            narrow = self.frontier <= self.team.narrow and self.visited.moved is None
            if narrow and not self._descend():
                continue
            whole = self._expand_level(expanded=narrow)
            self._settle()
            if whole and self.frontier:
                self.levels.append(self.frontier)
                self._checkpoint(every=True)
        full = self.guard.ending is not None and self.guard.ending.limit == "disk"
        if len(self.store.sizes) == len(self.levels) and not full:
            # It ended before it expanded a level.
            self._checkpoint(every=False)

    def _begin(self) -> None:
        """The initial states."""
        self._check_memory(0)
        self.store.begin()
        for parts in self.start():
            self.frontier += self._collect(parts)
            self.tick(1, self.frontier)
        self._settle()
        if self.frontier and self.started:
            self.levels.append(self.frontier)

    def _restore(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint; :class:`CheckpointError` where it is damaged."""
        store, count = self.store, sum(checkpoint.levels)
        growth, fingerprints = self.visited.growth(count), checkpoint.read(checkpoint.visited)
        in_memory = self.engine.exact or self._fits(growth)
        self._check_memory(growth if in_memory else 0)
        self.restore_counters(checkpoint.counters)
        # First what stays in memory.
        if in_memory:
            self.visited.restore(fingerprints, count)
        else:
            try:
                self.visited.restore_moved(fingerprints, self.guard.limits.directory)
            except OSError as error:
                raise checkpoint.error(_no_room(error)) from None
        store.resume(checkpoint.levels)
        sources: list[tuple[Items, dict[str, Any]]] = [(store.log, file) for file in checkpoint.origins]
        for level in range(0 if self.simplest else len(store.sizes) - 1, len(store.sizes)):
            sources.append((store.rows[level], checkpoint.rows[str(level)]))
        for items, file in sources:
            for block in checkpoint.read(file):
                items.append(block.reshape(-1))
                self._keep_memory()
        self.levels = list(store.sizes)
        self.frontier = self.levels[-1]
        if (len(store.log), len(store.rows[-1]), len(self.visited)) != (count, self.frontier, count):
            raise checkpoint.damaged("its files do not fit each other")

    def _checkpoint(self, every: bool) -> None:
        """Write a checkpoint of the last level; ``every``: only if one is due."""
        made = self.checkpoints
        if made is None or made.level == len(self.levels) or (every and not made.due(len(self.levels))):
            return
        # What counts as tested is not looked at again by the search that resumes.
        self.symmetry_check.finish()
        try:
            made.write(self.engine, self.store, self.visited.save(), self.save_counters())
        except OSError as error:
            last = f"; the one of level {made.level} is whole" if made.level else ""
            self.guard.end("disk", f"no checkpoint can be written to {made.directory}: {error.strerror}{last}")

    def _ends(self) -> bool:
        """Whether the search ends before it expands the last level."""
        return self._due() or self.guard.deep(len(self.levels))

    def _due(self) -> bool:
        self._keep_memory()
        states = self.guard.limits.max_states
        if states is not None and len(self.visited) > states:
            # There may be fewer.
            self._settle()
        return super()._due()

    def _keep_memory(self) -> None:
        """Where the memory limit is near, move levels and origins to files, then the visited set; where that is not
        enough, end."""
        limit, directory = self.guard.limits.memory, self.guard.limits.directory
        if limit is None or self._fits(self._growth() + limit // SPARE):
            return
        try:
            self.store.spill()
            if not self.engine.exact and not self._fits(self._growth() + limit // LEAST):
                self._settle()
                self.visited.move(directory)
        except OSError as error:
            self.guard.end("disk", _no_room(error))
            return
        if not self._fits(self._growth()):
            what = "the visited set (--exact)" if self.engine.exact else "a batch of states and its successors"
            self.guard.end("memory", f"{what} does not fit the memory (--memory {size_text(limit)})")

    def _growth(self) -> int:
        """Bytes that the next batch may take: it may have more successors than any before it."""
        return self.visited.growth(2 * self.most) + self.most * self.batch.state_bytes

    def _resident(self) -> int:
        return resident(self.visited.nbytes + self.store.nbytes)

    def _fits(self, more: int) -> bool:
        """Whether so many bytes more are within the memory limit."""
        limit = self.guard.limits.memory
        return limit is None or self._resident() + more <= limit

    def _check_memory(self, growth: int) -> None:
        """:class:`UsageError` where a memory limit is less than what it takes to start, with so much to come."""
        limit, taken = self.guard.limits.memory, self._resident() + growth
        if limit is not None and taken > limit:
            enough = size_text(-(-taken * 5 // 4 >> 20) << 20)
            raise UsageError(f"--memory {size_text(limit)}: mc takes {taken >> 20}M to start; give at least {enough}")

    def _settle(self) -> None:
        """Drop those states of the next level that are on the disk already, as if they had not been taken for new."""
        if not len(self.store.open):
            return
        self.visited.mark()
        control, actions = self.controls[0], len(self.engine.spec.actions) + 1
        distinct = control[words.GENERATED + actions : words.GENERATED + 2 * actions]
        for kinds in self.store.settle(self.visited.marked):
            distinct -= np.bincount(kinds & words.ACTION_MASK, minlength=actions)
            control[words.ORBITS] -= (control[words.GROUP] // (kinds >> words.ACTION_BITS)).sum()
            self.frontier -= len(kinds)

    def _descend(self) -> bool:
        """Expand levels one after the other as long as they are narrow, without Python between them. Whether the last
        level has been expanded too, and its successors are in the batch, for :meth:`_expand_level` to go on."""
        store, limits, width = self.store, self.guard.limits, self.engine.words
        rows, origins, sizes = self.descent
        levels = self.room if limits.max_depth is None else limits.max_depth - len(self.levels)
        if self.checkpoints is not None:
            levels = self.checkpoints.levels(len(self.levels), levels)
        most = self.room if limits.max_states is None else limits.max_states - len(self.visited)
        parents = store.rows[-1].read(0, self.frontier)
        given = {**self._given(parents, self.frontier, 0), **self.visited.given(self.batch, 1)}
        given |= {words.LEVEL: rows, words.LOG: origins, words.OPEN: 0}
        made = self.team.descend(sizes, min(levels, self.room), most, given)
        self.most = max(self.most, self.room, int(self.controls[0, words.COUNT]))
        found = sizes[: made if made >= 0 else ~made].tolist()
        ends = [0, *itertools.accumulate(found)]
        self._sample(parents.reshape(-1, width))
        for first, last in itertools.pairwise(ends[:-1]):
            self._sample(rows[first * width : last * width].reshape(-1, width))
        store.extend(found, rows[: ends[-1] * width], origins[: ends[-1]])
        if found:
            self.frontier = found[-1]
        if self._stopped(1):
            del found[-1]
        self.levels += [size for size in found if size]
        self.tick(len(self.levels), self.frontier)
        if self.frontier and made >= 0 and self.stop is None:
            self._checkpoint(every=True)
        return made < 0

    def _sample(self, rows: Rows) -> None:
        """Test the symmetry of some states of a level, shape ``(n, words)``."""
        self.symmetry_check.level(rows[self.symmetry_check.sample(len(rows))])

    def _expand_level(self, expanded: bool) -> bool:
        """Expand the states of the last level; those found are the next one. Whether all were expanded.

        ``expanded``: they have been, as one part, and those found are to be inserted and collected.
        """
        level, width = self.store.rows[-1], self.engine.words
        sample = [level.read(k, k + 1) for k in self.symmetry_check.sample(len(level))]
        self.symmetry_check.level(np.array(sample, np.int64).reshape(-1, width))
        self.store.begin()
        for first, parents in level.batches(words.PARTS * self.engine.part):
            if not expanded and self._due():
                return False
            count = parents.size // width
            parts = 1 if expanded else self._expand_batch(parents, count, first)
            self.visited.insert(self.batch, parts)
            self.frontier += self._collect(parts) - count
            self.store.expanded(first + count)
            if self._stopped(parts):
                return False
            self.tick(len(self.levels), self.frontier)
        self.store.drop()
        return True

    def _expand_batch(self, parents: Rows, count: int, first: int) -> int:
        """Expand so many parents; ``first``: the index of the first. Returns in how many parts."""
        parts = max(-(-count // self.engine.part), min(words.PARTS, count // LEAST_PART))
        self.team.do(words.EXPAND, parts, self._given(parents, count, first))
        self.most = max(self.most, int(self.controls[:parts, words.COUNT].sum()))
        return parts

    def _collect(self, parts: int) -> int:
        """Add the new states of a batch to the next level; returns how many there are."""
        count = self.team.count_new()
        rows, origins = self.store.place(count)
        given: dict[int, int | Words] = {words.LEVEL: rows, words.LOG: origins, words.OPEN: 0}
        if self.visited.moved is not None:
            given[words.OPEN] = self.store.open.place(count)
        self.team.do(words.COLLECT, parts, given)
        return count

    def result(self, seconds: dict[str, float]) -> Result:
        return self.make_result(
            levels=self.levels,
            depth=max(1, len(self.levels) + self._is_deeper()),
            frontier=self.frontier,
            path=self._path,
            seconds=seconds,
        )

    def _is_deeper(self) -> bool:
        """Whether a search that stopped in a level had found states of the next one, in the order of parents and edges.

        So it counts the depth as TLC does: the state that violates an invariant is of the next level, too.
        """
        store, level = self.store, len(self.levels)
        if self.stop is None or self.stopped_at_once or len(store.sizes) == level or not store.sizes[level]:
            return False
        first = sum(store.sizes[:level])
        origin = int(store.log.read(first, first + 1)[0])
        found = origin & words.PARENT_MASK, origin >> words.PARENT_BITS
        return found <= (self.stop.parent, self.stop.edge)

    def simplest_ways(self, stop: Stop) -> tuple[tuple[int, ...], tuple[frozenset[State], ...]] | None:
        """See :class:`ShortestBehaviors`; none where that is of no use."""
        if not self.simplest or self.stopped_at_once or stop.kind not in (words.VIOLATED, words.STUCK):
            return None
        # Here, not above, since few searches look for them.
        from mc.engine.search.shortest import ShortestBehaviors

        faults = frozenset(self.engine.spec.faults)
        found = ShortestBehaviors(self.engine, self.store.rows[: len(self.levels)], stop.what, faults)
        first, layers = found.layers()
        origins = self.store.log.read(0, self.levels[0])[first] & words.PARENT_MASK
        return tuple(origins.tolist()), layers

    def _path(self, stop: Stop) -> tuple[int, list[int]]:
        start, edges = self.store.path(len(self.levels) - 1, stop.parent)
        return start, edges + stop.steps


def _no_room(error: OSError) -> str:
    return f"there was no room for the files of --memory: {error.strerror} (--out)"
