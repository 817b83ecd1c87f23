"""Values read from TLC's texts, quickly: what recurs is read once."""

from __future__ import annotations

import contextlib
import re
from typing import Any, TypeVar

from mc.errors import DomainError, EvaluationError
from mc.lang.composites import Bag, Seq, Set
from mc.lang.domains import Domain, Fn
from mc.lang.text import from_tla
from mc.lang.values import BagValue, FnValue, SeqValue
from mc.trace.fit import fit

T = TypeVar("T")

#: Bytes that one memory takes, about, at most; and what each text takes besides its characters.
ROOM = 64 << 20
_BESIDES = 300

_BRACKETS = {Set: ("{", "}"), Seq: ("<<", ">>"), Fn: ("(", ")"), Bag: ("(", ")")}
#: What stands between two elements that begin and end with brackets, as nearly always all of them do.
_BETWEEN = {
    start: re.compile(rf"{re.escape(end)},\s+{re.escape(start)}")
    for start, end in (("{", "}"), ("[", "]"), ("(", ")"), ("<<", ">>"))
}
_COMMA = re.compile(r",\s+")
_PAIRS = re.compile(r" @@\s+")


def of_domain(domain: Domain, value: Any) -> Any:
    """What TLC's text was read as, in the kind that the domain has; :class:`DomainError` where it is not in it."""
    return domain.coerce(fit(domain, value, exact=True))


def typed(domain: Domain, value: Any) -> Any:
    """The same, but where the value is not in the domain: it stays as it was read."""
    try:
        return of_domain(domain, value)
    except DomainError:
        return value


class Memory(dict[str, T]):
    """Texts and what they stand for. It begins anew when it is full, so it serves a dump of any size."""

    def __init__(self, room: int = ROOM) -> None:
        super().__init__()
        self._room = self._left = room

    def __setitem__(self, text: str, meaning: T) -> None:
        self._left -= len(text) + _BESIDES
        if self._left < 0:
            self.clear()
            self._left = self._room - len(text) - _BESIDES
        super().__setitem__(text, meaning)


class ValueReader:
    """Reads values of one domain, and remembers the texts of their elements.

    For values may not recur while their elements do: a million states of Paxos have a million sets of messages,
    but only some hundred messages.
    """

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._start, self._end = _BRACKETS.get(type(domain), ("", ""))
        #: Elements, or pairs of a function or bag; None where a text is only the beginning of one.
        self._known: Memory[Any] = Memory()

    def read(self, text: str) -> Any:
        """The value; :class:`DomainError` where it is not in the domain, :class:`EvaluationError` where it is none."""
        value = None
        if self._start and text.startswith(self._start) and text.endswith(self._end):
            with contextlib.suppress(DomainError):
                value = self._joined(text[len(self._start) : -len(self._end)].strip())
        # Where its elements make none, the whole is read: it may be a value all the same, or says what is wrong.
        return of_domain(self._domain, from_tla(text)) if value is None else value

    def _joined(self, inner: str) -> Any:
        """The value of the elements between its brackets; None where they make none."""
        elements = self._elements(inner)
        if elements is None:
            return None
        domain = self._domain
        if isinstance(domain, Fn):
            images = dict(elements)
            return FnValue({key: images[key] for key in domain.keys}) if len(images) == len(domain.keys) else None
        if isinstance(domain, Bag):
            return BagValue(dict(elements)) if len(elements) <= domain.distinct else None
        assert isinstance(domain, (Set, Seq))
        if domain.capacity is not None and len(elements) > domain.capacity:
            return None
        return frozenset(elements) if isinstance(domain, Set) else SeqValue(elements)

    def _elements(self, inner: str) -> list[Any] | None:
        """The elements; None where the text cannot be split into such; :class:`DomainError` where one is foreign."""
        between, kept = _COMMA, 0
        if self._start == "(":
            between = _PAIRS
        elif inner.startswith(tuple(_BETWEEN)):
            start = "<<" if inner[0] == "<" else inner[0]
            between, kept = _BETWEEN[start], len(start)
        found, begin = [], 0
        for match in between.finditer(inner):
            element = self._element(inner[begin : match.start() + kept])
            # None: this stands within an element, which ends later.
            if element is not None:
                found.append(element)
                begin = match.end() - kept
        last = self._element(inner[begin:])
        return None if last is None else [*found, last]

    def _element(self, text: str) -> Any:
        """The element with this text; None where it is not that of one element."""
        try:
            return self._known[text]
        except KeyError:
            pass
        try:
            # A value with this element alone.
            value = from_tla(self._start + text + self._end)
        except EvaluationError:
            value = ()
        if len(value) != 1:
            element = None
        elif isinstance(self._domain, Fn):
            [(key, image)] = value.items()
            element = self._domain.domain.coerce(key), of_domain(self._domain.range, image)
        else:
            value = of_domain(self._domain, value)
            [element] = value.items() if isinstance(value, BagValue) else value
        self._known[text] = element
        return element
