"""A search by the interpreter that others watch, and that may go on where a state is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from mc.engine.interpreted import Search
from mc.engine.result import Progress, Violation, ViolationKind
from mc.engine.search.limits import Guard
from mc.engine.stops import StopError
from mc.interpreter.interpreter import Interpreter
from mc.interpreter.states import State


class Watcher(Protocol):
    """Who watches a search."""

    def met(self, search: Search, key: State, state: State, new: bool) -> None:
        """It has come to a state within the constraints, of which the key tells whether it is new."""


class Watched(Search):
    """One search; ``goes_on``: what is told of a state that is wrong, in place of an end."""

    def __init__(
        self,
        interpreter: Interpreter,
        guard: Guard,
        progress: Callable[[Progress], None] | None,
        watcher: Watcher | None = None,
        goes_on: Callable[[Search, Violation], None] | None = None,
    ) -> None:
        super().__init__(interpreter, guard, progress)
        self.watcher = watcher
        self.goes_on = goes_on

    def met(self, key: State, state: State, new: bool) -> None:
        if self.watcher is not None:
            self.watcher.met(self, key, state, new)

    def violated(self, kind: ViolationKind, name: str, state: State) -> None:
        if self.goes_on is None:
            super().violated(kind, name, state)
        else:
            self.goes_on(self, self.violation(StopError(kind, name, self.path_to(state))))
