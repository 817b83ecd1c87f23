"""Replay a trace step by step with the reference semantics, and say where it stops being a behavior.

A trace of another tool has states, perhaps without actions or arguments: those are found. Where a step
is not one of the spec, the action that comes nearest tells why: its guard that fails, or the
variables that it gives other values, each with the place in the spec that says so.
"""

from __future__ import annotations

import ast
import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from mc.engine.reference import Step, apply
from mc.errors import DomainError, TraceError
from mc.lang.state import State
from mc.spec.objects import Action, Parameter, Spec
from mc.trace.behavior import Behavior, call_text, find_failure
from mc.trace.explain import Explanation, as_written, explain_condition
from mc.trace.fit import fit
from mc.trace.saved import Trace, TracedState
from mc.trace.text import value_changes
from mc.trace.walk import Conjunct, Walk, initial_walks, walks


@dataclass(frozen=True)
class Difference:
    """A variable that the spec gives another value than the file has."""

    variable: str
    #: From what the spec gives to what the file has, part by part: ``log[s1]: <<>> -> <<1>>``.
    changes: tuple[str, ...]
    #: The statement that writes the variable, and its place; UNCHANGED where there is none.
    conjunct: str
    #: ``FILE:LINE: ``, or nothing.
    place: str


@dataclass(frozen=True)
class Break:
    """The first state of a trace that the spec does not allow there, and why."""

    #: Of that state; states count from 1.
    number: int
    #: What should lead there: the step that the file names, or the one that comes nearest.
    step: str
    #: Whether the file names it.
    named: bool
    #: The first guard of that step that fails; None where it is enabled, or its text does not say.
    guard: Explanation | None
    #: Where the step is enabled: how the state that it makes differs from the one in the file.
    differences: tuple[Difference, ...]
    #: What else there is to say.
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"State {self.number} is not an initial state." if self.number == 1 else self._claim()]
        if self.guard is not None:
            lines += [f"  {self.guard}", f"    {self.guard.file}:{self.guard.line}: {self.guard.conjunct}"]
        for difference in self.differences:
            lines += [f"  {change}" for change in difference.changes]
            lines.append(f"    {difference.place}{difference.conjunct}")
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])

    def _claim(self) -> str:
        where = f"State {self.number} does not follow from state {self.number - 1}"
        step = self.step if self.named else f"the nearest step, {self.step},"
        if not self.step:
            return f"{where}."
        if self.differences:
            return f"{where}: {step} makes another one (spec -> file)."
        return f"{where}: {step} is not enabled."


@dataclass(frozen=True)
class Replay:
    """A trace, as far as it is a behavior."""

    #: The states up to the break; None where not even the first one is allowed.
    behavior: Behavior | None
    broken: Break | None


def replay(spec: Spec, trace: Trace) -> Replay:
    """Follow ``trace`` through ``spec``; :class:`TraceError` where its variables are not those of the spec."""
    if not trace.states:
        raise TraceError("the trace has no states")
    found = [_state(spec, given, number) for number, given in enumerate(trace.states, 1)]
    (first, notes), *following = found
    if first not in spec.initial_states():
        return Replay(None, _not_initial(spec, first, notes))
    steps: list[Step] = []
    state = first
    for given, (target, notes), number in zip(trace.states[1:], following, itertools.count(2)):
        step = _find_step(spec, given, state, target)
        if step is None:
            return Replay(Behavior(first, tuple(steps)), _break(spec, given, state, target, number, notes))
        steps.append(step)
        state = step.state
    return Replay(Behavior(first, tuple(steps), find_failure(spec, state)), None)


def _state(spec: Spec, given: TracedState, number: int) -> tuple[State, tuple[str, ...]]:
    """A state of the file, with its values in their kinds; and what lies outside its domain."""
    missing = [name for name in spec.variables if name not in given.values]
    foreign = [name for name in given.values if name not in spec.variables]
    if missing or foreign:
        what = f"has no value for {missing[0]}" if missing else f"has the variable {foreign[0]}, which the spec has not"
        known = ", ".join(spec.variables)
        raise TraceError(f"state {number} {what}: is this a trace of {spec.name}? Its variables are {known}")
    values, notes = {}, []
    for name, domain in spec.variables.items():
        values[name] = given.values[name]
        try:
            values[name] = fit(domain, given.values[name])
        except DomainError as error:
            notes.append(f"{name} is outside its domain: {error}")
    return State(values), tuple(notes)


