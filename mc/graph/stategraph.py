"""State graphs as networkx sees them: every state a node, or all states that look alike.

Attributes of a node:

``values``      what it shows, by name: the variables, or the expressions of a projection
``states``      how many explored states it stands for
``depth``       the level of the first of them, from 1
``initial``     whether one of them is initial
``deadlock``    whether one of them has no successor
``within``      whether one of them satisfies the constraints
``violates``    how many of them violate which invariant (of each state the first that it violates)
``colour``      values of the expression to colour by
``trace``       numbers of the states of the counterexample that it stands for

Attributes of an edge:

``action``      its name
``arguments``   their values; empty in a projection, where an edge stands for steps of any arguments
``permutation`` under symmetry, what renames the state that the step leads to into the one that stands for
                its orbit; without the model values that keep their names, so mostly empty
``steps``       how many steps it stands for
``trace``       numbers of the states of the counterexample that these steps lead to
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import networkx as nx  # type: ignore[import-untyped]

from mc.graph.classes import Expression, Variable, classify
from mc.graph.explored import Explored, RealStep, TooLarge
from mc.lang.text import to_tla

#: Nodes of a suggested projection, at most: so many can be read at a glance.
SUGGESTED = 40


def state_graph(explored: Explored, colour: Expression | None = None) -> nx.MultiDiGraph:
    """A node for each state; an edge for each step, with its arguments."""
    nodes = range(len(explored.states))
    graph = _nodes(explored, nodes, [state.values for state in explored.states], (), colour)
    edges: dict[tuple[Any, ...], int] = {}
    for step in explored.real_steps():
        # Several ways through an action may make the same state.
        edge = (step.source, step.target, step.action, step.arguments, frozenset(step.permutation.items()))
        if edge in edges:
            graph.edges[step.source, step.target, edges[edge]]["steps"] += 1
        else:
            edges[edge] = _add_edge(graph, step.source, step.target, step.action, step.arguments, step.permutation)
    return _draw_in(graph, nodes, [(step, step.arguments, step.permutation) for step in explored.path_steps])


def project(explored: Explored, expressions: Sequence[Expression], colour: Expression | None = None) -> nx.MultiDiGraph:
    """The quotient: a node for each value of ``expressions``, an edge where some of its states has such a step.

    Under symmetry values count as one that differ only by a renaming, of all expressions together.
    """
    numbers, values = classify(explored, expressions)
    names = [expression.text for expression in expressions]
    graph = _nodes(explored, numbers, [dict(zip(names, v, strict=True)) for v in values], names, colour)
    counts = Counter((numbers[source], action, numbers[target]) for source, action, target in explored.edges)
    for (source, action, target), count in counts.items():
        _add_edge(graph, source, target, action, steps=count)
    return _draw_in(graph, numbers, [(step, (), {}) for step in explored.path_steps])


def collapse(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """The graph without its stuttering: steps that change nothing of what it shows."""
    found = graph.copy()
    found.remove_edges_from(
        [(u, v, key) for u, v, key, edge in graph.edges(keys=True, data=True) if u == v and not edge["permutation"]]
    )
    return found


def check_size(explored: Explored, nodes: int, max_nodes: int) -> None:
    """:class:`TooLarge`, with advice, where a graph has more than ``max_nodes`` nodes."""
    if nodes <= max_nodes:
        return
    states = len(explored.states)
    counts = _distinct(explored)
    of = "" if nodes == states else f", from {states:,} states"
    several = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    raise TooLarge(
        f"the graph has {nodes:,} nodes{of}, more than --max-nodes {max_nodes:,}.\n"
        f"Project it on what matters: --project EXPRESSIONS. Distinct values of the variables: {several}."
        f"{_suggestion(explored, counts, max_nodes)}\nOr raise --max-nodes: a picture then has dots without words."
        " It is larger by default for --format json, graphml and tlc."
    )


def _suggestion(explored: Explored, counts: Mapping[str, int], max_nodes: int) -> str:
    """The variables with the fewest values, as many of them as fit."""
    columns = {name: [state.values[name] for state in explored.states] for name in counts}
    fit: list[str] = []
    for name, count in counts.items():
        if count > 1:
            if len(set(zip(*(columns[n] for n in (*fit, name)), strict=True))) > min(max_nodes, SUGGESTED):
                break
            fit.append(name)
    if not fit:
        return ""
    _, values = classify(explored, list(map(Variable, fit)))
    renaming = f", up to renaming of {', '.join(explored.symmetry)}" if explored.symmetry else ""
    return f'\nFor example, --project "{", ".join(fit)}" has {len(values):,} node{"s" * (len(values) > 1)}{renaming}.'


def _distinct(explored: Explored) -> dict[str, int]:
    """How many values each variable has, the fewest first."""
    counts = {n: len({state.values[n] for state in explored.states}) for n in explored.variables}
    return dict(sorted(counts.items(), key=lambda item: item[1]))


def _nodes(
    explored: Explored,
    numbers: Sequence[int],
    values: Sequence[Mapping[str, Any]],
    projection: Sequence[str],
    colour: Expression | None,
) -> nx.MultiDiGraph:
    """A graph without edges: ``numbers`` says of each state its node, ``values`` what each node shows."""
    graph = nx.MultiDiGraph(
        spec=explored.name,
        model=explored.model,
        symmetry=tuple(explored.symmetry),
        projection=tuple(projection),
        colour="" if colour is None else colour.text,
        explored=len(explored.states),
    )
    members: list[list[int]] = [[] for _ in values]
    for state, number in enumerate(numbers):
        members[number].append(state)
    colours = [""] * len(explored.states)
    if colour is not None:
        classes, coloured = classify(explored, [colour])
        colours = [to_tla(coloured[k][0]) for k in classes]
    for number, states in enumerate(members):
        graph.add_node(
            number,
            values=values[number],
            states=len(states),
            depth=min(explored.depth[k] for k in states),
            initial=any(explored.initial[k] for k in states),
            deadlock=any(explored.deadlock[k] for k in states),
            within=any(explored.within[k] for k in states),
            violates=dict(Counter(explored.violates[k] for k in states if explored.violates[k])),
            colour=tuple(sorted({colours[k] for k in states})) if colour is not None else (),
            trace=tuple(n for n, k in enumerate(explored.path, 1) if numbers[k] == number),
        )
    return graph


def _add_edge(
    graph: nx.MultiDiGraph,
    source: int,
    target: int,
    action: str,
    arguments: tuple[Any, ...] = (),
    permutation: Mapping[Any, Any] | None = None,
    steps: int = 1,
) -> int:
    key: int = graph.add_edge(
        source, target, action=action, arguments=arguments, permutation=permutation or {}, steps=steps, trace=()
    )
    return key


def _draw_in(
    graph: nx.MultiDiGraph,
    numbers: Sequence[int],
    steps: Sequence[tuple[RealStep, tuple[Any, ...], Mapping[Any, Any]]],
) -> nx.MultiDiGraph:
    """Note on its edges which step of the counterexample each stands for; one that leaves the constraints is new."""
    for number, (step, arguments, permutation) in enumerate(steps, 2):
        source, target = numbers[step.source], numbers[step.target]
        between = graph.get_edge_data(source, target, default={})
        same = (k for k, e in between.items() if (e["action"], e["arguments"]) == (step.action, arguments))
        key = next(same, None)
        if key is None:
            key = _add_edge(graph, source, target, step.action, arguments, permutation)
        graph.edges[source, target, key]["trace"] += (number,)
    return graph
