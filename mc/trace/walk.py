"""Walk through an action, past the guards that fail: what it would do, and what keeps it from it.

An action that is not enabled only says so. Here its tree of control is walked part by part; a guard that is false is
noted and stepped over. So one learns which conjunct fails, whether the action would otherwise make a given state, and
which part gives a variable its value.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from typing import Any

from mc.dataclass import dataclass
from mc.formula.nodes import All, Assign, Definition, Each, Either, Enter, Expression, If, Some, Test, Tree, With
from mc.lang.state import State, put
from mc.spec.objects import Action, Spec, is_condition
from mc.trace.components import Scope, Undecided
from mc.trace.explain import bindings

#: An action and its arguments.
Call = tuple[Action, tuple[Any, ...]]


@dataclass(frozen=True)
class Guard:
    """A condition of an action, in its scope."""

    condition: Expression
    scope: Scope


@dataclass(frozen=True)
class Walk:
    """One way through an action."""

    #: The guards that are false, in order.
    failed: tuple[Guard, ...]
    #: What last gave a variable its value, for each variable that was written.
    writes: Mapping[str, Assign]
    #: The state that it makes; None where some part cannot be evaluated.
    state: State | None


@dataclass(frozen=True)
class _Path:
    """How far a walk has come."""

    scope: Scope
    #: The values of the primed variables.
    primed: Mapping[str, Any]
    failed: tuple[Guard, ...] = ()
    writes: Mapping[str, Assign] = field(default_factory=dict)
    #: Whether a part could not be evaluated, so that there is no going on.
    lost: bool = False

    def finished(self) -> Walk:
        return Walk(self.failed, self.writes, None if self.lost else State(self.primed))


def walks(spec: Spec, steps: Iterable[Call], state: State) -> Iterator[tuple[Call, Walk]]:
    """All ways through some actions from ``state``, but that a guard has one, however many make it true."""
    for action, arguments in steps:
        start = _Path(Scope(spec, state, {}), state.values)
        for path in _enter(spec.formulas.of(action.function), arguments, start):
            if action.update is None or path.lost:
                yield (action, arguments), path.finished()
                continue
            after = replace(path, scope=Scope(spec, State(path.primed), {}))
            for end in _enter(spec.formulas.of(action.update), (), after):
                yield (action, arguments), end.finished()


def initial_walks(spec: Spec) -> Iterator[Walk]:
    """All ways through the rows of ``Init``."""
    # Init writes every variable, so it does not matter what they are before.
    for start in itertools.islice(spec.initial_states(), 1):
        for function, parameters in spec.init:
            for arguments in itertools.product(*(tuple(p.domain or ()) for p in parameters)):
                if is_condition(function):
                    state = State(dict(zip(spec.variables, arguments, strict=True)))
                    condition = Test(spec.formulas.of(function).expression)
                    path = _Path(Scope(spec, state, {}), state.values)
                    yield from (end.finished() for end in _follow(condition, path))
                    continue
                path = _Path(Scope(spec, start, {}), start.values)
                yield from (end.finished() for end in _enter(spec.formulas.of(function), arguments, path))


def _enter(definition: Definition, arguments: Iterable[Any], path: _Path) -> list[_Path]:
    """Follow a definition; its local names are its own."""
    names = dict(zip(definition.parameters, arguments, strict=True))
    inside = replace(path, scope=replace(path.scope, names=names))
    return [replace(end, scope=path.scope) for end in _follow(definition.tree, inside)]


def _follow(tree: Tree, path: _Path) -> list[_Path]:
    """The paths that a path becomes."""
    try:
        return [path] if path.lost else _ways(tree, path)
    except Undecided:
        return [replace(path, lost=True)]


def _ways(tree: Tree, path: _Path) -> list[_Path]:
    scope = path.scope
    match tree:
        case Test(condition=condition):
            if scope.value(condition):
                return [path]
            return [replace(path, failed=(*path.failed, Guard(condition, scope)))]
        case Assign():
            return [_assigned(tree, path)]
        case All(parts=parts):
            paths = [path]
            for part in parts:
                paths = [end for way in paths for end in _follow(part, way)]
            return paths
        case Either(parts=parts):
            return [end for part in parts for end in _follow(part, path)]
        case Some(bound=bound, body=body):
            inner = (replace(path, scope=scope.inside(names)) for names in bindings((bound,), scope))
            return [replace(end, scope=scope) for way in inner for end in _follow(body, way)]
        case Each():
            return _each(tree, path)
        case If(test=test, then=then, otherwise=otherwise):
            return _follow(then if scope.value(test) else otherwise, path)
        case With(name=name, value=value, body=body):
            ends = _follow(body, replace(path, scope=scope.inside({name: scope.value(value)})))
            return [replace(end, scope=scope) for end in ends]
        case Enter(definition=definition, arguments=arguments):
            return _enter(scope.spec.definition(definition), [scope.value(a) for a in arguments], path)


def _each(node: Each, path: _Path) -> list[_Path]:
    """The paths after the assignments for each element of a set."""
    outer = path.scope
    folded = {name: outer.value(first) for name, first in zip(node.names, node.initial, strict=True)}
    for bound in bindings((node.bound,), outer):
        scope = outer.inside({**folded, **bound})
        if node.going is not None and not scope.value(node.going):
            break
        (path,) = _follow(node.body, replace(path, scope=scope))
        folded = {name: scope.value(step) for name, step in zip(node.names, node.step, strict=True)}
    return [replace(end, scope=outer) for end in _follow(node.then, replace(path, scope=outer.inside(folded)))]


def _assigned(node: Assign, path: _Path) -> _Path:
    """A path with a variable's new value."""
    name, scope = node.variable, path.scope
    value, keys = scope.value(node.value), tuple(scope.value(key.key) for key in node.path)
    try:
        assert isinstance(scope.spec, Spec)
        changed = put(scope.spec.variables[name], path.primed[name], keys, value)
    except Exception as error:  # a value outside its domain, or a place that is not there
        raise Undecided from error
    return replace(path, primed={**path.primed, name: changed}, writes={**path.writes, name: node})
