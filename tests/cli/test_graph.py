"""``mc graph``: what it writes, prints and returns."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import pytest

from mc.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
COUNTER = str(ROOT / "tests/toys/counter.py")
LOCK = str(ROOT / "tests/toys/lock.py")
COUNTS = ["-c", "End=9", "-c", "Cut=4"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty directory, and no dot on the PATH."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)


def graph(*arguments: str, code: int = 0) -> None:
    assert main(["graph", *arguments]) == code


def test_default_is_svg_where_results_go(capsys: pytest.CaptureFixture[str]) -> None:
    graph(LOCK, "-c", "Process=2")
    assert ElementTree.parse("out/lock/default/graph.svg").getroot().tag.endswith("svg")
    assert "8 nodes, 14 edges. Saved in out/lock/default/graph.svg" in capsys.readouterr().out
    graph(LOCK, "-c", "Process=2", "--out", "there", "--format", "tlc")
    assert Path("there/lock/default/graph.tlc.dot").read_text().startswith("strict digraph DiskGraph {")


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("g.svg", "<?xml"),
        ("g.png", "\x89PNG"),
        ("g.dot", "digraph mc {"),
        ("g.tlc.dot", "strict digraph"),
        ("g.json", "{"),
        ("g.graphml", "<graphml"),
    ],
)
def test_format_is_what_the_file_is_called(name: str, start: str) -> None:
    graph(LOCK, "-c", "Process=2", "-o", name)
    assert Path(name).read_bytes().decode("latin1").startswith(start)


def test_format_goes_before_the_name_of_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    graph(LOCK, "-c", "Process=2", "-o", "g.txt", "--format", "json")
    assert len(json.loads(Path("g.txt").read_text())["nodes"]) == 8
    graph(LOCK, "-c", "Process=2", "-o", "h.txt", code=2)
    assert "-o h.txt: give --format, or a name that ends in .svg, .png" in capsys.readouterr().err
    graph(LOCK, "-c", "Process=2", "-o", "no/where.svg", code=2)
    assert "-o no/where.svg: cannot write it" in capsys.readouterr().err


def test_projection_collapse_and_colour(capsys: pytest.CaptureFixture[str]) -> None:
    graph("raft:tiny", "--project", "state, currentTerm", "--collapse", "--colour", "LeaderElected", "-o", "g.json")
    assert "13 nodes from 1,645 states, " in capsys.readouterr().out
    found = nx.node_link_graph(json.loads(Path("g.json").read_text()), edges="edges")
    assert found.graph["projection"] == ["state", "currentTerm"]
    assert sum(node["states"] for _, node in found.nodes(data=True)) == 1645
    assert not list(nx.selfloop_edges(found))
    for _, node in found.nodes(data=True):
        assert node["colour"] == ["TRUE" if "Leader" in node["values"]["state"] else "FALSE"]


def test_colours_of_nodes_and_arrows() -> None:
    for colour, words in (("action", ("Ask", "Enter")), ("depth", ("1", "4")), ("Crowd", ("TRUE", "FALSE"))):
        graph(LOCK, "-c", "Process=2", "--colour", colour, "-o", "g.dot")
        text = Path("g.dot").read_text()
        assert f"colour: {colour}<" in text
        assert all(f">{word}</font></td>" in text for word in words)


def test_a_violated_model_has_its_counterexample_drawn_in(capsys: pytest.CaptureFixture[str]) -> None:
    graph(COUNTER, *COUNTS, "-o", "g.json")
    assert "Error: invariant Odd is violated. The behavior is drawn in." in capsys.readouterr().out
    found = nx.node_link_graph(json.loads(Path("g.json").read_text()), edges="edges")
    path = [
        node["values"]["x"] for _, node in sorted(found.nodes(data=True), key=lambda n: n[1]["trace"]) if node["trace"]
    ]
    assert path == ["0", "1", "3", "5"]
    graph(COUNTER, *COUNTS, "--invariant", "Below", "-o", "g.json")
    assert "invariant Below is violated" in capsys.readouterr().out


def test_guard(capsys: pytest.CaptureFixture[str]) -> None:
    graph("raft:tiny", code=2)
    message = capsys.readouterr().err
    assert "mc: error: the graph has 1,645 nodes, more than --max-nodes 100." in message
    assert "currentTerm 4, log 4, commitIndex 4, state 8" in message
    assert "For example, --project" in message and "raise --max-nodes" in message
    assert not Path("out/raft/tiny/graph.svg").exists()
    graph("raft:tiny", "--max-nodes", "12", "--project", "state, currentTerm", code=2)
    assert "13 nodes, from 1,645 states, more than --max-nodes 12" in capsys.readouterr().err
    graph("raft:tiny", "--format", "json")
    graph("raft:tiny", "--format", "dot", "--max-nodes", "1645")
    assert "layout=sfdp" in Path("out/raft/tiny/graph.dot").read_text()


def test_too_many_arrows_to_follow(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    graph(LOCK, "-c", "Process=2", "-o", "g.svg")
    assert "Drawn as dots" not in capsys.readouterr().out and "Ask(p1)" in Path("g.svg").read_text()
    monkeypatch.setattr("mc.cli.graph.PICTURE_ARROWS", 10)
    graph(LOCK, "-c", "Process=2", "-o", "g.svg")
    assert "Drawn as dots, for there are 14 arrows between them: --project shows" in capsys.readouterr().out
    assert "Ask(p1)" not in Path("g.svg").read_text() and "pc = (p1 :" in Path("g.svg").read_text()


def test_more_states_than_are_explored(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("mc.cli.graph.STATE_LIMIT", 1000)
    graph("raft:tiny", "--project", "state", code=2)
    assert "the model has 1,645 states, too many" in capsys.readouterr().err
    graph("raft:halfquorum", "--project", "state", code=2)
    assert "the model has more than 1," in capsys.readouterr().err
    graph("raft:tiny", "--project", "state", "--max-nodes", "2000")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--project", "y"], "the expression 'y' cannot be evaluated"),
        (["--project", "x +"], "'x +' is not an expression"),
        (["--colour", "x, x"], "--colour x, x: one expression, not 2"),
        (["--colour", "s.y"], "the spec has no variable 'y'"),
        (["--project", ""], "'' is not an expression"),
    ],
)
def test_mistakes(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    graph(COUNTER, *COUNTS, *arguments, code=2)
    error = capsys.readouterr().err
    assert error.startswith("mc: error: ") and message in error


def test_a_spec_that_cannot_be_evaluated(capsys: pytest.CaptureFixture[str]) -> None:
    Path("up.py").write_text(
        "from mc.lang import *\n\nx = Variable(Range(0, 2))\n\n\ndef Init(t):\n    t.x = 0\n\n\n"
        "def Up(s, t):\n    t.x = s.x + 1\n    return True\n\n\nNext = [Up]\n"
    )
    graph("up.py", code=75)
    assert "no state graph, see mc check: Up cannot be evaluated" in capsys.readouterr().err


def test_without_graphviz(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    graph(LOCK, "-c", "Process=2", code=2)
    assert "--format svg needs Graphviz: pip install" in capsys.readouterr().err
    graph(LOCK, "-c", "Process=2", "--format", "dot")


def test_without_networkx() -> None:
    code = (
        f"import sys; sys.modules['networkx'] = None; from mc.cli.main import main; sys.exit(main(['graph', {LOCK!r}]))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.returncode == 2
    assert done.stderr == "mc: error: mc graph needs the package networkx: pip install 'mc-consensus[render]'\n"


def test_a_dot_on_the_path_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    program = Path("dot").absolute()
    program.write_text('#!/bin/sh\necho "$@"\ncat\n')
    program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name, *_, **__: str(program) if name == "dot" else None)
    graph(LOCK, "-c", "Process=2", "-o", "g.svg")
    graph(LOCK, "-c", "Process=2", "-o", "g.dot")
    assert Path("g.svg").read_text() == "-Tsvg\n" + Path("g.dot").read_text()


# What an action ranges over is, for Python, a set of strings: its order differs from process to process.
TAKE = """\
from mc.lang import *

left = Variable(Set(Enum("a", "b", "c", "d", "e")))


def Init(t):
    t.left = {"a", "b", "c", "d", "e"}


def Take(s, t, k):
    t.left = s.left - {k}
    return True


def Look(s, t, k):
    return True


Next = [(Take, left), (Look, left)]
"""


def test_the_same_in_every_process() -> None:
    Path("take.py").write_text(TAKE)
    written = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed}
        for form in ("json", "dot"):
            arguments = ["graph", "take.py", "--no-deadlock", "--colour", "left", "-o", f"{seed}.{form}"]
            subprocess.run([sys.executable, "-m", "mc", *arguments], check=True, env=environment, capture_output=True)
        written.add((Path(f"{seed}.json").read_text(), Path(f"{seed}.dot").read_text()))
    assert len(written) == 1


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["graph", "--help"])
    assert caught.value.code == 0
    output = capsys.readouterr().out
    assert "examples:" in output and "exit codes:" in output and '--project "state, currentTerm"' in output
