"""``mc trace``: what it prints, writes and returns; and what it says to files that are no traces."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mc.cli import options
from mc.cli.main import main
from mc.cli.traced import DATA, PICTURES
from mc.read.models import bundled

# Before it enters, a process does not look whether another is inside.
LOCK = """\
from mc.lang import *

Process: ModelValues

at = Variable(Fn(Process, Enum("away", "inside")))


def Init(t):
    t.at = {p: "away" for p in Process}


def Enter(s, t, p):
    if not s.at[p] == "away":
        return False
    t.at[p] = "inside"
    return True


Next = [(Enter, Process)]


def Exclusion(s):
    return all(not (s.at[p] == "inside" and s.at[q] == "inside") for p in Process for q in Process if p != q)


Invariants = [Exclusion]
"""


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The trace.json of a violation, 3 states long, of a spec of the user's own."""
    (tmp_path / "lock.py").write_text(LOCK, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        assert main(["check", "lock.py", "-c", "Process=2"]) == 12
    file = Path("out/lock/default/trace.json")
    assert str(file) in said.getvalue()
    return file


def test_the_file_alone_is_enough(saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", str(saved)]) == 0
    assert "State 2: Enter(p1)\n    at[p1]: " in capsys.readouterr().out
    assert main(["trace", str(saved), "--replay"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("A behavior of lock, model default: 3 states")
    assert "State 3: Exclusion is false for p = p1, q = p2" in said
    assert json.loads(saved.read_text(encoding="utf-8"))["violation"]["property"] == "Exclusion"


@pytest.mark.parametrize("name", [name for name in ("text", "full", *DATA, *PICTURES) if name != "tla"])
def test_every_format_is_the_same_on_stdout_and_in_a_file(
    saved: Path, name: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["trace", str(saved), "--format", name]) == 0
    printed = capfdbinary.readouterr().out
    assert main(["trace", str(saved), "--format", name, "-o", "x"]) == 0
    assert Path("x").read_bytes() == printed


@pytest.mark.parametrize("name", ["json", "itf"])
def test_what_is_written_can_be_read(saved: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``mc trace FILE --format itf -o x.itf.json``, then ``mc trace x.itf.json --replay``."""
    assert main(["trace", str(saved), "--format", name, "-o", "x.json"]) == 0
    assert main(["trace", "x.json", "--replay"]) == 0
    assert main(["trace", "x.json", "--format", "json", "-o", "again.json"]) == 0
    assert Path("again.json").read_bytes() == saved.read_bytes()


def test_a_changed_value_is_found_with_its_conjunct(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["trace", str(saved), "--format", "itf", "-o", "x.itf.json"])
    document = json.loads(Path("x.itf.json").read_text(encoding="utf-8"))
    document["states"][1]["at"]["#map"][1][1] = "inside"
    Path("x.itf.json").write_text(json.dumps(document), encoding="utf-8")
    capsys.readouterr()
    assert main(["trace", "x.itf.json", "--replay"]) == 21
    said = capsys.readouterr().out
    assert "State 2 does not follow from state 1 by Enter(p1)" in said
    assert 'at[p2]: "away" -> "inside"' in said and "UNCHANGED at" not in said
    line = LOCK.split('t.at[p] = "inside"')[0].count("\n") + 1
    assert f'lock.py:{line}: t.at[p] = "inside"' in said
    # A guard: the first state says that p2 is inside already, when it enters in the third.
    document["states"][1]["at"]["#map"][0][1] = "away"
    document["states"][1]["#meta"].update(arguments=["p2"])
    Path("x.itf.json").write_text(json.dumps(document), encoding="utf-8")
    assert main(["trace", "x.itf.json", "--replay"]) == 21
    said = capsys.readouterr().out
    line = LOCK.split('if not s.at[p] == "away"')[0].count("\n") + 1
    assert "State 3 does not follow from state 2 by Enter(p2): a guard fails." in said
    assert f'lock.py:{line}: s.at[p] == "away"' in said
    # Any other format of it would be a lie.
    assert main(["trace", "x.itf.json", "--format", "full"]) == 21
    assert "a guard fails" in capsys.readouterr().err


def test_a_trace_of_another_tool_needs_the_spec(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", str(saved), "--format", "tlc", "-o", "tlc.txt"]) == 0
    assert main(["trace", "tlc.txt", "--replay"]) == 2
    assert "add --spec SPEC[:MODEL]" in capsys.readouterr().err
    assert main(["trace", "tlc.txt", "--replay", "--spec", "lock.py", "-c", "Process=2"]) == 0
    assert main(["trace", "tlc.txt", "--replay", "--spec", "lock.py", "-c", "Process=x,y"]) == 21
    assert "outside its domain" in capsys.readouterr().out


def test_a_counterexample_of_tlc_replays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["crosscheck", "raft:halfquorum"]) == 0
    assert "TLC's counterexample is saved in out/raft/halfquorum/tlc-trace.txt" in capsys.readouterr().out
    for name in ("tlc-trace.txt", "trace.txt", "tlc.out"):
        file = f"out/raft/halfquorum/{name}"
        assert main(["trace", file, "--spec", "raft:halfquorum", "--replay"]) == 0
        said = capsys.readouterr().out
        assert "A behavior of raft, model halfquorum: 11 states" in said
        assert "State 11: ElectionSafety is false" in said
    # It is none of Raft itself: the majority that the mutant did not ask for.
    assert main(["trace", "out/raft/halfquorum/tlc-trace.txt", "--spec", "raft:tiny", "--replay"]) == 21
    assert "s.votesGranted[i] in Quorum()" in capsys.readouterr().out
    assert main(["trace", "out/raft/halfquorum/trace.json", "--format", "tla", "-o", "Replay.tla"]) == 0
    assert {file.name for file in tmp_path.iterdir()} >= {"Replay.tla", "Replay.cfg", "Raft.tla", "RaftMutants.tla"}
    assert main(["trace", "out/raft/halfquorum/trace.json", "--format", "tla"]) == 0
    assert "---- MODULE MCTrace ----" in capsys.readouterr().out


def changed(change: Callable[[dict[str, Any]], Any]) -> Callable[[str], str]:
    def apply(text: str) -> str:
        document = json.loads(text)
        change(document)
        return json.dumps(document)

    return apply


HOSTILE = {
    "empty": (lambda text: "", "not a trace"),
    "prose": (lambda text: "Dear reader", "not a trace"),
    "cut off": (lambda text: text[: len(text) // 2], "not JSON: .*cut off"),
    "nothing in it": (lambda text: "{}", "not a trace"),
    "nested": (lambda text: "[" * 100_000, "nested too deeply"),
    "another version": (changed(lambda d: d.update(schema=2)), "schema 2, and this mc reads schema 1"),
    "an unknown field": (changed(lambda d: d.update(colour="red")), "unknown field 'colour'"),
    "an unknown field in a state": (changed(lambda d: d["states"][0].update(x=1)), "state 1 has an unknown field 'x'"),
    "an unknown field in the model": (changed(lambda d: d["model"].update(x=1)), "model has an unknown field 'x'"),
    "a field too few": (changed(lambda d: d["states"][1].pop("values")), "state 2 has no field 'values'"),
    "no states": (changed(lambda d: d.update(states=[])), "the trace has no states"),
    "a number for a name": (changed(lambda d: d["states"][0].update(action=1)), "action must be a string, not 1"),
    "no value": (changed(lambda d: d["states"][0]["values"].update(at="<<")), "state 1: at: not a TLA. value"),
    "a bomb": (changed(lambda d: d["states"][0]["values"].update(at="0..9999999999")), "state 1: at: .*a number less"),
    "nested value": (changed(lambda d: d["states"][0]["values"].update(at="<<" * 50_000)), "nested too deeply"),
    "what only changed": (lambda text: "State 1: Init\n    at[p1]: 0 -> 1\n", "whole states are needed"),
    "a huge number": (changed(lambda d: d["states"][0]["values"].update(at="9" * 10_000)), "state 1: at"),
    "of another spec": (changed(lambda d: d.update(spec="twophase")), "does not fit its spec twophase"),
    "a spec that is gone": (changed(lambda d: d.update(spec="/no/such.py")), "no file /no/such.py.*--spec"),
    "another variable": (changed(lambda d: d["states"][1]["values"].update(pc="1")), "state 2 has the variable pc"),
    "a variable too few": (changed(lambda d: d["states"][1]["values"].clear()), "state 2 has no value for at"),
    "markup": (
        changed(lambda d: d["model"]["constants"].update(Process=["<script>", "p2"])),
        "does not fit its spec .* constant Process is a set of model values",
    ),
    "a way out": (changed(lambda d: d["model"].update(definitions=["../../x"])), "is not a name"),
    "control characters": (changed(lambda d: d.update({"\x1b]0;x\x07": 1})), r"unknown field '.{0,6}x1b"),
    "half a character": (changed(lambda d: d.update(schema="\ud800")), "this mc reads schema 1"),
    "too many arguments": (changed(lambda d: d["states"][1].update(arguments=["p1", "p2"])), "takes 1 argument"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(saved: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    change, message = HOSTILE[name]
    Path("bad").write_text(change(saved.read_text(encoding="utf-8")), encoding="utf-8")
    capsys.readouterr()
    assert main(["trace", "bad"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert len(lines) == 1 and lines[0].startswith("mc: error: ")
    assert captured.err.replace("\n", "").isprintable()
    assert re.search(message, captured.err), captured.err


def test_markup_in_a_value_stays_text(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(saved.read_text(encoding="utf-8"))
    document["states"][1]["values"]["at"] = '(p1 :> "<b>\x1b[2J" @@ p2 :> "away")'
    Path("bad.json").write_text(json.dumps(document), encoding="utf-8")
    capsys.readouterr()
    assert main(["trace", "bad.json", "--replay"]) == 21
    said = capsys.readouterr().out
    assert "is not in {" in said and "\x1b" not in said
    for name in ("text", "full", *DATA, *PICTURES):
        assert main(["trace", "bad.json", "--format", name, "-o", "x.tla"]) == 21
        assert not Path("x.tla").exists()


def test_files_that_are_not_there(saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", "nowhere.json"]) == 2
    assert main(["trace", str(tmp_path)]) == 2
    Path("binary").write_bytes(b"\xff\xfe\x00")
    assert main(["trace", "binary"]) == 2
    assert main(["trace", str(saved), "-o", "no/where"]) == 2
    assert main(["trace", str(saved), "--format", "tla"]) == 151  # there is no Lock.tla
    assert "no Lock.tla for lock.py" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("terminal", "environment", "coloured"),
    [(True, {}, True), (True, {"NO_COLOR": "1"}, False), (True, {"TERM": "dumb"}, False), (False, {}, False)],
)
def test_colours(
    saved: Path,
    terminal: bool,
    environment: dict[str, str],
    coloured: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = io.StringIO()
    stream.isatty = lambda: terminal  # type: ignore[method-assign]
    monkeypatch.setattr("sys.stdout", stream)
    assert main(["trace", str(saved)]) == 0
    assert ("\x1b[31m" in stream.getvalue()) == ("\x1b[32m" in stream.getvalue()) == coloured
    assert (options.style(stream).heading("x") != "x") == coloured


def test_a_bundled_spec_is_saved_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the file is of use on another machine."""
    monkeypatch.chdir(tmp_path)
    assert main(["check", "raft:halfquorum", "--quiet"]) == 12
    text = Path("out/raft/halfquorum/trace.json").read_text(encoding="utf-8")
    assert json.loads(text)["spec"] == "raft" and str(bundled("specs")) not in text


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("Invariants = [Exclusion]", "Invariants = []", 11, "No action is enabled in the last state."),
        ('t.at[p] = "inside"', 't.at[p] = "in"', 75, 'Enter(p1) cannot be evaluated: variable at: "in" is not in'),
    ],
)
def test_other_ends_are_told_again(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    old: str,
    new: str,
    code: int,
    said: str,
) -> None:
    """A deadlock, and a state from which the spec cannot be evaluated."""
    (tmp_path / "lock.py").write_text(LOCK.replace(old, new), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["check", "lock.py", "-c", "Process=2", "--quiet"]) == code
    assert said in capsys.readouterr().out
    assert main(["trace", "out/lock/default/trace.json", "--replay"]) == 0
    assert said in capsys.readouterr().out
    assert main(["trace", "out/lock/default/trace.json", "--format", "tlc"]) == 0
    assert capsys.readouterr().out.startswith("Error: ")


def test_a_spec_that_was_mended(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The counterexample of yesterday is no behavior of the spec of today, and the new guard says why."""
    guard = '    if any(s.at[q] == "inside" for q in Process):\n        return False\n'
    mended = LOCK.replace('    t.at[p] = "inside"\n', guard + '    t.at[p] = "inside"\n')
    Path("lock.py").write_text(mended, encoding="utf-8")
    assert main(["trace", str(saved), "--replay"]) == 21
    said = capsys.readouterr().out
    line = mended.split('if any(s.at[q] == "inside"')[0].count("\n") + 1
    assert "State 3 does not follow from state 2 by Enter(p2): a guard fails." in said
    assert f'lock.py:{line}: not (s.at[q] == "inside")' in said


def test_what_lies_beyond_the_constraints_is_said(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    narrow = LOCK + '\n\ndef Empty(s):\n    return all(s.at[p] == "away" for p in Process)\n\n\nConstraints = [Empty]\n'
    Path("lock.py").write_text(narrow, encoding="utf-8")
    document = json.loads(saved.read_text(encoding="utf-8"))
    document["model"]["constraints"] = ["Empty"]
    saved.write_text(json.dumps(document), encoding="utf-8")
    assert main(["trace", str(saved), "--replay"]) == 0
    assert "State 2 is outside the constraint Empty" in capsys.readouterr().out


LONG = """\
from mc.lang import *

End: Natural
x = Variable(Range(0, End))


def Init(t):
    t.x = 0


def Up(s, t):
    if not s.x < End:
        return False
    t.x = s.x + 1
    return True


Next = [Up]
"""


def test_a_directory_is_looked_through(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["trace", str(saved)])
    printed = capsys.readouterr().out
    for directory in ("out/lock/default", "out/lock", "out"):
        assert main(["trace", directory]) == 0
        assert capsys.readouterr().out == printed
    Path("lock").mkdir()
    assert main(["trace", "lock"]) == 2
    assert "there is no trace.json in lock: mc check saves one" in capsys.readouterr().err
    Path("out/lock/other").mkdir()
    Path("out/lock/other/trace.json").write_bytes(saved.read_bytes())
    assert main(["trace", "out"]) == 2
    said = capsys.readouterr().err
    assert "there are 2 traces in out: give one of out/lock/default/trace.json, out/lock/other/trace.json" in said


def test_a_part_of_a_picture(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", str(saved), "--format", "mermaid", "--states", "2-3"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "    participant p0 as p1",
        "    participant p1 as p2",
        "    Note over p0: 2: inside",
        "    Note over p1: 2: away",
        "    Note over p1: 3 Enter: now inside",
        '    Note over p0,p1: State 3: Exclusion is false for p = p1, q = p2: at[p1] = "inside", at[p2] = "inside"',
    ]
    assert main(["trace", str(saved), "--format", "svg", "--states", "1-2"]) == 0
    said = capsys.readouterr().out
    assert "Exclusion" not in said and ">2 states<" in said
    for wrong, word in (
        ("2-4", "there are 3 states"),
        ("3-2", "not FROM-TO"),
        ("0-2", "not FROM-TO"),
        ("x", "FROM-TO"),
    ):
        try:
            assert main(["trace", str(saved), "--format", "svg", "--states", wrong]) == 2
        except SystemExit as error:
            assert error.code == 2
        assert word in capsys.readouterr().err
    assert main(["trace", str(saved), "--states", "1-2"]) == 2
    assert "--states is of pictures: add --format" in capsys.readouterr().err


def test_a_picture_has_a_limit_and_says_what_else_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("long.py").write_text(LONG, encoding="utf-8")
    assert main(["check", "long.py", "-c", "End=999", "--quiet"]) == 11
    for form in PICTURES:
        assert main(["trace", "out/long", "--format", form, "-o", "x"]) == 2
        said = capsys.readouterr().err
        assert "a picture has 200 states at most, and these are 1,000" in said
        assert "--states 971-1000" in said and "--format text" in said
    assert main(["trace", "out/long", "--format", "svg", "--states", "971-1000"]) == 0
    said = capsys.readouterr().out
    assert "states 971 to 1000" in said and "State 1000: No action is enabled" in said and "x: 998 -&gt; 999" in said
    assert main(["trace", "out/long", "--replay"]) == 0
