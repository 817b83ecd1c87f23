"""Behaviors: the counterexample of a search, rebuilt step by step with the reference semantics.

A search stores one state of each orbit. Its path is a path of orbits: if some state of an orbit has
a step into the next orbit, every state of it has one. So the behavior starts at a real initial
state and takes, each time, the first real step that leads into the orbit that the search went to.
Each step is thereby also checked against the definition of the language, whatever the engine did.
"""

from __future__ import annotations

import itertools
import traceback
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, Protocol

from mc.dataclass import dataclass
from mc.engine.reference import Step, successors, ways
from mc.engine.result import Loop, Unevaluable, Violation
from mc.errors import EvaluationError, McError, SpecError
from mc.lang.state import State
from mc.lang.text import to_tla
from mc.spec.objects import Spec

Canonical = Callable[[State], State]


class ReplayError(McError):
    """The search reported something that the reference semantics do not confirm."""


@dataclass(frozen=True)
class Failure:
    """Why the spec cannot be evaluated in the last state of a behavior."""

    #: ``Timeout(s1)``, or the name of an invariant, a constraint or a witness.
    where: str
    message: str
    file: str | None
    line: int | None

    def __str__(self) -> str:
        place = "" if self.file is None else f" ({self.file}:{self.line})"
        return f"{self.where} cannot be evaluated: {self.message}{place}"


@dataclass(frozen=True)
class Behavior:
    """An initial state and the steps from it."""

    initial: State
    steps: tuple[Step, ...]
    failure: Failure | None = None

    @cached_property
    def states(self) -> tuple[State, ...]:
        """All states, the initial one first."""
        return (self.initial, *(step.state for step in self.steps))

    @property
    def labels(self) -> tuple[tuple[str, tuple[Any, ...]], ...]:
        """What leads to each state: the name of an action, and its arguments."""
        return (("Init", ()), *((step.action.name, step.arguments) for step in self.steps))

    @property
    def last(self) -> State:
        """The state that the behavior is told for."""
        return self.states[-1]

    @property
    def loop(self) -> None:
        """Properties of behaviors that go on for ever are those of TLA+ modules."""
        return None


class Named(Protocol):
    """An action of a Python spec or of a TLA+ module."""

    @property
    def name(self) -> str: ...


class AnyStep(Protocol):
    """A step of a Python spec or of a TLA+ module."""

    @property
    def action(self) -> Named: ...
    @property
    def arguments(self) -> tuple[Any, ...]: ...
    @property
    def state(self) -> State: ...


class AnyBehavior(Protocol):
    """A behavior of a Python spec or of a TLA+ module."""

    @property
    def initial(self) -> State: ...
    @property
    def steps(self) -> tuple[AnyStep, ...]: ...
    @property
    def failure(self) -> Failure | None: ...
    @property
    def loop(self) -> Loop | None: ...
    @property
    def states(self) -> tuple[State, ...]: ...
    @property
    def labels(self) -> tuple[tuple[str, tuple[Any, ...]], ...]: ...


def call_text(action: Named, arguments: tuple[Any, ...]) -> str:
    """An action with its arguments as TLA+ values: ``Timeout(s1)``."""
    return action.name + (f"({', '.join(to_tla(a) for a in arguments)})" if arguments else "")


def rebuild(spec: Spec, violation: Violation, canonical: Canonical) -> Behavior:
    """The behavior behind a violation, in the reader's own names.

    ``canonical`` gives the representative of a state's orbit. :class:`ReplayError` where the
    reference semantics have no such behavior, or do not find it wrong.
    """
    first, *following = violation.representatives
    starts = spec.starts(violation.starts[0])
    state = next((start for start in starts if canonical(start) == first), None)
    if state is None:
        raise ReplayError(f"the search began in a state that is not initial:\n{first!r}")
    return confirmed(spec, violation, Behavior(state, tuple(_steps(spec, state, following, canonical))))


