"""Expressions as functions of an environment: names, logic, and what is applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mc.errors import EvaluationError
from mc.formula import standard
from mc.formula.nodes import Apply, Call, Expression, Invoke, Lambda, Let, Name, Node, Of, Value
from mc.formula.operators import Operator as Symbol
from mc.interpreter.environment import PRIMED, STATE, Environment, Evaluate, Operator, Thunk, Variable, failed, placed
from mc.interpreter.program import Compiler

#: Makes an argument in the environment of the one who applies.
Argument = Callable[[Environment], Any]


def value(compiler: Compiler, node: Value) -> Evaluate:
    found = node.value
    return lambda env: found


def name(compiler: Compiler, node: Name) -> Evaluate:
    if node.of is Of.LOCAL:
        return compiler.local(node, node.name)
    if node.of is Of.CONSTANT:
        found = compiler.program.constant(node)
        return lambda env: found
    return compiler.read(node, STATE if node.of is Of.VARIABLE else PRIMED, compiler.program.numbers[node.name])


def name_lazily(compiler: Compiler, node: Name) -> Evaluate:
    if node.of is not Of.LOCAL:
        return compiler.expression(node)
    slot, otherwise = compiler.scope.slot(node.name), compiler.expression(node)

    def evaluate(env: Environment) -> Any:
        found = env[slot]
        return found.force_lazily(env[0], env[1]) if type(found) is Thunk else otherwise(env)

    return evaluate


# Applications


def argument(compiler: Compiler, node: Expression) -> Argument:
    """What is handed to an operator: a value where there is one, else a thunk."""
    program = compiler.program
    match node:
        case Value():
            return value(compiler, node)
        case Name(of=Of.LOCAL):
            slot = compiler.scope.slot(node.name)
            return lambda env: env[slot]
        case Name(of=Of.CONSTANT):
            return name(compiler, node)
        case Name():
            variable = Variable(STATE if node.of is Of.VARIABLE else PRIMED, program.numbers[node.name])
            return lambda env: variable
        case Lambda():
            return operator(compiler, node)
    code = compiler.code(node)
    if compiler.is_fixed(node) and not _may_fork(compiler, node):
        shared = Thunk(code, compiler.scope.template.copy())
        return lambda env: shared
    return lambda env: Thunk(code, env)


def _may_fork(compiler: Compiler, node: Expression) -> bool:
    """Whether there may be several ways through an expression that is no name."""
    if isinstance(node, Call):
        return not compiler.program.called(node.definition).is_constant
    return not (isinstance(node, Apply) and node.operator in compiler.program.meanings)


def operator(compiler: Compiler, node: Lambda) -> Argument:
    """An operator in the environment in which it is written."""
    parameters, code = tuple(map(compiler.scope.slot, node.parameters)), compiler.code(node.body)
    return lambda env: Operator(parameters, code, env)


def entered(compiler: Compiler, node: Call) -> Callable[[Environment], Environment]:
    """The environment of a definition that is applied."""
    template = compiler.program.called(node.definition).scope.template
    makers = [argument(compiler, operand) for operand in node.arguments]
    padding = template[2 + len(makers) :]
    if not makers:

        def enter(env: Environment) -> Environment:
            made = template.copy()
            made[0] = env[0]
            made[1] = env[1]
            return made

        return enter if padding else lambda env: env
    if len(makers) == 1:
        first = makers[0]
        return lambda env: [env[0], env[1], first(env), *padding]
    if len(makers) == 2:
        one, two = makers
        return lambda env: [env[0], env[1], one(env), two(env), *padding]
    return lambda env: [env[0], env[1], *[make(env) for make in makers], *padding]


def call(compiler: Compiler, node: Call) -> Evaluate:
    called = compiler.program.called(node.definition)
    if called.is_constant:
        return lambda env: called.value()
    enter, code = entered(compiler, node), called.code
    if called.memo is not None:
        return called.memo.evaluate(len(node.arguments), enter, lambda env: code.evaluate(env))
    return lambda env: code.evaluate(enter(env))


def call_lazily(compiler: Compiler, node: Call) -> Evaluate:
    called = compiler.program.called(node.definition)
    if called.is_constant:
        return lambda env: called.value()
    enter, code = entered(compiler, node), called.code
    return lambda env: code.lazily(enter(env))


def invoked(compiler: Compiler, node: Invoke) -> Callable[[Environment], tuple[Operator, Environment]]:
    """A local operator that is applied, and the environment of its body."""
    slot = compiler.scope.slot(node.name)
    makers = [argument(compiler, operand) for operand in node.arguments]

    def enter(env: Environment) -> tuple[Operator, Environment]:
        found = env[slot]
        return found, found.entered(env, [make(env) for make in makers])

    return enter


def invoke(compiler: Compiler, node: Invoke) -> Evaluate:
    enter = invoked(compiler, node)

    def evaluate(env: Environment) -> Any:
        found, inner = enter(env)
        return found.code.evaluate(inner)

    return evaluate


def invoke_lazily(compiler: Compiler, node: Invoke) -> Evaluate:
    enter = invoked(compiler, node)

    def evaluate(env: Environment) -> Any:
        found, inner = enter(env)
        return found.code.lazily(inner)

    return evaluate


def defined(compiler: Compiler, node: Let) -> Argument:
    """What the name of a LET stands for."""
    if isinstance(node.value, Lambda):
        return operator(compiler, node.value)
    code = compiler.code(node.value, is_let=True)
    return lambda env: Thunk(code, env)


def let(compiler: Compiler, node: Let) -> Evaluate:
    slot, make, body = compiler.scope.slot(node.name), defined(compiler, node), compiler.expression(node.body)

    def evaluate(env: Environment) -> Any:
        env[slot] = make(env)
        found = body(env)
        # The thunk refers to this environment, and would keep it.
        env[slot] = None
        return found

    return evaluate


def let_lazily(compiler: Compiler, node: Let) -> Evaluate:
    slot, make, body = compiler.scope.slot(node.name), defined(compiler, node), compiler.lazily(node.body)

    def evaluate(env: Environment) -> Any:
        env[slot] = make(env)
        return body(env)

    return evaluate


def function_is_no_value(compiler: Compiler, node: Lambda) -> Evaluate:
    raise failed("an operator is no value", node)


# Operators


def apply(compiler: Compiler, node: Apply) -> Evaluate:
    rule = compiler.program.rules.applied.get(node.operator)
    if rule is not None:
        return rule(compiler, node)
    meaning = compiler.program.meanings.get(node.operator)
    if meaning is None:
        return _never(node)
    arguments = [compiler.expression(operand) for operand in node.operands]
    if len(arguments) == 1:
        return unary(node, meaning, arguments[0])
    if len(arguments) == 2:
        return binary(node, meaning, *arguments)

    def evaluate(env: Environment) -> Any:
        values = [make(env) for make in arguments]
        try:
            return meaning(*values)
        except EvaluationError as error:
            raise placed(error, node) from None

    return evaluate


def _of_operator(compiler: Compiler, node: Apply) -> Evaluate:
    """An operator of a standard module whose second operand is an operator."""
    values, test = node.operands
    meaning = compiler.program.meanings[node.operator]
    return binary(node, meaning, compiler.expression(values), _applicable(compiler, argument(compiler, test)))


def _applicable(compiler: Compiler, make: Argument) -> Evaluate:
    """An operator as a function of values."""

    def evaluate(env: Environment) -> Callable[..., Any]:
        found = make(env)
        return lambda *values: found.code.evaluate(found.entered(env, list(values)))

    return evaluate


def _never(node: Apply) -> Evaluate:
    def evaluate(env: Environment) -> Any:
        raise failed(f"{node.operator.tla} is not evaluated in a state or a step", node)

    return evaluate


def unary(node: Node, meaning: Callable[..., Any], operand: Evaluate) -> Evaluate:
    def evaluate(env: Environment) -> Any:
        found = operand(env)
        try:
            return meaning(found)
        except EvaluationError as error:
            raise placed(error, node) from None

    return evaluate


def binary(node: Node, meaning: Callable[..., Any], one: Evaluate, two: Evaluate) -> Evaluate:
    def evaluate(env: Environment) -> Any:
        a, b = one(env), two(env)
        try:
            return meaning(a, b)
        except EvaluationError as error:
            raise placed(error, node) from None

    return evaluate


EXPRESSIONS: Mapping[type, Any] = {
    Value: value,
    Name: name,
    Apply: apply,
    Call: call,
    Invoke: invoke,
    Let: let,
    Lambda: function_is_no_value,
}
LAZILY: Mapping[type, Any] = {
    Name: name_lazily,
    Call: call_lazily,
    Invoke: invoke_lazily,
    Let: let_lazily,
}
#: How operators are compiled whose second operand is one.
APPLIED: Mapping[Symbol, Callable[[Compiler, Apply], Evaluate]] = {
    standard.SELECT_SEQ: _of_operator,
    standard.SORT_SEQ: _of_operator,
}
