"""``INSTANCE M WITH x <- e``: what is substituted for the constants and variables of a module."""

from __future__ import annotations

from difflib import get_close_matches

from mc.formula.nodes import Expression, Level
from mc.read.tla.lowering import Scope
from mc.read.tla.scope import Instance, Symbol, Variable
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
        count = len(symbol.arities)
        if name in given:
            formula = inner.operator(given[name], count) if count else inner.expression(given[name])
        else:
            formula = _of_the_same_name(inner, symbol, named)
        most = Level.STATE if isinstance(symbol, Variable) else Level.CONSTANT
        if not target.is_constant:
            scope.frame.limit(formula, most, f"WITH {name} <- {name}" if name not in given else f"WITH {name}")
    return Instance(
        written(part(unit, "name")) if unit else "",
        scope.module,
        source.place(unit or node),
        local,
        target=target,
        parameters=parameters,
        given=given,
    )


def _of_the_same_name(scope: Scope, symbol: Symbol, node: Node) -> Expression:
    """What is substituted for a constant or a variable of which WITH says nothing."""
    found, place, count = scope.find(symbol.name), scope.source.place(node), len(symbol.arities)
    if found is None or len(found.arities) != count:
        what = "variable" if isinstance(symbol, Variable) else "constant"
        mend = f"add WITH {symbol.name} <- ..."
        scope.source.refuse(node, f"the {what} {symbol.name} of module {symbol.module.name} has no value here: {mend}")
    if count:
        return scope.eta(found.arities, lambda operands: scope.apply(found, operands, place), place)
    return scope.apply(found, (), place)
