"""Compare what mc and TLC found: verdicts, counts and counterexamples."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from mc.dataclass import dataclass
from mc.engine.result import Result, Taken
from mc.errors import McError
from mc.lang.state import State
from mc.lang.text import to_tla
from mc.tlc.run import TlcResult
from mc.tlc.subject import WITH_TLC, Names, Subject
from mc.trace.behavior import call_text

#: What ends with a counterexample.
_COUNTEREXAMPLE = ("violation", "deadlock")


@dataclass(frozen=True)
class Row:
    """One line of the table of a cross-check; ``None`` where a side has no such figure."""

    name: str
    mc: str | int | None
    tlc: str | int | None

    @property
    def equal(self) -> bool:
        """Whether both sides agree."""
        return self.mc == self.tlc


@dataclass(frozen=True)
class CrosscheckResult:
    """The outcome of a cross-check."""

    #: "equal", "different" or "incomplete" (mc did not finish; TLC was not run).
    verdict: str
    mc: Result
    tlc: TlcResult | None
    rows: tuple[Row, ...]
    #: What was compared: "counts", "states" and "edges".
    compared: Mapping[str, bool]
    #: Sentences, some of several lines; empty where the verdict is "equal".
    differences: tuple[str, ...]
    #: What was not compared, and why.
    notes: tuple[str, ...] = ()
    names: Names = WITH_TLC

    def to_json(self, mc: Mapping[str, Any]) -> dict[str, Any]:
        """The document of ``mc crosscheck --json``; ``mc`` is that of ``mc check --json`` for our result."""
        tlc = self.tlc
        other = "tlc" if self.names == WITH_TLC else "tla"
        return {
            "schema": 1,
            "verdict": self.verdict,
            "mc": dict(mc),
            other: {
                "version": tlc.version if tlc else "",
                "verdict": tlc.verdict if tlc else "",
                "property": tlc.property if tlc else None,
                "generated": tlc.generated if tlc else 0,
                "distinct": tlc.distinct if tlc else 0,
                "depth": tlc.depth if tlc else 0,
                "length": tlc.length if tlc else None,
                "seconds": tlc.seconds if tlc else 0,
            },
            "compared": dict(self.compared),
            "differences": list(self.differences),
        }


def compare_results(
    subject: Subject, mc: Result, tlc: TlcResult, names: Names
) -> tuple[list[Row], list[str], list[str]]:
    """The table, the differences and the notes that follow from the two results alone."""
    ours = violated(mc)
    rows = [Row("verdict", mc.verdict, tlc.verdict)]
    notes: list[str] = []
    if mc.verdict in _COUNTEREXAMPLE or tlc.verdict in _COUNTEREXAMPLE:
        length = len(mc.violation.representatives) if mc.violation is not None else None
        if _is_temporal(tlc) and mc.violation is not None and mc.violation.loop is not None:
            notes.append("counterexamples not compared: each goes on for ever in its own way")
        elif tlc.searched:
            rows.append(Row("length", length, tlc.length))
            states = tuple(State(step.values) for step in tlc.trace)
        else:
            notes.append(f"TLC evaluates {tlc.property}, which has constants only, before the search: no behavior")
            states = mc.violation.representatives if mc.violation is not None else ()
        are_same = ours is None or ours == tlc.property or not all(row.equal for row in rows)
        if not are_same and _is_violated(subject, tlc.property, states):
            notes.append(
                f"{names.ours} reports {ours}, {names.theirs} {tlc.property}: both are violated after {length} states,"
                " the fewest possible"
            )
        else:
            rows.append(Row("property", ours, tlc.property))
    differences = _different(rows, names)
    if tlc.message:
        differences += [f"{names.theirs} says: {tlc.message}"] if not rows[0].equal else []
    if tlc.verdict in _COUNTEREXAMPLE and tlc.searched:
        differences += _replay(subject, tlc, names.theirs)
    if tlc.constraint is not None:
        notes.append(f"counts not compared: {tlc.constraint}, which has constants only, is FALSE: TLC does not search")
    elif mc.complete and tlc.complete:
        # The depth of no state is 1 for some versions of TLC, and 0 for others.
        counted = ("generated", "distinct", "depth") if mc.distinct or tlc.distinct else ("generated", "distinct")
        counts = [Row(name, getattr(mc, name), getattr(tlc, name)) for name in counted]
        known = set(subject.actions)
        if set(tlc.action_generated) <= known:
            counts += [
                Row(name, mc.actions[name].generated if name in mc.actions else 0, tlc.action_generated.get(name, 0))
                for name in subject.actions
            ]
        else:
            odd = ", ".join(sorted(set(tlc.action_generated) - known))
            notes.append(f"actions not compared: {names.theirs}'s {odd} does not stand for one action")
        differences += _different(counts, names)
        rows += counts
    else:
        notes.append("counts not compared: the searches stopped, and each stops at its own state")
    return rows, differences, notes


def _different(rows: Sequence[Row], names: Names) -> list[str]:
    shown = [(row.name, _show(row.mc), _show(row.tlc)) for row in rows if not row.equal]
    return [f"{name}: {names.ours} {ours}, {names.theirs} {theirs}" for name, ours, theirs in shown]


def violated(mc: Result) -> str | None:
    """The name of the invariant or property that is violated, but for a behavior that goes on for ever."""
    found = mc.violation
    named = found is not None and found.loop is None and found.kind in ("invariant", "property")
    return found.property if found is not None and named else None


def _is_temporal(tlc: TlcResult) -> bool:
    """Whether what is violated is about behaviors that go on for ever: then TLC names no property."""
    return tlc.verdict == "violation" and tlc.property is None


def _show(value: str | int | None) -> str:
    return "none" if value is None else f"{value:,}" if isinstance(value, int) else value


def _text(state: State) -> str:
    return "\n".join(f"   /\\ {name} = {to_tla(value)}" for name, value in state.values.items())


def _is_violated(subject: Subject, name: str | None, states: Sequence[State]) -> bool:
    """Whether a behavior ends, as mc reads it, with a violation of what the other side says that it violates."""
    before = states[-2] if len(states) > 1 else None
    return name is not None and bool(states) and subject.violates(name, before, states[-1])


def _replay(subject: Subject, tlc: TlcResult, theirs: str) -> list[str]:
    """What is wrong, as mc reads the spec, with the counterexample that the other side found."""
    states = [State(step.values) for step in tlc.trace]
    if not states:
        return [f"{theirs} found a counterexample, but its states could not be read"]
    if not subject.is_initial(states[0]):
        return [
            f"{theirs}'s counterexample begins with a state that is not initial in {subject.file}:\n{_text(states[0])}"
        ]
    for number, (before, after) in enumerate(itertools.pairwise(states), 2):
        taken = tlc.trace[number - 1]
        try:
            steps = [step for step in subject.successors(before) if step.state == after]
        except McError as error:
            return [f"{theirs}'s counterexample, state {number - 1}: {subject.file} cannot be evaluated there: {error}"]
        known = taken.action in subject.actions
        meant = [s for s in steps if s.action.name == taken.action and taken.arguments in (None, s.arguments)]
        if not steps or (known and not meant):
            label = call_text(Taken(taken.action, ()), taken.arguments or ()) if known else taken.action
            reached = [call_text(step.action, step.arguments) for step in steps]
            return [
                f"{theirs}'s counterexample, step to state {number}: {theirs} takes {label}, and {subject.file} "
                + (f"reaches that state only by {', '.join(reached)}" if reached else "has no such step")
                + f"; from\n{_text(before)}\nto\n{_text(after)}"
            ]
    if tlc.verdict == "violation" and not _is_temporal(tlc) and not _is_violated(subject, tlc.property, states):
        return [f"{theirs}'s counterexample ends in a state that violates {tlc.property}, but not for {subject.file}"]
    return []
