"""Temporal properties on the states and steps that a search finds (``tlc2.tool.liveness``).

As in TLC, the steps are those between states within the constraints, and each state has a stuttering step.
"""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Callable, Iterator

import numpy as np

from mc.engine.properties import Asked, asked, asked_names
from mc.engine.result import Loop
from mc.engine.stops import Path, StopError, fail, taken
from mc.errors import EvaluationError
from mc.interpreter.interpreter import Interpreter
from mc.interpreter.states import State
from mc.interpreter.temporal import Atom
from mc.temporal.check import find
from mc.temporal.formula import negation
from mc.temporal.graph import Graph, Truths
from mc.temporal.lasso import without_stuttering


class Behaviors:
    """The behaviors of a search, and what is asked of them. A step takes four bytes."""

    def __init__(self, asked: Asked, interpreter: Interpreter) -> None:
        self.asked = asked
        self.interpreter = interpreter
        self.states: list[State] = []
        self.offsets = array("q", [0])
        self.targets = array("i")
        #: Where the steps from the state that is expanded lead.
        self.following: dict[int, None] = {}
        #: Whether a step, or an initial state, is outside of the constraints.
        self.cut = False

    def step(self, number: int) -> None:
        """A step from the state that is expanded to the one of that number; -1: that is outside of the constraints."""
        if number < 0:
            self.cut = True
        else:
            self.following[number] = None

    def end(self, number: int) -> None:
        """The state of that number is expanded; it has a stuttering step, too."""
        self.following.pop(number, None)
        # It comes first: of counterexamples of one length the one with the stuttering step is shown without it.
        self.targets.append(number)
        self.targets.extend(self.following)
        self.offsets.append(len(self.targets))
        self.following = {}

    def check(self, states: list[State], initial: int, path: Callable[[int], Path]) -> list[str]:
        """Check the properties, once all steps are known; the first states are ``initial``.

        ``states`` are in the order in which they were expanded, ``path`` is that to one of them. :class:`StopError`
        where a property is violated, or cannot be evaluated. Returns warnings.
        """
        self.states = states
        graph = self._graph(initial, path)
        for conjunct, formula in self.asked.properties:
            found = find(graph, [*self.asked.fairness, negation(formula)])
            if found is not None:
                lasso = without_stuttering(found)
                last, back = lasso.states[-1], lasso.states[lasso.back]
                step = None if last == back else taken(self.interpreter.actions[self._by(last, back)])
                raise StopError("property", conjunct.name, self._path(lasso.states), loop=Loop(lasso.back, step))
        warnings = []
        if self.cut:
            spec = self.interpreter.spec
            names = ", ".join((*spec.constraints, *spec.action_constraints))
            kept = "temporal properties are checked of behaviors that stay within, as in TLC"
            warnings.append(f"the constraints ({names}) cut behaviors off: {kept}")
        if self.states and find(graph, self.asked.fairness) is None:
            warnings.append("no behavior that was found is fair: temporal properties hold for no reason")
        return warnings

    def _graph(self, initial: int, path: Callable[[int], Path]) -> Graph:
        of_states: dict[int, Truths] = {}
        of_steps: dict[int, Truths] = {}
        for number, atom in enumerate(self.asked.temporal.atoms):
            (of_states if atom.stuttering is None else of_steps)[number] = self._truth(atom, path)
        return Graph(
            np.arange(initial),
            np.frombuffer(self.offsets, dtype=np.int64),
            np.frombuffer(self.targets, dtype=np.int32),
            of_states,
            of_steps,
        )

    def _truth(self, atom: Atom, path: Callable[[int], Path]) -> Truths:
        states, stuttering = self.states, atom.stuttering
        steps = ((state, state) for state in range(len(states))) if stuttering is None else self._steps()
        found = bytearray()
        for source, target in steps:
            if stuttering is not None and source == target:
                found.append(stuttering)
                continue
            try:
                found.append(atom.holds(states[source], states[target]))
            except (EvaluationError, RecursionError) as error:
                way = path(source) if source == target else [*path(source), (self._by(source, target), states[target])]
                fail(asked_names(self.interpreter.spec), error, way)
        return np.frombuffer(found, dtype=np.bool_)

    def _steps(self) -> Iterator[tuple[int, int]]:
        for source in range(len(self.states)):
            for at in range(self.offsets[source], self.offsets[source + 1]):
                yield source, self.targets[at]

    def _path(self, states: tuple[int, ...]) -> Path:
        numbers = [-1, *itertools.starmap(self._by, itertools.pairwise(states))]
        return [(number, self.states[state]) for number, state in zip(numbers, states, strict=True)]

    def _by(self, source: int, target: int) -> int:
        """The number of the first action that leads from a state to another one."""
        before, after = self.states[source], self.states[target]
        actions = enumerate(self.interpreter.actions)
        return next(number for number, action in actions if after in action.successors(before))


def behaviors(interpreter: Interpreter) -> tuple[Behaviors | None, str]:
    """What gathers the behaviors of a search; or None, and why a search cannot tell what is asked of them: a clause."""
    found = asked(interpreter)
    return (None, found) if isinstance(found, str) else (Behaviors(found, interpreter), "")
