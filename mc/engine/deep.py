"""Recursion as deep as TLC's: the interpreter follows that of the spec."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

#: Calls of Python within each other: some ten for each definition of a spec that is entered.
_DEEPEST = 100_000
#: Bytes of the stack, of which those that are used take memory: where Python calls itself through C, a call takes some
#: of them (measured: less than 1 KiB).
_STACK = 1 << 29


def deeply(function: Callable[[], T]) -> T:
    """What a function returns or raises, in a thread that has the room for deep recursion."""
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
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if raised:
        raise raised[0]
    return result[0]
