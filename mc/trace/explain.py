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
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FunctionType
from typing import Any

from mc.errors import DomainError
from mc.lang.domains import Domain
from mc.lang.state import State
from mc.lang.text import Place, to_tla
from mc.spec.objects import Definition
from mc.trace.components import Component, Scope, Undecided, component_of, names_in, origin, parts


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
    #: The parts of the state that the conjunct looks at.
    components: tuple[Component, ...]
    #: More about the failure: which part of a value is outside its domain.
    note: str = ""
    #: What the spec's table ``Explanations`` says of it, with the values of this state.
    says: str = ""

    def places(self) -> frozenset[Place]:
        """Where the components are in the state."""
        return frozenset(place for component in self.components if (place := component.place) is not None)

    def __str__(self) -> str:
        """One sentence."""
        if self.says:
            return f"{self.property} is false: {self.says}"
        bound = ", ".join(f"{name} = {value}" for name, value in self.bound.items())
        told = self.note or ", ".join(map(str, self.components)) or self.conjunct
        return f"{self.property} is false{f' for {bound}' if bound else ''}: {told}"


def explain(definition: Definition, state: State) -> Explanation:
    """Why ``definition`` does not hold in ``state``."""
    function = definition.function
    assert isinstance(function, FunctionType)
    search = _Search()
    with contextlib.suppress(Undecided):
        search.enter(function, (state,), {})
    code = function.__code__
    found = _explanation(definition.name, search, code.co_filename, code.co_firstlineno)
    return replace(found, says=_said(definition, search, state))


def explain_condition(name: str, condition: ast.expr, scope: Scope, expected: bool) -> Explanation:
    """Why a condition within a definition is not what is ``expected``; ``name``: whose condition it is."""
    search = _Search(expected=expected)
    search.bound.update({n: scope.names[n] for n in sorted(names_in(condition) & scope.names.keys())})
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
        bound=_texts(search.bound),
        components=tuple(search.components()),
        note=search.note,
    )


def _said(definition: Definition, search: _Search, state: State) -> str:
    """The spec's own sentence on a violated invariant, its ``{expressions}`` evaluated; "" if it has none."""
    function = definition.function
    assert isinstance(function, FunctionType)
    (parameter,) = inspect.signature(function).parameters
    scope = Scope("", function.__globals__, {**search.bound, parameter: state})
    said = ""
    for part in definition.says:
        try:
            said += part if isinstance(part, str) else to_tla(scope.value(part))
        except (Undecided, TypeError):
            return ""
    return said


@dataclass
class _Search:
    """The way down to the part that decides."""

    conjunct: ast.expr | None = None
    #: What the conjunct should have been: False below a ``not``.
    expected: bool = True
    file: str = ""
    bound: dict[str, Any] = field(default_factory=dict)
    #: Expressions that were looked at on the way, whose values belong to the reason.
    looked: list[tuple[ast.expr, Scope]] = field(default_factory=list)
    note: str = ""

    def enter(
        self, function: FunctionType, arguments: tuple[Any, ...], keywords: dict[str, Any], settled: bool = False
    ) -> None:
        """Follow a definition to the expression that it returns."""
        tree = definition_tree(function)
        if tree is None:
            raise Undecided
        given = inspect.signature(function).bind(*arguments, **keywords)
        given.apply_defaults()
        scope = Scope(function.__code__.co_filename, function.__globals__, dict(given.arguments))
        returned = _returned(tree.body, scope)
        if returned is None:
            raise Undecided
        self.bound.update({n: v for n, v in given.arguments.items() if not isinstance(v, State)})
        self.follow(returned, scope, settled)

    def follow(self, node: ast.expr, scope: Scope, settled: bool) -> None:
        """Go down from ``node``, which has the wrong value; ``settled``: the conjunct is found already."""
        if not settled:
            self.conjunct, self.file = node, scope.file
        try:
            if self._narrow(node, scope, settled):
                return
        except Undecided:
            pass
        self.looked.append((node, scope))
        self._look_at_membership(node, scope)

    def _narrow(self, node: ast.expr, scope: Scope, settled: bool) -> bool:
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

    def _bind(self, quantified: ast.GeneratorExp, value: bool, scope: Scope, settled: bool) -> bool:
        """Go on with the first binding for which the body of a quantifier has ``value``."""
        for names in _bindings(quantified.generators, scope):
            inner = scope.inside(names)
            if bool(inner.value(quantified.elt)) == value:
                self.bound.update(names)
                for generator in quantified.generators:
                    whence = origin(generator, inner)
                    self.looked.extend((part, inner) for part in ([whence] if whence is not None else []))
                    self.looked.extend((test, inner) for test in generator.ifs)
                self.follow(quantified.elt, inner, settled)
                return True
        return False

    def _look_at_membership(self, node: ast.expr, scope: Scope) -> None:
        """Where a value is not in its domain, the domain knows which part of it is not."""
        match node:
            case ast.Compare(left=left, ops=[ast.In()], comparators=[right]):
                try:
                    value, domain = scope.value(left), scope.value(right)
                except Undecided:
                    return
                if isinstance(domain, Domain):
                    try:
                        domain.coerce(value)
                    except DomainError as error:
                        self.note = f"{ast.unparse(left)}: {error}"

    def components(self) -> Iterator[Component]:
        """The parts of states and records that were looked at, in order."""
        seen = {*self.bound}
        for node, scope in self.looked:
            for part in parts(node, scope):
                component = component_of(part, scope)
                if component is not None and component.text not in seen:
                    seen.add(component.text)
                    yield component


def _bindings(generators: list[ast.comprehension], scope: Scope) -> Iterator[dict[str, Any]]:
    """All bindings of the variables of a comprehension."""
    if not generators:
        yield {}
        return
    first, *rest = generators
    values = scope.value(first.iter)
    # Python's own order of a set of strings differs from one process to the next.
    for value in sorted(values, key=to_tla) if type(values) in (set, frozenset) else values:
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
    raise Undecided


def _returned(body: list[ast.stmt], scope: Scope) -> ast.expr | None:
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
                raise Undecided
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


def as_written(node: ast.expr | ast.stmt, file: str) -> str:
    """The text of an expression: its author's where that is one line, else set anew without its line breaks."""
    if node.lineno != node.end_lineno:
        return ast.unparse(node)
    line = Path(file).read_text(encoding="utf-8").splitlines()[node.lineno - 1].encode()
    return line[node.col_offset : node.end_col_offset].decode()


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Those of some values that are TLA+ values, as text."""
    found = {}
    for name, value in values.items():
        with contextlib.suppress(TypeError):
            found[name] = to_tla(value)
    return found
