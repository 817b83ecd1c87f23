"""A search that had no state to expand has not found "no error"; and what else makes success doubtful is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mc.cli.main import main

SPEC = """\
from mc.lang import *

First: Natural

x = Variable(Range(0, 9))


def Start(t, k):
    if not k >= First:
        return False
    t.x = k
    return True


Init = [(Start, Range(0, 3))]


def Up(s, t):
    if not s.x < 5:
        return False
    t.x = s.x + 1
    return True


def Leap(s, t):
    if not s.x == 7:
        return False
    t.x = 9
    return True


Next = [(Up,), (Leap,)]


def High(s):
    return s.x > 8


def Even(s):
    return s.x % 2 == 0


def Nine(s):
    return s.x == 9


Witnesses = [Nine]
"""
YAML = """\
models:
  all: {constants: {First: 0}, deadlock: false}
  none: {constants: {First: 4}, expect: {verdict: ok}}
  one: {constants: {First: 3}, constraints: [High]}
  four: {constants: {First: 0}, constraints: [High], symmetry: []}
  wrong: {constants: {First: 0}, constraints: [High], invariants: [Even]}
"""
MODULE = """\
---- MODULE Start ----
EXTENDS Integers
CONSTANT First
VARIABLE x
Start(k) == k >= First /\\ x = k
Init == \\E k \\in 0..3 : Start(k)
Up == x < 5 /\\ x' = x + 1
Leap == x = 7 /\\ x' = 9
Next == Up \\/ Leap
High == x > 8
====
"""

NONE = "Vacuous: no state was checked, for Init makes none."
OUTSIDE = "Vacuous: no state was explored, for {} satisfies the constraints (High)."
VACUOUS = [
    ("none", NONE, 0),
    ("one", OUTSIDE.format("not even the initial state"), 1),
    ("four", OUTSIDE.format("none of the 4 initial states"), 4),
]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("start.py").write_text(SPEC, encoding="utf-8")
    Path("start.yaml").write_text(YAML, encoding="utf-8")
    Path("Start.tla").write_text(MODULE, encoding="utf-8")


def document() -> Any:
    return json.loads(Path("r.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("order", ["bfs", "dfs"])
@pytest.mark.parametrize(("model", "said", "initial"), VACUOUS, ids=[model for model, _, _ in VACUOUS])
def test_verdict(model: str, said: str, initial: int, order: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["check", f"start.py:{model}", "--search", order, "--json", "r.json"]
    assert main(arguments) == 23
    assert capsys.readouterr().out.splitlines()[-1] == said
    result = document()
    assert (result["verdict"], result["initial"], result["distinct"]) == ("vacuous", initial, 0)
    assert main([*arguments, "--quiet"]) == 23
    assert capsys.readouterr() == (said + "\n", "")


def test_initial_states_outside_the_constraints_are_checked() -> None:
    assert main(["check", "start.py:wrong", "--json", "r.json"]) == 12
    assert document()["violation"]["message"] == "Even is false: x = 1"


@pytest.mark.parametrize("model", ["none", "four"])
def test_tlc_counts_the_same(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    """TLC says "no error" there, of no distinct states."""
    assert main(["crosscheck", f"start.py:{model}", "--json", "r.json"]) == 0
    output = capsys.readouterr().out
    assert "Equal: mc and TLC agree on the verdict, counts, states, edges." in output
    assert "Vacuous: no state was" in output
    found = document()
    assert (found["mc"]["verdict"], found["tlc"]["verdict"]) == ("vacuous", "vacuous")
    assert found["mc"]["generated"] == found["tlc"]["generated"]
    assert main(["crosscheck", f"start.py:{model}", "--quiet"]) == 0
    assert "Vacuous: no state was" in capsys.readouterr().out


def test_a_suite_that_expects_no_error_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suite", "start.py", "--crosscheck", "--json", "r.json"]) == 22
    assert "expected no error; got no state to explore (start.yaml:3)" in capsys.readouterr().out
    (model,) = document()["models"]
    assert (model["status"], model["result"]["verdict"]) == ("fail", "vacuous")


def test_a_graph_without_states(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", "start.py:none", "--format", "json"]) == 23
    assert capsys.readouterr().out.splitlines()[-1] == NONE
    assert json.loads(Path("out/start/none/graph.json").read_text(encoding="utf-8"))["nodes"] == []


@pytest.mark.parametrize("quiet", [(), ("--quiet",)], ids=["", "quiet"])
def test_warnings(quiet: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "start.py:all", *quiet, "--json", "r.json"]) == 0
    said = ["never enabled: Leap", "not reached, so be suspicious of success: Nine"]
    assert capsys.readouterr().err.splitlines() == [f"mc: warning: {warning}" for warning in said]
    assert document()["warnings"] == said
    # A search that did not go on to its end knows nothing of the kind.
    assert main(["check", "start.py:all", *quiet, "--max-depth", "1", "--json", "r.json"]) == 20
    assert capsys.readouterr().err == ""
    assert document()["warnings"] == []


def test_a_spec_has_warnings_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """Here a predicate that nothing checks; every command that shows the spec or checks it says so."""
    Path("start.py").write_text(SPEC.replace("Witnesses = [Nine]", "Invariants = []"), encoding="utf-8")
    for command in (["info", "start.py:all"], ["check", "start.py:all", "--quiet", "--json", "r.json"]):
        assert main(command) == 0
        said = [line for line in capsys.readouterr().err.splitlines() if "Nine" in line]
        assert len(said) == 1 and said[0].startswith("mc: warning: ") and "is in no table" in said[0]
    assert [w for w in document()["warnings"] if "Nine" in w] == [said[0].removeprefix("mc: warning: ")]
