"""Strongly connected components, and those in which a behavior can stay and be fair."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mc.temporal.graph import Numbers, Truths
from mc.temporal.product import Product


def components(count: int, sources: Numbers, targets: Numbers) -> Numbers:
    """The number of the strongly connected component of each of ``count`` nodes.

    ``sources``, in ascending order, and ``targets`` are the edges (R. Tarjan, *Depth-first search and linear graph
    algorithms*, 1972, without recursion).
    """
    other = sources != targets
    ends = np.cumsum(np.bincount(sources[other], minlength=count)).tolist()
    position = [0, *ends[:-1]]
    leads_to = targets[other].tolist()
    met, low, component = [0] * count, [0] * count, [-1] * count
    order = found = 0
    open_nodes: list[int] = []
    for root in range(count):
        if met[root]:
            continue
        path = [root]
        while path:
            node = path[-1]
            if not met[node]:
                order += 1
                met[node] = low[node] = order
                open_nodes.append(node)
            at, end = position[node], ends[node]
            while at < end:
                to = leads_to[at]
                at += 1
                if not met[to]:
                    path.append(to)
                    break
                if component[to] < 0 and met[to] < low[node]:
                    low[node] = met[to]
            position[node] = at
            if path[-1] != node:
                continue
            path.pop()
            if path and low[node] < low[path[-1]]:
                low[path[-1]] = low[node]
            if low[node] == met[node]:
                while True:
                    inner = open_nodes.pop()
                    component[inner] = found
                    if inner == node:
                        break
                found += 1
    return np.array(component, dtype=np.int64)


class Fair:
    """The components of a product in which a behavior can stay and be fair, and their edges."""

    def __init__(self, component: Numbers, edges: Truths) -> None:
        #: The number of the component of each node; -1: it is in none.
        self.component = component
        #: The edges within them.
        self.edges = edges


def fair_components(
    product: Product, allowed: Truths, recurrent: Sequence[Truths], strong: Sequence[tuple[Truths, Truths]]
) -> Fair | None:
    """Components whose ``allowed`` edges have a cycle that is fair; None where there are none.

    Some edge of the cycle is in each of ``recurrent``, and for each pair of ``strong`` where one is in the first set,
    one is in the second. A component without such an edge is looked at again without the edges of the first set, as
    they cannot be taken for ever (E. A. Emerson, C.-L. Lei, *Modalities for model checking*, 1987, section 5).
    """
    nodes = len(product.offsets) - 1
    while True:
        taken = np.flatnonzero(allowed)
        component = components(nodes, product.sources[taken], product.targets[taken])
        within = allowed & (component[product.sources] == component[product.targets])
        where, count = component[product.sources], int(component.max(initial=-1)) + 1

        def having(edges: Truths, where: Numbers = where, count: int = count) -> Truths:
            found = np.zeros(count, dtype=np.bool_)
            found[where[edges]] = True
            return found

        good = having(within)
        for edges in recurrent:
            good &= having(within & edges)
        again = np.zeros(count, dtype=np.bool_)
        left = within.copy()
        for first, second in strong:
            worse = good & having(within & first) & ~having(within & second)
            left &= ~(first & worse[where])
            again |= worse
        fair = good & ~again
        if fair.any():
            return Fair(np.where(fair[component], component, -1), within & fair[where])
        if not again.any():
            return None
        allowed = left & again[where]
