"""Places in the primed state that a definition writes, in terms of its parameters."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from dataclasses import field

from mc.dataclass import dataclass
from mc.read.text import walk

#: In the place of the index, where a loop has written for every one that it ranges over.
EVERY = "[every]"
#: Longer texts of locals are not put in for them.
LONGEST = 400

#: A variable, and the way down into its value: fields, indices, ``EVERY``.
Place = tuple[str | ast.expr, ...]


@dataclass(frozen=True)
class Write:
    """A place that has been written."""

    place: Place
    #: As it was written, in which line, and the call that has written it, if it was one.
    text: str
    line: int
    call: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(part if isinstance(part, str) else f"[{ast.unparse(part)}]" for part in self.place)


Writes = Mapping[tuple[str, ...], Write]


@dataclass(frozen=True)
class State:
    """How far the paths have come that lead to a statement."""

    writes: Writes = field(default_factory=dict)
    #: What locals stand for, in terms of the parameters.
    names: Mapping[str, ast.expr] = field(default_factory=dict)
    #: Whether an earlier round of a loop has written.
    again: bool = False
    line: int = 0

    @property
    def written(self) -> bool:
        return self.again or bool(self.writes)


def join(one: State | None, two: State | None, node: ast.stmt) -> State | None:
    """The state where two branches meet; None where neither gets there."""
    if one is None or two is None:
        return one if two is None else two
    texts = {name: ast.unparse(one.names[name]) for name in one.names}
    names = {
        name: one.names[name]
        if name in one.names and name in two.names and texts[name] == ast.unparse(two.names[name])
        else ast.Name(f"{name}:{node.lineno}:{node.col_offset}", ast.Load())
        for name in {**one.names, **two.names}
    }
    line = max((one, two), key=lambda state: len(state.writes)).line
    return State({**one.writes, **two.writes}, names, one.again or two.again, line)


class _Substitution(ast.NodeTransformer):
    """Puts expressions in the place of names; names that stand for something unknown are told apart by ``where``."""

    def __init__(self, names: Mapping[str, ast.expr], where: str) -> None:
        self.names, self.where = names, where

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if ":" in node.id:
            return ast.Name(f"{node.id}{self.where}", ast.Load())
        return self.names.get(node.id, node)


def within(node: ast.expr, names: Mapping[str, ast.expr], where: str = "") -> ast.expr:
    """An expression with what its names stand for in their place; ``where``: the call that gives them."""
    if not any(name in names or ":" in name for name in names_in(node)):
        return node
    found: ast.expr = _Substitution(names, where).visit(copy.deepcopy(node))
    return found


def names_in(node: ast.expr) -> set[str]:
    return {part.id for part in walk(node) if isinstance(part, ast.Name)}


def every(place: Place, element: ast.Name) -> Place:
    """The place with ``EVERY`` for the indices that depend on the element of a loop."""
    return tuple(EVERY if isinstance(part, ast.expr) and element.id in names_in(part) else part for part in place)


def injective(index: str | ast.expr, name: str) -> bool:
    """Whether an index is another one for each value of a name: itself, a number more or less, or a multiple."""
    match index:
        case ast.BinOp(left=part, op=ast.Add() | ast.Sub(), right=other) if _is_fixed(other, name):
            return injective(part, name)
        case ast.BinOp(left=other, op=ast.Add() | ast.Sub(), right=part) if _is_fixed(other, name):
            return injective(part, name)
        case ast.BinOp(left=part, op=ast.Mult(), right=ast.Constant(value=int() as times)) if times:
            return injective(part, name)
        case ast.BinOp(left=ast.Constant(value=int() as times), op=ast.Mult(), right=part) if times:
            return injective(part, name)
    return isinstance(index, ast.Name) and index.id == name


def _is_fixed(node: ast.expr, name: str) -> bool:
    """Whether an expression has the same value for all values of a name; of what is unknown it is not known."""
    return all(other != name and ":" not in other for other in names_in(node))


def overlap(one: tuple[str, ...], two: tuple[str, ...]) -> bool:
    """Whether one of two places is the other, or a part of it."""
    return all(a == b or EVERY in (a, b) for a, b in zip(one, two, strict=False))
