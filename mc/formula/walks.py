"""Trees of control as functions of an environment that walk them.

Each way through a tree is one successor, as TLC counts them (``tlc2.tool.Tool.getNextStates``): what follows a tree is
called at the end of each of its ways.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mc.errors import EvaluationError, McError
from mc.formula.expressions import PRIMED, STATE, Compiler, Environment
from mc.formula.nodes import All, Assign, Each, Either, Enter, If, Some, Test, Tree, With
from mc.formula.ways import ways
from mc.lang import kinds
from mc.lang.state import put

#: Walks a tree in an environment, and what follows it.
Walk = Callable[[Environment], None]


def tree(compiler: Compiler, node: Tree, following: Walk) -> Walk:
    """The function that walks a tree, and ``following`` at the end of each of its ways."""
    made: Walk = _WALKED[type(node)](compiler, node, following)
    return made


def _test(compiler: Compiler, node: Test, following: Walk) -> Walk:
    count = ways(compiler, node.condition)

    def walk(env: Environment) -> None:
        for _ in range(count(env)):
            following(env)

    return walk


def _conjunction(compiler: Compiler, node: All, following: Walk) -> Walk:
    for part in reversed(node.parts):
        following = tree(compiler, part, following)
    return following


def _disjunction(compiler: Compiler, node: Either, following: Walk) -> Walk:
    ways = [tree(compiler, part, following) for part in node.parts]

    def walk(env: Environment) -> None:
        for way in ways:
            way(env)

    return walk


def _some(compiler: Compiler, node: Some, following: Walk) -> Walk:
    bindings, body = compiler.bindings((node.bound,)), tree(compiler, node.body, following)

    def walk(env: Environment) -> None:
        for _ in bindings(env):
            body(env)

    return walk


def _branch(compiler: Compiler, node: If, following: Walk) -> Walk:
    test = compiler.expression(node.test)
    then, otherwise = tree(compiler, node.then, following), tree(compiler, node.otherwise, following)
    return lambda env: then(env) if kinds.truth(test(env)) else otherwise(env)


def _definition(compiler: Compiler, node: With, following: Walk) -> Walk:
    value, slot = compiler.expression(node.value), compiler.slots.slot(node.name)
    body = tree(compiler, node.body, following)

    def walk(env: Environment) -> None:
        env[slot] = value(env)
        body(env)

    return walk


def _each(compiler: Compiler, node: Each, following: Walk) -> Walk:
    initial, steps = compiler.all(node.initial), compiler.all(node.step)
    slots = [compiler.slots.slot(name) for name in node.names]
    bindings = compiler.bindings((node.bound,))
    then, going = tree(compiler, node.then, following), compiler.going(node)
    primed: list[Any] = []

    def written(env: Environment) -> None:
        primed[:] = env[PRIMED]

    body = tree(compiler, node.body, written)

    def walk(env: Environment) -> None:
        kept = list(env[PRIMED])
        for slot, value in zip(slots, [first(env) for first in initial], strict=True):
            env[slot] = value
        for _ in bindings(env):
            if not going(env):
                break
            # The body leaves the primed variables as they were before it; what it made is in `primed`.
            body(env)
            env[PRIMED][:] = primed
            for slot, value in zip(slots, [step(env) for step in steps], strict=True):
                env[slot] = value
        then(env)
        env[PRIMED][:] = kept

    return walk


def _enter(compiler: Compiler, node: Enter, following: Walk) -> Walk:
    arguments = compiler.all(node.arguments)
    context, entered = compiler.context, compiler.context.definitions[node.definition]

    def walk(env: Environment) -> None:
        given = [argument(env) for argument in arguments]
        context.walk(entered, env[STATE], env[PRIMED], lambda: following(env), given)

    return walk


def _assign(compiler: Compiler, node: Assign, following: Walk) -> Walk:
    number = compiler.context.numbers.get(node.variable)
    if number is None:
        raise EvaluationError(f"the spec has no variable {node.variable!r}")
    domain = compiler.context.domains[number]
    value, path = compiler.expression(node.value), compiler.all(key.key for key in node.path)

    def walk(env: Environment) -> None:
        primed = env[PRIMED]
        kept = primed[number]
        with_value = value(env)
        keys = tuple(key(env) for key in path)
        try:
            primed[number] = put(domain, kept, keys, with_value)
        except McError as error:
            raise type(error)(f"{node.place}: variable {node.variable}: {error}") from None
        following(env)
        primed[number] = kept

    return walk


_WALKED: Mapping[type, Callable[..., Walk]] = {
    Test: _test,
    Assign: _assign,
    All: _conjunction,
    Either: _disjunction,
    Some: _some,
    Each: _each,
    If: _branch,
    With: _definition,
    Enter: _enter,
}
