"""Parts of the state that an expression of a spec looks at, such as ``log[s1][2].term``.

A part is kept as its syntax tree and what the names in it mean, so that it has a value in every state
of a behavior: where it last changed is found by evaluating it again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import FunctionType
from typing import Any

from mc.lang.rewrite import executable
from mc.lang.state import State
from mc.lang.text import Place, to_tla
from mc.lang.values import ModelValue


class Undecided(Exception):
    """An expression of the spec cannot be evaluated on its own."""


@dataclass
class Scope:
    """What the names in an expression mean."""

    file: str
    globals: Mapping[str, Any]
    names: dict[str, Any]

    def value(self, node: ast.expr) -> Any:
        """The value of an expression; :class:`Undecided` where it has none."""
        code = compile(ast.Expression(executable(node)), self.file, "eval")
        try:
            # One namespace: a comprehension does not see the local variables of eval.
            return eval(code, {**self.globals, **self.names})
        except Exception as error:  # a spec is any Python, so this may be any exception
            raise Undecided from error

    def inside(self, names: Mapping[str, Any]) -> Scope:
        """This scope with more names in it."""
        return replace(self, names={**self.names, **names})

    def at(self, state: State) -> Scope:
        """This scope in another state."""
        return self.inside({name: state for name, value in self.names.items() if isinstance(value, State)})

    def is_definition(self, node: ast.expr) -> bool:
        """Whether a name stands for a definition of the spec itself."""
        found = self.globals.get(node.id) if isinstance(node, ast.Name) else None
        return isinstance(found, FunctionType) and found.__globals__ is self.globals


@dataclass(frozen=True)
class Component:
    """One part and its value, both as TLA+ text."""

    #: As written, with bound variables replaced by what they stand for.
    text: str
    value: str
    node: ast.expr = field(repr=False)
    scope: Scope = field(repr=False)

    def __str__(self) -> str:
        return self.text if isinstance(self.node, ast.Compare) else f"{self.text} = {self.value}"

    @property
    def place(self) -> Place | None:
        """Where it is in the state, the variable's name first; None where it is no part of a variable."""
        keys: list[Any] = []
        node = self.node
        try:
            if isinstance(node, ast.Compare):
                keys, node = [self.scope.value(node.left)], node.comparators[0]
            while isinstance(node, (ast.Attribute, ast.Subscript)):
                key = node.attr if isinstance(node, ast.Attribute) else self.scope.value(node.slice)
                keys[:0] = key if isinstance(key, tuple) else (key,)
                node = node.value
        except Undecided:
            return None
        of_state = isinstance(node, ast.Name) and isinstance(self.scope.names.get(node.id), State)
        return tuple(keys) if of_state and keys else None

    def last_changed(self, states: Sequence[State]) -> int | None:
        """The number (from 1) of the state in which it took its value in the last one; None if not of the state."""
        if not any(isinstance(self.scope.names.get(name), State) for name in names_in(self.node)):
            return None
        number = len(states)
        while number > 1 and self._value_in(states[number - 2]) == self.value:
            number -= 1
        return number

    def _value_in(self, state: State) -> str | None:
        try:
            return to_tla(self.scope.at(state).value(self.node))
        except (Undecided, TypeError):
            return None


def component_of(node: ast.expr, scope: Scope) -> Component | None:
    """The component that an expression is; None where it has no value that can be shown."""
    try:
        value = to_tla(scope.value(node))
    except (Undecided, TypeError):
        return None
    return Component(_text(node, scope), value, node, scope)


def parts(node: ast.AST, scope: Scope, many: frozenset[str] = frozenset()) -> Iterator[ast.expr]:
    """The largest parts such as ``s.log[i][n].term`` or ``Chosen(s)`` that begin with a name of the scope.

    ``many``: variables of a comprehension around ``node``, which have no single value. A definition whose
    value is TRUE or FALSE says less than the parts of the state that it is called with, so those are taken.
    """
    if isinstance(node, ast.expr) and not many & names_in(node):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In) and _is_origin(node, scope):
            yield node
            return
        if isinstance(node, (ast.Attribute, ast.Subscript, ast.Name)) and _root(node) in scope.names:
            yield node
            return
        if isinstance(node, ast.Call) and scope.is_definition(node.func) and _looks_at_state(node, scope):
            inner = [part for child in ast.iter_child_nodes(node) for part in parts(child, scope, many)]
            if not _is_truth(node, scope) or all(isinstance(part, ast.Name) for part in inner):
                yield node
                return
    if isinstance(node, (ast.GeneratorExp, ast.SetComp, ast.ListComp, ast.DictComp)):
        many = many.union(*(names_in(g.target) for g in node.generators))
    for child in ast.iter_child_nodes(node):
        yield from parts(child, scope, many)


def _is_truth(node: ast.expr, scope: Scope) -> bool:
    try:
        return isinstance(scope.value(node), bool)
    except Undecided:
        return True


def origin(generator: ast.comprehension, scope: Scope) -> ast.expr | None:
    """Where a bound variable comes from, as ``m in s.msgs``; None where that is no part of the state."""
    if not isinstance(generator.target, ast.Name):
        return None
    membership = ast.Compare(ast.Name(generator.target.id, ast.Load()), [ast.In()], [generator.iter])
    ast.fix_missing_locations(membership)
    return membership if _is_origin(membership, scope) else None


def _is_origin(node: ast.Compare, scope: Scope) -> bool:
    """Whether a membership is that of one value in a variable, or in a set that a definition of the spec gives."""
    element, container = node.left, node.comparators[0]
    return isinstance(element, ast.Name) and _looks_at_state(container, scope) and _is_container(container, scope)


def _is_container(node: ast.expr, scope: Scope) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_container(node.left, scope) and _is_container(node.right, scope)
    if isinstance(node, ast.Call):
        return scope.is_definition(node.func)
    return isinstance(node, (ast.Attribute, ast.Subscript))


def _looks_at_state(node: ast.expr, scope: Scope) -> bool:
    return any(isinstance(scope.names.get(name), State) for name in names_in(node))


def _root(node: ast.expr) -> str:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


class _Written(ast.NodeTransformer):
    """An expression as TLA+ has it: without the state, and with values in the place of bound variables."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.value, ast.Name) and isinstance(self.scope.names.get(node.value.id), State):
            return ast.Name(node.attr, ast.Load())
        return ast.Attribute(self.visit(node.value), node.attr, ast.Load())

    def visit_Call(self, node: ast.Call) -> ast.expr:
        arguments = [
            self.visit(argument)
            for argument in node.args
            if not (isinstance(argument, ast.Name) and isinstance(self.scope.names.get(argument.id), State))
        ]
        if not arguments and not node.keywords and len(node.args):
            return node.func
        return ast.Call(node.func, arguments, [self.visit(keyword) for keyword in node.keywords])

    def visit_Name(self, node: ast.Name) -> ast.expr:
        value = self.scope.names.get(node.id)
        # Larger values would drown the expression.
        return ast.Name(to_tla(value), ast.Load()) if isinstance(value, (ModelValue, int, str)) else node


def _text(node: ast.expr, scope: Scope) -> str:
    if isinstance(node, ast.Name):
        return node.id
    written = _Written(scope).visit(ast.parse(ast.unparse(node), mode="eval").body)
    text = ast.unparse(ast.fix_missing_locations(written))
    return text.replace(" in ", " \\in ") if isinstance(node, ast.Compare) else text


def names_in(node: ast.AST) -> set[str]:
    """All names in an expression."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
