"""Operators on sequences and sizes, records, LET and loops, and the definitions of the spec."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mc.engine.shapes import (
    BagShape,
    FnShape,
    IntShape,
    RecordShape,
    SeqShape,
    SetShape,
    Shape,
    SortedSetShape,
    UnionShape,
)
from mc.engine.translate.body import SCRATCH, parameter_names, word_of
from mc.engine.translate.expressions import Expressions
from mc.engine.translate.places import Place, atomic
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
from mc.formula import operators as op
from mc.formula.nodes import Apply, Bind, Binder, Definition, as_written
from mc.formula.nodes import Value as Literal
from mc.lang.arithmetic import LARGEST

if TYPE_CHECKING:
    from mc.engine.translate.module import Generated

#: How deep definitions may be expanded into each other before they count as recursive.
MAX_DEPTH = 40


class Calls(Expressions):
    """Translation of operators and definitions."""

    expanding = 0

    def size(self, node: Apply, value: Value) -> Value:
        """``len(value)`` in a Python spec."""
        return self._size(value)

    def _size(self, value: Value) -> Value:
        """The number of elements of a set, a sequence or a bag."""
        if isinstance(value, Interval):
            return Num(f"max({value.hi.code} - {value.lo.code} + 1, 0)", 0, max(value.hi.hi - value.lo.lo + 1, 0))
        if isinstance(value, Builder) and value.loop is not None and value.once and self.is_made(value):
            result = self.fresh("size")
            self.emit(f"{result} = 0")
            with value.loop():
                self.emit(f"{result} += 1")
            return Num(result, 0, LARGEST)
        if isinstance(value, (SetOf, Builder)):
            value = self.bind(value)
        if isinstance(value, Tuple):
            return Const(len(value.elements))
        value = self.present(value)
        shape = self.shape(value)
        if isinstance(shape, SeqShape):
            return Num(self.place_of(value).load(shape.length), 0, shape.capacity)
        if isinstance(shape, SetShape):
            return Num(self.cardinality(self.place_of(value), shape), 0, len(shape.values))
        if isinstance(shape, BagShape):
            return Num(self.bag_size(self.place_of(value), shape), 0, shape.distinct)
        self.mistake("only a sequence, a set or a bag has a length")

    def length(self, node: Apply, value: Value) -> Value:
        """``Len(value)``"""
        shape = self.told(value)
        if isinstance(shape, FnShape) and shape.sequence:
            return Const(len(shape.keys))
        if not (isinstance(shape, SeqShape) or isinstance(value, Tuple)):
            self.mistake(f"Len is of a sequence, not of {self.describe(value)}")
        return self._size(value)

    def cardinality_of(self, node: Apply, value: Value) -> Value:
        """``Cardinality(value)``"""
        if not self.is_set(value) and (isinstance(value, Builder) or not isinstance(self.told(value), BagShape)):
            self.mistake(f"Cardinality is of a set, not of {self.describe(value)}")
        return self._size(value)

    def append(self, node: Apply, seq: Value, element: Value) -> Value:
        """``Append(seq, element)``"""
        shape = self._seq_shape(seq, element)
        element = self.bind(element)

        def fill(place: Place, target: Shape) -> None:
            if not isinstance(target, SeqShape):
                self.unfit(self._appended(shape, element), target)
            self.fill(place, seq, target)
            self.push(place, target, element)

        return Builder(fill, lambda: self._appended(shape, element))

    def _appended(self, shape: SeqShape, element: Value) -> SeqShape:
        """The shape of sequences with one more element, which may be outside of what the others are."""
        return SeqShape(self.join([shape.element, self.shape_beside(element, shape.element)]), shape.capacity + 1)

    def _seq_shape(self, seq: Value, element: Value | None = None) -> SeqShape:
        if isinstance(seq, Const) and seq.value == () and element is not None:
            return SeqShape(self.shape(element), 1)
        shape = self.shape(seq)
        if not isinstance(shape, SeqShape):
            self.mistake("a sequence is needed here")
        return shape

    def subsequence(self, node: Apply, seq: Value, first: Value, last: Value) -> Value:
        """``SubSeq(seq, first, last)``"""
        return self._subseq(seq, self.num(first), self.num(last))

    def _subseq(self, seq: Value, first: Num, last: Num) -> Value:
        shape = self._seq_shape(seq)
        place = self.place_of(seq)
        a, b = self.named(first.code, "first"), self.named(last.code, "last")
        below = f"{a} < 1 or " if first.lo < 1 else ""
        outside = "SubSeq goes beyond the sequence"
        self.fail_if(f"{a} <= {b} and ({below}{b} > {place.load(shape.length)})", outside)
        longest = max(1, min(shape.capacity, last.hi - first.lo + 1))

        def fill(target_place: Place, target: Shape) -> None:
            if not isinstance(target, SeqShape):
                self.unfit(SeqShape(shape.element, longest), target)
            if target.capacity < longest:
                self.fail_if(f"{b} - {a} >= {target.capacity}", self.over(target.capacity))
            if not shape.wide and not target.wide and shape.element.key == target.element.key:
                bits = shape.element.bits
                n = self.named(f"max({b} - {a} + 1, 0)", "n")
                elements = f"({place.load(shape)} >> {shape.start} + ({a} - 1) * {bits} & (1 << {n} * {bits}) - 1)"
                code = f"({elements} << {target.start} | {n} if {n} > 0 else 0)"
                self.emit(target_place.store(target, code))
                return
            self.clear(target_place, target)
            k = self.fresh("k")
            with self.block(f"for {k} in range({a}, {b} + 1):"):
                source = place.at(shape.start).slot(shape.slots, f"({k} - 1)")
                to = target_place.at(target.start).slot(target.slots, f"({k} - {a})")
                self.store(to, self.part(source, shape.element), target.element)
            self.emit(target_place.store(target.length, f"max({b} - {a} + 1, 0)"))

        return Builder(fill, lambda: SeqShape(shape.element, longest))

    def head(self, node: Apply, seq: Value) -> Value:
        """``Head(seq)``"""
        return self.element_at(seq, self._seq_shape(seq), Num("1", 1, 1))

    def tail(self, node: Apply, seq: Value) -> Value:
        """``Tail(seq)``"""
        shape = self._seq_shape(seq)
        length = self.named(self.place_of(seq).load(shape.length), "n")
        self.fail_if(f"{length} == 0", "Tail of an empty sequence")
        return self._subseq(seq, Num("2", 2, 2), Num(length, 0, shape.capacity))

    def copies_in(self, node: Apply, element: Value, bag: Value) -> Value:
        """``CopiesIn(element, bag)``"""
        shape = self.shape(bag)
        if not isinstance(shape, BagShape):
            self.mistake("CopiesIn counts in a bag")
        return Num(self.copies(bag, shape, element), 0, shape.copies)

    def extreme(self, node: Apply) -> Value:
        """``Max(S)`` or ``Min(S)``"""
        which = node.operator.python.lower()
        (operand,) = node.operands
        if isinstance(operand, Bind) and operand.binder is Binder.SET:
            return self._extreme_of(which, lambda: self.bindings(operand.bounds), lambda _: self.expr(operand.body))
        if isinstance(operand, Apply) and operand.operator is op.SET:
            numbers = [self.num(self.bind(self.expr(element))) for element in operand.operands]
            choose: Callable[..., int] = max if which == "max" else min
            lo, hi = choose(n.lo for n in numbers), choose(n.hi for n in numbers)
            code = f"{which}({', '.join(n.code for n in numbers)})" if len(numbers) > 1 else numbers[0].code
            return Num(code, lo, hi)
        value = self.expr(operand)
        empty_set = f"{which} of an empty set"
        if isinstance(value, Interval):
            self.fail_if(f"{value.lo.code} > {value.hi.code}", empty_set)
            return value.hi if which == "max" else value.lo
        shape = self.shape(value)
        if not isinstance(shape, (SetShape, SortedSetShape)) or not isinstance(shape.element, IntShape):
            self.mistake(f"{which} needs a set of numbers")
        if shape.wide:
            return self._extreme_of(which, lambda: self.elements(value), lambda element: element)
        code = self.named(self.code(value, shape))
        self.fail_if(f"{code} == 0", empty_set)
        bit = f"{'highest' if which == 'max' else 'lowest'}_bit({code})"
        return Num(f"({bit} + {shape.element.lo})", shape.element.lo, shape.element.hi)

    def _extreme_of(
        self, which: str, loop: Callable[[], AbstractContextManager[Any]], value: Callable[[Any], Value]
    ) -> Value:
        """The largest or smallest of the numbers that a loop goes through."""
        result, empty = self.fresh("best"), self.fresh("empty")
        self.emit(f"{result} = 0")
        self.emit(f"{empty} = True")
        with loop() as element:
            number = self.num(self.bind(value(element)))
            with self.block(f"if {empty} or {number.code} {'>' if which == 'max' else '<'} {result}:"):
                self.emit(f"{result} = {number.code}")
                self.emit(f"{empty} = False")
        self.fail_if(empty, f"{which} of an empty set")
        return Num(result, number.lo, number.hi)

    # Records

    def record(self, node: Apply) -> Value:
        """A record of a domain: ``[name |-> value, ...]``"""
        domain, fields = node.operands
        assert isinstance(domain, Literal) and isinstance(fields, Apply) and fields.operator is op.RECORD
        given = {}
        for name, value in zip(fields.operands[::2], fields.operands[1::2], strict=True):
            assert isinstance(name, Literal)
            given[name.value] = self.bind(self.expr(value))
        shape = self.module.shape_of(domain.value)
        self.at(node)
        record, offset, tag = self._kind(given, shape)
        missing = [n for n in record.fields if n not in given]
        extra = [n for n in given if n not in record.fields]
        if missing or extra:
            self.mistake(
                f"{self.written(node).partition('(')[0]}(...): missing fields {missing}, unknown fields {extra}"
            )
        if shape.wide:

            def fill(place: Place, target: Shape) -> None:
                if target.key != shape.key:
                    self.mistake("this record is assigned to a field of another kind of record")
                for name, field in record.fields.items():
                    self.store(place.at(record.offsets[name]), given[name], field)

            return Builder(fill, lambda: shape)
        codes = [f"{atomic(self.code(given[n], f))} << {offset + record.offsets[n]}" for n, f in record.fields.items()]
        codes = [c.removesuffix(" << 0") for c in codes if not c.startswith("0 << ")]
        return Packed(f"({' | '.join([str(tag)] * (tag > 0) + codes) or '0'})", shape)

    def _kind(self, given: dict[str, Value], shape: Shape) -> tuple[RecordShape, int, int]:
        """The record shape that the given fields ask for, where it starts, and the code of its tag."""
        if isinstance(shape, RecordShape):
            return shape, 0, 0
        assert isinstance(shape, UnionShape)
        tag = given.pop(shape.tag, None)
        if not isinstance(tag, Const) or (type(tag.value), tag.value) not in shape.tags.positions:
            self.mistake(f"the field {shape.tag} must be one of {list(shape.tags.members)}, written out")
        code = shape.tags.encode(tag.value)
        return shape.kinds[code], shape.tags.bits, code

    # Definitions of the spec

    def call(self, definition: Definition, arguments: Sequence[Value]) -> Value:
        """A definition applied to arguments, in the state at hand: in place where that is as well, else a function."""
        scope = dict(zip(definition.parameters, arguments, strict=True))
        if not self.module.in_place(definition):
            scope = self.passed(scope, definition.name)
            generated = self.module.specialise(definition, self.kinds_of(definition, scope))
            if generated is not None:
                return self.applied(generated, definition, scope)
        return self.expand(definition, scope)

    def passed(self, scope: Mapping[str, Value], what: str) -> dict[str, Value]:
        """Values that can be passed to a function."""
        found = {}
        for name, argument in scope.items():
            value = argument if isinstance(argument, Const) else self.bind(argument, as_written(name))
            if isinstance(value, (Tuple, Interval)):
                if (shape := self.told(value)) is None:
                    self.mistake(
                        f"argument {as_written(name)} of {what}: assign this value to a field or variable first"
                    )
                value = self.settle(value, shape, as_written(name))
            found[name] = value
        return found

    def kinds_of(self, definition: Definition, scope: Mapping[str, Value]) -> dict[str, Value]:
        """What the parameters of the function are inside of it, those for the states first."""
        fact = self.module.facts.definition(definition)
        states = {}
        if self.state is not None and fact.reads:
            states["s"] = replace(self.state, pointer="s")
        if self.primed is not None and fact.writes:
            states["t"] = replace(self.primed, pointer="t")
        names = parameter_names(scope)
        return {**states, **{name: _inside(names[name], value) for name, value in scope.items()}}

    def applied(self, generated: Generated, definition: Definition, scope: Mapping[str, Value]) -> Value:
        """The call of a generated function."""
        fact = self.module.facts.definition(definition)
        codes = [self.state.pointer] if self.state is not None and fact.reads else []
        codes += [self.primed.pointer] if self.primed is not None and fact.writes else []
        codes += [code for value in scope.values() for code in _codes(value)]
        code = f"{generated.name}({', '.join([*codes, SCRATCH])})"
        if generated.result is None:
            return Truth(code)
        if isinstance(generated.result, IntShape):
            return Num(code, generated.result.lo, generated.result.hi)
        return Packed(code, generated.result)

    @contextmanager
    def entered(self, definition: Definition, scope: dict[str, Value]) -> Iterator[None]:
        """Translate the body of a definition in place."""
        if self.expanding > MAX_DEPTH:
            self.mistake(f"{definition.name} is recursive; the spec language has no recursion")
        self.expanding += 1
        for name, value in scope.items():
            if isinstance(value, (Num, Truth, Packed)):
                scope[name] = self.bind(value, as_written(name))
        with self.within(scope, definition.place.file):
            yield
        self.expanding -= 1

    def expand(self, definition: Definition, scope: dict[str, Value]) -> Value:
        """The value of a definition, in place."""
        with self.entered(definition, scope):
            return self.expr(definition.expression)


def _inside(name: str, value: Value) -> Value:
    """What a parameter is inside a function that is passed a value."""
    if isinstance(value, Num):
        return Num(name, value.lo, value.hi)
    if isinstance(value, Truth):
        return Truth(name)
    if isinstance(value, Packed):
        return Packed(name, value.shape)
    if isinstance(value, Stored):
        return Stored(Place(name, words=(word_of(name),)), value.shape)
    return value


def _codes(value: Value) -> list[str]:
    """What is passed to a function for a value."""
    if isinstance(value, (Num, Truth, Packed)):
        return [value.code]
    return list(value.place.address()) if isinstance(value, Stored) else []
