"""``UNION S``: the elements of a set of sets, which itself need not be made."""

from __future__ import annotations

from functools import partial, reduce

from mc.engine.store.shapes import SetShape
from mc.engine.translate.algebra import combination
from mc.engine.translate.builders import bindings, set_of_values
from mc.engine.translate.codes import as_code, as_present, said
from mc.engine.translate.kinds import told
from mc.engine.translate.operands import SET, kinds_of
from mc.engine.translate.values import Packed, Value
from mc.engine.translate.writer import Writer
from mc.formula import operators as op
from mc.formula.nodes import AGAIN, Apply, Bind, Binder, Bound, Name, Of

#: What the elements of S, and theirs, are called; no name of a spec is.
_PART, _ELEMENT = f"part{AGAIN}", f"element{AGAIN}"


def union_of(w: Writer, node: Apply) -> Value:
    """``UNION {a, b}`` as ``a \\cup b``, and ``UNION {e : x \\in S}`` as ``{y : x \\in S, y \\in e}``."""
    (sets,) = node.operands
    if isinstance(sets, Apply) and sets.operator is op.SET and sets.operands:
        return reduce(partial(combination, w, op.UNION), [_set(w, w.expr(part)) for part in sets.operands])
    if isinstance(sets, Bind) and sets.binder is Binder.SET:
        bounds, part = sets.bounds, sets.body
    else:
        with w.aside():
            _set(w, w.expr(sets))
        bounds, part = (Bound((_PART,), sets),), Name(_PART, Of.LOCAL)
    with w.aside(), bindings(w, bounds):
        given = told(w, _set(w, w.expr(part)))
    if isinstance(given, SetShape) and not given.wide:
        # By whole bitmaps, of which the capacity is not that of their union.
        shape, union = SetShape(given.element, given.values), w.local("union")
        with bindings(w, bounds):
            w.assign(union.base, union.load(shape) | as_code(w, w.expr(part), shape))
        return Packed(union.load(shape), shape)
    every = (*bounds, Bound((_ELEMENT,), part))
    return set_of_values(w, Bind(Binder.SET, every, Name(_ELEMENT, Of.LOCAL), place=node.place))


def _set(w: Writer, value: Value) -> Value:
    """A set: no bag, although one is ranged over as its domain is."""
    if kinds_of(w, value).isdisjoint(SET):
        w.refuse(f"UNION takes a set of sets, not of {said(w, value)}")
    return as_present(w, value)
