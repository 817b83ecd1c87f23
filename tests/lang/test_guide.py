"""What ``mc/lang/README.md`` tells the author of a spec is true."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest

import mc.lang
from mc.engine import reference
from mc.engine.search.compiled import Engine
from mc.read.models import read_models
from mc.read.python.load import load_spec
from mc.spec.objects import Model, Spec

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "mc" / "lang" / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "lock.py"
    path.write_text(block("python"), encoding="utf-8")
    return path


def both(spec: Spec) -> tuple[int, int, int, str | None, int]:
    """Generated, distinct, depth, violated invariant and length of the behavior, from both engines."""
    slow, fast = reference.explore(spec).result, Engine(spec).search()
    property_, length = None, 0
    if fast.violation is not None:
        property_, length = fast.violation.property, len(fast.violation.representatives)
        assert slow.violation is not None
        assert (slow.violation.kind, slow.violation.property) == (fast.violation.kind, property_)
        assert len(slow.violation.representatives) == length
    else:
        assert dataclasses.replace(fast, exact=True, omission_probability=0.0, seconds={}) == slow
        assert all(fast.witnesses.values())
    return fast.generated, fast.distinct, fast.depth, property_, length


def test_example_is_short() -> None:
    assert sum(bool(line.strip()) for line in block("python").splitlines()) < 40


def test_example(lock: Path) -> None:
    """31 states: a queue of k of the 3 processes can stand in 3!/(3-k)! ways, its head inside or not."""
    counts = both(load_spec(lock, Model("small", {"Process": 3})))
    assert counts == (58, 1 + 2 * (3 + 6 + 6), 5, None, 0)
    assert "58 states generated, 31 distinct, depth 5" in GUIDE
    assert both(load_spec(lock, Model("small", {"Process": 3}, symmetry=("Process",))))[1] == 7
    assert "7 states stand for the 31" in GUIDE


def test_example_on_the_command_line(lock: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "mc", "check", lock.name, "-c", "Process=3"],
        cwd=lock.parent,
        env={"PYTHONPATH": str(ROOT), "HOME": str(lock.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    for line in ("58 states generated, 31 distinct, depth 5", "No error: all reachable states were checked (Exclusion"):
        assert line in said.stdout and line in GUIDE


def test_broken_example(lock: Path) -> None:
    guard = "    if not Head(s.queue) == p:\n        return False\n"
    text = lock.read_text()
    assert text.count(guard) == 1
    lock.write_text(text.replace(guard, ""))
    assert both(load_spec(lock, Model("small", {"Process": 3})))[3:] == ("Exclusion", 5)
    assert "a behavior of 5 states" in GUIDE


def test_models(lock: Path) -> None:
    lock.with_suffix(".yaml").write_text(block("yaml"), encoding="utf-8")
    models = read_models(lock)
    assert models.default == "small"
    assert [both(load_spec(lock, models.select(name)))[1] for name in ("small", "pair")] == [7, 9]
    keys = re.findall(r"^\| `(\w+)` \|", GUIDE[GUIDE.index("| key of a model") :], re.MULTILINE)
    # The last two are keys of the models of modules: mc/read/tla/README.md.
    assert set(keys) == {f.name for f in dataclasses.fields(Model)} - {"name", "place", "module", "config"}


@pytest.mark.parametrize("name", sorted(set(mc.lang.__all__) - {"Domain"}))
def test_vocabulary_is_in_the_guide(name: str) -> None:
    assert re.search(rf"`[^`\n]*\b{name}\b|^\s+.*\b{name}\b", GUIDE, re.MULTILINE)


FORMS = """
from mc.lang import *

Server: ModelValues
Nil: ModelValue
Top: Natural
Lossy: Boolean

Small = Range(0, 3)
Pair = Record(a=Small, b=BOOLEAN)
Message = Union(Record(type="Ack", to=Server), Record(type="Put", value=Small))

