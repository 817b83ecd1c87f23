"""What strings of a text say."""

from __future__ import annotations

import re

_ESCAPES = {"t": "\t", "n": "\n", "f": "\f", "r": "\r"}
_ESCAPED = re.compile(r"\\(.)")
_KNOWN = frozenset((*_ESCAPES, '"', "\\"))


def unescaped(text: str) -> str:
    """What is between quotes, without backslashes."""
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), text) if "\\" in text else text


def unknown_escape(text: str) -> str:
    """A backslash with a character that SANY does not read after one; empty where there is none."""
    return next((found[0] for found in _ESCAPED.finditer(text) if found[1] not in _KNOWN), "")
