"""The text of the files of a spec: how it is stored, and the names in it that Python reserves."""

from __future__ import annotations

import ast
import codecs
import keyword
import re
from pathlib import Path

#: What Windows tools put at the beginning of a file, and the encoding that it stands for. The longer ones first.
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
#: Names that Python's own syntax trees cannot have.
VALUES = ("None", "True", "False")
RESERVED = "`{name}` is a word of Python: write {name}_, which stands for the TLA+ name {name}"
_ANY = "|".join(keyword.kwlist)
_WORDS = "|".join(word for word in keyword.kwlist if word not in VALUES)
#: Where a name belongs: after a dot, before a value, at the beginning of a declaration, among parameters or arguments.
PLACES = tuple(
    map(
        re.compile,
        (
            rf"\w\.({_ANY})\b",
            rf"[(,]\s*({_ANY})\s*=(?!=)",
            rf"^\s*({_ANY})\s*=(?!=)",
            rf"^({_ANY})\s*:\s*\w+\s*(?:#.*)?$",
            rf"^\s*def\s+({_ANY})\b",
            rf"\bfor\s+({_WORDS})\s+in\b",
            rf"[(\[,]\s*({_WORDS})\s*[)\],]",
        ),
    )
)
#: So many lines after the one that Python names, the reason may be: a call may go on for some.
SOON = 20
#: Fields of syntax trees in which names and numbers stand, or whether a name is read or written.
_NO_NODES = ["ctx", "id", "attr", "kind", "module", "level", "conversion", "is_async", "simple", "type_comment"]
#: The fields that may hold nodes, by the class of a node.
_PARTS = {
    form: () if form is ast.Constant else tuple(field for field in form._fields if field not in _NO_NODES)
    for form in vars(ast).values()
    if isinstance(form, type) and issubclass(form, ast.AST)
}


def read_text(path: Path) -> str:
    """The text of a file, its lines ended by newlines; :class:`ValueError`, with the line, where it is no text."""
    data = path.read_bytes()
    encoding = _encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ValueError(f"line {line} is not {encoding.upper()} ({error.reason}): save the file as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _encoding(data: bytes) -> str:
    marked = next((name for mark, name in MARKS.items() if data.startswith(mark)), None)
    if marked is not None:
        return marked
    # UTF-16 without a mark has zero bytes beside the first letters, which are ASCII.
    return "utf-16-be" if data[:1] == b"\0" else "utf-16-le" if data[1:2] == b"\0" else "utf-8"


def parse(text: str) -> ast.Module:
    """The syntax tree of a file, with the names that it means: ``m.from_`` is the field ``from`` of TLA+.

    Python reserves that name, so it is written with an underscore. :class:`SyntaxError` where the text is no Python;
    it says so where such a name is the reason.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        name, line = _reserved(text, error.lineno or 0)
        if name:
            error.msg = RESERVED.format(name=name)
            error.lineno = line
        raise
    except (RecursionError, MemoryError):
        raise SyntaxError("the text is nested too deeply: put parts of it into definitions") from None
    _rename(tree)
    return tree


def parse_expression(text: str) -> ast.expr:
    """The syntax tree of one expression, as :func:`parse` gives it."""
    tree = ast.parse(text, mode="eval")
    _rename(tree)
    return tree.body


def walk(tree: ast.AST) -> list[ast.AST]:
    """The nodes of a tree as :func:`ast.walk` gives them, but for ``ast.Load()`` and its like, in less time."""
    found = [tree]
    for node in found:
        for field in _PARTS[type(node)]:
            value = getattr(node, field, None)
            if isinstance(value, list):
                found += [part for part in value if isinstance(part, ast.AST)]
            elif isinstance(value, ast.AST):
                found.append(value)
    return found


def _rename(tree: ast.AST) -> None:
    for node in walk(tree):
        for field in ("id", "arg", "attr", "name"):
            written = getattr(node, field, None)
            if isinstance(written, str) and written.endswith("_"):
                setattr(node, field, meant(written, isinstance(node, (ast.Attribute, ast.keyword))))


def meant(name: str, of_value: bool = True) -> str:
    """The name of TLA+ that a name of Python stands for. ``of_value``: it is one of a field or a variable."""
    bare = name.removesuffix("_")
    return bare if keyword.iskeyword(bare) and (of_value or bare not in VALUES) else name


def _reserved(text: str, line: int) -> tuple[str, int]:
    """A word of Python that stands where a name belongs, in a line or soon after it, and its line; else ""."""
    lines = text.split("\n")
    for number in range(max(line, 1), min(line + SOON, len(lines)) + 1):
        for place in PLACES:
            found = place.search(lines[number - 1])
            if found is not None:
                return found[1], number
    return "", 0
