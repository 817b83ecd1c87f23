"""Tables of small texts, for tests of what is refused and what is not."""

from __future__ import annotations


def cases(text: str) -> dict[str, tuple[str, str]]:
    """Name to (definitions, words), written ``--- name: words`` and the definitions below."""
    found = {}
    for part in text.split("--- ")[1:]:
        head, _, body = part.partition("\n")
        name, _, words = head.partition(":")
        found[name] = (body, words.strip())
    return found
