"""Traces as other tools write them: TLC of 2.15 and of 2026, Quint, Apalache. What is quoted was printed by them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mc.cli.main import main
from mc.tlc.tools import find_tools

SPEC = """
from mc.lang import *

P: ModelValues
Cell = Record(at=P, val=Enum("a", "b"))
x = Variable(Range(0, 5))
f = Variable(Fn(P, Set(Enum("a", "b"))))
q = Variable(Seq(Cell, 4))


def Start(t, i):
    t.x = i
    t.f = {p: set() for p in P}
    t.q = ()


Init = [(Start, Range(0, 2))]


def Inc(s, t, d):
    if not s.x < 3:
        return False
    t.x = s.x + d
    return True


def Put(s, t, p, v):
    if not (v not in s.f[p] and s.x > 0):
        return False
    if not Cardinality(s.f[p]) < 1:
        return False
    t.f[p] = s.f[p] | {v}
    t.q = Append(s.q, Cell(at=p, val=v))
    return True


def Back(s, t):
    if not s.x == 3:
        return False
    t.x = 1
    t.f = {p: set() for p in P}
    t.q = ()
    return True


Next = [(Inc, Range(1, 2)), (Put, P, Enum("a", "b")), (Back,)]


def Low(s):
    return s.x < 2


def Short(s):
    return Len(s.q) < 2


Invariants = [Low, Short]
"""

MODULE = r"""---- MODULE It ----
EXTENDS Integers, Sequences, FiniteSets
CONSTANT P
VARIABLES x, f, q
vars == <<x, f, q>>
Start(i) == x = i /\ f = [p \in P |-> {}] /\ q = <<>>
Init == \E i \in 0..2 : Start(i)
Inc(d) == x < 3 /\ x' = x + d /\ UNCHANGED <<f, q>>
Put(p, v) == /\ v \notin f[p] /\ x > 0 /\ Cardinality(f[p]) < 1
             /\ f' = [f EXCEPT ![p] = @ \cup {v}] /\ q' = Append(q, [at |-> p, val |-> v]) /\ UNCHANGED x
Back == x = 3 /\ x' = 1 /\ f' = [p \in P |-> {}] /\ q' = <<>>
Next == \/ \E d \in 1..2 : Inc(d)
        \/ \E p \in P, v \in {"a", "b"} : Put(p, v)
        \/ Back
Unfair == Init /\ [][Next]_vars
Fair == Unfair /\ WF_vars(Next)
Low == x < 2
Short == Len(q) < 2
Four == <>(x = 4)
====
"""


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "it.py").write_text(SPEC, encoding="utf-8")
    return tmp_path


Said = pytest.CaptureFixture[str]


def replayed(text: str | bytes, capsys: Said, code: int = 0, spec: str = "it.py") -> str:
    """What ``mc trace FILE --replay`` prints of a file."""
    Path("file").write_bytes(text.encode() if isinstance(text, str) else text)
    capsys.readouterr()
    assert main(["trace", "file", "--spec", spec, "-c", "P=2", "--no-deadlock", "--replay"]) == code
    captured = capsys.readouterr()
    return captured.out + captured.err


# The real TLC


@pytest.mark.parametrize(
    ("config", "options", "length", "said"),
    [
        (r"Unfair\nINVARIANT Low", [], 1, "State 1: Low is false: x = 2"),
        (r"Unfair\nINVARIANT Low Short", ["-continue"], 1, "behaviors: this is the first."),
        (r"Unfair\nINVARIANT Low Short", ["-continue", "-tool"], 1, "behaviors: this is the first."),
        (r"Unfair\nINVARIANT Short", ["-difftrace"], 3, "State 3: Short is false"),
        (r"Fair\nPROPERTY Four", [], 4, "Note: the trace goes on for ever from state 1"),
        (r"Unfair\nPROPERTY Four", ["-tool"], 1, "Note: the trace goes on for ever from state 1"),
    ],
)
def test_what_tlc_prints(
    directory: Path, capsys: Said, config: str, options: list[str], length: int, said: str
) -> None:
    Path("It.tla").write_text(MODULE, encoding="utf-8")
    Path("It.cfg").write_text(f"SPECIFICATION {config}\nCONSTANT P = {{p1, p2}}\n".replace(r"\n", "\n"))
    tools = find_tools(None, os.environ)
    command = [str(tools.java), "-cp", str(tools.jar), "tlc2.TLC", "-deadlock", "-fp", "0", *options, "It"]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False).stdout
    found = replayed(printed, capsys)
    assert f"{length} state{'s' * (length > 1)}, all steps are steps of Next" in found and said in found
    # As a shell of Windows redirects it.
    assert replayed(printed.replace("\n", "\r\n").encode("utf-16"), capsys) == found
    if "-tool" in options:
        assert replayed(printed.replace("@!@!@\n@!@!@START", "@!@!@@!@!@START"), capsys) == found


def test_tlc_on_the_module_that_replays(directory: Path, capsys: Said) -> None:
    """It has one variable more, and its steps have names of its own."""
    Path("It.tla").write_text(MODULE, encoding="utf-8")
    assert main(["check", "it.py", "-c", "P=2", "--no-deadlock", "--invariant", "Short", "--quiet"]) == 12
    assert main(["trace", "out/it/default/trace.json", "--format", "tla", "-o", "Again.tla"]) == 0
    tools = find_tools(None, os.environ)
    command = [str(tools.java), "-cp", str(tools.jar), "tlc2.TLC", "-config", "Again.cfg", "Again"]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False).stdout
    found = replayed(printed, capsys)
    assert "Note: left out, for it is no variable of it: TraceStep." in found
    assert "3 states, all steps are steps of Next" in found and "State 3: Short is false" in found


# What TLC of 2026 prints and dumps

ERRORS = """\
Error: Invariant Short is violated.
Error: The behavior up to this point is:
State 1: <Initial predicate>
/\\ f = (p1 :> {} @@ p2 :> {})
/\\ q = <<>>
/\\ x = 1

