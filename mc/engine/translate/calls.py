"""Operators on sequences and sizes, records, LET and loops, and the definitions of the spec."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

from mc.engine.code.build import choice, computed, flag, pointer, tested, union_of_words, variable
from mc.engine.code.nodes import Code, number, related, truth
from mc.engine.store.places import Place
from mc.engine.store.shapes import (
    BagShape,
    IntShape,
    RecordShape,
    SeqShape,
    SetShape,
    Shape,
    SortedSetShape,
    UnionShape,
)
from mc.engine.translate.builders import bindings, push
from mc.engine.translate.codes import as_code, as_number, as_present, bind, named, over_text, said, settle, unfit
from mc.engine.translate.convert import bag_size, cardinality, clear, is_made, part_at, place_of, put
from mc.engine.translate.expressions import element_at
from mc.engine.translate.kinds import join, natural_shape, shape_beside, told
from mc.engine.translate.membership import copies_of
from mc.engine.translate.operands import number_in
from mc.engine.translate.values import (
    Builder,
    Const,
    Interval,
    Num,
    Packed,
    SetOf,
    Stored,
    Truth,
    Tuple,
    Value,
)
from mc.engine.translate.writer import PRIMED, SCRATCH, STATE, Generated, Writer, parameter_names, word_of
from mc.formula import operators as op
from mc.formula.nodes import Apply, Bind, Binder, Definition, as_written
from mc.formula.nodes import Value as Literal
from mc.lang.arithmetic import LARGEST

#: How deep definitions may be expanded into each other before they count as recursive.
MAX_DEPTH = 40


def size_of(w: Writer, node: Apply, value: Value) -> Value:
    """``Len(value)`` or ``Cardinality(value)``: the number of elements of a set, a sequence or a bag."""
    if isinstance(value, Interval):
        return Num(computed("max", value.hi.code - value.lo.code + 1, 0), 0, max(value.hi.hi - value.lo.lo + 1, 0))
    if isinstance(value, Builder) and value.bag is not None:
        value = value.bag
    if isinstance(value, Builder) and value.loop is not None and value.once and is_made(w, value):
        result = w.let(number(0), "size")
        with value.loop():
            w.assign(result, result + 1)
        return Num(result, 0, LARGEST)
    if isinstance(value, (SetOf, Builder)):
        value = bind(w, value)
    if isinstance(value, Tuple):
        return Const(len(value.elements))
    shape = natural_shape(w, value)
    if isinstance(shape, SeqShape):
        return Num(place_of(w, value).load(shape.length), 0, shape.capacity)
    if isinstance(shape, SetShape):
        return Num(cardinality(w, place_of(w, value), shape), 0, len(shape.values))
    assert isinstance(shape, BagShape)
    return Num(bag_size(w, place_of(w, value), shape), 0, shape.distinct)


def appended(w: Writer, node: Apply, seq: Value, element: Value) -> Value:
    """``Append(seq, element)``"""
    shape = _seq_shape(w, seq, element)
    element = bind(w, element)

    def fill(place: Place, target: Shape) -> None:
        if not isinstance(target, SeqShape):
            unfit(w, _appended_shape(w, shape, element), target)
        w.fill(place, seq, target)
        push(w, place, target, element)

    return Builder(fill, lambda: _appended_shape(w, shape, element))


def _appended_shape(w: Writer, shape: SeqShape, element: Value) -> SeqShape:
    """The shape of sequences with one more element, which may be outside of what the others are."""
    return SeqShape(join(w, [shape.element, shape_beside(w, element, shape.element)]), shape.capacity + 1)


def _seq_shape(w: Writer, seq: Value, element: Value | None = None) -> SeqShape:
    if isinstance(seq, Const) and seq.value == () and element is not None:
        return SeqShape(natural_shape(w, element), 1)
    shape = natural_shape(w, seq)
    assert isinstance(shape, SeqShape)
    return shape


def subsequence(w: Writer, node: Apply, seq: Value, first: Value, last: Value) -> Value:
    """``SubSeq(seq, first, last)``"""
    return _subseq(w, seq, as_number(w, first), as_number(w, last))


def _subseq(w: Writer, seq: Value, first: Num, last: Num) -> Value:
    shape = _seq_shape(w, seq)
    place = place_of(w, seq)
    a, b = named(w, first.code, "first"), named(w, last.code, "last")
    below = a.lt(1) if first.lo < 1 else truth(False)
    outside = "SubSeq goes beyond the sequence"
    w.fail_if(a.le(b) & (below | b.gt(place.load(shape.length))), outside)
    longest = max(1, min(shape.capacity, last.hi - first.lo + 1))

    def fill(target_place: Place, target: Shape) -> None:
        if not isinstance(target, SeqShape):
            unfit(w, SeqShape(shape.element, longest), target)
        if target.capacity < longest:
            w.fail_if((b - a).ge(target.capacity), over_text(w, target.capacity))
        if not shape.wide and not target.wide and shape.element.key == target.element.key:
            bits = shape.element.bits
            n = named(w, computed("max", b - a + 1, 0), "n")
            elements = (place.load(shape) >> ((a - 1) * bits + shape.start)) & ((1 << (n * bits)) - 1)
            w.emit(target_place.store(target, choice(n.gt(0), (elements << target.start) | n, 0)))
            return
        clear(w, target_place, target)
        with w.loop(w.fresh("k"), "range", a, b + 1) as k:
            source = place.at(shape.start).slot(shape.slots, k - 1)
            to = target_place.at(target.start).slot(target.slots, k - a)
            put(w, to, part_at(w, source, shape.element), target.element)
        w.emit(target_place.store(target.length, computed("max", b - a + 1, 0)))

    return Builder(fill, lambda: SeqShape(shape.element, longest))


def head_of(w: Writer, node: Apply, seq: Value) -> Value:
    """``Head(seq)``"""
    return element_at(w, seq, _seq_shape(w, seq), Num(number(1), 1, 1))


def tail_of(w: Writer, node: Apply, seq: Value) -> Value:
    """``Tail(seq)``"""
    shape = _seq_shape(w, seq)
    length = named(w, place_of(w, seq).load(shape.length), "n")
    w.fail_if(length.eq(0), "Tail of an empty sequence")
    return _subseq(w, seq, Num(number(2), 2, 2), Num(length, 0, shape.capacity))


def copies_in(w: Writer, node: Apply, element: Value, bag: Value) -> Value:
    """``CopiesIn(element, bag)``"""
    shape = natural_shape(w, bag)
    assert isinstance(shape, BagShape)
    return Num(copies_of(w, bag, shape, element), 0, shape.copies)


def extreme(w: Writer, node: Apply) -> Value:
    """``Max(S)`` or ``Min(S)``"""
    which = node.operator.python.lower()
    takes = f"{node.operator.python} takes a set or a sequence of numbers"
    (operand,) = node.operands
    if isinstance(operand, Bind) and operand.binder is Binder.SET:
        return _extreme_of(w, which, takes, lambda: bindings(w, operand.bounds), lambda _: w.expr(operand.body))
    if isinstance(operand, Apply) and operand.operator is op.SET:
        numbers = [number_in(w, bind(w, w.expr(element)), takes) for element in operand.operands]
        if not numbers:
            w.fail_if(truth(True), f"{which} of an empty set")
            return Num(number(0), 0, 0)
        choose: Callable[..., int] = max if which == "max" else min
        lo, hi = choose(n.lo for n in numbers), choose(n.hi for n in numbers)
        return Num(computed(which, *[n.code for n in numbers]) if len(numbers) > 1 else numbers[0].code, lo, hi)
    value = as_present(w, w.expr(operand))
    empty_set = f"{which} of an empty set"
    if isinstance(value, Interval):
        w.fail_if(value.lo.code.gt(value.hi.code), empty_set)
        return value.hi if which == "max" else value.lo
    shape = natural_shape(w, value)
    if isinstance(shape, SeqShape):
        return _extreme_of(w, which, takes, lambda: w.elements(value), lambda element: element)
    if not isinstance(shape, (SetShape, SortedSetShape)) or not isinstance(shape.element, IntShape):
        w.refuse(f"{takes}, not {said(w, value)}")
    if shape.wide:
        return _extreme_of(w, which, takes, lambda: w.elements(value), lambda element: element)
    code = named(w, as_code(w, value, shape))
    w.fail_if(code.eq(0), empty_set)
    bit = computed("highest_bit" if which == "max" else "lowest_bit", code)
    return Num(bit + shape.element.lo, shape.element.lo, shape.element.hi)


def _extreme_of(
    w: Writer, which: str, takes: str, loop: Callable[[], AbstractContextManager[Any]], value: Callable[[Any], Value]
) -> Value:
    """The largest or smallest of the numbers that a loop goes through."""
    result, empty = w.let(number(0), "best"), w.let(truth(True), "empty")
    with loop() as element:
        n = number_in(w, bind(w, value(element)), takes)
        with w.when(empty | related(n.code, ">" if which == "max" else "<", result)):
            w.assign(result, n.code)
            w.assign(empty, truth(False))
    w.fail_if(empty, f"{which} of an empty set")
    return Num(result, n.lo, n.hi)


# Records


def record_of(w: Writer, node: Apply) -> Value:
    """A record of a domain: ``[name |-> value, ...]``"""
    domain, fields = node.operands
    assert isinstance(domain, Literal) and isinstance(fields, Apply) and fields.operator is op.RECORD
    given = {}
    for name, value in zip(fields.operands[::2], fields.operands[1::2], strict=True):
        assert isinstance(name, Literal)
        given[name.value] = bind(w, w.expr(value))
    shape = w.module.shape_of(domain.value)
    record, offset, tag = _kind_of_record(w, given, shape)
    missing = [n for n in record.fields if n not in given]
    extra = [n for n in given if n not in record.fields]
    if missing or extra:
        w.refuse(f"missing fields {missing}, unknown fields {extra}")
    if shape.wide:

        def fill(place: Place, target: Shape) -> None:
            if target.key != shape.key:
                w.refuse("this record is assigned to a field of another kind of record")
            for name, field in record.fields.items():
                put(w, place.at(record.offsets[name]), given[name], field)

        return Builder(fill, lambda: shape)
    codes = [as_code(w, given[n], f) << offset + record.offsets[n] for n, f in record.fields.items()]
    return Packed(union_of_words([number(tag), *codes]), shape)


def _kind_of_record(w: Writer, given: dict[str, Value], shape: Shape) -> tuple[RecordShape, int, int]:
    """The record shape that the given fields ask for, where it starts, and the code of its tag."""
    if isinstance(shape, RecordShape):
        return shape, 0, 0
    assert isinstance(shape, UnionShape)
    tag = given.pop(shape.tag, None)
    if not isinstance(tag, Const) or (type(tag.value), tag.value) not in shape.tags.positions:
        w.refuse(f"the field {shape.tag} must be one of {list(shape.tags.members)}, written out")
    code = shape.tags.encode(tag.value)
    return shape.kinds[code], shape.tags.bits, code


# Definitions of the spec


def call(w: Writer, definition: Definition, arguments: Sequence[Value]) -> Value:
    """A definition applied to arguments, in the state at hand: in place where that is as well, else a function."""
    scope = dict(zip(definition.parameters, arguments, strict=True))
    if not w.module.in_place(definition):
        scope = passed(w, scope, definition.name)
        generated = w.specialise(definition, parameter_kinds(w, definition, scope))
        if generated is not None:
            return applied(w, generated, definition, scope)
    return expand(w, definition, scope)


def passed(w: Writer, scope: Mapping[str, Value], what: str) -> dict[str, Value]:
    """Values that can be passed to a function."""
    found = {}
    for name, argument in scope.items():
        value = argument if isinstance(argument, Const) else bind(w, argument, as_written(name))
        if isinstance(value, (Tuple, Interval)):
            if (shape := told(w, value)) is None:
                w.refuse(f"argument {as_written(name)} of {what}: assign this value to a field or variable first")
            value = settle(w, value, shape, as_written(name))
        found[name] = value
    return found


def parameter_kinds(w: Writer, definition: Definition, scope: Mapping[str, Value]) -> dict[str, Value]:
    """What the parameters of the function are inside of it, those for the states first."""
    fact = w.module.facts.definition(definition)
    states = {}
    if w.state is not None and fact.reads:
        states[STATE] = replace(w.state, pointer=pointer("s"))
    if w.primed is not None and fact.writes:
        states[PRIMED] = replace(w.primed, pointer=pointer("t"))
    names = parameter_names(scope)
    return {**states, **{name: _inside(names[name], value) for name, value in scope.items()}}


def applied(w: Writer, generated: Generated, definition: Definition, scope: Mapping[str, Value]) -> Value:
    """The call of a generated function."""
    fact = w.module.facts.definition(definition)
    codes: list[Code] = [w.state.pointer] if w.state is not None and fact.reads else []
    codes += [w.primed.pointer] if w.primed is not None and fact.writes else []
    codes += [code for value in scope.values() for code in _codes(value)]
    if generated.result is None:
        return Truth(tested(generated.name, *codes, SCRATCH))
    code = computed(generated.name, *codes, SCRATCH)
    if isinstance(generated.result, IntShape):
        return Num(code, generated.result.lo, generated.result.hi)
    return Packed(code, generated.result)


@contextmanager
def entered(w: Writer, definition: Definition, scope: dict[str, Value]) -> Iterator[None]:
    """Translate the body of a definition in place."""
    if w.expanding > MAX_DEPTH:
        w.refuse(f"{definition.name} is recursive; the spec language has no recursion")
    w.expanding += 1
    for name, value in scope.items():
        if isinstance(value, (Num, Truth, Packed)):
            scope[name] = bind(w, value, as_written(name))
    try:
        with w.within(scope, definition.place.file):
            yield
    finally:
        # A refusal in it may be caught, where what it refuses has another form.
        w.expanding -= 1


def expand(w: Writer, definition: Definition, scope: dict[str, Value]) -> Value:
    """The value of a definition, in place."""
    with entered(w, definition, scope):
        return w.expr(definition.expression)


def _inside(name: str, value: Value) -> Value:
    """What a parameter is inside a function that is passed a value."""
    if isinstance(value, Num):
        return Num(variable(name), value.lo, value.hi)
    if isinstance(value, Truth):
        return Truth(flag(name))
    if isinstance(value, Packed):
        return Packed(variable(name), value.shape)
    if isinstance(value, Stored):
        return Stored(Place(pointer(name), words=(variable(word_of(name)),)), value.shape)
    return value


def _codes(value: Value) -> list[Code]:
    """What is passed to a function for a value."""
    if isinstance(value, (Num, Truth, Packed)):
        return [value.code]
    return list(value.place.address()) if isinstance(value, Stored) else []
