"""State graphs of TLA+ modules: those of their twins in Python, real steps under symmetry, and the command."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from mc.cli.main import main
from mc.engine.interpreted import search
from mc.engine.search.compiled import Engine
from mc.graph import given, stategraph
from mc.graph.explored import TooLarge
from mc.graph.explored import explore as explore_spec
from mc.graph.export import edge_label, node_label
from mc.graph.module import explore
from mc.interpreter.interpreter import Interpreter
from mc.lang.state import State, renamed
from mc.read.models import bundled
from mc.read.python import given as given_python
from mc.read.tla.load import Changes, load
from mc.spec.module import ModuleSpec
from mc.trace.module import behavior_of, successors
from tests.toys.engines import load as load_python

TWO_PHASE = bundled("proofs") / "TwoPhase.tla"
LIGHT = """---- MODULE Light ----
EXTENDS Integers, TLC
CONSTANTS Node, Limit
VARIABLES x, who
Init == x = [n \\in Node |-> 0] /\\ who \\in Node
Up(n) == x[n] < Limit /\\ x' = [x EXCEPT ![n] = @ + 1] /\\ UNCHANGED who
Pass(n) == who' = n /\\ who /= n /\\ UNCHANGED x
Next == \\E n \\in Node : Up(n) \\/ Pass(n)
Small == \\A n \\in Node : x[n] < 2
Low == \\A n \\in Node : x[n] + x[who] < 3
Perms == Permutations(Node)
====
"""
CONFIG = "INIT Init NEXT Next CONSTANTS Node = {a, b, c} Limit = 2 CHECK_DEADLOCK FALSE\n"


@pytest.fixture
def light(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module with more in its configuration."""
    monkeypatch.chdir(tmp_path)

    def module(more: str = "") -> ModuleSpec:
        Path("Light.tla").write_text(LIGHT, encoding="utf-8")
        Path("Light.cfg").write_text(CONFIG + more, encoding="utf-8")
        return load(Path("Light.tla"))

    return module


def shown(graph: nx.MultiDiGraph) -> tuple[Counter[Any], Counter[Any]]:
    """Nodes and edges by what they show, and where a search meets them."""
    labels = {number: node_label(node) for number, node in graph.nodes(data=True)}
    facts = ("depth", "states", "initial", "deadlock")
    nodes = Counter((labels[number], *(node[fact] for fact in facts)) for number, node in graph.nodes(data=True))
    return nodes, Counter((labels[u], edge_label(e), labels[v], e["steps"]) for u, v, e in graph.edges(data=True))


def test_a_module_has_the_graph_of_its_spec() -> None:
    spec, changes = load_python(bundled("specs") / "twophase.py", {"RM": 2}), Changes({"RM": ["r1", "r2"]})
    module = load(TWO_PHASE, changes=changes)
    python, tla = explore_spec(spec, Engine(spec), 1000), explore(module, 1000)
    assert len(tla.states) == 56
    assert shown(stategraph.state_graph(tla)) == shown(stategraph.state_graph(python))
    text = "tmState, rmState"
    one = stategraph.project(python, given_python.parse_expressions(text, spec))
    assert shown(stategraph.project(tla, given.parse_expressions(text, module, changes))) == shown(one)


def test_steps_under_symmetry_are_real(light: Any) -> None:
    plain, module = light(), light("SYMMETRY Perms")
    graph = stategraph.state_graph(explore(module, 1000))
    interpreter, moved = Interpreter(module), 0
    for source, target, edge in graph.edges(data=True):
        before, after = (State(graph.nodes[n]["values"]) for n in (source, target))
        step = (edge["action"], edge["arguments"])
        (made,) = (s.state for s in successors(interpreter, before) if (s.action.name, s.arguments) == step)
        assert renamed(made, edge["permutation"]) == after
        assert bool(edge["permutation"]) == (made != after)
        moved += bool(edge["permutation"])
    assert 0 < moved < graph.number_of_edges()
    result = search(module)
    assert (len(graph), graph.number_of_edges()) == (result.distinct, result.generated - result.initial)
    assert len(graph) < len(explore(plain, 1000).states)


@pytest.mark.parametrize("more", ["INVARIANT Low", "INVARIANT Low SYMMETRY Perms", "INVARIANT Low CONSTRAINT Small"])
def test_the_counterexample_is_drawn_in(light: Any, more: str) -> None:
    module = light(more)
    violation = search(module).violation
    assert violation is not None
    graph = stategraph.state_graph(explore(module, 1000, behavior_of(violation)))
    length = len(violation.representatives)
    on_path = {number for _, node in graph.nodes(data=True) for number in node["trace"]}
    assert on_path == set(range(1, length + 1))
    assert {number for _, _, edge in graph.edges(data=True) for number in edge["trace"]} == set(range(2, length + 1))
    (last,) = (node for _, node in graph.nodes(data=True) if length in node["trace"])
    assert list(last["violates"]) == ["Low"]
    assert last["within"] == ("CONSTRAINT" not in more)


def test_too_many_states(light: Any) -> None:
    with pytest.raises(TooLarge):
        explore(light(), 20)


def test_the_command(light: Any, capsys: pytest.CaptureFixture[str]) -> None:
    light("INVARIANT Small")
    assert main(["graph", "Light.tla", "-c", "Node=a,b", "--project", "{x[n] : n \\in Node}, who", "-o", "g.dot"]) == 0
    output = capsys.readouterr().out
    assert "12 nodes from 18 states" in output
    assert "Error: invariant Small is violated. The behavior is drawn in." in output
    assert "{x[n] : n \\\\in Node} = {0, 1}" in Path("g.dot").read_text(encoding="utf-8")
    for form in ("svg", "png", "json", "graphml", "tlc"):
        assert main(["graph", "Light.tla", "-c", "Node=a,b", "--format", form, "--colour", "x[who]"]) == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x[", "'x[' is not an expression, nor several with commas between them"),
        ("y", "is not an expression, nor several with commas between them: y is not known here"),
        ("x'", "is not about one state"),
        ("", "has no expression in it"),
        ("x[1]", "cannot be evaluated in a reachable state"),
        ("{a \\in DOMAIN x : TRUE}", ""),
    ],
)
def test_mistakes_in_expressions(light: Any, text: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    light()
    assert main(["graph", "Light.tla", "--project", text, "-o", "g.json"]) == (2 if message else 0)
    assert message in capsys.readouterr().err
