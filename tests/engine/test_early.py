"""Searches by code that is not optimised find what the others find, and nothing is left of the race between them."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import mc
from mc.engine.machine import child
from mc.engine.machine.library import Library
from mc.engine.result import Result
from mc.engine.runtime import words
from mc.engine.search import early
from mc.engine.search.asymmetry import SymmetryCheck
from mc.engine.search.compiled import Engine
from mc.engine.search.limits import Limits
from mc.errors import McError
from mc.read.models import bundled_names, find_spec, read_models
from mc.read.python.load import load_spec
from mc.spec.objects import Spec
from tests.toys.engines import GRID, load
from tests.toys.random_spec import RandomSpec

TOYS = Path(__file__).parents[1] / "toys"


def outcome(engine: Engine, **options: Any) -> Result | str:
    """The result of a search, but for its times; or what it raises."""
    try:
        return dataclasses.replace(engine.search(**options), seconds={})
    except McError as error:
        return f"{type(error).__name__}: {error}"


def compare(spec: Spec, **options: Any) -> Result | str:
    """Fail where the code finds something else when it is optimised; returns what is found."""
    engine = Engine(spec)
    engine.use(Library(engine.code, engine.cache, quick=True).ready())
    found = outcome(engine, **options)
    assert outcome(Engine(spec), **options) == found
    return found


def found(spec: Spec, **options: Any) -> Result:
    result = compare(spec, **options)
    assert isinstance(result, Result)
    return result


TOY_SPECS = {
    "diehard": load(TOYS / "diehard.py", invariants=()),
    "diehard solved": load(TOYS / "diehard.py", invariants=("NotSolved",)),
    "lock": load(TOYS / "lock.py", {"Process": 3}),
    "lock up to symmetry": load(TOYS / "lock.py", {"Process": 4}, ("Process",)),
    "ring": load(TOYS / "ring.py", {"N": 3}),
    "turns": load(TOYS / "turns.py", {"N": 3}),
    "grid": load(GRID, {"Size": 5}),
    "starts": load(TOYS / "starts.py", deadlock=True),
    "deadlock": load(TOYS / "counter.py", {"End": 3, "Cut": 9}, invariants=(), deadlock=True),
    "cut": load(TOYS / "counter.py", {"End": 9, "Cut": 3}, invariants=(), deadlock=True),
    "violated where it is cut": load(TOYS / "counter.py", {"End": 9, "Cut": 3}),
    "ewd840": load(TOYS / "ewd840.py", {"N": 3}),
    "ewd998": load(TOYS / "ewd998.py", {"N": 2, "Most": 1}),
    "paxos commit": load(TOYS / "paxos_commit.py", {"RM": 2, "Acceptor": 3, "MaxBallot": 0}),
}


@pytest.mark.parametrize("name", TOY_SPECS)
@pytest.mark.parametrize("options", [{}, {"simplest": True, "workers": 2}], ids=["plain", "simplest"])
def test_toys(name: str, options: dict[str, Any]) -> None:
    compare(TOY_SPECS[name], **options)


@pytest.mark.parametrize("name", bundled_names())
def test_bundled_specs(name: str) -> None:
    path, _ = find_spec(name)
    models = read_models(path).models
    model = models.get("tiny") or next(iter(models.values()))
    result = found(load_spec(path, model), limits=Limits(max_states=400))
    assert result.distinct > 100


@pytest.mark.parametrize("limits", [Limits(max_states=k) for k in (1, 30, 60)] + [Limits(max_depth=k) for k in (1, 4)])
@pytest.mark.parametrize("batch", [3, 10**9])
def test_limits(limits: Limits, batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # Such batches have levels that are wide, where the machine expands several parts one after the other.
    monkeypatch.setattr(words, "BATCH", min(batch, words.BATCH))
    monkeypatch.setattr(words, "NARROW", min(batch, words.NARROW))
    assert found(TOY_SPECS["grid"], limits=limits).verdict == "incomplete"


@pytest.mark.parametrize("batch", [3, 10**9])
def test_what_stops_a_search_in_a_batch(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "BATCH", min(batch, words.BATCH))
    monkeypatch.setattr(words, "NARROW", min(batch, words.NARROW))
    for text, verdict in ((INVARIANT, "violation"), (FAILING, "error"), (STUCK, "deadlock")):
        assert found(load(NUMBERS + text, deadlock=True)).verdict == verdict


#: A wide level, one of whose states is the reason to stop.
NUMBERS = """
x = Variable(Range(0, 99))
y = Variable(Range(0, 40))
def Init(t):
    t.x = 0
    t.y = 0
