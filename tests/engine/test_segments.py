"""Fingerprints on the disk, and the visited set that has some there, against Python's own sets."""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mc.engine.runtime import words
from mc.engine.search import segments as module
from mc.engine.search.compiled import Engine
from mc.engine.search.levels import Spool
from mc.engine.search.segments import Segments
from mc.engine.search.visited import Visited
from tests.toys import sets
from tests.toys.engines import load
from tests.toys.sets import visited_by

ENGINE = Engine(
    load("x = Variable(Range(0, 1))\ndef Init(t):\n    t.x = 0\ndef Stay(s, t):\n    return True\nNext = [Stay]")
)

#: What the set keeps of a fingerprint: the number of its table, its first word, and bits of the second.
Kept = tuple[int, int, int]

#: Few, and in a few tables, so that they collide in all but one of the three; some far from each other.
TAGS = st.one_of(st.integers(1, 5), st.integers(2**64 - 5, 2**64 - 1), st.integers(1, 2**64 - 1))
KEPT = st.tuples(st.sampled_from([0, 1, 255, 511]), TAGS, st.sampled_from([0, 1, 2**16 - 1]))


def segments(kept: Iterable[Kept]) -> list[tuple[int, Any, Any]]:
    """As ``Segments.append`` takes them, in the order of the tables."""
    parts: dict[int, list[Kept]] = {}
    for one in sorted(kept):
        parts.setdefault(one[0], []).append(one)
    return [
        (table, np.array([k[1] for k in part], np.uint64).view(np.int64), np.array([k[2] for k in part], np.uint16))
        for table, part in parts.items()
    ]


def kept(found: Iterable[tuple[int, Any, Any]]) -> list[Kept]:
    """The counterpart of :func:`segments`."""
    return [
        (table, tag, extra)
        for table, tags, extras in found
        for tag, extra in zip(tags.view(np.uint64).tolist(), extras.tolist(), strict=True)
    ]


def fingerprints(some: list[Kept]) -> Any:
    """Whole fingerprints, of which the set keeps this; the rest is not all 0."""
    seconds = [table << 64 - words.TABLE_BITS | 5 << words.EXTRA_BITS | extra for table, _, extra in some]
    pairs = np.array([(tag, second) for (_, tag, _), second in zip(some, seconds, strict=True)], np.uint64)
    return pairs.reshape(-1).view(np.int64)


def insert(visited: Visited, some: list[Kept]) -> list[bool]:
    """Insert fingerprints as a search does; says which were taken for new."""
    found: list[bool] = sets.insert(visited, fingerprints(some).reshape(-1, 2)).tolist()
    return found


def marked(visited: Visited, some: list[Kept]) -> list[bool]:
    """Which are marked, after all that are on the disk were."""
    visited.mark()
    found = np.full(len(some) + 1, 7, np.uint8)
    visited.library.marked(visited.directory, fingerprints(some), len(some), found)
    assert found[-1] == 7
    return [{0: False, 1: True}[k] for k in found[:-1].tolist()]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sets(KEPT, max_size=60), max_size=5), st.sampled_from([1, 20, 10**5]), st.data())
