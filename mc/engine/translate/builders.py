"""Values that a spec writes out or builds: literals, comprehensions, functions, sequences."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from mc.engine.shapes import FnShape, SeqShape, SetShape, Shape, SortedSetShape
from mc.engine.translate.algebra import Algebra
from mc.engine.translate.places import Place, atomic
from mc.engine.translate.values import Builder, Const, SetOf, Truth, Tuple, Value, of_code


class Builders(Algebra):
    """Translation of literals and comprehensions."""

    @abstractmethod
    def expr(self, node: ast.expr) -> Value:
        """Translate one expression; see :class:`mc.engine.translate.expressions.Expressions`."""

    @contextmanager
    def within(self, scope: dict[str, Value], file: str) -> Iterator[None]:
        """Translate in another scope, such as that of a definition that is expanded in place."""
        kept = self.scope, self.file, self.line
        self.scope, self.file = scope, file
        yield
        self.scope, self.file, self.line = kept

    def _Set(self, node: ast.Set) -> Value:
        return SetOf(tuple(self.bind(self.expr(e)) for e in node.elts))

    def _Tuple(self, node: ast.Tuple) -> Value:
        return Tuple(tuple(self.bind(self.expr(e)) for e in node.elts))

    @contextmanager
    def generators(self, node: ast.SetComp | ast.GeneratorExp, leave: str = "") -> Iterator[None]:
        """Open the loops of a comprehension; after an inner loop, outer ones break where ``leave`` holds."""
        with self.within(dict(self.scope), self.file), ExitStack() as blocks:
            for position, generator in enumerate(node.generators):
                if not isinstance(generator.target, ast.Name):
                    raise self.unsupported(node, "a comprehension binds single names")
                collection = self.expr(generator.iter)
                if position and leave:
                    blocks.callback(self._leave, leave)
                element = blocks.enter_context(self.elements(collection, generator.target.id))
                self.scope[generator.target.id] = element
                for condition in generator.ifs:
                    blocks.enter_context(self.block(f"if {self.truth(self.expr(condition))}:"))
            yield

    def _leave(self, condition: str) -> None:
        with self.block(condition):
            self.emit("break")

    def quantify(self, node: ast.GeneratorExp, universal: bool) -> Value:
        """``all(...)`` or ``any(...)`` over a comprehension."""
        result = self.fresh("ok" if universal else "found")
        self.emit(f"{result} = {universal}")
        with self.generators(node, leave=f"if {result} != {universal}:"):
            code = self.truth(self.expr(node.elt))
            with self.block(f"if not {atomic(code)}:" if universal else f"if {code}:"):
                self.emit(f"{result} = {not universal}")
                self.emit("break")
        return Truth(result)

    def _SetComp(self, node: ast.SetComp) -> Value:
        scope, file = dict(self.scope), self.file

        def fill(place: Place, shape: Shape) -> None:
            if not isinstance(shape, (SetShape, SortedSetShape)):
                self.mistake(f"a set is used where a value of kind {shape.key[0]} belongs")
            with self.within(dict(scope), file):
                self.clear(place, shape)
                with self.generators(node):
                    self.add_element(place, shape, self.expr(node.elt))
                self.check_capacity(place, shape)

        def natural() -> Shape:
            with self.within(dict(scope), file), self.aside(), self.generators(node):
                return self.set_of(self.shape(self.expr(node.elt)))

        return Builder(fill, natural)

    def _DictComp(self, node: ast.DictComp) -> Value:
        scope, file = dict(self.scope), self.file
        generator = node.generators[0]
        target = generator.target
        if (
            len(node.generators) != 1
            or generator.ifs
            or not isinstance(target, ast.Name)
            or not isinstance(node.key, ast.Name)
            or node.key.id != target.id
        ):
            raise self.unsupported(node, "a function is written {i: value for i in Domain}")
        name = target.id

        def fill(place: Place, shape: Shape) -> None:
            if not isinstance(shape, FnShape):
                self.mistake(f"a function is used where a value of kind {shape.key[0]} belongs")
            with self.within(dict(scope), file):
                domain = self.expr(generator.iter)
                if not isinstance(domain, Const) or set(domain.value) != set(shape.keys):
                    self.mistake(f"this function must be defined on all of {list(shape.keys)}")
                k = self.fresh(name)
                with self.block(f"for {k} in range({len(shape.keys)}):"):
                    self.scope[name] = of_code(k, shape.domain)
                    self.store(place.slot(shape.slots, k), self.expr(node.value), shape.element)

        def natural() -> Shape:
            with self.within(dict(scope), file), self.aside():
                domain = self.expr(generator.iter)
                if not isinstance(domain, Const):
                    self.mistake("a function is defined on a constant set")
                keys = tuple(domain.value)
                inner = self.join([self.shape(Const(k)) for k in keys])
                self.scope[name] = of_code("k", inner)
                return FnShape(keys, inner, self.shape(self.expr(node.value)))

        return Builder(fill, natural)

    # Sequences

    def _concatenate(self, left: Value, shape: SeqShape, right: Value) -> Value:
        right = self.bind(right) if not isinstance(right, (Const, Tuple)) else right
        other = self.shape(right) if not (isinstance(right, Const) and not right.value) else SeqShape(shape.element, 1)
        if not isinstance(other, SeqShape):
            self.mistake("only a sequence can be appended to a sequence by +")
        element = self.join([shape.element, other.element])
        source = SeqShape(element, other.capacity)

        def fill(place: Place, target: Shape) -> None:
            if not isinstance(target, SeqShape):
                self.mistake(f"a sequence is used where a value of kind {target.key[0]} belongs")
            self.fill(place, left, target)
            tail = self.place_of(self.settle(right, source))
            count = self.named(tail.load(source.length), "n")
            k = self.fresh("k")
            with self.block(f"for {k} in range({count}):"):
                self.push(place, target, self.part(tail.at(source.start).slot(source.slots, k), source.element))

        return Builder(fill, lambda: SeqShape(element, shape.capacity + other.capacity))

    def push(self, place: Place, shape: SeqShape, element: Value) -> None:
        """Append ``element`` to the sequence at ``place``."""
        n = self.fresh("n")
        self.emit(f"{n} = {place.load(shape.length)}")
        self.fail_if(f"{n} >= {shape.capacity}")
        self.store(place.at(shape.start).slot(shape.slots, n), element, shape.element)
        self.emit(place.store(shape.length, f"{n} + 1"))
