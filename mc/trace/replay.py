"""Replay a trace step by step with the reference semantics, and say where it stops being a behavior.

A trace of another tool has states, perhaps without actions or arguments: those are found. Where a step
is not one of the spec, the action that comes nearest tells why: its guard that fails, or the
variables that it gives other values, each with the place in the spec that says so.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from mc.dataclass import dataclass
from mc.engine.reference import Step, ways
from mc.errors import DomainError, TraceError
from mc.formula.nodes import Assign
from mc.lang.composites import Bag, Seq, Set
from mc.lang.domains import Domain
from mc.lang.state import State
from mc.lang.text import to_tla
from mc.lang.values import SeqValue
from mc.spec.objects import Action, Parameter, Spec
from mc.trace.behavior import Behavior, call_text, initial_states
from mc.trace.explain import Explanation, explain_condition
from mc.trace.fit import fit
from mc.trace.saved import Trace, TracedState, local_name
from mc.trace.text import value_changes
from mc.trace.verdict import failure_in
from mc.trace.walk import Call, Guard, Walk, initial_walks, walks

B = TypeVar("B")


class Named(Protocol):
    """A spec in Python or a module."""

    @property
    def name(self) -> str: ...
    @property
    def variables(self) -> Iterable[str]: ...


@dataclass(frozen=True)
class Difference:
    """A variable that the spec gives another value than the file has."""

    variable: str
    #: From what the spec gives to what the file has, part by part: ``log[s1]: <<>> -> <<1>>``.
    changes: tuple[str, ...]
    #: The statement that writes the variable, and its place; UNCHANGED where there is none. Empty: not known.
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
            lines += [f"    {difference.place}{difference.conjunct}"] if difference.conjunct else []
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])

    def _claim(self) -> str:
        found = f"State {self.number} does not follow from state {self.number - 1}"
        if self.step:
            found += f" by {self.step}" if self.named else f"; {self.step} comes nearest"
        if self.guard is not None:
            return f"{found}: a guard fails."
        return f"{found}: that makes another state (spec -> file)." if self.differences else f"{found}."


@dataclass(frozen=True)
class Replay(Generic[B]):
    """A trace, as far as it is a behavior."""

    #: The states up to the break; None where not even the first one is allowed.
    behavior: B | None
    broken: Break | None
    #: What else the trace says, and what of it was not looked at: sentences.
    notes: tuple[str, ...] = ()


def replay(spec: Spec, trace: Trace) -> Replay[Behavior]:
    """Follow ``trace`` through ``spec``; :class:`TraceError` where its variables are not those of the spec."""
    try:
        return _replay(spec, trace)
    except RecursionError:
        raise TraceError("a value in the trace is nested too deeply") from None


def _replay(spec: Spec, trace: Trace) -> Replay[Behavior]:
    if not trace.states:
        raise TraceError("the trace has no states")
    names = [find_names(spec, trace, number) for number in range(1, len(trace.states) + 1)]
    told = (*trace.notes, *left_out(spec, trace, names))
    found = [_state(spec, given, called) for given, called in zip(trace.states, names, strict=True)]
    (first, notes), *following = found
    if first not in initial_states(spec):
        return Replay(None, _not_initial(spec, first, notes), told)
    steps: list[Step] = []
    state = first
    for given, (target, notes), number in zip(trace.states[1:], following, itertools.count(2)):
        claim = _read_claim(spec, given, number, is_own=trace.origin is not None)
        step = _find_step(spec, claim, state, target)
        if step is None and given.hint:
            claim = _Claim(None, None)
            step = _find_step(spec, claim, state, target)
        if step is None:
            return Replay(Behavior(first, tuple(steps)), _break(spec, claim, state, target, number, notes), told)
        steps.append(step)
        state = step.state
    return Replay(Behavior(first, tuple(steps), failure_in(spec, state)), None, told)


def find_names(spec: Named, trace: Trace, number: int) -> dict[str, str]:
    """What the file calls the spec's variables in a state: itself, or in an instance, as other tools do."""
    given = trace.states[number - 1].values
    found: dict[str, str] = {}
    for name in spec.variables:
        known = [name] if name in given else [other for other in given if local_name(other) == name]
        if len(known) != 1:
            what = f"the variables {', '.join(known)}: which is {name}" if known else f"no value for {name}"
            raise _wrong_variables(spec, number, f"has {what}")
        found[name] = known[0]
    foreign = [name for name in given if name not in found.values()]
    if foreign and trace.origin is not None:
        raise _wrong_variables(spec, number, f"has the variable {foreign[0]}, which the spec has not")
    return found


def _wrong_variables(spec: Named, number: int, what: str) -> TraceError:
    known = ", ".join(spec.variables)
    return TraceError(f"state {number} {what}: is this a trace of {spec.name}? Its variables are {known}")


