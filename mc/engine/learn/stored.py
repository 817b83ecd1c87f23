"""Values in TLA+'s normal form as the engine stores them: a record whose names are no fields of the text is a function.

In TLA+ a record is a function on strings. The engine stores the two otherwise, so the text decides which one a value
is: ``pc["a"]`` of a process, or ``m.type`` of a message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from mc.formula import facts, standard
from mc.formula import operators as op
from mc.formula.nodes import Apply, Definition, Place, Value
from mc.lang.values import FnValue, ModelValue, ModelValueSet, RecordValue, SeqValue


def field_names(definitions: Iterable[Definition]) -> frozenset[str]:
    """The names of fields in the text of definitions."""
    return frozenset(name for definition in definitions for name in _names(definition))


def _names(definition: Definition) -> Iterator[str]:
    for node in facts.walk(definition.body):
        if isinstance(node, Apply) and node.operator is op.FIELD and isinstance(node.operands[1], Value):
            yield node.operands[1].value
        elif isinstance(node, Apply) and node.operator in (op.RECORD, standard.RECORDS):
            yield from (name.value for name in node.operands[::2] if isinstance(name, Value))


def is_function(record: RecordValue, names: frozenset[str]) -> bool:
    """Whether a record is stored as a function; ``names``: those of fields."""
    return names.isdisjoint(record.fields)


def as_stored(value: Any, names: frozenset[str]) -> Any:
    """A value whose records that are functions are such."""
    if isinstance(value, ModelValueSet):
        return value
    if isinstance(value, frozenset):
        return frozenset(as_stored(element, names) for element in value)
    if isinstance(value, SeqValue):
        return SeqValue(as_stored(element, names) for element in tuple.__iter__(value))
    if isinstance(value, FnValue):
        return FnValue({as_stored(key, names): as_stored(part, names) for key, part in value.items()})
    if isinstance(value, RecordValue):
        parts = {name: as_stored(part, names) for name, part in value.fields.items()}
        return FnValue(parts) if is_function(value, names) else RecordValue(parts)
    return value


def in_order(value: Any, met: Mapping[str, int]) -> Any:
    """A set of model values in TLC's order; any other value as it is."""
    if isinstance(value, frozenset) and value and all(isinstance(element, ModelValue) for element in value):
        names = sorted((element.name for element in value), key=lambda name: (met.get(name, len(met)), name))
        return ModelValueSet("", names)
    return value


def with_values(node: Any, change: Callable[[Any], Any]) -> Any:
    """A formula, or a part of one, with other values."""
    if isinstance(node, Value):
        return replace(node, value=change(node.value))
    if isinstance(node, tuple):
        return tuple(with_values(part, change) for part in node)
    if not is_dataclass(node) or isinstance(node, (Place, type)):
        return node
    parts = {part.name: getattr(node, part.name) for part in fields(node) if part.name != "operator"}
    changed = {name: with_values(part, change) for name, part in parts.items()}
    return replace(node, **{name: part for name, part in changed.items() if part is not parts[name]})
