"""Limits of a search: what is complete is said, the same for any number of workers, and memory is kept."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mc.cli.main import main
from mc.engine.result import Result
from mc.engine.runtime import words
from mc.engine.search import breadth
from mc.engine.search.compiled import Engine
from mc.engine.search.levels import Spool
from mc.engine.search.limits import Limits, read_size, resident, size_text
from mc.engine.search.segments import Segments
from mc.engine.search.visited import Visited
from mc.errors import UsageError
from mc.read.models import find_spec, read_models
from mc.read.python.load import load_spec
from tests.toys.engines import GRID, load
from tests.toys.ways import FILES, little_memory

ENGINE = Engine(load(GRID, {"Size": 60}))


def bundled(name: str) -> Engine:
    path, model = find_spec(name)
    return Engine(load_spec(path, read_models(path).select(model)))


def content(result: Result) -> Any:
    """All of a result that must not depend on workers and files."""
    return dataclasses.replace(result, workers=0, seconds={})


@pytest.fixture(params=FILES)
def tight(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Limits]:
    """See :func:`little_memory`; what is to move moves, and no file is left."""
    moved, move = [], Visited.move
    monkeypatch.setattr(Visited, "move", lambda visited, directory: moved.append(1) or move(visited, directory))
    # Between narrow levels nothing is looked at, nor moved.
    monkeypatch.setattr(words, "NARROW", 0)
    with little_memory(tmp_path, request.param) as limits:
        yield limits
    assert bool(moved) == (request.param != "levels")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 25 parents: then a level has many, and between them the visited set moves."""
    monkeypatch.setattr(words, "BATCH", 25)
    monkeypatch.setattr(words, "NARROW", 0)
    monkeypatch.setattr(breadth, "LEAST_PART", 2)


@pytest.mark.parametrize("depth", [1, 2, 7])
def test_depth(depth: int) -> None:
    whole = ENGINE.search()
    found = ENGINE.search(2, limits=Limits(max_depth=depth))
    assert (found.verdict, found.complete, found.depth) == ("incomplete", False, depth)
    assert found.levels == whole.levels[:depth]
    assert found.frontier == found.levels[-1]
    assert found.distinct == sum(found.levels)
    assert found.ending is not None and found.ending.limit == "max-depth"
    # Each state has three successors.
    assert found.generated == 1 + 3 * sum(found.levels[:-1])


def test_a_depth_that_is_not_reached() -> None:
    whole = ENGINE.search()
    found = ENGINE.search(limits=Limits(max_depth=whole.depth + 1))
    assert content(found) == content(whole)
    assert whole.ending is None


def test_states_of_the_last_level_are_checked() -> None:
    engine = Engine(load(GRID, {"Size": 20}, invariants=("Low",)))
    length = engine.search().depth
    found = engine.search(limits=Limits(max_depth=length))
    assert found.violation is not None and len(found.violation.representatives) == length
    assert found.ending is None
    assert engine.search(limits=Limits(max_depth=length - 1)).verdict == "incomplete"


@pytest.mark.parametrize("states", [1, 1000, 100_000])
def test_states(states: int) -> None:
    found = ENGINE.search(limits=Limits(max_states=states))
    assert (found.verdict, found.complete) == ("incomplete", False)
    assert found.ending is not None and found.ending.limit == "max-states"
    # It ends after the batch by which there are more.
    assert states < found.distinct <= states + 3 * words.BATCH
    assert sum(found.levels) <= found.distinct
    for workers in (2, 3):
        assert content(ENGINE.search(workers, limits=Limits(max_states=states))) == content(found)


