"""``mc crosscheck``: the command; what it compares is tested with ``mc.tlc``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from mc.cli.main import main
from mc.read.models import bundled


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
    assert "nothing was compared" in capsys.readouterr().out


STAIRS = """\
from mc.lang import *

N: Natural

x = Variable(Range(0, 9))
y = Variable(Range(0, 9))


def Init(t):
    t.x = 0
    t.y = 0


def Left(s, t):
    if not (s.x < 5 and s.y != N):
        return False
    t.x = s.x + 1
    return True


def Right(s, t):
    if not s.y < N:
        return False
    t.y = s.y + 1
    return True


Next = [Left, Right]


def Low(s):
    return s.x + s.y < N


def Small(s):
    return s.x + s.y <= 2


def Flat(s):
    return s.y == 0 or s.x > 0


Invariants = [Low]
Constraints = [Small, Flat]
"""
STAIRS_TLA = """\
---- MODULE Stairs ----
EXTENDS Naturals
CONSTANT N
VARIABLES x, y
Init == x = 0 /\\ y = 0
Left ==
    /\\ x < 5 /\\ y /= N  (* not at the end *)
    /\\ x' = x + 1
    /\\ UNCHANGED
           y  \\* which is not on this line
Right  == y < N /\\ y' = y + 1 /\\ x' = x
Next == Left \\/ Right
Low == x + y < N
Small == x + y <= 2
Flat == y = 0 \\/ x > 0
====
"""


def stairs(model: str) -> None:
    """The spec, its model ``m`` and its module, in the current directory."""
    Path("stairs.py").write_text(STAIRS, encoding="utf-8")
    Path("stairs.yaml").write_text(f"models: {{m: {model}}}\n", encoding="utf-8")
    Path("Stairs.tla").write_text(STAIRS_TLA, encoding="utf-8")


@pytest.mark.parametrize(
    ("model", "length", "depth"),
    [
        # The state that violates the invariant is of the next level; it is not counted where it violates a constraint,
        # unless another one of its level was found before it.
        ("{constants: {N: 3}, constraints: []}", 4, 4),
        ("{constants: {N: 3}, constraints: [Small]}", 4, 3),
        ("{constants: {N: 3}, constraints: [Flat]}", 4, 4),
        # In a deadlock, earlier states of its level may have gone on.
        ("{constants: {N: 1}, invariants: [], constraints: []}", 2, 3),
        ("{constants: {N: 0}, invariants: [], constraints: []}", 1, 1),
    ],
)
def test_the_depth_of_a_violation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str, length: int, depth: int
) -> None:
    monkeypatch.chdir(tmp_path)
    stairs(model)
    assert main(["crosscheck", "stairs.py", "--json", "c.json"]) == 0
    document = json.loads(Path("c.json").read_text(encoding="utf-8"))
    assert document["mc"]["violation"]["length"] == document["tlc"]["length"] == length
    assert document["mc"]["depth"] == document["tlc"]["depth"] == depth
    for workers in ("1", "2"):
        main(["check", "stairs.py", "--json", "c.json", "--workers", workers])
        assert json.loads(Path("c.json").read_text(encoding="utf-8"))["depth"] == depth


def test_a_trace_in_the_words_of_tlc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same lines of the .tla, and the same states."""
    monkeypatch.chdir(tmp_path)
    stairs("{constants: {N: 2}, invariants: [Turned], constraints: [], deadlock: false}")
    turned = "\n\ndef Turned(s):\n    return not (s.x == 3 and s.y == 1)\n"
    Path("stairs.py").write_text(STAIRS + turned, encoding="utf-8")
    Path("Stairs.tla").write_text(
        STAIRS_TLA.replace("Small ==", "Turned == ~(x = 3 /\\ y = 1)\nSmall =="), encoding="utf-8"
    )
    assert main(["crosscheck", "stairs.py"]) == 0
    assert main(["trace", "out/stairs", "--format", "tlc", "-o", "ours.txt"]) == 0
    ours, theirs = (Path(f).read_text(encoding="utf-8") for f in ("ours.txt", "out/stairs/m/tlc-trace.txt"))
    assert ours[ours.index("State 1: ") :].split() == theirs.split()
    assert ": <Left line 7, col 5 to line 10, col 12 of module Stairs>" in ours
    # Without a module, the places are those of the spec.
    Path("Stairs.tla").unlink()
    assert main(["trace", "out/stairs", "--format", "tlc", "-o", "ours.txt"]) == 0
    assert ": <Left line 14, col 1 to line 18, col 15 of module stairs>" in Path("ours.txt").read_text()
