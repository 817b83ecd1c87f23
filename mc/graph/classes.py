"""Classes of states that look alike: that have the same values of some expressions.

Under symmetry an explored state stands for its orbit, so values that differ only by a renaming count as one. That is
sound where an expression follows a renaming: its value in the renamed state is its renamed value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from mc.dataclass import dataclass
from mc.errors import UsageError
from mc.graph.explored import Explored, Permutation
from mc.lang.state import State, renamed
from mc.lang.text import to_tla
from mc.lang.values import rename

Values = tuple[Any, ...]
#: Texts tell values apart as TLA+ does; for Python, TRUE equals 1.
Texts = tuple[str, ...]
#: Values that differ only by a renaming, at most.
MOST_IMAGES = 10_000


class Expression(Protocol):
    """What a state shows, in the language of its spec."""

    @property
    def text(self) -> str:
        """As it was given."""

    def value(self, state: State) -> Any:
        """The TLA+ value in ``state``; :class:`UsageError` where there is none."""


@dataclass(frozen=True)
class Variable:
    """The expression that a variable is."""

    text: str

    def value(self, state: State) -> Any:
        return state.values[self.text]


def classify(explored: Explored, expressions: Sequence[Expression]) -> tuple[list[int], list[Values]]:
    """The class of each state by the values of ``expressions``, and the values of each class.

    :class:`UsageError` where an expression cannot be evaluated, or does not follow a renaming.
    """
    symmetry = _Symmetry(explored, expressions)
    numbers: dict[Texts, int] = {}
    found, values = [], []
    for state in explored.states:
        texts, least = symmetry.least(state)
        if texts not in numbers:
            numbers[texts] = len(numbers)
            values.append(least)
        found.append(numbers[texts])
    return found, values


class _Symmetry:
    """What a model's symmetry makes of the values of some expressions."""

    def __init__(self, explored: Explored, expressions: Sequence[Expression]) -> None:
        self.expressions = expressions
        self.names = explored.symmetry
        self.swaps = explored.swaps
        self.known: dict[Texts, tuple[Texts, Values]] = {}

    def least(self, state: State) -> tuple[Texts, Values]:
        """Of all values that differ from those in ``state`` only by a renaming, the least by their texts."""
        values = tuple(expression.value(state) for expression in self.expressions)
        texts = _texts(values)
        if texts not in self.known:
            self.check(state, values)
            self.known[texts] = min(self.images(texts, values).items(), key=lambda image: image[0])
        return self.known[texts]

    def images(self, texts: Texts, values: Values) -> dict[Texts, Values]:
        """All that the symmetry makes of some values, by their texts."""
        found = {texts: values}
        todo = [values]
        while todo:
            renamings = [_renamed(todo[-1], swap) for swap in self.swaps]
            new = {text: image for image in renamings if (text := _texts(image)) not in found}
            found |= new
            todo[-1:] = new.values()
            if len(found) > MOST_IMAGES:
                raise UsageError(
                    f"the symmetry ({', '.join(self.names)}) makes more than {MOST_IMAGES:,} values of one; give"
                    " smaller constants with -c NAME=VALUE, or an expression that tells less"
                )
        return found

    def check(self, state: State, values: Values) -> None:
        for swap in self.swaps:
            for expression, value in zip(self.expressions, _renamed(values, swap), strict=True):
                if to_tla(expression.value(renamed(state, swap))) != to_tla(value):
                    raise UsageError(
                        f"the expression {expression.text!r} depends on the names or on the order of values that the"
                        f" symmetry ({', '.join(self.names)}) renames; give another expression, or --symmetry none"
                    )


def _renamed(values: Values, mapping: Permutation) -> Values:
    return tuple(rename(value, mapping) for value in values)


def _texts(values: Values) -> Texts:
    return tuple(map(to_tla, values))
