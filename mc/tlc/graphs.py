"""Bring the state graphs of mc and of TLC together, so that their states and edges can be compared as sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mc.dataclass import dataclass
from mc.lang.state import State
from mc.tlc.dump import Packs, Rows, TlcGraph
from mc.tlc.subject import WITH_TLC, Names, Subject

Ids = npt.NDArray[np.int64]


class StateGraph(Protocol):
    """The whole graph that the engine explored, in the order of its levels."""

    @property
    def states(self) -> Rows:
        """Shape (states, words)."""

    @property
    def edges(self) -> Rows:
        """Shape (edges, 3): source, index of the action among those of the subject, target."""

    @property
    def initial(self) -> int:
        """How many of the states, the first ones, are initial."""


class GraphEngine(Packs, Protocol):
    """What a comparison needs of the compiled engine."""

    def unpack(self, row: Rows) -> State:
        """The state packed in a row."""

    def canonical_rows(self, rows: Rows) -> Rows:
        """The representatives of the states' orbits."""

    def graph(self, max_states: int) -> StateGraph | None:
        """The reachable graph, whatever the invariants; None where it has more states."""


@dataclass(frozen=True)
class Side:
    """One of the two graphs, in the ids of both."""

    name: str
    states: Ids
    initial: Ids
    #: Shape (edges, 3), without duplicates; None where only the states are known.
    edges: Ids | None
    #: How many times each edge was generated.
    times: Ids | None = None


@dataclass(frozen=True)
class Graphs:
    """Both graphs. Our states have the ids ``0, 1, ...``; those that only the other has follow."""

    subject: Subject
    engine: GraphEngine
    rows: Rows
    mc: Side
    tlc: Side
    #: Names that edges refer to by index; a single empty one where labels cannot be told apart.
    actions: Sequence[str]
    #: Texts of its states that the spec's domains do not admit, with the reason, by id.
    foreign: Mapping[int, tuple[str, str]]
    #: What TLC has dumped, where it has dumped edges, and the ids of its rows.
    dump: TlcGraph | None = None
    ids: Ids | None = None
    _numbers: dict[bytes, int] = field(default_factory=dict, repr=False)

    def number(self, state: State) -> int | None:
        """The id of a state, under symmetry that of its orbit; None where neither graph has it."""
        if not self._numbers:
            self._numbers.update((row.tobytes(), k) for k, row in enumerate(self.rows))
        code = sum(self.engine.pack_part(name, value) for name, value in state.values.items())
        row = np.frombuffer(code.to_bytes(8 * self.engine.words, "little"), dtype="<i8").reshape(1, -1)
        if self.subject.symmetric:
            row = self.engine.canonical_rows(row)
        return self._numbers.get(row[0].tobytes())

    def only(self, one: Side, other: Side) -> Ids:
        """States of one side that the other has not."""
        return np.setdiff1d(one.states, other.states)

    def only_edges(self, one: Side, other: Side) -> Ids:
        """Edges of one side that the other has not: shape (edges, 3)."""
        assert one.edges is not None and other.edges is not None
        return one.edges[~np.isin(self._codes(one.edges), self._codes(other.edges))]

    def otherwise_often(self) -> list[tuple[Ids, int, int]]:
        """The edges of both sides that they generate a different number of times: mc's, then TLC's number."""
        assert self.mc.edges is not None and self.mc.times is not None
        assert self.tlc.edges is not None and self.tlc.times is not None
        theirs = dict(zip(self._codes(self.tlc.edges).tolist(), self.tlc.times.tolist(), strict=True))
        counted = zip(self.mc.edges, self._codes(self.mc.edges).tolist(), self.mc.times.tolist(), strict=True)
        return [(edge, own, theirs[code]) for edge, code, own in counted if theirs.get(code, own) != own]

    def _codes(self, edges: Ids) -> Ids:
        return _edge_codes(edges, len(self.actions), len(self.rows))


