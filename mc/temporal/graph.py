"""The graph of the states of a search, as arrays, with the truth of atoms."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import numpy.typing as npt

from mc.dataclass import dataclass
from mc.temporal.formula import And, Formula, Literal, Or

Numbers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Graph:
    """States are numbered from 0. The steps from a state lie together, in the order of the states.

    Each state has at least one step: a stuttering one, to itself. An atom is in one of the two tables.
    """

    #: The initial states.
    initial: npt.NDArray[np.integer]
    #: Where the steps from each state begin, and where the last ones end.
    offsets: npt.NDArray[np.integer]
    #: Where each step leads.
    targets: npt.NDArray[np.integer]
    #: The truth of an atom in each state, or in each step.
    states: Mapping[int, Truths]
    steps: Mapping[int, Truths]

    @cached_property
    def sources(self) -> npt.NDArray[np.integer]:
        """Where each step begins."""
        return np.repeat(np.arange(len(self.offsets) - 1, dtype=self.targets.dtype), np.diff(self.offsets))

    def truth(self, formula: Formula) -> Truths:
        """The truth of a pure formula in each step."""
        match formula:
            case Literal(atom=atom, holds=holds):
                truth = self.steps[atom] if atom in self.steps else self.states[atom][self.sources]
                return truth if holds else ~truth
            case And(parts=parts):
                found = np.ones(len(self.targets), dtype=np.bool_)
                for part in parts:
                    found &= self.truth(part)
                return found
            case Or(parts=parts):
                found = np.zeros(len(self.targets), dtype=np.bool_)
                for part in parts:
                    found |= self.truth(part)
                return found
        raise AssertionError(f"{formula} is not pure")
