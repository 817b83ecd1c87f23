"""Expressions as functions of an environment.

An environment is a list: the values of the variables, those of the primed variables, what follows the definition (of
a tree), then the local names of the definition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from mc.errors import EvaluationError
from mc.formula import operators as op
from mc.formula.facts import Facts
from mc.formula.nodes import (
    Apply,
    Bind,
    Binder,
    Bound,
    Call,
    Definition,
    Definitions,
    Each,
    Expression,
    Fold,
    Let,
    Name,
    Node,
    Of,
    Value,
)
from mc.lang import kinds
from mc.lang.domains import Domain
from mc.lang.values import SeqValue

Environment = list[Any]
#: The value of an expression in an environment.
Evaluate = Callable[[Environment], Any]

STATE, PRIMED, FOLLOWING, LOCALS = 0, 1, 2, 3


class Context(Protocol):
    """What the names in a definition stand for that are not its own."""

    definitions: Definitions
    facts: Facts
    constants: Mapping[str, Any]
    #: The variables: the place of each in a state, and their domains in that order.
    numbers: Mapping[str, int]
    domains: Sequence[Domain]

    def value(self, definition: Definition, state: Sequence[Any], arguments: Sequence[Any]) -> Any:
        """The value of a definition in a state, given as the values of the variables."""

    def ways(self, definition: Definition, state: Sequence[Any], arguments: Sequence[Any]) -> int:
        """How many ways there are through a definition that is a condition and is walked."""

    def walk(
        self,
        definition: Definition,
        state: Sequence[Any],
        primed: list[Any],
        following: Callable[[], None],
        arguments: Sequence[Any],
    ) -> None:
        """Walk a definition whose body is a tree; ``following`` is called at the end of each way."""


class Slots:
    """Where local names are in the environment of a definition."""

    def __init__(self, parameters: Iterable[str]) -> None:
        self.numbers: dict[str, int] = {}
        for name in parameters:
            self.slot(name)

    def slot(self, name: str) -> int:
        """The place of a local name."""
        return self.numbers.setdefault(name, LOCALS + len(self.numbers))

    def environment(self, state: Any, primed: Any, following: Any, arguments: Sequence[Any]) -> Environment:
        """An environment in which the parameters have their values."""
        return [state, primed, following, *arguments, *[None] * (len(self.numbers) - len(arguments))]


class Compiler:
    """Makes functions of one definition's expressions."""

    def __init__(self, context: Context, slots: Slots) -> None:
        self.context = context
        self.slots = slots

    # Expressions

    def expression(self, node: Expression) -> Evaluate:
        """The function that evaluates an expression; an error in it names the place."""
        made: Evaluate = _COMPILED[type(node)](self, node)
        return made

    def all(self, nodes: Iterable[Expression]) -> list[Evaluate]:
        return [self.expression(node) for node in nodes]

    def value(self, node: Value) -> Evaluate:
        value = node.value
        return lambda env: value

    def name(self, node: Name) -> Evaluate:
        if node.of is Of.LOCAL:
            slot = self.slots.slot(node.name)
            return lambda env: env[slot]
        if node.of is Of.CONSTANT:
            value = self.context.constants[node.name]
            value = frozenset(value) if isinstance(value, set) else value
            return lambda env: value
        number = self.context.numbers.get(node.name)
        if number is None:
            raise EvaluationError(f"the spec has no variable {node.name!r}")
        if node.of is Of.VARIABLE:
            return lambda env: env[STATE][number]
        return lambda env: env[PRIMED][number]

    def apply(self, node: Apply) -> Evaluate:
        operands = self.all(node.operands)
        if node.operator is op.AND:
            return lambda env: all(kinds.truth(operand(env)) for operand in operands)
        if node.operator is op.OR:
            return lambda env: any(kinds.truth(operand(env)) for operand in operands)
        if node.operator is op.IF:
            test, then, otherwise = operands
            return lambda env: then(env) if kinds.truth(test(env)) else otherwise(env)
        meaning = node.operator.meaning
        assert meaning is not None
        return _checked(node, meaning, operands)

    def call(self, node: Call) -> Evaluate:
        arguments = self.all(node.arguments)
        context, called = self.context, self.context.definitions[node.definition]
        return lambda env: context.value(called, env[STATE], [argument(env) for argument in arguments])

    def let(self, node: Let) -> Evaluate:
        value, slot = self.expression(node.value), self.slots.slot(node.name)
        body = self.expression(node.body)

        def evaluate(env: Environment) -> Any:
            env[slot] = value(env)
            return body(env)

        return evaluate

    def bind(self, node: Bind) -> Evaluate:
        bindings = self.bindings(node.bounds)
        body = self.expression(node.body)
        if node.binder is Binder.FORALL:
            return lambda env: all(kinds.truth(body(env)) for _ in bindings(env))
        if node.binder is Binder.EXISTS:
            return lambda env: any(kinds.truth(body(env)) for _ in bindings(env))
        if node.binder is Binder.SET:
            return lambda env: kinds.set_of([body(env) for _ in bindings(env)])
        if node.binder is Binder.SEQUENCE:
            ordered = self.bindings(node.bounds, kinds.ordered)
            return lambda env: SeqValue(body(env) for _ in ordered(env))
        if node.binder is Binder.SUM:
            return lambda env: kinds.total([body(env) for _ in bindings(env)])
        slot = self.slots.slot(node.bounds[0].names[0])
        if node.binder is Binder.FUNCTION:
            domain = self.expression(node.bounds[0].collection)
            return lambda env: kinds.mapped(((env[slot], body(env)) for _ in bindings(env)), domain(env))

        def choose(env: Environment) -> Any:
            for _ in bindings(env):
                if kinds.truth(body(env)):
                    return env[slot]
            raise EvaluationError("CHOOSE: no element of the set satisfies the condition")

        return choose

    def fold(self, node: Fold) -> Evaluate:
        folded, body = self.folded(node), self.expression(node.body)

        def evaluate(env: Environment) -> Any:
            folded(env)
            return body(env)

        return evaluate

    def folded(self, node: Fold) -> Callable[[Environment], None]:
        """A function that binds the names of a fold to what remains of them after all elements."""
        initial = self.all(node.initial)
        slots = [self.slots.slot(name) for name in node.names]
        bindings, steps = self.bindings((node.bound,)), self.all(node.step)
        going = self.going(node)

        def bind(env: Environment) -> None:
            for slot, value in zip(slots, [first(env) for first in initial], strict=True):
                env[slot] = value
            for _ in bindings(env):
                if not going(env):
                    break
                for slot, value in zip(slots, [step(env) for step in steps], strict=True):
                    env[slot] = value

        return bind

    def going(self, node: Fold | Each) -> Evaluate:
        """Whether a loop takes another element."""
        if node.going is None:
            return lambda env: True
        condition = self.expression(node.going)
        return lambda env: kinds.truth(condition(env))

    def bindings(
        self, bounds: Sequence[Bound], ranged: Callable[[Any], Iterable[Any]] | None = None
    ) -> Callable[[Environment], Iterator[None]]:
        """A function that binds the names in an environment to each of their values in turn.

        ``ranged`` gives the elements of a collection in order; without it, :func:`elements` does.
        """
        ranged = ranged or elements
        first, *others = bounds
        collection = self.expression(first.collection)
        slots = [self.slots.slot(name) for name in first.names]
        condition = None if first.condition is None else self.expression(first.condition)
        inner = self.bindings(others, ranged) if others else None

        def bind(env: Environment) -> Iterator[None]:
            for value in ranged(collection(env)):
                if len(slots) == 1:
                    env[slots[0]] = value
                else:
                    for slot, part in zip(slots, kinds.components(value, len(slots)), strict=True):
                        env[slot] = part
                if condition is not None and not kinds.truth(condition(env)):
                    continue
                if inner is None:
                    yield
                else:
                    yield from inner(env)

        return bind