def confirmed(spec: Spec, violation: Violation, behavior: Behavior) -> Behavior:
    """``behavior``, with the failure in its last state if that is the violation.

    :class:`ReplayError` where the reference semantics do not find it wrong; but what the search could not evaluate
    is a failure all the same.
    """
    if violation.kind == "evaluation":
        failure = find_failure(spec, behavior.last)
        if failure is None and violation.failure is None:
            raise ReplayError(f"the search failed in a state where the spec can be evaluated:\n{behavior.last!r}")
        if failure is None and violation.failure is not None:
            failure = _only_compiled(violation.failure)
        return Behavior(behavior.initial, behavior.steps, failure)
    if violation.kind == "invariant":
        invariant = next(i for i in spec.invariants if i.name == violation.property)
        found = not invariant.holds(behavior.last)
    else:
        found = next(successors(spec, behavior.last), None) is None
    if not found:
        raise ReplayError(
            f"the search reported {violation.kind} {violation.property} in a state where it does not hold"
            f" by the reference semantics:\n{behavior.last!r}"
        )
    return behavior


def _only_compiled(failure: Unevaluable) -> Failure:
    """The failure that the search met, where the reference semantics know of none."""
    message = f"{failure.why} (plain Python can evaluate it: please report this)"
    return Failure("the compiled spec", message, failure.file, failure.line)


def _steps(spec: Spec, state: State, representatives: list[State], canonical: Canonical) -> Iterator[Step]:
    for number, wanted in enumerate(representatives, 2):
        step = next((s for s in successors(spec, state) if canonical(s.state) == wanted), None)
        if step is None:
            mend = "; if the spec breaks the symmetry it declares, try --symmetry none" if spec.model.symmetry else ""
            raise ReplayError(
                f"state {number} of the search's behavior cannot be reached from state {number - 1}"
                f" by the reference semantics{mend}:\n{wanted!r}"
            )
        yield step
        state = step.state


def check_init(spec: Spec) -> None:
    """:class:`EvaluationError` or :class:`SpecError`, with its place, where ``Init`` cannot make its first state. What
    there is to say of others, a search finds: see :func:`init_failure`."""
    next(initial_states(spec), None)


def initial_states(spec: Spec) -> Iterator[State]:
    """The initial states; :class:`EvaluationError` or :class:`SpecError`, with its place, where one cannot be made."""
    try:
        yield from spec.initial_states()
    except Exception as error:  # a spec is any Python, so this may be any exception
        raise _init_error(spec, error) from error


def init_failure(spec: Spec, binding: int, failure: Unevaluable) -> McError:
    """Why ``Init`` cannot be evaluated with a binding of its parameters, with its place; ``failure``: what the compiled
    spec could not evaluate."""
    try:
        spec.starts(binding)
    except Exception as error:  # as above
        return _init_error(spec, error)
    return EvaluationError(str(_only_compiled(failure)))


def _init_error(spec: Spec, error: Exception) -> McError:
    failure = _failure(spec, "Init", error)
    if not isinstance(error, SpecError):
        return EvaluationError(str(failure))
    return error if error.file is not None else SpecError(error.message, failure.file or str(spec.path), failure.line)


def find_failure(spec: Spec, state: State) -> Failure | None:
    """The first definition or step that cannot be evaluated in ``state``, and why."""
    for definition in (*spec.constraints, *spec.invariants, *spec.witnesses):
        failure = _try(spec, definition.name, definition.holds, state)
        if failure is not None:
            return failure
    for action in spec.actions:
        for arguments in itertools.product(*(tuple(p.values(state)) for p in action.parameters)):
            failure = _try(spec, call_text(action, arguments), ways, spec, action, arguments, state)
            if failure is not None:
                return failure
    return None


def _try(spec: Spec, where: str, function: Callable[..., Any], *arguments: Any) -> Failure | None:
    try:
        function(*arguments)
    except Exception as error:  # a spec is any Python, so this may be any exception
        return _failure(spec, where, error)
    return None


def _failure(spec: Spec, where: str, error: Exception) -> Failure:
    files = {str(file) for file in spec.files}
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename in files]
    message = str(error) if isinstance(error, McError) else f"{type(error).__name__}: {error}"
    return Failure(where, message, *((frames[-1].filename, frames[-1].lineno) if frames else (None, None)))
