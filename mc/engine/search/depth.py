"""Depth-first search, with one worker."""

from __future__ import annotations

import numpy as np

from mc.engine.result import Result
from mc.engine.runtime import words
from mc.engine.search.levels import Items, memory
from mc.engine.search.search import Search, Stop
from mc.errors import UsageError

#: New states for which there is room are so many times the successors of one state, at least.
ROOM = 256
#: A table of the visited set has room for the successors of one state, at most so many.
MOST_SUCCESSORS = 1 << 16


class DepthFirst(Search):
    """Depth-first with the same successors: the same states and verdict, but longer behaviors."""

    name = "dfs"

    def slack(self) -> int:
        """The successors of one state; :class:`UsageError` where there may be too many."""
        limit = self.engine.successor_limit
        if limit > MOST_SUCCESSORS:
            raise UsageError(
                f"--search dfs: a state may have {limit:,} successors by Next, and depth-first search takes at most "
                f"{MOST_SUCCESSORS:,}: leave it out"
            )
        return limit

    def explore(self) -> None:
        engine, limit, width = self.engine, self.engine.successor_limit, self.engine.words + 2
        rows, starts = Items(engine.words), Items(1)
        for parts in self.start():
            count = self.team.count_new()
            self.team.do(
                words.COLLECT, parts, {words.LEVEL: rows.place(count), words.LOG: starts.place(count), words.OPEN: 0}
            )
            self.tick(1, len(starts))
        top = len(starts)
        #: The bindings of the initial states.
        self.starts = starts.read(0, top)
        stack = memory((top + 64 * limit + 1024) * width).reshape(-1, width)
        stack[:top, :-2] = rows.read(0, top).reshape(-1, engine.words)[::-1]
        stack[:top, -2] = range(top - 1, -1, -1)
        stack[:top, -1] = 1
        self.log = memory(max(1024, 2 * top))
        control = self.controls[0]
        fresh = np.zeros(limit, np.uint8)
        control[words.NEXT] = top
        control[words.DEPTH] = int(top > 0)
        while top and self.stop is None and not self._due():
            if top + limit >= len(stack):
                stack, full = memory(2 * stack.size).reshape(-1, width), stack
                stack[:top] = full[:top]
            self.symmetry_check.level(stack[top - 1 : top, :-2][self.symmetry_check.sample(1)])
            room = ROOM * limit if self.symmetry_check.begun else limit + 1
            if control[words.NEXT] + room > self.log.size:
                self.log, full = memory(2 * self.log.size + room), self.log
                self.log[: full.size] = full
            self.visited.grow_crowded()
            out, directory = self.batch.data, self.visited.directory
            top = engine.library.dive(stack, top, len(stack), room, out, fresh, directory, control, self.log)
            self.stop = Stop.in_control(control) if control[words.STOP] else None
            self.tick(int(control[words.DEPTH]), top)
        self.frontier = top

    def result(self, seconds: dict[str, float]) -> Result:
        depth = int(self.controls[0][words.DEPTH])
        return self.make_result(levels=(), depth=depth, frontier=self.frontier, path=self._path, seconds=seconds)

    def _path(self, stop: Stop) -> tuple[int, list[int]]:
        edges: list[int] = []
        number = stop.parent
        while number >= len(self.starts):
            origin = int(self.log[number])
            edges.append(origin >> words.PARENT_BITS)
            number = origin & words.PARENT_MASK
        return int(self.starts[number]), [*reversed(edges), *stop.steps]
