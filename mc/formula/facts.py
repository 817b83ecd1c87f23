"""Facts about formulas: what they consist of, which variables they read and write, and whether walking them forks.

All of it is found through definitions, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from functools import cache
from typing import Any, NamedTuple

from mc.formula import operators as op
from mc.formula.nodes import (
    All,
    Apply,
    Assign,
    Bind,
    Binder,
    Bound,
    Call,
    Change,
    Definition,
    Definitions,
    Each,
    Either,
    Enter,
    Except,
    Fold,
    If,
    Let,
    Name,
    Node,
    Of,
    Some,
    Test,
    Value,
    With,
)


def children(node: Node) -> list[Node]:
    """The nodes that a node is made of, in the order of its text."""
    form: Any = type(node)
    found: list[Node] = []
    for name in _parts(form):
        _add_nodes(found, getattr(node, name))
    return found


@cache
def _parts(form: type[Any]) -> tuple[str, ...]:
    """The names of what a form of node is made of, but for its place."""
    return tuple(part.name for part in fields(form) if part.name != "place")


def _add_nodes(found: list[Node], part: Any) -> None:
    if isinstance(part, Node):
        found.append(part)
    elif isinstance(part, Bound):
        _add_nodes(found, (part.collection, part.condition))
    elif isinstance(part, Change):
        _add_nodes(found, (part.path, part.value))
    elif isinstance(part, tuple):
        for item in part:
            _add_nodes(found, item)


def walk(node: Node) -> Iterator[Node]:
    """A node and all nodes in it."""
    yield node
    for child in children(node):
        yield from walk(child)


def local_names(node: Node) -> frozenset[str]:
    """The local names that occur in a formula."""
    return frozenset(part.name for part in walk(node) if isinstance(part, Name) and part.of is Of.LOCAL)


def bound_names(node: Node) -> Iterable[str]:
    """The local names that a node itself gives values to."""
    if isinstance(node, (Let, With)):
        yield node.name
    if isinstance(node, (Fold, Each)):
        yield from node.names
    if isinstance(node, (Fold, Each, Some)):
        yield from node.bound.names
    if isinstance(node, Bind):
        for bound in node.bounds:
            yield from bound.names
    if isinstance(node, Except):
        yield from (change.old for change in node.changes)


class Fact(NamedTuple):
    """What is known of a node."""

    #: The local names whose values are given outside of it. (No two binders of a definition bind the same name.)
    free: frozenset[str]
    #: The variables whose unprimed values it depends on, through definitions too.
    reads: frozenset[str]
    #: The variables that it gives values to, through definitions too.
    writes: frozenset[str]
    #: Whether it may be TRUE in several ways when it is walked, as TLC does (``\\/``, ``\\E``), in the same state.
    forks: bool
    #: Whether it is a tree with choices that may lead to several states.
    chooses: bool
    #: Whether it is a tree that may be FALSE.
    fails: bool
    #: Whether it is a tree without choices that may be FALSE after it has given a variable a value.
    spoils: bool


_NOTHING = Fact(frozenset(), frozenset(), frozenset(), False, False, False, False)


@cache
def _of_name(name: str, of: Of) -> Fact:
    if of is Of.LOCAL:
        return _NOTHING._replace(free=frozenset((name,)))
    return _NOTHING._replace(reads=frozenset((name,))) if of is Of.VARIABLE else _NOTHING


class Facts:
    """The facts about the formulas of a spec, each computed once."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        # A node is kept with its fact, lest another one has its id.
        self._of: dict[int, tuple[Node, Fact]] = {}
        self._bodies: dict[Definition, Fact] = {}

    def of(self, node: Node) -> Fact:
        """The facts about a node."""
        kept = self._of.get(id(node))
        if kept is None:
            kept = self._of[id(node)] = node, self._computed(node)
        return kept[1]

    def definition(self, definition: Definition) -> Fact:
        """The facts about the body of a definition."""
        if definition not in self._bodies:
            # One that uses itself depends on nothing more by that.
            self._bodies[definition] = _NOTHING
            self._bodies[definition] = self.of(definition.body)
        return self._bodies[definition]

    def is_value(self, definition: Definition) -> bool:
        """Whether a definition is of constant level without parameters: it stands for a value from the start."""
        fact = self.definition(definition)
        return not (definition.parameters or fact.reads or fact.writes)

    def _computed(self, node: Node) -> Fact:
        if isinstance(node, Value):
            return _NOTHING
        if isinstance(node, Name):
            return _of_name(node.name, node.of)
        parts = [self.of(child) for child in children(node)]
        free = frozenset().union(*(part.free for part in parts)).difference(bound_names(node))
        if isinstance(node, (Call, Enter)):
            parts.append(self.definition(self.definitions[node.definition]))
        reads = frozenset().union(*(part.reads for part in parts))
        writes = frozenset().union(*(part.writes for part in parts))
        if isinstance(node, Assign):
            writes |= {node.variable}
        chooses = isinstance(node, (Either, Some)) or any(part.chooses for part in parts)
        return Fact(free, reads, writes, self._forks(node), chooses, self._fails(node), self._spoils(node))

    def _forks(self, node: Node) -> bool:
        match node:
            case Apply(operator=op.OR):
                return True
            case Apply(operator=op.AND, operands=parts) | All(parts=parts) | Either(parts=parts):
                return any(self.of(part).forks for part in parts)
            case Apply(operator=op.IF, operands=(Apply(operator=op.NOT, operands=(one,)), Value(value=False), other)):
                return self.of(one).forks or self.of(other).forks  # a guard
            case Apply(operator=op.IF, operands=(_, one, other)) | If(then=one, otherwise=other):
                return self.of(one).forks or self.of(other).forks
            case Bind(binder=Binder.EXISTS):
                return True
            case Bind(binder=Binder.FORALL, body=body) | Let(body=body) | Fold(body=body):
                return self.of(body).forks
            case With(body=body) | Some(body=body) | Each(then=body) | Test(condition=body):
                return self.of(body).forks
            case Call(definition=name):
                definition = self.definitions[name]
                return self.definition(definition).forks and not self.is_value(definition)
            case Enter(definition=name):
                return self.definition(self.definitions[name]).forks
        return False

    def _fails(self, node: Node) -> bool:
        match node:
            case Test(condition=condition):
                return condition != Value(True)
            case All(parts=parts):
                return any(self.of(part).fails for part in parts)
            case If(then=one, otherwise=other) | Each(body=one, then=other):
                return self.of(one).fails or self.of(other).fails
            case With(body=body):
                return self.of(body).fails
            case Enter(definition=name):
                return self.definition(self.definitions[name]).fails
            case Either() | Some():
                return True
        return False

    def _spoils(self, node: Node) -> bool:
        match node:
            case All(parts=parts):
                found = [self.of(part) for part in parts]
                return any(
                    part.spoils or (part.fails and any(before.writes for before in found[:k]))
                    for k, part in enumerate(found)
                )
            case If(then=one, otherwise=other):
                return self.of(one).spoils or self.of(other).spoils
            case Each(body=body, then=then):
                # What a round of a loop has written may stand when the next one is FALSE.
                return bool(self.of(body).writes and self._fails(node)) or self.of(then).spoils
            case With(body=body):
                return self.of(body).spoils
            case Enter(definition=name):
                return self.definition(self.definitions[name]).spoils
        return False


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
