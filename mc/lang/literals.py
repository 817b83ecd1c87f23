"""Sequences in the text of a spec: ``(a, b)`` means ``<<a, b>>``, which counts from 1."""

from __future__ import annotations

import ast
import operator
from typing import Any, TypeVar

from mc.lang.values import SeqValue

#: What a literal is called in the text that Python evaluates; no name of a spec is written so.
SEQUENCE = "<<>>"

_Node = TypeVar("_Node", bound=ast.AST)


def sequence(*elements: Any) -> SeqValue:
    """``<<e1, e2, ...>>``"""
    return SeqValue(elements)


def with_sequences(node: _Node) -> _Node:
    """A definition or an expression in which the tuples that are values are sequences, for Python to evaluate.

    It shares with the one given whatever is the same in both. The names in it must have ``SEQUENCE`` among them, for
    :func:`sequence`. The tuple in ``f[i, j]`` is none.
    """
    found: _Node = _replaced(node)
    return found


def _replaced(part: Any, is_index: bool = False) -> Any:
    if isinstance(part, list):
        items = [_replaced(item) for item in part]
        return part if all(map(operator.is_, items, part)) else items
    if not isinstance(part, ast.AST):
        return part
    fields = {}
    for name in part._fields:
        value = getattr(part, name, None)
        new = _replaced(value, name == "slice" and isinstance(part, ast.Subscript))
        if new is not value:
            fields[name] = new
    if isinstance(part, ast.Tuple) and isinstance(part.ctx, ast.Load) and not is_index:
        place = {name: getattr(part, name) for name in part._attributes if hasattr(part, name)}
        return ast.Call(ast.Name(SEQUENCE, ast.Load(), **place), fields.get("elts", part.elts), [], **place)
    return type(part)(**{**vars(part), **fields}) if fields else part
