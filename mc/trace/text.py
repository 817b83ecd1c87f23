"""Behaviors as text: each step headed by its action, showing what changed, or whole states as TLC does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mc.lang.operators import CopiesIn
from mc.lang.state import State
from mc.lang.text import to_tla
from mc.lang.values import BagValue, FnValue, RecordValue, SeqValue
from mc.trace.behavior import Behavior, call_text


def behavior_text(behavior: Behavior, full: bool = False) -> str:
    """The behavior, one block per state; ``full`` shows whole states in place of changes."""
    lines = ["State 1: Init", *_indented(state_lines(behavior.initial))]
    before = behavior.initial
    for number, step in enumerate(behavior.steps, 2):
        shown = state_lines(step.state) if full else list(changes(before, step.state)) or ["(nothing changes)"]
        lines += ["", f"State {number}: {call_text(step.action, step.arguments)}", *_indented(shown)]
        before = step.state
    if behavior.failure is not None:
        lines += ["", str(behavior.failure)]
    return "\n".join(lines)


def _indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


def state_lines(state: State) -> list[str]:
    """A whole state as TLC prints it, a line per variable."""
    return [f"/\\ {name} = {to_tla(value)}" for name, value in state.values.items()]


def changes(before: State, after: State) -> Iterator[str]:
    """What differs between two states, as precisely as the values allow."""
    for name, value in after.values.items():
        yield from value_changes(name, before.values[name], value)


def value_changes(place: str, old: Any, new: Any) -> Iterator[str]:
    """What differs between two values at ``place``, such as ``log[s1]``."""
    if old == new:
        return
    if isinstance(old, BagValue) and isinstance(new, BagValue):
        yield from _bag_changes(place, old, new)
    elif isinstance(old, frozenset) and isinstance(new, frozenset):
        yield from (f"{place}: - {text}" for text in sorted(map(to_tla, old - new)))
        yield from (f"{place}: + {text}" for text in sorted(map(to_tla, new - old)))
    elif isinstance(old, FnValue) and isinstance(new, FnValue) and old.keys() == new.keys():
        for key in old:
            yield from value_changes(f"{place}[{to_tla(key)}]", old[key], new[key])
    elif isinstance(old, RecordValue) and isinstance(new, RecordValue) and old.fields.keys() == new.fields.keys():
        for name, value in old.fields.items():
            yield from value_changes(f"{place}.{name}", value, new.fields[name])
    elif isinstance(old, SeqValue) and isinstance(new, SeqValue) and len(old) == len(new):
        for index in range(1, len(old) + 1):
            yield from value_changes(f"{place}[{index}]", old[index], new[index])
    else:
        yield f"{place}: {to_tla(old)} -> {to_tla(new)}"


def _bag_changes(place: str, old: BagValue, new: BagValue) -> Iterator[str]:
    for element in sorted({*old, *new}, key=to_tla):
        text = to_tla(element)
        was, now = CopiesIn(element, old), CopiesIn(element, new)
        if was and now and was != now:
            yield f"{place}: {was} -> {now} copies of {text}"
        elif was != now:
            copies = max(was, now)
            yield f"{place}: {'+' if now else '-'} {text}" + (f" ({copies} copies)" if copies > 1 else "")
