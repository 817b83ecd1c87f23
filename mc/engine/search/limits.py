"""Where a search ends although states are left: time, states, depth, memory, signals."""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mc.dataclass import dataclass
from mc.engine.result import Ending, Limit, Order
from mc.errors import UsageError

_UNITS = "KMGT"


def check_levels(order: Order, what: str) -> None:
    """:class:`UsageError` where a search in this order ("bfs", "dfs") has not the levels that ``what`` needs."""
    if order == "dfs":
        raise UsageError(f"{what} needs the levels of a breadth-first search: leave out --search dfs")


@dataclass(frozen=True)
class Limits:
    """Limits of a search; None: none."""

    max_seconds: float | None = None
    #: The search ends after the first batch (``words.BATCH``) by which more distinct states than this are found.
    max_states: int | None = None
    #: States of this level are found and checked, but not expanded.
    max_depth: int | None = None
    #: Bytes that the process may take. Levels, origins and fingerprints that do not fit go to files in ``directory``.
    memory: int | None = None
    directory: Path | None = None

    def check_order(self, order: Order) -> None:
        """:class:`UsageError` where a search in this order ("bfs", "dfs") cannot keep the limits."""
        for option, value in (("--max-depth", self.max_depth), ("--memory", self.memory)):
            if value is not None:
                check_levels(order, option)


def size_text(count: int) -> str:
    """A number of bytes as ``--memory`` takes it, in units that divide it: 512M, 8G."""
    unit = 0
    while unit < len(_UNITS) and count and count % 1024 == 0:
        count //= 1024
        unit += 1
    return f"{count}{_UNITS[unit - 1] if unit else ''}"


def read_size(text: str) -> int:
    """The counterpart of :func:`size_text`; :class:`ValueError` where it is no size."""
    digits, unit = (text[:-1], text[-1].upper()) if text[-1:].isalpha() else (text, "")
    if not (digits.isascii() and digits.isdigit() and int(digits)) or unit not in ("", *_UNITS):
        raise ValueError(f"{text!r} is not a size such as 512M or 8G")
    return int(digits) << 10 * (_UNITS.index(unit) + 1 if unit else 0)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def resident(held: int) -> int:
    """Bytes of memory that the process takes now; ``held``: what the search knows of, for systems that do not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return _BEFORE + held
    return pages * resource.getpagesize()


#: What the process took when it began, at most.
_BEFORE = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


#: Seconds that a search may take to come to a safe point.
PATIENCE = 1.0


class GivenUp(Exception):
    """A search is not to go on, and has no result."""


class Guard:
    """Whether a search should end before all states are expanded, and why."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.deadline = None if limits.max_seconds is None else time.monotonic() + limits.max_seconds
        self.signalled = False
        #: When a search that was interrupted should have ended.
        self.overdue: float | None = None
        #: Why it ends, once that is known.
        self.ending: Ending | None = None
        #: Whether the search is to be given up.
        self._hopeless: Callable[[], bool] = lambda: False

    @contextmanager
    def giving_up(self, when: Callable[[], bool]) -> Iterator[None]:
        """A search inside of it raises :class:`GivenUp` at its next safe point, unless it ends there."""
        kept, self._hopeless = self._hopeless, when
        try:
            yield
        finally:
            self._hopeless = kept

    def end(self, limit: Limit, reason: str) -> None:
        """The search is to end, at its next safe point."""
        self.ending = self.ending or Ending(limit, reason)

    def due(self, distinct: int) -> bool:
        """Whether the search should end now, with so many distinct states."""
        limits = self.limits
        if self.signalled:
            self.end("signal", "it was interrupted")
        if self.deadline is not None and time.monotonic() > self.deadline:
            self.end("max-seconds", f"its time is over (--max-seconds {limits.max_seconds:g})")
        if limits.max_states is not None and distinct > limits.max_states:
            self.end("max-states", f"{distinct:,} distinct states were found (--max-states {limits.max_states})")
        if self.ending is None and self._hopeless():
            raise GivenUp
        return self.ending is not None

    def is_overdue(self) -> bool:
        """Whether the search should have ended for some time, and does not yet know."""
        if self.ending is not None:
            return False
        if self.signalled and self.overdue is None:
            self.overdue = time.monotonic() + PATIENCE
        last = [moment for moment in (self.overdue, self.deadline and self.deadline + PATIENCE) if moment is not None]
        return any(time.monotonic() > moment for moment in last)

    def deep(self, depth: int) -> bool:
        """Whether states of this level, counted from 1, are not to be expanded."""
        limit = self.limits.max_depth
        if limit is not None and depth >= limit:
            self.end("max-depth", f"states of level {depth} are not expanded (--max-depth {limit})")
        return self.ending is not None

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Ctrl-C and SIGTERM end the search at its next safe point, not in the middle of a batch."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def note(*_: object) -> None:
            self.signalled = True

        kept = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)
