"""Loops over sets: what comes out of one must not depend on the order of its elements, for sets have none.

Python takes the elements of a set in some order, and the compiled engine in another one. So a loop over anything that
is not known to be a sequence, or numbers ``lo..hi``, may make only what is the same in every order: a local that is
accumulated by one operator that does not care, parts of ``t`` that belong to the element, a constant answer.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from mc.errors import SpecError
from mc.lang.kinds import UNORDERED
from mc.read.python.kinds import Kind, element, kind
from mc.read.python.rewrite import has_step
from mc.read.python.texts import Text, root
from mc.read.text import walk

MEND = (
    "a set has no order: accumulate by one of |, &, +, Max, Min, and, or; write {e for x in S}, sum, any or all; or "
    "make the choice (\\E) a parameter of the action. A sequence is gone through by its numbers, "
    "for k in Range(1, Len(q))"
)
#: Operators of which any order gives the same: r OP a OP b.
OPERATORS: Mapping[type[ast.operator], str] = {
    ast.BitOr: "|",
    ast.BitAnd: "&",
    ast.BitXor: "^",
    ast.Mult: "*",
    ast.Add: "+",
    ast.Sub: "-",
}
EXTREMES = {"Max": "max", "max": "max", "Min": "min", "min": "min"}


def is_ordered(text: Text, loop: ast.For, namespace: Mapping[str, Any]) -> bool:
    """Whether a loop is over numbers ``lo..hi`` or a sequence, which are gone through in order."""
    return _range(text, loop, namespace) in ("interval", "sequence")


def repeats(text: Text, loop: ast.For, namespace: Mapping[str, Any]) -> bool:
    """Whether a loop is over a sequence, which may have an element twice.

    What is not known to be one may only make what is the same in every order, and so the same of equal elements.
    """
    return _range(text, loop, namespace) == "sequence"


def _range(text: Text, loop: ast.For, namespace: Mapping[str, Any]) -> str:
    """The kind of what a loop ranges over; "" where it is not known."""
    found = kind(loop.iter, locals_of(text, namespace), namespace)
    return "" if found is None else found.name


def locals_of(text: Text, namespace: Mapping[str, Any]) -> dict[str, Kind | None]:
    """What is known of the parameters and locals of a definition: those always of one kind."""
    names: dict[str, Kind | None] = dict.fromkeys(text.parameters)
    given: dict[str, list[tuple[ast.expr, bool]]] = {}
    for part in text.nodes:
        if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
            given.setdefault(part.targets[0].id, []).append((part.value, False))
        elif isinstance(part, ast.AugAssign) and isinstance(part.target, ast.Name):
            made = ast.BinOp(ast.Name(part.target.id, ast.Load()), part.op, part.value)
            given.setdefault(part.target.id, []).append((made, False))
        elif isinstance(part, ast.For) and isinstance(part.target, ast.Name):
            given.setdefault(part.target.id, []).append((part.iter, True))
    names |= dict.fromkeys(given)
    for _ in given:  # one may be made of another
        for name, values in given.items():
            if name not in text.parameters:
                found = [(kind(value, names, namespace), inside) for value, inside in values]
                kinds = {element(whole) if inside else whole for whole, inside in found} - {None}
                names[name] = kinds.pop() if len(kinds) == 1 else None
    return names


def check_order(text: Text, namespace: Mapping[str, Any]) -> None:
    """Check the loops and functions of a definition; :class:`SpecError` where a result depends on an order."""
    bound = {*text.parameters, *_assigned(text.nodes)}
    calls = (node for node in text.nodes if isinstance(node, ast.Call))
    sequences = {id(given) for call in calls if _is_name(call.func, "tuple") for given in call.args}
    for node in text.nodes:
        if isinstance(node, ast.DictComp):
            _check_function(node, text)
        elif isinstance(node, ast.ListComp) or (isinstance(node, ast.GeneratorExp) and id(node) in sequences):
            _check_sequence(node, text, namespace)
        elif isinstance(node, ast.For):
            assert isinstance(node.target, ast.Name)
            if node.target.id in bound:
                raise text.error(
                    f"{text.name}: {node.target.id} is bound by this loop and by something else; give it another name",
                    node.lineno,
                )
            if not is_ordered(text, node, namespace):
                _Loop(text, node, namespace).check()
    _check_leftovers(text, bound)


def _stored(node: ast.AST) -> list[ast.Name]:
    return [part for part in walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)]


def _assigned(nodes: Sequence[ast.AST]) -> set[str]:
    """The locals that statements assign to."""
    targets = [part.targets[0] for part in nodes if isinstance(part, ast.Assign)]
    targets += [part.target for part in nodes if isinstance(part, ast.AugAssign)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _check_function(node: ast.DictComp, text: Text) -> None:
    """``{i: e for i in S}``: two elements with one key would leave one of them."""
    (first, *more) = node.generators
    if (
        more
        or not isinstance(node.key, ast.Name)
        or ast.dump(node.key) != ast.dump(first.target).replace("Store", "Load")
    ):
        raise text.error(f"{text.name}: a function is written {{i: value for i in Domain}}", node.lineno)


def _check_sequence(node: ast.ListComp | ast.GeneratorExp, text: Text, namespace: Mapping[str, Any]) -> None:
    """``tuple(e for x in q)``: what it ranges over is in order, as far as that is known here."""
    known = locals_of(text, namespace) | {part.id: None for part in _stored(node)}
    for generator in node.generators:
        found = kind(generator.iter, known, namespace)
        if found is not None and found.name not in ("sequence", "interval"):
            of = f"{ast.unparse(generator.iter)}, a {found.name}"
            raise text.error(f"{text.name}: {UNORDERED.format(of)}", generator.iter.lineno)


def _check_leftovers(text: Text, bound: set[str]) -> None:
    """A loop's variable has no value after the loop; Python has that of the last element."""
    loops = {node.target.id for node in text.nodes if isinstance(node, ast.For) and isinstance(node.target, ast.Name)}
    for node, binders in _loads(text.node, frozenset()):
        if node.id in loops and node.id not in bound and node.id not in binders:
            raise text.error(f"{text.name}: {node.id} has a value only in the loop over its elements", node.lineno)