n = Variable(Range(0, Top))
f = Variable(Fn(Server, Fn(Range(1, 2), Small)))
q = Variable(Seq(Small, 4))
r = Variable(Pair)
sent = Variable(Set(Message, 2))
part = Variable(Set(Server))
bag = Variable(Bag(Message, distinct=2, copies=3))
who = Variable(Optional(Server, Nil))


def Start(t, i):
    t.n = 0
    t.f = {k: {x: x for x in Range(1, 2)} for k in Server}
    t.q = ()
    t.r = Pair(a=1, b=False)
    t.sent = set()
    t.part = {i}
    t.bag = set()
    t.who = i


Init = [(Start, Server)]


def Step(s, t, i, k):
    if not s.n < Top:
        return False
    if not (s.n == 0 or i in s.part or not Lossy):
        return False
    x = s.n + 1
    t.n = x
    t.f[i][k] = (x * 2 + 7 // 2) % 4
    t.q = Append(s.q, k) if s.n == 0 else s.q + (k, 3)
    t.r.a = k
    t.r.b = not s.r.b
    t.sent = {Message(type="Ack", to=i)} | {Message(type="Put", value=y) for y in {k}}
    t.part = (s.part | {i}) - {j for j in Server if s.f[j][1] == 0}
    t.bag = s.bag + {Message(type="Ack", to=i)}
    t.who = Nil if s.who == i else i
    return True


def Take(s, t, m):
    t.bag = s.bag - {m}
    return True


Next = [(Step, Server, Range(1, 2)), (Take, bag)]


def Quantifiers(s):
    return (
        all(s.f[i][k] in Small for i in Server for k in Range(1, 2))
        and any(s.who in {i, Nil} for i in Server)
        and all(a == b for a in Server for b in Server if a == s.who and b == s.who)
        and (not s.n > 1 or s.n >= 2)
        and (1 if s.n == 0 else 0) <= 1
    )


def Sequences(s):
    return (
        Len(s.q) <= 3
        and (s.q == () or Head(s.q) == s.q[1])
        and (s.q == () or Tail(s.q) == SubSeq(s.q, 2, Len(s.q)))
        and (not Len(s.q) == 3 or s.q == (s.q[1], s.q[2], 3))
    )


def Sets(s):
    return (
        s.part <= Server
        and Cardinality(s.part & Server) == Cardinality(s.part)
        and (s.part == set() or not s.part - Server != set())
        and Max({s.n, 1}) >= Min({x for x in Small if x > 0})
        and s.part in Set(Server)
        and s.n in Nat
        and Cardinality({i for i in Server if i not in s.part}) == Cardinality(Server) - Cardinality(s.part)
    )


def Records(s):
    return (
        s.r == Pair(a=s.r.a, b=s.r.b)
        and all(m.type != "Put" or m.value == s.r.a for m in s.sent)
        and all(s.bag[m] == CopiesIn(m, s.bag) for m in s.bag)
        and all(CopiesIn(Message(type="Ack", to=i), s.bag) <= s.n for i in Server)
        and Cardinality(s.bag) <= 2
    )


Invariants = [Quantifiers, Sequences, Sets, Records]


def Both(s):
    return Cardinality(s.bag) == 2


def Copies(s):
    return any(s.bag[m] == 2 for m in s.bag)


Witnesses = [Both, Copies]
"""


@pytest.mark.parametrize("symmetry", [(), ("Server",)])
@pytest.mark.parametrize("lossy", [False, True])
def test_forms(tmp_path: Path, lossy: bool, symmetry: tuple[str, ...]) -> None:
    """The forms in the guide's tables mean the same in both engines."""
    path = tmp_path / "forms.py"
    path.write_text(FORMS)
    model = Model("forms", {"Server": 2, "Top": 2, "Lossy": lossy}, symmetry=symmetry, deadlock=False)
    assert both(load_spec(path, model))[1] > 20
