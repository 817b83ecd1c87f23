"""Equality of translated values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from mc.engine.store.kinds import kinds as kinds_of
from mc.engine.store.kinds import variants
from mc.engine.store.places import UNROLLED, atomic
from mc.engine.store.shapes import (
    AtomShape,
    BoolShape,
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
from mc.engine.translate.codes import SHORT, as_code, as_number, as_truth, bind, decided, named, settle
from mc.engine.translate.comparable import comparable
from mc.engine.translate.convert import place_of
from mc.engine.translate.kinds import join, natural_shape, shape_beside, told
from mc.engine.translate.values import Const, Interval, Packed, SetOf, Stored, Truth, Tuple, Value, of_code
from mc.engine.translate.writer import Writer
from mc.errors import KindError
from mc.lang import kinds

#: So many operands are joined in one expression, which nests them; Python reads 200 parentheses in each other.
LONGEST_CHAIN = 32


def connect(w: Writer, conjunction: bool, operands: Sequence[Callable[[], Value]]) -> Value:
    """``and`` or ``or``: an operand is evaluated only where those before it leave the answer open."""
    word = "and" if conjunction else "or"
    code = ""
    for position, operand in enumerate(operands, 1):
        if position % LONGEST_CHAIN == 0:
            code = code and named(w, code, "c")
        w.depth += 1
        with w.aside() as lines:
            value = operand()
            if not isinstance(value, Const):
                value = Truth(as_truth(w, value))
        w.depth -= 1
        known = decided(w, value)
        if known == conjunction and not lines:
            continue
        operand_code = as_truth(w, value)
        if not code:
            w.lines.extend(line[4:] for line in lines)
            code = operand_code
        elif not lines:
            code = f"({code} {word} {operand_code})"
        else:
            result = w.fresh("c")
            w.emit(f"{result} = {code}")
            w.emit(f"if {result}:" if conjunction else f"if not {result}:")
            w.lines.extend(lines)
            w.emit(f"    {result} = {operand_code}")
            code = result
        if known is (not conjunction):
            break
    return Truth(code) if code else Const(conjunction)


def equal(w: Writer, a: Value, b: Value) -> Value:
    """``a = b``."""
    if isinstance(a, Const) and isinstance(b, Const):
        try:
            return Const(kinds.equal(a.value, b.value))
        except KindError as error:
            w.mistake(str(error))
    return _same(w, *comparable(w, a, b))


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
            return Truth(f"{number.code} == {b.value}") if inside else Const(False)
        if not encodable(shape, b.value):
            return Const(False)
        return _equal_constant(w, a, shape, shape.encode(b.value))
    if isinstance(b, SetOf) and (isinstance(shape, SortedSetShape) or not isinstance(told(w, b), SetShape)):
        return _equal_elements(w, a, b)
    other = natural_shape(w, b) if isinstance(shape, SetShape) else shape_beside(w, b, shape)
    if isinstance(shape, IntShape) and isinstance(other, IntShape):
        return Truth(f"{as_number(w, a).code} == {as_number(w, b).code}")
    if isinstance(shape, BoolShape) and isinstance(other, BoolShape):
        return Truth(f"{atomic(as_truth(w, a))} == {atomic(as_truth(w, b))}")
    if isinstance(shape, OptionalShape) and not isinstance(other, OptionalShape):
        return _equal_optional(w, a, shape, b)
    if isinstance(other, OptionalShape) and not isinstance(shape, OptionalShape):
        return _equal_optional(w, b, other, a)
    if isinstance(shape, (RecordShape, UnionShape)) and isinstance(other, (RecordShape, UnionShape)):
        names = [{frozenset(fields) for fields in variants(record)} for record in (shape, other)]
        if names[0].isdisjoint(names[1]):
            return Const(False)
    if _numbers(shape) and _numbers(other):
        return Truth(f"{as_number(w, a).code} == {as_number(w, b).code}")
    if isinstance(shape, AtomShape) and isinstance(other, (IntShape, BoolShape)):
        return _equal_atom(w, a, shape, b, other)
    if isinstance(other, AtomShape) and isinstance(shape, (IntShape, BoolShape)):
        return _equal_atom(w, b, other, a, shape)
    if isinstance(shape, AtomShape) != isinstance(other, AtomShape) and not (kinds_of(shape) & kinds_of(other)):
        return Const(False)
    shape = join(w, [shape, other])
    if shape.wide:
        return _equal_words(w, a, b, shape)
    return Truth(f"{atomic(as_code(w, a, shape))} == {atomic(as_code(w, b, shape))}")


def _equal_constant(w: Writer, a: Value, shape: Shape, code: int) -> Value:
    if isinstance(shape, BoolShape):
        return Truth(as_truth(w, a) if code else f"not {as_truth(w, a)}")
    if not shape.wide:
        return Truth(f"{atomic(as_code(w, a, shape))} == {code}")
    place, words = place_of(w, a), words_of(code, shape.words)
    if shape.words > UNROLLED:
        return Truth(f"same_words({place.pointer()}, {w.module.table(words)}, {shape.words})")
    base, word = place.address()
    return Truth(f"({' and '.join(f'{base}[{word} + {k}] == {content}' for k, content in enumerate(words))})")


def _equal_optional(w: Writer, a: Value, shape: OptionalShape, b: Value) -> Value:
    code, b = named(w, as_code(w, a, shape)), bind(w, b)
    inner = _same(w, of_code(f"({code} - 1)", shape.inner), b)
    present = f"{code} != 0 and {atomic(as_truth(w, inner))}"
    none = _same(w, b, Const(shape.none)) if isinstance(natural_shape(w, b), AtomShape) else Const(False)
    if isinstance(none, Const) and not none.value:
        return Truth(f"({present})")
    return Truth(f"({present} or {code} == 0 and {atomic(as_truth(w, none))})")


def _equal_atom(w: Writer, a: Value, shape: AtomShape, b: Value, other: IntShape | BoolShape) -> Value:
    """Equality of one of some atoms with a number or a Boolean."""
    wanted, given = type(other.decode(0)), bind(w, b)
    code = named(w, as_code(w, a, shape))
    found = [(k, m) for k, m in enumerate(shape.members) if type(m) is wanted]
    if len(found) > SHORT:
        numbers = [m if type(m) is wanted else 0 for m in shape.members]
        same = f"{w.module.table(numbers)}[{code}] == {as_number(w, given).code}"
        if len(found) == len(numbers):
            return Truth(same)
        flags = w.module.table([int(type(m) is wanted) for m in shape.members])
        return Truth(f"({flags}[{code}] != 0 and {same})")
    tests = [(k, _same(w, given, Const(m))) for k, m in found]
    likely = [f"{code} == {k} and {atomic(as_truth(w, t))}" for k, t in tests if not isinstance(t, Const) or t.value]
    return Truth(f"({' or '.join(likely)})") if likely else Const(False)


def _equal_elements(w: Writer, a: Value, b: SetOf) -> Value:
    """Equality with a set written out whose elements may be outside what the set ``a`` can hold."""
    result = w.fresh("ok")
    w.emit(f"{result} = {' and '.join(atomic(as_truth(w, w.contains(a, e))) for e in b.elements)}")
    with w.elements(a) as element:
        tests = [atomic(as_truth(w, equal(w, element, e))) for e in b.elements]
        with w.block(f"if not ({' or '.join(tests)}):"):
            w.emit(f"{result} = False")
    return Truth(result)


def _equal_words(w: Writer, a: Value, b: Value, shape: Shape) -> Value:
    left, right = place_of(w, settle(w, a, shape)), place_of(w, settle(w, b, shape))
    if shape.words > UNROLLED:
        return Truth(f"same_words({left.pointer()}, {right.pointer()}, {shape.words})")
    (one, first), (two, second) = left.address(), right.address()
    words = [f"{one}[{first} + {k}] == {two}[{second} + {k}]" for k in range(shape.words)]
    return Truth(f"({' and '.join(words)})")


def _numbers(shape: Shape) -> bool:
    """Whether all values are numbers."""
    return isinstance(shape, IntShape) or (isinstance(shape, AtomShape) and {type(m) for m in shape.members} == {int})
