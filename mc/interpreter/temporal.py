"""Temporal formulas of a spec, taken apart into atoms, which are evaluated in a state or in a step.

As ``tlc2.tool.liveness.Liveness.astToLive`` does it: through definitions and LET, with quantifiers over constant sets
written out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mc.dataclass import dataclass
from mc.formula import operators as op
from mc.formula import standard
from mc.formula.nodes import Apply, Bind, Binder, Call, Expression, Invoke, Let, Level, Name, as_written
from mc.interpreter import expressions
from mc.interpreter.binders import bindings
from mc.interpreter.environment import Environment, Operator, Thunk
from mc.interpreter.program import Compiled, Compiler, Program
from mc.interpreter.states import State
from mc.interpreter.steps import is_unchanged
from mc.temporal.formula import (
    FALSE,
    TRUE,
    Formula,
    Literal,
    always,
    conjunction,
    disjunction,
    eventually,
    leads_to,
    negation,
)


class NotTaken(Exception):
    """Why a temporal formula is not checked: a clause, with the place."""


@dataclass(frozen=True, eq=False)
class Atom:
    """What is TRUE or FALSE in each state, or in each step."""

    node: Expression
    #: The names that quantifiers around it bind, with their values.
    bindings: Mapping[str, Any]
    #: Whether it is about steps, and what it then is of a stuttering one; None: it is about states.
    stuttering: bool | None
    #: Whether it holds in a state and the next one; :class:`EvaluationError` where it cannot be evaluated.
    holds: Callable[[State, State], bool]


@dataclass(frozen=True, eq=False)
class Fairness:
    """``WF_v(A)`` or ``SF_v(A)``, by the numbers of two atoms: ``ENABLED <<A>>_v`` and ``<<A>>_v``."""

    node: Apply
    bindings: Mapping[str, Any]
    enabled: int
    taken: int

    @property
    def is_strong(self) -> bool:
        """Whether it is ``SF``."""
        return self.node.operator is standard.STRONG_FAIRNESS


@dataclass(frozen=True)
class Position:
    """Where the taking apart has come to: in a definition, with what is bound there."""

    compiler: Compiler
    #: The environment of the definition, without a state.
    env: Environment
    bindings: Mapping[str, Any]


class Temporal:
    """Formulas that are taken apart, and the atoms that are found in them."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.atoms: list[Atom] = []
        self.fairness: list[Fairness] = []

    def formula(self, node: Expression) -> Formula:
        """A formula outside of definitions; :class:`NotTaken`, or :class:`EvaluationError`."""
        compiler = self.program.alone(node)
        try:
            return self._formula(node, Position(compiler, self.program.outside(compiler), {}))
        except RecursionError:
            raise NotTaken(f"{node.place.start} is nested too deeply; a recursion in it may have no end") from None

    def _formula(self, node: Expression, at: Position) -> Formula:
        level = Thunk(at.compiler.code(node), at.env).level
        if level is Level.CONSTANT:
            return TRUE if at.compiler.condition(node)(at.env.copy()) else FALSE
        if level is Level.STATE:
            return self._atom(node, at, None, at.compiler.condition(node))
        match node:
            case Apply():
                rule = _RULES.get(node.operator)
                if rule is not None:
                    return rule(self, node, at)
                raise NotTaken(f"{node.place.start} has {node.operator.tla.replace('{}', '_')}, {_OUTSIDE}")
            case Bind(binder=Binder.FORALL):
                return conjunction(*self._bodies(node, at))
            case Bind(binder=Binder.EXISTS):
                return disjunction(*self._bodies(node, at))
            case Let():
                env = at.env.copy()
                env[at.compiler.scope.slot(node.name)] = expressions.defined(at.compiler, node)(env)
                return self._formula(node.body, Position(at.compiler, env, at.bindings))
            case Call():
                called = self.program.called(node.definition)
                arguments = [expressions.argument(at.compiler, part)(at.env) for part in node.arguments]
                env = called.entered(self.program.outside(called.compiler), arguments)
                return self._formula(called.definition.expression, Position(called.compiler, env, at.bindings))
            case Invoke():
                operator, env = expressions.invoked(at.compiler, node)(at.env)
                return self._inner(operator.code, env, at)
            case Name():
                # Its level is that of a temporal formula, so it is a parameter, or the name of a LET.
                thunk: Thunk = at.env[at.compiler.scope.slot(node.name)]
                return self._inner(thunk.code, thunk.env, at)
        raise NotTaken(f"{node.place.start} is a form {_OUTSIDE}")

    def _inner(self, code: Any, env: Environment, at: Position) -> Formula:
        assert isinstance(code, Compiled)
        return self._formula(code.node, Position(code.compiler, env, at.bindings))

    def _bodies(self, node: Bind, at: Position) -> Iterator[Formula]:
        """The body for each binding of the names."""
        for bound in node.bounds:
            if Thunk(at.compiler.code(bound.collection), at.env).level is not Level.CONSTANT:
                raise NotTaken(f"{bound.collection.place.start} bounds a temporal formula, and is no constant set")
        names = [name for bound in node.bounds for name in bound.names]
        env = at.env.copy()
        for _ in bindings(at.compiler, node.bounds, node)(env):
            bound_here = {as_written(name): env[at.compiler.scope.slot(name)] for name in names}
            yield self._formula(node.body, Position(at.compiler, env.copy(), {**at.bindings, **bound_here}))

    def _operands(self, node: Apply, at: Position) -> Iterator[Formula]:
        return (self._formula(operand, at) for operand in node.operands)

    def _atom(
        self, node: Expression, at: Position, stuttering: bool | None, holds: Callable[[Environment], bool]
    ) -> Literal:
        template = at.env

        def evaluate(state: State, following: State) -> bool:
            env = template.copy()
            env[0] = state
            env[1] = following
            return holds(env)

        self.atoms.append(Atom(node, at.bindings, stuttering, evaluate))
        return Literal(len(self.atoms) - 1)

    # Actions and fairness

    def _angle_action(self, node: Apply, at: Position) -> Literal:
        """``<<A>>_v``. As in TLC (``LNAction.eval``), A is not evaluated where v does not change."""
        action, same = at.compiler.condition(node.operands[0]), is_unchanged(at.compiler, node.operands[1])
        return self._atom(node, at, False, lambda env: not same(env) and action(env))

    def _box_action(self, node: Apply, at: Position) -> Literal:
        """``[A]_v``"""
        action, same = at.compiler.condition(node.operands[0]), is_unchanged(at.compiler, node.operands[1])
        return self._atom(node, at, True, lambda env: same(env) or action(env))

    def _fairness(self, node: Apply, at: Position) -> Formula:
        """With E for ``ENABLED <<A>>_v``: ``[]<>(~E \\/ <<A>>_v)``, or ``<>[]~E \\/ []<><<A>>_v``.

        *Specifying Systems*, sections 8.4 to 8.6.
        """
        subscript, action, *in_instance = node.operands
        step = Apply(standard.ANGLE_ACTION, (action, subscript), place=node.place)
        possible = in_instance[0] if in_instance else Apply(standard.ENABLED, (step,), place=node.place)
        if in_instance and self._has_action(action, at):
            raise NotTaken(f"{node.place.start} is fairness of an action that an instance gets as an argument")
        enabled = self._atom(possible, at, None, at.compiler.condition(possible))
        taken = self._angle_action(step, at)
        found = Fairness(node, at.bindings, enabled.atom, taken.atom)
        self.fairness.append(found)
        if found.is_strong:
            return disjunction(eventually(always(negation(enabled))), always(eventually(taken)))
        return always(eventually(disjunction(negation(enabled), taken)))

    def _has_action(self, node: Expression, at: Position) -> bool:
        """Whether a local name in a formula stands for an action."""
        values = (at.env[slot] for slot in at.compiler.code(node).deferred)
        return any(
            type(value) is Operator or (type(value) is Thunk and value.level is Level.ACTION) for value in values
        )


