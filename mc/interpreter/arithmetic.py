"""Numbers as TLC has them: of 32 bits (``tlc2.module.Integers``)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from mc.errors import EvaluationError, KindError
from mc.interpreter.sets import Interval
from mc.interpreter.shown import text

_SMALLEST, _LARGEST = -(2**31), 2**31 - 1


def integer(value: Any, which: str, symbol: str) -> int:
    """An operand of arithmetic."""
    if type(value) is int:
        return value
    raise KindError(f"The {which} argument of {symbol} should be an integer, but instead it is {text(value)}")


def _fitting(result: int, said: str) -> int:
    if _SMALLEST <= result <= _LARGEST:
        return result
    raise EvaluationError(f"Overflow when computing {said}")


def computed(symbol: str, compute: Callable[[int, int], int]) -> Callable[[Any, Any], int]:
    """``a + b``, with the errors of TLC."""

    def meaning(a: Any, b: Any) -> int:
        one, other = integer(a, "first", symbol), integer(b, "second", symbol)
        return _fitting(compute(one, other), f"{a}{symbol}{b}")

    return meaning


def compared(symbol: str, compare: Callable[[int, int], bool]) -> Callable[[Any, Any], bool]:
    """``a < b``, with the errors of TLC."""
    return lambda a, b: compare(integer(a, "first", symbol), integer(b, "second", symbol))


def divided(a: Any, b: Any) -> int:
    """``a \\div b``, rounded down."""
    one, other = integer(a, "first", "\\div"), integer(b, "second", "\\div")
    if other == 0:
        raise EvaluationError("The second argument of \\div is 0")
    return _fitting(one // other, f"{a} \\div {b}")


def remaining(a: Any, b: Any) -> int:
    """``a % b``"""
    one, other = integer(a, "first", "%"), integer(b, "second", "%")
    if other <= 0:
        raise EvaluationError(f"The second argument of % should be a positive number, but instead it is {other}")
    return one % other


def raised(a: Any, b: Any) -> int:
    """``a ^ b``"""
    one, other = integer(a, "first", "^"), integer(b, "second", "^")
    if other < 0:
        raise EvaluationError(f"The second argument of ^ should be a natural number, but instead it is {other}")
    if one == 0 and other == 0:
        raise EvaluationError("0^0 is undefined")
    # A product of more factors is too large in any case.
    return _fitting(one ** min(other, 33 + other % 2) if abs(one) > 1 else one**other, f"{a}^{b}")


def negated(a: Any) -> int:
    """``-a``"""
    return _fitting(-integer(a, "first", "-"), f"-{a}")


def interval(a: Any, b: Any) -> Interval:
    """``a..b``"""
    return Interval(integer(a, "first", ".."), integer(b, "second", ".."))


add = computed("+", operator.add)
subtract = computed("-", operator.sub)
multiply = computed("*", operator.mul)
