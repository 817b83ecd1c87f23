"""Where a breadth-first search keeps its levels: in chunks of memory, and past a limit in files.

What was found is only ever appended, and a level is read from its beginning to its end. So what does not fit
the memory goes to the end of a file, and comes back in the order in which it went.
"""

from __future__ import annotations

import tempfile
from bisect import bisect_right
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mc.dataclass import dataclass
from mc.engine.program.program import Words
from mc.engine.runtime import words
from mc.engine.runtime.memory import pages
from mc.engine.store.layout import Rows

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
    return np.frombuffer(pages(8 * size, huge=size >= _HUGE), np.int64)


class Pool:
    """Memory that levels have left, for those that come: the system fills pages with 0 before it gives them."""

    def __init__(self) -> None:
        self._free: list[Words] = []

    @property
    def nbytes(self) -> int:
        """Bytes that nobody uses."""
        return sum(free.nbytes for free in self._free)

    def take(self, size: int) -> Words:
        """At least ``size`` words with any content."""
        if size > CHUNK or not self._free:
            return memory(max(size, CHUNK))
        return self._free.pop()

    def give(self, free: Words) -> None:
        """Keep memory that was taken; nobody reads it any more."""
        self._free.append(free)

    def clear(self) -> None:
        """Give it all back to the system."""
        self._free.clear()


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
        first = self.size
        self.write(first, items)
        self.size += items.size
        return first

    def write(self, first: int, items: Words) -> None:
        """Write words from a position on."""
        rest = items.data.cast("B")
        self.file.seek(8 * first)
        while rest:
            rest = rest[self.file.write(rest) :]

    def cut(self, size: int) -> None:
        """Forget what comes after so many words, and give its room back."""
        self.size = size
        self.file.truncate(8 * size)

    def read(self, first: int, count: int) -> Words:
        """``count`` words from position ``first`` on."""
        found = memory(count)
        self.fill(found, first)
        return found

    def fill(self, place: Words, first: int) -> None:
        """Read as many words as there is place for, from position ``first`` on."""
        rest = place.data.cast("B")
        self.file.seek(8 * first)
        while rest:
            rest = rest[self.file.readinto(rest) or self._short() :]

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
    """A growing sequence of items of ``width`` words each. ``pool``: where its memory comes from and goes, if not the
    system."""

    def __init__(self, width: int, pool: Pool | None = None) -> None:
        self.width = width
        self.pool = pool
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
            last = _Chunk(self.count, 0, self._take(more))
            self._chunks.append(last)
        assert last.memory is not None
        begin = last.count * width
        last.count += more
        self.count += more
        return last.memory[begin : begin + more * width]

    def _take(self, more: int) -> Words:
        """Memory for a chunk of at least so many items."""
        if self.pool is not None:
            return self.pool.take(more * self.width)
        # Untouched memory costs nothing, so a chunk may be as large as all items before it.
        return memory(max(more, min(self.count, CHUNK // self.width), FIRST_ITEMS) * self.width)

    def append(self, items: Words) -> None:
        """Add items, given as words."""
        self.place(items.size // self.width)[:] = items

    def read(self, first: int, last: int) -> Words:
        """The words of the items from ``first`` to before ``last``: their memory itself, or a copy."""
        parts = []
        for chunk, begin, end in self._spans(first, last):
            if chunk.memory is not None:
                parts.append(chunk.memory[begin:end])
            else:
                assert chunk.spool is not None
                parts.append(chunk.spool.read(chunk.position + begin, end - begin))
        return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, np.int64), *parts])

    def write(self, first: int, items: Words) -> None:
        """Put other items, given as words, in the place of those from ``first`` on."""
        done = 0
        for chunk, begin, end in self._spans(first, first + items.size // self.width):
            part = items[done : done + end - begin]
            if chunk.memory is not None:
                chunk.memory[begin:end] = part
            else:
                assert chunk.spool is not None
                chunk.spool.write(chunk.position + begin, part)
            done += end - begin

    def _spans(self, first: int, last: int) -> Iterator[tuple[_Chunk, int, int]]:
        """The chunks of the items from ``first`` to before ``last``, and from and to which word they are there."""
        width = self.width
        number = bisect_right(self._chunks, first, key=lambda chunk: chunk.first) - 1
        while first < last:
            chunk = self._chunks[number]
            begin, end = first - chunk.first, min(last - chunk.first, chunk.count)
            yield chunk, begin * width, end * width
            first = chunk.first + end
            number += 1

    def cut(self, count: int) -> None:
        """Forget the items from number ``count`` on."""
        while self._chunks and self._chunks[-1].first + self._chunks[-1].count > count:
            chunk = self._chunks[-1]
            left = max(0, count - chunk.first)
            if chunk.spool is not None and chunk.position + chunk.count * self.width == chunk.spool.size:
                chunk.spool.cut(chunk.position + left * self.width)
            chunk.count = left
            if left == 0:
                del self._chunks[-1]
        self.count = count

    def batches(self, most: int | None = None) -> Iterator[tuple[int, Words]]:
        """All items, ``words.BATCH`` or ``most`` at a time: the index of the first, and the words of these items."""
        size = words.BATCH if most is None else min(words.BATCH, most)
        for first in range(0, self.count, size):
            yield first, self.read(first, min(first + size, self.count))

    def select(self, chosen: npt.NDArray[np.bool_]) -> Rows:
        """The items that are marked, shape ``(n, width)``."""
        parts = [found.reshape(-1, self.width)[chosen[k : k + words.BATCH]] for k, found in self.batches()]
        return np.concatenate([np.empty((0, self.width), np.int64), *parts])

    def release(self, first: int) -> None:
        """Forget chunks whose items all come before ``first``; nobody reads them any more."""
        while self._chunks and self._chunks[0].first + self._chunks[0].count <= first:
            free = self._chunks.pop(0).memory
            if free is not None and self.pool is not None:
                self.pool.give(free)

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
        #: Origins, level by level; of initial states, their bindings of Init.
        self.log = Items(1)
        #: How many states each level has.
        self.sizes: list[int] = []
        #: By level; an empty one where a level's rows were dropped.
        self.rows: list[Items] = []
        #: The kinds of the last states of the last level: those of which it is open whether they are new.
        self.open = Items(1)
        #: Memory of the rows of levels that were expanded.
        self.pool = None if keep else Pool()
        #: By level, or by what else is in it.
        self._spools: dict[int | str, Spool] = {}

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        levels = self.rows if self.keep else self.rows[-2:]
        free = self.pool.nbytes if self.pool is not None else 0
        return self.log.nbytes + self.open.nbytes + free + sum(rows.nbytes for rows in levels)

    def begin(self) -> None:
        """What is placed from here on is of the next level."""
        self.sizes.append(0)
        self.rows.append(Items(self.width, self.pool))

    def resume(self, sizes: list[int]) -> None:
        """Levels of these sizes, to be filled with what a checkpoint has of them."""
        self.sizes = list(sizes)
        self.rows = [Items(self.width, self.pool) for _ in sizes]

    def place(self, more: int) -> tuple[Rows, Words]:
        """Where the rows, flat, and the origins of ``more`` further states of the last level go."""
        self.sizes[-1] += more
        return self.rows[-1].place(more), self.log.place(more)

    def extend(self, sizes: list[int], rows: Rows, origins: Words) -> None:
        """Add levels, all of them expanded but the last: their sizes, and the rows and origins of their states."""
        self.log.append(origins)
        first = 0
        for number, size in enumerate(sizes, 1):
            self.begin()
            self.sizes[-1] = size
            if self.keep or number == len(sizes):
                self.rows[-1].append(rows[first * self.width : (first + size) * self.width])
            self.drop()
            first += size

    def expanded(self, index: int) -> None:
        """The states of the last level but one that come before ``index`` were expanded."""
        if not self.keep:
            self.rows[-2].release(index)

    def drop(self) -> None:
        """The last level but one was expanded."""
        if not self.keep:
            self.rows[-2].release(len(self.rows[-2]))
            self.rows[-2] = Items(self.width)
            if len(self.rows) - 2 in self._spools:
                self._spools.pop(len(self.rows) - 2).close()

    def settle(self, known: Callable[[Rows], npt.NDArray[np.bool_]]) -> Iterator[Words]:
        """Of the last level's states, drop those open ones that turn out to be known: ``known`` says so of some
        rows, flat. Yields the kinds of those dropped, some at a time.

        The others move forward where they are, in memory or in files, so that nothing takes more room meanwhile.
        """
        rows, log, count = self.rows[-1], self.log, len(self.open)
        row, origin = len(rows) - count, len(log) - count
        for first, kinds in self.open.batches():
            begin, end = first - count, first - count + len(kinds)
            found = rows.read(len(rows) + begin, len(rows) + end)
            new = ~known(found)
            kept = found.reshape(-1, self.width)[new].reshape(-1)
            origins = log.read(len(log) + begin, len(log) + end)[new]
            rows.write(row, kept)
            log.write(origin, origins)
            row += len(origins)
            origin += len(origins)
            yield kinds[~new]
        self.sizes[-1] -= len(rows) - row
        rows.cut(row)
        log.cut(origin)
        self.open.cut(0)

    def path(self, level: int, index: int) -> tuple[int, list[int]]:
        """How a state was found, ``level`` counted from 0: the origin of an initial state, and the edges from there."""
        edges: list[int] = []
        first = sum(self.sizes[:level])
        while level:
            origin = int(self.log.read(first + index, first + index + 1)[0])
            edges.append(origin >> words.PARENT_BITS)
            index = origin & words.PARENT_MASK
            level -= 1
            first -= self.sizes[level]
        return int(self.log.read(index, index + 1)[0]), edges[::-1]

    def spill(self) -> None:
        """Move all that is in memory to files; :class:`OSError` where there is no room for it."""
        if self.pool is not None:
            self.pool.clear()
        self.log.spill(self._spool("log"))
        self.open.spill(self._spool("open"))
        for number in range(max(0, len(self.rows) - 2), len(self.rows)):
            # Levels that stay share a file, since files that are open at the same time are few.
            self.rows[number].spill(self._spool(0 if self.keep else number))

    def _spool(self, owner: int | str) -> Spool:
        if owner not in self._spools:
            self._spools[owner] = Spool(self.directory)
        return self._spools[owner]

    def close(self) -> None:
        """Close all files."""
        for spool in self._spools.values():
            spool.close()
