"""Behaviors of TLA+ modules, as the search has them, and why an invariant is false in the last state."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from mc.dataclass import dataclass
from mc.engine.result import Loop, Taken, Violation
from mc.errors import EvaluationError
from mc.formula import operators as op
from mc.formula.nodes import Apply, Call, Expression, Place
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


def false_conjunct(interpreter: Interpreter, formula: Expression, state: State) -> Expression:
    """The first conjunct of a formula that is false in a state, through definitions without parameters."""
    match formula:
        case Apply(operator=op.AND, operands=operands):
            for operand in operands:
                if not _holds(interpreter, operand, state):
                    return false_conjunct(interpreter, operand, state)
        case Call(definition=name, arguments=()):
            return false_conjunct(interpreter, interpreter.spec.definitions[name].expression, state)
    return formula


def _holds(interpreter: Interpreter, formula: Expression, state: State) -> bool:
    try:
        return interpreter.holds(formula, _kept(interpreter, state))
    except EvaluationError:
        return False


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
