"""Equality of translated values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from mc.engine.code.build import all_of, any_of, tested
from mc.engine.code.nodes import Bit, truth
from mc.engine.code.statements import Assign, If
from mc.engine.store.kinds import kinds as kinds_of
from mc.engine.store.kinds import variants
from mc.engine.store.places import UNROLLED
from mc.engine.store.shapes import (
    AtomShape,
    BoolShape,
    FnShape,
    IntShape,
    OptionalShape,
    RecordShape,
    SetShape,
    Shape,
    SortedSetShape,
    UnionShape,
)
from mc.engine.store.slots import words_of
from mc.engine.store.storage import encodable
from mc.engine.store.tuples import TupleShape
from mc.engine.translate.codes import SHORT, as_code, as_number, as_truth, bind, decided, named, settle
from mc.engine.translate.comparable import comparable
from mc.engine.translate.convert import components_at, place_of
from mc.engine.translate.kinds import join, natural_shape, shape_beside, told
from mc.engine.translate.values import Const, Interval, Packed, SetOf, Stored, Truth, Tuple, Value, of_code
from mc.engine.translate.writer import Writer
from mc.errors import KindError
from mc.lang import kinds

#: So many operands are joined in one expression, which nests what they are lowered to.
LONGEST_CHAIN = 32


def connect(w: Writer, conjunction: bool, operands: Sequence[Callable[[], Value]]) -> Value:
    """``and`` or ``or``: an operand is evaluated only where those before it leave the answer open."""
    code: Bit | None = None
    for position, operand in enumerate(operands, 1):
        if code is not None and position % LONGEST_CHAIN == 0:
            code = named(w, code, "c")
        with w.aside() as before:
            value = operand()
            if not isinstance(value, Const):
                value = Truth(as_truth(w, value))
        known = decided(w, value)
        if known == conjunction and not before:
            continue
        condition = as_truth(w, value)
        if code is None:
            w.body += before
            code = condition
        elif not before:
            code = code & condition if conjunction else code | condition
        else:
            result = w.let(code, "c")
            w.emit(If(result if conjunction else ~result, [*before, Assign(result.name, condition)]))
            code = result
        if known is (not conjunction):
            break
    return Const(conjunction) if code is None else Truth(code)


def equal(w: Writer, a: Value, b: Value) -> Value:
    """``a = b``."""
    if isinstance(a, Const) and isinstance(b, Const):
        try:
            return Const(kinds.equal(a.value, b.value))
        except KindError as error:
            w.refuse(str(error))
    pairs = _components(w, a, b) or _components(w, b, a)
    if pairs is not None:
        return connect(w, True, [partial(equal, w, *pair) for pair in pairs])
    return _same(w, *comparable(w, a, b))


def _components(w: Writer, a: Value, b: Value) -> list[tuple[Value, Value]] | None:
    """The components of two tuples of one length, where those of the first are not alike; None for other values."""
    shape = told(w, a)
    if not isinstance(shape, TupleShape) or isinstance(a, Const):
        return None
    count, other = len(shape.fields), None if isinstance(b, (Const, Tuple)) else told(w, b)
    if isinstance(b, Const) and isinstance(b.value, tuple):
        b = Tuple(tuple(map(Const, tuple.__iter__(b.value))))
    if isinstance(b, Tuple):
        others: Sequence[Value] | None = b.elements if len(b.elements) == count else None
    elif isinstance(other, (TupleShape, FnShape)) and other.key != shape.key:
        others = components_at(w, place_of(w, b), other, count)
    else:
        return None
    parts = a.elements if isinstance(a, Tuple) else components_at(w, place_of(w, bind(w, a)), shape, count)
    return None if parts is None or others is None else list(zip(parts, others, strict=True))


def _same(w: Writer, a: Value, b: Value) -> Value:
    """``a = b`` for values that may be compared; a model value differs from any other."""
    if isinstance(a, Const):
        a, b = b, a
    if isinstance(a, (Tuple, SetOf, Interval)) and isinstance(b, (Packed, Stored)):
        a, b = b, a
    if isinstance(a, Tuple) and isinstance(b, Const) and isinstance(b.value, tuple) and told(w, a) is None:
        b = Tuple(tuple(map(Const, tuple.__iter__(b.value))))
    if isinstance(a, Tuple) and isinstance(b, Tuple) and (told(w, a) is None or told(w, b) is None):
        if len(a.elements) != len(b.elements):
            return Const(False)
        pairs = zip(a.elements, b.elements, strict=True)
        return connect(w, True, [partial(equal, w, *pair) for pair in pairs])
    shape = natural_shape(w, a)
    if isinstance(b, Const):
        if isinstance(shape, IntShape):
            number = as_number(w, a)
            inside = type(b.value) is int and number.lo <= b.value <= number.hi
            return Truth(number.code.eq(b.value)) if inside else Const(False)
        if not encodable(shape, b.value):
            return Const(False)
        return _equal_constant(w, a, shape, shape.encode(b.value))
    if isinstance(b, SetOf) and (isinstance(shape, SortedSetShape) or not isinstance(told(w, b), SetShape)):
        return _equal_elements(w, a, b)
    other = natural_shape(w, b) if isinstance(shape, SetShape) else shape_beside(w, b, shape)
    if isinstance(shape, IntShape) and isinstance(other, IntShape):
        return Truth(as_number(w, a).code.eq(as_number(w, b).code))
    if isinstance(shape, BoolShape) and isinstance(other, BoolShape):
        return Truth(as_truth(w, a).word.eq(as_truth(w, b).word))
    if isinstance(shape, OptionalShape) and not isinstance(other, OptionalShape):
        return _equal_optional(w, a, shape, b)
    if isinstance(other, OptionalShape) and not isinstance(shape, OptionalShape):
        return _equal_optional(w, b, other, a)
    if isinstance(shape, (RecordShape, UnionShape)) and isinstance(other, (RecordShape, UnionShape)):
        names = [{frozenset(fields) for fields in variants(record)} for record in (shape, other)]
        if names[0].isdisjoint(names[1]):
            return Const(False)
    if _numbers(shape) and _numbers(other):
        return Truth(as_number(w, a).code.eq(as_number(w, b).code))
    if isinstance(shape, AtomShape) and isinstance(other, (IntShape, BoolShape)):
        return _equal_atom(w, a, shape, b, other)
    if isinstance(other, AtomShape) and isinstance(shape, (IntShape, BoolShape)):
        return _equal_atom(w, b, other, a, shape)
    if isinstance(shape, AtomShape) != isinstance(other, AtomShape) and not (kinds_of(shape) & kinds_of(other)):
        return Const(False)
    shape = join(w, [shape, other])
    if shape.wide:
        return _equal_words(w, a, b, shape)
    return Truth(as_code(w, a, shape).eq(as_code(w, b, shape)))


def _equal_constant(w: Writer, a: Value, shape: Shape, code: int) -> Value:
    if isinstance(shape, BoolShape):
        return Truth(as_truth(w, a) if code else ~as_truth(w, a))
    if not shape.wide:
        return Truth(as_code(w, a, shape).eq(code))
    place, words = place_of(w, a), words_of(code, shape.words)
    if shape.words > UNROLLED:
        return Truth(tested("same_words", place.pointer(), w.module.table(words), shape.words))
    base, word = place.address()
    return Truth(all_of(base[word + k].eq(content) for k, content in enumerate(words)))


def _equal_optional(w: Writer, a: Value, shape: OptionalShape, b: Value) -> Value:
    code, b = named(w, as_code(w, a, shape)), bind(w, b)
    inner = _same(w, of_code(code - 1, shape.inner), b)
    present = code.ne(0) & as_truth(w, inner)
    none = _same(w, b, Const(shape.none)) if isinstance(natural_shape(w, b), AtomShape) else Const(False)
    if isinstance(none, Const) and not none.value:
        return Truth(present)
    return Truth(present | (code.eq(0) & as_truth(w, none)))


def _equal_atom(w: Writer, a: Value, shape: AtomShape, b: Value, other: IntShape | BoolShape) -> Value:
    """Equality of one of some atoms with a number or a Boolean."""
    wanted, given = type(other.decode(0)), bind(w, b)
    code = named(w, as_code(w, a, shape))
    found = [(k, m) for k, m in enumerate(shape.members) if type(m) is wanted]
    if len(found) > SHORT:
        numbers = [m if type(m) is wanted else 0 for m in shape.members]
        same = w.module.table(numbers)[code].eq(as_number(w, given).code)
        if len(found) == len(numbers):
            return Truth(same)
        flags = w.module.table([int(type(m) is wanted) for m in shape.members])
        return Truth(flags[code].ne(0) & same)
    tests = [(k, _same(w, given, Const(m))) for k, m in found]
    likely = [code.eq(k) & as_truth(w, t) for k, t in tests if not isinstance(t, Const) or t.value]
    return Truth(any_of(likely)) if likely else Const(False)


def _equal_elements(w: Writer, a: Value, b: SetOf) -> Value:
    """Equality with a set written out whose elements may be outside what the set ``a`` can hold."""
    result = w.let(all_of([as_truth(w, w.contains(a, e)) for e in b.elements]), "ok")
    with w.elements(a) as element, w.when(~any_of([as_truth(w, equal(w, element, e)) for e in b.elements])):
        w.assign(result, truth(False))
    return Truth(result)


def _equal_words(w: Writer, a: Value, b: Value, shape: Shape) -> Value:
    left, right = place_of(w, settle(w, a, shape)), place_of(w, settle(w, b, shape))
    if shape.words > UNROLLED:
        return Truth(tested("same_words", left.pointer(), right.pointer(), shape.words))
    (one, first), (two, second) = left.address(), right.address()
    return Truth(all_of(one[first + k].eq(two[second + k]) for k in range(shape.words)))


def _numbers(shape: Shape) -> bool:
    """Whether all values are numbers."""
    return isinstance(shape, IntShape) or (isinstance(shape, AtomShape) and {type(m) for m in shape.members} == {int})
