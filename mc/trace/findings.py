"""What is wrong in the states and steps of a behavior of a TLA+ module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from mc.engine.stops import unevaluable
from mc.errors import EvaluationError
from mc.formula.nodes import Expression
from mc.interpreter.interpreter import Interpreter
from mc.trace.behavior import Failure
from mc.trace.explain import Explanation, explain_formula
from mc.trace.module import ModuleBehavior, ModuleFormulas, holds, successors
from mc.trace.verdict import Verdict


def find_verdict(interpreter: Interpreter, behavior: ModuleBehavior) -> Verdict | None:
    """The violation that a search would report in the last state, or of the step to it; None where there is none."""
    try:
        return _verdict(interpreter, behavior)
    except _FailureError as error:
        return Verdict("evaluation", "", str(error.failure))


def violations(interpreter: Interpreter, behavior: ModuleBehavior) -> Iterator[tuple[int, Explanation]]:
    """For each invariant that is FALSE somewhere, the number of the first state in which it is, and why."""
    for name, formula in invariants(interpreter):
        for number, state in enumerate(behavior.states, 1):
            try:
                if holds(interpreter, formula, state):
                    continue
            except (EvaluationError, RecursionError):
                continue  # what cannot be evaluated is not FALSE
            yield number, explain_formula(ModuleFormulas(interpreter), name, formula, state)
            break


def outside(interpreter: Interpreter, behavior: ModuleBehavior) -> Iterator[tuple[int, str]]:
    """For each constraint, the number of the first state but the last one that does not satisfy it."""
    for name in interpreter.spec.constraints:
        for number, state in enumerate(behavior.states[:-1], 1):
            if not holds(interpreter, name, state):
                yield number, name
                break


def invariants(interpreter: Interpreter) -> Iterator[tuple[str, Expression]]:
    """All that is to hold in each state: invariants, and what properties say of states."""
    spec = interpreter.spec
    yield from ((name, spec.definitions[name].expression) for name in spec.invariants)
    yield from ((conjunct.name, conjunct.formula) for conjunct in spec.properties if conjunct.asked == "invariant")


class _FailureError(Exception):
    """What cannot be evaluated."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure))
        self.failure = failure


def _verdict(interpreter: Interpreter, behavior: ModuleBehavior) -> Verdict | None:
    spec, last = interpreter.spec, behavior.last
    for name, formula in invariants(interpreter):
        if not _evaluated(f"INVARIANT {name}", partial(holds, interpreter, formula, last)):
            explanation = explain_formula(ModuleFormulas(interpreter), name, formula, last)
            return Verdict("invariant", name, str(explanation), explanation)
    before = behavior.states[-2] if behavior.steps else None
    asked = "initial" if before is None else "action"
    said = "the initial state is none of it" if before is None else "the last step is none that it allows"
    for conjunct in spec.properties:
        if conjunct.asked == asked:
            step = (last,) if before is None else (before, last)
            if not _evaluated(f"PROPERTY {conjunct.name}", partial(holds, interpreter, conjunct.formula, *step)):
                return Verdict("property", conjunct.name, f"{conjunct.name}: {said}.")
    moved = _evaluated(spec.next_name, lambda: next(successors(interpreter, last), None) is not None)
    if spec.deadlock and not moved:
        return Verdict("deadlock", "", f"{spec.next_name} is FALSE in the last state, whatever the next one.")
    return None


def _evaluated(where: str, what: Callable[[], bool]) -> bool:
    try:
        return what()
    except (EvaluationError, RecursionError) as error:
        raise _FailureError(Failure(where, unevaluable(where, error).why, None, None)) from error
