"""Behaviors in files: written in every format, read back, replayed; by real TLC as well."""

from __future__ import annotations

import itertools
import json
import os
import random
import re
from pathlib import Path
from typing import Any

import pytest

from mc.engine.reference import Step, explore, successors
from mc.errors import EvaluationError, TraceError, UsageError
from mc.lang.composites import Bag, Record, Seq, Union
from mc.lang.domains import Domain, Enum, Fn, Range
from mc.lang.text import from_tla, to_tla
from mc.lang.values import FnValue, ModelValue, ModelValueSet, RecordValue
from mc.read.models import bundled, bundled_names, find_spec, read_models
from mc.read.python.load import load_spec
from mc.spec.objects import Model, Spec
from mc.tlc.proof import read_proof
from mc.tlc.replay import write_replay
from mc.tlc.run import TlcResult, run_tlc
from mc.tlc.tools import find_tools
from mc.tlc.traces import read_trace, tlc_text
from mc.trace.behavior import Behavior
from mc.trace.fit import fit
from mc.trace.itf import from_itf, itf, to_itf
from mc.trace.replay import Replay, replay
from mc.trace.saved import load_origin, trace_json
from mc.trace.text import behavior_text
from tests.toys.values import Domains, random_value

TOYS = Path(__file__).parents[1] / "toys"


def load(reference: str) -> Spec:
    path, model = find_spec(reference)
    return load_spec(path, read_models(path).select(model))


def toy(name: str, **constants: Any) -> Spec:
    return load_spec(TOYS / f"{name}.py", Model("m", constants))


def some_behavior(spec: Spec, length: int, seed: int = 0) -> Behavior:
    """A behavior of at most that many states, within the constraints, by random steps."""
    chosen = random.Random(seed)
    initial = state = chosen.choice([*spec.initial_states()])
    steps: list[Step] = []
    while len(steps) < length - 1 and all(c.function(state) for c in spec.constraints):
        try:
            found = list(successors(spec, state))
        except EvaluationError:  # some successor is outside of its domain
            break
        changing = [step for step in found if step.state != state] or found
        if not changing:
            break
        steps.append(chosen.choice(changing))
        state = steps[-1].state
    return Behavior(initial, tuple(steps))


def violation(spec: Spec) -> Behavior:
    """The counterexample of the reference engine, with its steps found by replaying its states."""
    found = explore(spec).result.violation
    assert found is not None
    states = found.representatives
    steps = [
        next(step for step in successors(spec, before) if step.state == after)
        for before, after in itertools.pairwise(states)
    ]
    return Behavior(states[0], tuple(steps))


def through(tmp_path: Path, spec: Spec, text: str) -> Replay:
    """Write a file, read it, replay it."""
    file = tmp_path / "file"
    file.write_text(text, encoding="utf-8")
    return replay(spec, read_trace(file))


def all_shapes() -> list[Any]:
    """Every bundled spec, and toys with other shapes."""
    toys = [
        pytest.param(toy("starts"), id="starts"),
        pytest.param(toy("counter", End=9, Cut=9), id="counter"),
        pytest.param(toy("lock", Process=3), id="lock"),
    ]
    return [pytest.param(load(name), id=name) for name in bundled_names()] + toys


@pytest.mark.parametrize("spec", all_shapes())
def test_every_format_reads_back(spec: Spec, tmp_path: Path) -> None:
    for seed in range(3):
        behavior = some_behavior(spec, 15, seed)
        for text in (trace_json(spec, behavior), itf(spec, behavior), tlc_text(spec, behavior)):
            found = through(tmp_path, spec, text)
            assert found.broken is None, found.broken
            assert found.behavior is not None
            assert found.behavior.states == behavior.states
            assert found.behavior.labels == behavior.labels
        full = through(tmp_path, spec, behavior_text(behavior, full=True))
        assert full.behavior is not None and full.behavior.labels == behavior.labels


def test_the_saved_model_is_the_model(tmp_path: Path) -> None:
    spec = load("raft_history:anylog")
    (tmp_path / "trace.json").write_text(trace_json(spec, some_behavior(spec, 3)), encoding="utf-8")
    origin = read_trace(tmp_path / "trace.json").origin
    assert origin is not None
    again = load_origin(origin)
    assert again.constants == spec.constants and again.path == spec.path
    assert [d.name for d in again.invariants] == [d.name for d in spec.invariants]
    assert (again.model.substitute, again.model.definitions) == (spec.model.substitute, spec.model.definitions)
    assert again.model.symmetry == spec.model.symmetry


