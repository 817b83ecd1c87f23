"""The visited set as limits and checkpoints use it: how much memory it takes, and its content as arrays."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator

from mc.engine.program import Batch, Program, Words
from mc.engine.visited import MAX_LOAD, Visited

#: Fingerprints in a block of a file.
BLOCK = 1 << 18


class Fingerprints(Visited):
    """A visited set that says what it takes, and is saved and restored."""

    def __init__(self, program: Program, partitions: int) -> None:
        super().__init__(program, partitions)
        self._turn = threading.Lock()

    @property
    def nbytes(self) -> int:
        """Bytes of memory it holds."""
        return sum(table.nbytes for table in self.tables)

    def growth(self, more: int) -> int:
        """Bytes of further memory that room for ``more`` fingerprints in any partition takes, at its peak."""
        extra = largest = 0
        for table, count in zip(self.tables, self.counts, strict=True):
            slots = table.size
            while count + more > slots * MAX_LOAD:
                slots *= 2
            if slots != table.size:
                extra += 8 * slots - table.nbytes
                largest = max(largest, table.nbytes)
        return extra + largest

    def reserve(self, partition: int, more: int) -> None:
        """Make room in a partition; one after the other, for a table that grows is there twice."""
        with self._turn:
            super().reserve(partition, more)

    def save(self) -> Iterator[Words]:
        """All fingerprints, in any order."""
        for table in self.tables:
            for first in range(0, table.size, BLOCK):
                block = table[first : first + BLOCK]
                yield block[block != 0]

    def restored_bytes(self, count: int) -> int:
        """Bytes of further memory that :meth:`restore` takes."""
        return self.growth(count // len(self.tables))

    def restore(self, blocks: Iterable[Words], count: int) -> None:
        """Insert ``count`` fingerprints that :meth:`save` gave."""
        # Room for all of them first: in the order of a larger table they would crowd in one part of a smaller one.
        for partition in range(len(self.tables)):
            self.reserve(partition, count // len(self.tables))
        for block in blocks:
            batch = Batch(len(block), 0)
            batch.fingerprints[:] = block
            for partition in range(len(self.tables)):
                self.reserve(partition, len(block))
                self.insert(partition, batch, len(block))
