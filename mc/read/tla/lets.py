"""``LET definitions IN body``"""

from __future__ import annotations

from collections.abc import Sequence

from mc.formula.nodes import Bind, Binder, Expression, Lambda, Let, Place, Recursive
from mc.read.tla.bounds import bounded
from mc.read.tla.lowering import Scope
from mc.read.tla.scope import Local
from mc.read.tla.syntax import Node, Source, fields, part, parts, refuse, written
from mc.read.tla.withs import instance_of
from mc.read.tla.written import count, declared, symbol_name


def let(scope: Scope, node: Node) -> Expression:
    """The formula of a LET: a node for each of its definitions, in order."""
    inner = scope.inside({})
    announced: dict[str, Local] = {}
    made: list[tuple[Local, Expression, Place]] = []
    for unit in fields(node, "definitions"):
        place = scope.source.place(unit)
        if unit.type == "recursive_declaration":
            for declaration in parts(unit):
                name, arity = declared(declaration)
                announced[name] = inner.bound_in(name, declaration, (0,) * arity, is_defined=True)
        elif unit.type == "module_definition":
            _add_instance(inner, unit)
        elif unit.type == "function_definition":
            called = written(part(unit, "name"))
            local, value = function(inner, unit, announced.pop(called, None))
            inner.env = {**inner.env, called: local}
            made.append((local, value, place))
        else:
            local, value = _operator(inner, unit, announced)
            made.append((local, value, place))
    for name, local in announced.items():
        refuse(local.place, f"RECURSIVE {name} has no definition in its LET: add it, or take this away")
    body = inner.expression(part(node, "expression"))
    for local, value, place in reversed(made):
        body = Let(local.name, value, body, place=place)
    return body


def _operator(scope: Scope, unit: Node, announced: dict[str, Local]) -> tuple[Local, Expression]:
    """``name(parameters) == value``; the name is known in the scope from then on."""
    name_node, parameters = part(unit, "name"), fields(unit, "parameter")
    name = symbol_name(name_node) or written(name_node)
    arities = tuple(declared(p)[1] for p in parameters)
    known = announced.pop(name, None)
    if known is not None:
        check_announced(scope.source, name_node, len(known.arities), arities)
        known.arities = arities
    local = known or scope.bind(name, name_node, arities, is_defined=True)
    value = lambda_of(scope, unit, parameters) if parameters else scope.expression(part(unit, "definition"))
    scope.env = {**scope.env, name: local}
    return local, value


def check_announced(source: Source, node: Node, announced: int, arities: Sequence[int]) -> None:
    """Refuses a definition with other parameters than RECURSIVE has announced."""
    if announced != len(arities):
        source.refuse(node, f"RECURSIVE announces {count(announced)}, the definition has {count(len(arities))}")


def lambda_of(scope: Scope, unit: Node, parameters: Sequence[Node]) -> Lambda:
    """The operator that a definition with parameters defines."""
    inner = scope.inside({})
    names = []
    for parameter in parameters:
        name, arity = declared(parameter)
        names.append(inner.bound_in(name, parameter, (0,) * arity).name)
    return Lambda(tuple(names), inner.expression(part(unit, "definition")), place=scope.source.place(unit))


def function(scope: Scope, unit: Node, announced: Local | None = None) -> tuple[Local, Expression]:
    """The local name and the value of ``name[bounds] == body``; the body can mention the name."""
    name = part(unit, "name")
    inner = scope.inside({})
    local = announced or inner.bind(written(name), name)
    bounds = bounded(scope, [child for child in parts(unit) if child.type == "quantifier_bound"])
    inner = bounds.scope
    inner.env = {**inner.env, written(name): local}
    place = scope.source.place(unit)
    used = local.used
    local.used = False
    made = Bind(Binder.FUNCTION, bounds.bounds, bounds.body(part(unit, "definition")), place=place)
    recursive, local.used = local.used, used
    return local, Recursive(local.name, made, place=place) if recursive else made


def _add_instance(scope: Scope, unit: Node) -> None:
    """``name == INSTANCE M`` in a LET."""
    name = part(unit, "name")
    scope.bind(written(name), name)
    instance = instance_of(scope, part(unit, "definition"), unit)
    instance.around, instance.order = dict(scope.env), scope.limit
    scope.env = {**scope.env, instance.name: instance}
