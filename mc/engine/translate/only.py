"""``The``: the only element of a set, which has no other one and is not empty."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mc.engine.code.nodes import truth
from mc.engine.translate.builders import bindings
from mc.engine.translate.codes import as_present, as_truth, bind, said
from mc.engine.translate.equality import equal
from mc.engine.translate.expressions import as_plain, nothing_of, plain
from mc.engine.translate.kinds import natural_shape
from mc.engine.translate.operands import SET, kinds_of
from mc.engine.translate.values import Stored, Value
from mc.engine.translate.writer import Writer
from mc.formula.nodes import Apply, Bind, Binder
from mc.lang.operators import NONE, SEVERAL


def only_element(w: Writer, node: Apply) -> Value:
    """``CHOOSE x \\in S : P`` where one element satisfies P; evaluation fails where none does, or another one too."""
    (operand,) = node.operands

    @contextmanager
    def loop() -> Iterator[Value]:
        if isinstance(operand, Bind) and operand.binder is Binder.SET:
            with bindings(w, operand.bounds):
                yield bind(w, w.expr(operand.body))
            return
        value = as_present(w, w.expr(operand))
        if kinds_of(w, value).isdisjoint(SET):
            w.refuse(f"The takes a set, not {said(w, value)}")
        with w.elements(value) as element:
            yield element

    with w.aside(), loop() as element:
        shape = natural_shape(w, element)
    found = w.let(truth(False), "found")
    if shape.wide:
        place = w.scratch(shape)
        kept: Value = Stored(place, shape)
    else:
        code = w.let(nothing_of(shape), "only")
        kept = as_plain(w, code, shape)
    with loop() as element:
        with w.when(found):
            w.fail_if(~as_truth(w, equal(w, kept, element)), SEVERAL)
        if isinstance(kept, Stored):
            w.fill(kept.place, element, shape)
        else:
            w.assign(code, plain(w, element, shape))
        w.assign(found, truth(True))
    w.fail_if(~found, NONE)
    return kept
