"""Of all shortest counterexamples, those with the fewest faults: which states they go through.

Works on the levels that the search kept. From the last level back, each level is expanded once more, and
of its states only those stay that lead to the violation in the steps that are left; with each stays the
least number of faults on the way. Then, from the initial states on, those that attain the least.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from mc.dataclass import dataclass
from mc.engine.program.program import Program, Words
from mc.engine.runtime import words
from mc.engine.search.levels import Items
from mc.engine.store.layout import Rows
from mc.lang.state import State

#: More than any number of faults: no way.
_NEVER = np.iinfo(np.int64).max // 2


@dataclass(frozen=True)
class _Layer:
    """States of one level that lead to the violation, ordered by fingerprint."""

    rows: Rows
    fingerprints: Words
    #: Where they are in their level, if they are those of a level.
    indices: Words
    #: The least number of faults from here on.
    faults: Words

    def only(self, chosen: npt.NDArray[np.bool_]) -> _Layer:
        """Some of its states."""
        return _Layer(self.rows[chosen], self.fingerprints[chosen], self.indices[chosen], self.faults[chosen])


def _layer(rows: Rows, fingerprints: Words, indices: Words, faults: Words) -> _Layer:
    unique, first = np.unique(fingerprints, return_index=True)
    return _Layer(rows[first], unique, indices[first], faults[first])


class ShortestBehaviors:
    """The states on shortest behaviors to a violation with the fewest faults.

    ``levels``: representatives, from the initial ones to those that the violating states are a step away from;
    or, for a deadlock, to those that have no successor.
    ``invariant``: number of the violated one, from 1; 0: a deadlock. ``faults``: names of actions.
    """

    def __init__(self, engine: Program, levels: Sequence[Items], invariant: int, faults: frozenset[str]) -> None:
        self.engine = engine
        self.levels = levels
        self.invariant = invariant
        self.is_fault = np.array([action.name in faults for action in engine.spec.actions], np.int64)

    def layers(self) -> tuple[Words, tuple[frozenset[State], ...]]:
        """Representatives by level: the behaviors sought go through these, and one goes through each. Also where those
        of the first level are in it, in order."""
        last = self._violating() if self.invariant else self._stuck()
        layers = [last]
        for level in reversed(self.levels if self.invariant else self.levels[:-1]):
            layers.append(self._before(level, layers[-1]))
        layers.reverse()
        layers[0] = layers[0].only(layers[0].faults == layers[0].faults.min())
        for k, after in enumerate(layers[1:], 1):
            before = Items(self.engine.words)
            before.append(layers[k - 1].rows.reshape(-1))
            parents, targets, faults = self._steps(before, after)
            chosen = np.zeros(len(after.rows), bool)
            chosen[targets[faults == layers[k - 1].faults[parents]]] = True
            layers[k] = after.only(chosen)
        states = tuple(frozenset(map(self.engine.unpack, layer.rows)) for layer in layers)
        return np.sort(layers[0].indices), states

    def _violating(self) -> _Layer:
        """The states one step from the last level that violate the invariant."""
        found = []
        for _, _, rows, facts in self._successors(self.levels[-1]):
            broken = facts[:, words.BROKEN] == self.invariant
            found.append((rows[broken], facts[broken, words.FINGERPRINT]))
        rows, fingerprints = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return _layer(rows, fingerprints, np.arange(len(rows)), np.zeros(len(rows), np.int64))

    def _stuck(self) -> _Layer:
        """The states of the last level without a successor."""
        level = self.levels[-1]
        alone = np.ones(len(level), bool)
        for parents, _, _, _ in self._successors(level):
            alone[parents] = False
        rows, facts = self.engine.inspect(level.select(alone))
        return _layer(rows, facts[:, words.FINGERPRINT], np.nonzero(alone)[0], np.zeros(len(rows), np.int64))

    def _before(self, level: Items, after: _Layer) -> _Layer:
        """The states of ``level`` with a step into ``after``."""
        faults = np.full(len(level), _NEVER, np.int64)
        parents, _, found = self._steps(level, after)
        np.minimum.at(faults, parents, found)
        leading = faults < _NEVER
        rows, facts = self.engine.inspect(level.select(leading))
        return _layer(rows, facts[:, words.FINGERPRINT], np.nonzero(leading)[0], faults[leading])

    def _steps(self, level: Items, after: _Layer) -> tuple[Words, Words, Words]:
        """All steps from ``level`` into ``after``: indices of both states, and the faults from the step on."""
        steps = []
        for parents, actions, _, facts in self._successors(level):
            targets = np.searchsorted(after.fingerprints, facts[:, words.FINGERPRINT])
            targets[targets == len(after.fingerprints)] = 0
            inside = after.fingerprints[targets] == facts[:, words.FINGERPRINT]
            targets = targets[inside]
            steps.append((parents[inside], targets, after.faults[targets] + self.is_fault[actions[inside]]))
        parents, targets, faults = (np.concatenate(parts) for parts in zip(*steps, strict=True))
        return parents, targets, faults

    def _successors(self, level: Items) -> Iterator[tuple[Words, Words, Rows, Words]]:
        """In batches, of every successor: its parent's index, the action, its representative, facts of it."""
        for first, found in level.batches():
            states, actions, parents, _ = self.engine.expand(found)
            yield (first + parents, actions, *self.engine.inspect(states))
