"""Ranging over sets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from mc.engine.code.nodes import Word
from mc.engine.store.places import Place
from mc.engine.store.shapes import (
    AtomShape,
    BagShape,
    BoolShape,
    IntShape,
    SeqShape,
    SetShape,
    Shape,
    UnionShape,
)
from mc.engine.store.storage import shape_of
from mc.engine.translate.codes import as_present, named, said
from mc.engine.translate.convert import place_of, slot_loop
from mc.engine.translate.elements import sequence_loop
from mc.engine.translate.filters import member_loop
from mc.engine.translate.kinds import bitmap, join, natural_shape, shape_of_all
from mc.engine.translate.operands import RANGED, kinds_text
from mc.engine.translate.values import (
    Builder,
    Const,
    Filter,
    Interval,
    Num,
    Packed,
    Value,
    of_code,
)
from mc.engine.translate.writer import Writer
from mc.errors import EvaluationError, SpecError
from mc.lang import kinds
from mc.lang.arithmetic import MOST_NUMBERS, too_many
from mc.lang.domains import Domain, Enum, Listed, Range
from mc.lang.values import ModelValueSet


@contextmanager
def element_loop(w: Writer, value: Value, hint: str = "k", chosen: Filter | None = None) -> Iterator[Value]:
    """Open a loop over a set (over those that pass a filter), a bag's domain, an interval or a sequence; yields the
    element."""
    if isinstance(value, Builder) and value.bag is not None:
        value = value.bag
    with ExitStack() as blocks:
        k = w.fresh(hint)
        if isinstance(value, Const):
            yield _constant_elements(w, value.value, k, blocks)
        elif isinstance(value, Interval):
            if value.hi.hi - value.lo.lo >= MOST_NUMBERS:
                w.fail_if((value.hi.code - value.lo.code).ge(MOST_NUMBERS), too_many("an interval"))
            n = blocks.enter_context(w.loop(k, "range", value.lo.code, value.hi.code + 1))
            yield Num(n, value.lo.lo, max(value.hi.hi, value.lo.lo))
        else:
            value = as_present(w, value)
            shape = natural_shape(w, value)
            if isinstance(shape, SeqShape):
                yield blocks.enter_context(sequence_loop(w, value, shape, k))
                return
            if not isinstance(shape, (SetShape, BagShape)):
                w.refuse(f"only {kinds_text(RANGED)} is ranged over, not {said(w, value)}")
            place = place_of(w, value)
            possible = getattr(value, "possible", -1) & (-1 if chosen is None else chosen.union)
            if isinstance(shape, SetShape):
                n = blocks.enter_context(member_loop(w, place, shape, k, chosen))
                yield _member(w, shape, n, possible)
            else:
                yield _bag_elements(w, place, shape, k, blocks)


def _constant_elements(w: Writer, given: Any, k: str, blocks: ExitStack) -> Value:
    if isinstance(given, Range) and given and given.hi is not None and len(given) <= MOST_NUMBERS:
        n = blocks.enter_context(w.loop(k, "range", len(given)))
        return of_code(n, IntShape(given.lo, given.hi))
    try:
        values = list(kinds.in_order(given))
    except (TypeError, SpecError, EvaluationError) as error:
        w.refuse(f"this cannot be ranged over: {error}")
    if values == [frozenset()]:  # of which nobody can tell what it is a set of
        blocks.enter_context(w.loop(k, "range", 1))
        return Const(values[0])
    shape = common_shape(w, given, values)
    if shape.wide:
        w.refuse("the elements here are too large to range over")
    codes = [shape.encode(v) for v in values]
    if codes == list(range(len(codes))):
        return of_code(blocks.enter_context(w.loop(k, "range", len(codes))), shape)
    if isinstance(shape, IntShape) and codes == list(range(codes[0], codes[0] + len(codes))):
        first = values[0]
        n = blocks.enter_context(w.loop(k, "range", first, first + len(codes)))
        return Num(n, first, first + len(codes) - 1)
    n = blocks.enter_context(w.loop(k, "range", len(codes)))
    return of_code(named(w, w.module.table(codes)[n], "e"), shape)


def common_shape(w: Writer, given: Any, values: list[Any]) -> Shape:
    """The shape of the elements of a known set."""
    if isinstance(given, ModelValueSet):
        return AtomShape(given.members)
    if not values:
        return IntShape(0, 0)
    if isinstance(given, Enum) and given.kinds != {"a number"}:
        return AtomShape(given.members)
    if isinstance(given, Domain) and not isinstance(given, (Range, Enum, Listed)):
        shape = shape_of(given)
        if not shape.wide:
            return shape
        w.refuse("the elements of this domain are too large to range over")
    if isinstance(values[0], (frozenset, set)):
        atoms = [v for s in values for v in kinds.in_order(s)]
        sets = bitmap(w, join(w, [natural_shape(w, Const(v)) for v in atoms]))
        if sets is None or sets.wide:
            w.refuse("the elements of this set are too large to range over")
        return sets
    return shape_of_all(w, [*map(Const, values)])


def _member(w: Writer, shape: SetShape, k: Word, possible: int) -> Value:
    """Element number k of a bitmap, which is one of those possible."""
    if isinstance(shape.element, (AtomShape, IntShape, BoolShape)):
        return of_code(k, shape.element)
    code = named(w, w.module.table(shape.codes)[k], "e")
    tags: frozenset[int] = frozenset()
    if isinstance(shape.element, UnionShape):
        mask = shape.element.tags.mask
        tags = frozenset(c & mask for n, c in enumerate(shape.codes) if possible >> shape.slots.offset(n) & 1)
    return Packed(code, shape.element, rank=k, tags=tags)


def _bag_elements(w: Writer, place: Place, shape: BagShape, k: str, blocks: ExitStack) -> Value:
    slot = blocks.enter_context(slot_loop(w, place, shape, k))
    element = of_code(named(w, slot >> shape.count.bits, "e"), shape.element)
    if isinstance(element, Packed):
        return Packed(element.code, element.shape, place, slot & shape.count.mask)
    return element
