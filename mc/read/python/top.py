"""What stands in the files of a spec outside of definitions: constants, variables, tables."""

from __future__ import annotations

import ast
import builtins
import copy
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, TypeGuard

from mc.errors import SpecError
from mc.lang.domains import Bool, Domain, Range
from mc.lang.rows import is_value
from mc.read.text import RESERVED, walk

#: What the checks of orders are called.
ORDERED, APART = "in order", "apart"
#: Python's own functions that take their arguments in order.
ORDERING = ("dict", "enumerate", "iter", "list", "next", "reversed", "tuple", "zip")
#: Those of which the result is the same in every order, as long as they have no options: these tell them by which order
#: to choose, and the first of equals is the one that comes first.
ORDERLESS = ("Cardinality", "Max", "Min", "all", "any", "frozenset", "max", "min", "set", "sorted", "sum")
#: Python's own names that may be used outside of definitions.
BUILTINS = (*ORDERING, *ORDERLESS, "abs", "len", "range")
#: What is written there.
STATEMENTS = (
    *(ast.AnnAssign, ast.Assert, ast.Assign, ast.AugAssign, ast.Break, ast.Continue, ast.Expr, ast.For, ast.If),
    *(ast.ImportFrom, ast.Pass),
)
#: What Python has for expressions that TLA+ has not, and what to write instead.
FOREIGN: Mapping[type[ast.AST], str] = {
    ast.Await: "nothing is awaited in a spec",
    ast.Div: "write // for \\div",
    ast.Invert: "write not",
    ast.Is: "write ==",
    ast.IsNot: "write !=",
    ast.JoinedStr: "a string is written out",
    ast.LShift: "write * and **",
    ast.MatMult: "TLA+ has no such operator here",
    ast.NamedExpr: "assign in a statement of its own",
    ast.RShift: "write // and **",
    ast.Yield: "return a value",
    ast.YieldFrom: "return a value",
}


def check_top(trees: Mapping[Path, ast.Module]) -> None:
    """Definitions stand at the top of a file, and each name is given once in it."""
    names = {part.id for tree in trees.values() for part in walk(tree) if _is_given(part)}
    names |= {node.name for tree in trees.values() for node in tree.body if isinstance(node, ast.FunctionDef)}
    for file, tree in trees.items():
        lines: dict[str, int] = {}
        for node in tree.body:
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Lambda):  # lambda: Natural
                raise SpecError(RESERVED.format(name="lambda"), str(file), node.lineno)
            if isinstance(node, (ast.ClassDef, ast.AsyncFunctionDef)):
                raise SpecError(f"this is not part of the spec language: {head(node)}", str(file), node.lineno)
            if not isinstance(node, ast.FunctionDef):
                _check_statement(node, str(file), names)
            name = _defined(node)
            if name is None:
                continue
            if name in lines and not _uses(node, name):
                raise SpecError(
                    f"{name} is given twice in this file: what line {lines[name]} says would be lost",
                    str(file),
                    node.lineno,
                )
            lines[name] = node.lineno


def _is_given(part: ast.AST) -> TypeGuard[ast.Name]:
    """Whether a part of a text is a name that it gives a value."""
    return isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)


def _check_statement(node: ast.stmt, file: str, names: Collection[str]) -> None:
    """A statement outside of definitions has only what the language has; ``names``: what the spec calls something."""
    line = node.lineno
    for part in walk(node):
        line = getattr(part, "lineno", line)
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            what = f"{part.name}: a definition stands at the top of the file; test constants inside of it"
            raise SpecError(what, file, line)
        if isinstance(part, ast.stmt) and not isinstance(part, STATEMENTS):
            raise SpecError(f"this is not part of the spec language: {head(part)}", file, line)
        if type(part) in FOREIGN:
            raise SpecError(f"this is not part of the spec language: {head(node)} ({FOREIGN[type(part)]})", file, line)
        if isinstance(part, ast.Name) and hasattr(builtins, part.id) and part.id not in (*BUILTINS, *names):
            raise SpecError(f"{part.id} is Python's own, and not part of the spec language", file, line)
        match part:
            case ast.Call(func=ast.Name(id="sum"), args=given, keywords=options) if options or len(given) > 1:
                raise SpecError(f"sum takes no options: {ast.unparse(part)}", file, line)


