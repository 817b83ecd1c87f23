"""Temporal formulas by their meaning on single behaviors, small graphs, and all their short lassos."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random

import numpy as np

from mc.temporal.formula import (
    Always,
    And,
    Eventually,
    Formula,
    Literal,
    Or,
    always,
    conjunction,
    disjunction,
    eventually,
    leads_to,
    negation,
)
from mc.temporal.graph import Graph
from mc.temporal.lasso import Lasso

Steps = Mapping[tuple[int, int], frozenset[int]]


class Small:
    """A graph as steps, each with the atoms that are TRUE in it; a stuttering step of each state is among them."""

    def __init__(self, count: int, initial: Sequence[int], steps: Steps, of_states: Mapping[int, Sequence[bool]]):
        self.count = count
        self.initial = list(initial)
        self.steps = {**{(state, state): frozenset[int]() for state in range(count)}, **steps}
        #: The truth of atoms in each state.
        self.of_states = of_states

    def graph(self, atoms: int) -> Graph:
        """The arrays of it; atoms of steps have the numbers from that of atoms of states on."""
        pairs = sorted(self.steps)
        counts = np.bincount([source for source, _ in pairs], minlength=self.count)
        numbers = range(len(self.of_states), atoms)
        return Graph(
            np.array(self.initial),
            np.concatenate([[0], np.cumsum(counts)]),
            np.array([target for _, target in pairs]),
            {atom: np.array(truth) for atom, truth in self.of_states.items()},
            {atom: np.array([atom in self.steps[pair] for pair in pairs]) for atom in numbers},
        )

    def holds(self, formula: Formula, lasso: Lasso, at: int = 0) -> bool:
        """Whether a formula is TRUE of a behavior, from a position on."""
        following = [*lasso.states[1:], lasso.states[lasso.back]]
        match formula:
            case Literal(atom=atom, holds=holds):
                source, target = lasso.states[at], following[at]
                truth = self.of_states[atom][source] if atom in self.of_states else atom in self.steps[source, target]
                return truth == holds
            case And(parts=parts):
                return all(self.holds(part, lasso, at) for part in parts)
            case Or(parts=parts):
                return any(self.holds(part, lasso, at) for part in parts)
            case Always(of=of):
                return all(self.holds(of, lasso, later) for later in range(min(at, lasso.back), len(lasso.states)))
            case Eventually(of=of):
                return any(self.holds(of, lasso, later) for later in range(min(at, lasso.back), len(lasso.states)))

    def lassos(self, longest: int) -> Iterator[Lasso]:
        """All lassos of the graph with so many states at most."""
        paths = [(state,) for state in self.initial]
        for _ in range(longest):
            for path in paths:
                yield from (Lasso(path, back) for back, state in enumerate(path) if (path[-1], state) in self.steps)
            paths = [(*path, after) for path in paths for before, after in self.steps if before == path[-1]]

    def has(self, lasso: Lasso) -> bool:
        """Whether a lasso is a behavior of the graph."""
        following = [*lasso.states[1:], lasso.states[lasso.back]]
        return lasso.states[0] in self.initial and all(
            pair in self.steps for pair in zip(lasso.states, following, strict=True)
        )


#: Atoms of random graphs: those of states, then those of steps.
STATE_ATOMS, ATOMS = 2, 4


def random_graph(dice: Random) -> Small:
    """A graph of few states and steps."""
    count = dice.randint(1, 4)
    pairs = [(a, b) for a in range(count) for b in range(count) if a == b or dice.random() < 0.45]
    steps = {pair: frozenset(atom for atom in range(STATE_ATOMS, ATOMS) if dice.random() < 0.4) for pair in pairs}
    states = {atom: [dice.random() < 0.5 for _ in range(count)] for atom in range(STATE_ATOMS)}
    return Small(count, sorted(dice.sample(range(count), dice.randint(1, min(2, count)))), steps, states)


def random_formula(dice: Random, depth: int = 3) -> Formula:
    """A formula over the atoms of random graphs."""
    if not depth or dice.random() < 0.15:
        return Literal(dice.randrange(ATOMS), dice.random() < 0.5)
    make = dice.choice([conjunction, disjunction, leads_to, always, eventually, always, eventually, negation])
    parts = [random_formula(dice, depth - 1) for _ in range(2 if make in (conjunction, disjunction, leads_to) else 1)]
    return make(*parts)


def weak(enabled: int, taken: int) -> Formula:
    """Weak fairness: of two atoms, that of the state and that of the step."""
    return always(eventually(disjunction(Literal(enabled, False), Literal(taken))))


def strong(enabled: int, taken: int) -> Formula:
    """Strong fairness."""
    return disjunction(eventually(always(Literal(enabled, False))), always(eventually(Literal(taken))))


def random_fairness(dice: Random) -> list[Formula]:
    """Fairness as specifications have it; the atoms need not fit each other."""
    kinds = [dice.choice([weak, strong]) for _ in range(dice.randint(0, 3))]
    return [kind(dice.randrange(ATOMS), dice.randrange(ATOMS)) for kind in kinds]
