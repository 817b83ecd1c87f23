"""The ways through an action, had by running its Python once for each.

A definition that is walked asks a list of choices which part of a disjunction, or which element of a set, it is to go
on with. It is run again until every list of choices has been tried, in the order of the text: depth first, the leftmost
part first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any, TypeVar

from mc.lang import kinds

_Made = TypeVar("_Made")


class Choices:
    """What is chosen at each fork of one run, and of how many."""

    def __init__(self) -> None:
        self._taken: list[int] = []
        self._counts: list[int] = []
        self._met = 0

    def one_of(self, count: int) -> int:
        """The number of what is to be chosen at the next fork, which has ``count`` parts, one at least."""
        if self._met == len(self._taken):
            self._taken.append(0)
            self._counts.append(count)
        self._met += 1
        return self._taken[self._met - 1]

    def following(self) -> bool:
        """Go back to the beginning, with the choices of the next run; whether there is one."""
        self._met = 0
        while self._taken and self._taken[-1] + 1 == self._counts[-1]:
            self._taken.pop()
            self._counts.pop()
        if self._taken:
            self._taken[-1] += 1
        return bool(self._taken)


def every(run: Callable[[Choices], _Made]) -> list[_Made]:
    """What ``run`` makes with each list of choices, in order."""
    choices = Choices()
    made = [run(choices)]
    while choices.following():
        made.append(run(choices))
    return made


# What the text of a walked definition calls


def disjunction(choices: Choices, *parts: Callable[[], bool]) -> bool:
    """``P \\/ Q``: each part is a way of its own, whatever the others are."""
    return parts[choices.one_of(len(parts))]()


def exists(choices: Choices, bodies: Iterable[Callable[[], bool]]) -> bool:
    """``\\E x \\in S : P``, given P for each element: a way for each."""
    found = list(bodies)
    return bool(found) and found[choices.one_of(len(found))]()


def walked(definition: Any, choices: Choices, *arguments: Any, **named: Any) -> Any:
    """A definition applied to arguments; what has no text that can be walked is evaluated."""
    walk = definition.__dict__.get(WALK) if isinstance(definition, FunctionType) else None
    return definition(*arguments, **named) if walk is None else walk(choices, *arguments, **named)


def disabled(value: bool | None) -> bool:
    """Whether a step that is called as a statement is not enabled; one that ends without a value always is."""
    return value is not None and not kinds.truth(value)


#: The attribute of an evaluated definition that has the walked one.
WALK = "walk"


def walk_of(definition: FunctionType) -> Callable[[FunctionType], FunctionType]:
    """A decorator that keeps a function as the walked form of ``definition``, and gives ``definition``."""

    def keep(walk: FunctionType) -> FunctionType:
        definition.__dict__[WALK] = walk
        return definition

    return keep


def evaluate_only(definition: FunctionType) -> None:
    """Let a definition be a value, which does not fork."""
    definition.__dict__.pop(WALK, None)
