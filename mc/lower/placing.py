"""Where a local definition is placed: as deep as all uses of it allow, so that it is evaluated where TLC would."""

from __future__ import annotations

from typing import Any

from mc.formula import operators as op
from mc.formula.facts import bound_names, children
from mc.formula.nodes import (
    All,
    Apply,
    Either,
    Expression,
    If,
    Let,
    Name,
    Node,
    Of,
    Test,
    Tree,
    Value,
    With,
    conjunction,
)


def is_atomic(node: Expression) -> bool:
    """Whether an expression is cheap, and means the same wherever its names do."""
    return isinstance(node, (Value, Name))


class Uses:
    """The local names that formulas use, each found once."""

    def __init__(self) -> None:
        # A node is kept, lest another one has its id.
        self._known: dict[int, tuple[Node, frozenset[str]]] = {}

    def of(self, node: Node) -> frozenset[str]:
        """The local names whose values are given outside of a formula."""
        kept = self._known.get(id(node))
        if kept is None:
            if isinstance(node, Name):
                found = frozenset((node.name,)) if node.of is Of.LOCAL else frozenset()
            else:
                found = frozenset().union(*map(self.of, children(node))).difference(bound_names(node))
            kept = self._known[id(node)] = node, found
        return kept[1]

    def let(self, name: str, value: Expression, body: Expression) -> Expression:
        """``LET name == value IN body``"""
        match body:
            case _ if name not in self.of(body):
                return body
            case Apply(operator=op.AND | op.OR, operands=operands):
                first, several = self._first(name, operands)
                rest: Expression = operands[first]
                if several and first:
                    rest = Apply(body.operator, operands[first:], place=body.place)
                if first or not several:
                    after = () if several else operands[first + 1 :]
                    parts = (*operands[:first], self.let(name, value, rest), *after)
                    return Apply(body.operator, parts, place=body.place)
            case Apply(operator=op.IF, operands=(test, then, otherwise)) if name not in self.of(test):
                arms = self.let(name, value, then), self.let(name, value, otherwise)
                return Apply(op.IF, (test, *arms), place=body.place)
            case Apply(operator=op.NOT, operands=(operand,)):
                return Apply(op.NOT, (self.let(name, value, operand),), place=body.place)
            case Let() if name not in self.of(body.value):
                return Let(body.name, body.value, self.let(name, value, body.body), place=body.place)
        return Let(name, value, body, place=value.place)

    def within(self, name: str, value: Expression, tree: Tree) -> Tree:
        """The same around a tree."""
        match tree:
            case _ if name not in self.of(tree):
                return tree
            case Test():
                return Test(self.let(name, value, tree.condition), place=tree.place)
            case All(parts=parts):
                first, several = self._first(name, parts)
                if not several:
                    inner = self.within(name, value, parts[first])
                    return conjunction(tree.place, *parts[:first], inner, *parts[first + 1 :])
                if first:
                    inner = self.within(name, value, conjunction(tree.place, *parts[first:]))
                    return conjunction(tree.place, *parts[:first], inner)
            case Either():
                return Either(tuple(self.within(name, value, part) for part in tree.parts), place=tree.place)
            case If() if name not in self.of(tree.test):
                arms = self.within(name, value, tree.then), self.within(name, value, tree.otherwise)
                return If(tree.test, *arms, place=tree.place)
            case With() if name not in self.of(tree.value):
                return With(tree.name, tree.value, self.within(name, value, tree.body), place=tree.place)
        return With(name, value, tree, place=value.place)

    def _first(self, name: str, parts: tuple[Any, ...]) -> tuple[int, bool]:
        """The first part that uses a name, and whether there are others."""
        users = [number for number, part in enumerate(parts) if name in self.of(part)]
        return users[0], len(users) > 1
