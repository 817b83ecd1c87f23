"""What cannot be evaluated, and values that leave their domain: an error at the same depth in both engines."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from mc.engine.result import Result
from mc.engine.search.compiled import Engine
from mc.engine.search.limits import Limits
from mc.errors import EvaluationError
from mc.spec.objects import Spec
from mc.trace.behavior import find_failure
from tests.toys.engines import GRID, compare, expected, load

#: x counts up to 6 in steps of 1; what is checked or done then depends on the test.
COUNTER = """
Server: ModelValues
Nil: ModelValue
x = Variable(Range(0, 6))
{variables}
def Init(t):
    t.x = 0
{init}
def Count(s, t):
    t.x = Min({{s.x + 1, 6}})
    return True
{action}
Next = [Count, {row}]
"""

#: Name: (variables, init, the action Do, its row).
ACTIONS: dict[str, tuple[str, str, str, str]] = {
    "range above": ("y = Variable(Range(-2, 3))", "t.y = 3", "t.y = s.y + s.x // 3", "Do"),
    "range below": ("y = Variable(Range(-2, 3))", "t.y = -2", "t.y = s.y - s.x // 3", "Do"),
    "range in a function": (
        "y = Variable(Fn(Server, Range(0, 2)))",
        "t.y = {i: 0 for i in Server}",
        "t.y[i] = s.x",
        "",
    ),
    "sequence too long": (
        "y = Variable(Seq(BOOLEAN, 2))",
        "t.y = ()",
        "t.y = Append(s.y, True) if s.x == 3 else s.y",
        "Do",
    ),
    "wide sequence too long": (
        "y = Variable(Seq(Range(0, 99999), 4))",
        "t.y = (1, 2)",
        "t.y = s.y + (s.x,) if s.x >= 2 else s.y",
        "Do",
    ),
    "sequences put together": (
        "y = Variable(Seq(Range(0, 9), 3))",
        "t.y = (1,)",
        "t.y = s.y + s.y if s.x == 3 else s.y",
        "Do",
    ),
    "bag of too many": (
        "y = Variable(Bag(Range(0, 6), 2, 2))",
        "t.y = {}",
        "t.y = s.y + {s.x} if s.x != 1 else s.y",
        "Do",
    ),
    "bag of too many copies": (
        "y = Variable(Bag(Server, 9, 2))",
        "t.y = {}",
        "t.y = s.y + {i} if s.x >= 2 else s.y",
        "",
    ),
    "set over its capacity": ("y = Variable(Set(Range(0, 6), 3))", "t.y = set()", "t.y = s.y | {s.x}", "Do"),
    "sorted set over its capacity": ("y = Variable(Set(Range(0, 60000), 3))", "t.y = set()", "t.y = s.y | {s.x}", "Do"),
    "comprehension over its capacity": (
        "y = Variable(Set(Range(0, 6), 3))",
        "t.y = set()",
        "t.y = {k for k in Range(1, s.x)}",
        "Do",
    ),
    "set outside its universe": ("y = Variable(Set(Range(0, 3)))", "t.y = set()", "t.y = s.y | {s.x}", "Do"),
    "wide set outside its universe": ("y = Variable(Set(Range(0, 99)))", "t.y = set()", "t.y = s.y | {s.x + 96}", "Do"),
    "index above": ("y = Variable(Seq(Range(0, 9), 2))", "t.y = (4, 5)", "t.y = (s.y[s.x + 1],)", "Do"),
    "index below": ("y = Variable(Seq(Range(0, 9), 2))", "t.y = (4, 5)", "t.y = (s.y[2 - s.x], 1)", "Do"),
    "constant index": (
        "y = Variable(Seq(Range(0, 9), 2))",
        "t.y = (4, 5)",
        "t.y = Tail(s.y) if s.x < 9 and s.y[2] == 5 else ()",
        "Do",
    ),
    "assignment outside a sequence": ("y = Variable(Seq(Range(0, 9), 3))", "t.y = (4, 5)", "t.y[s.x + 1] = 7", "Do"),
    "tail of nothing": ("y = Variable(Seq(Range(0, 9), 2))", "t.y = (4, 5)", "t.y = Tail(s.y)", "Do"),
    "head of nothing": (
        "y = Variable(Seq(Range(0, 9), 2))",
        "t.y = (4,)",
        "t.y = (Head(s.y),) if s.x > 1 else ()",
        "Do",
    ),
    "subsequence outside": (
        "y = Variable(Seq(Range(0, 9), 2))",
        "t.y = (4, 5)",
        "t.y = SubSeq((1, 2, 3), s.x, 3)",
        "Do",
    ),
    "maximum of nothing": ("y = Variable(Range(0, 9))", "t.y = 0", "t.y = Max({k for k in Range(3, 6 - s.x)})", "Do"),
    "minimum of nothing": ("y = Variable(Set(Range(0, 9)))", "t.y = {1}", "t.y = s.y - {Min(s.y)}", "Do"),
    "absent value": (
        "y = Variable(Optional(Range(0, 9), Nil))",
        "t.y = 1",
        "t.y = s.y + 1 if s.x < 4 else s.y + Opt(s)",
        "Do",
    ),
    "absent key": ("y = Variable(Optional(Server, Nil))", "t.y = Nil", "t.z[s.y] = s.x", "Do"),
    "key outside a function": (
        "y = Variable(Fn(Range(2, 4), Range(0, 9)))",
        "t.y = {k: 0 for k in Range(2, 4)}",
        "t.y[s.x + 2] = 1",
        "Do",
    ),
    "key read outside a function": (
        "y = Variable(Fn(Range(1, 4), Range(0, 9)))",
        "t.y = {k: k for k in Range(1, 4)}",
        "t.y[1] = s.y[4 - s.x]",
        "Do",
    ),
    "element that is not in the bag": (
        "y = Variable(Bag(Range(0, 3), 1, 1))",
        "t.y = {0}",
        "t.y = {} if s.y[s.x] == 2 else s.y",
        "Do",
    ),
    "division by zero": ("y = Variable(Range(0, 9))", "t.y = 0", "t.y = 6 // (3 - s.x)", "Do"),
}
EXTRA = {
    "absent value": "\ndef Opt(s):\n    return s.y if s.x < 5 else s.x + 9\n",
    "absent key": "",
}


def counter(name: str) -> str:
    variables, init, effect, row = ACTIONS[name]
    if name == "absent key":
        variables += "\nz = Variable(Fn(Server, Range(0, 9)))"
        init += "\n    t.z = {i: 0 for i in Server}"
    parameters = "s, t" if row else "s, t, i"
    guard = "    if s.x == 0:\n        return False\n"
    action = f"{EXTRA.get(name, '')}def Do({parameters}):\n{guard}    {effect}\n    return True\n"
    return COUNTER.format(variables=variables, init=f"    {init}", action=action, row=row or "(Do, Server)")


def same_place(spec: Spec, found: Result) -> None:
    """Fail where the compiled spec and plain Python find different places in the last state of a search."""
    assert found.violation is not None and found.violation.failure is not None
    failure = find_failure(spec, found.violation.representatives[-1])
    assert failure is not None, f"plain Python evaluates it: {found.violation.failure}"
    compiled = found.violation.failure
    assert (compiled.file, compiled.line) == (failure.file, failure.line), f"{compiled}, not {failure}"


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_that_cannot_be_evaluated(name: str) -> None:
    spec = load(counter(name), {"Server": 2})
    want = compare(spec, (1, 2, 3))
    assert want.verdict == "error"
    found = Engine(spec).search()
    assert found.violation is not None
    assert (found.violation.kind, found.complete) == ("evaluation", False)
    assert len(found.violation.representatives) == want.length
    same_place(spec, found)
    assert Engine(spec).search(order="dfs").verdict == "error"


@pytest.mark.parametrize(
    "name",
    [
        "bag of too many copies",
        "range in a function",
    ],
)
def test_the_same_up_to_symmetry(name: str) -> None:
    spec = load(counter(name), {"Server": 3}, ("Server",))
    found = Engine(spec).search(workers=2)
    assert found.violation is not None
    assert len(found.violation.representatives) == expected(spec).length


@pytest.mark.parametrize("name", ["range above", "sequence too long"])
def test_no_graph_of_what_cannot_be_evaluated(name: str) -> None:
    """Rather than a graph without the steps that could not be made."""
    spec = load(counter(name), {"Server": 2})
    with pytest.raises(EvaluationError, match="x = "):
        Engine(spec).graph(1000)


@pytest.mark.parametrize("table", ["Invariants", "Constraints", "Witnesses"])
@pytest.mark.parametrize("at", [0, 3])
def test_a_predicate_that_cannot_be_evaluated(table: str, at: int) -> None:
    text = COUNTER.format(variables="y = Variable(Seq(Range(0, 1), 1))", init="    t.y = ()", action="", row="")
    text += f"def Bad(s):\n    return s.x != {at} or s.y[1] == 1\n{table} = [Bad]\n"
    spec = load(text, {"Server": 1})
    want = compare(spec, (1, 2))
    assert (want.verdict, want.length) == ("error", at + 1)
    same_place(spec, Engine(spec).search())


UNION = """
M = Union(Record(k="a", v=Range(0, 3)), Record(k="b", w=Range(0, 3)))
m = Variable(M)
n = Variable(Range(0, 9))
def Init(t):
    t.m = M(k="a", v=0)
    t.n = 0
