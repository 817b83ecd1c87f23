"""The set of all distinct states: many tables, each grown on its own.

It holds fingerprints of two words. The upper bits of the second choose the table; the first word and the lower
bits of the second are kept there, so FINGERPRINT_BITS bits tell states apart, however large the set is. An exact
set holds whole states, and finds them by their fingerprints. A worker owns a share of the tables; what the set
holds does not depend on the number of workers.
"""

from __future__ import annotations

import itertools
import math
import mmap
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mc.engine import words
from mc.engine.layout import Rows
from mc.engine.program import Batch, Program, Words, zeros

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
#: Tables within so many bytes grow together, if they are nearly as full: one page of memory is theirs.
HUGE_PAGE = 1 << 21
_PAGE = mmap.PAGESIZE


def omission_probability(distinct: int) -> float:
    """That some state was taken for another: the expected number of pairs with equal, uniform fingerprints."""
    return min(1.0, distinct * (distinct - 1) / 2 / 2.0**FINGERPRINT_BITS)


def _most_in_a_table(count: int) -> float:
    """How many of so many states are in one table, at most but for once in 10,000 tables."""
    return count / TABLES + 4 * math.sqrt(count / TABLES)


def _memory(size: int) -> mmap.mmap:
    """So many bytes, all 0, in huge pages where there are any: most of the time is spent on address translation."""
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        memory.madvise(mmap.MADV_HUGEPAGE)
    return memory


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

    def release(self, number: int) -> None:
        """Give back the pages that only this table had."""
        first = -(-number * self.stride // _PAGE) * _PAGE
        last = (number + 1) * self.stride // _PAGE * _PAGE
        if last > first and hasattr(mmap, "MADV_DONTNEED"):
            self.memory.madvise(mmap.MADV_DONTNEED, first, last - first)


class Visited:
    """``shares``: how many workers insert at the same time, each into tables of its own. ``slack``: how many
    states are inserted into a crowded table before it can grow, at most.
    """

    def __init__(self, program: Program, shares: int, slack: int = 0) -> None:
        self.library = program.library
        self.words = program.words
        self.exact = program.exact
        self.slack = slack
        self.shares = list(itertools.pairwise(TABLES * k // shares for k in range(shares + 1)))
        #: Per table, words.ENTRY words: see there.
        self.directory = zeros(TABLES * words.ENTRY)
        self.entries = self.directory.reshape(TABLES, words.ENTRY)
        self._regions: list[_Region] = []
        #: Per table, the number of its region.
        self._sizes = [0] * TABLES
        self._lock = threading.Lock()
        for number in range(TABLES):
            self.entries[number] = self._enter(number)

    def __len__(self) -> int:
        return int(self.entries[:, words.USED].sum())

    @property
    def nbytes(self) -> int:
        """Memory that its tables take."""
        lines = LINE_BYTES * int(self.entries[:, words.COUNT_OF_LINES].sum())
        return lines + 8 * self.words * len(self) if self.exact else lines

    def insert(self, share: int, batch: Batch, count: int) -> None:
        """Insert those of a batch's states that belong to a share; ``batch.fresh`` says which are new."""
        low, high = self.shares[share]
        done = 0
        while True:
            done = self.library.insert(
                self.directory, low, high, batch.states, batch.fingerprints, batch.fresh, done, count
            )
            if done == count:
                return
            self._grow_around(int(batch.fingerprints[2 * done + 1]) >> 64 - words.TABLE_BITS & TABLES - 1, low, high)

    def add(self, rows: Rows) -> None:
        """Insert states, shape ``(n, words)``."""
        batch = Batch(max(1, len(rows)), self.words)
        batch.states[: rows.size] = rows.reshape(-1)
        self.library.fingerprints_of(batch.states, len(rows), batch.fingerprints)
        for share in range(len(self.shares)):
            self.insert(share, batch, len(rows))

    def grow_crowded(self) -> None:
        """Grow all tables that are as full as they should be."""
        for number in np.nonzero(self.entries[:, words.USED] >= self.entries[:, words.FULL])[0].tolist():
            self._grow(number)

    def save(self) -> Iterator[Words]:
        """All it holds, in blocks: states, shape ``(n, words)``, of an exact set; else fingerprints, ``(n, 2)``."""
        for number in range(TABLES):
            region = self._regions[self._sizes[number]]
            used = int(self.entries[number, words.USED])
            if self.exact:
                rows = region.part(number, LINE_BYTES * region.lines, used * self.words, np.int64)
                yield rows.reshape(-1, self.words)
                continue
            tags = region.part(number, 0, region.lines * words.LINE, np.int64).reshape(-1, words.LINE)
            extras = region.part(number, 0, region.lines * 4 * words.LINE, np.uint16).reshape(-1, 4 * words.LINE)
            line, slot = np.nonzero(tags[:, : words.FINGERPRINTS_PER_LINE])
            # Of the second word, only what the set keeps.
            seconds = extras[line, words.EXTRAS + slot].astype(np.uint64) | np.uint64(number << 64 - words.TABLE_BITS)
            yield np.column_stack([tags[line, slot], seconds.view(np.int64)])

    def restore(self, blocks: Iterable[Words], count: int) -> None:
        """Insert ``count`` items that ``save`` of such a set gave."""
        # Room for all of them first: in the order of a larger table they would crowd in one part of a smaller one.
        for number in range(TABLES):
            while self.entries[number, words.FULL] < _most_in_a_table(count):
                self._grow(number)
        for block in blocks:
            if self.exact:
                self.add(block.reshape(-1, self.words))
                continue
            batch = Batch(max(1, block.size // 2), 0)
            batch.fingerprints[: block.size] = block.reshape(-1)
            for share in range(len(self.shares)):
                self.insert(share, batch, block.size // 2)

    def growth(self, more: int) -> int:
        """Bytes of further memory that ``more`` states take at its peak, if their fingerprints are uniform."""
        extra = largest = 0
        for number in range(TABLES):
            region = self._regions[self._sizes[number]]
            lines, full, stride = region.lines, region.full, region.stride
            while full < self.entries[number, words.USED] + _most_in_a_table(more):
                lines, full, stride = self._next_size(lines)
            if lines > region.lines:
                extra += stride - region.stride
                largest = max(largest, region.stride)
        # Each worker may have a table twice while it grows.
        return extra + largest * len(self.shares)

    def _grow_around(self, number: int, low: int, high: int) -> None:
        """Grow a table, and those of tables low..high-1 that share a page with it."""
        size = self._sizes[number]
        together = max(1, HUGE_PAGE // self._regions[size].stride)
        first = number // together * together
        for k in range(max(low, first), min(high, first + together)):
            used, full = self.entries[k, words.USED], self.entries[k, words.FULL]
            if k == number or (self._sizes[k] == size and used > 0.9 * full):
                self._grow(k)

    def _grow(self, number: int) -> None:
        """Move a table to the region of the next size."""
        old, region = self.entries[number].copy(), self._regions[self._sizes[number]]
        self._sizes[number] += 1
        new = self._enter(number)
        self.library.refill(old, new)
        self.entries[number] = new
        region.release(number)

    def _enter(self, number: int) -> Words:
        """A new, empty table in its region: its words in the directory."""
        with self._lock:
            if self._sizes[number] == len(self._regions):
                lines, full, stride = self._next_size(self._regions[-1].lines if self._regions else 0)
                self._regions.append(_Region(lines, full, stride, _memory(TABLES * stride)))
            region = self._regions[self._sizes[number]]
        entry = zeros(words.ENTRY)
        entry[words.LINES] = region.address + number * region.stride
        entry[words.COUNT_OF_LINES] = region.lines
        entry[words.FULL] = region.full
        return entry

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
