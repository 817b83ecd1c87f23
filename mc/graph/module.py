"""The states of a TLA+ module, explored by the interpreter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mc.engine.deep import deeply
from mc.engine.steps import Steps
from mc.engine.steps import explore as explore_steps
from mc.formula.nodes import as_written
from mc.graph.explored import Explored, Permutation, RealStep, TooLarge, changed, depths, path_steps
from mc.interpreter.interpreter import Interpreter
from mc.lang.state import State, renamed
from mc.spec.module import ModuleSpec
from mc.trace.module import ModuleBehavior, named, values


def explore(spec: ModuleSpec, max_states: int, behavior: ModuleBehavior | None = None) -> Explored:
    """Explore all states; those of ``behavior`` are among them, also one outside the constraints.

    Raises :class:`TooLarge`, and :class:`EvaluationError` where the module cannot be evaluated.
    """
    steps = explore_steps(spec, max_states)
    if steps is None:
        raise TooLarge.to_explore(f"more than {max_states:,}")
    interpreter = Interpreter(spec)
    states = [named(interpreter, state) for state in steps.states]
    initial = [number < steps.initial for number in range(len(states))]
    names = [as_written(action.name) for action in steps.actions]
    edges = [(source, names[action], target) for source, action, target in steps.edges]
    depth = depths(initial, edges)
    within = [True] * len(states)
    path = []
    for number, state in enumerate(behavior.states if behavior is not None else (), 1):
        known = steps.number(values(state))
        if known is None:
            known = len(states)
            states.append(state)
            initial.append(number == 1)
            depth.append(number)
            within.append(False)
        path.append(known)

    def find(state: State, wanted: State) -> Permutation:
        return _renaming(steps.permutations, state, wanted)

    left = {source for source, _, _ in edges}
    stuck = [within[k] and k not in left for k in range(len(states))]
    return Explored(
        name=spec.name,
        model=spec.model,
        symmetry=() if spec.symmetry is None else (spec.symmetry,),
        swaps=steps.permutations,
        variables=spec.variables,
        states=states,
        depth=depth,
        initial=initial,
        within=within,
        violates=deeply(lambda: [_violated(interpreter, state) for state in states]),
        deadlock=deeply(lambda: [ends and _is_stuck(steps, state) for ends, state in zip(stuck, states, strict=True)]),
        edges=edges,
        path=path,
        path_steps=[] if behavior is None else list(path_steps(behavior, path, states, find)),
        real_steps=lambda: _real_steps(interpreter, steps, states),
    )


def _real_steps(interpreter: Interpreter, steps: Steps, states: Sequence[State]) -> Iterator[RealStep]:
    for (source, number, target), made in zip(steps.edges, steps.made, strict=True):
        action = steps.actions[number]
        permutation = changed(_renaming(steps.permutations, named(interpreter, made), states[target]))
        yield RealStep(source, as_written(action.name), action.arguments, permutation, target)


def _renaming(permutations: Sequence[Permutation], state: State, wanted: State) -> Permutation:
    """A symmetry that makes ``wanted`` of ``state``; where there is none, they are one for the VIEW."""
    return next((one for one in ({}, *permutations) if renamed(state, one) == wanted), {})


def _violated(interpreter: Interpreter, state: State) -> str:
    """The first invariant that is FALSE in a state, or that cannot be evaluated there."""
    asked = [(c.name, c.formula) for c in interpreter.spec.properties if c.asked == "invariant"]
    for name, what in (*((name, name) for name in interpreter.spec.invariants), *asked):
        if not interpreter.holds(what, interpreter.state(values(state))):
            return name
    return ""


def _is_stuck(steps: Steps, state: State) -> bool:
    """Whether a state without a step within the constraints has none at all."""
    return not any(next(action.successors(values(state)), None) is not None for action in steps.actions)
