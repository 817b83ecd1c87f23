"""Values put into memory, part by part; sets and bags changed in place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mc.engine.code.build import computed, tested, total
from mc.engine.code.nodes import Word, number, truth
from mc.engine.store.kinds import single, variants
from mc.engine.store.places import UNROLLED, Place
from mc.engine.store.shapes import (
    BagShape,
    BoolShape,
    FnShape,
    RecordShape,
    SeqShape,
    SetShape,
    Shape,
    SortedSetShape,
    UnionShape,
)
from mc.engine.store.slots import words_of
from mc.engine.store.storage import encodable
from mc.engine.store.tuples import TupleShape
from mc.engine.translate.codes import as_code, named, outside_text, over_text, settle, unfit
from mc.engine.translate.kinds import natural_shape, told
from mc.engine.translate.values import (
    BagChange,
    Builder,
    Const,
    Interval,
    Num,
    Packed,
    SetOf,
    Stored,
    Tuple,
    Value,
    of_code,
)
from mc.engine.translate.writer import Writer


def is_made(w: Writer, value: Value) -> bool:
    """Whether a set is better gone through as it is made: it would be no bitmap."""
    return isinstance(value, Builder) and value.loop is not None and not isinstance(told(w, value), SetShape)


# Memory


def put(w: Writer, place: Place, value: Value, shape: Shape) -> None:
    """Put ``value`` at ``place``, which holds values of ``shape``."""
    if shape.wide:
        w.fill(place, value, shape)
    else:
        w.emit(place.store(shape, as_code(w, value, shape)))


def fill_value(w: Writer, place: Place, value: Value, shape: Shape) -> None:
    """Make ``value`` at ``place``, part by part; a local ``place`` is 0 before."""
    if isinstance(value, Builder):
        if isinstance(shape, FnShape) and shape.sequence and isinstance(made := told(w, value), SeqShape):
            _fill_parts(w, place, settle(w, value, made), shape)
        else:
            value.fill(place, shape)
    elif isinstance(value, Const):
        _fill_constant(w, place, value, shape)
    elif isinstance(value, SetOf) and isinstance(shape, (SetShape, SortedSetShape)):
        clear(w, place, shape)
        for element in value.elements:
            add_element(w, place, shape, element)
        check_capacity(w, place, shape)
    elif isinstance(value, Interval) and isinstance(shape, (SetShape, SortedSetShape)):
        clear(w, place, shape)
        k = w.fresh("k")
        with w.loop(k, "range", value.lo.code, value.hi.code + 1) as n:
            add_element(w, place, shape, Num(n, value.lo.lo, value.hi.hi))
        check_capacity(w, place, shape)
    elif isinstance(value, Tuple) and isinstance(shape, TupleShape) and len(value.elements) == len(shape.fields):
        clear(w, place, shape)
        for name, element in zip(shape.fields, value.elements, strict=True):
            put(w, place.at(shape.offsets[name]), element, shape.fields[name])
    elif isinstance(value, Tuple) and isinstance(shape, SeqShape):
        _fill_tuple(w, place, value, shape)
    elif isinstance(value, Tuple) and isinstance(shape, FnShape) and len(value.elements) == len(shape.keys):
        _fill_function(w, place, value, shape)
    elif isinstance(value, BagChange):
        w.fill_bag(place, value, shape)
    elif isinstance(value, Stored) and value.shape.key == shape.key:
        copy_value(w, place, value.place, shape)
    else:
        _fill_parts(w, place, value, shape)


def clear(w: Writer, place: Place, shape: Shape) -> None:
    if shape.words > UNROLLED:
        w.do("clear_words", place.pointer(), shape.words)
    elif shape.wide:
        base, word = place.address()
        for k in range(shape.words):
            w.store(base, word + k, 0)
    elif not place.local:
        w.emit(place.store(shape, 0))


def copy_value(w: Writer, place: Place, source: Place, shape: Shape) -> None:
    if not shape.wide:
        w.emit(place.store(shape, source.load(shape)))
        return
    if shape.words > UNROLLED:
        w.do("copy_words", source.pointer(), place.pointer(), shape.words)
        return
    (to, first), (origin, start) = place.address(), source.address()
    for k in range(shape.words):
        w.store(to, first + k, origin[start + k])


def _fill_constant(w: Writer, place: Place, value: Const, shape: Shape) -> None:
    if not encodable(shape, value.value):
        w.fail_if(truth(True), outside_text(w, shape, value.value))
        return
    code = shape.encode(value.value)
    if not shape.wide:
        w.emit(place.store(shape, code))
        return
    words = words_of(code, shape.words)
    if shape.words > UNROLLED:
        w.do("copy_words", w.module.table(words), place.pointer(), shape.words)
        return
    base, word = place.address()
    for k, content in enumerate(words):
        w.store(base, word + k, content)


def _fill_tuple(w: Writer, place: Place, value: Tuple, shape: SeqShape) -> None:
    if len(value.elements) > shape.capacity:
        w.fail_if(truth(True), over_text(w, shape.capacity))
        return
    clear(w, place, shape)
    for k, element in enumerate(value.elements):
        put(w, place.at(shape.start).slot(shape.slots, number(k)), element, shape.element)
    w.emit(place.store(shape.length, len(value.elements)))


def _fill_function(w: Writer, place: Place, value: Tuple, shape: FnShape) -> None:
    """A sequence literal is a function over 1..n."""
    if not shape.sequence:
        unfit(w, natural_shape(w, value), shape)
    clear(w, place, shape)
    for k, element in enumerate(value.elements):
        put(w, place.slot(shape.slots, number(k)), element, shape.element)


def _fill_parts(w: Writer, place: Place, value: Value, shape: Shape) -> None:
    """Copy between two shapes of one kind that differ in bounds."""
    given = natural_shape(w, value)
    source = place_of(w, value)
    if isinstance(given, SeqShape) and isinstance(shape, SeqShape):
        length = named(w, source.load(given.length), "n")
        if given.capacity > shape.capacity:
            w.fail_if(length.gt(shape.capacity), over_text(w, shape.capacity))
        clear(w, place, shape)
        _copy_slots(w, place.at(shape.start), shape, source.at(given.start), given, length)
        w.emit(place.store(shape.length, length))
    elif isinstance(given, SetShape) and isinstance(shape, SetShape) and given.element.key == shape.element.key:
        copy_value(w, place, source, shape)
        check_capacity(w, place, shape)
    elif isinstance(given, (SetShape, SortedSetShape)) and isinstance(shape, (SetShape, SortedSetShape)):
        clear(w, place, shape)
        with w.elements(Stored(source, given) if not source.local else value) as element:
            add_element(w, place, shape, element)
        check_capacity(w, place, shape)
    elif isinstance(given, RecordShape) and isinstance(shape, RecordShape) and set(given.fields) == set(shape.fields):
        for name, field in shape.fields.items():
            put(w, place.at(shape.offsets[name]), part_at(w, source.at(given.offsets[name]), given.fields[name]), field)
    elif isinstance(given, FnShape) and isinstance(shape, FnShape) and given.keys == shape.keys:
        _copy_slots(w, place, shape, source, given, len(shape.keys))
    elif isinstance(given, FnShape) and isinstance(shape, SeqShape) and given.sequence:
        if len(given.keys) > shape.capacity:
            w.fail_if(truth(True), over_text(w, shape.capacity))
            return
        clear(w, place, shape)
        _copy_slots(w, place.at(shape.start), shape, source, given, len(given.keys))
        w.emit(place.store(shape.length, len(given.keys)))
    elif isinstance(given, SeqShape) and isinstance(shape, FnShape) and shape.sequence:
        w.fail_if(source.load(given.length).ne(len(shape.keys)), outside_text(w, shape))
        clear(w, place, shape)
        if given.capacity >= len(shape.keys):
            _copy_slots(w, place, shape, source.at(given.start), given, len(shape.keys))
    elif isinstance(tuple_shape := given if isinstance(given, TupleShape) else shape, TupleShape):
        parts = components_at(w, source, given, len(tuple_shape.fields))
        if parts is None:
            unfit(w, given, shape)
        fill_value(w, place, Tuple(tuple(parts)), shape)
    elif type(given) is BagShape and type(shape) is BagShape:
        w.copy_bag(place, shape, source, given)
    elif isinstance(given, (RecordShape, UnionShape)) and isinstance(shape, UnionShape):
        _fill_union(w, place, source, given, shape)
    else:
        unfit(w, given, shape)


def components_at(w: Writer, place: Place, shape: Shape, count: int) -> list[Value] | None:
    """The components of a tuple, of which there must be so many; None where there never are."""
    if isinstance(shape, TupleShape) and len(shape.fields) == count:
        return [part_at(w, place.at(shape.offsets[name]), field) for name, field in shape.fields.items()]
    if isinstance(shape, SeqShape) and count <= shape.capacity:
        w.fail_if(place.load(shape.length).ne(count), f"a tuple of {count} components is needed")
        place = place.at(shape.start)
    elif not (isinstance(shape, FnShape) and shape.sequence and len(shape.keys) == count):
        return None
    return [part_at(w, place.slot(shape.slots, number(k)), shape.element) for k in range(count)]


def _copy_slots(
    w: Writer, place: Place, shape: SeqShape | FnShape, source: Place, given: SeqShape | FnShape, count: Word | int
) -> None:
    """Copy the first elements of an array to another one."""
    with w.loop(w.fresh("k"), "range", count) as k:
        element = part_at(w, source.slot(given.slots, k), given.element)
        put(w, place.slot(shape.slots, k), element, shape.element)


def _fill_union(w: Writer, place: Place, source: Place, given: RecordShape | UnionShape, shape: UnionShape) -> None:
    """A record of one kind, or of several, as one of more kinds."""
    clear(w, place, shape)
    starts = [0] if isinstance(given, RecordShape) else [given.tags.bits] * len(given.kinds)
    records = [given] if isinstance(given, RecordShape) else given.kinds
    for tag_code, (fields, record, start) in enumerate(zip(variants(given), records, starts, strict=True)):
        tag = single(fields[shape.tag]) if shape.tag in fields else None
        code = shape.tags.positions.get((type(tag), tag))
        target = None if code is None else shape.kinds[code]
        known = target is not None and {*target.fields, shape.tag} == fields.keys()
        if not known and isinstance(given, RecordShape):
            unfit(w, given, shape)
        with w.when(truth(True) if isinstance(given, RecordShape) else source.load(given.tags).eq(tag_code)):
            if target is None or not known:
                w.fail(outside_text(w, shape))
                continue
            w.emit(place.store(shape.tags, code or 0))
            for name, field in target.fields.items():
                part = part_at(w, source.at(start + record.offsets[name]), record.fields[name])
                put(w, place.at(shape.tags.bits + target.offsets[name]), part, field)


def place_of(w: Writer, value: Value) -> Place:
    """Where a composite value lies: in memory, or in a local variable."""
    if isinstance(value, Stored):
        return value.place
    if isinstance(value, Packed):
        return Place(named(w, value.code))
    settled = settle(w, value, natural_shape(w, value))
    assert isinstance(settled, (Stored, Packed))
    return place_of(w, settled)


def part_at(w: Writer, place: Place, shape: Shape) -> Value:
    """The value of a part that lies at ``place``."""
    return of_code(place.load(shape), shape) if place.local else Stored(place, shape)


# Sets and bags in place


def element_rank(w: Writer, shape: SetShape, element: Value) -> Word:
    """The bit of a set that stands for ``element``; fails where it is outside the set's universe."""
    if isinstance(element, Packed) and element.rank is not None and element.shape.key == shape.element.key:
        return element.rank
    return w.module.rank(shape.element, as_code(w, element, shape.element))


