"""``INSTANCE M WITH x <- e``: what is substituted for the constants and variables of a module."""

from __future__ import annotations

from difflib import get_close_matches

from mc.formula.nodes import Level
from mc.read.tla.lowering import Scope
from mc.read.tla.scope import Instance, Variable
from mc.read.tla.syntax import Node, fields, part, parts, written
from mc.read.tla.written import parameters_of, symbol_name


def instance_of(scope: Scope, node: Node, unit: Node | None = None, *, local: bool = False) -> Instance:
    """The INSTANCE of a node; ``unit``: the definition that gives it a name."""
    source = scope.source
    named, *substitutions = parts(node)
    target = scope.frame.uses.module(written(named), scope.module, named)
    given: dict[str, Node] = {}
    for substitution in substitutions:
        name_node, _, value = parts(substitution)
        name = symbol_name(name_node) or written(name_node)
        if name not in target.parameters:
            close = get_close_matches(name, target.parameters, 1)
            mend = f": did you mean {close[0]}?" if close else ""
            source.refuse(name_node, f"module {target.name} has no constant or variable {name}{mend}")
        if name in given:
            source.refuse(name_node, f"{name} is substituted twice: leave one of them")
        given[name] = value
    parameters = parameters_of(fields(unit, "parameter"), source.place) if unit else ()
    inner = scope.inside({})
    for parameter, parameter_node in zip(parameters, fields(unit, "parameter") if unit else (), strict=True):
        inner.bound_in(parameter.name, parameter_node, (0,) * parameter.arity)
    for name, symbol in target.parameters.items():
        if name not in given:
            if inner.find(name) is None:
                what = "variable" if isinstance(symbol, Variable) else "constant"
                source.refuse(
                    named, f"the {what} {name} of module {target.name} has no value here: add WITH {name} <- ..."
                )
        else:
            count = len(symbol.arities)
            formula = inner.operator(given[name], count) if count else inner.expression(given[name])
            most = Level.STATE if isinstance(symbol, Variable) else Level.CONSTANT
            scope.frame.limit(formula, most, f"WITH {name}")
    return Instance(
        written(part(unit, "name")) if unit else "",
        scope.module,
        source.place(unit or node),
        local,
        target=target,
        parameters=parameters,
        given=given,
    )
