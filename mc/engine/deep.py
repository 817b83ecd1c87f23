"""Recursion as deep as TLC's: the interpreter follows that of the spec."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

#: How often it is asked whether a function is overdue.
_SECONDS = 0.5
T = TypeVar("T")

#: Calls of Python within each other: some ten for each definition of a spec that is entered.
_DEEPEST = 100_000
#: Bytes of the stack, of which those that are used take memory: where Python calls itself through C, a call takes some
#: of them (measured: less than 1 KiB).
_STACK = 1 << 29


class OverdueError(BaseException):
    """Raised in the midst of what a function does, where it has to end."""


def deeply(function: Callable[[], T], overdue: Callable[[], bool] = lambda: False) -> T:
    """What a function returns or raises, in a thread that has the room for deep recursion.

    Once it is ``overdue``, :class:`OverdueError` is raised in it: an evaluation may take longer than anybody waits.
    """
    result: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            result.append(function())
        except BaseException as error:
            raised.append(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size(_STACK)
    sys.setrecursionlimit(max(limit, _DEEPEST))
    try:
        thread = threading.Thread(target=run)
        thread.start()
        while thread.is_alive():
            thread.join(_SECONDS)
            if thread.is_alive() and overdue():
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(thread.ident or 0), ctypes.py_object(OverdueError)
                )
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if raised:
        raise raised[0]
    return result[0]
