"""The text of a long value broken into lines, as TLC prints it (``tlc2.pprint``)."""

from __future__ import annotations

import re
from typing import NamedTuple

from mc.dataclass import dataclass

#: Columns that TLC gives a value (``tlc2.value.Values``); what stands before it is not counted.
WIDTH = 80


class _Shape(NamedTuple):
    """How what stands in brackets is broken: what begins and ends it, and what stands behind a part."""

    opening: str
    closing: str
    #: What ends it in the text of a value.
    end: str
    separator: str
    #: Between the two halves of a part, and what the second one is moved by in a line of its own.
    between: str = ""
    moved: str = "    "


_SHAPES = {
    "{": _Shape("{ ", " }", "}", ","),
    "<<": _Shape("<< ", " >>", ">>", ","),
    "(": _Shape("( ", " )", ")", " @@", " :>"),
    "[": _Shape("[ ", " ]", "]", ",", " |->"),
}
#: TLC breaks no value with anything else in it, such as a name with an underscore.
_TOKEN = re.compile(r'\s*(?:("[^"]*"|\d+\.\.-?\d+|-?\d+|[^\W_]+)|(<<|>>|\|->|:>|@@|[{}\[\](),]))')


@dataclass(frozen=True)
class _Part:
    """A part of a value."""

    text: str
    shape: _Shape | None = None
    #: What stands in its brackets; pairs where it is a function or a record.
    inner: tuple[tuple[_Part, ...], ...] = ()


class _Foreign(Exception):
    """The text has something in it that TLC does not break."""


def broken(text: str, width: int = WIDTH) -> str:
    """The text of a value as TLC prints it."""
    if len(text) <= width:
        return text
    try:
        part, end = _read(text, 0)
    except _Foreign:
        return text
    return _lines(part, width, 0, "") if end == len(text) else text


def _token(text: str, at: int) -> tuple[str, bool, int]:
    """The next token, whether it is a value, and where it ends."""
    match = _TOKEN.match(text, at)
    if match is None:
        raise _Foreign
    return match[1] or match[2], match[1] is not None, match.end()


def _read(text: str, at: int) -> tuple[_Part, int]:
    """The part that begins at a place, and where it ends."""
    token, is_value, end = _token(text, at)
    if is_value:
        return _Part(token), end
    shape = _SHAPES.get(token)
    if shape is None:
        raise _Foreign
    start, inner = end - len(token), []
    token, _, after = _token(text, end)
    while token != shape.end:
        first, end = _read(text, end)
        halves = [first]
        if shape.between:
            token, _, end = _token(text, end)
            if token != shape.between.strip():
                raise _Foreign
            second, end = _read(text, end)
            halves.append(second)
        inner.append(tuple(halves))
        token, _, after = _token(text, end)
        if token == shape.separator.strip():
            end = after
        elif token != shape.end:
            raise _Foreign
    return _Part(text[start:after], shape, tuple(inner)), after


def _lines(part: _Part, width: int, behind: int, margin: str) -> str:
    """A part in its columns; ``behind``: how many of the last line's have to stay free."""
    shape = part.shape
    if len(part.text) <= width - behind or shape is None:
        return part.text
    width -= len(shape.opening)
    margin += " " * len(shape.opening)
    free = [len(shape.separator)] * (len(part.inner) - 1) + [behind + len(shape.closing)]
    made = []
    for halves, room in zip(part.inner, free, strict=True):
        made.append(
            _pair(halves, shape, width, room, free[-1], margin)
            if shape.between
            else _lines(halves[0], width, room, margin)
        )
    return shape.opening + f"{shape.separator}\n{margin}".join(made) + shape.closing


def _pair(halves: tuple[_Part, ...], shape: _Shape, width: int, behind: int, behind_last: int, margin: str) -> str:
    """A part of two halves, on one line where that fits; ``behind_last``: what has to stay free behind the last one."""
    first, second = halves
    if len(first.text) + len(shape.between) + 1 + len(second.text) <= width - behind:
        return f"{first.text}{shape.between} {second.text}"
    head = first.text
    if len(head) + len(shape.between) > width:
        head = _lines(first, width, behind_last + len(shape.between), margin)
    moved = margin + shape.moved
    return f"{head}{shape.between}\n{moved}{_lines(second, width - len(shape.moved), behind, moved)}"
