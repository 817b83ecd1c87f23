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
    if len(names) == 1:
        w.scope[names[0]] = value
        return
    if isinstance(value, Tuple) and len(value.elements) == len(names):
        w.scope.update(zip(names, value.elements, strict=True))
        return
    value = as_present(w, value)
    shape = natural_shape(w, value)
    wanted = f"a tuple of {len(names)} components is needed"
    if isinstance(shape, FnShape) and shape.sequence and len(shape.keys) == len(names):
        place, slots = place_of(w, value), shape.slots
    elif isinstance(shape, SeqShape) and len(names) <= shape.capacity:
        place, slots = place_of(w, value), shape.slots
        w.fail_if(place.load(shape.length).ne(len(names)), wanted)
        place = place.at(shape.start)
    else:
        w.refuse(f"{wanted}, not {said(w, value)}")
    for k, name in enumerate(names):
        w.scope[name] = part_at(w, place.slot(slots, number(k)), shape.element)
