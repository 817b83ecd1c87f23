"""Threads that do one piece of work after the other together.

A search shares three pieces of work a batch, of a few milliseconds at most. So threads find them on a board in
memory and take tasks of them without Python, whose lock only one of them could hold, and look for the next piece
for a while before they sleep, since a thread that sleeps takes up to a tenth of a millisecond to wake. They do not
look for longer than that: the thread that they wait for may have no processor as long as they look.
"""

from __future__ import annotations

import threading
from types import TracebackType

from mc.engine.machine.library import address
from mc.engine.program.program import Program, Words, zeros
from mc.engine.runtime import words
from mc.engine.search.limits import processors

#: How often a thread looks before it sleeps: for about as long as it takes to wake.
LOOKS = 1 << 17


class Team:
    """``size`` threads, one of which is the one that calls :meth:`do`. The others work from ``with`` on."""

    def __init__(self, program: Program, size: int) -> None:
        self.size = size
        self.library = program.library
        #: Parents that one thread expands alone.
        self.narrow = min(words.NARROW, program.part)
        #: See ``mc.engine.runtime.words``.
        self.board = zeros(words.SEATS + size * words.SEAT)
        self.board[words.HELPERS] = size - 1
        self._address = address(self.board)
        # Where processors are few, one that looks would keep others from working.
        self._looks = LOOKS if size <= processors() else 0
        self._bells = [threading.Lock() for _ in range(size)]
        for bell in self._bells:
            bell.acquire()
        self._threads = [threading.Thread(target=self._serve, args=(k,), daemon=True) for k in range(1, size)]

    def __enter__(self) -> Team:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._threads:
            self.board[words.WORK] = words.DISMISS
            self._post()
        for thread in self._threads:
            thread.join()

    def do(self, work: int, tasks: int, given: dict[int, int | Words], alone: bool = False) -> None:
        """Do so many tasks of some work; ``given``: further words for the board, or arrays whose addresses go there.

        ``alone``: the calling thread does all of them. What takes less time than to wake a thread is not worth sharing.
        """
        board = self.board
        self._write(given)
        board[words.WORK], board[words.TASKS], board[words.TAKEN] = work, tasks, 0
        together = self.size > 1 and tasks > 1 and not alone
        if together:
            self._post()
        self.library.work(self._address)
        while together and not self.library.all_done(self._address, self._looks):
            self._bells[0].acquire()

    def descend(self, sizes: Words, levels: int, most: int, given: dict[int, int | Words]) -> int:
        """Expand narrow levels alone, one after the other, at most as many as there is room for their ``sizes``: see
        ``mc.engine.runtime.loops``."""
        self._write(given)
        self.board[words.WORK], self.board[words.TASKS] = words.EXPAND, 1
        return int(self.library.descend(self._address, sizes, levels, sizes.size, most, self.narrow))

    def count_new(self) -> int:
        """How many states of the batch that was inserted last are new."""
        return int(self.library.count_new(self._address))

    def _write(self, given: dict[int, int | Words]) -> None:
        for word, value in given.items():
            self.board[word] = value if isinstance(value, int) else address(value)

    def _post(self) -> None:
        if self.library.post(self._address):
            for number in range(1, self.size):
                if self.board[words.SEATS + number * words.SEAT + words.ROUSED]:
                    self._bells[number].release()

    def _serve(self, number: int) -> None:
        while (then := self.library.serve(self._address, number, self._looks)) != words.LEAVE:
            if then == words.SLEEP:
                self._bells[number].acquire()
            else:
                self._bells[0].release()