_OUTSIDE = "which no temporal formula that is checked may have"


def _if(temporal: Temporal, node: Apply, at: Position) -> Formula:
    test, then, otherwise = temporal._operands(node, at)
    return conjunction(disjunction(negation(test), then), disjunction(test, otherwise))


def _equivalent(temporal: Temporal, node: Apply, at: Position) -> Formula:
    one, other = temporal._operands(node, at)
    return conjunction(disjunction(negation(one), other), disjunction(one, negation(other)))


def _implies(temporal: Temporal, node: Apply, at: Position) -> Formula:
    one, other = temporal._operands(node, at)
    return disjunction(negation(one), other)


def _of_operands(make: Callable[..., Formula]) -> Callable[[Temporal, Apply, Position], Formula]:
    return lambda temporal, node, at: make(*temporal._operands(node, at))


_RULES: Mapping[Any, Callable[[Temporal, Apply, Position], Formula]] = {
    op.AND: _of_operands(conjunction),
    op.OR: _of_operands(disjunction),
    op.NOT: _of_operands(negation),
    op.IF: _if,
    standard.IMPLIES: _implies,
    standard.EQUIVALENT: _equivalent,
    standard.ALWAYS: _of_operands(always),
    standard.EVENTUALLY: _of_operands(eventually),
    standard.LEADS_TO: _of_operands(leads_to),
    standard.BOX_ACTION: Temporal._box_action,
    standard.ANGLE_ACTION: Temporal._angle_action,
    standard.WEAK_FAIRNESS: Temporal._fairness,
    standard.STRONG_FAIRNESS: Temporal._fairness,
}
