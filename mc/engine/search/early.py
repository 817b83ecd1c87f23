"""Verdicts before there is machine code: while LLVM compiles a model, Python searches it, and may be done before.

It is the same breadth-first search of the same code (:mod:`mc.engine.machine.plain`), so its result does not depend on
which of the two was sooner.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from mc.engine.machine.child import compiling, possible
from mc.engine.machine.library import Library
from mc.engine.machine.plain import Plain, memory_of
from mc.engine.program.program import Program, Words, zeros
from mc.engine.result import Result
from mc.engine.runtime import words
from mc.engine.search.limits import Guard, Limits, processors
from mc.engine.search.team import Team
from mc.engine.store.layout import STACK
from mc.errors import McError

#: Seconds of processor time that Python may take: where other processes want the processors too, all that is compiled
#: waits for it. It gives up as soon as it would take longer for the states that are known.
MOST_SECONDS = 0.2
#: Seconds after which it tells how long it takes for a state.
LEAST_SECONDS = 0.02
#: What a search calls; the last one where there is symmetry.
_CALLED = ("start", "expand_row", "check", "initial_rows", "expand_rows", "inspect", "fingerprints_of", "rename")
#: The limits at which a search ends in the same state wherever it runs.
_REPEATABLE = ("max-states", "max-depth")

#: A breadth-first search by a team, which ends as a guard says.
Search = Callable[[Team, Guard], Result]


class GivenUp(Exception):
    """Python is not to go on with the search."""


class PlainTeam(Team):
    """Does all work alone, in Python, and has the visited states. ``ask``: called before each state is expanded, with
    the number of those that are known."""

    def __init__(self, program: Program, plain: Plain, ask: Callable[[int], None]) -> None:
        super().__init__(program, 1)
        # No level is expanded on its own.
        self.narrow = 0
        self.ask = ask
        self.width = program.words
        self.seen: set[bytes] = set()
        #: The new states of the batch, each with its origin and kind.
        self.new: list[tuple[bytes, int, int]] = []
        self._functions = plain.names
        self._canonical, self._add = plain.names["canonical"], plain.names["add"]
        plain.names["add"] = self.add
        self._out, self._scratch = memory_of(program.batch().data), memory_of(zeros(STACK // 8))
        self._control = memory_of(program.control())

    def add(self, t: memoryview, origin: int, action: int, out: memoryview, c: memoryview, x: memoryview) -> None:
        """Keep a successor if it is new, in place of the function that puts it into a part of a batch."""
        if c[words.RAW]:
            self._add(t, origin, action, out, c, x)
            return
        kind = action | self._canonical(t, x) << words.ACTION_BITS
        row = t[: self.width].tobytes()
        if row not in self.seen:
            self.seen.add(row)
            self.new.append((row, origin, kind))

    def do(self, work: int, tasks: int, given: dict[int, int | Words], alone: bool = False) -> None:
        found: Any = given
        if work == words.INSERT:
            # They are in the set already. How many it has is told by its tables.
            found[words.DIRECTORY][words.USED] += len(self.new)
        elif work == words.COLLECT:
            self._collect(memory_of(found[words.LEVEL]), memory_of(found[words.LOG]))
        else:
            self._control = memory_of(found[words.CONTROLS][0])
            self.new.clear()
            numbers = range(found[words.FIRST_PARENT], found[words.FIRST_PARENT] + found[words.PARENTS])
            if work == words.START:
                self._start(numbers)
            else:
                self._expand(numbers, memory_of(found[words.ROWS]))

    def _start(self, bindings: range) -> None:
        """Make the initial states of some bindings, up to the first that stops the search."""
        for binding in bindings:
            if self._control[words.STOP] != words.OK:
                return
            self.ask(len(self.seen))
            self._functions["start"](binding, self._out, self._control, self._scratch)

    def _expand(self, parents: range, rows: memoryview) -> None:
        expand = self._functions["expand_row"]
        for k, parent in enumerate(parents):
            self.ask(len(self.seen))
            row = rows[k * self.width : (k + 1) * self.width]
            expand(row, parent, self._out, self._control, self._scratch)

    def _collect(self, level: memoryview, log: memoryview) -> None:
        """Move the new states to the next level, and check them."""
        check = self._functions["check"]
        for n, (row, origin, kind) in enumerate(self.new):
            level[n * self.width : (n + 1) * self.width] = memoryview(row).cast("q")
            log[n] = origin
            check(level[n * self.width :], origin, kind, self._control, self._scratch)

    def count_new(self) -> int:
        return len(self.new)


class Patience:
    """When Python is to give up."""

    def __init__(self) -> None:
        self.end = time.process_time() + MOST_SECONDS
        self.begun = 0.0
        self.expanded = 0

    def ends(self, known: int) -> bool:
        """Whether it is now, when a further one of so many known states is to be expanded."""
        now = time.process_time()
        if not self.expanded:
            self.begun = now
        taken, left = now - self.begun, known - self.expanded
        self.expanded += 1
        return now > self.end or (taken > LEAST_SECONDS and now + taken / self.expanded * left > self.end)


class _Passing(Guard):
    """Lets a signal end the program at once, as it does while the model is compiled."""

    @contextmanager
    def signals(self) -> Iterator[None]:
        yield


def plainly(program: Program, limits: Limits, search: Search, ask: Callable[[int], None]) -> Result:
    """The result of a search in Python. ``ask`` may end it by an exception; the program has Python's functions then."""
    functions, _ = program.code.contents
    plain = Plain(program.code, [name for name in _CALLED if name in functions])
    program.use(plain)
    return search(PlainTeam(program, plain, ask), _Passing(limits))


def first(program: Program, limits: Limits, search: Search) -> Result | None:
    """The result of a search in Python if there is one before the machine code; else None, and the program has that
    code."""
    library = Library(program.code, program.cache)
    if library.load_kept():
        program.use(library)
        return None
    code = None
    if processors() > 1 and possible():
        # Both processes need it, so it is read before they part.
        _ = program.code.contents
        with compiling(library) as compilation:
            patience = Patience()

            def ask(known: int) -> None:
                if compilation.ready() or patience.ends(known):
                    raise GivenUp

            try:
                result = plainly(program, limits, search, ask)
                if result.ending is None or result.ending.limit in _REPEATABLE:
                    return result
            except McError:
                raise
            except Exception:
                # Given up, or code that Python cannot run: LLVM knows what comes out where the result does not matter.
                pass
            code = compilation.code()
    library.load(library.compile() if code is None else code)
    program.use(library)
    return None
