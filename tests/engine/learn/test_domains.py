"""Domains that are learned from values, and values as they are stored in them."""

from __future__ import annotations

from typing import Any

import pytest

from mc.engine.learn.domains import Learner, NotLearned, normal, stored
from mc.errors import DomainError
from mc.lang.values import FnValue, ModelValue, RecordValue, SeqValue

A, B, C, NONE = map(ModelValue, ("a", "b", "c", "none"))
MET = {name: number for number, name in enumerate(("c", "b", "a", "none", "type", "ask", "tell", "value"))}


def learned(*values: Any, fields: tuple[str, ...] = ("type", "value")) -> str:
    return repr(Learner([(C, B, A)], MET, frozenset(fields)).domain(values))


def record(**fields: Any) -> RecordValue:
    return RecordValue(fields)


def test_atoms_and_numbers() -> None:
    assert learned(True) == "BOOLEAN"
    assert learned(0, 3) == "0..7"
    assert learned(8, 20) == "0..31"
    assert learned(-1, 5) == "-1..7"
    assert learned(-5, 5) == "-8..7"
    assert learned("ask") == '{"ask"}'
    assert learned("tell", "ask") == '{"ask", "tell"}'
    assert learned(A) == "{c, b, a}", "all of the set that it belongs to, in the order of the text"
    assert learned(NONE, A) == "{c, b, a, none}"
    assert learned(1, NONE) == "(0..7 \\cup {none})"
    assert learned(1, "ask", "tell") == '{0, 1, 2, 3, 4, 5, 6, 7, "ask", "tell"}'


def test_values_with_parts() -> None:
    assert learned(frozenset((A,)), frozenset()) == "SUBSET {c, b, a}"
    assert learned(SeqValue(()), SeqValue((1, 2))) == "Seq(0..7)"
    assert learned(SeqValue((1, 2)), SeqValue((3, 1))) == "[1..2 -> 0..7]", "always so long"
    assert learned(FnValue({A: 1, B: 2})) == "[{b, a} -> 0..7]"
    assert learned(FnValue({0: True, 1: False})) == "[0..1 -> BOOLEAN]"
    assert learned(record(type="ask", value=1), record(type="tell", value=2)) == (
        '[type: {"ask", "tell"}, value: 0..7]'
    )
    assert (
        learned(record(type="ask"), record(type="tell", value=2))
        == '[type: {"ask"}] \\cup [type: {"tell"}, value: 0..7]'
    )
    assert learned(record(left=1, right=2)) == '[{"left", "right"} -> 0..7]', "no field of the text: a function"
    assert learned(NONE, record(value=1)) == "([value: 0..7] \\cup {none})"


def test_functions_with_several_domains_are_bags() -> None:
    one, two = record(type="ask"), record(type="tell")
    assert learned(FnValue({one: 1}), FnValue({two: 1, one: 2})) == 'Bag([type: {"ask", "tell"}])'
    assert learned(SeqValue(()), FnValue({A: 1})) == "Bag({c, b, a})"


def test_room_grows() -> None:
    finds = Learner([], MET)
    assert finds.domain([SeqValue(()), SeqValue((1,))]).capacity == 2  # type: ignore[attr-defined]
    assert finds.domain([SeqValue(()), SeqValue((1,) * 4)]).capacity == 8  # type: ignore[attr-defined]
    finds.doublings = 1
    assert finds.domain([SeqValue(()), SeqValue((1,))]).capacity == 4  # type: ignore[attr-defined]
    assert repr(finds.domain([20])) == "0..63"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ((1, True), "it is 1, a number, or TRUE, a Boolean"),
        ((frozenset(), 1), "a set, or "),
        ((frozenset((1,)), SeqValue((1,))), "<<1>>"),
        ((record(type=1), record(value=1)), "records have different fields, and no field tells which"),
        ((FnValue({A: True}), FnValue({B: True})), "functions have different domains"),
        ((frozenset((1, "ask")),), "a set has elements of several kinds"),
    ],
)
def test_what_has_no_domain(values: tuple[Any, ...], why: str) -> None:
    with pytest.raises(NotLearned) as raised:
        learned(*values)
    assert why in str(raised.value)


def test_which_variable_has_none() -> None:
    with pytest.raises(NotLearned, match="the variable y: it is 1, a number"):
        Learner([], MET).variables(("x", "y"), [(1, 1), (1, True)], {})


@pytest.mark.parametrize(
    "value",
    [
        record(left=1, right=2),
        SeqValue((1, 2)),
        frozenset((SeqValue((1, 2)),)),
        FnValue({A: record(left=1)}),
        record(type="ask", value=SeqValue((record(left=1),))),
    ],
)
def test_there_and_back(value: Any) -> None:
    domain = Learner([(C, B, A)], MET, frozenset(("type", "value"))).domain([value])
    assert stored(domain, value) in domain
    assert normal(stored(domain, value)) == value


def test_what_is_outside_has_no_place() -> None:
    domain = Learner([], MET).domain([1])
    with pytest.raises(DomainError):
        stored(domain, 8)