def test_as_many_states_as_there_are_and_not_fewer() -> None:
    whole = ENGINE.search()
    assert content(ENGINE.search(limits=Limits(max_states=whole.distinct))) == content(whole)
    assert ENGINE.search(limits=Limits(max_states=61**3 // 2)).verdict == "incomplete"
    found = ENGINE.search(order="dfs", limits=Limits(max_states=1000))
    assert (found.verdict, found.distinct > 1000) == ("incomplete", True)


@pytest.mark.parametrize("limits", [Limits(max_depth=3), Limits(memory=1 << 40)])
def test_what_depth_first_search_cannot_keep(limits: Limits) -> None:
    with pytest.raises(UsageError, match="leave out --search dfs"):
        ENGINE.search(order="dfs", limits=limits)


@pytest.mark.parametrize("name", ["raft:values", "raft:revote", "twophase", "raft:splitlogs", "paxos", "paxos:nil"])
@pytest.mark.parametrize("simplest", [False, True])
def test_files_change_nothing(name: str, simplest: bool, tight: Limits, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = bundled(name)
    want = content(engine.search(simplest=simplest))
    spilled = []
    append = Spool.append
    monkeypatch.setattr(Spool, "append", lambda spool, items: spilled.append(items.size) or append(spool, items))
    for workers in (1, 3):
        spilled.clear()
        assert content(engine.search(workers, limits=tight, simplest=simplest)) == want
        # Rows and origins were written, of nearly all states or of every fifth level.
        assert sum(spilled) > want.distinct / 5


#: What is changed in the grid so that a search of it stops, in the middle of a level.
STOPS = {
    "violation": ("", ""),
    "error": ("t.a = (s.a + 1) % (Size + 1)", "t.a = s.a + 1"),
    "deadlock": ("(s, t):\n", "(s, t):\n    if s.a + s.b + s.c > 28:\n        return False\n"),
}


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("verdict", STOPS)
def test_a_search_that_stops_within_a_level(verdict: str, tight: Limits) -> None:
    source = GRID.read_text(encoding="utf-8").replace(*STOPS[verdict])
    engine = Engine(load(source, {"Size": 14}, invariants=("Low",) * (verdict == "violation"), deadlock=True))
    want = content(engine.search())
    assert want.verdict == verdict
    assert want.distinct > sum(want.levels) + 20
    for workers in (1, 2):
        assert content(engine.search(workers, limits=tight)) == want


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("name", ["raft:values", "raft:splitlogs"])
def test_the_visited_set_moves_within_a_level(name: str, tight: Limits) -> None:
    engine = bundled(name)
    want = content(engine.search())
    for workers in (1, 3):
        assert content(engine.search(workers, limits=tight)) == want


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("states", [1, 200, 700])
def test_states_in_files(states: int, tight: Limits) -> None:
    """The search ends after the same batch, though more states than there are seem to be new until a level ends."""
    engine = bundled("raft:values")
    want = content(engine.search(limits=Limits(max_states=states)))
    for workers in (1, 2):
        assert content(engine.search(workers, limits=dataclasses.replace(tight, max_states=states))) == want


def test_a_visited_set_that_does_not_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It moves to the disk, but for one with whole states: that search ends."""
    seen, moved, move = [0], [], Visited.move
    monkeypatch.setattr(breadth, "resident", lambda held: seen.append(resident(held)) or seen[-1])
    monkeypatch.setattr(Visited, "move", lambda visited, directory: moved.append(1) or move(visited, directory))
    spec = load(GRID, {"Size": 120})
    want = content(Engine(spec).search())
    for exact in (False, True):
        engine = Engine(spec, exact=exact)
        engine.compile()
        limit = resident(0) + (20 << 20)
        found = engine.search(2, limits=Limits(memory=limit, directory=tmp_path))
        assert max(seen) <= limit
        if not exact:
            assert content(found) == want
            assert len(moved) > 1
            continue
        assert (found.verdict, found.complete) == ("incomplete", False)
        assert found.ending is not None and found.ending.limit == "memory"
        assert "the visited set (--exact) does not fit" in found.ending.reason
        assert found.generated == 1 + 3 * (found.distinct - found.frontier)


def test_a_batch_that_does_not_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Visited, "growth", lambda visited, more: 1 << 41 if len(visited) > 1000 else 0)
    found = ENGINE.search(limits=Limits(memory=1 << 40, directory=tmp_path))
    assert found.ending is not None and found.ending.limit == "memory"
    assert "a batch of states and its successors does not fit the memory (--memory 1T)" in found.ending.reason
    assert found.generated == 1 + 3 * (found.distinct - found.frontier)


def test_a_full_disk_ends_honestly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(spool: Spool, items: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    want = ENGINE.search()
    with monkeypatch.context() as patch, little_memory(tmp_path) as limits:
        patch.setattr(Spool, "append", full)
        found = ENGINE.search(limits=limits)
    assert found.ending is not None and found.ending.limit == "disk"
    assert "No space left on device" in found.ending.reason
    assert found.levels == want.levels[: len(found.levels)]
    # And only the visited set has no room, later: what seems to be new is not told to be.
    append = Segments.append

    def nearly_full(file: Segments, parts: Any) -> None:
        if len(file) > 1000:
            full(file._spool, parts)
        append(file, parts)

    monkeypatch.setattr(Segments, "append", nearly_full)
    with little_memory(tmp_path, "visited set") as limits:
        found = ENGINE.search(2, limits=limits)
    assert found.ending is not None and found.ending.limit == "disk"
    assert found.levels == want.levels[: len(found.levels)]
    assert found.distinct == sum(found.levels) > 1000
    assert found.generated == 1 + 3 * (found.distinct - found.frontier)


def test_sizes() -> None:
    for text, count in (("512M", 512 << 20), ("8G", 8 << 30), ("1000", 1000), ("3k", 3072), ("1T", 1 << 40)):
        assert read_size(text) == count
        assert size_text(count) == text.upper()
    for text in ("", "0", "M", "12Q", "1.5G", "-1", "1 G", "512MB", "²M"):
        with pytest.raises(ValueError, match="is not a size"):
            read_size(text)


def test_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    for option, value, limit in (("--max-depth", "4", "max-depth"), ("--max-states", "9", "max-states")):
        assert main(["check", "twophase", option, value, "--json", "r.json"]) == 20
        result = json.loads(Path("r.json").read_text(encoding="utf-8"))
        assert (result["verdict"], result["complete"], result["limit"]) == ("incomplete", False, limit)
        output = capsys.readouterr().out
        assert f"complete to level {len(result['levels'])}, {result['frontier']} states on the frontier" in output
        assert f"({option} {value})" in output
    assert main(["check", "twophase", "--json", "r.json"]) == 0
    assert json.loads(Path("r.json").read_text(encoding="utf-8"))["limit"] is None
    assert main(["check", "twophase", "--max-depth", "4", "--search", "dfs"]) == 2
    assert main(["check", "twophase", "--memory", "1M"]) == 2
    assert "to start; give at least " in capsys.readouterr().err


@pytest.mark.parametrize("value", ["lots", "0", "-5G", "1.5G"])
def test_a_size_that_is_none(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["check", "twophase", f"--memory={value}"])
    assert caught.value.code == 2
    assert "is not a size such as 512M or 8G" in capsys.readouterr().err


def test_memory_is_kept(tmp_path: Path) -> None:
    """A process of its own, since it is the peak that counts."""
    command = [sys.executable, "-m", "mc", "check", "raft:plain", "--workers", "2", "--json", "r.json", "--quiet"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}

    def run(*options: str, code: int = 0) -> dict[str, Any]:
        done = subprocess.run([*command, *options], cwd=tmp_path, env=environment, timeout=300)
        assert done.returncode == code
        result: dict[str, Any] = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
        return result

    whole = run()
    least = run("--max-depth", "1", code=20)
    # Near what it takes at most, and near what it takes at least, so that the visited set moves: both depend on the
    # machine and the version of Python.
    for limit in ((whole["peak_rss_bytes"] >> 20) + 8, (least["peak_rss_bytes"] >> 20) + 48):
        limited = run("--memory", f"{limit}M")
        assert limited.pop("peak_rss_bytes") <= limit << 20
        del limited["seconds"]
        assert {**whole, **limited} == whole
        assert len(limited) == len(whole) - 2