# ITF: the shape as ADR-015 gives it, written down here a second time


def is_expression(given: Any) -> bool:
    match given:
        case bool() | str():
            return True
        case int():
            return abs(given) < 2**53
        case list():
            return all(map(is_expression, given))
        case {"#bigint": str(digits), **rest}:
            return not rest and re.fullmatch(r"-?[0-9]+", digits) is not None
        case {"#tup": list(parts), **rest} | {"#set": list(parts), **rest}:
            return not rest and all(map(is_expression, parts))
        case {"#map": list(pairs), **rest}:
            return not rest and all(isinstance(p, list) and len(p) == 2 and is_expression(p) for p in pairs)
        case dict():
            return not any(key.startswith("#") for key in given) and all(map(is_expression, given.values()))
    return False


@pytest.mark.parametrize("spec", all_shapes())
def test_itf_has_the_published_shape(spec: Spec) -> None:
    behavior = some_behavior(spec, 12)
    document = json.loads(itf(spec, behavior))
    assert document.keys() <= {"#meta", "params", "vars", "states", "loop"}
    assert isinstance(document["#meta"], dict)
    assert document["vars"] == list(spec.variables)
    assert len(document["states"]) == len(behavior.states)
    for index, state in enumerate(document["states"]):
        assert state["#meta"]["index"] == index
        assert state.keys() == {"#meta", *document["vars"]}
        assert all(is_expression(state[name]) for name in document["vars"])


def tlc_json(value: Any) -> Any:
    """A value as ``Json.java`` of the Community Modules writes it: kinds are lost."""
    if isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return value
    if isinstance(value, ModelValue):
        return value.name
    if isinstance(value, frozenset):
        return [tlc_json(v) for v in sorted(value, key=to_tla)]
    if isinstance(value, tuple):
        return [tlc_json(v) for v in tuple.__iter__(value)]
    if isinstance(value, RecordValue):
        return {name: tlc_json(v) for name, v in value.fields.items()}
    assert isinstance(value, FnValue)
    if all(type(k) is int for k in value) and set(value) == set(range(1, len(value) + 1)):
        return [tlc_json(value[k]) for k in range(1, len(value) + 1)]
    return {k if isinstance(k, str) else to_tla(k): tlc_json(v) for k, v in value.items()}


def random_domains() -> list[Domain]:
    atoms = (ModelValueSet("A", ["a1", "a2", "a3"]), ModelValueSet("B", ["b1", "b2"]))
    domains = Domains(random.Random(7), atoms)
    return [domains.domain(depth) for depth in (0, 1, 2, 3) for _ in range(60)]


def test_values_of_all_domains_read_back() -> None:
    chosen = random.Random(8)
    for domain in random_domains():
        for _ in range(3):
            value = random_value(domain, chosen)
            for written in (to_itf(value), tlc_json(value)):
                document = json.loads(json.dumps(written))
                assert domain.coerce(fit(domain, from_itf(document, "x"))) == value, (domain, written)


def test_values_that_other_tools_write() -> None:
    spec = load("raft:tiny")
    term, messages = spec.variables["currentTerm"], spec.variables["messages"]
    big = {"#map": [["s1_OF_SERVER", {"#bigint": "2"}], ["s2_OF_SERVER", {"#bigint": "1"}]]}
    assert to_tla(term.coerce(fit(term, from_itf(big, "x")))) == "(s1 :> 2 @@ s2 :> 1)"
    for nothing in ([], {}, {"#map": []}):
        assert not messages.coerce(fit(messages, from_itf(nothing, "x")))
    assert fit(term, from_itf([1, 2], "x")) not in term


@pytest.mark.parametrize(
    ("domain", "given", "value"),
    [
        (
            Record(at=Range(0, 3), of=Seq(Range(0, 3), 2)),
            {"#map": [["at", 1], ["of", [2]]]},
            "[at |-> 1, of |-> <<2>>]",
        ),
        (Union(Record(kind="a", n=Range(0, 3)), Record(kind="b")), {"#map": [["kind", "b"]]}, '[kind |-> "b"]'),
        (Seq(Range(0, 3), 2), {"#map": [[2, 0], [1, 3]]}, "<<3, 0>>"),
        (Fn(Range(1, 2), Range(0, 3)), [3, 0], "<<3, 0>>"),
        (Fn(Enum("a", "b"), Range(0, 3)), {"b": 1, "a": 2}, '("a" :> 2 @@ "b" :> 1)'),
        (Bag(Enum("a", "b"), 2, 3), {"b": 1}, '("b" :> 1)'),
    ],
)
def test_records_sequences_and_functions_are_the_same(domain: Domain, given: Any, value: str) -> None:
    """As in TLA+: what one tool writes as a map is an object or a list to another."""
    assert to_tla(domain.coerce(fit(domain, from_itf(given, "x")))) == value


