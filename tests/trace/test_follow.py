"""Traces of TLA+ modules: replayed, whoever wrote them, explained, and shown in every format."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mc.cli.main import main
from mc.engine.interpreted import search
from mc.interpreter.interpreter import Interpreter
from mc.lang.text import from_tla
from mc.lang.values import FnValue, ModelValue, RecordValue, SeqValue
from mc.read.tla.load import load
from mc.tlc.tools import find_tools
from mc.trace.findings import find_verdict
from mc.trace.follow import may_be_written
from mc.trace.lanes import timeline
from mc.trace.module import behavior_of

MODULE = """---- MODULE Team ----
EXTENDS Integers, Sequences, FiniteSets
CONSTANTS Node, Limit
VARIABLES x, who, said, role
vars == <<x, who, said, role>>
Init == /\\ x = [n \\in Node |-> 0] /\\ who \\in Node /\\ said = {} /\\ role = [n \\in Node |-> "idle"]
Up(n) == /\\ x[n] < Limit
         /\\ x' = [x EXCEPT ![n] = @ + 1]
         /\\ role' = [role EXCEPT ![n] = IF x'[n] = Limit THEN "done" ELSE "busy"]
         /\\ UNCHANGED <<who, said>>
Pass(n) == who /= n /\\ who' = n /\\ UNCHANGED <<x, said, role>>
Say(n) == said' = said \\cup {[by |-> n, at |-> <<x[n], "a b">>]} /\\ UNCHANGED <<x, who, role>>
Next == \\E n \\in Node : Up(n) \\/ Pass(n) \\/ Say(n)
Spec == Init /\\ [][Next]_vars
NotAllDone == ~\\A n \\in Node : role[n] = "done"
Quiet == /\\ Cardinality(said) >= 0
         /\\ \\A m \\in said : m.at[1] < 1
