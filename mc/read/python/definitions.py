"""The definitions of a Python spec, read when they are asked for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FunctionType
from typing import Any

from mc.formula.nodes import Definition
from mc.read.python.expressions import Expressions, Scope
from mc.read.python.relations import Relation
from mc.read.python.statements import Suite


class Definitions:
    """The definitions of a spec by name, each read when it is first asked for."""

    def __init__(self, trees: Mapping[Path, ast.Module], namespace: Mapping[str, Any]) -> None:
        self.namespace = namespace
        self._texts: dict[tuple[str, int], ast.FunctionDef] = {
            (str(file), node.lineno): node
            for file, tree in trees.items()
            for node in tree.body
            if isinstance(node, ast.FunctionDef)
        }
        self._read: dict[Callable[..., Any], Definition] = {}

    def __getitem__(self, name: str) -> Definition:
        """The definition that a name stands for in this model; :class:`SpecError` with file and line for a mistake."""
        return self.of(self.namespace[name])

    def __contains__(self, name: str) -> bool:
        return self.text(self.namespace.get(name)) is not None

    def of(self, function: Callable[..., Any]) -> Definition:
        """The definition that a function of the spec is."""
        if function not in self._read:
            text = self.text(function)
            assert isinstance(function, FunctionType) and text is not None, f"{function!r} is no definition of the spec"
            self._read[function] = self._definition(function.__code__.co_filename, text)
        return self._read[function]

    def _definition(self, file: str, node: ast.FunctionDef) -> Definition:
        reader = Expressions(self, file)
        parameters = [a.arg for a in node.args.args]
        scope = Scope({name: reader.fresh(name) for name in parameters if name not in ("s", "t")})
        body: Any
        if "t" in parameters:
            body = Relation(reader).suite(node.body, scope)
        else:
            body = Suite(reader).read(node.body, scope, lambda how, end, value: reader.returned(value, end))
        doc = ast.get_docstring(node) or ""
        return Definition(node.name, tuple(scope.names.values()), body, doc, place=reader.place(node))

    def text(self, function: Any) -> ast.FunctionDef | None:
        """The text of a function of the spec; None for anything else."""
        if not isinstance(function, FunctionType):
            return None
        return self._texts.get((function.__code__.co_filename, function.__code__.co_firstlineno))
