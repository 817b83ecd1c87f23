"""A model with all of its states explored: what graphs of it are made from; and the exploration of a Python spec."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from mc.dataclass import dataclass
from mc.engine.reference import successors
from mc.engine.runtime import words
from mc.errors import EvaluationError, UsageError
from mc.lang.state import State, renamed
from mc.lang.values import ModelValue, rename
from mc.spec.objects import Spec
from mc.trace.behavior import AnyBehavior, Behavior, find_failure
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
    """A step of the spec from an explored state, as it is, to a state that ``permutation`` renames to the explored
    state ``target``."""

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

    name: str
    model: str
    #: What is symmetric, by its names, and renamings from which all others follow.
    symmetry: Sequence[str]
    swaps: Sequence[Permutation]
    #: Their names.
    variables: Sequence[str]
    states: Sequence[State]
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
    #: Every step within the constraints, from each state as it is; :class:`EvaluationError` where an action cannot be
    #: evaluated.
    real_steps: Callable[[], Iterator[RealStep]]


def refuse(behavior: AnyBehavior | None) -> None:
    """:class:`EvaluationError` where a behavior ends in a state in which the spec cannot be evaluated."""
    if behavior is not None and behavior.failure is not None:
        raise EvaluationError(f"no state graph, see mc check: {behavior.failure}")


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
    depth = depths(initial, edges)
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
    symmetric = [spec.constants[name].members for name in spec.model.symmetry]
    find = partial(find_renaming, spec)
    left = {source for source, _, _ in edges}
    return Explored(
        name=spec.name,
        model=spec.model.name,
        symmetry=spec.model.symmetry,
        swaps=[{a: b, b: a} for members in symmetric for a, b in itertools.combinations(members, 2)],
        variables=tuple(spec.variables),
        states=states,
        depth=depth,
        initial=initial,
        within=within,
        violates=[names[broken] for broken in facts[:, words.BROKEN]],
        deadlock=[within[k] and k not in left and not len(engine.successors(row)[0]) for k, row in enumerate(rows)],
        edges=edges,
        path=path,
        path_steps=[] if behavior is None else list(path_steps(behavior, path, states, find)),
        real_steps=lambda: _real_steps(spec, engine, states, index, within),
    )


def _real_steps(
    spec: Spec, engine: Engine, states: Sequence[State], index: Mapping[bytes, int], within: Sequence[bool]
) -> Iterator[RealStep]:
    """By the reference semantics."""
    for source, state in enumerate(states):
        if not within[source]:
            continue
        try:
            steps = list(successors(spec, state))
        except Exception as error:  # a spec is any Python, so this may be any exception
            raise EvaluationError(str(find_failure(spec, state))) from error
        for step, key in zip(steps, _keys(engine, [step.state for step in steps]), strict=True):
            target = index.get(key)
            if target is not None and within[target]:
                permutation = changed(find_renaming(spec, step.state, states[target]))
                yield RealStep(source, step.action.name, step.arguments, permutation, target)


def depths(initial: list[bool], edges: list[tuple[int, str, int]]) -> list[int]:
    """The level of each state: the first edge to a state, in the order of the search, is the one that found it."""
    depth = [int(first) for first in initial]
    for source, _, target in edges:
        depth[target] = depth[target] or depth[source] + 1
    return depth


def path_steps(
    behavior: AnyBehavior, path: Sequence[int], states: Sequence[State], find: Callable[[State, State], Permutation]
) -> Iterator[RealStep]:
    """The steps of a behavior, renamed to begin at the explored states; ``find``: what renames one state to another."""
    for k, step in enumerate(behavior.steps):
        renaming = find(behavior.states[k], states[path[k]])
        after = renamed(step.state, renaming)
        arguments = tuple(rename(argument, renaming) for argument in step.arguments)
        permutation = changed(find(after, states[path[k + 1]]))
        yield RealStep(path[k], step.action.name, arguments, permutation, path[k + 1])


def changed(renaming: Permutation) -> Permutation:
    """A renaming without the values that it leaves alone."""
    return {value: image for value, image in renaming.items() if value is not image}


def _keys(engine: Engine, states: Sequence[State]) -> list[bytes]:
    """The packed representatives of some states."""
    if not states:
        return []
    return [row.tobytes() for row in engine.canonical_rows(np.array([engine.layout.pack(s) for s in states]))]
