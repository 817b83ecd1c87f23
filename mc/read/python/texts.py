"""The definitions of a spec as they stand in its files, found by the names that the spec calls them by."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from types import FunctionType
from typing import Any

from mc.dataclass import dataclass
from mc.errors import SpecError
from mc.read.text import walk


@dataclass(frozen=True, eq=False)
class Text:
    """A definition as it was written."""

    node: ast.FunctionDef
    file: Path

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes of its tree."""
        return walk(self.node)

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(argument.arg for argument in self.node.args.args)

    @property
    def states(self) -> tuple[str, ...]:
        """Those of the first parameters that are states."""
        return tuple(name for name in self.parameters[:2] if name in ("s", "t"))

    @property
    def primed(self) -> bool:
        """Whether it is given the primed state, and so may write it."""
        return "t" in self.parameters

    def error(self, message: str, line: int) -> SpecError:
        return SpecError(message, str(self.file), line)


class Definitions:
    """All definitions at the top of the files of a spec, under the names that they have once substitutions are made."""

    def __init__(self, trees: Mapping[Path, ast.Module], namespace: Mapping[str, Any]) -> None:
        self.namespace = namespace
        self._texts = {
            (str(file), node.lineno): Text(node, file)
            for file, tree in trees.items()
            for node in tree.body
            if isinstance(node, ast.FunctionDef)
        }

    def __iter__(self) -> Iterator[Text]:
        return iter(self._texts.values())

    def of(self, function: Any) -> Text | None:
        """The text of what a name of the spec stands for; None where that is no definition."""
        if not isinstance(function, FunctionType):
            return None
        return self._texts.get((function.__code__.co_filename, function.__code__.co_firstlineno))

    def called(self, call: ast.Call) -> Text | None:
        """The definition that a call is one of; None where it calls something else."""
        return self.of(self.namespace.get(call.func.id)) if isinstance(call.func, ast.Name) else None

    def is_value(self, text: Text) -> bool:
        """Whether a definition is of constant level without parameters: it stands for a value from the start."""
        return text.parameters in ((), ("s",)) and not any(map(_reads, self._used(text)))

    def _used(self, text: Text) -> list[Text]:
        """A definition, and those that it uses."""
        found = [text]
        for user in found:
            calls = (self.called(part) for part in user.nodes if isinstance(part, ast.Call))
            found += {called: None for called in calls if called is not None and called not in found}
        return found


def _reads(text: Text) -> bool:
    """Whether a definition has a variable in its own text."""
    return any(isinstance(part, ast.Attribute) and root(part) == ("s", True) for part in text.nodes)


def root(node: ast.expr) -> tuple[str | None, bool]:
    """The name that a chain of attributes and subscripts starts from, and whether it is a chain."""
    chain = False
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node, chain = node.value, True
    return (node.id if isinstance(node, ast.Name) else None), chain
