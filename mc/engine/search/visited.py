"""The set of all distinct states: many tables, each grown on its own.

It holds fingerprints of two words. The upper bits of the second choose the table; the first word and the lower
bits of the second are kept there, so FINGERPRINT_BITS bits tell states apart, however large the set is. An exact
set holds whole states, and finds them by their fingerprints. A thread inserts into one share of the tables at a
time; what the set holds does not depend on how many threads there are.

What does not fit the memory moves to the disk (``segments.py``). From then on the tables tell only what was found
since: the states that they take for new are to be told from those on the disk later, all at once.
"""

from __future__ import annotations

import itertools
import math
import mmap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mc.dataclass import dataclass
from mc.engine.program.program import Batch, Program, Words, zeros
from mc.engine.runtime import words
from mc.engine.runtime.memory import pages
from mc.engine.search.segments import Extras, Segments
from mc.engine.search.team import Team
from mc.engine.store.layout import Rows

TABLES = 1 << words.TABLE_BITS
#: Bits in which two states must agree to be taken for the same.
FINGERPRINT_BITS = 64 + words.EXTRA_BITS + words.TABLE_BITS
LINE_BYTES = 8 * words.LINE
#: Lines of a first table. Small tables double when this part of their slots is used ...
FIRST_LINES = 128
LOOSE = 0.75
#: ... and those with as many lines as this grow by a sixteenth when nearly full, which takes longer: then a state
#: takes at most 12 bytes.
SMALL_LINES = 1 << 12
TIGHT = 0.96
#: Tables within so many bytes, one page of memory, grow together: if this part of what makes them grow is in them.
HUGE_PAGE = 1 << 21
SOON = 0.8
_PAGE = mmap.PAGESIZE


def omission_probability(distinct: int) -> float:
    """That some state was taken for another: the expected number of pairs with equal, uniform fingerprints."""
    return min(1.0, distinct * (distinct - 1) / 2 / 2.0**FINGERPRINT_BITS)


def _most_in_a_table(count: int) -> float:
    """How many of so many states are in one table, at most but for once in 10,000 tables."""
    return count / TABLES + 4 * math.sqrt(count / TABLES)


