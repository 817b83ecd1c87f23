"""Lowered expressions that are known, or sets that no value is made of."""

from __future__ import annotations

from mc.formula import operators as op
from mc.formula import standard
from mc.formula.nodes import Apply, Expression, Value

#: Sets that no value is made of, unless they are small and known.
SYMBOLIC = frozenset(
    (
        standard.POWERSET,
        standard.FUNCTIONS,
        standard.RECORDS,
        standard.PRODUCT,
        standard.SEQ,
        standard.NAT,
        standard.INT,
        standard.STRING,
    )
)
TRUE_, FALSE_ = Value(True), Value(False)


def is_true(node: Expression) -> bool:
    return isinstance(node, Value) and node.value is True


def is_false(node: Expression) -> bool:
    return isinstance(node, Value) and node.value is False


def is_symbolic(node: Expression) -> bool:
    """Whether a lowered expression is a set that is not written out."""
    if not isinstance(node, Apply):
        return False
    if node.operator in (op.UNION, op.INTERSECTION, standard.DIFFERENCE):
        return any(map(is_symbolic, node.operands))
    return node.operator in SYMBOLIC
