"""Where a breadth-first search keeps its levels: in chunks of memory, and past a limit in files.

What was found is only ever appended, and a level is read from its beginning to its end. So what does not fit
the memory goes to the end of a file, and comes back in the order in which it went.
"""

from __future__ import annotations

import mmap
import tempfile
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mc.engine import words
from mc.engine.layout import Rows
from mc.engine.program import Words

#: Words of a chunk, at most, but for what is placed at once; items of the first one, at least.
CHUNK = 1 << 20
FIRST_ITEMS = 256
#: Words from which on memory is taken from the system, and those from which on in huge pages.
_MAPPED = 1 << 15
_HUGE = 1 << 19


def memory(size: int) -> Words:
    """``size`` words with any content. What is large goes back to the system as soon as nobody uses it."""
    if size < _MAPPED:
        return np.empty(size, np.int64)
    pages = mmap.mmap(-1, 8 * size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if size >= _HUGE and hasattr(mmap, "MADV_HUGEPAGE"):
        pages.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(pages, np.int64)


class Spool:
    """A file that is appended to and read back. It has no name: nothing is left of it, however the process ends.

    :class:`OSError` where there is no room for it; what was appended before can still be read then.
    """

    def __init__(self, directory: Path | None) -> None:
        self.file = tempfile.TemporaryFile(dir=directory, buffering=0)  # noqa: SIM115 (it is open as long as the spool is)
        #: In words.
        self.size = 0

    def append(self, items: Words) -> int:
        """Write words at the end; returns the position of the first."""
        rest = items.data.cast("B")
        self.file.seek(8 * self.size)
        while rest:
            rest = rest[self.file.write(rest) :]
        first = self.size
        self.size += items.size
        return first

    def read(self, first: int, count: int) -> Words:
        """``count`` words from position ``first`` on."""
        found = memory(count)
        rest = found.data.cast("B")
        self.file.seek(8 * first)
        while rest:
            rest = rest[self.file.readinto(rest) or self._short() :]
        return found

    def _short(self) -> int:
        raise OSError(f"a temporary file has lost its end, after {self.size} words")

    def close(self) -> None:
        """Give the room on the disk back."""
        self.file.close()


@dataclass
class _Chunk:
    """Items one after the other, in memory or, where that is None, in a file from a position on."""

    first: int
    count: int
    memory: Words | None
    spool: Spool | None = None
    position: int = 0


class Items:
    """A growing sequence of items of ``width`` words each."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.count = 0
        self._chunks: list[_Chunk] = []

    def __len__(self) -> int:
        return self.count

    @property
    def nbytes(self) -> int:
        """Bytes of the items that are in memory."""
        return sum(8 * self.width * chunk.count for chunk in self._chunks if chunk.memory is not None)

    def place(self, more: int) -> Words:
        """The words of ``more`` further items, to be filled."""
        width = self.width
        last = self._chunks[-1] if self._chunks else None
        if last is None or last.memory is None or (last.count + more) * width > last.memory.size:
            # Untouched memory costs nothing, so a chunk may be as large as all items before it.
            room = max(more, min(self.count, CHUNK // width), FIRST_ITEMS)
            last = _Chunk(self.count, 0, memory(room * width))
            self._chunks.append(last)
        assert last.memory is not None
        begin = last.count * width
        last.count += more
        self.count += more
        return last.memory[begin : begin + more * width]

    def append(self, items: Words) -> None:
        """Add items, given as words."""
        self.place(items.size // self.width)[:] = items

    def read(self, first: int, last: int) -> Words:
        """The words of the items from ``first`` to before ``last``: their memory itself, or a copy."""
        parts = list(self._parts(first, last))
        return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, np.int64), *parts])

    def _parts(self, first: int, last: int) -> Iterator[Words]:
        width = self.width
        number = bisect_right(self._chunks, first, key=lambda chunk: chunk.first) - 1
        while first < last:
            chunk = self._chunks[number]
            begin, end = first - chunk.first, min(last - chunk.first, chunk.count)
            if chunk.memory is not None:
                yield chunk.memory[begin * width : end * width]
            else:
                assert chunk.spool is not None
                yield chunk.spool.read(chunk.position + begin * width, (end - begin) * width)
            first = chunk.first + end
            number += 1

    def batches(self) -> Iterator[tuple[int, Words]]:
        """All items, ``words.BATCH`` at a time: the index of the first, and the words of these items."""
        for first in range(0, self.count, words.BATCH):
            yield first, self.read(first, min(first + words.BATCH, self.count))

    def select(self, chosen: npt.NDArray[np.bool_]) -> Rows:
        """The items that are marked, shape ``(n, width)``."""
        parts = [found.reshape(-1, self.width)[chosen[k : k + words.BATCH]] for k, found in self.batches()]
        return np.concatenate([np.empty((0, self.width), np.int64), *parts])

    def release(self, first: int) -> None:
        """Forget chunks whose items all come before ``first``."""
        while self._chunks and self._chunks[0].first + self._chunks[0].count <= first:
            del self._chunks[0]

    def spill(self, spool: Spool) -> None:
        """Move all items in memory to a file; where it has no room, those that have none stay in memory."""
        # Those in memory come last.
        number = len(self._chunks)
        while number and self._chunks[number - 1].memory is not None:
            number -= 1
        while number < len(self._chunks):
            before, chunk = self._chunks[number - 1] if number else None, self._chunks[number]
            assert chunk.memory is not None
            chunk.position = spool.append(chunk.memory[: chunk.count * self.width])
            chunk.spool, chunk.memory = spool, None
            if before and before.spool is spool and before.position + before.count * self.width == chunk.position:
                before.count += chunk.count
                del self._chunks[number]
            else:
                number += 1


class Levels:
    """The rows of the states to be expanded, and the origins of all states.

    ``keep``: whether the rows of levels that were expanded stay. ``directory``: where files go.
    """

    def __init__(self, width: int, keep: bool, directory: Path | None) -> None:
        self.width = width
        self.keep = keep
        self.directory = directory
        #: Origins, level by level; of initial states, their position in Init.
        self.log = Items(1)
        #: How many states each level has.
        self.sizes: list[int] = []
        #: By level; an empty one where a level's rows were dropped.
        self.rows: list[Items] = []
        self._log_spool: Spool | None = None
        self._spools: dict[int, Spool] = {}

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        return self.log.nbytes + sum(rows.nbytes for rows in (self.rows if self.keep else self.rows[-2:]))

    def begin(self) -> None:
        """What is placed from here on is of the next level."""
        self.sizes.append(0)
        self.rows.append(Items(self.width))

    def resume(self, sizes: list[int]) -> None:
        """Levels of these sizes, to be filled with what a checkpoint has of them."""
        self.sizes = list(sizes)
        self.rows = [Items(self.width) for _ in sizes]

    def place(self, more: int) -> tuple[Rows, Words]:
        """Where the rows, flat, and the origins of ``more`` further states of the last level go."""
        self.sizes[-1] += more
        return self.rows[-1].place(more), self.log.place(more)

    def expanded(self, index: int) -> None:
        """The states of the last level but one that come before ``index`` were expanded."""
        if not self.keep:
            self.rows[-2].release(index)

    def drop(self) -> None:
        """The last level but one was expanded."""
        if not self.keep:
            self.rows[-2] = Items(self.width)
            if len(self.rows) - 2 in self._spools:
                self._spools.pop(len(self.rows) - 2).close()

    def path(self, level: int, index: int) -> tuple[int, list[int]]:
        """How a state was found, ``level`` counted from 0: a position in Init, and the edges from there on."""
        edges: list[int] = []
        first = sum(self.sizes[:level])
        while level:
            origin = int(self.log.read(first + index, first + index + 1)[0])
            edges.insert(0, origin >> words.PARENT_BITS)
            index = origin & words.PARENT_MASK
            level -= 1
            first -= self.sizes[level]
        return int(self.log.read(index, index + 1)[0]), edges

    def spill(self) -> None:
        """Move all that is in memory to files; :class:`OSError` where there is no room for it."""
        if self._log_spool is None:
            self._log_spool = Spool(self.directory)
        self.log.spill(self._log_spool)
        for number in range(max(0, len(self.rows) - 2), len(self.rows)):
            # Levels that stay share a file, since files that are open at the same time are few.
            owner = 0 if self.keep else number
            if owner not in self._spools:
                self._spools[owner] = Spool(self.directory)
            self.rows[number].spill(self._spools[owner])

    def close(self) -> None:
        """Close all files."""
        for spool in (self._log_spool, *self._spools.values()):
            if spool is not None:
                spool.close()
