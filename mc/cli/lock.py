"""Directories that one process at a time may use: another one is told which has it."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from mc.errors import UsageError

#: The file that is locked; it says which process has the directory.
LOCK = "lock"


class _InUseError(Exception):
    """Another process has the file; the message is its number, if that is known."""


@contextmanager
def locked(directory: Path, option: str, mend: str) -> Iterator[None]:
    """Have a directory, which is there, for this process alone.

    :class:`UsageError`, which names the ``option`` that gives the directory and the ``mend``, where another process
    has it. The system keeps the lock, and takes it back from a process that ends, however that ends; a file that is
    left behind locks nothing. Where no such file can be written, or locked, nothing is locked.
    """
    stream = None
    try:
        stream = _lock(directory / LOCK)
    except _InUseError as error:
        owner = f"process {error}" if str(error) else "another process"
        raise UsageError(f"{option}: {directory} is in use by {owner}: wait until it ends, or {mend}") from None
    except OSError:
        pass
    try:
        yield
    finally:
        if stream is not None:
            # While it is still locked: so nobody removes the file of another.
            with stream, contextlib.suppress(OSError):
                (directory / LOCK).unlink()


def _lock(file: Path) -> TextIO:
    """The file, locked; :class:`OSError` where that cannot be."""
    while True:
        stream = file.open("a+", encoding="ascii")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever had it may have removed it since it was opened; then others do not see this one.
            if _is(stream, file):
                stream.truncate(0)
                print(os.getpid(), file=stream, flush=True)
                return stream
            stream.close()
        except BlockingIOError:
            with stream:
                stream.seek(0)
                raise _InUseError(stream.read().strip()) from None
        except OSError:
            stream.close()
            raise


def _is(stream: TextIO, file: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(stream.fileno()), file.stat())
    except FileNotFoundError:
        return False
