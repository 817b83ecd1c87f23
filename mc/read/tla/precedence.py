"""Conflicts of precedence: what TLA+ refuses to read without parentheses, and the parser reads somehow.

Two operators that meet must bind differently in all of their ranges, or be the same one that chains
(``tla2sany.parser.OperatorStack``).
"""

from __future__ import annotations

from collections.abc import Iterator

from mc.read.tla.spelling import BINDING, SPELLING
from mc.read.tla.syntax import Node, Source

_OPEN_RIGHT = frozenset({"bound_infix_op", "bound_prefix_op"})
_OPEN_LEFT = frozenset({"bound_infix_op", "bound_postfix_op"})


def check_operands(source: Source, node: Node) -> None:
    """Refuses a prefix, infix or postfix operator that is in conflict with one in its operands."""
    symbol = _symbol(node)
    binding = BINDING[symbol]
    left = node.child_by_field_name("lhs")
    if left is not None:
        for inner in _edge(left, _OPEN_RIGHT, "rhs"):
            other = BINDING[inner]
            if not (other.low > binding.high or (inner == symbol and other.chains)):
                _refuse(source, node, inner, symbol)
    right = node.child_by_field_name("rhs")
    if right is not None:
        for inner in _edge(right, _OPEN_LEFT, "lhs"):
            if not binding.high < BINDING[inner].low:
                _refuse(source, node, symbol, inner)
        if right.type == "bound_prefix_op" and _symbol(right) == "-." and binding.low > BINDING["-."].high:
            _refuse(source, node, symbol, "-.")


def _edge(node: Node | None, kinds: frozenset[str], side: str) -> Iterator[str]:
    """The operators at one edge of an operand, which meet the one beside it."""
    while node is not None and node.type in kinds:
        yield _symbol(node)
        node = node.child_by_field_name(side)


def _symbol(node: Node) -> str:
    symbol = node.child_by_field_name("symbol")
    assert symbol is not None
    return SPELLING[symbol.type]


def _refuse(source: Source, node: Node, first: str, second: str) -> None:
    names = ["-" if operator == "-." else operator for operator in (first, second)]
    source.refuse(node, f"{' and '.join(names)} have no order of precedence here: add parentheses")
