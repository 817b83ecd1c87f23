"""A spec and model, compiled: its machine code, and what it says of single states."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mc.engine import kernels, words
from mc.engine.generate import generate, successor_limit
from mc.engine.layout import Layout, Rows
from mc.engine.machine import Library
from mc.engine.symmetry import Symmetry
from mc.lang.state import State
from mc.spec.objects import Spec

Words = npt.NDArray[np.int64]

#: Where machine code is kept between runs, unless a program is told. A process need not have a home.
CACHE = Path(os.path.expanduser("~/.cache/mc"))


def zeros(size: int) -> Words:
    """Memory for ``size`` words, all 0, taken as it is used (numpy asks for huge pages where there are any)."""
    return np.zeros(size, np.int64)


class Batch:
    """The successors of some parents, in order; one worker fills it. Memory is taken as it is used.

    ``shares``: how many workers insert them.
    """

    def __init__(self, capacity: int, state_words: int, shares: int) -> None:
        stride = words.NUMBERS + capacity
        #: States (``capacity * state_words``), fingerprints (two words each), origins and kinds, then the lists.
        self.data = np.empty(capacity * (state_words + 4) + shares * stride, np.int64)
        self.states = self.data[: capacity * state_words]
        self.fingerprints = self.data[capacity * state_words : capacity * (state_words + 2)]
        self.origins = self.data[capacity * (state_words + 2) : capacity * (state_words + 3)]
        self.kinds = self.data[capacity * (state_words + 3) : capacity * (state_words + 4)]
        #: Shape ``(shares, words.NUMBERS + capacity)``: per inserting worker, the states that are its own.
        self.lists = self.data[capacity * (state_words + 4) :].reshape(shares, stride)

    def new(self) -> Words:
        """The numbers of the states that turned out to be new when they were inserted, in order."""
        return np.sort(np.concatenate([k[words.NUMBERS :][: k[words.NEW]] for k in self.lists]))


class Program:
    """A spec and model, compiled on first use.

    ``cache``: the directory where machine code is kept between runs; by default ``CACHE``, in the user's home.
    ``exact``: the visited set keeps whole states in place of fingerprints.
    """

    def __init__(self, spec: Spec, cache: Path | None = None, exact: bool = False) -> None:
        self.spec = spec
        self.exact = exact
        self.cache = CACHE if cache is None else cache
        self.layout = Layout(spec.variables)
        self.words = self.layout.words
        self.symmetry = Symmetry(spec, self.layout)
        self.successor_limit = successor_limit(spec, self.layout)
        #: The generated module, as text.
        self.source = generate(spec, self.layout, self.symmetry, exact)
        self._library: Library | None = None
        self._single: Batch | None = None

    @property
    def library(self) -> Library:
        """The compiled functions."""
        if self._library is None:
            common = Path(kernels.__file__).read_text(encoding="utf-8").split("# --- compiled from here on ---")[1]
            self._library = Library(common + self.source, words.CONSTANTS, self.cache)
        return self._library

    def compile(self) -> float:
        """Compile (or load what was compiled before); returns the seconds it took."""
        start = time.perf_counter()
        assert self.library is not None
        return time.perf_counter() - start

    def batch(self, shares: int = 0) -> Batch:
        """An empty batch that takes all successors of ``words.BATCH`` parents; see :class:`Batch`."""
        return Batch(words.BATCH * self.successor_limit + 1, self.words, shares)

    def control(self) -> Words:
        """A control array for one worker, all 0 but for what the model sets."""
        control = zeros(words.GENERATED + 2 * len(self.spec.actions))
        control[words.DEADLOCK] = int(self.spec.model.deadlock)
        control[words.GROUP] = self.symmetry.size
        return control

    # States

    def pack_part(self, variable: str, value: Any) -> int:
        """One variable's share of the code of a state; see :class:`Layout`."""
        return self.layout.pack_part(variable, value)

    def unpack(self, row: Rows) -> State:
        """The state of a packed row."""
        return self.layout.unpack(row)

    def inspect(self, rows: Rows, control: Words | None = None) -> tuple[Rows, Words]:
        """Representatives of packed states, shape ``(n, words)``, and what is known of each (``words.INSPECTED``)."""
        flat = np.array(rows, np.int64).reshape(-1)
        count = flat.size // self.words
        found = zeros(count * words.INSPECTED)
        self.library.inspect(flat, count, found, self.control() if control is None else control)
        return flat.reshape(-1, self.words), found.reshape(-1, words.INSPECTED)

    def canonical_rows(self, rows: Rows) -> Rows:
        """The representatives of the orbits of some packed states, shape ``(n, words)``."""
        return self.inspect(rows)[0]

    def canonical(self, state: State) -> State:
        """The representative of the orbit of a state."""
        return self.unpack(self.canonical_rows(self.layout.pack(state))[0])

    def successors(self, row: Rows) -> tuple[Rows, Words]:
        """All successors of one packed state as they are, and the numbers of their actions.

        Where an action cannot be evaluated: those before it.
        """
        return self.expand(row)[:2]

    def expand(self, rows: Rows) -> tuple[Rows, Words, Words, bool]:
        """All successors of at most ``words.BATCH`` packed states as they are, the numbers of their actions and
        of their parents, and whether these are all.
        """
        if self._single is None:
            self._single = self.batch()
        batch, control = self._single, self.control()
        control[words.RAW] = 1
        flat = np.array(rows, np.int64).reshape(-1)
        self.library.expand_rows(flat, 0, flat.size // self.words, batch.data, control)
        count = int(control[words.COUNT])
        states = batch.states[: count * self.words].reshape(-1, self.words).copy()
        complete = control[words.STOP] not in (words.FAILED, words.BLOCKED)
        actions, parents = batch.kinds[:count] & words.ACTION_MASK, batch.origins[:count] & words.PARENT_MASK
        return states, actions, parents, bool(complete)
