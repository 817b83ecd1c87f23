"""Statements that write the primed state: trees of control."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from types import FunctionType

from mc.formula import operators as op
from mc.formula.nodes import (
    TRUE,
    All,
    Apply,
    Assign,
    Each,
    Either,
    Enter,
    Expression,
    If,
    Key,
    Name,
    Of,
    Place,
    Some,
    Test,
    Tree,
    Value,
    With,
    conjunction,
)
from mc.read.python.expressions import Scope
from mc.read.python.statements import End, Loop, Suite, Values, assigned_in, leaves
from mc.read.text import walk

_FALSE = Test(Value(False))


class _Unguarded(ast.NodeTransformer):
    """Makes ``A(s, t)`` of ``if not A(s, t): return False``."""

    def __init__(self, relation: Relation) -> None:
        self.relation = relation

    def visit_If(self, node: ast.If) -> ast.stmt:
        if isinstance(node.test, ast.UnaryOp) and self.relation.calls_relation(node.test):
            return ast.copy_location(ast.Expr(node.test.operand), node)
        self.generic_visit(node)
        return node


def _negation(condition: Expression) -> Expression:
    """``~condition``, at its place."""
    if isinstance(condition, Apply) and condition.operator is op.NOT:
        return condition.operands[0]
    return Apply(op.NOT, (condition,), place=condition.place)


class Relation(Suite):
    """Reads statements that write the primed state: a tree of control."""

    def suite(self, body: Sequence[ast.stmt], scope: Scope) -> Tree:
        """The tree of a definition's body."""
        tree: Tree = self.read(body, scope, self.ended)
        return tree

    def ended(self, how: str, scope: Scope, value: ast.expr | None) -> Tree:
        if value is None:
            return TRUE
        return self.condition(value, scope)

    def condition(self, node: ast.expr, scope: Scope) -> Tree:
        """What a definition returns, or tests: a formula that may call definitions which write."""
        place = self.reader.place(node)
        if not self.calls_relation(node):
            formula = self.reader.expression(node, scope)
            return TRUE if formula == Value(True) else Test(formula, place=place)
        if isinstance(node, ast.BoolOp):
            parts = tuple(self.condition(part, scope) for part in node.values)
            return (All if isinstance(node.op, ast.And) else Either)(parts, place=place)
        if isinstance(node, ast.IfExp):
            test = self.reader.expression(node.test, scope)
            return If(test, self.condition(node.body, scope), self.condition(node.orelse, scope), place=place)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            called = self.reader.namespace.get(node.func.id)
            generator = node.args[0] if len(node.args) == 1 else None
            if called is None and node.func.id == "any" and isinstance(generator, ast.GeneratorExp):
                return self.some(generator.generators, generator.elt, scope, place)
            if isinstance(called, FunctionType):
                return Enter(node.func.id, self.reader.arguments(node, called, scope), place=place)
        raise self.reader.error(node, f"this is no step: {ast.unparse(node)}")

    def some(self, generators: Sequence[ast.comprehension], body: ast.expr, scope: Scope, place: Place) -> Tree:
        """``any(Action(s, t, x) for x in S)``"""
        if not generators:
            return self.condition(body, scope)
        first, *others = generators
        bound, inner = self.reader.bound(first.target, first.iter, first.ifs, scope)
        return Some(bound, self.some(others, body, inner, place), place=place)

    def calls_relation(self, node: ast.AST) -> bool:
        """Whether a definition that writes is called somewhere in a part of a definition."""
        calls = (n for n in walk(node) if isinstance(n, ast.Call))
        return any(isinstance(a, ast.Name) and a.id == "t" for call in calls for a in call.args)

    # Nodes

    def let(self, name: str, value: Expression, body: Tree, node: ast.stmt) -> Tree:
        return With(name, value, body, place=self.reader.place(node))

    def choose(self, test: Expression, then: Tree, otherwise: Tree, node: ast.stmt) -> Tree:
        return If(test, then, otherwise, place=self.reader.place(node))

    def values(self) -> Suite:
        return Values(self.reader)

    def choice(self, test: ast.expr, scope: Scope, then: Tree, otherwise: Tree, node: ast.If) -> Tree:
        place = self.reader.place(node)
        if self.calls_relation(test):
            if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and then == _FALSE:
                return conjunction(place, self.condition(test.operand, scope), otherwise)
            raise self.reader.error(node, "whether a step is possible is asked by: if not Action(s, t): return False")
        condition = self.reader.expression(test, scope)
        if then == _FALSE:
            return conjunction(place, Test(_negation(condition), place=place), otherwise)
        return If(condition, then, otherwise, place=place)

    def fold(self, loop: Loop, body: Tree, node: ast.For, during: Scope) -> Tree:
        if self.writes(node):
            written: Tree = self.read(node.body, during, lambda how, scope, value: TRUE)
            return Each(loop.names, loop.initial, loop.bound, loop.step, written, body, loop.going, place=loop.place)
        for name in reversed(loop.names):
            body = With(name, loop.fold(Name(name, Of.LOCAL)), body, place=loop.place)
        return body

    def loop(self, node: ast.For, rest: Sequence[ast.stmt], scope: Scope, end: End) -> Tree:
        """A step in a loop is always enabled: as a guard it says no more than as a statement."""
        tree: Tree = super().loop(_Unguarded(self).visit(copy.deepcopy(node)), rest, scope, end)
        return tree

    # Effects

    def writes(self, node: ast.stmt) -> bool:
        return self.calls_relation(node) or any(
            isinstance(n, (ast.Attribute, ast.Subscript)) and isinstance(n.ctx, ast.Store) for n in walk(node)
        )

    def branch(self, node: ast.If, rest: Sequence[ast.stmt], scope: Scope, end: End) -> Tree:
        """Branches that come to what follows, and write, are one part of a conjunction with it."""
        joins = rest and self.writes(node) and not leaves([node]) and not self.calls_relation(node.test)
        if not joins:
            tree: Tree = super().branch(node, rest, scope, end)
            return tree
        done: End = lambda how, scope, value: TRUE  # noqa: E731
        parts = (self.read(node.body, scope, done), self.read(node.orelse, scope, done))
        effect = If(self.reader.expression(node.test, scope), *parts, place=self.reader.place(node))
        joined = {name: self.reader.fresh(name) for name in assigned_in([node])}
        following = conjunction(effect.place, effect, self.read(rest, scope.bind(joined), end))
        for name, fresh in reversed(joined.items()):
            following = self.let(fresh, self.value_after(node, name, scope), following, node)
        return following

    def effect(self, node: ast.stmt, rest: Sequence[ast.stmt], scope: Scope, end: End) -> Tree:
        place = self.reader.place(node)
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            part: Tree = self.assignment(node.targets[0], self.reader.expression(node.value, scope), scope, place)
        elif isinstance(node, ast.Expr) and self.calls_relation(node.value):
            part = self.condition(node.value, scope)
        else:
            raise self.reader.unknown(node)
        return conjunction(place, part, self.read(rest, scope, end))

    def assignment(self, target: ast.expr, value: Expression, scope: Scope, place: Place) -> Assign:
        """``t.f[i].x = value``"""
        path: list[Key] = []
        while isinstance(target, (ast.Attribute, ast.Subscript)):
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "t":
                return Assign(target.attr, tuple(reversed(path)), value, place=place)
            if isinstance(target, ast.Attribute):
                path.append(Key(Value(target.attr), True, place=place))
            else:
                path.append(Key(self.reader.expression(target.slice, scope), False, place=place))
            target = target.value
        raise self.reader.error(target, "assign to a name or to a part of t")
