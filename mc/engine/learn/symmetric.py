"""Whether formulas treat some model values alike: the compiled search up to symmetry has no meaning elsewhere."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from mc.formula import facts
from mc.formula.nodes import Definition, Enter, Value
from mc.lang.values import ModelValue, ModelValueSet, rename
from mc.lower.lowered import Lowered

Renaming = Mapping[ModelValue, ModelValue]


def singled_out(lowered: Lowered, sets: Mapping[str, ModelValueSet]) -> str:
    """Where a formula singles out one of the values of symmetric sets; empty where none does.

    Actions may be about one value each, where there is one for each of them.
    """
    actions = [lowered.definitions[action.definition] for action in lowered.actions]
    about_values = {id(action) for action in actions if _values(action) is not None}
    for renaming in _exchanges(sets):
        for definition in lowered.definitions.values():
            if id(definition) in about_values:
                continue
            for node in facts.walk(definition.body):
                if isinstance(node, Value) and rename(node.value, renaming) != rename(node.value, {}):
                    return node.place.start if node.place.line else definition.name
        given = Counter(found for action in actions if (found := _values(action)) is not None)
        renamed = Counter((name, tuple(rename(v, renaming) for v in values)) for name, values in given.elements())
        if given != renamed:
            return "an action"
    return ""


def _exchanges(sets: Mapping[str, ModelValueSet]) -> Iterator[Renaming]:
    """Exchanges of two neighbours in each set, which generate the group."""
    for members in sets.values():
        for a, b in itertools.pairwise(members.members):
            yield {a: b, b: a}


def _values(action: Definition) -> tuple[str, tuple[Any, ...]] | None:
    """The definition that an action enters, and with which values; None where it is more than that."""
    body = action.body
    if not isinstance(body, Enter) or not all(isinstance(argument, Value) for argument in body.arguments):
        return None
    return body.definition, tuple(argument.value for argument in body.arguments if isinstance(argument, Value))
