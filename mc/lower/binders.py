"""Binders and EXCEPT."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mc.formula import operators as op
from mc.formula import standard
from mc.formula.nodes import Apply, Bind, Binder, Bound, Change, Except, Expression, Name
from mc.lower.lowered import refuse
from mc.lower.lowering import Lowering
from mc.lower.names import Here, Meaning, Names

#: How the body of a binder is lowered.
Body = Callable[[Expression, Names, Here], Expression]


def bounds(
    low: Lowering, given: Sequence[Bound], names: Names, here: Here
) -> tuple[tuple[Bound, ...], dict[str, Meaning]]:
    """What is ranged over, and what the names stand for."""
    made: list[Bound] = []
    inner: dict[str, Meaning] = {}
    for bound in given:
        if isinstance(bound.collection, Apply) and bound.collection.operator is standard.UNBOUNDED:
            refuse(bound.collection, "what ranges over no set is not evaluated")
        collection = low.evaluated(bound.collection, names, here)
        locals_ = [low.local(name, bound.collection) for name in bound.names]
        inner.update(zip(bound.names, locals_, strict=True))
        condition = None
        if bound.condition is not None:
            condition = low.evaluated(bound.condition, {**names, **inner}, here)
        made.append(Bound(tuple(local.name for local in locals_), collection, condition))
    return tuple(made), inner


def bind(low: Lowering, node: Bind, names: Names, here: Here, lowered: Body) -> Expression:
    """A binder; ``lowered``: how its body is."""
    made, inner = bounds(low, node.bounds, names, here)
    body = lowered(node.body, {**names, **inner}, here)
    if node.binder is Binder.FUNCTION and len(made) > 1:
        # A function of several arguments is one of tuples.
        if any(len(bound.names) > 1 for bound in made):
            refuse(node, "tuples of names among several arguments of a function are not compiled")
        product = Apply(standard.PRODUCT, tuple(bound.collection for bound in node.bounds), place=node.place)
        made = (Bound(tuple(bound.names[0] for bound in made), low.evaluated(product, names, here)),)
    return _extreme(node, made, body) or Bind(node.binder, made, body, place=node.place)


_EXTREMES = {op.GE: op.MAX, op.LE: op.MIN}


def _extreme(node: Bind, made: Sequence[Bound], body: Expression) -> Expression | None:
    """``CHOOSE x \\in S : \\A y \\in S : x >= y``"""
    match node.binder, made, body:
        case (
            Binder.CHOOSE,
            (Bound(names=(one,), collection=collection, condition=None),),
            Bind(
                binder=Binder.FORALL,
                bounds=(Bound(names=(other,), collection=again, condition=None),),
                body=Apply(operator=op.GE | op.LE as operator, operands=(Name() as left, Name() as right)),
            ),
        ) if collection == again and {left.name, right.name} == {one, other}:
            if left.name == other:
                operator = op.LE if operator is op.GE else op.GE
            return Apply(_EXTREMES[operator], (collection,), place=node.place)
    return None


def except_(low: Lowering, node: Except, names: Names, here: Here) -> Expression:
    changes = []
    for change in node.changes:
        old = low.local(change.old, node)
        path = low.all(change.path, names, here)
        value = low.evaluated(change.value, {**names, change.old: old}, here)
        changes.append(Change(path, old.name, value))
    return Except(low.evaluated(node.of, names, here), tuple(changes), place=node.place)
