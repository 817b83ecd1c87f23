"""Set algebra (``|``, ``&``, ``-``, ``^``, inclusion), and changes of bags."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial

from mc.engine.shapes import SetShape, Shape, SortedSetShape
from mc.engine.storage import encodable, is_set
from mc.engine.translate.codes import SHORT
from mc.engine.translate.kinds import room
from mc.engine.translate.membership import Membership
from mc.engine.translate.places import Place
from mc.engine.translate.values import BagChange, Builder, Const, Interval, Packed, SetOf, Truth, Value
from mc.errors import SpecError
from mc.formula import operators as op
from mc.formula.operators import Operator

_SET_OPERATORS = {op.UNION: "|", op.INTERSECTION: "&", op.SUBTRACT: "& ~", op.SYMMETRIC_DIFFERENCE: "^"}


class Algebra(Membership):
    """Translation of operators on sets and bags."""

    def is_set(self, value: Value) -> bool:
        if isinstance(value, Const):
            return is_set(value.value)
        made = isinstance(value, (SetOf, Interval)) or (isinstance(value, Builder) and value.loop is not None)
        return made or isinstance(self.shape(value), (SetShape, SortedSetShape))

    def _common_set(self, left: Value, right: Value) -> SetShape | None:
        """A bitmap that holds both sets; None where there is none."""
        for one, other in ((left, right), (right, left)):
            if isinstance(other, Const) and not isinstance(one, Const):
                shape = self.told(one)
                if isinstance(shape, SetShape):
                    whole = SetShape(shape.element, shape.values)
                    if encodable(whole, other.value):
                        return whole
        values = [v for v in (left, right) if not (isinstance(v, Const) and not v.value)]
        shapes = [found for value in values if (found := self.told(value)) is not None]
        if len(shapes) < len(values):
            return None
        try:
            joined = self.join(shapes)
        except SpecError:
            return None
        return SetShape(joined.element, joined.values) if isinstance(joined, SetShape) else None

    def set_operation(self, operator: Operator, left: Value, right: Value) -> Value:
        """``left \\cup right``, ``left \\cap right``, ``left \\ right``, or what only one of them has."""
        symbol = _SET_OPERATORS.get(operator)
        if symbol is None:
            self.mistake("sets are combined by |, & and -")
        self.comparable(left, right)
        shape = self._common_set(left, right)
        if shape is None:
            return self._elementwise(operator, left, right)
        if not shape.wide:
            return Packed(f"({self.code(left, shape)} {symbol} {self.code(right, shape)})", shape)

        def fill(place: Place, target: Shape) -> None:
            if target.key != shape.key:
                self.fill(place, self.settle(Builder(fill, lambda: shape), shape), target)
                return
            self.fill(place, left, shape)
            if symbol == "|" and isinstance(right, SetOf):
                for element in right.elements:
                    self.add_element(place, shape, element)
                return
            other = self.place_of(self.settle(right, shape))
            (base, word), (source, start) = place.address(), other.address()
            for k in range(shape.words):
                self.emit(f"{base}[{word} + {k}] = {base}[{word} + {k}] {symbol} {source}[{start} + {k}]")

        return Builder(fill, lambda: shape)

    def _elementwise(self, operator: Operator, left: Value, right: Value) -> Value:
        """The same where one of the sets is a sorted array, or has elements outside what the other can hold."""
        union, keep, symmetric = (operator is o for o in (op.UNION, op.INTERSECTION, op.SYMMETRIC_DIFFERENCE))
        if (isinstance(left, SetOf) or self.told(left) is None or self.is_made(left)) and (union or keep):
            left, right = right, left
        shape = self.told(left)
        if not (shape is None or isinstance(shape, (SetShape, SortedSetShape))):
            self.mistake("these sets cannot be combined: write {x for x in S if ...}")
        if isinstance(right, Builder) and self.told(right) is not None and not self.is_made(right):
            right = self.bind(right)
        if symmetric:
            left, right = self.bind(left), self.bind(right)

        def natural() -> Shape:
            if union or symmetric:
                return self._shape_of_both(left, right)
            found = self.shape(left)
            return SetShape(found.element, found.values) if isinstance(found, SetShape) else found

        def chosen(element: Value, other: Value) -> AbstractContextManager[None]:
            inside = self.truth(self.contains(other, element))
            return self.block(f"if {inside if keep else f'not ({inside})'}:")

        def fill(place: Place, target: Shape) -> None:
            if not isinstance(target, (SetShape, SortedSetShape)):
                self.unfit(self.shape(left), target)

            def add(element: Value) -> None:
                self.add_element(place, target, element)

            def select(element: Value, other: Value = right) -> None:
                with chosen(element, other):
                    add(element)

            if union:
                self.fill(place, left, target)
                self._each(right, add)
            else:
                self.clear(place, target)
                self._each(left, select)
                if symmetric:
                    self._each(right, partial(select, other=left))
            self.check_capacity(place, target)

        @contextmanager
        def loop() -> Iterator[Value]:
            with self.elements(left) as element, chosen(element, right):
                yield element

        return Builder(fill, natural) if union or symmetric else Builder(fill, natural, loop=loop, once=True)

    def _shape_of_both(self, left: Value, right: Value) -> Shape:
        """The shape of a set with the elements of two; what one holds may be told by the other."""
        for one, other in ((left, right), (right, left)):
            shape = self.told(other)
            if isinstance(one, Const) and self.told(one) is None and isinstance(shape, (SetShape, SortedSetShape)):
                if not all(encodable(shape.element, value) for value in one.value):
                    break
                return self.set_of(shape.element, room(shape) + len(one.value))
        a, b = self.shape(left), self.shape(right)
        if not isinstance(a, (SetShape, SortedSetShape)) or not isinstance(b, (SetShape, SortedSetShape)):
            self.unfit(b, a)
        return self.joined_sets(a, b, room(a) + room(b))

    def _each(self, value: Value, act: Callable[[Value], None]) -> None:
        if isinstance(value, SetOf):
            for element in value.elements:
                act(element)
        elif isinstance(value, Const) and self.told(value) is None:  # such as {<<>>}
            for known in value.value:
                act(Const(known))
        elif isinstance(value, Builder) and value.loop is not None and self.is_made(value):
            with value.loop() as element:
                act(element)
        else:
            with self.elements(value) as element:
                act(element)

    def subset(self, symbol: str, left: Value, right: Value) -> Value:
        """``left <= right`` and its like."""
        if symbol in (">", ">="):
            left, right = right, left
        self.comparable(left, right)
        shape = self._common_set(left, right)
        if shape is not None and not shape.wide:
            a, b = self.named(self.code(left, shape)), self.named(self.code(right, shape))
            proper = f" and {a} != {b}" if symbol in ("<", ">") else ""
            return Truth(f"({a} & ~{b} == 0{proper})")
        left, right = (
            v if isinstance(v, SetOf) or self.told(v) is None or self.is_made(v) else self.bind(v)
            for v in (left, right)
        )
        result = self.fresh("ok")
        self.emit(f"{result} = True")

        def test(element: Value) -> None:
            inside = self.truth(self.contains(right, element))
            with self.block(f"if not ({inside}):"):
                self.emit(f"{result} = False")

        self._each(left, test)
        if symbol in ("<=", ">="):
            return Truth(result)
        return Truth(f"({result} and not ({self.truth(self.equal(left, right))}))")

    def bag_change(self, bag: Value, sign: str, elements: Value) -> Value:
        """``bag + elements`` or ``bag - elements``."""
        change: tuple[Value, ...] | Value = elements
        if isinstance(elements, SetOf):
            change = tuple(self.bind(v) for v in elements.elements)
        elif isinstance(elements, Const) and isinstance(elements.value, frozenset) and len(elements.value) <= SHORT:
            change = tuple(Const(v) for v in elements.value)
        elif not (isinstance(elements, Builder) and elements.once):
            if not self.is_set(elements):
                self.mistake("a bag changes by a set of elements: bag + {m}, bag - {m}")
            change = self.bind(elements)
        if isinstance(bag, BagChange):
            return BagChange(bag.bag, (*bag.changes, (sign, change)))
        return BagChange(bag, ((sign, change),))
