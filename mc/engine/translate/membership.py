"""Testing membership: in sets, in bags and in domains."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from mc.engine.kinds import clash, described
from mc.engine.kinds import kinds as kinds_of
from mc.engine.shapes import (
    AtomShape,
    BagShape,
    BoolShape,
    FnShape,
    IntShape,
    OptionalShape,
    RecordShape,
    SeqShape,
    SetShape,
    Shape,
    SortedSetShape,
)
from mc.engine.slots import STRIDE, words_of
from mc.engine.storage import encodable
from mc.engine.translate.codes import SHORT
from mc.engine.translate.implied import implied
from mc.engine.translate.kinds import atoms, fits
from mc.engine.translate.places import Place, atomic
from mc.engine.translate.sets import Sets
from mc.engine.translate.values import (
    Builder,
    Const,
    Interval,
    Num,
    Packed,
    SetOf,
    Truth,
    Value,
    num_of,
    of_code,
)
from mc.errors import KindError
from mc.lang import kinds
from mc.lang.composites import Bag, Record, Seq, Set
from mc.lang.domains import Domain, Enum, Fn, Optional, Range
from mc.lang.values import ModelValue

#: Sets of sets of up to this many elements are tested by one look into a table.
TABLE_BITS = 16


class Membership(Sets):
    """``in``."""

    def contains(self, collection: Value, element: Value) -> Value:
        """``element \\in collection``."""
        if isinstance(collection, Const):
            return self._in_constant(collection.value, element)
        if isinstance(collection, SetOf):
            return self.connect(False, [partial(self.equal, element, e) for e in collection.elements])
        if isinstance(collection, Interval):
            return self._in_interval(collection, element)
        if isinstance(collection, Builder) and collection.loop is not None and self.is_made(collection):
            element, found = self.bind(element), self.fresh("found")
            self.emit(f"{found} = False")
            with collection.loop() as other, self.block(f"if {self.truth(self.equal(other, element))}:"):
                self.emit(f"{found} = True")
            return Truth(found)
        shape = self.shape(collection)
        if isinstance(shape, SetShape):
            self._comparable_with_elements(element, collection, shape)
            return self._in_bitmap(collection, shape, element)
        if isinstance(shape, BagShape):
            return Truth(f"{self.copies(collection, shape, element)} != 0")
        self.mistake("'in' needs a set, a bag or a domain on its right")

    def _comparable_with_elements(self, element: Value, collection: Value, shape: SetShape | BagShape) -> None:
        """Refuse an element that cannot be compared with those of a set, if it has any."""
        one, two = self.told(element), shape.element
        if one is None or len(kinds_of(one) | kinds_of(two)) < 2:
            self.comparable(element, of_code("0", two))
            return
        if (parts := clash(one, two)) is not None:
            self.refuse(*map(described, parts))
        if any(isinstance(member, ModelValue) for member in atoms(two) or ()):
            self.refuse(described(one), described(two))
        condition = self.different_kinds(self.bind(element), one, of_code("0", two), two)
        if isinstance(shape, SetShape):
            size = self.cardinality(self.place_of(collection), shape)
        else:
            size = self.bag_size(self.place_of(collection), shape)
        self.fail_if(f"{condition} and {size} != 0", kinds.refusal(described(one), described(two)))

    def copies(self, bag: Value, shape: BagShape, element: Value) -> str:
        """How many copies of ``element`` a bag holds."""
        place = self.place_of(bag)
        if isinstance(element, Packed) and element.bag == place:
            return element.copies
        self._comparable_with_elements(element, bag, shape)
        if isinstance(element, Const) and not encodable(shape.element, element.value):
            return "0"
        if not fits(self.shape_beside(element, shape.element), shape.element):
            return self._copies_of_equals(bag, shape, element)
        base, word = place.address()
        return f"{self.module.bag_count(shape)}({base}, {word}, {self.code(element, shape.element)})"

    def _copies_of_equals(self, bag: Value, shape: BagShape, element: Value) -> str:
        """Copies of an element of another kind, which may be outside the domain of the bag's elements."""
        element, place, result = self.bind(element), self.place_of(bag), self.fresh("n")
        self.emit(f"{result} = 0")
        with self.elements(bag) as other, self.block(f"if {self.truth(self.equal(other, element))}:"):
            base, word = place.address()
            count = f"{self.module.bag_count(shape)}({base}, {word}, {self.code(other, shape.element)})"
            self.emit(f"{result} = {count}")
        return result

    def _in_interval(self, interval: Interval, element: Value) -> Value:
        element = self.bind(element)
        shape = self.shape(element)
        if (
            isinstance(shape, OptionalShape)
            and isinstance(shape.inner, IntShape)
            and isinstance(shape.none, ModelValue)
        ):
            code = self.code(element, shape)
            n, some = num_of(f"({code} - 1)", shape.inner), f"{code} != 0 and "
        elif isinstance(shape, AtomShape) and kinds_of(shape) == {"a number"}:
            code = self.code(element, shape)
            given = [m if type(m) is int else 0 for m in shape.members]
            flags = self.module.table([int(type(m) is int) for m in shape.members])
            n, some = Num(f"{self.module.table(given)}[{code}]", min(given), max(given)), f"{flags}[{code}] != 0 and "
        else:
            n, some = self.num(element), ""
        return Truth(f"({some}{interval.lo.code} <= {n.code} <= {interval.hi.code})")

    def any_of(self, tests: list[Value]) -> Value:
        if any(isinstance(t, Const) and t.value for t in tests):
            return Const(True)
        codes = [self.truth(t) for t in tests if not isinstance(t, Const)]
        return Truth("(" + " or ".join(atomic(c) for c in codes) + ")") if codes else Const(False)

    def _in_constant(self, given: Any, element: Value) -> Value:
        if isinstance(given, Domain):
            return self.in_domain(element, given)
        if isinstance(element, Const):
            known = element.value
            return self._asked(lambda: kinds.member(known, given))
        if not isinstance(given, (set, frozenset)):
            self.mistake(f"'in' needs a set on its right, not {given!r}")
        if given and all(isinstance(v, (set, frozenset)) for v in given):
            return self._in_family(given, element)
        element = self.bind(element)
        shape = self.shape(element)
        if isinstance(shape, AtomShape):
            return self._one_of(element, shape, partial(kinds.member, collection=given))
        values = sorted(given, key=lambda v: (type(v).__name__, str(v)))
        if len(values) > SHORT:
            return self._one_of_many(element, shape, values)
        return self.connect(False, [partial(self.equal, element, Const(v)) for v in values])

    def _one_of_many(self, element: Value, shape: Shape, values: list[Any]) -> Value:
        """Whether a value is one of many known ones."""
        with self.trial():
            for value in values:
                self.comparable(element, Const(value))
        for value in {kinds.kind(value): value for value in values}.values():
            self.comparable(element, Const(value))  # what it tests in each state depends on the kind alone
        if isinstance(shape, IntShape):
            number = self.num(element)
            return self._one_of_numbers(number, sorted(v for v in values if type(v) is int))
        return self._one_of_codes(element, shape, {shape.encode(v) for v in values if encodable(shape, v)})

    def _one_of_codes(self, element: Value, shape: Shape, codes: set[int]) -> Value:
        if not codes:
            return Const(False)
        if not shape.wide:
            return self._one_of_numbers(Num(self.code(element, shape), 0, shape.most), sorted(codes))
        table = self.module.table([word for code in sorted(codes) for word in words_of(code, shape.words)])
        return Truth(f"any_row({self.place_of(element).pointer()}, {table}, {len(codes)}, {shape.words})")

    def _one_of_numbers(self, number: Num, numbers: list[int]) -> Value:
        """Whether a number is one of many, which are sorted: by a bitmap where they are close together."""
        numbers = [n for n in numbers if number.lo <= n <= number.hi]
        if not numbers:
            return Const(False)
        first, last, n = numbers[0], numbers[-1], self.named(number.code)
        inside = " and ".join([f"{n} >= {first}"] * (number.lo < first) + [f"{n} <= {last}"] * (number.hi > last))
        size = (last - first) // STRIDE + 1
        if last - first < len(numbers):
            return Truth(f"({inside})") if inside else Const(True)
        if size > len(numbers):
            return Truth(f"(position({self.module.table(numbers)}, {len(numbers)}, {n}) >= 0)")
        table = self.module.table(words_of(sum(1 << m - first for m in numbers), size))
        k = f"({n} - {first})"
        bit = f"{table}[{k} >> 6] >> ({k} & 63) & 1 != 0"
        return Truth(f"({inside} and {bit})" if inside else f"({bit})")

    def _asked(self, question: Callable[[], bool]) -> Const:
        """The answer to a question about known values."""
        try:
            return Const(question())
        except KindError as error:
            self.mistake(str(error))

    def _one_of(self, element: Value, shape: AtomShape, holds: Callable[[Any], bool]) -> Value:
        """Whether something holds for an atom; evaluation fails for those of which it cannot be asked."""
        answers = []
        for member in shape.members:
            try:
                answers.append(int(holds(member)))
            except KindError as error:
                answers.append(-1)
                refused = error
        if max(answers) < 0:
            self.mistake(str(refused))
        if len(set(answers)) == 1:
            return Const(bool(answers[0]))
        code = self.named(self.code(element, shape))
        wanted = [k for k, answer in enumerate(answers) if answer > 0]
        if -1 not in answers and len(wanted) <= SHORT:
            return self.any_of([Truth(f"{code} == {k}") for k in wanted])
        answer = self.named(f"{self.module.table(answers)}[{code}]")
        if -1 in answers:
            self.fail_if(f"{answer} < 0", str(refused))
        return Truth(f"({answer} != 0)")

    def _in_family(self, given: Collection[Any], element: Value) -> Value:
        """Membership in a known set of sets."""
        shape = self.shape(element)
        if not isinstance(shape, (SetShape, SortedSetShape)):
            self.mistake("only a set can be in a set of sets")
        for other in given:
            element, _ = self.comparable(element, Const(other))
        codes = {shape.encode(v) for v in given if encodable(shape, v)}
        if isinstance(shape, SortedSetShape) or len(shape.values) > TABLE_BITS:
            element = self.bind(element)
            if len(codes) > SHORT:
                return self._one_of_codes(element, shape, codes)
            return self.any_of([self.equal(element, Const(shape.decode(c))) for c in sorted(codes)])
        code = self.code(element, shape)
        if len(shape.values) <= 5:
            return Truth(f"({sum(1 << c for c in codes)} >> {atomic(code)} & 1 != 0)")
        table = self.module.table([int(c in codes) for c in range(1 << len(shape.values))])
        return Truth(f"({table}[{code}] != 0)")

    def _in_bitmap(self, collection: Value, shape: SetShape, element: Value) -> Value:
        if isinstance(element, Const) and not encodable(shape.element, element.value):
            return Const(False)
        place = self.place_of(collection)
        given = self.shape(element) if not isinstance(element, (Const, Builder)) else shape.element
        guard = ""
        if isinstance(given, IntShape) and isinstance(shape.element, IntShape):
            number = self.num(self.bind(element))
            low, high = number.lo < shape.element.lo, number.hi > shape.element.hi
            tests = [f"{number.code} >= {shape.element.lo}"] * low + [f"{number.code} <= {shape.element.hi}"] * high
            guard = " and ".join(tests)
            inside = Num(number.code, max(number.lo, shape.element.lo), min(number.hi, shape.element.hi))
            if inside.lo > inside.hi:
                return Const(False)
            element = inside
        elif isinstance(given, AtomShape) and isinstance(shape.element, AtomShape):
            members = [m for m in given.members if (type(m), m) not in shape.element.positions]
            if members:
                element = self.bind(element)
                outside = (
                    self.any_of([self.equal(element, Const(m)) for m in members])
                    if len(members) <= SHORT
                    else self._one_of(element, given, lambda m: not encodable(shape.element, m))
                )
                result = self.fresh("found")
                self.emit(f"{result} = False")
                with self.block(f"if not {atomic(self.truth(outside))}:"):
                    self.emit(f"{result} = {self.truth(self._bit(place, shape, element))}")
                return Truth(result)
        elif not fits(self.shape_beside(element, shape.element), shape.element):
            return self._in_bitmap_of_equals(collection, element)
        bit = self._bit(place, shape, element)
        return Truth(f"({guard} and {bit.code})") if guard else bit

    def _in_bitmap_of_equals(self, collection: Value, element: Value) -> Value:
        """Membership of a value of another kind, which may be outside the set's universe."""
        element, result = self.bind(element), self.fresh("found")
        self.emit(f"{result} = False")
        with self.elements(collection) as other, self.block(f"if {self.truth(self.equal(other, element))}:"):
            self.emit(f"{result} = True")
        return Truth(result)

    def _bit(self, place: Place, shape: SetShape, element: Value) -> Truth:
        rank = self.element_rank(shape, element)
        if shape.wide:
            rank = self.named(rank, "k")
        return Truth(f"({place.slot(shape.slots, rank).load(BoolShape())} != 0)")

    # Membership in domains: only what the storage does not already imply is tested

    def in_domain(self, value: Value, domain: Domain) -> Value:
        """``value \\in domain``."""
        if isinstance(value, Const):
            return self._asked(lambda: domain.holds(value.value))
        shape = self.shape(value)
        if implied(shape, domain):
            return Const(True)
        if isinstance(shape, AtomShape):
            return self._one_of(self.bind(value), shape, domain.holds)
        result = self.fresh("ok")
        self.emit(f"{result} = True")
        self._test(value, shape, domain, result)
        return Truth(result)

    def _refute(self, result: str, condition: str) -> None:
        with self.block(f"if {condition}:"):
            self.emit(f"{result} = False")

    def _test(self, value: Value, shape: Shape, domain: Domain, result: str) -> None:
        """Emit code that sets ``result`` to False where ``value`` is outside ``domain``."""
        if implied(shape, domain):
            return
        if isinstance(shape, AtomShape):
            self._refute(result, f"not {atomic(self.truth(self._one_of(value, shape, domain.holds)))}")
        elif isinstance(shape, OptionalShape):
            code = self.named(self.code(value, shape))
            with self.block(f"if {code} == 0:"):
                try:
                    self._refute(result, str(not domain.holds(shape.none)))
                except KindError as error:
                    self.fail(str(error))
            with self.block("else:"):
                self._test(of_code(f"({code} - 1)", shape.inner), shape.inner, domain, result)
        elif not domain.kinds:
            self.emit(f"{result} = False")
        elif kinds_of(shape).isdisjoint(domain.kinds):
            self.refuse(described(shape), domain.described())
        elif isinstance(domain, Optional):
            self._test(value, shape, domain.domain, result)
        elif isinstance(shape, IntShape) and isinstance(domain, Range):
            n = self.num(value)
            tests = [f"{n.code} < {domain.lo}"] if n.lo < domain.lo else []
            if domain.hi is not None and n.hi > domain.hi:
                tests.append(f"{n.code} > {domain.hi}")
            self._refute(result, " or ".join(tests))
        elif isinstance(shape, IntShape) and isinstance(domain, Enum):
            numbers = frozenset(m for m in domain.members if type(m) is int)
            self._refute(result, f"not {atomic(self.truth(self._in_constant(numbers, value)))}")
        elif isinstance(shape, FnShape) and isinstance(domain, Fn) and set(shape.keys) == set(domain.keys):
            k, place = self.fresh("k"), self.place_of(value)
            with self.block(f"for {k} in range({len(shape.keys)}):"):
                self._test(self.part(place.slot(shape.slots, k), shape.element), shape.element, domain.range, result)
        elif isinstance(shape, RecordShape) and isinstance(domain, Record) and set(shape.fields) == set(domain.fields):
            place = self.place_of(value)
            for name, field in shape.fields.items():
                self._test(self.part(place.at(shape.offsets[name]), field), field, domain.fields[name], result)
        elif isinstance(shape, SeqShape) and isinstance(domain, Seq):
            place = self.place_of(value)
            length = self.named(place.load(shape.length), "n")
            if domain.capacity is not None and domain.capacity < shape.capacity:
                self._refute(result, f"{length} > {domain.capacity}")
            k = self.fresh("k")
            with self.block(f"for {k} in range({length}):"):
                element = self.part(place.at(shape.start).slot(shape.slots, k), shape.element)
                self._test(element, shape.element, domain.element, result)
        elif isinstance(shape, (SetShape, BagShape)) and isinstance(domain, (Set, Bag)):
            if isinstance(shape, SetShape) and isinstance(domain, Set):
                size, capacity = self.cardinality(self.place_of(value), shape), domain.capacity
            else:
                size = self.bag_size(self.place_of(value), shape) if isinstance(shape, BagShape) else "0"
                capacity = domain.distinct if isinstance(domain, Bag) else domain.capacity
            if capacity is not None:
                self._refute(result, f"{size} > {capacity}")
            with self.elements(value) as element:
                self._test(element, shape.element, domain.element, result)
                if isinstance(domain, Bag) and isinstance(shape, BagShape) and domain.copies < shape.copies:
                    self._refute(result, f"{self.copies(value, shape, element)} > {domain.copies}")
        else:
            self.mistake(f"whether {described(shape)}, is in {domain!r} is not supported")
