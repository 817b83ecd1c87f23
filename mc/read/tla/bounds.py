"""Bound variables: ``x, y \\in S``, ``<<x, y>> \\in S`` and what they become."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mc.dataclass import dataclass
from mc.formula import operators as op
from mc.formula import standard
from mc.formula.nodes import Apply, Bound, Expression, Let, Name, Of, Place, Value
from mc.read.tla.lowering import Scope
from mc.read.tla.syntax import Node, fields, part, parts, written


@dataclass(frozen=True)
class Bounds:
    """Some bounds, and the place at which their names are known."""

    bounds: tuple[Bound, ...]
    scope: Scope
    #: Names of ``<<x>>``, with the names of the tuples of one component.
    single: tuple[tuple[str, str], ...]

    def body(self, node: Node) -> Expression:
        """A formula that knows the names."""
        return self.around(self.scope.expression(node), self.scope.source.place(node))

    def around(self, body: Expression, place: Place) -> Expression:
        """A formula that was made in the scope, with the values of components."""
        for name, whole in reversed(self.single):
            first = Apply(op.INDEX, (Name(whole, Of.LOCAL, place=place), Value(1, place=place)), place=place)
            body = Let(name, first, body, place=place)
        return body


def bounded(scope: Scope, nodes: Iterable[Node]) -> Bounds:
    """The bounds of ``quantifier_bound`` nodes; no set can mention the names of another bound."""
    given = [([n for n in fields(node, "intro")], scope.expression(part(node, "set"))) for node in nodes]
    return _bound(scope, given)


def unbounded(scope: Scope, intro: Sequence[Node], node: Node) -> Bounds:
    """Names that range over everything."""
    return _bound(scope, [(intro, Apply(standard.UNBOUNDED, (), place=scope.source.place(node)))])


def chosen(scope: Scope, node: Node) -> Bounds:
    """The bound of CHOOSE."""
    intro = fields(node, "intro")
    collection = node.child_by_field_name("set")
    if collection is None:
        return unbounded(scope, intro, node)
    return _bound(scope, [(intro, scope.expression(collection))])


def _bound(scope: Scope, given: Iterable[tuple[Sequence[Node], Expression]]) -> Bounds:
    inner = scope.inside({})
    bounds: list[Bound] = []
    single: list[tuple[str, str]] = []
    for intro, collection in given:
        for node in intro:
            if node.type != "tuple_of_identifiers":
                bounds.append(Bound((inner.bound_in(written(node), node).name,), collection))
                continue
            names = [inner.bound_in(written(n), n).name for n in parts(node) if n.type == "identifier"]
            if len(names) == 1:
                whole = scope.frame.fresh(names[0])
                single.append((names[0], whole))
                names = [whole]
            bounds.append(Bound(tuple(names), collection))
    return Bounds(tuple(bounds), inner, tuple(single))
