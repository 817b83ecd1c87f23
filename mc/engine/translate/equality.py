"""Equality of translated values."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import partial

from mc.engine.kinds import kinds as kinds_of
from mc.engine.kinds import variants
from mc.engine.shapes import (
    AtomShape,
    BoolShape,
    IntShape,
    OptionalShape,
    RecordShape,
    SetShape,
    Shape,
    SortedSetShape,
    UnionShape,
)
from mc.engine.slots import words_of
from mc.engine.storage import encodable
from mc.engine.translate.codes import SHORT
from mc.engine.translate.comparable import Comparable
from mc.engine.translate.places import UNROLLED, atomic
from mc.engine.translate.values import Const, Interval, Packed, SetOf, Stored, Truth, Tuple, Value, of_code
from mc.errors import KindError
from mc.lang import kinds

#: So many operands are joined in one expression, which nests them; Python reads 200 parentheses in each other.
LONGEST_CHAIN = 32


class Equality(Comparable):
    """``a = b`` for values of any two kinds."""

    @abstractmethod
    def contains(self, collection: Value, element: Value) -> Value:
        """``element \\in collection``; see :class:`mc.engine.translate.membership.Membership`."""

    def connect(self, conjunction: bool, operands: Sequence[Callable[[], Value]]) -> Value:
        """``and`` or ``or``: an operand is evaluated only where those before it leave the answer open."""
        word = "and" if conjunction else "or"
        code = ""
        for position, operand in enumerate(operands, 1):
            if position % LONGEST_CHAIN == 0:
                code = code and self.named(code, "c")
            self.depth += 1
            with self.aside() as lines:
                value = operand()
                if not isinstance(value, Const):
                    value = Truth(self.truth(value))
            self.depth -= 1
            known = self.decided(value)
            if known == conjunction and not lines:
                continue
            operand_code = self.truth(value)
            if not code:
                self.lines.extend(line[4:] for line in lines)
                code = operand_code
            elif not lines:
                code = f"({code} {word} {operand_code})"
            else:
                result = self.fresh("c")
                self.emit(f"{result} = {code}")
                self.emit(f"if {result}:" if conjunction else f"if not {result}:")
                self.lines.extend(lines)
                self.emit(f"    {result} = {operand_code}")
                code = result
            if known is (not conjunction):
                break
        return Truth(code) if code else Const(conjunction)

    def equal(self, a: Value, b: Value) -> Value:
        """``a = b``."""
        if isinstance(a, Const) and isinstance(b, Const):
            try:
                return Const(kinds.equal(a.value, b.value))
            except KindError as error:
                self.mistake(str(error))
        return self._same(*self.comparable(a, b))

    def _same(self, a: Value, b: Value) -> Value:
        """``a = b`` for values that may be compared; a model value differs from any other."""
        if isinstance(a, Const):
            a, b = b, a
        if isinstance(a, (Tuple, SetOf, Interval)) and isinstance(b, (Packed, Stored)):
            a, b = b, a
        if isinstance(a, Tuple) and isinstance(b, Const) and isinstance(b.value, tuple) and self.told(a) is None:
            b = Tuple(tuple(map(Const, tuple.__iter__(b.value))))
        if isinstance(a, Tuple) and isinstance(b, Tuple) and (self.told(a) is None or self.told(b) is None):
            if len(a.elements) != len(b.elements):
                return Const(False)
            pairs = zip(a.elements, b.elements, strict=True)
            return self.connect(True, [partial(self.equal, *pair) for pair in pairs])
        shape = self.shape(a)
        if isinstance(b, Const):
            if isinstance(shape, IntShape):
                number = self.num(a)
                inside = type(b.value) is int and number.lo <= b.value <= number.hi
                return Truth(f"{number.code} == {b.value}") if inside else Const(False)
            if not encodable(shape, b.value):
                return Const(False)
            return self._equal_constant(a, shape, shape.encode(b.value))
        if isinstance(b, SetOf) and (isinstance(shape, SortedSetShape) or not isinstance(self.told(b), SetShape)):
            return self._equal_elements(a, b)
        other = self.shape(b) if isinstance(shape, SetShape) else self.shape_beside(b, shape)
        if isinstance(shape, IntShape) and isinstance(other, IntShape):
            return Truth(f"{self.num(a).code} == {self.num(b).code}")
        if isinstance(shape, BoolShape) and isinstance(other, BoolShape):
            return Truth(f"{atomic(self.truth(a))} == {atomic(self.truth(b))}")
        if isinstance(shape, OptionalShape) and not isinstance(other, OptionalShape):
            return self._equal_optional(a, shape, b)
        if isinstance(other, OptionalShape) and not isinstance(shape, OptionalShape):
            return self._equal_optional(b, other, a)
        if isinstance(shape, (RecordShape, UnionShape)) and isinstance(other, (RecordShape, UnionShape)):
            names = [{frozenset(fields) for fields in variants(record)} for record in (shape, other)]
            if names[0].isdisjoint(names[1]):
                return Const(False)
        if _numbers(shape) and _numbers(other):
            return Truth(f"{self.num(a).code} == {self.num(b).code}")
        if isinstance(shape, AtomShape) and isinstance(other, (IntShape, BoolShape)):
            return self._equal_atom(a, shape, b, other)
        if isinstance(other, AtomShape) and isinstance(shape, (IntShape, BoolShape)):
            return self._equal_atom(b, other, a, shape)
        if isinstance(shape, AtomShape) != isinstance(other, AtomShape) and not (kinds_of(shape) & kinds_of(other)):
            return Const(False)
        shape = self.join([shape, other])
        if shape.wide:
            return self._equal_words(a, b, shape)
        return Truth(f"{atomic(self.code(a, shape))} == {atomic(self.code(b, shape))}")

    def _equal_constant(self, a: Value, shape: Shape, code: int) -> Value:
        if isinstance(shape, BoolShape):
            return Truth(self.truth(a) if code else f"not {self.truth(a)}")
        if not shape.wide:
            return Truth(f"{atomic(self.code(a, shape))} == {code}")
        place, words = self.place_of(a), words_of(code, shape.words)
        if shape.words > UNROLLED:
            return Truth(f"same_words({place.pointer()}, {self.module.table(words)}, {shape.words})")
        base, word = place.address()
        return Truth(f"({' and '.join(f'{base}[{word} + {k}] == {content}' for k, content in enumerate(words))})")

    def _equal_optional(self, a: Value, shape: OptionalShape, b: Value) -> Value:
        code, b = self.named(self.code(a, shape)), self.bind(b)
        inner = self._same(of_code(f"({code} - 1)", shape.inner), b)
        present = f"{code} != 0 and {atomic(self.truth(inner))}"
        none = self._same(b, Const(shape.none)) if isinstance(self.shape(b), AtomShape) else Const(False)
        if isinstance(none, Const) and not none.value:
            return Truth(f"({present})")
        return Truth(f"({present} or {code} == 0 and {atomic(self.truth(none))})")

    def _equal_atom(self, a: Value, shape: AtomShape, b: Value, other: IntShape | BoolShape) -> Value:
        """Equality of one of some atoms with a number or a Boolean."""
        wanted, given = type(other.decode(0)), self.bind(b)
        code = self.named(self.code(a, shape))
        found = [(k, m) for k, m in enumerate(shape.members) if type(m) is wanted]
        if len(found) > SHORT:
            numbers = [m if type(m) is wanted else 0 for m in shape.members]
            same = f"{self.module.table(numbers)}[{code}] == {self.num(given).code}"
            if len(found) == len(numbers):
                return Truth(same)
            flags = self.module.table([int(type(m) is wanted) for m in shape.members])
            return Truth(f"({flags}[{code}] != 0 and {same})")
        tests = [(k, self._same(given, Const(m))) for k, m in found]
        likely = [f"{code} == {k} and {atomic(self.truth(t))}" for k, t in tests if not isinstance(t, Const) or t.value]
        return Truth(f"({' or '.join(likely)})") if likely else Const(False)

    def _equal_elements(self, a: Value, b: SetOf) -> Value:
        """Equality with a set written out whose elements may be outside what the set ``a`` can hold."""
        result = self.fresh("ok")
        self.emit(f"{result} = {' and '.join(atomic(self.truth(self.contains(a, e))) for e in b.elements)}")
        with self.elements(a) as element:
            tests = [atomic(self.truth(self.equal(element, e))) for e in b.elements]
            with self.block(f"if not ({' or '.join(tests)}):"):
                self.emit(f"{result} = False")
        return Truth(result)

    def _equal_words(self, a: Value, b: Value, shape: Shape) -> Value:
        left, right = self.place_of(self.settle(a, shape)), self.place_of(self.settle(b, shape))
        if shape.words > UNROLLED:
            return Truth(f"same_words({left.pointer()}, {right.pointer()}, {shape.words})")
        (one, first), (two, second) = left.address(), right.address()
        words = [f"{one}[{first} + {k}] == {two}[{second} + {k}]" for k in range(shape.words)]
        return Truth(f"({' and '.join(words)})")


def _numbers(shape: Shape) -> bool:
    """Whether all values are numbers."""
    return isinstance(shape, IntShape) or (isinstance(shape, AtomShape) and {type(m) for m in shape.members} == {int})
