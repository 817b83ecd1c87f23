"""``mc crosscheck``: the command; what it compares is tested with ``mc.tlc``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from mc.cli.main import main
from mc.spec.models import bundled


def test_agreement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["crosscheck", "twophase", "--json", "c.json"]) == 0
    document = json.loads(Path("c.json").read_text(encoding="utf-8"))
    assert (document["schema"], document["verdict"], document["differences"]) == (1, "equal", [])
    assert document["compared"] == {"counts": True, "states": True, "edges": True}
    assert document["mc"]["distinct"] == document["tlc"]["distinct"] == 288
    output = capsys.readouterr().out
    assert [line.split() for line in output.splitlines() if line.startswith("  generated")] == [
        ["generated", "1,146", "1,146"]
    ]
    assert "Equal: mc and TLC agree" in output


def test_a_changed_guard_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for kind in ("specs", "proofs"):
        shutil.copytree(bundled(kind), tmp_path / kind)
    spec = tmp_path / "specs" / "twophase.py"
    text = spec.read_text(encoding="utf-8")
    guard = 'def RMChooseToAbort(s, t, r):\n    if not s.rmState[r] == "working":'
    assert guard in text
    spec.write_text(text.replace(guard, guard.replace("working", "prepared")), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["crosscheck", "specs/twophase.py", "-c", "RM=2"]) == 21
    output = capsys.readouterr().out
    assert "Different:" in output
    assert "RMChooseToAbort" in output.split("Different:")[1]


def test_an_unfinished_search_is_not_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["crosscheck", "raft:plain", "--max-seconds", "0.05", "--json", "c.json"]) == 20
    document = json.loads(Path("c.json").read_text(encoding="utf-8"))
    assert (document["verdict"], document["mc"]["verdict"]) == ("incomplete", "incomplete")
    assert "TLC was not run" in capsys.readouterr().out
