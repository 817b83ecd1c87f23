"""Expressions of a spec: what each form of formula becomes, and the operators that are not of sets alone."""

from __future__ import annotations

from functools import partial
from itertools import accumulate
from typing import Any

from mc.engine.shapes import (
    AtomShape,
    BagShape,
    FnShape,
    IntShape,
    RecordShape,
    SeqShape,
    Shape,
    SortedSetShape,
    UnionShape,
)
from mc.engine.storage import encodable
from mc.engine.translate.arithmetic import Arithmetic
from mc.engine.translate.places import Place, atomic
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
    of_code,
)
from mc.formula import operators as op
from mc.formula.nodes import Apply, Expression, Name, Of, as_written
from mc.formula.nodes import Value as Literal
from mc.formula.operators import Operator

MISSING = object()
_OUTSIDE = "an index is outside of the sequence"
#: So deeply are parentheses nested in generated code, at most, before a part gets a name; Python reads 200.
DEEPEST = 60


def is_deep(code: str) -> bool:
    """Whether code is nested too deeply to be a part of more."""
    if code.count("(") < DEEPEST:
        return False
    return max(accumulate((c == "(") - (c == ")") for c in code)) >= DEEPEST


class Expressions(Arithmetic):
    """Translation of expressions to values."""

    def known(self, node: Expression) -> Any:
        """The value of an expression that depends on constants only."""
        if isinstance(node, Literal):
            return node.value
        fact = self.module.facts.of(node)
        if fact.reads:
            return MISSING
        names = {}
        for name in fact.free:
            value = self.scope.get(name)
            if not isinstance(value, Const):
                return MISSING
            names[name] = value.value
        try:
            return self.module.spec.interpreter.evaluate(node, (), names)
        except Exception:
            return MISSING  # left to be found where, and if, a state makes it evaluated

    # Names, fields, application

    def name(self, node: Name) -> Value:
        """A local name or a variable."""
        if node.of is Of.LOCAL:
            return self.scope[node.name]
        if node.of is not Of.VARIABLE or self.state is None:
            self.mistake(f"{as_written(node.name)} has no value here")
        return self.variable(self.state, node.name)

    def variable(self, state: StateRef, name: str) -> Stored:
        """A variable of a state."""
        shape = self.module.layout.fields.get(name)
        if shape is None:
            self.mistake(f"the spec has no variable {name!r}")
        return Stored(Place(state.pointer).at(self.module.layout.offsets[name]), shape)

    def field(self, node: Apply) -> Value:
        """``value.name``"""
        part = node.operands[1]
        assert isinstance(part, Literal) and isinstance(part.value, str)
        name, value = part.value, self.present(self.expr(node.operands[0]))
        shape = self.shape(value)
        if isinstance(shape, RecordShape) and name in shape.fields:
            return self.part(self.place_of(value).at(shape.offsets[name]), shape.fields[name])
        if isinstance(shape, UnionShape):
            return self._union_field(self.place_of(value), shape, name, getattr(value, "tags", None))
        self.mistake(f"{self.written(node.operands[0])} has no field {name!r}")

    def _union_field(self, place: Place, shape: UnionShape, name: str, tags: frozenset[int] | None = None) -> Value:
        if name == shape.tag:
            return self.part(place, shape.tags)
        found: dict[tuple[int, Any], list[int]] = {}
        for tag, kind in enumerate(shape.kinds):
            if name in kind.fields:
                found.setdefault((kind.offsets[name], kind.fields[name].key), []).append(tag)
        if not found:
            self.mistake(f"no kind of record here has a field {name!r}")
        holders = sorted(number for numbers in found.values() for number in numbers)
        if not set(tags or range(len(shape.kinds))) <= set(holders):
            code = place.load(shape.tags)
            self.fail_if(" and ".join(f"{code} != {k}" for k in holders), f"the record has no field {name}")
        parts = []
        for (offset, _), numbers in found.items():
            field = shape.kinds[numbers[0]].fields[name]
            parts.append((numbers, self.part(place.at(shape.tags.bits + offset), field), field))
        if len(parts) == 1:
            return parts[0][1]
        return self._union_choice(place, shape, parts)

    def _union_choice(self, place: Place, shape: UnionShape, parts: list[tuple[list[int], Value, Shape]]) -> Value:
        """A field whose domain depends on the kind of record."""
        joined = self.join([field for _, _, field in parts])
        result, tag = self.fresh("v"), self.named(place.load(shape.tags), "tag")
        self.emit(f"{result} = {'False' if joined.key == ('bool',) else 0}")
        for numbers, value, _ in parts:
            with self.block(f"if {' or '.join(f'{tag} == {k}' for k in numbers)}:"):
                self.emit(f"{result} = {self.plain(value, joined)}")
        return self.as_plain(result, joined)

    def index(self, node: Apply, value: Value, index: Value) -> Value:
        """``value[index]``"""
        value = self.present(value)
        shape = self.shape(value)
        if isinstance(shape, FnShape):
            code = self.argument(index, shape)
            return self.part(self.place_of(value).slot(shape.slots, code), shape.element)
        if isinstance(shape, SeqShape):
            return self.element_at(value, shape, self.num(index))
        if isinstance(shape, BagShape):
            copies = self.named(self.copies(value, shape, index), "n")
            if not (isinstance(index, Packed) and index.bag == self.place_of(value)):
                self.fail_if(f"{copies} == 0", f"{self.written(node)}: it is not in the bag")
            return Num(copies, 1, shape.copies)
        self.mistake(f"{self.written(node.operands[0])} is not a function, a sequence or a bag")

    def argument(self, index: Value, shape: FnShape) -> str:
        """The code of an argument of a function."""
        self.comparable(index, of_code("0", shape.domain))
        return self.code(index, shape.domain)

    def element_at(self, value: Value, shape: SeqShape, index: Num) -> Value:
        """``seq[index]``, with the check that there is such an element."""
        place = self.place_of(value)
        k = self.named(index.code, "k")
        length = place.load(shape.length)
        if k.isdigit() and int(k) >= 1:
            self.fail_if(f"{length} < {k}" if int(k) <= shape.capacity else "True", _OUTSIDE)
            return self.part(place.at(shape.start).slot(shape.slots, str(int(k) - 1)), shape.element)
        below = f"{k} < 1 or " if index.lo < 1 else ""
        self.fail_if(f"{below}{k} > {length}", _OUTSIDE)
        return self.part(place.at(shape.start).slot(shape.slots, f"({k} - 1)"), shape.element)

    # Logic

    def connected(self, node: Apply) -> Value:
        """``/\\`` or ``\\/``"""
        return self.connect(node.operator is op.AND, [partial(self.expr, operand) for operand in node.operands])

    def negated(self, node: Apply, value: Value) -> Value:
        """``~value``"""
        return Truth(f"(not {atomic(self.truth(value))})")

    def conditional(self, node: Apply) -> Value:
        """``IF test THEN one ELSE two``"""
        first, then, otherwise = node.operands
        test = self.expr(first)
        known = self.decided(test)
        if known is not None:
            return self.expr(then if known else otherwise)
        condition = self.named(self.truth(test), "c")
        self.depth += 1
        with self.aside() as yes:
            one = self.expr(then)
        with self.aside() as no:
            two = self.expr(otherwise)
        self.depth -= 1
        if isinstance(one, Const) and isinstance(two, Const) and exact(one.value) == exact(two.value):
            return one
        shape = self.common(one, two)
        if shape.wide:
            return self._choice(condition, (yes, one), (no, two), shape)
        with self.aside() as more_yes:
            a = self.plain(one, shape)
        with self.aside() as more_no:
            b = self.plain(two, shape)
        if not (yes or no or more_yes or more_no):
            return self.as_plain(f"({a} if {condition} else {b})", shape)
        result = self.fresh("v")
        for header, lines, more, code in ((f"if {condition}:", yes, more_yes, a), ("else:", no, more_no, b)):
            self.emit(header)
            self.lines.extend(lines)
            self.lines.extend("    " + line for line in more)
            self.emit(f"    {result} = {code}")
        return self.as_plain(result, shape)

    def common(self, one: Value, two: Value) -> Shape:
        """A shape that holds both values; a constant takes the shape of the other."""
        if isinstance(one, Const) and (not isinstance(two, Const) or self.told(one) is None):
            one, two = two, one
        shape = self.shape(one)
        if isinstance(two, Const) and not isinstance(shape, (IntShape, AtomShape)) and encodable(shape, two.value):
            return shape
        return self.join([shape, self.shape(two)])

    def plain(self, value: Value, shape: Shape) -> str:
        """Numbers and truths as themselves, other values as codes."""
        if isinstance(shape, IntShape):
            return self.num(value).code
        return self.truth(value) if shape.key == ("bool",) else self.code(value, shape)

    def as_plain(self, code: str, shape: Shape) -> Value:
        if isinstance(shape, IntShape):
            return Num(code, shape.lo, shape.hi)
        return Truth(code) if shape.key == ("bool",) else Packed(code, shape)

    def _choice(
        self, condition: str, one: tuple[list[str], Value], two: tuple[list[str], Value], shape: Shape
    ) -> Value:
        place = self.scratch(shape)
        for header, (lines, value) in ((f"if {condition}:", one), ("else:", two)):
            with self.block(header):
                self.lines.extend(lines)
                self.fill(place, value, shape)
        return Stored(place, shape)

    def compared(self, node: Apply, left: Value, right: Value) -> Value:
        """``=``, ``\\in``, ``<`` and their like."""
        operator = node.operator
        if operator in (op.EQ, op.NE):
            return self._unless(self.equal(left, right), operator is op.NE)
        if operator in (op.IN, op.NOT_IN):
            return self._unless(self.contains(right, left), operator is op.NOT_IN)
        symbol = operator.python
        if self.is_set(left) or self.is_set(right):
            return self.subset(symbol, left, right)
        atoms = [shape.members for v in (left, right) if isinstance(shape := self.shape(v), AtomShape)]
        if not all(any(type(member) is int for member in members) for members in atoms):
            self.mistake(f"model values and strings have no order: {symbol} compares numbers or sets")
        return Truth(f"{atomic(self.num(left).code)} {symbol} {atomic(self.num(right).code)}")

    def _unless(self, value: Value, negate: bool) -> Value:
        if not negate:
            return value
        return Const(not value.value) if isinstance(value, Const) else Truth(f"(not {atomic(self.truth(value))})")

    # Numbers, sets and bags

    def interval(self, node: Apply, lo: Value, hi: Value) -> Value:
        """``lo..hi``"""
        return Interval(self.num(lo), self.num(hi))

    def opposite(self, node: Apply, value: Value) -> Num:
        """``-value``"""
        number = self.num(value)
        return Num(f"(-{atomic(number.code)})", -number.hi, -number.lo)

    def magnitude(self, node: Apply, value: Value) -> Num:
        """The absolute value of a number."""
        number = self.num(value)
        return Num(f"abs({number.code})", 0, max(abs(number.lo), abs(number.hi)))

    def combined(self, node: Apply, left: Value, right: Value) -> Value:
        """``left + right`` and its like, of numbers, sets, sequences or bags."""
        operator: Operator = node.operator
        if operator in (op.ADD, op.SUBTRACT):
            shape = None if isinstance(left, (Const, Tuple)) else self.shape(left)
            if isinstance(shape, BagShape) and not isinstance(shape, SortedSetShape):
                return self.bag_change(left, operator.python, right)
            if operator is op.ADD:
                if isinstance(left, Const) and left.value == () and isinstance(self.shape(right), SeqShape):
                    return right
                if isinstance(left, Tuple) or (isinstance(left, Const) and isinstance(left.value, tuple)):
                    shape = self.shape(left)
                if isinstance(shape, SeqShape):
                    return self._concatenate(left, shape, right)
        if self.is_set(left) or self.is_set(right):
            return self.set_operation(operator, left, right)
        return self.arithmetic(node, self.num(left), self.num(right))
