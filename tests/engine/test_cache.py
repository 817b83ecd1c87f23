"""Machine code that is kept between runs: a limit that holds, and ``mc cache``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mc.cli.main import main
from mc.engine.machine import cache as module
from mc.engine.machine.cache import Cache

KEYS = [f"{number:024x}" for number in range(9)]


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "mc")


def names(cache: Cache) -> list[str]:
    return sorted(file.name for file in cache.directory.iterdir())


def test_what_is_whole_comes_back(cache: Cache) -> None:
    assert cache.read(KEYS[0]) is None and cache.size() == (0, 0)
    cache.write(KEYS[0], b"code")
    assert cache.read(KEYS[0]) == b"code"
    assert cache.size() == (1, 36)
    file = cache.directory / KEYS[0]
    file.write_bytes(file.read_bytes()[:-1])
    assert cache.read(KEYS[0]) is None
    cache.write(KEYS[0], b"code")
    assert cache.read(KEYS[0]) == b"code"


def test_the_limit_holds_and_what_was_used_last_stays(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT", 4000)
    for number, key in enumerate(KEYS[:4]):
        cache.write(key, bytes(900))
        os.utime(cache.directory / key, (number, number))
    # One that was being written when its process was killed, and one that is none of ours.
    (cache.directory / f"{KEYS[8]}.77.88").write_bytes(bytes(200))
    os.utime(cache.directory / f"{KEYS[8]}.77.88", (0, 0))
    (cache.directory / "notes.txt").write_bytes(bytes(5000))
    assert cache.read(KEYS[0]) is not None
    cache.write(KEYS[4], bytes(900))
    # 3,000 bytes are left room for.
    assert names(cache) == sorted([KEYS[0], KEYS[3], KEYS[4], "notes.txt"])
    assert cache.size()[1] <= 3000


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "mc").write_text("a file, and no directory")
    cache = Cache(tmp_path / "mc")
    cache.write(KEYS[0], b"code")
    assert cache.read(KEYS[0]) is None


def test_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert main(["cache"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{tmp_path}/cache/mc: 0 files of machine code, 0.0 MiB\n")
    assert "At most 256 MiB" in said and "mc cache --clear" in said
    assert main(["check", "twophase", "--quiet"]) == 0
    kept = Cache(tmp_path / "cache" / "mc")
    assert kept.size()[0] == 1
    assert main(["check", "twophase", "-c", "RM=2", "--quiet"]) == 0
    capsys.readouterr()
    assert main(["cache", "--clear"]) == 0
    assert capsys.readouterr().out.startswith(f"{tmp_path}/cache/mc: removed 2 files of machine code, 0.")
    assert names(kept) == []
    assert main(["cache", "--clear"]) == 0


def test_what_cannot_be_read_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "mc").write_text("a file, and no directory")
    assert main(["cache"]) == 2
    assert capsys.readouterr().err == f"mc: error: {tmp_path}/mc: Not a directory\n"
