"""Values as TLA+ text: printed as TLC prints them, and read back.

Parsing is untyped: ``<<>>`` reads as the empty sequence, ``[a |-> 1]`` as a record, ``(a :> 1)`` as a function. A
domain's ``coerce`` then gives the value its kind (an empty bag, a function over ``1..n`` or over strings, ...).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from typing import Any

from mc.errors import EvaluationError
from mc.lang.values import FnValue, ModelValue, RecordValue, SeqValue, same_kinds

#: All escapes that TLA+ has in strings; any other character stands for itself.
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\f": "\\f", "\r": "\\r"}
_UNESCAPES = {v: k for k, v in _ESCAPES.items()}
_ESCAPE = re.compile(r"\\.", re.DOTALL)
#: An interval is read into a set of all its members.
_LARGEST_INTERVAL = 1_000_000


#: Names of TLA+, as far as Python has them too: ``WF_x`` is two tokens there, and the rest is letters of ASCII.
_NAME = re.compile(r"(?![WS]F_)(?=.*[A-Za-z])[A-Za-z_]\w*", re.ASCII)
_FIELD = re.compile(r"(?![WS]F_.)(?=.*[^\W\d_])\w+")


def is_name(text: str) -> bool:
    """Whether a model value can have this name, in TLA+, in a TLC configuration and in the text of a value."""
    return _NAME.fullmatch(text) is not None and text not in ("TRUE", "FALSE")


def is_field(text: str) -> bool:
    """Whether TLC takes a string for the name of a field (``tlc2.value.impl.FcnRcdValue.isName``)."""
    return _FIELD.fullmatch(text) is not None


def _set_order(value: Any) -> tuple[str, Any]:
    """Sort key for printing the elements of a set: by kind, then by number or by text."""
    if isinstance(value, int):
        return ("", value)
    return (type(value).__name__, to_tla(value))


#: Keys, from a whole value to a part of it: of a function, a record, a sequence, or the element of a set.
Place = tuple[Any, ...]


def to_tla(value: Any, mark: Callable[[Place, str], str] | None = None, place: Place = ()) -> str:
    """The TLA+ text of a value. ``mark`` is told the place and text of each part, and returns its text."""
    text = _composed(value, mark, place)
    return text if mark is None else mark(place, text)


def _composed(value: Any, mark: Callable[[Place, str], str] | None, place: Place) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, ModelValue):
        return value.name
    if isinstance(value, str):
        return '"' + "".join(_ESCAPES.get(c, c) for c in value) + '"'

    def part(key: Any, inner: Any) -> str:
        return to_tla(inner, mark, (*place, key))

    if isinstance(value, tuple):
        return "<<" + ", ".join(part(k, v) for k, v in enumerate(tuple.__iter__(value), 1)) + ">>"
    if isinstance(value, RecordValue) and all(map(is_field, value.fields)):
        return "[" + ", ".join(f"{k} |-> {part(k, v)}" for k, v in value.fields.items()) + "]"
    if isinstance(value, RecordValue):  # a function over strings that are no names
        value = FnValue(value.fields)
    if isinstance(value, FnValue):
        if not len(value):
            return "<<>>"
        # TRUE is not 1 here, although Python's True equals 1.
        if all(type(k) is int for k in value) and set(value) == set(range(1, len(value) + 1)):
            return "<<" + ", ".join(part(k, value[k]) for k in range(1, len(value) + 1)) + ">>"
        return "(" + " @@ ".join(f"{to_tla(k)} :> {part(k, value[k])}" for k in sorted(value, key=_set_order)) + ")"
    if isinstance(value, (frozenset, set)):
        return "{" + ", ".join(part(v, v) for v in sorted(value, key=_set_order)) + "}"
    if isinstance(value, Set):  # an interval
        return repr(value)
    raise TypeError(f"{value!r} is not a TLA+ value")


_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<name>\d*[^\W\d]\w*)|(?P<number>-?\d+)|"""
    r"""(?P<op><<|>>|\|->|:>|@@|\.\.|[{}\[\](),]))"""
)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.kind: str | None = None
        self.token = ""
        self.advance()

    def fail(self, expected: str) -> EvaluationError:
        found = self.token or "the end"
        return EvaluationError(f"not a TLA+ value: expected {expected}, found {found!r} in {self.text[:200]!r}")

    def advance(self) -> None:
        match = _TOKEN.match(self.text, self.position)
        if match is None:
            rest = self.text[self.position :].strip()
            self.kind, self.token = (None, "") if not rest else ("?", rest[:20])
            return
        self.position = match.end()
        self.kind = match.lastgroup
        self.token = match[self.kind or 0]

    def take(self, token: str) -> None:
        if self.kind != "op" or self.token != token:
            raise self.fail(repr(token))
        self.advance()

    def at(self, token: str) -> bool:
        return self.kind == "op" and self.token == token

    def unescaped(self, escape: re.Match[str]) -> str:
        if escape[0] not in _UNESCAPES:
            raise EvaluationError(f"not a TLA+ value: TLA+ has no escape {escape[0]} in strings: {self.text[:200]!r}")
        return _UNESCAPES[escape[0]]

    def items(self, end: str) -> list[Any]:
        found: list[Any] = []
        while not self.at(end):
            if found:
                self.take(",")
            found.append(self.value())
        self.advance()
        return found

    def apart(self, items: list[Any]) -> list[Any]:
        """Elements of a set, or arguments of a function; Python would make one of 1 and TRUE."""
        known: dict[Any, Any] = {}
        for item in items:
            first = known.setdefault(item, item)
            if not same_kinds(first, item):
                different = f"{to_tla(first)} and {to_tla(item)} are of different kinds"
                raise EvaluationError(f"not a TLA+ value: {different} in {self.text[:200]!r}")
        return items

    def value(self) -> Any:
        kind, token = self.kind, self.token
        if kind == "number":
            self.advance()
            if self.at(".."):
                self.advance()
                low, high = int(token), int(self.token) if self.kind == "number" else None
                if high is None or high - low >= _LARGEST_INTERVAL:
                    raise self.fail(f"a number less than {_LARGEST_INTERVAL:,} above {low}")
                self.advance()
                return frozenset(range(low, high + 1))
            return int(token)
        if kind == "string":
            self.advance()
            return _ESCAPE.sub(self.unescaped, token[1:-1])
        if kind == "name":
            self.advance()
            return {"TRUE": True, "FALSE": False}.get(token) if token in ("TRUE", "FALSE") else ModelValue(token)
        if kind != "op":
            raise self.fail("a value")
        self.advance()
        if token == "{":
            return frozenset(self.apart(self.items("}")))
        if token == "<<":
            return SeqValue(self.items(">>"))
        if token == "[":
            return self.record()
        if token == "(":
            return self.function()
        raise EvaluationError(f"not a TLA+ value: unexpected {token!r} in {self.text[:200]!r}")

    def record(self) -> RecordValue:
        fields: dict[str, Any] = {}
        while not self.at("]"):
            if fields:
                self.take(",")
            name = self.token
            self.advance()
            self.take("|->")
            fields[name] = self.value()
        self.advance()
        return RecordValue(fields)

    def function(self) -> FnValue:
        keys: list[Any] = []
        pairs: dict[Any, Any] = {}
        while True:
            keys.append(self.value())
            self.take(":>")
            pairs.setdefault(keys[-1], self.value())
            if self.at(")"):
                self.advance()
                self.apart(keys)
                return FnValue(pairs)
            self.take("@@")


def from_tla(text: str) -> Any:
    """Read one TLA+ value; :class:`EvaluationError` where the text is not one."""
    parser = _Parser(text)
    value = parser.value()
    if parser.kind is not None:
        raise parser.fail("the end")
    return value
