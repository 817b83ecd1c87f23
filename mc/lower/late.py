"""Conditions that stand after an assignment: code for them would leave what it has written to the next way."""

from __future__ import annotations

from collections.abc import Mapping

from mc.formula.nodes import All, Assign, Definition, Either, Enter, If, Some, Test, Tree, Value, With


def late(tree: Tree, definitions: Mapping[str, Definition]) -> Tree | None:
    """A part of a tree that may end a way on which a variable has its next value already; None where there is none."""
    return _late(tree, False, definitions)[1]


def _late(tree: Tree, written: bool, definitions: Mapping[str, Definition]) -> tuple[bool, Tree | None]:
    """Whether something is assigned after the tree, and the part that is looked for."""
    match tree:
        case Assign():
            return True, None
        case Test():
            return written, tree if written else None
        case All(parts=parts):
            for part in parts:
                written, found = _late(part, written, definitions)
                if found is not None:
                    return written, found
            return written, None
        case Either(parts=parts):
            if written and not parts:
                return written, tree
            return _among(parts, written, definitions)
        case If(then=then, otherwise=otherwise):
            return _among((then, otherwise), written, definitions)
        case Some(bound=bound, body=body):
            known = isinstance(bound.collection, Value) and bound.condition is None and bool(bound.collection.value)
            return (written, tree) if written and not known else _late(body, written, definitions)
        case With(body=body):
            return _late(body, written, definitions)
        case Enter(definition=name):
            return _late(definitions[name].tree, written, definitions)
    return True, tree


def _among(parts: tuple[Tree, ...], written: bool, definitions: Mapping[str, Definition]) -> tuple[bool, Tree | None]:
    after = written
    for part in parts:
        ends, found = _late(part, written, definitions)
        if found is not None:
            return ends, found
        after = after or ends
    return after, None
