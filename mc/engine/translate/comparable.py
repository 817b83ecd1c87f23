"""Only what TLC compares is compared: a mistake where that is known while translating, else a test in each state."""

from __future__ import annotations

from typing import NoReturn

from mc.engine.kinds import clash, described, kinds, mixed
from mc.engine.shapes import AtomShape, BoolShape, IntShape, OptionalShape, Shape
from mc.engine.translate.bags import Bags
from mc.engine.translate.values import Const, Interval, SetOf, Tuple, Value, of_code
from mc.lang.kinds import kind, refusal, shown


class Comparable(Bags):
    """Refuses comparisons of values of different kinds."""

    def comparable(self, a: Value, b: Value) -> tuple[Value, Value]:
        """Two values that may be compared from here on: those given, perhaps evaluated."""
        one, two = self.told(a), self.told(b)
        if one is None or two is None:
            self._compare_kinds(a, one, b, two)
            return a, b
        if one.key != two.key and (parts := clash(one, two)) is not None:
            self.refuse(*map(described, parts))
        several = next((shape for shape in (one, two) if mixed(shape)), None)
        if several is not None and _composite(one) and _composite(two):
            self.mistake(f"compare the parts, which may be of different kinds, and not the whole: {described(several)}")
        if len(kinds(one) | kinds(two)) > 1:
            a, b = self.bind(a), self.bind(b)
            self.fail_if(self.different_kinds(a, one, b, two), refusal(described(one), described(two)))
        return a, b

    def refuse(self, one: str, two: str) -> NoReturn:
        """Two kinds of values that are never compared."""
        self.mistake(refusal(one, two))

    def _compare_kinds(self, a: Value, one: Shape | None, b: Value, two: Shape | None) -> None:
        """Refuse a value of which only the kind can be told."""
        left, right = _kinds_of(a, one), _kinds_of(b, two)
        if left and right and left.isdisjoint(right):
            self.refuse(*(described(s) if s else _told_kind(v) for v, s in ((a, one), (b, two))))

    def different_kinds(self, a: Value, one: Shape, b: Value, two: Shape) -> str:
        """A condition: two values are not of one kind, and neither is a model value."""
        numbers = {name: k for k, name in enumerate(sorted(kinds(one) | kinds(two)), 1)}
        left, right = self._kind_number(a, one, numbers), self._kind_number(b, two, numbers)
        if left == right or "0" in (left, right):
            return "False"
        tests = [f"{left} != {right}", *(f"{side} != 0" for side in (left, right) if not side.isdigit())]
        return " and ".join(tests)

    def _kind_number(self, value: Value, shape: Shape, numbers: dict[str, int]) -> str:
        """The number of a value's kind; 0 for a model value."""
        if isinstance(shape, AtomShape):
            found = [numbers.get(kind(member), 0) for member in shape.members]
            if len(set(found)) == 1:
                return str(found[0])
            return self.named(f"{self.module.table(found)}[{self.code(value, shape)}]", "kind")
        if isinstance(shape, OptionalShape):
            code = self.named(self.code(value, shape))
            inner = self._kind_number(of_code(f"({code} - 1)", shape.inner), shape.inner, numbers)
            return self.named(f"({numbers.get(kind(shape.none), 0)} if {code} == 0 else {inner})", "kind")
        return str(numbers[next(iter(kinds(shape)))])


def _composite(shape: Shape) -> bool:
    """Whether values have parts."""
    inner = shape.inner if isinstance(shape, OptionalShape) else shape
    return not isinstance(inner, (AtomShape, IntShape, BoolShape))


def _kinds_of(value: Value, shape: Shape | None) -> frozenset[str]:
    """The kinds that a value may be of, but for a model value; empty where they cannot be told."""
    if shape is not None:
        return kinds(shape)
    if isinstance(value, Const):
        return frozenset((kind(value.value).replace("sequence", "function"),))
    if isinstance(value, (SetOf, Interval)):
        return frozenset(("a set",))
    return frozenset(("a function",)) if isinstance(value, Tuple) else frozenset()


def _told_kind(value: Value) -> str:
    return shown(value.value) if isinstance(value, Const) else next(iter(_kinds_of(value, None)))
