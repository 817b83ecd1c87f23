"""Domains: the sets that variables, fields and parameters range over.

A domain is a TLA+ set with a bound, so that a state has a fixed layout. It answers membership
(``value in domain``), gives plain Python values their TLA+ kind (:meth:`Domain.coerce`) and,
where it is finite, iterates over its elements in a fixed order.
"""

from __future__ import annotations

import collections.abc
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mc.errors import DomainError, SpecError
from mc.lang.text import to_tla
from mc.lang.values import BagValue, FnValue, ModelValue, ModelValueSet, RecordValue, SeqValue

Atom = str | int | bool | ModelValue


def _show(value: object) -> str:
    try:
        return to_tla(value)
    except TypeError:
        return repr(value)


class Domain:
    """Base of all domains."""

    def coerce(self, value: Any) -> Any:
        """``value`` as an element of this domain; :class:`DomainError` where it is none."""
        raise NotImplementedError

    def __iter__(self) -> Iterator[Any]:
        raise SpecError(f"the domain {self!r} cannot be enumerated")

    def __contains__(self, value: object) -> bool:
        try:
            self.coerce(value)
        except DomainError:
            return False
        return True

    def fail(self, value: object, why: str = "") -> DomainError:
        return DomainError(f"{_show(value)} is not in {self!r}" + (f": {why}" if why else ""))


def as_domain(given: Any) -> Domain:
    """What a spec may write for a domain: a domain, a set of atoms, or one value standing for itself."""
    if isinstance(given, Domain):
        return given
    if isinstance(given, (ModelValueSet, frozenset, set, str, int, ModelValue)):
        return Enum(given)
    raise SpecError(f"{given!r} is not a domain: write Enum(...), Range(lo, hi), Fn(...), Set(...), Seq(...), ...")


@dataclass(frozen=True, repr=False, eq=False)
class Bool(Domain):
    """``BOOLEAN``."""

    def coerce(self, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        raise self.fail(value)

    def __iter__(self) -> Iterator[bool]:
        return iter((False, True))

    def __repr__(self) -> str:
        return "BOOLEAN"


BOOLEAN = Bool()


class Range(Domain, collections.abc.Set):  # type: ignore[type-arg]
    """The integers ``lo..hi`` (none where ``hi < lo``); without ``hi``, all from ``lo`` up.

    With ``hi``, also a set like any other: it can be assigned, compared and combined by ``|``, ``&`` and ``-``.
    """

    def __init__(self, lo: int, hi: int | None = None) -> None:
        for bound in (lo, hi):
            if bound is not None and (not isinstance(bound, int) or isinstance(bound, bool)):
                raise SpecError(f"the bounds of Range are integers, not {bound!r}")
        self.lo = lo
        self.hi = hi

    def coerce(self, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.fail(value)
        if value < self.lo or (self.hi is not None and value > self.hi):
            raise self.fail(value)
        return value

    def __iter__(self) -> Iterator[int]:
        if self.hi is None:
            raise SpecError(f"{self!r} is infinite: give it an upper end")
        return iter(range(self.lo, self.hi + 1))

    def __contains__(self, value: object) -> bool:
        return Domain.__contains__(self, value)

    def __len__(self) -> int:
        if self.hi is None:
            raise SpecError(f"{self!r} is infinite: give it an upper end")
        return max(0, self.hi - self.lo + 1)

    def __bool__(self) -> bool:
        return self.hi is None or self.hi >= self.lo

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Range):
            return (self.lo, self.hi) == (other.lo, other.hi) or not (self or other)
        return self.hi is not None and super().__eq__(other)

    def __hash__(self) -> int:
        small = self.hi is not None and self.hi - self.lo < 10000  # larger ones are domains, not values
        return self._hash() if small else hash((self.lo, self.hi))

    @classmethod
    def _from_iterable(cls, elements: Iterable[Any]) -> frozenset[Any]:
        return frozenset(elements)

    def __repr__(self) -> str:
        return f"{self.lo}..{self.hi}" if self.hi is not None else "Nat" if self.lo == 0 else f"{self.lo}..Infinity"


Nat = Range(0)


class Enum(Domain):
    """A finite set of atoms (model values, strings, integers), given one by one or as sets of them."""

    def __init__(self, *members: Any) -> None:
        flat: list[Any] = []
        for member in members:
            if isinstance(member, ModelValueSet):
                flat.extend(member)
            elif isinstance(member, (frozenset, set)):
                flat.extend(sorted(member, key=lambda m: (type(m).__name__, to_tla(m))))
            elif isinstance(member, Enum):
                flat.extend(member.members)
            else:
                flat.append(member)
        for member in flat:
            if not isinstance(member, (str, int, ModelValue)):
                raise SpecError(f"Enum takes model values, strings and integers, not {member!r}")
        self.members: tuple[Any, ...] = tuple(dict.fromkeys(flat))
        if not self.members:
            raise SpecError("an Enum needs at least one member")
        self._known = frozenset((type(m), m) for m in self.members)

    def coerce(self, value: Any) -> Any:
        if isinstance(value, (str, int, ModelValue)) and (type(value), value) in self._known:
            return value
        raise self.fail(value)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.members)

    def __repr__(self) -> str:
        return "{" + ", ".join(_show(m) for m in self.members) + "}"


