"""What an expression of a spec is while it is being translated."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import field
from functools import cache
from typing import Any

from mc.dataclass import dataclass
from mc.engine.code.nodes import Bit, Pointer, Word
from mc.engine.store.places import Place
from mc.engine.store.shapes import BoolShape, IntShape, Shape
from mc.formula.nodes import Expression
from mc.formula.operators import Operator


@dataclass(frozen=True)
class Value:
    """Base of all translated values."""

    #: Of one that is made where it is needed: the expression that is refused where it is of no shape.
    node: Expression | None = field(default=None, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True)
class Const(Value):
    """Known while translating: a Python value."""

    value: Any


@dataclass(frozen=True)
class Num(Value):
    """An integer expression; it lies in ``lo..hi`` whatever the state."""

    code: Word
    lo: int
    hi: int


@dataclass(frozen=True)
class Truth(Value):
    """A Boolean expression."""

    code: Bit


@dataclass(frozen=True)
class Packed(Value):
    """An expression for the code of a value of a scalar shape."""

    code: Word
    shape: Shape
    #: Where the value is an element of a bag that a loop ranges over: that bag's place, and its copies.
    bag: Place | None = None
    copies: Word | None = None
    #: Where it is an element of a bitmap that a loop ranges over: its number in the bitmap.
    rank: Word | None = None
    #: Where it is a record of several kinds: the tags that it may have; empty: any.
    tags: frozenset[int] = frozenset()
    #: Where it is a bitmap: the only elements that it may have, as the code of a set.
    possible: int = -1


@dataclass(frozen=True)
class Stored(Value):
    """A value in memory, read when it is used."""

    place: Place
    shape: Shape
    #: As of a packed value.
    possible: int = -1


@dataclass(frozen=True)
class StateRef(Value):
    """A state that variables are read from, or the primed state, which is only written: the pointer to it."""

    pointer: Pointer
    #: Of the state that Init makes: the words of scratch memory with a bit for each variable, set when it is assigned.
    assigned: int | None = None


@dataclass(frozen=True)
class Builder(Value):
    """A value that is made where it is needed: ``fill(place, shape)`` emits code that does."""

    fill: Callable[[Place, Shape], None]
    #: The shape it takes where nothing else is asked for.
    natural: Callable[[], Shape]
    #: Where that is a bitmap: the only elements that it may have, as the code of a set.
    possible: int = -1
    #: Where it is a set: opens a loop over its elements as they are made.
    loop: Callable[[], AbstractContextManager[Value]] | None = None
    #: Whether that loop comes to each element once.
    once: bool = False
    #: Where it is the domain of a function that is stored as a bag: that bag.
    bag: Value | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "natural", cache(self.natural))  # it is asked for more than once


@dataclass(frozen=True)
class Interval(Value):
    """``Range(lo, hi)`` with computed ends."""

    lo: Num
    hi: Num


@dataclass(frozen=True)
class SetOf(Value):
    """A set literal ``{a, b}`` with computed elements."""

    elements: tuple[Value, ...]


@dataclass(frozen=True)
class Tuple(Value):
    """A sequence literal ``(a, b)``."""

    elements: tuple[Value, ...]


@dataclass(frozen=True)
class Asked(Value):
    """A set that is only asked for its members: ``\\cup``, ``\\cap`` or ``\\`` where one side is not written out."""

    operator: Operator
    left: Value
    right: Value


@dataclass(frozen=True)
class BagChange(Value):
    """``bag + {a} - {b}``: a stored bag and the changes to make, in order."""

    bag: Value
    #: "+" or "-", and the elements of which there is one copy more or less, written out or as a set.
    changes: tuple[tuple[str, tuple[Value, ...] | Value], ...]


#: What has no shape before it is made, and is made where it is needed, perhaps in several.
Made = Builder | SetOf | Tuple | BagChange


def exact(value: Any) -> Any:
    """Something that is equal for equal values only; Python's {1} equals its {True}."""
    return frozenset(map(exact, value)) if isinstance(value, frozenset) else (type(value), value)


def num_of(code: Word, shape: IntShape) -> Num:
    """The integer that a code stands for."""
    return Num(code + shape.lo, shape.lo, shape.hi)


def of_code(code: Word, shape: Shape) -> Value:
    """The value that a scalar code stands for."""
    if isinstance(shape, IntShape):
        return num_of(code, shape)
    if isinstance(shape, BoolShape):
        return Truth(code.ne(0))
    return Packed(code, shape)


@dataclass(frozen=True)
class Filter:
    """The elements of a bitmap for which some conditions may hold."""

    #: The names of few values that the conditions depend on.
    keys: tuple[str, ...]
    #: The code of the set of these elements, for each combination of values of the names.
    rows: tuple[int, ...]
    #: The conditions that are left to be evaluated for these elements.
    rest: tuple[Expression, ...]

    @property
    def union(self) -> int:
        """The elements of all rows."""
        code = 0
        for row in self.rows:
            code |= row
        return code
