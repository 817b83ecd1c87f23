"""Operators outside of definitions, where lists, rows and definitions stand beside values of TLA+.

Values are compared and computed with as in definitions; what only Python has is compared as Python does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mc.errors import KindError
from mc.lang import kinds
from mc.lang.declarations import Variable
from mc.lang.domains import Domain
from mc.lang.values import FnValue, RecordValue

#: What may be asked of a list or of a dictionary outside of definitions.
METHODS = ("append", "extend", "insert", "items", "update")
_ROWS = (list, tuple, dict, range)


def is_value(value: Any) -> bool:
    """Whether ``value`` is one of TLA+, or a domain; no list, row, definition or variable."""
    return type(value) not in _ROWS and (kinds.kind(value) != kinds.NO_VALUE or isinstance(value, Domain))


def _is_set(value: Any) -> bool:
    return isinstance(value, (set, frozenset, Domain))


def equal(a: Any, b: Any) -> bool:
    """``a == b``; only a set may be compared with what is no value, such as another thing that a row may have."""
    known = [is_value(part) for part in (a, b)]
    if all(known) or any(one and not _is_set(part) for one, part in zip(known, (a, b), strict=True)):
        return kinds.equal(a, b)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(equal, tuple.__iter__(tuple(a)), tuple.__iter__(tuple(b))))
    return bool(a == b)


def unequal(a: Any, b: Any) -> bool:
    """``a != b``"""
    return not equal(a, b)


def member(element: Any, collection: Any) -> bool:
    """``element in collection``"""
    if is_value(collection) and (is_value(element) or not isinstance(collection, (set, frozenset))):
        return kinds.member(element, collection)
    return any([equal(element, other) for other in collection])


def outside(element: Any, collection: Any) -> bool:
    """``element not in collection``"""
    return not member(element, collection)


def plus(a: Any, b: Any) -> Any:
    """``a + b``, which also puts tables together."""
    return a + b if type(a) in (list, tuple) or type(b) in (list, tuple) else kinds.plus(a, b)


def condition(value: Any) -> Any:
    """What is asked whether it holds; a list does where it is not empty."""
    return value if type(value) in _ROWS else kinds.truth(value)


def conditions(values: Iterable[Any]) -> list[Any]:
    """What is asked of all, or of any."""
    return list(map(condition, values))


def applied(value: Any) -> Any:
    """What has parts that are counted or named; a variable says itself that it has none here."""
    return value if type(value) in (*_ROWS, Variable) else kinds.applied(value)


def elements(collection: Any, names: int = 1) -> Any:
    """What is ranged over, also a list of rows; Python takes these apart."""
    return collection if isinstance(collection, FnValue) or names > 1 else kinds.elements(collection)


def size(value: Any) -> int:
    """``len(value)``"""
    return len(applied(value))


def owner(value: Any, name: str) -> Any:
    """What has a field ``name``: a record. Lists and dictionaries have a few methods."""
    if isinstance(value, RecordValue) or (type(value) in (list, dict) and name in METHODS):
        return value
    raise KindError(
        f".{name} is not part of the spec language here: only records have fields, not {kinds.shown(value)}"
    )


def dictionary(pairs: Iterable[tuple[Any, Any]]) -> Any:
    """``{a: b}`` and ``{i: e for i in S}``: a function where all parts are values."""
    return kinds.constant(kinds.distinct(pairs))


def ascending(values: Iterable[Any]) -> list[Any]:
    """``sorted(values)``, of numbers or of strings; sets are in no order of which one could be the first."""
    found = kinds.alike(values)
    for value in found:
        if type(value) not in (int, str):
            raise KindError(f"only numbers, or strings, are sorted, not {kinds.shown(value)}")
    return sorted(found)


def of_constants(helper: Callable[..., Any]) -> Callable[..., Any]:
    """``helper``, which is not for variables unless it only tells them apart: these have a value in states alone."""
    if helper in (equal, unequal, member, outside, applied):
        return helper

    def checked(*given: Any) -> Any:
        for value in given:
            if isinstance(value, Variable):
                value.no_value()
        return helper(*given)

    return checked
