"""The symmetry of a TLA+ module: what SYMMETRY names, as TLC takes it."""

from __future__ import annotations

import math
from collections.abc import Mapping

from mc.errors import ModelError
from mc.formula.nodes import Apply, Bind, Call, Expression
from mc.interpreter.interpreter import Interpreter
from mc.lang.text import to_tla
from mc.lang.values import FnValue, ModelValue

Permutation = Mapping[ModelValue, ModelValue]


def group(interpreter: Interpreter, warnings: list[str]) -> list[Permutation]:
    """The group that the symmetry of the model generates, without the identity; empty where there is none.

    TLC drops a symmetry whose definition applies an operator to at least as many operands as there are permutations:
    it takes each operand for a set with one element (``tlc2.tool.impl.Tool.getSymmetryPerms``). :class:`ModelError`
    where it is no set of permutations of model values.
    """
    name = interpreter.spec.symmetry
    if name is None:
        return []
    definition = interpreter.spec.definitions[name]
    functions = interpreter.value(name)
    place = definition.place.start
    try:
        elements = list(functions)
    except TypeError:
        raise ModelError(f"{place}: SYMMETRY {name} is not a set of permutations, but {to_tla(functions)}") from None
    if not elements:
        raise ModelError(f"{place}: SYMMETRY {name} is empty; name a set of permutations")
    for element in elements:
        if not isinstance(element, FnValue):
            raise ModelError(f"{place}: SYMMETRY {name} is a set of permutations, and {to_tla(element)} is none")
    if _operands(definition.expression) >= len(elements):
        message = f"the symmetry {name} is not used, for TLC takes its parts for sets with one element"
        warnings.append(f"{place}: {message}; write it with Permutations(S), or name it by a second definition")
        return []
    return _closed([_permutation(element, name, place) for element in elements])


def whole_sets(permutations: list[Permutation]) -> list[frozenset[ModelValue]] | None:
    """The sets of which a group has all renamings, and no others; None where it is another group."""
    moved = {value for permutation in permutations for value in permutation}
    orbits = {frozenset(p.get(value, value) for p in [{}, *permutations]) for value in moved}
    size = math.prod(math.factorial(len(members)) for members in orbits)
    return list(orbits) if size == len(permutations) + 1 else None


def _operands(body: Expression) -> int:
    match body:
        case Apply(operands=operands) | Call(arguments=operands):
            return len(operands)
        case Bind():
            return 1
    return 0


def _permutation(function: FnValue, name: str, place: str) -> dict[ModelValue, ModelValue]:
    found = dict(function.items())
    for key, value in found.items():
        if not isinstance(key, ModelValue) or not isinstance(value, ModelValue):
            wrong = to_tla(key if not isinstance(key, ModelValue) else value)
            raise ModelError(f"{place}: SYMMETRY {name} permutes model values only, and {wrong} is none")
    if set(found) != set(found.values()):
        raise ModelError(f"{place}: SYMMETRY {name} has {to_tla(function)} in it, which is no permutation")
    return {key: value for key, value in found.items() if key is not value}


def _closed(generators: list[dict[ModelValue, ModelValue]]) -> list[Permutation]:
    """All products of the generators, but for the identity."""
    found = {frozenset(one.items()): one for one in generators if one}
    todo = list(found.values())
    while todo:
        first = todo.pop()
        for second in generators:
            moved = {key: second.get(first.get(key, key), first.get(key, key)) for key in {*first, *second}}
            product = {key: value for key, value in moved.items() if key is not value}
            if product and frozenset(product.items()) not in found:
                found[frozenset(product.items())] = product
                todo.append(product)
    return list(found.values())
