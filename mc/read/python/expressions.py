"""Expressions of a Python spec as formulas."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from types import FunctionType
from typing import Any, Protocol

from mc.dataclass import dataclass
from mc.errors import SpecError
from mc.formula import operators as op
from mc.formula.nodes import AGAIN, Apply, Bind, Binder, Bound, Call, Expression, Name, Of, Place, Value
from mc.formula.operators import Operator
from mc.lang import operators as vocabulary
from mc.lang.composites import Record, Union
from mc.lang.domains import Domain, Range
from mc.read.python.rewrite import executable
from mc.read.text import walk

_BINARY: Mapping[type[ast.operator], Operator] = {
    ast.Add: op.ADD,
    ast.Sub: op.SUBTRACT,
    ast.Mult: op.TIMES,
    ast.FloorDiv: op.QUOTIENT,
    ast.Mod: op.REMAINDER,
    ast.Pow: op.POWER,
    ast.BitOr: op.UNION,
    ast.BitAnd: op.INTERSECTION,
    ast.BitXor: op.SYMMETRIC_DIFFERENCE,
}
_COMPARISONS: Mapping[type[ast.cmpop], Operator] = {
    ast.Eq: op.EQ,
    ast.NotEq: op.NE,
    ast.Lt: op.LT,
    ast.LtE: op.LE,
    ast.Gt: op.GT,
    ast.GtE: op.GE,
    ast.In: op.IN,
    ast.NotIn: op.NOT_IN,
}
#: What a spec calls by name, and the operator that it is.
_CALLED: Mapping[Any, Operator] = {
    vocabulary.Append: op.APPEND,
    vocabulary.Cardinality: op.CARDINALITY,
    vocabulary.CopiesIn: op.COPIES,
    vocabulary.Head: op.HEAD,
    vocabulary.Len: op.LEN,
    vocabulary.Max: op.MAX,
    vocabulary.Min: op.MIN,
    vocabulary.SubSeq: op.SUBSEQ,
    vocabulary.Tail: op.TAIL,
    vocabulary.The: op.THE,
    vocabulary.UNION: op.BIG_UNION,
    Range: op.INTERVAL,
    abs: op.ABS,
    len: op.SIZE,
    max: op.MAX,
    min: op.MIN,
}
_BINDERS: Mapping[Any, Binder] = {
    all: Binder.FORALL,
    any: Binder.EXISTS,
    sum: Binder.SUM,
    tuple: Binder.SEQUENCE,
    set: Binder.SET,
    frozenset: Binder.SET,
}
#: How those are written that are of nothing else.
_CONDITIONS = {
    **dict.fromkeys((Binder.FORALL, Binder.EXISTS), "write all(condition for x in S), any(condition for x in S)"),
    Binder.SEQUENCE: "write tuple(value for x in q)",
}


@dataclass(frozen=True)
class Scope:
    """What the local names of Python are called in the formula: each assignment makes a name of its own."""

    names: Mapping[str, str] = field(default_factory=dict)

    def bind(self, names: Mapping[str, str]) -> Scope:
        return Scope({**self.names, **names})


class Texts(Protocol):
    """The texts of the definitions that a spec consists of."""

    @property
    def namespace(self) -> Mapping[str, Any]:
        """What the global names of the spec stand for."""

    def text(self, function: Any) -> ast.FunctionDef | None:
        """The text of a function of the spec; None for anything else."""


class Expressions:
    """Reads the expressions of one definition."""

    def __init__(self, texts: Texts, file: str) -> None:
        self.texts = texts
        self.namespace = texts.namespace
        self.file = file
        self.used: dict[str, int] = {}

    # Places and errors

    def place(self, node: ast.AST) -> Place:
        line, end = getattr(node, "lineno", 0), getattr(node, "end_lineno", None)
        return Place(self.file, line, getattr(node, "col_offset", 0), end or line, getattr(node, "end_col_offset", 0))

    def error(self, node: ast.AST, message: str) -> SpecError:
        return SpecError(message, self.file, getattr(node, "lineno", None))

    def unknown(self, node: ast.AST) -> SpecError:
        return self.error(node, f"this is not part of the spec language: {ast.unparse(node)}")

    # Names

    def fresh(self, name: str) -> str:
        """A name that no other assignment or binding of the definition makes."""
        count = self.used.get(name, 0) + 1
        self.used[name] = count
        return name if count == 1 else f"{name}{AGAIN}{count}"

    # Expressions

    def returned(self, value: ast.expr | None, scope: Scope) -> Expression:
        """What a definition is that returns a value; one that returns none is FALSE."""
        return Value(False) if value is None else self.expression(value, scope)

    def expression(self, node: ast.expr, scope: Scope) -> Expression:
        """The formula of an expression."""
        method: Callable[[Any, Scope], Expression] | None = getattr(self, f"_{type(node).__name__}", None)
        if method is None:
            return self.evaluated(node, scope)
        return method(node, scope)

    def evaluated(self, node: ast.expr, scope: Scope) -> Value:
        """The value of an expression of constants that has no form of its own in the language."""
        names = {n.id for n in walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        if names & (scope.names.keys() | {"s", "t"}):
            raise self.unknown(node)
        try:
            code = compile(ast.Expression(executable(node)), self.file, "eval")
            value = eval(code, dict(self.namespace))
        except Exception as error:
            raise self.error(node, f"{ast.unparse(node)} cannot be evaluated: {error}") from error
        return Value(frozenset(value) if isinstance(value, set) else value, place=self.place(node))

    def all(self, nodes: Sequence[ast.expr], scope: Scope) -> tuple[Expression, ...]:
        return tuple(self.expression(node, scope) for node in nodes)

    def apply(self, node: ast.AST, operator: Operator, *operands: Expression) -> Apply:
        return Apply(operator, operands, place=self.place(node))

    def _Constant(self, node: ast.Constant, scope: Scope) -> Expression:
        if not isinstance(node.value, (bool, int, str)):
            raise self.unknown(node)
        return Value(node.value, place=self.place(node))

    def _Name(self, node: ast.Name, scope: Scope) -> Expression:
        if node.id in scope.names:
            return Name(scope.names[node.id], Of.LOCAL, place=self.place(node))
        if node.id not in self.namespace:
            raise self.error(node, f"the name {node.id!r} is not defined")
        if isinstance(self.namespace[node.id], FunctionType):
            raise self.error(node, f"{node.id} is a definition: call it")
        return Name(node.id, Of.CONSTANT, place=self.place(node))

    def _Attribute(self, node: ast.Attribute, scope: Scope) -> Expression:
        if isinstance(node.value, ast.Name) and node.value.id == "s" and "s" not in scope.names:
            return Name(node.attr, Of.VARIABLE, place=self.place(node))
        return self.apply(node, op.FIELD, self.expression(node.value, scope), Value(node.attr))

    def _Subscript(self, node: ast.Subscript, scope: Scope) -> Expression:
        if isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name) and node.value.func.id == "list":
            return self.evaluated(node, scope)
        return self.apply(node, op.INDEX, self.expression(node.value, scope), self.expression(node.slice, scope))

    def _BoolOp(self, node: ast.BoolOp, scope: Scope) -> Expression:
        operator = op.AND if isinstance(node.op, ast.And) else op.OR
        return self.apply(node, operator, *self.all(node.values, scope))

    def _UnaryOp(self, node: ast.UnaryOp, scope: Scope) -> Expression:
        operator = {ast.Not: op.NOT, ast.USub: op.NEGATIVE}.get(type(node.op))
        if operator is None:
            raise self.error(node, f"this operator is not part of the spec language: {ast.unparse(node)}")
        return self.apply(node, operator, self.expression(node.operand, scope))

    def _BinOp(self, node: ast.BinOp, scope: Scope) -> Expression:
        operator = _BINARY.get(type(node.op))
        if operator is None:
            raise self.error(node, f"this operator is not part of the spec language: {ast.unparse(node)}")
        return self.apply(node, operator, *self.all((node.left, node.right), scope))

    def _IfExp(self, node: ast.IfExp, scope: Scope) -> Expression:
        return self.apply(node, op.IF, *self.all((node.test, node.body, node.orelse), scope))

    def _Compare(self, node: ast.Compare, scope: Scope) -> Expression:
        operands = [node.left, *node.comparators]
        tests = []
        for operator, left, right in zip(node.ops, operands, operands[1:], strict=False):
            known = _COMPARISONS.get(type(operator))
            if known is None:
                raise self.error(node, "'is' is not part of the spec language: use ==")
            tests.append(self.apply(node, known, *self.all((left, right), scope)))
        return tests[0] if len(tests) == 1 else self.apply(node, op.AND, *tests)

    def _Set(self, node: ast.Set, scope: Scope) -> Expression:
        return self.apply(node, op.SET, *self.all(node.elts, scope))

    def _Tuple(self, node: ast.Tuple, scope: Scope) -> Expression:
        return self.apply(node, op.SEQUENCE, *self.all(node.elts, scope))

    def _Dict(self, node: ast.Dict, scope: Scope) -> Expression:
        if not node.keys:
            return self.apply(node, op.BAG)
        pairs: list[Expression] = []
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                raise self.unknown(node)
            pairs += [self.expression(key, scope), self.expression(value, scope)]
        return self.apply(node, op.FUNCTION, *pairs)

    def _SetComp(self, node: ast.SetComp, scope: Scope) -> Expression:
        return self.bind(Binder.SET, node, node.elt, node.generators, scope)

    def _ListComp(self, node: ast.ListComp, scope: Scope) -> Expression:
        return self.bind(Binder.SEQUENCE, node, node.elt, node.generators, scope)

    def _DictComp(self, node: ast.DictComp, scope: Scope) -> Expression:
        (generator, *others) = node.generators
        same = isinstance(node.key, ast.Name) and isinstance(generator.target, ast.Name)
        if others or not same or node.key.id != generator.target.id:  # type: ignore[attr-defined]
            raise self.error(node, "a function is written {i: value for i in Domain}")
        return self.bind(Binder.FUNCTION, node, node.value, node.generators, scope)

    def bind(
        self, binder: Binder, node: ast.AST, body: ast.expr, generators: Sequence[ast.comprehension], scope: Scope
    ) -> Bind:
        """A body for each binding of the names of a comprehension."""
        bounds = []
        for generator in generators:
            bound, scope = self.bound(generator.target, generator.iter, generator.ifs, scope)
            bounds.append(bound)
        return Bind(binder, tuple(bounds), self.expression(body, scope), place=self.place(node))

    def bound(
        self, target: ast.expr, collection: ast.expr, conditions: Sequence[ast.expr], scope: Scope
    ) -> tuple[Bound, Scope]:
        """``target in collection if condition``, and the scope with the names that it binds."""
        over = self.expression(collection, scope)
        targets = target.elts if isinstance(target, ast.Tuple) else [target]
        if not all(isinstance(t, ast.Name) for t in targets):
            raise self.unknown(target)
        names = [t.id for t in targets if isinstance(t, ast.Name)]
        inner = scope.bind({name: self.fresh(name) for name in names})
        tests = self.all(conditions, inner)
        condition = tests[0] if len(tests) == 1 else self.apply(conditions[0], op.AND, *tests) if tests else None
        return Bound(tuple(inner.names[name] for name in names), over, condition), inner

    def _Call(self, node: ast.Call, scope: Scope) -> Expression:
        if not isinstance(node.func, ast.Name) or node.func.id in scope.names:
            made = self.evaluated(node.func, scope).value
            return self.record(node, made, scope) if isinstance(made, (Record, Union)) else self.evaluated(node, scope)
        called = self.namespace.get(node.func.id, getattr(builtins, node.func.id, None))
        if isinstance(called, (Record, Union)):
            return self.record(node, called, scope)
        if isinstance(called, FunctionType) and self.texts.text(called) is not None:
            return Call(node.func.id, self.arguments(node, called, scope), place=self.place(node))
        try:
            binder, operator = _BINDERS.get(called), _CALLED.get(called)
        except TypeError:
            binder = operator = None
        generator = node.args[0] if len(node.args) == 1 else None
        if binder is not None and isinstance(generator, ast.GeneratorExp):
            return self.bind(binder, node, generator.elt, generator.generators, scope)
        if binder is Binder.SUM and len(node.args) == 1:
            return self.total(node, scope)
        if binder in _CONDITIONS:
            raise self.error(node, _CONDITIONS[binder])
        if operator in (op.MAX, op.MIN, op.THE):
            return self.extreme(node, operator, scope)
        if operator is op.INTERVAL and len(node.args) == 1:
            return self.evaluated(node, scope)
        if operator is not None:
            self.check_arity(node, operator)
            return self.apply(node, operator, *self.all(node.args, scope))
        if binder is Binder.SET and not node.args:
            return self.apply(node, op.SET)
        return self.evaluated(node, scope)

    def total(self, node: ast.Call, scope: Scope) -> Bind:
        """``sum(S)``, of numbers."""
        name = self.fresh("number")
        bound = Bound((name,), self.expression(node.args[0], scope))
        return Bind(Binder.SUM, (bound,), Name(name, Of.LOCAL), place=self.place(node))

    def check_arity(self, node: ast.Call, operator: Operator) -> None:
        fewest, most = operator.arity
        if node.keywords:
            raise self.error(node, f"{ast.unparse(node.func)} takes no keywords")
        if len(node.args) < fewest or (most is not None and len(node.args) > most):
            raise self.error(node, f"{ast.unparse(node.func)} takes {fewest} argument(s)")

    def extreme(self, node: ast.Call, operator: Operator, scope: Scope) -> Expression:
        """``Max(S)``, ``max(a, b)``, or the largest, or only one, of the values of a comprehension."""
        if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
            values = self.bind(Binder.SET, node, node.args[0].elt, node.args[0].generators, scope)
            return self.apply(node, operator, values)
        if len(node.args) > 1 and operator is not op.THE:
            return self.apply(node, operator, self.apply(node, op.SET, *self.all(node.args, scope)))
        self.check_arity(node, operator)
        return self.apply(node, operator, *self.all(node.args, scope))

    def record(self, node: ast.Call, domain: Domain, scope: Scope) -> Expression:
        """``Message(type="a", value=v)``"""
        if node.args or any(k.arg is None for k in node.keywords):
            raise self.error(node, "a record is made by its fields: Message(type='a', value=v)")
        pairs: list[Expression] = []
        for keyword in node.keywords:
            pairs += [Value(keyword.arg), self.expression(keyword.value, scope)]
        return self.apply(node, op.CHECKED, Value(domain), self.apply(node, op.RECORD, *pairs))

    def arguments(self, node: ast.Call, called: FunctionType, scope: Scope) -> tuple[Expression, ...]:
        """The arguments of a definition, but for the states, which are passed as what they are."""
        text = self.texts.text(called)
        assert text is not None
        parameters = [a.arg for a in text.args.args]
        named = {k.arg: k.value for k in node.keywords}
        values = [*node.args, *(named.pop(p) for p in parameters[len(node.args) :] if p in named)]
        if len(parameters) != len(values) or named:
            raise self.error(node, f"{text.name} takes {len(parameters)} argument(s): {', '.join(parameters)}")
        given: list[ast.expr] = []
        for parameter, argument in zip(parameters, values, strict=True):
            state = argument.id if isinstance(argument, ast.Name) and argument.id in ("s", "t") else None
            if state != (parameter if parameter in ("s", "t") else None):
                raise self.error(node, f"{text.name}: s is passed as s, t as t, and nothing else as them")
            if state is None:
                given.append(argument)
        return self.all(given, scope)
