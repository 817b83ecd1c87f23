"""Domains of values that have parts: sets, sequences, records and bags of bounded size."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Any

from mc.errors import DomainError, KindError, SpecError
from mc.lang import arithmetic
from mc.lang.domains import Domain, Enum, Range, as_domain, check_comparable
from mc.lang.values import BagValue, ModelValue, RecordValue, SeqValue, as_sequence


def _check_capacity(name: str, capacity: Any) -> None:
    if capacity is not None and (not isinstance(capacity, int) or isinstance(capacity, bool) or capacity < 1):
        raise SpecError(f"the capacity of {name} is a positive integer, not {capacity!r}")


class Set(Domain):
    """``SUBSET D``: sets of elements of ``element``; with ``capacity``, at most that many."""

    kinds = frozenset(("a set",))

    def __init__(self, element: Any, capacity: int | None = None) -> None:
        _check_capacity("Set", capacity)
        self.element = as_domain(element)
        check_comparable("the elements of a set", self.element)
        self.capacity = capacity

    def coerce(self, value: Any) -> frozenset[Any]:
        if isinstance(value, Range) and value.hi is not None:
            value = frozenset(value)
        if isinstance(value, ModelValue):
            raise self.fail(value, KindError("it is no set"))
        if not isinstance(value, (frozenset, set)):
            raise self.fail(value)
        if self.capacity is not None and len(value) > self.capacity:
            raise self.fail(value, f"{len(value)} elements, but the declared capacity is {self.capacity}")
        try:
            return frozenset(self.element.coerce(e) for e in value)
        except DomainError as error:
            raise self.fail(value, error) from None

    def size(self) -> float:
        elements = self.element.size()
        every = arithmetic.raised(2, elements)
        return every if self.capacity is None else min(every, arithmetic.raised(elements + 1, self.capacity))

    def enumerate(self) -> Iterator[frozenset[Any]]:
        elements = tuple(self.element)
        for size in range(len(elements) + 1 if self.capacity is None else self.capacity + 1):
            for chosen in itertools.combinations(elements, size):
                yield frozenset(chosen)

    def __repr__(self) -> str:
        text = repr(self.element)
        # SUBSET binds more tightly than .. and \cup.
        return f"SUBSET ({text})" if isinstance(self.element, (Range, Union)) else f"SUBSET {text}"


class Seq(Domain):
    """``Seq(D)``: sequences of at most ``capacity`` elements (without it: for membership tests only)."""

    kinds = frozenset(("a sequence", "a function"))

    def __init__(self, element: Any, capacity: int | None = None) -> None:
        _check_capacity("Seq", capacity)
        self.element = as_domain(element)
        self.mixed = self.element.mixed
        self.capacity = capacity

    def coerce(self, value: Any) -> SeqValue:
        if isinstance(value, list):
            value = tuple(value)
        found = as_sequence(value)
        if found is None:
            raise self.fail(value)
        if self.capacity is not None and len(found) > self.capacity:
            raise self.fail(value, f"length {len(found)}, but the declared capacity is {self.capacity}")
        try:
            return SeqValue(self.element.coerce(e) for e in tuple.__iter__(found))
        except DomainError as error:
            raise self.fail(value, error) from None

    def size(self) -> float:
        elements = self.element.size()
        if self.capacity is None or elements < 2:
            return math.inf if self.capacity is None else self.capacity + 1
        return arithmetic.raised(elements, self.capacity) * elements / (elements - 1)

    def enumerate(self) -> Iterator[SeqValue]:
        if self.capacity is None:
            raise SpecError(f"{self!r} is infinite: give it a capacity")
        elements = tuple(self.element)
        for length in range(self.capacity + 1):
            for chosen in itertools.product(elements, repeat=length):
                yield SeqValue(chosen)

    def __repr__(self) -> str:
        return f"Seq({self.element!r})"


class Record(Domain):
    """``[f1: D1, f2: D2, ...]``. A field may be given one value: ``Record(type="Commit")``.

    Calling the domain makes a record: ``Entry(term=1, value=v)``.
    """

    kinds = frozenset(("a record",))

    def __init__(self, /, **fields: Any) -> None:
        self.fields = {name: as_domain(domain) for name, domain in fields.items()}
        self.mixed = any(domain.mixed for domain in self.fields.values())

    def coerce(self, value: Any) -> RecordValue:
        if not isinstance(value, RecordValue) or set(value.fields) != set(self.fields):
            raise self.fail(value)
        try:
            return RecordValue({name: domain.coerce(value.fields[name]) for name, domain in self.fields.items()})
        except DomainError as error:
            raise self.fail(value, error) from None

    def __call__(self, /, **fields: Any) -> RecordValue:
        return self.coerce(RecordValue(fields))

    def size(self) -> float:
        return math.prod(domain.size() for domain in self.fields.values())

    def enumerate(self) -> Iterator[RecordValue]:
        for values in itertools.product(*(tuple(d) for d in self.fields.values())):
            yield RecordValue(dict(zip(self.fields, values, strict=True)))

    def __repr__(self) -> str:
        return "[" + ", ".join(f"{name}: {domain!r}" for name, domain in self.fields.items()) + "]"


class Product(Domain):
    """``S \\X T``: tuples, each component of which is of a domain of its own."""

    kinds = frozenset(("a sequence", "a function"))

    def __init__(self, *components: Any) -> None:
        self.components = tuple(map(as_domain, components))
        self.mixed = any(domain.mixed for domain in self.components)

    def coerce(self, value: Any) -> SeqValue:
        found = as_sequence(value)
        if found is None or len(found) != len(self.components):
            raise self.fail(value)
        try:
            parts = zip(self.components, tuple.__iter__(found), strict=True)
            return SeqValue(domain.coerce(part) for domain, part in parts)
        except DomainError as error:
            raise self.fail(value, error) from None

    def size(self) -> float:
        return math.prod(domain.size() for domain in self.components)

    def enumerate(self) -> Iterator[SeqValue]:
        return map(SeqValue, itertools.product(*map(tuple, self.components)))

    def __repr__(self) -> str:
        return " \\X ".join(f"({domain!r})" for domain in self.components)


class Union(Domain):
    """Records of several kinds, told apart by a tag: a field with one value in each kind.

    Calling the domain makes a record of the kind whose tag is given: ``Message(type="Commit")``.
    """

    kinds = frozenset(("a record",))

    def __init__(self, *records: Record) -> None:
        if not records or not all(isinstance(record, Record) for record in records):
            raise SpecError("Union takes records: Union(Record(type='a', ...), Record(type='b', ...))")
        self.records = records
        self.mixed = any(record.mixed for record in records)
        self.tag = self._find_tag()
        self.by_tag = {record.fields[self.tag].members[0]: record for record in records}  # type: ignore[attr-defined]

    def _find_tag(self) -> str:
        for name in self.records[0].fields:
            domains = [record.fields.get(name) for record in self.records]
            if all(isinstance(d, Enum) and len(d.members) == 1 for d in domains):
                tags = {d.members[0] for d in domains}  # type: ignore[union-attr]
                if len(tags) == len(self.records):
                    return name
        raise SpecError("the kinds of a Union need a tag: a field with one value, different in each kind")

    def coerce(self, value: Any) -> RecordValue:
        if not isinstance(value, RecordValue) or value.fields.get(self.tag) not in self.by_tag:
            raise self.fail(value)
        return self.by_tag[value.fields[self.tag]].coerce(value)

    def __call__(self, /, **fields: Any) -> RecordValue:
        return self.coerce(RecordValue(fields))

    def size(self) -> float:
        return sum(record.size() for record in self.records)

    def enumerate(self) -> Iterator[RecordValue]:
        return itertools.chain(*self.records)

    def __repr__(self) -> str:
        return " \\cup ".join(repr(record) for record in self.records)


class Bag(Domain):
    """Bags with at most ``distinct`` different elements and ``copies`` copies of each."""

    kinds = frozenset(("a function", "a sequence"))

    def __init__(self, element: Any, distinct: int, copies: int) -> None:
        _check_capacity("Bag", distinct)
        _check_capacity("Bag", copies)
        self.element = as_domain(element)
        check_comparable("the elements of a bag", self.element)
        self.distinct = distinct
        self.copies = copies

    def coerce(self, value: Any) -> BagValue:
        if isinstance(value, tuple):  # TLC prints a function over 1..n, the empty one too, as a sequence
            value = dict(enumerate(tuple.__iter__(value), 1))
        if isinstance(value, (frozenset, set)):
            value = dict.fromkeys(value, 1)
        if not isinstance(value, Mapping):
            raise self.fail(value)
        if len(value) > self.distinct:
            raise self.fail(value, f"{len(value)} distinct elements, but the declared capacity is {self.distinct}")
        counts = {}
        for element, count in value.items():
            if type(count) is not int or not 1 <= count <= self.copies:
                raise self.fail(value, f"{count} copies, but the declared capacity is {self.copies}")
            try:
                counts[self.element.coerce(element)] = count
            except DomainError as error:
                raise self.fail(value, error) from None
        return BagValue(counts)

    def __repr__(self) -> str:
        return f"Bag({self.element!r})"
