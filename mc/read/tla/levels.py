"""Levels: what TLA+ refuses because it depends on more than its place allows (*Specifying Systems*, section 17.2).

A formula is a constant, or depends on a state, a step or a behavior. What a definition demands of its arguments is
found with its level, as SANY does (``tla2sany.semantic.LevelNode``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mc.dataclass import dataclass
from mc.formula import operators as op
from mc.formula import standard
from mc.formula.facts import children
from mc.formula.nodes import (
    Apply,
    Bind,
    Binder,
    Call,
    Definition,
    Except,
    Expression,
    Invoke,
    Lambda,
    Let,
    Level,
    Name,
    Node,
    Of,
    Recursive,
)
from mc.formula.operators import Operator
from mc.read.tla.syntax import refuse

CONSTANT, STATE, ACTION, TEMPORAL = Level


@dataclass(frozen=True)
class Signature:
    """What a definition makes of its arguments."""

    #: With constants as arguments.
    level: Level
    #: For each argument, whether its level adds to that of the definition, and how high it may be.
    adds: tuple[bool, ...]
    most: tuple[Level, ...]


@dataclass(frozen=True)
class Found:
    """The level of a formula, and the parameters whose levels add to it."""

    level: Level
    parameters: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Rule:
    """What an operator makes of its operands."""

    level: Level
    most: tuple[Level, ...]
    #: Whether the levels of the operands add to its own.
    adds: bool


_ORDINARY = _Rule(CONSTANT, (ACTION,), True)
_LOGICAL = _Rule(CONSTANT, (TEMPORAL,), True)
_TEMPORAL = _Rule(TEMPORAL, (TEMPORAL,), False)
_RULES: Mapping[Operator, _Rule] = {
    op.AND: _LOGICAL,
    op.OR: _LOGICAL,
    op.NOT: _LOGICAL,
    op.IF: _LOGICAL,
    standard.IMPLIES: _LOGICAL,
    standard.EQUIVALENT: _LOGICAL,
    standard.CASE: _LOGICAL,
    standard.PRIME: _Rule(ACTION, (STATE,), False),
    standard.UNCHANGED: _Rule(ACTION, (STATE,), False),
    standard.ENABLED: _Rule(STATE, (ACTION,), False),
    standard.BOX_ACTION: _Rule(ACTION, (ACTION, STATE), False),
    standard.ANGLE_ACTION: _Rule(ACTION, (ACTION, STATE), False),
    standard.ACTION_COMPOSITION: _Rule(ACTION, (ACTION,), False),
    standard.ALWAYS: _TEMPORAL,
    standard.EVENTUALLY: _TEMPORAL,
    standard.LEADS_TO: _TEMPORAL,
    standard.PLUS_ARROW: _TEMPORAL,
    standard.TEMPORAL_FORALL: _TEMPORAL,
    standard.TEMPORAL_EXISTS: _TEMPORAL,
    standard.WEAK_FAIRNESS: _Rule(TEMPORAL, (STATE, ACTION, STATE), False),
    standard.STRONG_FAIRNESS: _Rule(TEMPORAL, (STATE, ACTION, STATE), False),
}
#: What does not hold an action and a temporal formula together.
_CONNECTIVES = frozenset({op.AND, op.OR, standard.IMPLIES, standard.EQUIVALENT})
_NAMES = {Of.VARIABLE: Found(STATE), Of.PRIMED: Found(ACTION), Of.CONSTANT: Found(CONSTANT)}
_IS = {
    CONSTANT: "a constant",
    STATE: "a state function",
    ACTION: "an action, for it has a prime",
    TEMPORAL: "a temporal formula",
}
_WANTED = {**_IS, ACTION: "an action"}


class Checker:
    """Finds the levels of the formulas of one definition, and refuses those that are too high."""

    def __init__(self, signature: Callable[[str], Signature | None]) -> None:
        #: The signature of a definition by its name; None where it is not known.
        self.signature = signature
        self.most: dict[str, Level] = {}
        #: The names of LETs without parameters, and of operators that LETs define.
        self.values: dict[str, Found] = {}
        self.operators: dict[str, Signature | None] = {}

    def of_definition(self, definition: Definition) -> Signature:
        """The level of a definition, and what it demands of its arguments."""
        return self._signature(definition.parameters, definition.expression)

    def limit(self, node: Expression, most: Level, taker: str) -> Found:
        """The level of a formula; refuses one that is higher than its place allows."""
        found = self.of(node)
        if found.level > most:
            refuse(node.place, f"{taker} takes {_WANTED[most]} at most, and this is {_IS[found.level]}")
        for parameter in found.parameters:
            self.most[parameter] = min(self.most.get(parameter, TEMPORAL), most)
        return found

    def of(self, node: Node) -> Found:
        """The level of a formula."""
        if isinstance(node, Name):
            if node.of is Of.LOCAL:
                return self.values.get(node.name) or Found(CONSTANT, frozenset((node.name,)))
            return _NAMES[node.of]
        rule = _KINDS.get(type(node))
        return rule(self, node) if rule else _together([self.of(child) for child in children(node)])

    def _signature(self, parameters: tuple[str, ...], body: Expression) -> Signature:
        found = self.of(body)
        adds = tuple(parameter in found.parameters for parameter in parameters)
        return Signature(found.level, adds, tuple(self.most.pop(p, TEMPORAL) for p in parameters))

    def _apply(self, node: Apply) -> Found:
        rule, operands = _RULES.get(node.operator, _ORDINARY), node.operands
        limits = rule.most * len(operands) if len(rule.most) == 1 else rule.most
        taker = node.operator.tla.replace("{}", "_")
        found = [self.limit(operand, most, taker) for operand, most in zip(operands, limits, strict=False)]
        levels = [one.level for one in found]
        if node.operator in _CONNECTIVES and TEMPORAL in levels and ACTION in levels:
            place = operands[levels.index(ACTION)].place
            refuse(place, f"this is an action beside a temporal formula: {taker} takes it as [A]_v or <<A>>_v only")
        if node.operator is standard.ALWAYS and levels[0] is ACTION and not _is(operands[0], standard.BOX_ACTION):
            refuse(node.place, "[] is followed by an action that is not of the form [A]_v")
        if node.operator is standard.EVENTUALLY and levels[0] is ACTION and not _is(operands[0], standard.ANGLE_ACTION):
            refuse(node.place, "<> is followed by an action that is not of the form <<A>>_v")
        if node.operator in (standard.LEADS_TO, standard.PLUS_ARROW) and ACTION in levels:
            place = operands[levels.index(ACTION)].place
            refuse(place, f"this is an action, and {taker} takes temporal formulas and state predicates")
        return _together(found, rule.level) if rule.adds else Found(rule.level)

    def _call(self, node: Call) -> Found:
        return self._applied(node.definition, self.signature(node.definition), node.arguments)

    def _invoke(self, node: Invoke) -> Found:
        if node.name in self.operators:
            return self._applied(node.name, self.operators[node.name], node.arguments)
        found = self._applied(node.name, None, node.arguments)
        return Found(found.level, found.parameters | {node.name})

    def _applied(self, name: str, signature: Signature | None, arguments: tuple[Expression, ...]) -> Found:
        if signature is None or len(signature.adds) != len(arguments):
            # A configuration may put something else in the place of a definition; whether it fits is seen there.
            return _together([self.of(argument) for argument in arguments])
        found = []
        for argument, adds, most in zip(arguments, signature.adds, signature.most, strict=True):
            one = self.limit(argument, most, name)
            if adds:
                found.append(one)
        return _together(found, signature.level)

    def _let(self, node: Let) -> Found:
        if isinstance(node.value, Lambda):
            # One that uses itself adds nothing more by that.
            self.operators[node.name] = None
            self.operators[node.name] = self._signature(node.value.parameters, node.value.body)
        else:
            self.values[node.name] = self.of(node.value)
        return self.of(node.body)

    def _lambda(self, node: Lambda) -> Found:
        found = self.of(node.body)
        return Found(found.level, found.parameters.difference(node.parameters))

    def _bind(self, node: Bind) -> Found:
        quantified = node.binder in (Binder.FORALL, Binder.EXISTS)
        sets = [self.limit(bound.collection, ACTION, "\\in") for bound in node.bounds]
        conditions = [self.limit(b.condition, ACTION, "{}") for b in node.bounds if b.condition is not None]
        body = self.limit(node.body, TEMPORAL if quantified else ACTION, node.binder.value)
        for bound, one in zip(node.bounds, sets, strict=True):
            if body.level is TEMPORAL and one.level is ACTION:
                refuse(bound.collection.place, "this is an action, and bounds a temporal formula")
        found = _together([*sets, *conditions, body])
        return Found(found.level, found.parameters.difference(name for bound in node.bounds for name in bound.names))

    def _recursive(self, node: Recursive) -> Found:
        self.values[node.name] = Found(CONSTANT)
        return self.of(node.function)

    def _except(self, node: Except) -> Found:
        found = [self.limit(node.of, ACTION, "EXCEPT")]
        for change in node.changes:
            self.values[change.old] = found[0]
            found += [self.limit(part, ACTION, "EXCEPT") for part in (*change.path, change.value)]
        return _together(found)


_KINDS: Mapping[type[Node], Callable[[Checker, Any], Found]] = {
    Apply: Checker._apply,
    Call: Checker._call,
    Invoke: Checker._invoke,
    Let: Checker._let,
    Lambda: Checker._lambda,
    Bind: Checker._bind,
    Recursive: Checker._recursive,
    Except: Checker._except,
}


def _together(found: list[Found], level: Level = CONSTANT) -> Found:
    """The level of what is made of some formulas."""
    parameters: frozenset[str] = frozenset()
    for one in found:
        level = max(level, one.level)
        if one.parameters:
            parameters = parameters | one.parameters if parameters else one.parameters
    return Found(level, parameters)


def _is(node: Expression, operator: Operator) -> bool:
    return isinstance(node, Let) or (isinstance(node, Apply) and node.operator is operator)
