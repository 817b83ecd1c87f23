"""Where a search keeps its levels, in memory and in files, against plain lists."""

from __future__ import annotations

import errno
import os
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mc.engine.runtime import words
from mc.engine.search import levels
from mc.engine.search.levels import Items, Levels, Spool

#: What is done with a sequence: add so many items, or move all to a file.
STEPS = st.lists(st.one_of(st.integers(0, 700), st.just("spill")), max_size=12)


def numbers(first: int, count: int, width: int) -> Any:
    """Items that tell their index and column."""
    return np.arange(first * width, (first + count) * width, dtype=np.int64)


@settings(max_examples=200, deadline=None)
@given(STEPS, st.integers(1, 5), st.data())
def test_items_are_a_list(steps: list[Any], width: int, data: st.DataObject) -> None:
    items, count = Items(width), 0
    with closing(Spool(None)) as spool:
        for step in steps:
            if step == "spill":
                items.spill(spool)
                assert items.nbytes == 0
            else:
                items.append(numbers(count, step, width))
                count += step
        assert len(items) == count
        assert items.read(0, count).tolist() == list(range(count * width))
        first = data.draw(st.integers(0, count))
        last = data.draw(st.integers(first, count))
        assert items.read(first, last).tolist() == list(range(first * width, last * width))
        items.release(first)
        assert items.read(first, last).tolist() == list(range(first * width, last * width))


@settings(max_examples=200, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=3), st.integers(1, 3), st.data())
def test_items_are_overwritten_and_cut(rounds: list[list[Any]], width: int, data: st.DataObject) -> None:
    """Wherever they are; the file has no more than there is."""
    items, known = Items(width), np.empty((0, width), np.int64)
    with closing(Spool(None)) as spool:
        for steps in rounds:
            for step in steps:
                if step == "spill":
                    items.spill(spool)
                else:
                    items.append(numbers(len(known), step, width))
                    known = np.concatenate([known, numbers(len(known), step, width).reshape(-1, width)])
            first = data.draw(st.integers(0, len(known)))
            last = data.draw(st.integers(first, len(known)))
            known[first:last] = -known[first:last]
            items.write(first, known[first:last].reshape(-1))
            assert items.read(0, len(items)).tolist() == known.reshape(-1).tolist()
            last = data.draw(st.integers(0, len(known)))
            items.cut(last)
            known = known[:last].copy()
            assert len(items) == last
            assert items.read(0, last).tolist() == known.reshape(-1).tolist()
            assert spool.size * 8 + items.nbytes == items.width * 8 * last
            assert os.fstat(spool.file.fileno()).st_size == spool.size * 8


def test_chunks_grow_to_their_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "CHUNK", 3000)
    items = Items(3)
    for first in range(0, 10000, 100):
        items.append(numbers(first, 100, 3))
    items.append(numbers(10000, 5000, 3))
    sizes = [chunk.memory.size // 3 for chunk in items._chunks if chunk.memory is not None]
    assert (sizes[0], max(sizes[:-1]), sizes[-1]) == (256, 1000, 5000)
    assert items.nbytes == 8 * 3 * 15000
    assert items.read(0, 15000).tolist() == list(range(45000))


def test_batches_and_a_choice_of_items() -> None:
    items, spool = Items(2), Spool(None)
    items.append(numbers(0, words.BATCH - 5, 2))
    items.spill(spool)
    items.append(numbers(words.BATCH - 5, words.BATCH, 2))
    assert [(first, found.size) for first, found in items.batches()] == [
        (0, 2 * words.BATCH),
        (words.BATCH, 2 * words.BATCH - 10),
    ]
    chosen = np.arange(len(items)) % 1000 == 999
    assert items.select(chosen)[:, 0].tolist() == [2 * k for k in range(999, len(items), 1000)]
    assert Items(2).select(np.zeros(0, bool)).shape == (0, 2)
    spool.close()


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("spilling", [0, 1, 3])
def test_levels(tmp_path: Path, keep: bool, spilling: int) -> None:
    """Each state is found from the last parent, by the edge of its own index."""
    store = Levels(2, keep, tmp_path)
    sizes = [3, 700, 20000, 1, 40]
    for level, size in enumerate(sizes):
        store.begin()
        for first in range(0, size, 300):
            rows, origins = store.place(min(300, size - first))
            rows[:] = numbers(first, min(300, size - first), 2) + level
            origins[:] = np.arange(first, first + len(origins)) << words.PARENT_BITS
            if level:
                origins |= sizes[level - 1] - 1
            else:
                origins[:] = range(3)
            if spilling and first // 300 % spilling == 0:
                store.spill()
            if level:
                store.expanded(min(first, sizes[level - 1]))
        if level:
            store.drop()
    assert store.sizes == sizes
    assert store.path(4, 17) == (2, [699, 19999, 0, 17])
    assert store.path(0, 1) == (1, [])
    for level in range(len(sizes)) if keep else [4]:
        assert (store.rows[level].read(0, sizes[level]) - level).tolist() == list(range(2 * sizes[level]))
    # The files have no names.
    assert list(tmp_path.iterdir()) == []
    store.close()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 400), min_size=2, max_size=8), st.integers(1, 3), st.data())
