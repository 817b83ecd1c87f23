"""Domains: the sets that variables, fields and parameters range over.

A domain is a TLA+ set with a bound, so that a state has a fixed layout. It answers membership
(``value in domain``), gives plain Python values their TLA+ kind (:meth:`Domain.coerce`) and,
where it is finite, iterates over its elements in a fixed order.
"""

from __future__ import annotations

import collections.abc
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from mc.dataclass import dataclass
from mc.errors import DomainError, EvaluationError, KindError, SpecError
from mc.lang import arithmetic
from mc.lang.kinds import in_order, kind, refusal, shown
from mc.lang.text import to_tla
from mc.lang.values import BagValue, FnValue, ModelValue, ModelValueSet, SeqValue, as_function

Atom = str | int | bool | ModelValue


def _show(value: object) -> str:
    try:
        return to_tla(value)
    except TypeError:
        return repr(value)


class Domain:
    """Base of all domains."""

    #: One with more elements is not gone through.
    most_enumerated = 1 << 20

    #: The kinds of the elements that are no model values.
    kinds: frozenset[str] = frozenset()
    #: Whether TLC refuses to compare some two elements, such as a number and a string.
    mixed = False

    def coerce(self, value: Any) -> Any:
        """``value`` as an element of this domain.

        :class:`DomainError` where it is none, :class:`KindError` where TLC refuses to ask that of a value of its kind.
        """
        raise NotImplementedError

    def holds(self, value: Any) -> bool:
        """``value \\in self``, as TLC answers it; :class:`KindError` where it refuses to."""
        try:
            self.coerce(value)
        except KindError:
            raise KindError(refusal(shown(value), self.described())) from None
        except DomainError:
            return False
        return True

    def __iter__(self) -> Iterator[Any]:
        """The elements; :class:`EvaluationError` where there are too many to go through."""
        if self.size() > self.most_enumerated:
            raise EvaluationError(arithmetic.too_many(repr(self), self.most_enumerated))
        return self.enumerate()

    def enumerate(self) -> Iterator[Any]:
        """The elements, of which there may be any number."""
        raise SpecError(f"the domain {self!r} cannot be enumerated")

    def size(self) -> float:
        """How many elements there are, about; infinity where nobody would count them."""
        return 0

    def __contains__(self, value: object) -> bool:
        try:
            self.coerce(value)
        except DomainError:
            return False
        return True

    def described(self) -> str:
        """The kinds of its elements, and which they are."""
        return f"{' or '.join(sorted(self.kinds)) or 'a model value'} ({self!r})"

    def fail(self, value: object, why: str | DomainError = "") -> DomainError:
        """The error for a value outside; ``why``: the reason, or the error of a part of it."""
        comparable = isinstance(value, ModelValue) or kind(value) in self.kinds
        error = KindError if isinstance(why, KindError) or not comparable else DomainError
        return error(f"{_show(value)} is not in {self!r}" + (f": {why}" if str(why) else ""))


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

    kinds = frozenset(("a Boolean",))

    def coerce(self, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        raise self.fail(value)

    def enumerate(self) -> Iterator[bool]:
        return iter((False, True))

    def size(self) -> float:
        return 2

    def __repr__(self) -> str:
        return "BOOLEAN"


BOOLEAN = Bool()


class Range(Domain, collections.abc.Set):  # type: ignore[type-arg]
    """The integers ``lo..hi`` (none where ``hi < lo``); without ``hi``, all from ``lo`` up.

    With ``hi``, also a set like any other: it can be assigned, compared and combined by ``|``, ``&`` and ``-``.
    """

    kinds = frozenset(("a number",))
    most_enumerated = arithmetic.MOST_NUMBERS

    def __init__(self, lo: int, hi: int | None = None) -> None:
        for bound in (lo, hi):
            if bound is not None and (not isinstance(bound, int) or isinstance(bound, bool)):
                raise SpecError(f"the bounds of Range are integers, not {bound!r}")
            if bound is not None and not arithmetic.fits(bound):
                raise SpecError(f"Range: {arithmetic.too_large(bound)}")
        self.lo = lo
        self.hi = hi

    def coerce(self, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.fail(value)
        if value < self.lo or (self.hi is not None and value > self.hi):
            raise self.fail(value)
        return value

    def __iter__(self) -> Iterator[int]:
        return Domain.__iter__(self)

    def enumerate(self) -> Iterator[int]:
        return iter(range(self.lo, self.lo + len(self)))

    def size(self) -> float:
        return len(self)

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
    """A finite set of atoms (model values, strings, integers, Booleans), given one by one or as sets of them."""

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
                raise SpecError(f"Enum takes model values, strings, integers and Booleans, not {member!r}")
            if isinstance(member, int) and not arithmetic.fits(member):
                raise SpecError(f"Enum: {arithmetic.too_large(member)}")
        # Python holds 0 for the same as False.
        self._known = dict.fromkeys((type(m), m) for m in flat)
        self.members: tuple[Any, ...] = tuple(m for _, m in self._known)
        if not self.members:
            raise SpecError("an Enum needs at least one member")
        self.kinds = frozenset(kind(m) for m in self.members if not isinstance(m, ModelValue))
        self.mixed = len(self.kinds) > 1

    def coerce(self, value: Any) -> Any:
        if isinstance(value, (str, int, ModelValue)) and (type(value), value) in self._known:
            return value
        raise self.fail(value)

    def enumerate(self) -> Iterator[Any]:
        return iter(self.members)

    def size(self) -> float:
        return len(self.members)

    def __repr__(self) -> str:
        return "{" + ", ".join(_show(m) for m in self.members) + "}"


class Listed(Domain):
    """A finite set of any values, such as quorums: what a row ranges over, or the arguments of a function. No variable
    has such a domain."""

    def __init__(self, elements: frozenset[Any]) -> None:
        self.elements: tuple[Any, ...] = tuple(in_order(frozenset(elements)))
        kinds = {kind(element) for element in self.elements if not isinstance(element, ModelValue)}
        # A sequence is a function.
        self.kinds = frozenset(kinds | ({"a function"} if "a sequence" in kinds else set()))

    def coerce(self, value: Any) -> Any:
        if value in self.elements:
            return value
        raise self.fail(value)

    def enumerate(self) -> Iterator[Any]:
        return iter(self.elements)

    def size(self) -> float:
        return len(self.elements)

    def __repr__(self) -> str:
        return "{" + ", ".join(map(_show, self.elements)) + "}"


class Optional(Domain):
    """``D \\cup {none}``: a value of ``domain``, or the atom ``none``."""

    def __init__(self, domain: Any, none: Atom) -> None:
        self.domain = as_domain(domain)
        self.none = none
        if not isinstance(none, (str, int, ModelValue)):
            raise SpecError(f"Optional takes a model value, a string, an integer or a Boolean for none, not {none!r}")
        if none in self.domain:
            raise SpecError(f"{none!r} is already in {self.domain!r}")
        self.kinds = self.domain.kinds if isinstance(none, ModelValue) else self.domain.kinds | {kind(none)}
        self.mixed = self.domain.mixed or len(self.kinds) > 1

    def coerce(self, value: Any) -> Any:
        if type(value) is type(self.none) and value == self.none:
            return self.none
        try:
            return self.domain.coerce(value)
        except DomainError as error:
            raise self.fail(value, error if kind(value) in self.domain.kinds else "") from None

    def enumerate(self) -> Iterator[Any]:
        return itertools.chain(self.domain, (self.none,))

    def size(self) -> float:
        return self.domain.size() + 1

    def __repr__(self) -> str:
        return f"({self.domain!r} \\cup {{{_show(self.none)}}})"


def check_comparable(what: str, element: Domain) -> None:
    """:class:`SpecError` for a domain of elements of which two may meet that cannot be compared."""
    if element.mixed:
        raise SpecError(
            f"{what} can be compared, but not those in {element!r}: keep their kinds apart, or take a model value"
            " in place of the odd one"
        )


class Fn(Domain):
    """``[D -> R]``: functions from a finite set of atoms or integers, or of what is listed."""

    kinds = frozenset(("a function", "a sequence"))

    def __init__(self, domain: Any, range: Any) -> None:
        self.domain = as_domain(domain)
        self.range = as_domain(range)
        if not isinstance(self.domain, (Enum, Range, Listed)):
            raise SpecError(f"a function's domain is a set of model values, strings or integers, not {domain!r}")
        check_comparable("a function's arguments", self.domain)
        self.mixed = self.range.mixed
        self.keys: tuple[Any, ...] = tuple(self.domain)

    def coerce(self, value: Any) -> Any:
        function = as_function(value)
        if function is None or isinstance(function, BagValue):
            raise self.fail(value)
        if len(function) != len(self.keys) or not all(k in function for k in self.keys):
            raise self.fail(value)
        try:
            return FnValue({k: self.range.coerce(function[k]) for k in self.keys})
        except DomainError as error:
            raise self.fail(value, error) from None

    def enumerate(self) -> Iterator[Any]:
        for values in itertools.product(tuple(self.range), repeat=len(self.keys)):
            yield FnValue(dict(zip(self.keys, values, strict=True)))

    def size(self) -> float:
        return arithmetic.raised(self.range.size(), len(self.keys))

    def __repr__(self) -> str:
        return f"[{self.domain!r} -> {self.range!r}]"


class Written(Fn):
    """Functions of which those on ``1..n`` are written as sequences, as TLA+ knows no others."""

    def coerce(self, value: Any) -> Any:
        return self._written(super().coerce(value))

    def enumerate(self) -> Iterator[Any]:
        return map(self._written, super().enumerate())

    def _written(self, function: FnValue) -> FnValue | SeqValue:
        return (
            SeqValue(function[key] for key in self.keys) if self.keys == (*range(1, len(self.keys) + 1),) else function
        )