def _checked(node: Node, meaning: Callable[..., Any], operands: list[Evaluate]) -> Evaluate:
    """A strict operator; an error in it names the place of the node."""
    if len(operands) == 2:
        one, two = operands

        def evaluate_two(env: Environment) -> Any:
            a, b = one(env), two(env)
            try:
                return meaning(a, b)
            except EvaluationError as error:
                raise _placed(error, node) from None

        return evaluate_two

    def evaluate(env: Environment) -> Any:
        values = [operand(env) for operand in operands]
        try:
            return meaning(*values)
        except EvaluationError as error:
            raise _placed(error, node) from None

    return evaluate


def _placed(error: EvaluationError, node: Node) -> EvaluationError:
    return type(error)(f"{node.place}: {error}")


def elements(collection: Any) -> Iterable[Any]:
    """The elements of a set, of a bag or of a sequence, in an order that is the same in each process."""
    if not isinstance(collection, (Domain, Mapping, frozenset, tuple)):
        raise EvaluationError(f"a set or a sequence is needed here, not {kinds.shown(collection)}")
    found: Iterable[Any] = kinds.in_order(collection)
    return found


_COMPILED: Mapping[type, Callable[..., Evaluate]] = {
    Value: Compiler.value,
    Name: Compiler.name,
    Apply: Compiler.apply,
    Call: Compiler.call,
    Bind: Compiler.bind,
    Let: Compiler.let,
    Fold: Compiler.fold,
}
