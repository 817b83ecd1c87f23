"""Elements of sequences: ranged over one by one, and taken apart where several names are bound to a tuple."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from mc.engine.code.nodes import number
from mc.engine.store.shapes import FnShape, SeqShape
from mc.engine.translate.codes import as_present, said
from mc.engine.translate.convert import part_at, place_of
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
    wanted = f"a tuple of {count} components is needed"
    if isinstance(shape, FnShape) and shape.sequence and len(shape.keys) == count:
        place, slots = place_of(w, value), shape.slots
    elif isinstance(shape, SeqShape) and count <= shape.capacity:
        place, slots = place_of(w, value), shape.slots
        w.fail_if(place.load(shape.length).ne(count), wanted)
        place = place.at(shape.start)
    else:
        w.refuse(f"{wanted}, not {said(w, value)}")
    return [part_at(w, place.slot(slots, number(k)), shape.element) for k in range(count)]
