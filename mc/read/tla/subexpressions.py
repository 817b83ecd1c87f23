"""References to parts of definitions: ``Op!1``, ``Op(a)!label``, ``Op!<<``, ``Op!(e)``."""

from __future__ import annotations

from collections.abc import Iterator

from mc.formula.nodes import Expression, Let
from mc.read.tla.instances import Context
from mc.read.tla.lowering import Scope
from mc.read.tla.scope import Defined, Imported, Instance, Local, Module, Symbol
from mc.read.tla.syntax import Node, fields, part, parts, written
from mc.read.tla.written import applied, body_of

#: What is passed through without a step of its own.
_TRANSPARENT = frozenset({"parentheses", "label"})


def mentions(scope: Scope, node: Node) -> bool:
    """Whether ``a!b!c`` is about a part of a definition, not a definition of an instance."""
    module: Module | None = None
    for component in parts(part(node, "prefix")):
        if component.type != "subexpr_component":
            return True
        name, _ = applied(parts(component)[0])
        found = scope.find(name) if module is None else module.exports.get(name)
        if isinstance(found, Imported):
            found = found.of
        if isinstance(found, Defined):
            return True
        if not isinstance(found, Instance):
            return False
        module = found.target
    return False


def subexpression(scope: Scope, node: Node) -> Expression:
    """The part of a definition that is meant, with the definition's parameters as they are given."""
    steps = [parts(step)[0] for step in parts(parts(node)[0])] + [
        step if node.type == "prefixed_op" else parts(step)[0] for step in parts(node)[1:]
    ]
    context: Context = scope.context
    module: Module | None = None
    symbol = None
    while symbol is None:
        if not steps:
            scope.source.refuse(node, f"{written(node)} names no part of a definition")
        first = steps.pop(0)
        name, arguments = applied(first)
        found = scope.found(name, first) if module is None else scope.exported(module, name, first)
        if isinstance(found, Symbol):
            context, found = scope.frame.uses.behind(found, context)
        if isinstance(found, Instance) and not found.parameters:
            context = scope.frame.uses.of(found, context)
            module = context.module
        elif isinstance(found, Defined) and found.node is not None:
            symbol = found
        else:
            scope.source.refuse(first, f"{name} has no parts that can be named")
    inner = Scope(scope.frame, context, symbol.module, {}, symbol.limit)
    given: list[tuple[Local, Expression]] = []
    if symbol.parameters:
        operands = scope.fitted(first, name, symbol.arities, arguments)
        for parameter, operand in zip(symbol.parameters, operands, strict=True):
            given.append((_bound(inner, parameter.name, (0,) * parameter.arity), operand))
    assert symbol.node is not None
    at = body_of(symbol.node)
    for step in steps:
        at = _taken(scope, inner, at, step, given)
    made = inner.expression(at)
    for local, operand in reversed(given):
        made = Let(local.name, operand, made, place=scope.source.place(node))
    return made


def _bound(scope: Scope, name: str, arities: tuple[int, ...] = ()) -> Local:
    local = Local(scope.frame.fresh(name), arities)
    scope.env = {**scope.env, name: local}
    return local


def _taken(scope: Scope, inner: Scope, at: Node, step: Node, given: list[tuple[Local, Expression]]) -> Node:
    """The node that one step leads to."""
    if step.type in ("identifier_ref", "bound_op"):
        name, arguments = applied(step)
        label = next((node for node in _labels(at) if written(part(node, "name")) == name), None)
        if label is None:
            scope.source.refuse(step, f"there is no label {name} in it")
        for parameter, argument in zip(fields(label, "parameter"), arguments, strict=False):
            given.append((_bound(inner, written(parameter)), scope.expression(argument)))
        return part(label, "expression")
    while at.type in _TRANSPARENT:
        at = parts(at)[-1]
    if step.type == "colon":
        return at
    if step.type == "operator_args":
        names = [n for n in _intro(at) if n.type == "identifier"]
        for name_node, argument in zip(names, parts(step), strict=False):
            given.append((_bound(inner, written(name_node)), scope.expression(argument)))
        return parts(at)[-1] if at.type != "set_map" else part(at, "map")
    number = {"langle_bracket": 1, "rangle_bracket": 2}.get(step.type) or (
        int(written(step)) if step.type == "child_id" else 0
    )
    operands = _operands(at)
    if not 1 <= number <= len(operands):
        scope.source.refuse(step, f"{written(step)} names no part: there are {len(operands)}")
    return operands[number - 1]


def _labels(node: Node) -> Iterator[Node]:
    """The labels in a formula, but for those in other labels."""
    if node.type == "label":
        yield node
        return
    for child in parts(node):
        yield from _labels(child)


def _intro(node: Node) -> list[Node]:
    """The names that a binder binds."""
    own = fields(node, "intro")
    for bound in parts(node):
        if bound.type == "quantifier_bound":
            own += fields(bound, "intro")
    return own


def _operands(node: Node) -> list[Node]:
    """What the numbers 1, 2, ... name in a formula."""
    children = parts(node)
    match node.type:
        case "bound_op":
            return fields(node, "parameter")
        case "conj_list" | "disj_list":
            return [parts(item)[1] for item in children]
        case "bound_infix_op" | "bound_prefix_op" | "bound_postfix_op":
            symbol = part(node, "symbol")
            return [child for child in children if child != symbol]
        case "let_in":
            return [part(node, "expression")]
        case "tuple_literal":
            return children[1:-1]
        case "case":
            return [child for arm in children if arm.type != "case_box" for child in _operands(arm)]
        case "case_arm" | "other_arm":
            return [child for child in children if child.type != "case_arrow"]
        case "bounded_quantification" | "set_map" | "function_literal" | "set_filter" | "choose":
            sets = [part(bound, "set") for bound in children if bound.type == "quantifier_bound"]
            return sets or fields(node, "set")
    return children
