"""Statements that compute a value: assignments become LETs, loops become folds."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from mc.dataclass import dataclass
from mc.formula import operators as op
from mc.formula.nodes import Apply, Bound, Expression, Fold, Let, Name, Of, Place, Value
from mc.read.python.expressions import Expressions, Scope
from mc.read.text import walk

_Statement = TypeVar("_Statement", ast.Return, ast.Break)

#: How a suite ends: with a return of a value, at its end, or (in a loop) with ``break`` or ``continue``.
End = Callable[[str, Scope, "ast.expr | None"], Any]


@dataclass(frozen=True)
class Loop:
    """What a loop does to the locals that it changes; the fields are those of :class:`Fold`."""

    names: tuple[str, ...]
    initial: tuple[Expression, ...]
    bound: Bound
    step: tuple[Expression, ...]
    going: Expression | None
    place: Place

    def fold(self, body: Expression) -> Fold:
        """What is computed from the names after the loop."""
        return Fold(self.names, self.initial, self.bound, self.step, body, self.going, place=self.place)


def ends(body: Sequence[ast.stmt]) -> bool:
    """Whether no way through a suite comes to its end."""
    for statement in body:
        if isinstance(statement, (ast.Return, ast.Break, ast.Continue)):
            return True
        if isinstance(statement, ast.If) and ends(statement.body) and ends(statement.orelse):
            return True
    return False


def leaves(body: Sequence[ast.stmt]) -> bool:
    """Whether some way through a suite leaves it before its end."""
    return any(isinstance(n, (ast.Return, ast.Break, ast.Continue)) for statement in body for n in walk(statement))


def assigned_in(body: Sequence[ast.stmt]) -> list[str]:
    """The local names that a suite assigns to, in order."""
    found: dict[str, None] = {}
    for node in (n for statement in body for n in walk(statement)):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
        )
        found.update({target.id: None for target in targets if isinstance(target, ast.Name)})
    return list(found)


class Suite:
    """Reads statements that compute a value; what is assigned becomes a LET, a loop becomes a fold."""

    def __init__(self, reader: Expressions) -> None:
        self.reader = reader

    # What the nodes are made of; a tree of control is made of others.

    def let(self, name: str, value: Expression, body: Any, node: ast.stmt) -> Any:
        return Let(name, value, body, place=self.reader.place(node))

    def choice(self, test: ast.expr, scope: Scope, then: Any, otherwise: Any, node: ast.If) -> Any:
        return Apply(op.IF, (self.reader.expression(test, scope), then, otherwise), place=self.reader.place(node))

    def effect(self, node: ast.stmt, rest: Sequence[ast.stmt], scope: Scope, end: End) -> Any:
        raise self.reader.unknown(node)

    # Statements

    def read(self, body: Sequence[ast.stmt], scope: Scope, end: End) -> Any:
        """The value of a suite, where ``end`` says what each of its ends is."""
        if not body:
            return end("fall", scope, None)
        node, rest = body[0], body[1:]
        if isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            return self.read(rest, scope, end)
        if isinstance(node, ast.Return):
            return end("return", scope, node.value)
        if isinstance(node, (ast.Break, ast.Continue)):
            return end("break" if isinstance(node, ast.Break) else "continue", scope, None)
        if isinstance(node, ast.If):
            return self.branch(node, rest, scope, end)
        if isinstance(node, ast.For):
            return self.loop(node, rest, scope, end)
        assigned = self.assigned(node, scope)
        if assigned is None:
            return self.effect(node, rest, scope, end)
        name, value = assigned
        fresh = self.reader.fresh(name)
        return self.let(fresh, value, self.read(rest, scope.bind({name: fresh}), end), node)

    def assigned(self, node: ast.stmt, scope: Scope) -> tuple[str, Expression] | None:
        """The local name that a statement assigns to, and its value."""
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            load = ast.copy_location(ast.Name(node.target.id, ast.Load()), node)
            value: ast.expr = ast.copy_location(ast.BinOp(load, node.op, node.value), node)
            return node.target.id, self.reader.expression(value, scope)
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            return node.targets[0].id, self.reader.expression(node.value, scope)
        return None

    def branch(self, node: ast.If, rest: Sequence[ast.stmt], scope: Scope, end: End) -> Any:
        """What follows an ``if`` is read once where both branches come to it and only assign locals."""
        if leaves(node.body) or leaves(node.orelse) or self.writes(node):
            then = self.read([*node.body, *([] if ends(node.body) else rest)], scope, end)
            otherwise = self.read([*node.orelse, *([] if ends(node.orelse) else rest)], scope, end)
            return self.choice(node.test, scope, then, otherwise, node)
        joined = {name: self.reader.fresh(name) for name in assigned_in([node])}
        inner = self.read(rest, scope.bind(joined), end)
        for name, fresh in reversed(joined.items()):
            inner = self.let(fresh, self.value_after(node, name, scope), inner, node)
        return inner

    def writes(self, node: ast.stmt) -> bool:
        """Whether a statement does anything but compute."""
        return False

    def value_after(self, node: ast.If, name: str, scope: Scope) -> Expression:
        """The value of a local after an ``if``."""

        def end(how: str, scope: Scope, value: ast.expr | None) -> Expression:
            if name not in scope.names:
                raise self.reader.error(node, f"{name} has a value only where this condition holds")
            return Name(scope.names[name], Of.LOCAL, place=self.reader.place(node))

        inner = Values(self.reader)
        then, otherwise = inner.read(node.body, scope, end), inner.read(node.orelse, scope, end)
        test = self.reader.expression(node.test, scope)
        return Apply(op.IF, (test, then, otherwise), place=self.reader.place(node))

    def loop(self, node: ast.For, rest: Sequence[ast.stmt], scope: Scope, end: End) -> Any:
        """A loop as a fold over the locals that it changes; where it can be left early, also over how it was left."""
        if node.orelse:
            raise self.reader.error(node, "a loop is: for x in S: ...")
        bound, inner = self.reader.bound(node.target, node.iter, [], scope)
        folded = {name: scope.names[name] for name in assigned_in(node.body) if name in scope.names}
        returns = list(_own(node.body, ast.Return))
        values = {ast.dump(r.value) if r.value is not None else "" for r in returns}
        constant = len(values) == 1 and isinstance(returns[0].value, (ast.Constant, type(None)))
        initial: list[Expression] = [Name(name, Of.LOCAL) for name in folded.values()]
        if returns or any(_own(node.body, ast.Break)):
            folded[_LEFT] = _LEFT
            initial.append(Value(_RUNS))
        if returns and not constant:
            folded[_RESULT] = _RESULT
            initial.append(Value(None))
        during = inner.bind({name: self.reader.fresh(name) for name in folded})
        steps = tuple(self.step(node, during, name) for name in folded)
        names = tuple(during.names[name] for name in folded)
        going = None
        if _LEFT in folded:
            going = Apply(op.EQ, (Name(during.names[_LEFT], Of.LOCAL), Value(_RUNS)), place=self.reader.place(node))
        after = scope.bind(dict(zip(folded, names, strict=True)))
        body = self.read(rest, after, end)
        if returns:
            left = Apply(op.EQ, (Name(after.names[_LEFT], Of.LOCAL), Value(_RETURNED)))
            value = returns[0].value if constant else ast.copy_location(ast.Name(_RESULT, ast.Load()), node)
            body = self.choose(left, end("return", after, value), body, node)
        return self.fold(Loop(names, tuple(initial), bound, steps, going, self.reader.place(node)), body, node, during)

    def step(self, node: ast.For, scope: Scope, name: str) -> Expression:
        """What one pass of a loop makes of a local, or of how the loop was left and with what."""
        place = self.reader.place(node)

        def end(how: str, after: Scope, value: ast.expr | None) -> Expression:
            if name == _LEFT:
                return Value({"return": _RETURNED, "break": _BROKEN}.get(how, _RUNS))
            if name == _RESULT and how == "return":
                return self.reader.returned(value, after)
            return Name(after.names[name], Of.LOCAL, place=place)

        stepped: Expression = self.values().read(node.body, scope, end)
        return stepped

    def values(self) -> Suite:
        """What reads the values of locals in a suite."""
        return Suite(self.reader)

    def choose(self, test: Expression, then: Any, otherwise: Any, node: ast.stmt) -> Any:
        return Apply(op.IF, (test, then, otherwise), place=self.reader.place(node))

    def fold(self, loop: Loop, body: Any, node: ast.For, during: Scope) -> Any:
        """``body`` after a loop; ``during``: the names in the loop."""
        return loop.fold(body)


class Values(Suite):
    """Reads what the locals of a suite become, whatever else it does."""

    def effect(self, node: ast.stmt, rest: Sequence[ast.stmt], scope: Scope, end: End) -> Any:
        return self.read(rest, scope, end)


#: How a loop is left, as a number in a local of its own; and what it returns. No name of a spec is written so.
_LEFT, _RESULT = "<left>", "<result>"
_RUNS, _BROKEN, _RETURNED = 0, 1, 2


def _own(body: Sequence[ast.stmt], kind: type[_Statement]) -> Iterator[_Statement]:
    """The statements of a kind that leave the loop with this body (a return leaves loops within it, too)."""
    for node in body:
        if isinstance(node, kind):
            yield node
        elif isinstance(node, ast.If):
            yield from _own(node.body, kind)
            yield from _own(node.orelse, kind)
        elif isinstance(node, ast.For) and kind is ast.Return:
            yield from _own(node.body, kind)
