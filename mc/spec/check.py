"""Rules of the language that a spec's text must keep, checked once at load.

In a definition, the parameter ``s`` is the unprimed state and ``t`` the primed one. ``s`` is only
read and ``t`` only written; and guards come before effects, so that a disabled action has written
nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

from mc.errors import SpecError


def check_functions(tree: ast.Module, file: Path) -> None:
    """Check every definition of the file; :class:`SpecError` with its line where one breaks a rule."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            _check_states(node, file)
            if any(argument.arg == "t" for argument in node.args.args):
                _GuardsFirst(node, file)


def _root(node: ast.expr) -> tuple[str | None, bool]:
    """The name that a chain of attributes and subscripts starts from, and whether it is a chain."""
    chain = False
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node, chain = node.value, True
    return (node.id if isinstance(node, ast.Name) else None), chain


def _check_states(function: ast.FunctionDef, file: Path) -> None:
    allowed: set[int] = set()
    nodes = list(ast.walk(function))
    for node in nodes:
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
            if chain != (root == "t"):
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
    for node in nodes:
        if isinstance(node, ast.Name) and node.id == "t" and id(node) not in allowed:
            raise SpecError(f"{function.name} reads t: an action reads s and writes t", str(file), node.lineno)


def _takes_t(node: ast.AST) -> bool:
    """Whether a call that may write ``t`` is made somewhere in a part of a definition."""
    calls = (part for part in ast.walk(node) if isinstance(part, ast.Call))
    return any(isinstance(a, ast.Name) and a.id == "t" for call in calls for a in call.args)


def _effect(node: ast.expr) -> str | None:
    """What is known of writes to ``t`` by evaluating a condition.

    "none": there are none; "true": only if it is TRUE; "false": only if it is FALSE; None: nothing is known.
    """
    if not _takes_t(node):
        return "none"
    if isinstance(node, ast.Call):
        return None if any(_takes_t(a) for a in node.args) else "true"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return {"true": "false", "false": "true"}.get(_effect(node.operand) or "")
    if isinstance(node, ast.BoolOp):
        free = node.values if isinstance(node.op, ast.Or) else node.values[-1:]
        parts = [_effect(v) if v in free else ("none" if not _takes_t(v) else None) for v in node.values]
        return "true" if all(part in ("none", "true") for part in parts) else None
    if isinstance(node, ast.IfExp) and not _takes_t(node.test):
        return "true" if {_effect(node.body), _effect(node.orelse)} <= {"none", "true"} else None
    return None


class _GuardsFirst:
    """Follows one definition: it must not be disabled (return FALSE) once something has been written to ``t``."""

    def __init__(self, function: ast.FunctionDef, file: Path) -> None:
        self.function, self.file = function, file
        self.suite(function.body, False)

    def fail(self, node: ast.stmt) -> SpecError:
        return SpecError(
            f"{self.function.name} may be disabled after it has written t: put guards before effects",
            str(self.file),
            node.lineno,
        )

    def suite(self, body: list[ast.stmt], written: bool) -> bool:
        """Whether ``t`` may have been written at the end of the suite, if it was (``written``) at its start."""
        for statement in body:
            written = self.statement(statement, written)
        return written

    def statement(self, node: ast.stmt, written: bool) -> bool:
        if isinstance(node, ast.Return):
            self.returned(node, written)
            return written
        if isinstance(node, ast.If):
            effect = _effect(node.test)
            then = self.suite(node.body, written or effect in ("true", None))
            return self.suite(node.orelse, written or effect in ("false", None)) or then or effect != "none"
        if isinstance(node, (ast.For, ast.While)):
            changes = any(isinstance(p, ast.stmt) and self.writes(p) for p in ast.walk(node)) or _takes_t(node)
            self.suite(node.body, written or changes)
            return written or changes
        return written or self.writes(node)

    def writes(self, node: ast.stmt) -> bool:
        if isinstance(node, ast.Assign) and any(_root(target) == ("t", True) for target in node.targets):
            return True
        return isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr)) and _takes_t(node)

    def returned(self, node: ast.Return, written: bool) -> None:
        if node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is True):
            return
        if written or _effect(node.value) not in ("none", "true"):
            raise self.fail(node)


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
