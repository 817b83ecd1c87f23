"""Read the states that TLC dumps, one at a time, and pack them as the engine packs its own.

Two formats: ``-dump FILE`` lists the distinct states (TLC appends ``.dump``); ``-dump
dot,actionlabels FILE`` is their graph. In the latter a node's name is the state's fingerprint, under
symmetry that of its orbit; edges lead only to states within the constraints, one line for each
generated successor. Both list states in the order of the search.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from mc.dataclass import dataclass
from mc.errors import DomainError, McError
from mc.tlc.output import split_variables
from mc.tlc.subject import Subject
from mc.tlc.texts import Memory

Rows = npt.NDArray[np.int64]

_HEADER = re.compile(r"State \d+:")
_NODE = re.compile(r'(-?\d+) \[label="([^"\\]*(?:\\.[^"\\]*)*)"(.*)')
_EDGE = re.compile(r'(-?\d+) -> (-?\d+) \[label="([^"\\\n]*(?:\\.[^"\\\n]*)*)')
_ESCAPE = re.compile(r"\\(.)")
#: The part of a node's label between two variables, escaped as in the file.
_BETWEEN = "\\n/\\\\ "


class Packs(Protocol):
    """What of the engine it takes to pack a state."""

    @property
    def words(self) -> int:
        """64-bit words of a packed state."""

    def pack_part(self, variable: str, value: Any) -> int:
        """The part of a state's code that stands for this variable; the code is the sum of the parts."""


class StateTable:
    """States read from a dump: packed in rows, with those that cannot be packed kept as text.

    Each text of a variable is read once, as far as memory goes: texts recur, whole states do not.
    """

    def __init__(self, subject: Subject, engine: Packs, *, escaped: bool) -> None:
        """``escaped``: whether the texts have the escapes of a dot label."""
        self._readers = subject.readers()
        self._engine = engine
        self._escaped = escaped
        self._parts: Memory[int] = Memory()
        self._bytes = bytearray()
        #: Texts of states with a value outside its domain, and why. Their rows have ``-1, -2, ...``
        #: as the first word; the words of a packed state are never negative.
        self.foreign: list[tuple[str, str]] = []

    def add(self, texts: Iterable[str]) -> None:
        """Append the state with these texts ``name = value``."""
        parts = self._parts
        code = 0
        for text in texts:
            part = parts.get(text)
            if part is None:
                try:
                    part = self._part(text)
                except DomainError as error:
                    code = self._add_foreign(texts, str(error))
                    break
            code += part
        self._bytes += code.to_bytes(8 * self._engine.words, "little")

    def _plain(self, text: str) -> str:
        if not self._escaped:
            return text
        return _unescaped(text)

    def _part(self, text: str) -> int:
        name, value = self._plain(text).split(" = ", 1)
        if name not in self._readers:
            raise McError(f"TLC's dump has a variable {name} that the spec does not have")
        try:
            part = self._engine.pack_part(name, self._readers[name].read(value))
        except DomainError as error:
            raise DomainError(f"variable {name}: {error}") from None
        self._parts[text] = part
        return part

    def _add_foreign(self, texts: Iterable[str], why: str) -> int:
        self.foreign.append(("\n".join(f"/\\ {self._plain(text)}" for text in texts), why))
        return (-len(self.foreign)) & ((1 << 64) - 1)

    def rows(self) -> Rows:
        """All states, in order: int64 of shape (states, words)."""
        return np.frombuffer(bytes(self._bytes), dtype="<i8").reshape(-1, self._engine.words)


def _unescaped(text: str) -> str:
    """The text that a label of a dot file stands for."""
    # Nearly all escapes are those of quotation marks.
    plain = text.replace('\\"', '"')
    if "\\" not in plain:
        return plain
    return _ESCAPE.sub(lambda match: "\n" if match[1] == "n" else match[1], text)


@dataclass(frozen=True)
class TlcGraph:
    """A graph dump. Edges name their states by index in ``rows``."""

    rows: Rows
    foreign: list[tuple[str, str]]
    #: Indices of the initial states.
    initial: list[int]
    #: TLC's labels; edges refer to them by index.
    labels: list[str]
    #: int64 of shape (edges, 3): source, label, target.
    edges: Rows


def read_states(path: Path, subject: Subject, engine: Packs) -> StateTable:
    """The states of a plain dump."""
    table = StateTable(subject, engine, escaped=False)
    for block in _blocks(path):
        table.add(split_variables(block))
    return table


def _blocks(path: Path) -> Iterator[str]:
    """The text of each state; one that the end of the file cuts short is left out."""
    lines: list[str] = []
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.startswith("State ") and _HEADER.match(line):
                lines = []
            elif line != "\n":
                lines.append(line)
            elif lines:
                yield "".join(lines)
                lines = []


def read_graph(path: Path, subject: Subject, engine: Packs) -> TlcGraph:
    """The states and edges of a dump made with ``dot,actionlabels``."""
    table = StateTable(subject, engine, escaped=True)
    index: dict[int, int] = {}
    initial: list[int] = []
    labels: dict[str, int] = {}
    edges = array("q")
    with path.open(encoding="utf-8") as file:
        for line in file:
            edge = _EDGE.match(line)
            if edge is not None:
                edges.extend((int(edge[1]), labels.setdefault(edge[3], len(labels)), int(edge[2])))
                continue
            node = _NODE.match(line)
            if node is not None and int(node[1]) not in index:
                index[int(node[1])] = len(index)
                table.add(node[2].removeprefix("/\\\\ ").split(_BETWEEN))
                if "style = filled]" in node[3]:
                    initial.append(index[int(node[1])])
    return TlcGraph(table.rows(), table.foreign, initial, list(map(_unescaped, labels)), _by_index(edges, index))


def _by_index(edges: array[int], index: dict[int, int]) -> Rows:
    """Edges between fingerprints as edges between indices."""
    found = np.frombuffer(edges, dtype=np.int64).reshape(-1, 3).copy() if edges else np.empty((0, 3), np.int64)
    names = np.fromiter(index, dtype=np.int64, count=len(index))
    order = np.argsort(names)
    for column in (0, 2):
        at = np.minimum(np.searchsorted(names[order], found[:, column]), max(len(names) - 1, 0))
        known = names[order][at] == found[:, column] if len(names) else np.zeros(len(found), bool)
        # Where TLC was stopped, the last edge may lead to a state that was not written any more.
        found = found[known]
        found[:, column] = order[at[known]]
    return found
