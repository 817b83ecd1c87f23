"""The kinds of values that operators take: of which kind a translated value is, and which rule is for which kinds."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import NoReturn

from mc.dataclass import dataclass
from mc.engine.store.kinds import all_kinds
from mc.engine.store.shapes import BagShape, FnShape, OptionalShape, SeqShape, Shape, SortedSetShape
from mc.engine.store.tuples import TupleShape
from mc.engine.translate.codes import as_number, as_present, said, settle
from mc.engine.translate.kinds import form_of, join, natural_shape
from mc.engine.translate.values import (
    Asked,
    Builder,
    Const,
    Num,
    Packed,
    StateRef,
    Stored,
    Value,
)
from mc.engine.translate.writer import Writer
from mc.formula import operators as op
from mc.formula.nodes import Apply
from mc.formula.operators import Operator
from mc.lang.domains import Domain, Range
from mc.lang.kinds import kind
from mc.lang.values import BagValue, FnValue, SeqValue, as_sequence

#: Kinds of values, as :mod:`mc.lang.kinds` calls them; a bag has a name of its own here, and so has a domain.
Kinds = frozenset[str]
NUMBER: Kinds = frozenset(("a number",))
BOOLEAN: Kinds = frozenset(("a Boolean",))
STRING: Kinds = frozenset(("a string",))
MODEL_VALUE: Kinds = frozenset(("a model value",))
SET: Kinds = frozenset(("a set",))
RECORD: Kinds = frozenset(("a record",))
FUNCTION: Kinds = frozenset(("a function",))
SEQUENCE: Kinds = frozenset(("a sequence",))
BAG: Kinds = frozenset(("a bag",))
#: What is no value, but may stand behind ``\\in``: ``Seq(S)``, ``Nat``.
DOMAIN: Kinds = frozenset(("a domain",))
#: The kinds of values of the guide.
VALUES: Sequence[Kinds] = (NUMBER, BOOLEAN, STRING, MODEL_VALUE, SET, RECORD, FUNCTION, SEQUENCE, BAG)
ANY: Kinds = frozenset().union(*VALUES)
#: What has members: of a bag, its different elements.
MEMBERS: Kinds = SET | BAG | DOMAIN
#: What is ranged over.
RANGED: Kinds = MEMBERS | SEQUENCE


@dataclass(frozen=True)
class Row:
    """A rule, and the kinds of operands that it is for; of an operator with any number of them, that of each."""

    operands: tuple[Kinds, ...]
    #: It is called with the writer, the node and the operands.
    rule: Callable[..., Value]
    #: How TLA+ spells the operator where it is applied to these, if not as always.
    tla: str = ""
    #: Whether the rule evaluates the operands itself, perhaps not all of them. It is called without them.
    whole: bool = False


def kinds_of(w: Writer, value: Value) -> Kinds:
    """The kinds that a value may be of. A function over ``1..n`` is a sequence, too."""
    if isinstance(value, Const):
        return _kinds_of_constant(value.value)
    if isinstance(value, Asked):
        return DOMAIN
    form = form_of(value)
    if form is not None:
        return frozenset((form,))
    return frozenset() if isinstance(value, StateRef) else kinds_of_shape(natural_shape(w, value))


def _kinds_of_constant(value: object) -> Kinds:
    if isinstance(value, Domain) and not (isinstance(value, Range) and value.hi is not None):
        return DOMAIN
    if isinstance(value, FnValue):
        bag = isinstance(value, BagValue)
        found = FUNCTION if not bag or not value else frozenset()
        return found | (BAG if bag else frozenset()) | (SEQUENCE if found and as_sequence(value) is not None else found)
    return frozenset((kind(value),))


def kinds_of_shape(shape: Shape) -> Kinds:
    """The kinds of the values of a shape."""
    if isinstance(shape, OptionalShape):
        return kinds_of_shape(shape.inner) | {kind(shape.none)}
    if isinstance(shape, BagShape) and not isinstance(shape, SortedSetShape):
        return BAG
    return frozenset(all_kinds(shape)) | (SEQUENCE if isinstance(shape, FnShape) and shape.sequence else frozenset())


def chosen(w: Writer, rows: Sequence[Row], node: Apply, operands: Sequence[Value]) -> tuple[Row, list[Value]]:
    """The first row that is for such operands, and the operands as its rule takes them."""
    given = [kinds_of(w, operand) for operand in operands]
    for row in rows:
        if not any(kinds.isdisjoint(wanted) for kinds, wanted in zip(given, row.operands, strict=True)):
            return row, [_taken(w, node.operator, *pair) for pair in zip(operands, row.operands, strict=True)]
    refuse(w, node.operator, accepted(rows), operands)


def _taken(w: Writer, operator: Operator, value: Value, wanted: Kinds) -> Value:
    """A value where some kinds are wanted: one that may be absent is there, and a function over ``1..n`` a sequence."""
    if isinstance(value, Const):
        if wanted == SEQUENCE and isinstance(value.value, FnValue):
            return Const(SeqValue(value.value[k] for k in range(1, len(value.value) + 1)))
        return value
    if not isinstance(value, (Packed, Stored, Builder)) or (isinstance(value, Builder) and value.loop is not None):
        return value
    shape = natural_shape(w, value)
    if isinstance(shape, OptionalShape) and kind(shape.none) not in wanted:
        present = as_present(w, value)
        return value if present is value else _taken(w, operator, present, wanted)
    if wanted == SEQUENCE and isinstance(shape, FnShape):
        return settle(w, value, SeqShape(shape.element, len(shape.keys)))
    if wanted == SEQUENCE and isinstance(shape, TupleShape) and operator is not op.INDEX:
        return settle(w, value, SeqShape(join(w, [*shape.fields.values()]), len(shape.fields)))
    return value


def refuse(w: Writer, operator: Operator, takes: str, operands: Sequence[Value]) -> NoReturn:
    """Refuse operands of kinds that an operator is not for."""
    w.refuse(f"{operator.symbol} takes {takes}, not {', and '.join(said(w, operand) for operand in operands)}")


def ranged(w: Writer, value: Value) -> Value:
    """A value that is ranged over; in the text of TLA+ it is a set."""
    if w.module.spec.met is not None and kinds_of(w, value).isdisjoint(SET | DOMAIN):
        w.refuse(f"only a set is ranged over, not {said(w, value)}")
    return value


def number_in(w: Writer, value: Value, what: str) -> Num:
    """A part of an operand that is a number; ``what``: that others are not taken, in words."""
    if kinds_of(w, value).isdisjoint(NUMBER):
        w.refuse(f"{what}, not of {said(w, value)}")
    return as_number(w, value)


def accepted(rows: Sequence[Row]) -> str:
    """What an operator takes, in words: ``two numbers or two sets``."""
    if all(len(row.operands) == 1 for row in rows):
        return kinds_text(frozenset().union(*(row.operands[0] for row in rows)))
    *most, last = dict.fromkeys(row_text(row) for row in rows)
    if any(" and " in text for text in (*most, last)):
        return "; or ".join(("; ".join(most), last)) if most else last
    return f"{', '.join(most)} or {last}" if most else last


def row_text(row: Row) -> str:
    """The kinds of operands that a row is for, in words."""
    runs = [(kinds, len(list(run))) for kinds, run in itertools.groupby(row.operands)]
    return " and ".join(kinds_text(kinds) if n == 1 else f"two {plural(kinds)}" for kinds, n in runs)


def kinds_text(kinds: Kinds) -> str:
    """Some kinds in words."""
    if kinds == ANY:
        return "any value"
    *most, last = (name for names in (*VALUES, DOMAIN) for name in names & kinds)
    return f"{', '.join(most)} or {last}" if most else last


def plural(kinds: Kinds) -> str:
    """Several values of one kind in words, or of any."""
    return "values" if kinds == ANY else f"{kinds_text(kinds).split(maxsplit=1)[1]}s"