State 2: <Put(p1,"a") line 9, col 14 to line 10, col 105 of module It>
/\\ f = (p1 :> {"a"} @@ p2 :> {})
/\\ q = <<[at |-> p1, val |-> "a"]>>
/\\ x = 1

State 3: <C!Inc({p1, p2},2) line 8, col 11 to line 8, col 51 of module It>
/\\ f = (p1 :> {"a"} @@ p2 :> {})
/\\ q = <<[at |-> p1, val |-> "a"]>>
/\\ x = 3

"""


def test_arguments_in_a_text(directory: Path, capsys: Said) -> None:
    assert "3 states" in replayed(ERRORS, capsys)
    wrong = replayed(ERRORS.replace('Put(p1,"a")', 'Put(p2,"a")'), capsys, 21)
    assert 'State 2 does not follow from state 1 by Put(p2, "a")' in wrong and 'Put(p1, "a") leads there.' in wrong
    # To TLC the action may have more parameters than in the spec, or what is no value.
    for arguments in ('p1,"a",7', "[1..2 -> BOOLEAN]", ""):
        assert "3 states" in replayed(ERRORS.replace('p1,"a"', arguments), capsys)


STATE = "/\\ f = (p1 :> {} @@ p2 :> {})\n/\\ q = <<>>\n/\\ x = 2\n\n"
FAILED = f"Attempted to apply Head to the empty sequence.\nWhile working on the initial state:\n{STATE}"


@pytest.mark.parametrize(
    "text",
    [
        f"Error: Property Low is violated by the initial state:\n{STATE}Finished in 01s\n",
        f"Error: {FAILED}Error: The error occurred when TLC was evaluating the nested\n",
        f"@!@!@STARTMSG 2102:1 @!@!@\n{FAILED}@!@!@ENDMSG 2102 @!@!@\n",
    ],
)
def test_an_error_in_an_initial_state(directory: Path, capsys: Said, text: str) -> None:
    assert "1 state, all steps are steps of Next" in replayed(text, capsys)


def test_what_is_missing_is_not_made_up(directory: Path, capsys: Said) -> None:
    assert "state 1 has no value for x" in replayed(ERRORS.replace("/\\ x = 1\n", ""), capsys, 2)
    assert "line 8: state 2 is missing; this is state 3" in replayed(ERRORS.replace("State 2", "State 3"), capsys, 2)
    kept = replayed(ERRORS.replace("/\\ x = 1\n\nState 3", "\nState 3"), capsys)
    assert "Note: a variable that a state does not give keeps its value there" in kept


PLACE = {"beginLine": 9, "beginColumn": 14, "endLine": 10, "endColumn": 105, "module": "It"}
PUT: dict[str, Any] = {"name": "Put", "location": PLACE, "context": {"p": "p1", "v": "b"}, "parameters": ["p", "v"]}
NUMBERED: list[Any] = [
    [1, {"f": {"p1": [], "p2": []}, "q": [], "x": 2}],
    [2, {"f": {"p1": ["b"], "p2": []}, "q": [{"at": "p1", "val": "b"}], "x": 2}],
    [3, {"f": {"p1": ["b"], "p2": []}, "q": [{"at": "p1", "val": "b"}], "x": 3}],
    [4, {"f": {"p1": [], "p2": []}, "q": [], "x": 1}],
]
INC = {"name": "C!Inc", "location": PLACE, "context": {"d": 1}, "parameters": ["d"]}
EDGES: list[Any] = [
    [NUMBERED[0], PUT, NUMBERED[1]],
    [NUMBERED[1], INC, NUMBERED[2]],
    [NUMBERED[2], {"name": "Back", "location": PLACE}, NUMBERED[3]],
]


def test_the_json_of_tlc(directory: Path, capsys: Said) -> None:
    """Of 2026: the counterexample is a field, and an action has parameters."""
    document = {"counterexample": {"action": EDGES, "state": NUMBERED}, "vars": ["x", "f", "q"]}
    assert "4 states" in replayed(json.dumps(document), capsys)
    lasso = {"action": [*EDGES, [NUMBERED[3], INC, NUMBERED[0]]], "state": NUMBERED}
    found = replayed(json.dumps({**document, "counterexample": lasso}), capsys)
    assert "Note: the trace goes on for ever from state 1;" in found and "4 states" in found
    stutters = {"action": [[NUMBERED[0], {"name": "UnnamedAction"}, NUMBERED[0]]], "state": NUMBERED[:1]}
    assert "for ever from state 1" in replayed(json.dumps({"counterexample": stutters}), capsys)
    assert "1 state," in replayed(json.dumps({"counterexample": {"action": None, "state": NUMBERED[:1]}}), capsys)
    # What the parameters say is held to it.
    wrong = {**PUT, "context": {"p": "p2", "v": "b"}}
    document["counterexample"]["action"] = [[NUMBERED[0], wrong, NUMBERED[1]], *EDGES[1:]]  # type: ignore[index]
    assert 'does not follow from state 1 by Put(p2, "b")' in replayed(json.dumps(document), capsys, 21)
    # With an ALIAS the states have what it says besides.
    states = [[number, {**values, "twice": 2 * values["x"]}] for number, values in NUMBERED]
    found = replayed(json.dumps({"counterexample": {"action": [], "state": states}}), capsys)
    assert "Note: left out, for it is no variable of it: twice." in found and "4 states" in found


# Quint and Apalache

CELL = """
from mc.lang import *

