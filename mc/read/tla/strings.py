"""What strings of a text say."""

from __future__ import annotations

import re

_ESCAPES = {"t": "\t", "n": "\n", "f": "\f", "r": "\r"}
_ESCAPED = re.compile(r"\\(.)")


def unescaped(text: str) -> str:
    """What is between quotes, without backslashes."""
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), text) if "\\" in text else text