def Spread(s, t, k):
    if not s.y == 0:
        return False
    t.x = k
    t.y = k % 7
    return True
"""
INVARIANT = """
def Go(s, t):
    t.x = (s.x * 3 + 1) % 50
    t.y = min(s.y + 1, 30)
    return True
def Apart(s):
    return s.x + s.y != 37
Next = [(Spread, Range(1, 30)), Go]
Invariants = [Apart]
"""
FAILING = """
def Go(s, t):
    t.x = s.x + 11
    t.y = 12 // (40 - s.x)
    return True
Next = [(Spread, Range(1, 30)), Go]
"""
STUCK = """
def Go(s, t):
    if not (s.x < 90 and s.x % 5 != 4):
        return False
    t.x = s.x + 3
    return True
Next = [(Spread, Range(1, 30)), Go]
"""


STARTS = """
x = Variable(Range(0, 99))
def Start(t, k):
    t.x = k
def Divided(t, k):
    t.x = 7 // (2 - k)
def Back(s, t):
    t.x = 0
    return True
Next = [Back]
"""
TABLES = {
    "counted": "Init = [(Start, Range(0, 9)), (Start, Range(3, 5))]",
    "the first fails": "Init = [(Divided, Range(2, 3))]",
    "the last fails": "Init = [(Start, Range(0, 9)), (Divided, Range(0, 3))]",
    "violated": "Init = [(Start, Range(0, 9))]\ndef I(s):\n    return s.x < 5\nInvariants = [I]",
    "vacuous": "Init = [(Start, Range(0, 9))]\ndef C(s):\n    return s.x > 50\nConstraints = [C]",
    "a witness fails": "Init = [(Start, Range(0, 9))]\ndef W(s):\n    return 9 // s.x > 0\nWitnesses = [W]",
}


@pytest.mark.parametrize("tables", TABLES.values(), ids=TABLES)
def test_initial_states(tables: str) -> None:
    compare(load(f"{STARTS}{tables}\n"))


CHOSEN = """
P: ModelValues
p1: ModelValue
who = Variable(Set(P))
def All(t, some):
    t.who = some
def One(t, p):
    t.who = {p}
def Take(s, t, p):
    if not Cardinality(s.who) == 2:
        return False
    t.who = s.who | {p}
    return True
def Drop(s, t, p):
    t.who = s.who - {p}
    return True
