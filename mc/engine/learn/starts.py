"""Initial states that are many: what Init chooses first are parameters, so that parts of them can be made at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from mc.dataclass import dataclass
from mc.engine.runtime.words import PARENT_MASK
from mc.formula import operators as op
from mc.formula import standard
from mc.formula.nodes import (
    AGAIN,
    All,
    Apply,
    Assign,
    Bound,
    Definition,
    Expression,
    Name,
    Of,
    Place,
    Some,
    Test,
    Tree,
    Value,
    With,
    conjunction,
)
from mc.lang.domains import Domain, Listed, Range
from mc.lang.enumeration import count
from mc.lang.values import RecordValue


@dataclass
class Row:
    """Init with parameters.

    What is chosen from constant sets before any condition is a parameter, of a set of records each field. Each way
    through Init is one through it with some binding of its parameters, so as many states are generated.
    """

    definition: Definition
    #: What each parameter ranges over.
    domains: dict[str, Domain] = field(default_factory=dict)
    #: By local name, values among which are all that it has, or, of numbers and parts of values, the least and largest.
    values: dict[str, Sequence[Any]] = field(default_factory=dict)

    def chosen(self) -> Mapping[str, Sequence[Any]]:
        """The values of the variables that are given what was chosen."""
        return {
            part.variable: self.values[part.value.name]
            for part in _parts(self.definition.tree)
            if isinstance(part, Assign) and isinstance(part.value, Name) and part.value.name in self.values
        }

    def without_choices(self, tree: Tree) -> Tree:
        """A tree without the choices that it begins with, which are put to the parameters."""
        match tree:
            case Some(Bound((name,), collection, condition), body) if name not in self.values:
                made = self._choice(name, collection, tree.place)
                if made is None:
                    return tree
                if condition is None:
                    body = self.without_choices(body)
                else:
                    # It is evaluated, and not walked: there is one way where it is TRUE.
                    denied = Apply(op.NOT, (condition,), place=condition.place)
                    held = Test(Apply(op.NOT, (denied,), place=condition.place), place=condition.place)
                    body = conjunction(tree.place, held, body)
                return body if isinstance(made, Name) else With(name, made, body, place=tree.place)
            case All((*before, last)) if all(isinstance(part, Assign) for part in before):
                return conjunction(tree.place, *before, self.without_choices(last))
        return tree

    def _choice(self, name: str, collection: Expression, place: Place) -> Expression | None:
        """What is chosen from a set, made of parameters; None where it is left."""
        made: Expression = Name(name, Of.LOCAL, place=place)
        fields: tuple[Expression, ...] = ()
        collections = {name: collection}
        if isinstance(collection, Apply) and collection.operator is standard.RECORDS:
            fields = collection.operands[::2]
            collections = {f"{name}{AGAIN}{n}": part for n, part in enumerate(collection.operands[1::2])}
            names = [Name(each, Of.LOCAL, place=place) for each in collections]
            operands = [part for pair in zip(fields, names, strict=True) for part in pair]
            made = Apply(op.RECORD, tuple(operands), place=place)
        found = {each: _constant(part) for each, part in collections.items()}
        known = {each: domain for each, domain in found.items() if domain is not None and count(domain)}
        if len(known) < len(found) or math.prod(map(count, [*self.domains.values(), *known.values()])) > PARENT_MASK:
            return None
        values = [_values(domain) for domain in known.values()]
        self.values[name] = _records([*map(_text, fields)], values) if fields else values[0]
        self.domains |= known
        return made


def row(definition: Definition) -> Row:
    """Init with parameters."""
    found = Row(definition)
    tree = found.without_choices(definition.tree)
    found.definition = replace(definition, parameters=(*found.domains,), body=tree)
    return found


def _parts(tree: Tree) -> Iterator[Tree]:
    """The parts of a conjunction, also of one that a LET is around."""
    if isinstance(tree, With):
        yield from _parts(tree.body)
    elif isinstance(tree, All):
        for part in tree.parts:
            yield from _parts(part)
    else:
        yield tree


def _constant(collection: Expression) -> Domain | None:
    match collection:
        case Value(frozenset() as values):
            return Listed(values)
        case Apply(op.INTERVAL, (Value(int() as low), Value(int() as high))):
            return Range(low, high)
    return None


def _values(domain: Domain) -> list[Any]:
    return [domain.lo, domain.hi] if isinstance(domain, Range) else [*domain]


def _records(names: list[str], fields: list[list[Any]]) -> list[RecordValue]:
    """Records in which each field has all its values."""
    rows = ([values[n % len(values)] for values in fields] for n in range(max(map(len, fields))))
    return [RecordValue(dict(zip(names, row, strict=True))) for row in rows]


def _text(name: Expression) -> str:
    assert isinstance(name, Value)
    found: str = name.value
    return found