def left_out(spec: Named, trace: Trace, names: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """That a file of another tool has more variables: those of its own, of an ALIAS, of a module that replays."""
    pairs = zip(trace.states, names, strict=True)
    left = dict.fromkeys(name for given, used in pairs for name in given.values if name not in used.values())
    if left:
        yield f"left out, for it is no variable of {spec.name}: {', '.join(left)}"


def _state(spec: Spec, given: TracedState, names: Mapping[str, str]) -> tuple[State, tuple[str, ...]]:
    """A state of the file, with its values in their kinds; and what lies outside its domain."""
    values, notes = {}, []
    for name, domain in spec.variables.items():
        values[name] = fit(domain, given.values[names[name]])
        try:
            values[name] = domain.coerce(values[name])
        except DomainError as error:
            notes.append(f"{name} is outside its domain: {error}")
    return State(values), tuple(notes)


@dataclass(frozen=True)
class _Claim:
    """What a file says of a step; what it leaves open is None."""

    action: Action | None
    arguments: tuple[Any, ...] | None

    def steps(self, spec: Spec, state: State) -> Iterator[Call]:
        """The steps of ``Next`` in ``state`` that are meant, enabled or not."""
        for action in spec.actions if self.action is None else (self.action,):
            choices = [tuple(parameter.values(state)) for parameter in action.parameters]
            for arguments in itertools.product(*choices):
                if self.arguments is None or SeqValue(self.arguments) == SeqValue(arguments):
                    yield action, arguments


def _read_claim(spec: Spec, given: TracedState, number: int, is_own: bool) -> _Claim:
    """The claim of a file, its arguments in their kinds; an action that the spec does not have is no claim.

    ``is_own``: mc has written the file. To another tool the action may have other parameters than in the spec.
    """
    action = next((action for action in spec.actions if action.name == given.action), None)
    if action is None or given.arguments is None:
        return _Claim(action, None)
    if len(given.arguments) != len(action.parameters) and not is_own:
        return _Claim(action, None)
    if len(given.arguments) != len(action.parameters):
        want, have = len(action.parameters), len(given.arguments)
        raise TraceError(f"state {number}: {action.name} takes {want} argument(s), and the file gives {have}")
    pairs = zip(action.parameters, given.arguments, strict=True)
    return _Claim(action, tuple(fit(range_of(spec, parameter), argument) for parameter, argument in pairs))


def range_of(spec: Spec, parameter: Parameter) -> Domain:
    """The domain of what a parameter ranges over."""
    if parameter.domain is not None:
        return parameter.domain
    over = spec.variables[parameter.variable or ""]
    assert isinstance(over, (Bag, Set, Seq))
    return over.element


def _find_step(spec: Spec, claim: _Claim, state: State, target: State) -> Step | None:
    """The first step from ``state`` to ``target`` that is claimed."""
    for action, arguments in claim.steps(spec, state):
        # A step that cannot be evaluated is none; if it is the one that is meant, the break says so.
        with contextlib.suppress(Exception):
            if target in ways(spec, action, arguments, state):
                return Step(action, arguments, target)
    return None


def _not_initial(spec: Spec, target: State, notes: tuple[str, ...]) -> Break:
    walk = min(initial_walks(spec), key=lambda walk: _distance(walk, target), default=None)
    if walk is None or walk.state is None:
        return Break(1, spec.init_name, True, None, (), notes)
    guard = _guard(spec.init_name, walk.failed[0]) if walk.failed else None
    return Break(1, spec.init_name, True, guard, tuple(_differences(spec, walk.state, target, walk.writes)), notes)


def _break(spec: Spec, claim: _Claim, state: State, target: State, number: int, notes: tuple[str, ...]) -> Break:
    """Why no step that is claimed leads from ``state`` to ``target``."""
    walked = list(walks(spec, claim.steps(spec, state), state))
    if not walked:
        return _no_step(claim, state, number, notes)
    (action, arguments), walk = min(walked, key=lambda found: _distance(found[1], target))
    step, named = call_text(action, arguments), claim.action is not None
    other = _find_step(spec, _Claim(None, None), state, target)
    if other is not None:
        notes = (f"{call_text(other.action, other.arguments)} leads there.", *notes)
    if walk.failed:
        return Break(number, step, named, _guard(action.name, walk.failed[0]), (), notes)
    try:
        made = ways(spec, action, arguments, state)
    except Exception as error:  # a spec is any Python, so this may be any exception
        return Break(number, step, named, None, (), (f"It cannot be evaluated: {error}", *notes))
    if not made:
        return Break(number, step, named, None, (), ("It is not enabled.", *notes))
    after = walk.state if walk.state in made else made[0]
    return Break(number, step, named, None, tuple(_differences(spec, after, target, walk.writes)), notes)


def _no_step(claim: _Claim, state: State, number: int, notes: tuple[str, ...]) -> Break:
    """A step that ``Next`` does not have in ``state``, because an argument is not one there."""
    if claim.action is None or claim.arguments is None:
        said = f"No {claim.action.name if claim.action else 'step'} is possible there."
        return Break(number, "", False, None, (), (said, *notes))
    outside = [
        f"{parameter.name} \\in {parameter.variable or repr(parameter.domain)} is false: {to_tla(argument)}"
        for parameter, argument in zip(claim.action.parameters, claim.arguments, strict=True)
        if argument not in tuple(parameter.values(state))
    ]
    return Break(number, call_text(claim.action, claim.arguments), True, None, (), (*outside, *notes))


def _guard(name: str, guard: Guard) -> Explanation:
    return explain_condition(name, guard.condition, guard.scope)


def _distance(walk: Walk, target: State) -> tuple[bool, int, int]:
    """How far a way through an action is from leading to ``target``: the nearest is the one to tell about.

    Of two that are equally far, the one that leads there but for a guard.
    """
    if walk.state is None:
        return True, len(walk.failed), 0
    values = walk.state.values
    changes = sum(len(list(value_changes(name, values[name], value))) for name, value in target.values.items())
    return False, changes + len(walk.failed), changes


def _differences(spec: Spec, after: State, target: State, writes: Mapping[str, Assign]) -> Iterator[Difference]:
    """What the spec gives and what the file has, by variable; ``writes``: what gives them their values."""
    for name, value in target.values.items():
        changes = tuple(value_changes(name, after.values[name], value))
        if changes and name in writes:
            place = writes[name].place
            yield Difference(name, changes, spec.written(place), f"{place}: ")
        elif changes:
            yield Difference(name, changes, f"UNCHANGED {name}", "")
