"""The columns of bulleted lists: what belongs to an item stands to the right of its bullet."""

from __future__ import annotations

from mc.read.tla.syntax import Node, Source

#: Where expressions begin that begin with no node of their own.
_SYMBOLS = frozenset(("(", "[", "{", "IF", "LET", "CASE", "CHOOSE", '"'))

#: What SANY lets stand anywhere: words and signs between expressions, and what defines a name in a LET.
_BETWEEN = frozenset(
    {"rangle_bracket", "rangle_bracket_sub", "colon", "def_eq", "gets", "all_map_to", "maps_to", "case_arrow"}
    | {"case_box", "set_in", "identifier", "comment", "block_comment", "block_comment_text"}
)


def check_columns(source: Source, items: list[Node]) -> None:
    """Refuses an item of ``/\\`` or ``\\/`` that has something at its bullet's column, or to the left of it.

    The parser ends a list where that happens, but for what is in brackets (SANY: ``JunctionListContext``).
    """
    for item in items:
        (line, _), (end, _) = item.start_point, item.end_point
        if line == end:
            continue
        column = source.place(item).column
        for number in range(line + 1, end + 1):
            text = source.lines[number]
            start = len(text) - len(text.lstrip())
            if start <= column and text:
                _check(source, item, number, len(text[:start].encode()))


def _check(source: Source, item: Node, line: int, byte: int) -> None:
    """Refuses what begins at some place if it is a part of an expression."""
    found = item.descendant_for_point_range((line, byte), (line, byte + 1))
    if found is None or found.start_point != (line, byte) or found.type in _BETWEEN:
        return
    if found.is_named or found.type in _SYMBOLS:
        bullet = item.start_point[0] + 1
        source.refuse(found, f"this stands left of what follows the bullet in line {bullet}: move it to the right")