def Next1(s, t):
    t.m = M(k="a", v=s.m.v + 1) if s.m.k == "a" and s.m.v < 2 else M(k="b", w=3)
    return True
"""


@pytest.mark.parametrize("statement", ["t.n = s.m.w", "t.m.w = 1", "t.n = 1 if s.m.w == 2 else 0"])
def test_a_field_that_this_kind_of_record_has_not(statement: str) -> None:
    guard = "if s.m.k == 'a' and s.m.v < 2:\n        return False"
    text = f"{UNION}def Read(s, t):\n    {guard}\n    {statement}\n    return True\n"
    spec = load(text + "Next = [Next1, Read]\n")
    want = compare(spec)
    assert (want.verdict, want.length) == ("error", 3)
    same_place(spec, Engine(spec).search())


def test_an_update_that_cannot_be_evaluated() -> None:
    text = """
x = Variable(Range(0, 5))
h = Variable(Seq(Range(0, 5), 3))
def Init(t):
    t.x = 0
    t.h = ()
def Count(s, t):
    if s.x == 5:
        return False
    t.x = s.x + 1
    return True
def Note(s, t):
    t.h = Append(s.h, s.x)
Next = [Then(Count, Note)]
"""
    spec = load(text)
    want = compare(spec, (1, 2))
    assert (want.verdict, want.length) == ("error", 4)
    same_place(spec, Engine(spec).search())


def test_numbers_do_not_wrap_around() -> None:
    text = """
