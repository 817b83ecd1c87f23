"""The text of a definition as it is walked: each way through its disjunctions and its ``\\E`` is one of its own.

Walked are what is returned, guards (``if not P: return False``) and steps, and in these ``and``, ``or``, ``any``,
``all``, the branches of ``P if C else Q``, and definitions that are applied there. All else is evaluated, as are loops.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from mc.read.python.rewrite import CHOICES, call, condition, executable, is_step, names_bound, replaced
from mc.read.text import walk


def walkable(node: ast.FunctionDef) -> ast.FunctionDef:
    """A definition for Python to run with a list of choices, its first argument (:mod:`mc.lang.ways`)."""
    arguments = replaced(node.args, args=[ast.arg(CHOICES), *node.args.args])
    return ast.fix_missing_locations(replaced(node, args=arguments, body=_suite(node.body)))


def is_refusal(body: Sequence[ast.stmt]) -> bool:
    """Whether a suite is ``return False``, and nothing else."""
    said = [s for s in body if not isinstance(s, ast.Pass) and not _is_text(s)]
    match said:
        case [ast.Return(value=ast.Constant(value=False as value))]:
            return value is False
    return False


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _suite(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    return [_statement(node) for node in body]


def _statement(node: ast.stmt) -> ast.stmt:
    match node:
        case ast.Return(value=ast.expr() as value):
            return replaced(node, value=_formula(value))
        case ast.If(test=ast.UnaryOp(op=ast.Not(), operand=guard) as test, body=body) if is_refusal(body):
            fails = replaced(test, operand=_condition(guard))
            return replaced(node, test=fails, orelse=_suite(node.orelse))
        case ast.If(test=test, body=body, orelse=otherwise):
            return replaced(node, test=condition(executable(test)), body=_suite(body), orelse=_suite(otherwise))
        case ast.Expr(value=ast.Call() as step) if is_step(step):
            refused = ast.copy_location(ast.Return(ast.Constant(False)), node)
            return ast.copy_location(ast.If(call("disabled", [_formula(step)], step), [refused], []), node)
    return executable(node)


def _condition(node: ast.expr) -> ast.expr:
    return condition(_formula(node))


def _formula(node: ast.expr) -> ast.expr:
    """An expression that is walked."""
    match node:
        case ast.BoolOp(op=ast.And(), values=parts):
            return replaced(node, values=[*map(_condition, parts)])
        case ast.BoolOp(op=ast.Or(), values=parts):
            return call("\\/", [_choices(), *(_later([], _condition(part)) for part in parts)], node)
        case ast.IfExp(test=ast.UnaryOp(op=ast.Not(), operand=guard), body=ast.Constant(value=False), orelse=otherwise):
            return ast.copy_location(ast.BoolOp(ast.And(), [_condition(guard), _condition(otherwise)]), node)
        case ast.IfExp(test=test, body=one, orelse=two):
            return replaced(node, test=condition(executable(test)), body=_formula(one), orelse=_formula(two))
        case ast.Call(func=ast.Name(id="all"), args=[ast.GeneratorExp(elt=body) as every]):
            bound = replaced(every, elt=_condition(body), generators=[*map(executable, every.generators)])
            return replaced(node, args=[bound])
        case ast.Call(func=ast.Name(id="any"), args=[ast.GeneratorExp(elt=body) as some]):
            names = [n.id for g in some.generators for n in walk(g.target) if isinstance(n, ast.Name)]
            later = _later(list(dict.fromkeys(names)), _condition(body))
            bound = replaced(some, elt=later, generators=[*map(_generator, some.generators)])
            return call("\\E", [_choices(), bound], node)
        case ast.Call(func=ast.Name() as definition) if not is_step(node):
            applied = executable(node)
            if isinstance(applied.func, ast.Name) and applied.func.id == definition.id:
                return replaced(applied, func=_name("walked"), args=[definition, _choices(), *applied.args])
            return applied
    return executable(node)


def _generator(node: ast.comprehension) -> ast.comprehension:
    """``for x in S if P``, in an order that is the same in each process: one way comes after the other."""
    over = executable(node)
    return replaced(over, iter=call("\\in S", [executable(node.iter), *names_bound(node)], node.iter))


def _later(names: list[str], body: ast.expr) -> ast.Lambda:
    """A part of a formula for later, with the values that some names have now."""
    arguments = ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [*map(_name, names)])
    return ast.copy_location(ast.Lambda(arguments, body), body)


def _name(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _choices() -> ast.expr:
    return _name(CHOICES)
