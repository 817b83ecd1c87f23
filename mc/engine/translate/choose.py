"""``CHOOSE x \\in S : P``"""

from __future__ import annotations

from mc.engine.code.nodes import truth
from mc.engine.store.shapes import AtomShape, IntShape, Shape
from mc.engine.translate.codes import as_truth, bind
from mc.engine.translate.convert import is_made
from mc.engine.translate.expressions import as_plain, nothing_of, plain
from mc.engine.translate.kinds import natural_shape
from mc.engine.translate.operands import ranged
from mc.engine.translate.values import Builder, Const, Interval, SetOf, Value
from mc.engine.translate.writer import Writer
from mc.formula.nodes import Bind, as_written
from mc.lang.values import ModelValue, ModelValueSet


def chosen_element(w: Writer, node: Bind) -> Value:
    """The first element that satisfies the condition, in TLC's order; evaluation fails where there is none.

    Of elements whose order is not TLC's, one is taken where only one satisfies it; else evaluation fails.
    """
    (bound,) = node.bounds
    name = w.single(bound)
    collection = ranged(w, w.expr(bound.collection))
    if isinstance(collection, SetOf) or (isinstance(collection, Builder) and collection.bag is None):
        collection = bind(w, collection)
    with w.trial(), w.within(dict(w.scope), w.file), w.elements(collection) as element:
        shape = natural_shape(w, element)
    if shape.wide:
        w.refuse("CHOOSE among such large values is not compiled")
    first = in_order(w, collection, shape)
    result, found = w.let(nothing_of(shape), "chosen"), w.let(truth(False), "found")
    with w.within(dict(w.scope), w.file), w.elements(collection, as_written(name)) as element:
        w.scope[name] = element
        conditions = [node.body] if bound.condition is None else [bound.condition, node.body]
        holds = truth(True)
        for condition in conditions:
            holds = holds & as_truth(w, w.expr(condition))
        with w.when(holds):
            if not first:
                w.fail_if(found, "CHOOSE has several values to choose from")
            w.assign(result, plain(w, element, shape))
            w.assign(found, truth(True))
            if first:
                w.leave_loop()
    w.fail_if(~found, "no element satisfies the condition of CHOOSE")
    return as_plain(w, result, shape)


def in_order(w: Writer, collection: Value, shape: Shape) -> bool:
    """Whether a loop over a set comes to its elements in TLC's order."""
    if isinstance(collection, Interval) or isinstance(shape, IntShape):
        return True
    if w.module.spec.model.symmetry:
        return False  # of symmetric values, none is the first
    if isinstance(collection, Const):
        return isinstance(collection.value, ModelValueSet)
    if not isinstance(shape, AtomShape) or is_made(w, collection):
        return False
    met, members = w.module.spec.met or {}, shape.members
    names = [member.name if isinstance(member, ModelValue) else member for member in members]
    alike = len({type(member) for member in members}) == 1 and all(isinstance(name, str) for name in names)
    return alike and names == sorted(names, key=lambda name: met.get(name, len(met)))
