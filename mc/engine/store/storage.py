"""Which shape stores the values of a domain, and what a shape can store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

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
from mc.engine.store.tuples import TupleShape
from mc.errors import SpecError
from mc.lang.composites import Bag, Product, Record, Seq, Set, Union
from mc.lang.domains import Bool, Domain, Enum, Fn, Listed, Optional, Range, Written
from mc.lang.values import BagValue, FnValue, ModelValue, RecordValue, SeqValue, as_function, as_sequence

#: The largest set universe that is stored as a bitmap.
MAX_UNIVERSE = 4096
#: Bits of an element of a set that is not.
MAX_ELEMENT = PAYLOAD - 1


def shape_of(domain: Domain) -> Shape:
    """The shape that stores the values of ``domain``; :class:`SpecError` where it has no bound."""
    if isinstance(domain, Bool):
        return BoolShape()
    if isinstance(domain, Range):
        if domain.hi is None or domain.hi < domain.lo:
            raise SpecError(f"{domain!r} cannot be stored: a variable needs a finite, nonempty range")
        return IntShape(domain.lo, domain.hi)
    if isinstance(domain, Enum):
        if (
            set(map(type, domain.members)) == {int}
            and len(domain.members) == max(domain.members) - min(domain.members) + 1
        ):
            return IntShape(min(domain.members), max(domain.members))
        return AtomShape(domain.members)
    if isinstance(domain, Optional):
        inner = shape_of(domain.domain)
        if isinstance(inner, IntShape) and type(domain.none) is int:
            return _with_number(inner, domain.none)
        if isinstance(inner, AtomShape):
            return AtomShape((*inner.members, domain.none))
        return OptionalShape(inner, domain.none)
    if isinstance(domain, Fn):
        given = domain.domain
        arguments = AtomShape(given.elements) if isinstance(given, Listed) else shape_of(given)
        keys = tuple(sorted(domain.keys, key=arguments.encode))
        return FnShape(keys, arguments, shape_of(domain.range), isinstance(domain, Written))
    if isinstance(domain, Record):
        return RecordShape({name: shape_of(d) for name, d in domain.fields.items()})
    if isinstance(domain, Product):
        return TupleShape([shape_of(component) for component in domain.components])
    if isinstance(domain, Union):
        kinds = {
            tag: {n: shape_of(d) for n, d in k.fields.items() if n != domain.tag} for tag, k in domain.by_tag.items()
        }
        return UnionShape(domain.tag, kinds)
    if isinstance(domain, Seq):
        if domain.capacity is None:
            raise SpecError(f"{domain!r} cannot be stored: give it a capacity, Seq(element, capacity)")
        return SeqShape(shape_of(domain.element), domain.capacity)
    if isinstance(domain, Set):
        return _set_shape(domain)
    if isinstance(domain, Bag):
        return _bag_shape(domain)
    raise SpecError(f"{domain!r} cannot be stored")


def _with_number(numbers: IntShape, none: int) -> Shape:
    """Numbers of which one stands for none: it is a number like the others."""
    if none in (numbers.lo - 1, numbers.hi + 1):
        return IntShape(min(numbers.lo, none), max(numbers.hi, none))
    if numbers.size() > MAX_UNIVERSE:
        raise SpecError(f"{none} cannot be stored beside {numbers.lo}..{numbers.hi}: take a model value in place of it")
    return AtomShape((*range(numbers.lo, numbers.hi + 1), none))


def _set_shape(domain: Set) -> Shape:
    element = shape_of(domain.element)
    if element.size() <= MAX_UNIVERSE and not (domain.capacity and domain.capacity * element.bits < element.size()):
        values = tuple(sorted(domain.element, key=element.rank))
        if len(values) != element.size():
            raise SpecError(f"{domain!r} cannot be stored: it holds sets with a capacity; leave that capacity out")
        return SetShape(element, values, domain.capacity if len(values) > (domain.capacity or len(values)) else None)
    if element.bits > MAX_ELEMENT:
        raise SpecError(
            f"an element of this set ({domain.element!r}) takes {element.bits} bits; a set over more than "
            f"{MAX_UNIVERSE} values has elements of at most {MAX_ELEMENT}: narrow them"
        )
    if domain.capacity is None:
        raise SpecError(f"{domain!r} has too many possible elements: give it a capacity, Set(element, capacity)")
    return SortedSetShape(element, domain.capacity)


def _bag_shape(domain: Bag) -> Shape:
    element, count = shape_of(domain.element), IntShape(0, domain.copies)
    if element.bits + count.bits > PAYLOAD:
        raise SpecError(
            f"an element of this bag ({domain.element!r}) takes {element.bits} bits, and a count of up to "
            f"{domain.copies} copies {count.bits}; at most {PAYLOAD} fit together: narrow the elements, or allow fewer "
            "copies"
        )
    return BagShape(element, domain.distinct, domain.copies)


def symmetric_atoms(shape: Shape) -> set[ModelValue]:
    """The model values that occur in values of the shape."""
    if isinstance(shape, AtomShape):
        return set(_model_values(shape.members))
    if isinstance(shape, OptionalShape):
        return symmetric_atoms(shape.inner) | set(_model_values([shape.none]))
    if isinstance(shape, FnShape):
        return symmetric_atoms(shape.domain) | symmetric_atoms(shape.element)
    if isinstance(shape, RecordShape):
        return set().union(*(symmetric_atoms(s) for s in shape.fields.values()))
    if isinstance(shape, UnionShape):
        return set().union(*(symmetric_atoms(s) for s in shape.kinds))
    if isinstance(shape, (SeqShape, SetShape, BagShape)):
        return symmetric_atoms(shape.element)
    return set()


def _model_values(values: Iterable[Any]) -> Iterator[ModelValue]:
    for value in values:
        if isinstance(value, ModelValue):
            yield value
        elif isinstance(value, SeqValue):
            yield from _model_values(tuple.__iter__(value))


def is_set(value: object) -> bool:
    """Whether a known value is a set: also an interval of integers is one."""
    return isinstance(value, (set, frozenset)) or (isinstance(value, Range) and value.hi is not None)


def encodable(shape: Shape, value: Any) -> bool:
    """Whether a known value is in the domain of ``shape``."""
    if isinstance(shape, IntShape):
        return isinstance(value, int) and not isinstance(value, bool) and shape.lo <= value <= shape.hi
    if isinstance(shape, BoolShape):
        return isinstance(value, bool)
    if isinstance(shape, AtomShape):
        return isinstance(value, (str, int, ModelValue, SeqValue)) and (type(value), value) in shape.positions
    if isinstance(shape, OptionalShape):
        return (type(value) is type(shape.none) and value == shape.none) or encodable(shape.inner, value)
    if isinstance(shape, FnShape):
        function = None if isinstance(value, BagValue) else as_function(value)
        return (
            function is not None
            and len(function) == len(shape.keys)
            and all(k in function and encodable(shape.element, function[k]) for k in shape.keys)
        )
    if isinstance(shape, TupleShape):
        parts = as_sequence(value)
        return (
            parts is not None
            and len(parts) == len(shape.fields)
            and all(map(encodable, shape.fields.values(), tuple.__iter__(parts)))
        )
    if isinstance(shape, RecordShape):
        return (
            isinstance(value, RecordValue)
            and set(value.fields) == set(shape.fields)
            and all(encodable(s, value.fields[n]) for n, s in shape.fields.items())
        )
    if isinstance(shape, UnionShape):
        if not isinstance(value, RecordValue) or not encodable(shape.tags, value.fields.get(shape.tag)):
            return False
        kind = shape.kinds[shape.tags.encode(value.fields[shape.tag])]
        return encodable(kind, RecordValue({n: v for n, v in value.fields.items() if n != shape.tag}))
    if isinstance(shape, SeqShape):
        sequence = as_sequence(value)
        return (
            sequence is not None
            and len(sequence) <= shape.capacity
            and all(encodable(shape.element, v) for v in tuple.__iter__(sequence))
        )
    if isinstance(shape, (SetShape, SortedSetShape)):
        capacity = shape.distinct if isinstance(shape, SortedSetShape) else shape.capacity
        fits = is_set(value) and (capacity is None or len(value) <= capacity)
        return fits and all(encodable(shape.element, v) for v in value)
    assert isinstance(shape, BagShape)
    if isinstance(value, (set, frozenset)):
        value = FnValue(dict.fromkeys(value, 1))
    bag = as_function(value)
    return (
        bag is not None
        and len(bag) <= shape.distinct
        and all(encodable(shape.element, v) and encodable(shape.count, n) and n > 0 for v, n in bag.items())
    )
