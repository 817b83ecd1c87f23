"""Checkpoints: a resumed search has the result of one that was never interrupted; what is damaged is refused."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

import mc
from mc.cli.main import main
from mc.engine.result import Result
from mc.engine.search import checkpoint
from mc.engine.search.checkpoint import Checkpoint, CheckpointError, Checkpoints, read_checkpoint
from mc.engine.search.compiled import Engine
from mc.engine.search.levels import Spool
from mc.engine.search.limits import Limits
from mc.engine.search.visited import Visited
from mc.errors import UsageError
from mc.read.models import find_spec, read_models
from mc.read.python.load import load_spec
from tests import kill
from tests.toys.engines import load
from tests.toys.ways import FILES, little_memory


def bundled(name: str) -> Engine:
    path, model = find_spec(name)
    return Engine(load_spec(path, read_models(path).select(model)))


ENGINE = bundled("raft:tiny")


def content(result: Result) -> Any:
    """All of a result that must not depend on workers and time."""
    return dataclasses.replace(result, workers=0, seconds={})


def stopped(engine: Engine, directory: Path, level: int, simplest: bool = False) -> Checkpoint:
    """A checkpoint of that level."""
    limits = Limits(max_depth=level)
    found = engine.search(2, limits=limits, simplest=simplest, checkpoints=Checkpoints(directory, 1, {}))
    assert found.verdict == "incomplete"
    return read_checkpoint(directory)


@pytest.mark.parametrize(("name", "step"), [("raft:tiny", 1), ("raft:values", 8), ("raft:splitlogs", 2)])
@pytest.mark.parametrize("simplest", [False, True])
def test_every_level(name: str, step: int, simplest: bool, tmp_path: Path) -> None:
    engine = bundled(name)
    want = engine.search(simplest=simplest)
    for level in range(1, want.depth, 3 * step if simplest else step):
        resumed = stopped(engine, tmp_path / str(level), level, simplest)
        assert resumed.levels == list(want.levels[:level])
        found = engine.search(1 + level % 3, simplest=simplest, resumed=resumed)
        assert content(found) == content(want), f"from level {level}"


def test_a_search_that_goes_on_in_the_same_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From checkpoint to checkpoint, a level each time; the files are those of one checkpoint."""
    monkeypatch.setattr(checkpoint, "SEGMENTS", 5)
    want = ENGINE.search()
    resumed = stopped(ENGINE, tmp_path, 1)
    for level in range(2, want.depth):
        made = Checkpoints(tmp_path, 1, {}, resumed)
        ENGINE.search(1 + level % 2, limits=Limits(max_depth=level), checkpoints=made, resumed=resumed)
        resumed = read_checkpoint(tmp_path)
        assert len(resumed.levels) == level
        named = {file["name"] for file in (*resumed.origins, *resumed.rows.values(), resumed.visited)}
        assert {file.name for file in tmp_path.iterdir()} == {"manifest.json", *named}
        assert len(resumed.origins) <= 5
    assert content(ENGINE.search(resumed=resumed)) == content(want)


def test_a_search_that_compares_whole_states(tmp_path: Path) -> None:
    exact = Engine(ENGINE.spec, exact=True)
    want = exact.search()
    resumed = stopped(exact, tmp_path, 9)
    assert resumed.exact
    assert content(exact.search(3, resumed=resumed)) == content(want)
    with pytest.raises(UsageError, match="without --exact"):
        exact.search(resumed=stopped(ENGINE, tmp_path / "other", 9))


@pytest.mark.parametrize("what", FILES)
def test_files_for_levels_and_checkpoints(what: str, tmp_path: Path) -> None:
    """What is on the disk already goes into checkpoints too, and what is read from them goes to the disk."""
    want = ENGINE.search()
    with little_memory(tmp_path, what) as limits:
        made = Checkpoints(tmp_path / "c", 5, {})
        ENGINE.search(limits=dataclasses.replace(limits, max_depth=12), checkpoints=made)
        resumed = read_checkpoint(tmp_path / "c")
        assert len(resumed.levels) == 12
        assert content(ENGINE.search(2, limits=limits, resumed=resumed)) == content(want)


