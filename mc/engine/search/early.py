"""Verdicts before a model is optimised: LLVM takes a tenth of the time for code that it does not optimise, which
searches at a third of the speed. Most models are done before they would be optimised.

It is the same search of the same code, so its result does not depend on which of the two gave it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack

from mc.engine.machine.child import Compilation, compiling, possible
from mc.engine.machine.library import Library
from mc.engine.program.program import Program
from mc.engine.result import Result
from mc.engine.search.limits import GivenUp, Guard, processors

#: Seconds of processor time that a search may take with code that is not optimised: the first time that a model is
#: searched, and when it is searched again. What is done by then is not optimised, so each time it takes up to two
#: thirds of that longer.
MOST_SECONDS = 0.1
MOST_SECONDS_AGAIN = 0.015
#: Seconds after which a child begins to optimise: most models are done by then, and a child would take from their time
#: where processors are few.
LEAST_SECONDS = 0.01


class _Race:
    """A search by code that is not optimised, against a child that optimises it."""

    def __init__(self, library: Library, stack: ExitStack, seconds: float) -> None:
        self._library, self._stack, self._seconds = library, stack, seconds
        self._begun = time.process_time()
        self._child: Compilation | None = None

    def over(self) -> bool:
        """Whether the search is to be given up; asked by it again and again."""
        taken = time.process_time() - self._begun
        if self._child is None and taken > LEAST_SECONDS and processors() > 1 and possible():
            self._child = self._stack.enter_context(compiling(self._library))
        return taken > self._seconds or (self._child is not None and self._child.ready())

    def code(self) -> bytes:
        """The optimised code."""
        return (self._child and self._child.code()) or self._library.compile(self._library.assembly)


def first(program: Program, guard: Guard, search: Callable[[], Result]) -> Result | None:
    """The result of a search by code that is not optimised, if there is one soon; else None, and the program has
    optimised code. ``search``: begins no threads, beside which there can be no child."""
    best = Library(program.code, program.cache)
    if best.load_kept():
        program.use(best)
        return None
    quick, made = Library(program.code, program.cache, quick=True), None
    if not quick.load_kept():
        made = quick.compile(best.assembly)
        quick.load(made)
    program.use(quick)
    with ExitStack() as stack:
        race = _Race(best, stack, MOST_SECONDS_AGAIN if made is None else MOST_SECONDS)
        try:
            with guard.giving_up(race.over):
                result = search()
        except GivenUp:
            code = race.code()
        else:
            if made is not None:
                quick.keep(made)
            return result
    best.load(code)
    best.keep(code)
    program.use(best)
    return None
