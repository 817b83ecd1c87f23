"""Workers that wait for each other: every share is done once, in its turn, and errors come out."""

from __future__ import annotations

import threading

import pytest
from toys.engines import GRID, load

from mc.engine import team
from mc.engine.compiled import Engine
from mc.engine.team import Team

ENGINE = Engine(load(GRID, {"Size": 3}))


@pytest.mark.parametrize("looks", [0, 1, team.LOOKS])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_every_share_is_done_before_the_next_piece_of_work(
    size: int, looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team, "LOOKS", looks)
    monkeypatch.setattr(team, "processors", lambda: size)
    done: list[tuple[int, int]] = []
    with Team(ENGINE, size) as workers:
        for piece in range(200):
            shares = piece % size + 1
            workers.each(lambda share, piece=piece: done.append((piece, share)), shares)  # type: ignore[misc]
            assert sorted(done[-shares:]) == [(piece, share) for share in range(shares)]
    assert len(done) == sum(piece % size + 1 for piece in range(200))


def test_the_first_share_is_done_by_the_caller() -> None:
    threads: dict[int, str] = {}
    with Team(ENGINE, 3) as workers:
        workers.each(lambda share: threads.update({share: threading.current_thread().name}), 3)
    assert threads[0] == threading.current_thread().name
    assert len(set(threads.values())) == 3


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_an_error_comes_out_and_no_thread_is_left(failing: int) -> None:
    before, done = threading.active_count(), []

    def work(share: int) -> None:
        if share == failing:
            raise MemoryError(f"share {share}")
        done.append(share)

    with pytest.raises(MemoryError, match=f"share {failing}"), Team(ENGINE, 3) as workers:
        workers.each(work, 3)
    assert sorted(done) == [share for share in range(3) if share != failing]
    assert threading.active_count() == before
