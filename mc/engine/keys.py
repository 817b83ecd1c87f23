"""What tells the states of a TLA+ module apart: which were met, by their keys, and up to symmetry."""

from __future__ import annotations

from typing import Any

from mc.engine.permutations import Permutation
from mc.interpreter.states import State
from mc.lang.values import SeqValue, rename, same_kinds

#: Values of variables whose images are kept, at most.
MOST_IMAGES = 50_000


class Visited:
    """The keys of the states that were met, each a tuple; keys that Python takes for equal, and TLA+ not, are kept."""

    def __init__(self) -> None:
        self.numbers: dict[State, int] = {}
        #: In the order in which they were met.
        self.keys: list[State] = []
        self.others: dict[SeqValue, int] = {}

    def number(self, key: State) -> int:
        """How many keys were met before this one; where it is new, that is their number."""
        new = len(self.keys)
        found = self.numbers.setdefault(key, new)
        if found != new:
            known = self.keys[found]
            if known is key or all(map(same_kinds, known, key)):
                return found
            found = self.others.setdefault(SeqValue(key), new)
        if found == new:
            self.keys.append(key)
        return found


class Orbits:
    """Which states have been met, up to symmetry: each orbit is represented by its state that is met first."""

    def __init__(self, permutations: list[Permutation]) -> None:
        self.permutations = permutations
        #: Of sequences, which tell 1 from TRUE.
        self.representatives: dict[SeqValue, State] = {}
        self._images_by_id: dict[int, tuple[Any, list[Any]]] = {}

    def representative(self, state: State) -> State:
        """The state that stands for the orbit."""
        whole = SeqValue(state)
        known = self.representatives.get(whole)
        if known is None:
            self.representatives[whole] = known = state
            for renamed in zip(*map(self._images, state), strict=True):
                self.representatives[SeqValue(renamed)] = state
        return known

    def _images(self, value: Any) -> list[Any]:
        """A value of a variable under each permutation. Most variables keep theirs from state to state."""
        kept = self._images_by_id.get(id(value))
        if kept is None:
            if len(self._images_by_id) >= MOST_IMAGES:
                self._images_by_id.clear()
            # The value is kept, lest another one has its id.
            kept = self._images_by_id[id(value)] = value, [rename(value, each) for each in self.permutations]
        return kept[1]

    @property
    def size(self) -> int:
        """How many states are in the orbits that were met."""
        return len(self.representatives)
