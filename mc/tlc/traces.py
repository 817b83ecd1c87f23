"""Error traces as TLC writes them, on a terminal or with ``-dumpTrace json``; and traces of any format.

TLC's JSON holds no kinds but those of JSON, and is ``{"action": [...], "state": [[1, {...}], ...]}``
(``tlc2.value.impl.CounterExample``, written by ``Json.java`` of the Community Modules), from 2026 on as the field
``counterexample`` of an object (``_JsonTrace.tla``); or, in older versions, a list of states.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mc.engine.reference import Step
from mc.errors import TraceError
from mc.spec.objects import Spec
from mc.tlc.output import INITIAL
from mc.tlc.places import location
from mc.tlc.printed import printed_trace, read_printed
from mc.tlc.proof import Proof
from mc.trace.behavior import AnyBehavior, Behavior, call_text
from mc.trace.itf import from_itf, is_itf, read_itf
from mc.trace.saved import FORMAT, Trace, TracedState, local_name, loop_notes, of_kind, read_trace_json
from mc.trace.text import state_lines
from mc.trace.verdict import Verdict, find_verdict

#: What a text begins with that is not in UTF-8, as Windows tools write it.
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read_trace(path: Path) -> Trace:
    """The trace in a file, whichever format it has; :class:`TraceError` where it has none of ours."""
    try:
        data = path.read_bytes()
        text = data.decode(_MARKS.get(data[:2], "utf-8-sig"))
        if not text.lstrip().startswith(("{", "[")):
            return printed_trace(read_printed(text))
        return _read_document(json.loads(text))
    except (OSError, UnicodeDecodeError) as error:
        raise TraceError(f"{path}: cannot read the trace: {error}") from None
    except json.JSONDecodeError as error:
        raise TraceError(f"{path}:{error.lineno}: not JSON: {error.msg}; was the file cut off?") from None
    except RecursionError:
        raise TraceError(f"{path}: not a trace: it is nested too deeply") from None
    except (TraceError, ValueError) as error:  # also a number too long for Python
        raise TraceError(f"{path}: {error}") from None


def _read_document(document: Any) -> Trace:
    if isinstance(document, dict) and document.get("format") == FORMAT:
        return read_trace_json(document)
    if isinstance(document, dict) and is_itf(document):
        return read_itf(document)
    if isinstance(document, dict) and isinstance(document.get("counterexample"), dict):
        document = document["counterexample"]
    if isinstance(document, list) or (isinstance(document, dict) and "state" in document):
        return _read_tlc_json(document)
    raise TraceError(
        'not a trace: it has neither "format": "mc-trace" (mc) nor "vars" and "states" (ITF) nor "state" (TLC)'
    )


def tlc_text(spec: Spec, behavior: Behavior, proof: Proof | None = None) -> str:
    """The behavior as TLC prints an error trace; places are those of the ``.tla``, or else of the spec's own file."""
    labels = [_label(spec, step, proof) for step in behavior.steps]
    return printed_text(find_verdict(spec, behavior), labels, behavior)


def printed_text(verdict: Verdict | None, labels: Sequence[str], behavior: AnyBehavior, end: str = "") -> str:
    """An error trace with these labels of its steps; ``end``: how it goes on for ever."""
    lines = []
    if verdict is not None:
        said = {"invariant": f"Invariant {verdict.property} is violated.", "deadlock": "Deadlock reached."}
        lines += [f"Error: {said.get(verdict.kind, verdict.message)}", "Error: The behavior up to this point is:"]
    for number, (label, state) in enumerate(zip([INITIAL, *labels], behavior.states, strict=True), 1):
        lines += [f"State {number}: {label}", *state_lines(state), ""]
    lines += [end, ""] if end else []
    return "\n".join(lines)


def _label(spec: Spec, step: Step, proof: Proof | None) -> str:
    where = proof.place(step.action.name) if proof is not None else None
    if where is None:
        where = location(spec.formulas.of(step.action.function).place)
    return f"<{call_text(step.action, step.arguments)} {where}>"


def _read_tlc_json(document: Any) -> Trace:
    """The trace in the JSON of TLC."""
    actions: dict[int, TracedState] = {}
    back_to = None
    if isinstance(document, dict):
        for edge in of_kind(document.get("action") or [], list, "action"):
            source, action, target = _parts(edge, 3, "action: a step")
            before, after = (of_kind(_parts(s, 2, _STEP)[0], int, "action: a state's number") for s in (source, target))
            if after <= before:
                back_to = after
            else:
                actions[after] = _read_action(of_kind(action, dict, "action: a step: its action"))
        numbered = [_parts(pair, 2, "state: a state") for pair in of_kind(document["state"], list, "state")]
        # TLC has written a set.
        by_number = {of_kind(number, int, "state: a state's number"): state for number, state in numbered}
        states = [by_number[number] for number in sorted(by_number)]
    else:
        states = document
    read = tuple(
        replace(actions.get(number, _UNKNOWN), values=_read_values(state, f"state {number}"))
        for number, state in enumerate(states, 1)
    )
    return Trace(read, notes=tuple(loop_notes(back_to)), is_typed=False)


_STEP = "action: a step: its state"
#: A state to which nothing tells the way.
_UNKNOWN = TracedState(None, None, {})


def _read_values(given: Any, what: str) -> dict[str, Any]:
    return {name: from_itf(value, f"{what}: {name}") for name, value in of_kind(given, dict, what).items()}


def _read_action(given: Mapping[str, Any]) -> TracedState:
    """The action that leads to a state: ``{"name": "Put", "parameters": ["p"], "context": {"p": "s1"}}``."""
    name = given.get("name")
    if name is None:
        return _UNKNOWN
    arguments = None
    context, parameters = given.get("context"), given.get("parameters")
    if isinstance(context, dict) and isinstance(parameters, list) and all(p in context for p in parameters):
        arguments = tuple(from_itf(context[parameter], "action: an argument") for parameter in parameters)
    return TracedState(local_name(of_kind(name, str, "action: a name")), arguments, {})


def _parts(value: Any, count: int, what: str) -> list[Any]:
    parts = of_kind(value, list, what)
    if len(parts) != count:
        raise TraceError(f"{what} has {len(parts)} parts, not {count}")
    return list(parts)
