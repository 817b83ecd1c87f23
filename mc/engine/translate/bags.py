"""Bags that change, in place or on the way to something else."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from mc.engine.shapes import BagShape, Shape
from mc.engine.translate.convert import Convert
from mc.engine.translate.kinds import fits
from mc.engine.translate.places import Place
from mc.engine.translate.values import BagChange, Builder, Value, of_code


class Bags(Convert):
    """Copies of elements that are added to bags, and taken from them."""

    def add_copy(self, place: Place, shape: BagShape, code: str) -> None:
        """One more copy of an element in a bag."""
        (base, word), add = place.address(), self.module.bag_functions(shape)[0]
        over = f"more than {shape.distinct} different elements or {shape.copies} copies, the declared capacity"
        self.fail_if(f"not {add}({base}, {word}, {code})", over)

    def copy_bag(self, place: Place, shape: BagShape, source: Place, given: BagShape) -> None:
        """A bag in a shape that differs in bounds."""
        self.clear(place, shape)
        k, count = self.fresh("k"), given.count
        with self.block(f"for {k} in range({given.distinct}):"):
            slot = self.named(source.slot(given.slots, k).load(given.slot), "slot")
            with self.block(f"if {slot} == 0:"):
                self.emit("break")
            element = of_code(f"({slot} >> {count.bits})", given.element)
            code = self.named(self.code(element, shape.element), "e")
            with self.block(f"for {self.fresh('k')} in range({slot} & {count.mask}):"):
                self.add_copy(place, shape, code)

    def fill_bag(self, place: Place, value: BagChange, shape: Shape) -> None:
        if not isinstance(shape, BagShape):
            self.mistake("a bag can be changed only into the same kind of bag")
        if self._changes_in_place(value, shape):
            self.fill(place, value.bag, shape)
            if len(value.changes) == 1 and isinstance(whole := value.changes[0][1], Value):
                self._change_by_set(place, shape, value.changes[0][0], whole)
            else:
                self._change_by_elements(place, shape, value.changes)
            return
        larger = self.shape(value)
        assert isinstance(larger, BagShape)
        if larger.key != shape.key:
            self.fill(place, self.settle(value, larger), shape)
            return
        self.fill(place, value.bag, shape)
        for sign, change in value.changes:
            if isinstance(change, Value):
                self._change_by_set(place, shape, sign, change)
            else:
                self._change_by_elements(place, shape, [(sign, change)])

    def _changes_in_place(self, value: BagChange, shape: BagShape) -> bool:
        """Whether a bag may be changed where it is to be stored: there is room for what is there on the way, too."""
        if self.shape(value.bag).key != shape.key:
            return False
        if any(isinstance(change, Value) for _, change in value.changes) and len(value.changes) > 1:
            return False
        # What is only added is there in the end; what is taken away may be anything.
        return all(sign == "+" for sign, _ in value.changes) or all(
            fits(given, shape.element)
            for _, change in value.changes
            for given in self._shapes_in(change, shape.element)
        )

    def _shapes_in(self, change: tuple[Value, ...] | Value, beside: Shape) -> list[Shape]:
        """The shapes of the elements that a bag changes by."""
        if isinstance(change, tuple):
            return [self.shape_beside(element, beside) for element in change]
        with self.trial(), self._each_once(change) as element:
            return [self.shape_beside(element, beside)]

    def _each_once(self, elements: Value) -> AbstractContextManager[Value]:
        """Open a loop over the elements of a set."""
        return elements.loop() if isinstance(elements, Builder) and elements.loop else self.elements(elements)

    def _change_by_set(self, place: Place, shape: BagShape, sign: str, elements: Value) -> None:
        """One copy more, or less, of each element of a set."""
        base, word = place.address()
        remove = self.module.bag_functions(shape)[1]
        with self._each_once(elements) as element:
            if sign == "+":
                self.add_copy(place, shape, self.code(element, shape.element))
            else:
                self.emit(f"{remove}({base}, {word}, {self.code(element, shape.element)})")

    def _change_by_elements(
        self, place: Place, shape: BagShape, changes: Sequence[tuple[str, tuple[Value, ...] | Value]]
    ) -> None:
        """Removals first, so that the bag never holds more than it ends with.

        Where one removes what an earlier change has added, the two cancel out.
        """
        base, word = place.address()
        remove = self.module.bag_functions(shape)[1]
        pending: list[tuple[str, str]] = []  # elements to add, and a flag: whether still to be added
        for sign, elements in changes:
            assert isinstance(elements, tuple)
            codes = [self.named(self.code(e, shape.element), "e") for e in elements]
            for k, code in enumerate(codes):
                again = " and ".join(f"{code} != {other}" for other in codes[:k])
                if sign == "+":
                    flag = self.fresh("adding")
                    self.emit(f"{flag} = {again or True}")
                    pending.append((code, flag))
                    continue
                depth = self.depth
                if again:
                    self.emit(f"if {again}:")
                    self.depth += 1
                for added, flag in reversed(pending):
                    with self.block(f"if {flag} and {added} == {code}:"):
                        self.emit(f"{flag} = False")
                    self.emit("else:")
                    self.depth += 1
                self.emit(f"{remove}({base}, {word}, {code})")
                self.depth = depth
        for code, flag in pending:
            with self.block(f"if {flag}:"):
                self.add_copy(place, shape, code)