def test_segments_are_what_was_written(parts: list[set[Kept]], block: int, data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch, closing(Segments(None)) as file:
        patch.setattr(module, "BLOCK", block)
        for part in parts:
            file.append(segments(part))
        written = [one for part in parts for one in sorted(part)]
        assert len(file) == len(written)
        assert kept(file.fingerprints()) == written
        low = data.draw(st.integers(0, 512))
        high = data.draw(st.integers(low, 512))
        largest = max((-(-5 * len(tags) // 4) for part in parts for _, tags, _ in segments(part)), default=0)
        tables, counts = [], []
        for numbers, sizes, content in file.blocks(low, high):
            tables += numbers.tolist()
            counts += sizes.tolist()
            assert content.size <= max(block, largest)
            assert content.size == sum(n + -(-n // 4) for n in sizes.tolist())
        expected = [[(t, len(a)) for t, a, _ in segments(part) if low <= t < high] for part in parts]
        assert list(zip(tables, counts, strict=True)) == list(itertools.chain(*expected))


def test_little_room_is_taken() -> None:
    """10 bytes each, but for less than a word a segment."""
    with closing(Segments(None)) as file:
        file.append(segments((table, tag, 0) for table in range(512) for tag in range(1, 1003)))
        assert os.fstat(file._spool.file.fileno()).st_size <= 512 * (10 * 1002 + 8)


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit is not there at all, what was there before is; and so the set still has all of it."""
    first, second = {(0, 5, 1), (511, 6, 2)}, {(0, 9, 9), (7, 8, 8), (8, 7, 7)}
    write = Spool.write

    def full(spool: Spool, position: int, items: Any) -> None:
        if position >= 6:
            # As much as there is room for was written before it fails.
            write(spool, position, items[:1])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(spool, position, items)

    with visited_by(ENGINE, 2) as visited, monkeypatch.context() as patch:
        insert(visited, sorted(first))
        visited.move(None)
        insert(visited, sorted(second))
        patch.setattr(Spool, "write", full)
        with pytest.raises(OSError, match="No space left"):
            visited.move(None)
        assert visited.moved is not None
        assert kept(visited.moved.fingerprints()) == sorted(first)
        assert os.fstat(visited.moved._spool.file.fileno()).st_size == 2 * 16
        assert len(visited) == 5
        patch.undo()
        visited.move(None)
        assert sorted(kept(visited.moved.fingerprints())) == sorted(first | second)
        assert not visited.entries[:, words.USED].any()


#: What is done to a set: insert some, or (None) find out what is new of it, and move it to the disk.
STEPS = st.lists(st.one_of(st.none(), st.lists(KEPT, max_size=80)), max_size=8)


@settings(max_examples=80, deadline=None)
@given(STEPS, st.integers(1, 3))
def test_a_set_on_the_disk_and_in_memory(steps: list[list[Kept] | None], workers: int) -> None:
    disk, memory = set[Kept](), set[Kept]()
    with visited_by(ENGINE, workers) as visited, visited_by(ENGINE, 2) as other, visited_by(ENGINE, 1) as again:
        for step in [*steps, None, [(0, 1, 0), (511, 1, 0)]]:
            if step is not None:
                expected = []
                for one in step:
                    expected.append(one not in memory)
                    memory.add(one)
                assert insert(visited, step) == expected
                continue
            if visited.moved is not None:
                some = sorted(memory)
                assert marked(visited, some) == [one in disk for one in some]
                # Nothing is marked, or counted, twice.
                assert marked(visited, some) == [one in disk for one in some]
            disk |= memory
            assert len(visited) == len(disk)
            visited.move(None)
            memory.clear()
            assert len(visited) == len(disk)
        marked(visited, [])
        disk |= memory
        pairs = [pair for block in visited.save() for pair in block.tolist()]
        assert len(pairs) == len(visited) == len(disk)
        other.restore_moved(visited.save(), None)
        assert len(other) == len(disk)
        assert other.moved is not None and set(kept(other.moved.fingerprints())) == disk
        again.restore(other.save(), len(disk))
        assert not any(insert(again, sorted(disk)))


def test_tables_that_grow_forget_what_is_marked_and_nothing_else() -> None:
    def some(first: int, last: int) -> list[Kept]:
        return [(7, n * 0x9E3779B97F4A7C15 % 2**64, n & 3) for n in range(first, last)]

    with visited_by(ENGINE, 2) as visited:
        assert all(insert(visited, some(1, 3001)))
        visited.move(None)
        assert all(insert(visited, some(2801, 3101)))
        assert marked(visited, some(2801, 3101)) == [True] * 200 + [False] * 100
        assert len(visited) == 3100
        assert all(insert(visited, some(3101, 9001)))
        assert len(visited) == 9000
        assert int(visited.entries[7, words.USED]) == 6000
        assert not any(insert(visited, some(3001, 9001)))


def test_a_large_set_moves_and_gives_its_memory_back() -> None:
    random = np.random.default_rng(1)
    numbers = random.integers(-(2**63), 2**63 - 1, (300_000, 2))
    with visited_by(ENGINE, 2) as visited:
        empty = visited.nbytes
        for part in np.array_split(numbers, 6):
            assert sets.insert(visited, part).all()
            if visited.moved is not None:
                visited.mark()
            visited.move(None)
            assert visited.nbytes == empty
        assert len(visited) == 300_000
        sets.insert(visited, numbers[:50_000])
        visited.mark()
        assert len(visited) == 300_000
        assert (visited.entries[:, words.MARKED] == visited.entries[:, words.USED]).all()
        assert int(visited.entries[:, words.USED].sum()) == 50_000


def test_a_directory_for_the_files(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"), visited_by(ENGINE, 1) as visited:
        visited.move(tmp_path / "none")
