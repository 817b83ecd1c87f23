"""Loops over sets: what comes out of one must not depend on the order of its elements, for sets have none."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from mc.spec.definitions import Text
from mc.spec.kinds import Kind, element, kind


def is_ordered(text: Text, loop: ast.For, namespace: Mapping[str, Any]) -> bool:
    """Whether a loop is over numbers ``lo..hi`` or a sequence, which are gone through in order."""
    found = kind(loop.iter, locals_of(text, namespace), namespace)
    return found is not None and found.name in ("interval", "sequence")


def locals_of(text: Text, namespace: Mapping[str, Any]) -> dict[str, Kind | None]:
    """What is known of the parameters and locals of a definition: those always of one kind."""
    names: dict[str, Kind | None] = dict.fromkeys(text.parameters)
    given: dict[str, list[tuple[ast.expr, bool]]] = {}
    for part in ast.walk(text.node):
        if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
            given.setdefault(part.targets[0].id, []).append((part.value, False))
        elif isinstance(part, ast.For) and isinstance(part.target, ast.Name):
            given.setdefault(part.target.id, []).append((part.iter, True))
    names |= dict.fromkeys(given)
    for _ in given:  # one may be made of another
        for name, values in given.items():
            if name not in text.parameters:
                kinds = {element(found) if inside else found for found, inside in _kinds(values, names, namespace)}
                kinds.discard(None)
                names[name] = kinds.pop() if len(kinds) == 1 else None
    return names


def _kinds(
    values: list[tuple[ast.expr, bool]], names: Mapping[str, Kind | None], namespace: Mapping[str, Any]
) -> list[tuple[Kind | None, bool]]:
    return [(kind(value, names, namespace), inside) for value, inside in values]
