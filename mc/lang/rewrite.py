"""The text of a spec as Python evaluates it: what TLA+ and Python read differently is put into other words.

Each difference is a rule for one type of node. A rule is given the node with its parts rewritten, and the node as it
was written; it returns the node to evaluate. What no rule changes is shared with the tree that was given.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from mc.errors import EvaluationError
from mc.lang.state import NextState, drafted
from mc.lang.values import SeqValue

_Node = TypeVar("_Node", bound=ast.AST)


def sequence(*elements: Any) -> SeqValue:
    """``<<e1, e2, ...>>``"""
    return SeqValue(elements)


def disjunction(t: NextState, *parts: Any) -> bool:
    """``A \\/ B`` of steps: those after one that holds are tried as well, on a primed state that is thrown away.

    ``parts``: the text of each, and the part itself as a function of the primed state.
    :class:`EvaluationError` where two hold: each is a step of its own, and this call can make one only.
    """
    before, held = drafted(t), ""
    for text, part in zip(parts[::2], parts[1::2], strict=True):
        if not part(drafted(before) if held else t):
            continue
        if held:
            raise EvaluationError(
                f"`{held}` and `{text}` both hold here, and each is a step of its own: write them as rows of Next, or "
                "with guards that exclude each other"
            )
        held = text
    return bool(held)


#: What rewritten text calls; no name of a spec is written so.
HELPERS: Mapping[str, Callable[..., Any]] = {"<<>>": sequence, "\\/": disjunction}


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


def is_step(node: ast.AST) -> bool:
    """Whether a node is a call that is given the primed state, and so may write it."""
    return isinstance(node, ast.Call) and any(isinstance(given, ast.Name) and given.id == "t" for given in node.args)


def has_step(node: ast.AST) -> bool:
    """Whether there is such a call in a part of a definition."""
    return any(map(is_step, ast.walk(node)))


def _or(node: ast.BoolOp, written: ast.BoolOp) -> ast.expr:
    """A disjunction of steps; Python would leave out those after the first that holds."""
    if not isinstance(node.op, ast.Or) or not has_step(written):
        return node
    given: list[ast.expr] = [ast.Name("t", ast.Load())]
    for part, text in zip(node.values, written.values, strict=True):
        arguments = ast.arguments([], [ast.arg("t")], None, [], [], None, [])
        given += [ast.Constant(ast.unparse(text)), ast.Lambda(arguments, part)]
    return ast.fix_missing_locations(call("\\/", given, node))


_RULES: dict[type[ast.AST], Callable[[Any, Any], ast.AST]] = {
    ast.BoolOp: _or,
    ast.Tuple: _tuple,
    ast.Subscript: _subscript,
}
