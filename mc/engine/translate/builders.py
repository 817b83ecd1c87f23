"""Values that a spec writes out or builds: literals, comprehensions, functions, sequences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from mc.engine.shapes import BagShape, BoolShape, FnShape, SeqShape, SetShape, Shape, SortedSetShape
from mc.engine.storage import MAX_UNIVERSE
from mc.engine.translate.algebra import Algebra
from mc.engine.translate.filters import negation
from mc.engine.translate.kinds import room
from mc.engine.translate.places import Place
from mc.engine.translate.values import Builder, Const, Filter, Interval, Num, Truth, Tuple, Value, of_code
from mc.formula.nodes import Bind, Binder, Bound, Expression, Name, as_written


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

    @contextmanager
    def bindings(self, bounds: Sequence[Bound], leave: str = "", last: Expression | None = None) -> Iterator[bool]:
        """Open the loops over some bounds; after an inner loop, outer ones break where ``leave`` holds.

        ``last``: one more condition. Where there is one, it may be known which elements satisfy all conditions;
        then the innermost is no loop but the question whether there is any. Yields whether it is a loop.
        """
        with self.within(dict(self.scope), self.file), ExitStack() as blocks:
            looped = True
            for position, bound in enumerate(bounds):
                name = self.single(bound)
                conditions = [] if bound.condition is None else [bound.condition]
                if last is not None and bound is bounds[-1]:
                    conditions = [*conditions, last]
                collection = self.expr(bound.collection)
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
                self.scope[name] = blocks.enter_context(self.elements(collection, as_written(name), chosen))
                for condition in conditions if chosen is None else chosen.rest:
                    blocks.enter_context(self.block(f"if {self.truth(self.expr(condition))}:"))
            yield looped

    def single(self, bound: Bound) -> str:
        """The name that is bound."""
        if len(bound.names) != 1:
            self.mistake("a comprehension binds single names")
        return bound.names[0]

    def _admit(self, collection: Value, name: str, conditions: list[Expression]) -> None:
        """Refuse conditions that are not in the spec language, although Python has evaluated them."""
        with self.within(dict(self.scope), self.file), self.aside(), self.elements(collection) as element:
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

    def quantify(self, node: Bind) -> Value:
        """``\\A`` or ``\\E``."""
        known = self.inclusion(node)
        if known is None:
            return self._search(node)
        with self.aside():
            self._search(node)  # refuses what is not in the spec language
        return known

    def _search(self, node: Bind) -> Value:
        universal = node.binder is Binder.FORALL
        result = self.fresh("ok" if universal else "found")
        self.emit(f"{result} = {universal}")
        decisive = negation(node.body) if universal else node.body
        with self.bindings(node.bounds, leave=f"if {result} != {universal}:", last=decisive) as looped:
            self.emit(f"{result} = {not universal}")
            if looped:
                self.emit("break")
        return Truth(result)

    def set_of_values(self, node: Bind) -> Value:
        """``{e : x \\in S}`` or ``{x \\in S : P}``."""
        scope, file = dict(self.scope), self.file
        chosen, possible = self._chosen(node)

        @contextmanager
        def loop() -> Iterator[Value]:
            with self.within(dict(scope), file), self.bindings(node.bounds):
                yield self.expr(node.body)

        def fill(place: Place, shape: Shape) -> None:
            if not isinstance(shape, (SetShape, SortedSetShape)):
                self.unfit(natural(), shape)
            with self.within(dict(scope), file):
                if chosen is None or not self._fill_chosen(place, shape, self.expr(node.bounds[0].collection), chosen):
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
                for bound in node.bounds:
                    collection = self.expr(bound.collection)
                    found *= len(collection.value) if isinstance(collection, Const) else room(self.shape(collection))
                    self.scope[self.single(bound)] = loops.enter_context(self.elements(collection))
            return found

        return Builder(fill, natural, possible, loop, once=_filters(node))

    def _chosen(self, node: Bind) -> tuple[Filter | None, int]:
        """Which elements ``{m for m in S if ...}`` takes of a bitmap, if that is known but for the state; and which
        it may take."""
        if not _filters(node):
            return None, -1
        (bound,) = node.bounds
        (name,) = bound.names
        conditions = [] if bound.condition is None else [bound.condition]
        with self.within(dict(self.scope), self.file), self.aside():
            collection = self.bind(self.expr(bound.collection))
            possible = getattr(collection, "possible", -1)
            chosen = self.decide(collection, name, conditions)
            if chosen is None:
                return None, possible
            self._admit(collection, name, conditions)
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

    def function_of_values(self, node: Bind) -> Value:
        """``[i \\in S |-> e]``: ``S`` is known, or is ``1..n``, or has the elements of a bag."""
        bound = node.bounds[0]
        name, domain = self.single(bound), self.expr(bound.collection)
        if isinstance(domain, Interval) and bound.condition is None:
            return self._numbered(node, name, domain)
        if isinstance(domain, Const) and bound.condition is None:
            return self._tabulated(node, name, domain.value)
        return self._counted(node, name)

    def _tabulated(self, node: Bind, name: str, arguments: Any) -> Value:
        """A function whose arguments are known."""
        scope, file = dict(self.scope), self.file
        try:
            unknown = self.function_on(arguments, BoolShape())
        except TypeError:
            self.mistake("a function is written {i: value for i in Domain}")

        def fill(place: Place, shape: Shape) -> None:
            if isinstance(shape, SeqShape) and unknown.sequence:
                self.fill(place, self.settle(Builder(fill, natural), natural()), shape)
                return
            if not isinstance(shape, FnShape) or set(unknown.keys) != set(shape.keys):
                self.unfit(unknown, shape)
            with self.within(dict(scope), file):
                k = self.fresh(as_written(name))
                with self.block(f"for {k} in range({len(shape.keys)}):"):
                    self.scope[name] = of_code(k, shape.domain)
                    self.store(place.slot(shape.slots, k), self.expr(node.body), shape.element)

        def natural() -> Shape:
            with self.within(dict(scope), file), self.aside():
                self.scope[name] = of_code("k", unknown.domain)
                return self.function_on(arguments, self.shape(self.expr(node.body)))

        return Builder(fill, natural)

    def _numbered(self, node: Bind, name: str, domain: Interval) -> Value:
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
                    self.store(place.at(shape.start).slot(shape.slots, k), self.expr(node.body), shape.element)
            self.emit(place.store(shape.length, n))

        def natural() -> Shape:
            with self.within(dict(scope), file), self.aside():
                self.scope[name] = Num("k", 1, longest)
                if longest > MAX_UNIVERSE:
                    self.mistake(f"a sequence of up to {longest:,} elements is too long to be built here")
                return SeqShape(self.shape(self.expr(node.body)), longest)

        return Builder(fill, natural)

    def _counted(self, node: Bind, name: str) -> Value:
        """``[m \\in S |-> copies]`` as a bag."""
        scope, file = dict(self.scope), self.file

        def fill(place: Place, shape: Shape) -> None:
            if not isinstance(shape, BagShape) or isinstance(shape, SortedSetShape):
                self.mistake("a function is defined on a constant set, or on 1..n; a bag on elements of a set or a bag")
            self.clear(place, shape)
            with self.within(dict(scope), file), self.bindings(node.bounds):
                element = self.named(self.code(self.scope[name], shape.element), "e")
                copies = self.named(self.num(self.expr(node.body)).code, "n")
                self.fail_if(f"{copies} < 1", "a bag has at least one copy of each of its elements")
                with self.block(f"for {self.fresh('k')} in range({copies}):"):
                    self.add_copy(place, shape, element)

        def natural() -> Shape:
            with self.within(dict(scope), file), self.aside():
                bag = self.shape(self.expr(node.bounds[0].collection))
                if not isinstance(bag, BagShape):
                    self.mistake("a function is defined on a constant set, or on 1..n; assign this one to a bag")
                with self.bindings(node.bounds):
                    return BagShape(bag.element, bag.distinct, max(1, self.num(self.expr(node.body)).hi))

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


def _filters(node: Bind) -> bool:
    """Whether a set has elements of another one, as they are."""
    return len(node.bounds) == 1 and isinstance(node.body, Name) and node.bounds[0].names == (node.body.name,)
