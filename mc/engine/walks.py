"""Random walks through the states of a TLA+ module. What a step could lead to is judged as a search judges it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mc.engine.interpreted import Search
from mc.engine.keys import Visited
from mc.engine.properties import asked_names
from mc.engine.result import Progress, Result
from mc.engine.search.limits import Guard
from mc.engine.stops import StopError
from mc.interpreter.interpreter import Interpreter
from mc.interpreter.states import State


class _Forgetful(Visited):
    """To which each state is new."""

    def __init__(self, states: list[State]) -> None:
        super().__init__()
        self.states = states

    def number(self, key: State) -> int:
        return len(self.states)


class Walks(Search):
    """So many walks, or without end, of at most so many states each."""

    def __init__(
        self,
        interpreter: Interpreter,
        guard: Guard,
        progress: Callable[[Progress], None] | None,
        dice: random.Random,
        length: int,
        number: int | None,
    ) -> None:
        super().__init__(interpreter, guard, progress)
        self.dice = dice
        self.length = length
        self.number = number

    def _ask(self) -> None:
        self.left_out = f"what {asked_names(self.spec)} says of whole behaviors is not checked by random walks"

    def _explore(self, pauses: Callable[[], bool]) -> bool:
        """Walk by walk; the states are the initial ones, and those of the walk."""
        self.visited = _Forgetful(self.states)
        initial, made = len(self.states), 0
        while initial and made != self.number and not self.guard.due(initial):
            self._walk(self.dice.randrange(initial))
            self._cut(initial)
            made += 1
        self.expanded = len(self.states)
        return True

    def _walk(self, at: int) -> None:
        """One walk from a state."""
        for depth in range(1, self.length + 1):
            self.depth, end = depth, len(self.states)
            self._expand(at)
            if len(self.states) == end or self.guard.due(end):
                return
            self._choose(end)
            at = end
            self._tick()

    def _result(self, stop: StopError | None) -> Result:
        """Walks never come to an end of all states."""
        return replace(super()._result(stop), complete=False)

    def _choose(self, end: int) -> None:
        """Keep one of the states from a place on."""
        chosen = self.dice.randrange(end, len(self.states))
        for kept in self._kept():
            kept[end] = kept[chosen]
        self._cut(end + 1)

    def _cut(self, end: int) -> None:
        """Keep the states before a place."""
        for kept in self._kept():
            del kept[end:]

    def _kept(self) -> tuple[Any, ...]:
        return self.states, self.parents, self.by
