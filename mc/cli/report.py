"""A result as people read it, and as scripts do."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mc
from mc.dataclass import dataclass
from mc.engine.result import Result, ViolationKind
from mc.lang.text import to_tla
from mc.lang.values import ModelValue, ModelValueSet
from mc.spec.objects import Spec
from mc.trace.behavior import AnyBehavior, Failure, call_text
from mc.trace.text import Style, behavior_text

if TYPE_CHECKING:
    from mc.trace.explain import Explanation


@dataclass(frozen=True)
class Subject:
    """What is checked, in the words of a report: a Python spec with its model, or a module with its configuration."""

    name: str
    model: str
    #: What the model is: the head of the report says so.
    kind: str
    path: Path
    constants: Mapping[str, Any]
    init_name: str
    symmetry: tuple[str, ...]
    invariants: tuple[str, ...]
    constraints: tuple[str, ...]
    deadlock: bool
    #: What else the head of the report has, by title.
    rows: Mapping[str, str]
    warnings: Sequence[str]
    #: What evaluates it.
    engine: str = "compiled"
    #: Why that, where there are two: a sentence.
    why: str = ""
    #: Properties of behaviors.
    properties: tuple[str, ...] = ()
    #: Whether there is a next-state relation; else only assumptions are checked.
    behaves: bool = True


def subject(spec: Spec) -> Subject:
    """A Python spec."""
    return Subject(
        name=spec.name,
        model=spec.model.name,
        kind="model",
        path=spec.path,
        constants=spec.constants,
        init_name=spec.init_name,
        symmetry=spec.model.symmetry,
        invariants=tuple(d.name for d in spec.invariants),
        constraints=tuple(d.name for d in spec.constraints),
        deadlock=spec.model.deadlock,
        rows={"substitute": ", ".join(f"{old} <- {new}" for old, new in spec.model.substitute.items())},
        warnings=spec.warnings,
    )


@dataclass(frozen=True)
class Told:
    """A violation as the reader gets it."""

    #: None where no state is concerned.
    behavior: AnyBehavior | None
    explanation: Explanation | None
    #: One sentence on what is wrong in the last state.
    message: str
    #: Where the behavior is saved: for ``mc trace`` and other programs, and for readers.
    trace: Path
    text: Path
    #: What it is saved for.
    mend: str = ""


def message(explanation: Explanation | None, failure: Failure | None) -> str:
    """One sentence on what is wrong in the last state of a behavior."""
    if explanation is not None:
        return str(explanation)
    return "No action is enabled in the last state." if failure is None else str(failure)


def result_json(spec: Subject, result: Result, told: Told | None, seconds: Mapping[str, float]) -> dict[str, Any]:
    """The document of ``mc check --json``; everything but times, workers and memory is deterministic."""
    # Here, not above: few searches write it.
    from mc.trace.saved import constant_json

    violation = None
    if result.violation is not None and told is not None:
        violation = {
            "kind": result.violation.kind,
            "property": result.violation.property,
            "length": 0 if told.behavior is None else len(told.behavior.states),
            "trace": None if told.behavior is None else str(told.trace),
            "text": None if told.behavior is None else str(told.text),
            "message": told.message,
            "steps": _step_texts(told.behavior),
        }
    return {
        "schema": 1,
        "spec": spec.name,
        "model": spec.model,
        "engine": spec.engine,
        "constants": {name: constant_json(value) for name, value in spec.constants.items()},
        "symmetry": list(spec.symmetry),
        "invariants": list(spec.invariants),
        "search": result.search,
        "verdict": result.verdict,
        "complete": result.complete,
        "generated": result.generated,
        "distinct": result.distinct,
        "depth": result.depth,
        "levels": list(result.levels),
        "orbit_sum": result.orbit_sum,
        "frontier": result.frontier,
        "limit": result.ending.limit if result.ending is not None else None,
        "initial": result.initial,
        "actions": {
            name: {"generated": count.generated, "distinct": count.distinct} for name, count in result.actions.items()
        },
        "witnesses": dict(result.witnesses),
        "violation": violation,
        "warnings": warnings(spec, result),
        "omission_probability": result.omission_probability,
        "exact": result.exact,
        "workers": result.workers,
        "peak_rss_bytes": _peak_rss(),
        "seconds": dict(seconds),
    }


def _step_texts(behavior: AnyBehavior | None) -> list[str]:
    return [] if behavior is None else [call_text(step.action, step.arguments) for step in behavior.steps]


def _peak_rss() -> int:
    """The most memory that this process has taken, in bytes."""
    try:
        # What getrusage says may be of the process that started this one, before it became another program.
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


def head_lines(spec: Subject) -> Iterator[str]:
    """What is checked."""
    yield f"mc {mc.__version__}: {spec.name}, {spec.kind} {spec.model}  ({spec.path})"
    shown = {name: value for name, value in spec.constants.items() if value is not ModelValue(name)}
    rows = {
        "constants": ", ".join(f"{name} = {constant_text(value)}" for name, value in shown.items()),
        "symmetry": ", ".join(spec.symmetry),
        **spec.rows,
        "invariants": ", ".join(spec.invariants),
        "constraints": ", ".join(spec.constraints),
    }
    yield from (f"  {name:<12}{text}" for name, text in rows.items() if text)


def constant_text(value: Any) -> str:
    """A constant's value as TLA+ text, a set of model values in the order of the model."""
    return repr(value) if isinstance(value, ModelValueSet) else to_tla(value)