@pytest.mark.parametrize(
    "wrong",
    [
        *(1.5, None, {"#bigint": "x"}, {"#bigint": 1}, {"#set": 1}, {"#map": [1]}, {"#map": [[1]]}),
        *({"#unserializable": "Nat"}, {"#set": [], "a": 1}),
    ],
)
def test_what_is_no_expression(wrong: Any) -> None:
    assert not is_expression(wrong)
    with pytest.raises(TraceError, match=r"state 1: x: .* is not an expression of ITF"):
        from_itf(wrong, "state 1: x")


# TLC's own formats

OLD_TLC = """\
Error: Invariant NotOne is violated.
Error: The behavior up to this point is:
State 1: <Initial predicate>
/\\ pc = (p1 :> "idle" @@ p2 :> "idle")

State 2: <Ask line 9, col 1 to line 12, col 15 of module Lock>
/\\ pc = (p1 :> "waiting" @@
  p2 :> "idle")

State 3: <AnyAsk line 9, col 1 to line 12, col 15 of module Lock>
/\\ pc = (p1 :> "waiting" @@ p2 :> "waiting")

8 states generated, 7 distinct states found, 1 states left on queue.
"""


def test_what_tlc_prints(tmp_path: Path) -> None:
    spec = toy("lock", Process=2)
    found = through(tmp_path, spec, OLD_TLC)
    assert found.behavior is not None and found.broken is None
    p1, p2 = spec.constants["Process"].members
    assert found.behavior.labels == (("Init", ()), ("Ask", (p1,)), ("Ask", (p2,)))
    # A single variable has no /\\, a terminal may indent, new versions print the arguments.
    other = OLD_TLC.replace("/\\ ", "").replace("<Ask line", "<Ask(p1) line").replace("\n", "\n  ")
    again = through(tmp_path, spec, other)
    assert again == found


def test_a_wrong_label_is_an_error_of_the_trace(tmp_path: Path) -> None:
    spec = toy("lock", Process=2)
    wrong = through(tmp_path, spec, OLD_TLC.replace("<Ask line", "<Leave line"))
    assert wrong.broken is not None and wrong.broken.number == 2 and wrong.broken.named
    assert "Ask(p1) leads there." in str(wrong.broken)


@pytest.mark.parametrize(
    ("tail", "back"), [("State 4: Stuttering\n", 3), ("Back to state 1: <Leave line 1, col 1 ...>\n", 1)]
)
def test_of_a_lasso_the_states_are_looked_at(tmp_path: Path, tail: str, back: int) -> None:
    spec = toy("lock", Process=2)
    found = through(tmp_path, spec, OLD_TLC.replace("8 states generated", tail + "8 states generated"))
    assert found.broken is None and found.behavior == through(tmp_path, spec, OLD_TLC).behavior
    said = f"the trace goes on for ever from state {back}; looked at are its states, and the steps between them"
    assert found.notes == (said,)


def counterexample(states: list[Any], action: str) -> dict[str, Any]:
    """What ``-dumpTrace json`` writes (``tlc2.value.impl.CounterExample``)."""
    numbered = [[n, state] for n, state in enumerate(states, 1)]
    place = {"beginLine": 1, "beginColumn": 1, "endLine": 2, "endColumn": 2, "module": "Lock"}
    edges = [[numbered[k], {"name": action, "location": place}, numbered[k + 1]] for k in range(len(states) - 1)]
    return {"action": edges, "state": numbered}


@pytest.mark.parametrize("action", ["Ask", "Next"])
def test_the_json_of_tlc(tmp_path: Path, action: str) -> None:
    spec = toy("lock", Process=2)
    states = [{"pc": {"p1": a, "p2": b}} for a, b in (("idle", "idle"), ("waiting", "idle"), ("waiting", "waiting"))]
    document = counterexample(states, action)
    for given in (document, {**document, "state": document["state"][::-1]}, states):
        found = through(tmp_path, spec, json.dumps(given))
        assert found.behavior is not None and found.broken is None
        assert [name for name, _ in found.behavior.labels] == ["Init", "Ask", "Ask"]
    document["action"].append([document["state"][2], {"name": "Leave"}, document["state"][1]])
    found = through(tmp_path, spec, json.dumps(document))
    assert found.broken is None and [name for name, _ in found.behavior.labels] == ["Init", "Ask", "Ask"]
    assert "from state 2" in found.notes[0]


