"""Rules of the language that a spec's text must keep, checked once at load.

In a definition, the parameter ``s`` is the unprimed state and ``t`` the primed one. ``s`` is only
read and ``t`` only written; and guards come before effects, so that a disabled action has written
nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from mc.errors import SpecError


def check_functions(tree: ast.Module, file: Path) -> None:
    """Check every definition of the file; :class:`SpecError` with its line where one breaks a rule."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            _check_states(node, file)
            _check_guards_first(node, file)


def _root(node: ast.expr) -> tuple[str | None, bool]:
    """The name that a chain of attributes and subscripts starts from, and whether it is a chain."""
    chain = False
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node, chain = node.value, True
    return (node.id if isinstance(node, ast.Name) else None), chain


def _check_states(function: ast.FunctionDef, file: Path) -> None:
    allowed: set[int] = set()
    for node in ast.walk(function):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign):
            targets = [node.target]
            if _root(node.target) == ("t", True):
                raise SpecError(
                    f"{function.name} reads t: write t.x = s.x + ... in place of an augmented assignment",
                    str(file),
                    node.lineno,
                )
        elif isinstance(node, ast.Call):
            allowed.update(id(a) for a in node.args if isinstance(a, ast.Name) and a.id == "t")
        for target in targets:
            root, chain = _root(target)
            if root == "s" or (root == "t" and not chain):
                raise SpecError(
                    f"{function.name} assigns to {ast.unparse(target)}: an action writes parts of t, never s",
                    str(file),
                    target.lineno,
                )
            if root == "t":
                base = target
                while isinstance(base, (ast.Attribute, ast.Subscript)):
                    base = base.value
                allowed.add(id(base))
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id == "t" and id(node) not in allowed:
            raise SpecError(f"{function.name} reads t: an action reads s and writes t", str(file), node.lineno)


def _writes(node: ast.stmt) -> bool:
    """Whether a statement assigns to ``t``, or calls a definition for its effect."""
    for part in ast.walk(node):
        if isinstance(part, ast.Assign) and any(_root(target) == ("t", True) for target in part.targets):
            return True
        if isinstance(part, ast.Expr) and isinstance(part.value, ast.Call):
            return True
    return False


def _returns(node: ast.AST) -> Iterator[ast.Return]:
    return (part for part in ast.walk(node) if isinstance(part, ast.Return))


def _check_guards_first(function: ast.FunctionDef, file: Path) -> None:
    if [argument.arg for argument in function.args.args[:2]] != ["s", "t"]:
        return

    def follow(body: list[ast.stmt], written: bool) -> bool:
        for statement in body:
            if isinstance(statement, ast.Return):
                enabled = isinstance(statement.value, ast.Constant) and statement.value.value is True
                if written and statement.value is not None and not enabled:
                    raise SpecError(
                        f"{function.name} may be disabled after it has written t: put guards before effects",
                        str(file),
                        statement.lineno,
                    )
            elif isinstance(statement, ast.If):
                then = follow(statement.body, written)
                written = follow(statement.orelse, written) or then
            elif isinstance(statement, (ast.For, ast.While)):
                written = follow(statement.body, written or _writes(statement))
            elif _writes(statement):
                written = True
        return written

    follow(function.body, False)


def check_substitution(name: str, trees: Mapping[Path, ast.Module], tables: tuple[str, ...]) -> None:
    """A definition that is used while the file loads cannot be substituted afterwards."""
    bodies: dict[str, set[str]] = {}
    used: dict[str, tuple[Path, int]] = {}
    for file, tree in trees.items():
        for node in tree.body:
            names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
            if isinstance(node, ast.FunctionDef):
                bodies[node.name] = names
            elif not (isinstance(node, ast.Assign) and any(_root(target)[0] in tables for target in node.targets)):
                for n in names:
                    used.setdefault(n, (file, node.lineno))
    todo = list(used)
    while todo:
        for n in bodies.get(todo[-1], set()) - used.keys():
            used[n] = used[todo[-1]]
            todo.insert(0, n)
        todo.pop()
    if name in used and name in bodies:
        file, line = used[name]
        raise SpecError(
            f"{name} cannot be substituted: this line uses it while the file loads; put it into a def", str(file), line
        )