def test_levels_take_turns_in_memory(sizes: list[int], width: int, data: st.DataObject) -> None:
    """A level is read while the next one is written into memory that was read before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(levels, "CHUNK", 100)
        patch.setattr(words, "BATCH", 30)
        store = Levels(width, False, None)
        addresses = set()
        for level, size in enumerate(sizes):
            store.begin()
            done = 0
            for first, found in store.rows[-2].batches() if level else ():
                more = data.draw(st.integers(0, size - done))
                store.place(more)[0][:] = numbers(done, more, width) + level
                done += more
                assert found.tolist() == (numbers(first, len(found) // width, width) + level - 1).tolist()
                store.expanded(first + len(found) // width)
            for more in (1, size - done - 1) if done < size else ():
                store.place(more)[0][:] = numbers(done, more, width) + level
                done += more
            assert len(store.rows[-1]) == size
            if level:
                store.drop()
            addresses |= {chunk.memory.ctypes.data for chunk in store.rows[-1]._chunks if chunk.memory is not None}
        # What was placed at once, at most.
        assert len(addresses) <= 4 + 2 * max(sizes) * width // 50
        store.spill()
        assert store.nbytes == 0
        assert (store.rows[-1].read(0, sizes[-1]) - len(sizes) + 1).tolist() == list(range(sizes[-1] * width))
        store.close()


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("spilling", [(), (0,), (1, 2), (0, 1, 2)])
def test_open_states_are_settled(tmp_path: Path, keep: bool, spilling: tuple[int, ...]) -> None:
    """Of 100 and three times 30,000 states, the latter are open, and those of them that 7 divides are known."""
    store = Levels(2, keep, tmp_path)
    with closing(store):
        for _ in range(2):
            store.begin()
            rows, origins = store.place(100)
            rows[:], origins[:] = numbers(0, 100, 2), range(100)
        kinds: list[int] = []
        for part in range(3):
            rows, origins = store.place(30_000)
            number = 100 + 30_000 * part
            rows[:], origins[:] = numbers(number, 30_000, 2), range(number, number + 30_000)
            store.open.append(np.arange(number, number + 30_000) * 3)
            if part in spilling:
                store.spill()
        for dropped in store.settle(lambda rows: rows[::2] // 2 % 7 == 0):
            kinds += dropped.tolist()
        left = [k for k in range(90_100) if k < 100 or k % 7]
        assert kinds == [3 * k for k in range(100, 90_100) if k % 7 == 0]
        assert store.sizes == [100, len(left)]
        assert store.rows[1].read(0, len(left)).reshape(-1, 2).tolist() == [[2 * k, 2 * k + 1] for k in left]
        assert store.log.read(0, 100 + len(left)).tolist() == [*range(100), *left]
        assert (len(store.rows[1]), len(store.log), len(store.open)) == (len(left), 100 + len(left), 0)
        # Those that come next come after these.
        store.place(1)[1][:] = 5
        store.spill()
        assert store.log.read(0, 101 + len(left)).tolist() == [*range(100), *left, 5]


def test_a_full_disk_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    items, spool = Items(1), Spool(None)
    items.append(numbers(0, 300, 1))
    items.append(numbers(300, 300, 1))
    items.append(numbers(600, 300, 1))

    class Full:
        """A file with room for 500 words, of which a write takes 1000 bytes at most."""

        def __init__(self, file: Any) -> None:
            self.file = file

        def __getattr__(self, name: str) -> Any:
            return getattr(self.file, name)

        def write(self, content: memoryview) -> int:
            if self.file.tell() >= 4000:
                raise OSError(errno.ENOSPC, "No space left on device")
            return int(self.file.write(content[:1000]))

    monkeypatch.setattr(spool, "file", Full(spool.file))
    with pytest.raises(OSError, match="No space left"):
        items.spill(spool)
    assert 0 < items.nbytes < 8 * 900
    assert items.read(0, 900).tolist() == list(range(900))
    spool.close()
