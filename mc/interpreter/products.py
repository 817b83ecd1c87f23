"""Sets of tuples, of records and of functions."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from mc.errors import EvaluationError
from mc.interpreter.forms import function, sequence, written
from mc.interpreter.order import Order
from mc.interpreter.sets import MOST_ELEMENTS, SetValue, each, elements, is_finite, member, no_member, size
from mc.interpreter.shown import text
from mc.interpreter.values import is_normal, mapping_of
from mc.lang.values import FnValue, RecordValue, SeqValue, record_of

#: ``TLCGlobals.enumBound``
_MOST_SHOWN = 2000


class Product(SetValue):
    """Base of sets whose elements have a part of each of some sets."""

    __slots__ = ("sets",)
    sets: Sequence[Any]

    def made(self, parts: Sequence[Any]) -> Any:
        """The element with these parts."""
        raise NotImplementedError

    def plainly(self) -> Callable[[Sequence[Any]], Any]:
        """How an element is made of parts that are in normal form."""
        return self.made

    def is_empty(self, order: Order) -> bool:
        """Whether one of the sets is empty, as TLC finds out: up to the first one that cannot be gone through."""
        for part in self.sets:
            if isinstance(part, SetValue) and not part.is_enumerable:
                return False
            if size(part, order) == 0:
                return True
        return False

    def each(self, order: Order) -> Iterator[Any]:
        if self.is_empty(order):
            return iter(())
        return self._of([tuple(each(part, order)) for part in self.sets])

    def _of(self, columns: Sequence[Sequence[Any]]) -> Iterator[Any]:
        made = self.plainly() if all(map(is_normal, columns)) else self.made
        return map(made, itertools.product(*columns))

    def elements(self, order: Order) -> Sequence[Any]:
        try:
            return self._elements
        except AttributeError:
            if self.is_empty(order):
                self._elements = ()
                return self._elements
            if self.size(order) > MOST_ELEMENTS:
                raise EvaluationError(f"a set has too many elements, more than {MOST_ELEMENTS:,}: {self!r}") from None
            self._elements = tuple(self._of([elements(part, order) for part in self.sets]))
            return self._elements

    def normal(self, order: Order) -> frozenset[Any]:
        try:
            return self._normal
        except AttributeError:
            self._normal = frozenset(map(order.normal, self.elements(order)))
            return self._normal

    def size(self, order: Order) -> int:
        return self.counted(size(part, order) for part in self.sets)

    def is_finite(self, order: Order) -> bool:
        return all(is_finite(part, order) for part in self.sets)

    def is_shown_written(self, order: Order) -> bool:
        return self.is_finite(order) and self.size(order) < _MOST_SHOWN


class Tuples(Product):
    """``S \\X T``"""

    __slots__ = ()

    def __init__(self, sets: Sequence[Any]) -> None:
        self.sets = sets

    def made(self, parts: Sequence[Any]) -> Any:
        return sequence(parts)

    def plainly(self) -> Callable[[Sequence[Any]], Any]:
        return SeqValue

    def holds(self, element: Any, order: Order) -> bool:
        value = written(element)
        if not isinstance(value, tuple):
            arguments = mapping_of(value)
            if arguments is None or not all(type(argument) is int for argument in arguments):
                return no_member(value, self)
            return False
        return len(value) == len(self.sets) and all(
            member(part, parts, order) for part, parts in zip(tuple.__iter__(value), self.sets, strict=True)
        )

    def __repr__(self) -> str:
        return " \\X ".join(map(text, self.sets))


class Records(Product):
    """``[a : S, b : T]``, its fields in TLC's order."""

    __slots__ = ("names",)

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.names = tuple(fields)
        self.sets = tuple(fields.values())

    def made(self, parts: Sequence[Any]) -> Any:
        return function(self.names, parts)

    def plainly(self) -> Callable[[Sequence[Any]], Any]:
        names = self.names
        return lambda parts: record_of(dict(zip(names, parts, strict=True)))

    def holds(self, element: Any, order: Order) -> bool:
        value = written(element)
        if not isinstance(value, RecordValue) and value != ():
            return no_member(value, self)
        fields = mapping_of(value)
        assert fields is not None
        if len(fields) != len(self.names):
            return False
        # TLC goes through both in order, and the names may differ after a value that is not in its set.
        for name, own, values in zip(order.fields(fields), self.names, self.sets, strict=True):
            if name != own or not member(fields[name], values, order):
                return False
        return True

    def __repr__(self) -> str:
        return "[" + ", ".join(f"{name} : {text(s)}" for name, s in zip(self.names, self.sets, strict=True)) + "]"


class Functions(Product):
    """``[D -> R]``"""

    __slots__ = ("domain", "keys", "range")

    def __init__(self, domain: Any, range: Any) -> None:
        self.domain = domain
        self.range = range

    def made(self, parts: Sequence[Any]) -> Any:
        return function(self.keys, parts)

    def plainly(self) -> Callable[[Sequence[Any]], Any]:
        keys = self.keys
        if not keys or (type(keys[0]) is int and keys[0] == 1 and keys[-1] == len(keys)):
            return SeqValue
        if type(keys[0]) is str:
            return lambda parts: record_of(dict(zip(keys, parts, strict=True)))
        domain = frozenset(keys)
        return lambda parts: FnValue.of(dict(zip(keys, parts, strict=True)), domain)

    def _fix(self, order: Order) -> None:
        self.keys = elements(self.domain, order)
        self.sets = (self.range,) * len(self.keys)

    def each(self, order: Order) -> Iterator[Any]:
        self._fix(order)
        return super().each(order)

    def elements(self, order: Order) -> Sequence[Any]:
        self._fix(order)
        return super().elements(order)

    def holds(self, element: Any, order: Order) -> bool:
        value = written(element)
        mapping = mapping_of(value)
        if mapping is None:
            return no_member(value, self)
        if not order.equal(self.domain, frozenset(mapping)):
            return False
        return all(member(part, self.range, order) for part in mapping.values())

    def size(self, order: Order) -> int:
        self._fix(order)
        return self.counted(itertools.repeat(size(self.range, order), len(self.keys)))

    def is_finite(self, order: Order) -> bool:
        return is_finite(self.domain, order) and is_finite(self.range, order)

    def equals(self, other: Any, order: Order) -> bool | None:
        if not isinstance(other, Functions):
            return None
        return order.equal(self.domain, other.domain) and order.equal(self.range, other.range)

    def __repr__(self) -> str:
        return f"[{text(self.domain)} -> {text(self.range)}]"
