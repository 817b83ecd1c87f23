"""Functions that are not in normal form, and how functions are made of their values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mc.interpreter.order import Order, Unwritten
from mc.interpreter.values import EMPTY, is_normal
from mc.lang.values import FnValue, RecordValue, SeqValue, record_of


class Lazy(Unwritten):
    """A function whose values are computed when they are asked for."""

    __slots__ = ()

    def written(self) -> Any:
        """The function with all its values."""
        raise NotImplementedError

    def domain(self) -> Any:
        """``DOMAIN f``"""
        raise NotImplementedError

    def at(self, argument: Any) -> Any:
        """``f[argument]``"""
        raise NotImplementedError

    def normal(self, order: Order) -> Any:
        return order.normal(self.written())


class RawSeq(SeqValue, Unwritten):
    """A sequence with parts that are not in normal form."""

    __slots__ = ()

    def normal(self, order: Order) -> SeqValue:
        return SeqValue(map(order.normal, tuple.__iter__(self)))


class RawRecord(RecordValue, Unwritten):
    """A record with such parts."""

    __slots__ = ()

    def normal(self, order: Order) -> RecordValue:
        return record_of({name: order.normal(value) for name, value in self._fields.items()})


class RawFn(FnValue, Unwritten):
    """A function with such values."""

    __slots__ = ()

    def normal(self, order: Order) -> FnValue:
        return FnValue.of({key: order.normal(value) for key, value in self._map.items()})


def sequence(values: Iterable[Any]) -> SeqValue:
    """The sequence of some values."""
    made = SeqValue(values)
    return made if is_normal(tuple.__iter__(made)) else RawSeq(tuple.__iter__(made))


def record(fields: dict[str, Any]) -> RecordValue:
    """The record of some fields, which come in TLC's order."""
    return record_of(fields, RecordValue if is_normal(fields.values()) else RawRecord)


def function(keys: Sequence[Any], values: Sequence[Any]) -> Any:
    """The function that has some values at some arguments, which are in normal form and in TLC's order."""
    if not keys:
        return EMPTY
    first = keys[0]
    if type(first) is int and first == 1 and keys[-1] == len(keys):
        return sequence(values)
    mapping = dict(zip(keys, values, strict=True))
    if type(first) is str:
        return record(mapping)
    return (FnValue if is_normal(values) else RawFn).of(mapping)


def written(value: Any) -> Any:
    """A value, of which all values are computed if it is a function."""
    return value.written() if isinstance(value, Lazy) else value


def normal_form(value: Any, order: Order) -> Any:
    """The normal form of a value from elsewhere, such as a file, where functions have any form and order."""
    if isinstance(value, frozenset):
        return frozenset(normal_form(element, order) for element in value)
    if isinstance(value, tuple):
        return SeqValue(normal_form(part, order) for part in tuple.__iter__(value))
    if isinstance(value, RecordValue):
        return record_of({name: normal_form(value.fields[name], order) for name in order.fields(value.fields)})
    if isinstance(value, FnValue):
        made = {normal_form(key, order): normal_form(part, order) for key, part in value.mapping.items()}
        keys = order.sorted(frozenset(made))
        return function(keys, [made[key] for key in keys])
    return value
