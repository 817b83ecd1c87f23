"""Sets that are not written out, and what is asked of sets.

The same things are asked of them as of the sets of ``tlc2.value.impl``: membership is decided without going through
the elements wherever TLC does so, and elements come in TLC's order.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mc.errors import EvaluationError, KindError
from mc.interpreter.forms import written
from mc.interpreter.order import Order, Unwritten, type_of
from mc.interpreter.shown import text
from mc.interpreter.values import NORMAL, mapping_of
from mc.lang.values import ModelValue

#: ``TLCGlobals.setBound``
MOST_ELEMENTS = 1_000_000
_LARGEST = 2**31 - 1


class SetValue(Unwritten):
    """Base of sets that are not written out."""

    __slots__ = ("_elements", "_normal")

    #: Whether TLC writes out what it makes of this set and another one (``tlc2.value.impl.Reducible``).
    is_reducible = False
    is_enumerable = True

    def holds(self, element: Any, order: Order) -> bool:
        """``element \\in self``"""
        raise NotImplementedError

    def each(self, order: Order) -> Iterable[Any]:
        """The elements, as ``x' \\in S`` goes through them: some perhaps twice."""
        raise NotImplementedError

    def elements(self, order: Order) -> Sequence[Any]:
        """The elements in order."""
        try:
            return self._elements
        except AttributeError:
            self._elements: Sequence[Any] = order.sorted(self.normal(order))
            return self._elements

    def normal(self, order: Order) -> frozenset[Any]:
        try:
            return self._normal
        except AttributeError:
            found = list(itertools.islice(self.each(order), MOST_ELEMENTS + 1))
            if len(found) > MOST_ELEMENTS:
                raise EvaluationError(f"a set has too many elements, more than {MOST_ELEMENTS:,}: {self!r}") from None
            self._normal: frozenset[Any] = order.set_of(map(order.normal, found))
            return self._normal

    def size(self, order: Order) -> int:
        """The number of elements."""
        return len(self.normal(order))

    def is_finite(self, order: Order) -> bool:
        """``IsFiniteSet``"""
        return True

    def is_subset(self, other: Any, order: Order) -> bool | None:
        """Whether this is a subset of another set; None where the elements must be gone through to know."""
        return None

    def counted(self, sizes: Iterable[int]) -> int:
        found = math.prod(sizes)
        if found > _LARGEST:
            raise EvaluationError(f"Overflow when computing the number of elements in {self!r}")
        return found


def no_member(element: Any, collection: Any) -> bool:
    """FALSE of a model value; an error of any other value, which is not of the kind of the elements."""
    if type(element) is ModelValue and not type_of(element):
        return False
    raise KindError(f"Attempted to check if {text(element)} is an element of {text(collection)}")


class Infinite(SetValue):
    """``Nat``, ``Int``, ``STRING`` or ``Any``."""

    __slots__ = ("kind", "least", "name")
    is_enumerable = False

    def __init__(self, name: str, kind: type, least: float = -math.inf) -> None:
        self.name = name
        self.kind = kind
        self.least = least

    def holds(self, element: Any, order: Order) -> bool:
        if self.kind is object:
            return True
        if type(element) is int and self.kind is int:
            return element >= self.least
        if type(element) is str and self.kind is str:
            return True
        return no_member(element, self)

    def each(self, order: Order) -> Iterable[Any]:
        raise EvaluationError(f"the elements of {self.name} cannot be gone through, for there are infinitely many")

    def size(self, order: Order) -> int:
        raise EvaluationError(f"Attempted to compute the number of elements in {self.name}")

    def is_shown_written(self, order: Order) -> bool:
        return False

    def is_finite(self, order: Order) -> bool:
        return False

    def equals(self, other: Any, order: Order) -> bool | None:
        if isinstance(other, Infinite) and other.kind is self.kind and self.kind is not object:
            return other.name == self.name
        raise KindError(f"Attempted to compare {self.name} with the value {text(other)}")

    def __repr__(self) -> str:
        return self.name


