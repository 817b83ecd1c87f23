"""Directories that one process at a time may use."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mc.cli.lock import locked
from mc.cli.main import main
from mc.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]


def test_the_second_one_is_told(tmp_path: Path) -> None:
    with locked(tmp_path, "--checkpoint", "give another directory"):
        with (
            pytest.raises(UsageError, match=f"^--checkpoint: {tmp_path} is in use by process {os.getpid()}: wait"),
            locked(tmp_path, "--checkpoint", "give another directory"),
        ):
            pass
        assert (tmp_path / "lock").exists()
    assert list(tmp_path.iterdir()) == []
    with locked(tmp_path, "--checkpoint", "give another directory"):
        pass


def test_a_killed_process_blocks_nobody(tmp_path: Path) -> None:
    program = f"""
from pathlib import Path
from mc.cli.lock import locked
with locked(Path({str(tmp_path)!r}), "", ""):
    print("locked", flush=True)
    input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        with pytest.raises(UsageError, match=f"by process {process.pid}:"), locked(tmp_path, "", ""):
            pass
        process.kill()
    assert (tmp_path / "lock").exists()
    with locked(tmp_path, "", ""):
        assert (tmp_path / "lock").read_text(encoding="ascii") == f"{os.getpid()}\n"
    assert list(tmp_path.iterdir()) == []


def test_never_two_at_a_time(tmp_path: Path) -> None:
    """However they meet: the file of one may be removed when another has just opened it."""
    inside, most, turns = 0, 0, 0

    def work() -> None:
        nonlocal inside, most, turns
        for _ in range(500):
            try:
                with locked(tmp_path, "", ""):
                    inside += 1
                    most = max(most, inside)
                    time.sleep(0)
                    turns += 1
                    inside -= 1
            except UsageError:
                pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1 and turns > 0


def test_where_nothing_can_be_locked(tmp_path: Path) -> None:
    with locked(tmp_path / "nowhere", "", ""):
        pass


@pytest.mark.parametrize(
    ("held", "arguments"),
    [
        ("c", ["check", "twophase", "--checkpoint", "c"]),
        ("c", ["check", "--resume", "c"]),
        ("c", ["check", "twophase", "--resume", "d", "--checkpoint", "c"]),
        ("d", ["check", "twophase", "--resume", "d", "--checkpoint", "c"]),
        ("d", ["check", "--resume", "d", "--checkpoint", "d"]),
        ("out/twophase/small", ["crosscheck", "twophase"]),
    ],
)
def test_commands(
    held: str,
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(held).mkdir(parents=True)
    assert main(["check", "twophase", "--checkpoint", "d", "--max-depth", "3"]) == 20
    capsys.readouterr()
    with locked(Path(held), "", ""):
        assert main(arguments) == 2
    message = capsys.readouterr().err
    assert message.startswith("mc: error: --") and message.count("\n") == 1
    assert f" {held} is in use by process {os.getpid()}: wait until it ends, or " in message
    assert list(tmp_path.rglob("lock")) == []
