"""Specs in Python against their modules, both read by mc: no Java; and what mc reads in a module against TLC."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from mc.cli.main import main
from mc.engine.interpreted import search
from mc.engine.search.compiled import Engine
from mc.interpreter.interpreter import Interpreter
from mc.read.models import bundled, find_spec, read_models
from mc.read.python.load import load_spec
from mc.read.tla.load import Changes, load
from mc.tlc import CrosscheckResult
from mc.tlc.check import with_tlc
from mc.tlc.model import write_model
from mc.tlc.module import Module, Numbering, copy_module
from mc.tlc.proof import read_proof
from mc.tlc.reading import with_reading
from mc.tlc.tools import find_tools

#: A small model of each module in ``proofs/``, all states of which are compared.
COMPLETE = (
    "twophase:small",
    "paxos:small",
    "paxos_network:pair",
    "multipaxos:one_leader",
    "multipaxos_delays:second_early",
    "multipaxos_snippet:kind",
    "raft:tiny",
    "raft_byzantine:silentpair",
    "raft_crash:n2k1",
)
#: Models with mutants, which have modules of their own.
VIOLATED = ("raft:halfquorum", "multipaxos:hole", "paxos:halfquorum", "raft_crash:n2k0_leader")
EVERYTHING = {"counts": True, "states": True, "edges": True}


def against_module(reference: str, out: Path) -> CrosscheckResult:
    """What is found in a spec, and by the interpreter in its module."""
    path, name = find_spec(reference)
    spec = load_spec(path, read_models(path).select(name))
    proof = read_proof(spec, [bundled("proofs")])
    model = write_model(proof, out)
    module = load(model.directory / f"{model.name}.tla", changes=Changes(deadlock=model.deadlock))
    engine = Engine(spec)
    return with_reading(proof, engine, engine.search(), module, search(module))


@pytest.mark.parametrize("reference", COMPLETE)
def test_a_module_is_its_spec(tmp_path: Path, reference: str) -> None:
    result = against_module(reference, tmp_path)
    assert (result.verdict, result.differences, result.notes) == ("equal", (), ())
    assert result.compared == EVERYTHING


@pytest.mark.parametrize("reference", VIOLATED)
def test_a_module_is_violated_as_its_spec(tmp_path: Path, reference: str) -> None:
    result = against_module(reference, tmp_path)
    assert (result.verdict, result.differences) == ("equal", ())
    assert result.tlc is not None and result.mc.violation is not None
    assert (result.tlc.verdict, result.tlc.length) == ("violation", len(result.mc.violation.representatives))


def test_a_guard_that_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for kind in ("specs", "proofs"):
        shutil.copytree(bundled(kind), tmp_path / kind)
    module = Path("proofs/TwoPhase.tla")
    text, guard = module.read_text(encoding="utf-8"), 'RMChooseToAbort(r) ==\n    /\\ rmState[r] = "working"'
    assert guard in text
    module.write_text(text.replace(guard, guard.replace("working", "prepared")), encoding="utf-8")
    assert main(["crosscheck", "specs/twophase.py", "-c", "RM=2", "--with", "tla", "--json", "c.json"]) == 21
    output = capsys.readouterr().out
    assert "TwoPhase.tla's counterexample, step to state 7: TwoPhase.tla takes RMChooseToAbort" in output
    assert "in state 2 of this behavior, TwoPhase.tla has the step RMChooseToAbort, and twophase.py has not" in output
    assert "2: RMPrepare(r1)\n" in output
    document = json.loads(Path("c.json").read_text(encoding="utf-8"))
    assert (document["verdict"], document["tla"]["verdict"]) == ("different", "violation")
    assert main(["crosscheck", "proofs/TwoPhase.tla", "--with", "tla"]) == 2
    assert "--with tla is for a spec in Python" in capsys.readouterr().err


RING = """
EXTENDS Integers, Sequences, FiniteSets, TLC, SequencesExt
CONSTANT P
VARIABLES at, said, past
Init == /\\ at \\in P /\\ said = [p \\in P |-> <<>>] /\\ past = [x \\in {"a b", "c"} |-> TRUE]
Move(p) == at /= p /\\ at' = p /\\ past' = [past EXCEPT !["c"] = ~@] /\\ UNCHANGED said
Say(p) == at = p /\\ said[p] = <<>> /\\ said' = [said EXCEPT ![p] = Append(@, p)] /\\ UNCHANGED <<at, past>>
Next == \\E p \\in P : Move(p) \\/ Say(p)
Most == Len(SetToSeq({p \\in P : said[p] /= <<>>})) < 2
Perms == Permutations(P)
Seen == <<said, past>>
Stays == [][at' = at]_at
Often == []<>(past.c)
"""


def ring(directory: Path, config: str) -> Module:
    """The module with a configuration, as mc reads it."""
    directory.mkdir(exist_ok=True)
    (directory / "Ring.tla").write_text(f"---- MODULE Ring ----{RING}====\n", encoding="utf-8")
    constant = "INIT Init NEXT Next CONSTANT P = {p1, p2, p3} CHECK_DEADLOCK FALSE\n"
    (directory / "Ring.cfg").write_text(f"{constant}{config}", encoding="utf-8")
    return Module(Interpreter(load(directory / "Ring.tla")))


def against_tlc(module: Module, out: Path, old: str = "", new: str = "") -> CrosscheckResult:
    """What mc reads in a module against TLC, which is given another text of it."""
    model = copy_module(module.spec, out)
    file = out / module.file
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return with_tlc(module, Numbering(module), search(module.spec), find_tools(None, os.environ), model)


@pytest.mark.parametrize(
    ("config", "distinct"), [("", 48), ("SYMMETRY Perms", 12), ("VIEW Seen", 8), ("CONSTRAINT Most", 24)]
)
def test_what_mc_reads_is_what_tlc_reads(tmp_path: Path, config: str, distinct: int) -> None:
    result = against_tlc(ring(tmp_path, config), tmp_path / "out")
    assert (result.verdict, result.differences, result.notes) == ("equal", (), ())
    assert (result.compared, result.mc.distinct) == (EVERYTHING, distinct)


@pytest.mark.parametrize("config", ["", "SYMMETRY Perms"])
def test_what_is_read_otherwise(tmp_path: Path, config: str) -> None:
    guard = "said[p] = <<>> /\\"
    result = against_tlc(ring(tmp_path, config), tmp_path / "out", guard, f"{guard} past.c /\\")
    text = "\n".join(result.differences)
    assert result.verdict == "different"
    assert "mc has the step Say(p2), and TLC has not" in text
    assert "2: Move(p2)\n   /\\ at = p2\n" in text and '("a b" :> TRUE @@ "c" :> FALSE)' in text


@pytest.mark.parametrize("config", ["INVARIANT Most", "PROPERTY Stays"])
def test_a_violation_is_read_alike(tmp_path: Path, config: str) -> None:
    module = ring(tmp_path, config)
    result = against_tlc(module, tmp_path / "out")
    assert (result.verdict, result.mc.verdict) == ("equal", "violation")


@pytest.mark.parametrize("assumed", ["1 = 2", "1 \\div 0 = 1"])
def test_an_assumption_alike(tmp_path: Path, assumed: str) -> None:
    ring(tmp_path, "")
    file = tmp_path / "Ring.tla"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("Most ==", f"ASSUME {assumed}\nMost =="), encoding="utf-8")
    result = against_tlc(Module(Interpreter(load(file))), tmp_path / "out")
    assert (result.verdict, result.differences) == ("equal", ())
    assert result.tlc is not None and result.mc.verdict == result.tlc.verdict == "assumption"
    assert not any(result.compared.values())


def test_behaviors_that_go_on_for_ever(tmp_path: Path) -> None:
    module = ring(tmp_path, "PROPERTY Often")
    result = against_tlc(module, tmp_path / "out")
    assert (result.verdict, result.mc.verdict) == ("equal", "violation")
    assert "counterexamples not compared: each goes on for ever in its own way" in result.notes


def test_a_violation_of_tlc_alone(tmp_path: Path) -> None:
    result = against_tlc(ring(tmp_path, "INVARIANT Most"), tmp_path / "out", "at = p /\\ said[p]", "said[p]")
    text = "\n".join(result.differences)
    assert "length: mc 4, TLC 3" in text
    assert "TLC's counterexample, step to state 3: TLC takes Say, and Ring.tla has no such step" in text


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["crosscheck", str(bundled("proofs") / "TwoPhase.tla"), "--json", "c.json"]) == 0
    assert "Equal: mc and TLC agree on the verdict, counts, states, edges." in capsys.readouterr().out
    document = json.loads(Path("c.json").read_text(encoding="utf-8"))
    assert document["mc"]["distinct"] == document["tlc"]["distinct"] == 288
    assert main(["crosscheck", str(bundled("proofs") / "TwoPhase.tla"), "--invariant", "TypeOK"]) == 2
    assert "TLC reads the configuration" in capsys.readouterr().err