NAT = Infinite("Nat", int, 0)
INT = Infinite("Int", int)
#: TLC does not know real numbers: its module Reals has this in their place (``StandardModules/Reals.tla``).
REAL = "Reals"
STRING = Infinite("STRING", str)
ANY = Infinite("Any", object)


class Sequences(SetValue):
    """``Seq(S)``"""

    __slots__ = ("range",)
    is_enumerable = False

    def __init__(self, range: Any) -> None:
        self.range = range

    def holds(self, element: Any, order: Order) -> bool:
        value = written(element)
        if not isinstance(value, tuple):
            return no_member(value, self)
        return all(member(part, self.range, order) for part in tuple.__iter__(value))

    def each(self, order: Order) -> Iterable[Any]:
        raise EvaluationError(f"the elements of {self!r} cannot be gone through, for there are infinitely many")

    def size(self, order: Order) -> int:
        raise EvaluationError(f"Attempted to compute the number of elements in {self!r}")

    def is_shown_written(self, order: Order) -> bool:
        return False

    def is_finite(self, order: Order) -> bool:
        return False

    def equals(self, other: Any, order: Order) -> bool | None:
        raise KindError(f"Attempted to compare {self!r} with the value {text(other)}")

    def __repr__(self) -> str:
        return f"Seq({text(self.range)})"


class Interval(SetValue):
    """``low..high``"""

    __slots__ = ("high", "low")
    is_reducible = True

    def __init__(self, low: int, high: int) -> None:
        self.low = low
        self.high = high

    def holds(self, element: Any, order: Order) -> bool:
        if type(element) is int:
            return self.low <= element <= self.high
        return False if self.low > self.high else no_member(element, self)

    def each(self, order: Order) -> Iterable[Any]:
        return range(self.low, self.high + 1)

    def elements(self, order: Order) -> Sequence[Any]:
        return range(self.low, self.high + 1)

    def size(self, order: Order) -> int:
        return self.counted((max(0, self.high - self.low + 1),))

    def equals(self, other: Any, order: Order) -> bool | None:
        if not isinstance(other, Interval):
            return None
        return (self.low, self.high) == (other.low, other.high) or (self.low > self.high and other.low > other.high)

    def is_shown_written(self, order: Order) -> bool:
        return self.low > self.high

    def is_subset(self, other: Any, order: Order) -> bool | None:
        return True if isinstance(other, Interval) and other.low <= self.low and other.high >= self.high else None

    def __repr__(self) -> str:
        return f"{self.low}..{self.high}"


class Display(SetValue):
    """``{a, b}`` whose elements cannot be compared, or are not in normal form: not put in order before it must be."""

    __slots__ = ("values",)
    is_reducible = True

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = values

    def holds(self, element: Any, order: Order) -> bool:
        return any(order.equal(value, element) for value in self.values)

    def each(self, order: Order) -> Iterable[Any]:
        return self.elements(order)

    def elements(self, order: Order) -> Sequence[Any]:
        try:
            return self._elements
        except AttributeError:
            self._elements = order.distinct(self.values)
            return self._elements

    def normal(self, order: Order) -> frozenset[Any]:
        return order.set_of(map(order.normal, self.elements(order)))

    def __repr__(self) -> str:
        return "{" + ", ".join(map(text, self.values)) + "}"


