"""What nodes say: names, arguments, declarations."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mc.formula.nodes import Place
from mc.read.tla.scope import Parameter
from mc.read.tla.spelling import NUMBER_SETS, SPELLING
from mc.read.tla.syntax import Node, fields, part, parts, written


def count(arguments: int) -> str:
    """So many arguments, in words."""
    return "no argument" if not arguments else "1 argument" if arguments == 1 else f"{arguments} arguments"


def symbol_name(node: Node) -> str | None:
    """The name that a node is, if it is one: an identifier or the symbol of an operator."""
    if node.type in ("identifier_ref", "identifier"):
        return written(node)
    if node.type in ("infix_op_symbol", "prefix_op_symbol", "postfix_op_symbol"):
        return SPELLING[parts(node)[0].type]
    return NUMBER_SETS.get(node.type)


def applied(node: Node) -> tuple[str, list[Node]]:
    """A name and its arguments: ``Op``, ``Op(a, b)``, ``+(a, b)``."""
    if node.type == "bound_op":
        return written(part(node, "name")), fields(node, "parameter")
    if node.type == "bound_nonfix_op":
        symbol, *arguments = parts(node)
        return SPELLING[parts(symbol)[0].type], arguments
    name = symbol_name(node)
    return name or written(node), []


def parameters_of(nodes: Sequence[Node], source_place: Callable[[Node], Place]) -> tuple[Parameter, ...]:
    """Parameters and declarations: ``x``, ``F(_, _)``, ``_ + _``."""
    return tuple(Parameter(*declared(node), source_place(node)) for node in nodes)


def declared(node: Node) -> tuple[str, int]:
    """The name and the arity that a declaration gives."""
    if node.type == "identifier":
        return written(node), 0
    name = part(node, "name")
    return symbol_name(name) or written(name), sum(child.type == "placeholder" for child in parts(node))


def body_of(unit: Node) -> Node:
    """The formula of a definition, an assumption or a theorem."""
    return part(unit, "statement") if unit.type == "theorem" else parts(unit)[-1]
