"""What ranges over sets: quantifiers, sets by a condition or an expression, CHOOSE."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from mc.errors import EvaluationError, KindError
from mc.formula import standard
from mc.formula.nodes import Apply, Bind, Binder, Bound, Node
from mc.interpreter.combined import Filter
from mc.interpreter.environment import Environment, Evaluate, captured, failed, placed
from mc.interpreter.forms import written
from mc.interpreter.program import Compiler
from mc.interpreter.sets import Display, SetValue, displayed, elements, is_set
from mc.interpreter.shown import text

#: The slot of a bound name, or those of the names of a tuple.
Slots = int | tuple[int, ...]


def slots_of(compiler: Compiler, bound: Bound) -> Slots:
    """The slots of the names of a bound."""
    found = tuple(map(compiler.scope.slot, bound.names))
    return found[0] if len(found) == 1 else found


def bind_tuple(env: Environment, slots: Slots, value: Any, node: Node) -> None:
    """Bind a name to a value, or names to the parts of one."""
    if isinstance(slots, int):
        env[slots] = value
        return
    parts = written(value)
    if not isinstance(parts, tuple) or len(parts) != len(slots):
        raise failed(f"a tuple of {len(slots)} components is needed, not {text(value)}", node)
    for slot, part in zip(slots, tuple.__iter__(parts), strict=True):
        env[slot] = part


def ranged(compiler: Compiler, bound: Bound, node: Node) -> Callable[[Environment], Sequence[Any]]:
    """The elements of what a bound ranges over, in order."""
    if isinstance(bound.collection, Apply) and bound.collection.operator is standard.UNBOUNDED:
        raise_unbounded = failed("TLC attempted to evaluate an unbounded quantifier or CHOOSE: give it a set", node)

        def fail(env: Environment) -> Sequence[Any]:
            raise raise_unbounded

        return fail
    collection, order = compiler.expression(bound.collection), compiler.program.order

    def evaluate(env: Environment) -> Sequence[Any]:
        found = collection(env)
        try:
            return elements(found, order)
        except EvaluationError as error:
            raise placed(error, bound.collection) from None

    if not compiler.is_fixed(bound.collection):
        return evaluate
    known: Sequence[Any] | None = None

    def once(env: Environment) -> Sequence[Any]:
        nonlocal known
        if known is None:
            known = evaluate(env)
        return known

    return once


#: Binds names in an environment, in turn to each of their values.
Bindings = Callable[[Environment], Iterator[None]]


def bindings(compiler: Compiler, bounds: Sequence[Bound], node: Node) -> Bindings:
    """The first name takes its next value first; all sets are evaluated before."""
    collections = _collections(compiler, bounds, node)
    slots = [slots_of(compiler, bound) for bound in bounds]

    if len(slots) == 2:
        one, two = slots
        if isinstance(one, int) and isinstance(two, int):

            def bind_two(env: Environment) -> Iterator[None]:
                first, second = collections(env)
                for env[two] in second:
                    for env[one] in first:
                        yield

            return bind_two

    def bind(env: Environment) -> Iterator[None]:
        ranges = collections(env)
        if not all(map(len, ranges)):
            return
        yield from _bound(env, ranges, len(ranges) - 1)

    def _bound(env: Environment, ranges: Sequence[Sequence[Any]], last: int) -> Iterator[None]:
        where = slots[last]
        for value in ranges[last]:
            bind_tuple(env, where, value, node)
            if last:
                yield from _bound(env, ranges, last - 1)
            else:
                yield

    return bind


def _collections(
    compiler: Compiler, bounds: Sequence[Bound], node: Node
) -> Callable[[Environment], list[Sequence[Any]]]:
    """What all bounds range over; the same expression is evaluated once."""
    distinct: dict[int, int] = {}
    for bound in bounds:
        distinct.setdefault(id(bound.collection), len(distinct))
    first = {distinct[id(bound.collection)]: bound for bound in reversed(bounds)}
    ranges = [ranged(compiler, first[number], node) for number in range(len(distinct))]
    numbers = [distinct[id(bound.collection)] for bound in bounds]

    def evaluate(env: Environment) -> list[Sequence[Any]]:
        found = [each(env) for each in ranges]
        return [found[number] for number in numbers]

    return evaluate


def bind(compiler: Compiler, node: Bind) -> Evaluate:
    return _RULES[node.binder](compiler, node)


def _quantified(compiler: Compiler, node: Bind) -> Evaluate:
    body, found = compiler.condition(node.body), node.binder is Binder.EXISTS
    if len(node.bounds) == 1:
        slots, values = slots_of(compiler, node.bounds[0]), ranged(compiler, node.bounds[0], node)
        if isinstance(slots, int):

            def evaluate(env: Environment) -> bool:
                for value in values(env):
                    env[slots] = value
                    if body(env) is found:
                        return found
                return not found

            return evaluate
    each = bindings(compiler, node.bounds, node)

    def evaluate_all(env: Environment) -> bool:
        for _ in each(env):
            if body(env) is found:
                return found
        return not found

    return evaluate_all


def _choose(compiler: Compiler, node: Bind) -> Evaluate:
    bound, body = node.bounds[0], compiler.condition(node.body)
    slots, values = slots_of(compiler, bound), ranged(compiler, bound, node)

    def evaluate(env: Environment) -> Any:
        for value in values(env):
            bind_tuple(env, slots, value, node)
            if body(env):
                return value
        raise failed("Attempted to compute CHOOSE x \\in S: P, but no element of S satisfied P", node)

    return evaluate


def _set(compiler: Compiler, node: Bind) -> Evaluate:
    bound = node.bounds[0]
    if bound.condition is not None:
        return _filtered(compiler, node, bound)
    body, order = compiler.expression(node.body), compiler.program.order
    slots = slots_of(compiler, bound)
    if len(node.bounds) == 1 and isinstance(slots, int):
        values = ranged(compiler, bound, node)

        def evaluate(env: Environment) -> Any:
            found = []
            for value in values(env):
                env[slots] = value
                found.append(body(env))
            return displayed(found, order)

        return evaluate
    each = bindings(compiler, node.bounds, node)
    return lambda env: displayed([body(env) for _ in each(env)], order)


def _filtered(compiler: Compiler, node: Bind, bound: Bound) -> Evaluate:
    """``{x \\in S : P}``: written out where S is."""
    assert bound.condition is not None
    collection, condition = compiler.expression(bound.collection), compiler.condition(bound.condition)
    slots, order = slots_of(compiler, bound), compiler.program.order
    facts = compiler.program.analysis.facts(bound.condition)
    names = facts.names - frozenset(bound.names)
    free = tuple(sorted(map(compiler.scope.slot, names)))

    def evaluate(env: Environment) -> Any:
        base = collection(env)
        if isinstance(base, SetValue) and not base.is_reducible:
            return Filter(base, _test(captured(env, free), slots))
        if not is_set(base):
            raise placed(KindError(f"a set is needed, not {text(base)}"), bound.collection)
        found = []
        try:
            values = elements(base, order)
        except EvaluationError as error:
            raise placed(error, bound.collection) from None
        for value in values:
            bind_tuple(env, slots, value, node)
            if condition(env):
                found.append(value)
        return displayed(found, order) if isinstance(base, Display) else frozenset(found)

    def _test(env: Environment, slots: Slots) -> Callable[[Any], bool]:
        def test(value: Any) -> bool:
            bind_tuple(env, slots, value, node)
            return condition(env)

        return test

    return evaluate


_RULES: dict[Binder, Callable[[Compiler, Bind], Evaluate]] = {
    Binder.EXISTS: _quantified,
    Binder.FORALL: _quantified,
    Binder.CHOOSE: _choose,
    Binder.SET: _set,
}