@dataclass
class _Region:
    """Memory for all tables of one size. Pages are taken as they are used, and given back as tables move out."""

    lines: int
    #: States with which a table is to grow.
    full: int
    #: Bytes from one table to the next.
    stride: int
    memory: mmap.mmap
    address: int = field(init=False)

    def __post_init__(self) -> None:
        self.address = np.frombuffer(self.memory, np.uint8).ctypes.data

    def part(self, number: int, start: int, count: int, kind: Any) -> npt.NDArray[Any]:
        """Elements of a table's memory, ``start`` bytes into it."""
        return np.frombuffer(self.memory, kind, count, number * self.stride + start)

    def release(self, first: int, last: int) -> None:
        """Give back the pages that only the tables first..last had."""
        begin = -(-first * self.stride // _PAGE) * _PAGE
        end = (last + 1) * self.stride // _PAGE * _PAGE
        if end > begin and hasattr(mmap, "MADV_DONTNEED"):
            self.memory.madvise(mmap.MADV_DONTNEED, begin, end - begin)


class Visited:
    """``team``: the threads that insert into it. ``slack``: how many states are inserted into a crowded table before
    it can grow, at most.
    """

    def __init__(self, program: Program, team: Team, slack: int = 0) -> None:
        self.program = program
        self.team = team
        self.library = program.library
        self.words = program.words
        self.exact = program.exact
        self.slack = slack
        #: Per table, words.ENTRY words: see there.
        self.directory = zeros(TABLES * words.ENTRY)
        self.entries = self.directory.reshape(TABLES, words.ENTRY)
        #: Per share, the table that has to grow before the share can be inserted whole; or -1.
        self.crowded = np.full(words.SHARES, -1)
        self._regions: list[_Region] = []
        #: Per table, the number of its region.
        self._sizes = np.full(TABLES, -1)
        self._enter(np.arange(TABLES))
        #: What is on the disk.
        self.moved: Segments | None = None

    def __len__(self) -> int:
        """Distinct states; after a move to the disk, those added since count as new until they are marked."""
        here = int(self.entries[:, words.USED].sum())
        return here if self.moved is None else here - int(self.entries[:, words.MARKED].sum()) + len(self.moved)

    @property
    def nbytes(self) -> int:
        """Memory that its tables take."""
        lines = LINE_BYTES * int(self.entries[:, words.COUNT_OF_LINES].sum())
        return lines + 8 * self.words * len(self) if self.exact else lines

    def insert(self, batch: Batch, parts: int) -> None:
        """Insert the states of the first parts of a batch, whose lists then tell which of them were new."""
        given = self.given(batch, parts)
        while True:
            self.team.do(words.INSERT, words.SHARES, given, alone=parts == 1)
            numbers = self.crowded[self.crowded >= 0]
            if not numbers.size:
                return
            # No more at a time than there are threads: until it has grown, a table takes its memory twice.
            self._grow(_distinct(np.concatenate([self._around(int(k)) for k in numbers[: self.team.size]])))

    def given(self, batch: Batch, parts: int) -> dict[int, int | Words]:
        """What the board has to say of inserting the first parts of a batch."""
        return {
            words.DIRECTORY: self.directory,
            words.BATCHED: batch.data,
            words.BATCH_PARTS: parts,
            words.CROWDED: self.crowded,
        }

    def _insert_all(self, fill: Callable[[Batch, int, int, int], None], count: int) -> None:
        """Insert ``count`` states; ``fill(batch, part, first, last)`` puts some of them into a part of a batch."""
        batch = self.program.batch(words.PARTS)
        firsts = range(0, count, batch.capacity)
        for begin in range(0, len(firsts), words.PARTS):
            some = firsts[begin : begin + words.PARTS]
            for part, first in enumerate(some):
                last = min(first + batch.capacity, count)
                fill(batch, part, first, last)
                self.library.deal(batch.fingerprints[part], last - first, batch.numbers[part], batch.lists[part])
            self.insert(batch, len(some))

    def add(self, rows: Rows) -> None:
        """Insert states, shape ``(n, words)``."""

        def fill(batch: Batch, part: int, first: int, last: int) -> None:
            batch.states[part, : (last - first) * self.words] = rows[first:last].reshape(-1)
            self.library.fingerprints_of(batch.states[part], last - first, batch.fingerprints[part])

        self._insert_all(fill, len(rows))

    def grow_crowded(self) -> None:
        """Grow all tables that are as full as they should be."""
        for number in np.nonzero(self.entries[:, words.USED] >= self.entries[:, words.FULL])[0]:
            self._grow(np.array([number]))

    def save(self) -> Iterator[Words]:
        """All it holds, in blocks: states, shape ``(n, words)``, of an exact set; else fingerprints, ``(n, 2)``."""
        if self.exact:
            for number in range(TABLES):
                region = self._regions[self._sizes[number]]
                used = int(self.entries[number, words.USED])
                rows = region.part(number, LINE_BYTES * region.lines, used * self.words, np.int64)
                yield rows.reshape(-1, self.words)
            return
        for number, tags, extras in itertools.chain(self.moved.fingerprints() if self.moved else (), self._segments()):
            # Of the second word, only what the set keeps.
            seconds = extras.astype(np.uint64) | np.uint64(number << 64 - words.TABLE_BITS)
            yield np.column_stack([tags, seconds.view(np.int64)])

    def _segments(self) -> Iterator[tuple[int, Words, Extras]]:
        """What is in memory and not on the disk, by table: see :class:`Segments`."""
        for number in np.nonzero(self.entries[:, words.USED] > self.entries[:, words.MARKED])[0].tolist():
            region = self._regions[self._sizes[number]]
            tags = region.part(number, 0, region.lines * words.LINE, np.int64).reshape(-1, words.LINE)
            extras = region.part(number, 0, region.lines * 4 * words.LINE, np.uint16).reshape(-1, 4 * words.LINE)
            marked = extras[:, words.MARKS, None] >> np.arange(words.FINGERPRINTS_PER_LINE, dtype=np.uint16) & 1
            line, slot = np.nonzero((tags[:, : words.FINGERPRINTS_PER_LINE] != 0) & (marked == 0))
            yield number, tags[line, slot], extras[line, words.EXTRAS + slot]

    def move(self, directory: Path | None) -> None:
        """Move all it holds from memory to a file in ``directory``. The set is not exact, and what is on the disk
        already is marked. :class:`OSError` where there is no room for it, and then all stays in memory.
        """
        if self.moved is None:
            self.moved = Segments(directory)
        self.moved.append(self._segments())
        self._regions.clear()
        self._sizes[:] = -1
        self._enter(np.arange(TABLES))

    def mark(self) -> None:
        """Mark the states that are in memory and on the disk."""
        # Here, not above, since few searches have files.
        from concurrent.futures import ThreadPoolExecutor

        size = self.team.size
        with ThreadPoolExecutor(size) as threads:
            bounds = [TABLES * k // size for k in range(size + 1)]
            list(threads.map(self._mark, bounds[:-1], bounds[1:]))

    def _mark(self, low: int, high: int) -> None:
        """Those of tables low..high-1."""
        assert self.moved is not None
        for tables, counts, content in self.moved.blocks(low, high):
            self.library.mark(self.directory, tables, counts, len(tables), content)

    def marked(self, rows: Rows) -> npt.NDArray[np.bool_]:
        """Which of some states, given as words, are marked."""
        count = rows.size // self.words
        fingerprints, found = np.empty(2 * count, np.int64), np.empty(count, np.bool_)
        self.library.fingerprints_of(rows, count, fingerprints)
        self.library.marked(self.directory, fingerprints, count, found)
        return found

    def close(self) -> None:
        """Give the room on the disk back."""
        if self.moved is not None:
            self.moved.close()

    def restore(self, blocks: Iterable[Words], count: int) -> None:
        """Insert ``count`` items that ``save`` of such a set gave."""
        # Room for all of them first: in the order of a larger table they would crowd in one part of a smaller one.
        while self.entries[0, words.FULL] < _most_in_a_table(count):
            self._grow(np.arange(TABLES))
        for block in blocks:
            if self.exact:
                self.add(block.reshape(-1, self.words))
                continue

            def fill(batch: Batch, part: int, first: int, last: int, block: Words = block) -> None:
                batch.fingerprints[part, : 2 * (last - first)] = block[first:last].reshape(-1)

            self._insert_all(fill, len(block))

    def restore_moved(self, blocks: Iterable[Words], directory: Path | None) -> None:
        """The same, but onto the disk; :class:`OSError` where there is no room for it."""

        def segments() -> Iterator[tuple[int, Words, Extras]]:
            for block in blocks:
                tables = (block[:, 1].view(np.uint64) >> np.uint64(64 - words.TABLE_BITS)).astype(np.int64)
                starts = np.nonzero(np.diff(tables, prepend=-1))[0].tolist()
                for first, last in itertools.pairwise([*starts, len(block)]):
                    extras = block[first:last, 1] & (1 << words.EXTRA_BITS) - 1
                    yield int(tables[first]), block[first:last, 0], extras.astype(np.uint16)

        self.moved = Segments(directory)
        self.moved.append(segments())

    def growth(self, more: int) -> int:
        """Bytes of further memory that ``more`` states take at its peak, if their fingerprints are uniform."""
        extra = largest = 0
        room = self.entries[:, words.USED] + _most_in_a_table(more)
        for size in _distinct(self._sizes).tolist():
            region = self._regions[size]
            lines, full, stride = region.lines, region.full, region.stride
            needed = room[self._sizes == size]
            while (needed := needed[needed > full]).size:
                before = stride
                lines, full, stride = self._next_size(lines)
                extra += (stride - before) * needed.size
                largest = max(largest, region.stride)
        # As many tables as there are threads grow at the same time.
        return extra + largest * self.team.size

    def _around(self, number: int) -> Words:
        """A table that is to grow, and those that share a page with it and are to grow soon."""
        size = self._sizes[number]
        count = max(1, HUGE_PAGE // self._regions[size].stride)
        first = number // count * count
        near = np.arange(first, min(TABLES, first + count))
        crowded = self.entries[near, words.USED] > SOON * self.entries[near, words.FULL]
        together: Words = near[(near == number) | (crowded & (self._sizes[near] == size))]
        return together

    def _grow(self, numbers: Words) -> None:
        """Move tables to the regions of the next sizes."""
        old, sizes = self.entries[numbers], self._sizes[numbers]
        for size in _distinct(sizes):
            self._enter(numbers[sizes == size])
        new = self.entries[numbers]
        self.team.do(words.REFILL, len(numbers), {words.OLD: old, words.LARGER: new})
        self.entries[numbers] = new
        # Tables next to each other go together: they may share pages.
        apart = (np.diff(numbers) != 1) | (np.diff(sizes) != 0)
        for group in np.split(np.arange(len(numbers)), np.nonzero(apart)[0] + 1):
            self._regions[sizes[group[0]]].release(int(numbers[group[0]]), int(numbers[group[-1]]))

    def _enter(self, numbers: Words) -> None:
        """Make the entries of tables in the directory those of new, empty ones of the next size."""
        size = int(self._sizes[numbers[0]]) + 1
        if size == len(self._regions):
            lines, full, stride = self._next_size(self._regions[-1].lines if self._regions else 0)
            self._regions.append(_Region(lines, full, stride, pages(TABLES * stride, huge=True)))
        region = self._regions[size]
        self._sizes[numbers] = size
        self.entries[numbers] = 0
        self.entries[numbers, words.LINES] = region.address + numbers * region.stride
        self.entries[numbers, words.COUNT_OF_LINES] = region.lines
        self.entries[numbers, words.FULL] = region.full

    def _next_size(self, last: int) -> tuple[int, int, int]:
        """Of tables of the next size after ``last`` lines: their lines, when they are to grow, and their bytes."""
        per_line = words.LINE if self.exact else words.FINGERPRINTS_PER_LINE
        lines = max(FIRST_LINES, 2 * last, self.slack) if last < SMALL_LINES else last * 17 // 16
        load = LOOSE if lines < SMALL_LINES else TIGHT
        # One slot is free at least, for which a search in vain ends.
        full = min(int(load * per_line * lines), per_line * lines - self.slack - 1)
        size = LINE_BYTES * lines + (8 * self.words * (full + self.slack) if self.exact else 0)
        stride = -(-size // _PAGE) * _PAGE
        return lines, full, stride


def _distinct(numbers: Words) -> Words:
    """Each of some numbers once, in order. (np.unique imports what takes longer than most searches.)"""
    return np.array(sorted(set(numbers.tolist())), np.int64)
