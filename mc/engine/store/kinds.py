"""Which kinds of values a shape holds, and which of them TLC refuses to compare."""

from __future__ import annotations

import itertools
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
from mc.engine.store.tuples import TupleShape
from mc.lang.kinds import kind
from mc.lang.text import to_tla

#: Longer texts of shapes are cut.
LONGEST = 60
#: Bounds of numbers so far apart are not those of a domain.
UNTOLD = 1 << 30


def kinds(shape: Shape) -> frozenset[str]:
    """The kinds of the values of a shape, but for model values, which may be compared with anything.

    A sequence is a function.
    """
    found = ("a function" if name == "a sequence" else name for name in all_kinds(shape))
    return frozenset(found) - {"a model value"}


def all_kinds(shape: Shape) -> list[str]:
    """The kinds of the values of a shape."""
    if isinstance(shape, OptionalShape):
        return [*all_kinds(shape.inner), kind(shape.none)]
    if isinstance(shape, AtomShape):
        return list(dict.fromkeys(map(kind, shape.members)))
    names: dict[type[Shape], str] = {
        IntShape: "a number",
        BoolShape: "a Boolean",
        SetShape: "a set",
        SortedSetShape: "a set",
        SeqShape: "a sequence",
        FnShape: "a function",
        BagShape: "a function",
        RecordShape: "a record",
        TupleShape: "a sequence",
        UnionShape: "a record",
    }
    return [names[type(shape)]]


def described(shape: Shape) -> str:
    """The kinds of the values of a shape, and these values: ``a number (0..3)``."""
    text, names = _text(shape), " or ".join(all_kinds(shape))
    if isinstance(shape, BoolShape) or (isinstance(shape, IntShape) and shape.hi - shape.lo >= UNTOLD):
        return names
    return names + f" ({text if len(text) <= LONGEST else text[:LONGEST] + '...'})"


def _text(shape: Shape) -> str:
    if isinstance(shape, IntShape):
        return f"{shape.lo}..{shape.hi}" if shape.lo < shape.hi else str(shape.lo)
    if isinstance(shape, AtomShape):
        return _members(shape.members) if len(shape.members) > 1 else to_tla(shape.members[0])
    if isinstance(shape, OptionalShape):
        return f"{_text(shape.inner)} \\cup {{{to_tla(shape.none)}}}"
    if isinstance(shape, (SetShape, SortedSetShape)):
        return f"SUBSET {_text(shape.element)}"
    if isinstance(shape, SeqShape):
        return f"Seq({_text(shape.element)})"
    if isinstance(shape, FnShape):
        return f"[{_members(shape.keys)} -> {_text(shape.element)}]"
    if isinstance(shape, BagShape):
        return f"a bag of {_text(shape.element)}"
    if isinstance(shape, TupleShape):
        return " \\X ".join(map(_text, shape.fields.values()))
    if isinstance(shape, RecordShape):
        return "[" + ", ".join(f"{name}: {_text(field)}" for name, field in shape.fields.items()) + "]"
    if isinstance(shape, UnionShape):
        return f"{shape.tag} \\in {_members(shape.tags.members)}"
    return "BOOLEAN"


def _members(values: Iterable[Any]) -> str:
    return "{" + ", ".join(map(to_tla, values)) + "}"


def clash(a: Shape, b: Shape) -> tuple[Shape, Shape] | None:
    """Parts of the values of two shapes that TLC refuses to compare, whatever they are; None where there are none."""
    for optional, other in ((a, b), (b, a)):
        if isinstance(optional, OptionalShape) and kind(optional.none) not in kinds(other):
            return clash(optional.inner, other)
    one, two = kinds(a), kinds(b)
    if one and two and one.isdisjoint(two):
        return a, b
    if {type(a), type(b)} == {FnShape, SeqShape} and not any(
        isinstance(s, FnShape) and kinds(s.domain) for s in (a, b)
    ):
        return a, b  # TLC does not ask whether a model value is one of 1..n
    return next((found for pair in _parts_compared(a, b) if (found := clash(*pair)) is not None), None)


def _parts_compared(a: Shape, b: Shape) -> Iterator[tuple[Shape, Shape]]:
    """The parts that are compared where two values are."""
    sets = (SetShape, SortedSetShape)
    if (isinstance(a, sets) and isinstance(b, sets)) or (isinstance(a, SeqShape) and isinstance(b, SeqShape)):
        yield a.element, b.element
    elif isinstance(a, (SeqShape, FnShape)) and isinstance(b, (SeqShape, FnShape)):
        first, second = (shape.domain if isinstance(shape, FnShape) else shape.length for shape in (a, b))
        yield first, second
        yield a.element, b.element
    elif isinstance(a, TupleShape) and isinstance(b, (SeqShape, FnShape)):
        yield from ((component, b.element) for component in a.fields.values())
    elif isinstance(b, TupleShape) and isinstance(a, (SeqShape, FnShape)):
        yield from ((a.element, component) for component in b.fields.values())
    elif isinstance(a, (RecordShape, UnionShape)) and isinstance(b, (RecordShape, UnionShape)):
        for one, two in itertools.product(variants(a), variants(b)):
            if one.keys() == two.keys() and not any(_apart(one[name], two[name]) for name in one):
                yield from ((one[name], two[name]) for name in one)


def _apart(a: Shape, b: Shape) -> bool:
    """Whether values of two shapes differ for certain, as the tags of two kinds of records do."""
    one, other = single(a), single(b)
    return one is not None and other is not None and kind(one) == kind(other) and one != other


def single(shape: Shape) -> Any:
    """The only value of a shape of atoms, such as the tag of a record; None where there are more."""
    if isinstance(shape, AtomShape) and len(shape.members) == 1:
        return shape.members[0]
    return shape.lo if isinstance(shape, IntShape) and shape.lo == shape.hi else None


def variants(shape: RecordShape | UnionShape) -> list[dict[str, Shape]]:
    """The fields of each kind of record; the tag of a union is a field of one value."""
    if isinstance(shape, RecordShape):
        return [shape.fields]
    tags = shape.tags.members
    return [{shape.tag: AtomShape((tag,)), **record.fields} for tag, record in zip(tags, shape.kinds, strict=True)]


def mixed(shape: Shape) -> bool:
    """Whether TLC refuses to compare some two values of a shape, such as the one that is a number and the string."""
    if isinstance(shape, OptionalShape):
        return len(kinds(shape)) > 1 or mixed(shape.inner)
    if isinstance(shape, (RecordShape, UnionShape)):
        return any(mixed(field) for fields in variants(shape) for field in fields.values())
    return mixed(shape.element) if isinstance(shape, (SeqShape, FnShape)) else len(kinds(shape)) > 1
