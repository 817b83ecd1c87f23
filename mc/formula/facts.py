"""Facts about formulas: what they consist of, and which variables they read and write, through definitions too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from mc.formula.nodes import Assign, Bound, Call, Definitions, Enter, Name, Node, Of


def children(node: Node) -> Iterator[Node]:
    """The nodes that a node is made of, in the order of its text."""
    for part in fields(node):
        yield from _nodes(getattr(node, part.name))


def _nodes(part: Any) -> Iterator[Node]:
    if isinstance(part, tuple):
        for item in part:
            yield from _nodes(item)
    elif isinstance(part, Bound):
        yield from _nodes((part.collection, part.condition))
    elif isinstance(part, Node):
        yield part


def walk(node: Node) -> Iterator[Node]:
    """A node and all nodes in it."""
    yield node
    for child in children(node):
        yield from walk(child)


def local_names(node: Node) -> frozenset[str]:
    """The local names that occur in a formula."""
    return frozenset(part.name for part in walk(node) if isinstance(part, Name) and part.of is Of.LOCAL)


def reads(node: Node, definitions: Definitions) -> frozenset[str]:
    """The variables whose unprimed values a formula depends on."""
    return frozenset(part.name for part in used(node, definitions) if isinstance(part, Name) and part.of is Of.VARIABLE)


def writes(node: Node, definitions: Definitions) -> frozenset[str]:
    """The variables that a tree of control gives values to."""
    return frozenset(part.variable for part in used(node, definitions) if isinstance(part, Assign))


def used(node: Node, definitions: Definitions) -> Iterator[Node]:
    """The nodes of a formula, and of the definitions that it uses."""
    seen: set[str] = set()
    todo = [node]
    while todo:
        for part in walk(todo.pop()):
            yield part
            if isinstance(part, (Call, Enter)) and part.definition not in seen:
                seen.add(part.definition)
                todo.append(definitions[part.definition].body)
