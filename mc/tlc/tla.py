"""Read the outline of a ``.tla`` file: its header, its definitions and the rows of ``Next``.

Not a parser of TLA+ expressions: bodies stay text. Enough to pair a spec with its module, to find
out which action a label of TLC means, and to compare the two texts (``tests/test_mirror.py``).
Definitions of infix operators are not recognised, nor are modules inside modules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from mc.dataclass import dataclass
from mc.errors import SpecError

_OUTSIDE_COMMENTS = re.compile(r'\(\*|\\\*[^\n]*|"(?:[^"\\\n]|\\.)*"')
_INSIDE_COMMENTS = re.compile(r"\(\*|\*\)")
_TOKEN = re.compile(
    r'(?P<string>"(?:[^"\\\n]|\\.)*")|(?P<rule>-{4,}|={4,})|(?P<defines>==)|(?P<bracket><<|>>|[()\[\]{},;\'])'
    r"|(?P<operator>\\/|/\\|\\[A-Za-z]+|(?:[-+*<>=.:|@#^&%$~!?]|/(?!\\)|\\(?![A-Za-z/]))+)"
    r"|(?P<name>[0-9_]*[A-Za-z]\w*|_)|(?P<number>\d+)"
)
_MODULE = re.compile(r"-{4,}\s*MODULE\s+(\w+)\s*-{4,}")
#: Words that begin a unit of a module, and so end the definition before.
_UNITS = frozenset(
    {
        *("EXTENDS", "CONSTANT", "CONSTANTS", "VARIABLE", "VARIABLES", "LOCAL", "RECURSIVE", "INSTANCE"),
        *("ASSUME", "ASSUMPTION", "AXIOM", "THEOREM", "LEMMA", "PROPOSITION", "COROLLARY"),
    }
)
_OPENING, _CLOSING = frozenset({"(", "[", "{", "<<"}), frozenset({")", "]", "}", ">>"})

#: Variables bound by ``\E`` with the text of the set each ranges over, in order.
Bound = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Token:
    """A token, its kind (a group of ``_TOKEN``) and its offset."""

    text: str
    kind: str
    start: int

    @property
    def end(self) -> int:
        """The offset just behind the token."""
        return self.start + len(self.text)


@dataclass(frozen=True)
class TlaDefinition:
    """``name(parameters) == body`` without comments; lines count from 1."""

    name: str
    parameters: tuple[str, ...]
    #: Padded on the left so that its first line starts in the column that it has in the file.
    body: str
    first_line: int
    last_line: int

    @property
    def place(self) -> str:
        """Where its body stands, as TLC says it."""
        first, last = self.last_line - self.body.count("\n"), self.body.rsplit("\n", 1)[-1]
        column = len(self.body) - len(self.body.lstrip(" "))
        return f"line {first}, col {column + 1} to line {self.last_line}, col {len(last)}"


@dataclass(frozen=True)
class NextRow:
    """One disjunct of ``Next``: ``\\E bound : label(arguments)``."""

    #: The definition that the row calls; TLC labels the step by it.
    label: str
    #: What is called in the end: ``label``, or, where that is a definition without parameters that
    #: consists of one quantified call (``ReceiveAny``), the definition called there.
    action: str
    bound: Bound
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class TlaModule:
    """The outline of one module."""

    name: str
    path: Path
    #: The file's text with comments blanked out; lines and columns are those of the file.
    text: str
    extends: tuple[str, ...]
    constants: tuple[str, ...]
    variables: tuple[str, ...]
    #: In the order of the file.
    definitions: Mapping[str, TlaDefinition]

    def rows(self, name: str = "Next") -> tuple[NextRow, ...]:
        """The disjuncts of the next-state relation ``name`` defined here.

        :class:`SpecError` where it is missing or is not a plain disjunction of (quantified) calls.
        """
        if name not in self.definitions:
            raise SpecError(f"module {self.name} does not define {name}", str(self.path))
        definition = self.definitions[name]
        rows = []
        for text in disjuncts(definition.body):
            call = quantified_call(text)
            if call is None:
                raise SpecError(
                    f"{name} is not a plain disjunction of actions, \\E x \\in S : Action(x): {' '.join(text.split())}",
                    str(self.path),
                    definition.first_line,
                )
            bound, label, arguments = call
            action = label
            named = self.definitions.get(label)
            if named is not None and not named.parameters:
                inner = quantified_call(named.body)
                if inner is not None and inner[0]:
                    bound, action, arguments = inner
            rows.append(NextRow(label, action, bound, arguments))
        return tuple(rows)


def read_module(path: Path) -> TlaModule:
    """Read the file; :class:`SpecError` where it holds no module."""
    try:
        text = blank_comments(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"cannot read the module: {error}", str(path)) from None
    header = _MODULE.search(text)
    if header is None:
        raise SpecError("no module in this file: it has no line ---- MODULE Name ----", str(path))
    body = tokens(text, header.end())
    return TlaModule(
        name=header[1],
        path=path,
        text=text,
        extends=_declared(body, ("EXTENDS",)),
        constants=_declared(body, ("CONSTANT", "CONSTANTS")),
        variables=_declared(body, ("VARIABLE", "VARIABLES")),
        definitions=_definitions(text, body),
    )


def blank_comments(text: str) -> str:
    """``text`` with its comments, nested ones too, replaced by blanks; line breaks stay."""
    parts: list[str] = []
    at = depth = 0
    while True:
        match = (_INSIDE_COMMENTS if depth else _OUTSIDE_COMMENTS).search(text, at)
        piece = text[at : match.start() if match else len(text)]
        parts.append(_blank(piece) if depth else piece)
        if match is None:
            return "".join(parts)
        parts.append(match[0] if match[0].startswith('"') else _blank(match[0]))
        depth += (match[0] == "(*") - (match[0] == "*)")
        at = match.end()


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def tokens(text: str, start: int = 0) -> list[Token]:
    """The tokens of ``text`` (without comments) up to the end of its module."""
    found = []
    for match in _TOKEN.finditer(text, start):
        if match.lastgroup == "rule" and match[0].startswith("="):
            break
        found.append(Token(match[0], match.lastgroup or "", match.start()))
    return found


def names_in(text: str) -> frozenset[str]:
    """Every identifier that occurs in ``text``."""
    return frozenset(token.text for token in tokens(text) if token.kind == "name")


def _declared(body: Sequence[Token], keywords: tuple[str, ...]) -> tuple[str, ...]:
    """The names in the comma-separated lists that follow any of the keywords."""
    found: list[str] = []
    for k, token in enumerate(body):
        if token.text not in keywords:
            continue
        at = k + 1
        while at < len(body) and body[at].kind == "name" and body[at].text not in _UNITS:
            found.append(body[at].text)
            at += 1
            if at < len(body) and body[at].text == "(":  # a constant operator: Op(_, _)
                at = _closing(body, at) + 1
            if at >= len(body) or body[at].text != ",":
                break
            at += 1
    return tuple(found)


def _closing(body: Sequence[Token], at: int) -> int:
    """Index of the bracket that closes the one at ``at``; the last index where none does."""
    depth = 0
    for k in range(at, len(body)):
        depth += (body[k].text in _OPENING) - (body[k].text in _CLOSING)
        if depth == 0:
            return k
    return len(body) - 1


def _head(body: Sequence[Token], defines: int) -> int | None:
    """Index of the name that the ``==`` at ``defines`` defines."""
    at = defines - 1
    if at >= 0 and body[at].text in (")", "]"):
        depth = 1
        while depth and at > 0:
            at -= 1
            depth += (body[at].text in _CLOSING) - (body[at].text in _OPENING)
        at -= 1
    return at if at >= 0 and body[at].kind == "name" else None


def _definitions(text: str, body: Sequence[Token]) -> dict[str, TlaDefinition]:
    lets = 0
    heads: list[tuple[int, int]] = []
    ends = [len(body)]
    for k, token in enumerate(body):
        lets += (token.text == "LET") - (token.text == "IN")
        if lets == 0 and token.kind == "defines":
            head = _head(body, k)
            if head is not None:
                heads.append((head, k))
                ends.append(head)
        elif lets == 0 and (token.kind == "rule" or token.text in _UNITS):
            ends.append(k)
    found: dict[str, TlaDefinition] = {}
    for head, defines in heads:
        last = min(end for end in ends if end > defines) - 1
        stop = body[last].end
        start = body[defines + 1].start if last > defines else stop
        column = start - (text.rfind("\n", 0, start) + 1)
        first = text.count("\n", 0, body[head].start) + 1
        found[body[head].text] = TlaDefinition(
            name=body[head].text,
            parameters=_parameters(body[head + 1 : defines]),
            body=" " * column + text[start:stop],
            first_line=first,
            last_line=text.count("\n", 0, stop) + 1,
        )
    return found


def _parameters(between: Sequence[Token]) -> tuple[str, ...]:
    """Parameter names from the tokens ``( a , b , op ( _ ) )`` or ``[ x \\in S , y \\in T ]``."""
    depth = 0
    found: list[str] = []
    for k, token in enumerate(between):
        if token.kind == "name" and depth == 1 and between[k - 1].text in ("(", "[", ","):
            found.append(token.text)
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
    return tuple(found)


def disjuncts(body: str) -> list[str]:
    """The texts between the outermost ``\\/`` of a formula: those of its bulleted list, if it is one."""
    body_tokens = tokens(body)
    if not body_tokens:
        return []
    bulleted = body_tokens[0].text == "\\/"
    column = _column(body, body_tokens[0].start)
    starts: list[tuple[int, int]] = [] if bulleted else [(0, 0)]
    depth = 0
    for token in body_tokens:
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if depth == 0 and token.text == "\\/" and (not bulleted or _column(body, token.start) == column):
            starts.append((token.start, token.end))
        elif not bulleted and depth == 0 and token.text in ("\\E", "\\A"):
            break  # its scope reaches to the end
    stops = [start for start, _ in starts[1:]] + [len(body)]
    return [body[end:stop].strip() for (_, end), stop in zip(starts, stops, strict=True)]


def in_parentheses(text: str) -> str | None:
    """What stands in the parentheses that a formula is in; None where it is in none."""
    body = tokens(text)
    if not body or body[0].text != "(" or _closing(body, 0) != len(body) - 1:
        return None
    return text[body[0].end : body[-1].start]


def _column(text: str, offset: int) -> int:
    return offset - (text.rfind("\n", 0, offset) + 1)


def quantified_call(text: str) -> tuple[Bound, str, tuple[str, ...]] | None:
    """``\\E x, y \\in S : Name(a, b)`` taken apart: bound variables, name, arguments; None for other text."""
    body = tokens(text)
    bound: list[tuple[str, str]] = []
    at = 0
    while at < len(body) and body[at].text == "\\E":
        colon = next((k for k in range(at, len(body)) if body[k].text == ":"), None)
        if colon is None:
            return None
        for group in _split(body[at + 1 : colon]):
            if "\\in" in [token.text for token in group]:
                ranges = next(k for k, token in enumerate(group) if token.text == "\\in")
                over = text[group[ranges + 1].start : group[-1].end]
                bound = [(name, s or over) for name, s in bound] + [(group[0].text, over)]
            else:  # x in "x, y \in S": its set follows with y
                bound.append((group[0].text, ""))
        at = colon + 1
    call = body[at:]
    if not call or call[0].kind != "name":
        return None
    if len(call) > 1 and (call[1].text != "(" or _closing(call, 1) != len(call) - 1):
        return None
    arguments = tuple(text[group[0].start : group[-1].end] for group in _split(call[2:-1]))
    return tuple(bound), call[0].text, arguments


def _split(body: Sequence[Token]) -> list[list[Token]]:
    """Groups of tokens between commas outside brackets."""
    groups: list[list[Token]] = [[]]
    depth = 0
    for token in body:
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if depth == 0 and token.text == ",":
            groups.append([])
        else:
            groups[-1].append(token)
    return [group for group in groups if group]
