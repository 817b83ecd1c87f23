"""The set of fingerprints of all distinct states, in partitions that workers own."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mc.engine.kernels import Batch, insert, rehash

#: Slots of a new partition, and the part of a partition that may be used before it grows.
FIRST_SLOTS = 1 << 16
MAX_LOAD = 0.75


class Visited:
    """Fingerprints of 64 bits, open addressing, one table per partition."""

    def __init__(self, partitions: int) -> None:
        self.tables: list[npt.NDArray[np.uint64]] = [np.zeros(FIRST_SLOTS, np.uint64) for _ in range(partitions)]
        self.counts = [0] * partitions

    def __len__(self) -> int:
        return sum(self.counts)

    def reserve(self, partition: int, more: int) -> None:
        """Make room for ``more`` further fingerprints in a partition."""
        table = self.tables[partition]
        slots = table.size
        while self.counts[partition] + more > slots * MAX_LOAD:
            slots *= 2
        if slots != table.size:
            larger = np.zeros(slots, np.uint64)
            rehash(table, larger)
            self.tables[partition] = larger

    def insert(self, partition: int, batch: Batch, count: int) -> int:
        """Insert those of a batch's fingerprints that belong to a partition; returns how many were new."""
        new: Any = insert(self.tables[partition], batch, count, partition, len(self.tables))
        self.counts[partition] += int(new)
        return int(new)
