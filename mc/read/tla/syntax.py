"""Syntax trees of TLA+ text, by tree-sitter, and what stands in them."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NoReturn

import tree_sitter
import tree_sitter_tlaplus

from mc.errors import SpecError
from mc.formula.nodes import Place

Node = tree_sitter.Node

#: What may stand anywhere and says nothing.
#: What begins a module or ends it.
_RULE = re.compile(r"^\s*(?:-{4,}\s*MODULE\b|={4,})", re.MULTILINE)
_COMMENTS = frozenset({"comment", "block_comment"})


@cache
def parser() -> tree_sitter.Parser:
    """The parser of TLA+."""
    with warnings.catch_warnings():
        # The grammar gives its address as a number, as grammars of its age do.
        warnings.simplefilter("ignore", DeprecationWarning)
        language = tree_sitter.Language(tree_sitter_tlaplus.language())
    return tree_sitter.Parser(language)


@dataclass(frozen=True, eq=False)
class Source:
    """The text of a file."""

    #: As messages name the file.
    file: str
    text: str

    @cached_property
    def encoded(self) -> bytes:
        return self.text.encode()

    @cached_property
    def root(self) -> Node:
        root = parser().parse(self.encoded).root_node
        if root.has_error:
            # What follows the first module need not be TLA+.
            alone = parser().parse(self.text[: _end(self.text)].encode()).root_node
            if not alone.has_error:
                return alone
        return root

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def _lines(self) -> list[bytes] | None:
        """The lines, where bytes are not characters."""
        return None if self.text.isascii() else self.encoded.split(b"\n")

    def column(self, line: int, byte: int) -> int:
        """The column of a character, from that of its first byte; lines count from 0 here."""
        if self._lines is None:
            return byte
        return len(self._lines[line][:byte].decode(errors="replace"))

    def place(self, node: Node) -> Place:
        """Where a node stands."""
        (line, column), (end_line, end_column) = node.start_point, node.end_point
        if self._lines is not None:
            column, end_column = self.column(line, column), self.column(end_line, end_column)
        return Place(self.file, line + 1, column, end_line + 1, end_column)

    def refuse(self, node: Node, message: str) -> NoReturn:
        """Raises ``SpecError`` about a node."""
        refuse(self.place(node), message)


def _end(text: str) -> int:
    """Where the first module of a text ends, as its lines show it."""
    depth = 0
    for line in _RULE.finditer(text):
        depth += -1 if line.group().endswith("=") else 1
        if depth == 0:
            return line.end()
    return len(text)


def refuse(place: Place, message: str) -> NoReturn:
    """Raises ``SpecError`` about a place."""
    raise SpecError(message, place.file, place.line, place.column + 1)


def written(node: Node) -> str:
    """The text of a node."""
    text = node.text
    assert text is not None
    return text.decode()


def parts(node: Node) -> list[Node]:
    """The named children of a node without comments."""
    return [child for child in node.named_children if child.type not in _COMMENTS]


def part(node: Node, name: str) -> Node:
    """The child of a node with the name of a field."""
    child = node.child_by_field_name(name)
    assert child is not None
    return child


def fields(node: Node, name: str) -> list[Node]:
    """The named children of a node with the name of a field, without comments and brackets."""
    return [child for child in node.children_by_field_name(name) if child.is_named and child.type not in _COMMENTS]
