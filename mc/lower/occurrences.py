"""Which variables a formula is about, primed or not: it may give values to these alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mc.formula import standard
from mc.formula.nodes import Apply, Call, Definition, Expression, Level, Name, Of
from mc.interpreter.scope import Analysis, bound_in, parts
from mc.lower.names import Closure, Deferred, Meaning, Names, Recursion, Unrolled

_Set = frozenset[str]
_NONE: _Set = frozenset()
#: Operators that ask for the values of their operands, or of the last one, in the next state.
_PRIMES = frozenset((standard.PRIME, standard.UNCHANGED))
_SUBSCRIPTED = frozenset((standard.BOX_ACTION, standard.ANGLE_ACTION))


class Occurring(NamedTuple):
    """What occurs in a formula, perhaps more than that; what is bound in it is not among the names."""

    variables: _Set
    primed: _Set
    names: _Set


class Occurrences:
    """The variables in formulas, through definitions too."""

    def __init__(self, analysis: Analysis, definitions: Mapping[str, Definition]) -> None:
        self._analysis = analysis
        self._definitions = definitions
        # A node is kept, lest another one has its id.
        self._known: dict[int, tuple[Expression, Occurring]] = {}
        self._called: dict[str, Occurring] = {}

    def of(self, node: Expression) -> Occurring:
        """What occurs in a formula."""
        kept = self._known.get(id(node))
        if kept is None:
            kept = self._known[id(node)] = node, self._found(node)
        return kept[1]

    def within(self, node: Expression, names: Names) -> Occurring:
        """The same, where local names stand for what they do."""
        found = self.of(node)
        variables, primed = found.variables, found.primed
        for name in found.names:
            meaning: Meaning | Recursion | None = names.get(name)
            if isinstance(meaning, Unrolled):
                meaning = meaning.recursion
            if isinstance(meaning, (Deferred, Closure, Recursion)):
                inner = meaning.node if isinstance(meaning, Deferred) else meaning.body
                others = self.within(inner, meaning.names)
                variables, primed = variables | others.variables, primed | others.primed
                if self._analysis.facts(node).level >= Level.ACTION:
                    primed |= others.variables
        return Occurring(variables, primed, _NONE)

    def definition(self, name: str) -> Occurring:
        """What occurs in the body of a definition."""
        if name not in self._called:
            # One that uses itself is about nothing more by that.
            self._called[name] = Occurring(_NONE, _NONE, _NONE)
            self._called[name] = self.of(self._definitions[name].expression)
        return self._called[name]

    def _found(self, node: Expression) -> Occurring:
        if isinstance(node, Name) and node.of is Of.VARIABLE:
            return Occurring(frozenset((node.name,)), _NONE, _NONE)
        if isinstance(node, Name) and node.of is Of.PRIMED:
            return Occurring(_NONE, frozenset((node.name,)), _NONE)
        found = [self.of(part) for part in parts(node)]
        variables: _Set = _NONE.union(*(part.variables for part in found))
        primed: _Set = _NONE.union(*(part.primed for part in found))
        if isinstance(node, Apply) and node.operator is standard.ENABLED:
            primed = _NONE
        if isinstance(node, Apply) and node.operator in _PRIMES:
            primed |= variables
        if isinstance(node, Apply) and node.operator in _SUBSCRIPTED:
            primed |= found[1].variables
        if isinstance(node, Call):
            called = self.definition(node.definition)
            if self._analysis.definition(node.definition).level >= Level.ACTION:
                primed |= variables
            variables, primed = variables | called.variables, primed | called.primed
        return Occurring(variables, primed, self._analysis.facts(node).names - frozenset(bound_in(node)))
