"""Say how two state graphs differ: the first state or edge that one lacks, and a shortest way to it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mc.dataclass import dataclass
from mc.errors import McError
from mc.lang.text import to_tla
from mc.tlc.graphs import Graphs, Ids, Side
from mc.trace.behavior import call_text


class Walk:
    """Shortest paths through one graph from its initial states."""

    def __init__(self, side: Side, size: int) -> None:
        """Walk ``side``; ``size``: the number of ids of both graphs."""
        assert side.edges is not None
        self._edges = side.edges
        order = np.argsort(side.edges[:, 0], kind="stable")
        starts = np.searchsorted(side.edges[order, 0], np.arange(size + 1))
        #: Steps from an initial state, by id; -1 where there is no path.
        self.depth = np.full(size, -1, np.int64)
        self._via = np.full(size, -1, np.int64)
        self.depth[side.initial] = 0
        level = side.initial
        while len(level):
            edges = order[np.concatenate([np.arange(starts[s], starts[s + 1]) for s in level])]
            targets, first = np.unique(side.edges[edges, 2], return_index=True)
            new = self.depth[targets] < 0
            level = targets[new]
            self.depth[level] = self.depth[side.edges[edges[first[new]], 0]] + 1
            self._via[level] = edges[first[new]]

    def path(self, state: int) -> list[Ids]:
        """The edges of a shortest path to a state."""
        found: list[Ids] = []
        while self._via[state] >= 0:
            found.insert(0, self._edges[self._via[state]])
            state = int(found[0][0])
        return found


@dataclass(frozen=True)
class _Difference:
    """An edge that one side has and the other has not, from a state that both have."""

    one: Side
    other: Side
    #: Through the graph of ``one``.
    walk: Walk
    edge: Ids
    #: Steps from an initial state to its source.
    depth: int
    #: Whether the other side does not reach its target either.
    lone: bool

    def explanation(self, graphs: Graphs, sides: Sequence[tuple[Side, Side]], what: str) -> str:
        """The edge, a shortest path to its source, and how else the sides differ there."""
        source, _, target = (int(part) for part in self.edge)
        name = step_text(graphs, self.edge)
        path = self.walk.path(source)
        orbits = " (each state stands for its orbit)" if graphs.subject.symmetric else ""
        lines = [
            f"the first {what} that differs: in state {len(path) + 1} of this behavior{orbits}, {self.one.name} has "
            f"the step {name}, and {self.other.name} has not:",
            "1: initial state",
            state_text(graphs, int(path[0][0]) if path else source),
        ]
        for number, edge in enumerate(path, 2):
            lines += [f"{number}: {step_text(graphs, edge)}", state_text(graphs, int(edge[2]), int(edge[0]))]
        lines += [f"only {self.one.name}: {name} leads from there to", state_text(graphs, target, source)]
        if target in graphs.foreign:
            lines.append(f"   outside the declared domains: {graphs.foreign[target][1]}")
        elif self.lone:
            lines.append(f"   a state that {self.other.name} does not reach at all")
        else:
            lines.append(f"   a state that {self.other.name} reaches in another way")
        for one, other in sides:
            odd = graphs.only_edges(one, other)
            names = dict.fromkeys(step_text(graphs, edge) for edge in odd[odd[:, 0] == source])
            if names:
                lines.append(f"   steps from there that only {one.name} has: {', '.join(names)}")
        return "\n".join(lines)


def explain(graphs: Graphs, *, partial: bool) -> list[str]:
    """What differs, in sentences; nothing where the graphs are the same.

    ``partial``: TLC did not finish its graph, so that what it lacks means nothing.
    """
    found: list[str] = []
    sides = [(graphs.tlc, graphs.mc)] if partial else [(graphs.tlc, graphs.mc), (graphs.mc, graphs.tlc)]
    states = [(one, other, graphs.only(one, other)) for one, other in sides]
    if any(len(only) for _, _, only in states):
        counts = ", ".join(f"{len(only):,} reached only by {one.name}" for one, _, only in states)
        found.append(f"states: {counts}")
    if graphs.tlc.edges is None:
        return found + [_lonestate_text(graphs, one, only) for one, _, only in states if len(only)]
    edges = [(one, other, graphs.only_edges(one, other)) for one, other in sides]
    if any(len(only) for _, _, only in edges):
        counts = ", ".join(f"{len(only):,} only in {one.name}" for one, _, only in edges)
        found.append(f"edges: {counts}")
    for one, other in sides:
        odd = np.setdiff1d(one.initial, other.initial)
        if len(odd):
            return [*found, f"only {one.name} has this initial state:\n{state_text(graphs, int(odd[0]))}"]
    odd_edges = [(one, other, only, Walk(one, len(graphs.rows))) for one, other, only in edges if len(only)]
    if odd_edges:
        state, edge = _first(odd_edges, states_first=True), _first(odd_edges, states_first=False)
        if state.lone:
            found.append(state.explanation(graphs, sides, "state"))
        if not state.lone or edge.depth < state.depth:
            found.append(edge.explanation(graphs, sides, "edge"))
    return found


def _first(odd: Sequence[tuple[Side, Side, Ids, Walk]], *, states_first: bool) -> _Difference:
    """The edge to show: the shallowest one that leads to a state of one side alone, or the shallowest."""
    found = []
    for one, other, only, walk in odd:
        shared = only[np.isin(only[:, 0], other.states)]
        depth, known = walk.depth[shared[:, 0]], np.isin(shared[:, 2], other.states)
        best = int(np.lexsort((depth, known) if states_first else (known, depth))[0])
        found.append(_Difference(one, other, walk, shared[best], int(depth[best]), not known[best]))
    return min(found, key=lambda d: (not d.lone, d.depth) if states_first else (d.depth, not d.lone))


def _lonestate_text(graphs: Graphs, one: Side, only: Ids) -> str:
    """The first state, in the order of its search, that one side has alone."""
    state = int(only[0])
    why = f"\n   outside the declared domains: {graphs.foreign[state][1]}" if state in graphs.foreign else ""
    return (
        f"the first state that only {one.name} reaches is (a smaller model, with edges compared too, shows the way to "
        f"it):\n{state_text(graphs, state)}{why}"
    )


def state_text(graphs: Graphs, state: int, before: int | None = None) -> str:
    """The text of a state; after a step, only what changed, unless states stand for orbits."""
    if state in graphs.foreign:
        return _indent(graphs.foreign[state][0])
    values = graphs.engine.unpack(graphs.rows[state]).values
    if before is not None and before not in graphs.foreign and not graphs.subject.symmetric:
        old = graphs.engine.unpack(graphs.rows[before]).values
        values = {name: value for name, value in values.items() if value != old[name]}
    return _indent("\n".join(f"/\\ {name} = {to_tla(value)}" for name, value in values.items()) or "(unchanged)")


def _indent(text: str) -> str:
    return "\n".join("   " + line for line in text.split("\n"))


def step_text(graphs: Graphs, edge: Ids) -> str:
    """The action of an edge, with its arguments where mc's own semantics has such a step."""
    source, action, target = (int(part) for part in edge)
    name = graphs.actions[action]
    if source in graphs.foreign or target in graphs.foreign:
        return name or "(no label)"
    try:
        for step in graphs.subject.successors(graphs.engine.unpack(graphs.rows[source])):
            if name in ("", step.action.name) and graphs.number(step.state) == target:
                return call_text(step.action, step.arguments)
    except McError:
        pass  # an action that cannot be evaluated here: the step is shown without arguments
    return name or "(no label)"
