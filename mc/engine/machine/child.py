"""Code compiled in a child process, while this one does something else.

The child ends with this process at the latest, however this one ends: it watches the pipe between them, whose other
end the system closes then. It writes nothing but the code, to that pipe.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from mc.engine.machine.library import Library

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def possible() -> bool:
    """Whether a child can go on with what this process has in memory: where it has no other thread, which might hold a
    lock just then. That is known on Linux only."""
    try:
        return len(os.listdir("/proc/self/task")) == 1
    except OSError:
        return False


class Compilation:
    """The child, as this process sees it."""

    def __init__(self, process: int, pipe: int) -> None:
        self._process, self._pipe = process, pipe

    def ready(self) -> bool:
        """Whether there is something to be had of it."""
        return bool(select.select([self._pipe], [], [], 0)[0])

    def code(self) -> bytes | None:
        """Wait for the code; None where the child has died before."""
        parts = []
        while part := os.read(self._pipe, 1 << 20):
            parts.append(part)
        content = b"".join(parts)
        size, code = content[:8], content[8:]
        return code if len(size) == 8 and int.from_bytes(size, "little") == len(code) else None

    def end(self) -> None:
        """End the child, if it has not done so, and leave nothing of it."""
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._pipe)


@contextmanager
def compiling(library: Library) -> Iterator[Compilation]:
    """Have a library compiled by a child that ends with the context."""
    receiver, sender = os.pipe()
    # A signal before the child is known here would leave it behind.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    compilation = None
    try:
        compilation = Compilation(_fork(library, receiver, sender), receiver)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        yield compilation
    finally:
        if compilation is not None:
            compilation.end()
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _fork(library: Library, receiver: int, sender: int) -> int:
    """The child's number."""
    process = os.fork()
    if not process:
        _compile(library, receiver, sender)
    os.close(sender)
    return process


def _compile(library: Library, receiver: int, sender: int) -> None:
    """What the child does; it does not return."""
    with contextlib.suppress(BaseException):
        os.close(receiver)
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        threading.Thread(target=_watch, args=(sender,), daemon=True).start()
        code = library.compile(library.assembly)
        rest = memoryview(len(code).to_bytes(8, "little") + code)
        while rest:
            rest = rest[os.write(sender, rest) :]
    os._exit(0)


def _watch(sender: int) -> None:
    """End this process when nobody can read the pipe any more."""
    poll = select.poll()
    poll.register(sender, 0)
    poll.poll()
    os._exit(1)
