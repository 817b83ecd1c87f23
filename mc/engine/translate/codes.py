"""Values as numbers, truths and codes: what generated code computes with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NoReturn, TypeVar

from mc.engine.code.build import any_of, choice, computed
from mc.engine.code.nodes import Bit, Code, Word, number, truth
from mc.engine.store.kinds import described
from mc.engine.store.shapes import (
    AtomShape,
    BoolShape,
    FnShape,
    IntShape,
    OptionalShape,
    RecordShape,
    SeqShape,
    SetShape,
    Shape,
    SortedSetShape,
    UnionShape,
)
from mc.engine.store.storage import encodable
from mc.engine.translate.kinds import form_of, natural_shape, told
from mc.engine.translate.values import (
    BagChange,
    Builder,
    Const,
    Interval,
    Num,
    Packed,
    SetOf,
    StateRef,
    Stored,
    Truth,
    Tuple,
    Value,
    num_of,
    of_code,
)
from mc.engine.translate.writer import Writer
from mc.lang.arithmetic import fits, too_large
from mc.lang.kinds import shown
from mc.lang.text import to_tla

C = TypeVar("C", bound=Code)
#: So few elements, or constants, are gone through one by one, without a loop once LLVM is done.
SHORT = 8
#: Entries of a table of codes, at most.
LONGEST_TABLE = 1 << 12


# Scalars


def as_number(w: Writer, value: Value) -> Num:
    """The value as an integer."""
    if isinstance(value, Num):
        return value
    if isinstance(value, Const) and isinstance(value.value, int) and not isinstance(value.value, bool):
        if not fits(value.value):
            w.refuse(too_large(value.value))
        return Num(number(value.value), value.value, value.value)
    if isinstance(value, Stored) and isinstance(value.shape, IntShape):
        return num_of(value.place.load(value.shape), value.shape)
    shape = told(w, value)
    if isinstance(shape, OptionalShape) and isinstance(shape.inner, IntShape):
        code = named(w, as_code(w, value, shape))
        w.fail_if(code.eq(0), f"a number is needed, not {to_tla(shape.none)}")
        return num_of(code - 1, shape.inner)
    if isinstance(shape, AtomShape) and (numbers := [m for m in shape.members if type(m) is int]):
        code = _member_of(w, value, shape, int)
        table = w.module.table([m if type(m) is int else numbers[0] for m in shape.members])
        return Num(table[code], min(numbers), max(numbers))
    w.refuse(f"a number is needed here, not {said(w, value)}")


def _member_of(w: Writer, value: Value, shape: AtomShape, kind: type) -> Word:
    """The code of an atom; evaluation fails where it is not of one of Python's types."""
    code = as_code(w, value, shape)
    others = [int(type(m) is not kind) for m in shape.members]
    if any(others):
        code = named(w, code)
        needed = "a number" if kind is int else "TRUE or FALSE"
        w.fail_if(w.module.table(others)[code].ne(0), f"{needed} is needed, not {described(shape)}")
    return code


def decided(w: Writer, value: Value) -> bool | None:
    """What a condition is, where that is known while translating."""
    if not isinstance(value, Const):
        return None
    as_truth(w, value)  # refuses what is neither TRUE nor FALSE
    return bool(value.value)


def as_truth(w: Writer, value: Value) -> Bit:
    """The value as a Boolean expression."""
    if isinstance(value, Truth):
        return value.code
    if isinstance(value, Const) and isinstance(value.value, bool):
        return truth(value.value)
    if isinstance(value, Stored) and isinstance(value.shape, BoolShape):
        return value.place.load(value.shape).ne(0)
    shape = told(w, value)
    if isinstance(shape, OptionalShape) and isinstance(shape.inner, BoolShape):
        return as_truth(w, as_present(w, value))
    if isinstance(shape, AtomShape) and any(type(m) is bool for m in shape.members):
        code = _member_of(w, value, shape, bool)
        return code.eq(shape.positions.get((bool, True), -1))
    w.refuse(f"TRUE or FALSE is needed here, not {said(w, value)}")


def said(w: Writer, value: Value) -> str:
    """The kind of a value, and the value as far as it is known."""
    if isinstance(value, Const):
        return shown(value.value)
    if isinstance(value, StateRef):
        return "the whole state"
    form = form_of(value)
    if form is not None and told(w, value) is None:  # it has parts of which the kind cannot be told
        return form
    return described(natural_shape(w, value))


