"""Error traces as TLC writes them, on a terminal or with ``-dumpTrace json``; and traces of any format.

TLC on a terminal: a line ``State 2: <Timeout(s1) line 1, col 1 to line 2, col 9 of module Raft>`` (old
versions leave the arguments out), the state, an empty line. Its JSON holds no kinds but those of
JSON, and is ``{"action": [...], "state": [[1, {...}], ...]}`` (``tlc2.value.impl.CounterExample``, written by
``Json.java`` of the Community Modules), or, in older versions, a list of states.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FunctionType
from typing import Any

from mc.errors import TraceError
from mc.spec.objects import Action, Spec
from mc.tlc.output import INITIAL, TlcOutput, split_variables
from mc.trace.behavior import Behavior, call_text
from mc.trace.explain import definition_tree
from mc.trace.itf import from_itf, is_itf, read_itf
from mc.trace.saved import FORMAT, Trace, TracedState, of_kind, read_trace_json, read_value
from mc.trace.text import state_lines
from mc.trace.verdict import find_verdict

_HEADER = re.compile(r"State (\d+): ?(.*)")
_LASSO = re.compile(r"(?:State )?\d+: (?:<?Stuttering|Back to state)|Back to state \d+")
#: ``<Name(arguments) line ...>``, also without the brackets, the arguments or the place.
_LABEL = re.compile(r"<?\s*(\w+)\s*(?:\((.*)\))?\s*(?:line \d+, col \d+ .*)?>?", re.DOTALL)

#: States as texts: what leads there, and ``name = value`` for each variable.
TextStates = Sequence[tuple[str, Sequence[str]]]


def read_trace(path: Path) -> Trace:
    """The trace in a file, whichever format it has; :class:`TraceError` where it has none of ours."""
    try:
        text = path.read_text(encoding="utf-8")
        if not text.lstrip().startswith(("{", "[")):
            return _trace(text_states(text))
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
    if isinstance(document, list) or (isinstance(document, dict) and "state" in document):
        return _read_tlc_json(document)
    raise TraceError(
        'not a trace: it has neither "format": "mc-trace" (mc) nor "vars" and "states" (ITF) nor "state" (TLC)'
    )


def tlc_text(spec: Spec, behavior: Behavior) -> str:
    """The behavior as TLC prints an error trace; the places are those of the spec's own file."""
    verdict = find_verdict(spec, behavior)
    lines = []
    if verdict is not None:
        said = {"invariant": f"Invariant {verdict.property} is violated.", "deadlock": "Deadlock reached."}
        lines += [f"Error: {said.get(verdict.kind, verdict.message)}", "Error: The behavior up to this point is:"]
    labels = [INITIAL, *(_label(step.action, step.arguments) for step in behavior.steps)]
    for number, (label, state) in enumerate(zip(labels, behavior.states, strict=True), 1):
        lines += [f"State {number}: {label}", *state_lines(state), ""]
    return "\n".join(lines)


def _label(action: Action, arguments: tuple[Any, ...]) -> str:
    name = call_text(action, arguments)
    function = action.function
    tree = definition_tree(function) if isinstance(function, FunctionType) else None
    if tree is None:
        return f"<{name}>"
    place = f"line {tree.lineno}, col {tree.col_offset + 1} to line {tree.end_lineno}, col {tree.end_col_offset}"
    return f"<{name} {place} of module {Path(function.__code__.co_filename).stem}>"


def plain_text(states: TextStates) -> str:
    """States as TLC prints them on a terminal."""
    blocks = [
        "\n".join([f"State {number}: {label}", *(f"/\\ {part}" for part in parts), ""])
        for number, (label, parts) in enumerate(states, 1)
    ]
    return "\n".join(blocks)


def text_states(text: str) -> TextStates:
    """The states that TLC has printed, on a terminal or in its ``-tool`` mode; none where there are none.

    :class:`TraceError` where the trace is a lasso, or there is more than one.
    """
    for line in text.splitlines():
        if _LASSO.match(line.strip()):
            raise TraceError(f"this trace ends in a loop ({line.strip()}); mc has finite behaviors only")
    if "@!@!@STARTMSG" in text:
        output = TlcOutput()
        for line in text.splitlines():
            output.feed(line)
        return output.states
    return list(_blocks(text.splitlines()))


def _blocks(lines: list[str]) -> Iterator[tuple[str, Sequence[str]]]:
    number, at = 0, 0
    while at < len(lines):
        header = _HEADER.fullmatch(lines[at].strip())
        at += 1
        if header is None:
            continue
        number += 1
        if int(header[1]) != number:
            raise TraceError(f"line {at}: state {number} is missing; this is state {header[1]}")
        start = at
        while at < len(lines) and lines[at].strip() and not _HEADER.fullmatch(lines[at].strip()):
            at += 1
        yield header[2], split_variables(textwrap.dedent("\n".join(lines[start:at])))


def _trace(states: TextStates) -> Trace:
    if not states:
        raise TraceError("not a trace: there is no JSON in it and no line 'State 1: ...' as TLC prints it")
    return Trace(tuple(_text_state(label, parts, f"state {n}") for n, (label, parts) in enumerate(states, 1)))


def _text_state(label: str, parts: Sequence[str], what: str) -> TracedState:
    values = {}
    for part in parts:
        name, separator, text = part.partition(" = ")
        if not separator or not name.strip().isidentifier():
            raise TraceError(f"{what}: {part[:60]!r} is not NAME = VALUE: whole states are needed, not what changed")
        values[name.strip()] = read_value(text, f"{what}: {name}")
    match = _LABEL.fullmatch(label.strip())
    arguments = None
    if match is not None and match[2] is not None:
        arguments = tuple(tuple.__iter__(read_value(f"<<{match[2]}>>", f"{what}: arguments")))
    return TracedState(None if match is None else match[1], arguments, values)


def _read_tlc_json(document: Any) -> Trace:
    """The trace in the JSON of TLC."""
    actions: dict[int, str] = {}
    if isinstance(document, dict):
        for edge in of_kind(document.get("action", []), list, "action"):
            _, action, target = _parts(edge, 3, "action: a step")
            number, _ = _parts(target, 2, "action: a step: its state")
            name = of_kind(action, dict, "action: a step: its action").get("name")
            actions[of_kind(number, int, "action: a state's number")] = of_kind(name, str, "action: a name")
        numbered = [_parts(pair, 2, "state: a state") for pair in of_kind(document["state"], list, "state")]
        # TLC has written a set.
        by_number = {of_kind(number, int, "state: a state's number"): state for number, state in numbered}
        states = [by_number[number] for number in sorted(by_number)]
    else:
        states = document
    if len(actions) >= max(len(states), 1):
        raise TraceError("this trace ends in a loop; mc has finite behaviors only")
    return Trace(
        tuple(
            TracedState(
                actions.get(number),
                None,
                {
                    name: from_itf(value, f"state {number}: {name}")
                    for name, value in of_kind(state, dict, f"state {number}").items()
                },
            )
            for number, state in enumerate(states, 1)
        )
    )


def _parts(value: Any, count: int, what: str) -> list[Any]:
    parts = of_kind(value, list, what)
    if len(parts) != count:
        raise TraceError(f"{what} has {len(parts)} parts, not {count}")
    return list(parts)
