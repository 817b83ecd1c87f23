"""Parts of the state that an expression of a spec looks at, such as ``log[s1][2].term``.

A part is kept as its formula and what the names in it mean, so that it has a value in every state of a behavior:
where it last changed is found by evaluating it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Protocol

from mc.dataclass import dataclass
from mc.formula import operators as op
from mc.formula.facts import children, local_names
from mc.formula.nodes import Apply, Bind, Bound, Call, Definition, Expression, Name, Node, Of
from mc.formula.nodes import Place as Source
from mc.formula.text import text
from mc.lang.state import State
from mc.lang.text import Place, to_tla
from mc.lang.values import ModelValue


class Undecided(Exception):
    """An expression of the spec cannot be evaluated."""


class Formulas(Protocol):
    """What formulas are of: a spec in Python, or a TLA+ module."""

    def evaluate(self, node: Expression, state: State, names: Mapping[str, Any]) -> Any:
        """The value of a formula in a state, where local names have values."""

    def reads(self, node: Expression) -> bool:
        """Whether a formula depends on the state."""

    def definition(self, name: str) -> Definition:
        """What the definition of that name says."""

    def written(self, place: Source) -> str:
        """What stands at a place of the text, on one line."""


@dataclass(frozen=True)
class Scope:
    """What an expression is evaluated in: a state, and the values of the local names."""

    spec: Formulas
    state: State
    names: Mapping[str, Any]

    def value(self, node: Expression) -> Any:
        """The value of an expression; :class:`Undecided` where it has none."""
        try:
            return self.spec.evaluate(node, self.state, self.names)
        except Exception as error:  # a name of the spec may stand for any Python, which may raise anything
            raise Undecided from error

    def inside(self, names: Mapping[str, Any]) -> Scope:
        """This scope with more names in it."""
        return replace(self, names={**self.names, **names})

    def reads(self, node: Expression) -> bool:
        """Whether an expression depends on the state."""
        return self.spec.reads(node)


@dataclass(frozen=True)
class Component:
    """One part and its value, both as TLA+ text."""

    #: As TLA+, with bound variables replaced by what they stand for.
    text: str
    value: str
    node: Expression = field(repr=False)
    scope: Scope = field(repr=False)

    def __str__(self) -> str:
        return self.text if _is_membership(self.node) else f"{self.text} = {self.value}"

    @property
    def place(self) -> Place | None:
        """Where it is in the state, the variable's name first; None where it is no part of a variable."""
        keys: list[Any] = []
        node = self.node
        try:
            if isinstance(node, Apply) and node.operator is op.IN:
                keys, node = [self.scope.value(node.operands[0])], node.operands[1]
            while isinstance(node, Apply) and node.operator in (op.INDEX, op.FIELD):
                keys.insert(0, self.scope.value(node.operands[1]))
                node = node.operands[0]
        except Undecided:
            return None
        return (node.name, *keys) if isinstance(node, Name) and node.of is Of.VARIABLE else None

    def last_changed(self, states: Sequence[State]) -> int | None:
        """The number (from 1) of the state in which it took its value in the last one; None if not of the state."""
        if not self.scope.reads(self.node):
            return None
        number = len(states)
        while number > 1 and self._value_in(states[number - 2]) == self.value:
            number -= 1
        return number

    def _value_in(self, state: State) -> str | None:
        try:
            return to_tla(replace(self.scope, state=state).value(self.node))
        except (Undecided, TypeError):
            return None


def component_of(node: Expression, scope: Scope) -> Component | None:
    """The component that an expression is; None where it has no value that can be shown."""
    try:
        value = to_tla(scope.value(node))
    except (Undecided, TypeError):
        return None
    # Larger values would drown the expression.
    small = {name: to_tla(v) for name, v in scope.names.items() if isinstance(v, (ModelValue, int, str))}
    return Component(text(node, {} if isinstance(node, Name) else small), value, node, scope)


def parts(node: Node, scope: Scope, many: frozenset[str] = frozenset()) -> Iterator[Expression]:
    """The largest parts such as ``log[i][n].term`` or ``Chosen(b)`` that begin with a variable or a local name.

    ``many``: variables of a binder around ``node``, which have no single value. A definition whose value is TRUE or
    FALSE says less than the parts of the state that it is called with, so those are taken.
    """
    if isinstance(node, (Apply, Name, Call)) and not many & local_names(node):
        if (_is_membership(node) and _is_origin(node, scope)) or _is_path(node, scope):
            yield node
            return
        if isinstance(node, Call) and scope.reads(node):
            inner = [part for argument in node.arguments for part in parts(argument, scope, many)]
            if not _is_truth(node, scope) or all(isinstance(part, Name) and part.of is Of.LOCAL for part in inner):
                yield node
                return
    if isinstance(node, Bind):
        many = many.union(*(bound.names for bound in node.bounds))
    for child in children(node):
        yield from parts(child, scope, many)


def _is_truth(node: Expression, scope: Scope) -> bool:
    try:
        return isinstance(scope.value(node), bool)
    except Undecided:
        return True


def origin(bound: Bound, scope: Scope) -> Expression | None:
    """Where a bound variable comes from, as ``m \\in msgs``; None where that is no part of the state."""
    membership = Apply(op.IN, (Name(bound.names[0], Of.LOCAL), bound.collection))
    return membership if len(bound.names) == 1 and _is_origin(membership, scope) else None


def _is_membership(node: Expression) -> bool:
    return isinstance(node, Apply) and node.operator is op.IN


def _is_origin(node: Expression, scope: Scope) -> bool:
    """Whether a membership is that of one value in a variable, or in a set that a definition of the spec gives."""
    assert isinstance(node, Apply)
    element, container = node.operands
    named = isinstance(element, Name) and element.of is Of.LOCAL
    return named and scope.reads(container) and _is_container(container)


def _is_container(node: Expression) -> bool:
    if isinstance(node, Apply) and node.operator in (op.ADD, op.SUBTRACT, op.UNION, op.INTERSECTION):
        return all(map(_is_container, node.operands))
    return isinstance(node, Call) or _root(node) is not None


def _is_path(node: Expression, scope: Scope) -> bool:
    """Whether this is a variable or a local name, or a part of one."""
    root = _root(node)
    return root is not None and (root.of is Of.VARIABLE or root.name in scope.names)


def _root(node: Expression) -> Name | None:
    """What an expression is a part of, by indices and fields."""
    while isinstance(node, Apply) and node.operator in (op.INDEX, op.FIELD):
        node = node.operands[0]
    return node if isinstance(node, Name) and node.of in (Of.VARIABLE, Of.LOCAL) else None
