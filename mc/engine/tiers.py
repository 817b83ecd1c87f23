"""How a TLA+ module is searched, by the interpreter or compiled: what is asked, and what is told."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path

from mc.dataclass import dataclass
from mc.engine.result import Result
from mc.engine.search.limits import Limits


class NotCompiled(Exception):
    """Why a module is left to the interpreter, in one line."""


class NotCompiledYet(NotCompiled):
    """The same of what may be compiled once more states are known."""


@dataclass(frozen=True)
class Found:
    """A result, and how it was found."""

    result: Result
    #: Whether the search was compiled.
    compiled: bool
    #: Why not, where the search was so long that it would have been.
    why: str = ""


@dataclass(frozen=True)
class Options:
    """How a module is searched."""

    limits: Limits = field(default_factory=Limits)
    workers: int | None = None
    cache: Path | None = None
    exact: bool = False
    #: So many states are expanded by the interpreter before the search is compiled; None: its time decides.
    states: int | None = None
    #: Whether code that is not optimised may begin, see :meth:`mc.engine.search.compiled.Engine.search`.
    early: bool = False
    #: Whether the interpreter goes on where the translator fails for no reason that it knows.
    falls_back: bool = True
