"""The definitions of a module, each lowered once for each way in which it is used."""

from __future__ import annotations

import re

from mc.formula.nodes import Call, Definition, Expression, Node, Tree
from mc.interpreter.interpreter import Interpreter
from mc.interpreter.scope import parts
from mc.lower.constants import Constants
from mc.lower.expressions import evaluated
from mc.lower.lowering import Depth, Lowering
from mc.lower.names import Here, TooDeepError
from mc.lower.occurrences import Occurrences
from mc.lower.placing import Uses
from mc.lower.recursion import DEEPEST
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
        self._known: dict[tuple[str, bool, int], tuple[str, tuple[str, ...]]] = {}
        self._reached: dict[str, frozenset[str]] = {}
        self._taken: set[str] = set()

    def source(self, name: str) -> Definition:
        """A definition of the module."""
        return self._spec.definitions[name]

    def is_constant(self, name: str) -> bool:
        """Whether a definition is a value from the start."""
        return self._program.called(name).is_constant

    def lowering(self, depth: Depth | None = None) -> Lowering:
        """What lowers one definition."""
        return Lowering(self, evaluated, depth)

    def recursive(self, name: str) -> frozenset[str]:
        """A definition and all that refer to it and to which it refers, if it is recursive."""
        return frozenset(other for other in self._reaches(name) if name in self._reaches(other))

    def _reaches(self, name: str) -> frozenset[str]:
        """The definitions to which one refers, through others too."""
        if name not in self._reached:
            found: set[str] = set()
            waiting = [name]
            while waiting:
                nodes: list[Expression] = [self.source(waiting.pop()).expression]
                while nodes:
                    node = nodes.pop()
                    nodes.extend(parts(node))
                    if isinstance(node, Call) and node.definition not in found:
                        found.add(node.definition)
                        waiting.append(node.definition)
            self._reached[name] = frozenset(found)
        return self._reached[name]

    def lowered(self, name: str, node: Node, with_state: bool, around: Depth | None) -> tuple[str, tuple[str, ...]]:
        """The name of a lowered definition, and the variables whose values are its parameters after the others."""
        group = self.recursive(name)
        depth: Depth | None = None
        if group:
            depth = group, around[1] - 1 if around is not None and around[0] == group else DEEPEST
            if depth[1] < 0:
                raise TooDeepError(node.place.start)
        key = name, with_state, depth[1] if depth is not None else 0
        if key not in self._known:
            self._known[key] = self._lowered(self.source(name), with_state, depth)
        return self._known[key]

    def _lowered(self, definition: Definition, with_state: bool, depth: Depth | None) -> tuple[str, tuple[str, ...]]:
        read = self.occurrences.definition(definition.name).variables if with_state else ()
        variables = tuple(name for name in self.variables if name in read)
        lowering = self.lowering(depth)
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
