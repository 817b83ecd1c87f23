"""What the shape of a value says about its membership in a domain."""

from __future__ import annotations

from collections.abc import Mapping

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
from mc.engine.store.tuples import TupleShape
from mc.lang.composites import Bag, Product, Record, Seq, Set, Union
from mc.lang.domains import Bool, Domain, Enum, Fn, Optional, Range


def implied(shape: Shape, domain: Domain) -> bool:
    """Whether everything that ``shape`` can store is in ``domain``."""
    if isinstance(domain, Range):
        return isinstance(shape, IntShape) and shape.lo >= domain.lo and (domain.hi is None or shape.hi <= domain.hi)
    if isinstance(domain, Bool):
        return isinstance(shape, BoolShape)
    if isinstance(domain, (Enum, Optional)) and isinstance(shape, AtomShape):
        return all(m in domain for m in shape.members)
    if isinstance(domain, Optional):
        if isinstance(shape, OptionalShape):
            return shape.has_none(domain.none) and implied(shape.inner, domain.domain)
        return implied(shape, domain.domain)
    if isinstance(domain, Fn):
        return (
            isinstance(shape, FnShape) and set(shape.keys) == set(domain.keys) and implied(shape.element, domain.range)
        )
    if isinstance(domain, (Record, Product)):
        if not isinstance(shape, RecordShape):
            return False
        fields = fields_of(shape, domain)
        return fields is not None and all(implied(part, fields[name]) for name, part in shape.fields.items())
    if isinstance(domain, Union):
        return isinstance(shape, UnionShape) and _union_implied(shape, domain)
    if isinstance(domain, Seq):
        fits = isinstance(shape, SeqShape) and (domain.capacity is None or shape.capacity <= domain.capacity)
        return fits and implied(shape.element, domain.element)  # type: ignore[attr-defined]
    if isinstance(domain, Set):
        if not isinstance(shape, (SetShape, SortedSetShape)):
            return False
        return domain.capacity is None and implied(shape.element, domain.element)
    if isinstance(domain, Bag):
        return (
            isinstance(shape, BagShape)
            and shape.distinct <= domain.distinct
            and shape.copies <= domain.copies
            and implied(shape.element, domain.element)
        )
    return False


def fields_of(shape: RecordShape, domain: Domain) -> Mapping[str, Domain] | None:
    """Where the fields of a record, or the components of a tuple, are if it is in a domain; None where it never is."""
    if isinstance(domain, Product) and isinstance(shape, TupleShape) and len(shape.fields) == len(domain.components):
        return dict(zip(shape.fields, domain.components, strict=True))
    return domain.fields if isinstance(domain, Record) and set(shape.fields) == set(domain.fields) else None


def values_of(shape: FnShape, domain: Domain) -> Domain | None:
    """Where the values of a function are, if it is in a domain; None where it is in none of its kind."""
    if isinstance(domain, Fn) and set(shape.keys) == set(domain.keys):
        return domain.range
    return domain.element if isinstance(domain, Seq) and domain.capacity is None and shape.sequence else None


def _union_implied(shape: UnionShape, domain: Union) -> bool:
    if shape.tag != domain.tag:
        return False
    for tag, kind in zip(shape.tags.members, shape.kinds, strict=True):
        wanted = domain.by_tag.get(tag)
        if wanted is None or set(wanted.fields) - {shape.tag} != set(kind.fields):
            return False
        if not all(implied(s, wanted.fields[n]) for n, s in kind.fields.items()):
            return False
    return True
