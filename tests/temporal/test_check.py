"""Temporal formulas on graphs that were solved by hand, and on random ones, with all short behaviors as the judge."""

from __future__ import annotations

import re
from random import Random

import numpy as np
import pytest

from mc.temporal.check import find
from mc.temporal.components import components
from mc.temporal.formula import (
    FALSE,
    TRUE,
    Formula,
    Literal,
    always,
    conjunction,
    disjunction,
    eventually,
    leads_to,
    negation,
)
from mc.temporal.lasso import Lasso, without_stuttering
from tests.temporal.oracle import (
    ATOMS,
    Small,
    random_fairness,
    random_formula,
    random_graph,
    strong,
    weak,
)

#: The steps A and B, and whether they are enabled; after them come atoms for single states.
EA, EB, A, B, STATES = 0, 1, 5, 6, 2


def at(*states: int) -> Formula:
    """In one of the first three states."""
    return disjunction(*(Literal(STATES + state) for state in states))


def solved(text: str) -> Small:
    """A graph of steps such as ``0>1`` and ``0A>1``; the first state is the initial one."""
    steps: dict[tuple[int, int], frozenset[int]] = {}
    for source, names, target in re.findall(r"(\d)([AB]*)>(\d)", text):
        steps[int(source), int(target)] = frozenset({"A": A, "B": B}[name] for name in names)
    count = 1 + max(max(pair) for pair in steps)
    enabled = {
        number: [
            any(step in taken for (source, _), taken in steps.items() if source == state) for state in range(count)
        ]
        for number, step in ((EA, A), (EB, B))
    }
    single = {STATES + state: [state == other for other in range(count)] for state in range(3)}
    return Small(count, [0], steps, {**enabled, **single})


WA, WB, SA, SB = weak(EA, A), weak(EB, B), strong(EA, A), strong(EB, B)
TAKES_A, TAKES_B = Literal(A), Literal(B)

#: A graph, the fairness that is assumed, a property, and whether it holds.
SOLVED: list[tuple[str, list[Formula], Formula, bool]] = [
    # Stuttering: nothing ever has to happen, unless fairness wants it.
    ("0A>1", [], eventually(at(1)), False),
    ("0A>1", [WA], eventually(at(1)), True),
    ("0A>1", [SA], eventually(at(1)), True),
    ("0A>1", [WB], eventually(at(1)), False),
    ("0A>1", [], always(at(0, 1)), True),
    ("0A>1", [WA], always(eventually(at(1))), True),
    ("0A>1", [WA], eventually(always(at(1))), True),
    ("0A>1", [WA], always(eventually(at(0))), False),
    # A step that leads to itself is a stuttering one.
    ("0>0", [WA], eventually(at(1)), False),
    # Terminal states: what ends there stays there.
    ("0A>1 0B>2", [WA, WB], eventually(at(1)), False),
    ("0A>1 0B>2", [WA, WB], eventually(at(1, 2)), True),
    ("0A>1 0B>2", [WA, WB], disjunction(eventually(always(at(1))), eventually(always(at(2)))), True),
    ("0A>1 0B>2", [WA], eventually(at(1, 2)), True),
    ("0A>1 1B>2", [WA], eventually(at(2)), False),
    ("0A>1 1B>2", [WA, WB], eventually(at(2)), True),
    ("0A>1 1B>2", [WA, WB], leads_to(at(1), at(2)), True),
    ("0A>1 1B>2", [], leads_to(at(1), at(2)), False),
    ("0A>1 1B>2", [WB], leads_to(at(1), at(2)), True),
    ("0A>1 1B>2", [WB], leads_to(at(0), at(2)), False),
    # Weak fairness is not enough where a step is enabled again and again, but not all the time.
    ("0A>1 1A>0 0B>2", [WA], eventually(at(2)), False),
    ("0A>1 1A>0 0B>2", [WA, WB], eventually(at(2)), False),
    ("0A>1 1A>0 0B>2", [WA, SB], eventually(at(2)), True),
    ("0A>1 1A>0 0B>2", [SB], eventually(at(2)), False),
    ("0A>1 1A>0 0B>2 1B>2", [WB], eventually(at(2)), True),
    ("0>1 1>0 0B>2", [WB], eventually(at(2)), False),
    ("0>1 1>0 0B>2", [SB], eventually(at(2)), False),
    ("0>1 1>0 0B>2", [SB], disjunction(eventually(at(2)), eventually(always(at(1)))), True),
    # Strong fairness of two steps, where one takes away the other.
    ("0A>1 0B>2 1>0 2>0", [SA], eventually(at(1)), False),
    ("0A>1 0B>2 1>0 2>0", [SA, SB], always(eventually(at(1))), False),
    ("0A>1 0B>2 1A>0 2B>0", [SA, SB], always(eventually(at(1))), True),
    ("0A>1 0B>2 1A>0 2B>0", [SA, WB], always(eventually(at(2))), False),
    ("0A>1 0B>2 1A>0 2B>0", [SA, SB], conjunction(always(eventually(at(1))), always(eventually(at(2)))), True),
    # Several components.
    ("0A>1 1A>0 1B>2 2A>3 3A>2", [WA], leads_to(at(2), at(0)), False),
    ("0A>1 1A>0 1B>2 2A>3 3A>2", [WA, WB], eventually(at(2)), False),
    ("0A>1 1A>0 1B>2 2A>3 3A>2", [WA, SB], eventually(always(negation(at(0)))), True),
    ("0A>1 1A>0 1B>2 2A>3 3A>2", [WA, SB], always(eventually(at(2))), True),
    ("0A>1 1A>0 1B>2 2A>3 3A>2", [WA], disjunction(always(eventually(at(0))), always(eventually(at(2)))), True),
    # Steps in properties.
    ("0A>1 1B>0", [WA, WB], always(eventually(TAKES_A)), True),
    ("0A>1 1B>0", [WA, WB], eventually(always(negation(TAKES_A))), False),
    ("0A>1 1B>0", [WA], always(eventually(TAKES_A)), False),
    ("0A>1 1B>0", [WB], disjunction(always(eventually(TAKES_B)), eventually(always(at(0)))), True),
    ("0A>1 1A>2 2B>2", [WA], eventually(always(at(2))), True),
    # Fairness as a property.
    ("0A>1 1A>0 0B>2", [WA], SB, False),
    ("0A>1 1A>0 0B>2", [WA], WB, True),
    ("0A>1 1A>0 0B>2", [], WB, False),
    ("0A>1 1A>0 0B>2", [], WA, False),
    ("0A>1 1A>0 0B>2", [SB], WB, True),
    # An assumption that is no fairness.
    ("0A>1 1A>0 0B>2", [leads_to(at(1), at(2))], eventually(at(1)), False),
    ("0A>1 1A>0 0B>2", [leads_to(at(1), at(2)), WA], eventually(at(2)), True),
    ("0A>1 1A>0 0B>2", [always(at(0))], eventually(at(1)), False),
    ("0A>1 1A>0 0B>2", [FALSE], eventually(at(2)), True),
    # Implications between properties.
    ("0A>1 1A>0 0B>2", [], disjunction(negation(always(eventually(at(1)))), eventually(always(at(0, 1)))), True),
    ("0A>1 1A>0 0B>2", [], disjunction(negation(eventually(at(1))), always(eventually(at(0)))), False),
]


