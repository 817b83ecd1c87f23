"""Cross-checks with the real TLC, with the reference engine in the place of the compiled one."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mc.engine import reference
from mc.errors import ModelError, SpecError, UsageError
from mc.lang.state import State
from mc.lang.text import to_tla
from mc.read.python.load import load_spec
from mc.spec.objects import Model, Spec
from mc.tlc import CrosscheckResult, crosscheck
from mc.tlc.dump import read_graph
from mc.tlc.explain import explain
from mc.tlc.graphs import merge
from mc.tlc.proof import read_proof
from mc.tlc.steps import other_arguments

ROOT = Path(__file__).resolve().parents[2]
ABORT_GUARD = '    if not s.tmState == "init":\n        return False\n'
ABORT_EFFECT = '    t.tmState = "aborted"'
PREPARED_GUARD = '    if not Message(type="Prepared", rm=r) in s.msgs:\n'
#: The transaction manager listens to one resource manager only, so that it never commits.
STRONGER_GUARD = "    if not s.tmPrepared == set():\n        return False\n" + PREPARED_GUARD
RAFT = {"Server": 2, "Value": 1, "MaxTerm": 2, "MaxLogLength": 1, "MaxMessages": 1, "MaxCopies": 1}


class FakeEngine:
    """Numbers the values of each variable as they come, 32 bits to a variable, two to a word."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.words = (len(spec.variables) + 1) // 2
        self.values: dict[str, list[Any]] = {name: [] for name in spec.variables}
        self.numbers: dict[str, dict[Any, int]] = {name: {} for name in spec.variables}
        self.group = reference.symmetries(spec)

    def pack_part(self, variable: str, value: Any) -> int:
        known = self.numbers[variable]
        if value not in known:
            known[value] = len(known)
            self.values[variable].append(value)
        place = list(self.spec.variables).index(variable)
        return known[value] << (64 * (place // 2) + 31 * (place % 2))

    def row(self, state: State) -> Any:
        code = sum(self.pack_part(n, v) for n, v in state.values.items())
        return np.frombuffer(code.to_bytes(8 * self.words, "little"), np.int64)

    def unpack(self, row: Any) -> State:
        numbers = [int(row[k // 2]) >> (31 * (k % 2)) & (2**31 - 1) for k in range(len(self.spec.variables))]
        return State({n: self.values[n][k] for n, k in zip(self.spec.variables, numbers, strict=True)})

    def canonical(self, state: State) -> State:
        return min(reference.orbit(state, self.group), key=lambda s: [to_tla(v) for v in s.values.values()])

    def canonical_rows(self, rows: Any) -> Any:
        return np.array([self.row(self.canonical(self.unpack(row))) for row in rows]).reshape(-1, self.words)

    def within(self, state: State) -> bool:
        return all(constraint.holds(state) for constraint in self.spec.constraints)

    def graph(self, max_states: int) -> Any:
        index: dict[State, int] = {}
        todo = list(dict.fromkeys(map(self.canonical, filter(self.within, self.spec.initial_states()))))
        for state in todo:
            index[state] = len(index)
        initial, edges = len(index), []
        names = [a.name for a in self.spec.actions]
        for state in todo:
            for step in reference.successors(self.spec, state):
                if self.within(step.state):
                    after = self.canonical(step.state)
                    if after not in index:
                        index[after] = len(index)
                        todo.append(after)
                    edges.append((index[state], names.index(step.action.name), index[after]))
            if len(index) > max_states:
                return None
        rows = np.array([self.row(state) for state in todo], np.int64).reshape(-1, self.words)
        return SimpleNamespace(states=rows, edges=np.array(edges, np.int64).reshape(-1, 3), initial=initial)


def check(path: Path, model: Model, out: Path, **options: Any) -> CrosscheckResult:
    spec = load_spec(path, model)
    options.setdefault("environment", os.environ)
    return crosscheck(
        spec, FakeEngine(spec), reference.explore(spec).result, out=out, proofs=[ROOT / "proofs"], **options
    )


def changed(name: str, old: str, new: str, directory: Path) -> Path:
    """A copy of a bundled spec with some text replaced, in a directory of its own."""
    text = (ROOT / "specs" / name).read_text()
    assert old in text
    directory.mkdir(exist_ok=True)
    (directory / name).write_text(text.replace(old, new, 1))
    return directory / name


@pytest.mark.parametrize(
    ("symmetry", "distinct", "generated"), [((), 288, 1146), (("RM",), 80, None)], ids=["plain", "symmetry"]
)
def test_two_phase_is_equal(tmp_path: Path, symmetry: tuple[str, ...], distinct: int, generated: int | None) -> None:
    result = check(ROOT / "specs/twophase.py", Model("m", {"RM": 3}, symmetry=symmetry), tmp_path)
    assert result.differences == ()
    assert result.verdict == "equal"
    assert result.compared == {"counts": True, "states": True, "edges": True}
    assert result.notes == ()
    assert result.tlc is not None
    assert (result.tlc.distinct, result.tlc.depth) == (distinct, 11)
    assert generated is None or result.tlc.generated == generated
    assert {row.name for row in result.rows} > {"generated", "distinct", "depth", "TMCommit", "RMRcvAbortMsg"}
    assert {p.name for p in tmp_path.iterdir()} == {"MC.tla", "MC.cfg", "TwoPhase.tla", "tlc.out"}


@pytest.mark.parametrize(
    ("symmetry", "counts"),
    [((), (12861, 1645, 28)), (("Server", "Value"), (6475, 831, 28))],
    ids=["plain", "symmetry"],
)
def test_raft_is_equal(tmp_path: Path, symmetry: tuple[str, ...], counts: tuple[int, int, int]) -> None:
    result = check(ROOT / "specs/raft.py", Model("m", RAFT, symmetry=symmetry, deadlock=False), tmp_path)
    assert result.differences == ()
    assert result.compared == {"counts": True, "states": True, "edges": True}
    assert result.tlc is not None
    assert (result.tlc.generated, result.tlc.distinct, result.tlc.depth) == counts
    assert sum(result.tlc.action_generated.values()) + 1 == counts[0]
    assert result.tlc.action_generated["Receive"] > 0


def test_json_has_the_shape_of_the_design(tmp_path: Path) -> None:
    document = check(ROOT / "specs/twophase.py", Model("m", {"RM": 1}), tmp_path, workers=2).to_json({"schema": 1})
    assert list(document) == ["schema", "verdict", "mc", "tlc", "compared", "differences"]
    assert document["mc"] == {"schema": 1}
    keys = ["version", "verdict", "property", "generated", "distinct", "depth", "length", "seconds"]
    assert list(document["tlc"]) == keys
    assert document["tlc"]["version"].startswith("2")
    assert document["tlc"]["seconds"] > 0
    assert document["compared"] == {"counts": True, "states": True, "edges": True}


def test_weaker_guard_is_found_and_explained(tmp_path: Path) -> None:
    # TMAbort no longer asks for tmState = "init".
    path = changed("twophase.py", ABORT_GUARD + ABORT_EFFECT, ABORT_EFFECT, tmp_path / "specs")
    result = check(path, Model("m", {"RM": 2}, invariants=("TypeOK",)), tmp_path / "out")
    assert result.verdict == "different"
    text = "\n".join(result.differences)
    assert "generated: mc " in text and "TMAbort: mc " in text
    assert "states: 0 reached only by TLC, 9 reached only by mc" in text
    # The shortest way to commit takes 2 RMPrepare, 2 TMRcvPrepared and TMCommit.
    assert "the first state that differs: in state 6 of this behavior, mc has the step TMAbort, and TLC has not" in text
    assert "6: TMCommit\n" in text and "a state that TLC does not reach at all" in text
    # But the first step that TLC lacks is TMAbort after TMAbort, which changes nothing.
    assert "the first edge that differs: in state 2 of this behavior, mc has the step TMAbort, and TLC has not" in text
    assert "2: TMAbort\n" in text and "(unchanged)" in text


def test_stronger_guard_is_found_and_explained(tmp_path: Path) -> None:
    path = changed("twophase.py", PREPARED_GUARD, STRONGER_GUARD, tmp_path / "specs")
    result = check(path, Model("m", {"RM": 2}), tmp_path / "out")
    text = "\n".join(result.differences)
    assert " reached only by TLC, 0 reached only by mc" in text
    assert "TMCommit: mc 0, TLC 1" in text
    assert "state that differs: in state 4 of this behavior, TLC has the step TMRcvPrepared, and mc has not" in text
    assert "a state that mc does not reach at all" in text
    assert "edge that differs: in state 3 of this behavior, TLC has the step TMRcvPrepared, and mc has not" in text


def test_changed_guard_under_symmetry(tmp_path: Path) -> None:
    path = changed("twophase.py", "if not s.tmPrepared == RM:", "if s.tmPrepared == set():", tmp_path / "specs")
    model = Model("m", {"RM": 2}, symmetry=("RM",), invariants=("TypeOK",))
    result = check(path, model, tmp_path / "out")
    text = "\n".join(result.differences)
    assert "(each state stands for its orbit), mc has the step TMCommit, and TLC has not" in text
    assert "in state 3 of" in text  # RMPrepare, TMRcvPrepared, then TMCommit too early


def test_violation_on_one_side_is_explained(tmp_path: Path) -> None:
    # Only mc violates Consistent, and stops; TLC finishes, and its graph says which step it lacks.
    path = changed("twophase.py", "if not s.tmPrepared == RM:", "if s.tmPrepared == set():", tmp_path / "specs")
    result = check(path, Model("m", {"RM": 2}), tmp_path / "out")
    text = "\n".join(result.differences)
    assert "verdict: mc violation, TLC ok" in text
    assert "length: mc " in text
    assert "mc has the step TMCommit, and TLC has not" in text
    assert result.compared == {"counts": False, "states": True, "edges": True}


def test_counterexample_of_tlc_alone_is_replayed(tmp_path: Path) -> None:
    # Only TLC commits too early, stops at the violation, and mc says which of its steps it has not.
    path = changed("twophase.py", "RM: ModelValues", "RM: ModelValues", tmp_path / "specs")
    tla = (ROOT / "proofs/TwoPhase.tla").read_text()
    (tmp_path / "specs/TwoPhase.tla").write_text(tla.replace("tmPrepared = RM", "tmPrepared /= {}"))
    result = check(path, Model("m", {"RM": 2}), tmp_path / "out")
    text = "\n".join(result.differences)
    assert "verdict: mc ok, TLC violation" in text and "property: mc none, TLC Consistent" in text
    assert "step to state 4: TLC takes TMCommit, and twophase.py has no such step" in text
    assert '   /\\ tmState = "committed"' in text
    # TLC's graph ends where it stopped: what it lacks is not held against it.
    assert "in state 3 of this behavior, TLC has the step TMCommit, and mc has not" in text
    assert "reached only by mc" not in text
    assert result.compared == {"counts": False, "states": False, "edges": False}


@pytest.mark.parametrize("symmetry", [(), ("RM",)], ids=["plain", "symmetry"])
def test_same_mutant_on_both_sides_is_equal(tmp_path: Path, symmetry: tuple[str, ...]) -> None:
    spec = tmp_path / "specs"
    path = changed("twophase.py", "if not s.tmPrepared == RM:", "if s.tmPrepared == set():", spec)
    tla = (ROOT / "proofs/TwoPhase.tla").read_text()
    assert "tmPrepared = RM" in tla
    (spec / "TwoPhase.tla").write_text(tla.replace("tmPrepared = RM", "tmPrepared /= {}"))
    result = check(path, Model("m", {"RM": 2}, symmetry=symmetry), tmp_path / "out")
    assert result.differences == ()
    assert result.verdict == "equal"
    assert result.tlc is not None and result.mc.violation is not None
    assert (result.tlc.verdict, result.tlc.property) == ("violation", "Consistent")
    assert result.tlc.length == len(result.mc.violation.representatives)
    assert result.tlc.trace[0][0] == "<Initial predicate>"
    assert result.compared == {"counts": False, "states": False, "edges": False}


def test_substitution_is_the_same_mutant(tmp_path: Path) -> None:
    specs = tmp_path / "specs"
    path = changed("twophase.py", "RM: ModelValues", "RM: ModelValues", specs)
    (specs / "twophase_mutants.py").write_text(
        "from mc.lang import *\n\n\ndef Hasty(s, t):\n"
        '    if not s.tmState == "init":\n        return False\n'
        '    t.tmState = "committed"\n    t.msgs = s.msgs | {Message(type="Commit")}\n    return True\n'
    )
    (specs / "TwoPhaseMutants.tla").write_text(
        "---- MODULE TwoPhaseMutants ----\nEXTENDS TwoPhase\n"
        'Hasty == /\\ tmState = "init" /\\ tmState\' = "committed"\n'
        '         /\\ msgs\' = msgs \\cup {[type |-> "Commit"]} /\\ UNCHANGED <<rmState, tmPrepared>>\n====\n'
    )
    model = Model("m", {"RM": 2}, substitute={"TMCommit": "Hasty"}, definitions=("twophase_mutants",))
    result = check(path, Model(**{**vars(model), "invariants": ("TypeOK",)}), tmp_path / "out")
    assert result.differences == ()
    assert result.compared["edges"]
    violated = check(path, model, tmp_path / "out")
    assert violated.verdict == "equal"
    assert violated.tlc is not None and violated.tlc.property == "Consistent"


def test_deadlock_on_both_sides(tmp_path: Path) -> None:
    (tmp_path / "count.py").write_text(
        "from mc.lang import *\n\nLimit: Natural\nx = Variable(Range(0, 9))\n\n\ndef Init(t):\n    t.x = 0\n\n\n"
        "def Up(s, t):\n    if not s.x < Limit:\n        return False\n    t.x = s.x + 1\n    return True\n\n\n"
        "Next = [(Up,)]\nInvariants = []\n"
    )
    (tmp_path / "Count.tla").write_text(
        "---- MODULE Count ----\nEXTENDS Naturals\nCONSTANT Limit\nVARIABLE x\nInit == x = 0\n"
        "Up == x < Limit /\\ x' = x + 1\nNext == Up\n====\n"
    )
    result = check(tmp_path / "count.py", Model("m", {"Limit": 3}), tmp_path / "out")
    assert result.verdict == "equal"
    assert result.tlc is not None
    assert (result.tlc.verdict, result.tlc.length) == ("deadlock", 4)
    quiet = check(tmp_path / "count.py", Model("m", {"Limit": 3}, deadlock=False), tmp_path / "out")
    assert quiet.verdict == "equal"
    assert quiet.tlc is not None and quiet.tlc.verdict == "ok"


def test_state_outside_the_domains_is_shown(tmp_path: Path) -> None:
    (tmp_path / "count.py").write_text(
        "from mc.lang import *\n\nx = Variable(Range(0, 2))\n\n\ndef Init(t):\n    t.x = 0\n\n\n"
        "def Up(s, t):\n    if not s.x < 2:\n        return False\n    t.x = s.x + 1\n    return True\n\n\n"
        "Next = [(Up,)]\nInvariants = []\n"
    )
    (tmp_path / "Count.tla").write_text(
        "---- MODULE Count ----\nEXTENDS Naturals\nVARIABLE x\nInit == x = 0\n"
        "Up == x < 3 /\\ x' = x + 1\nNext == Up\n====\n"
    )
    result = check(tmp_path / "count.py", Model("m", {}, deadlock=False), tmp_path / "out")
    text = "\n".join(result.differences)
    assert "1 reached only by TLC" in text
    assert "in state 3 of this behavior, TLC has the step Up, and mc has not" in text
    assert "x = 3" in text and "outside the declared domains" in text


def test_states_alone_beyond_the_limit_for_edges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mc.tlc.check.EDGE_LIMIT", 10)
    result = check(ROOT / "specs/raft.py", Model("m", RAFT, deadlock=False), tmp_path / "a")
    assert result.differences == ()
    assert result.compared == {"counts": True, "states": True, "edges": False}
    assert any("edges not compared" in note for note in result.notes)
    path = changed("twophase.py", PREPARED_GUARD, STRONGER_GUARD, tmp_path / "specs")
    result = check(path, Model("m", {"RM": 2}), tmp_path / "b")
    assert any("the first state that only TLC reaches" in text for text in result.differences)
    monkeypatch.setattr("mc.tlc.check.STATE_LIMIT", 10)
    result = check(ROOT / "specs/twophase.py", Model("m", {"RM": 2}), tmp_path / "c")
    assert result.verdict == "equal"
    assert result.compared == {"counts": True, "states": False, "edges": False}


def test_label_that_is_no_action_is_noted(tmp_path: Path) -> None:
    # A conjunct beside the disjunction makes every label of TLC "Next".
    path = changed("twophase.py", "RM: ModelValues", "RM: ModelValues", tmp_path / "specs")
    tla = (ROOT / "proofs/TwoPhase.tla").read_text()
    (tmp_path / "specs/TwoPhase.tla").write_text(tla.replace("Next ==\n", "Next == rmState = rmState /\\\n"))
    result = check(path, Model("m", {"RM": 2}), tmp_path / "out")
    assert result.verdict == "equal"
    assert any("without labels" in note for note in result.notes)
    assert any("actions not compared" in note for note in result.notes)


MOVE = """
from mc.lang import *

P: ModelValues
at = Variable(P)
said = Variable(Enum("", 'a "b"'))


def Init(t, p):
    t.at = p
    t.said = ""


def Move(s, t, a, b):
    if not (s.at == a and a != b):
        return False
    t.at = b
    return True


def Say(s, t, word):
    t.said = word
    return True


Init = [(Init, P)]
Next = [(Move, P, P), (Say, Enum('a "b"'))]
"""

MOVE_TLA = """---- MODULE Move ----
CONSTANT P
VARIABLES at, said
Init == \\E p \\in P : at = p /\\ said = ""
Move(a, b) == at = a /\\ a # b /\\ at' = b /\\ UNCHANGED said
Say(word) == said' = word /\\ UNCHANGED at
Next == (\\E a, b \\in P : Move(a, b)) \\/ Say("a \\"b\\"")
====
"""


def move_dump(spec: Spec, label: str) -> str:
    """What TLC of 2026 dumps of ``MOVE``: its labels have arguments; ``label``: how it tells those of ``Move``."""

    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    states = [(p, word) for word in ("", 'a "b"') for p in spec.constants["P"]]
    lines = ["digraph DiskGraph {", "node [shape=box,style=rounded]"]
    for at, said in states:
        name, text = 7 * states.index((at, said)) - 9, quoted(f"/\\ at = {at}\n/\\ said = {to_tla(said)}")
        lines.append(f"{name} [label={text}" + ("];" if said else ",style = filled]"))
        steps = [(label.format(a=at, b=other), (other, said)) for other in spec.constants["P"] if other is not at]
        for call, target in (*steps, (f"Say({to_tla(states[-1][1])})", (at, states[-1][1]))):
            lines.append(f'{name} -> {7 * states.index(target) - 9} [label={quoted(call)},color="black"];')
    return "\n".join([*lines, "}", ""])


@pytest.mark.parametrize("symmetry", [(), ("P",)], ids=["plain", "symmetry"])
def test_arguments_that_tlc_tells(tmp_path: Path, symmetry: tuple[str, ...]) -> None:
    (tmp_path / "move.py").write_text(MOVE)
    (tmp_path / "Move.tla").write_text(MOVE_TLA)
    spec = load_spec(tmp_path / "move.py", Model("m", {"P": 3}, symmetry=symmetry))

    def compared(label: str) -> list[str]:
        (tmp_path / "move.dot").write_text(move_dump(spec, label))
        engine, proof = FakeEngine(spec), read_proof(spec)
        dumped = read_graph(tmp_path / "move.dot", proof, engine)
        graphs = merge(proof, engine, engine.graph(100), dumped.rows, dumped.foreign, dumped)
        assert graphs.actions == ["Move", "Say"] and explain(graphs, partial=False) == []
        return other_arguments(graphs, [])

    assert compared("Move({a},{b})") == []
    assert compared("Move") == []  # as TLC of before tells it
    wrong = "only TLC has Move(p2, p1), Move(p3, p1), and only mc has Move(p1, p2), Move(p1, p3)"
    assert compared("Move({b},{a})") == [f'arguments: in this state {wrong}:\n   /\\ at = p1\n   /\\ said = ""']
    # Parameters of the same names in another order are the same step.
    (tmp_path / "Move.tla").write_text(MOVE_TLA.replace("Move(a, b) ==", "Move(b, a) =="))
    assert compared("Move({b},{a})") == []


def test_incomplete_search_runs_no_tlc(tmp_path: Path) -> None:
    spec = load_spec(ROOT / "specs/twophase.py", Model("m", {"RM": 2}))
    partial = replace(reference.explore(spec).result, verdict="incomplete", complete=False)
    result = crosscheck(spec, FakeEngine(spec), partial, out=tmp_path / "out")
    assert (result.verdict, result.tlc) == ("incomplete", None)
    assert result.to_json({})["tlc"]["version"] == ""


def test_errors_name_the_mend(tmp_path: Path) -> None:
    path = changed("twophase.py", "RM: ModelValues", "RM: ModelValues", tmp_path / "specs")
    model = Model("m", {"RM": 2})
    other = path.with_name("lonely.py")
    other.write_text(path.read_text())
    with pytest.raises(ModelError, match=r"no Lonely\.tla for lonely\.py"):
        check(other, model, tmp_path / "out")
    with pytest.raises(UsageError, match=r"--jar: .* is not a jar"):
        check(path, model, tmp_path / "out", jar=path)
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="--out"):
        check(path, model, tmp_path / "file" / "out")
    tla = (ROOT / "proofs/TwoPhase.tla").read_text()
    (tmp_path / "specs/TwoPhase.tla").write_text(tla.replace("tmState'", "tmStat'"))
    with pytest.raises(SpecError, match=r"TLC cannot read TwoPhase(?s:.*)tmStat"):
        check(path, model, tmp_path / "out")
    (tmp_path / "specs/TwoPhase.tla").write_text(tla.replace("Consistent", "Agree"))
    with pytest.raises(ModelError, match="the invariant Consistent is not defined"):
        check(path, model, tmp_path / "out")