def test_a_visited_set_that_goes_to_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Since all that the checkpoint has would not fit the memory, though it begins to be searched there."""
    want = ENGINE.search()
    resumed = stopped(ENGINE, tmp_path / "c", 12)
    count = sum(resumed.levels)
    limits = Limits(memory=1 << 40, directory=tmp_path)
    monkeypatch.setattr(Visited, "growth", lambda visited, more: 1 << 41 if more == count else 0)
    restored = []
    restore = Visited.restore_moved
    monkeypatch.setattr(
        Visited, "restore_moved", lambda *arguments: (restore(*arguments), restored.append(len(arguments[0])))
    )
    for workers in (1, 2):
        assert content(ENGINE.search(workers, limits=limits, resumed=resumed)) == content(want)
    assert restored == [count, count]
    # With checkpoints of that search, which is resumed in memory again.
    made = Checkpoints(tmp_path / "d", 1, {})
    ENGINE.search(limits=dataclasses.replace(limits, max_depth=20), checkpoints=made, resumed=resumed)
    assert content(ENGINE.search(resumed=read_checkpoint(tmp_path / "d"))) == content(want)

    def full(spool: Spool, items: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Spool, "append", full)
    with pytest.raises(CheckpointError, match=r"no room for the files of --memory: No space left on device \(--out\)"):
        ENGINE.search(limits=limits, resumed=resumed)


def test_seconds_are_summed(tmp_path: Path) -> None:
    resumed = stopped(ENGINE, tmp_path, 3)
    later = dataclasses.replace(resumed, counters={**resumed.counters, "seconds": 1000.0})
    assert 1000 < ENGINE.search(resumed=later).seconds["explore"] < 1100


def test_every(tmp_path: Path) -> None:
    made = Checkpoints(tmp_path, 4, {})
    kept = [level for level in range(1, 20) if made.due(level) and (setattr(made, "level", level) or True)]
    assert kept == [4, 8, 12, 16]
    made = Checkpoints(tmp_path, None, {})
    assert made.due(1)
    made.took = 1.0
    assert not made.due(2)
    made.ended -= 9.0
    assert made.due(2)


def test_another_program_or_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resumed = stopped(ENGINE, tmp_path, 3)
    with pytest.raises(UsageError, match="its spec or mc itself has changed"):
        bundled("raft:values").search(resumed=resumed)
    with pytest.raises(UsageError, match="without --simplest"):
        ENGINE.search(resumed=resumed, simplest=True)
    with pytest.raises(UsageError, match="leave out --search dfs"):
        ENGINE.search(resumed=resumed, order="dfs")
    monkeypatch.setattr(mc, "__version__", "99.0")
    with pytest.raises(UsageError, match=r"mc .* wrote it, and this is mc 99\.0"):
        ENGINE.search(resumed=resumed)


def spoil(file: Path, how: str) -> None:
    data = file.read_bytes()
    if how == "cut":
        file.write_bytes(data[:-8])
    elif how == "flip":
        file.write_bytes(data[:9] + bytes([data[9] ^ 4]) + data[10:])
    elif how == "empty":
        file.write_bytes(b"")
    else:
        file.unlink()


@pytest.mark.parametrize("how", ["cut", "flip", "empty", "gone"])
@pytest.mark.parametrize("which", ["manifest.json", "origins", "rows", "visited"])
def test_a_damaged_checkpoint(which: str, how: str, tmp_path: Path) -> None:
    stopped(ENGINE, tmp_path, 9)
    file = max(file for file in tmp_path.iterdir() if file.name.startswith(which))
    spoil(file, how)
    with pytest.raises(CheckpointError) as caught:
        ENGINE.search(resumed=read_checkpoint(tmp_path))
    message = str(caught.value)
    assert str(tmp_path) in message
    assert which in message
    assert "there is no checkpoint" in message or "start again without --resume" in message


def test_a_manifest_that_was_changed_by_hand(tmp_path: Path) -> None:
    stopped(ENGINE, tmp_path, 9)
    manifest = tmp_path / "manifest.json"
    document = json.loads(manifest.read_text(encoding="utf-8"))
    document["checkpoint"]["counters"]["initial"] = 5
    manifest.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(CheckpointError, match="damaged"):
        read_checkpoint(tmp_path)
    manifest.write_text(json.dumps({**document, "schema": 99}), encoding="utf-8")
    with pytest.raises(CheckpointError, match="it has schema 99"):
        read_checkpoint(tmp_path)


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_full_disk(after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Full at each file of a checkpoint: the search reports what it found, and the last checkpoint is whole."""
    want = ENGINE.search()
    write = Checkpoints._file
    written = 0

    def full(made: Checkpoints, name: str, blocks: Any) -> Any:
        nonlocal written
        written += 1
        if written > 9 + after:
            (made.directory / name).write_bytes(b"half")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(made, name, blocks)

    monkeypatch.setattr(Checkpoints, "_file", full)
    found = ENGINE.search(2, checkpoints=Checkpoints(tmp_path, 1, {}))
    assert found.verdict == "incomplete"
    assert found.ending is not None and found.ending.limit == "disk"
    assert "No space left on device; the one of level 4 is whole" in found.ending.reason
    assert found.levels == want.levels[:5]
    monkeypatch.undo()
    resumed = read_checkpoint(tmp_path)
    assert len(resumed.levels) == 4
    assert content(ENGINE.search(resumed=resumed)) == content(want)