@pytest.mark.parametrize(("text", "fairness", "property_", "holds"), SOLVED)
def test_a_graph_that_was_solved_by_hand(text: str, fairness: list[Formula], property_: Formula, holds: bool) -> None:
    small = solved(text)
    found = find(small.graph(B + 1), [*fairness, negation(property_)])
    assert (found is None) == holds
    if found is not None:
        assert small.has(found)
        assert all(small.holds(formula, found) for formula in [*fairness, negation(property_)])


def differs(seed: int, longest: int) -> str:
    """What is wrong with the answer to a random question; empty where nothing is."""
    dice = Random(seed)
    small = random_graph(dice)
    wanted = [*random_fairness(dice), random_formula(dice, dice.randint(1, 3))]
    found = find(small.graph(ATOMS), wanted)
    if found is None:
        missed = (lasso for lasso in small.lassos(longest) if all(small.holds(part, lasso) for part in wanted))
        return next((f"{lasso} is missed" for lasso in missed), "")
    if not small.has(found):
        return f"{found} is none of the graph"
    wrong = [part for part in wanted if not small.holds(part, found)]
    return f"{found} does not satisfy {wrong}" if wrong else ""


@pytest.mark.parametrize(
    "seeds", [range(k, k + 100) for k in range(0, 1000, 100)], ids=lambda seeds: f"from {seeds[0]}"
)
def test_random_formulas(seeds: range) -> None:
    assert {seed: wrong for seed in seeds if (wrong := differs(seed, 4))} == {}


@pytest.mark.slow
def test_ten_thousand_random_formulas() -> None:
    assert {seed: wrong for seed in range(1000, 11_000) if (wrong := differs(seed, 6))} == {}


def test_both_answers_are_met() -> None:
    dice = [Random(seed) for seed in range(200)]
    found = [
        find(random_graph(one).graph(ATOMS), [*random_fairness(one), random_formula(one, one.randint(1, 3))])
        for one in dice
    ]
    assert 50 < sum(lasso is None for lasso in found) < 150


def test_components() -> None:
    edges = sorted([(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 3), (5, 0), (6, 6)])
    found = components(7, np.array([a for a, _ in edges]), np.array([b for _, b in edges])).tolist()
    assert found[0] == found[1] == found[2]
    assert found[3] == found[4]
    assert len({found[0], found[3], found[5], found[6]}) == 4


@pytest.mark.parametrize(
    ("states", "back", "wanted"),
    [
        ((0, 0, 1, 1), 2, ((0, 1), 1)),
        ((0, 1, 2, 2, 1), 1, ((0, 1, 2), 1)),
        ((0, 1, 1, 1), 1, ((0, 1), 1)),
        ((0, 0), 0, ((0,), 0)),
        ((0, 1, 1, 0), 2, ((0, 1, 0), 1)),
        ((0, 1), 0, ((0, 1), 0)),
    ],
)
def test_stuttering_is_left_out(states: tuple[int, ...], back: int, wanted: tuple[tuple[int, ...], int]) -> None:
    assert without_stuttering(Lasso(states, back)) == Lasso(*wanted)


def test_formulas_are_made_short() -> None:
    p, q = Literal(0), Literal(1)
    assert always(always(p)) == always(p)
    assert eventually(always(eventually(p))) == always(eventually(p))
    assert always(eventually(always(p))) == eventually(always(p))
    assert conjunction(p, TRUE, conjunction(q, p)) == conjunction(p, q)
    assert conjunction(p, q, negation(p)) == FALSE
    assert disjunction(p, negation(p)) == TRUE
    assert always(TRUE) == eventually(TRUE) == TRUE
    assert always(FALSE) == eventually(FALSE) == FALSE
    assert negation(negation(leads_to(p, q))) == leads_to(p, q)