# Replay


def line_of(text: str, file: Path) -> int:
    return file.read_text(encoding="utf-8").split(text)[0].count("\n") + 1


def altered(spec: Spec, behavior: Behavior, number: int, **values: str) -> str:
    document = json.loads(trace_json(spec, behavior))
    document["states"][number - 1]["values"].update(values)
    return json.dumps(document)


def without_labels(text: str) -> str:
    document = json.loads(text)
    return json.dumps([{n: tlc_json_of(v) for n, v in state["values"].items()} for state in document["states"]])


def tlc_json_of(text: str) -> Any:
    return tlc_json(from_tla(text))


def test_the_guard_that_fails(tmp_path: Path) -> None:
    """The lock is entered while somebody else is inside."""
    spec = toy("lock", Process=2)
    states = ("idle", "idle"), ("waiting", "idle"), ("waiting", "waiting"), ("critical", "waiting")
    broken = (*states, ("critical", "critical"))
    text = json.dumps([{"pc": {"p1": a, "p2": b}} for a, b in broken])
    found = through(tmp_path, spec, text).broken
    assert found is not None and (found.number, found.step, found.named) == (5, "Enter(p2)", False)
    assert found.guard is not None
    assert found.guard.line == line_of('if any(s.pc[q] == "critical"', spec.path)
    assert found.guard.conjunct == 'not (s.pc[q] == "critical")'
    assert found.guard.bound == {"q": "p1"}


def test_the_variable_that_differs_and_who_writes_it(tmp_path: Path) -> None:
    spec = load("twophase")
    (initial,) = spec.initial_states()
    step = next(step for step in successors(spec, initial) if step.action.name == "RMPrepare")
    behavior, (rm,) = Behavior(initial, (step,)), step.arguments
    text = altered(spec, behavior, 2, msgs="{}")
    found = through(tmp_path, spec, text).broken
    assert found is not None and found.step == f"RMPrepare({rm})" and found.guard is None
    (difference,) = found.differences
    assert difference.variable == "msgs" and difference.changes == (f'msgs: - [type |-> "Prepared", rm |-> {rm}]',)
    assert difference.conjunct == 't.msgs = s.msgs | {Message(type="Prepared", rm=r)}'
    assert difference.place == f"{spec.path}:{line_of(difference.conjunct, spec.path)}: "
    other = through(tmp_path, spec, altered(spec, behavior, 2, tmState='"aborted"')).broken
    assert other is not None and other.differences[0].conjunct == "UNCHANGED tmState"


def test_every_change_of_one_value_is_found(tmp_path: Path) -> None:
    """Whatever is changed, and whether or not steps have names: the first state touched is where it breaks."""
    spec = load("raft:halfquorum")
    behavior = violation(spec)
    chosen = random.Random(1)
    for number in range(1, len(behavior.states) + 1):
        name = chosen.choice(list(spec.variables))
        others = [
            to_tla(s.values[name])
            for s in behavior.states
            if s.values[name] != behavior.states[number - 1].values[name]
        ]
        if not others:
            continue
        text = altered(spec, behavior, number, **{name: chosen.choice(others)})
        found = through(tmp_path, spec, text)
        assert found.broken is not None and found.broken.number in (number, number + 1)
        assert found.broken.guard is not None or found.broken.differences or found.broken.notes
        unnamed = through(tmp_path, spec, without_labels(text))
        assert unnamed.broken is not None and unnamed.broken.number >= found.broken.number


def test_disjunctions_are_followed(tmp_path: Path) -> None:
    """The handler of a message whose guard fails is found among all handlers."""
    broken, sound = load("raft:halfquorum"), load("raft:tiny")
    found = through(tmp_path, sound, tlc_text(broken, violation(broken))).broken
    assert found is not None and found.step.startswith("BecomeLeader(") and found.guard is not None
    assert found.guard.conjunct == "s.votesGranted[i] in Quorum()"
    assert found.guard.line == line_of("if not s.votesGranted[i] in Quorum()", sound.path)
    revoted, sound = load("raft:revote"), load("raft:small")
    behavior = some_behavior(revoted, 1)
    assert through(tmp_path, sound, tlc_text(revoted, behavior)).broken is None


