"""Ranging over sets and testing membership."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

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
    UnionShape,
)
from mc.engine.storage import encodable, shape_of
from mc.engine.translate.filters import Filters
from mc.engine.translate.places import Place, atomic
from mc.engine.translate.values import (
    Builder,
    Const,
    Filter,
    Interval,
    Num,
    Packed,
    SetOf,
    Truth,
    Value,
    num_of,
    of_code,
)
from mc.errors import SpecError
from mc.lang.domains import Bag, Bool, Domain, Enum, Fn, Optional, Range, Record, Seq, Set, Union
from mc.lang.values import ModelValue, ModelValueSet

#: Sets of sets of up to this many elements are tested by one look into a table.
TABLE_BITS = 16


class Sets(Filters):
    """Loops over sets, ``in``, and membership in domains."""

    @contextmanager
    def elements(self, value: Value, hint: str = "k", chosen: Filter | None = None) -> Iterator[Value]:
        """Open a loop over a set (over those that pass a filter), a bag's domain or an interval; yields the element."""
        with ExitStack() as blocks:
            k = self.fresh(hint)
            if isinstance(value, Const):
                yield self._constant_elements(value.value, k, blocks)
            elif isinstance(value, Interval):
                blocks.enter_context(self.block(f"for {k} in range({value.lo.code}, {value.hi.code} + 1):"))
                yield Num(k, value.lo.lo, max(value.hi.hi, value.lo.lo))
            else:
                shape = self.shape(value)
                if not isinstance(shape, (SetShape, BagShape)):
                    self.mistake("only sets, bags and Range(lo, hi) can be ranged over")
                place = self.place_of(value)
                possible = getattr(value, "possible", -1) & (-1 if chosen is None else chosen.union)
                if isinstance(shape, SetShape):
                    blocks.enter_context(self.members(place, shape, k, chosen))
                    yield self._member(shape, k, possible)
                else:
                    yield self._bag_elements(place, shape, k, blocks)

    def _constant_elements(self, given: Any, k: str, blocks: ExitStack) -> Value:
        try:
            values = list(given)
        except (TypeError, SpecError) as error:
            self.mistake(f"this cannot be ranged over: {error}")
        shape = self._common_shape(given, values)
        codes = [shape.encode(v) for v in values]
        if codes == list(range(len(codes))):
            blocks.enter_context(self.block(f"for {k} in range({len(codes)}):"))
            return of_code(k, shape)
        if isinstance(shape, IntShape) and codes == list(range(codes[0], codes[0] + len(codes))):
            first = values[0]
            blocks.enter_context(self.block(f"for {k} in range({first}, {first + len(codes)}):"))
            return Num(k, first, first + len(codes) - 1)
        blocks.enter_context(self.block(f"for {k} in range({len(codes)}):"))
        return of_code(self.named(f"{self.module.table(codes)}[{k}]", "e"), shape)

    def _common_shape(self, given: Any, values: list[Any]) -> Shape:
        if isinstance(given, ModelValueSet):
            return AtomShape(given.members)
        if isinstance(given, Enum) and all(isinstance(m, ModelValue) for m in given.members):
            return AtomShape(given.members)
        if not values:
            return IntShape(0, 0)
        if isinstance(given, Domain) and not isinstance(given, (Range, Enum)):
            shape = shape_of(given)
            if not shape.wide:
                return shape
            self.mistake("the elements of this domain are too large to range over")
        if isinstance(values[0], (frozenset, set)):
            atoms = [v for s in values for v in s]
            sets = self.set_of(self.join([self.shape(Const(v)) for v in atoms] or [BoolShape()]))
            if sets.wide:
                self.mistake("the elements of this set are too large to range over")
            return sets
        return self.join([self.shape(Const(v)) for v in values])

    def _member(self, shape: SetShape, k: str, possible: int) -> Value:
        """Element number k of a bitmap, which is one of those possible."""
        if isinstance(shape.element, (AtomShape, IntShape, BoolShape)):
            return of_code(k, shape.element)
        code = self.named(f"{self.module.table(shape.codes)}[{k}]", "e")
        tags: frozenset[int] = frozenset()
        if isinstance(shape.element, UnionShape):
            mask = shape.element.tags.mask
            tags = frozenset(c & mask for n, c in enumerate(shape.codes) if possible >> shape.slots.offset(n) & 1)
        return Packed(code, shape.element, rank=k, tags=tags)

    def _bag_elements(self, place: Place, shape: BagShape, k: str, blocks: ExitStack) -> Value:
        blocks.enter_context(self.block(f"for {k} in range({shape.distinct}):"))
        slot = self.named(place.slot(shape.slots, k).load(shape.slot), "slot")
        with self.block(f"if {slot} == 0:"):
            self.emit("break")
        element = of_code(self.named(f"{slot} >> {shape.count.bits}", "e"), shape.element)
        if isinstance(element, Packed):
            return Packed(element.code, element.shape, place, f"({slot} & {shape.count.mask})")
        return element

    # Membership

    def contains(self, collection: Value, element: Value) -> Value:
        """``element \\in collection``."""
        if isinstance(collection, Const):
            return self._in_constant(collection.value, element)
        if isinstance(collection, SetOf):
            return self.any_of([self.equal(element, e) for e in collection.elements])
        if isinstance(collection, Interval):
            return self._in_interval(collection, element)
        shape = self.shape(collection)
        if isinstance(shape, SetShape):
            return self._in_bitmap(collection, shape, element)
        if isinstance(shape, BagShape):
            return Truth(f"{self.copies(collection, shape, element)} != 0")
        self.mistake("'in' needs a set, a bag or a domain on its right")

    def copies(self, bag: Value, shape: BagShape, element: Value) -> str:
        """How many copies of ``element`` a bag holds."""
        place = self.place_of(bag)
        if isinstance(element, Packed) and element.bag == place:
            return element.copies
        if isinstance(element, Const) and not encodable(shape.element, element.value):
            return "0"
        if not self._fits(element, shape.element):
            return self._copies_of_equals(bag, shape, element)
        base, word = place.address()
        return f"{self.module.bag_count(shape)}({base}, {word}, {self.code(element, shape.element)})"

    def _fits(self, value: Value, shape: Shape) -> bool:
        """Whether ``shape`` can store whatever ``value`` may be."""
        given = self.shape_beside(value, shape)
        if isinstance(given, IntShape) and isinstance(shape, IntShape):
            return shape.lo <= given.lo and given.hi <= shape.hi
        if isinstance(given, AtomShape) and isinstance(shape, AtomShape):
            return all((type(m), m) in shape.positions for m in given.members)
        return given.key == shape.key

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
        if isinstance(shape, OptionalShape) and isinstance(shape.inner, IntShape):
            code = self.code(element, shape)
            n, some = num_of(f"({code} - 1)", shape.inner), f"{code} != 0 and "
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
            return Const(element.value in given)
        if not isinstance(given, (set, frozenset)):
            self.mistake(f"'in' needs a set on its right, not {given!r}")
        if given and all(isinstance(v, (set, frozenset)) for v in given):
            return self._in_family(given, element)
        element = self.bind(element)
        shape = self.shape(element)
        if isinstance(shape, AtomShape):
            if all(m in given for m in shape.members):
                return Const(True)
            if not any(m in given for m in shape.members):
                return Const(False)
        values = sorted(given, key=lambda v: (type(v).__name__, str(v)))
        return self.any_of([self.equal(element, Const(v)) for v in values])

    def _in_family(self, given: Collection[Any], element: Value) -> Value:
        """Membership in a known set of sets."""
        shape = self.shape(element)
        if not isinstance(shape, SetShape):
            self.mistake("only a set can be in a set of sets")
        codes = {shape.encode(v) for v in given if all(encodable(shape.element, e) for e in v)}
        if len(shape.values) > TABLE_BITS:
            element = self.bind(element)
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
                outside = self.any_of([self.equal(element, Const(m)) for m in members])
                result = self.fresh("found")
                self.emit(f"{result} = False")
                with self.block(f"if not {atomic(self.truth(outside))}:"):
                    self.emit(f"{result} = {self.truth(self._bit(place, shape, element))}")
                return Truth(result)
        elif not self._fits(element, shape.element):
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
            return Const(value.value in domain)
        shape = self.shape(value)
        if implied(shape, domain):
            return Const(True)
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
        if isinstance(shape, IntShape) and isinstance(domain, Range):
            n = self.num(value)
            tests = [f"{n.code} < {domain.lo}"] if n.lo < domain.lo else []
            if domain.hi is not None and n.hi > domain.hi:
                tests.append(f"{n.code} > {domain.hi}")
            self._refute(result, " or ".join(tests))
        elif isinstance(shape, (AtomShape, IntShape)) and isinstance(domain, (Enum, Optional)):
            members = frozenset(domain)
            self._refute(result, f"not {atomic(self.truth(self._in_constant(members, value)))}")
        elif isinstance(shape, OptionalShape) and isinstance(domain, Optional) and shape.none == domain.none:
            code = self.named(self.code(value, shape))
            with self.block(f"if {code} != 0:"):
                self._test(of_code(f"({code} - 1)", shape.inner), shape.inner, domain.domain, result)
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
            self.mistake(f"membership of a value of kind {shape.key[0]} in {domain!r} is not supported")


