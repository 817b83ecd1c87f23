"""Why an invariant is false in a state: the part that fails, for which values.

Derived from the invariant's own text. Its syntax tree is evaluated on the state and followed to
the part that decides: the false conjunct, the binding of a quantifier that falsifies it, the
definition that a conjunct calls. What cannot be followed is reported as it stands.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType
from typing import Any

from mc.errors import DomainError
from mc.lang.domains import Domain
from mc.lang.state import State
from mc.lang.text import to_tla
from mc.spec.objects import Definition


@dataclass(frozen=True)
class Explanation:
    """The part of an invariant that fails, and the values that make it fail."""

    property: str
    #: Source text of that part, and where it stands.
    conjunct: str
    file: str
    line: int
    #: Bound variables: what they stand for, as TLA+ text.
    bound: Mapping[str, str]
    #: The parts of the state that the conjunct looks at, as written, with their values as TLA+ text.
    values: Mapping[str, str]
    #: More about the failure: which part of a value is outside its domain.
    note: str = ""

    def __str__(self) -> str:
        """One sentence."""
        bound = ", ".join(f"{name} = {value}" for name, value in self.bound.items())
        told = self.note or ", ".join(f"{part} = {value}" for part, value in self.values.items()) or self.conjunct
        return f"{self.property} is false{f' for {bound}' if bound else ''}: {told}"


def explain(definition: Definition, state: State) -> Explanation:
    """Why ``definition`` does not hold in ``state``."""
    function = definition.function
    assert isinstance(function, FunctionType)
    search = _Search()
    with contextlib.suppress(_Undecided):
        search.enter(function, (state,), {})
    return _explanation(definition.name, search, function.__code__.co_filename, function.__code__.co_firstlineno)


def explain_condition(name: str, condition: ast.expr, scope: _Scope, expected: bool) -> Explanation:
    """Why a condition within a definition is not what is ``expected``; ``name``: whose condition it is."""
    search = _Search(expected=expected)
    search.bound.update({n: scope.names[n] for n in sorted(_names(condition) & scope.names.keys())})
    search.follow(condition, scope, settled=False)
    return _explanation(name, search, scope.file, condition.lineno)


def _explanation(name: str, search: _Search, file: str, line: int) -> Explanation:
    """What a search has found; ``file`` and ``line``: where it began."""
    conjunct = as_written(search.conjunct, search.file) if search.conjunct is not None else name
    return Explanation(
        property=name,
        conjunct=conjunct if search.expected else f"not ({conjunct})",
        file=search.file or file,
        line=getattr(search.conjunct, "lineno", line),
        bound={name: text for name, value in search.bound.items() if (text := _tla(value)) is not None},
        values=dict(search.values()),
        note=search.note,
    )


class _Undecided(Exception):
    """An expression of the spec cannot be evaluated on its own."""


@dataclass
class _Scope:
    """What the names in an expression mean."""

    file: str
    globals: Mapping[str, Any]
    names: dict[str, Any]

    def value(self, node: ast.expr) -> Any:
        code = compile(ast.Expression(node), self.file, "eval")
        try:
            # One namespace: a comprehension does not see the local variables of eval.
            return eval(code, {**self.globals, **self.names})
        except Exception as error:  # a spec is any Python, so this may be any exception
            raise _Undecided from error

    def inside(self, names: Mapping[str, Any]) -> _Scope:
        return _Scope(self.file, self.globals, {**self.names, **names})


@dataclass
class _Search:
    """The way down to the part that decides."""

    conjunct: ast.expr | None = None
    #: What the conjunct should have been: False below a ``not``.
    expected: bool = True
    file: str = ""
    bound: dict[str, Any] = field(default_factory=dict)
    #: Expressions that were looked at on the way, whose values belong to the reason.
    looked: list[tuple[ast.expr, _Scope]] = field(default_factory=list)
    note: str = ""

    def enter(
        self, function: FunctionType, arguments: tuple[Any, ...], keywords: dict[str, Any], settled: bool = False
    ) -> None:
        """Follow a definition to the expression that it returns."""
        tree = definition_tree(function)
        if tree is None:
            raise _Undecided
        given = inspect.signature(function).bind(*arguments, **keywords)
        given.apply_defaults()
        scope = _Scope(function.__code__.co_filename, function.__globals__, dict(given.arguments))
        returned = _returned(tree.body, scope)
        if returned is None:
            raise _Undecided
        self.bound.update({n: v for n, v in given.arguments.items() if not isinstance(v, State)})
        self.follow(returned, scope, settled)

    def follow(self, node: ast.expr, scope: _Scope, settled: bool) -> None:
        """Go down from ``node``, which has the wrong value; ``settled``: the conjunct is found already."""
        if not settled:
            self.conjunct, self.file = node, scope.file
        try:
            if self._narrow(node, scope, settled):
                return
        except _Undecided:
            pass
        self.looked.append((node, scope))
        self._look_at_membership(node, scope)

    def _narrow(self, node: ast.expr, scope: _Scope, settled: bool) -> bool:
        """Follow a part of ``node`` that decides its value; False where there is none."""
        value = bool(scope.value(node))
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                if not settled:
                    self.expected = not self.expected
                self.follow(operand, scope, settled)
            case ast.BoolOp(op=op, values=parts) if isinstance(op, ast.Or) == value:
                self.follow(next(part for part in parts if bool(scope.value(part)) == value), scope, settled)
            case ast.BoolOp(values=[*others, last]):
                # All parts decide together, as in `not premise or conclusion`; the last may say more.
                self.looked.extend((part, scope) for part in others)
                self.follow(last, scope, settled=True)
            case ast.IfExp(test=test, body=body, orelse=otherwise):
                self.looked.append((test, scope))
                self.follow(body if scope.value(test) else otherwise, scope, settled)
            case ast.Call(func=ast.Name(id="all" | "any" as name), args=[ast.GeneratorExp() as quantified]):
                return (name == "any") == value and self._bind(quantified, value, scope, settled)
            case ast.Call(func=ast.Name(id=name)) if isinstance(scope.globals.get(name), FunctionType):
                arguments = tuple(scope.value(argument) for argument in node.args)
                keywords = {k.arg: scope.value(k.value) for k in node.keywords if k.arg is not None}
                self.enter(scope.globals[name], arguments, keywords, settled)
            case _:
                return False
        return True

    def _bind(self, quantified: ast.GeneratorExp, value: bool, scope: _Scope, settled: bool) -> bool:
        """Go on with the first binding for which the body of a quantifier has ``value``."""
        for names in _bindings(quantified.generators, scope):
            inner = scope.inside(names)
            if bool(inner.value(quantified.elt)) == value:
                self.bound.update(names)
                self.looked.extend((test, inner) for g in quantified.generators for test in g.ifs)
                self.follow(quantified.elt, inner, settled)
                return True
        return False

    def _look_at_membership(self, node: ast.expr, scope: _Scope) -> None:
        """Where a value is not in its domain, the domain knows which part of it is not."""
        match node:
            case ast.Compare(left=left, ops=[ast.In()], comparators=[right]):
                try:
                    value, domain = scope.value(left), scope.value(right)
                except _Undecided:
                    return
                if isinstance(domain, Domain):
                    try:
                        domain.coerce(value)
                    except DomainError as error:
                        self.note = f"{ast.unparse(left)}: {error}"

    def values(self) -> Iterator[tuple[str, str]]:
        """The parts of states and records that were looked at, in order, with their values."""
        seen = set()
        for node, scope in self.looked:
            for part in _parts(node, frozenset(scope.names)):
                text = ast.unparse(part)
                if text not in seen and text not in self.bound:
                    seen.add(text)
                    try:
                        shown = _tla(scope.value(part))
                    except _Undecided:
                        continue
                    if shown is not None:
                        yield text, shown


def _bindings(generators: list[ast.comprehension], scope: _Scope) -> Iterator[dict[str, Any]]:
    """All bindings of the variables of a comprehension."""
    if not generators:
        yield {}
        return
    first, *rest = generators
    for value in scope.value(first.iter):
        names = _unpack(first.target, value)
        inner = scope.inside(names)
        if all(inner.value(test) for test in first.ifs):
            for others in _bindings(rest, inner):
                yield {**names, **others}


def _unpack(target: ast.expr, value: Any) -> dict[str, Any]:
    match target:
        case ast.Name(id=name):
            return {name: value}
        case ast.Tuple(elts=targets):
            return {k: v for t, part in zip(targets, value, strict=True) for k, v in _unpack(t, part).items()}
    raise _Undecided


def _returned(body: list[ast.stmt], scope: _Scope) -> ast.expr | None:
    """The expression that a definition returns; its local variables go into the scope."""
    for statement in body:
        match statement:
            case ast.Return(value=value):
                return value
            case ast.Assign(targets=[target], value=value):
                scope.names.update(_unpack(target, scope.value(value)))
            case ast.If(test=test, body=then, orelse=otherwise):
                found = _returned(then if scope.value(test) else otherwise, scope)
                if found is not None:
                    return found
            case ast.Expr(value=ast.Constant()):  # its docstring
                pass
            case _:
                raise _Undecided
    return None


def definition_tree(function: FunctionType) -> ast.FunctionDef | None:
    """The syntax tree of a definition; None where its file does not have it."""
    code = function.__code__
    try:
        module = ast.parse(Path(code.co_filename).read_text(encoding="utf-8"))
    except (OSError, SyntaxError, UnicodeDecodeError):
        return None
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name == code.co_name and node.lineno == code.co_firstlineno:
            return node
    return None


def _parts(node: ast.AST, names: frozenset[str], many: frozenset[str] = frozenset()) -> Iterator[ast.expr]:
    """The largest parts such as ``s.log[i][n].term`` that begin with one of ``names``.

    ``many``: variables of a comprehension around ``node``, which have no single value.
    """
    if isinstance(node, (ast.Attribute, ast.Subscript, ast.Name)):
        root: ast.expr = node
        while isinstance(root, (ast.Attribute, ast.Subscript)):
            root = root.value
        if isinstance(root, ast.Name) and root.id in names and not many & _names(node):
            yield node
            return
    if isinstance(node, (ast.GeneratorExp, ast.SetComp, ast.ListComp, ast.DictComp)):
        many = many.union(*(_names(g.target) for g in node.generators))
    for child in ast.iter_child_nodes(node):
        yield from _parts(child, names, many)


def as_written(node: ast.expr | ast.stmt, file: str) -> str:
    """The text of an expression: its author's where that is one line, else set anew without its line breaks."""
    if node.lineno != node.end_lineno:
        return ast.unparse(node)
    line = Path(file).read_text(encoding="utf-8").splitlines()[node.lineno - 1].encode()
    return line[node.col_offset : node.end_col_offset].decode()


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _tla(value: Any) -> str | None:
    try:
        return to_tla(value)
    except TypeError:
        return None
