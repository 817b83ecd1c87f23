"""The module Sequences as TLC has it (``tlc2.module.Sequences``): strings are sequences to some of its operators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mc.errors import EvaluationError, KindError
from mc.interpreter.arithmetic import integer
from mc.interpreter.forms import RawSeq, sequence, written
from mc.interpreter.order import Order
from mc.interpreter.shown import text
from mc.interpreter.values import EMPTY, mapping_of
from mc.lang.values import SeqValue


def parts(value: Any, of: str) -> SeqValue:
    """A sequence as an operand."""
    found = written(value)
    if isinstance(found, SeqValue):
        return found
    raise KindError(f"The argument of {of} should be a sequence, but instead it is {text(value)}")


def _joined(*values: Any) -> SeqValue:
    """A sequence of parts of others."""
    made: list[Any] = []
    is_raw = False
    for value in values:
        is_raw = is_raw or type(value) is RawSeq
        made.extend(tuple.__iter__(value))
    return sequence(made) if is_raw else SeqValue(made)


def length(value: Any) -> int:
    """``Len(value)``"""
    return len(value) if type(value) is str else len(parts(value, "Len"))


def head(value: Any) -> Any:
    """``Head(value)``"""
    found = parts(value, "Head")
    if not found:
        raise EvaluationError("Attempted to apply Head to the empty sequence")
    return tuple.__getitem__(found, 0)


def tail(value: Any) -> Any:
    """``Tail(value)``"""
    if not (value if type(value) is str else parts(value, "Tail")):
        raise EvaluationError("Attempted to apply Tail to the empty sequence")
    return value[1:] if type(value) is str else _cut(parts(value, "Tail"), slice(1, None))


def _cut(value: SeqValue, chosen: slice) -> SeqValue:
    return sequence(tuple.__getitem__(value, chosen))


def append(value: Any, last: Any) -> SeqValue:
    """``Append(value, last)``"""
    return sequence((*tuple.__iter__(parts(value, "Append")), last))


def concatenated(a: Any, b: Any) -> Any:
    """``a \\o b``"""
    if type(a) is str:
        if type(b) is not str:
            raise KindError(f"Evaluating an expression of the form t \\o s when s is not a string: {text(b)}")
        return a + b
    return _joined(parts(a, "\\o"), parts(b, "\\o"))


def subsequence(value: Any, first: Any, last: Any) -> Any:
    """``SubSeq(value, first, last)``"""
    most = len(value if type(value) is str else parts(value, "SubSeq"))
    low, high = integer(first, "second", "SubSeq"), integer(last, "third", "SubSeq")
    if low > high:
        return "" if type(value) is str else EMPTY
    for which, number in (("second", low), ("third", high)):
        if not 1 <= number <= most:
            raise EvaluationError(
                f"The {which} argument of SubSeq must be in the domain of its first argument {text(value)},"
                f" but instead it is {number}"
            )
    chosen = slice(low - 1, high)
    return value[chosen] if type(value) is str else _cut(parts(value, "SubSeq"), chosen)


def selected(value: Any, test: Callable[[Any], Any]) -> SeqValue:
    """``SelectSeq(value, test)``"""
    made = []
    for part in tuple.__iter__(parts(value, "SelectSeq")):
        found = test(part)
        if found is not True and found is not False:
            raise KindError(f"The second argument of SelectSeq should be a Boolean operator, but it gave {text(found)}")
        if found:
            made.append(part)
    return sequence(made)


def sorted_by(value: Any, comes_before: Callable[[Any, Any], Any]) -> SeqValue:
    """``SortSeq(value, comes_before)``: each element moves forward past those that it comes before."""
    made: list[Any] = []
    for part in tuple.__iter__(parts(value, "SortSeq")):
        place = len(made)
        while place and comes_before(part, made[place - 1]) is True:
            place -= 1
        made.insert(place, part)
    return sequence(made)


def merged(a: Any, b: Any, order: Order) -> dict[Any, Any]:
    """``a @@ b``: where both have a value, that of the first."""
    mappings = []
    for value, which in ((a, "first"), (b, "second")):
        found = mapping_of(written(value))
        if found is None:
            raise KindError(f"The {which} argument of @@ should be a function, but instead it is {text(value)}")
        mappings.append(found)
    keys = order.sorted(order.union(frozenset(mappings[0]), frozenset(mappings[1])))
    return {key: mappings[0][key] if key in mappings[0] else mappings[1][key] for key in keys}
