"""Values as TLC prints them."""

from __future__ import annotations

from typing import Any

from mc.interpreter.forms import written
from mc.interpreter.order import Order, Unwritten
from mc.interpreter.values import NORMAL, mapping_of
from mc.lang.text import is_field, to_tla
from mc.lang.values import FnValue, RecordValue


def printed(value: Any, order: Order) -> str:
    """A value as TLC prints it: sets, and domains of functions, in TLC's order."""
    found = written(value)
    if type(found) is frozenset:
        return "{" + ", ".join(printed(element, order) for element in order.sorted(found)) + "}"
    if isinstance(found, tuple):
        return "<<" + ", ".join(printed(part, order) for part in tuple.__iter__(found)) + ">>"
    if isinstance(found, RecordValue) and all(map(is_field, found.fields)):
        names = order.fields(found.fields)
        return "[" + ", ".join(f"{name} |-> {printed(found.fields[name], order)}" for name in names) + "]"
    if isinstance(found, (FnValue, RecordValue)):
        mapping = mapping_of(found) or {}
        pairs = ((printed(key, order), printed(mapping[key], order)) for key in order.domain(found))
        return "(" + " @@ ".join(f"{key} :> {part}" for key, part in pairs) + ")"
    if isinstance(found, Unwritten) and found.is_shown_written(order):
        return printed(found.normal(order), order)
    return to_tla(found) if type(found) in NORMAL else repr(found)
