"""Values in normal form, in which formulas are evaluated.

They are of one of the types :data:`NORMAL`, and so are all of their parts. Whatever is equal in TLA+ has one normal
form: a function over ``1..n`` is a sequence, one over strings a record, the empty one ``<<>>``. What is in a state, in
a set or in the domain of a function is in normal form. Other values are :class:`mc.interpreter.order.Unwritten`: sets
that are not written out, functions that are not evaluated yet, and what has such parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mc.lang.values import FnValue, ModelValue, RecordValue, SeqValue

#: The types of values in normal form.
NORMAL = frozenset((bool, int, str, ModelValue, frozenset, SeqValue, RecordValue, FnValue))
#: Those of values without parts.
ATOMS = frozenset((bool, int, str, ModelValue))
EMPTY = SeqValue(())
NO_ELEMENTS: frozenset[Any] = frozenset()
BOOLEAN = frozenset((False, True))


def is_normal(values: Iterable[Any]) -> bool:
    """Whether all of some values are in normal form."""
    return NORMAL.issuperset(map(type, values))


def mapping_of(value: Any) -> Mapping[Any, Any] | None:
    """Arguments and values of a function, in TLC's order; None for what is none."""
    if isinstance(value, tuple):
        return dict(enumerate(tuple.__iter__(value), 1))
    if isinstance(value, RecordValue):
        return value.fields
    return value.mapping if isinstance(value, FnValue) else None
