"""Walk through the text of an action, past the guards that fail: what it would do, and what keeps it from it.

An action that is not enabled only says so. Here its statements are executed one by one; a guard that
is false is noted and stepped over. So one learns which conjunct fails, whether the action would
otherwise make a given state, and which statement gives a variable its value.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from mc.lang.domains import Domain
from mc.lang.rewrite import executable
from mc.lang.state import NextState, State
from mc.spec.objects import Action, Spec
from mc.trace.components import Scope, Undecided
from mc.trace.explain import definition_tree

#: An action and its arguments.
Call = tuple[Action, tuple[Any, ...]]


@dataclass(frozen=True)
class Conjunct:
    """A part of an action: a guard, or a statement that writes a variable."""

    node: ast.expr | ast.stmt
    scope: Scope
    #: What a guard should be: False where its text is ``if node: return False``.
    expected: bool = True


@dataclass(frozen=True)
class Walk:
    """One way through an action."""

    #: The guards that are false, in order.
    failed: tuple[Conjunct, ...]
    #: The statement that last wrote a variable, for each variable that was written.
    writes: Mapping[str, Conjunct]
    #: The state that it makes; None where some statement cannot be executed.
    state: State | None


class _Draft(NextState):
    """A primed state that tells which variables a statement has written."""

    __slots__ = ("written",)
    written: set[str]

    def __init__(self, domains: Mapping[str, Domain], start: State) -> None:
        super().__init__(domains, start)
        object.__setattr__(self, "written", set())

    def _write(self, name: str, path: tuple[Any, ...], value: Any) -> None:
        self.written.add(name)
        super()._write(name, path, value)


@dataclass
class _Path:
    """How far a walk has come."""

    draft: _Draft
    failed: list[Conjunct] = field(default_factory=list)
    writes: dict[str, Conjunct] = field(default_factory=dict)
    #: Whether a statement could not be executed, so that there is no going on.
    lost: bool = False

    def fork(self, domains: Mapping[str, Domain]) -> _Path:
        return _Path(_Draft(domains, self.draft.freeze()), [*self.failed], {**self.writes}, self.lost)


def walks(spec: Spec, steps: Iterable[Call], state: State) -> Iterator[tuple[Call, Walk]]:
    """All ways through some actions from ``state``: one for each, but for disjunctions."""
    walker = _Walker(spec.variables)
    for action, arguments in steps:
        start = _Path(_Draft(spec.variables, state))
        for path in walker.enter(action.function, (state, start.draft, *arguments), start):
            if action.update is None or path.lost:
                yield (action, arguments), _finish(path)
                continue
            after = path.draft.freeze()
            again = _Path(_Draft(spec.variables, after), path.failed, path.writes)
            for end in walker.enter(action.update, (after, again.draft), again):
                yield (action, arguments), _finish(end)


def initial_walks(spec: Spec) -> Iterator[Walk]:
    """All ways through the rows of ``Init``."""
    walker = _Walker(spec.variables)
    # Init writes every variable, so it does not matter what they are before.
    for start in spec.initial_states()[:1]:
        for function, parameters in spec.init:
            for arguments in itertools.product(*(tuple(p.domain or ()) for p in parameters)):
                path = _Path(_Draft(spec.variables, start))
                yield from map(_finish, walker.enter(function, (path.draft, *arguments), path))


def _finish(path: _Path) -> Walk:
    return Walk(tuple(path.failed), path.writes, None if path.lost else path.draft.freeze())


@dataclass(frozen=True)
class _Walker:
    """Executes definitions that write ``t``; each method gives the paths that it has become."""

    domains: Mapping[str, Domain]
    #: The definitions that were read so far.
    trees: dict[Any, ast.FunctionDef | None] = field(default_factory=dict)

    def enter(self, function: Any, arguments: tuple[Any, ...], path: _Path) -> list[_Path]:
        """Call a definition."""
        if function not in self.trees:
            self.trees[function] = definition_tree(function) if isinstance(function, FunctionType) else None
        tree = self.trees[function]
        if tree is None:
            path.lost = True
            return [path]
        names = [argument.arg for argument in tree.args.args]
        scope = Scope(function.__code__.co_filename, function.__globals__, dict(zip(names, arguments, strict=True)))
        return self.suite(tree.body, scope, path) or [path]

    def suite(self, body: list[ast.stmt], scope: Scope, path: _Path) -> list[_Path] | None:
        """Execute statements; None where none of them returns."""
        for statement in body:
            found = self.statement(statement, scope, path)
            if found is not None or path.lost:
                return found or [path]
        return None

    def statement(self, node: ast.stmt, scope: Scope, path: _Path) -> list[_Path] | None:
        match node:
            case ast.Return(value=ast.Constant(value=True)):
                return [path]
            case ast.Return(value=ast.expr() as value):
                return self.disjuncts(value, scope, path)
            case ast.If(
                test=ast.UnaryOp(op=ast.Not(), operand=conjunct),
                body=[ast.Return(value=ast.Constant(value=False))],
                orelse=[],
            ):
                self.guard(conjunct, scope, path, True)
            case ast.If(test=conjunct, body=[ast.Return(value=ast.Constant(value=False))], orelse=[]):
                self.guard(conjunct, scope, path, False)
            case ast.If(test=test, body=then, orelse=otherwise):
                try:
                    return self.suite(then if scope.value(test) else otherwise, scope, path)
                except Undecided:
                    path.lost = True
            case _:
                self.execute(node, scope, path)
        return None

    def disjuncts(self, node: ast.expr, scope: Scope, path: _Path) -> list[_Path]:
        """Follow what a definition returns: each part of a disjunction is a way of its own."""
        match node:
            case ast.BoolOp(op=ast.Or(), values=parts) if _passes(node, scope, path):
                ways = [(part, path.fork(self.domains)) for part in parts]
                return [end for part, way in ways for end in self.disjuncts(part, _rebound(scope, path, way), way)]
            case ast.BoolOp(op=ast.And(), values=parts):
                ends = [path]
                for part in parts:
                    ends = [e for way in ends for e in self.disjuncts(part, _rebound(scope, path, way), way)]
                return ends
            case ast.Call(func=ast.Name(id=name), args=given, keywords=[]) if _passes(node, scope, path):
                try:
                    arguments = tuple(scope.value(argument) for argument in given)
                except Undecided:
                    path.lost = True
                    return [path]
                return self.enter(scope.globals.get(name), arguments, path)
            case _:
                self.guard(node, scope, path, True)
                return [path]

    def guard(self, node: ast.expr, scope: Scope, path: _Path, expected: bool) -> None:
        """Note a guard that is false, and go on."""
        before = scope.inside({})
        path.draft.written.clear()
        try:
            if bool(scope.value(node)) != expected:
                path.failed.append(Conjunct(node, before, expected))
        except Undecided:
            path.lost = True
        path.writes.update(dict.fromkeys(path.draft.written, Conjunct(node, before)))

    def execute(self, node: ast.stmt, scope: Scope, path: _Path) -> None:
        """Execute a statement that has no guard in it."""
        before = scope.inside({})
        names = {**scope.globals, **scope.names}
        path.draft.written.clear()
        try:
            exec(compile(ast.Module([executable(node)], []), scope.file, "exec"), names)
        except Exception:  # a spec is any Python; and a loop that returns cannot be executed on its own
            path.lost = True
        stored = {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
        scope.names.update({name: names[name] for name in stored & names.keys()})
        path.writes.update(dict.fromkeys(path.draft.written, Conjunct(node, before)))


def _passes(node: ast.expr, scope: Scope, path: _Path) -> bool:
    """Whether a call in ``node`` is given the primed state, and so may write it."""
    calls = (part for part in ast.walk(node) if isinstance(part, ast.Call))
    return any(
        isinstance(given, ast.Name) and scope.names.get(given.id) is path.draft for call in calls for given in call.args
    )


def _rebound(scope: Scope, path: _Path, way: _Path) -> Scope:
    """``scope`` with the primed state of another way."""
    return scope.inside({name: way.draft for name, value in scope.names.items() if value is path.draft})
