"""Levels of few states are expanded by one thread, without Python between them, and the result is the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mc.engine.result import Result
from mc.engine.runtime import words
from mc.engine.search import breadth, visited
from mc.engine.search.asymmetry import SymmetryCheck
from mc.engine.search.breadth import BreadthFirst
from mc.engine.search.checkpoint import Checkpoints, read_checkpoint
from mc.engine.search.compiled import Engine
from mc.engine.search.limits import Limits
from mc.engine.search.team import Team
from tests.toys.engines import compare, load
from tests.toys.ways import little_memory

#: Tracks side by side that all go down to Depth; halfway down, each of them may have Width branches, for one level.
TRACKS = """
Depth: Natural
Tracks: Natural
Width: Natural
at = Variable(Range(0, Tracks))
depth = Variable(Range(0, Depth + 1))
branch = Variable(Range(0, Width))
def Start(t, k):
    t.at = k
    t.depth = 0
    t.branch = 0
Init = [(Start, Range(1, Tracks))]
def Down(s, t):
    if not s.depth < Depth:
        return False
    t.depth = s.depth + 1
    t.branch = 0
    return True
def Branch(s, t, k):
    if not s.depth == Depth // 2:
        return False
    t.depth = s.depth + 1
    t.branch = k
    return True
def Switch(s, t):
    if not (s.at < Tracks and s.branch == 0):
        return False
    t.at = s.at + 1
    return True
Next = [Down, (Branch, Range(1, Width)), Switch]
def Low(s):
    return s.depth < Depth
def Divided(s):
    return s.depth != Depth or 1 // (s.at - 1) <= 1
Witnesses = [Low]
"""


def tracks(depth: int, tracks: int = 1, width: int = 0, **fields: Any) -> Any:
    return load(TRACKS, {"Depth": depth, "Tracks": tracks, "Width": width}, **fields)


def content(result: Result) -> Any:
    """All of a result that must not depend on how it was found."""
    return dataclasses.replace(result, workers=0, seconds={})


@pytest.fixture(params=["one at a time", "as they are", "little room", "small tables"])
def narrow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Levels that are expanded alone, and what ends that: there is no room, a table has to grow."""
    monkeypatch.setattr(words, "NARROW", 1 if request.param == "one at a time" else words.PART)
    if request.param == "little room":
        monkeypatch.setattr(breadth, "ROOM", 7)
    if request.param == "small tables":
        monkeypatch.setattr(visited, "FIRST_LINES", 1)
    return iter([None])


def wide(search: Callable[[], Result]) -> Result:
    """What is found with no level narrow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words, "NARROW", 0)
        return search()


@pytest.mark.parametrize("workers", [1, 2])
def test_ten_thousand_levels_in_little_python(workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    for owner, name in ((Team, "_post"), (Team, "do"), (BreadthFirst, "_due")):
        called = getattr(owner, name)
        monkeypatch.setattr(
            owner, name, lambda *a, called=called, name=name, **k: calls.append(name) or called(*a, **k)
        )
    found = Engine(tracks(9_999)).search(workers)
    assert (found.verdict, found.depth, found.distinct) == ("ok", 10_000, 10_000)
    assert calls.count("_due") < 10
    # The initial states are inserted and collected; and in the end the other threads, if any, are dismissed.
    assert calls.count("do") < 10
    assert calls.count("_post") == workers - 1


def test_the_helpers_are_not_asked_for_a_few_states(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither where a level has few, nor where its last batch has."""
    posts = []
    monkeypatch.setattr(Team, "_post", lambda team: posts.append(team.board[words.WORK]))
    monkeypatch.setattr(words, "NARROW", 0)
    engine = Engine(tracks(50, tracks=3))
    for batch in (words.BATCH, 2):
        monkeypatch.setattr(words, "BATCH", batch)
        posts.clear()
        with pytest.MonkeyPatch.context() as patch:
            # There are no helpers to wait for.
            patch.setattr(Team, "__enter__", lambda team: team)
            patch.setattr(Team, "__exit__", lambda team, *_: None)
            assert engine.search(2).verdict == "ok"
        assert posts == []


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize(
    ("verdict", "fields"),
    [
        ("ok", {}),
        ("violation", {"invariants": ("Low",)}),
        ("error", {"invariants": ("Divided",)}),
        ("deadlock", {"deadlock": True}),
    ],
)
@pytest.mark.parametrize("exact", [False, True])
def test_the_same_is_found(verdict: str, fields: dict[str, Any], exact: bool) -> None:
    """Levels of up to 5 states, then of up to 600, then of up to 5 again; all of it, or to where it is violated."""
    engine = Engine(tracks(30, tracks=5, width=150, **fields), exact=exact)
    want = content(wide(engine.search))
    assert want.verdict == verdict
    assert max(want.levels) > words.PART
    assert content(engine.search(2)) == want
    assert content(engine.search(simplest=True)) == content(wide(lambda: engine.search(simplest=True)))


@pytest.mark.usefixtures("narrow")
def test_as_the_reference_has_it() -> None:
    assert compare(tracks(12, tracks=3, width=4)).verdict == "ok"


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("most", [1, 2, 37, 38, 39, 700])
def test_limits(most: int, tmp_path: Path) -> None:
    engine = Engine(tracks(20, tracks=3, width=150))
    for limits in (Limits(max_depth=most), Limits(max_states=most)):
        want = content(wide(lambda limits=limits: engine.search(limits=limits)))
        assert content(engine.search(2, limits=limits)) == want
        with little_memory(tmp_path, "visited set now and then") as tight:
            files = dataclasses.replace(limits, memory=tight.memory, directory=tight.directory)
            assert content(engine.search(limits=files)) == want


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("every", [1, 3, 7])
def test_checkpoints_come_as_often_as_they_should(every: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(tracks(20, tracks=2, width=3))
    written = []
    write = Checkpoints.write
    monkeypatch.setattr(Checkpoints, "write", lambda made, *a: written.append(len(a[1].sizes)) or write(made, *a))
    want = content(engine.search(checkpoints=Checkpoints(tmp_path / "whole", every, {})))
    assert want.depth > 20
    # None of the first level alone.
    assert written == [level for level in range(every, want.depth + 1, every) if level > 1]
    for depth in range(1, want.depth):
        directory = tmp_path / str(depth)
        engine.search(limits=Limits(max_depth=depth), checkpoints=Checkpoints(directory, every, {}))
        last = read_checkpoint(directory)
        assert len(last.levels) == depth
        assert content(engine.search(2, resumed=last)) == want


PAIR = """
P: ModelValues
n = Variable(Range(0, 150))
who = Variable(Set(P, 2))
def Init(t):
    t.n = 0
    t.who = set()
def Count(s, t):
    t.n = Min({s.n + 1, 150})
    return True
def Join(s, t, p):
    if not (s.n >= 120 and Cardinality(s.who) < 2):
        return False
    t.who = s.who | {p}
    return True
Next = [Count, (Join, P)]
"""


@pytest.mark.usefixtures("narrow")
def test_the_symmetry_is_tested_on_the_same_states(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(load(PAIR, {"P": 4}, ("P",)))
    tested: list[bytes] = []
    monkeypatch.setattr(SymmetryCheck, "_test", lambda check, rows: tested.extend(row.tobytes() for row in rows))
    want = content(wide(engine.search))
    states = [*tested]
    assert len(states) > 150
    tested.clear()
    assert content(engine.search(2)) == want
    assert tested == states
