"""Arithmetic: the numbers of :mod:`mc.lang.arithmetic`, and its errors, in words of 64 bits.

Every number is within ``-LARGEST..LARGEST``. What may lead out of that is tested: a sum of two such numbers fits a
word, and a product that does not is computed as one that is too large.
"""

from __future__ import annotations

from mc.engine.translate.builders import Builders
from mc.engine.translate.places import atomic
from mc.engine.translate.values import Num
from mc.formula import operators as op
from mc.formula.nodes import Apply, Bind, Expression
from mc.lang.arithmetic import LARGEST, NUMBERS

#: A word has room for sums of all such numbers that there is time to add up.
SUMMED = 1 << 31
#: Where a result that does not fit a word may be any that is too large.
ANY = -2 * LARGEST, 2 * LARGEST


class Arithmetic(Builders):
    """Translation of operations on numbers."""

    def arithmetic(self, node: Apply, a: Num, b: Num) -> Num:
        """``a + b``, ``a - b``, ``a * b``, ``a // b``, ``a % b`` or ``a ** b``."""
        x, y = atomic(a.code), atomic(b.code)
        match node.operator:
            case op.ADD:
                return self._within(Num(f"({x} + {y})", a.lo + b.lo, a.hi + b.hi), node)
            case op.SUBTRACT:
                return self._within(Num(f"({x} - {y})", a.lo - b.hi, a.hi - b.lo), node)
            case op.TIMES:
                ends = [p * q for p in (a.lo, a.hi) for q in (b.lo, b.hi)]
                if min(ends) >= -(1 << 63) and max(ends) < 1 << 63:
                    return self._within(Num(f"({x} * {y})", min(ends), max(ends)), node)
                return self._within(Num(f"product({x}, {y})", *ANY), node)
            case op.QUOTIENT:
                return self._quotient(node, a, b)
            case op.REMAINDER:
                if b.lo < 1:
                    y = self.named(b.code)
                    self.fail_if(
                        f"{y} < 1", f"The second argument of % should be a positive number: {self.written(node)}"
                    )
                return Num(f"({x} % {y})", 0, max(0, b.hi - 1))
            case op.POWER:
                return self._power(node, a, b)
        self.mistake(f"{node.operator.python} is not for numbers: {self.written(node)}")

    def _quotient(self, node: Apply, a: Num, b: Num) -> Num:
        y = atomic(b.code)
        if b.lo <= 0 <= b.hi:
            y = self.named(b.code)
            self.fail_if(f"{y} == 0", f"Division by zero: {self.written(node)}")
        # The largest and smallest quotients are by numbers at an end of what b may be, or next to 0.
        divisors = [d for d in (b.lo, b.hi, -1, 1) if d != 0 and b.lo <= d <= b.hi]
        quotients = [n // d for n in (a.lo, a.hi) for d in divisors] or [0]
        return Num(f"({atomic(a.code)} // {y})", min(quotients), max(quotients))

    def _power(self, node: Apply, a: Num, b: Num) -> Num:
        x, y = self.named(a.code), self.named(b.code)
        if b.lo < 0:
            self.fail_if(f"{y} < 0", f"The second argument of ** should be a natural number: {self.written(node)}")
        if a.lo <= 0 <= a.hi and b.lo <= 0:
            self.fail_if(f"{x} == 0 and {y} == 0", f"0 ** 0 is undefined: {self.written(node)}")
        base = max(1, abs(a.lo), abs(a.hi))
        largest = base ** min(max(b.hi, 0), 62)
        ends = (-largest if a.lo < 0 else 0, largest) if largest <= LARGEST else ANY
        return self._within(Num(f"power({x}, {y})", *ends), node)

    def total(self, node: Bind) -> Num:
        """``sum(... for x in S)``. Where numbers are large, their halves are added up."""
        low, high = self.fresh("total"), self.fresh("high")
        self.emit(f"{low} = 0")
        self.emit(f"{high} = 0")
        with self.bindings(node.bounds):
            number = self.num(self.expr(node.body))
            small = number.lo >= -SUMMED and number.hi <= SUMMED
            code = number.code if small else self.named(number.code)
            self.emit(f"{low} += {code if small else f'{code} & {(1 << 32) - 1}'}")
            if not small:
                self.emit(f"{high} += {code} >> 32")
        if not small:
            self.emit(f"{high} += {low} >> 32")
            self.fail_if(f"{high} < {-(1 << 30)} or {high} > {1 << 30}", self._overflow(node))
            self.emit(f"{low} = ({high} << 32) + ({low} & {(1 << 32) - 1})")
        return self._within(Num(low, 0 if number.lo >= 0 else -2 * LARGEST, 2 * LARGEST if number.hi > 0 else 0), node)

    def _within(self, number: Num, node: Expression) -> Num:
        """A number that was computed; evaluation fails where there is none such."""
        low, high = number.lo < -LARGEST, number.hi > LARGEST
        if not (low or high):
            return number
        code = self.named(number.code)
        tests = [f"{code} < {-LARGEST}"] * low + [f"{code} > {LARGEST}"] * high
        self.fail_if(" or ".join(tests), self._overflow(node))
        return Num(code, *(max(-LARGEST, min(end, LARGEST)) for end in (number.lo, number.hi)))

    def _overflow(self, node: Expression) -> str:
        return f"Overflow when computing {self.written(node)}: numbers are within {NUMBERS}"