def named(w: Writer, code: C, hint: str = "v") -> C:
    """``code`` itself where it is a name or a number, else a local variable that holds it."""
    return code if code.simple else w.let(code, hint)


def bind(w: Writer, value: Value, hint: str = "v") -> Value:
    """The same value, evaluated now and once."""
    if isinstance(value, Num):
        return Num(named(w, value.code, hint), value.lo, value.hi)
    if isinstance(value, Truth):
        return Truth(named(w, value.code, hint))
    if isinstance(value, Packed):
        return replace(value, code=named(w, value.code, hint))
    if isinstance(value, Stored) and not value.shape.wide:
        return bind(w, of_code(value.place.load(value.shape), value.shape), hint)
    if isinstance(value, (Builder, SetOf, BagChange)):
        settled = settle(w, value, natural_shape(w, value), hint)
        if isinstance(value, Builder) and isinstance(settled, (Packed, Stored)):
            return replace(settled, possible=value.possible)
        return settled
    return value


def settle(w: Writer, value: Value, shape: Shape, hint: str = "v") -> Value:
    """The value in ``shape``: in a local variable, or in scratch memory where it is wide."""
    if not shape.wide:
        return of_code(named(w, as_code(w, value, shape), hint), shape)
    if isinstance(value, Stored) and value.shape.key == shape.key:
        return value
    place = w.scratch(shape)
    w.fill(place, value, shape)
    return Stored(place, shape)


# Codes


def as_code(w: Writer, value: Value, shape: Shape) -> Word:
    """The code of ``value`` in the scalar ``shape``; emits the checks that it is in the domain."""
    if isinstance(value, Const):
        if not encodable(shape, value.value):
            w.fail_if(truth(True), outside_text(w, shape, value.value))
            return number(0)
        return number(shape.encode(value.value))
    if isinstance(shape, IntShape):
        return _int_code(w, as_number(w, value), shape)
    if isinstance(shape, BoolShape):
        return as_truth(w, value).word
    made = isinstance(value, (Builder, SetOf, Tuple, Interval))
    if made and isinstance(shape, OptionalShape):
        return as_code(w, value, shape.inner) + 1
    if made:
        return _filled(w, value, shape)
    given = natural_shape(w, value)
    if given.key == shape.key:
        return value.place.load(shape) if isinstance(value, Stored) else getattr(value, "code", number(0))
    if isinstance(given, AtomShape):
        return _atom_code(w, _raw(w, value), given, shape)
    if isinstance(given, OptionalShape) and isinstance(shape, (OptionalShape, AtomShape)):
        return _optional_code(w, value, given, shape)
    if isinstance(given, IntShape) and isinstance(shape, AtomShape):
        return _chosen_code(w, as_number(w, value), shape)
    if isinstance(given, BoolShape) and isinstance(shape, AtomShape):
        false, true = _images(w, (False, True), given, shape)
        return inside_shape(w, choice(as_truth(w, value), true, false), shape, false, true)
    if isinstance(shape, OptionalShape):
        return as_code(w, value, shape.inner) + 1
    if isinstance(given, OptionalShape):
        code = named(w, _raw(w, value))
        w.fail_if(code.eq(0), outside_text(w, shape, given.none))
        return as_code(w, of_code(code - 1, given.inner), shape)
    if isinstance(given, SetShape) and isinstance(shape, SetShape) and not given.wide:
        found = _set_code(w, value, given, shape)
        if found is not None:
            return found
    if isinstance(given, (SeqShape, SetShape, SortedSetShape, RecordShape, FnShape, UnionShape)):
        return _filled(w, value, shape)
    unfit(w, given, shape)


def _filled(w: Writer, value: Value, shape: Shape) -> Word:
    """The value made part by part, in a local variable."""
    place = w.local()
    w.fill(place, value, shape)
    assert isinstance(place.base, Word)
    return place.base


def _raw(w: Writer, value: Value) -> Word:
    if isinstance(value, Stored):
        return value.place.load(value.shape)
    assert isinstance(value, Packed)
    return value.code