def merge(
    subject: Subject,
    engine: GraphEngine,
    graph: StateGraph,
    tlc_rows: Rows,
    foreign: Sequence[tuple[str, str]],
    tlc_graph: TlcGraph | None,
    names: Names = WITH_TLC,
) -> Graphs:
    """Both graphs in common ids. ``tlc_graph``: where there is more than TLC's states."""
    packed = tlc_rows[:, 0] >= 0
    if subject.symmetric:
        # TLC keeps of each orbit the state that it met first.
        tlc_rows = tlc_rows.copy()
        tlc_rows[packed] = engine.canonical_rows(tlc_rows[packed])
    ids, rows = _identify(np.ascontiguousarray(graph.states), tlc_rows)
    texts = {int(ids[k]): foreign[-int(tlc_rows[k, 0]) - 1] for k in np.flatnonzero(~packed)}
    actions = list(subject.actions)
    mc_states, mc_initial = np.arange(len(graph.states)), np.arange(graph.initial)
    if tlc_graph is None:
        mc = Side(names.ours, mc_states, mc_initial, None)
        tlc = Side(names.theirs, np.unique(ids), np.empty(0, np.int64), None)
        return Graphs(subject, engine, rows, mc, tlc, actions, texts)
    named = [subject.action(label) for label in tlc_graph.labels]
    mc_edges, tlc_edges = np.array(graph.edges, np.int64), np.array(tlc_graph.edges)
    tlc_edges[:, 0], tlc_edges[:, 2] = ids[tlc_edges[:, 0]], ids[tlc_edges[:, 2]]
    if None in named:
        actions = [""]
        mc_edges[:, 1] = tlc_edges[:, 1] = 0
    elif len(tlc_edges):
        tlc_edges[:, 1] = np.array([actions.index(name or "") for name in named], np.int64)[tlc_edges[:, 1]]
    mc = Side(names.ours, mc_states, mc_initial, *_distinct(mc_edges, len(actions), len(rows)))
    tlc_initial = np.unique(ids[np.array(tlc_graph.initial, np.int64)])
    tlc = Side(names.theirs, np.unique(ids), tlc_initial, *_distinct(tlc_edges, len(actions), len(rows)))
    return Graphs(subject, engine, rows, mc, tlc, actions, texts, tlc_graph, ids)


def _identify(ours: Rows, theirs: Rows) -> tuple[Ids, Rows]:
    """The ids of ``theirs``, and the rows by id: ``ours``, then those of ``theirs`` that are new."""
    # As byte strings rows sort fast; bytes strings ignore zeros at the end, but all have one length.
    key = f"S{8 * ours.shape[1]}"
    our_keys = ours.view(key).ravel()
    their_keys = np.ascontiguousarray(theirs).view(key).ravel()
    order = np.argsort(our_keys)
    at = np.searchsorted(our_keys[order], their_keys)
    inside = at < len(order)
    ids = np.full(len(their_keys), -1)
    ids[inside] = order[at[inside]]
    new = ~inside
    new[inside] = our_keys[ids[inside]] != their_keys[inside]
    _, first, inverse = np.unique(their_keys[new], return_index=True, return_inverse=True)
    # Numbered in the order of the dump, which is that of the search.
    ranks = np.empty(len(first), np.int64)
    ranks[np.argsort(first)] = np.arange(len(first))
    ids[new] = len(ours) + ranks[inverse]
    return ids, np.concatenate([ours, theirs[new][np.sort(first)]])


def _edge_codes(edges: Ids, actions: int, states: int) -> Ids:
    return (edges[:, 0] * actions + edges[:, 1]) * states + edges[:, 2]


def _distinct(edges: Ids, actions: int, states: int) -> tuple[Ids, Ids]:
    """Edges without duplicates, in the order of their first occurrence, and how many there are of each."""
    _, first, times = np.unique(_edge_codes(edges, actions, states), return_index=True, return_counts=True)
    order = np.argsort(first)
    return edges[first[order]], times[order]
