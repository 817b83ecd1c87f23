"""Only what TLC compares is compared: a mistake where that is known while translating, else a test in each state."""

from __future__ import annotations

from typing import NoReturn

from mc.engine.code.build import all_of, choice
from mc.engine.code.nodes import Bit, Word, number, truth
from mc.engine.store.kinds import clash, described, kinds, mixed
from mc.engine.store.shapes import AtomShape, BoolShape, IntShape, OptionalShape, Shape
from mc.engine.translate.codes import as_code, bind, named, said
from mc.engine.translate.kinds import told
from mc.engine.translate.values import Const, Interval, SetOf, Tuple, Value, of_code
from mc.engine.translate.writer import Writer
from mc.lang.kinds import kind, refusal


def comparable(w: Writer, a: Value, b: Value) -> tuple[Value, Value]:
    """Two values that may be compared from here on: those given, perhaps evaluated."""
    one, two = told(w, a), told(w, b)
    if one is None or two is None:
        _compare_kinds(w, a, one, b, two)
        return a, b
    if one.key != two.key and (parts := clash(one, two)) is not None:
        refuse(w, *map(described, parts))
    several = next((shape for shape in (one, two) if mixed(shape)), None)
    if several is not None and _composite(one) and _composite(two):
        w.refuse(f"compare the parts, which may be of different kinds, and not the whole: {described(several)}")
    if len(kinds(one) | kinds(two)) > 1:
        a, b = bind(w, a), bind(w, b)
        w.fail_if(different_kinds(w, a, one, b, two), refusal(described(one), described(two)))
    return a, b


def refuse(w: Writer, one: str, two: str) -> NoReturn:
    """Two kinds of values that are never compared."""
    w.refuse(refusal(one, two))


def _compare_kinds(w: Writer, a: Value, one: Shape | None, b: Value, two: Shape | None) -> None:
    """Refuse a value of which only the kind can be told."""
    left, right = _kinds_of(a, one), _kinds_of(b, two)
    if left and right and left.isdisjoint(right):
        refuse(w, *(said(w, value) for value in (a, b)))


def different_kinds(w: Writer, a: Value, one: Shape, b: Value, two: Shape) -> Bit:
    """A condition: two values are not of one kind, and neither is a model value."""
    numbers = {name: k for k, name in enumerate(sorted(kinds(one) | kinds(two)), 1)}
    left, right = _kind_number(w, a, one, numbers), _kind_number(w, b, two, numbers)
    if left == right or 0 in (left.value, right.value):
        return truth(False)
    return left.ne(right) & all_of(side.ne(0) for side in (left, right))


def _kind_number(w: Writer, value: Value, shape: Shape, numbers: dict[str, int]) -> Word:
    """The number of a value's kind; 0 for a model value."""
    if isinstance(shape, AtomShape):
        found = [numbers.get(kind(member), 0) for member in shape.members]
        if len(set(found)) == 1:
            return number(found[0])
        return named(w, w.module.table(found)[as_code(w, value, shape)], "kind")
    if isinstance(shape, OptionalShape):
        code = named(w, as_code(w, value, shape))
        inner = _kind_number(w, of_code(code - 1, shape.inner), shape.inner, numbers)
        return named(w, choice(code.eq(0), numbers.get(kind(shape.none), 0), inner), "kind")
    return number(numbers[next(iter(kinds(shape)))])


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
