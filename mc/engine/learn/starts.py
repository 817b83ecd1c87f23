"""Initial states that are many: what Init chooses first are parameters, so that parts of them can be made at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from mc.engine.runtime.words import PARENT_MASK
from mc.formula import operators as op
from mc.formula.nodes import All, Apply, Assign, Bound, Definition, Expression, Name, Some, Tree, Value, conjunction
from mc.lang.domains import Domain, Listed, Range
from mc.lang.enumeration import count


def row(definition: Definition) -> tuple[Definition, Mapping[str, Domain]]:
    """Init with parameters, and what each ranges over.

    What is chosen from constant sets before any condition is a parameter. Each way through Init is one through it with
    some binding of its parameters, so as many states are generated.
    """
    domains: dict[str, Domain] = {}
    tree = _without_choices(definition.tree, domains)
    return replace(definition, parameters=(*domains,), body=tree), domains


def chosen_values(definition: Definition) -> Mapping[str, Iterable[Any]]:
    """By variable, the values that it has where Init chooses them as above; of an interval the ends."""
    made, domains = row(definition)
    parts = made.tree.parts if isinstance(made.tree, All) else (made.tree,)
    found: dict[str, Iterable[Any]] = {}
    for part in parts:
        if not isinstance(part, Assign):
            break
        if isinstance(part.value, Name) and part.value.name in domains:
            domain = domains[part.value.name]
            found[part.variable] = (domain.lo, domain.hi) if isinstance(domain, Range) else domain
    return found


def _without_choices(tree: Tree, domains: dict[str, Domain]) -> Tree:
    """A tree without the choices that it begins with, which are put to ``domains``."""
    match tree:
        case Some(Bound((name,), collection, None), body) if name not in domains:
            domain = _constant(collection)
            if domain is not None and count(domain) * math.prod(map(count, domains.values())) <= PARENT_MASK:
                domains[name] = domain
                return _without_choices(body, domains)
        case All((*before, last)) if all(isinstance(part, Assign) for part in before):
            return conjunction(tree.place, *before, _without_choices(last, domains))
    return tree


def _constant(collection: Expression) -> Domain | None:
    match collection:
        case Value(frozenset() as values):
            return Listed(values)
        case Apply(op.INTERVAL, (Value(int() as low), Value(int() as high))):
            return Range(low, high)
    return None
