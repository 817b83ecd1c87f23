"""The compiled engine: what the rest of the checker asks of a spec and model."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mc.dataclass import dataclass
from mc.engine.program.program import Program
from mc.engine.result import Order, Progress, Result
from mc.engine.runtime import words
from mc.engine.search.breadth import BreadthFirst
from mc.engine.search.early import first
from mc.engine.search.limits import Guard, Limits, check_levels
from mc.engine.store.layout import Rows
from mc.errors import EvaluationError
from mc.lang.state import State

if TYPE_CHECKING:
    from mc.engine.search.checkpoint import Checkpoint, Checkpoints


class UnevaluableState(EvaluationError):
    """The spec cannot be evaluated in a state that is reachable."""

    def __init__(self, state: State) -> None:
        super().__init__(f"the spec cannot be evaluated in the state\n{state!r}")
        self.state = state


@dataclass(frozen=True)
class StateGraph:
    """All reachable states within the constraints, and the steps between them."""

    #: (states, words): packed representatives, level by level.
    states: Rows
    #: (steps, 3): index of the source, number of the action in the spec, index of the target.
    edges: npt.NDArray[np.int64]
    #: How many of the first states are initial.
    initial: int


class Engine(Program):
    """Searches and state graphs of a compiled spec."""

    def search(
        self,
        workers: int = 1,
        order: Order = "bfs",
        progress: Callable[[Progress], None] | None = None,
        limits: Limits | None = None,
        simplest: bool = False,
        checkpoints: Checkpoints | None = None,
        resumed: Checkpoint | None = None,
        early: bool = False,
    ) -> Result:
        """Search all reachable states, breadth-first ("bfs") or depth-first ("dfs", with one worker).

        ``simplest`` (breadth-first): also find which states the simplest of the shortest behaviors go through.
        ``checkpoints``: where to write some; ``resumed``: the one to go on from, with the result of a search
        that was never interrupted. ``early``: code that is not optimised may begin, with the same result. Raises
        :class:`UsageError` for what this order cannot do, and for a checkpoint of another program.
        """
        limits = limits or Limits()
        limits.check_order(order)
        if checkpoints or resumed:
            check_levels(order, "a checkpoint")
        if resumed is not None:
            if self.exact and not resumed.exact:
                raise resumed.error("it was made without --exact, so it has fingerprints in place of states")
            resumed.check(self)
            if simplest and not resumed.simplest:
                raise resumed.error("it was made without --simplest, so it lacks the earlier levels' states")
        begun, guard = time.perf_counter(), Guard(limits)

        def run(workers: int, progress: Callable[[Progress], None] | None) -> Result:
            seconds = {"compile": time.perf_counter() - begun}
            if order == "dfs":
                # Here, not above, since few searches are such.
                from mc.engine.search.depth import DepthFirst

                return DepthFirst(self, 1, progress, guard).run(seconds)
            return BreadthFirst(self, workers, progress, guard, simplest, checkpoints, resumed).run(seconds)

        if early and not (checkpoints or resumed or limits.memory):
            result = first(self, guard, lambda: run(1, None))
            if result is not None:
                return result
        self.compile()
        return run(workers, progress)

    def graph(self, max_states: int) -> StateGraph | None:
        """The state graph, or None where it has more than ``max_states`` states.

        Invariants do not stop it. A step to a state outside the constraints is not in it, as in TLC's dump.
        Raises :class:`UnevaluableState`.
        """
        index: dict[bytes, int] = {}
        states: list[Rows] = []
        edges: list[tuple[int, int, int]] = []

        def visit(rows: Rows) -> list[int]:
            """Indices of the representatives of some rows; -1 for those outside the constraints."""
            found = []
            control = self.control()
            inspected = self.inspect(rows, control)
            if control[words.STOP] != words.OK:
                raise UnevaluableState(self.unpack(rows[control[words.STOP_PARENT]]))
            for row, facts in zip(*inspected, strict=True):
                key = row.tobytes()
                if not facts[words.WITHIN]:
                    found.append(-1)
                    continue
                if key not in index:
                    index[key] = len(states)
                    states.append(row.copy())
                found.append(index[key])
            return found

        for rows in self.initial():
            visit(rows)
            if len(states) > max_states:
                return None
        initial = len(states)
        source = 0
        while source < len(states):
            if len(states) > max_states:
                return None
            rows, actions, _, all_of_them = self.expand(states[source])
            if not all_of_them:
                raise UnevaluableState(self.unpack(states[source]))
            for action, target in zip(actions, visit(rows) if len(rows) else [], strict=True):
                if target >= 0:
                    edges.append((source, int(action), target))
            source += 1
        found = np.array(states, np.int64).reshape(-1, self.words)
        return StateGraph(found, np.array(edges, np.int64).reshape(-1, 3), initial)
