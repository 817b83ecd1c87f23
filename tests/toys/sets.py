"""Visited sets without a search."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import numpy as np
import numpy.typing as npt

from mc.engine.runtime import words
from mc.engine.search.compiled import Engine
from mc.engine.program.program import Words
from mc.engine.search.team import Team
from mc.engine.search.visited import Visited


@contextmanager
def visited_by(engine: Engine, workers: int) -> Iterator[Visited]:
    """An empty set, and the threads that insert into it."""
    with Team(engine, workers) as team, closing(Visited(engine, team)) as visited:
        yield visited


def insert(visited: Visited, fingerprints: Words, states: Words | None = None) -> npt.NDArray[np.bool_]:
    """Insert states of one word with these fingerprints, shape ``(n, 2)``, as a search does; says which were new."""
    batch, count = visited.program.batch(words.PARTS), len(fingerprints)
    size = min(batch.capacity, max(1, count // 7))
    new = np.zeros(count, np.bool_)
    for begin in range(0, count, words.PARTS * size):
        firsts = range(begin, min(begin + words.PARTS * size, count), size)
        batch.lists[:] = 7
        for part, first in enumerate(firsts):
            some = fingerprints[first : first + size]
            batch.fingerprints[part, : some.size] = some.reshape(-1)
            if states is not None:
                batch.states[part, : len(some)] = states[first : first + size]
            lists, numbers = batch.lists[part], batch.numbers[part]
            visited.library.deal(batch.fingerprints[part], len(some), numbers, lists)
            # Each is on one list, and lists are in order.
            assert sorted(numbers[: len(some)]) == list(range(len(some)))
            assert (lists[:, words.FIRST] + lists[:, words.DEALT] == [*lists[1:, words.FIRST], len(some)]).all()
        visited.insert(batch, len(firsts))
        for part, first in enumerate(firsts):
            assert (batch.lists[part, :, words.TRIED] == batch.lists[part, :, words.DEALT]).all()
            for start, found in batch.lists[part][:, [words.FIRST, words.NEW]].tolist():
                numbers = batch.numbers[part, start : start + found]
                assert (np.diff(numbers) > 0).all()
                new[first + numbers] = True
    return new
