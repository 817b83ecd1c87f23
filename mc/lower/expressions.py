"""Expressions that are evaluated: operators are expanded, primes pushed to variables, constants evaluated."""

from __future__ import annotations

from typing import Any

from mc.formula import standard
from mc.formula.nodes import (
    Apply,
    Bind,
    Call,
    Except,
    Expression,
    Invoke,
    Lambda,
    Let,
    Level,
    Name,
    Of,
    Recursive,
    Value,
)
from mc.lower.applications import call, check_forks, defined, invoke, name
from mc.lower.binders import bind, except_
from mc.lower.constants import MISSING
from mc.lower.enabled import enabled
from mc.lower.lowered import refuse
from mc.lower.lowering import Lowering
from mc.lower.names import Deferred, Here, Names
from mc.lower.operators import apply
from mc.lower.recursion import written


def evaluated(low: Lowering, node: Expression, names: Names, here: Here) -> Expression:
    """An expression that is evaluated where it stands."""
    low.count(node)
    found = _constant(low, node, names)
    if found is not None:
        return found
    match node:
        case Value():
            return node
        case Name():
            return name(low, node, names, here)
        case Apply(operator=standard.ENABLED):
            return enabled(low, node, names, here)
        case Apply():
            return apply(low, node, names, here)
        case Call():
            return call(low, node, names, here)
        case Invoke():
            return invoke(low, node, names, here)
        case Let():
            given = {node.name: defined(node, names, here)}
            return low.around(given, names, low.evaluated(node.body, {**names, **given}, here))
        case Bind():
            return bind(low, node, names, here, low.evaluated)
        case Except():
            return except_(low, node, names, here)
        case Lambda():
            refuse(node, "an operator is no value")
        case Recursive():
            found = written(low, node, names, here)
            assert found is not None
            return found
    raise TypeError(type(node).__name__)


def _constant(low: Lowering, node: Expression, names: Names) -> Expression | None:
    """What has a value from the start."""
    if isinstance(node, (Value, Lambda)) or (isinstance(node, Name) and node.of is not Of.CONSTANT):
        return None
    facts = low.library.analysis.facts(node)
    if facts.level is not Level.CONSTANT or facts.is_volatile:
        return None
    values: dict[str, Any] = {}
    for each in sorted(facts.names):
        meaning = names.get(each)
        if isinstance(meaning, Deferred) and low.level(meaning.node, meaning.names) is Level.CONSTANT:
            meaning.is_evaluated = True
            check_forks(meaning)
            meaning = _constant(low, meaning.node, meaning.names) or meaning
        if not isinstance(meaning, Value):
            return None
        values[each] = meaning.value
    found = low.library.constants.value(node, values)
    return None if found is MISSING else low.library.constants.literal(found, node)
