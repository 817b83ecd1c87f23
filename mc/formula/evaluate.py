"""The interpreter of formulas: values of expressions, and the ways through trees of control.

A definition becomes functions of an environment once, and these are called for each state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mc.formula.expressions import FOLLOWING, Compiler, Environment, Evaluate, Slots
from mc.formula.facts import Facts
from mc.formula.nodes import Definition, Definitions, Expression
from mc.formula.walks import Walk, tree
from mc.formula.ways import Ways, ways
from mc.lang import kinds
from mc.lang.domains import Domain

#: The value of a primed variable that has none yet.
UNASSIGNED = object()


class Interpreter:
    """Evaluates the definitions of a spec.

    ``variables``: their domains, in order; ``constants``: what the other free names stand for.
    """

    def __init__(self, definitions: Definitions, variables: Mapping[str, Domain], constants: Mapping[str, Any]) -> None:
        self.definitions = definitions
        self.facts = Facts(definitions)
        self.constants = constants
        self.domains: Sequence[Domain] = tuple(variables.values())
        self.numbers: Mapping[str, int] = {name: number for number, name in enumerate(variables)}
        self._expressions: dict[Definition, tuple[Slots, Evaluate]] = {}
        self._ways: dict[Definition, tuple[Slots, Ways]] = {}
        self._trees: dict[Definition, tuple[Slots, Walk]] = {}
        self._parts: dict[tuple[int, tuple[str, ...]], tuple[Expression, Slots, Evaluate]] = {}

    def value(self, definition: Definition, state: Sequence[Any], arguments: Sequence[Any] = ()) -> Any:
        """The value of a definition in a state, given as the values of the variables."""
        if definition not in self._expressions:
            slots = Slots(definition.parameters)
            self._expressions[definition] = slots, Compiler(self, slots).expression(definition.expression)
        slots, evaluate = self._expressions[definition]
        return evaluate(slots.environment(state, None, None, arguments))

    def holds(self, definition: Definition, state: Sequence[Any]) -> bool:
        """Whether a state predicate is TRUE in a state."""
        return kinds.truth(self.value(definition, state))

    def evaluate(self, node: Expression, state: Sequence[Any], names: Mapping[str, Any]) -> Any:
        """The value of an expression, a part of a definition, whose local names have these values."""
        key = (id(node), tuple(names))
        if key not in self._parts:
            slots = Slots(names)
            # The node is kept, lest another one has its id.
            self._parts[key] = node, slots, Compiler(self, slots).expression(node)
        _, slots, evaluate = self._parts[key]
        return evaluate(slots.environment(state, None, None, tuple(names.values())))

    def ways(self, definition: Definition, state: Sequence[Any], arguments: Sequence[Any]) -> int:
        """How many ways there are through a definition that is a condition and is walked."""
        if definition not in self._ways:
            slots = Slots(definition.parameters)
            self._ways[definition] = slots, ways(Compiler(self, slots), definition.expression)
        slots, count = self._ways[definition]
        return count(slots.environment(state, None, None, arguments))

    def successors(
        self, definition: Definition, state: Sequence[Any] | None, arguments: Sequence[Any]
    ) -> list[tuple[Any, ...]]:
        """The states that an action makes of ``state``, or a row of Init of none: one for each way through it."""
        found: list[tuple[Any, ...]] = []
        unprimed = (UNASSIGNED,) * len(self.domains) if state is None else state
        primed = list(unprimed)
        self.walk(definition, unprimed, primed, lambda: found.append(tuple(primed)), arguments)
        return found

    def walk(
        self,
        definition: Definition,
        state: Sequence[Any],
        primed: list[Any],
        following: Callable[[], None],
        arguments: Sequence[Any],
    ) -> None:
        """Walk a definition whose body is a tree; ``following`` is called at the end of each way."""
        if definition not in self._trees:
            slots = Slots(definition.parameters)
            self._trees[definition] = slots, tree(Compiler(self, slots), definition.tree, _go_on)
        slots, walk = self._trees[definition]
        walk(slots.environment(state, primed, following, arguments))


def _go_on(env: Environment) -> None:
    env[FOLLOWING]()