P: ModelValues
Nobody: ModelValue
Msg = Union(Record(kind="Ping", src=P, n=Range(0, 9)), Record(kind="Quiet"))
pc = Variable(Fn(P, Enum("Idle", "Busy")))
msgs = Variable(Set(Msg, 3))
owner = Variable(Optional(P, Nobody))


def Init(t):
    t.pc = {p: "Idle" for p in P}
    t.msgs = set()
    t.owner = Nobody


def Send(s, t, p):
    if not s.pc[p] == "Idle":
        return False
    t.pc[p] = "Busy"
    t.msgs = s.msgs | {Msg(kind="Ping", src=p, n=Cardinality(s.msgs)), Msg(kind="Quiet")}
    t.owner = p
    return True


def Free(s, t, p):
    if not s.owner == p:
        return False
    t.owner = Nobody
    return True


Next = [(Send, P), (Free, P)]
"""


def variant(tag: str, value: Any = None) -> dict[str, Any]:
    return {"tag": tag, "value": {"#tup": []} if value is None else value}


def quint(**changes: Any) -> dict[str, Any]:
    """What ``quint run --mbt --out-itf`` writes (0.33.0)."""
    states: list[dict[str, Any]] = [
        {
            "net::inst::pc": {"#map": [["p1", variant("Idle")], ["p2", variant("Idle")]]},
            "msgs": {"#set": []},
            "owner": variant("None"),
            "mbt::actionTaken": "init",
            "mbt::nondetPicks": {"p": variant("None")},
        },
        {
            "net::inst::pc": {"#map": [["p1", variant("Busy")], ["p2", variant("Idle")]]},
            "msgs": {"#set": [variant("Ping", {"src": "p1", "n": {"#bigint": "0"}}), variant("Quiet")]},
            "owner": variant("Some", "p1"),
            "mbt::actionTaken": "net::inst::Send",
            "mbt::nondetPicks": {"p": variant("Some", "p1")},
        },
    ]
    states.append({**states[1], "owner": variant("None"), "mbt::actionTaken": ""})
    for index, state in enumerate(states):
        state["#meta"] = {"index": index}
    return {"#meta": {"format": "ITF", "source": "net.qnt"}, "vars": [*states[0]][:-1], "states": states, **changes}


@pytest.fixture
def cell(directory: Path) -> str:
    (directory / "cell.py").write_text(CELL, encoding="utf-8")
    return "cell.py"


def test_a_trace_of_quint(cell: str, capsys: Said) -> None:
    """Variants, names of instances, and what --mbt adds: the innermost action that was chosen, if it has a name."""
    found = replayed(json.dumps(quint()), capsys, spec=cell)
    assert "3 states, all steps are steps of Next" in found and "Note" not in found
    # The name is a hint: "any { Send(p), ... }" may stand within what is another action of the spec.
    document = quint()
    document["states"][1]["mbt::actionTaken"] = "Free"
    assert replayed(json.dumps(document), capsys, spec=cell) == found
    document["states"][1]["owner"] = variant("Some", "p2")
    assert "State 2 does not follow from state 1" in replayed(json.dumps(document), capsys, 21, cell)
    # Two instances of one name: which is meant, nobody can tell.
    document = quint()
    document["vars"].append("net::other::pc")
    for state in document["states"]:
        state["net::other::pc"] = state["net::inst::pc"]
    said = replayed(json.dumps(document), capsys, 2, cell)
    assert "state 1 has the variables net::inst::pc, net::other::pc: which is pc" in said


@pytest.mark.parametrize("null", [{"#meta": None}, {"params": None}, {"loop": None}], ids=str)
def test_optional_fields_that_are_null(cell: str, capsys: Said, null: dict[str, Any]) -> None:
    document = quint(**null)
    for state in document["states"]:
        state["#meta"] = None
    assert "3 states" in replayed(json.dumps(document), capsys, spec=cell)


def test_a_loop_of_apalache(cell: str, capsys: Said) -> None:
    found = replayed(json.dumps(quint(loop=0)), capsys, spec=cell)
    assert "Note: the trace goes on for ever from state 1;" in found and "3 states" in found
    for wrong in (3, -2, "0", 1.5):
        assert "loop" in replayed(json.dumps(quint(loop=wrong)), capsys, 2, cell)


def test_variants_of_apalache(cell: str, capsys: Said) -> None:
    """It writes the value of a variant without one as a string of its type, and a model value with its type."""
    text = json.dumps(quint()).replace('{"#tup": []}', '"U_OF_UNIT"').replace('"p1"', '"p1_OF_P"')
    assert "3 states" in replayed(text.replace('"p2"', '"p2_OF_P"'), capsys, spec=cell)
    text = json.dumps(quint()).replace('{"#bigint": "0"}', '{"#unserializable": "Nat"}')
    assert 'state 2: msgs: {"#unserializable": "Nat"} is not an expression of ITF' in replayed(text, capsys, 2, cell)


def test_notes_of_other_formats_go_to_stderr(cell: str, capsys: Said) -> None:
    Path("file").write_text(json.dumps(quint(loop=1)), encoding="utf-8")
    assert main(["trace", "file", "--spec", cell, "-c", "P=2", "--format", "itf"]) == 0
    captured = capsys.readouterr()
    assert len(json.loads(captured.out)["states"]) == 3
    assert captured.err.startswith("mc: note: the trace goes on for ever from state 2;")
