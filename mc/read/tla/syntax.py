"""Syntax trees of TLA+ text, by tree-sitter, and what stands in them."""

from __future__ import annotations

import re
import warnings
from functools import cache, cached_property
from typing import NoReturn

import tree_sitter
import tree_sitter_tlaplus

from mc.dataclass import dataclass
from mc.errors import SpecError
from mc.formula.nodes import Place

Node = tree_sitter.Node

#: What may stand anywhere and says nothing.
#: What begins a module or ends it.
_RULE = re.compile(rb"^\s*(?:-{4,}\s*MODULE\b|={4,})", re.MULTILINE)
#: Outside of comments: a string, a comment to the end of its line, the beginning of another one. Inside of one.
_OUTSIDE = re.compile(rb'"(?:\\.|[^"\\\n])*"|\\\*[^\n]*|\(\*')
_INSIDE = re.compile(rb"\(\*|\*\)")
_VISIBLE = re.compile(rb"[^\s]")
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
    def _read(self) -> tuple[bytes, Node]:
        text = self.text.encode()
        root = parser().parse(text).root_node
        if root.has_error:
            # The parser reads algorithms in comments, which need not be right, and what follows the first module.
            text = without_comments(text)
            text = text[: _end(text)]
            root = parser().parse(text).root_node
        return text, root

    @property
    def parsed(self) -> bytes:
        """The text as it was parsed: of one that was not understood as it is, the first module without comments."""
        return self._read[0]

    @property
    def root(self) -> Node:
        """The root of the syntax tree."""
        return self._read[1]

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def _lines(self) -> list[bytes] | None:
        """The lines, where bytes are not characters."""
        return None if self.text.isascii() else self.text.encode().split(b"\n")

    def column(self, line: int, byte: int) -> int:
        """The column of a character, from that of its first byte; lines count from 0 here."""
        if self._lines is None:
            return byte
        return len(self._lines[line][:byte].decode(errors="replace"))

    def place(self, node: Node) -> Place:
        """Where a node stands."""
        end = node
        if self.parsed[node.end_byte - 1 : node.end_byte].isspace():
            # A list of bullets in it ends, for the parser, where the next token begins.
            while inner := [child for child in end.children if child.type not in _COMMENTS]:
                end = inner[-1]
        (line, column), (end_line, end_column) = node.start_point, end.end_point
        if self._lines is not None:
            column, end_column = self.column(line, column), self.column(end_line, end_column)
        return Place(self.file, line + 1, column, end_line + 1, end_column)

    def refuse(self, node: Node, message: str) -> NoReturn:
        """Raises ``SpecError`` about a node."""
        refuse(self.place(node), message)


def without_comments(text: bytes) -> bytes:
    """A text with spaces in the place of comments; comments may be in comments."""
    made: list[bytes] = []
    depth = done = at = 0
    while mark := (_INSIDE if depth else _OUTSIDE).search(text, at):
        at = mark.end()
        if depth == 0 and not mark.group().startswith(b'"'):
            made.append(text[done : mark.start()])
            done = mark.start()
        depth += (mark.group() == b"(*") - (mark.group() == b"*)")
        if depth == 0 and done <= mark.start() and not mark.group().startswith(b'"'):
            made.append(_VISIBLE.sub(b" ", text[done:at]))
            done = at
    return b"".join(made) + text[done:]


def _end(text: bytes) -> int:
    """Where the first module of a text ends, as its lines show it."""
    depth = 0
    for line in _RULE.finditer(text):
        depth += -1 if line.group().endswith(b"=") else 1
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