def add_element(w: Writer, place: Place, shape: SetShape | SortedSetShape, element: Value) -> None:
    if isinstance(shape, SortedSetShape):
        code, (base, word) = as_code(w, element, shape.element), place.address()
        w.fail_if(~tested(w.module.bag_functions(shape)[0], base, word, code), over_text(w, shape.distinct))
        return
    rank = element_rank(w, shape, element)
    if shape.wide:
        rank = named(w, rank, "k")
    w.emit(place.slot(shape.slots, rank).store(BoolShape(), 1))


def cardinality(w: Writer, place: Place, shape: SetShape) -> Word:
    """The number of elements of a set."""
    if not shape.wide:
        return computed("popcount", place.load(shape))
    base, word = place.address()
    return total(computed("popcount", base[word + k]) for k in range(shape.words))


@contextmanager
def slot_loop(w: Writer, place: Place, shape: BagShape, k: str) -> Iterator[Word]:
    """Open a loop over the slots of a bag that have an element; ``k``: the name of their number."""
    with w.loop(k, "range", shape.distinct) as n:
        slot = named(w, place.slot(shape.slots, n).load(shape.slot), "slot")
        with w.when(slot.eq(0)):
            w.leave_loop()
        yield slot


def bag_size(w: Writer, place: Place, shape: BagShape) -> Word:
    """The number of different elements of a bag."""
    base, word = place.address()
    return computed(w.module.bag_size(shape), base, word)


def check_capacity(w: Writer, place: Place, shape: SetShape | SortedSetShape) -> None:
    """Fail where the set just made at ``place`` has too many elements (sorted sets see to it themselves)."""
    if isinstance(shape, SetShape) and shape.capacity is not None:
        w.fail_if(cardinality(w, place, shape).gt(shape.capacity), over_text(w, shape.capacity))
