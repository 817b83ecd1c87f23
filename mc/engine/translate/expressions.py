"""Expressions of a spec."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
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
    Num,
    Packed,
    StateRef,
    Stored,
    Truth,
    Tuple,
    Value,
    of_code,
)
from mc.lang.rewrite import executable

_ORDER = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_MISSING = object()
_OUTSIDE = "an index is outside of the sequence"
#: So deeply are parentheses nested in generated code, at most, before a part gets a name; Python reads 200.
DEEPEST = 60


def _is_deep(code: str) -> bool:
    """Whether code is nested too deeply to be a part of more."""
    if code.count("(") < DEEPEST:
        return False
    return max(accumulate((c == "(") - (c == ")") for c in code)) >= DEEPEST


class Expressions(Arithmetic):
    """Translation of expression nodes to values."""

    def expr(self, node: ast.expr) -> Value:
        """Translate one expression; code that must run before it is emitted."""
        self.line = getattr(node, "lineno", self.line)
        known = self._known(node)
        if known is not _MISSING:
            return Const(known)
        method: Callable[[Any], Value] | None = getattr(self, f"_{type(node).__name__}", None)
        if method is None:
            raise self.unsupported(node, f"this is not part of the spec language: {ast.unparse(node)}")
        with self.placed():
            value = method(node)
            return self.bind(value) if _is_deep(getattr(value, "code", "")) else value

    def _known(self, node: ast.expr) -> Any:
        """The value of an expression that depends on constants only."""
        names: set[str] = set()
        bound: set[str] = set()
        for n in ast.walk(node):
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store):
                bound.add(n.id)
            elif isinstance(n, ast.Name):
                if n.id in self.scope and not isinstance(self.scope[n.id], Const):
                    return _MISSING  # which most expressions soon show: they are about the state
                names.add(n.id)
        if not bound.isdisjoint(self.scope):
            return _MISSING  # one name for two things: not worth telling them apart
        local = {name: value.value for name, value in self.scope.items() if name in names and isinstance(value, Const)}
        for name in sorted(names - bound - local.keys()):
            if name not in self.module.namespace and name not in self.module.builtins:
                self.mistake(f"the name {name!r} is not defined")
        try:
            code = compile(ast.Expression(executable(node)), self.file, "eval")
            value = eval(code, {**self.module.namespace, **local})
        except Exception:
            return _MISSING  # left to be found where, and if, a state makes it evaluated
        if isinstance(value, Iterator):
            return _MISSING
        return frozenset(value) if isinstance(value, set) else value

    # Names, fields, application

    def _Name(self, node: ast.Name) -> Value:
        if node.id in self.scope:
            return self.scope[node.id]
        self.mistake(f"{node.id} is a definition: call it")

    def _Attribute(self, node: ast.Attribute) -> Value:
        value = self.expr(node.value)
        if not isinstance(value, StateRef):
            value = self.present(value)
        else:
            shape = self.module.layout.fields.get(node.attr)
            if shape is None:
                self.mistake(f"the spec has no variable {node.attr!r}")
            return Stored(Place(value.pointer).at(self.module.layout.offsets[node.attr]), shape)
        shape = self.shape(value)
        if isinstance(shape, RecordShape) and node.attr in shape.fields:
            return self.part(self.place_of(value).at(shape.offsets[node.attr]), shape.fields[node.attr])
        if isinstance(shape, UnionShape):
            return self._union_field(self.place_of(value), shape, node.attr, getattr(value, "tags", None))
        self.mistake(f"{ast.unparse(node.value)} has no field {node.attr!r}")

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
                self.emit(f"{result} = {self._plain(value, joined)}")
        return self._as_plain(result, joined)

    def _Subscript(self, node: ast.Subscript) -> Value:
        value = self.expr(node.value)
        index = self.expr(node.slice)
        self.line = node.lineno
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
                self.fail_if(f"{copies} == 0", f"{ast.unparse(node)}: it is not in the bag")
            return Num(copies, 1, shape.copies)
        self.mistake(f"{ast.unparse(node.value)} is not a function, a sequence or a bag")

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

    def _BoolOp(self, node: ast.BoolOp) -> Value:
        return self.connect(isinstance(node.op, ast.And), [partial(self.expr, operand) for operand in node.values])

    def _UnaryOp(self, node: ast.UnaryOp) -> Value:
        value = self.expr(node.operand)
        if isinstance(node.op, ast.Not):
            return Truth(f"(not {atomic(self.truth(value))})")
        if isinstance(node.op, ast.USub):
            number = self.num(value)
            return Num(f"(-{atomic(number.code)})", -number.hi, -number.lo)
        raise self.unsupported(node, f"this operator is not part of the spec language: {ast.unparse(node)}")

    def _IfExp(self, node: ast.IfExp) -> Value:
        test = self.expr(node.test)
        known = self.decided(test)
        if known is not None:
            return self.expr(node.body if known else node.orelse)
        condition = self.named(self.truth(test), "c")
        self.depth += 1
        with self.aside() as yes:
            one = self.expr(node.body)
        with self.aside() as no:
            two = self.expr(node.orelse)
        self.depth -= 1
        shape = self.common(one, two)
        if shape.wide:
            return self._choice(condition, (yes, one), (no, two), shape)
        with self.aside() as more_yes:
            a = self._plain(one, shape)
        with self.aside() as more_no:
            b = self._plain(two, shape)
        if not (yes or no or more_yes or more_no):
            return self._as_plain(f"({a} if {condition} else {b})", shape)
        result = self.fresh("v")
        for header, lines, more, code in ((f"if {condition}:", yes, more_yes, a), ("else:", no, more_no, b)):
            self.emit(header)
            self.lines.extend(lines)
            self.lines.extend("    " + line for line in more)
            self.emit(f"    {result} = {code}")
        return self._as_plain(result, shape)

    def common(self, one: Value, two: Value) -> Shape:
        """A shape that holds both values; a constant takes the shape of the other."""
        if isinstance(one, Const) and (not isinstance(two, Const) or self.told(one) is None):
            one, two = two, one
        shape = self.shape(one)
        if isinstance(two, Const) and not isinstance(shape, (IntShape, AtomShape)) and encodable(shape, two.value):
            return shape
        return self.join([shape, self.shape(two)])

    def _plain(self, value: Value, shape: Shape) -> str:
        """Numbers and truths as themselves, other values as codes."""
        if isinstance(shape, IntShape):
            return self.num(value).code
        return self.truth(value) if shape.key == ("bool",) else self.code(value, shape)

    def _as_plain(self, code: str, shape: Shape) -> Value:
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

    def _Compare(self, node: ast.Compare) -> Value:
        left = self.expr(node.left)
        if len(node.ops) == 1:
            return self._comparison(node, 0, left)[0]
        state = [self.bind(left)]

        def test(position: int) -> Value:
            value, right = self._comparison(node, position, state[-1])
            state.append(right)
            return value

        return self.connect(True, [partial(test, k) for k in range(len(node.ops))])

    def _comparison(self, node: ast.Compare, position: int, left: Value) -> tuple[Value, Value]:
        """One test of a chain of them, and its right side."""
        right = self.expr(node.comparators[position])
        self.line = node.lineno
        if position + 1 < len(node.ops):
            right = self.bind(right)
        return self._compare(node.ops[position], left, right), right

    def _compare(self, operator: ast.cmpop, left: Value, right: Value) -> Value:
        if isinstance(operator, (ast.Eq, ast.NotEq)):
            return self._negated(self.equal(left, right), isinstance(operator, ast.NotEq))
        if isinstance(operator, (ast.In, ast.NotIn)):
            return self._negated(self.contains(right, left), isinstance(operator, ast.NotIn))
        symbol = _ORDER.get(type(operator))
        if symbol is None:
            self.mistake("'is' is not part of the spec language: use ==")
        if self.is_set(left) or self.is_set(right):
            return self.subset(symbol, left, right)
        atoms = [shape.members for v in (left, right) if isinstance(shape := self.shape(v), AtomShape)]
        if not all(any(type(member) is int for member in members) for members in atoms):
            self.mistake(f"model values and strings have no order: {symbol} compares numbers or sets")
        return Truth(f"{atomic(self.num(left).code)} {symbol} {atomic(self.num(right).code)}")

    def _negated(self, value: Value, negate: bool) -> Value:
        if not negate:
            return value
        return Const(not value.value) if isinstance(value, Const) else Truth(f"(not {atomic(self.truth(value))})")

    # Numbers, sets and bags

    def _BinOp(self, node: ast.BinOp) -> Value:
        left, right = self.expr(node.left), self.expr(node.right)
        self.line = node.lineno
        if isinstance(node.op, (ast.Add, ast.Sub)):
            shape = None if isinstance(left, (Const, Tuple)) else self.shape(left)
            if isinstance(shape, BagShape) and not isinstance(shape, SortedSetShape):
                return self.bag_change(left, "+" if isinstance(node.op, ast.Add) else "-", right)
            if isinstance(node.op, ast.Add):
                if isinstance(left, Const) and left.value == () and isinstance(self.shape(right), SeqShape):
                    return right
                if isinstance(left, Tuple) or (isinstance(left, Const) and isinstance(left.value, tuple)):
                    shape = self.shape(left)
                if isinstance(shape, SeqShape):
                    return self._concatenate(left, shape, right)
        if self.is_set(left) or self.is_set(right):
            return self.set_operation(node, left, right)
        return self.arithmetic(node, self.num(left), self.num(right))