def _find_step(spec: Spec, given: TracedState, state: State, target: State) -> Step | None:
    """The first step from ``state`` to ``target`` that the file can mean."""
    for action, arguments in _candidates(spec, given, state):
        # A step that cannot be evaluated is none; if it is the one that is meant, the break says so.
        with contextlib.suppress(Exception):
            after = apply(spec, action, arguments, state)
            if after == target:
                return Step(action, arguments, after)
    return None


def _named(spec: Spec, given: TracedState) -> tuple[Action, ...]:
    """The action that the file names, or all of them."""
    return tuple(action for action in spec.actions if action.name == given.action) or spec.actions


def _candidates(spec: Spec, given: TracedState, state: State) -> Iterator[tuple[Action, tuple[object, ...]]]:
    """The steps that the file can mean, where they are steps of ``Next`` in ``state``."""
    for action in _named(spec, given):
        choices = [tuple(parameter.values(state)) for parameter in action.parameters]
        if given.arguments is not None and action.name == given.action:
            if len(given.arguments) != len(action.parameters):
                continue
            choices = [
                tuple(value for value in values if value == _argument(spec, parameter, argument))
                for values, parameter, argument in zip(choices, action.parameters, given.arguments, strict=True)
            ]
        for arguments in itertools.product(*choices):
            yield action, arguments


def _argument(spec: Spec, parameter: Parameter, argument: object) -> object:
    """An argument of the file in the kind that the parameter has."""
    domain = parameter.domain
    if domain is None:
        domain = spec.variables[parameter.variable or ""].element  # type: ignore[attr-defined]
    with contextlib.suppress(DomainError):
        return fit(domain, argument)
    return argument


def _not_initial(spec: Spec, target: State, notes: tuple[str, ...]) -> Break:
    walk = min((walk for _, walk in initial_walks(spec)), key=lambda walk: _distance(walk, target))
    return Break(1, spec.init_name, True, None, tuple(_differences(walk, target)), notes)


def _break(spec: Spec, given: TracedState, state: State, target: State, number: int, notes: tuple[str, ...]) -> Break:
    """Why no step that the file can mean leads from ``state`` to ``target``."""
    named = any(action.name == given.action for action in spec.actions)
    ways = [
        (action, arguments, walk)
        for action, arguments in _candidates(spec, given, state)
        for walk in walks(spec, action, arguments, state)
    ]
    if not ways:
        claim = given.action or ""
        if given.arguments is not None:
            claim = call_text(_named(spec, given)[0], given.arguments) if named else claim
        said = f"the arguments are not among those that {spec.next_name} allows in state {number - 1}"
        return Break(number, claim, named, None, (), (said, *notes))
    action, arguments, walk = min(ways, key=lambda way: _distance(way[2], target))
    step = call_text(action, arguments)
    if named:
        other = _find_step(spec, TracedState(None, None, {}), state, target)
        if other is not None:
            notes = (f"{call_text(other.action, other.arguments)} leads there.", *notes)
    if walk.failed:
        return Break(number, step, named, _guard(action, walk.failed[0]), (), notes)
    if walk.state is None:
        failure = _failure(spec, action, arguments, state)
        return Break(number, step, named, None, (), (failure, *notes))
    return Break(number, step, named, None, tuple(_differences(walk, target)), notes)


def _failure(spec: Spec, action: Action, arguments: tuple[object, ...], state: State) -> str:
    try:
        apply(spec, action, arguments, state)
    except Exception as error:  # a spec is any Python, so this may be any exception
        return f"It cannot be evaluated: {error}"
    return "It leads to another state."


def _guard(action: Action, guard: Conjunct) -> Explanation:
    assert isinstance(guard.node, ast.expr)
    return explain_condition(action.name, guard.node, guard.scope, guard.expected)


def _distance(walk: Walk, target: State) -> tuple[bool, int, int]:
    """How far a way through an action is from leading to ``target``: the nearest is the one to tell about."""
    if walk.state is None:
        return True, len(walk.failed), 0
    values = walk.state.values
    changes = sum(len(list(value_changes(name, values[name], value))) for name, value in target.values.items())
    return False, changes + len(walk.failed), len(walk.failed)


def _differences(walk: Walk, target: State) -> Iterator[Difference]:
    assert walk.state is not None
    for name, value in target.values.items():
        changes = tuple(value_changes(name, walk.state.values[name], value))
        if changes:
            written = walk.writes.get(name)
            yield Difference(
                name,
                changes,
                f"UNCHANGED {name}" if written is None else as_written(written.node, written.scope.file),
                "" if written is None else f"{written.scope.file}:{written.node.lineno}: ",
            )
