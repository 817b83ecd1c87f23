"""Facts of formulas: the local names in them, and what their values depend on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from mc.dataclass import dataclass
from mc.formula import operators as op
from mc.formula import standard
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
    Of,
    Recursive,
    Value,
)
from mc.interpreter.environment import LOCALS


class Binding(Enum):
    """What stands in the slot of a local name."""

    #: A value.
    VALUE = 0
    #: A value, or a thunk of one; of a parameter perhaps an operator.
    DEFERRED = 1
    #: An operator with arguments, that of a LET.
    OPERATOR = 2


@dataclass(frozen=True, slots=True)
class Facts:
    """What a formula depends on, apart from the values of its local names."""

    level: Level
    #: The local names in it that are not bound in it.
    names: frozenset[str]
    #: Whether it may have another value when it is evaluated again, or does more than to have a value.
    is_volatile: bool


_NOTHING = Facts(Level.CONSTANT, frozenset(), False)
_VOLATILE = frozenset(
    (
        standard.PRINT,
        standard.PRINT_T,
        standard.ASSERT,
        standard.JAVA_TIME,
        standard.TLC_GET,
        standard.TLC_SET,
        standard.RANDOM_ELEMENT,
    )
)
_LEVELS: Mapping[Any, Level] = {
    standard.ENABLED: Level.STATE,
    standard.PRIME: Level.ACTION,
    standard.UNCHANGED: Level.ACTION,
    standard.BOX_ACTION: Level.ACTION,
    standard.ANGLE_ACTION: Level.ACTION,
    standard.JAVA_TIME: Level.STATE,
    standard.TLC_GET: Level.STATE,
    standard.TLC_SET: Level.STATE,
    standard.ALWAYS: Level.TEMPORAL,
    standard.EVENTUALLY: Level.TEMPORAL,
    standard.LEADS_TO: Level.TEMPORAL,
    standard.PLUS_ARROW: Level.TEMPORAL,
    standard.TEMPORAL_FORALL: Level.TEMPORAL,
    standard.TEMPORAL_EXISTS: Level.TEMPORAL,
    standard.WEAK_FAIRNESS: Level.TEMPORAL,
    standard.STRONG_FAIRNESS: Level.TEMPORAL,
}


class Analysis:
    """The facts of the formulas of a spec."""

    def __init__(self, definitions: Mapping[str, Definition]) -> None:
        self._definitions = definitions
        self._known: dict[int, tuple[Expression, Facts]] = {}
        self._called: dict[str, Facts] = {}
        #: The definitions that each one refers to.
        self._calls: dict[str, set[str]] = {}

    def facts(self, node: Expression) -> Facts:
        """The facts of an expression."""
        found = self._known.get(id(node))
        if found is None:
            # The node is kept, lest another one has its id.
            found = self._known[id(node)] = node, self._found(node)
        return found[1]

    def definition(self, name: str) -> Facts:
        """The facts of the body of a definition."""
        if not self._called:
            self._find_definitions()
        return self._called[name]

    def is_recursive(self, name: str) -> bool:
        """Whether a definition refers to itself, be it through others."""
        self.definition(name)
        reached, waiting = set[str](), [*self._calls[name]]
        while waiting:
            other = waiting.pop()
            if other not in reached:
                reached.add(other)
                waiting += self._calls[other]
        return name in reached

    def _find_definitions(self) -> None:
        """What each definition depends on, by itself and through those that it refers to."""
        called = self._calls
        for name, definition in self._definitions.items():
            called[name] = set()
            level, is_volatile = Level.CONSTANT, False
            waiting = [definition.expression]
            while waiting:
                node = waiting.pop()
                if isinstance(node, Call):
                    called[name].add(node.definition)
                own = _own(node)
                level, is_volatile = max(level, own.level), is_volatile or own.is_volatile
                if not (isinstance(node, Apply) and node.operator is standard.ENABLED):
                    waiting.extend(parts(node))
            self._called[name] = Facts(level, frozenset(), is_volatile)
        changed = True
        while changed:
            changed = False
            for name, others in called.items():
                facts = self._called[name]
                level = max((facts.level, *(self._called[other].level for other in others)))
                is_volatile = facts.is_volatile or any(self._called[other].is_volatile for other in others)
                if (level, is_volatile) != (facts.level, facts.is_volatile):
                    self._called[name] = Facts(level, frozenset(), is_volatile)
                    changed = True

    def _found(self, node: Expression) -> Facts:
        own = _own(node)
        level, names, is_volatile = own.level, own.names, own.is_volatile
        if isinstance(node, Call):
            called = self.definition(node.definition)
            level, is_volatile = called.level, called.is_volatile
        for inner in parts(node):
            facts = self.facts(inner)
            level = max(level, facts.level)
            names |= facts.names
            is_volatile = is_volatile or facts.is_volatile
        if isinstance(node, Apply) and node.operator is standard.ENABLED:
            level = Level.STATE
        return Facts(level, names - frozenset(bound_in(node)), is_volatile)


def _own(node: Expression) -> Facts:
    """The facts of an expression apart from those of its parts."""
    match node:
        case Name(of=Of.VARIABLE):
            return Facts(Level.STATE, frozenset(), False)
        case Name(of=Of.PRIMED):
            return Facts(Level.ACTION, frozenset(), False)
        case Name(of=Of.LOCAL) | Invoke():
            return Facts(Level.CONSTANT, frozenset((node.name,)), False)
        case Apply():
            level = _LEVELS.get(node.operator, Level.CONSTANT)
            return Facts(level, frozenset(), node.operator in _VOLATILE)
    return _NOTHING


_BOOLEAN = frozenset(
    (
        op.AND,
        op.OR,
        op.NOT,
        op.EQ,
        op.NE,
        op.LT,
        op.LE,
        op.GT,
        op.GE,
        op.IN,
        op.NOT_IN,
        standard.IMPLIES,
        standard.EQUIVALENT,
        standard.SUBSET_OF,
        standard.UNCHANGED,
        standard.ENABLED,
        standard.BOX_ACTION,
        standard.ANGLE_ACTION,
        standard.IS_FINITE_SET,
        standard.ASSERT,
    )
)


def is_boolean(node: Expression) -> bool:
    """Whether an expression has no value that is no Boolean."""
    match node:
        case Apply():
            return node.operator in _BOOLEAN
        case Bind():
            return node.binder in (Binder.EXISTS, Binder.FORALL)
        case Value():
            return type(node.value) is bool
    return False


def parts(node: Expression) -> Iterator[Expression]:
    """The expressions that an expression is made of."""
    match node:
        case Value() | Name():
            return
        case Apply():
            yield from node.operands
        case Call() | Invoke():
            yield from node.arguments
        case Bind():
            for bound in node.bounds:
                yield bound.collection
                if bound.condition is not None:
                    yield bound.condition
            yield node.body
        case Let():
            yield node.value
            yield node.body
        case Lambda():
            yield node.body
        case Recursive():
            yield node.function
        case Except():
            yield node.of
            for change in node.changes:
                yield from change.path
                yield change.value
        case _:
            raise TypeError(f"{type(node).__name__} is not for this interpreter")


def bound_in(node: Expression) -> Iterator[str]:
    """The local names that an expression binds."""
    match node:
        case Bind():
            for bound in node.bounds:
                yield from bound.names
        case Let() | Recursive():
            yield node.name
        case Lambda():
            yield from node.parameters
        case Except():
            for change in node.changes:
                yield change.old
        case _:
            pass


class Scope:
    """The slots of the local names of one definition; each name is bound once."""

    def __init__(self, parameters: tuple[str, ...], body: Expression) -> None:
        self.slots: dict[str, int] = {}
        self.bindings: dict[str, Binding] = {}
        for name in parameters:
            self._bind(name, Binding.DEFERRED)
        self._collect(body)
        #: An environment without anything in it.
        self.template: list[Any] = [None] * (LOCALS + len(self.slots))

    def _bind(self, name: str, binding: Binding) -> None:
        self.slots.setdefault(name, LOCALS + len(self.slots))
        known = self.bindings.setdefault(name, binding)
        if known is not binding:
            self.bindings[name] = Binding.DEFERRED

    def _collect(self, body: Expression) -> None:
        waiting = [body]
        while waiting:
            node = waiting.pop()
            if isinstance(node, Let):
                self._bind(node.name, Binding.OPERATOR if isinstance(node.value, Lambda) else Binding.DEFERRED)
            else:
                binding = Binding.DEFERRED if isinstance(node, Lambda) else Binding.VALUE
                for name in bound_in(node):
                    self._bind(name, binding)
            waiting.extend(parts(node))

    def slot(self, name: str) -> int:
        """The slot of a local name."""
        return self.slots[name]
