"""What keeps a text from being TLA+: where the parser stops, and what it waits for, in a sentence."""

from __future__ import annotations

import re
from pathlib import Path

from mc.formula.nodes import Place
from mc.read.tla.syntax import Source, parser, refuse

#: What the parser says while it goes on; rows and columns count from 0, columns in bytes.
_AT = re.compile(r"process version:\d+, version_count:\d+, state:(\d+), row:(\d+), col:(\d+)")
_RECOVERY = ("recover", "skip_token", "resume")
_TOKEN = re.compile(
    r"""
    (?P<space> \s+ | \\\*[^\n]* | \(\*.*?\*\) )
    | \w+ | "(?:\\.|[^"\n])*"? | ={4,} | -{4,} | << | >>_? | \]_ | \\\w+
    | [()\[\]{},] | [^\w\s()\[\]{},"]+?(?=\b|[\s()\[\]{},"<>]) | .
    """,
    re.DOTALL | re.VERBOSE,
)
_BEGINNING = re.compile(r"-{4,}\s*MODULE\s")
#: What something has to follow.
_OPERATOR = re.compile(r"[^\w\s()\[\]{},\"]+|\\\w+|,|IF|THEN|ELSE|IN|CASE|ENABLED|UNCHANGED|DOMAIN|SUBSET|UNION")
#: What has to be closed, by what.
_CLOSING = {"(": ")", "[": "]", "{": "}", "<<": ">>", "LET": "IN", "IF": "THEN", "THEN": "ELSE"}


def check(source: Source) -> None:
    """Raises ``SpecError`` at the first place where the text is no TLA+."""
    if source.root.has_error:
        if not _BEGINNING.search(source.text):
            name = Path(source.file).stem
            refuse(Place(source.file, 1), f"the file has no module; it begins with ---- MODULE {name} ----")
        state, row, column = _stopped(source)
        _refuse(source, state, len("\n".join(source.lines[:row])) + (row > 0) + source.column(row, column))


def _stopped(source: Source) -> tuple[int, int, int]:
    """The state of the parser where it cannot go on, and the row and the column after what it has read."""
    log: list[str] = []
    reader = parser()
    reader.logger = lambda _, message: log.append(message)
    try:
        reader.parse(source.parsed)
    finally:
        reader.logger = None  # type: ignore[assignment]
    at = stopped = None
    for message in log:
        if message.startswith("process"):
            at = _AT.match(message)
        elif message.startswith("detect_error"):
            # One of several readings may end before the others do.
            stopped = at
        elif stopped is not None and message.startswith(_RECOVERY):
            break
    assert stopped is not None
    state, row, column = map(int, stopped.groups())
    return state, row, column


def _refuse(source: Source, state: int, stopped: int) -> None:
    """Refuses the token after some place."""
    tokens = [token for token in _TOKEN.finditer(source.text) if not token["space"]]
    before = [token for token in tokens if token.end() <= stopped]
    after = next((token for token in tokens if token.end() > stopped), None)
    if after is not None and source.text.startswith("====", source.text.rfind("\n", 0, after.start()) + 1):
        # Of the line that ends a module, the parser may have taken a part for an operator.
        start = source.text.rfind("\n", 0, after.start()) + 1
        before = [token for token in before if token.end() <= start]
    else:
        start = len(source.text) if after is None else after.start()
    row = source.text.count("\n", 0, start)
    place = Place(source.file, row + 1, start - source.text.rfind("\n", 0, start) - 1)
    last = f" after {before[-1].group()}" if before else ""
    if after is None:
        refuse(place, f"the file ends here{last}; a module ends with ====")
    if source.text.startswith("====", start):
        what = f"the module ends here{last}"
    else:
        what = f"{after.group()} cannot stand here{last}"
    refuse(place, what + _hint(source, state, [token.group() for token in before], before))


def _hint(source: Source, state: int, words: list[str], tokens: list[re.Match[str]]) -> str:
    """What may be missing."""
    if len(words) > 1 and words[-1] == "=" and tokens[-2].start() == source.text.rfind("\n", 0, tokens[-2].start()) + 1:
        return "; a definition has =="
    if words and words[-1].startswith('"') and (len(words[-1]) == 1 or not words[-1].endswith('"')):
        return "; the string has no end in its line"
    language = parser().language
    known = None if language is None else language.lookahead_iterator(state)
    if (known is not None and "IF" in known.names()) or (words and _OPERATOR.fullmatch(words[-1])):
        return "; an expression is expected"
    opened: list[re.Match[str]] = []
    for token in tokens:
        word = token.group()
        if opened and word == _CLOSING[opened[-1].group()]:
            opened.pop()
        if word in _CLOSING:
            opened.append(token)
        elif word == "==" and (not opened or opened[-1].group() != "LET"):
            opened.clear()
    if opened:
        word, line = opened[-1].group(), source.text.count("\n", 0, opened[-1].start()) + 1
        return f"; {word} in line {line} has no {_CLOSING[word]}"
    return "; something is missing between them" if words else ""
