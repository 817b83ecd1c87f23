"""``ENABLED A`` as a condition: whether there is a way through A."""

from __future__ import annotations

from mc.formula import operators as op
from mc.formula.nodes import (
    All,
    Apply,
    Bind,
    Binder,
    Either,
    Expression,
    If,
    Let,
    Some,
    Test,
    Tree,
    With,
)
from mc.lower.lowering import Lowering
from mc.lower.names import Here, Names
from mc.lower.operators import connected
from mc.lower.walk import Conjunct, Walk


def enabled(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    """``ENABLED A`` where it is evaluated."""
    walk = Walk(low, is_init=False, enabled=here)
    return condition(walk.start(Conjunct(node.operands[0], names, None), node))


def condition(tree: Tree) -> Expression:
    """Whether there is a way through a tree that gives no variable a value."""
    match tree:
        case Test():
            return tree.condition
        case All():
            return _connected(tree, Apply(op.AND, (), place=tree.place))
        case Either():
            return _connected(tree, Apply(op.OR, (), place=tree.place))
        case If():
            arms = tree.test, condition(tree.then), condition(tree.otherwise)
            return Apply(op.IF, arms, place=tree.place)
        case With():
            return Let(tree.name, tree.value, condition(tree.body), place=tree.place)
        case Some():
            return Bind(Binder.EXISTS, (tree.bound,), condition(tree.body), place=tree.place)
    raise TypeError(type(tree).__name__)


def _connected(tree: All | Either, form: Apply) -> Expression:
    return connected(form, [condition(part) for part in tree.parts])