Low == \\A n \\in Node : x[n] < 2
Steady == [][who' = who]_vars
Odd == x[who] = 1 => 1 \\div 0 = 1
====
"""
CONFIG = "SPECIFICATION Spec\nCONSTANTS Node = {a, b} Limit = 2\nCHECK_DEADLOCK FALSE\n"


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("Team.tla").write_text(MODULE, encoding="utf-8")
    Path("Team.cfg").write_text(CONFIG, encoding="utf-8")


@pytest.fixture
def trace(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs ``mc trace``; returns what it prints."""

    def run(*arguments: str, code: int = 0) -> str:
        assert main(["trace", *arguments]) == code
        captured = capsys.readouterr()
        return captured.out + captured.err

    return run


def check(invariant: str, code: int = 12, *options: str) -> None:
    assert main(["check", "Team.tla", "--invariant", invariant, "--quiet", *options]) == code


@pytest.mark.parametrize("invariant", ["NotAllDone", "Quiet", "Low"])
@pytest.mark.parametrize("form", ["json", "itf", "tlc"])
def test_what_is_written_is_a_behavior(invariant: str, form: str, trace: Callable[..., str]) -> None:
    check(invariant)
    assert "all steps are steps of Next" in trace("out", "--replay")
    trace("out", "--format", form, "-o", "t.txt")
    options = ["--spec", "Team.tla", "--invariant", invariant] if form == "tlc" else []
    output = trace("t.txt", "--replay", *options)
    assert "A behavior of Team, configuration Team" in output and f"{invariant} is false" in output


def test_the_configuration_and_what_was_changed_are_kept(trace: Callable[..., str]) -> None:
    Path("other.cfg").write_text(CONFIG.replace("{a, b}", '{"a", c}').replace("2", "1"), encoding="utf-8")
    check("NotAllDone", 12, "--config", "other.cfg", "-c", 'Node={"a"}')
    output = trace("out", "--replay")
    assert "A behavior of Team, configuration other: 2 states" in output
    assert 'NotAllDone is false: role = [a |-> "done"]' in output
    # What the command line says goes before.
    assert "It is not enabled." in trace("out", "--replay", "-c", "Limit=0", code=21)
    Path("Team.tla").unlink()
    assert "this trace does not fit its module" in trace("out", "--replay", code=2)


def test_where_it_stops_being_a_behavior(trace: Callable[..., str]) -> None:
    check("NotAllDone")
    trace("out", "--format", "tlc", "-o", "t.txt")
    text = Path("t.txt").read_text(encoding="utf-8")
    options = ("--spec", "Team.tla", "--replay")
    assert text.count('role = (a :> "busy" @@ b :> "idle")') == 1
    Path("t.txt").write_text(text.replace('a :> "busy"', 'a :> "lazy"'), encoding="utf-8")
    output = trace("t.txt", *options, code=21)
    assert "State 2 does not follow from state 1 by Up(a): that makes another state (spec -> file)." in output
    assert 'role[a]: "busy" -> "lazy"' in output
    Path("t.txt").write_text(text.replace("<Up(", "<Pass(", 1), encoding="utf-8")
    output = trace("t.txt", *options, code=21)
    assert "State 2 does not follow from state 1 by Pass(b)" in output and "Up(a) leads there." in output
    Path("t.txt").write_text(text.replace("a :> 0", "a :> 1", 1), encoding="utf-8")
    output = trace("t.txt", *options, code=21)
    assert "State 1 is not an initial state." in output and "x[a]: 0 -> 1" in output
    Path("t.txt").write_text(text.replace("/\\ x = ", "/\\ y = "), encoding="utf-8")
    assert "has no value for x: is this a trace of Team?" in trace("t.txt", *options, code=2)
    Path("t.txt").write_text(text.replace("a :> 0", "a :> 1", 1), encoding="utf-8")
    assert "is not a behavior of Team" in trace("t.txt", "--spec", "Team.tla", code=21)


def test_a_trace_of_apalache_or_quint(trace: Callable[..., str]) -> None:
    """Strings may be model values, with a type behind them; actions are not told."""
    states = [
        {"x": {"#map": [["a_OF_N", 0], ["b_OF_N", n]]}, "who": "a_OF_N", "said": {"#set": []}, "role": role}
        for n, role in enumerate([{"a": "idle", "b": "idle"}, {"a": "idle", "b": "busy"}, {"a": "idle", "b": "done"}])
    ]
    document = {"vars": ["x", "who", "said", "role"], "states": states}
    Path("t.itf.json").write_text(json.dumps(document), encoding="utf-8")
    assert "3 states, all steps are steps of Next" in trace("t.itf.json", "--spec", "Team.tla", "--replay")
    assert "State 3: Up(b)\n    x[b]: 1 -> 2\n" in trace("t.itf.json", "--spec", "Team.tla")
    states[2]["who"] = "b_OF_N"
    Path("t.itf.json").write_text(json.dumps(document), encoding="utf-8")
    output = trace("t.itf.json", "--spec", "Team.tla", "--replay", code=21)
    assert "State 3 does not follow from state 2; Up(b) comes nearest" in output and 'who: a -> "b_OF_N"' in output


@pytest.mark.parametrize(
    ("text", "written", "is_so"),
    [
        ("a", "a", True),
        ("a", "a_OF_N", True),
        ("a", "b", False),
        ('"a"', "a", True),
        ('"a"', ModelValue("a"), False),
        ("1", True, False),
        ("TRUE", 1, False),
        ("{1, a}", SeqValue(("a", 1)), True),
        ("{1, a}", SeqValue((1, 1)), False),
        ("{1}", SeqValue((1, 1)), False),
        ("<<1, a>>", SeqValue(("a", 1)), False),
        ("(a :> 1 @@ b :> {})", RecordValue({"b": SeqValue(()), "a": 1}), True),
        ("(a :> 1 @@ b :> 2)", RecordValue({"b": 1, "a": 2}), False),
        ("([f |-> a] :> 1)", RecordValue({"[f |-> a]": 1}), True),
        ("<<7>>", FnValue({1: 7}), True),
        ("[f |-> 1]", SeqValue((1,)), False),
    ],
)
def test_how_values_may_be_written(text: str, written: object, is_so: bool) -> None:
    assert may_be_written(from_tla(text), written) == is_so


def test_what_tlc_prints(trace: Callable[..., str]) -> None:
    tools = find_tools(None, os.environ)
    Path("MC.cfg").write_text(CONFIG.replace("CHECK_DEADLOCK FALSE", "INVARIANT Quiet"), encoding="utf-8")
    command = [str(tools.java), "-cp", str(tools.jar), "tlc2.TLC", "-deadlock", "-config", "MC.cfg", "Team"]
    printed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    Path("tlc.out").write_text(printed, encoding="utf-8")
    output = trace("tlc.out", "--spec", "Team.tla", "--invariant", "Quiet", "--replay")
    assert "all steps are steps of Next" in output and "State 3: Quiet is false for m = [by |-> a" in output


def test_verdicts(trace: Callable[..., str]) -> None:
    Path("Team.cfg").write_text(f"{CONFIG}PROPERTY Steady", encoding="utf-8")
    assert main(["check", "Team.tla", "--quiet"]) == 13
    assert "Steady: the last step is none that it allows." in trace("out", "--replay")
    Path("Team.cfg").write_text(f"{CONFIG}INVARIANT Odd", encoding="utf-8")
    assert main(["check", "Team.tla", "--quiet"]) == 75
    assert "INVARIANT Odd cannot be evaluated: Team.tla:20" in trace("out", "--replay")


def test_an_explanation_names_the_part_and_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    check("Quiet")
    output = capsys.readouterr().out
    assert 'Quiet is false for m = [by |-> a, at |-> <<1, "a b">>]' in output
    assert "Team.tla:17: m.at[1] < 1\n" in output
    assert "since state 3: Say(a)" in output


def test_lanes_are_the_processes_that_values_show(
    trace: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    module = load(Path("Team.tla"))
    Path("Team.cfg").write_text(f"{CONFIG}INVARIANT NotAllDone", encoding="utf-8")
    violation = search(load(Path("Team.tla"))).violation
    assert violation is not None
    behavior = behavior_of(violation)
    assert behavior is not None and find_verdict(Interpreter(module), behavior) is None
    told = timeline(module, behavior)
    (family,) = told.families
    assert (family.name, family.role, family.term) == ("Node", "role", "x")
    assert [process.name for process in told.processes] == ["a", "b"]
    assert [event.process.name for event in told.events if event.process] == ["a", "a", "b", "b"]
    part = timeline(module, behavior, (3, 5))
    assert (part.first, len(part.states), [event.number for event in part.events]) == (3, 3, [2, 3])
    assert main(["check", "Team.tla", "--quiet"]) == 12
    capsys.readouterr()
    drawn = ElementTree.fromstring(trace("out", "--format", "svg"))
    words = [element.text for element in drawn.iter() if element.text]
    assert {"Team:Team", "Up", "done 2", "busy 1"} <= set(words)
    assert "participant p0 as a" in trace("out", "--format", "mermaid", "--states", "2-4")
    assert 'participant "b" as p1' in trace("out", "--format", "plantuml")
    trace("out", "--format", "png", "-o", "t.png")
    assert Path("t.png").read_bytes().startswith(b"\x89PNG")


def test_a_behavior_that_goes_on_for_ever(trace: Callable[..., str]) -> None:
    body = "VARIABLE x\nInit == x = 0\nUp == x < 3 /\\ x' = x + 1\nBack == x = 3 /\\ x' = 1\nNext == Up \\/ Back"
    body += "\nSpec == Init /\\ [][Next]_x /\\ WF_x(Next)\nAgain == []<>(x = 0)"
    Path("Ever.tla").write_text(f"---- MODULE Ever ----\nEXTENDS Integers\n{body}\n====\n", encoding="utf-8")
    Path("Ever.cfg").write_text("SPECIFICATION Spec PROPERTY Again", encoding="utf-8")
    assert main(["check", "Ever.tla", "--quiet"]) == 13
    assert "Back to state 2: Back\n" in trace("out")
    assert "Back to state 2: <Back line 6, col " in trace("out", "--format", "tlc")
    trace("out", "--format", "itf", "-o", "t.itf.json")
    assert json.loads(Path("t.itf.json").read_text(encoding="utf-8"))["loop"] == 1
    output = trace("out", "--replay")
    assert "4 states, all steps are steps of Next" in output and "goes on for ever from state 2" in output
    file = Path("out/Ever/Ever/trace.json")
    file.write_text(file.read_text(encoding="utf-8").replace('"to": 2', '"to": 3'), encoding="utf-8")
    output = trace("out", "--replay", code=21)
    assert "State 5 does not follow from state 4 by Back." in output and "does not lead back to state 3" in output


def test_an_operator_is_no_argument_that_is_told(trace: Callable[..., str]) -> None:
    body = "VARIABLE x\nPlus(a) == a + 1\nDo(Op(_), n) == x' = Op(x) + n\nInit == x = 0\nLow == x < 3"
    body += "\nNext == \\E n \\in {0, 1} : Do(Plus, n)"
    Path("Op.tla").write_text(f"---- MODULE Op ----\nEXTENDS Integers\n{body}\n====\n", encoding="utf-8")
    Path("Op.cfg").write_text("INIT Init NEXT Next INVARIANT Low", encoding="utf-8")
    assert main(["check", "Op.tla", "--quiet"]) == 12
    assert "State 3: Do(1)\n" in trace("out")


def test_without_processes_there_is_one_lane(trace: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    body = "VARIABLE x\nInit == x = 0\nUp == x' = x + 1\nNext == Up\nLow == x < 3"
    Path("One.tla").write_text(f"---- MODULE One ----\nEXTENDS Integers\n{body}\n====\n", encoding="utf-8")
    Path("One.cfg").write_text("INIT Init NEXT Next INVARIANT Low", encoding="utf-8")
    assert main(["check", "One.tla", "--quiet"]) == 12
    capsys.readouterr()
    assert "    Note over p0: 2 Up: x: 0 -#62; 1\n" in trace("out", "--format", "mermaid")
    assert "--format tla is not for a trace of a .tla" in trace("out", "--format", "tla", code=2)
