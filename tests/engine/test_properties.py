"""Properties of storage, of values as text and of the visited set, on random domains and values."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mc.engine.store.layout import Layout
from mc.engine.store.slots import PAYLOAD, STRIDE
from mc.engine.store.storage import encodable, shape_of
from mc.errors import DomainError, EvaluationError, SpecError
from mc.lang import BOOLEAN, Bag, Enum, Fn, Optional, Range, Record, Seq, Set
from mc.lang.state import State
from mc.lang.text import from_tla, to_tla
from mc.lang.values import FnValue, ModelValue, ModelValueSet, RecordValue, SeqValue
from tests.toys.values import Domains, random_value

ATOMS = (ModelValueSet("A", ("a1", "a2", "a3")), ModelValueSet("B", ("b1", "b2")))
SEEDS = st.integers(0, 2**32)
MANY = settings(max_examples=400, deadline=None)


@MANY
@given(SEEDS)
def test_encoding_is_one_to_one(seed: int) -> None:
    random = Random(seed)
    domain = Domains(random, ATOMS).domain(random.randint(0, 3))
    shape = shape_of(domain)
    codes = {}
    for _ in range(12):
        value = random_value(domain, random)
        assert domain.coerce(value) == value
        code = shape.encode(value)
        assert 0 <= code <= shape.mask
        assert shape.wide == (shape.bits > PAYLOAD)
        for word in range(shape.words):
            assert code >> STRIDE * word & (1 << STRIDE) - 1 < 1 << PAYLOAD, "the sign bit of a word is used"
        back = shape.decode(code)
        assert back == value
        assert type(back) is type(domain.coerce(value))
        assert domain.coerce(back) == back
        assert encodable(shape, value)
        assert codes.setdefault(code, value) == value
    assert len(set(codes.values())) == len(codes)


@MANY
@given(SEEDS)
def test_states_are_packed_one_to_one(seed: int) -> None:
    random = Random(seed)
    domains = Domains(random, ATOMS)
    variables = {f"v{k}": domains.domain(random.randint(0, 2)) for k in range(random.randint(1, 5))}
    layout = Layout(variables)
    rows = {}
    for _ in range(8):
        state = State({name: random_value(domain, random) for name, domain in variables.items()})
        row = layout.pack(state)
        assert row.shape == (layout.words,)
        assert (row >= 0).all()
        assert layout.unpack(row) == state
        assert rows.setdefault(row.tobytes(), state) == state
    assert len(set(rows.values())) == len(rows)


@MANY
@given(SEEDS)
def test_every_value_of_a_small_domain_has_a_code_of_its_own(seed: int) -> None:
    random = Random(seed)
    domains = Domains(random, (ModelValueSet("A", ("a1", "a2")),))
    domain = random.choice((domains.small, domains._pair, domains.countable))()
    if random.random() < 0.5:
        domain = random.choice((lambda d: Set(Enum("x", "y")), lambda d: Fn(Enum(*ATOMS[1]), d), lambda d: Seq(d, 2)))(
            domain
        )
    shape = shape_of(domain)
    if shape.size() > 5000:
        return
    values = list(domain)
    assert len({shape.encode(v) for v in values}) == len(values) == len(set(values))
    assert {shape.decode(shape.encode(v)) for v in values} == set(values)
    assert sorted(shape.rank(v) for v in values) == list(range(int(shape.size())))


@MANY
@given(SEEDS)
def test_text_reads_back(seed: int) -> None:
    random = Random(seed)
    domain = Domains(random, ATOMS).domain(random.randint(0, 3))
    value = random_value(domain, random)
    assert domain.coerce(from_tla(to_tla(value))) == value
    other = random_value(domain, random)
    assert (to_tla(value) == to_tla(other)) == (value == other)


@given(st.text(max_size=20), st.integers())
def test_strings_and_numbers_read_back(text: str, number: int) -> None:
    assert from_tla(to_tla(text)) == text
    assert from_tla(to_tla(number)) == number


@MANY
@given(SEEDS)
def test_values_outside_a_domain_are_refused(seed: int) -> None:
    random = Random(seed)
    domains = Domains(random, ATOMS)
    domain, other = domains.domain(random.randint(0, 2)), domains.domain(random.randint(0, 2))
    value = random_value(other, random)
    try:
        value = domain.coerce(value)  # which may give it the kind of this domain, such as a bag
    except DomainError:
        assert value not in domain
        return
    assert value in domain
    assert shape_of(domain).decode(shape_of(domain).encode(value)) == value


def test_an_interval_is_a_set() -> None:
    assert Range(1, 3) == frozenset({1, 2, 3}) == Range(1, 3)
    assert hash(Range(1, 3)) == hash(frozenset({1, 2, 3}))
    assert Range(1, 0) == frozenset() == Range(5, 2)
    assert Range(1, 3) != Range(1, 4)
    assert Range(0) != Range(1)
    assert Range(1, 3) | {7} == {1, 2, 3, 7} == {7} | Range(1, 3)
    assert Range(1, 3) - {2} == {1, 3}
    assert {2, 9} & Range(1, 3) == {2}
    assert {2, 3} <= Range(1, 3) < {1, 2, 3, 4}
    assert len(Range(-1, 2)) == 4
    assert Set(Range(0, 5)).coerce(Range(1, 3)) == frozenset({1, 2, 3})


def test_functions_are_equal_as_in_tla() -> None:
    a, b = ATOMS[0].members[:2]
    assert FnValue({a: FnValue({b: 1})}) == FnValue({a: FnValue({b: 1})}) != FnValue({a: FnValue({b: 2})})
    assert Bag(Enum(a), 1, 2).coerce({a: 2}) != FnValue({a: 2})


@pytest.mark.parametrize("capacity", [1, 2, 3])
def test_a_set_with_a_capacity_holds_no_more(capacity: int) -> None:
    for domain in (Set(Range(0, 5), capacity), Set(Range(0, 99999), capacity), Bag(Range(0, 5), capacity, 1)):
        assert encodable(shape_of(domain), frozenset(range(capacity)))
        assert not encodable(shape_of(domain), frozenset(range(capacity + 1)))
        assert frozenset(range(capacity + 1)) not in domain


def test_records_have_their_fields_in_any_order() -> None:
    one, two = Record(a=Range(0, 3), b=Range(0, 70000)), Record(b=Range(0, 70000), a=Range(0, 3))
    assert one(a=1, b=2) == two(a=1, b=2)
    assert shape_of(one).decode(shape_of(one).encode(two(b=9, a=3))) == one(a=3, b=9)


def test_model_values_and_strings_are_different() -> None:
    domain = Enum("a1", ModelValue("a1"), 1)
    assert len({shape_of(domain).encode(v) for v in domain}) == 3
    assert True not in domain


#: Pairs that Python holds for equal, and TLA+ does not.
NEARLY_EQUAL: list[tuple[Any, Any]] = [
    (SeqValue((1,)), SeqValue((True,))),
    (FnValue({"a": 0}), FnValue({"a": False})),
    (FnValue({0: "a"}), FnValue({False: "a"})),
    (RecordValue({"f": 1}), RecordValue({"f": True})),
    (RecordValue({"f": frozenset({1})}), RecordValue({"f": frozenset({True})})),
    (SeqValue((frozenset({frozenset({0})}),)), SeqValue((frozenset({frozenset({False})}),))),
    (State({"v": 0}), State({"v": False})),
    (State({"v": SeqValue((1, 2))}), State({"v": SeqValue((True, 2))})),
]


@pytest.mark.parametrize(("one", "other"), NEARLY_EQUAL)
def test_a_boolean_is_no_number_within_a_value(one: Any, other: Any) -> None:
    assert one != other
    assert len({one, other}) == 2
    assert one == copy.deepcopy(one)


def test_a_function_has_no_boolean_where_it_has_a_number() -> None:
    function = FnValue({0: "a", 1: "b"})
    assert True not in function and 1 in function
    with pytest.raises(EvaluationError, match="outside the domain"):
        assert function[True]
    assert FnValue({True: 1}) not in Fn(Range(1, 1), Range(0, 1))


def test_an_enumeration_has_numbers_and_booleans() -> None:
    domain = Enum(0, 1, False)
    shape = shape_of(domain)
    assert [shape.decode(shape.encode(v)) for v in domain] == [0, 1, False]
    assert [type(v) for v in domain] == [int, int, bool]
    assert True not in domain


@pytest.mark.parametrize("element", [Optional(Range(0, 1), True), Enum("a", 1), Seq(Enum(0, False), 1)])
def test_elements_that_cannot_be_compared_are_not_put_together(element: Any) -> None:
    for domain in (lambda: Set(element), lambda: Bag(element, 1, 1), lambda: Fn(element, BOOLEAN)):
        with pytest.raises(SpecError, match=r"can be compared|function's domain"):
            domain()
