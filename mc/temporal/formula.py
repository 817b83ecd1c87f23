"""Temporal formulas over numbered atoms; negations stand at atoms only.

A formula is about an infinite behavior, at one of its positions: an atom is about the state there and the step from it.
TLA+ has no other temporal operators than these two (*Specifying Systems*, section 16.2.1): ``F ~> G`` is
``[](F => <>G)``, and fairness is made of them, too.
"""

from __future__ import annotations

from mc.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Literal:
    """An atom that holds, or does not."""

    atom: int
    holds: bool = True


@dataclass(frozen=True, slots=True)
class And:
    """``/\\``"""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """``\\/``"""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Always:
    """``[]``"""

    of: Formula


@dataclass(frozen=True, slots=True)
class Eventually:
    """``<>``"""

    of: Formula


Formula = Literal | And | Or | Always | Eventually

TRUE, FALSE = And(()), Or(())


def conjunction(*parts: Formula) -> Formula:
    """``/\\`` of some formulas; FALSE where two contradict each other as they stand."""
    flat = dict.fromkeys(
        inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,)) if inner != TRUE
    )
    if FALSE in flat or any(isinstance(part, Literal) and negation(part) in flat for part in flat):
        return FALSE
    return next(iter(flat)) if len(flat) == 1 else And(tuple(flat))


def disjunction(*parts: Formula) -> Formula:
    """``\\/`` of some formulas."""
    return negation(conjunction(*map(negation, parts)))


def always(of: Formula) -> Formula:
    """``[]`` of a formula, in its shortest form."""
    match of:
        case And(parts=parts) if not is_pure(of) or not parts:
            return conjunction(*map(always, parts))
        case Always() | Eventually(of=Always()) | Or(parts=()):
            return of
    return Always(of)


def eventually(of: Formula) -> Formula:
    """``<>`` of a formula, in its shortest form."""
    return negation(always(negation(of)))


def leads_to(one: Formula, other: Formula) -> Formula:
    """``one ~> other``"""
    return always(disjunction(negation(one), eventually(other)))


def negation(formula: Formula) -> Formula:
    """``~`` of a formula."""
    match formula:
        case Literal(atom=atom, holds=holds):
            return Literal(atom, not holds)
        case And(parts=parts):
            return Or(tuple(map(negation, parts)))
        case Or(parts=parts):
            return And(tuple(map(negation, parts)))
        case Always(of=of):
            return Eventually(negation(of))
        case Eventually(of=of):
            return Always(negation(of))


def is_pure(formula: Formula) -> bool:
    """Whether a formula is about the state and the step at its position only."""
    match formula:
        case Literal():
            return True
        case And(parts=parts) | Or(parts=parts):
            return all(map(is_pure, parts))
    return False
