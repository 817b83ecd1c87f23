"""Functions whose domain differs from state to state, which are stored as bags: ``DOMAIN f``, ``(x :> n) @@ f``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mc.engine.code.build import computed
from mc.engine.code.nodes import number
from mc.engine.store.places import Place
from mc.engine.store.shapes import BagShape, FnShape, IntShape, RecordShape, SeqShape, Shape, SortedSetShape
from mc.engine.store.tuples import TupleShape
from mc.engine.translate.changes import recount
from mc.engine.translate.codes import as_code, as_number, bind, named
from mc.engine.translate.convert import add_element, clear, place_of, slot_loop
from mc.engine.translate.kinds import join, natural_shape, shape_beside
from mc.engine.translate.values import Builder, Const, Interval, Num, Tuple, Value, of_code
from mc.engine.translate.writer import Writer
from mc.formula import standard
from mc.formula.nodes import Apply
from mc.lang.domains import Range
from mc.lang.values import FnValue, RecordValue


def domain_of(w: Writer, node: Apply, function: Value) -> Value:
    """``DOMAIN f``"""
    if isinstance(function, Const):
        return Const(_domain_of_constant(function.value))
    if isinstance(function, Tuple):
        return Const(Range(1, len(function.elements)))
    function = bind(w, function)
    shape = natural_shape(w, function)
    if isinstance(shape, FnShape):
        return Const(Range(1, len(shape.keys)) if shape.sequence else frozenset(shape.keys))
    if isinstance(shape, TupleShape):
        return Const(Range(1, len(shape.fields)))
    if isinstance(shape, RecordShape):
        return Const(frozenset(shape.fields))
    if isinstance(shape, SeqShape):
        one, length = Num(number(1), 1, 1), place_of(w, function).load(shape.length)
        return Interval(one, Num(length, 0, shape.capacity))
    if isinstance(shape, BagShape) and not isinstance(shape, SortedSetShape):
        return _domain_of_bag(w, function, shape)
    w.refuse("DOMAIN of this is not compiled")


def _domain_of_constant(value: object) -> object:
    if isinstance(value, tuple):
        return Range(1, len(value))
    if isinstance(value, RecordValue):
        return frozenset(value.fields)
    assert isinstance(value, FnValue)
    return frozenset(value)


def _domain_of_bag(w: Writer, bag: Value, shape: BagShape) -> Builder:
    place = place_of(w, bag)

    def fill(to: Place, target: Shape) -> None:
        clear(w, to, target)
        with loop() as element:
            assert isinstance(target, SortedSetShape)
            add_element(w, to, target, element)

    @contextmanager
    def loop() -> Iterator[Value]:
        with slot_loop(w, place, shape, w.fresh("k")) as slot:
            yield of_code(named(w, slot >> shape.count.bits, "e"), shape.element)

    return Builder(fill, lambda: SortedSetShape(shape.element, shape.distinct), loop=loop, once=True, bag=bag)


def merged(w: Writer, node: Apply) -> Value:
    """``(x :> n) @@ f`` or ``f @@ (x :> n)``, where f is stored as a bag: on the left is what counts."""
    left, right = node.operands
    for one, other, wins in ((left, right, True), (right, left, False)):
        if isinstance(one, Apply) and one.operator is standard.SINGLE:
            bag = bind(w, w.expr(other))
            key, count = (bind(w, w.expr(operand)) for operand in one.operands)
            return _extended(w, bag, key, count, wins)
    w.refuse("@@ is compiled where one side is a single pair")


def _extended(w: Writer, bag: Value, key: Value, count: Value, wins: bool) -> Value:
    """A bag with one more element, or with another number of it where the new one wins."""
    copies_of = as_number(w, count)
    if isinstance(bag, Const) and not bag.value:
        given = BagShape(natural_shape(w, key), 1, max(1, copies_of.hi))
    else:
        shape = natural_shape(w, bag)
        if not isinstance(shape, BagShape) or isinstance(shape, SortedSetShape):
            w.refuse("@@ is compiled for functions from elements to counts")
        given = BagShape(
            join(w, [shape.element, shape_beside(w, key, shape.element)]),
            shape.distinct + 1,
            max(shape.copies, copies_of.hi),
        )

    def fill(place: Place, target: Shape) -> None:
        if not isinstance(target, BagShape) or isinstance(target, SortedSetShape):
            w.refuse("a function whose domain grows is compiled where it is stored as one")
        w.fill(place, bag, target)
        code = named(w, as_code(w, key, target.element), "e")
        base, word = place.address()
        known = w.let(computed(w.module.bag_count(target), base, word, code), "n")
        copies = named(w, as_code(w, copies_of, IntShape(1, target.copies)) + 1, "n")
        if wins:
            recount(w, place, target, code, known, copies)
        else:
            with w.when(known.eq(0)):
                recount(w, place, target, code, known, copies)

    return Builder(fill, lambda: given)
