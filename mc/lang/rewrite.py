"""The text of a spec as Python evaluates it: what TLA+ and Python read differently is put into other words.

Each difference is a rule for one type of node. A rule is given the node with its parts rewritten, and the node as it
was written; it returns the node to evaluate. What no rule changes is shared with the tree that was given.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from mc.lang.values import SeqValue

_Node = TypeVar("_Node", bound=ast.AST)


def sequence(*elements: Any) -> SeqValue:
    """``<<e1, e2, ...>>``"""
    return SeqValue(elements)


#: What rewritten text calls; no name of a spec is written so.
HELPERS: Mapping[str, Callable[..., Any]] = {"<<>>": sequence}


def executable(node: _Node) -> _Node:
    """A definition or an expression for Python to evaluate; the names in it must have ``HELPERS`` among them."""
    found: _Node = _rewritten(node)
    return found


def call(helper: str, arguments: list[ast.expr], place: ast.AST) -> ast.Call:
    """A call of a helper, at the place of what it stands for."""
    where = {name: getattr(place, name) for name in place._attributes if hasattr(place, name)}
    return ast.Call(ast.Name(helper, ast.Load(), **where), arguments, [], **where)


def _rewritten(part: Any) -> Any:
    if isinstance(part, list):
        items = [_rewritten(item) for item in part]
        return part if all(map(operator.is_, items, part)) else items
    if not isinstance(part, ast.AST):
        return part
    fields = {}
    for name in part._fields:
        value = getattr(part, name, None)
        new = _rewritten(value)
        if new is not value:
            fields[name] = new
    node = type(part)(**{**vars(part), **fields}) if fields else part
    rule = _RULES.get(type(part))
    return node if rule is None else rule(node, part)


def _tuple(node: ast.Tuple, written: ast.Tuple) -> ast.expr:
    """``(a, b)`` is a sequence, which counts from 1."""
    return call("<<>>", node.elts, node) if isinstance(node.ctx, ast.Load) else node


def _subscript(node: ast.Subscript, written: ast.Subscript) -> ast.Subscript:
    """The tuple in ``f[i, j]`` is none."""
    if not isinstance(written.slice, ast.Tuple):
        return node
    assert isinstance(node.slice, ast.Call)
    index = ast.copy_location(ast.Tuple(node.slice.args, ast.Load()), node.slice)
    return ast.copy_location(ast.Subscript(node.value, index, node.ctx), node)


_RULES: dict[type[ast.AST], Callable[[Any, Any], ast.AST]] = {
    ast.Tuple: _tuple,
    ast.Subscript: _subscript,
}
