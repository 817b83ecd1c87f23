"""``mc check`` and its like on TLA+ modules: what is printed, saved, refused, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mc.cli.main import main
from mc.engine import tiered

MODULE = """---- MODULE Counter ----
EXTENDS Integers, TLC
CONSTANTS Limit, Node
VARIABLES x, last
Init == x = 0 /\\ last = CHOOSE n \\in Node : TRUE
Up(n) == x < Limit /\\ x' = x + 1 /\\ last' = n
Down == x > 0 /\\ x' = x - 1 /\\ UNCHANGED last
Next == Down \\/ \\E n \\in Node : Up(n)
Spec == Init /\\ [][Next]_<<x, last>>
Small == /\\ x >= 0
         /\\ x < 3
Live == <>(x = Limit)
Perms == Permutations(Node)
Shown == [double |-> 2 * x]
Bad == x = 1 => 1 \\div (x - 1) = 1
====
"""
CONFIG = "SPECIFICATION Spec\nCONSTANTS Limit = 4 Node = {n1, n2}\n"


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("Counter.tla").write_text(MODULE, encoding="utf-8")
    Path("Counter.cfg").write_text(CONFIG, encoding="utf-8")
    Path("small.cfg").write_text(f"{CONFIG}INVARIANT Small\n", encoding="utf-8")
    Path("choose.py").write_text("", encoding="utf-8")
    return tmp_path


def check(capsys: pytest.CaptureFixture[str], code: int, *arguments: str) -> tuple[str, str]:
    assert main(["check", "Counter.tla", *arguments]) == code
    output, errors = capsys.readouterr()
    assert "Traceback" not in output + errors
    return output, errors


def test_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    output, errors = check(capsys, 0)
    assert "Counter, configuration Counter  (Counter.tla)\n" in output
    assert "constants   Limit = 4, Node = {n1, n2}\n" in output
    assert "searched by the interpreter\n" in output
    assert "25 states generated, 10 distinct, depth 5\n" in output
    words = [line.split() for line in output.splitlines()]
    assert ["Init", "1", "1"] in words
    assert ["Up", "16", "8"] in words
    assert ["Down", "8", "1"] in words
    assert "No error: all reachable states were checked (no invariant, no deadlock).\n" in output
    assert errors == ""


def test_a_violation(capsys: pytest.CaptureFixture[str]) -> None:
    output, _ = check(capsys, 12, "--config", "small.cfg", "--json", "r.json")
    assert "Error: invariant Small is violated.\n" in output
    assert "Small is false: x = 3\n  Counter.tla:11: x < 3\n    x = 3  since state 4: Up(n1)\n" in output
    assert "A behavior of 4 states:\n" in output
    assert "State 1: Init\n    /\\ x = 0\n    /\\ last = n1\n" in output
    assert "State 4: Up(n1)\n    x: 2 -> 3\n" in output
    document = json.loads(Path("r.json").read_text(encoding="utf-8"))
    assert (document["engine"], document["model"], document["verdict"]) == ("interpreter", "small", "violation")
    assert (document["violation"]["length"], document["violation"]["steps"]) == (4, ["Up(n1)"] * 3)
    saved = Path("out/Counter/small/trace.txt").read_text(encoding="utf-8")
    assert "State 4: Up(n1)\n    /\\ x = 3\n    /\\ last = n1\n" in saved
    assert main(["trace", "out/Counter/small"]) == 0
    assert "State 4: Up(n1)\n    x: 2 -> 3\n" in capsys.readouterr()[0]


def test_an_alias(capsys: pytest.CaptureFixture[str]) -> None:
    Path("small.cfg").write_text(f"{CONFIG}INVARIANT Small ALIAS Shown", encoding="utf-8")
    output, _ = check(capsys, 12, "--config", "small.cfg")
    assert "State 4: Up(n1)\n    double: 4 -> 6\n" in output
    # The value is of the state, which is not shown.
    assert "Small is false: Counter.tla" not in output and "since" not in output


def test_an_evaluation_that_fails(capsys: pytest.CaptureFixture[str]) -> None:
    output, _ = check(capsys, 75, "--invariant", "Bad", "--json", "r.json")
    assert "Error: the spec cannot be evaluated in a reachable state.\n" in output
    assert "INVARIANT Bad cannot be evaluated: Counter.tla:15:" in output
    assert "A behavior of 2 states:\n" in output
    assert json.loads(Path("r.json").read_text(encoding="utf-8"))["verdict"] == "error"


def test_a_behavior_that_goes_on_for_ever(capsys: pytest.CaptureFixture[str]) -> None:
    Path("live.cfg").write_text(f"{CONFIG}PROPERTY Live ALIAS Shown", encoding="utf-8")
    output, _ = check(capsys, 13, "--config", "live.cfg", "--json", "r.json")
    assert "Error: property Live is violated.\nLive is FALSE of this behavior, which goes on for ever.\n" in output
    assert "  never from state 1 on: x = Limit\n" in output
    assert "State 1: Init\n    /\\ double = 0\n\nState 2: Stuttering\n" in output
    assert json.loads(Path("r.json").read_text(encoding="utf-8"))["violation"]["kind"] == "property"


def test_a_cycle(capsys: pytest.CaptureFixture[str]) -> None:
    either = "(WF_x(Down) \\/ WF_last(\\E n \\in Node : Up(n)))"
    fair = f"WF_x(Next) /\\ {either} /\\ \\A n \\in Node : SF_last(Up(n) /\\ x = 3)"
    text = MODULE.replace("[][Next]_<<x, last>>", f"[][Next]_<<x, last>> /\\ {fair}")
    Path("Counter.tla").write_text(text, encoding="utf-8")
    Path("live.cfg").write_text(f"{CONFIG}PROPERTY Live", encoding="utf-8")
    output, _ = check(capsys, 13, "--config", "live.cfg")
    assert "  WF_x(Next): taken from state 1 to state 2\n" in output
    assert "  SF_last(Up(n) /\\ x = 3), n = n2: not enabled from state 1 on\n" in output
    assert "  WF_x(Down): taken from state 2 to state 1\n" in output
    assert "WF_last" not in output
    cycle = "State 2: Up(n1)\n    x: 0 -> 1\n\nBack to state 1: Down\n"
    assert cycle in output
    document = json.loads(Path("out/Counter/live/trace.json").read_text(encoding="utf-8"))
    assert document["loop"] == {"to": 1, "action": "Down", "arguments": []}
    assert main(["trace", "out/Counter/live"]) == 0
    assert cycle in capsys.readouterr()[0]


@pytest.mark.parametrize(
    ("loop", "words"),
    [
        ({"to": 3, "action": None, "arguments": []}, "loop: to is 3, and the states are 1 to 1"),
        ({"to": 1}, "loop has no field 'action'"),
        ([], "loop must be an object"),
    ],
)
def test_a_loop_that_is_none(loop: object, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("live.cfg").write_text(f"{CONFIG}PROPERTY Live", encoding="utf-8")
    check(capsys, 13, "--config", "live.cfg")
    trace = Path("out/Counter/live/trace.json")
    document = json.loads(trace.read_text(encoding="utf-8"))
    trace.write_text(json.dumps({**document, "loop": loop}), encoding="utf-8")
    assert main(["trace", str(trace)]) == 2
    assert words in capsys.readouterr()[1]


def test_a_property_that_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    Path("live.cfg").write_text(f"{CONFIG}PROPERTY Live SYMMETRY Perms", encoding="utf-8")
    output, _ = check(capsys, 20, "--config", "live.cfg")
    left = "but what PROPERTY Live says of whole behaviors is not checked with SYMMETRY Perms: a cycle of"
    assert f"Incomplete: all reachable states were checked and no error was found, {left}" in output
    check(capsys, 13, "--config", "live.cfg", "--symmetry", "none")


def test_assumptions(capsys: pytest.CaptureFixture[str]) -> None:
    Path("Counter.tla").write_text("---- MODULE Counter ----\nASSUME TRUE\n====\n", encoding="utf-8")
    Path("Counter.cfg").write_text("", encoding="utf-8")
    assert "No error: the assumptions hold, and there is no behavior" in check(capsys, 0)[0]
    Path("Counter.tla").write_text("---- MODULE Counter ----\nASSUME FALSE = TRUE\n====\n", encoding="utf-8")
    output, _ = check(capsys, 10, "--json", "r.json")
    assert "Error: the assumption at Counter.tla:2:8 does not hold.\nThis is FALSE: FALSE = TRUE\n" in output
    violation = json.loads(Path("r.json").read_text(encoding="utf-8"))["violation"]
    assert (violation["kind"], violation["trace"], violation["length"]) == ("assumption", None, 0)


@pytest.mark.parametrize(
    ("arguments", "counts"),
    [
        (["-c", "Limit=2"], "13 states generated, 6 distinct"),
        (["-c", "Node=a,b,c"], "49 states generated, 15 distinct"),
        (["-c", "Node={a}"], "9 states generated, 5 distinct"),
        (["-c", 'Node={"a", "b"}'], "25 states generated, 10 distinct"),
        (["--symmetry", "Perms"], "13 states generated, 5 distinct"),
        (["--max-depth", "2"], "3 distinct"),
    ],
)
def test_what_the_command_line_changes(arguments: list[str], counts: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = 20 if "--max-depth" in arguments else 0
    assert counts in check(capsys, code, *arguments)[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--simplest"], "--simplest is not for a .tla"),
        (["--memory", "1G"], "--memory is not for a .tla"),
        (["--checkpoint", "d"], "--checkpoint is not for a .tla"),
        (["--resume", "d"], "--resume is not for a .tla"),
        (["--search", "dfs"], "--search dfs is not for a .tla"),
        (["--symmetry", "A,B"], "give the one definition"),
    ],
)
def test_what_has_no_meaning(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert words in check(capsys, 2, *arguments)[1]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (f"{CONFIG}INVARIANT Smal", 151, ["c.cfg:3:11", "INVARIANT Smal", "did you mean Small?"]),
        (f"{CONFIG}INVARIANT Up", 151, ["INVARIANT Up", "1 parameter"]),
        (f"{CONFIG}INVARIANT Down", 76, ["INVARIANT Down", "speaks of the next state"]),
        (f"{CONFIG}INVARIANT Live", 76, ["temporal formula", "make it a PROPERTY"]),
        (f"{CONFIG}INIT Init", 151, ["c.cfg:3:6", "INIT stands beside SPECIFICATION"]),
        (f"{CONFIG}VIEW", 151, ["c.cfg:3:5", "expected a name after VIEW"]),
        (f"{CONFIG}CONSTANT Limit <- Foo", 151, ["c.cfg:3:19", "does not define Foo"]),
        (f"{CONFIG}CONSTANT Limit <- Up", 151, ["Up has 1 parameter, Limit has no parameters"]),
        (f"{CONFIG}CONSTANT Limit <- Small", 151, ["Small depends on variables"]),
        (f"{CONFIG}CONSTANT Lmit <- Small", 151, ["has no Lmit to replace; did you mean Limit?"]),
        (f"{CONFIG}CONSTANT Up <- [M] Down", 151, ["a module M"]),
        ("SPECIFICATION Spec CONSTANT Limit = 3", 151, ["the constant Node has no value"]),
        ("SPECIFICATION Small CONSTANTS Limit = 3 Node = {}", 151, ["no conjunct [][Next]_vars"]),
        ("SPECIFICATION Next CONSTANTS Limit = 3 Node = {}", 151, ["Next has an action as a conjunct"]),
        ("NEXT Next CONSTANTS Limit = 3 Node = {}", 151, ["no initial predicate"]),
        ("INIT Init CONSTANTS Limit = 3 Node = {}", 151, ["no next-state relation"]),
        ("INIT Perms NEXT Next CONSTANTS Limit = 3 Node = {}", 151, ["mentions no variable"]),
        (f"{CONFIG}PROPERTY Down", 151, ["Down is an action; write [][Down]_vars"]),
    ],
)
def test_a_mistake_in_the_configuration(
    text: str, code: int, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("c.cfg").write_text(text, encoding="utf-8")
    _, errors = check(capsys, code, "--config", "c.cfg")
    assert errors.count("\n") == 1
    for word in words:
        assert word in errors


def test_files_that_are_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert "cannot read the configuration" in check(capsys, 151, "--config", "none.cfg")[1]
    Path("Counter.cfg").unlink()
    assert "there is no configuration Counter.cfg; write one" in check(capsys, 151)[1]
    assert main(["check", "Conter.tla"]) == 2
    assert "there is no file Conter.tla; did you mean Counter.tla?" in capsys.readouterr()[1]
    assert main(["check", "choose.py", "--config", "small.cfg"]) == 2
    assert "--config is for a .tla" in capsys.readouterr()[1]
    assert main(["graph", "choose.py", "--config", "small.cfg"]) == 2
    assert "--config is for a .tla" in capsys.readouterr()[1]


def test_warnings_come_with_quiet_too(capsys: pytest.CaptureFixture[str]) -> None:
    Path("Counter.cfg").write_text(f"{CONFIG}CONSTANT Limits = 3", encoding="utf-8")
    output, errors = check(capsys, 0, "--quiet")
    assert output.startswith("No error")
    assert "Limits gets a value, but Counter has no such name; did you mean Limit?" in errors


def test_info(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "Counter.tla", "--config", "small.cfg"]) == 0
    output = capsys.readouterr()[0]
    for line in (
        "CONSTANTS           Limit = 4, Node = {n1, n2}",
        "VARIABLES           x, last",
        "INVARIANTS          Small",
    ):
        assert line in output
    assert main(["info", "Counter.tla", "--source"]) == 2


def test_a_long_search_is_compiled(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiered, "SECONDS", 0.0)
    output, _ = check(capsys, 0, "-c", "Limit=40", "--json", "found.json", "--workers", "1")
    assert "searched by compiled code, after the interpreter had begun\n" in output
    assert "241 states generated, 82 distinct, depth 41\n" in output
    assert json.loads(Path("found.json").read_text(encoding="utf-8"))["engine"] == "compiled"
