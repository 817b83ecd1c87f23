"""State graphs against the reference engine, TLC, networkx and Graphviz."""

from __future__ import annotations

import itertools
import json
import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx as nx
import pytest
from pygraphviz import AGraph

from mc.engine import reference
from mc.engine.search.compiled import Engine
from mc.errors import EvaluationError, McError, UsageError
from mc.graph import export, stategraph
from mc.graph.dot import Colour, dot_text
from mc.graph.explored import Explored, TooLarge, explore
from mc.graph.overview import ENGINE, overview_text
from mc.graph.render import render
from mc.lang.state import State
from mc.lang.text import to_tla
from mc.lang.values import FnValue, ModelValue, rename
from mc.read.python.given import parse_expressions
from mc.spec.objects import Spec
from mc.tlc.dump import read_graph
from mc.tlc.model import write_model
from mc.tlc.proof import read_proof
from mc.tlc.run import run_tlc
from mc.tlc.tools import find_tools
from mc.trace.behavior import rebuild
from tests.toys.engines import load

ROOT = Path(__file__).resolve().parents[2]
TOYS = ROOT / "tests/toys"
RAFT = {"Server": 2, "Value": 1, "MaxTerm": 2, "MaxLogLength": 1, "MaxMessages": 1, "MaxCopies": 1}
SYMMETRIC = [
    (TOYS / "lock.py", {"Process": 3}, ("Process",)),
    (ROOT / "specs/twophase.py", {"RM": 3}, ("RM",)),
    (ROOT / "specs/raft.py", RAFT, ("Server", "Value")),
]
PLAIN = [
    (TOYS / "lock.py", {"Process": 3}, ()),
    (TOYS / "ring.py", {"N": 3}, ()),
    (TOYS / "diehard.py", {}, ()),
    (TOYS / "starts.py", {}, ()),
    (TOYS / "counter.py", {"End": 9, "Cut": 4}, ()),
    (ROOT / "specs/twophase.py", {"RM": 2}, ()),
]


def explored(spec: Spec, drawn_in: bool = False) -> Explored:
    engine = Engine(spec)
    behavior = None
    if drawn_in:
        violation = engine.search().violation
        assert violation is not None
        behavior = rebuild(spec, violation, engine.canonical)
    return explore(spec, engine, 10_000, behavior)


def within(spec: Spec, state: State) -> bool:
    return all(constraint.function(state) for constraint in spec.constraints)


def reachable(spec: Spec) -> dict[State, int]:
    """All states within the constraints, and their levels, by plain search without symmetry."""
    level = [s for s in dict.fromkeys(spec.initial_states()) if within(spec, s)]
    found: dict[State, int] = {}
    depth = 0
    while level:
        depth += 1
        found.update(dict.fromkeys(level, depth))
        after = [step.state for state in level for step in reference.successors(spec, state)]
        level = [s for s in dict.fromkeys(after) if s not in found and within(spec, s)]
    return found


def texts(values: Any) -> tuple[str, ...]:
    return tuple(map(to_tla, values))


def state_of(node: Any) -> State:
    return State(node["values"])


# The whole graph


@pytest.mark.parametrize(("path", "constants", "symmetry"), PLAIN, ids=lambda v: getattr(v, "stem", None))
def test_whole_graph_is_that_of_the_reference_engine(path: Path, constants: Any, symmetry: Any) -> None:
    spec = load(path, constants)
    graph = stategraph.state_graph(explored(spec))
    levels = reachable(spec)
    states = {number: state_of(node) for number, node in graph.nodes(data=True)}
    assert Counter(states.values()) == Counter(levels.keys())
    wanted = Counter(
        (state, step.action.name, step.arguments, step.state)
        for state in levels
        for step in reference.successors(spec, state)
        if within(spec, step.state)
    )
    edges = graph.edges(data=True)
    assert Counter((states[u], e["action"], e["arguments"], states[v]) for u, v, e in edges) == wanted
    assert not any(edge["permutation"] for _, _, edge in edges)
    for number, node in graph.nodes(data=True):
        state = states[number]
        broken = [i.name for i in spec.invariants if not i.function(state)]
        assert node["depth"] == levels[state]
        assert node["initial"] == (state in spec.initial_states())
        assert node["deadlock"] == (not list(reference.successors(spec, state)))
        assert node["violates"] == dict.fromkeys(broken[:1], 1)
        assert (node["states"], node["within"], node["trace"]) == (1, True, ())


