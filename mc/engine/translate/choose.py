"""``CHOOSE x \\in S : P``"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from mc.engine.code.nodes import Word, number, truth
from mc.engine.store.places import Place
from mc.engine.store.shapes import AtomShape, BoolShape, FnShape, IntShape, SeqShape, Shape
from mc.engine.translate.codes import as_code, as_truth, bind, named
from mc.engine.translate.convert import is_made
from mc.engine.translate.expressions import as_plain, nothing_of, plain
from mc.engine.translate.kinds import natural_shape
from mc.engine.translate.operands import ranged
from mc.engine.translate.values import Builder, Const, Interval, SetOf, Value
from mc.engine.translate.writer import Writer
from mc.formula.nodes import Bind, as_written
from mc.lang.values import ModelValue, ModelValueSet, SeqValue

#: Ranks are words.
LARGEST_RANK = 1 << 62


def chosen_element(w: Writer, node: Bind) -> Value:
    """The first element that satisfies the condition, in TLC's order; evaluation fails where there is none.

    A loop may come to them in another order: then their ranks tell the first. Of elements whose ranks are not in TLC's
    order either, one is taken where only one satisfies the condition; else evaluation fails.
    """
    (bound,) = node.bounds
    name = w.single(bound)
    collection = ranged(w, w.expr(bound.collection))
    if isinstance(collection, SetOf) or (isinstance(collection, Builder) and collection.bag is None):
        collection = bind(w, collection)
    with w.trial(), w.within(dict(w.scope), w.file), w.elements(collection) as element:
        shape = natural_shape(w, element)
    if shape.wide:
        w.refuse("CHOOSE among such large values is not compiled")
    first = in_order(w, collection, shape)
    ranked = not first and ranked_in_order(w, shape)
    least = w.let(number(0), "least") if ranked else number(0)
    result, found = w.let(nothing_of(shape), "chosen"), w.let(truth(False), "found")
    with w.within(dict(w.scope), w.file), w.elements(collection, as_written(name)) as element:
        w.scope[name] = element
        conditions = [node.body] if bound.condition is None else [bound.condition, node.body]
        holds = truth(True)
        for condition in conditions:
            holds = holds & as_truth(w, w.expr(condition))
        with w.when(holds), ExitStack() as earlier:
            if ranked:
                rank = named(w, _rank(w, shape, as_code(w, element, shape)), "rank")
                earlier.enter_context(w.when(~found | rank.lt(least)))
                w.assign(least, rank)
            elif not first:
                w.fail_if(found, "CHOOSE has several values to choose from")
            w.assign(result, plain(w, element, shape))
            w.assign(found, truth(True))
            if first:
                w.leave_loop()
    w.fail_if(~found, "no element satisfies the condition of CHOOSE")
    return as_plain(w, result, shape)


def in_order(w: Writer, collection: Value, shape: Shape) -> bool:
    """Whether a loop over a set comes to its elements in TLC's order."""
    if isinstance(collection, Interval) or isinstance(shape, IntShape):
        return True
    if w.module.spec.model.symmetry:
        return False  # of symmetric values, none is the first
    if isinstance(collection, Const):
        return isinstance(collection.value, ModelValueSet)
    return isinstance(shape, AtomShape) and not is_made(w, collection) and _atoms_in_order(w, shape)


def ranked_in_order(w: Writer, shape: Shape) -> bool:
    """Whether the values of a shape have ranks that are in TLC's order: the shorter sequence first, then the one whose
    first element is."""
    if w.module.spec.met is None:
        return False
    if isinstance(shape, SeqShape):
        numbers = shape.element.size() ** shape.capacity * (shape.capacity + 1)
        return numbers < LARGEST_RANK and ranked_in_order(w, shape.element)
    if shape.size() > LARGEST_RANK:
        return False
    if isinstance(shape, AtomShape):
        return not w.module.spec.model.symmetry and _atoms_in_order(w, shape)
    if isinstance(shape, FnShape):
        return shape.sequence and ranked_in_order(w, shape.element)
    return isinstance(shape, (IntShape, BoolShape))


def _rank(w: Writer, shape: Shape, code: Word) -> Word:
    """A number by which values of a shape come in TLC's order; for shapes that are so ranked."""
    if not isinstance(shape, SeqShape):
        return w.module.rank(shape, code)
    place = Place(named(w, code, "code"))
    found = place.load(shape.length)
    for k in range(shape.capacity):
        part = place.at(shape.start + shape.slots.offset(k)).load(shape.element)
        found = found * int(shape.element.size()) + _rank(w, shape.element, part)
    return found


def _atoms_in_order(w: Writer, shape: AtomShape) -> bool:
    """Whether the codes of atoms, and of tuples of atoms and numbers, are in TLC's order."""
    met, members = w.module.spec.met or {}, shape.members
    places = [_place(member, met) for member in members]
    return len({form for form, _ in places}) == 1 and places == sorted(places, key=lambda place: place[1])


def _place(value: Any, met: Mapping[str, int]) -> tuple[Any, Any]:
    """The form of a value, by which values can be compared, and its place among those of the same form."""
    if isinstance(value, SeqValue):
        parts = [_place(part, met) for part in tuple.__iter__(value)]
        return tuple(form for form, _ in parts), tuple(place for _, place in parts)
    if isinstance(value, (str, ModelValue)):
        name = value.name if isinstance(value, ModelValue) else value
        return type(value), (met.get(name, len(met)), name)
    return type(value), value
