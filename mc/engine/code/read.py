"""Code from its text, a small typed subset of Python: the kernels.

Functions over 64-bit integers, truth values and pointers (parameters annotated ``int``, ``bool``, ``ptr``, ``ptr8``),
with ``if``, ``while``, ``for`` (see :class:`mc.engine.code.statements.For`) and assignments. A local variable has the
type of what is first assigned to it. Names that are assigned to at the top are constants and tables.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import TypeVar

from mc.engine.code.build import all_of, any_of, call, chosen, local
from mc.engine.code.nodes import BUILT_IN, Bit, Code, Pointer, Type, Word, arithmetic, number, related, truth
from mc.engine.code.statements import (
    Assign,
    Break,
    Continue,
    Do,
    For,
    Function,
    If,
    Return,
    Statement,
    Store,
    While,
)

_BINARY: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.FloorDiv: "//",
    ast.Mod: "%",
}
_COMPARE: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
C = TypeVar("C", bound=Code)


class Text:
    """Kernels that were read: their functions, and what all names at the top of them stand for."""

    def __init__(self, text: str, names: Mapping[str, int | Sequence[int]], functions: Mapping[str, Function]) -> None:
        """``names``: constants and tables, and ``functions``, that the text does not define and may use."""
        tree = ast.parse(text)
        #: Numbers, and the numbers of tables.
        self.names = dict(names)
        nodes = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self.names[node.targets[0].id] = ast.literal_eval(node.value)
        #: What each function takes and returns.
        self.signatures = {name: (tuple(f.parameters.values()), f.result) for name, f in functions.items()}
        for node in nodes:
            parameters = tuple(_type(node, a.annotation) for a in node.args.args)
            self.signatures[node.name] = parameters, _type(node, node.returns)
        self.functions = {node.name: _Reader(self, node).function() for node in nodes}


def _type(node: ast.FunctionDef, annotation: ast.expr | None) -> Type:
    if annotation is None:
        raise TypeError(f"{node.name}: every parameter and result of a compiled function is annotated")
    return Type(ast.unparse(annotation))


class _Reader:
    """Reads one function."""

    def __init__(self, text: Text, node: ast.FunctionDef) -> None:
        self.text, self.node = text, node
        self.types = {a.arg: _type(node, a.annotation) for a in node.args.args}

    def function(self) -> Function:
        node, parameters = self.node, dict(self.types)
        title = ast.get_docstring(node) or ""
        _, result = self.text.signatures[node.name]
        return Function(node.name, parameters, result, self.suite(node.body), title)

    def fail(self, node: ast.AST) -> TypeError:
        return TypeError(f"{self.node.name}: not in the compiled subset: {ast.unparse(node)}")

    def of(self, kind: type[C], node: ast.expr) -> C:
        """An expression of one kind."""
        found = self.expression(node)
        if not isinstance(found, kind):
            raise self.fail(node)
        return found

    def test(self, node: ast.expr) -> Bit:
        """A condition: a truth value, or a word that is not 0."""
        found = self.expression(node)
        if isinstance(found, Word):
            return found.ne(0)
        if not isinstance(found, Bit):
            raise self.fail(node)
        return found

    # Statements

    def suite(self, body: Sequence[ast.stmt]) -> list[Statement]:
        return [made for node in body for made in self.statement(node)]

    def statement(self, node: ast.stmt) -> list[Statement]:
        match node:
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                return []
            case ast.Expr(value=ast.Call() as value):
                return [Do(self.expression(value))]
            case ast.Assign(targets=[target], value=value):
                return [self.assign(node, target, self.expression(value))]
            case ast.AugAssign(target=ast.Name() | ast.Subscript() as target, op=operator, value=value):
                return [self.assign(node, target, self.expression(ast.BinOp(target, operator, value)))]
            case ast.Return(value=None):
                return [Return()]
            case ast.Return(value=ast.expr() as value):
                bit = self.text.signatures[self.node.name][1] == Type.BIT
                return [Return(self.test(value) if bit else self.expression(value))]
            case ast.If(test=test, body=then, orelse=otherwise):
                return [If(self.test(test), self.suite(then), self.suite(otherwise))]
            case ast.While(test=test, body=body):
                return [While(self.test(test), self.suite(body))]
            case ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id=numbers), args=given), body=body):
                if numbers not in ("range", "each", "bits", "members"):
                    raise self.fail(node.iter)
                self.types[name] = Type.WORD
                return [For(name, numbers, tuple(self.expression(a) for a in given), self.suite(body))]
            case ast.Break():
                return [Break()]
            case ast.Continue():
                return [Continue()]
        raise self.fail(node)

    def assign(self, node: ast.stmt, target: ast.expr, value: Code) -> Statement:
        match target:
            case ast.Name(id=name):
                if self.types.setdefault(name, value.type) != value.type:
                    raise TypeError(f"{self.node.name}: {name} changes its type")
                return Assign(name, value)
            case ast.Subscript(value=memory, slice=index) if isinstance(value, Word):
                return Store(self.of(Pointer, memory), self.of(Word, index), value)
        raise self.fail(node)

    # Expressions

    def expression(self, node: ast.expr) -> Code:
        match node:
            case ast.Constant(value=bool(known)):
                return truth(known)
            case ast.Constant(value=int(known)):
                return number(known)
            case ast.Name(id=name):
                return self.name(name)
            case ast.Subscript(value=memory, slice=index):
                return self.of(Pointer, memory)[self.of(Word, index)]
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return ~self.test(operand)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.of(Word, operand)
            case ast.UnaryOp(op=ast.Invert(), operand=operand):
                return ~self.of(Word, operand)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _BINARY:
                return arithmetic(_BINARY[type(operator)], self.of(Word, left), self.of(Word, right))
            case ast.BoolOp(op=operator, values=parts):
                return (all_of if isinstance(operator, ast.And) else any_of)([self.test(part) for part in parts])
            case ast.Compare(left=first, ops=operators, comparators=others):
                words = self.compared([self.expression(part) for part in (first, *others)], node)
                relations = [_COMPARE[type(operator)] for operator in operators]
                return all_of([related(words[k], relation, words[k + 1]) for k, relation in enumerate(relations)])
            case ast.IfExp(test=test, body=then, orelse=otherwise):
                return chosen(self.test(test), self.expression(then), self.expression(otherwise))
            case ast.Call(func=ast.Name(id=name), args=given):
                return self.call(node, name, given)
        raise self.fail(node)

    def compared(self, parts: list[Code], node: ast.expr) -> list[Word]:
        """The operands of relations, as words: truth values are compared as 1 and 0."""
        words = [part.word if isinstance(part, Bit) else part for part in parts]
        if len({part.type for part in parts}) > 1 or not all(isinstance(part, Word) for part in words):
            raise self.fail(node)
        return [part for part in words if isinstance(part, Word)]

    def name(self, name: str) -> Code:
        if name in self.types:
            return local(name, self.types[name])
        value = self.text.names.get(name)
        if value is None:
            raise TypeError(f"{self.node.name}: the name {name!r} is not defined")
        return number(value) if isinstance(value, int) else Pointer(Type.POINTER, "table", name)

    def call(self, node: ast.expr, name: str, given: Sequence[ast.expr]) -> Code:
        if name == "int":
            value = self.expression(given[0])
            return value.word if isinstance(value, Bit) else value
        if name in BUILT_IN:
            return call(name, *map(self.expression, given))
        if name not in self.text.signatures:
            raise self.fail(node)
        parameters, result = self.text.signatures[name]
        arguments = [
            self.test(argument) if type == Type.BIT else self.expression(argument)
            for argument, type in zip(given, parameters, strict=True)
        ]
        return call(name, *arguments, type=result)
