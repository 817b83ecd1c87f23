"""Values that a spec writes out or builds: literals, comprehensions, functions, sequences."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from mc.engine.shapes import BagShape, BoolShape, FnShape, SeqShape, SetShape, Shape, SortedSetShape
from mc.engine.storage import MAX_UNIVERSE
from mc.engine.translate.algebra import Algebra
from mc.engine.translate.filters import negation
from mc.engine.translate.kinds import room
from mc.engine.translate.places import Place
from mc.engine.translate.values import Builder, Const, Filter, Interval, Num, SetOf, Truth, Tuple, Value, of_code


class Builders(Algebra):
    """Translation of literals and comprehensions."""

    @contextmanager
    def within(self, scope: dict[str, Value], file: str) -> Iterator[None]:
        """Translate in another scope, such as that of a definition that is expanded in place."""
        kept = self.scope, self.file, self.line
        self.scope, self.file = scope, file
        try:
            yield
        finally:
            self.scope, self.file, self.line = kept

    def _Set(self, node: ast.Set) -> Value:
        return SetOf(tuple(self.bind(self.expr(e)) for e in node.elts))

    def _Tuple(self, node: ast.Tuple) -> Value:
        return Tuple(tuple(self.bind(self.expr(e)) for e in node.elts))

    @contextmanager
    def generators(
        self, node: ast.SetComp | ast.GeneratorExp, leave: str = "", last: ast.expr | None = None
    ) -> Iterator[bool]:
        """Open the loops of a comprehension; after an inner loop, outer ones break where ``leave`` holds.

        ``last``: one more condition. Where there is one, it may be known which elements satisfy all conditions;
        then the innermost is no loop but the question whether there is any. Yields whether it is a loop.
        """
        with self.within(dict(self.scope), self.file), ExitStack() as blocks:
            looped = True
            for position, generator in enumerate(node.generators):
                if not isinstance(generator.target, ast.Name):
                    raise self.unsupported(node, "a comprehension binds single names")
                name, conditions = generator.target.id, generator.ifs
                if last is not None and generator is node.generators[-1]:
                    conditions = [*conditions, last]
                collection = self.expr(generator.iter)
                if isinstance(collection, Builder):
                    collection = self.bind(collection)
                chosen = self.decide(collection, name, conditions)
                if chosen is not None:
                    self._admit(collection, name, conditions)
                if position and leave:
                    blocks.callback(self._leave, leave)
                if chosen is not None and not chosen.rest and conditions and conditions[-1] is last:
                    looped = False
                    blocks.enter_context(self.block(f"if {self._any_passes(collection, chosen)}:"))
                    continue
                self.scope[name] = blocks.enter_context(self.elements(collection, name, chosen))
                for condition in conditions if chosen is None else chosen.rest:
                    blocks.enter_context(self.block(f"if {self.truth(self.expr(condition))}:"))
            yield looped

    def _admit(self, collection: Value, name: str, conditions: list[ast.expr]) -> None:
        """Refuse conditions that are not in the spec language, although Python has evaluated them."""
        with self.within(dict(self.scope), self.file), self.aside(), self.elements(collection, name) as element:
            self.scope[name] = element
            for condition in conditions:
                self.truth(self.expr(condition))

    def _any_passes(self, collection: Value, chosen: Filter) -> str:
        shape = self.shape(collection)
        assert isinstance(shape, SetShape)
        words = self.passing(self.place_of(collection), shape, chosen).values()
        return f"({' | '.join(words) or '0'}) != 0"

    def _leave(self, condition: str) -> None:
        with self.block(condition):
            self.emit("break")

    def quantify(self, node: ast.GeneratorExp, universal: bool) -> Value:
        """``all(...)`` or ``any(...)`` over a comprehension."""
        known = self.inclusion(node, universal)
        if known is None:
            return self._search(node, universal)
        with self.aside():
            self._search(node, universal)  # refuses what is not in the spec language
        return known

    def _search(self, node: ast.GeneratorExp, universal: bool) -> Value:
        result = self.fresh("ok" if universal else "found")
        self.emit(f"{result} = {universal}")
        decisive = negation(node.elt) if universal else node.elt
        with self.generators(node, leave=f"if {result} != {universal}:", last=decisive) as looped:
            self.emit(f"{result} = {not universal}")
            if looped:
                self.emit("break")
        return Truth(result)

    def _SetComp(self, node: ast.SetComp) -> Value:
        scope, file = dict(self.scope), self.file
        chosen, possible = self._chosen(node)

        @contextmanager
        def loop() -> Iterator[Value]:
            with self.within(dict(scope), file), self.generators(node):
                yield self.expr(node.elt)

        def fill(place: Place, shape: Shape) -> None:
            if not isinstance(shape, (SetShape, SortedSetShape)):
                self.unfit(natural(), shape)
            with self.within(dict(scope), file):
                if chosen is None or not self._fill_chosen(place, shape, self.expr(node.generators[0].iter), chosen):
                    self.clear(place, shape)
                    with loop() as element:
                        self.add_element(place, shape, element)
                self.check_capacity(place, shape)

        def natural() -> Shape:
            with self.aside(), loop() as element:
                shape = self.shape(element)
            return self.bitmap(shape) or self.sorted_set(shape, most())

        def most() -> int:
            found = 1
            with self.within(dict(scope), file), self.aside(), ExitStack() as loops:
                for generator in node.generators:
                    assert isinstance(generator.target, ast.Name)
                    collection = self.expr(generator.iter)
                    found *= len(collection.value) if isinstance(collection, Const) else room(self.shape(collection))
                    self.scope[generator.target.id] = loops.enter_context(self.elements(collection))
            return found

        target = node.generators[0].target
        filtered = isinstance(target, ast.Name) and isinstance(node.elt, ast.Name) and target.id == node.elt.id
        return Builder(fill, natural, possible, loop, once=filtered and len(node.generators) == 1)

    def _chosen(self, node: ast.SetComp) -> tuple[Filter | None, int]:
        """Which elements ``{m for m in S if ...}`` takes of a bitmap, if that is known but for the state; and which
        it may take."""
        generator = node.generators[0]
        name = generator.target.id if isinstance(generator.target, ast.Name) else ""
        if len(node.generators) > 1 or not isinstance(node.elt, ast.Name) or node.elt.id != name:
            return None, -1
        with self.within(dict(self.scope), self.file), self.aside():
            collection = self.bind(self.expr(generator.iter))
            possible = getattr(collection, "possible", -1)
            chosen = self.decide(collection, name, generator.ifs)
            if chosen is None:
                return None, possible
            self._admit(collection, name, generator.ifs)
        return None if chosen.rest else chosen, possible & chosen.union

    def _fill_chosen(self, place: Place, shape: Shape, collection: Value, chosen: Filter) -> bool:
        """Make the set of the elements that pass, by words; False where the two bitmaps are of different kinds."""
        given = self.shape(collection)
        if not (isinstance(given, SetShape) and isinstance(shape, SetShape) and given.element.key == shape.element.key):
            return False
        words = self.passing(self.place_of(collection), given, chosen)
        if not shape.wide:
            self.emit(place.store(shape, words.get(0, "0")))
            return True
        base, word = place.address()
        for k in range(shape.words):
            self.emit(f"{base}[{word} + {k}] = {words.get(k, '0')}")
        return True

    def _DictComp(self, node: ast.DictComp) -> Value:
        """``[i \\in S |-> e]``: ``S`` is known, or is ``1..n``, or has the elements of a bag."""
        generator = node.generators[0]
        target = generator.target
        if (
            len(node.generators) != 1
            or not isinstance(target, ast.Name)
            or not isinstance(node.key, ast.Name)
            or node.key.id != target.id
        ):
            raise self.unsupported(node, "a function is written {i: value for i in Domain}")
        domain = self.expr(generator.iter)
        if isinstance(domain, Interval) and not generator.ifs:
            return self._numbered(node, target.id, domain)
        if isinstance(domain, Const) and not generator.ifs:
            return self._tabulated(node, target.id, domain.value)
        return self._counted(node)

    def _tabulated(self, node: ast.DictComp, name: str, arguments: Any) -> Value:
        """A function whose arguments are known."""
        scope, file = dict(self.scope), self.file
        try:
            unknown = self.function_on(arguments, BoolShape())
        except TypeError:
            raise self.unsupported(node, "a function is written {i: value for i in Domain}") from None

        def fill(place: Place, shape: Shape) -> None:
            if isinstance(shape, SeqShape) and unknown.sequence:
                self.fill(place, self.settle(Builder(fill, natural), natural()), shape)
                return
            if not isinstance(shape, FnShape) or set(unknown.keys) != set(shape.keys):
                self.unfit(unknown, shape)
            with self.within(dict(scope), file):
                k = self.fresh(name)
                with self.block(f"for {k} in range({len(shape.keys)}):"):
                    self.scope[name] = of_code(k, shape.domain)
                    self.store(place.slot(shape.slots, k), self.expr(node.value), shape.element)

        def natural() -> Shape:
            with self.within(dict(scope), file), self.aside():
                self.scope[name] = of_code("k", unknown.domain)
                return self.function_on(arguments, self.shape(self.expr(node.value)))

        return Builder(fill, natural)

    def _numbered(self, node: ast.DictComp, name: str, domain: Interval) -> Value:
        """A function over ``1..n``, which is a sequence."""
        scope, file = dict(self.scope), self.file
        longest = max(1, domain.hi.hi)

        def fill(place: Place, shape: Shape) -> None:
            if isinstance(shape, FnShape) and shape.sequence:
                self.fill(place, self.settle(Builder(fill, natural), natural()), shape)
                return
            if not isinstance(shape, SeqShape):
                self.unfit(natural(), shape)
            n = self.named(f"max({domain.hi.code}, 0)", "n")
            if not domain.lo.lo == domain.lo.hi == 1:
                n = self.named(f"({n} if {domain.lo.code} <= {n} else 0)", "n")
                self.fail_if(
                    f"{domain.lo.code} != 1 and {n} != 0", "a function that is no sequence: it is not over 1..n"
                )
            if longest > shape.capacity:
                self.fail_if(f"{n} > {shape.capacity}", self.over(shape.capacity))
            self.clear(place, shape)
            with self.within(dict(scope), file):
                k = self.fresh("k")
                with self.block(f"for {k} in range({n}):"):
                    self.scope[name] = Num(f"({k} + 1)", 1, min(longest, shape.capacity))
                    self.store(place.at(shape.start).slot(shape.slots, k), self.expr(node.value), shape.element)
            self.emit(place.store(shape.length, n))

        def natural() -> Shape:
            with self.within(dict(scope), file), self.aside():
                self.scope[name] = Num("k", 1, longest)
                if longest > MAX_UNIVERSE:
                    self.mistake(f"a sequence of up to {longest:,} elements is too long to be built here")
                return SeqShape(self.shape(self.expr(node.value)), longest)

        return Builder(fill, natural)

    def _counted(self, node: ast.DictComp) -> Value:
        """``[m \\in S |-> copies]`` as a bag."""
        scope, file = dict(self.scope), self.file
        elements = ast.copy_location(ast.SetComp(node.key, node.generators), node)

        def fill(place: Place, shape: Shape) -> None:
            if not isinstance(shape, BagShape) or isinstance(shape, SortedSetShape):
                self.mistake("a function is defined on a constant set, or on 1..n; a bag on elements of a set or a bag")
            self.clear(place, shape)
            with self.within(dict(scope), file), self.generators(elements):
                element = self.named(self.code(self.expr(node.key), shape.element), "e")
                copies = self.named(self.num(self.expr(node.value)).code, "n")
                self.fail_if(f"{copies} < 1", "a bag has at least one copy of each of its elements")
                with self.block(f"for {self.fresh('k')} in range({copies}):"):
                    self.add_copy(place, shape, element)

        def natural() -> Shape:
            with self.within(dict(scope), file), self.aside():
                bag = self.shape(self.expr(node.generators[0].iter))
                if not isinstance(bag, BagShape):
                    self.mistake("a function is defined on a constant set, or on 1..n; assign this one to a bag")
                with self.generators(elements):
                    return BagShape(bag.element, bag.distinct, max(1, self.num(self.expr(node.value)).hi))

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
                self.unfit(SeqShape(element, shape.capacity + other.capacity), target)
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
        self.fail_if(f"{n} >= {shape.capacity}", self.over(shape.capacity))
        self.store(place.at(shape.start).slot(shape.slots, n), element, shape.element)
        self.emit(place.store(shape.length, f"{n} + 1"))
