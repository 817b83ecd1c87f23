"""``--simplest``: of all shortest counterexamples the one with the fewest faults, then the fewest switches."""

from __future__ import annotations

import heapq
import itertools
import json
import sys
from pathlib import Path

import pytest

from mc.cli.main import main
from mc.engine.reference import successors
from mc.engine.search.compiled import Engine
from mc.lang.state import State
from mc.read.models import find_spec, override, read_models
from mc.read.python.load import load_spec
from mc.spec.objects import Spec
from mc.trace.behavior import Behavior, rebuild
from mc.trace.events import who_acts
from mc.trace.processes import Process
from mc.trace.simplest import simplest
from tests.toys.engines import load

#: Two ways to the same place: one worker after the other, or a crash that comes first in Next.
PLANTED = """
Worker: ModelValues
done = Variable(Fn(Worker, Range(0, 4)))
bad = Variable(BOOLEAN)
def Init(t):
    t.done = {w: 0 for w in Worker}
    t.bad = False
def Crash(s, t, w):
    if not s.done[w] == 2: return False
    t.done[w] = 4
    return True
def Work(s, t, w):
    if not s.done[w] < 4: return False
    t.done[w] = s.done[w] + 1
    return True
def Finish(s, t):
    if not all(s.done[w] >= 3 for w in Worker): return False
    t.bad = True
    return True
Next = [(Crash, Worker), (Work, Worker), (Finish,)]
Faults = [Crash]
def Good(s): return not s.bad
Invariants = [Good]
"""
#: Nothing goes on when both have taken one: several deadlocks at the same depth.
STUCK = """
Worker: ModelValues
has = Variable(Fn(Worker, Range(0, 2)))
def Init(t):
    t.has = {w: 0 for w in Worker}
def Lose(s, t, w):
    if not s.has[w] == 1: return False
    t.has[w] = 2
    return True
def Take(s, t, w):
    if not s.has[w] < 2: return False
    t.has[w] = s.has[w] + 1
    return True
Next = [(Lose, Worker), (Take, Worker)]
Faults = [Lose]
"""


def bundled_model(reference: str, symmetry: bool = True) -> Spec:
    path, name = find_spec(reference)
    model = read_models(path).select(name)
    return load_spec(path, model if symmetry else override(model, {}, symmetry=()))


def planted(text: str, symmetry: tuple[str, ...] = ()) -> Spec:
    return load(text, {"Worker": 3}, symmetry=symmetry, deadlock=text == STUCK)


def cost(spec: Spec, behavior: Behavior) -> tuple[int, int, int]:
    """States, faults, switches."""
    who = who_acts(spec)
    actors = [who(before, step) for before, step in zip(behavior.states, behavior.steps, strict=False)]
    named = [actor for actor in actors if actor is not None]
    switches = sum(a != b for a, b in itertools.pairwise(named))
    return len(behavior.states), sum(step.action.name in spec.faults for step in behavior.steps), switches


def least(spec: Spec, name: str) -> tuple[int, int, int]:
    """The same by Dijkstra's algorithm on the reference semantics, with who acted last as a part of the node."""
    who = who_acts(spec)
    order = itertools.count()
    Node = tuple[int, int, int, int, State, Process | None]
    todo: list[Node] = [(1, 0, 0, next(order), state, None) for state in spec.initial_states()]
    seen: set[tuple[State, Process | None]] = set()
    while todo:
        length, faults, switches, _, state, last = heapq.heappop(todo)
        if (state, last) in seen:
            continue
        seen.add((state, last))
        if any(not i.function(state) for i in spec.invariants if i.name == name):
            return length, faults, switches
        if not all(constraint.function(state) for constraint in spec.constraints):
            continue
        steps = list(successors(spec, state))
        if name == "" and not steps:
            return length, faults, switches
        for step in steps:
            actor = who(state, step)
            switched = actor is not None and last is not None and actor != last
            fault = step.action.name in spec.faults
            then = (length + 1, faults + fault, switches + switched, next(order), step.state, actor or last)
            heapq.heappush(todo, then)
    raise AssertionError("nothing is violated")


def both(spec: Spec) -> tuple[Behavior, Behavior, str]:
    """The default behavior and the simplest one."""
    engine = Engine(spec)
    plain, result = engine.search(), engine.search(2, simplest=True)
    assert plain.violation is not None and result.violation is not None
    assert plain.violation.representatives == result.violation.representatives
    default = rebuild(spec, plain.violation, engine.canonical)
    return default, simplest(spec, result.violation, engine.canonical), plain.violation.property


@pytest.mark.parametrize("symmetry", [(), ("Worker",)], ids=["plain", "symmetry"])
@pytest.mark.parametrize("text", [PLANTED, STUCK], ids=["planted", "deadlock"])
def test_planted(text: str, symmetry: tuple[str, ...]) -> None:
    spec = planted(text, symmetry)
    default, found, name = both(spec)
    assert cost(spec, found) == least(planted(text), name)
    assert cost(spec, found)[1] == 0 < cost(spec, default)[1]


@pytest.mark.parametrize("reference", ["raft:halfquorum", "raft_history:lostcommit"])
def test_bundled(reference: str) -> None:
    """Of the same length and simpler than the default; its cost is the least of all."""
    spec = bundled_model(reference)
    default, found, name = both(spec)
    least_of_all = least(bundled_model(reference, symmetry=False), name)
    assert cost(spec, found) == least_of_all < cost(spec, default)
    assert least_of_all[0] == len(default.states)


@pytest.mark.parametrize("reference", ["raft:revote", "raft:splitlogs", "paxos_network:halfquorum"])
def test_simpler_than_the_default(reference: str) -> None:
    spec = bundled_model(reference)
    default, found, _ = both(spec)
    assert cost(spec, found) < cost(spec, default)
    assert len(found.states) == len(default.states)


def test_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check", "raft:splitlogs", "--simplest", "--json", "r.json"]) == 12
    steps = json.loads(Path("r.json").read_text(encoding="utf-8"))["violation"]["steps"]
    timeouts = [k for k, step in enumerate(steps) if step.startswith("Timeout")]
    assert timeouts == [0, 6]  # the second server begins when the first is done
    assert main(["check", "raft:splitlogs", "--simplest", "--search", "dfs"]) == 2
    assert "leave out --search dfs" in capsys.readouterr().err


def test_faults_of_an_extended_spec() -> None:
    """Those that are not in the Next of the spec at hand are none of it."""
    assert bundled_model("raft:tiny").faults == ("Restart", "DuplicateMessage", "DropMessage")
    assert bundled_model("raft_delays:leader_1").faults == ()
    assert bundled_model("raft_crash:n2k1").faults == ("Crash", "RestartUp", "DuplicateMessage", "DropMessage")


#: Worker 1 comes first in Next, but can take every other step only.
LONG = """
Steps: Natural
Worker = Range(1, 2)
idle = Variable(Fn(Worker, BOOLEAN))
x = Variable(Range(0, Steps))
def Init(t):
    t.idle = {w: True for w in Worker}
    t.x = 0
def Work(s, t, w):
    if not s.x < Steps: return False
    if not (w == 2 or s.x % 2 == 0): return False
    t.x = s.x + 1
    return True
Next = [(Work, Worker)]
def Below(s): return s.x < Steps
Invariants = [Below]
"""


def test_longer_than_calls_can_be_nested() -> None:
    steps = 3 * sys.getrecursionlimit()
    spec = load(LONG, {"Steps": steps})
    default, found, _ = both(spec)
    assert cost(spec, default) == (steps + 1, 0, steps - 1)
    assert cost(spec, found) == (steps + 1, 0, 0)
