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
    """A definition or an expression in which the tuples that are values are sequences, for Python to evaluate.

    The names in it must have ``SEQUENCE`` among them, for :func:`sequence`. The tuple in ``f[i, j]`` is none.
    """
    changed: _Node = _Sequences().visit(node)
    return ast.fix_missing_locations(changed)


class _Sequences(ast.NodeTransformer):
    def visit_Tuple(self, node: ast.Tuple) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load):
            return node
        return ast.copy_location(ast.Call(ast.Name(SEQUENCE, ast.Load()), node.elts, []), node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        index = node.slice
        self.generic_visit(node)
        if isinstance(index, ast.Tuple):
            node.slice = ast.copy_location(ast.Tuple(index.elts, ast.Load()), index)
        return node