@pytest.mark.parametrize(("path", "constants", "symmetry"), SYMMETRIC, ids=lambda v: getattr(v, "stem", None))
def test_steps_under_symmetry_are_real(path: Path, constants: Any, symmetry: Any) -> None:
    spec = load(path, constants, symmetry=symmetry)
    graph = stategraph.state_graph(explored(spec))
    actions = {action.name: action for action in spec.actions}
    group = reference.symmetries(spec)
    renamed = 0
    for source, target, edge in graph.edges(data=True):
        before, after = (state_of(graph.nodes[n]) for n in (source, target))
        (reached,) = reference.ways(spec, actions[edge["action"]], edge["arguments"], before)
        assert {n: rename(v, edge["permutation"]) for n, v in reached.values.items()} == after.values
        # It is one of the group, and is there only where it is needed.
        assert any(all(g[v] is edge["permutation"].get(v, v) for v in g) for g in group)
        assert bool(edge["permutation"]) == (reached != after)
        renamed += bool(edge["permutation"])
    assert 0 < renamed < graph.number_of_edges()
    for number, node in graph.nodes(data=True):
        steps = [s for s in reference.successors(spec, state_of(node)) if within(spec, s.state)]
        assert Counter((e["action"], e["arguments"]) for _, _, e in graph.out_edges(number, data=True)) == Counter(
            (s.action.name, s.arguments) for s in steps
        )
    orbits = {reference.orbit(state, group) for state in reachable(spec)}
    assert {reference.orbit(state_of(node), group) for _, node in graph.nodes(data=True)} == orbits
    assert len(graph) == len(orbits)


def test_permutation_is_on_the_label() -> None:
    spec = load(TOYS / "lock.py", {"Process": 3}, symmetry=("Process",))
    graph = stategraph.state_graph(explored(spec))
    labels = {export.edge_label(edge) for _, _, edge in graph.edges(data=True)}
    # From three idle processes, whichever asks: one of them is in the state that stands for the orbit.
    asked = {export.edge_label(e) for _, _, e in graph.out_edges(0, data=True)}
    assert len(asked) == 3 and sum("~" not in label for label in asked) == 1
    assert any(re.fullmatch(r"Ask\(p\d\) ~ \(p\d p\d\)", label) for label in asked), asked
    assert all(re.fullmatch(r"\w+\(p\d\)( ~ \(p\d p\d( p\d)?\))?", label) for label in labels)


def test_cycles_follow_each_value_to_its_image() -> None:
    a, b, c, d, e = map(ModelValue, "abcde")
    edge = {"action": "A", "arguments": (), "permutation": {a: c, c: b, b: a, d: e, e: d}}
    assert export.edge_label(edge) == "A ~ (a c b)(d e)"


# Projections


def quotient(spec: Spec, key: Callable[[State], tuple[Any, ...]]) -> tuple[Counter[Any], Counter[Any]]:
    """Brute force: classes with their sizes, labelled steps between them with their numbers."""
    group = reference.symmetries(spec)

    def least(state: State) -> tuple[str, ...]:
        return min(texts(rename(v, g) for v in key(state)) for g in group)

    states = reachable(replace(spec, model=replace(spec.model, symmetry=())))
    steps = Counter(
        (least(state), step.action.name, least(step.state))
        for state in states
        for step in reference.successors(spec, state)
        if within(spec, step.state)
    )
    return Counter(map(least, states)), steps


def shown(graph: nx.MultiDiGraph) -> tuple[Counter[Any], Counter[Any]]:
    key = {n: texts(node["values"].values()) for n, node in graph.nodes(data=True)}
    assert len(set(key.values())) == len(graph)
    nodes = Counter({key[n]: node["states"] for n, node in graph.nodes(data=True)})
    edges: Counter[Any] = Counter()
    for u, v, edge in graph.edges(data=True):
        assert edges[key[u], edge["action"], key[v]] == 0, "one edge for each label"
        edges[key[u], edge["action"], key[v]] = edge["steps"]
    return nodes, edges


TWO_PHASE = (ROOT / "specs/twophase.py", {"RM": 3})
#: What is on the command line, and the same by hand.
PROJECTIONS = [
    (ROOT / "specs/raft.py", RAFT, "state, currentTerm", lambda s: (s.state, s.currentTerm)),
    (ROOT / "specs/raft.py", RAFT, "len(messages) == MaxMessages", lambda s: (len(s.messages) == 1,)),
    (ROOT / "specs/raft.py", RAFT, "{s.currentTerm[i] for i in Server}", lambda s: (set(s.currentTerm.values()),)),
    (*TWO_PHASE, "rmState", lambda s: (s.rmState,)),
    (*TWO_PHASE, "(SomeoneCommitted, tmState)", lambda s: ("committed" in s.rmState.values(), s.tmState)),
    (
        *TWO_PHASE,
        "{r for r in RM if rmState[r] == 'working'}, tmPrepared",
        lambda s: ({r for r in s.rmState if s.rmState[r] == "working"}, s.tmPrepared),
    ),
    (*TWO_PHASE, "{r: r in tmPrepared for r in RM}", lambda s: (FnValue({r: r in s.tmPrepared for r in s.rmState}),)),
    (TOYS / "counter.py", {"End": 9, "Cut": 4}, "x % 2", lambda s: (s.x % 2,)),
    (TOYS / "ring.py", {"N": 3}, "[lamp[k] for k in Range(1, N)], N", lambda s: (tuple(s.lamp.values()), 3)),
]


