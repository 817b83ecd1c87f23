"""The definitions of a module, each lowered once for each way in which it is used."""

from __future__ import annotations

import re

from mc.formula.nodes import Definition, Expression, Node, Tree
from mc.interpreter.interpreter import Interpreter
from mc.lower.constants import Constants
from mc.lower.expressions import evaluated
from mc.lower.lowered import refuse
from mc.lower.lowering import Lowering
from mc.lower.names import Here
from mc.lower.occurrences import Occurrences
from mc.lower.placing import Uses
from mc.spec.module import ModuleSpec


class Definitions:
    """The definitions of a module, and what has been made of them."""

    def __init__(self, spec: ModuleSpec, interpreter: Interpreter) -> None:
        self._spec = spec
        self._program = interpreter.program
        self.analysis = interpreter.program.analysis
        self.constants = Constants(interpreter)
        self.occurrences = Occurrences(self.analysis, spec.definitions)
        self.uses = Uses()
        self.variables = spec.variables
        self.values = spec.constants
        self.made: dict[str, Definition] = {}
        self._known: dict[tuple[str, bool], tuple[str, tuple[str, ...]]] = {}
        self._open: set[tuple[str, bool]] = set()
        self._taken: set[str] = set()

    def source(self, name: str) -> Definition:
        """A definition of the module."""
        return self._spec.definitions[name]

    def is_constant(self, name: str) -> bool:
        """Whether a definition is a value from the start."""
        return self._program.called(name).is_constant

    def lowering(self) -> Lowering:
        """What lowers one definition."""
        return Lowering(self, evaluated)

    def lowered(self, name: str, node: Node, with_state: bool) -> tuple[str, tuple[str, ...]]:
        """The name of a lowered definition, and the variables whose values are its parameters after the others."""
        key = name, with_state
        if key in self._open:
            refuse(node, f"{name} is recursive, and depends on the state: that is not compiled")
        if key not in self._known:
            self._open.add(key)
            try:
                self._known[key] = self._lowered(self.source(name), with_state)
            finally:
                self._open.discard(key)
        return self._known[key]

    def _lowered(self, definition: Definition, with_state: bool) -> tuple[str, tuple[str, ...]]:
        read = self.occurrences.definition(definition.name).variables if with_state else ()
        variables = tuple(name for name in self.variables if name in read)
        lowering = self.lowering()
        parameters = {name: lowering.local(name, definition) for name in definition.parameters}
        state = {name: lowering.local(name, definition) for name in variables}
        here = Here(state if with_state else None, None)
        body = lowering.evaluated(definition.expression, parameters, here)
        names = tuple(local.name for local in (*parameters.values(), *state.values()))
        return self.add(definition.name, names, body, definition), variables

    def add(self, name: str, parameters: tuple[str, ...], body: Expression | Tree, node: Node) -> str:
        """Keep a lowered definition; its name."""
        found = self.unique(name)
        self.made[found] = Definition(found, parameters, body, place=node.place)
        return found

    def unique(self, name: str) -> str:
        """An identifier like a name of the module."""
        written = re.sub(r"\W", "_", name)
        found, number = written, 1
        while found in self._taken:
            number += 1
            found = f"{written}_{number}"
        self._taken.add(found)
        return found
