"""Values in messages."""

from __future__ import annotations

from typing import Any

from mc.interpreter.values import NORMAL
from mc.lang.text import to_tla

#: Longer texts are cut.
_LONGEST = 300


def text(value: Any) -> str:
    """A value as a message shows it."""
    found = to_tla(value) if type(value) in NORMAL else repr(value)
    return found if len(found) <= _LONGEST else found[:_LONGEST] + "..."
