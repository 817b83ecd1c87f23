"""Arithmetic: the numbers of :mod:`mc.lang.arithmetic`, and its errors, in words of 64 bits.

Every number is within ``-LARGEST..LARGEST``. What may lead out of that is tested: a sum of two such numbers fits a
word, and a product that does not is computed as one that is too large.
"""

from __future__ import annotations

from mc.engine.code.build import any_of, computed
from mc.engine.code.nodes import number
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
#: The lower half of a word.
HALF = (1 << 32) - 1
#: Where a result that does not fit a word may be any that is too large.
ANY = -2 * LARGEST, 2 * LARGEST


def arithmetic(w: Writer, node: Apply, left: Value, right: Value) -> Num:
    """``+``, ``-``, ``*``, ``//``, ``%`` or ``**`` of numbers."""
    a, b = as_number(w, left), as_number(w, right)
    x, y = a.code, b.code
    match node.operator:
        case op.ADD:
            return _within(w, Num(x + y, a.lo + b.lo, a.hi + b.hi), node)
        case op.SUBTRACT:
            return _within(w, Num(x - y, a.lo - b.hi, a.hi - b.lo), node)
        case op.TIMES:
            ends = [p * q for p in (a.lo, a.hi) for q in (b.lo, b.hi)]
            if min(ends) >= -(1 << 63) and max(ends) < 1 << 63:
                return _within(w, Num(x * y, min(ends), max(ends)), node)
            return _within(w, Num(computed("product", x, y), *ANY), node)
        case op.QUOTIENT:
            return _quotient(w, node, a, b)
        case op.REMAINDER:
            if b.lo < 1:
                y = named(w, b.code)
                w.fail_if(y.lt(1), f"The second argument of % should be a positive number: {w.written(node)}")
            return Num(x % y, 0, max(0, b.hi - 1))
    return _power(w, node, a, b)


def _quotient(w: Writer, node: Apply, a: Num, b: Num) -> Num:
    y = b.code
    if b.lo <= 0 <= b.hi:
        y = named(w, b.code)
        w.fail_if(y.eq(0), f"Division by zero: {w.written(node)}")
    # The largest and smallest quotients are by numbers at an end of what b may be, or next to 0.
    divisors = [d for d in (b.lo, b.hi, -1, 1) if d != 0 and b.lo <= d <= b.hi]
    quotients = [n // d for n in (a.lo, a.hi) for d in divisors] or [0]
    return Num(a.code // y, min(quotients), max(quotients))


def _power(w: Writer, node: Apply, a: Num, b: Num) -> Num:
    x, y = named(w, a.code), named(w, b.code)
    if b.lo < 0:
        w.fail_if(y.lt(0), f"The second argument of ** should be a natural number: {w.written(node)}")
    if a.lo <= 0 <= a.hi and b.lo <= 0:
        w.fail_if(x.eq(0) & y.eq(0), f"0 ** 0 is undefined: {w.written(node)}")
    base = max(1, abs(a.lo), abs(a.hi))
    largest = base ** min(max(b.hi, 0), 62)
    ends = (-largest if a.lo < 0 else 0, largest) if largest <= LARGEST else ANY
    return _within(w, Num(computed("power", x, y), *ends), node)


def sum_of(w: Writer, node: Bind) -> Num:
    """``sum(... for x in S)``. Where numbers are large, their halves are added up."""
    low, high = w.let(number(0), "total"), w.let(number(0), "high")
    with bindings(w, node.bounds):
        n = number_in(w, w.expr(node.body), "sum is of numbers")
        small = n.lo >= -SUMMED and n.hi <= SUMMED
        code = n.code if small else named(w, n.code)
        w.assign(low, low + (code if small else code & HALF))
        if not small:
            w.assign(high, high + (code >> 32))
    if not small:
        w.assign(high, high + (low >> 32))
        w.fail_if(high.lt(-(1 << 30)) | high.gt(1 << 30), _overflow(w, node))
        w.assign(low, (high << 32) + (low & HALF))
    return _within(w, Num(low, 0 if n.lo >= 0 else -2 * LARGEST, 2 * LARGEST if n.hi > 0 else 0), node)


def _within(w: Writer, n: Num, node: Expression) -> Num:
    """A number that was computed; evaluation fails where there is none such."""
    low, high = n.lo < -LARGEST, n.hi > LARGEST
    if not (low or high):
        return n
    code = named(w, n.code)
    w.fail_if(any_of([code.lt(-LARGEST)] * low + [code.gt(LARGEST)] * high), _overflow(w, node))
    return Num(code, *(max(-LARGEST, min(end, LARGEST)) for end in (n.lo, n.hi)))


def _overflow(w: Writer, node: Expression) -> str:
    return f"Overflow when computing {w.written(node)}: numbers are within {NUMBERS}"