def result_lines(spec: Subject, result: Result, seconds: Mapping[str, float]) -> Iterator[str]:
    """What the search found, but for the verdict."""
    yield counts_line(result)
    if spec.symmetry:
        yield f"{result.orbit_sum:,} states without symmetry ({', '.join(spec.symmetry)}): the sum of the orbits"
    yield ""
    yield from _action_lines(result)
    if result.witnesses:
        yield ""
        yield from _witness_lines(result)
    yield ""
    rate = result.generated / seconds["explore"] if seconds["explore"] else 0.0
    compiled = f" compiled in {seconds['compile']:.2f} s," if "compile" in seconds else ""
    yield (
        f"explored in {seconds['explore']:.2f} s by {result.workers} worker{'s' if result.workers > 1 else ''}"
        f" ({rate:,.0f} states/s); loaded in {seconds['load']:.2f} s,{compiled} {seconds['total']:.2f} s in all"
    )
    if spec.why:
        yield spec.why
    if result.exact:
        yield "whole states were compared: none was missed"
    else:
        yield f"probability that a state was missed: {result.omission_probability:.1e}"


def counts_line(result: Result) -> str:
    """The counts as TLC gives them."""
    depth = f"depth {result.depth}" if result.search == "bfs" else f"longest path {result.depth} (depth-first)"
    left = f", {result.frontier:,} left to expand" if result.frontier else ""
    return f"{result.generated:,} states generated, {result.distinct:,} distinct, {depth}{left}"


def _action_lines(result: Result) -> Iterator[str]:
    width = max(len(name) for name in ("Action", "Init", *result.actions))
    never = "never enabled" if result.complete else "not enabled so far"
    yield f"  {'Action':<{width}}  {'generated':>15}  {'distinct':>13}"
    new = result.distinct - sum(count.distinct for count in result.actions.values())
    yield f"  {'Init':<{width}}  {result.initial:>15,}  {new:>13,}"
    for name, count in result.actions.items():
        mark = "" if count.generated else f"  <- {never}"
        yield f"  {name:<{width}}  {count.generated:>15,}  {count.distinct:>13,}{mark}"


def _witness_lines(result: Result) -> Iterator[str]:
    width = max(map(len, result.witnesses))
    never = "NOT REACHED: be suspicious of success" if result.complete else "not reached so far"
    yield "  Witness"
    for name, reached in result.witnesses.items():
        yield f"  {name:<{width}}  {'reached' if reached else never}"


