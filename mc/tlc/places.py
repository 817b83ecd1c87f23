"""Places in modules, as TLC says them."""

from __future__ import annotations

from pathlib import Path

from mc.formula.nodes import Place


def location(place: Place) -> str:
    """``line 7, col 10 to line 7, col 60 of module M``: with columns from 1, and the last character."""
    where = f"line {place.line}, col {place.column + 1} to line {place.end_line}, col {place.end_column}"
    return f"{where} of module {Path(place.file).stem}"


def is_within(inner: Place, outer: Place) -> bool:
    """Whether a place is a part of another one."""
    begins = (outer.line, outer.column) <= (inner.line, inner.column)
    ends = (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
    return inner.file == outer.file and begins and ends
