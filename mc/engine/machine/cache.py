"""Machine code on the disk, kept between runs: whole or not at all, and not more than a limit.

A file is named by the hash of all that its code depends on, so none is ever out of date; what is not used any more is
what was not used for longest. Where nothing can be written, models are compiled again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from mc.dataclass import dataclass

#: Bytes that are kept, at most: the code of some ten thousand models. It is brought to three quarters of that when it
#: has become more, so that this is rare.
LIMIT = 256 << 20
#: Our files, and those that were being written when a process was killed: nothing else is ever removed.
_OURS = re.compile(r"[0-9a-f]{24}(\.\d+\.\d+)?")


@dataclass(frozen=True)
class Cache:
    """The files in one directory, which need not be there."""

    directory: Path

    def read(self, key: str) -> bytes | None:
        """What was kept under ``key`` (24 hexadecimal digits), if it is there and whole: its hash stands before it."""
        file = self.directory / key
        try:
            content = file.read_bytes()
        except OSError:
            return None
        # So that the time of a file tells when it was used last.
        with contextlib.suppress(OSError):
            os.utime(file)
        return content[32:] if hashlib.sha256(content[32:]).digest() == content[:32] else None

    def write(self, key: str, code: bytes) -> None:
        """Keep ``code`` for later runs, if that is possible; drop what was not used for longest if it is too much."""
        draft = self.directory / f"{key}.{os.getpid()}.{id(code)}"
        with contextlib.suppress(OSError):
            self.directory.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(hashlib.sha256(code).digest() + code)
            draft.replace(self.directory / key)
            if self.size()[1] > LIMIT:
                self.shrink(LIMIT * 3 // 4)

    def size(self) -> tuple[int, int]:
        """The number of files, and their bytes."""
        sizes = [size for _, size, _ in self._files()]
        return len(sizes), sum(sizes)

    def shrink(self, limit: int) -> None:
        """Remove files, those first that were not used for longest, until they take at most ``limit`` bytes.

        :class:`OSError` where one cannot be removed.
        """
        files = sorted(self._files())
        left = sum(size for _, size, _ in files)
        for _, size, name in files:
            if left <= limit:
                break
            # Another process may have removed it.
            with contextlib.suppress(FileNotFoundError):
                (self.directory / name).unlink()
            left -= size

    def _files(self) -> Iterator[tuple[int, int, str]]:
        """When each file was used last (nanoseconds), its bytes and its name."""
        try:
            with os.scandir(self.directory) as entries:
                for entry in entries:
                    if _OURS.fullmatch(entry.name):
                        with contextlib.suppress(FileNotFoundError):
                            found = entry.stat()
                            yield found.st_mtime_ns, found.st_size, entry.name
        except FileNotFoundError:
            return
