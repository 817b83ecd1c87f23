"""The set of fingerprints of all distinct states: many tables, each grown on its own.

A fingerprint has two words. The upper bits of the second choose the table; the first word and the lower bits
of the second are kept there, so FINGERPRINT_BITS bits tell states apart, however large the set is. A worker
owns a share of the tables. What the set holds does not depend on the number of workers.
"""

from __future__ import annotations

import itertools
import mmap
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from mc.engine import words
from mc.engine.program import Batch, Program, Words, zeros

TABLES = 1 << words.TABLE_BITS
#: Bits that two states must have in common to be taken for the same.
FINGERPRINT_BITS = 64 + words.EXTRA_BITS + words.TABLE_BITS
#: Bytes of a slot: a word and the extra bits.
SLOT_BYTES = 8 + words.EXTRA_BITS // 8
#: Slots of a first table. Small tables double when this part of them is used ...
FIRST_SLOTS = 1024
LOOSE = 0.75
#: ... and those with more slots than this grow by a ninth when nearly full: slower, and never more than
#: 12 bytes for a state.
SMALL_SLOTS = 1 << 14
TIGHT = 0.94
_PAGE = mmap.PAGESIZE


@dataclass
class _Region:
    """Memory for all tables of one size. Pages are taken as they are used, and given back as tables move out."""

    slots: int
    full: int
    #: Bytes from one table to the next.
    stride: int
    memory: mmap.mmap
    address: int = field(init=False)
    tables: int = 0

    def __post_init__(self) -> None:
        if hasattr(mmap, "MADV_HUGEPAGE"):
            self.memory.madvise(mmap.MADV_HUGEPAGE)
        self.address = np.frombuffer(self.memory, np.uint8).ctypes.data

    def part(self, number: int, start: int, count: int, kind: type[np.generic]) -> np.ndarray[tuple[int], np.dtype]:
        """Elements of a table's memory, ``start`` bytes into it."""
        return np.frombuffer(self.memory, kind, count, number * self.stride + start)

    def release(self, number: int) -> None:
        """Give back the pages that only this table had."""
        first = -(-number * self.stride // _PAGE) * _PAGE
        last = (number + 1) * self.stride // _PAGE * _PAGE
        if last > first and hasattr(mmap, "MADV_DONTNEED"):
            self.memory.madvise(mmap.MADV_DONTNEED, first, last - first)


class Visited:
    """``shares``: how many workers insert at the same time, each into tables of its own. ``room``: slots of a
    table that are free when it is to grow, at least.
    """

    def __init__(self, program: Program, shares: int, room: int = 1) -> None:
        self.library = program.library
        self.room = room
        bounds = [TABLES * k // shares for k in range(shares + 1)]
        self.shares = list(itertools.pairwise(bounds))
        #: Per table, words.ENTRY words: see there.
        self.directory = zeros(TABLES * words.ENTRY)
        self.entries = self.directory.reshape(TABLES, words.ENTRY)
        self.nbytes = 0
        self._regions: list[_Region] = []
        #: Per table, the number of its region.
        self._sizes = [0] * TABLES
        self._lock = threading.Lock()
        for number in range(TABLES):
            self.entries[number] = self._enter(number)

    def __len__(self) -> int:
        return int(self.entries[:, words.USED].sum())

    def insert(self, share: int, batch: Batch, count: int) -> None:
        """Insert those of a batch's fingerprints that belong to a share; ``batch.fresh`` says which are new."""
        low, high = self.shares[share]
        fingerprints, done = batch.fingerprints, 0
        while True:
            done = self.library.insert(self.directory, low, high, fingerprints, batch.fresh, done, count)
            if done == count:
                return
            self._grow(int(fingerprints[2 * done + 1]) >> 64 - words.TABLE_BITS & TABLES - 1)

    def grow_crowded(self) -> None:
        """Grow all tables that are as full as they should be."""
        for number in np.nonzero(self.entries[:, words.USED] >= self.entries[:, words.FULL])[0].tolist():
            self._grow(number)

    def save(self) -> Iterator[Words]:
        """All fingerprints, in blocks of shape ``(n, 2)``; of the second word only what the set keeps."""
        for number in range(TABLES):
            region = self._regions[self._sizes[number]]
            tags = region.part(number, 0, region.slots, np.int64)
            extras = region.part(number, 8 * region.slots, region.slots, np.uint16)
            used = np.nonzero(tags)[0]
            seconds = extras[used].astype(np.uint64) | np.uint64(number << 64 - words.TABLE_BITS)
            yield np.column_stack([tags[used], seconds.view(np.int64)])

    def restore(self, blocks: Iterable[Words]) -> None:
        """Insert what ``save`` gave."""
        for block in blocks:
            batch = Batch(max(1, len(block)), 0)
            batch.fingerprints[: 2 * len(block)] = block.reshape(-1)
            for share in range(len(self.shares)):
                self.insert(share, batch, len(block))

    def _grow(self, number: int) -> None:
        """Move a table to the region of the next size."""
        old = self.entries[number].copy()
        region = self._regions[self._sizes[number]]
        self._sizes[number] += 1
        new = self._enter(number)
        self.library.refill(old, new)
        self.entries[number] = new
        with self._lock:
            self.nbytes -= region.stride
            region.tables -= 1
            region.release(number)

    def _enter(self, number: int) -> Words:
        """A new, empty table in its region: its words in the directory."""
        with self._lock:
            size = self._sizes[number]
            if size == len(self._regions):
                self._regions.append(self._region(self._regions[-1].slots if size else 0))
            region = self._regions[size]
            region.tables += 1
            self.nbytes += region.stride
        entry = zeros(words.ENTRY)
        entry[words.TAGS] = region.address + number * region.stride
        entry[words.EXTRAS] = entry[words.TAGS] + 8 * region.slots
        entry[words.SLOTS] = region.slots
        entry[words.FULL] = region.full
        return entry

    def _region(self, last: int) -> _Region:
        """Memory for tables of the next size after ``last`` slots."""
        if last < SMALL_SLOTS:
            slots, load = max(FIRST_SLOTS, 2 * last, 4 * self.room), LOOSE
        else:
            slots, load = last * 10 // 9, TIGHT
        size = SLOT_BYTES * slots
        align = _PAGE if size >= _PAGE else 64
        stride = -(-size // align) * align
        return _Region(slots, min(int(load * slots), slots - self.room), stride, mmap.mmap(-1, TABLES * stride))
