"""What stops the interpreter's search."""

from __future__ import annotations

from mc.engine.result import Unevaluable, ViolationKind
from mc.interpreter.states import State

_TOO_DEEP = "it is nested too deeply; a recursion in it may have no end"


class StopError(Exception):
    """An error was found, and the search ends; ``path``: the states to it, each with the number of its action."""

    def __init__(
        self, kind: ViolationKind, name: str, path: list[tuple[int, State]], failure: Unevaluable | None = None
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.name = name
        self.path = path
        self.failure = failure


def unevaluable(where: str, error: Exception) -> Unevaluable:
    """What could not be evaluated, and why."""
    return Unevaluable("", 0, _TOO_DEEP if isinstance(error, RecursionError) else str(error), where)
