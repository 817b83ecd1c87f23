"""Sequences in the text of a spec: ``(a, b)`` means ``<<a, b>>``, which counts from 1."""

from __future__ import annotations

import ast
from typing import Any, TypeVar

from mc.lang.values import SeqValue

#: What a literal is called in the text that Python evaluates; no name of a spec is written so.
SEQUENCE = "<<>>"

_Node = TypeVar("_Node", bound=ast.AST)


def sequence(*elements: Any) -> SeqValue:
    """``<<e1, e2, ...>>``"""
    return SeqValue(elements)


def with_sequences(node: _Node) -> _Node:
    """A copy of a definition or an expression in which the tuples that are values are sequences, for Python to
    evaluate.

    The names in it must have ``SEQUENCE`` among them, for :func:`sequence`. The tuple in ``f[i, j]`` is none.
    """
    copied: _Node = _copy(node)
    return ast.fix_missing_locations(copied)


def _copy(part: Any, is_index: bool = False) -> Any:
    if isinstance(part, list):
        return [_copy(item) for item in part]
    if not isinstance(part, ast.AST):
        return part
    fields = {
        name: _copy(value, isinstance(part, ast.Subscript) and name == "slice") for name, value in ast.iter_fields(part)
    }
    if isinstance(part, ast.Tuple) and isinstance(part.ctx, ast.Load) and not is_index:
        return ast.copy_location(ast.Call(ast.Name(SEQUENCE, ast.Load()), fields["elts"], []), part)
    return ast.copy_location(type(part)(**fields), part)
