"""Values read from texts of TLC by their elements: the same values and errors as read one by one."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mc.engine.store.storage import shape_of
from mc.errors import EvaluationError
from mc.lang import Bag, Domain, Enum, Fn, Range, Record, Seq, Set
from mc.lang.text import from_tla, to_tla
from mc.lang.values import ModelValueSet
from mc.tlc.texts import Memory, ValueReader, of_domain
from tests.toys.values import Domains, random_value

ATOMS = (ModelValueSet("A", ("a1", "a2", "a3")), ModelValueSet("B", ("b1", "b2")))


def outcome(domain: Domain, text: str, reader: ValueReader | None) -> object:
    """The value with its type and code, or the error."""
    try:
        value = of_domain(domain, from_tla(text)) if reader is None else reader.read(text)
    except EvaluationError as error:
        return type(error), str(error)
    return type(value), value, shape_of(domain).encode(value)


def wrapped(text: str, random: Random) -> str:
    """The text with line breaks where TLC has them, at some of the commas."""
    parts = text.split(", ")
    return "".join(part + random.choice((", ", ",\n  ")) for part in parts[:-1]) + parts[-1]


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2**32))
def test_the_same_values_and_errors(seed: int) -> None:
    random = Random(seed)
    domains = Domains(random, ATOMS)
    domain, other = domains.domain(random.randint(1, 3)), domains.domain(random.randint(1, 2))
    reader = ValueReader(domain)
    for _ in range(10):
        text = wrapped(to_tla(random_value(domain if random.random() < 0.8 else other, random)), random)
        if random.random() < 0.1:
            cut = random.randrange(len(text))
            text = text[:cut] + random.choice(("", "}", ", ", "[")) + text[cut + 1 :]
        assert outcome(domain, text, reader) == outcome(domain, text, None), text


@pytest.mark.parametrize(
    ("domain", "text"),
    [
        (Set(Range(0, 9)), "{1, 2, 3}"),
        (Set(Range(0, 9)), "{ 1,\n  2 }"),
        (Set(Set(Range(0, 3))), "{{}, {1}, {1, 2}, {2, 3}}"),
        (Set(Record(p=Enum("], [", "}, {"), q=Range(0, 3))), '{[p |-> "], [", q |-> 1], [p |-> "}, {", q |-> 1]}'),
        (Seq(Seq(Range(0, 3), 2), 3), "<<<<1, 2>>, <<>>, <<3, 3>>>>"),
        (Fn(Enum(ATOMS[0]), Set(Range(0, 3))), "(a1 :> {} @@ a2 :> {1, 2} @@\n  a3 :> {1, 2, 3})"),
        (Bag(Record(p=Range(0, 3), q=Range(0, 3)), 3, 2), "([p |-> 1, q |-> 1] :> 1 @@ [p |-> 1, q |-> 2] :> 2)"),
        (Fn(Enum("a @@ b"), Fn(Enum(ATOMS[1]), Range(0, 1))), '("a @@ b" :> (b1 :> 0 @@ b2 :> 1))'),
    ],
)
def test_elements_are_read_once(domain: Domain, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = ValueReader(domain)
    first = reader.read(text)
    assert first == domain.coerce(from_tla(text))
    monkeypatch.setattr("mc.tlc.texts.from_tla", lambda text: pytest.fail(f"read again: {text}"))
    assert reader.read(text) == first


def test_broken_texts_are_no_values() -> None:
    reader = ValueReader(Set(Enum(ATOMS[0])))
    for text in ("{a1, a2", "{a1, a2)", "{a1 a2}", "{a1,, a2}", "{a1, a2}}", "{"):
        with pytest.raises(EvaluationError):
            reader.read(text)


def test_a_memory_has_an_end() -> None:
    memory: Memory[int] = Memory(room=10_000)
    for k in range(1000):
        memory[f"{k:050}"] = k
        assert memory[f"{k:050}"] == k
        assert 0 < len(memory) < 40
