"""The product of a graph and an automaton: behaviors of the graph that the automaton accepts."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from mc.dataclass import dataclass
from mc.temporal.automaton import Automaton
from mc.temporal.graph import Graph, Numbers, Truths


@dataclass(frozen=True)
class Product:
    """A node is a state of the graph with one of the automaton: ``state * size + number``. Edges lie by their nodes."""

    size: int
    initial: list[int]
    offsets: Numbers
    sources: Numbers
    targets: Numbers
    #: The step of the graph that each edge is.
    steps: Numbers
    #: For each promise of the automaton, the edges that do not put it off.
    kept: tuple[Truths, ...]

    @cached_property
    def ways(self) -> tuple[list[int], list[int]]:
        """Offsets and targets, for loops of Python."""
        return self.offsets.tolist(), self.targets.tolist()


def product(graph: Graph, automaton: Automaton) -> Product:
    """The product of a graph and an automaton, whether its nodes can be reached or not."""
    size = len(automaton.moves)
    sources, targets, steps, kept = [], [], [], []
    for number, moves in enumerate(automaton.moves):
        for move in moves:
            taken = np.flatnonzero(graph.truth(move.condition))
            sources.append(graph.sources[taken].astype(np.int64) * size + number)
            targets.append(graph.targets[taken].astype(np.int64) * size + move.to)
            steps.append(taken)
            keeps = [promise not in move.promised for promise in range(automaton.promises)]
            kept.append(np.repeat(np.array([keeps], dtype=np.bool_), len(taken), axis=0))
    nothing = np.zeros(0, dtype=np.int64)
    all_sources = np.concatenate([nothing, *sources])
    order = np.argsort(all_sources, kind="stable")
    all_kept = np.concatenate([np.zeros((0, automaton.promises), dtype=np.bool_), *kept])[order]
    counts = np.bincount(all_sources, minlength=(len(graph.offsets) - 1) * size)
    return Product(
        size=size,
        initial=[int(state) * size for state in graph.initial],
        offsets=np.concatenate([nothing[:0], [0], np.cumsum(counts)]).astype(np.int64),
        sources=all_sources[order],
        targets=np.concatenate([nothing, *targets])[order],
        steps=np.concatenate([nothing, *steps])[order],
        kept=tuple(all_kept[:, promise] for promise in range(automaton.promises)),
    )