def test_a_full_disk_at_the_first_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(made: Checkpoints) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Checkpoints, "_sync", full)
    found = ENGINE.search(checkpoints=Checkpoints(tmp_path, 1, {}))
    assert found.ending is not None and "whole" not in found.ending.reason
    assert list(tmp_path.iterdir()) == []


class Killed(BaseException):
    """The end of the process, as far as files are concerned."""


@pytest.mark.parametrize("moment", range(14))
def test_killed_at_each_step_of_a_checkpoint(moment: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before and after each file, each fsync of the directory, the rename and the removal of old files."""
    want = ENGINE.search()
    stopped(ENGINE, tmp_path, 4)
    steps = 0

    def step() -> None:
        nonlocal steps
        if steps == moment:
            raise Killed
        steps += 1

    def fatal(owner: type, name: str) -> None:
        function = getattr(owner, name)

        def call(*arguments: Any) -> Any:
            step()
            done = function(*arguments)
            step()
            return done

        monkeypatch.setattr(owner, name, call)

    for name in ("_file", "_sync", "_clean"):
        fatal(Checkpoints, name)
    fatal(type(tmp_path), "replace")
    resumed = read_checkpoint(tmp_path)
    with pytest.raises(Killed):
        ENGINE.search(2, checkpoints=Checkpoints(tmp_path, 1, {}, resumed), resumed=resumed)
    monkeypatch.undo()
    # 3 files, the directory, the rename, the directory again, and the removal: each begins and ends.
    resumed = read_checkpoint(tmp_path)
    assert len(resumed.levels) == (4 if moment < 9 else 5)
    made = Checkpoints(tmp_path, 1, {}, resumed)
    assert content(ENGINE.search(checkpoints=made, resumed=resumed)) == content(want)
    last = read_checkpoint(tmp_path)
    named = {file["name"] for file in (*last.origins, *last.rows.values(), last.visited)}
    assert {file.name for file in tmp_path.iterdir()} == {"manifest.json", *named}


def test_memory_for_a_checkpoint(tmp_path: Path) -> None:
    """What has to be in memory: whole states, for which there is no other place."""
    exact = Engine(ENGINE.spec, exact=True)
    resumed = stopped(exact, tmp_path, 9)
    huge = dataclasses.replace(resumed, levels=[1 << 33])
    with pytest.raises(UsageError, match=r"--memory 4G: mc takes \d+M to start"):
        exact.search(resumed=huge, limits=Limits(memory=4 << 30))


def test_no_checkpoint_of_what_is_done(tmp_path: Path) -> None:
    engine = Engine(
        load("x = Variable(Range(0, 1))\ndef Init(t):\n    t.x = 0\ndef A(s, t):\n    return True\nNext = [A]")
    )
    assert engine.search(checkpoints=Checkpoints(tmp_path, 1, {})).verdict == "ok"
    assert list(tmp_path.iterdir()) == []


# The command


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(*arguments: str, code: int) -> Any:
    assert main(["check", *arguments, "--json", "r.json"]) == code
    return kill.result(Path())


@pytest.mark.parametrize(("model", "code"), [("raft:values", 0), ("raft:splitlogs", 12), ("twophase", 0)])
@pytest.mark.parametrize("simplest", [(), ("--simplest",)])
def test_command(model: str, code: int, simplest: tuple[str, ...], here: Path) -> None:
    want = check(model, *simplest, code=code)
    check(model, *simplest, "--checkpoint", "c", "--checkpoint-every", "3", "--max-depth", "7", code=20)
    assert check("--resume", "c", "--workers", "1", code=code) == want
    # The spec may be given, if it is the same.
    assert check(model, "--resume", "c", "--checkpoint", "c", "--workers", "3", code=code) == want


def test_a_changed_constant(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = ("twophase", "-c", "RM=4", "--symmetry", "RM")
    want = check(*model, code=0)
    check(*model, "--checkpoint", "c", "--max-depth", "5", code=20)
    assert "Level 5 is kept: mc check --resume c goes on from there." in capsys.readouterr().out
    assert check("--resume", "c", code=0) == want


REFUSED: dict[str, tuple[list[str], list[str]]] = {
    "another spec": (["raft:tiny", "--resume", "c"], ["of the spec twophase, not of raft"]),
    "another model": (["twophase", "-c", "RM=4", "--resume", "c"], ["constants", '"r4"', "leave SPEC out"]),
    "another symmetry": (["twophase", "--symmetry", "RM", "--resume", "c"], ["symmetry", "RM"]),
    "a constant": (["--resume", "c", "-c", "RM=3"], ["leave out -c"]),
    "deadlock": (["--resume", "c", "--no-deadlock"], ["leave out --deadlock"]),
    "depth first": (["--resume", "c", "--search", "dfs"], ["leave out --search dfs"]),
    "simplest": (["--resume", "c", "--simplest"], ["without --simplest"]),
    "no checkpoint": (["--resume", "nowhere"], ["no checkpoint in nowhere"]),
    "one is there": (["twophase", "--checkpoint", "c"], ["--resume c", "another directory"]),
    "not a directory": (["twophase", "--checkpoint", "r.txt"], ["--checkpoint r.txt", "another directory"]),
    "how often": (["twophase", "--checkpoint-every", "3"], ["add --checkpoint DIR"]),
    "nothing": ([], ["SPEC", "--resume DIR"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("r.txt").write_text("", encoding="utf-8")
    check("twophase", "--checkpoint", "c", "--max-depth", "3", code=20)
    kept = {file.name: file.read_bytes() for file in Path("c").iterdir()}
    capsys.readouterr()
    arguments, parts = REFUSED[case]
    assert main(["check", *arguments]) == 2
    message = capsys.readouterr().err
    assert message.startswith("mc: error: ") and message.count("\n") == 1
    for part in parts:
        assert part in message
    assert {file.name: file.read_bytes() for file in Path("c").iterdir()} == kept


def test_a_spec_that_has_changed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for suffix in (".py", ".yaml"):
        shutil.copy(find_spec("twophase")[0].with_suffix(suffix), f"mine{suffix}")
    check("mine.py", "--checkpoint", "c", "--max-depth", "3", code=20)
    check("--resume", "c", code=0)
    text = Path("mine.py").read_text(encoding="utf-8")
    Path("mine.py").write_text(text.replace('== "working"', '!= "prepared"'), encoding="utf-8")
    assert main(["check", "--resume", "c"]) == 2
    assert "its spec or mc itself has changed" in capsys.readouterr().err
    Path("mine.py").unlink()
    assert main(["check", "--resume", "c"]) == 2
    assert "mine.py cannot be loaded as it was" in capsys.readouterr().err


def test_killed(tmp_path: Path) -> None:
    """At random moments; ``tests/kill.py`` does it more often, and to longer searches."""
    assert sum(map(len, kill.check(tmp_path, ["raft:small"], 2, seed=1))) >= 2