@pytest.mark.parametrize(("path", "constants", "text", "key"), PROJECTIONS, ids=lambda v: v if type(v) is str else "")
def test_projection_is_the_quotient(path: Path, constants: Any, text: str, key: Any) -> None:
    spec = load(path, constants)
    graph = stategraph.project(explored(spec), parse_expressions(text, spec))
    assert shown(graph) == quotient(spec, key)
    levels = reachable(spec)
    for _, node in graph.nodes(data=True):
        members = [s for s in levels if texts(key(s)) == texts(node["values"].values())]
        assert node["depth"] == min(levels[s] for s in members)
        assert node["initial"] == any(s in spec.initial_states() for s in members)
        assert node["deadlock"] == any(not list(reference.successors(spec, s)) for s in members)


@pytest.mark.parametrize(
    ("path", "constants", "symmetry", "text", "key"),
    [
        (TOYS / "lock.py", {"Process": 3}, ("Process",), "pc", lambda s: (s.pc,)),
        (
            ROOT / "specs/twophase.py",
            {"RM": 3},
            ("RM",),
            "tmPrepared, {r for r in RM if rmState[r] == 'aborted'}",
            lambda s: (s.tmPrepared, frozenset(r for r in s.rmState if s.rmState[r] == "aborted")),
        ),
        (ROOT / "specs/raft.py", RAFT, ("Server",), "state, votedFor", lambda s: (s.state, s.votedFor)),
    ],
    ids=["lock", "twophase", "raft"],
)
def test_projection_under_symmetry_is_the_quotient_by_orbits(
    path: Path, constants: Any, symmetry: Any, text: str, key: Any
) -> None:
    """The explored states stand for their orbits, but classes and labelled edges are those of all states."""
    spec = load(path, constants, symmetry=symmetry)
    nodes, edges = shown(stategraph.project(explored(spec), parse_expressions(text, spec)))
    wanted_nodes, wanted_edges = quotient(spec, key)
    assert nodes.keys() == wanted_nodes.keys()
    assert edges.keys() == wanted_edges.keys()


@pytest.mark.parametrize(
    "text", ["list(pc[p] for p in Process)", "Exclusion, list(p for p in Process if pc[p] != 'idle')"]
)
def test_projection_that_symmetry_would_falsify_is_refused(text: str) -> None:
    """A list of the processes, which is Python's own, tells apart what the explored states do not."""
    for symmetry in ((), ("Process",)):
        spec = load(TOYS / "lock.py", {"Process": 3}, symmetry=symmetry)
        ground, expressions = explored(spec), parse_expressions(text, spec)
        if not symmetry:
            assert len(stategraph.project(ground, expressions)) > 4
            continue
        with pytest.raises(UsageError, match=r"list.* depends on .*symmetry \(Process\).*--symmetry none"):
            stategraph.project(ground, expressions)
        with pytest.raises(UsageError, match="depends on"):
            stategraph.state_graph(ground, expressions[-1])


def test_true_is_not_one() -> None:
    spec = load(
        "x = Variable(Range(0, 3))\n\n\ndef Init(t):\n    t.x = 0\n\n\n"
        "def Up(s, t):\n    t.x = (s.x + 1) % 4\n    return True\n\n\nNext = [Up]\n"
    )
    graph = stategraph.project(explored(spec), parse_expressions("x if x < 2 else x == 3", spec))
    assert [texts(node["values"].values()) for _, node in graph.nodes(data=True)] == [
        ("0",),
        ("1",),
        ("FALSE",),
        ("TRUE",),
    ]


def test_collapse_leaves_out_what_changes_nothing() -> None:
    spec = load(TOYS / "lock.py", {"Process": 2}, symmetry=("Process",))
    graph = stategraph.project(explored(spec), parse_expressions("{p for p in Process if pc[p] == 'critical'}", spec))
    found = stategraph.collapse(graph)
    assert {(u, v) for u, v in graph.edges()} == {(0, 0), (0, 1), (1, 1), (1, 0)}
    assert {(u, v, e["action"]) for u, v, e in found.edges(data=True)} == {(0, 1, "Enter"), (1, 0, "Leave")}
    assert graph.number_of_edges() > 2, "the graph itself stays as it was"
    # A step after which two processes are renamed is none that changes nothing.
    whole = stategraph.state_graph(explored(load(SWAP, {"P": 2}, symmetry=("P",))))
    assert len(whole) == 1
    assert sorted(export.edge_label(e)[:4] for _, _, e in whole.edges(data=True)) == ["Pass", "Pass"]
    kept = [export.edge_label(e) for _, _, e in stategraph.collapse(whole).edges(data=True)]
    assert len(kept) == 1 and kept[0].endswith(" ~ (p1 p2)")


