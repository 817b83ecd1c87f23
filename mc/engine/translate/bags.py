"""Bags that change, in place or on the way to something else."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack

from mc.engine.code.build import all_of, tested
from mc.engine.code.nodes import Bit, Word, truth
from mc.engine.store.places import Place
from mc.engine.store.shapes import BagShape, Shape
from mc.engine.translate.codes import as_code, named, settle
from mc.engine.translate.convert import clear, slot_loop
from mc.engine.translate.kinds import fits, natural_shape, shape_beside
from mc.engine.translate.values import BagChange, Builder, Value, of_code
from mc.engine.translate.writer import Writer


def add_copy(w: Writer, place: Place, shape: BagShape, code: Word) -> None:
    """One more copy of an element in a bag."""
    (base, word), add = place.address(), w.module.bag_functions(shape)[0]
    over = f"more than {shape.distinct} different elements or {shape.copies} copies, the declared capacity"
    w.fail_if(~tested(add, base, word, code), over)


def copy_bag(w: Writer, place: Place, shape: BagShape, source: Place, given: BagShape) -> None:
    """A bag in a shape that differs in bounds."""
    clear(w, place, shape)
    with slot_loop(w, source, given, w.fresh("k")) as slot:
        element = of_code(slot >> given.count.bits, given.element)
        code = named(w, as_code(w, element, shape.element), "e")
        with w.loop(w.fresh("k"), "range", slot & given.count.mask):
            add_copy(w, place, shape, code)


def fill_bag(w: Writer, place: Place, value: BagChange, shape: Shape) -> None:
    if not isinstance(shape, BagShape):
        w.refuse("a bag can be changed only into the same kind of bag")
    if _changes_in_place(w, value, shape):
        w.fill(place, value.bag, shape)
        if len(value.changes) == 1 and isinstance(whole := value.changes[0][1], Value):
            _change_by_set(w, place, shape, value.changes[0][0], whole)
        else:
            _change_by_elements(w, place, shape, value.changes)
        return
    larger = natural_shape(w, value)
    assert isinstance(larger, BagShape)
    if larger.key != shape.key:
        w.fill(place, settle(w, value, larger), shape)
        return
    w.fill(place, value.bag, shape)
    for sign, change in value.changes:
        if isinstance(change, Value):
            _change_by_set(w, place, shape, sign, change)
        else:
            _change_by_elements(w, place, shape, [(sign, change)])


def _changes_in_place(w: Writer, value: BagChange, shape: BagShape) -> bool:
    """Whether a bag may be changed where it is to be stored: there is room for what is there on the way, too."""
    if natural_shape(w, value.bag).key != shape.key:
        return False
    if any(isinstance(change, Value) for _, change in value.changes) and len(value.changes) > 1:
        return False
    # What is only added is there in the end; what is taken away may be anything.
    return all(sign == "+" for sign, _ in value.changes) or all(
        fits(given, shape.element) for _, change in value.changes for given in _shapes_in(w, change, shape.element)
    )


def _shapes_in(w: Writer, change: tuple[Value, ...] | Value, beside: Shape) -> list[Shape]:
    """The shapes of the elements that a bag changes by."""
    if isinstance(change, tuple):
        return [shape_beside(w, element, beside) for element in change]
    with w.trial(), _each_once(w, change) as element:
        return [shape_beside(w, element, beside)]


def _each_once(w: Writer, elements: Value) -> AbstractContextManager[Value]:
    """Open a loop over the elements of a set."""
    return elements.loop() if isinstance(elements, Builder) and elements.loop else w.elements(elements)


def _change_by_set(w: Writer, place: Place, shape: BagShape, sign: str, elements: Value) -> None:
    """One copy more, or less, of each element of a set."""
    base, word = place.address()
    remove = w.module.bag_functions(shape)[1]
    with _each_once(w, elements) as element:
        if sign == "+":
            add_copy(w, place, shape, as_code(w, element, shape.element))
        else:
            w.do(remove, base, word, as_code(w, element, shape.element))


def _change_by_elements(
    w: Writer, place: Place, shape: BagShape, changes: Sequence[tuple[str, tuple[Value, ...] | Value]]
) -> None:
    """Removals first, so that the bag never holds more than it ends with.

    Where one removes what an earlier change has added, the two cancel out.
    """
    base, word = place.address()
    remove = w.module.bag_functions(shape)[1]
    pending: list[tuple[Word, Bit]] = []  # elements to add, and a flag: whether still to be added
    for sign, elements in changes:
        assert isinstance(elements, tuple)
        codes = [named(w, as_code(w, e, shape.element), "e") for e in elements]
        for k, code in enumerate(codes):
            first = all_of(code.ne(other) for other in codes[:k])
            if sign == "+":
                pending.append((code, w.let(first, "adding")))
                continue
            with ExitStack() as blocks:
                if k:
                    blocks.enter_context(w.when(first))
                for added, adding in reversed(pending):
                    with w.when(adding & added.eq(code)):
                        w.assign(adding, truth(False))
                    blocks.enter_context(w.otherwise())
                w.do(remove, base, word, code)
    for code, adding in pending:
        with w.when(adding):
            add_copy(w, place, shape, code)
