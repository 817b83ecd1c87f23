"""Sets that are made of other sets: by a condition, by ``\\cup``, ``\\cap``, ``\\`` and ``UNION``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from mc.errors import KindError
from mc.interpreter.order import Order
from mc.interpreter.sets import Display, Interval, SetValue, displayed, each, elements, is_finite, is_set, member
from mc.interpreter.shown import text


class Filter(SetValue):
    """``{x \\in S : P(x)}`` of a set that is not written out."""

    __slots__ = ("base", "test")

    def __init__(self, base: SetValue, test: Callable[[Any], bool]) -> None:
        self.base = base
        self.test = test

    @property
    def is_enumerable(self) -> bool:  # type: ignore[override]
        return self.base.is_enumerable

    def holds(self, element: Any, order: Order) -> bool:
        return self.base.holds(element, order) and self.test(element)

    def each(self, order: Order) -> Iterator[Any]:
        return filter(self.test, self.base.each(order))

    def elements(self, order: Order) -> Sequence[Any]:
        try:
            return self._elements
        except AttributeError:
            self._elements = tuple(filter(self.test, self.base.elements(order)))
            return self._elements

    def normal(self, order: Order) -> frozenset[Any]:
        return frozenset(map(order.normal, self.elements(order)))

    def is_finite(self, order: Order) -> bool:
        if not self.base.is_finite(order):
            raise KindError(f"Attempted to check if a subset of {self.base!r} is a finite set")
        return True

    def __repr__(self) -> str:
        return f"{{x \\in {self.base!r} : ...}}"


class _Pair(SetValue):
    """Base of what is made of two sets."""

    __slots__ = ("one", "two")
    symbol = ""

    def __init__(self, one: Any, two: Any) -> None:
        self.one = one
        self.two = two

    def __repr__(self) -> str:
        return f"({text(self.one)} {self.symbol} {text(self.two)})"


class Cup(_Pair):
    """``S \\cup T``"""

    __slots__ = ()
    symbol = "\\cup"

    def holds(self, element: Any, order: Order) -> bool:
        return member(element, self.one, order) or member(element, self.two, order)

    def each(self, order: Order) -> Iterable[Any]:
        return chain(each(self.one, order), each(self.two, order))

    def is_finite(self, order: Order) -> bool:
        return is_finite(self.one, order) and is_finite(self.two, order)


class Cap(_Pair):
    """``S \\cap T``"""

    __slots__ = ()
    symbol = "\\cap"

    def holds(self, element: Any, order: Order) -> bool:
        return member(element, self.one, order) and member(element, self.two, order)

    def each(self, order: Order) -> Iterable[Any]:
        # TLC goes through the first one that it can go through.
        one, two = (self.one, self.two) if self.one.is_enumerable else (self.two, self.one)
        return (element for element in each(one, order) if member(element, two, order))

    def is_finite(self, order: Order) -> bool:
        if is_finite(self.one, order) or is_finite(self.two, order):
            return True
        raise KindError(f"Attempted to check if the set {self!r} is finite")


class Diff(_Pair):
    """``S \\ T``"""

    __slots__ = ()
    symbol = "\\"

    def holds(self, element: Any, order: Order) -> bool:
        return member(element, self.one, order) and not member(element, self.two, order)

    def each(self, order: Order) -> Iterable[Any]:
        return (element for element in each(self.one, order) if not member(element, self.two, order))

    def is_finite(self, order: Order) -> bool:
        if is_finite(self.one, order):
            return True
        if not is_finite(self.two, order):
            raise KindError(f"Attempted to check if the set {self!r} is finite")
        return False


class Union(SetValue):
    """``UNION S``"""

    __slots__ = ("of",)

    def __init__(self, of: Any) -> None:
        self.of = of

    def holds(self, element: Any, order: Order) -> bool:
        return any(member(element, part, order) for part in each(self.of, order))

    def each(self, order: Order) -> Iterable[Any]:
        return chain.from_iterable(each(part, order) for part in each(self.of, order))

    def is_finite(self, order: Order) -> bool:
        return all(is_finite(part, order) for part in each(self.of, order))

    def __repr__(self) -> str:
        return f"UNION {text(self.of)}"


# Operations


def _is_reducible(collection: Any) -> bool:
    if type(collection) is frozenset:
        return True
    if isinstance(collection, SetValue):
        return collection.is_reducible
    raise KindError(f"a set is needed, not {text(collection)}")


def _values(collection: Any, order: Order) -> Iterable[Any]:
    """The elements of a set that is written out or can be."""
    return collection.values if isinstance(collection, Display) else elements(collection, order)


def _is_empty(collection: Any, order: Order) -> bool:
    return not collection if type(collection) is frozenset else not _values(collection, order)


def cup(a: Any, b: Any, order: Order) -> Any:
    """``a \\cup b``"""
    if type(a) is frozenset and type(b) is frozenset:
        return order.union(a, b)
    if _is_reducible(a):
        if _is_empty(a, order):
            return b
        if not _is_reducible(b):
            return Cup(a, b)
    elif _is_reducible(b):
        return a if _is_empty(b, order) else Cup(b, a)
    else:
        return Cup(a, b)
    if isinstance(a, Interval):
        a = a.normal(order)
    if type(a) is frozenset:
        return order.union(a, order.normal(b))
    return displayed([*a.values, *(e for e in elements(b, order) if not member(e, a, order))], order)


def cap(a: Any, b: Any, order: Order) -> Any:
    """``a \\cap b``"""
    if type(a) is frozenset and type(b) is frozenset and order.are_plain(a, b):
        return a & b
    if _is_reducible(a):
        return _chosen(a, b, True, order)
    return _chosen(b, a, True, order) if _is_reducible(b) else Cap(a, b)


def diff(a: Any, b: Any, order: Order) -> Any:
    """``a \\ b``"""
    if type(a) is frozenset and type(b) is frozenset and order.are_plain(a, b):
        return a - b
    if not is_set(b):
        raise KindError(f"a set is needed, not {text(b)}")
    return _chosen(a, b, False, order) if _is_reducible(a) else Diff(a, b)


def _chosen(a: Any, b: Any, kept: bool, order: Order) -> Any:
    """The elements of a set that are in another one, or are not."""
    found = [element for element in _values(a, order) if member(element, b, order) is kept]
    return displayed(found, order) if isinstance(a, Display) else frozenset(found)


def union(of: Any, order: Order) -> Any:
    """``UNION of``"""
    parts = of.values if isinstance(of, Display) else of
    if isinstance(of, (frozenset, Display)) and all(type(part) is frozenset for part in parts):
        return order.set_of(chain.from_iterable(parts))
    if not is_set(of):
        raise KindError(f"a set is needed, not {text(of)}")
    return Union(of)


def is_subset(a: Any, b: Any, order: Order) -> bool:
    """``a \\subseteq b``"""
    if type(a) is frozenset and type(b) is frozenset and order.are_plain(a, b):
        return a <= b
    if not is_set(a) or not (type(a) is frozenset or a.is_enumerable):
        raise KindError(f"Attempted to evaluate S \\subseteq T, but S was not enumerable: {text(a)}")
    known = None if type(a) is frozenset else a.is_subset(b, order)
    return all(member(element, b, order) for element in each(a, order)) if known is None else bool(known)
