"""Behaviors as text: each step headed by its action, showing what changed, or whole states as TLC does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from mc.dataclass import dataclass
from mc.engine.result import Loop
from mc.lang.operators import CopiesIn
from mc.lang.state import State
from mc.lang.text import Place, to_tla
from mc.lang.values import BagValue, FnValue, RecordValue, SeqValue, same_kinds
from mc.trace.behavior import AnyBehavior, call_text


@dataclass(frozen=True)
class Style:
    """What makes the parts of a text stand out; each is given the part and returns it with its marks."""

    heading: Callable[[str], str] = str
    added: Callable[[str], str] = str
    removed: Callable[[str], str] = str
    error: Callable[[str], str] = str


PLAIN = Style()


def _ansi(code: int) -> Callable[[str], str]:
    """ECMA-48, "select graphic rendition", 8.3.117."""
    return f"\x1b[{code}m{{}}\x1b[0m".format


#: For terminals.
COLOURED = Style(heading=_ansi(1), added=_ansi(32), removed=_ansi(31), error=_ansi(31))


def behavior_text(
    behavior: AnyBehavior, full: bool = False, style: Style = PLAIN, marked: Collection[Place] = ()
) -> str:
    """The behavior, one block per state; ``full`` shows whole states in place of changes.

    ``marked``: places in the last state that stand out there, if it is shown whole.
    """
    first = state_lines(behavior.initial, style.error, () if behavior.steps else marked)
    lines = [style.heading("State 1: Init"), *_indented(first)]
    before = behavior.initial
    for number, step in enumerate(behavior.steps, 2):
        if full:
            last = number == len(behavior.states)
            shown = state_lines(step.state, style.error, marked if last else ())
        else:
            shown = list(changes(before, step.state, style)) or ["(nothing changes)"]
        heading = style.heading(f"State {number}: {call_text(step.action, step.arguments)}")
        lines += ["", heading, *_indented(shown)]
        before = step.state
    if behavior.loop is not None:
        lines += ["", style.heading(_loop(behavior.loop, len(behavior.states)))]
    if behavior.failure is not None:
        lines += ["", style.error(str(behavior.failure))]
    return "\n".join(lines)


def _loop(loop: Loop, count: int) -> str:
    """How a behavior of so many states goes on, as TLC says it."""
    if loop.step is None:
        return f"State {count + 1}: Stuttering"
    return f"Back to state {loop.to + 1}: {call_text(loop.step, loop.step.arguments)}"


def _indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


def state_lines(state: State, style: Callable[[str], str] = str, marked: Collection[Place] = ()) -> list[str]:
    """A whole state as TLC prints it, a line per variable; ``style`` makes the ``marked`` places stand out."""

    def mark(place: Place, text: str) -> str:
        within = any(place[:k] in marked for k in range(1, len(place)))
        return style(text) if place in marked and not within else text

    return [f"/\\ {name} = {to_tla(value, mark, (name,))}" for name, value in state.values.items()]


def changes(before: State, after: State, style: Style = PLAIN) -> Iterator[str]:
    """What differs between two states, as precisely as the values allow."""
    for name, value in after.values.items():
        yield from value_changes(name, before.values[name], value, style)


def value_changes(place: str, old: Any, new: Any, style: Style = PLAIN) -> Iterator[str]:
    """What differs between two values at ``place``, such as ``log[s1]``."""
    if old == new and same_kinds(old, new):
        return
    if isinstance(old, BagValue) and isinstance(new, BagValue):
        yield from _bag_changes(place, old, new, style)
    elif isinstance(old, frozenset) and isinstance(new, frozenset):
        yield from (f"{place}: {style.removed(f'- {text}')}" for text in sorted(map(to_tla, old - new)))
        yield from (f"{place}: {style.added(f'+ {text}')}" for text in sorted(map(to_tla, new - old)))
    elif isinstance(old, FnValue) and isinstance(new, FnValue) and old.keys() == new.keys():
        for key in old:
            yield from value_changes(f"{place}[{to_tla(key)}]", old[key], new[key], style)
    elif isinstance(old, RecordValue) and isinstance(new, RecordValue) and old.fields.keys() == new.fields.keys():
        for name, value in old.fields.items():
            yield from value_changes(f"{place}.{name}", value, new.fields[name], style)
    elif isinstance(old, SeqValue) and isinstance(new, SeqValue) and len(old) == len(new):
        for index in range(1, len(old) + 1):
            yield from value_changes(f"{place}[{index}]", old[index], new[index], style)
    else:
        yield f"{place}: {style.removed(to_tla(old))} -> {style.added(to_tla(new))}"


def _bag_changes(place: str, old: BagValue, new: BagValue, style: Style) -> Iterator[str]:
    for element in sorted({*old, *new}, key=to_tla):
        text = to_tla(element)
        was, now = CopiesIn(element, old), CopiesIn(element, new)
        if was and now and was != now:
            yield f"{place}: {style.removed(str(was))} -> {style.added(str(now))} copies of {text}"
        elif was != now:
            copies = max(was, now)
            change = f"{'+' if now else '-'} {text}" + (f" ({copies} copies)" if copies > 1 else "")
            yield f"{place}: {style.added(change) if now else style.removed(change)}"
