"""Behaviors in a text of TLC: what it prints on a terminal, with ``-tool`` or without.

On a terminal: a line ``State 2: <Timeout(s1) line 1, col 1 to line 2, col 9 of module Raft>`` (versions before 2026
leave the arguments out), the state, an empty line. The one state of a behavior follows a sentence that ends with "the
initial state:". There are several behaviors where TLC was told to continue; and with ``-difftrace`` most states are
printed without what has not changed.
"""

from __future__ import annotations

import contextlib
import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from mc.errors import TraceError
from mc.tlc.output import IN_INITIAL, INITIAL, Printed, TlcOutput, read_end, read_label, split_variables
from mc.trace.saved import Trace, TracedState, local_name, loop_notes, read_value

_HEADER = re.compile(r"State (\d+): ?(.*)")


def read_printed(text: str) -> list[Printed]:
    """The behaviors, in the order of the text; :class:`TraceError` where a state is missing."""
    # Only these are line breaks of TLC: Python knows others, which a string may have in it.
    lines = text.replace("\r\n", "\n").split("\n")
    if "@!@!@STARTMSG" not in text:
        return _on_terminal([line.strip() for line in lines], lines)
    output = TlcOutput()
    for line in lines:
        output.feed(line)
    return output.behaviors


def _on_terminal(stripped: list[str], lines: list[str]) -> list[Printed]:
    found: list[Printed] = []
    at = 0
    while at < len(lines):
        line = stripped[at]
        at += 1
        header, end = _HEADER.fullmatch(line), read_end(line)
        if end is not None and found:
            found[-1].back_to = end or len(found[-1].states)
        elif IN_INITIAL.fullmatch(line) or (header is not None and header[1] == "1"):
            found.append(Printed())
        elif header is None or end is not None:
            continue
        elif not found or int(header[1]) != len(found[-1].states) + 1:
            missing = len(found[-1].states) + 1 if found else 1
            raise TraceError(f"line {at}: state {missing} is missing; this is state {header[1]}")
        if end is None:
            start = at
            while at < len(lines) and stripped[at] and not _HEADER.fullmatch(stripped[at]):
                at += 1
            parts = split_variables(textwrap.dedent("\n".join(lines[start:at])))
            found[-1].states.append((header[2] if header is not None else INITIAL, parts))
    return found


def plain_text(behavior: Printed) -> str:
    """The states of a behavior as TLC prints them on a terminal."""
    blocks = [
        "\n".join([f"State {number}: {label}", *(f"/\\ {part}" for part in parts), ""])
        for number, (label, parts) in enumerate(behavior.states, 1)
    ]
    return "\n".join(blocks)


def printed_trace(behaviors: Sequence[Printed]) -> Trace:
    """The first of the behaviors, with notes on what else there is; :class:`TraceError` where there is none."""
    if not behaviors:
        raise TraceError("not a trace: there is no JSON in it and no line 'State 1: ...' as TLC prints it")
    first, *others = behaviors
    notes = [f"the file has {len(behaviors):,} behaviors: this is the first"] if others else []
    notes += loop_notes(first.back_to)
    states: list[TracedState] = []
    values: dict[str, Any] = {}
    partial = False
    for number, (label, parts) in enumerate(first.states, 1):
        given = dict(_read_part(part, f"state {number}") for part in parts)
        partial |= not values.keys() <= given.keys()
        values = {**values, **given}
        states.append(_state(label, values))
    if partial:
        notes.append("a variable that a state does not give keeps its value there, as TLC means it with -difftrace")
    return Trace(tuple(states), notes=tuple(notes))


def _read_part(part: str, what: str) -> tuple[str, Any]:
    name, separator, text = part.partition(" = ")
    if not separator or not name.strip().isidentifier():
        raise TraceError(f"{what}: {part[:60]!r} is not NAME = VALUE: whole states are needed, not what changed")
    return name.strip(), read_value(text, f"{what}: {name}")


def _state(label: str, values: Mapping[str, Any]) -> TracedState:
    read = read_label(label)
    arguments = None
    if read is not None and read.arguments is not None:
        # Whatever else may stand between brackets, it does not tell arguments.
        with contextlib.suppress(TraceError):
            arguments = tuple(tuple.__iter__(read_value(f"<<{read.arguments}>>", "arguments")))
    return TracedState(None if read is None else local_name(read.name), arguments, values)
