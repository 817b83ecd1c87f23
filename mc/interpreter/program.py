"""The formulas of one spec, compiled when they are needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol

from mc.errors import EvaluationError, KindError
from mc.formula.facts import walk
from mc.formula.nodes import Bind, Binder, Definition, Expression, Invoke, Lambda, Level, Name, Node, Recursive, Value
from mc.formula.operators import Operator as Symbol
from mc.interpreter.environment import (
    UNASSIGNED,
    Environment,
    Evaluate,
    Part,
    Thunk,
    Variable,
    Walk,
    placed,
)
from mc.interpreter.memo import Memo
from mc.interpreter.order import Order
from mc.interpreter.scope import Analysis, Binding, Scope, is_boolean
from mc.interpreter.shown import text
from mc.interpreter.tlc import Registers
from mc.spec.module import ModuleSpec

#: Makes a function of an expression of one type.
Rule = Callable[[Any, Any], Evaluate]
#: Makes a conjunct of one.
PartRule = Callable[[Any, Any, int], Part]


class Program:
    """What the formulas of a spec have in common."""

    def __init__(self, spec: ModuleSpec, rules: Rules) -> None:
        self.spec = spec
        self.rules = rules
        self.order = Order(spec.met)
        self.analysis = Analysis(spec.definitions)
        self.registers = Registers()
        #: The place of each variable in a state, and in one of which it is asked whether an action is ENABLED.
        self.variables = (*spec.variables, *spec.free)
        self.numbers: Mapping[str, int] = {name: number for number, name in enumerate(self.variables)}
        #: The state where there is none.
        self.nowhere = (UNASSIGNED,) * len(spec.variables)
        #: The next state of ENABLED where no variable has a value.
        self.unknown = (UNASSIGNED,) * len(self.variables)
        self.meanings = rules.meanings(self.order, self.registers)
        self._called: dict[str, Called] = {}
        self._alone: dict[int, Compiled] = {}

    def called(self, name: str) -> Called:
        """A definition, compiled when it is first applied."""
        found = self._called.get(name)
        if found is None:
            found = self._called[name] = Called(self, self.spec.definitions[name])
        return found

    def code_alone(self, node: Expression) -> Compiled:
        """An expression outside of definitions, compiled."""
        found = self._alone.get(id(node))
        if found is None:
            # The node is kept, lest another one has its id.
            found = self._alone[id(node)] = Compiled(Compiler(self, Scope((), node)), node)
        return found

    def alone(self, node: Expression) -> Compiler:
        """What compiles an expression outside of definitions."""
        return self.code_alone(node).compiler

    def outside(self, compiler: Compiler) -> Environment:
        """An environment without a state."""
        env = compiler.scope.template.copy()
        env[0] = env[1] = self.nowhere
        return env

    def constant(self, node: Name) -> Any:
        """The value of a constant."""
        return self.spec.constants[node.name]

    def missing(self, number: int, where: int) -> EvaluationError:
        """The error of asking for a variable that has no value."""
        return EvaluationError(f"the variable {self.variables[number]}{chr(39) * where} has no value here")


class Walks(Protocol):
    """How expressions are walked: :mod:`mc.interpreter.walk`."""

    def part(self, compiler: Compiler, node: Expression, mode: int) -> Part:
        """An expression as a conjunct."""

    def target(self, compiler: Compiler, node: Expression, where: int) -> Callable[[Environment], int | None] | None:
        """The variable that an expression is in an environment; None where it is certainly none."""

    def unchanged(self, compiler: Compiler, node: Expression, mode: int) -> Walk:
        """``UNCHANGED e``"""


class Rules:
    """How formulas are compiled, by the types of their nodes."""

    def __init__(
        self,
        meanings: Callable[[Order, Registers], Mapping[Any, Callable[..., Any]]],
        expressions: Mapping[type, Rule],
        lazily: Mapping[type, Rule],
        applied: Mapping[Symbol, Rule],
        walks: Walks,
    ) -> None:
        self.meanings = meanings
        self.expressions = expressions
        self.lazily = lazily
        self.applied = applied
        self.walks = walks


class Called:
    """A definition of the spec as it is applied."""

    def __init__(self, program: Program, definition: Definition) -> None:
        self.definition = definition
        self.scope = Scope(definition.parameters, definition.expression)
        self.compiler = Compiler(program, self.scope)
        self.code = Compiled(self.compiler, definition.expression)
        #: Whether it is a value from the start (``SpecProcessor.processConstantDefns``).
        self.is_constant = not definition.parameters and (
            program.analysis.definition(definition.name).level is Level.CONSTANT
        )
        #: Where its values are kept; None where they are not.
        self.memo = Memo() if self._is_kept(program.analysis) else None
        self._program = program
        self._value: Any = UNASSIGNED

    def _is_kept(self, analysis: Analysis) -> bool:
        """Whether its value depends on nothing but values, and takes more than to look it up."""
        definition, facts = self.definition, analysis.definition(self.definition.name)
        if not definition.parameters or facts.level is not Level.CONSTANT or facts.is_volatile:
            return False
        nodes = [*walk(definition.expression)]
        applied = {node.name for node in nodes if isinstance(node, Invoke)}
        return (
            applied.isdisjoint(definition.parameters)
            and any(isinstance(node, (Bind, Recursive)) for node in nodes)
            and not analysis.is_recursive(definition.name)
        )

    def value(self) -> Any:
        """The value of one of constant level without parameters.

        A function is written out, as TLC does with constants, so that it does not fork; one that cannot be, and a
        recursive one, are evaluated as they are applied.
        """
        if self._value is UNASSIGNED:
            env = self.scope.template.copy()
            env[0] = env[1] = self._program.nowhere
            value = self.code.evaluate(env)
            if isinstance(self.definition.body, Bind) and self.definition.body.binder is Binder.FUNCTION:
                with suppress(EvaluationError, RecursionError):
                    value = self._program.order.normal(value)
            self._value = value
        return self._value

    def entered(self, env: Environment, arguments: list[Any]) -> Environment:
        """The environment of its body, applied to arguments in the state or step of another environment."""
        made = self.scope.template.copy()
        made[0] = env[0]
        made[1] = env[1]
        made[2 : 2 + len(arguments)] = arguments
        return made


class Compiled:
    """An expression, compiled when it is first evaluated, or walked."""

    __slots__ = (
        "_kept",
        "_parts",
        "_targets",
        "compiler",
        "deferred",
        "evaluate",
        "free",
        "is_let",
        "lazily",
        "level",
        "node",
    )

    def __init__(self, compiler: Compiler, node: Expression, is_let: bool = False) -> None:
        facts = compiler.program.analysis.facts(node)
        self.compiler = compiler
        self.node = node
        self.is_let = is_let
        self.level = facts.level
        self.free = tuple(sorted(compiler.scope.slot(name) for name in facts.names))
        self.deferred = tuple(
            compiler.scope.slot(name)
            for name in sorted(facts.names)
            if compiler.scope.bindings[name] is not Binding.VALUE
        )
        self.evaluate: Evaluate = self._first_evaluated
        self.lazily: Evaluate = self._first_evaluated_lazily
        self._parts: dict[int, Part] = {}
        self._targets: dict[int, Callable[[Environment], int | None]] = {}
        self._kept: dict[int, Walk] = {}

    def _compile(self) -> None:
        self.evaluate = self.compiler.expression(self.node)
        self.lazily = self.compiler.lazily(self.node, self.evaluate)

    def _first_evaluated(self, env: Environment) -> Any:
        self._compile()
        return self.evaluate(env)

    def _first_evaluated_lazily(self, env: Environment) -> Any:
        self._compile()
        return self.lazily(env)

    def part(self, mode: int) -> Part:
        """The expression as a conjunct that is walked; one that refers to itself meets a part that is not made yet."""
        found = self._parts.get(mode)
        if found is None:

            def first_walked(env: Environment, rest: Any) -> None:
                self._make(mode)
                part.walk(env, rest)

            def first_held(env: Environment) -> bool:
                self._make(mode)
                return part.holds(env)

            part = found = self._parts[mode] = Part(first_walked, first_held)
        return found

    def target(self, where: int) -> Callable[[Environment], int | None]:
        """Which variable of the state, or of the primed one, the expression is."""
        if where not in self._targets:
            found = self.compiler.program.rules.walks.target(self.compiler, self.node, where)
            self._targets[where] = found or (lambda env: None)
        return self._targets[where]

    def unchanged(self, mode: int) -> Walk:
        """How the expression is walked where it is UNCHANGED."""
        if mode not in self._kept:
            self._kept[mode] = self.compiler.program.rules.walks.unchanged(self.compiler, self.node, mode)
        return self._kept[mode]

    def _make(self, mode: int) -> None:
        made, part = self.compiler.part(self.node, mode), self._parts[mode]
        part.walk, part.holds = made.walk, made.holds


class Compiler:
    """Makes functions of the expressions of one definition."""

    def __init__(self, program: Program, scope: Scope) -> None:
        self.program = program
        self.scope = scope

    def expression(self, node: Expression) -> Evaluate:
        """The function that evaluates an expression; an error in it names the place."""
        made = self.program.rules.expressions[type(node)](self, node)
        return self._once(made) if self.is_fixed(node) else made

    def lazily(self, node: Expression, otherwise: Evaluate | None = None) -> Evaluate:
        """The same, but a function is not written out, for it is applied at once."""
        rule = self.program.rules.lazily.get(type(node))
        if rule is None:
            return otherwise or self.expression(node)
        made = rule(self, node)
        return self._once(made) if self.is_fixed(node) else made

    def part(self, node: Expression, mode: int) -> Part:
        """The conjunct that an expression is where it is walked."""
        return self.program.rules.walks.part(self, node, mode)

    def is_fixed(self, node: Expression) -> bool:
        """Whether an expression has one value, which is worked out once."""
        if isinstance(node, (Value, Name, Lambda)):
            return False
        facts = self.program.analysis.facts(node)
        return facts.level is Level.CONSTANT and not facts.names and not facts.is_volatile

    @staticmethod
    def _once(evaluate: Evaluate) -> Evaluate:
        known: Any = UNASSIGNED

        def once(env: Environment) -> Any:
            nonlocal known
            if known is UNASSIGNED:
                known = evaluate(env)
            return known

        return once

    def condition(self, node: Expression, said: str = "") -> Callable[[Environment], bool]:
        """The function that evaluates a Boolean."""
        evaluate = self.expression(node)
        if is_boolean(node):
            return evaluate

        def holds(env: Environment) -> bool:
            value = evaluate(env)
            if value is True or value is False:
                return bool(value)
            raise placed(KindError(f"TRUE or FALSE is needed{said}, not {text(value)}"), node)

        return holds

    def code(self, node: Expression, is_let: bool = False) -> Compiled:
        """An expression that is compiled when it is needed."""
        return Compiled(self, node, is_let)

    def read(self, node: Node, where: int, number: int) -> Evaluate:
        """The value of a variable."""
        program = self.program

        def evaluate(env: Environment) -> Any:
            value = env[where][number]
            if value is UNASSIGNED:
                raise placed(program.missing(number, where), node)
            return value

        return evaluate

    def local(self, node: Node, name: str) -> Evaluate:
        """The value of a local name."""
        slot = self.scope.slot(name)
        if self.scope.bindings[name] is Binding.VALUE:
            return lambda env: env[slot]
        program = self.program

        def evaluate(env: Environment) -> Any:
            value = env[slot]
            kind = type(value)
            if kind is Thunk:
                return value.force(env[0], env[1])
            if kind is Variable:
                found = env[value.where][value.number]
                if found is UNASSIGNED:
                    raise placed(program.missing(value.number, value.where), node)
                return found
            return value

        return evaluate
