"""Compare what mc and TLC found: verdicts, counts and counterexamples."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from mc.dataclass import dataclass
from mc.engine.reference import successors
from mc.engine.result import Result
from mc.errors import McError
from mc.lang.state import State
from mc.lang.text import to_tla
from mc.spec.objects import Spec
from mc.tlc.run import TlcResult
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

    def to_json(self, mc: Mapping[str, Any]) -> dict[str, Any]:
        """The document of ``mc crosscheck --json``; ``mc`` is that of ``mc check --json`` for our result."""
        tlc = self.tlc
        return {
            "schema": 1,
            "verdict": self.verdict,
            "mc": dict(mc),
            "tlc": {
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


def compare_results(spec: Spec, mc: Result, tlc: TlcResult) -> tuple[list[Row], list[str], list[str]]:
    """The table, the differences and the notes that follow from the two results alone."""
    ours = _property(mc)
    rows = [Row("verdict", mc.verdict, tlc.verdict)]
    notes: list[str] = []
    if mc.verdict in _COUNTEREXAMPLE or tlc.verdict in _COUNTEREXAMPLE:
        length = len(mc.violation.representatives) if mc.violation is not None else None
        if tlc.searched:
            rows.append(Row("length", length, tlc.length))
            last = State(tlc.trace[-1].values) if tlc.trace else None
        else:
            notes.append(f"TLC evaluates {tlc.property}, which has constants only, before the search: no behavior")
            last = mc.violation.representatives[-1] if mc.violation is not None else None
        if all(row.equal for row in rows) and ours != tlc.property and _is_violated(spec, tlc.property, last):
            notes.append(
                f"mc reports {ours}, TLC {tlc.property}: both are violated after {length} states, the fewest possible"
            )
        else:
            rows.append(Row("property", ours, tlc.property))
    differences = [f"{row.name}: mc {_show(row.mc)}, TLC {_show(row.tlc)}" for row in rows if not row.equal]
    if tlc.message:
        differences += [f"TLC says: {tlc.message}"] if not rows[0].equal else []
    if tlc.verdict in _COUNTEREXAMPLE and tlc.searched:
        differences += _replay(spec, tlc)
    if tlc.constraint is not None:
        notes.append(f"counts not compared: {tlc.constraint}, which has constants only, is FALSE: TLC does not search")
    elif mc.complete and tlc.complete:
        # The depth of no state is 1 for some versions of TLC, and 0 for others.
        names = ("generated", "distinct", "depth") if mc.distinct or tlc.distinct else ("generated", "distinct")
        counts = [Row(name, getattr(mc, name), getattr(tlc, name)) for name in names]
        known = {action.name for action in spec.actions}
        if set(tlc.action_generated) <= known:
            counts += [
                Row(name, mc.actions[name].generated if name in mc.actions else 0, tlc.action_generated.get(name, 0))
                for name in (action.name for action in spec.actions)
            ]
        else:
            odd = ", ".join(sorted(set(tlc.action_generated) - known))
            notes.append(f"actions not compared: TLC's {odd} does not stand for one action of the spec")
        differences += [f"{row.name}: mc {_show(row.mc)}, TLC {_show(row.tlc)}" for row in counts if not row.equal]
        rows += counts
    else:
        notes.append("counts not compared: the searches stopped, and each stops at its own state")
    return rows, differences, notes


def _property(mc: Result) -> str | None:
    return mc.violation.property or None if mc.violation is not None and mc.violation.kind == "invariant" else None


def _show(value: str | int | None) -> str:
    return "none" if value is None else f"{value:,}" if isinstance(value, int) else value


def _text(state: State) -> str:
    return "\n".join(f"   /\\ {name} = {to_tla(value)}" for name, value in state.values.items())


def _is_violated(spec: Spec, name: str | None, last: State | None) -> bool:
    """Whether the last state of a behavior violates, by the Python definition, the invariant that TLC says it does."""
    definition = next((i for i in spec.invariants if i.name == name), None)
    try:
        return definition is not None and last is not None and not definition.holds(last)
    except McError:
        return False


def _replay(spec: Spec, tlc: TlcResult) -> list[str]:
    """What is wrong, for the spec in Python, with the counterexample that TLC found."""
    states = [State(step.values) for step in tlc.trace]
    if not states:
        return ["TLC found a counterexample, but its states could not be read"]
    if states[0] not in spec.initial_states():
        return [
            f"TLC's counterexample begins with a state that is not initial in {spec.path.name}:\n{_text(states[0])}"
        ]
    for number, (before, after) in enumerate(itertools.pairwise(states), 2):
        taken = tlc.trace[number - 1]
        try:
            steps = [step for step in successors(spec, before) if step.state == after]
        except McError as error:
            return [f"TLC's counterexample, state {number - 1}: {spec.path.name} cannot be evaluated there: {error}"]
        action = next((action for action in spec.actions if action.name == taken.action), None)
        meant = [s for s in steps if s.action is action and taken.arguments in (None, s.arguments)]
        if not steps or (action is not None and not meant):
            label = taken.action if action is None else call_text(action, taken.arguments or ())
            reached = [call_text(step.action, step.arguments) for step in steps]
            return [
                f"TLC's counterexample, step to state {number}: TLC takes {label}, and {spec.path.name} "
                + (f"reaches that state only by {', '.join(reached)}" if reached else "has no such step")
                + f"; from\n{_text(before)}\nto\n{_text(after)}"
            ]
    if tlc.verdict == "violation" and not _is_violated(spec, tlc.property, states[-1]):
        return [f"TLC's counterexample ends in a state that violates {tlc.property}, but not for {spec.path.name}"]
    return []
