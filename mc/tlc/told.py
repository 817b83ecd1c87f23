"""What a search of a TLA+ module has found, in the messages of TLC."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum

from mc.engine.result import Loop, Progress, Result, Unevaluable, Violation
from mc.errors import SpecError
from mc.formula.nodes import Place
from mc.interpreter.interpreter import Interpreter
from mc.lang.state import State
from mc.spec.module import ModuleSpec
from mc.tlc import messages
from mc.tlc.looks import Looks, text
from mc.tlc.messages import Kind, Message
from mc.tlc.output import INITIAL
from mc.tlc.places import location
from mc.trace.module import ModuleBehavior, aliased, behavior_of

#: What is evaluated in a state that is generated, by the words with which a failure begins: what TLC says of it.
_IN_STATES: dict[str, Kind | None] = {
    "INVARIANT": messages.INVARIANT_FAILED,
    "PROPERTY": messages.ACTION_PROPERTY_FAILED,
    "CONSTRAINT": None,
    "ACTION_CONSTRAINT": None,
    "VIEW": None,
}


class Phase(Enum):
    """How far a search has come."""

    ASSUMPTIONS = 1
    #: There was an error while initial states were made.
    INITIAL = 2
    STATES = 3


def phase(result: Result) -> Phase:
    """How far a search has come."""
    violation = result.violation
    if violation is None or result.levels:
        return Phase.STATES
    return Phase.ASSUMPTIONS if violation.kind == "assumption" else Phase.INITIAL


def complaint(error: SpecError) -> str:
    """What is wrong in a module, as the parser of TLC has it."""
    place = Place(error.file or "", error.line or 1, (error.column or 1) - 1, error.line or 1, error.column or 1)
    return f"Semantic errors:\n\n*** Errors: 1\n\n{location(place)}\n\n{error.message}\n\n"


def initial(generated: int, distinct: int) -> Message:
    """How many initial states there are."""
    plural = "" if generated == 1 else "s"
    if generated == distinct:
        return messages.INITIAL_DISTINCT(generated, plural)
    return messages.INITIAL_STATES(generated, plural, distinct)


def progress(found: Progress | Result, seconds: float) -> Message:
    """How far the search has come in so many seconds."""
    minutes = max(seconds, 1e-3) / 60
    rates = int(found.generated / minutes), int(found.distinct / minutes)
    return messages.PROGRESS(max(1, found.depth), found.generated, rates[0], found.distinct, rates[1], found.frontier)


def coverage(spec: ModuleSpec, result: Result) -> Iterator[Message]:
    """What each action has generated: distinct states, and all."""
    yield messages.COVERAGE()
    if spec.init_name in spec.definitions:
        first = sum(result.levels[:1])
        yield messages.COVERAGE_INITIAL(_declared(spec, spec.init_name), first, result.initial)
    named = [spec.definitions[name] for name in result.actions if name in spec.definitions]
    for definition in sorted(named, key=lambda definition: (definition.place.file, definition.place.line)):
        count = result.actions[definition.name]
        yield messages.COVERAGE_ACTION(_declared(spec, definition.name), count.distinct, count.generated)
    yield messages.COVERAGE_END()


def _declared(spec: ModuleSpec, name: str) -> str:
    """Where a definition stands, as far as to its parameters."""
    place = spec.definitions[name].place
    line = spec.texts[place.file].split("\n")[place.line - 1]
    head = re.split("==|≜", line[place.column :])[0].rstrip()
    return f"<{name} {location(replace(place, end_line=place.line, end_column=place.column + len(head)))}>"


def probability(value: float) -> str:
    """A probability with two digits, as Java has it."""
    return "0.0" if not value else f"{value:.1E}".replace("E-0", "E-")


class Teller:
    """Tells of errors in one module."""

    def __init__(self, spec: ModuleSpec, difftrace: bool) -> None:
        """``difftrace``: whether states are shown without what has not changed."""
        self.spec = spec
        self.difftrace = difftrace
        self.looks = Looks(Interpreter(spec))

    def verdict(self, result: Result) -> Iterator[Message]:
        """The success of a search, or its errors."""
        if result.violation is not None:
            yield from self.violation(result.violation)
        elif result.verdict == "vacuous":
            # TLC would say that no error was found.
            yield messages.NO_CONSTRAINED_STATE() if result.initial else messages.NO_INITIAL_STATE()
        elif result.verdict == "ok":
            yield messages.SUCCESS(probability(result.omission_probability))
        else:
            # This must not look like success.
            assert result.ending is not None
            known = "all reachable states were checked, but" if result.complete else "not all states were checked, and"
            kind = messages.UNSUPPORTED if result.ending.limit == "properties" else messages.GENERAL
            yield kind(f"The result is incomplete: {known} {result.ending.reason}.")

    def violation(self, violation: Violation) -> Iterator[Message]:
        """What is wrong, and the behavior that leads there."""
        states = violation.representatives
        if violation.failure is not None:
            yield from self._failure(violation, violation.failure)
        elif violation.kind == "assumption":
            yield messages.ASSUMPTION(self._assumption(violation))
        elif violation.kind == "postcondition":
            yield messages.POSTCONDITION(violation.property, self._definition(violation))
        elif violation.kind == "deadlock":
            yield messages.DEADLOCK()
            yield from self._behavior(violation)
        elif violation.loop is not None:
            yield messages.TEMPORAL()
            yield from self._behavior(violation)
            yield self._loop(violation.loop, len(states))
        elif len(states) == 1:
            kind = messages.INVARIANT_INITIAL if violation.kind == "invariant" else messages.PROPERTY_INITIAL
            yield kind(violation.property, self._text(states[0]))
        else:
            kind = messages.INVARIANT if violation.kind == "invariant" else messages.ACTION_PROPERTY
            yield kind(violation.property)
            yield from self._behavior(violation)

    def _failure(self, violation: Violation, failure: Unevaluable) -> Iterator[Message]:
        """What could not be evaluated."""
        what, _, name = failure.where.partition(" ")
        if violation.kind == "assumption":
            yield messages.ASSUMPTION_FAILED(self._assumption(violation), failure.why)
        elif violation.kind == "postcondition":
            yield messages.POSTCONDITION_FAILED(violation.property, self._definition(violation), failure.why)
        elif violation.kind == "assertion":
            yield messages.ASSERTION(failure.why)
        elif what in _IN_STATES and len(violation.representatives) == 1:
            yield messages.EVALUATION_INITIAL(failure.why, self._text(violation.representatives[0]))
            return
        else:
            kind = _IN_STATES.get(what)
            yield messages.EVALUATION(failure.why) if kind is None else kind(name, failure.why)
        yield from self._behavior(violation)

    def _assumption(self, violation: Violation) -> str:
        return next(location(a.place) for a in self.spec.assumptions if a.place.start == violation.property)

    def _definition(self, violation: Violation) -> str:
        return location(self.spec.definitions[violation.property].place)

    def _behavior(self, violation: Violation) -> Iterator[Message]:
        behavior = behavior_of(violation)
        if behavior is None:
            return
        shown = aliased(self.looks.interpreter, behavior)
        yield messages.BEHAVIOR() if violation.loop is None else messages.COUNTEREXAMPLE()
        labels = [INITIAL, *(self.looks.label(step.action) for step in behavior.steps)]
        before: dict[str, str] = {}
        for number, (label, state) in enumerate(zip(labels, shown.states, strict=True), 1):
            values = self.looks.values(state)
            changed = {name: value for name, value in values.items() if before.get(name) != value}
            yield messages.STATE(number, label, text(changed if self.difftrace else values, len(values)))
            before = values

    def _loop(self, loop: Loop, count: int) -> Message:
        """How a behavior of so many states goes on for ever."""
        if loop.step is None:
            return messages.STUTTERING(count + 1)
        return messages.BACK_TO_STATE(loop.to + 1, self.looks.label(loop.step))

    def shown(self, violation: Violation) -> ModuleBehavior | None:
        """The behavior to a violation, as the configuration wants it shown; None where no state is concerned."""
        behavior = behavior_of(violation)
        return None if behavior is None else aliased(self.looks.interpreter, behavior)

    def _text(self, state: State) -> str:
        values = self.looks.values(state)
        return text(values, len(values))
