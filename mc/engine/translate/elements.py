"""Elements of sequences: ranged over one by one, and taken apart where several names are bound to a tuple."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from mc.engine.store.shapes import FnShape, SeqShape
from mc.engine.store.tuples import TupleShape
from mc.engine.translate.codes import as_present, said
from mc.engine.translate.convert import components_at, part_at, place_of
from mc.engine.translate.kinds import natural_shape
from mc.engine.translate.values import Tuple, Value
from mc.engine.translate.writer import Writer


@contextmanager
def sequence_loop(w: Writer, value: Value, shape: SeqShape, k: str) -> Iterator[Value]:
    """Open a loop over the elements of a sequence, in order; ``k``: the name of their number."""
    place = place_of(w, value)
    with w.loop(k, "range", place.load(shape.length)) as n:
        yield part_at(w, place.at(shape.start).slot(shape.slots, n), shape.element)


def take(w: Writer, names: Sequence[str], value: Value) -> None:
    """From here on, the names stand for a value, or for the components of a tuple."""
    values = (value,) if len(names) == 1 else components(w, value, len(names))
    w.scope.update(zip(names, values, strict=True))


def components(w: Writer, value: Value, count: int) -> Sequence[Value]:
    """The components of a tuple, of which there are so many."""
    if isinstance(value, Tuple) and len(value.elements) == count:
        return value.elements
    value = as_present(w, value)
    shape = natural_shape(w, value)
    is_tuple = isinstance(shape, (FnShape, SeqShape, TupleShape))
    found = components_at(w, place_of(w, value), shape, count) if is_tuple else None
    if found is None:
        w.refuse(f"a tuple of {count} components is needed, not {said(w, value)}")
    return found
