"""Values of definitions that depend on nothing but their arguments: kept, and not worked out again.

What the properties of an algorithm are about, the permutations of a sequence or what is reachable in a graph, is often
asked of a few values in all states. Only that is kept whose arguments have values in normal form, and only while it is
asked for again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mc.errors import EvaluationError
from mc.interpreter.environment import Environment, Evaluate, Thunk, Variable
from mc.interpreter.values import NORMAL
from mc.lang.values import SeqValue

#: Elements of the values that are kept for one definition, at most.
MOST = 200_000
#: After so many applications it is looked at whether one in so many was kept.
TRIED, USED = 1000, 4


class Memo:
    """The values of one definition, by its arguments."""

    def __init__(self) -> None:
        #: Sequences tell 1 from TRUE.
        self._values: dict[SeqValue, Any] = {}
        self._elements = self._asked = self._found = 0
        #: Whether values are kept.
        self.is_used = True

    def evaluate(self, parameters: int, enter: Callable[[Environment], Environment], body: Evaluate) -> Evaluate:
        """An application of the definition, whose ``parameters`` come first among the local names."""
        arguments = slice(2, 2 + parameters)

        def evaluate(env: Environment) -> Any:
            inner = enter(env)
            if not self.is_used:
                return body(inner)
            key = _key(inner, arguments)
            if key is None:
                return body(inner)
            self._asked += 1
            found = self._values.get(key, self)
            if found is not self:
                self._found += 1
                return found
            found = body(inner)
            self._keep(key, found)
            return found

        return evaluate

    def _keep(self, key: SeqValue, value: Any) -> None:
        if self._asked >= TRIED:
            self.is_used = self._found * USED > self._asked
            self._asked = self._found = 0
        self._elements += 1 + (len(value) if isinstance(value, (frozenset, tuple)) else 0)
        if self._elements > MOST or not self.is_used:
            self._values.clear()
            self._elements = 0
        self._values[key] = value


def _key(env: Environment, arguments: slice) -> SeqValue | None:
    """The arguments in an environment, which has their values from here on; None where one has none in normal form."""
    found = env[arguments]
    for number, argument in enumerate(found):
        kind = type(argument)
        if kind is Thunk:
            try:
                found[number] = argument.force_value(env[0], env[1])
            except (EvaluationError, RecursionError):
                # Its value may never be asked for.
                return None
        elif kind is Variable:
            found[number] = env[argument.where][argument.number]
        # Nor is a formula a key: it may be walked later, if the definition does not ask for its value.
        if type(found[number]) not in NORMAL or type(found[number]) is bool:
            return None
    env[arguments] = found
    return SeqValue(found)
