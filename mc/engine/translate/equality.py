"""Equality of translated values."""

from __future__ import annotations

from abc import abstractmethod

from mc.engine.shapes import (
    AtomShape,
    BagShape,
    BoolShape,
    IntShape,
    OptionalShape,
    SetShape,
    Shape,
    SortedSetShape,
)
from mc.engine.storage import encodable
from mc.engine.translate.convert import Convert
from mc.engine.translate.places import atomic
from mc.engine.translate.values import Const, Interval, Packed, SetOf, Stored, Truth, Tuple, Value, of_code


class Equality(Convert):
    """``a = b`` for values of any two kinds."""

    @abstractmethod
    def contains(self, collection: Value, element: Value) -> Value:
        """``element \\in collection``; see :class:`mc.engine.translate.sets.Sets`."""

    def equal(self, a: Value, b: Value) -> Value:
        """``a = b``."""
        if isinstance(a, Const) and isinstance(b, Const):
            return Const(a.value == b.value)
        if isinstance(a, Const):
            a, b = b, a
        if isinstance(a, (Tuple, SetOf, Interval)) and isinstance(b, (Packed, Stored)):
            a, b = b, a
        shape = self.shape(a)
        if isinstance(b, Const):
            if isinstance(shape, IntShape):
                number = self.num(a)
                known = isinstance(b.value, int) and not isinstance(b.value, bool)
                inside = known and number.lo <= b.value <= number.hi
                return Truth(f"{number.code} == {b.value}") if inside else Const(False)
            bag_and_set = isinstance(shape, BagShape) and isinstance(b.value, (set, frozenset))
            if not encodable(shape, b.value) or (bag_and_set and not isinstance(shape, SortedSetShape)):
                return Const(False)
            return self._equal_constant(a, shape, shape.encode(b.value))
        if isinstance(b, SetOf) and (isinstance(shape, SortedSetShape) or not self.has_shape(b)):
            return self._equal_elements(a, b)
        other = self.shape(b) if isinstance(shape, SetShape) else self.shape_beside(b, shape)
        if isinstance(shape, IntShape) and isinstance(other, IntShape):
            return Truth(f"{self.num(a).code} == {self.num(b).code}")
        if isinstance(shape, BoolShape) and isinstance(other, BoolShape):
            return Truth(f"{atomic(self.truth(a))} == {atomic(self.truth(b))}")
        if isinstance(shape, AtomShape) and isinstance(other, AtomShape) and shape.key != other.key:
            joined = self.join([shape, other])
            return Truth(f"{self.code(a, joined)} == {self.code(b, joined)}")
        if isinstance(shape, OptionalShape) and not isinstance(other, OptionalShape):
            return self._equal_optional(a, shape, b)
        if isinstance(other, OptionalShape) and not isinstance(shape, OptionalShape):
            return self._equal_optional(b, other, a)
        shape = self.join([shape, other])
        if shape.wide:
            return self._equal_words(a, b, shape)
        return Truth(f"{atomic(self.code(a, shape))} == {atomic(self.code(b, shape))}")

    def _equal_constant(self, a: Value, shape: Shape, code: int) -> Value:
        if isinstance(shape, BoolShape):
            return Truth(self.truth(a) if code else f"not {self.truth(a)}")
        if not shape.wide:
            return Truth(f"{atomic(self.code(a, shape))} == {code}")
        base, word = self.place_of(a).address()
        words = [f"{base}[{word} + {k}] == {code >> 64 * k & (1 << 64) - 1}" for k in range(shape.words)]
        return Truth(f"({' and '.join(words)})")

    def _equal_optional(self, a: Value, shape: OptionalShape, b: Value) -> Value:
        code = self.named(self.code(a, shape))
        inner = self.equal(of_code(f"({code} - 1)", shape.inner), b)
        return Truth(f"({code} != 0 and {self.truth(inner)})")

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
        left, right = self.settle(a, shape), self.settle(b, shape)
        (one, first), (two, second) = self.place_of(left).address(), self.place_of(right).address()
        words = [f"{one}[{first} + {k}] == {two}[{second} + {k}]" for k in range(shape.words)]
        return Truth(f"({' and '.join(words)})")
