"""The set of fingerprints of all distinct states, in partitions that workers own."""

from __future__ import annotations

from mc.engine.program import Batch, Program, Words, zeros

#: Slots of a new partition (a power of two), and the part of a partition that may be used before it grows.
FIRST_SLOTS = 1 << 16
MAX_LOAD = 0.75


class Visited:
    """Fingerprints of 64 bits, open addressing, one table per partition."""

    def __init__(self, program: Program, partitions: int) -> None:
        self.library = program.library
        self.tables: list[Words] = [zeros(FIRST_SLOTS) for _ in range(partitions)]
        self.counts = [0] * partitions

    def __len__(self) -> int:
        return sum(self.counts)

    def mask(self, partition: int) -> int:
        """One less than the slots of a partition."""
        return self.tables[partition].size - 1

    def reserve(self, partition: int, more: int) -> None:
        """Make room for ``more`` further fingerprints in a partition."""
        table = self.tables[partition]
        slots = table.size
        while self.counts[partition] + more > slots * MAX_LOAD:
            slots *= 2
        if slots != table.size:
            larger = zeros(slots)
            self.library.rehash(table, table.size, larger, slots - 1)
            self.tables[partition] = larger

    def insert(self, partition: int, batch: Batch, count: int) -> int:
        """Insert those of a batch's fingerprints that belong to a partition; returns how many were new."""
        table, owners = self.tables[partition], len(self.tables)
        new: int = self.library.insert(table, table.size - 1, batch.fingerprints, batch.fresh, count, partition, owners)
        self.counts[partition] += new
        return new