def implied(shape: Shape, domain: Domain) -> bool:
    """Whether everything that ``shape`` can store is in ``domain``."""
    if isinstance(domain, Range):
        return isinstance(shape, IntShape) and shape.lo >= domain.lo and (domain.hi is None or shape.hi <= domain.hi)
    if isinstance(domain, Bool):
        return isinstance(shape, BoolShape)
    if isinstance(domain, (Enum, Optional)) and isinstance(shape, AtomShape):
        return all(m in domain for m in shape.members)
    if isinstance(domain, Optional):
        if isinstance(shape, OptionalShape):
            return shape.none == domain.none and implied(shape.inner, domain.domain)
        return implied(shape, domain.domain)
    if isinstance(domain, Fn):
        return (
            isinstance(shape, FnShape) and set(shape.keys) == set(domain.keys) and implied(shape.element, domain.range)
        )
    if isinstance(domain, Record):
        return (
            isinstance(shape, RecordShape)
            and set(shape.fields) == set(domain.fields)
            and all(implied(s, domain.fields[n]) for n, s in shape.fields.items())
        )
    if isinstance(domain, Union):
        return isinstance(shape, UnionShape) and _union_implied(shape, domain)
    if isinstance(domain, Seq):
        fits = isinstance(shape, SeqShape) and (domain.capacity is None or shape.capacity <= domain.capacity)
        return fits and implied(shape.element, domain.element)  # type: ignore[attr-defined]
    if isinstance(domain, Set):
        if not isinstance(shape, (SetShape, SortedSetShape)):
            return False
        return domain.capacity is None and implied(shape.element, domain.element)
    if isinstance(domain, Bag):
        return (
            isinstance(shape, BagShape)
            and shape.distinct <= domain.distinct
            and shape.copies <= domain.copies
            and implied(shape.element, domain.element)
        )
    return False


def _union_implied(shape: UnionShape, domain: Union) -> bool:
    if shape.tag != domain.tag:
        return False
    for tag, kind in zip(shape.tags.members, shape.kinds, strict=True):
        wanted = domain.by_tag.get(tag)
        if wanted is None or set(wanted.fields) - {shape.tag} != set(kind.fields):
            return False
        if not all(implied(s, wanted.fields[n]) for n, s in kind.fields.items()):
            return False
    return True