class Optional(Domain):
    """``D \\cup {none}``: a value of ``domain``, or the atom ``none``."""

    def __init__(self, domain: Any, none: Atom) -> None:
        self.domain = as_domain(domain)
        self.none = none
        if none in self.domain:
            raise SpecError(f"{none!r} is already in {self.domain!r}")

    def coerce(self, value: Any) -> Any:
        if type(value) is type(self.none) and value == self.none:
            return self.none
        try:
            return self.domain.coerce(value)
        except DomainError:
            raise self.fail(value) from None

    def __iter__(self) -> Iterator[Any]:
        return itertools.chain(self.domain, (self.none,))

    def __repr__(self) -> str:
        return f"({self.domain!r} \\cup {{{_show(self.none)}}})"


class Fn(Domain):
    """``[D -> R]``: functions from a finite set of atoms or integers."""

    def __init__(self, domain: Any, range: Any) -> None:
        self.domain = as_domain(domain)
        self.range = as_domain(range)
        if not isinstance(self.domain, (Enum, Range)):
            raise SpecError(f"a function's domain is a set of model values, strings or integers, not {domain!r}")
        self.keys: tuple[Any, ...] = tuple(self.domain)

    def coerce(self, value: Any) -> FnValue:
        if isinstance(value, tuple):  # TLC prints a function over 1..n as a sequence
            value = dict(enumerate(tuple.__iter__(value), 1))
        if not isinstance(value, Mapping) or isinstance(value, BagValue) or set(value) != set(self.keys):
            raise self.fail(value)
        try:
            return FnValue({k: self.range.coerce(value[k]) for k in self.keys})
        except DomainError as error:
            raise self.fail(value, str(error)) from None

    def __iter__(self) -> Iterator[FnValue]:
        for values in itertools.product(tuple(self.range), repeat=len(self.keys)):
            yield FnValue(dict(zip(self.keys, values, strict=True)))

    def __repr__(self) -> str:
        return f"[{self.domain!r} -> {self.range!r}]"


def _check_capacity(name: str, capacity: Any) -> None:
    if capacity is not None and (not isinstance(capacity, int) or isinstance(capacity, bool) or capacity < 1):
        raise SpecError(f"the capacity of {name} is a positive integer, not {capacity!r}")


