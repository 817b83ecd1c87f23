"""One definition that is lowered: its local names, and what they stand for."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from mc.formula.nodes import (
    AGAIN,
    Call,
    Definition,
    Expression,
    Invoke,
    Lambda,
    Level,
    Name,
    Node,
    Of,
    Tree,
    Value,
    as_written,
)
from mc.interpreter.scope import Analysis
from mc.lower.constants import Constants
from mc.lower.lowered import refuse
from mc.lower.names import Closure, Deferred, Here, Meaning, Names, Recursion, Unrolled
from mc.lower.occurrences import Occurrences
from mc.lower.placing import Uses

#: Operators are expanded in each other at most so deeply, else they are taken for recursive.
_DEEPEST = 80
#: So many expressions are lowered in one definition, at most: what is expanded can be very much.
_MOST = 60_000


#: Definitions that refer to each other, and how deep they are applied in each other at most.
Depth = tuple[frozenset[str], int]


class Library(Protocol):
    """What the definitions of a module have in common."""

    analysis: Analysis
    constants: Constants
    occurrences: Occurrences
    uses: Uses
    variables: tuple[str, ...]
    values: Mapping[str, Any]

    def source(self, name: str) -> Definition:
        """A definition of the module."""

    def is_constant(self, name: str) -> bool:
        """Whether a definition is a value from the start."""

    def lowered(self, name: str, node: Node, with_state: bool, around: Depth | None) -> tuple[str, tuple[str, ...]]:
        """The name of a lowered definition, and the variables whose values are its parameters after the others.

        ``with_state``: none is read but those parameters. ``around``: the recursive definition that it is applied in.
        """

    def recursive(self, name: str) -> frozenset[str]:
        """A definition and all that refer to it and to which it refers, if it is recursive."""

    def add(self, name: str, parameters: tuple[str, ...], body: Expression | Tree, node: Node) -> str:
        """Keep a lowered definition; its name."""


#: How expressions are lowered that are evaluated: :mod:`mc.lower.expressions`.
Evaluated = Callable[["Lowering", Expression, Names, Here], Expression]


class Lowering:
    """What is known while one definition is lowered."""

    def __init__(self, library: Library, evaluated: Evaluated, depth: Depth | None = None) -> None:
        self.library = library
        #: Of a recursive definition.
        self.depth = depth
        #: The recursive operators and definitions that are walked.
        self.walking: set[object] = set()
        self._recursions: dict[tuple[int, int, int], tuple[object, Here, Recursion]] = {}
        self._evaluated = evaluated
        self._taken: set[str] = set()
        self._deep = 0
        self._count = 0

    def evaluated(self, node: Expression, names: Names, here: Here) -> Expression:
        """An expression that is evaluated where it stands."""
        return self._evaluated(self, node, names, here)

    def all(self, nodes: Sequence[Expression], names: Names, here: Here) -> tuple[Expression, ...]:
        """Several of them."""
        return tuple(self._evaluated(self, node, names, here) for node in nodes)

    def fresh(self, name: str) -> str:
        """A local name that is not used yet, which is written like another one."""
        written = as_written(name)
        written += "_" * keyword.iskeyword(written)
        found, number = written, 0
        while found in self._taken:
            number += 1
            found = f"{written}{AGAIN}{number}"
        self._taken.add(found)
        return found

    def local(self, name: str, node: Node) -> Name:
        """A new local name."""
        return Name(self.fresh(name), Of.LOCAL, place=node.place)

    def count(self, node: Node) -> None:
        """Take note of an expression that is lowered."""
        self._count += 1
        if self._count > _MOST:
            refuse(node, "what is written here becomes too large when its operators are expanded")

    @contextmanager
    def expanding(self, node: Node) -> Iterator[None]:
        """While an operator is expanded."""
        self._deep += 1
        if self._deep > _DEEPEST:
            refuse(node, "recursive operators with operators as arguments are not compiled")
        try:
            yield
        finally:
            self._deep -= 1

    def level(self, node: Expression, names: Names) -> Level:
        """What the value of an expression depends on."""
        facts = self.library.analysis.facts(node)
        found = facts.level
        for name in facts.names:
            meaning = names.get(name)
            if isinstance(meaning, Deferred):
                found = max(found, self.level(meaning.node, meaning.names))
            elif isinstance(meaning, Closure):
                found = max(found, self.level(meaning.body, meaning.names))
            elif isinstance(meaning, Unrolled):
                found = max(found, self.level(meaning.recursion.body, meaning.recursion.names))
        return found

    def recursion(self, key: object, here: Here, make: Callable[[], Recursion]) -> Recursion:
        """A recursive function or operator in a state or step; made once."""
        number = id(key), id(here.state), id(here.primed)
        if number not in self._recursions:
            # What has these ids is kept, lest something else gets them.
            self._recursions[number] = key, here, make()
        return self._recursions[number][2]

    # What is bound

    def argument(self, name: str, node: Expression, names: Names, here: Here) -> Meaning:
        """What a parameter stands for."""
        match node:
            case Lambda():
                return Closure(node.parameters, node.body, names)
            case Name(of=Of.LOCAL):
                return self.meaning(node, names)
            case Value():
                return node
        return Deferred(name, node, names, here)

    def arguments(self, parameters: Sequence[str], node: Call | Invoke, names: Names, here: Here) -> dict[str, Meaning]:
        """What parameters stand for."""
        given = zip(parameters, node.arguments, strict=True)
        return {parameter: self.argument(parameter, argument, names, here) for parameter, argument in given}

    def meaning(self, node: Name | Invoke, names: Names) -> Meaning:
        """What a local name stands for."""
        found = names.get(node.name)
        if found is None:
            refuse(
                node,
                f"{as_written(node.name)} refers to itself, and depends on the state: that is not compiled",
            )
        return found

    def around(self, given: Mapping[str, Meaning], names: Names, body: Expression) -> Expression:
        """An expression with the local definitions that are used in it; ``names``: those that were there before."""
        for local, value in _placed(given, names):
            body = self.library.uses.let(local.name, value, body)
        return body

    def around_tree(self, given: Mapping[str, Meaning], names: Names, tree: Tree) -> Tree:
        """A tree with them."""
        for local, value in _placed(given, names):
            tree = self.library.uses.within(local.name, value, tree)
        return tree


def _placed(given: Mapping[str, Meaning], names: Names) -> Iterator[tuple[Name, Expression]]:
    """The local names that are bound here. What is handed on as an argument is bound where it is made."""
    known = set(map(id, names.values()))
    for meaning in given.values():
        if not isinstance(meaning, Deferred) or id(meaning) in known:
            continue
        if meaning.local is not None and meaning.value is not None:
            yield meaning.local, meaning.value