x = Variable(Range(0, 9))
def Init(t):
    t.x = 0
def Power(s, t):
    n = s.x + 2
    for k in Range(1, 7):
        n = n * n
    t.x = n % 10
    return True
Next = [Power]
"""
    spec = load(text)
    assert compare(spec).verdict == "error"
    same_place(spec, Engine(spec).search())


@pytest.mark.parametrize("order", ["bfs", "dfs"])
def test_a_search_that_is_out_of_time(order: str) -> None:
    spec = load(GRID, {"Size": 900})
    engine = Engine(spec)
    engine.compile()
    start = time.monotonic()
    found = engine.search(workers=2, order=order, limits=Limits(max_seconds=0.2))
    assert time.monotonic() - start < 10
    assert (found.verdict, found.complete, found.violation) == ("incomplete", False, None)
    assert found.frontier > 0
    # Every state that was expanded has three successors; the rest is the frontier.
    assert found.generated == 1 + 3 * (found.distinct - found.frontier)
    assert sum(action.distinct for action in found.actions.values()) == found.distinct - 1
    if order == "bfs":
        assert sum(found.levels) <= found.distinct


def test_no_time_at_all() -> None:
    found = Engine(load(GRID, {"Size": 5})).search(limits=Limits(max_seconds=0.0))
    assert (found.verdict, found.generated, found.distinct, found.frontier) == ("incomplete", 1, 1, 1)


def test_a_search_that_ends_in_time_is_complete() -> None:
    found = Engine(load(GRID, {"Size": 5})).search(limits=Limits(max_seconds=60.0))
    assert (found.verdict, found.distinct, found.frontier) == ("ok", 6**3, 0)


MANY = """
x = Variable(Range(0, 99999))
def Start(t, k):
    t.x = k
def Stay(s, t):
    return True
Init = [(Start, Range(0, 99999))]
Next = [Stay]
"""


@pytest.mark.parametrize("search", ["workers=1", "order='dfs'"])
def test_more_initial_states_than_the_first_table_has_slots(tmp_path: Path, search: str) -> None:
    (tmp_path / "many.py").write_text(f"from mc.lang import *\n{MANY}", encoding="utf-8")
    program = f"""
from pathlib import Path
from mc.engine.search.compiled import Engine
from mc.engine.search.limits import Limits
from mc.engine.result import Result
from mc.errors import EvaluationError
from mc.spec.objects import Spec
from mc.trace.behavior import find_failure
from mc.read.python.load import load_spec
from mc.spec.objects import Model
found = Engine(load_spec(Path("many.py"), Model("test", {{}}))).search({search})
print(found.verdict, found.generated, found.distinct)
"""
    environment: dict[str, Any] = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    # In a process of its own: an overfull table would never end the search.
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["ok", "200000", "100000"], done.stderr
