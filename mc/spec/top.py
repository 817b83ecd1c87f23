"""What stands in the files of a spec outside of definitions: constants, variables, tables."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mc.errors import SpecError
from mc.lang.domains import Bool, Domain, Range
from mc.read.text import RESERVED

#: Python's own functions that take their arguments in order, and what the check of these is called.
ORDERING = ("dict", "enumerate", "iter", "list", "next", "tuple", "zip")
ORDERED = "in order"
#: Those that do so where they are told by which order: the first of equals is the one that comes first.
CHOOSING = ("max", "min", "sorted")


def check_top(trees: Mapping[Path, ast.Module]) -> None:
    """Definitions stand at the top of a file, and each name is given once in it."""
    for file, tree in trees.items():
        lines: dict[str, int] = {}
        for node in tree.body:
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Lambda):  # lambda: Natural
                raise SpecError(RESERVED.format(name="lambda"), str(file), node.lineno)
            if isinstance(node, (ast.ClassDef, ast.AsyncFunctionDef)):
                raise SpecError(f"this is not part of the spec language: {head(node)}", str(file), node.lineno)
            if not isinstance(node, ast.FunctionDef):
                for part in ast.walk(node):
                    if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                        raise SpecError(
                            f"{part.name}: a definition stands at the top of the file; test constants inside of it",
                            str(file),
                            part.lineno,
                        )
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


def _uses(node: ast.stmt, name: str) -> bool:
    """Whether an assignment makes a value of the one that the name had."""
    made = node.value if isinstance(node, ast.Assign) else None
    return made is not None and any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(made))


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
    if isinstance(values, (set, frozenset, Domain)) and not isinstance(values, (Range, Bool)):
        raise SpecError(
            f"the elements of {values!r} would be taken in some order, and a set has none; declare a value that is "
            "needed by its name as a constant of its own (s1: ModelValue)"
        )
    return values


class _InOrder(ast.NodeTransformer):
    """Puts a call of ``ordered`` around what a list, a tuple or single names are made of."""

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        self.generic_visit(node)
        for generator in node.generators:
            generator.iter = self.taken(generator.iter)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in ORDERING or (name in CHOOSING and node.keywords):
            for argument in node.args:
                for generator in argument.generators if isinstance(argument, ast.GeneratorExp) else []:
                    generator.iter = self.taken(generator.iter)
            node.args = [self.taken(argument) for argument in node.args]
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        node.iter = self.taken(node.iter)
        return node

    def visit_Starred(self, node: ast.Starred) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load):
            node.value = self.taken(node.value)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        if any(isinstance(target, (ast.Tuple, ast.List)) for target in node.targets):
            node.value = self.taken(node.value)
        return node

    def taken(self, node: ast.expr) -> ast.expr:
        return ast.fix_missing_locations(ast.copy_location(ast.Call(ast.Name(ORDERED, ast.Load()), [node], []), node))