class Set(Domain):
    """``SUBSET D``: sets of elements of ``element``; with ``capacity``, at most that many."""

    def __init__(self, element: Any, capacity: int | None = None) -> None:
        _check_capacity("Set", capacity)
        self.element = as_domain(element)
        self.capacity = capacity

    def coerce(self, value: Any) -> frozenset[Any]:
        if isinstance(value, Range) and value.hi is not None:
            value = frozenset(value)
        if not isinstance(value, (frozenset, set)):
            raise self.fail(value)
        if self.capacity is not None and len(value) > self.capacity:
            raise self.fail(value, f"{len(value)} elements, but the declared capacity is {self.capacity}")
        try:
            return frozenset(self.element.coerce(e) for e in value)
        except DomainError as error:
            raise self.fail(value, str(error)) from None

    def __iter__(self) -> Iterator[frozenset[Any]]:
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

    def __init__(self, element: Any, capacity: int | None = None) -> None:
        _check_capacity("Seq", capacity)
        self.element = as_domain(element)
        self.capacity = capacity

    def coerce(self, value: Any) -> SeqValue:
        if isinstance(value, list):
            value = tuple(value)
        if not isinstance(value, tuple):
            raise self.fail(value)
        if self.capacity is not None and len(value) > self.capacity:
            raise self.fail(value, f"length {len(value)}, but the declared capacity is {self.capacity}")
        try:
            return SeqValue(self.element.coerce(e) for e in tuple.__iter__(value))
        except DomainError as error:
            raise self.fail(value, str(error)) from None

    def __iter__(self) -> Iterator[SeqValue]:
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

    def __init__(self, **fields: Any) -> None:
        self.fields = {name: as_domain(domain) for name, domain in fields.items()}

    def coerce(self, value: Any) -> RecordValue:
        if not isinstance(value, RecordValue) or set(value.fields) != set(self.fields):
            raise self.fail(value)
        try:
            return RecordValue({name: domain.coerce(value.fields[name]) for name, domain in self.fields.items()})
        except DomainError as error:
            raise self.fail(value, str(error)) from None

    def __call__(self, **fields: Any) -> RecordValue:
        return self.coerce(RecordValue(fields))

    def __iter__(self) -> Iterator[RecordValue]:
        for values in itertools.product(*(tuple(d) for d in self.fields.values())):
            yield RecordValue(dict(zip(self.fields, values, strict=True)))

    def __repr__(self) -> str:
        return "[" + ", ".join(f"{name}: {domain!r}" for name, domain in self.fields.items()) + "]"


class Union(Domain):
    """Records of several kinds, told apart by a tag: a field with one value in each kind.

    Calling the domain makes a record of the kind whose tag is given: ``Message(type="Commit")``.
    """

    def __init__(self, *kinds: Record) -> None:
        if not kinds or not all(isinstance(kind, Record) for kind in kinds):
            raise SpecError("Union takes records: Union(Record(type='a', ...), Record(type='b', ...))")
        self.kinds = kinds
        self.tag = self._find_tag()
        self.by_tag = {kind.fields[self.tag].members[0]: kind for kind in kinds}  # type: ignore[attr-defined]

    def _find_tag(self) -> str:
        for name in self.kinds[0].fields:
            domains = [kind.fields.get(name) for kind in self.kinds]
            if all(isinstance(d, Enum) and len(d.members) == 1 for d in domains):
                tags = {d.members[0] for d in domains}  # type: ignore[union-attr]
                if len(tags) == len(self.kinds):
                    return name
        raise SpecError("the kinds of a Union need a tag: a field with one value, different in each kind")

    def coerce(self, value: Any) -> RecordValue:
        if not isinstance(value, RecordValue) or value.fields.get(self.tag) not in self.by_tag:
            raise self.fail(value)
        return self.by_tag[value.fields[self.tag]].coerce(value)

    def __call__(self, **fields: Any) -> RecordValue:
        return self.coerce(RecordValue(fields))

    def __iter__(self) -> Iterator[RecordValue]:
        return itertools.chain(*self.kinds)

    def __repr__(self) -> str:
        return " \\cup ".join(repr(kind) for kind in self.kinds)


class Bag(Domain):
    """Bags with at most ``distinct`` different elements and ``copies`` copies of each."""

    def __init__(self, element: Any, distinct: int, copies: int) -> None:
        _check_capacity("Bag", distinct)
        _check_capacity("Bag", copies)
        self.element = as_domain(element)
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
            if not isinstance(count, int) or not 1 <= count <= self.copies:
                raise self.fail(value, f"{count} copies, but the declared capacity is {self.copies}")
            try:
                counts[self.element.coerce(element)] = count
            except DomainError as error:
                raise self.fail(value, str(error)) from None
        return BagValue(counts)

    def __repr__(self) -> str:
        return f"Bag({self.element!r})"
