"""TLC's configuration of a module, ``X.cfg``, as ``tlc2.tool.impl.ModelConfig`` reads it.

TLC takes any token for a name or a value, and takes a character that it does not know for the end of the file. Here
each of these is a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path
from typing import Any, NoReturn

from mc.dataclass import dataclass
from mc.errors import EvaluationError, ModelError
from mc.formula.nodes import Place
from mc.lang.text import to_tla
from mc.lang.values import ModelValue
from mc.read.text import read_text
from mc.read.tla.spelling import SPELLING

#: What is followed by one name, and may stand once.
_ONCE = ("INIT", "NEXT", "SPECIFICATION", "VIEW", "SYMMETRY", "ALIAS", "CHECK_DEADLOCK", "_PERIODIC", "_RL_REWARD")
#: What is followed by names, and may stand again; each with the field of :class:`Config` that it means.
_NAMES = {
    "INVARIANT": "invariants",
    "INVARIANTS": "invariants",
    "PROPERTY": "properties",
    "PROPERTIES": "properties",
    "CONSTRAINT": "constraints",
    "CONSTRAINTS": "constraints",
    "ACTION_CONSTRAINT": "action_constraints",
    "ACTION_CONSTRAINTS": "action_constraints",
    "POSTCONDITION": "postconditions",
    "POSTCONDITIONS": "postconditions",
    "_POSSIBLE": "possible",
}
_CONSTANTS = ("CONSTANT", "CONSTANTS")
KEYWORDS = frozenset((*_ONCE, *_NAMES, *_CONSTANTS))
#: The largest number that TLC knows.
LARGEST = 2**31 - 1

#: The operators that a constant can be replaced by, or that can be replaced, as SANY spells them.
_OPERATORS = sorted({name for name in SPELLING.values() if not name.isalpha()} - {"=", "-", "'"}, key=len, reverse=True)
_TOKEN = re.compile(
    rf"""(?P<space>\s+|\\\*[^\n]*)
    |(?P<comment>\(\*)
    |(?P<string>"(?:[^"\\\n]|\\.)*")
    |(?P<name>\w*[^\W\d]\w*)
    |(?P<number>\d+)
    |(?P<operator>(?!<-|\*\))(?:{"|".join(map(re.escape, _OPERATORS))}))
    |(?P<symbol><-|[={{}}\[\](),!-])""",
    re.VERBOSE,
)
_COMMENT = re.compile(r"\(\*|\*\)")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the configuration; ``kind`` is "end" after the last one."""

    kind: str
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Named:
    """A name of the module, and where the configuration has it."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Given:
    """``name = value`` or, with ``definition``, ``name <- definition``; with ``module``, ``name <- [module] ...``."""

    name: str
    place: Place
    value: Any = None
    definition: Named | None = None
    module: str | None = None


@dataclass(frozen=True)
class Config:
    """A configuration. Of what may stand once, a mapping has the name that follows the keyword."""

    path: Path
    text: str
    once: dict[str, Named] = field(default_factory=dict)
    constants: list[Given] = field(default_factory=list)
    invariants: list[Named] = field(default_factory=list)
    properties: list[Named] = field(default_factory=list)
    constraints: list[Named] = field(default_factory=list)
    action_constraints: list[Named] = field(default_factory=list)
    postconditions: list[Named] = field(default_factory=list)
    possible: list[Named] = field(default_factory=list)
    #: The strings and model values in the order in which they stand, each once: TLC meets them before the module.
    met: dict[str, None] = field(default_factory=dict)


def wrong(place: Place, message: str) -> ModelError:
    """The error about a place in a configuration."""
    return ModelError(f"{place.start}: {message}", place.line)


def read_config(path: Path) -> Config:
    """The configuration in a file; :class:`ModelError`, with the place, where it is none."""
    try:
        text = read_text(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ModelError(f"{path}: cannot read the configuration: {reason}") from None
    config = Config(path, text)
    _Reader(_tokens(text, str(path)), config).read()
    return config


def read_constant(name: str, text: str, met: dict[str, None]) -> Given:
    """``-c name=text`` of the command line, read as the configuration would be; ``met`` is added to."""
    place = Place(f"-c {name}={text}", 1, 0)
    config = Config(Path(), text, met=met)
    reader = _Reader(_tokens(text, place.file), config)
    value = reader.value()
    if reader.token.kind != "end":
        raise ModelError(f"-c {name}={text}: {reader.token.text!r} stands after the value; leave it out")
    return Given(name, place, value)


def _tokens(text: str, file: str) -> Iterator[Token]:
    position, line, begin = 0, 1, 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        place = Place(file, line, position - begin)
        if match is None:
            raise wrong(place, _unknown(text[position:]))
        end = match.end()
        if match.lastgroup == "comment":
            end = _comment_end(text, position, place)
        elif match.lastgroup != "space":
            assert match.lastgroup is not None
            yield Token(match.lastgroup, match[0], place)
        newlines = text.count("\n", position, end)
        if newlines:
            line += newlines
            begin = text.rindex("\n", position, end) + 1
        position = end
    yield Token("end", "the end", Place(file, line, position - begin))


def _unknown(rest: str) -> str:
    if rest.startswith('"'):
        return "the string is not closed on its line; write the closing quotation mark"
    if rest.startswith("*)"):
        return "a comment ends here that has not begun; leave *) out"
    return f"{rest[0]!r} has no meaning in a configuration; comments begin with \\*"


def _comment_end(text: str, position: int, place: Place) -> int:
    """The end of a comment, which may have others in it."""
    depth = 0
    for mark in _COMMENT.finditer(text, position):
        depth += 1 if mark[0] == "(*" else -1
        if not depth:
            return mark.end()
    raise wrong(place, "the comment has no end; close it with *)")


class _Reader:
    """Reads the tokens of one file into a configuration."""

    def __init__(self, tokens: Iterator[Token], config: Config) -> None:
        self.tokens = tokens
        self.config = config
        self.token = next(tokens)

    def advance(self) -> Token:
        """The token, which is passed."""
        token = self.token
        if token.kind != "end":
            self.token = next(self.tokens)
        return token

    def fail(self, expected: str) -> NoReturn:
        raise wrong(self.token.place, f"expected {expected}, found {self.token.text}")

    def take(self, symbol: str) -> None:
        if self.token.text != symbol or self.token.kind != "symbol":
            self.fail(symbol)
        self.advance()

    def at(self, symbol: str) -> bool:
        return self.token.kind == "symbol" and self.token.text == symbol

    def read(self) -> None:
        while self.token.kind != "end":
            keyword = self.advance()
            if keyword.text == "ACTION" and self.at("-"):
                raise wrong(keyword.place, "TLC does not know ACTION-CONSTRAINT; write ACTION_CONSTRAINT")
            if keyword.text in _ONCE:
                self.once(keyword)
            elif keyword.text in _NAMES:
                names: list[Named] = getattr(self.config, _NAMES[keyword.text])
                while self.goes_on():
                    names.append(self.name("a name"))
            elif keyword.text in _CONSTANTS:
                while self.goes_on():
                    self.constant()
            else:
                known = ", ".join(sorted(word for word in KEYWORDS if not word.startswith("_")))
                raise wrong(keyword.place, f"{keyword.text} is no keyword of a configuration; these are: {known}")

    def goes_on(self) -> bool:
        """Whether no keyword ends the list."""
        return self.token.kind != "end" and self.token.text not in KEYWORDS

    def once(self, keyword: Token) -> None:
        if keyword.text in self.config.once:
            first = self.config.once[keyword.text].place.start
            raise wrong(keyword.place, f"{keyword.text} stands a second time, after {first}; leave one out")
        if self.token.text in KEYWORDS:
            self.fail(f"a name after {keyword.text}")
        value = self.name("TRUE or FALSE" if keyword.text == "CHECK_DEADLOCK" else f"a name after {keyword.text}")
        if keyword.text == "CHECK_DEADLOCK" and value.name not in ("TRUE", "FALSE"):
            raise wrong(value.place, f"expected TRUE or FALSE after CHECK_DEADLOCK, found {value.name}")
        self.config.once[keyword.text] = value

    def name(self, expected: str) -> Named:
        """A name, perhaps of an instance: ``I!Op``."""
        if self.token.kind == "operator" or self.at("-"):
            operator = self.advance()
            return Named(operator.text, operator.place)
        if self.token.kind != "name":
            self.fail(expected)
        first = self.advance()
        parts = [first.text]
        while self.at("!"):
            self.advance()
            if self.token.kind != "name":
                self.fail("a name after !")
            parts.append(self.advance().text)
        return Named("!".join(parts), first.place)

    def constant(self) -> None:
        named = self.name("the name of a constant, or a keyword")
        if self.at("("):
            message = f"{named.name}(...) = value is not read; define an operator and write {named.name} <- Operator"
            raise wrong(self.token.place, message)
        if not self.at("=") and not self.at("<-"):
            self.fail(f"= or <- after {named.name}")
        sign = self.advance().text
        module = self.module()
        if sign == "<-":
            given = Given(named.name, named.place, definition=self.name("the name of a definition"), module=module)
        else:
            given = Given(named.name, named.place, value=self.value(), module=module)
        self.config.constants.append(given)

    def module(self) -> str | None:
        """``[Module]`` if it stands here."""
        if not self.at("["):
            return None
        self.advance()
        name = self.name("the name of a module").name
        self.take("]")
        return name

    def value(self) -> Any:
        """A number, a string, TRUE or FALSE, a model value, or a set of these."""
        token = self.token
        if token.kind == "symbol" and token.text == "{":
            return self.elements()
        if token.kind == "symbol" and token.text == "-":
            raise wrong(token.place, "a configuration has no negative numbers; define one in a module and use <-")
        if token.kind not in ("number", "string", "name") or token.text in KEYWORDS:
            self.fail("a value")
        self.advance()
        if token.kind == "number":
            return self.number(token)
        if token.kind == "string":
            self.config.met.setdefault(token.text[1:-1])
            return token.text[1:-1]
        if token.text in ("TRUE", "FALSE"):
            return token.text == "TRUE"
        self.config.met.setdefault(token.text)
        return ModelValue(token.text)

    def number(self, token: Token) -> int:
        # Longer ones are too large, and Python would not read them.
        if len(token.text.lstrip("0")) > len(str(LARGEST)) or int(token.text) > LARGEST:
            raise wrong(token.place, f"the number is larger than {LARGEST}, the largest of TLC")
        return int(token.text)

    def elements(self) -> frozenset[Any]:
        opening = self.token.place
        self.take("{")
        found: list[Any] = []
        while not self.at("}"):
            found.append(self.value())
            if not self.at(","):
                break
            self.advance()
            if self.at("}"):
                self.fail("a value after the comma")
        if not self.at("}"):
            self.fail(", or } in the set")
        self.advance()
        kinds = {type(element): element for element in found if not isinstance(element, ModelValue)}
        if len(kinds) > 1:
            one, other, *_ = map(to_tla, kinds.values())
            message = f"{one} and {other} cannot be compared, so they cannot be elements of one set; use one kind"
            raise EvaluationError(f"{opening.start}: {message}")
        return frozenset(found)
