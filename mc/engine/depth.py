"""Depth-first search, with one worker."""

from __future__ import annotations

import numpy as np

from mc.engine import words
from mc.engine.levels import memory
from mc.engine.result import Result
from mc.engine.search import Search, Stop
from mc.errors import UsageError
from mc.lang.state import State

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
        rows, self.positions = self.start()
        top = len(self.positions)
        stack = memory((top + 64 * limit + 1024) * width).reshape(-1, width)
        stack[:top, :-2] = rows.reshape(-1, engine.words)[::-1]
        stack[:top, -2] = range(top - 1, -1, -1)
        stack[:top, -1] = 1
        self.log = memory(max(1024, 2 * top))
        control, batch = self.controls[0], engine.batch()
        fresh = np.zeros(limit, np.uint8)
        control[words.NEXT] = top
        control[words.DEPTH] = int(top > 0)
        while top and self.stop is None and not self.guard.due(len(self.visited)):
            if top + limit >= len(stack):
                stack, full = memory(2 * stack.size).reshape(-1, width), stack
                stack[:top] = full[:top]
            self.symmetry_check.level(stack[top - 1 : top, :-2][self.symmetry_check.sample(1)])
            room = ROOM * limit if self.symmetry_check.begun else limit + 1
            if control[words.NEXT] + room > self.log.size:
                self.log, full = memory(2 * self.log.size + room), self.log
                self.log[: full.size] = full
            self.visited.grow_crowded()
            directory = self.visited.directory
            top = engine.library.dive(stack, top, len(stack), room, batch.data, fresh, directory, control, self.log)
            self.stop = Stop.in_control(control) if control[words.STOP] else None
            self.tick(int(control[words.DEPTH]), top)
        self.frontier = top

    def result(self, seconds: dict[str, float]) -> Result:
        depth = int(self.controls[0][words.DEPTH])
        return self.make_result(
            levels=(), depth=depth, frontier=self.frontier, behavior=self._behavior, seconds=seconds
        )

    def _behavior(self, stop: Stop) -> tuple[State, ...]:
        edges: list[int] = []
        number = stop.parent
        while number >= len(self.positions):
            origin = int(self.log[number])
            edges.append(origin >> words.PARENT_BITS)
            number = origin & words.PARENT_MASK
        return self.replay(int(self.positions[number]), [*reversed(edges), *stop.steps])
