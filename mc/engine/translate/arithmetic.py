"""Arithmetic: the numbers of :mod:`mc.lang.arithmetic`, and its errors, in words of 64 bits.

Every number is within ``-LARGEST..LARGEST``. What may lead out of that is tested: a sum of two such numbers fits a
word, and a product that does not is computed as one that is too large.
"""

from __future__ import annotations

from mc.engine.store.places import atomic
from mc.engine.translate.builders import bindings
from mc.engine.translate.codes import as_number, named
from mc.engine.translate.operands import number_in
from mc.engine.translate.values import Num, Value
from mc.engine.translate.writer import Writer
from mc.formula import operators as op
from mc.formula.nodes import Apply, Bind, Expression
from mc.lang.arithmetic import LARGEST, NUMBERS

#: A word has room for sums of all such numbers that there is time to add up.
SUMMED = 1 << 31
#: Where a result that does not fit a word may be any that is too large.
ANY = -2 * LARGEST, 2 * LARGEST


def arithmetic(w: Writer, node: Apply, left: Value, right: Value) -> Num:
    """``+``, ``-``, ``*``, ``//``, ``%`` or ``**`` of numbers."""
    a, b = as_number(w, left), as_number(w, right)
    x, y = atomic(a.code), atomic(b.code)
    match node.operator:
        case op.ADD:
            return _within(w, Num(f"({x} + {y})", a.lo + b.lo, a.hi + b.hi), node)
        case op.SUBTRACT:
            return _within(w, Num(f"({x} - {y})", a.lo - b.hi, a.hi - b.lo), node)
        case op.TIMES:
            ends = [p * q for p in (a.lo, a.hi) for q in (b.lo, b.hi)]
            if min(ends) >= -(1 << 63) and max(ends) < 1 << 63:
                return _within(w, Num(f"({x} * {y})", min(ends), max(ends)), node)
            return _within(w, Num(f"product({x}, {y})", *ANY), node)
        case op.QUOTIENT:
            return _quotient(w, node, a, b)
        case op.REMAINDER:
            if b.lo < 1:
                y = named(w, b.code)
                w.fail_if(f"{y} < 1", f"The second argument of % should be a positive number: {w.written(node)}")
            return Num(f"({x} % {y})", 0, max(0, b.hi - 1))
    return _power(w, node, a, b)


def _quotient(w: Writer, node: Apply, a: Num, b: Num) -> Num:
    y = atomic(b.code)
    if b.lo <= 0 <= b.hi:
        y = named(w, b.code)
        w.fail_if(f"{y} == 0", f"Division by zero: {w.written(node)}")
    # The largest and smallest quotients are by numbers at an end of what b may be, or next to 0.
    divisors = [d for d in (b.lo, b.hi, -1, 1) if d != 0 and b.lo <= d <= b.hi]
    quotients = [n // d for n in (a.lo, a.hi) for d in divisors] or [0]
    return Num(f"({atomic(a.code)} // {y})", min(quotients), max(quotients))


def _power(w: Writer, node: Apply, a: Num, b: Num) -> Num:
    x, y = named(w, a.code), named(w, b.code)
    if b.lo < 0:
        w.fail_if(f"{y} < 0", f"The second argument of ** should be a natural number: {w.written(node)}")
    if a.lo <= 0 <= a.hi and b.lo <= 0:
        w.fail_if(f"{x} == 0 and {y} == 0", f"0 ** 0 is undefined: {w.written(node)}")
    base = max(1, abs(a.lo), abs(a.hi))
    largest = base ** min(max(b.hi, 0), 62)
    ends = (-largest if a.lo < 0 else 0, largest) if largest <= LARGEST else ANY
    return _within(w, Num(f"power({x}, {y})", *ends), node)


def sum_of(w: Writer, node: Bind) -> Num:
    """``sum(... for x in S)``. Where numbers are large, their halves are added up."""
    low, high = w.fresh("total"), w.fresh("high")
    w.emit(f"{low} = 0")
    w.emit(f"{high} = 0")
    with bindings(w, node.bounds):
        number = number_in(w, w.expr(node.body), "sum is of numbers")
        small = number.lo >= -SUMMED and number.hi <= SUMMED
        code = number.code if small else named(w, number.code)
        w.emit(f"{low} += {code if small else f'{code} & {(1 << 32) - 1}'}")
        if not small:
            w.emit(f"{high} += {code} >> 32")
    if not small:
        w.emit(f"{high} += {low} >> 32")
        w.fail_if(f"{high} < {-(1 << 30)} or {high} > {1 << 30}", _overflow(w, node))
        w.emit(f"{low} = ({high} << 32) + ({low} & {(1 << 32) - 1})")
    return _within(w, Num(low, 0 if number.lo >= 0 else -2 * LARGEST, 2 * LARGEST if number.hi > 0 else 0), node)


def _within(w: Writer, number: Num, node: Expression) -> Num:
    """A number that was computed; evaluation fails where there is none such."""
    low, high = number.lo < -LARGEST, number.hi > LARGEST
    if not (low or high):
        return number
    code = named(w, number.code)
    tests = [f"{code} < {-LARGEST}"] * low + [f"{code} > {LARGEST}"] * high
    w.fail_if(" or ".join(tests), _overflow(w, node))
    return Num(code, *(max(-LARGEST, min(end, LARGEST)) for end in (number.lo, number.hi)))


def _overflow(w: Writer, node: Expression) -> str:
    return f"Overflow when computing {w.written(node)}: numbers are within {NUMBERS}"
