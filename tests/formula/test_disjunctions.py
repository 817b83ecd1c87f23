"""``return A(s, t) or B(s, t)``: each part that holds is a step, as in TLA+, whatever holds beside it."""

from __future__ import annotations

import pytest

from mc.engine import reference
from mc.errors import EvaluationError, SpecError
from tests.formula.test_formulas import compare
from tests.toys.engines import load

HEAD = """
x = Variable(Range(0, 3))
y = Variable(Range(0, 3))
q = Variable(Seq(Record(a=Range(0, 3), z=Seq(Range(0, 3), 2)), 2))
R = Record(a=Range(0, 3), z=Seq(Range(0, 3), 2))
Fast: Boolean
def Init(t):
    t.x = 0
    t.y = 0
    t.q = (R(a=0, z=(1,)),)
def X(s, t, k):
    if not s.x == k:
        return False
    t.x = (k + 1) % 3
    return True
def Y(s, t):
    if not (s.x == 2 and s.y < 2):
        return False
    t.y = s.y + 1
    return True
def Part(s, t, k):
    if not s.x == k:
        return False
    t.q[1].z[1] = k
    t.x = (k + 1) % 3
    return True
def One(s, t):
    t.y = 1
    return True
def Late(s, t):
    if not s.q[2].a == 0:
        return False
    t.y = 1
    return True
def Twice(s, t):
    return X(s, t, 1) or X(s, t, s.x)
def Again(s, t):
    return X(s, t, 2) or Twice(s, t)
"""


def spec(body: str) -> str:
    return f"{HEAD}def A(s, t):\n{body}\nNext = [A]\n"


@pytest.mark.parametrize(
    "body",
    [
        "    return X(s, t, 0) or X(s, t, 1) or Y(s, t)",
        "    return (s.y < 2 and (X(s, t, 0) or X(s, t, 1))) or Y(s, t)",
        "    return X(s, t, 0) or (s.x == 1 and X(s, t, 1)) or (X(s, t, 2) if s.y == 2 else Y(s, t))",
        "    return X(s, t, 0) or s.x == 1",
        "    return Part(s, t, 0) or Part(s, t, 1) or Y(s, t)",
        "    return (Fast and X(s, t, 0)) or (not Fast and X(s, t, 0)) or X(s, t, 1)",
        "    if not (X(s, t, 0) or X(s, t, 1)):\n        return False\n    t.y = 1\n    return True",
        "    return (s.x == 0 and One(s, t)) or X(s, t, 1)",
        "    X(s, t, 0)\n    t.y = 1\n    return True",
    ],
)
def test_parts_that_exclude_each_other(body: str) -> None:
    for fast in (False, True):
        loaded = load(spec(body), {"Fast": fast})
        compare(loaded, 100)
        found = reference.explore(loaded)
        for state in found.states:
            assert len(list(reference.successors(loaded, state))) <= 1
        assert found.result.generated > 1


@pytest.mark.parametrize(
    ("body", "steps"),
    [
        ("    return X(s, t, 0) or One(s, t)", [(1, 0), (0, 1)]),
        ("    return X(s, t, 0) or X(s, t, 1) or (s.x == 0 and One(s, t))", [(1, 0), (0, 1)]),
        ("    return s.x == 0 or X(s, t, 0)", [(0, 0), (1, 0)]),
        ("    return X(s, t, 0) or True", [(1, 0), (0, 0)]),
        ("    return One(s, t) or One(s, t)", [(0, 1), (0, 1)]),
        ("    return X(s, t, 0) or Again(s, t)", [(1, 0), (1, 0)]),
        ("    return (s.x == 0 and X(s, t, 0)) or Again(s, t)", [(1, 0), (1, 0)]),
        ("    return Part(s, t, 0) or (s.x == 0 and (One(s, t) or X(s, t, s.x)))", [(1, 0), (0, 1), (1, 0)]),
        ("    if not (X(s, t, 0) or s.y == 0):\n        return False\n    return True", [(1, 0), (0, 0)]),
        ("    return any(X(s, t, k) or One(s, t) for k in Range(0, 1))", [(1, 0), (0, 1), (0, 1)]),
    ],
)
def test_parts_that_hold_at_once(body: str, steps: list[tuple[int, int]]) -> None:
    loaded = load(spec(body), {"Fast": True})
    (state,) = loaded.initial_states()
    assert [(s.state.x, s.state.y) for s in reference.successors(loaded, state)] == steps
    assert compare(loaded, 100) >= len(steps)


def test_what_comes_after_a_part_that_holds_is_evaluated() -> None:
    """TLC evaluates it too, and stops where it cannot."""
    with pytest.raises(EvaluationError):
        reference.explore(load(spec("    return X(s, t, 0) or Late(s, t)"), {"Fast": True}))


def test_in_init() -> None:
    text = """
x = Variable(Range(0, 3))
def Low(t, k):
    if not k < 1:
        return False
    t.x = k
    return True
def High(t, k):
    if not k > {least}:
        return False
    t.x = k + 1
    return True
def Start(t, k):
    return Low(t, k) or High(t, k)
Init = [(Start, Range(0, 2))]
def A(s, t):
    return True
Next = [A]
"""
    assert [state.x for state in load(text.format(least=0)).initial_states()] == [0, 2, 3]
    assert [state.x for state in load(text.format(least=-1)).initial_states()] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("    for k in Range(0, 1):\n        X(s, t, k)\n    return True", "X(s, t, k) may be disabled"),
        ("    for k in Range(0, 1):\n        if k == 1:\n            return X(s, t, k)\n    return True", "in a loop"),
        ("    for k in Range(0, 1):\n        Both(s, t, k)\n    return True", "Both(s, t, k) may have several ways"),
        ("    for k in Range(0, 1):\n        return One(s, t) or One(s, t)\n    return True", "may have several ways"),
        ("    t.x = 1\n    X(s, t, 0)\n    return True", "guards before effects"),
    ],
)
def test_where_a_step_has_one_way(body: str, words: str) -> None:
    both = "def Both(s, t, k):\n    return One(s, t) or One(s, t)\n"
    with pytest.raises(SpecError) as caught:
        load(spec(body).replace("def A(", f"{both}def A("), {"Fast": True})
    assert words in str(caught.value)
