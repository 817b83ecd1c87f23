"""Calls: TLA+ operators, Python's own builders, constructors of records, and the spec's definitions."""

from __future__ import annotations

import ast
import types
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

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
from mc.engine.translate.body import parameter_name
from mc.engine.translate.expressions import Expressions
from mc.engine.translate.places import Place, atomic
from mc.engine.translate.values import (
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
)
from mc.lang import domains, operators
from mc.lang.arithmetic import LARGEST
from mc.lang.composites import Record, Union
from mc.lang.domains import Domain

#: How deep definitions may be expanded into each other before they count as recursive.
MAX_DEPTH = 40


class Calls(Expressions):
    """Translation of call nodes."""

    expanding = 0
    #: Locals of the definition that are assigned more than once: the shape each keeps.
    mutable: dict[str, Shape | None]

    def _Call(self, node: ast.Call) -> Value:
        if not isinstance(node.func, ast.Name):
            raise self.unsupported(node, f"only names are called in a spec, not {ast.unparse(node.func)}")
        name = node.func.id
        function = self.module.namespace.get(name, self.module.builtins.get(name))
        special = (
            _SPECIAL.get(function) if isinstance(function, (type, types.FunctionType)) or callable(function) else None
        )
        if special is not None:
            if node.keywords:
                raise self.unsupported(node, f"{name} takes no keywords")
            return getattr(self, special)(node)  # type: ignore[no-any-return]
        if isinstance(function, (Record, Union)):
            return self._construct(node, function)
        if isinstance(function, types.FunctionType):
            if node.keywords:
                raise self.unsupported(node, f"give the arguments of {name} by position")
            return self.call(function, [self.expr(a) for a in node.args], node)
        raise self.unsupported(node, f"{name} cannot be called in a spec")

    def _argument(self, node: ast.Call, count: int) -> list[Value]:
        if len(node.args) != count:
            raise self.unsupported(node, f"{ast.unparse(node.func)} takes {count} argument(s)")
        return [self.expr(a) for a in node.args]

    # Operators of mc.lang

    def _call_len(self, node: ast.Call) -> Value:
        (value,) = self._argument(node, 1)
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

    def _call_length(self, node: ast.Call) -> Value:
        (value,) = self._argument(node, 1)
        shape = self.told(value)
        if isinstance(shape, FnShape) and shape.sequence:
            return Const(len(shape.keys))
        if not (isinstance(shape, SeqShape) or isinstance(value, Tuple)):
            self.mistake(f"Len is of a sequence, not of {self.describe(value)}")
        return self._size(value)

    def _call_cardinality(self, node: ast.Call) -> Value:
        (value,) = self._argument(node, 1)
        if not self.is_set(value) and (isinstance(value, Builder) or not isinstance(self.told(value), BagShape)):
            self.mistake(f"Cardinality is of a set, not of {self.describe(value)}")
        return self._size(value)

    def _call_append(self, node: ast.Call) -> Value:
        seq, element = self._argument(node, 2)
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

    def _call_subseq(self, node: ast.Call) -> Value:
        seq, first, last = self._argument(node, 3)
        return self.subseq(seq, self.num(first), self.num(last))

    def subseq(self, seq: Value, first: Num, last: Num) -> Value:
        """``SubSeq(seq, first, last)``."""
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

    def _call_head(self, node: ast.Call) -> Value:
        (seq,) = self._argument(node, 1)
        return self.element_at(seq, self._seq_shape(seq), Num("1", 1, 1))

    def _call_tail(self, node: ast.Call) -> Value:
        (seq,) = self._argument(node, 1)
        shape = self._seq_shape(seq)
        length = self.named(self.place_of(seq).load(shape.length), "n")
        self.fail_if(f"{length} == 0", "Tail of an empty sequence")
        return self.subseq(seq, Num("2", 2, 2), Num(length, 0, shape.capacity))

    def _call_copies(self, node: ast.Call) -> Value:
        element, bag = self._argument(node, 2)
        shape = self.shape(bag)
        if not isinstance(shape, BagShape):
            self.mistake("CopiesIn counts in a bag")
        return Num(self.copies(bag, shape, element), 0, shape.copies)

    def _call_max(self, node: ast.Call) -> Value:
        return self._extreme(node, "max")

    def _call_min(self, node: ast.Call) -> Value:
        return self._extreme(node, "min")

    def _extreme(self, node: ast.Call, which: str) -> Value:
        if len(node.args) == 1 and isinstance(node.args[0], (ast.GeneratorExp, ast.SetComp)):
            return self._fold(node.args[0], which)
        values = [self.expr(a) for a in node.args]
        written_out = len(values) == 1 and isinstance(values[0], SetOf)
        if written_out:
            values = list(values[0].elements)  # type: ignore[attr-defined]
        if len(values) > 1 or written_out:
            numbers = [self.num(v) for v in values]
            choose: Callable[..., int] = max if which == "max" else min
            lo, hi = choose(n.lo for n in numbers), choose(n.hi for n in numbers)
            code = f"{which}({', '.join(n.code for n in numbers)})" if len(numbers) > 1 else numbers[0].code
            return Num(code, lo, hi)
        (value,) = values
        empty_set = f"{which} of an empty set"
        if isinstance(value, Interval):
            self.fail_if(f"{value.lo.code} > {value.hi.code}", empty_set)
            return value.hi if which == "max" else value.lo
        shape = self.shape(value)
        if not isinstance(shape, (SetShape, SortedSetShape)) or not isinstance(shape.element, IntShape):
            self.mistake(f"{which} needs a set of numbers")
        if shape.wide:
            return self._fold_elements(which, lambda: self.elements(value), lambda element: element)
        code = self.named(self.code(value, shape))
        self.fail_if(f"{code} == 0", empty_set)
        bit = f"{'highest' if which == 'max' else 'lowest'}_bit({code})"
        return Num(f"({bit} + {shape.element.lo})", shape.element.lo, shape.element.hi)

    def _fold(self, node: ast.GeneratorExp | ast.SetComp, which: str) -> Value:
        return self._fold_elements(which, lambda: self.generators(node), lambda _: self.expr(node.elt))

    def _fold_elements(
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

    # Python's builders

    def _call_all(self, node: ast.Call) -> Value:
        return self._quantified(node, True)

    def _call_any(self, node: ast.Call) -> Value:
        return self._quantified(node, False)

    def _quantified(self, node: ast.Call, universal: bool) -> Value:
        if len(node.args) != 1 or not isinstance(node.args[0], ast.GeneratorExp):
            raise self.unsupported(node, "write all(condition for x in S), any(condition for x in S)")
        return self.quantify(node.args[0], universal)

    def _call_sum(self, node: ast.Call) -> Value:
        if len(node.args) != 1 or not isinstance(node.args[0], ast.GeneratorExp):
            raise self.unsupported(node, "write sum(number for x in S)")
        return self.total(node.args[0])

    def _call_range(self, node: ast.Call) -> Value:
        lo, hi = (self.num(v) for v in self._argument(node, 2))
        return Interval(lo, hi)

    def _call_abs(self, node: ast.Call) -> Value:
        (value,) = self._argument(node, 1)
        number = self.num(value)
        return Num(f"abs({number.code})", 0, max(abs(number.lo), abs(number.hi)))

    def _call_set(self, node: ast.Call) -> Value:
        if len(node.args) != 1 or not isinstance(node.args[0], ast.GeneratorExp):
            raise self.unsupported(node, "write set() or {x for x in S if condition}")
        comprehension = node.args[0]
        as_set = ast.SetComp(comprehension.elt, comprehension.generators)
        return self._SetComp(ast.copy_location(as_set, node))

    # Records

    def _construct(self, node: ast.Call, domain: Record | Union) -> Value:
        if node.args or any(k.arg is None for k in node.keywords):
            raise self.unsupported(node, "a record is made by its fields: Message(type='a', value=v)")
        given = {k.arg: self.bind(self.expr(k.value)) for k in node.keywords if k.arg is not None}
        shape = self.module.shape_of(domain)
        self.line = node.lineno
        record, offset, tag = self._kind(given, shape)
        missing = [n for n in record.fields if n not in given]
        extra = [n for n in given if n not in record.fields]
        if missing or extra:
            self.mistake(f"{ast.unparse(node.func)}(...): missing fields {missing}, unknown fields {extra}")
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

    def call(self, function: types.FunctionType, arguments: list[Value], node: ast.AST | None) -> Value:
        """Apply a definition: in place where it is one expression, else as a function of its own."""
        initial = any(isinstance(a, StateRef) and a.assigned is not None for a in arguments)
        definition = self.module.definition(function, initial)
        parameters = [a.arg for a in definition.node.args.args]
        if len(parameters) != len(arguments):
            raise self.unsupported(
                node, f"{function.__name__} takes {len(parameters)} argument(s), not {len(arguments)}"
            )
        for name, argument in zip(parameters, arguments, strict=True):
            state = ("t" if argument.primed else "s") if isinstance(argument, StateRef) else None
            if state != (name if name in ("s", "t") else None):
                raise self.unsupported(node, f"{function.__name__}: s is passed as s, t as t, and nothing else as them")
        if definition.expandable:
            return self._expand(definition, dict(zip(parameters, arguments, strict=True)))
        passed: list[str] = []
        kinds: list[Value] = []
        for name, argument in zip(parameters, arguments, strict=True):
            value = argument if isinstance(argument, (Const, StateRef)) else self.bind(argument, name)
            if isinstance(value, (Tuple, Interval)):
                if (shape := self.told(value)) is None:
                    self.mistake(
                        f"argument {name} of {function.__name__}: assign this value to a field or variable first"
                    )
                value = self.settle(value, shape, name)
            codes, kind = self._parameter(name, value)
            passed += codes
            kinds.append(kind)
        generated = self.module.specialise(definition, dict(zip(parameters, kinds, strict=True)))
        code = f"{generated.name}({', '.join([*passed, 'x'])})"
        if generated.result is None:
            return Truth(code)
        if isinstance(generated.result, IntShape):
            return Num(code, generated.result.lo, generated.result.hi)
        return Packed(code, generated.result)

    def _parameter(self, name: str, value: Value) -> tuple[list[str], Value]:
        """What is passed for an argument, and what the parameter is inside the function."""
        name = parameter_name(name)
        if isinstance(value, Const):
            return [], value
        if isinstance(value, StateRef):
            return [value.pointer], replace(value, pointer=name)
        if isinstance(value, Num):
            return [value.code], Num(name, value.lo, value.hi)
        if isinstance(value, Truth):
            return [value.code], Truth(name)
        if isinstance(value, Packed):
            return [value.code], Packed(name, value.shape)
        assert isinstance(value, Stored)
        base, word = value.place.address()
        return [base, word], Stored(Place(name, words=(f"{name}_word",)), value.shape)

    def _expand(self, definition: Any, scope: dict[str, Value]) -> Value:
        if self.expanding > MAX_DEPTH:
            self.mistake(f"{definition.node.name} is recursive; the spec language has no recursion")
        self.expanding += 1
        for name, value in scope.items():
            if isinstance(value, (Num, Truth, Packed)):
                scope[name] = self.bind(value, name)
        result: Value = Const(False)  # Python's None, where nothing is returned
        kept, self.mutable = self.mutable, {}
        with self.within(scope, definition.file):
            for statement in definition.body:
                if isinstance(statement, ast.Return):
                    assert statement.value is not None
                    result = self.expr(statement.value)
                else:
                    self.statement(statement)
        self.mutable = kept
        self.expanding -= 1
        return result

    def statement(self, node: ast.stmt) -> None:
        raise NotImplementedError


_SPECIAL: dict[Any, str] = {
    operators.Len: "_call_length",
    operators.Cardinality: "_call_cardinality",
    len: "_call_len",
    operators.Append: "_call_append",
    operators.SubSeq: "_call_subseq",
    operators.Head: "_call_head",
    operators.Tail: "_call_tail",
    operators.CopiesIn: "_call_copies",
    operators.Max: "_call_max",
    operators.Min: "_call_min",
    max: "_call_max",
    min: "_call_min",
    all: "_call_all",
    any: "_call_any",
    sum: "_call_sum",
    abs: "_call_abs",
    set: "_call_set",
    frozenset: "_call_set",
    domains.Range: "_call_range",
}

assert issubclass(domains.Range, Domain)