#: A token that anyone may take, also the one who has it.
SWAP = """\
P: ModelValues
has = Variable(P)


def First(t, p):
    t.has = p


def Pass(s, t, p):
    t.has = p
    return True


Init = [(First, P)]
Next = [(Pass, P)]
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("state,", None),
        ("", "is not an expression"),
        ("()", "has no expression in it"),
        ("x y", "is not an expression"),
        ("x = 1", "is not an expression"),
        ("*x", "is not an expression"),
        ("x\0", "is not an expression"),
        ("y", r"'y' cannot be evaluated .*name 'y' is not defined.*variables \(x\)"),
        ("s.y", "the spec has no variable 'y'"),
        ("x / 2", "is not a TLA"),
        ("Step", r"Step.*cannot be evaluated"),
        ("lambda: 1", "cannot be evaluated"),
        ("1 // x", "Division by zero: 1 // 0"),
        ("Variable", "is not a TLA"),
    ],
)
def test_mistakes_in_expressions_are_named(text: str, message: str | None) -> None:
    spec = load(TOYS / "counter.py", {"End": 4, "Cut": 4})
    ground = explored(spec)
    if message is None:
        assert [e.text for e in parse_expressions("x, x % 2,", spec)] == ["x", "x % 2"]
        return
    with pytest.raises(UsageError, match=message):
        stategraph.project(ground, parse_expressions(text, spec))


# The counterexample


def check_path(graph: nx.MultiDiGraph) -> list[int]:
    """The nodes of the counterexample, which is one unbroken path from an initial state."""
    at = {number: node for node, data in graph.nodes(data=True) for number in data["trace"]}
    nodes = [at[number] for number in sorted(at)]
    assert sorted(at) == list(range(1, len(at) + 1))
    steps = {n: (u, v) for u, v, edge in graph.edges(data=True) for n in edge["trace"]}
    assert [steps[n] for n in sorted(steps)] == list(itertools.pairwise(nodes))
    assert sorted(steps) == list(range(2, len(at) + 1))
    assert graph.nodes[nodes[0]]["initial"]
    return nodes


def test_counterexample_is_drawn_in() -> None:
    spec = load(TOYS / "diehard.py", invariants=("NotSolved",))
    graph = stategraph.state_graph(explored(spec, drawn_in=True))
    nodes = check_path(graph)
    assert len(nodes) == 7
    assert graph.nodes[nodes[-1]]["violates"] == {"NotSolved": 1}
    assert sum(bool(node["violates"]) for _, node in graph.nodes(data=True)) == 2
    projected = stategraph.project(explored(spec, drawn_in=True), parse_expressions("big", spec))
    assert [projected.nodes[n]["values"]["big"] for n in check_path(projected)] == [0, 5, 2, 2, 0, 5, 4]
    assert {n["values"]["big"]: n["violates"] for _, n in projected.nodes(data=True)}[4] == {"NotSolved": 2}


def test_counterexample_outside_the_constraints_is_drawn_in() -> None:
    spec = load(TOYS / "counter.py", {"End": 9, "Cut": 4})
    graph = stategraph.state_graph(explored(spec, drawn_in=True))
    last = graph.nodes[check_path(graph)[-1]]
    assert (last["values"], last["within"], last["violates"], last["deadlock"]) == ({"x": 5}, False, {"Odd": 1}, False)
    assert [node["values"]["x"] for _, node in graph.nodes(data=True)] == [0, 1, 2, 3, 4, 5]
    projected = stategraph.project(explored(spec, drawn_in=True), parse_expressions("x // 5", spec))
    assert [projected.nodes[n]["values"]["x // 5"] for n in check_path(projected)] == [0, 0, 0, 1]


def test_violated_initial_state_and_deadlock_are_drawn_in() -> None:
    at_once = "x = Variable(Range(0, 1))\n\n\ndef Init(t):\n    t.x = 1\n\n\ndef Stay(s, t):\n    return s.x == 0\n\n\n"
    at_once += "Next = [Stay]\n\n\ndef Zero(s):\n    return s.x == 0\n\n\nInvariants = [Zero]\nConstraints = [Zero]\n"
    graph = stategraph.state_graph(explored(load(at_once), drawn_in=True))
    assert check_path(graph) == [0] and graph.nodes[0]["violates"] == {"Zero": 1}
    stuck = load(TOYS / "counter.py", {"End": 4, "Cut": 4}, deadlock=True)
    graph = stategraph.state_graph(explored(stuck, drawn_in=True))
    assert graph.nodes[check_path(graph)[-1]]["deadlock"]


def test_counterexample_under_symmetry_is_one_of_real_steps() -> None:
    source = (TOYS / "lock.py").read_text().replace('any(s.pc[q] == "critical" for q in Process)', "False")
    spec = load(source, {"Process": 3}, symmetry=("Process",))
    ground = explored(spec, drawn_in=True)
    graph = stategraph.state_graph(ground)
    assert graph.number_of_edges() == len(list(ground.real_steps())), "each of its steps was in the graph"
    nodes = check_path(graph)
    assert len(nodes) == 5 and graph.nodes[nodes[-1]]["violates"] == {"Exclusion": 1}


# What cannot be drawn


def test_guard_says_how_large_it_is_and_what_to_do() -> None:
    spec = load(ROOT / "specs/raft.py", RAFT)
    ground = explored(spec)
    with pytest.raises(TooLarge) as caught:
        stategraph.check_size(ground, len(ground.states), 100)
    message = str(caught.value)
    assert "1,645 nodes, more than --max-nodes 100" in message
    states = reachable(spec)
    counts = {n: len({s.values[n] for s in states}) for n in spec.variables}
    listed = re.findall(r"(\w+) (\d+)[,.]", message.split("Distinct values of the variables: ")[1].split("\n")[0])
    assert {name: int(count) for name, count in listed} == counts
    assert [int(count) for _, count in listed] == sorted(counts.values())
    suggested = re.search(r'--project "(.*)" has (\d+) nodes', message)
    assert suggested is not None
    graph = stategraph.project(ground, parse_expressions(suggested[1], spec))
    assert len(graph) == int(suggested[2]) <= stategraph.SUGGESTED
    stategraph.check_size(ground, len(ground.states), 1645)
    with pytest.raises(TooLarge, match=r"12 nodes, from 1,645 states, more than --max-nodes 3"):
        stategraph.check_size(ground, 12, 3)
    with pytest.raises(TooLarge, match=r"more than 100 states.*smaller constants"):
        explore(spec, Engine(spec), 100)


def test_a_step_that_cannot_be_evaluated_is_an_error() -> None:
    spec = load(
        "x = Variable(Range(0, 2))\n\n\ndef Init(t):\n    t.x = 0\n\n\n"
        "def Up(s, t):\n    t.x = s.x + 1\n    return True\n\n\nNext = [Up]\n"
    )
    with pytest.raises(EvaluationError, match=r"Up cannot be evaluated: variable x: 3 is not in 0..2"):
        stategraph.state_graph(explored(spec))


# Formats


def test_json_and_graphml_read_back_as_the_graph() -> None:
    spec = load(TOYS / "lock.py", {"Process": 3}, symmetry=("Process",))
    ground = explored(spec)
    for graph in (
        stategraph.state_graph(ground, parse_expressions("Exclusion", spec)[0]),
        stategraph.project(
            ground, parse_expressions("Crowd, Cardinality({p for p in Process if pc[p] != 'idle'})", spec)
        ),
        stategraph.state_graph(explored(load(TOYS / "diehard.py", invariants=("NotSolved",)), drawn_in=True)),
    ):
        document = json.loads(export.json_text(graph))
        assert document["schema"] == 1
        read = nx.node_link_graph(document, edges="edges")
        assert (type(read), list(read)) == (nx.MultiDiGraph, list(graph))
        for number, node in graph.nodes(data=True):
            assert read.nodes[number]["values"] == {n: to_tla(v) for n, v in node["values"].items()}
            assert read.nodes[number]["violates"] == node["violates"]
            for name in ("depth", "initial", "deadlock", "within", "states"):
                assert read.nodes[number][name] == node[name]
            assert [tuple(read.nodes[number][name]) for name in ("trace", "colour")] == [node["trace"], node["colour"]]
        assert set(read.edges(keys=True)) == set(graph.edges(keys=True))
        for place, edge in graph.edges.items():
            assert read.edges[place]["action"] == edge["action"]
            assert tuple(read.edges[place]["arguments"]) == texts(edge["arguments"])
            assert read.edges[place]["permutation"] == {str(v): str(w) for v, w in edge["permutation"].items()}
            assert (read.edges[place]["steps"], tuple(read.edges[place]["trace"])) == (edge["steps"], edge["trace"])
        text = export.graphml_text(graph)
        tree = ElementTree.fromstring(text)
        ids = [edge.get("id") for edge in tree.iter("{http://graphml.graphdrawing.org/xmlns}edge")]
        assert len(set(ids)) == len(ids) == graph.number_of_edges()
        truths = {key.get("id") for key in tree if key.get("attr.type") == "boolean"}
        assert {data.text for data in tree.iter() if data.get("key") in truths} <= {"true", "false"}
        parsed = nx.parse_graphml(text, node_type=int, edge_key_type=int, force_multigraph=True)
        wanted = export.flat(graph)
        assert dict(parsed.nodes(data=True)) == dict(wanted.nodes(data=True))
        assert {p: {k: v for k, v in e.items() if k != "id"} for p, e in parsed.edges.items()} == dict(
            wanted.edges.items()
        )
        assert all(
            parsed.nodes[n]["s." + k] == to_tla(v) for n, d in graph.nodes(data=True) for k, v in d["values"].items()
        )


DIEHARD = """\
---- MODULE DieHard ----
EXTENDS Naturals
VARIABLES big, small
Least(a, b) == IF a < b THEN a ELSE b
Init == big = 0 /\\ small = 0
FillSmall == small' = 3 /\\ big' = big
FillBig == big' = 5 /\\ small' = small
EmptySmall == small' = 0 /\\ big' = big
EmptyBig == big' = 0 /\\ small' = small
SmallToBig == big' = Least(big + small, 5) /\\ small' = small - (big' - big)
BigToSmall == small' = Least(big + small, 3) /\\ big' = big - (small' - small)
Next == FillSmall \\/ FillBig \\/ EmptySmall \\/ EmptyBig \\/ SmallToBig \\/ BigToSmall
====
"""


def dump_of_tlc(spec: Spec, out: Path) -> Path:
    """The graph that the real TLC dumps of the model."""
    proof = read_proof(spec, [ROOT / "proofs"])
    result = run_tlc(find_tools(None, os.environ), proof, write_model(proof, out), dump=("dot,actionlabels", "g.dot"))
    assert result.verdict == "ok"
    return out / "g.dot"


@pytest.mark.parametrize(
    ("path", "constants", "symmetry"),
    [
        (ROOT / "specs/twophase.py", {"RM": 2}, ()),
        (ROOT / "specs/twophase.py", {"RM": 3}, ("RM",)),
        (ROOT / "specs/raft.py", RAFT, ()),
    ],
    ids=["twophase", "symmetry", "raft"],
)
def test_dump_equals_that_of_tlc(tmp_path: Path, path: Path, constants: Any, symmetry: Any) -> None:
    spec = load(path, constants, symmetry=symmetry)
    engine, ground = Engine(spec), explored(spec)
    ours = tmp_path / "ours.dot"
    ours.write_text(export.tlc_text(stategraph.state_graph(ground)), encoding="utf-8")
    proof = read_proof(spec, [ROOT / "proofs"])
    found = []
    for file in (dump_of_tlc(spec, tmp_path / "tlc"), ours):
        dump = read_graph(file, proof, engine)
        assert not dump.foreign
        keys = [row.tobytes() for row in engine.canonical_rows(dump.rows)]
        # In the .tla, a row that ranges over a variable has a name of its own: ReceiveAny.
        labels = [proof.action(label) for label in dump.labels]
        edges = Counter((keys[u], labels[label], keys[v]) for u, label, v in dump.edges.tolist())
        found.append((Counter(keys), {keys[k] for k in dump.initial}, edges))
    tlc, mc = found
    assert mc[:2] == tlc[:2]
    # TLC may keep another state of an orbit, and has its steps, with the same labels.
    assert mc[2] == tlc[2] if not symmetry else mc[2].keys() == tlc[2].keys()
    # TLC's own dump and ours have one form, that of Graphviz; its strict graphs have one edge between two nodes.
    parsed = AGraph(string=ours.read_text().replace("strict ", ""))
    assert (len(parsed.nodes()), len(parsed.edges())) == (len(ground.states), sum(mc[2].values()))


def test_picture_and_dump_equal_that_of_tlc_as_graphviz_reads_them(tmp_path: Path) -> None:
    (tmp_path / "diehard.py").write_text((TOYS / "diehard.py").read_text())
    (tmp_path / "DieHard.tla").write_text(DIEHARD)
    spec = load(tmp_path / "diehard.py")
    graph = stategraph.state_graph(explored(spec))
    dumps = [dump_of_tlc(spec, tmp_path / "tlc").read_text(), export.tlc_text(graph), dot_text(graph)]
    found = []
    for text in dumps:
        parsed = AGraph(string=text.replace("strict ", ""))
        # Graphviz keeps the escapes of a label: \n, and \l where lines are set left; TLC's own backslash is doubled.
        states = {
            node: frozenset(line.strip("/\\ ") for line in re.split(r"\\[nl]", node.attr["label"]) if line)
            for node in parsed.nodes()
        }
        steps = Counter(
            (states[edge[0]], line.strip(), states[edge[1]])
            for edge in parsed.edges()
            for line in re.split(r"\\l", edge.attr["label"])
            if line.strip()
        )
        found.append((Counter(states.values()), steps))
    assert found[0] == found[1] == found[2]
    assert (sum(found[0][0].values()), sum(found[0][1].values())) == (16, 96)


ODD = (
    "</text><script>alert(1)</script>",
    '" onload="alert(1)',
    "&lt;b&gt; &amp;amp; &#60;",
    "\\N \\G \\l \\",
    '"]; evil [label="evil',
    "two\nlines\tand\ra bell\x07",
    "<!--",
    "]]>",
    "é \u2028 \U0001f600 \uffff",
    "}",
)


@pytest.fixture(scope="module")
def hostile() -> nx.MultiDiGraph:
    """From the first of the strings to all others; the model values have odd names, as far as names may be odd."""
    spec = load(
        f"P: ModelValues\nFirst: ModelValue\nODD = Enum({', '.join(map(repr, ODD))})\n"
        "word = Variable(ODD)\nwho = Variable(Optional(P, First))\n\n\n"
        f"def Init(t):\n    t.word = {ODD[0]!r}\n    t.who = First\n\n\n"
        "def Go(s, t, p, v):\n    if not s.who == First:\n        return False\n"
        "    t.word = v\n    t.who = p\n    return True\n\n\nNext = [(Go, P, ODD)]\n",
        {"P": ["graph", "node"], "First": "edge"},
    )
    spec = replace(spec, name='<script>"&', model=replace(spec.model, name="</svg>"))
    graph = stategraph.state_graph(explored(spec), parse_expressions("word", spec)[0])
    assert (len(graph), graph.number_of_edges()) == (1 + 2 * len(ODD), 2 * len(ODD))
    return graph


@pytest.mark.parametrize("colour", ["", "value", "action"])
def test_markup_in_values_stays_text(hostile: nx.MultiDiGraph, colour: Colour) -> None:
    dot = dot_text(hostile, colour)
    parsed = AGraph(string=dot)
    assert sorted(map(int, parsed.nodes())) == list(hostile)
    assert len(parsed.edges()) == hostile.number_of_edges()
    picture = render(dot, "svg")
    tree = ElementTree.fromstring(picture)
    tags = {element.tag.split("}")[1] for element in tree.iter()}
    assert tags <= {"svg", "g", "title", "polygon", "path", "ellipse", "polyline", "text"}
    attributes = {name for element in tree.iter() for name in element.attrib}
    assert not {name for name in attributes if name.lower().startswith("on") or "href" in name}
    # All there is to read is what was to be shown, character by character, but for where lines are broken.
    drawn = ["".join(text.itertext()).strip() for text in tree.iter("{http://www.w3.org/2000/svg}text")]
    squeezed = re.sub(r"\s", "", "".join(drawn))
    for _, node in hostile.nodes(data=True):
        for line in export.node_lines(node):
            assert re.sub(r"\s", "", line) in squeezed
    for _, _, edge in hostile.edges(data=True):
        assert re.sub(r"\s", "", export.edge_label(edge)) in squeezed
    assert '<script>"&:</svg>' in drawn
    if colour == "value":
        assert {to_tla(word) for word in ODD[:3]} <= set(drawn)
    assert render(dot, "png").startswith(b"\x89PNG")


def test_markup_in_values_stays_text_in_data(hostile: nx.MultiDiGraph) -> None:
    parsed = nx.parse_graphml(export.graphml_text(hostile), node_type=int, force_multigraph=True)
    assert dict(parsed.nodes(data=True)) == dict(export.flat(hostile).nodes(data=True))
    read = nx.node_link_graph(json.loads(export.json_text(hostile)), edges="edges")
    assert dict(read.nodes(data=True)) == dict(export.plain(hostile).nodes(data=True))
    words = {node["values"]["word"] for _, node in read.nodes(data=True)}
    # Characters that XML cannot hold are written out; the others stand for themselves.
    unwritable = {to_tla(word) for word in ODD} - words
    assert unwritable == {to_tla(ODD[5]), to_tla(ODD[8])}
    assert r"and\ra bell\u0007" in "".join(words) and r"\uffff" in "".join(words)
    text = export.tlc_text(hostile)
    assert len(AGraph(string=text).nodes()) == len(hostile)


# Pictures


def picture(spec: Spec, colour: Colour = "", by: str | None = None, **options: Any) -> str:
    coloured = parse_expressions(by, spec)[0] if by is not None else None
    return dot_text(stategraph.state_graph(explored(spec, **options), coloured), colour)


def test_marks() -> None:
    spec = load(TOYS / "counter.py", {"End": 9, "Cut": 4})
    parsed = AGraph(string=picture(spec, drawn_in=True))
    nodes = {node.attr["label"].split("x = ")[1][0]: node.attr for node in parsed.nodes()}
    assert nodes["0"]["peripheries"] == "2" and nodes["1"]["peripheries"] in (None, "")
    assert "violates Odd\\loutside the constraints\\lcounterexample: 4\\l" in nodes["5"]["label"]
    assert [x for x in nodes if nodes[x]["penwidth"] == "2.2"] == ["0", "1", "3", "5"]
    assert [x for x in nodes if nodes[x]["fontcolor"] not in (None, "")] == ["5"]
    red = {edge.attr["label"].strip() for edge in parsed.edges() if edge.attr["penwidth"] == "2.2"}
    assert red == {r"2: Step(1) \l", r"3: Step(2) \l", r"4: Step(2) \l"}
    stuck = AGraph(string=picture(load(TOYS / "counter.py", {"End": 4, "Cut": 4})))
    assert [n.attr["label"] for n in stuck.nodes() if n.attr["shape"] == "octagon"] == [r"no successor\lx = 4\l"]


def test_colours() -> None:
    spec = load(TOYS / "lock.py", {"Process": 2})
    graph = stategraph.state_graph(explored(spec))

    def fills(colour: Colour, by: str | None) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        parsed = AGraph(string=picture(spec, colour, by))
        for node in parsed.nodes():
            data = graph.nodes[int(node)]
            key = (
                str(data["depth"])
                if by is None
                else str(eval(by, {"Process": spec.constants["Process"], "pc": data["values"]["pc"]}))
            )
            found.setdefault(key, set()).add(node.attr["fillcolor"])
        return found

    for colour, by, values in (("depth", None, 4), ("value", "'critical' in {pc[p] for p in Process}", 2)):
        by_value = fills(colour, by)
        assert len(by_value) == values
        assert all(len(found) == 1 for found in by_value.values())
        assert len(set.union(*by_value.values())) == values
    arrows: dict[str, set[str]] = {}
    parsed = AGraph(string=picture(spec, "action"))
    for edge in parsed.edges():
        arrows.setdefault(edge.attr["label"].strip().split("(")[0], set()).add(edge.attr["color"])
    assert arrows.keys() == {"Ask", "Enter", "Leave"}
    assert len(set.union(*arrows.values())) == sum(map(len, arrows.values())) == 3


@pytest.mark.parametrize("colour", ["", "action", "depth", "value"])
def test_no_state_at_all_is_an_empty_picture(colour: Colour) -> None:
    source = (TOYS / "counter.py").read_text().replace("s.x <= Cut", "s.x < 0").replace("from mc.lang import *", "")
    text = picture(load(source, {"End": 4, "Cut": 4}), colour, "x")
    assert not AGraph(string=text).nodes()
    assert "0 states, 0 steps" in text


def test_a_class_of_several_colours_says_so() -> None:
    spec = load(TOYS / "counter.py", {"End": 4, "Cut": 4})
    graph = stategraph.project(
        explored(spec), parse_expressions("x // 3", spec), parse_expressions("x % 2 == 0", spec)[0]
    )
    assert [node["colour"] for _, node in graph.nodes(data=True)] == [("FALSE", "TRUE"), ("FALSE", "TRUE")]
    assert "FALSE or TRUE" in dot_text(graph, "value")


def test_a_picture_goes_down_with_the_search() -> None:
    """A row for each level; what leads to no deeper level does not count for the layout, and is lighter."""
    spec = load(TOYS / "lock.py", {"Process": 2})
    graph = stategraph.state_graph(explored(spec))
    text = dot_text(graph)
    drawn = AGraph(string=text)
    drawn.layout("dot")
    heights = {int(node): float(node.attr["pos"].split(",")[1]) for node in drawn.nodes()}
    for a, b in itertools.combinations(graph, 2):
        above = graph.nodes[a]["depth"] - graph.nodes[b]["depth"]
        assert (above == 0) == (heights[a] == heights[b]) and (above < 0) == (heights[a] > heights[b])
    for edge in drawn.edges():
        back = graph.nodes[int(edge[1])]["depth"] <= graph.nodes[int(edge[0])]["depth"]
        assert (edge.attr["constraint"] == "false") == (edge.attr["color"] == "#b4b4b4") == back


def test_many_nodes_are_dots_that_tell_their_states(capfd: pytest.CaptureFixture[str]) -> None:
    spec = load(TOYS / "counter.py", {"End": 9, "Cut": 4})
    graph = stategraph.state_graph(explored(spec, drawn_in=True))
    text = overview_text(graph)
    parsed = AGraph(string=text)
    assert len(parsed.nodes()) == len(graph)
    tips = {node: node.attr["tooltip"] for node in parsed.nodes()}
    assert all(f"x = {graph.nodes[int(node)]['values']['x']}" in tip for node, tip in tips.items())
    assert {edge.attr["label"] for edge in parsed.edges()} <= {"", None}
    pairs = {(source, target) for source, target in graph.edges() if source != target}
    assert sorted((int(a), int(b)) for a, b in parsed.edges()) == sorted(pairs)
    red = [node for node in parsed.nodes() if node.attr["fillcolor"] == "#c1121f"]
    assert [graph.nodes[int(node)]["violates"] for node in red] == [{"Odd": 1}]
    assert "red dots: Odd violated" in text and "colour: depth" in text
    picture = render(text, "svg", engine=ENGINE).decode()
    assert 'xlink:title="violates Odd' in picture
    # Graphviz's libraries have warnings of their own.
    assert capfd.readouterr() == ("", "")
    with pytest.raises(McError, match=r"Graphviz cannot draw the graph: .*nonsense"):
        render(text, "svg", engine="nonsense")


def test_a_dot_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot run"):
        render("digraph {}", "svg", tmp_path / "nothing")
    program = tmp_path / "dot"
    program.write_text("#!/bin/sh\necho no such luck >&2\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(McError, match="cannot draw the graph: no such luck"):
        render("digraph {}", "svg", program)