def as_present(w: Writer, value: Value) -> Value:
    """The value itself, where it may be absent; evaluation fails where it is."""
    if not isinstance(value, (Packed, Stored)) or not isinstance(shape := value.shape, OptionalShape):
        return value
    code = named(w, _raw(w, value))
    w.fail_if(code.eq(0), f"{described(shape.inner)} is needed, not {to_tla(shape.none)}")
    return of_code(code - 1, shape.inner)


def _optional_code(w: Writer, value: Value, given: OptionalShape, shape: OptionalShape | AtomShape) -> Word:
    code = named(w, _raw(w, value))
    result = w.let(number(0))
    with w.when(code.eq(0)):
        w.assign(result, as_code(w, Const(given.none), shape))
    with w.otherwise():
        w.assign(result, as_code(w, of_code(code - 1, given.inner), shape))
    return result


def _images(w: Writer, values: Iterable[Any], given: Shape, shape: Shape) -> list[int]:
    """The codes of some values of one shape in another; -1 for those that it does not have."""
    found = [shape.encode(value) if encodable(shape, value) else -1 for value in values]
    if max(found) < 0:
        unfit(w, given, shape)
    return found


def inside_shape(w: Writer, code: Word, shape: Shape, *images: int) -> Word:
    """A code in a shape that is one of ``images``; evaluation fails where it is -1."""
    code = named(w, code)
    if -1 in images:
        w.fail_if(code.lt(0), outside_text(w, shape))
    return code


def outside_text(w: Writer, shape: Shape, value: Any = None) -> str:
    """What is said of a value that a shape cannot store."""
    return f"{'the value' if value is None else shown(value)}, is not {described(shape)}"


def over_text(w: Writer, capacity: int) -> str:
    """What is said of a value with too many elements."""
    return f"more than {capacity} elements, the declared capacity"


def unfit(w: Writer, given: Shape, shape: Shape) -> NoReturn:
    """A value that stands where only others do."""
    w.refuse(f"{described(given)}, is used where {described(shape)}, belongs")


def _set_code(w: Writer, value: Value, given: SetShape, shape: SetShape) -> Word | None:
    """The code in ``shape`` of a small set of numbers, or of the same elements; None for other sets."""
    code = _raw(w, value)
    if given.element.key != shape.element.key:
        if not (isinstance(given.element, IntShape) and isinstance(shape.element, IntShape)):
            return None
        code, up = named(w, code), given.element.lo - shape.element.lo
        outside = sum(1 << k for k, n in enumerate(given.values) if not shape.element.lo <= n <= shape.element.hi)
        if outside:
            w.fail_if((code & outside).ne(0), outside_text(w, shape))
        code = code << up if up >= 0 else code >> -up
    if shape.capacity is not None:
        code = named(w, code)
        w.fail_if(computed("popcount", code).gt(shape.capacity), over_text(w, shape.capacity))
    return code


def _int_code(w: Writer, given: Num, shape: IntShape) -> Word:
    code = given.code
    low, high = given.lo < shape.lo, given.hi > shape.hi
    if low or high:
        code = named(w, code)
        w.fail_if(any_of([code.lt(shape.lo)] * low + [code.gt(shape.hi)] * high), outside_text(w, shape))
    return code - shape.lo


def _chosen_code(w: Writer, value: Num, shape: AtomShape) -> Word:
    """The code of a number in an enumeration of some numbers."""
    members = [m for m in shape.members if type(m) is int]
    if not members:
        unfit(w, IntShape(value.lo, value.hi), shape)
    lo, hi = min(members), max(members)
    if hi - lo >= LONGEST_TABLE:
        given = named(w, value.code)
        if len(members) > SHORT:
            members.sort()
            found = named(w, computed("position", w.module.table(members), len(members), given), "k")
            codes = w.module.table([shape.positions[int, m] for m in members])
            return inside_shape(w, choice(found.ge(0), codes[found], -1), shape, -1)
        code = number(-1)
        for member in reversed(members):
            code = choice(given.eq(member), shape.positions[int, member], code)
        return inside_shape(w, code, shape, -1)
    images = _images(w, range(lo, hi + 1), IntShape(lo, hi), shape)
    return inside_shape(w, w.module.table(images)[_int_code(w, value, IntShape(lo, hi))], shape, *images)


def _atom_code(w: Writer, code: Word, given: AtomShape, shape: Shape) -> Word:
    images = _images(w, given.members, given, shape)
    if images == list(range(len(images))):
        return code
    return inside_shape(w, w.module.table(images)[code], shape, *images)
