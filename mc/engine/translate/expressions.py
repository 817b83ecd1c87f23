"""Expressions of a spec."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from mc.engine.shapes import (
    AtomShape,
    BagShape,
    FnShape,
    IntShape,
    RecordShape,
    SeqShape,
    SetShape,
    Shape,
    UnionShape,
)
from mc.engine.translate.builders import Builders
from mc.engine.translate.places import Place, atomic
from mc.engine.translate.values import (
    BagChange,
    Builder,
    Const,
    Num,
    Packed,
    SetOf,
    StateRef,
    Stored,
    Truth,
    Tuple,
    Value,
)

_ORDER = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_SET_OPERATORS = {ast.BitOr: "|", ast.BitAnd: "&", ast.Sub: "& ~", ast.BitXor: "^"}
_MISSING = object()


class Expressions(Builders):
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
        return method(node)

    def _known(self, node: ast.expr) -> Any:
        """The value of an expression that depends on constants only."""
        bound = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        local: dict[str, Any] = {}
        for name in {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - bound:
            if name in self.scope:
                value = self.scope[name]
                if not isinstance(value, Const):
                    return _MISSING
                local[name] = value.value
            elif name not in self.module.namespace and name not in self.module.builtins:
                self.mistake(f"the name {name!r} is not defined")
        try:
            code = compile(ast.Expression(node), self.file, "eval")
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
        if isinstance(value, StateRef):
            shape = self.module.layout.fields.get(node.attr)
            if shape is None:
                self.mistake(f"the spec has no variable {node.attr!r}")
            return Stored(Place(value.pointer).at(self.module.layout.offsets[node.attr]), shape)
        shape = self.shape(value)
        if isinstance(shape, RecordShape) and node.attr in shape.fields:
            return self.part(self.place_of(value).at(shape.offsets[node.attr]), shape.fields[node.attr])
        if isinstance(shape, UnionShape):
            return self._union_field(self.place_of(value), shape, node.attr)
        self.mistake(f"{ast.unparse(node.value)} has no field {node.attr!r}")

    def _union_field(self, place: Place, shape: UnionShape, name: str) -> Value:
        if name == shape.tag:
            return self.part(place, shape.tags)
        found: dict[tuple[int, Any], list[int]] = {}
        for tag, kind in enumerate(shape.kinds):
            if name in kind.fields:
                found.setdefault((kind.offsets[name], kind.fields[name].key), []).append(tag)
        if not found:
            self.mistake(f"no kind of record here has a field {name!r}")
        holders = sorted(number for numbers in found.values() for number in numbers)
        if len(holders) < len(shape.kinds):
            code = place.load(shape.tags)
            self.fail_if(" and ".join(f"{code} != {k}" for k in holders))
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
        if isinstance(value, Const):
            self.mistake(f"{ast.unparse(node.value)} is a constant function: write it as a definition")
        shape = self.shape(value)
        if isinstance(shape, FnShape):
            code = self.code(index, shape.domain)
            return self.part(self.place_of(value).slot(shape.slots, code), shape.element)
        if isinstance(shape, SeqShape):
            return self.element_at(value, shape, self.num(index))
        if isinstance(shape, BagShape):
            copies = self.named(self.copies(value, shape, index), "n")
            if not (isinstance(index, Packed) and index.bag is not None):
                self.fail_if(f"{copies} == 0")
            return Num(copies, 1, shape.copies)
        self.mistake(f"{ast.unparse(node.value)} is not a function, a sequence or a bag")

    def element_at(self, value: Value, shape: SeqShape, index: Num) -> Value:
        """``seq[index]``, with the check that there is such an element."""
        place = self.place_of(value)
        k = self.named(index.code, "k")
        length = place.load(shape.length)
        if k.isdigit() and int(k) >= 1:
            self.fail_if(f"{length} < {k}" if int(k) <= shape.capacity else "True")
            return self.part(place.at(shape.start).slot(shape.slots, str(int(k) - 1)), shape.element)
        below = f"{k} < 1 or " if index.lo < 1 else ""
        self.fail_if(f"{below}{k} > {length}")
        return self.part(place.at(shape.start).slot(shape.slots, f"({k} - 1)"), shape.element)

    # Logic

    def _BoolOp(self, node: ast.BoolOp) -> Value:
        conjunction = isinstance(node.op, ast.And)
        word = "and" if conjunction else "or"
        code = ""
        for operand in node.values:
            self.depth += 1
            with self.aside() as lines:
                value = self.expr(operand)
                if not isinstance(value, Const):
                    value = Truth(self.truth(value))
            self.depth -= 1
            if isinstance(value, Const) and bool(value.value) == conjunction:
                continue
            operand_code = self.truth(value)
            if not code:
                self.lines.extend(line[4:] for line in lines)
                code = operand_code
            elif not lines:
                code = f"({code} {word} {operand_code})"
            else:
                result = self.fresh("c")
                self.emit(f"{result} = {code}")
                self.emit(f"if {result}:" if conjunction else f"if not {result}:")
                self.lines.extend(lines)
                self.emit(f"    {result} = {operand_code}")
                code = result
            if isinstance(value, Const):
                break
        return Truth(code) if code else Const(conjunction)

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
        if isinstance(test, Const):
            return self.expr(node.body if test.value else node.orelse)
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
        if isinstance(one, Const) and not isinstance(two, Const):
            one, two = two, one
        shape = self.shape(one)
        if isinstance(two, Const) and not isinstance(shape, (IntShape, AtomShape)):
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
        tests: list[Value] = []
        for operator, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.expr(right_node)
            self.line = node.lineno
            if len(node.ops) > 1:
                right = self.bind(right)
            tests.append(self._compare(operator, left, right))
            left = right
        if any(isinstance(t, Const) and not t.value for t in tests):
            return Const(False)
        codes = [self.truth(t) for t in tests if not isinstance(t, Const)]
        return Truth(codes[0] if len(codes) == 1 else f"({' and '.join(codes)})") if codes else Const(True)

    def _compare(self, operator: ast.cmpop, left: Value, right: Value) -> Value:
        if isinstance(operator, (ast.Eq, ast.NotEq)):
            return self._negated(self.equal(left, right), isinstance(operator, ast.NotEq))
        if isinstance(operator, (ast.In, ast.NotIn)):
            return self._negated(self.contains(right, left), isinstance(operator, ast.NotIn))
        symbol = _ORDER.get(type(operator))
        if symbol is None:
            self.mistake("'is' is not part of the spec language: use ==")
        shapes = [self.shape(v) for v in (left, right) if not isinstance(v, Const)]
        if any(isinstance(shape, SetShape) for shape in shapes):
            return self._subset(symbol, left, right, next(s for s in shapes if isinstance(s, SetShape)))
        if any(isinstance(shape, AtomShape) for shape in shapes):
            self.mistake(f"model values and strings have no order: {symbol} compares numbers or sets")
        return Truth(f"{atomic(self.num(left).code)} {symbol} {atomic(self.num(right).code)}")

    def _negated(self, value: Value, negate: bool) -> Value:
        if not negate:
            return value
        return Const(not value.value) if isinstance(value, Const) else Truth(f"(not {atomic(self.truth(value))})")

    def _subset(self, symbol: str, left: Value, right: Value, shape: SetShape) -> Value:
        if symbol in (">", ">="):
            left, right = right, left
        if shape.wide:
            self.mistake("sets this large are compared by all(x in b for x in a)")
        a, b = self.named(self.code(left, shape)), self.named(self.code(right, shape))
        proper = f" and {a} != {b}" if symbol in ("<", ">") else ""
        return Truth(f"({a} & ~{b} == 0{proper})")

    # Numbers, sets and bags

    def _BinOp(self, node: ast.BinOp) -> Value:
        left, right = self.expr(node.left), self.expr(node.right)
        self.line = node.lineno
        if isinstance(node.op, (ast.Add, ast.Sub)):
            shape = None if isinstance(left, (Const, Tuple)) else self.shape(left)
            if isinstance(shape, BagShape):
                return self._bag_change(left, "+" if isinstance(node.op, ast.Add) else "-", right)
            if isinstance(shape, SeqShape) and isinstance(node.op, ast.Add):
                return self._concatenate(left, shape, right)
        if self._is_set(left) or self._is_set(right):
            return self._set_operation(node, left, right)
        return self._arithmetic(node, self.num(left), self.num(right))

    def _is_set(self, value: Value) -> bool:
        if isinstance(value, Const):
            return isinstance(value.value, (frozenset, set))
        return isinstance(value, SetOf) or isinstance(self.shape(value), SetShape)

    def _arithmetic(self, node: ast.BinOp, a: Num, b: Num) -> Value:
        x, y = atomic(a.code), atomic(b.code)
        if isinstance(node.op, ast.Add):
            return Num(f"({x} + {y})", a.lo + b.lo, a.hi + b.hi)
        if isinstance(node.op, ast.Sub):
            return Num(f"({x} - {y})", a.lo - b.hi, a.hi - b.lo)
        if isinstance(node.op, ast.Mult):
            ends = [p * q for p in (a.lo, a.hi) for q in (b.lo, b.hi)]
            return Num(f"({x} * {y})", min(ends), max(ends))
        if isinstance(node.op, (ast.FloorDiv, ast.Mod)):
            if b.lo < 1:
                y = self.named(b.code)
                self.fail_if(f"{y} < 1")
            if isinstance(node.op, ast.Mod):
                return Num(f"({x} % {y})", 0, max(0, b.hi - 1))
            return Num(f"({x} // {y})", min(a.lo, 0), max(a.hi, 0))
        raise self.unsupported(node, f"this operator is not part of the spec language: {ast.unparse(node)}")

    def _bag_change(self, bag: Value, sign: str, elements: Value) -> Value:
        if isinstance(elements, SetOf):
            values: list[Value] = list(elements.elements)
        elif isinstance(elements, Const) and isinstance(elements.value, frozenset):
            values = [Const(v) for v in elements.value]
        else:
            self.mistake("a bag changes by a set of elements: bag + {m}, bag - {m}")
        changes = tuple((sign, self.bind(v)) for v in values)
        if isinstance(bag, BagChange):
            return BagChange(bag.bag, (*bag.changes, *changes))
        return BagChange(bag, changes)

    def _set_operation(self, node: ast.BinOp, left: Value, right: Value) -> Value:
        symbol = _SET_OPERATORS.get(type(node.op))
        if symbol is None:
            raise self.unsupported(node, "sets are combined by |, & and -")
        given = [v for v in (left, right) if isinstance(v, (Packed, Stored, Builder))]
        shape = self.shape(given[0]) if given else self.join_sets(left, right)
        if not isinstance(shape, SetShape):
            self.mistake("only sets of bounded universe are combined by |, & and -")
        if not shape.wide:
            return Packed(f"({self.code(left, shape)} {symbol} {self.code(right, shape)})", shape)

        def fill(place: Place, target: Shape) -> None:
            if target.key != shape.key:
                self.mistake("this set is assigned to a variable of another kind of set")
            self.fill(place, left, shape)
            other = self.place_of(self.settle(right, shape))
            (base, word), (source, start) = place.address(), other.address()
            for k in range(shape.words):
                self.emit(f"{base}[{word} + {k}] = {base}[{word} + {k}] {symbol} {source}[{start} + {k}]")

        return Builder(fill, lambda: shape)

    def join_sets(self, left: Value, right: Value) -> Shape:
        """The universe for two sets that are both written out."""
        elements = [s.element for s in (self.shape(left), self.shape(right)) if isinstance(s, SetShape)]
        return self.set_of(self.join(elements))
