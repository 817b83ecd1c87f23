"""Constraints and invariants are evaluated again only where what they read has changed: none is missed."""

from __future__ import annotations

import pytest

from mc.engine.search.compiled import Engine
from tests.toys.engines import compare, load

#: Two counters that step in turn; sets of pairs, one of which takes more than one word.
SPEC = """
Most: Natural
a = Variable(Range(0, 9))
b = Variable(Range(0, 9))
wide = Variable(Set(Range(0, 99)))
queue = Variable(Seq(Range(0, 9), 3))
def Init(t):
    t.a = 0
    t.b = 0
    t.wide = set()
    t.queue = ()
def StepA(s, t):
    t.a = (s.a + 1) % 5
    return True
def StepB(s, t):
    t.b = (s.b + 1) % 5
    return True
def Grow(s, t, k):
    if k in s.wide:
        return False
    t.wide = s.wide | {k}
    return True
def Push(s, t):
    if Len(s.queue) == 3:
        return False
    t.queue = Append(s.queue, s.b)
    return True
Next = [StepA, StepB, (Grow, {3, 98}), Push]

def Second(s):
    return s.b
def Sum(s):
    return s.a + Second(s)
def Twice(s):
    return Sum(s) <= Most and Sum(s) <= Most
def Steps(s):
    total = 0
    for k in s.wide:
        total += 1
    return total < 2
def Short(s):
    return True and (Len(s.queue) <= 1 and Sum(s) <= Most + 1)
def AtTwo(s):
    return not (s.a == 2 and s.b == 1)
def Far(s):
    return 98 not in s.wide
def Head0(s):
    return Len(s.queue) == 0 or s.queue[1] != Most
def Nested(s):
    return s.a * 0 + Second(s) != 4
def Small(s):
    return s.a < 5 and s.b < 5
def Fails(s):
    return s.a < 3 and s.queue[1] == 0
Constraints = [Twice]
Invariants = [AtTwo]
"""


@pytest.mark.parametrize("invariant", ["AtTwo", "Far", "Head0", "Steps", "Short", "Nested", "Small"])
@pytest.mark.parametrize("constraint", ["Twice", "Steps", "Short", "Far", "Nested"])
def test_as_the_reference_engine(constraint: str, invariant: str) -> None:
    spec = load(SPEC, {"Most": 3}, constraints=(constraint,), invariants=(invariant,), deadlock=False)
    compare(spec)


def test_a_predicate_that_cannot_be_evaluated_fails_where_it_does() -> None:
    spec = load(SPEC, {"Most": 4}, constraints=("Fails",), invariants=(), deadlock=False)
    compare(spec)


def test_what_the_steps_leave_alone_is_not_evaluated_again() -> None:
    text = SPEC + "def Sum3(s):\n    return s.a != 9 and s.b != 9\n"
    source = Engine(load(text, {"Most": 4}, constraints=("Twice",), invariants=("Sum3",))).source
    body = source.split("def broken(")[1].split("\ndef ")[0]
    assert body.count("if (changed[") == 2