"""


@pytest.mark.parametrize("tables", ["Init = [(One, Enum(p1))]", "Init = [(All, Set(P))]"])
def test_a_symmetry_that_does_not_hold(tables: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = load(f"{CHOSEN}{tables}\nNext = [(Take, Enum(p1)), (Drop, P)]\n", {"P": 4}, ("P",))
    assert str(compare(spec)).startswith("SpecError")
    # The constant p1 was found first.
    monkeypatch.setattr(SymmetryCheck, "definitions", lambda check: None)
    assert "exchanging p1 and p2" in str(compare(spec))


@pytest.mark.parametrize("first", [100, 200, 300])
def test_random_specs(first: int) -> None:
    """With what fails to be evaluated, and violations; how they are drawn: see ``soak``."""
    verdicts: Counter[str] = Counter()
    for seed in range(first, first + 5):
        generator = RandomSpec(seed, unsafe=0.15 * (seed % 2), starts=bool(seed % 3), mixed=0.04 * (seed % 4 == 1))
        try:
            symmetry = generator.symmetric if seed % 2 else ()
            spec = load(generator.text(), generator.constants, symmetry, deadlock=not seed % 3)
            result = compare(spec, limits=Limits(max_states=300))
        except McError:  # it is refused
            continue
        verdicts[result if isinstance(result, str) else result.verdict] += 1
    assert sum(verdicts.values()) > 2, verdicts


# The race

#: What takes many batches.
LONG = load(GRID, {"Size": 50})


class Fake:
    """A child that is ready after it was asked so often, and has this code then."""

    def __init__(self, after: int, code: bytes | None) -> None:
        self.left, self.made = after, code

    def ready(self) -> bool:
        self.left -= 1
        return self.left < 0

    def code(self) -> bytes | None:
        return self.made


def race(spec: Spec, cache: Path, after: int, code: bytes | None, monkeypatch: pytest.MonkeyPatch) -> str:
    """Search where the child does so, with the result of any other search; the kind of code that gave it."""

    @contextmanager
    def compiling(library: Library) -> Iterator[Fake]:
        yield Fake(after, code)

    monkeypatch.setattr(early, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(early, "compiling", compiling)
    monkeypatch.setattr(early, "possible", lambda: True)
    monkeypatch.setattr(early, "processors", lambda: 2)
    engine = Engine(spec, cache)
    assert outcome(engine, early=True) == outcome(Engine(spec))
    return "quick" if engine.library.quick else "optimised"


def test_a_model_that_is_done_is_not_optimised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert race(TOY_SPECS["ring"], tmp_path, 10**9, None, monkeypatch) == "quick"
    assert len(list(tmp_path.iterdir())) == 1
    # What was kept is there at once.
    monkeypatch.setattr(Library, "compile", None)
    assert race(TOY_SPECS["ring"], tmp_path, 10**9, None, monkeypatch) == "quick"


@pytest.mark.parametrize("after", [0, 5])
def test_optimised_code_is_first(after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = LONG
    library = Library(Engine(spec).code, tmp_path / "other")
    code = library.compile(library.assembly)
    assert race(spec, tmp_path / "cache", after, code, monkeypatch) == "optimised"
    assert len(list((tmp_path / "cache").iterdir())) == 1
    # What was kept is there at once.
    monkeypatch.setattr(Library, "compile", None)
    assert race(spec, tmp_path / "cache", 10**9, None, monkeypatch) == "optimised"


def test_the_child_dies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert race(LONG, tmp_path, 5, None, monkeypatch) == "optimised"


def test_what_takes_long_is_optimised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(early, "MOST_SECONDS", 0.0)
    assert race(LONG, tmp_path, 10**9, None, monkeypatch) == "optimised"


def test_what_is_searched_again_is_optimised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless it takes next to nothing."""
    monkeypatch.setattr(early, "MOST_SECONDS", 60.0)
    monkeypatch.setattr(early, "MOST_SECONDS_AGAIN", 60.0)
    assert [race(LONG, tmp_path, 10**9, None, monkeypatch) for _ in range(2)] == ["quick", "quick"]
    monkeypatch.setattr(early, "MOST_SECONDS_AGAIN", 0.0)
    assert race(LONG, tmp_path, 10**9, None, monkeypatch) == "optimised"


def test_a_search_that_has_no_time_left(tmp_path: Path) -> None:
    result = Engine(LONG, tmp_path).search(early=True, limits=Limits(max_seconds=0))
    assert result.ending is not None and result.ending.limit == "max-seconds"


# Processes


