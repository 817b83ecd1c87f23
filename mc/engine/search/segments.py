"""Fingerprints on the disk: what of the visited set does not fit the memory.

They are written once, in segments that each belong to one table of the set, and read again from the first to the
last whenever the states that were found since are to be told from these: never looked up one by one. So Stern and
Dill do it in the Murphi verifier ("Using magnetic disk instead of main memory in the Murphi verifier", CAV 1998),
whose table in memory is likewise compared with the whole file, once a level or when it is full. Nothing needs to be
sorted for that; but a segment has the order of the table that it was, and tables of any size have the same order,
so that reading it goes through a table from front to back.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mc.engine.program.program import Words
from mc.engine.search.levels import Spool, memory

#: Words that are read at once, at most, but for a segment that has more.
BLOCK = 1 << 17

#: The kept bits of second words.
Extras = npt.NDArray[np.uint16]


def segment_words(counts: Words) -> Words:
    """Words of segments with so many fingerprints: 10 bytes each, up to a whole word."""
    return counts + (counts + 3) // 4


class Segments:
    """A file of them in ``directory``, without a name. :class:`OSError` where there is no room for it."""

    def __init__(self, directory: Path | None) -> None:
        self._spool = Spool(directory)
        self._reading = threading.Lock()
        #: Of each segment, the number of its table, how many fingerprints it has, and its position in words.
        self._tables = self._counts = self._positions = np.empty(0, np.int64)

    def __len__(self) -> int:
        """Of all fingerprints."""
        return int(self._counts.sum())

    def append(self, segments: Iterable[tuple[int, Words, Extras]]) -> None:
        """Write segments: a table's number, first words, and kept bits of the second words, shape ``(n,)`` both.

        :class:`OSError` where there is no room for all of them, and then it is as it was.
        """
        before = self._spool.size
        added: list[tuple[int, int, int]] = []
        try:
            for table, tags, extras in segments:
                if not len(tags):
                    continue
                content = np.zeros(int(segment_words(np.int64(len(tags)))), np.int64)
                content[: len(tags)] = tags
                content[len(tags) :].view(np.uint16)[: len(tags)] = extras
                added.append((table, len(tags), self._spool.append(content)))
        except OSError:
            self._spool.cut(before)
            raise
        columns = np.array(added, np.int64).reshape(-1, 3).T
        of_all = self._tables, self._counts, self._positions
        self._tables, self._counts, self._positions = map(np.concatenate, zip(of_all, columns, strict=True))

    def blocks(self, low: int, high: int) -> Iterator[tuple[Words, Words, Words]]:
        """The segments of tables low..high-1, in the order of the file: tables, counts, and their content, as the
        kernel ``mark`` takes it, which is valid until the next is asked for. Threads may read at the same time.
        """
        chosen = np.nonzero((self._tables >= low) & (self._tables < high))[0]
        sizes = segment_words(self._counts[chosen])
        begins, ends = self._positions[chosen].tolist(), (self._positions[chosen] + sizes).tolist()
        # Memory that is new for each block would take as long as reading.
        place = memory(max(BLOCK, int(sizes.max(initial=0))))
        first = 0
        while first < len(chosen):
            # Segments that follow each other in the file, as many as there is place for.
            last = first + 1
            while last < len(chosen) and begins[last] == ends[last - 1] and ends[last] - begins[first] <= place.size:
                last += 1
            content = place[: ends[last - 1] - begins[first]]
            with self._reading:
                self._spool.fill(content, begins[first])
            part = chosen[first:last]
            yield self._tables[part], self._counts[part], content
            first = last

    def fingerprints(self) -> Iterator[tuple[int, Words, Extras]]:
        """All segments, as they were written."""
        for tables, counts, content in self.blocks(0, 1 << 62):
            first = 0
            for table, count, size in zip(
                tables.tolist(), counts.tolist(), segment_words(counts).tolist(), strict=True
            ):
                extras = content[first + count : first + size].view(np.uint16)[:count]
                yield table, content[first : first + count], extras
                first += size

    def close(self) -> None:
        """Give the room on the disk back."""
        self._spool.close()
