"""Statements of a spec, and whole functions."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mc.engine.shapes import BoolShape, FnShape, IntShape, OptionalShape, RecordShape, SeqShape, Shape, UnionShape
from mc.engine.slots import PAYLOAD
from mc.engine.translate.body import SCRATCH
from mc.engine.translate.calls import Calls
from mc.engine.translate.places import Place
from mc.engine.translate.values import (
    Interval,
    Num,
    Packed,
    StateRef,
    Stored,
    Truth,
    Tuple,
    Value,
)
from mc.lang.arithmetic import LARGEST
from mc.lang.rewrite import has_step

if TYPE_CHECKING:
    from mc.engine.translate.module import Module


def assignments(body: list[ast.stmt]) -> dict[str, int]:
    """How often each local name is assigned to (a change in place counts as twice)."""
    counts: dict[str, int] = {}
    for node in (n for statement in body for n in ast.walk(statement)):
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AugAssign):
            targets = [node.target, node.target]
        for target in targets:
            if isinstance(target, ast.Name):
                counts[target.id] = counts.get(target.id, 0) + 1
    return counts


class Statements(Calls):
    """Translation of statement nodes."""

    #: The shapes of all returned values (first pass), and the shape to return (second pass).
    returned: list[Shape | None]
    result: Shape | None = None
    #: Whether numbers that are assigned more than once may be any.
    unbounded = False

    def __init__(self, module: Module, file: str, returns: str) -> None:
        super().__init__(module, file, returns)
        self.mutable = {}
        #: The generated variables of the locals in ``mutable``.
        self.variables: dict[str, str] = {}

    def function_body(self, body: list[ast.stmt], known: dict[str, Shape | None], unbounded: bool) -> None:
        """Translate the body of a definition.

        ``known``: shapes of locals that are assigned more than once; ``unbounded``: their numbers have no bounds.
        """
        self.unbounded = unbounded
        self.returned = []
        self.mutable = {name: known.get(name) for name, count in assignments(body).items() if count > 1}
        self.variables = {name: self.fresh(f"{name}_") for name in self.mutable}
        self.suite(body)

    def fall_off(self) -> None:
        """The end of a body without a return, where Python returns None."""
        if self.result is None:
            self.emit("return False")
        else:
            self.fail("the definition ends without a return")

    def suite(self, body: list[ast.stmt]) -> None:
        for statement in body:
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        self.line = node.lineno
        method = getattr(self, f"_do_{type(node).__name__}", None)
        if method is None:
            raise self.unsupported(node, f"this is not part of the spec language: {ast.unparse(node)}")
        with self.placed():
            method(node)

    def _do_Pass(self, node: ast.Pass) -> None:
        pass

    def _do_Break(self, node: ast.Break) -> None:
        self.emit("break")

    def _do_Continue(self, node: ast.Continue) -> None:
        self.emit("continue")

    def _do_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return  # a docstring
        if not isinstance(node.value, ast.Call):
            raise self.unsupported(node, "this statement has no effect")
        value = self.expr(node.value)
        if isinstance(value, (Truth, Num, Packed)):
            self.emit(value.code)

    def _do_If(self, node: ast.If) -> None:
        test = self.expr(node.test)
        known = self.decided(test)
        if known is not None:
            self.suite(node.body if known else node.orelse)
            return
        with self.block(f"if {self.truth(test)}:"):
            self._branch(node.body)
        if node.orelse:
            with self.block("else:"):
                self._branch(node.orelse)

    def _branch(self, body: list[ast.stmt]) -> None:
        """A conditional suite: what it binds once is not visible after it."""
        kept = dict(self.scope)
        self.suite(body)
        visible = {name: v for name, v in self.scope.items() if name in kept or name in self.mutable}
        self.scope.clear()
        self.scope.update({**visible, **{n: v for n, v in kept.items() if n not in self.mutable}})

    def _do_For(self, node: ast.For) -> None:
        if not isinstance(node.target, ast.Name) or node.orelse:
            raise self.unsupported(node, "a loop is: for x in S: ...")
        collection = self.expr(node.iter)
        kept = dict(self.scope)
        with self.elements(collection, node.target.id) as element:
            self.scope[node.target.id] = element
            self.suite(node.body)
        mutable = {n: v for n, v in self.scope.items() if n in self.mutable}
        self.scope.clear()
        self.scope.update({**kept, **mutable})

    def _do_Return(self, node: ast.Return) -> None:
        if node.value is None:
            self.emit("return False")  # Python's None
            self.returned.append(BoolShape())
            return
        value = self.expr(node.value)
        if self.result is None:
            shape = self.told(value)
            self.returned.append(shape)
            if isinstance(shape, BoolShape):
                self.emit(f"return {self.truth(value)}")
            else:
                self.emit("return 0")
        elif isinstance(self.result, IntShape):
            self.emit(f"return {self.num(value).code}")
        else:
            self.emit(f"return {self.code(value, self.result)}")

    # Steps

    def _BoolOp(self, node: ast.BoolOp) -> Value:
        return self._disjunction(node) if isinstance(node.op, ast.Or) and has_step(node) else super()._BoolOp(node)

    def _disjunction(self, node: ast.BoolOp) -> Value:
        """Steps of which one may hold: those after it are tried on memory that is thrown away, and must not hold."""
        primed, state = self.scope["t"], self.scope.get("s")
        assert isinstance(primed, StateRef)
        spare = f"offset({SCRATCH}, {self.module.allocate(self.module.layout.words)})"
        held, target = self.fresh("held"), self.fresh("target")
        self.emit(f"{held} = False")
        self.emit(f"{target} = {primed.pointer}")
        with self.within({**self.scope, "t": replace(primed, pointer=target)}, self.file):
            for part in node.values:
                holds = self.truth(self.expr(part))
                self.line = node.lineno
                if holds == "False":
                    continue
                with self.block(f"if {holds}:"):
                    if part is not node.values[0]:
                        self.fail_if(held, f"two parts of a disjunction hold: {ast.unparse(node)}")
                    self.emit(f"{held} = True")
                    if part is not node.values[-1]:
                        self.emit(f"{target} = {spare}")
                        if isinstance(state, StateRef):
                            self.emit(f"copy({state.pointer}, {target})")
        return Truth(held)

    # Assignment

    def _do_AugAssign(self, node: ast.AugAssign) -> None:
        target = node.target
        if not isinstance(target, ast.Name):
            raise self.unsupported(node, "only local names are changed in place")
        load = ast.copy_location(ast.Name(target.id, ast.Load()), node)
        value = self.expr(ast.copy_location(ast.BinOp(load, node.op, node.value), node))
        self._assign_local(target.id, value)

    def _do_Assign(self, node: ast.Assign) -> None:
        if len(node.targets) != 1:
            raise self.unsupported(node, "assign to one target at a time")
        target = node.targets[0]
        if isinstance(target, ast.Name):
            self._assign_local(target.id, self.expr(node.value))
            return
        if not isinstance(target, (ast.Attribute, ast.Subscript)):
            raise self.unsupported(node, "assign to a name or to a part of t")
        place, shape = self._target(target)
        value = self.expr(node.value)
        self.line = node.lineno
        self._note_assignment(target)
        self.store(place, value, shape)

    def _note_assignment(self, target: ast.Attribute | ast.Subscript) -> None:
        """Of a state that Init makes: note which variable has a value now."""
        path: ast.expr = target
        while isinstance(path, (ast.Attribute, ast.Subscript)) and not isinstance(path.value, ast.Name):
            path = path.value
        assert isinstance(path, ast.Attribute) and isinstance(path.value, ast.Name)
        state = self.scope[path.value.id]
        assert isinstance(state, StateRef)
        if state.assigned is None:
            return
        if path is not target:
            self.mistake(f"Init assigns whole variables, not a part of t.{path.attr}")
        number = list(self.module.layout.fields).index(path.attr)
        self.emit(f"{SCRATCH}[{state.assigned + number // PAYLOAD}] |= {1 << number % PAYLOAD}")

    def _assign_local(self, name: str, value: Value) -> None:
        if name not in self.mutable:
            self.scope[name] = self._detached(self.bind(value, name), name)
            return
        known, shape = self.mutable[name], self.told(value)
        if shape is None and known is None and self.scope.get(name, value) == value:
            self.scope[name] = value  # such as {}; what it holds is told by what else the local is assigned
            return
        shape = shape or known or self.shape(value)
        if known is not None:
            shape = self.join([known, shape])
        if self.unbounded and isinstance(shape, IntShape):
            shape = IntShape(-LARGEST, LARGEST)
        elif self.unbounded and isinstance(shape, OptionalShape) and isinstance(shape.inner, IntShape):
            shape = OptionalShape(IntShape(-LARGEST // 2, LARGEST // 2), shape.none)
        if shape.wide:
            self.mistake(f"{name} is too large a value to be assigned more than once")
        self.mutable[name] = shape
        variable = self.variables[name]
        if isinstance(shape, IntShape):
            self.emit(f"{variable} = {self.num(value).code}")
            self.scope[name] = Num(variable, shape.lo, shape.hi)
        elif isinstance(shape, BoolShape):
            self.emit(f"{variable} = {self.truth(value)}")
            self.scope[name] = Truth(variable)
        else:
            self.emit(f"{variable} = {self.code(value, shape)}")
            self.scope[name] = Packed(variable, shape)

    def _detached(self, value: Value, name: str) -> Value:
        """The value, copied where it lies in a variable that may change."""
        if isinstance(value, Tuple):
            return Tuple(tuple(self._detached(e, name) for e in value.elements))
        if isinstance(value, Interval):
            lo, hi = self._detached(value.lo, name), self._detached(value.hi, name)
            assert isinstance(lo, Num) and isinstance(hi, Num)
            return Interval(lo, hi)
        if getattr(value, "code", None) not in self.variables.values():
            return value
        fresh = self.fresh(name)
        self.emit(f"{fresh} = {value.code}")  # type: ignore[attr-defined]
        if isinstance(value, Num):
            return Num(fresh, value.lo, value.hi)
        return Truth(fresh) if isinstance(value, Truth) else Packed(fresh, self.shape(value))

    def _target(self, node: ast.expr) -> tuple[Place, Shape]:
        """The place in ``t`` that an assignment writes, and the shape of what is there."""
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and isinstance(self.scope.get(node.value.id), StateRef):
                state: Any = self.scope[node.value.id]
                shape = self.module.layout.fields.get(node.attr)
                if shape is None:
                    self.mistake(f"the spec has no variable {node.attr!r}")
                return Place(state.pointer).at(self.module.layout.offsets[node.attr]), shape
            place, shape = self._target(node.value)
            if isinstance(shape, RecordShape) and node.attr in shape.fields:
                return place.at(shape.offsets[node.attr]), shape.fields[node.attr]
            if isinstance(shape, UnionShape):
                if node.attr == shape.tag:
                    self.mistake(f"{node.attr} tells the kind of the record: assign a whole record")
                part = self._union_field(place, shape, node.attr)
                if not isinstance(part, Stored):
                    self.mistake(f"{node.attr} differs between kinds of records here: assign a whole record")
                return part.place, part.shape
            self.mistake(f"{ast.unparse(node.value)} has no field {node.attr!r}")
        if isinstance(node, ast.Subscript):
            place, shape = self._target(node.value)
            index = self.expr(node.slice)
            if isinstance(shape, FnShape):
                code = self.named(self.argument(index, shape), "i")
                return place.slot(shape.slots, code), shape.element
            if isinstance(shape, SeqShape):
                element = self.element_at(Stored(place, shape), shape, self.num(index))
                assert isinstance(element, Stored)
                return element.place, element.shape
            self.mistake(f"{ast.unparse(node.value)} is not a function or a sequence")
        raise self.unsupported(node, "assign to t.variable, or to a part of it")
