"""A TLA+ module that mc and TLC check alike: what a comparison asks of it, and its states and edges as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mc.dataclass import dataclass
from mc.engine.deep import deeply
from mc.engine.steps import Steps, explore
from mc.errors import McError, UsageError
from mc.formula.nodes import Expression, as_written
from mc.interpreter.interpreter import Interpreter
from mc.lang.state import State
from mc.lang.text import from_tla
from mc.lang.values import SeqValue
from mc.read.tla.copies import copy
from mc.spec.module import ModuleSpec
from mc.tlc.dump import Rows
from mc.tlc.model import TlcModel
from mc.tlc.output import read_label
from mc.trace.module import ModuleStep, initial_states, successors, values


def copy_module(spec: ModuleSpec, directory: Path) -> TlcModel:
    """Copy a module with its configuration, and all modules that it needs, into ``directory``, which is created.

    :class:`UsageError` where the directory cannot be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        copy(spec, directory)
    except OSError as error:
        raise UsageError(f"cannot write the TLC model: {error}; choose another directory with --out") from None
    return TlcModel(directory.resolve(), spec.name, spec.deadlock)


@dataclass(frozen=True)
class _Reader:
    """Reads values in the form in which the interpreter makes them."""

    interpreter: Interpreter

    def read(self, text: str) -> Any:
        [value] = self.interpreter.state([from_tla(text)])
        return value


class Module:
    """A :class:`mc.tlc.subject.Subject`."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self.spec = interpreter.spec
        actions = interpreter.actions if self.spec.next is not None else ()
        self.actions = list(dict.fromkeys(as_written(action.name) for action in actions))

    @property
    def file(self) -> str:
        return self.spec.path.name

    @property
    def module(self) -> Path:
        return self.spec.path

    @property
    def symmetric(self) -> bool:
        return self.spec.symmetry is not None or self.spec.view is not None

    def readers(self) -> dict[str, _Reader]:
        return dict.fromkeys(self.spec.variables, _Reader(self.interpreter))

    def values(self, parts: Iterable[str]) -> dict[str, Any]:
        texts = dict(part.split(" = ", 1) for part in parts)
        reader = _Reader(self.interpreter)
        return {name: reader.read(texts[name]) for name in self.spec.variables if name in texts}

    def action(self, label: str) -> str | None:
        read = read_label(label)
        return read.name if read is not None and read.name in self.actions else None

    def arguments(self, label: str) -> None:
        """mc tells all that an action binds, and TLC the parameters of a definition: these are not compared."""

    def is_initial(self, state: State) -> bool:
        return deeply(lambda: state in initial_states(self.interpreter))

    def successors(self, state: State) -> list[ModuleStep]:
        return deeply(lambda: list(successors(self.interpreter, state)))

    def violates(self, name: str, before: State | None, last: State) -> bool:
        if name in self.spec.invariants:
            return self._is_false(name, None, last)
        conjuncts = [conjunct for conjunct in self.spec.properties if conjunct.name == name]
        return any(self._is_false(c.formula, before if c.asked == "action" else None, last) for c in conjuncts)

    def _is_false(self, what: str | Expression, before: State | None, last: State) -> bool:
        states = (last,) if before is None else (before, last)
        try:
            return not deeply(lambda: self.interpreter.holds(what, *map(values, states)))
        except McError:
            return False


@dataclass(frozen=True)
class Graph:
    """A :class:`mc.tlc.graphs.StateGraph`."""

    states: Rows
    edges: Rows
    initial: int


class Numbering:
    """A :class:`mc.tlc.graphs.GraphEngine`: a state is a row of numbers, those of the values of its variables."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.names = module.spec.variables
        self.words = len(self.names)
        self._values: dict[str, list[Any]] = {name: [] for name in self.names}
        #: By sequences of the value alone, which tell 1 from TRUE.
        self._numbers: dict[str, dict[SeqValue, int]] = {name: {} for name in self.names}
        self._steps: Steps | None = None

    def pack_part(self, variable: str, value: Any) -> int:
        known, whole = self._numbers[variable], SeqValue((value,))
        if whole not in known:
            known[whole] = len(known)
            self._values[variable].append(value)
        return known[whole] << 64 * self.names.index(variable)

    def unpack(self, row: Rows) -> State:
        numbers = zip(self.names, row.tolist(), strict=True)
        return State({name: self._values[name][number] for name, number in numbers})

    def canonical_rows(self, rows: Rows) -> Rows:
        """The states that stand for some states in the graph of mc; those that are not in it stay."""
        assert self._steps is not None
        steps = self._steps
        found = []
        for row in rows:
            state = values(self.unpack(row))
            number = steps.number(state)
            found.append(state if number is None else steps.states[number])
        return self._rows(found)

    def graph(self, max_states: int) -> Graph | None:
        self._steps = steps = explore(self.module.spec, max_states)
        if steps is None:
            return None
        names = [self.module.actions.index(as_written(action.name)) for action in steps.actions]
        edges = [(source, names[action], target) for source, action, target in steps.edges]
        return Graph(self._rows(steps.states), np.array(edges, np.int64).reshape(-1, 3), steps.initial)

    def _rows(self, states: Sequence[tuple[Any, ...]]) -> Rows:
        code = bytearray()
        for state in states:
            parts = zip(self.names, state, strict=True)
            code += sum(self.pack_part(*part) for part in parts).to_bytes(8 * self.words, "little")
        return np.frombuffer(bytes(code), "<i8").reshape(-1, self.words)
