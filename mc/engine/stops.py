"""What stops the interpreter's search, and the steps of the behaviors that are told then."""

from __future__ import annotations

from typing import NoReturn

from mc.engine.result import Loop, Taken, Unevaluable, ViolationKind
from mc.formula.nodes import as_written
from mc.interpreter.actions import Action
from mc.interpreter.errors import AssertError
from mc.interpreter.states import State

_TOO_DEEP = "it is nested too deeply; a recursion in it may have no end"

#: The states of a behavior, each with the number of the action that leads to it; -1 for initial ones.
Path = list[tuple[int, State]]


class StopError(Exception):
    """An error was found, and the search ends. ``loop``: of a behavior that goes on for ever."""

    def __init__(
        self,
        kind: ViolationKind,
        name: str,
        path: Path,
        failure: Unevaluable | None = None,
        loop: Loop | None = None,
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.name = name
        self.path = path
        self.failure = failure
        self.loop = loop


def fail(where: str, error: Exception, path: Path) -> NoReturn:
    """Stop, for ``where`` cannot be evaluated."""
    kind: ViolationKind = "assertion" if isinstance(error, AssertError) else "evaluation"
    raise StopError(kind, "", path, unevaluable(where, error)) from error


def unevaluable(where: str, error: Exception) -> Unevaluable:
    """What cannot be evaluated, and why."""
    return Unevaluable("", 0, _TOO_DEEP if isinstance(error, RecursionError) else str(error), where)


def taken(action: Action) -> Taken:
    """A step by an action."""
    return Taken(as_written(action.name), action.arguments, action.place)
