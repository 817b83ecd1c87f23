"""Sequences made of other ones, or of intervals: ``[k \\in DOMAIN q |-> e]`` and ``SelectSeq``."""

from __future__ import annotations

from math import prod

from mc.engine.store.places import Place
from mc.engine.store.shapes import SeqShape, Shape
from mc.engine.store.storage import MAX_UNIVERSE
from mc.engine.translate.builders import bindings, push
from mc.engine.translate.codes import said, unfit
from mc.engine.translate.convert import clear
from mc.engine.translate.kinds import is_sequence, most_elements, natural_shape
from mc.engine.translate.values import Builder, Const, Interval, Value
from mc.engine.translate.writer import Writer
from mc.formula.nodes import Bind
from mc.lang.domains import Range
from mc.lang.kinds import UNORDERED


def sequence_of_values(w: Writer, node: Bind) -> Value:
    """``tuple(e for x in q if P)`` in a Python spec; also over an interval."""
    scope, file = dict(w.scope), w.file
    longest = _longest(w, node)

    def fill(place: Place, shape: Shape) -> None:
        if not isinstance(shape, SeqShape):
            unfit(w, natural(), shape)
        with w.within(dict(scope), file):
            clear(w, place, shape)
            with bindings(w, node.bounds, sets=False):
                push(w, place, shape, w.expr(node.body))

    def natural() -> Shape:
        if longest > MAX_UNIVERSE:
            w.refuse(f"a sequence of up to {longest:,} elements is too long to be built here")
        with w.within(dict(scope), file), w.aside(), bindings(w, node.bounds, sets=False):
            return SeqShape(natural_shape(w, w.expr(node.body)), longest)

    return Builder(fill, natural)


def _longest(w: Writer, node: Bind) -> int:
    """How many elements such a sequence has at most; what it is made of must be in order."""
    lengths = []
    for number in range(len(node.bounds)):
        with w.aside(), bindings(w, node.bounds[:number], sets=False):
            lengths.append(_length(w, w.expr(node.bounds[number].collection)))
    return max(1, prod(lengths))


def _length(w: Writer, collection: Value) -> int:
    interval = isinstance(collection, Interval) or (
        isinstance(collection, Const) and isinstance(collection.value, Range)
    )
    if not (interval or is_sequence(w, collection)):
        w.refuse(UNORDERED.format(said(w, collection)))
    return most_elements(w, collection)
