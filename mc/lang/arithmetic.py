"""Numbers of a spec: integers within ``-LARGEST..LARGEST``, and arithmetic that says where it leads out of these.

TLC's numbers are of 32 bits, and its errors are these; the compiled engine computes with words of 64 bits. So both
engines of mc agree on what is too large. :class:`EvaluationError` where there is no result.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping

from mc.errors import EvaluationError

LARGEST = 1 << 61
#: The numbers that there are, as text.
NUMBERS = "-2^61..2^61"
#: An interval of more numbers is not gone through.
MOST_NUMBERS = 1 << 24


def fits(number: int) -> bool:
    """Whether there is such a number."""
    return -LARGEST <= number <= LARGEST


def too_large(number: int) -> str:
    """What is said of a number that there is not."""
    text = str(number) if number.bit_length() < 256 else f"a number of {number.bit_length():,} bits"
    return f"{text} is too large: numbers are within {NUMBERS}"


def too_many(of: str, most: int = MOST_NUMBERS) -> str:
    """What is said of a set that is not gone through."""
    return f"{of} has too many elements to go through, more than {most:,}"


def raised(base: float, exponent: float) -> float:
    """About a power; infinity where that is too large."""
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return math.inf


def compute(symbol: str, a: int, b: int) -> int:
    """The value of ``a + b``, ``a - b``, ``a * b``, ``a // b`` (rounded down), ``a % b`` or ``a ** b``."""
    if symbol == "//" and b == 0:
        raise EvaluationError(f"Division by zero: {a} // {b}")
    if symbol == "%" and b <= 0:
        raise EvaluationError(f"The second argument of % should be a positive number: {a} % {b}")
    if symbol == "**" and b < 0:
        raise EvaluationError(f"The second argument of ** should be a natural number: {a} ** {b}")
    if symbol == "**" and a == b == 0:
        raise EvaluationError("0 ** 0 is undefined")
    # A product of more than 62 factors is not worked out.
    result = OPERATIONS[symbol](a, min(b, 62) if symbol == "**" and abs(a) > 1 else b)
    if not fits(result):
        raise EvaluationError(f"Overflow when computing {a} {symbol} {b}: numbers are within {NUMBERS}")
    return result


OPERATIONS: Mapping[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
}


def total(numbers: Iterable[int]) -> int:
    """The sum of some numbers; the sums on the way to it may be too large."""
    result = sum(numbers)
    if not fits(result):
        raise EvaluationError(f"Overflow when computing a sum, {result}: numbers are within {NUMBERS}")
    return result
