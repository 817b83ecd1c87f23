"""What the values of formulas depend on in a search: nothing, the state, the step, or the whole behavior.

As TLC bounds it (``tlc2.tool.impl.Tool.getLevelBound``): what ``TLCGet`` gives is no constant.
"""

from __future__ import annotations

from collections.abc import Mapping

from mc.formula import standard
from mc.formula.facts import children
from mc.formula.nodes import Apply, Call, Definition, Level, Name, Node, Of

_NAMES = {Of.VARIABLE: Level.STATE, Of.PRIMED: Level.ACTION}
#: What an operator makes of its operands, where that is more than they are.
_LEAST = {
    # What it gives changes in the course of a search.
    standard.TLC_GET: Level.STATE,
    standard.PRIME: Level.ACTION,
    standard.UNCHANGED: Level.ACTION,
    standard.BOX_ACTION: Level.ACTION,
    standard.ANGLE_ACTION: Level.ACTION,
    standard.ALWAYS: Level.TEMPORAL,
    standard.EVENTUALLY: Level.TEMPORAL,
    standard.LEADS_TO: Level.TEMPORAL,
    standard.PLUS_ARROW: Level.TEMPORAL,
    standard.TEMPORAL_FORALL: Level.TEMPORAL,
    standard.TEMPORAL_EXISTS: Level.TEMPORAL,
    standard.WEAK_FAIRNESS: Level.TEMPORAL,
    standard.STRONG_FAIRNESS: Level.TEMPORAL,
}


class Levels:
    """The levels of formulas and definitions."""

    def __init__(self, definitions: Mapping[str, Definition]) -> None:
        self.definitions = definitions
        self._known: dict[str, Level] = {}
        self._open: set[str] = set()
        #: Whether a definition that is open was met.
        self._recursive = False

    def of(self, node: Node) -> Level:
        """The level of a formula."""
        if isinstance(node, Name):
            return _NAMES.get(node.of, Level.CONSTANT)
        found = max(map(self.of, children(node)), default=Level.CONSTANT)
        if isinstance(node, Apply):
            if node.operator is standard.ENABLED:
                return min(found, Level.STATE)
            return max(found, _LEAST.get(node.operator, Level.CONSTANT))
        if isinstance(node, Call):
            return max(found, self.definition(node.definition))
        return found

    def definition(self, name: str) -> Level:
        """The level of a definition, whatever its arguments add to it."""
        if name in self._known:
            return self._known[name]
        if name in self._open:
            self._recursive = True
            return Level.CONSTANT
        self._open.add(name)
        found = self.of(self.definitions[name].body)
        self._open.discard(name)
        if not self._open:
            self._recursive = False
        if not self._recursive:
            self._known[name] = found
        return found
