"""Threads that share one piece of work after the other, and wait for each other in between.

A batch takes a few milliseconds and is shared three times. A thread that sleeps takes up to a tenth of a
millisecond to wake; so one that waits looks for a while whether it can go on (compiled, without the GIL) before
it sleeps.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

import numpy as np

from mc.engine.limits import processors
from mc.engine.program import Program, Words

#: How often a thread looks before it sleeps: about a millisecond.
LOOKS = 1 << 21
#: Words from one signal to the next: on one cache line, two threads would slow each other down.
_APART = 16


class _Signal:
    """Given by one thread and awaited by another, in turn."""

    def __init__(self, program: Program, word: Words, looks: int) -> None:
        self.look = program.library.look_for
        self.word = word
        self.looks = looks
        self.lock = threading.Lock()
        self.lock.acquire()
        self.awaited = 0

    def give(self) -> None:
        # The lock is what counts; the word only says that it can be had.
        self.lock.release()
        self.word[0] += 1

    def wait(self) -> None:
        self.awaited += 1
        if self.looks:
            self.look(self.word, self.awaited, self.looks)
        self.lock.acquire()


class Team:
    """``size`` workers, one of which is the thread that calls :meth:`each`."""

    def __init__(self, program: Program, size: int) -> None:
        # Where processors are few, one that looks would keep others from working.
        looks = LOOKS if size <= processors() else 0
        words = np.zeros((2 * size, _APART), np.int64)
        self._begin = [_Signal(program, words[k], looks) for k in range(size)]
        self._end = [_Signal(program, words[size + k], looks) for k in range(size)]
        self._work: Callable[[int], None] | None = None
        self._errors: list[BaseException] = []
        self._threads = [threading.Thread(target=self._serve, args=(k,), daemon=True) for k in range(1, size)]

    def __enter__(self) -> Team:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._work = None
        for number, thread in enumerate(self._threads, 1):
            self._begin[number].give()
            thread.join()

    def each(self, work: Callable[[int], None], shares: int) -> None:
        """Do all shares of a piece of work, the first one here; raises what one of them raised."""
        self._work = work
        for number in range(1, shares):
            self._begin[number].give()
        try:
            work(0)
        finally:
            for number in range(1, shares):
                self._end[number].wait()
        if self._errors:
            raise self._errors[0]

    def _serve(self, number: int) -> None:
        while True:
            self._begin[number].wait()
            if self._work is None:
                return
            try:
                self._work(number)
            except BaseException as error:
                self._errors.append(error)
            self._end[number].give()