def start(arguments: list[str], cache: Path, **options: Any) -> subprocess.Popen[str]:
    """``mc check``, leading a group of processes, where nothing is compiled yet."""
    environment = {**os.environ, "PYTHONPATH": str(Path(mc.__file__).parents[1]), "XDG_CACHE_HOME": str(cache)}
    environment.pop("OPENBLAS_NUM_THREADS", None)
    command = [sys.executable, "-m", "mc", "check", *arguments, "--out", str(cache / "out")]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen(command, env=environment, text=True, start_new_session=True, **pipes)


def children(process: subprocess.Popen[str]) -> list[str]:
    return Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()


def wait_for(condition: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def is_gone(process: subprocess.Popen[str]) -> bool:
    """Whether nobody is left in the group of a process that has ended."""
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return True
    return False


needs_children = pytest.mark.skipif(
    not sys.platform.startswith("linux") or early.processors() < 2, reason="there is no race on one processor"
)


@needs_children
@pytest.mark.parametrize(
    ("model", "words"),
    [("twophase", "1,146 states generated, 288 distinct"), ("raft:small", "3,813,460 states generated")],
)
def test_no_process_is_left(model: str, words: str, tmp_path: Path) -> None:
    with start([model], tmp_path) as process:
        wait_for(lambda: children(process) or process.poll() is not None)
        output, errors = process.communicate(timeout=300)
        assert is_gone(process)
    assert (process.returncode, errors) == (0, "")
    assert words in output
    assert len(list((tmp_path / "mc").glob("*"))) == 1


@needs_children
@pytest.mark.parametrize("model", ["twophase", "raft:halfquorum", "paxos:forgetful"])
def test_what_is_printed(model: str, tmp_path: Path) -> None:
    """The same, but for times, memory and threads, before the code is optimised and after that."""
    told = []
    for _ in range(2):
        with start([model, "--json", str(tmp_path / "result.json")], tmp_path) as process:
            output, errors = process.communicate(timeout=300)
        found = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
        trace = (tmp_path / "out").rglob("trace.*")
        del found["seconds"], found["peak_rss_bytes"], found["workers"]
        output = re.sub(r"^explored in .*$", "", output, flags=re.MULTILINE)
        told.append((process.returncode, output, errors, found, {file.name: file.read_bytes() for file in trace}))
        path, name = find_spec(model)
        Engine(load_spec(path, read_models(path).select(name)), tmp_path / "mc").compile()
    assert told[0] == told[1]


@needs_children
@pytest.mark.parametrize(
    ("number", "code", "errors"),
    [
        (signal.SIGINT, 20, "mc: interrupted\n"),
        (signal.SIGTERM, 20, "mc: interrupted\n"),
        (signal.SIGKILL, -9, ""),
    ],
)
@pytest.mark.parametrize("whole_group", [False, True])
def test_no_process_is_left_when_it_is_ended(
    number: signal.Signals, code: int, errors: str, whole_group: bool, tmp_path: Path
) -> None:
    with start(["raft:small"], tmp_path) as process:
        wait_for(lambda: children(process))
        (os.killpg if whole_group else os.kill)(process.pid, number)
        told = process.communicate(timeout=60)[1]
        if number != signal.SIGKILL:
            assert is_gone(process)
        # Nobody can wait for the child of a process that was killed; it sees to it itself.
        wait_for(lambda: is_gone(process), 20)
    # A search that is interrupted says what it found so far.
    assert (process.returncode, told) in [(code, errors), (code, "")]
    assert all(len(file.name) == 24 for file in (tmp_path / "mc").glob("*"))


@needs_children
def test_the_child_that_is_ended_is_not_missed(tmp_path: Path) -> None:
    with start(["raft:small"], tmp_path) as process:
        wait_for(lambda: children(process))
        os.kill(int(children(process)[0]), signal.SIGTERM)
        output, errors = process.communicate(timeout=300)
        assert is_gone(process)
    assert (process.returncode, errors) == (0, "")
    assert "3,813,460 states generated" in output


def test_no_child_where_there_are_threads() -> None:
    assert child.possible() == (len(os.listdir("/proc/self/task")) == 1)
