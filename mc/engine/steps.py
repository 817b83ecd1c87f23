"""The state graph of a TLA+ module: its states in the order of the search, and every step between two of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from mc.dataclass import dataclass
from mc.engine.deep import deeply
from mc.engine.interpreted import Search
from mc.engine.permutations import Permutation
from mc.engine.result import Violation
from mc.engine.search.limits import Guard, Limits
from mc.errors import EvaluationError
from mc.interpreter.actions import Action
from mc.interpreter.interpreter import Interpreter
from mc.interpreter.states import State
from mc.lang.values import SeqValue
from mc.spec.module import ModuleSpec


@dataclass(frozen=True)
class Steps:
    """All states within the constraints, and all steps between them. Under symmetry one stands for its orbit."""

    actions: Sequence[Action]
    states: Sequence[State]
    #: How many of the states, the first ones, are initial.
    initial: int
    #: The state before, the action and the state after, by their numbers: once for each way to make the step.
    edges: Sequence[tuple[int, int, int]]
    #: What each of these steps leads to, before another state stands for it.
    made: Sequence[State]
    #: The symmetry, without the identity.
    permutations: Sequence[Permutation]
    #: What tells whether two states are one, and the number of each.
    key: Callable[[State], State]
    numbers: Mapping[SeqValue, int]

    def number(self, state: State) -> int | None:
        """The number of a state, or of the one that stands for it; None where it is not in the graph."""
        return self.numbers.get(SeqValue(self.key(state)))


class _Recorder(Search):
    """A search that keeps the steps within the constraints, each with the state that it leads to and its key."""

    def __init__(self, spec: ModuleSpec, guard: Guard) -> None:
        super().__init__(Interpreter(spec), guard, None)
        self.steps: list[tuple[int, int, State, SeqValue]] = []
        #: The numbers of states, by sequences of their keys, which tell 1 from TRUE.
        self.numbers: dict[SeqValue, int] = {}

    def met(self, key: State, state: State, new: bool) -> None:
        whole = SeqValue(key)
        if new:
            self.numbers[whole] = len(self.states) - 1
        if self.parent >= 0:
            self.steps.append((self.parent, self.action, state, whole))


def explore(spec: ModuleSpec, limit: int) -> Steps | None:
    """The graph, whatever is asked of the states; None where there are more than ``limit``.

    :class:`EvaluationError` where the module cannot be evaluated.
    """
    guard = Guard(Limits(max_states=limit))
    search = _Recorder(replace(spec, invariants=(), properties=(), postconditions=(), deadlock=False), guard)
    with guard.signals():
        result = deeply(search.run, guard.is_overdue)
    if guard.signalled:
        raise KeyboardInterrupt
    if result.violation is not None:
        raise EvaluationError(_message(result.violation))
    if len(search.states) > limit:
        return None
    edges = [(source, action, search.numbers[key]) for source, action, _, key in search.steps]
    initial = search.levels[0] if search.levels else 0
    made = [state for _, _, state, _ in search.steps]
    permutations = [] if search.orbits is None else search.orbits.permutations
    return Steps(search.actions, search.states, initial, edges, made, permutations, search.key, search.numbers)


def _message(violation: Violation) -> str:
    """What keeps the graph from being made."""
    if violation.failure is None:
        return f"the assumption at {violation.property} does not hold"
    return f"{violation.failure.where} cannot be evaluated: {violation.failure.why}"
