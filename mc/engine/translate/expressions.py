"""Expressions of a spec: what each form of formula becomes, and the operators that are not of sets alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from mc.engine.code.build import all_of, any_of, chosen, computed, local
from mc.engine.code.nodes import Bit, Code, Word, number, related, truth
from mc.engine.code.statements import Assign, If, Statement
from mc.engine.store.kinds import described
from mc.engine.store.places import Place
from mc.engine.store.shapes import (
    AtomShape,
    BagShape,
    BoolShape,
    FnShape,
    IntShape,
    RecordShape,
    SeqShape,
    Shape,
    UnionShape,
)
from mc.engine.store.storage import encodable, is_set
from mc.engine.store.tuples import TupleShape
from mc.engine.translate.arguments import argument_code
from mc.engine.translate.codes import as_code, as_number, as_truth, decided, named
from mc.engine.translate.convert import clear, part_at, place_of
from mc.engine.translate.equality import connect, equal
from mc.engine.translate.kinds import join, natural_shape, shape_of_all, told
from mc.engine.translate.membership import copies_of
from mc.engine.translate.values import (
    Const,
    Interval,
    Num,
    Packed,
    StateRef,
    Stored,
    Truth,
    Tuple,
    Value,
    exact,
)
from mc.engine.translate.writer import Writer
from mc.formula import operators as op
from mc.formula.nodes import Apply, Binder, Bound, Expression, Name, Of, as_written
from mc.formula.nodes import Value as Literal
from mc.lang.values import BagValue

MISSING = object()
_OUTSIDE = "an index is outside of the sequence"


def known_value(w: Writer, node: Expression) -> Any:
    """The value of an expression that depends on constants only."""
    if isinstance(node, Literal):
        return node.value
    fact = w.module.facts.of(node)
    if fact.reads:
        return MISSING
    names = {}
    for name in fact.free:
        value = w.scope.get(name)
        if not isinstance(value, Const):
            return MISSING
        names[name] = value.value
    try:
        return w.module.spec.interpreter.evaluate(node, (), names)
    except Exception:
        return MISSING  # left to be found where, and if, a state makes it evaluated


#: What a binder makes of no elements.
OF_NONE: Mapping[Binder, Any] = {
    Binder.FORALL: True,
    Binder.EXISTS: False,
    Binder.SET: frozenset(),
    Binder.SEQUENCE: (),
    Binder.FUNCTION: (),
    Binder.SUM: 0,
}


def never(w: Writer, bounds: Sequence[Bound]) -> bool:
    """Whether one of the sets that are ranged over is known to be empty: nobody can tell of what it is a set."""
    sets = [known_value(w, bound.collection) for bound in bounds]
    return any((is_set(known) or isinstance(known, (tuple, BagValue))) and not known for known in sets)


# Names, fields, application


def named_value(w: Writer, node: Name) -> Value:
    """A local name or a variable."""
    if node.of is Of.LOCAL:
        return w.scope[node.name]
    if node.of is not Of.VARIABLE or w.state is None:
        w.refuse(f"{as_written(node.name)} has no value here")
    return variable_of(w, w.state, node.name)


def variable_of(w: Writer, state: StateRef, name: str) -> Stored:
    """A variable of a state."""
    shape = w.module.layout.fields.get(name)
    if shape is None:
        w.refuse(f"the spec has no variable {name!r}")
    return Stored(Place(state.pointer).at(w.module.layout.offsets[name]), shape)


def field_of(w: Writer, node: Apply, value: Value, part: Value) -> Value:
    """``value.name``"""
    if not isinstance(part, Const):
        w.refuse("which field of a record this is depends on the state")
    name, shape = part.value, natural_shape(w, value)
    if isinstance(shape, RecordShape) and name in shape.fields:
        return part_at(w, place_of(w, value).at(shape.offsets[name]), shape.fields[name])
    if isinstance(shape, UnionShape):
        return union_field(w, place_of(w, value), shape, name, getattr(value, "tags", None))
    w.refuse(f"{described(shape)}, has no field {name!r}")


def union_field(w: Writer, place: Place, shape: UnionShape, name: str, tags: frozenset[int] | None = None) -> Value:
    if name == shape.tag:
        return part_at(w, place, shape.tags)
    found: dict[tuple[int, Any], list[int]] = {}
    for tag, kind in enumerate(shape.kinds):
        if name in kind.fields:
            found.setdefault((kind.offsets[name], kind.fields[name].key), []).append(tag)
    if not found:
        w.refuse(f"no kind of record here has a field {name!r}")
    holders = sorted(number for numbers in found.values() for number in numbers)
    if not set(tags or range(len(shape.kinds))) <= set(holders):
        code = place.load(shape.tags)
        w.fail_if(all_of(code.ne(k) for k in holders), f"the record has no field {name}")
    parts = []
    for (offset, _), numbers in found.items():
        field = shape.kinds[numbers[0]].fields[name]
        parts.append((numbers, part_at(w, place.at(shape.tags.bits + offset), field), field))
    if len(parts) == 1:
        return parts[0][1]
    return _union_choice(w, place, shape, parts)


def _union_choice(w: Writer, place: Place, shape: UnionShape, parts: list[tuple[list[int], Value, Shape]]) -> Value:
    """A field whose domain depends on the kind of record."""
    joined = join(w, [field for _, _, field in parts])
    tag = named(w, place.load(shape.tags), "tag")
    result = w.let(nothing_of(joined))
    for numbers, value, _ in parts:
        with w.when(any_of(tag.eq(k) for k in numbers)):
            w.assign(result, plain(w, value, joined))
    return as_plain(w, result, joined)


def applied(w: Writer, node: Apply, function: Value, argument: Value) -> Value:
    """``f[argument]`` of a function."""
    shape = natural_shape(w, function)
    assert isinstance(shape, FnShape)
    code = argument_code(w, argument, shape)
    return part_at(w, place_of(w, function).slot(shape.slots, code), shape.element)


def indexed(w: Writer, node: Apply, sequence: Value, index: Value) -> Value:
    """``seq[index]`` of a sequence."""
    if isinstance(sequence, Tuple) and isinstance(index, Const) and index.value in range(1, len(sequence.elements) + 1):
        component: Value = sequence.elements[index.value - 1]
        return component
    shape = natural_shape(w, sequence)
    if isinstance(shape, TupleShape):
        name = component_name(w, shape, index)
        return part_at(w, place_of(w, sequence).at(shape.offsets[name]), shape.fields[name])
    assert isinstance(shape, SeqShape)
    return element_at(w, sequence, shape, as_number(w, index))


def component_name(w: Writer, shape: TupleShape, index: Value) -> str:
    """The name of a component of a tuple whose components are not alike."""
    if not isinstance(index, Const) or type(index.value) is not int or str(index.value) not in shape.fields:
        w.refuse(f"which component this is of {described(shape)}, depends on the state")
    return str(index.value)


def counted(w: Writer, node: Apply, bag: Value, element: Value) -> Value:
    """``bag[element]``: how many copies there are, at least one."""
    shape = natural_shape(w, bag)
    assert isinstance(shape, BagShape)
    copies = named(w, copies_of(w, bag, shape, element), "n")
    if not (isinstance(element, Packed) and element.bag == place_of(w, bag)):
        w.fail_if(copies.eq(0), f"{w.written(node)}: it is not in the bag")
    return Num(copies, 1, shape.copies)


def element_at(w: Writer, value: Value, shape: SeqShape, index: Num) -> Value:
    """``seq[index]``, with the check that there is such an element."""
    place = place_of(w, value)
    k = named(w, index.code, "k")
    length = place.load(shape.length)
    if k.value is not None and k.value >= 1:
        w.fail_if(length.lt(k) if k.value <= shape.capacity else truth(True), _OUTSIDE)
    else:
        w.fail_if((k.lt(1) if index.lo < 1 else truth(False)) | k.gt(length), _OUTSIDE)
    return part_at(w, place.at(shape.start).slot(shape.slots, k - 1), shape.element)


# Logic


def connected(w: Writer, node: Apply) -> Value:
    """``/\\`` or ``\\/``"""
    return connect(w, node.operator is op.AND, [partial(w.expr, operand) for operand in node.operands])


def negated(w: Writer, node: Apply) -> Value:
    """``~value``"""
    return Truth(~as_truth(w, w.expr(node.operands[0])))


def conditional(w: Writer, node: Apply) -> Value:
    """``IF test THEN one ELSE two``"""
    first, then, otherwise = node.operands
    test = w.expr(first)
    known = decided(w, test)
    if known is not None:
        return w.expr(then if known else otherwise)
    condition = named(w, as_truth(w, test), "c")
    with w.aside() as yes:
        one = w.expr(then)
    with w.aside() as no:
        two = w.expr(otherwise)
    if isinstance(one, Const) and isinstance(two, Const) and exact(one.value) == exact(two.value):
        return one
    shape = common(w, one, two)
    if shape.wide:
        return _choice(w, condition, (yes, one), (no, two), shape)
    with w.block(yes):
        a = plain(w, one, shape)
    with w.block(no):
        b = plain(w, two, shape)
    if not (yes or no):
        return as_plain(w, chosen(condition, a, b), shape)
    result = local(w.fresh("v"), a.type)
    w.emit(If(condition, [*yes, Assign(result.name, a)], [*no, Assign(result.name, b)]))
    return as_plain(w, result, shape)


def common(w: Writer, one: Value, two: Value) -> Shape:
    """A shape that holds both values; a constant takes the shape of the other."""
    if unset(one) or unset(two):
        return natural_shape(w, two if unset(one) else one)
    if isinstance(one, Const) and (not isinstance(two, Const) or told(w, one) is None):
        one, two = two, one
    shape = natural_shape(w, one)
    if isinstance(two, Const) and not isinstance(shape, (IntShape, AtomShape)) and encodable(shape, two.value):
        return shape
    return shape_of_all(w, [one, two])


def unset(value: Value) -> bool:
    """Whether nothing is known of a value yet: what a loop returns, before it does."""
    return isinstance(value, Const) and value.value is None


def nothing_of(shape: Shape) -> Word | Bit:
    """What stands for a value that is not known yet."""
    return truth(False) if isinstance(shape, BoolShape) else number(0)


def plain(w: Writer, value: Value, shape: Shape) -> Word | Bit:
    """Numbers and truths as themselves, other values as codes."""
    if unset(value):
        return nothing_of(shape)
    if isinstance(shape, IntShape):
        return as_number(w, value).code
    return as_truth(w, value) if isinstance(shape, BoolShape) else as_code(w, value, shape)


def as_plain(w: Writer, code: Code, shape: Shape) -> Value:
    """What such an expression stands for."""
    if isinstance(code, Bit):
        return Truth(code)
    assert isinstance(code, Word)
    return Num(code, shape.lo, shape.hi) if isinstance(shape, IntShape) else Packed(code, shape)


def _choice(
    w: Writer, condition: Bit, one: tuple[list[Statement], Value], two: tuple[list[Statement], Value], shape: Shape
) -> Value:
    place = w.scratch(shape)
    w.emit(If(condition, one[0], two[0]))
    for body, value in (one, two):
        with w.block(body):
            begin(w, place, value, shape)
    return Stored(place, shape)


def begin(w: Writer, place: Place, value: Value, shape: Shape) -> None:
    """Fill a place with a value, or with zeros where nothing is known of it yet."""
    if unset(value):
        clear(w, place, shape)
    else:
        w.fill(place, value, shape)


def compared(w: Writer, node: Apply, left: Value, right: Value) -> Value:
    """``left = right``, or ``left /= right``"""
    return _unless(w, equal(w, left, right), node.operator is op.NE)


def contained(w: Writer, node: Apply, element: Value, collection: Value) -> Value:
    """``element \\in collection``, or ``\\notin``"""
    return _unless(w, w.contains(collection, element), node.operator is op.NOT_IN)


def ordered(w: Writer, node: Apply, left: Value, right: Value) -> Value:
    """``left < right`` of numbers, and its like."""
    return Truth(related(as_number(w, left).code, node.operator.python, as_number(w, right).code))


def _unless(w: Writer, value: Value, negate: bool) -> Value:
    if not negate:
        return value
    return Const(not value.value) if isinstance(value, Const) else Truth(~as_truth(w, value))


# Numbers


def interval_of(w: Writer, node: Apply, lo: Value, hi: Value) -> Value:
    """``lo..hi``"""
    return Interval(as_number(w, lo), as_number(w, hi))


def opposite(w: Writer, node: Apply, value: Value) -> Num:
    """``-value``"""
    given = as_number(w, value)
    return Num(-given.code, -given.hi, -given.lo)


def magnitude(w: Writer, node: Apply, value: Value) -> Num:
    """The absolute value of a number."""
    given = as_number(w, value)
    return Num(computed("abs", given.code), 0, max(abs(given.lo), abs(given.hi)))
