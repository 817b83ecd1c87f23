"""Statements, and functions of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from mc.dataclass import dataclass
from mc.engine.code.nodes import Bit, Code, Pointer, Type, Word


class Statement:
    """What a function does; see its subclasses."""

    __slots__ = ()


@dataclass(frozen=True)
class Assign(Statement):
    """A local variable gets a value. It has the type of its first one."""

    name: str
    value: Code


@dataclass(frozen=True)
class Store(Statement):
    """An element of memory gets a value, cut to its size."""

    memory: Pointer
    index: Word
    value: Word


@dataclass(frozen=True)
class Do(Statement):
    """A call for what it does."""

    call: Code


@dataclass(frozen=True)
class If(Statement):
    """Some statements where a condition holds, others where it does not."""

    test: Bit
    then: list[Statement] = field(default_factory=list)
    otherwise: list[Statement] = field(default_factory=list)


@dataclass(frozen=True)
class For(Statement):
    """A loop with a local variable over numbers.

    ``range`` (start, end, step), ``each`` (count): as ``range``, but never unrolled, which LLVM would do where it knows
    a small count. ``bits`` (word): the numbers of the bits that are 1. ``members`` (memory, stop[, start, mask]): those
    of the words from ``start`` to ``stop``, 63 to a word, which are 1 also in the words from ``mask`` on.
    """

    name: str
    numbers: str
    arguments: tuple[Code, ...]
    body: list[Statement] = field(default_factory=list)


@dataclass(frozen=True)
class While(Statement):
    """A loop for as long as a condition holds."""

    test: Bit
    body: list[Statement] = field(default_factory=list)


@dataclass(frozen=True)
class Break(Statement):
    """Leave the innermost loop."""


@dataclass(frozen=True)
class Continue(Statement):
    """Go on with the next round of the innermost loop."""


@dataclass(frozen=True)
class Return(Statement):
    """Leave the function."""

    value: Code | None = None


@dataclass(frozen=True)
class Note(Statement):
    """What a reader is told between two statements."""

    text: str


@dataclass(frozen=True)
class Function:
    """A function: the types of its parameters and its result, what it does, and what a reader is told of it."""

    name: str
    parameters: Mapping[str, Type]
    result: Type
    body: Sequence[Statement]
    title: str = ""


def statements(body: Sequence[Statement]) -> Iterator[Statement]:
    """The statements, with those inside of them."""
    for statement in body:
        yield statement
        match statement:
            case If(then=then, otherwise=otherwise):
                yield from statements(then)
                yield from statements(otherwise)
            case For(body=inner) | While(body=inner):
                yield from statements(inner)
