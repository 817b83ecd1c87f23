"""Which shape a translated value takes, and what shape holds the values of several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, NoReturn

from mc.engine.store.kinds import all_kinds, described, mixed, single, variants
from mc.engine.store.kinds import kinds as kinds_of
from mc.engine.store.shapes import (
    AtomShape,
    BagShape,
    BoolShape,
    FnShape,
    IntShape,
    OptionalShape,
    RecordShape,
    SeqShape,
    SetShape,
    Shape,
    SortedSetShape,
    UnionShape,
)
from mc.engine.store.slots import PAYLOAD
from mc.engine.store.storage import MAX_ELEMENT, MAX_UNIVERSE, encodable, is_set
from mc.engine.store.tuples import TupleShape
from mc.engine.translate.values import (
    BagChange,
    Builder,
    Const,
    Interval,
    Made,
    Num,
    Packed,
    SetOf,
    Stored,
    Truth,
    Tuple,
    Value,
)
from mc.engine.translate.writer import Writer
from mc.errors import SpecError
from mc.lang.domains import Domain
from mc.lang.enumeration import count
from mc.lang.kinds import in_order, kind, shown
from mc.lang.values import BagValue, FnValue, ModelValue, RecordValue, SeqValue

#: Up to so many numbers are told apart from other atoms one by one.
FEW = 256
#: Sets of sets of up to so many elements are bitmaps, also where no variable holds such.
FEW_SETS = 8
#: A set that is no bitmap, and that no variable bounds, has at most so many elements.
MOST_ELEMENTS = 1 << 14


def natural_shape(w: Writer, value: Value) -> Shape:
    """The shape a value takes where nothing else is asked for."""
    if isinstance(value, (Packed, Stored)):
        return value.shape
    if isinstance(value, Num):
        return IntShape(value.lo, value.hi)
    if isinstance(value, Truth):
        return BoolShape()
    if isinstance(value, Const):
        return _shape_of_constant(w, value.value)
    if isinstance(value, Made) and value.node is not None:
        with w.about(value.node):
            return _shape_to_make(w, value)
    if isinstance(value, Made):
        return _shape_to_make(w, value)
    if isinstance(value, Interval):
        hi = max(value.hi.hi, value.lo.lo)
        return set_of(w, IntShape(value.lo.lo, hi), hi - value.lo.lo + 1)
    w.refuse("the state itself is not a value")


def _shape_to_make(w: Writer, value: Made) -> Shape:
    if isinstance(value, Builder):
        return value.natural()
    if isinstance(value, BagChange):
        return _shape_of_change(w, value)
    if isinstance(value, Tuple):
        return _shape_of_tuple(w, value.elements)
    assert isinstance(value, SetOf)
    return set_of(w, shape_of_all(w, value.elements), len(value.elements))


def _shape_of_tuple(w: Writer, components: Sequence[Value]) -> Shape:
    """The shape of a sequence that is written out. In TLA+ its components need not be of one kind."""
    try:
        element = shape_of_all(w, components)
    except SpecError:
        if w.module.spec.met is None:
            raise
    else:
        if w.module.spec.met is None or not mixed(element):
            return SeqShape(element, len(components))
    return TupleShape([natural_shape(w, component) for component in components])


def form_of(value: Value) -> str | None:
    """The kind of a value that its form tells, whatever its parts are."""
    if isinstance(value, (SetOf, Interval)) or (isinstance(value, Builder) and value.loop is not None):
        return "a set"
    if isinstance(value, Tuple):
        return "a sequence"
    return "a bag" if isinstance(value, BagChange) else None


def told(w: Writer, value: Value) -> Shape | None:
    """The shape of a value; None where it cannot be told, as of ``()``."""
    try:
        return natural_shape(w, value)
    except SpecError:
        return None


def shape_beside(w: Writer, value: Value, other: Shape) -> Shape:
    """The shape of a value that stands beside one of shape ``other``, which it takes where it has none itself."""
    return told(w, value) or other


def _shape_of_constant(w: Writer, value: Any) -> Shape:
    if value is None:
        w.refuse("what a loop returns has no value before it returns")
    if isinstance(value, bool):
        return BoolShape()
    if isinstance(value, int):
        return IntShape(value, value)
    if isinstance(value, ModelValue):
        return w.module.atoms_with(value)
    if isinstance(value, str):
        return AtomShape((value,))
    if is_set(value) and value:
        if all(type(v) is int for v in value):
            return set_of(w, IntShape(min(value), max(value)), len(value))
        return set_of(w, shape_of_all(w, list(map(Const, in_order(value)))), len(value))
    if isinstance(value, tuple) and value:
        return _shape_of_tuple(w, [Const(v) for v in tuple.__iter__(value)])
    if isinstance(value, RecordValue):
        return _shape_of_record(w, value)
    if isinstance(value, BagValue) and value:
        return BagShape(shape_of_all(w, [Const(v) for v in value]), len(value), max(value.values()))
    if isinstance(value, FnValue) and value:
        arguments = frozenset(value)
        return function_on(w, arguments, shape_of_all(w, [Const(value[key]) for key in in_order(arguments)]))
    w.refuse(f"what {shown(value)}, holds cannot be told here; assign it to a variable or a field directly")


def _shape_of_record(w: Writer, value: RecordValue) -> Shape:
    """The shape of a known record; what an empty part holds is told by the records of the spec."""
    union = w.module.union_with(value)
    if union is not None:
        return union
    parts = {name: told(w, Const(part)) for name, part in value.fields.items()}
    if None in parts.values() and (record := w.module.record_with(value)) is not None:
        return record
    return RecordShape({name: shape or _shape_of_constant(w, value.fields[name]) for name, shape in parts.items()})


def shape_of_all(w: Writer, values: Sequence[Value]) -> Shape:
    """The shape of all of some values; what an empty one holds, or has in it, is told by the others."""
    empty = [v for v in values if isinstance(v, Const) and told(w, v) is None]
    if len(empty) == len(values):
        return natural_shape(w, values[0])
    joined = join(w, [natural_shape(w, v) for v in values if v not in empty])
    for value in empty:
        if not encodable(joined, value.value):
            if kind(value.value) not in all_kinds(joined):
                _meet(w, described(joined), shown(value.value))
            return natural_shape(w, value)
    return joined


def function_on(w: Writer, arguments: Iterable[Any], element: Shape) -> FnShape:
    """Functions whose arguments are some known values."""
    keys = tuple(in_order(arguments))
    tuples = all(isinstance(key, SeqValue) for key in keys)
    domain = AtomShape(keys) if tuples else join(w, [_shape_of_constant(w, key) for key in keys])
    if mixed(domain):
        w.refuse(f"the arguments of a function can be compared, but not those here: {described(domain)}")
    if domain.size() != len(keys) or sorted(map(domain.encode, keys)) != list(range(len(keys))):  # there are gaps
        domain = AtomShape(keys)
    return FnShape(tuple(sorted(keys, key=domain.encode)), domain, element, w.module.spec.met is not None)


def _shape_of_change(w: Writer, value: BagChange) -> Shape:
    """A bag with room for all that a change may add, in any order, and for what it asks after."""
    shape = natural_shape(w, value.bag)
    assert isinstance(shape, BagShape)
    element, distinct, copies = shape.element, shape.distinct, shape.copies
    for sign, change in value.changes:
        if isinstance(change, Value):
            given = natural_shape(w, change)
            assert isinstance(given, (SetShape, BagShape))
            shapes, more, again = [given.element], room(given), 1
        else:
            shapes, more, again = [shape_beside(w, e, element) for e in change], len(change), len(change)
        element = join(w, [element, *shapes])
        if sign == "+":
            distinct, copies = distinct + more, copies + again
    if element.bits + copies.bit_length() > PAYLOAD:
        return shape  # no bag has room for these elements; each state tells whether they fit this one
    return BagShape(element, distinct, copies)


def set_of(w: Writer, element: Shape, most: int) -> SetShape | SortedSetShape:
    """Sets of values of a shape: a bitmap, or where that is too large, a sorted array of ``most`` elements."""
    return bitmap(w, element) or sorted_set(w, element, most)


def sorted_set(w: Writer, element: Shape, most: int) -> SortedSetShape:
    """Sets of up to ``most`` values of a scalar shape."""
    comparable_elements(w, element)
    if isinstance(element, IntShape) and element.bits > MAX_ELEMENT:
        # Any number: the largest one has no place, and evaluation fails where it is put into such a set.
        element = IntShape(element.lo, element.lo + (1 << MAX_ELEMENT) - 1)
    if element.bits > MAX_ELEMENT or most > MOST_ELEMENTS:
        if isinstance(element, IntShape):
            w.refuse(f"a set of numbers between {element.lo} and {element.hi} is too large to be built here")
        w.refuse(
            "a set of such values needs a variable of that kind of set, or any(...) or all(...) in its place: "
            f"{described(element)}"
        )
    return SortedSetShape(element, max(1, most))


def bitmap(w: Writer, element: Shape) -> SetShape | None:
    """Sets over all values of a scalar shape; None where these are too many."""
    comparable_elements(w, element)
    if isinstance(element, IntShape):
        if element.hi - element.lo >= MAX_UNIVERSE:
            return None
        return SetShape(element, tuple(range(element.lo, element.hi + 1)))
    if isinstance(element, AtomShape):
        return SetShape(element, element.members)
    if isinstance(element, BoolShape):
        return SetShape(element, (False, True))
    if element.key in w.module.universes:
        return w.module.universes[element.key]
    if isinstance(element, SetShape) and len(element.values) <= FEW_SETS and element.capacity is None:
        return SetShape(element, tuple(map(element.decode, range(1 << len(element.values)))))
    return None


def comparable_elements(w: Writer, element: Shape) -> None:
    """Refuse a set of values of a shape of which some cannot be compared."""
    if mixed(element):
        w.refuse(f"the elements of a set can be compared, but not those here: {described(element)}")


def join(w: Writer, shapes: list[Shape]) -> Shape:
    """A shape that holds the values of all of ``shapes``."""
    result = shapes[0]
    for shape in shapes[1:]:
        result = _join(w, result, shape)
    return result


def _join(w: Writer, a: Shape, b: Shape) -> Shape:
    if a.key == b.key:
        return a
    if isinstance(a, IntShape) and isinstance(b, IntShape):
        return IntShape(min(a.lo, b.lo), max(a.hi, b.hi))
    if isinstance(a, SeqShape) and isinstance(b, SeqShape):
        return SeqShape(_join(w, a.element, b.element), max(a.capacity, b.capacity))
    if isinstance(a, (SetShape, SortedSetShape)) and isinstance(b, (SetShape, SortedSetShape)):
        return joined_sets(w, a, b, max(room(a), room(b)))
    if isinstance(a, BagShape) and isinstance(b, BagShape):
        return _join_bags(w, a, b)
    if isinstance(a, TupleShape) and isinstance(b, TupleShape) and len(a.fields) == len(b.fields):
        return TupleShape([_join(w, *pair) for pair in zip(a.fields.values(), b.fields.values(), strict=True)])
    if isinstance(a, RecordShape) and isinstance(b, RecordShape) and set(a.fields) == set(b.fields):
        return RecordShape({name: _join(w, field, b.fields[name]) for name, field in a.fields.items()})
    if isinstance(a, FnShape) and isinstance(b, FnShape) and a.keys == b.keys:
        return FnShape(a.keys, a.domain, _join(w, a.element, b.element), a.written)
    for one, other in ((a, b), (b, a)):
        if isinstance(one, UnionShape) and isinstance(other, (UnionShape, RecordShape)):
            return _join_records(w, one, other)
        if isinstance(one, FnShape) and isinstance(other, SeqShape) and one.sequence:
            return SeqShape(_join(w, one.element, other.element), max(len(one.keys), other.capacity))
    return _join_optional(w, a, b) or _join_atoms(w, a, b) or _apart(w, a, b)


def joined_sets(w: Writer, a: SetShape | SortedSetShape, b: SetShape | SortedSetShape, most: int) -> Shape:
    """A shape of the sets of two shapes, and of sets of ``most`` elements of both."""
    element = _join(w, a.element, b.element)
    if isinstance(a, SortedSetShape) and isinstance(b, SortedSetShape):
        return sorted_set(w, element, most)
    return set_of(w, element, most)


def _join_bags(w: Writer, a: BagShape, b: BagShape) -> Shape:
    element, copies = _join(w, a.element, b.element), max(a.copies, b.copies)
    if isinstance(a, SortedSetShape) or isinstance(b, SortedSetShape):
        _apart(w, a, b)
    if element.bits + copies.bit_length() > PAYLOAD:
        w.refuse(f"a bag of such elements is too large to be built here: {described(element)}")
    return BagShape(element, max(a.distinct, b.distinct), copies)


def _apart(w: Writer, a: Shape, b: Shape) -> NoReturn:
    _meet(w, described(a), described(b))


def _meet(w: Writer, one: str, other: str) -> NoReturn:
    w.refuse(f"values of different kinds meet here: {one}, and {other}")


def _join_optional(w: Writer, a: Shape, b: Shape) -> Shape | None:
    """A value of some shape, or one more atom."""
    if isinstance(a, OptionalShape) and isinstance(b, OptionalShape):
        return OptionalShape(_join(w, a.inner, b.inner), a.none) if a.has_none(b.none) else None
    for one, other in ((a, b), (b, a)):
        if isinstance(one, OptionalShape) and kinds_of(other) and kinds_of(other) <= kinds_of(one.inner):
            return OptionalShape(_join(w, one.inner, other), one.none)
        if isinstance(one, AtomShape) and len(one.members) == 1 and kinds_of(one).isdisjoint(kinds_of(other)):
            if isinstance(other, OptionalShape):
                return other if other.has_none(one.members[0]) else None
            return None if isinstance(other, AtomShape) else OptionalShape(other, one.members[0])
    return None


def _join_atoms(w: Writer, a: Shape, b: Shape) -> Shape | None:
    """Numbers, Booleans, strings and model values, where they are few."""
    one, other = atoms(a), atoms(b)
    if one is None or other is None:
        return None
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    known = {(type(m), m) for m in longer}
    return AtomShape((*longer, *(m for m in shorter if (type(m), m) not in known)))


def _join_records(w: Writer, a: UnionShape, b: UnionShape | RecordShape) -> Shape:
    """A union that has the kinds of both."""
    found: dict[Any, dict[str, Shape]] = {}
    for fields in [*variants(a), *variants(b)]:
        tag = single(fields[a.tag]) if a.tag in fields else None
        if tag is None:
            _apart(w, a, b)
        rest = {name: field for name, field in fields.items() if name != a.tag}
        known = found.setdefault(tag, rest)
        if known.keys() != rest.keys():
            _apart(w, a, b)
        found[tag] = {name: _join(w, field, rest[name]) for name, field in known.items()}
    joined = UnionShape(a.tag, found)
    return a if joined.key == a.key else joined


def room(shape: Shape) -> int:
    """How many elements a set or a sequence has at most, or different ones a bag."""
    if isinstance(shape, SeqShape):
        return shape.capacity
    if isinstance(shape, SetShape):
        return len(shape.values) if shape.capacity is None else shape.capacity
    assert isinstance(shape, BagShape)
    return shape.distinct


def most_elements(w: Writer, collection: Value) -> int:
    """How many elements a set or a sequence has at most; of what cannot be ranged over, 0."""
    if isinstance(collection, Const):
        given = collection.value
        if isinstance(given, Domain):
            return count(given)
        return len(given) if isinstance(given, (Set, Mapping, tuple)) else 0
    if isinstance(collection, Interval):
        return max(0, collection.hi.hi - collection.lo.lo + 1)
    shape = natural_shape(w, collection)
    if isinstance(shape, OptionalShape):
        shape = shape.inner
    return room(shape) if isinstance(shape, (SetShape, BagShape, SeqShape)) else 0


def is_sequence(w: Writer, collection: Value) -> bool:
    """Whether what is ranged over is a sequence, which may have an element twice."""
    if isinstance(collection, Const):
        return isinstance(collection.value, tuple)
    shape = told(w, collection)
    return isinstance(shape.inner if isinstance(shape, OptionalShape) else shape, SeqShape)


def fits(given: Shape, shape: Shape) -> bool:
    """Whether one shape can store whatever a value of the other may be."""
    if isinstance(given, IntShape) and isinstance(shape, IntShape):
        return shape.lo <= given.lo and given.hi <= shape.hi
    if isinstance(given, AtomShape) and isinstance(shape, AtomShape):
        return all((type(m), m) in shape.positions for m in given.members)
    return given.key == shape.key


def atoms(shape: Shape) -> tuple[Any, ...] | None:
    """All values of a shape of few atoms; None for any other."""
    if isinstance(shape, AtomShape):
        return shape.members
    if isinstance(shape, BoolShape):
        return (False, True)
    if isinstance(shape, IntShape) and shape.hi - shape.lo < FEW:
        return tuple(range(shape.lo, shape.hi + 1))
    if isinstance(shape, OptionalShape) and (inner := atoms(shape.inner)) is not None:
        return (*inner, shape.none)
    return None
