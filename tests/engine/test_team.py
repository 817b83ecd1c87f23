"""Threads that share work: every task is done once, and all of them before the next piece of work."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from mc.engine.runtime import words
from mc.engine.search import team
from mc.engine.search.compiled import Engine
from mc.engine.search.team import Team
from tests.toys.engines import GRID, load

ENGINE = Engine(load(GRID, {"Size": 3}))


@pytest.mark.parametrize("looks", [0, 1, 50, team.LOOKS])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_every_task_is_done_before_the_next_piece_of_work(
    size: int, looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With tables that are filled again: a table that is refilled twice, or not at all, counts otherwise."""
    monkeypatch.setattr(team, "LOOKS", looks)
    monkeypatch.setattr(team, "processors", lambda: size)
    random = np.random.default_rng(1)
    old = np.zeros((64, words.ENTRY), np.int64)
    new = np.zeros((64, words.ENTRY), np.int64)
    lines = np.zeros((2 * 64 + 1) * words.LINE, np.int64)
    lines = lines[-(lines.ctypes.data // 8) % words.LINE :]
    for entries, first in ((old, 0), (new, 64)):
        entries[:, words.LINES] = lines.ctypes.data + 8 * words.LINE * np.arange(first, first + 64)
        entries[:, words.COUNT_OF_LINES] = 1
    for table in range(64):
        used = int(random.integers(0, words.FINGERPRINTS_PER_LINE))
        old[table, words.USED] = used
        lines[table * words.LINE :][:used] = random.integers(1, 2**62, used)
    with Team(ENGINE, size) as workers:
        for piece in range(2000):
            tasks = piece % 64 + 1
            lines[64 * words.LINE : 128 * words.LINE] = 0
            new[:, words.USED] = 0
            workers.do(words.REFILL, tasks, {words.OLD: old, words.LARGER: new})
            assert (new[:tasks, words.USED] == old[:tasks, words.USED]).all()
            assert not new[tasks:, words.USED].any()
            assert workers.board[words.DONE] == (0 if piece == 0 or size == 1 else size - 1)
            assert workers.board[words.TAKEN] == tasks + (size if tasks > 1 else 1)


def test_no_thread_is_left() -> None:
    before = threading.active_count()
    with pytest.raises(MemoryError, match="between"), Team(ENGINE, 3):
        assert threading.active_count() == before + 2
        raise MemoryError("between")
    assert threading.active_count() == before
