"""Behaviors of TLA+ modules, as the search has them, and why an invariant is false in the last state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from mc.dataclass import dataclass
from mc.engine.result import Loop, Taken, Violation
from mc.engine.stops import taken
from mc.errors import EvaluationError
from mc.formula.nodes import Definition, Expression, Level, Place
from mc.interpreter.actions import Action
from mc.interpreter.interpreter import Interpreter
from mc.lang.state import State
from mc.lang.values import RecordValue
from mc.spec.module import ModuleSpec
from mc.trace.behavior import Failure


@dataclass(frozen=True)
class ModuleStep:
    """One step of a behavior of a TLA+ module."""

    action: Taken
    state: State

    @property
    def arguments(self) -> tuple[Any, ...]:
        return self.action.arguments


@dataclass(frozen=True)
class ModuleBehavior:
    """A behavior of a TLA+ module, as the search has it."""

    initial: State
    steps: tuple[ModuleStep, ...]
    failure: Failure | None = None
    loop: Loop | None = None

    @cached_property
    def states(self) -> tuple[State, ...]:
        """All states, the initial one first."""
        return (self.initial, *(step.state for step in self.steps))

    @property
    def last(self) -> State:
        """The state that the behavior is told for."""
        return self.states[-1]

    @property
    def labels(self) -> tuple[tuple[str, tuple[Any, ...]], ...]:
        """What leads to each state: the name of an action, and its arguments."""
        return (("Init", ()), *((step.action.name, step.arguments) for step in self.steps))


def behavior_of(violation: Violation) -> ModuleBehavior | None:
    """The behavior behind a violation of a TLA+ module; None where no state is concerned."""
    if not violation.representatives:
        return None
    first, *others = violation.representatives
    steps = tuple(ModuleStep(taken, state) for taken, state in zip(violation.steps, others, strict=True))
    return ModuleBehavior(first, steps, failure_of(violation), violation.loop)


def failure_of(violation: Violation) -> Failure | None:
    """What of a TLA+ module could not be evaluated, and why."""
    failure = violation.failure
    return None if failure is None else Failure(failure.where, failure.why, None, None)


def values(state: State) -> tuple[Any, ...]:
    """A state as the interpreter has it."""
    return tuple(state.values.values())


def _kept(interpreter: Interpreter, state: State) -> tuple[Any, ...]:
    """A state, perhaps read from a file, with its values as the interpreter makes them."""
    return interpreter.state(values(state))


def named(interpreter: Interpreter, values: tuple[Any, ...]) -> State:
    """A state of the interpreter, with the names of its variables."""
    return State(dict(zip(interpreter.spec.variables, values, strict=True)))


def successors(interpreter: Interpreter, state: State) -> Iterator[ModuleStep]:
    """Every step from a state, in the order of the actions; the arguments of one are all values that it binds."""
    return (step for action in interpreter.actions for step in steps_of(interpreter, action, state))


def steps_of(interpreter: Interpreter, action: Action, state: State) -> Iterator[ModuleStep]:
    """The steps of one action."""
    by = taken(action)
    for after in action.successors(_kept(interpreter, state)):
        yield ModuleStep(by, named(interpreter, after))


def initial_states(interpreter: Interpreter) -> Iterator[State]:
    """The initial states, in order."""
    return (named(interpreter, state) for state in interpreter.initial_states())


def aliased(interpreter: Interpreter, behavior: ModuleBehavior) -> ModuleBehavior:
    """The behavior as the ALIAS of the configuration shows it; states where that cannot be evaluated stay as they are.

    The alias is evaluated in a state and the next one; for the last state that is the last state, or that to which the
    behavior goes back (``tlc2.tool.impl.Tool.evalAlias``).
    """
    alias = interpreter.spec.alias
    if alias is None:
        return behavior
    shown = []
    last = behavior.last if behavior.loop is None else behavior.states[behavior.loop.to]
    for state, following in zip(behavior.states, (*behavior.states[1:], last), strict=True):
        try:
            value = interpreter.value(alias, _kept(interpreter, state), _kept(interpreter, following))
        except EvaluationError:
            value = None
        shown.append(State(value.fields) if isinstance(value, RecordValue) else state)
    steps = tuple(ModuleStep(step.action, state) for step, state in zip(behavior.steps, shown[1:], strict=True))
    return ModuleBehavior(shown[0], steps, behavior.failure, behavior.loop)


def holds(interpreter: Interpreter, what: Expression | str, state: State, following: State | None = None) -> bool:
    """Whether a formula is TRUE in a state, or in the step to the following one."""
    primed = None if following is None else _kept(interpreter, following)
    return interpreter.holds(what, _kept(interpreter, state), primed)


@dataclass(frozen=True)
class ModuleFormulas:
    """The formulas of a module (:class:`mc.trace.components.Formulas`)."""

    interpreter: Interpreter

    def evaluate(self, node: Expression, state: State, names: Mapping[str, Any]) -> Any:
        return self.interpreter.value_with(node, names, _kept(self.interpreter, state))

    def reads(self, node: Expression) -> bool:
        return self.interpreter.program.analysis.facts(node).level > Level.CONSTANT

    def definition(self, name: str) -> Definition:
        return self.interpreter.spec.definitions[name]

    def written(self, place: Place) -> str:
        return source(self.interpreter.spec, place)


def source(spec: ModuleSpec, place: Place) -> str:
    """The text at a place, on one line; empty where it is not known."""
    text = spec.texts.get(place.file)
    if text is None or place.end_line < place.line:
        return ""
    lines = text.split("\n")[place.line - 1 : place.end_line]
    if not lines:
        return ""
    lines[-1] = lines[-1][: place.end_column]
    lines[0] = lines[0][place.column :]
    return " ".join(" ".join(lines).split())
