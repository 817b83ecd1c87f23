"""TLC's order of values, and its equality, with the errors where it compares what it cannot.

The order is ``compareTo`` of ``tlc2.value.impl``, equality is ``equals``: sets by their size, then element by element;
functions by the size of their domains, then the domains, then the values; strings, model values and names of fields by
which was met first (``util.UniqueString``). A model value comes before whatever is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cmp_to_key
from typing import Any

from mc.errors import KindError
from mc.interpreter.shown import text
from mc.interpreter.values import ATOMS, NORMAL, mapping_of
from mc.lang.values import FnValue, ModelValue, RecordValue, SeqValue

#: More sets than these are not kept in order.
MOST_KEPT = 100_000
#: The types of elements of which sets are equal in Python where they are in TLA+.
_APART = frozenset((str, ModelValue, SeqValue, RecordValue, FnValue))


def type_of(value: ModelValue) -> str:
    """The type of a model value, ``P`` of ``P_1``; empty for one that has none."""
    return _type(value.name)


def _type(name: str) -> str:
    return name[0] if name[1:2] == "_" and len(name) > 2 else ""


def refused(a: Any, b: Any) -> KindError:
    """The error of comparing two values."""
    return KindError(f"values of different kinds are compared: {text(a)} and {text(b)}")


class Unwritten:
    """Base of what is not in normal form."""

    __slots__ = ()

    def normal(self, order: Order) -> Any:
        """The normal form; :class:`EvaluationError` where there is none, as of an infinite set."""
        raise NotImplementedError

    def is_shown_written(self, order: Order) -> bool:
        """Whether TLC writes this out where it prints it."""
        return True

    def equals(self, other: Any, order: Order) -> bool | None:
        """Whether this is equal to another value; None where both must be written out to know."""
        return None


class Order:
    """The order of the values of one spec. ``met``: names and strings in the order in which TLC meets them."""

    def __init__(self, met: Mapping[str, int]) -> None:
        self._ranks = dict(met)
        #: Whether there are model values with types; of others one that is not the other is not equal to it.
        self.has_types = any(map(_type, met))
        self._values: dict[Any, Any] = {}
        self._sorted: dict[Any, tuple[Any, ...]] = {}
        self._fields: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._by_compare = cmp_to_key(self.compare)

    # Normal forms

    def normal(self, value: Any) -> Any:
        """The normal form of a value."""
        if type(value) in NORMAL:
            return value
        if isinstance(value, Unwritten):
            return value.normal(self)
        raise KindError(f"a value is needed, not {text(value)}")

    def set_of(self, values: Iterable[Any]) -> frozenset[Any]:
        """The set of some values in normal form; :class:`KindError` where some two cannot be compared."""
        given = values if isinstance(values, frozenset) else tuple(values)
        found = frozenset(given)
        types = set(map(type, given))
        if len(found) < len(given) and (frozenset in types or len(types) > 1):
            apart = {(type(value), _key(frozenset((value,)), type(value))) for value in given}
            if len(apart) > len(found):
                # Python holds 1 for equal to TRUE, TLC does not compare them.
                self.distinct(tuple(given))
        if len(found) > 1 and not (len(types) == 1 and types <= ATOMS and not self._are_typed(types)):
            self.sorted(found)
        return found

    def _are_typed(self, types: set[type]) -> bool:
        return ModelValue in types and self.has_types

    def union(self, a: frozenset[Any], b: frozenset[Any]) -> frozenset[Any]:
        """``a \\cup b``; :class:`KindError` where elements of them cannot be compared."""
        if not a or not b:
            return a or b
        made = a | b
        if self.are_plain(a, b):
            return made
        kinds = set(map(type, a))
        if len(made) == len(a) and frozenset not in kinds and kinds.issuperset(map(type, b)):
            return a
        found = list(self.sorted(a))
        for element in self.sorted(b):
            place = self._place(element, found)
            if place >= 0:
                found.insert(place, element)
        self._keep(made, tuple(found))
        return made

    def are_plain(self, a: frozenset[Any], b: frozenset[Any]) -> bool:
        """Whether all elements of two sets are of one kind without parts: any two of them can be compared."""
        kinds = set(map(type, a))
        kinds.update(map(type, b))
        return len(kinds) < 2 and kinds <= ATOMS and not (self.has_types and ModelValue in kinds)

    def one(self, value: Any) -> Any:
        """A value in normal form, always the same object: what is kept in states is compared often."""
        if type(value) is frozenset and (not value or type(next(iter(value))) not in _APART):
            # Python holds {1} for equal to {TRUE}.
            return value
        return self._values.setdefault(value, value)

    # Order

    def rank(self, name: str) -> int:
        """The place of a string among all that were met; a new one is the last."""
        found = self._ranks.get(name)
        if found is None:
            found = self._ranks[name] = len(self._ranks)
        return found

    def sorted(self, elements: frozenset[Any]) -> tuple[Any, ...]:
        """The elements of a set in normal form, in order."""
        if len(elements) < 2:
            return tuple(elements)
        kind = type(next(iter(elements)))
        if kind is int or kind is bool:
            return tuple(sorted(elements)) if len(set(map(type, elements))) == 1 else self._in_order(elements)
        found = self._sorted.get(_key(elements, kind))
        return self._keep(elements, self._in_order(elements)) if found is None else found

    def _keep(self, elements: frozenset[Any], in_order: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(self._sorted) > MOST_KEPT:
            self._sorted.clear()
        self._sorted[_key(elements, type(next(iter(elements))))] = in_order
        return in_order

    def _in_order(self, elements: frozenset[Any]) -> tuple[Any, ...]:
        types = set(map(type, elements))
        if types == {str}:
            return tuple(sorted(elements, key=self.rank))
        if types == {ModelValue} and not self.has_types:
            return tuple(sorted(elements, key=lambda value: self.rank(value.name)))
        return tuple(sorted(elements, key=self._by_compare))

    def distinct(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """Some values in order, each once; they need not be in normal form."""
        found = list(values[:1])
        for value in values[1:]:
            place = self._place(value, found)
            if place >= 0:
                found.insert(place, value)
        return tuple(found)

    def fields(self, names: Iterable[str]) -> tuple[str, ...]:
        """The names of fields in order."""
        given = tuple(names)
        found = self._fields.get(given)
        if found is None:
            found = self._fields[given] = tuple(sorted(given, key=self.rank))
        return found

    def domain(self, function: Any) -> tuple[Any, ...]:
        """The arguments of a function in order."""
        if isinstance(function, tuple):
            return tuple(range(1, len(function) + 1))
        return tuple(function.fields if isinstance(function, RecordValue) else function.mapping)

    def compare(self, a: Any, b: Any) -> int:
        """Less than 0 where ``a`` comes before ``b``, 0 where they are equal."""
        kind = type(a)
        if kind is type(b):
            if kind is int or kind is bool:
                return int(a) - int(b)
            if kind is str:
                return self.rank(a) - self.rank(b)
        if kind is ModelValue or type(b) is ModelValue:
            return self._compare_model_values(a, b)
        if kind not in NORMAL or type(b) not in NORMAL:
            a, b = self.normal(a), self.normal(b)
        if type(a) is RecordValue and type(b) is RecordValue:
            return self._compare_mappings(a._fields, b._fields)
        if type(a) is frozenset and type(b) is frozenset:
            return len(a) - len(b) or self._compare_all(self.sorted(a), self.sorted(b))
        if type(a) is SeqValue and type(b) is SeqValue:
            return len(a) - len(b) or self._compare_all(tuple.__iter__(a), tuple.__iter__(b))
        one, other = mapping_of(a), mapping_of(b)
        if one is None or other is None or self._is_record_against_other(a, b):
            raise refused(a, b)
        return self._compare_mappings(one, other)

    def _compare_mappings(self, a: Mapping[Any, Any], b: Mapping[Any, Any]) -> int:
        if len(a) != len(b):
            return len(a) - len(b)
        return self._compare_all(a, b) or self._compare_all(a.values(), b.values())

    def _compare_all(self, a: Iterable[Any], b: Iterable[Any]) -> int:
        compare = self.compare
        for x, y in zip(a, b, strict=True):
            if x is not y:
                found = compare(x, y)
                if found:
                    return found
        return 0

    def _compare_model_values(self, a: Any, b: Any) -> int:
        if not self.has_types:
            if type(a) is type(b):
                return self.rank(a.name) - self.rank(b.name)
            return -1 if type(a) is ModelValue else 1
        if type(a) is not ModelValue:
            return -self._compare_model_values(b, a)
        if type(b) is ModelValue:
            if type_of(a) and type_of(b) and type_of(a) != type_of(b):
                raise KindError(f"differently-typed model values are compared: {a} and {b}")
            return self.rank(a.name) - self.rank(b.name)
        if type_of(a):
            raise KindError(f"a typed model value is compared with what is none: {a} and {text(b)}")
        return -1

    @staticmethod
    def _is_record_against_other(a: Any, b: Any) -> bool:
        """A record is compared with records alone; another function with any function."""
        return isinstance(a, RecordValue) and not isinstance(b, RecordValue) and len(b) > 0

    # Equality

    def equal(self, a: Any, b: Any) -> bool:
        """``a = b``"""
        kind = type(a)
        if kind is type(b):
            if kind is int or kind is str or kind is bool:
                return bool(a == b)
            if a is b and kind in NORMAL:
                return True
        if kind is ModelValue or type(b) is ModelValue:
            return self._compare_model_values(a, b) == 0
        if isinstance(a, Unwritten):
            known = a.equals(b, self)
            if known is not None:
                return known
        a, b = self.normal(a), self.normal(b)
        kind = type(a)
        if kind is frozenset and type(b) is frozenset:
            return self._equal_sets(a, b)
        if kind is SeqValue and type(b) is SeqValue:
            return len(a) == len(b) and self._all_equal(tuple.__iter__(a), tuple.__iter__(b))
        one, other = mapping_of(a), mapping_of(b)
        if one is None or other is None or self._is_record_against_other(a, b):
            raise refused(a, b)
        return len(one) == len(other) and self._equal_mappings(one, other)

    def _equal_mappings(self, a: Mapping[Any, Any], b: Mapping[Any, Any]) -> bool:
        if not a:
            return True
        if type(next(iter(a))) in _APART and a.keys() == b.keys():
            return self._all_equal(a.values(), [b[key] for key in a])
        return self._all_equal(a, b) and self._all_equal(a.values(), b.values())

    def _equal_sets(self, a: frozenset[Any], b: frozenset[Any]) -> bool:
        if len(a) != len(b) or not a:
            return len(a) == len(b)
        kind = type(next(iter(a)))
        if kind is type(next(iter(b))):
            if kind is str or kind is int:
                return a == b
            if kind is not frozenset and kind is not bool and a == b:
                return True
        return self._all_equal(self.sorted(a), self.sorted(b))

    def _all_equal(self, a: Iterable[Any], b: Iterable[Any]) -> bool:
        equal = self.equal
        for x, y in zip(a, b, strict=True):  # noqa: SIM110  (faster than a generator)
            if x is not y and not equal(x, y):
                return False
        return True

    # Membership

    def member(self, element: Any, elements: frozenset[Any]) -> bool:
        """``element \\in elements``, of a set in normal form."""
        if type(element) not in NORMAL:
            element = self.normal(element)
        if not elements:
            return False
        kind = type(element)
        if kind is type(next(iter(elements))) and kind in ATOMS and (kind is not ModelValue or not self.has_types):
            return element in elements
        return self._place(element, self.sorted(elements)) < 0

    def _place(self, element: Any, elements: Sequence[Any]) -> int:
        """Where an element would have its place among others, in order; -1 where it is one of them.

        It is searched as TLC does, which refuses to compare some of them or does not come by.
        """
        low, high = 0, len(elements)
        while low < high:
            middle = (low + high) >> 1
            found = self.compare(element, elements[middle])
            if found == 0:
                return -1
            if found < 0:
                high = middle
            else:
                low = middle + 1
        return low


def _key(elements: frozenset[Any], kind: type) -> Any:
    """What tells a set from others in a dictionary: Python holds {{1}} for equal to {{TRUE}}."""
    return (elements, _marks(elements)) if kind is frozenset else elements


def _marks(elements: frozenset[Any]) -> str:
    """What tells sets of sets apart that Python holds for equal: whether there are Booleans in them."""
    found = ""
    for element in elements:
        if type(element) is frozenset:
            for inner in element:
                found += "b" if type(inner) is bool else _marks(element) if type(inner) is frozenset else ""
                break
    return found
