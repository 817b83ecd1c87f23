"""What a behavior has to satisfy, as cases: in each, conditions on its end, and a formula on the whole of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import field

from mc.dataclass import dataclass
from mc.temporal.formula import FALSE, Always, And, Eventually, Formula, Or, conjunction, disjunction, is_pure, negation


@dataclass(frozen=True)
class Case:
    """A conjunction. All but ``formula`` is about the steps that are taken for ever."""

    #: What only an automaton can tell.
    formula: Formula
    #: ``<>[]P``: all of these steps are so.
    persistent: tuple[Formula, ...] = ()
    #: ``[]<>P``: some of them are so.
    recurrent: tuple[Formula, ...] = ()
    #: ``[]<>P => []<>Q``, which is what strong fairness says.
    strong: tuple[tuple[Formula, Formula], ...] = field(default=())


def cases(formulas: Iterable[Formula]) -> Iterator[Case]:
    """The cases of a conjunction: a behavior satisfies it if and only if it satisfies one of them.

    Weak and strong fairness make no cases of their own; other disjunctions do.
    """
    for parts in itertools.product(*map(_alternatives, formulas)):
        whole = conjunction(*parts)
        if whole != FALSE:
            yield _case(whole.parts if isinstance(whole, And) else (whole,))


def _alternatives(formula: Formula) -> list[Formula]:
    """The conjunctions that a formula is the disjunction of."""
    if is_pure(formula) or _strong(formula) is not None:
        return [formula]
    match formula:
        case And(parts=parts):
            return [conjunction(*chosen) for chosen in itertools.product(*map(_alternatives, parts))]
        case Or(parts=parts):
            return [inner for part in parts for inner in _alternatives(part)]
    return [formula]


def _case(parts: Iterable[Formula]) -> Case:
    whole, persistent, recurrent, strong = [], [], [], []
    for part in parts:
        pair = _strong(part)
        match part:
            case Eventually(of=Always(of=of)) if is_pure(of):
                persistent.append(of)
            case Always(of=Eventually(of=of)) if is_pure(of):
                recurrent.append(of)
            case _ if pair is not None:
                strong.append(pair)
            case _:
                whole.append(part)
    return Case(conjunction(*whole), tuple(persistent), tuple(recurrent), tuple(strong))


def _strong(formula: Formula) -> tuple[Formula, Formula] | None:
    """P and Q of ``<>[]~P \\/ []<>Q``, of which each may be a disjunction of several."""
    if not isinstance(formula, Or):
        return None
    never, taken = [], []
    for part in formula.parts:
        match part:
            case Eventually(of=Always(of=of)) if is_pure(of):
                never.append(of)
            case Always(of=Eventually(of=of)) if is_pure(of):
                taken.append(of)
            case _:
                return None
    return (negation(never[0]), disjunction(*taken)) if len(never) == 1 else None