def _uses(node: ast.stmt, name: str) -> bool:
    """Whether an assignment makes a value of the one that the name had."""
    made = node.value if isinstance(node, ast.Assign) else None
    return made is not None and any(isinstance(part, ast.Name) and part.id == name for part in walk(made))


def _defined(node: ast.stmt) -> str | None:
    """The name that a statement at the top of a file gives, if it gives one."""
    if isinstance(node, ast.FunctionDef):
        return node.name
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return node.target.id if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) else None


def head(node: ast.AST) -> str:
    return ast.unparse(node).split("\n")[0]


def in_order(node: ast.stmt) -> ast.stmt:
    """A statement outside of definitions that fails where it would make a list of a set; for :func:`ordered`."""
    made: ast.stmt = _InOrder().visit(copy.deepcopy(node))
    return made


def ordered(values: Any) -> Any:
    """``values``, which are about to be taken one after the other."""
    if isinstance(values, str):
        raise SpecError(f'"{values}" is a string, which has no parts')
    is_set = isinstance(values, (set, frozenset, Domain)) and not isinstance(values, (Range, Bool))
    if is_set or (isinstance(values, Mapping) and any(map(is_value, values))):
        raise SpecError(
            f"the elements of {values!r} would be taken in some order, and a set has none; declare a value that is "
            "needed by its name as a constant of its own (s1: ModelValue)"
        )
    return values


def apart(values: Any, levels: int) -> Any:
    """``values``, of which each is about to be taken apart, down to so many levels."""
    return [apart(ordered(value), levels - 1) for value in values] if levels else values


def _levels(target: ast.expr) -> int:
    """How many levels of a value are taken apart to be assigned to a target."""
    if isinstance(target, ast.Starred):
        return _levels(target.value)
    return 1 + max(map(_levels, target.elts), default=0) if isinstance(target, (ast.Tuple, ast.List)) else 0


class _InOrder(ast.NodeTransformer):
    """Puts a call of ``ordered`` around what a list, a tuple or single names are made of."""

    def visit_ListComp(self, node: ast.ListComp | ast.GeneratorExp) -> ast.AST:
        for generator in node.generators:
            generator.iter = self.taken(generator.iter)
        self.generic_visit(node)
        return node

    visit_GeneratorExp = visit_ListComp

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        """``{i: e for i in S}`` has a value for each element; with other keys, the last one of some would be left."""
        (first, *more) = node.generators
        if more or ast.unparse(node.key) != ast.unparse(first.target):
            for generator in node.generators:
                generator.iter = self.taken(generator.iter)
        self.generic_visit(node)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        node.iter = self.apart(node.iter, _levels(node.target))
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        orderless = name in ORDERLESS and not node.keywords
        for generator in node.args if orderless else []:
            if isinstance(generator, ast.GeneratorExp):
                self.generic_visit(generator)
        node.args = [a if orderless and isinstance(a, ast.GeneratorExp) else self.visit(a) for a in node.args]
        node.keywords = [self.visit(option) for option in node.keywords]
        if name in ORDERING or (name in ORDERLESS and not orderless):
            node.args = [self.taken(argument) for argument in node.args]
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        node.iter = self.apart(self.taken(node.iter), _levels(node.target))
        return node

    def visit_Starred(self, node: ast.Starred) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load):
            node.value = self.taken(node.value)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        levels = max(map(_levels, node.targets))
        if levels:
            node.value = self.apart(self.taken(node.value), levels - 1)
        return node

    def taken(self, node: ast.expr) -> ast.expr:
        return _checked(ORDERED, node)

    def apart(self, node: ast.expr, levels: int) -> ast.expr:
        return _checked(APART, node, ast.Constant(levels)) if levels else node


def _checked(helper: str, node: ast.expr, *more: ast.expr) -> ast.expr:
    made = ast.Call(ast.Name(helper, ast.Load()), [node, *more], [])
    return ast.fix_missing_locations(ast.copy_location(made, node))


#: What the text that :func:`in_order` makes calls.
CHECKS: Mapping[str, Callable[..., Any]] = {ORDERED: ordered, APART: apart}
