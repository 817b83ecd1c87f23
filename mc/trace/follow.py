"""Replay a trace step by step against a TLA+ module, and say where it stops being a behavior.

A trace of another tool has states, perhaps without actions, and in a format that does not keep strings and model
values, or sets and sequences, apart: then a state of the module is looked for that may be written so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mc.engine.result import Loop, Taken
from mc.errors import EvaluationError, TraceError
from mc.formula.nodes import as_written
from mc.interpreter.actions import Action
from mc.interpreter.interpreter import Interpreter
from mc.interpreter.values import mapping_of
from mc.lang.state import State
from mc.lang.text import to_tla
from mc.lang.values import FnValue, ModelValue, RecordValue, SeqValue
from mc.trace.behavior import call_text
from mc.trace.module import ModuleBehavior, ModuleStep, initial_states, named, steps_of, successors
from mc.trace.replay import Break, Difference, Replay, find_names, left_out
from mc.trace.saved import Trace, TracedState, loop_notes
from mc.trace.text import value_changes


def follow(interpreter: Interpreter, trace: Trace) -> Replay[ModuleBehavior]:
    """Follow a trace; :class:`TraceError` where its variables are not those of the module."""
    if not trace.states:
        raise TraceError("the trace has no states")
    spec = interpreter.spec
    names = [find_names(spec, trace, number) for number in range(1, len(trace.states) + 1)]
    told = (*trace.notes, *left_out(spec, trace, names))
    first, *others = (_Wanted(interpreter, trace, given, used) for given, used in zip(trace.states, names, strict=True))
    starts = list(dict.fromkeys(initial_states(interpreter)))
    # Several states may be written alike.
    found = [ModuleBehavior(state, ()) for state in starts if first.fits(state)]
    if not found:
        return Replay(None, first.broken(1, [("", state) for state in starts]), told)
    for number, wanted in enumerate(others, 2):
        following: dict[State, ModuleBehavior] = {}
        reached = [(before, step) for before in found for step in wanted.steps(before.last)]
        for before, step in reached:
            if wanted.fits(step.state):
                following.setdefault(step.state, ModuleBehavior(before.initial, (*before.steps, step)))
        if not following:
            calls = [(call_text(step.action, step.arguments), step.state) for _, step in reached]
            return Replay(found[0], wanted.broken(number, calls, found[0].last), told)
        found = list(following.values())
    return _closed(interpreter, found, trace.loop, told)


def _closed(
    interpreter: Interpreter, found: Sequence[ModuleBehavior], loop: Loop | None, told: tuple[str, ...]
) -> Replay[ModuleBehavior]:
    """The first of some behaviors that goes on as a file of mc says, if it does."""
    if loop is None:
        return Replay(found[0], None, told)
    told = (*told, *loop_notes(loop.to + 1))
    for behavior in found:
        if loop.step is None:
            return Replay(replace(behavior, loop=loop), None, told)
        for step in successors(interpreter, behavior.last):
            if step.state == behavior.states[loop.to] and step.action.name == loop.step.name:
                return Replay(replace(behavior, loop=Loop(loop.to, step.action)), None, told)
    assert loop.step is not None
    number, call = len(found[0].states) + 1, call_text(loop.step, loop.step.arguments)
    note = f"It does not lead back to state {loop.to + 1}."
    return Replay(found[0], Break(number, call, True, None, (), (note,)), told)


class _Wanted:
    """A state of a file, and the step that it says leads there."""

    def __init__(self, interpreter: Interpreter, trace: Trace, given: TracedState, names: Mapping[str, str]) -> None:
        self.interpreter = interpreter
        self.given = given
        self.is_own = trace.origin is not None
        values = [given.values[names[name]] for name in interpreter.spec.variables]
        #: In the form of the interpreter, where the file keeps all kinds apart.
        self.state = named(interpreter, interpreter.state(values)) if trace.is_typed else None
        self.values = dict(zip(interpreter.spec.variables, values, strict=True))
        known = {as_written(action.name) for action in interpreter.actions}
        self.action = given.action if given.action in known else None

    def fits(self, state: State) -> bool:
        """Whether the file has that state here."""
        if self.state is not None:
            return state == self.state
        return all(may_be_written(state.values[name], value) for name, value in self.values.items())

    def steps(self, before: State) -> list[ModuleStep]:
        """The steps from a state that the file means: of the action that it names, if it names one."""
        actions = [a for a in self.interpreter.actions if self.action in (None, as_written(a.name))]
        found = [step for action in actions for step in self._made(action, before)]
        if self.given.hint and not any(self.fits(step.state) for step in found):
            found = [step for action in self.interpreter.actions for step in self._made(action, before)]
        if self.is_own and self.action is not None and self.given.arguments is not None:
            arguments = SeqValue(self.interpreter.state(self.given.arguments))
            found = [step for step in found if SeqValue(step.arguments) == arguments]
        return found

    def _made(self, action: Action, before: State) -> Iterator[ModuleStep]:
        """What an action makes of a state, as far as it can be evaluated there."""
        try:
            yield from steps_of(self.interpreter, action, before)
        except (EvaluationError, RecursionError):
            return

    def broken(self, number: int, reached: Sequence[tuple[str, State]], before: State | None = None) -> Break:
        """Why none of the states that are reached, each by a call of an action, is the one in the file."""
        claimed = "" if self.action is None else call_text(Taken(self.action, ()), self.given.arguments or ())
        nearest = min(reached, key=lambda one: len(self._differences(one[1])), default=None)
        if nearest is None:
            note = "It is not enabled." if claimed else "No step is possible there."
            return Break(number, claimed, bool(claimed), None, (), (note, *self._others(before)))
        call, state = nearest
        differences = tuple(self._differences(state))
        return Break(number, call, bool(claimed), None, differences, tuple(self._others(before)))

    def _differences(self, state: State) -> list[Difference]:
        """How a state of the module differs from the one in the file."""
        found = []
        for name, value in state.values.items():
            if self.state is not None:
                changes = tuple(value_changes(name, value, self.state.values[name]))
            elif may_be_written(value, self.values[name]):
                changes = ()
            else:
                changes = (f"{name}: {to_tla(value)} -> {to_tla(self.values[name])}",)
            if changes:
                found.append(Difference(name, changes, "", ""))
        return found

    def _others(self, before: State | None) -> Iterator[str]:
        """That an action which the file does not name leads there."""
        if before is None or self.action is None:
            return
        for action in self.interpreter.actions:
            for step in self._made(action, before):
                if self.fits(step.state):
                    yield f"{call_text(step.action, step.arguments)} leads there."
                    return


def may_be_written(value: Any, given: Any) -> bool:
    """Whether a file that does not keep all kinds apart may have a value so: a model value as a string (in Apalache's,
    with its type behind it), a set as a list, a function as an object."""
    if isinstance(value, ModelValue):
        return given == value or (isinstance(given, str) and value.name in (given, given.rpartition("_OF_")[0]))
    if isinstance(value, (bool, int, str)):
        return type(value) is type(given) and bool(value == given)
    if isinstance(value, frozenset):
        elements = _elements(given)
        return (
            elements is not None
            and len(elements) == len(value)
            and all(any(may_be_written(one, other) for other in elements) for one in value)
            and all(any(may_be_written(one, other) for one in value) for other in elements)
        )
    pairs, images = _pairs(given), mapping_of(value) or {}
    if pairs is None or len(pairs) != len(images):
        return False
    return all(
        any(_is_key(key, other) and may_be_written(image, written) for other, written in pairs.items())
        for key, image in images.items()
    )


def _is_key(key: Any, given: Any) -> bool:
    """An argument of a function; in an object of JSON it is always a string, such as the text of a record."""
    return may_be_written(key, given) or (isinstance(given, str) and given == to_tla(key))


def _elements(given: Any) -> list[Any] | None:
    if isinstance(given, frozenset):
        return list(given)
    return list(tuple.__iter__(given)) if isinstance(given, tuple) else None


def _pairs(given: Any) -> Mapping[Any, Any] | None:
    """A function as pairs, also where it was written as a record or as a sequence."""
    return mapping_of(given) if isinstance(given, (tuple, RecordValue, FnValue)) else None