def _loads(node: ast.AST, binders: frozenset[str]) -> Iterator[tuple[ast.Name, frozenset[str]]]:
    """The names that are read in a part of a definition, with those that loops and comprehensions around them bind."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield node, binders
    inside = binders
    if isinstance(node, ast.For):
        inside |= {part.id for part in _stored(node.target)}
    for generator in getattr(node, "generators", []):
        inside |= {part.id for part in _stored(generator.target)}
    for child in ast.iter_child_nodes(node):
        outside = isinstance(node, ast.For) and child is node.iter
        yield from _loads(child, binders if outside else inside)


class _Loop:
    """A loop over a set, in a definition."""

    def __init__(self, text: Text, loop: ast.For, namespace: Mapping[str, Any]) -> None:
        self.text, self.loop, self.namespace = text, loop, namespace
        self.kinds = locals_of(text, namespace)
        #: What is another value for each element: the element itself, and locals made of it.
        self.varying = {part.id for part in _stored(loop)}
        #: The locals that one round hands to the next, or to what follows the loop.
        self.carried = {
            name
            for name in _assigned(walk(loop))
            if _first_use(name, loop.body) == "read" or _is_read_after(name, loop, text.node.body)
        }
        #: Of each of these, how it is accumulated.
        self.forms: dict[str, set[str]] = {}

    def fail(self, node: ast.AST, what: str) -> SpecError:
        order = f"the order in which the loop takes the elements of {ast.unparse(self.loop.iter)}"
        return self.text.error(
            f"{self.text.name}: {what} {order}; {MEND}",
            getattr(node, "lineno", self.loop.lineno),
        )

    def check(self) -> None:
        self.suite(self.loop.body)
        returns = [node for node in walk(self.loop) if isinstance(node, ast.Return)]
        breaks = list(_breaks(self.loop.body))
        writes = any(_writes(node) for node in walk(self.loop))
        for node in returns:
            if node.value is not None and self.depends(node.value):
                raise self.fail(node, f"`{ast.unparse(node)}` depends on")
        if len({ast.unparse(node) for node in returns}) > 1:
            raise self.fail(returns[-1], f"whether it is `{ast.unparse(returns[0])}` or another one depends on")
        if writes and (returns or breaks):
            raise self.fail(returns[0] if returns else self.loop, "what is written before the loop is left depends on")
        self.check_breaks(breaks)

    def check_breaks(self, breaks: list[list[ast.stmt]]) -> None:
        """Where a loop is left early, all that it has done is the same whichever element did it."""
        if not breaks:
            return
        done = [[ast.unparse(node) for node in suite[:-1]] for suite in breaks]
        last = {id(node) for suite in breaks for node in suite}
        for node in walk(self.loop):
            if not isinstance(node, (ast.Assign, ast.AugAssign)) or not _assigned([node]) & self.carried:
                continue
            # A sum of all elements is the same in every order; a sum that is left at one of them is not.
            other = id(node) not in last or any(suite != done[0] for suite in done)
            if other or self.depends(node.value, self.varying - self.carried):
                raise self.fail(node, f"{', '.join(sorted(_assigned([node]) & self.carried))} depends on")

    def depends(self, node: ast.AST, varying: Collection[str] | None = None) -> bool:
        """Whether an expression may have another value for each element; ``varying``: by these names alone."""
        names = self.varying if varying is None else varying
        return any(isinstance(part, ast.Name) and part.id in names for part in walk(node))

    def suite(self, body: list[ast.stmt]) -> None:
        for statement in body:
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        match node:
            case ast.If(
                test=ast.Compare() as test, body=[ast.Assign(targets=[ast.Name(id=name)], value=value)], orelse=[]
            ):
                form = self.extreme(test, name, value) if name in self.carried else None
                if form is not None:
                    self.accumulate(node, name, form)
                    return
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in self.carried:
                self.accumulate(node, name, self.form(name, value))
                return
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value) if name in self.carried:
                made = ast.BinOp(ast.Name(name, ast.Load()), op, value)
                self.accumulate(node, name, self.form(name, made))
                return
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                self.statement(child)
            else:
                self.reads(child)

    def reads(self, node: ast.AST) -> None:
        """An expression of the loop must not look at what is being accumulated."""
        for part in walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and part.id in self.carried:
                raise self.fail(part, f"{part.id}, which is read here while the loop makes it, depends on")

    def accumulate(self, node: ast.stmt, name: str, form: str | None) -> None:
        forms = self.forms.setdefault(name, set())
        forms.add(form or "")
        if form is None or not (len(forms - {"same"}) <= 1 or (self.is_number(name) and forms <= {"same", "+", "-"})):
            raise self.fail(node, f"{name} depends on")

    def form(self, name: str, value: ast.expr) -> str | None:
        """How a local is made of what it was: by an operator, "same", or "= text" for a constant; None: otherwise."""
        if not _mentions(name, value):
            self.reads(value)
            return None if self.depends(value) else f"= {ast.unparse(value)}"
        match value:
            case ast.Name():
                return "same"
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                symbol = OPERATORS[type(op)]
                if _mentions(name, right):
                    left, right = (right, left) if symbol != "-" else (left, right)
                self.reads_beside(name, right)
                inner = None if _mentions(name, right) else self.form(name, left)
                if symbol == "+" and not self.adds(name, right):
                    return None
                together = inner in ("same", symbol) or (self.is_number(name) and {inner, symbol} <= {"+", "-"})
                return symbol if together else None
            case ast.BoolOp(op=op, values=parts):
                return self.among(name, parts, "and" if isinstance(op, ast.And) else "or")
            case ast.Call(func=ast.Name(id=function), args=[ast.Set(elts=parts)], keywords=[]) if function in EXTREMES:
                return self.among(name, parts, EXTREMES[function])
            case ast.Call(func=ast.Name(id=function), args=parts, keywords=[]) if function in EXTREMES:
                return self.among(name, parts, EXTREMES[function])
            case ast.IfExp(test=ast.Compare() as test, body=one, orelse=two) if _mentions(name, test):
                value, other = (two, one) if _is_name(one, name) else (one, two)
                found = self.extreme(test, name, value) if _is_name(other, name) else None
                return {"max": "min", "min": "max"}.get(found or "") if other is one else found
            case ast.IfExp(test=test, body=one, orelse=two):
                self.reads(test)
                forms = {self.form(name, one), self.form(name, two)}
                rest = forms - {"same"}
                return None if len(rest) > 1 else rest.pop() if rest else "same"
        return None

    def is_number(self, name: str) -> bool:
        found = self.kinds.get(name)
        return found is not None and found.name == "number"

    def reads_beside(self, name: str, node: ast.expr) -> None:
        if not _mentions(name, node):
            self.reads(node)

    def adds(self, name: str, more: ast.expr) -> bool:
        """Whether ``name + more`` is a sum, or a bag with more elements; not two sequences, one after the other."""
        known = [self.kinds.get(name), kind(more, self.kinds, self.namespace)]
        return any(found is not None and found.name in ("number", "bag", "set", "interval") for found in known)

    def among(self, name: str, parts: list[ast.expr], form: str) -> str | None:
        """``form`` where one of the parts is the local itself, and no other one looks at it."""
        others = [part for part in parts if not _is_name(part, name)]
        if len(others) != len(parts) - 1 or any(_mentions(name, part) for part in others):
            return None
        for part in others:
            self.reads(part)
        return form

    def extreme(self, test: ast.Compare, name: str, value: ast.expr) -> str | None:
        """``if e > r: r = e``: the largest, or the smallest."""
        if len(test.ops) != 1 or _mentions(name, value):
            return None
        left, operator, right = test.left, test.ops[0], test.comparators[0]
        if _is_name(left, name) and ast.dump(right) == ast.dump(value):
            larger = isinstance(operator, (ast.Lt, ast.LtE))
        elif _is_name(right, name) and ast.dump(left) == ast.dump(value):
            larger = isinstance(operator, (ast.Gt, ast.GtE))
        else:
            return None
        if not isinstance(operator, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)):
            return None
        self.reads(value)
        return "max" if larger else "min"


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _mentions(name: str, node: ast.AST) -> bool:
    return any(isinstance(part, ast.Name) and part.id == name for part in walk(node))


def _writes(node: ast.AST) -> bool:
    """Whether a statement writes ``t``, other than by what it returns."""
    if isinstance(node, ast.Assign):
        return root(node.targets[0]) == ("t", True)
    return isinstance(node, (ast.Expr, ast.If)) and has_step(node.value if isinstance(node, ast.Expr) else node.test)


def _breaks(body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """The suites of a loop that end in a ``break`` of this loop."""
    for number, statement in enumerate(body):
        if isinstance(statement, ast.Break):
            yield body[: number + 1]
        elif isinstance(statement, ast.If):
            yield from _breaks(statement.body)
            yield from _breaks(statement.orelse)


def _first_use(name: str, body: list[ast.stmt]) -> str:
    """Whether statements read a local before they have given it a value: "read", "set", or "" where they do neither."""
    for statement in body:
        found = _use(name, statement)
        if found:
            return found
    return ""


def _use(name: str, node: ast.stmt) -> str:
    match node:
        case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
            return "read" if _mentions(name, value) else "set"
        case ast.If(test=test, body=body, orelse=otherwise):
            found = {_first_use(name, body), _first_use(name, otherwise)}
            if _mentions(name, test) or "read" in found:
                return "read"
            return "set" if found == {"set"} else ""
        case ast.For(target=ast.Name(id=target), iter=collection, body=body):
            if _mentions(name, collection):
                return "read"
            return "read" if target != name and _first_use(name, body) == "read" else ""
    return "read" if _mentions(name, node) else ""


def _is_read_after(name: str, loop: ast.For, body: list[ast.stmt]) -> bool:
    """Whether what a local is after a loop may be read, in the statements of a body that the loop is in."""
    return _after(name, loop, body) == "read"


def _after(name: str, loop: ast.For, body: list[ast.stmt]) -> str | None:
    """What happens to a local first after a loop; None where the loop is not in these statements."""
    for number, statement in enumerate(body):
        if statement is loop:
            return _first_use(name, body[number + 1 :])
        for inner in (getattr(statement, "body", []), getattr(statement, "orelse", [])):
            found = _after(name, loop, inner) if isinstance(statement, (ast.If, ast.For)) else None
            if found is None:
                continue
            if not found and isinstance(statement, ast.For):
                found = _first_use(name, statement.body)  # its next round
            return found or _first_use(name, body[number + 1 :])
    return None