class Subsets(SetValue):
    """``SUBSET S``"""

    __slots__ = ("of",)

    def __init__(self, of: Any) -> None:
        self.of = of

    def holds(self, element: Any, order: Order) -> bool:
        if type(element) is not frozenset and not (isinstance(element, SetValue) and element.is_enumerable):
            raise KindError(f"Attempted to check if the non-enumerable value {text(element)} is an element of {self!r}")
        return all(member(part, self.of, order) for part in each(element, order))

    def each(self, order: Order) -> Iterator[Any]:
        parts = order.sorted(order.normal(self.of))
        for number in range(len(parts) + 1):
            yield from map(frozenset, itertools.combinations(parts, number))

    def elements(self, order: Order) -> Sequence[Any]:
        try:
            return self._elements
        except AttributeError:
            if self.size(order) > MOST_ELEMENTS:
                return _Generated(self, order)
            self._elements = tuple(self.each(order))
            return self._elements

    def size(self, order: Order) -> int:
        return self.counted((1 << min(size(self.of, order), 40),))

    def is_finite(self, order: Order) -> bool:
        return is_finite(self.of, order)

    def is_shown_written(self, order: Order) -> bool:
        return is_finite(self.of, order) and size(self.of, order) < 7

    def equals(self, other: Any, order: Order) -> bool | None:
        return order.equal(self.of, other.of) if isinstance(other, Subsets) else None

    def is_subset(self, other: Any, order: Order) -> bool | None:
        if not isinstance(other, Subsets) or not (type(self.of) is frozenset or self.of.is_enumerable):
            return None
        return all(member(part, other.of, order) for part in each(self.of, order))

    def __repr__(self) -> str:
        return f"SUBSET {text(self.of)}"


class _Generated(Sequence[Any]):
    """The elements of a large set, made when they are asked for."""

    def __init__(self, of: Subsets, order: Order) -> None:
        self._of = of
        self._order = order

    def __iter__(self) -> Iterator[Any]:
        return iter(self._of.each(self._order))

    def __len__(self) -> int:
        return self._of.size(self._order)

    def __getitem__(self, index: Any) -> Any:
        return next(itertools.islice(self, index, None))


# What is asked of any set


def is_set(value: Any) -> bool:
    """Whether a value is a set."""
    return type(value) is frozenset or isinstance(value, SetValue)


def member(element: Any, collection: Any, order: Order) -> bool:
    """``element \\in collection``"""
    if type(collection) is frozenset:
        return order.member(element, collection)
    if isinstance(collection, SetValue):
        return collection.holds(element, order)
    raise KindError(f"Attempted to check if {text(element)} is an element of {text(collection)}, which is no set")


def elements(collection: Any, order: Order) -> Sequence[Any]:
    """The elements of a set in order."""
    if type(collection) is frozenset:
        return order.sorted(collection)
    if isinstance(collection, SetValue):
        return collection.elements(order)
    raise KindError(f"a set is needed, not {text(collection)}")


def each(collection: Any, order: Order) -> Iterable[Any]:
    """The elements of a set as ``x' \\in S`` goes through them: some perhaps twice."""
    if type(collection) is frozenset:
        return order.sorted(collection)
    if isinstance(collection, SetValue):
        return collection.each(order)
    raise KindError(f"a set is needed, not {text(collection)}")


def size(collection: Any, order: Order) -> int:
    """``Cardinality(collection)``"""
    if type(collection) is frozenset:
        return len(collection)
    if isinstance(collection, SetValue):
        return collection.size(order)
    raise KindError(f"Attempted to compute the cardinality of {text(collection)}")


def is_finite(collection: Any, order: Order) -> bool:
    """``IsFiniteSet(collection)``"""
    if type(collection) is frozenset:
        return True
    if isinstance(collection, SetValue):
        return collection.is_finite(order)
    # So TLC says of functions, written out or not (``isFinite`` of ``tlc2.value.impl``).
    if isinstance(collection, Unwritten) or mapping_of(collection) is not None:
        return True
    raise KindError(f"Attempted to check if {text(collection)} is a finite set")


def displayed(values: Sequence[Any], order: Order) -> Any:
    """``{a, b}``: written out where its elements can be compared."""
    if len(values) < 2:
        return frozenset(values) if not values or type(values[0]) in NORMAL else Display(values)
    if all(type(value) in NORMAL for value in values):
        try:
            return order.set_of(values)
        except KindError:
            pass
    return Display(values)
