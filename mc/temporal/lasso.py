"""Behaviors that go on for ever: the way to a component, and a cycle in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

from mc.dataclass import dataclass
from mc.temporal.components import Fair
from mc.temporal.graph import Truths
from mc.temporal.product import Product


@dataclass(frozen=True)
class Lasso:
    """A behavior of a graph, as numbers of states: from the last one it goes on as from the one at ``back``."""

    states: tuple[int, ...]
    #: Counted from 0.
    back: int


class Tree:
    """What can be reached in a product, breadth-first: shortest ways."""

    def __init__(self, product: Product) -> None:
        offsets, targets = product.ways
        #: The edge that a node was reached by first; -1 for initial ones. In the order in which they were reached.
        self.by = dict.fromkeys(product.initial, -1)
        waiting = deque(self.by)
        while waiting:
            node = waiting.popleft()
            for edge in range(offsets[node], offsets[node + 1]):
                if targets[edge] not in self.by:
                    self.by[targets[edge]] = edge
                    waiting.append(targets[edge])

    def reached(self, product: Product) -> Truths:
        """The edges from nodes that can be reached."""
        found = np.zeros(len(product.offsets) - 1, dtype=np.bool_)
        found[list(self.by)] = True
        return found[product.sources]


def lasso(
    product: Product, tree: Tree, fair: Fair, recurrent: Sequence[Truths], strong: Sequence[tuple[Truths, Truths]]
) -> Lasso:
    """A behavior to the nearest of some fair components, and a short cycle there that is fair."""
    start = next(node for node in tree.by if fair.component[node] >= 0)
    needed = list(recurrent)
    while True:
        cycle = _cycle(product, fair, start, needed)
        more = [second for first, second in strong if first[cycle].any() and not second[cycle].any()]
        if not more:
            break
        needed += more
    way = []
    node = start
    while tree.by[node] >= 0:
        way.append(tree.by[node])
        node = int(product.sources[way[-1]])
    edges = [*way[::-1], *cycle]
    return Lasso(tuple(int(product.sources[edge]) // product.size for edge in edges), len(way))


def _cycle(product: Product, fair: Fair, start: int, needed: Sequence[Truths]) -> list[int]:
    """The edges of a cycle through a node of a fair component, one at least in each of the sets."""
    cycle: list[int] = []
    node, left = start, list(needed)
    while left:
        cycle += _way(product, fair, node, np.logical_or.reduce(left))
        node = int(product.targets[cycle[-1]])
        left = [edges for edges in left if not edges[cycle].any()]
    if node != start or not cycle:
        cycle += _way(product, fair, node, product.targets == start)
    return cycle


def _way(product: Product, fair: Fair, start: int, last: Truths) -> list[int]:
    """The shortest way within a fair component whose last edge is in a set."""
    offsets, targets = product.ways
    by: dict[int, int] = {}
    waiting = deque([start])
    while True:
        node = waiting.popleft()
        for edge in range(offsets[node], offsets[node + 1]):
            if not fair.edges[edge]:
                continue
            if last[edge]:
                way = [edge]
                while node != start:
                    way.append(by[node])
                    node = int(product.sources[by[node]])
                return way[::-1]
            if targets[edge] not in by and targets[edge] != start:
                by[targets[edge]] = edge
                waiting.append(targets[edge])


def without_stuttering(found: Lasso) -> Lasso:
    """The same without stuttering steps, but for one where there is nothing else for ever."""
    following = [*found.states[1:], found.states[found.back]]
    way, cycle = (
        [state for state, after in list(zip(found.states, following, strict=True))[part] if state != after]
        for part in (slice(found.back), slice(found.back, None))
    )
    return Lasso((*way, *(cycle or found.states[found.back : found.back + 1])), len(way))
