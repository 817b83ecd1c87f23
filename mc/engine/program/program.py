"""A spec and model, compiled: its machine code, and what it says of single states."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mc.engine.code.source import Source
from mc.engine.machine.library import Library
from mc.engine.program.generate import BESIDE, control_words, generate, part_size
from mc.engine.result import Unevaluable
from mc.engine.runtime import words
from mc.engine.runtime.memory import pages
from mc.engine.store.layout import Layout, Rows
from mc.engine.symmetry.symmetry import Symmetry
from mc.errors import EvaluationError
from mc.lang.state import State
from mc.spec.objects import Spec

Words = npt.NDArray[np.int64]

#: Where machine code is kept between runs, unless a program is told. A process need not have a home.
CACHE = Path(os.path.expanduser("~/.cache/mc"))


def zeros(size: int) -> Words:
    """Memory for ``size`` words, all 0, taken as it is used (numpy asks for huge pages where there are any)."""
    return np.zeros(size, np.int64)


def common_source() -> str:
    """The text that is compiled with every generated module."""
    constants = "".join(f"{name} = {value}\n" for name, value in words.CONSTANTS.items())
    kernels = (Path(words.__file__).with_name(f"{name}.py") for name in ("kernels", "successors", "loops"))
    texts = (file.read_text(encoding="utf-8") for file in kernels)
    return constants + "".join(text.split("# --- compiled from here on ---")[1] for text in texts)


class UnevaluableInit(EvaluationError):
    """Init cannot be evaluated with a binding of its parameters, given by its number."""

    def __init__(self, binding: int, failure: Unevaluable) -> None:
        super().__init__(f"Init cannot be evaluated with binding {binding} of its parameters: {failure.why}")
        self.binding = binding
        self.failure = failure


class Batch:
    """The successors of some parents, in order, in parts that threads fill one at a time. Memory is taken as it is
    used. Shapes begin with the number of parts; ``capacity``: how many states fit a part.
    """

    def __init__(self, parts: int, capacity: int, state_words: int) -> None:
        self.capacity = capacity
        #: Memory that a state takes with all that stands beside it.
        self.state_bytes = 8 * (state_words + BESIDE)
        ends = np.cumsum([0, state_words, 2, 1, 1, 1]) * capacity
        #: The parts, each with all that follows.
        stride = int(ends[-1]) + words.SHARES * words.LIST
        self.data = np.frombuffer(pages(8 * parts * stride, huge=False), np.int64).reshape(parts, stride)
        #: States (``capacity * state_words``), their fingerprints (two words each), origins and kinds.
        self.states, self.fingerprints, self.origins, self.kinds, self.numbers = (
            self.data[:, first:last] for first, last in itertools.pairwise(ends)
        )
        #: Shape ``(parts, words.SHARES, words.LIST)``: where among ``numbers`` the states of each share are.
        self.lists = self.data[:, ends[-1] :].reshape(parts, words.SHARES, words.LIST)


class Program:
    """A spec and model, compiled on first use.

    ``cache``: the directory where machine code is kept between runs; by default ``CACHE``, in the user's home.
    ``exact``: the visited set keeps whole states in place of fingerprints.
    """

    def __init__(self, spec: Spec, cache: Path | None = None, exact: bool = False) -> None:
        self.spec = spec
        self.exact = exact
        self.cache = CACHE if cache is None else cache
        self.layout = Layout(spec.variables, spec)
        self.words = self.layout.words
        self.symmetry = Symmetry(spec, self.layout)
        #: Of the rows of Init.
        self.bindings = sum(spec.bindings())
        generated = generate(spec, self.layout, self.symmetry, exact)
        #: What is compiled; and what that may find that cannot be evaluated.
        self.code = Source(
            common_source() + self.symmetry.kernels, generated.constants, generated.tables, generated.functions
        )
        self.failures = generated.failures
        self._header = generated.header
        #: Successors of a state, and initial states of a binding, at most.
        self.successor_limit, self.initial_limit = generated.successors, generated.starts
        #: Parents in a part of a batch, at most.
        self.part = part_size(self.successor_limit, self.words)
        self._library: Library | None = None
        self._single: Batch | None = None

    @property
    def source(self) -> str:
        """The generated module, to be read."""
        return self._header + self.code.text

    @property
    def library(self) -> Library:
        """The functions: optimised, unless :meth:`use` has said otherwise."""
        if self._library is None:
            self.compile()
        assert self._library is not None
        return self._library

    def use(self, library: Library) -> None:
        """Call these functions from here on."""
        self._library = library

    def compile(self) -> float:
        """Have the functions as machine code, compiled now or before; returns the seconds it took."""
        start = time.perf_counter()
        if self._library is None:
            self._library = Library(self.code, self.cache).ready()
        return time.perf_counter() - start

    def batch(self, parts: int = 1) -> Batch:
        """An empty batch, each part of which takes all successors of ``part`` parents; see :class:`Batch`."""
        return Batch(parts, self.part * self.successor_limit + 1, self.words)

    def control(self) -> Words:
        """A control array, all 0 but for what the model sets."""
        alone: Words = self.controls(1)[0]
        return alone

    def controls(self, parts: int) -> Rows:
        """A control array for each part of a batch."""
        controls = np.zeros((parts, control_words(self.spec)), np.int64)
        controls[:, words.DEADLOCK] = int(self.spec.model.deadlock)
        controls[:, words.GROUP] = self.symmetry.size
        return controls

    # States

    def pack_part(self, variable: str, value: Any) -> int:
        """One variable's share of the code of a state; see :class:`Layout`."""
        return self.layout.pack_part(variable, value)

    def unpack(self, row: Rows) -> State:
        """The state of a packed row."""
        return self.layout.unpack(row)

    def initial(self) -> Iterator[Rows]:
        """All initial states as they are, packed, in order: in blocks of shape ``(n, words)``."""
        return (rows for rows, _ in self.initial_of(0, self.bindings))

    def count_initial(self) -> Iterator[int]:
        """How many initial states are generated, some bindings at a time."""
        return (count for _, count in self.initial_of(0, self.bindings))

    def initial_row(self, origin: int) -> Rows:
        """The initial state with an origin, as it is, packed."""
        ((rows, _),) = self.initial_of(origin & words.PARENT_MASK, 1)
        alone: Rows = rows[origin >> words.PARENT_BITS]
        return alone

    def initial_of(self, first: int, count: int) -> Iterator[tuple[Rows, int]]:
        """The states that so many bindings make, shape ``(n, words)``, and how many are generated, as many as there is
        room for at a time; :class:`UnevaluableInit`."""
        single = self._alone()
        step = single.capacity // self.initial_limit
        for start in range(first, first + count, step):
            control = self.control()
            control[words.RAW] = 1
            self.library.initial_rows(start, min(step, first + count - start), single.data, control)
            if control[words.STOP] != words.OK:
                raise UnevaluableInit(int(control[words.STOP_PARENT]), self.failures[control[words.STOP_WHAT] - 1])
            rows = single.states[0, : control[words.COUNT] * self.words].reshape(-1, self.words).copy()
            yield rows, int(control[words.GENERATED + len(self.spec.actions)])

    def _alone(self) -> Batch:
        """A batch of one part, for what is not of a search."""
        if self._single is None:
            self._single = self.batch()
        return self._single

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

    def expand(self, rows: Rows, control: Words | None = None) -> tuple[Rows, Words, Words, bool]:
        """All successors of some packed states as they are, the numbers of their actions and of their parents, and
        whether these are all; ``control`` tells in how many ways they are made.
        """
        single = self._alone()
        states, kinds, origins = (part[0] for part in (single.states, single.kinds, single.origins))
        flat = np.array(rows, np.int64).reshape(-1, self.words)
        control = self.control() if control is None else control
        control[words.RAW] = 1
        found = []
        for first in range(0, len(flat), self.part):
            part = flat[first : first + self.part]
            self.library.expand_rows(part, len(part), single.data, control)
            count = int(control[words.COUNT])
            found.append(
                (
                    states[: count * self.words].reshape(-1, self.words).copy(),
                    kinds[:count] & words.ACTION_MASK,
                    first + (origins[:count] & words.PARENT_MASK),
                )
            )
        complete = control[words.STOP] not in (words.FAILED, words.BLOCKED)
        successors, actions, parents = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return successors, actions, parents, bool(complete)
