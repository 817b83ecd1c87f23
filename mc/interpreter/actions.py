"""The actions into which TLC splits the next-state relation (``tlc2.tool.impl.Tool.getActions``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Any

from mc.dataclass import dataclass
from mc.errors import EvaluationError
from mc.formula import operators as op
from mc.formula.nodes import Apply, Bind, Binder, Call, Expression, Let, Level, Place, as_written
from mc.interpreter import expressions
from mc.interpreter.binders import bindings
from mc.interpreter.environment import Environment, Operator
from mc.interpreter.program import Compiler, Program
from mc.interpreter.states import State, complete, found_before
from mc.interpreter.values import NORMAL
from mc.interpreter.ways import NEXT, new


@dataclass(frozen=True)
class Position:
    """Where the splitting has come to: in a definition, with what is bound there."""

    compiler: Compiler
    #: The environment of the definition, without a state.
    env: Environment
    name: str
    bindings: Mapping[str, Any] = field(default_factory=dict)
    #: The names of LETs that are around, in order.
    lets: tuple[Let, ...] = ()


@dataclass(frozen=True, eq=False)
class Action:
    """One of the actions of the next-state relation."""

    #: Of the definition that it is the body of, or a part of.
    name: str
    #: The local names that are bound by then, with their values.
    bindings: Mapping[str, Any]
    place: Place
    #: What is walked, and where.
    node: Expression
    position: Position
    #: Calls a function with each successor of a state: one for each way through the action, in TLC's order.
    visit: Callable[[State, Callable[[State], None]], None]

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The values that are bound, without operators, and sets that are not written out."""
        return tuple(value for value in self.bindings.values() if type(value) in NORMAL)

    def successors(self, state: State) -> Iterator[State]:
        """The successors by this action: one for each way through it, in TLC's order.

        Those before an error are given before it is raised. One that ends in
        :class:`mc.interpreter.errors.SuccessorError` has been counted as generated.
        """
        return found_before(lambda found: self.visit(state, found))


def split(program: Program, following: Expression, name: str) -> tuple[Action, ...]:
    """The actions of a next-state relation."""
    compiler = program.alone(following)
    return tuple(_split(following, Position(compiler, program.outside(compiler), name)))


def _split(node: Expression, position: Position) -> list[Action]:
    match node:
        case Let():
            return _split(node.body, _inside(position, node))
        case Apply(operator=op.OR):
            return [action for operand in node.operands for action in _split(operand, position)]
        case Bind(binder=Binder.EXISTS):
            try:
                return _split_exists(node, position) or [_action(node, position, position.name)]
            except (EvaluationError, RecursionError):
                return [_action(node, position, position.name)]
        case Call() if not position.compiler.program.called(node.definition).is_constant:
            return _split_call(node, position)
    return [_action(node, position, position.name)]


def _inside(position: Position, node: Let) -> Position:
    env = position.env.copy()
    env[position.compiler.scope.slot(node.name)] = expressions.defined(position.compiler, node)(env)
    return Position(position.compiler, env, position.name, position.bindings, (*position.lets, node))


def _split_exists(node: Bind, position: Position) -> list[Action]:
    names = [name for bound in node.bounds for name in bound.names]
    slot = position.compiler.scope.slot
    env = position.env.copy()
    found: list[Action] = []
    for _ in bindings(position.compiler, node.bounds, node)(env):
        bound = {**position.bindings, **{as_written(name): env[slot(name)] for name in names}}
        inner = Position(position.compiler, env.copy(), position.name, bound, position.lets)
        found.extend(_split(node.body, inner))
    return found


def _split_call(node: Call, position: Position) -> list[Action]:
    """A definition is entered where its arguments are of constant level."""
    program = position.compiler.program
    called = program.called(node.definition)
    try:
        if not all(_is_constant(argument, position) for argument in node.arguments):
            raise EvaluationError("an argument depends on the state")
        values = [_argument(argument, position) for argument in node.arguments]
    except (EvaluationError, RecursionError):
        return [_action(node, position, node.definition)]
    env = called.entered(program.outside(called.compiler), values)
    bound = {as_written(name): value for name, value in zip(called.definition.parameters, values, strict=True)}
    return _split(called.definition.expression, Position(called.compiler, env, node.definition, bound))


def _is_constant(node: Expression, position: Position) -> bool:
    facts = position.compiler.program.analysis.facts
    found = facts(node)
    levels = [facts(let.value).level for let in position.lets if let.name in found.names]
    return max((found.level, *levels)) is Level.CONSTANT


def _argument(node: Expression, position: Position) -> Any:
    """The value of an argument; an operator stays one."""
    env = position.env.copy()
    made = expressions.argument(position.compiler, node)(env)
    return made if type(made) is Operator else position.compiler.expression(node)(env)


def _action(node: Expression, position: Position, name: str) -> Action:
    program, compiler = position.compiler.program, position.compiler
    part, template = compiler.part(node, NEXT), position.env
    lets = [(compiler.scope.slot(let.name), expressions.defined(compiler, let)) for let in position.lets]
    nowhere = program.nowhere

    def visit(state: State, found: Callable[[State], None]) -> None:
        env = template.copy()
        env[0] = state
        env[1] = new(nowhere, lambda made: found(complete(made, program, name)))
        for slot, make in lets:
            env[slot] = make(env)
        part.walk(env, None)

    return Action(name, position.bindings, node.place, node, position, visit)
