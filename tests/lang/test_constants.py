"""What a spec says outside of definitions means what it means inside: a tuple is a sequence, which counts from 1."""

from __future__ import annotations

import re

import pytest

from mc.engine.search.compiled import Engine
from mc.errors import SpecError
from mc.lang.values import FnValue, SeqValue
from mc.trace.behavior import find_failure
from tests.toys.engines import compare, load

HEAD = """
S: ModelValues
a: ModelValue
b: ModelValue
Order = (2, 3, 1)
Next_ = {a: b, b: a}
Weight = {k: k * k for k in Range(1, 3)}
Lines = ((1, 2), (2, 3), (3, 1))
Word = "abc"
Numbers = [2, 3, 1]
x = Variable(Range(0, 9))
y = Variable(Enum(a, b))
q = Variable(Seq(Range(1, 3), 3))
f = Variable(Fn(Range(1, 3), Range(0, 9)))
def Init(t):
    t.x = 1
    t.y = a
    t.q = ()
    t.f = {k: 0 for k in Range(1, 3)}
def Turns():
    return (2, 3, 1)
def Squares():
    return {k: k * k for k in Range(1, 3)}
"""


def states(effect: str) -> list[tuple[object, ...]]:
    """The states of a spec with one action of this effect, of which both engines say the same."""
    spec = load(f"{HEAD}def A(s, t):\n{effect}    return True\nNext = [A]\n", {"S": 2})
    return [tuple(state.values.values()) for state in compare(spec, (1,)).states]


@pytest.mark.parametrize(
    ("effect", "values"),
    [
        ("    t.x = Order[1]\n", [1, 2]),
        ("    t.x = Order[s.x]\n", [1, 2, 3]),
        ("    t.x = Turns()[s.x]\n", [1, 2, 3]),
        ("    t.x = Weight[s.x] % 3 + 1\n", [1, 2]),
        ("    t.x = Squares()[s.x] % 3 + 1\n", [1, 2]),
        ("    t.x = Lines[s.x][2]\n", [1, 2, 3]),
        ("    t.x = Head(Order)\n", [1, 2]),
        ("    t.x = Len(Lines) + len(Order)\n", [1, 6]),
    ],
)
def test_constant_sequences_and_functions_have_parts(effect: str, values: list[int]) -> None:
    assert [state[0] for state in states(effect)] == values


def test_constant_functions_are_values() -> None:
    assert len(states("    t.y = Next_[s.y]\n")) == 2
    found = states("    t.f = Weight\n    t.q = Order\n    t.x = 1 if s.f == Weight and s.q == Order else 0\n")
    assert found[1:] == [
        (0, found[0][1], SeqValue((2, 3, 1)), FnValue({1: 1, 2: 4, 3: 9})),
        (1, found[0][1], SeqValue((2, 3, 1)), FnValue({1: 1, 2: 4, 3: 9})),
    ]


#: What has no such part, why, and whether that is known before a state is looked at.
WITHOUT = {
    "Order[0]": ("index 0 is outside a sequence of length 3", False),
    "Order[-1]": ("index -1 is outside a sequence of length 3", False),
    "Order[s.x + 3]": ("index 4 is outside a sequence of length 3", False),
    "Weight[s.x + 3]": ("4 is outside the domain of the function", False),
    "Order[True]": ("not <<2, 3, 1>>, a sequence, and TRUE, a Boolean", True),
    "Word[1]": ("a[b] takes a function and any value; a sequence and a number; or a bag and any value", True),
    "len(Word)": ('len takes a set, a sequence or a bag, not "abc", a string', True),
    "Numbers[1]": ("[2, 3, 1]", True),
}


@pytest.mark.parametrize("expression", WITHOUT)
def test_parts_that_there_are_not(expression: str) -> None:
    words, at_load = WITHOUT[expression]
    spec = load(f"{HEAD}def A(s, t):\n    t.x = {expression}\n    return True\nNext = [A]\n", {"S": 2})
    if at_load:
        with pytest.raises(SpecError, match=re.escape(words)):
            Engine(spec)
        return
    violation = Engine(spec).search().violation
    assert violation is not None and violation.kind == "evaluation"
    failure = find_failure(spec, violation.representatives[-1])
    assert failure is not None and words in failure.message


def test_rows_are_no_sequences() -> None:
    """Lists of rows are made and taken apart as in Python."""
    text = f"{HEAD}def A(s, t, i):\n    t.x = i\n    return True\nRow = (A, Range(1, 2))\n"
    spec = load(f"{text}Next = [(Row[0], *Row[1:])]\n", {"S": 2})
    assert [repr(parameter.domain) for parameter in spec.actions[0].parameters] == ["1..2"]