def test_an_initial_state_that_is_none(tmp_path: Path) -> None:
    spec = toy("starts")
    found = through(tmp_path, spec, "State 1: <Initial predicate>\n/\\ x = 7\n/\\ mark = FALSE\n")
    assert found.behavior is None and found.broken is not None
    assert str(found.broken).startswith("State 1 is not an initial state.")
    assert len(found.broken.differences) == 1 and found.broken.differences[0].variable == "x"
    # High(2) would make it, but for its guard.
    found = through(tmp_path, spec, "State 1: <Initial predicate>\n/\\ x = 6\n/\\ mark = FALSE\n")
    assert found.broken is not None and found.broken.guard is not None and not found.broken.differences
    assert found.broken.guard.conjunct == "not (k == 2)"


def test_history_is_part_of_the_step(tmp_path: Path) -> None:
    """The update conjoined to an action writes its variable; the break names its statement."""
    spec = load("raft_history")
    behavior = some_behavior(spec, 4)
    value = "{[index |-> 1, entry |-> [term |-> 2, value |-> v1], term |-> 2]}"
    found = through(tmp_path, spec, altered(spec, behavior, 3, committed=value)).broken
    assert found is not None and found.number == 3
    assert found.differences[0].conjunct.startswith("t.committed = {")


# Real TLC


def tlc_on(spec: Spec, behavior: Behavior, file: Path) -> TlcResult:
    proof = read_proof(spec, [bundled("proofs")])
    file.parent.mkdir(exist_ok=True)
    return run_tlc(find_tools(None, os.environ), proof, write_replay(proof, behavior, file))


def states_of(result: TlcResult) -> list[dict[str, Any]]:
    return [dict(step.values) for step in result.trace]


def test_tlc_replays_a_violation(tmp_path: Path) -> None:
    spec = load("raft:halfquorum")
    behavior = violation(spec)
    result = tlc_on(spec, behavior, tmp_path / "t/Replay.tla")
    assert (result.verdict, result.property) == ("violation", "ElectionSafety")
    assert states_of(result) == [dict(state.values) for state in behavior.states]


def test_tlc_replays_any_behavior(tmp_path: Path) -> None:
    spec = load("raft_history")
    behavior = some_behavior(spec, 8, seed=5)
    result = tlc_on(spec, behavior, tmp_path / "t/Replay.tla")
    assert (result.verdict, result.property) == ("violation", "TraceGoesOn")
    assert states_of(result) == [dict(state.values) for state in behavior.states]


def test_tlc_stops_where_the_replay_does(tmp_path: Path) -> None:
    spec = load("raft:halfquorum")
    behavior = violation(spec)
    without_fifth = Behavior(behavior.initial, (*behavior.steps[:3], *behavior.steps[4:]))
    found = through(tmp_path, spec, without_labels(trace_json(spec, without_fifth)))
    result = tlc_on(spec, without_fifth, tmp_path / "t/Replay.tla")
    assert found.broken is not None and found.behavior is not None
    assert (result.verdict, result.length) == ("deadlock", len(found.behavior.states))


def test_names_that_the_module_cannot_use(tmp_path: Path) -> None:
    """A model value may be called like a definition, a variable, what the module itself or a standard module defines,
    and like a word of TLA+ or of configurations."""
    path, _ = find_spec("twophase")
    names = ["Init", "msgs", "TraceStep", "Nat", "IF", "INVARIANT", "WF"]
    spec = load_spec(path, Model("m", {"RM": names}))
    behavior = some_behavior(spec, 6)
    result = tlc_on(spec, behavior, tmp_path / "t/MyTrace.tla")
    assert (result.verdict, result.property) == ("violation", "TraceGoesOn")
    assert states_of(result) == [dict(state.values) for state in behavior.states]


def test_no_module_of_the_user_is_overwritten(tmp_path: Path) -> None:
    spec = load("twophase")
    proof, behavior = read_proof(spec, [bundled("proofs")]), some_behavior(spec, 2)
    for name in ("TwoPhase.tla", "x.txt", "1.tla"):
        with pytest.raises(UsageError, match="give the file of a new module"):
            write_replay(proof, behavior, tmp_path / name)
    (tmp_path / "TwoPhase.tla").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"is not the TwoPhase\.tla of this spec"):
        write_replay(proof, behavior, tmp_path / "Replay.tla")
    assert (tmp_path / "TwoPhase.tla").read_text(encoding="utf-8") == "mine"
