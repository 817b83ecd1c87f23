"""A model with all of its states explored: what graphs of it are made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mc.dataclass import dataclass
from mc.engine.reference import successors
from mc.engine.runtime import words
from mc.errors import EvaluationError, UsageError
from mc.lang.state import State, renamed
from mc.lang.values import ModelValue, rename
from mc.spec.objects import Spec
from mc.trace.behavior import Behavior, find_failure
from mc.trace.renaming import find_renaming

if TYPE_CHECKING:
    from mc.engine.search.compiled import Engine

Permutation = Mapping[ModelValue, ModelValue]


class TooLarge(UsageError):
    """More states than may be explored, or more nodes than may be shown."""

    @classmethod
    def to_explore(cls, states: str) -> TooLarge:
        """Where there are too many states even to project them."""
        return cls(
            f"the model has {states} states, too many for a graph or a projection; give smaller constants with"
            " -c NAME=VALUE, or raise --max-nodes to the number of states to explore"
        )


@dataclass(frozen=True)
class RealStep:
    """A step of the reference semantics from an explored state, as it is, to a state that
    ``permutation`` renames to the explored state ``target``."""

    source: int
    action: str
    arguments: tuple[Any, ...]
    permutation: Permutation
    target: int


@dataclass(frozen=True, eq=False)
class Explored:
    """All states of a model within its constraints, in the order of the search, and those of a behavior.

    Under symmetry each state stands for its orbit.
    """

    spec: Spec
    engine: Engine
    states: Sequence[State]
    #: The index of each state, by its packed form.
    index: Mapping[bytes, int]
    #: The level of each state, from 1.
    depth: Sequence[int]
    initial: Sequence[bool]
    #: Whether a state satisfies the constraints.
    within: Sequence[bool]
    #: The first invariant that a state violates, or "".
    violates: Sequence[str]
    #: Whether a state within the constraints has no successor at all.
    deadlock: Sequence[bool]
    #: Source, name of the action and target of each step within the constraints.
    edges: Sequence[tuple[int, str, int]]
    #: A behavior, as explored states and the steps between them.
    path: Sequence[int]
    path_steps: Sequence[RealStep]

    def real_steps(self) -> Iterator[RealStep]:
        """Every step within the constraints, from each state as it is, by the reference semantics.

        :class:`EvaluationError` where an action cannot be evaluated.
        """
        for source, state in enumerate(self.states):
            if not self.within[source]:
                continue
            try:
                steps = list(successors(self.spec, state))
            except Exception as error:  # a spec is any Python, so this may be any exception
                raise EvaluationError(str(find_failure(self.spec, state))) from error
            for step, key in zip(steps, _keys(self.engine, [step.state for step in steps]), strict=True):
                target = self.index.get(key)
                if target is not None and self.within[target]:
                    permutation = _renaming(self.spec, step.state, self.states[target])
                    yield RealStep(source, step.action.name, step.arguments, permutation, target)


def explore(spec: Spec, engine: Engine, max_states: int, behavior: Behavior | None = None) -> Explored:
    """Explore all states; those of ``behavior`` are among them, also one outside the constraints.

    Raises :class:`TooLarge`, and :class:`EvaluationError` where the spec cannot be evaluated.
    """
    # Here, not above: the engine takes its time to import.
    from mc.engine.search.compiled import UnevaluableState

    try:
        found = engine.graph(max_states)
    except UnevaluableState as error:
        raise EvaluationError(str(find_failure(spec, error.state))) from error
    if found is None:
        raise TooLarge.to_explore(f"more than {max_states:,}")
    edges = [(source, spec.actions[action].name, target) for source, action, target in found.edges.tolist()]
    rows = list(found.states)
    index = {row.tobytes(): k for k, row in enumerate(rows)}
    initial = [k < found.initial for k in range(len(rows))]
    depth = _depths(initial, edges)
    path = []
    for number, key in enumerate(_keys(engine, behavior.states) if behavior is not None else []):
        if key not in index:
            index[key] = len(rows)
            rows.append(np.frombuffer(key, np.int64))
            initial.append(number == 0)
            depth.append(number + 1)
        path.append(index[key])
    packed = np.array(rows)
    states = engine.layout.unpack_rows(packed)
    control = engine.control()
    _, facts = engine.inspect(packed, control)
    if control[words.STOP] != words.OK:
        raise EvaluationError(str(find_failure(spec, states[control[words.STOP_PARENT]])))
    within = [bool(fact) for fact in facts[:, words.WITHIN]]
    names = ["", *(invariant.name for invariant in spec.invariants)]
    left = {source for source, _, _ in edges}
    return Explored(
        spec=spec,
        engine=engine,
        states=states,
        index=index,
        depth=depth,
        initial=initial,
        within=within,
        violates=[names[broken] for broken in facts[:, words.BROKEN]],
        deadlock=[within[k] and k not in left and not len(engine.successors(row)[0]) for k, row in enumerate(rows)],
        edges=edges,
        path=path,
        path_steps=[] if behavior is None else list(_path_steps(spec, behavior, path, states)),
    )


def _depths(initial: list[bool], edges: list[tuple[int, str, int]]) -> list[int]:
    """The level of each state: the first edge to a state, in the order of the search, is the one that found it."""
    depth = [int(first) for first in initial]
    for source, _, target in edges:
        depth[target] = depth[target] or depth[source] + 1
    return depth


def _path_steps(spec: Spec, behavior: Behavior, path: list[int], states: Sequence[State]) -> Iterator[RealStep]:
    """The steps of a behavior, renamed to begin at the explored states."""
    for k, step in enumerate(behavior.steps):
        renaming = find_renaming(spec, behavior.states[k], states[path[k]])
        after = renamed(step.state, renaming)
        arguments = tuple(rename(argument, renaming) for argument in step.arguments)
        permutation = _renaming(spec, after, states[path[k + 1]])
        yield RealStep(path[k], step.action.name, arguments, permutation, path[k + 1])


def _renaming(spec: Spec, state: State, wanted: State) -> Permutation:
    """A symmetry that makes ``wanted`` of ``state``, without the values that it leaves alone."""
    found = find_renaming(spec, state, wanted)
    return {value: image for value, image in found.items() if value is not image}


def _keys(engine: Engine, states: Sequence[State]) -> list[bytes]:
    """The packed representatives of some states."""
    if not states:
        return []
    return [row.tobytes() for row in engine.canonical_rows(np.array([engine.layout.pack(s) for s in states]))]