def warnings(spec: Subject, result: Result) -> list[str]:
    """What makes success doubtful, a sentence each; a search that went on to its end can say what never came."""
    found = [*spec.warnings, *result.warnings]
    if result.verdict == "ok":
        idle = [name for name, count in result.actions.items() if not count.generated]
        missed = [name for name, reached in result.witnesses.items() if not reached]
        found += [f"never enabled: {', '.join(idle)}"] if idle else []
        found += [f"not reached, so be suspicious of success: {', '.join(missed)}"] if missed else []
    return found


def print_warnings(found: Sequence[str]) -> None:
    """Say them on stderr, after what stdout has got so far."""
    sys.stdout.flush()
    for warning in found:
        print(f"mc: warning: {warning}", file=sys.stderr)


_WRONG: Mapping[ViolationKind, str] = {
    "invariant": "Error: invariant {} is violated.",
    "property": "Error: property {} is violated.",
    "assumption": "Error: the assumption at {} does not hold.",
    "postcondition": "Error: postcondition {} does not hold.",
}


def verdict_line(spec: Subject, result: Result) -> str:
    """The outcome in one line."""
    if result.verdict == "vacuous" and not result.initial:
        return f"Vacuous: no state was checked, for {spec.init_name} makes none."
    if result.verdict == "vacuous":
        names = ", ".join(spec.constraints)
        which = f"none of the {result.initial:,} initial states" if result.initial > 1 else "not even the initial state"
        return f"Vacuous: no state was explored, for {which} satisfies the constraints ({names})."
    if result.violation is not None and result.violation.kind == "assertion":
        return "Error: an assertion of the spec is FALSE."
    checked = ", ".join((*spec.invariants, *spec.properties)) or "no invariant"
    if result.violation is not None and result.violation.kind in _WRONG:
        wrong = _WRONG[result.violation.kind].format(result.violation.property)
        return wrong if result.violation.failure is None else f"{wrong[:-1]}, for it cannot be evaluated."
    if result.verdict == "incomplete" and result.complete and result.ending is not None:
        return f"Incomplete: all reachable states were checked and no error was found, but {result.ending.reason}."
    if result.verdict == "incomplete":
        # All states of that level were found and checked, if not all their successors.
        reached = f", complete to level {len(result.levels)}" if result.search == "bfs" else ""
        reason = f": {result.ending.reason}" if result.ending is not None else ""
        return f"Incomplete: no error found{reached}, {result.frontier:,} states on the frontier{reason}."
    if result.verdict == "ok" and not spec.behaves:
        return "No error: the assumptions hold, and there is no behavior to check."
    return {
        "ok": f"No error: all reachable states were checked ({checked}{', no deadlock' * spec.deadlock}).",
        "deadlock": "Error: deadlock.",
        "error": "Error: the spec cannot be evaluated in a reachable state.",
    }[result.verdict]


def _component_lines(explanation: Explanation, behavior: AnyBehavior) -> Iterator[str]:
    """What the violated part depends on, and since when it is so."""
    width = max((len(str(component)) for component in explanation.components), default=0)
    for component in explanation.components:
        number = component.last_changed(behavior.states)
        if number is not None:
            step = behavior.steps[number - 2] if number > 1 else None
            since = f"state {number}: {call_text(step.action, step.arguments)}" if step is not None else "the beginning"
            yield f"  {component!s:<{width}}  since {since}"


def violation_lines(told: Told, full: bool, style: Style) -> Iterator[str]:
    """Why, and the behavior that leads there."""
    yield told.message
    if told.behavior is None:
        return
    if told.explanation is not None:
        yield f"  {told.explanation.file}:{told.explanation.line}: {told.explanation.conjunct}"
        yield from (f"  {line}" for line in _component_lines(told.explanation, told.behavior))
    yield ""
    states = len(told.behavior.states)
    yield f"A behavior of {states:,} state{'s' * (states > 1)}:"
    yield ""
    marked = told.explanation.places() if told.explanation is not None else ()
    yield behavior_text(told.behavior, full, style, marked)
    yield ""
    yield f"Saved in {told.text}; {told.mend}"
