"""A check that a spec has the symmetry that its model claims.

Renaming the symmetric values must change nothing but names. That is tested on the constants and domains of the
spec, on the initial states, and on a sample of the reachable states: a state and its image under each exchange
of two values must have the same successors up to that exchange, by the same actions, and satisfy the same
constraints, invariants and witnesses. What fails here is an error in the model, not a different count.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from mc.engine.program.program import Program, Words
from mc.engine.runtime import words
from mc.engine.store.layout import Rows
from mc.errors import SpecError
from mc.lang.domains import Domain
from mc.lang.values import FnValue, ModelValue, RecordValue, rename

#: States that are tested: the first so many, and then so many of each level.
FIRST_STATES = 100
STATES_PER_LEVEL = 2
#: So many are tested together, at least: most of the time is spent on calls.
TOGETHER = 32


class SymmetryCheck:
    """Tests a program's claimed symmetry; every method raises :class:`SpecError` where it does not hold."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.tested = 0
        self._waiting: list[Rows] = []
        #: By the number of an action, the number of the first of its name: exchanges turn one of them into another.
        names = [action.name for action in program.spec.actions]
        self.alike = np.array([names.index(name) for name in names], np.int64)
        self.exchanges = list(self._exchanges()) if program.symmetry.sets else []

    def _exchanges(self) -> Iterator[tuple[ModelValue, ModelValue, Words]]:
        """Exchanges of two neighbours in each set, which generate the group: the values, and the renaming."""
        sets = self.program.symmetry.sets
        first = 0
        for members in sets:
            for k in range(len(members) - 1):
                renaming = np.concatenate([np.arange(len(s)) for s in sets])
                renaming[first + k], renaming[first + k + 1] = k + 1, k
                yield members.members[k], members.members[k + 1], renaming
            first += len(members)

    def fail(self, a: ModelValue, b: ModelValue, what: str) -> SpecError:
        names = ", ".join(self.program.spec.model.symmetry)
        return SpecError(
            f"the spec is not symmetric, but the model claims symmetry in {names}: exchanging {a} and {b} {what}. "
            "Take the constant out of the model's symmetry (--symmetry none), or mend the spec",
            str(self.program.spec.path),
        )

    def definitions(self) -> None:
        """Test constants and domains: what a spec computes once must not single out a symmetric value."""
        spec = self.program.spec
        if not self.exchanges:
            return
        values: dict[str, Any] = {
            name: value
            for name, value in spec.namespace.items()
            if isinstance(value, (ModelValue, frozenset, set, tuple, FnValue, RecordValue))
        }
        for action in spec.actions:
            for parameter in action.parameters:
                if isinstance(parameter.domain, Domain):
                    values[f"the domain of {action.name}'s {parameter.name}"] = frozenset(parameter.domain)
        for a, b, _ in self.exchanges:
            for name, value in values.items():
                if rename(value, {a: b, b: a}) != rename(value, {}):
                    raise self.fail(a, b, f"changes {name} = {value!r}")

    def initial(self) -> Iterator[None]:
        """Test that the initial states are closed under renaming; some at a time, for who goes on or not."""
        if not self.exchanges:
            return
        hashes = []
        for rows in self.program.initial():
            hashes.append(self._hashes(rows))
            yield
        known = np.sort(np.concatenate([np.empty(0, np.int64), *hashes]))
        for a, b, renaming in self.exchanges:
            for rows in self.program.initial():
                images = self._hashes(self._images(rows, renaming))
                # Not np.isin, which imports what takes longer than most searches.
                outside = known[np.searchsorted(known, images).clip(max=known.size - 1)] != images
                if outside.any():
                    state = self.program.unpack(rows[outside][0])
                    raise self.fail(a, b, f"makes of an initial state one that is not initial:\n{state}")
                yield

    def _hashes(self, rows: Rows) -> Words:
        """The first words of the fingerprints of rows, shape ``(n, words)``."""
        fingerprints = np.empty((len(rows), 2), np.int64)
        self.program.library.fingerprints_of(np.ascontiguousarray(rows), len(rows), fingerprints)
        return fingerprints[:, 0]

    @property
    def begun(self) -> bool:
        """Whether the first states have been tested, so that a sample is enough from here on."""
        return not self.exchanges or self.tested >= FIRST_STATES

    def sample(self, count: int) -> Words:
        """Indices of the states to test of a level of ``count``, in order."""
        room = max(STATES_PER_LEVEL, FIRST_STATES - self.tested) if self.exchanges else 0
        return np.arange(count) if count <= room else np.linspace(0, count - 1, room).astype(np.int64)

    def level(self, rows: Rows) -> None:
        """Test the sample of a level, packed rows of shape ``(n, words)``, now or later."""
        if self.exchanges:
            self._waiting.append(rows)
            self.tested += len(rows)
            if sum(map(len, self._waiting)) >= TOGETHER:
                self.finish()

    def finish(self) -> None:
        """Test what has not been tested yet."""
        rows = np.concatenate([np.empty((0, self.program.words), np.int64), *self._waiting])
        self._waiting.clear()
        if len(rows):
            self._test(rows)

    def _images(self, rows: Rows, renaming: Words) -> Rows:
        """Rows, shape ``(n, words)``, renamed."""
        images = np.empty_like(rows)
        self.program.library.rename(np.ascontiguousarray(rows), images, len(rows), renaming)
        return images

    def _test(self, rows: Rows) -> None:
        facts, steps, complete = self._look_at(rows)
        for a, b, renaming in self.exchanges:
            image_facts, image_steps, image_complete = self._look_at(self._images(rows, renaming))
            here = steps.copy()
            here[:, 2:] = self._images(steps[:, 2:], renaming)
            here, there = self._sorted(here), self._sorted(image_steps)
            same_facts = np.array_equal(facts, image_facts)
            if same_facts and complete and image_complete and np.array_equal(here, there):
                continue
            if len(rows) > 1:
                # Which one it is; what cannot be evaluated in one state says nothing of the others.
                for k in range(len(rows)):
                    self._test(rows[k : k + 1])
                return
            state = self.program.unpack(rows[0])
            if not same_facts:
                raise self.fail(a, b, f"changes whether a constraint, invariant or witness holds in\n{state}")
            if complete != image_complete or (complete and not np.array_equal(here, there)):
                different = {tuple(step) for step in here.tolist()} ^ {tuple(step) for step in there.tolist()}
                _, number, *_ = min(different or here.tolist(), default=(0, 0))
                raise self.fail(a, b, f"changes what {self.program.spec.actions[number].name} does in\n{state}")

    def _look_at(self, rows: Rows) -> tuple[Words, Words, bool]:
        """What holds in each of some states; all steps (parent, action, state); whether there were no failures."""
        control = self.program.control()
        _, found = self.program.inspect(rows, control)
        states, actions, parents, complete = self.program.expand(rows)
        steps = np.column_stack([parents, self.alike[actions], states])
        evaluated = control[words.STOP] == words.OK
        return found[:, [words.WITHIN, words.BROKEN, words.WITNESSED]], steps, complete and bool(evaluated)

    @staticmethod
    def _sorted(steps: Words) -> Words:
        return steps[np.lexsort(steps.T)]
