"""Values put into memory, part by part; sets and bags changed in place."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import AbstractContextManager

from mc.engine.kinds import single, variants
from mc.engine.shapes import (
    BagShape,
    BoolShape,
    FnShape,
    RecordShape,
    SeqShape,
    SetShape,
    Shape,
    SortedSetShape,
    UnionShape,
)
from mc.engine.slots import words_of
from mc.engine.storage import encodable
from mc.engine.translate.codes import Codes
from mc.engine.translate.places import UNROLLED, Place
from mc.engine.translate.values import (
    BagChange,
    Builder,
    Const,
    Filter,
    Interval,
    Num,
    Packed,
    SetOf,
    Stored,
    Tuple,
    Value,
    of_code,
)


class Convert(Codes):
    """Conversions between translated values."""

    @abstractmethod
    def elements(self, value: Value, hint: str = "k", chosen: Filter | None = None) -> AbstractContextManager[Value]:
        """Open a loop over a set; see :class:`mc.engine.translate.sets.Sets`."""

    @abstractmethod
    def fill_bag(self, place: Place, value: BagChange, shape: Shape) -> None:
        """Make a bag that changes; see :class:`mc.engine.translate.bags.Bags`."""

    @abstractmethod
    def copy_bag(self, place: Place, shape: BagShape, source: Place, given: BagShape) -> None:
        """Make a bag that is stored in another shape; see :class:`mc.engine.translate.bags.Bags`."""

    def is_made(self, value: Value) -> bool:
        """Whether a set is better gone through as it is made: it would be no bitmap."""
        return isinstance(value, Builder) and value.loop is not None and not isinstance(self.told(value), SetShape)

    # Memory

    def store(self, place: Place, value: Value, shape: Shape) -> None:
        """Put ``value`` at ``place``, which holds values of ``shape``."""
        if shape.wide:
            self.fill(place, value, shape)
        else:
            self.emit(place.store(shape, self.code(value, shape)))

    def fill(self, place: Place, value: Value, shape: Shape) -> None:
        """Make ``value`` at ``place``, part by part; a local ``place`` is 0 before."""
        if isinstance(value, Builder):
            value.fill(place, shape)
        elif isinstance(value, Const):
            self._fill_constant(place, value, shape)
        elif isinstance(value, SetOf) and isinstance(shape, (SetShape, SortedSetShape)):
            self.clear(place, shape)
            for element in value.elements:
                self.add_element(place, shape, element)
            self.check_capacity(place, shape)
        elif isinstance(value, Interval) and isinstance(shape, (SetShape, SortedSetShape)):
            self.clear(place, shape)
            k = self.fresh("k")
            with self.block(f"for {k} in range({value.lo.code}, {value.hi.code} + 1):"):
                self.add_element(place, shape, Num(k, value.lo.lo, value.hi.hi))
            self.check_capacity(place, shape)
        elif isinstance(value, Tuple) and isinstance(shape, SeqShape):
            self._fill_tuple(place, value, shape)
        elif isinstance(value, Tuple) and isinstance(shape, FnShape) and len(value.elements) == len(shape.keys):
            self._fill_function(place, value, shape)
        elif isinstance(value, BagChange):
            self.fill_bag(place, value, shape)
        elif isinstance(value, Stored) and value.shape.key == shape.key:
            self.copy(place, value.place, shape)
        else:
            self._fill_parts(place, value, shape)

    def clear(self, place: Place, shape: Shape) -> None:
        if shape.words > UNROLLED:
            self.emit(f"clear_words({place.pointer()}, {shape.words})")
        elif shape.wide:
            base, word = place.address()
            for k in range(shape.words):
                self.emit(f"{base}[{word} + {k}] = 0" if k else f"{base}[{word}] = 0")
        elif not place.local:
            self.emit(place.store(shape, "0"))

    def copy(self, place: Place, source: Place, shape: Shape) -> None:
        if not shape.wide:
            self.emit(place.store(shape, source.load(shape)))
            return
        if shape.words > UNROLLED:
            self.emit(f"copy_words({source.pointer()}, {place.pointer()}, {shape.words})")
            return
        (to, first), (origin, start) = place.address(), source.address()
        for k in range(shape.words):
            self.emit(f"{to}[{first} + {k}] = {origin}[{start} + {k}]" if k else f"{to}[{first}] = {origin}[{start}]")

    def _fill_constant(self, place: Place, value: Const, shape: Shape) -> None:
        if not encodable(shape, value.value):
            self.fail_if("True", self.outside(shape, value.value))
            return
        code = shape.encode(value.value)
        if not shape.wide:
            self.emit(place.store(shape, str(code)))
            return
        words = words_of(code, shape.words)
        if shape.words > UNROLLED:
            self.emit(f"copy_words({self.module.table(words)}, {place.pointer()}, {shape.words})")
            return
        base, word = place.address()
        for k, content in enumerate(words):
            self.emit(f"{base}[{word} + {k}] = {content}")

    def _fill_tuple(self, place: Place, value: Tuple, shape: SeqShape) -> None:
        if len(value.elements) > shape.capacity:
            self.fail_if("True", self.over(shape.capacity))
            return
        self.clear(place, shape)
        for k, element in enumerate(value.elements):
            self.store(place.at(shape.start).slot(shape.slots, str(k)), element, shape.element)
        self.emit(place.store(shape.length, str(len(value.elements))))

    def _fill_function(self, place: Place, value: Tuple, shape: FnShape) -> None:
        """A sequence literal is a function over 1..n."""
        if not shape.sequence:
            self.unfit(self.shape(value), shape)
        self.clear(place, shape)
        for k, element in enumerate(value.elements):
            self.store(place.slot(shape.slots, str(k)), element, shape.element)

    def _fill_parts(self, place: Place, value: Value, shape: Shape) -> None:
        """Copy between two shapes of one kind that differ in bounds."""
        given = self.shape(value)
        source = self.place_of(value)
        if isinstance(given, SeqShape) and isinstance(shape, SeqShape):
            length = self.named(source.load(given.length), "n")
            if given.capacity > shape.capacity:
                self.fail_if(f"{length} > {shape.capacity}", self.over(shape.capacity))
            self.clear(place, shape)
            self._copy_slots(place.at(shape.start), shape, source.at(given.start), given, length)
            self.emit(place.store(shape.length, length))
        elif isinstance(given, SetShape) and isinstance(shape, SetShape) and given.element.key == shape.element.key:
            self.copy(place, source, shape)
            self.check_capacity(place, shape)
        elif isinstance(given, (SetShape, SortedSetShape)) and isinstance(shape, (SetShape, SortedSetShape)):
            self.clear(place, shape)
            with self.elements(Stored(source, given) if not source.local else value) as element:
                self.add_element(place, shape, element)
            self.check_capacity(place, shape)
        elif (
            isinstance(given, RecordShape) and isinstance(shape, RecordShape) and set(given.fields) == set(shape.fields)
        ):
            for name, field in shape.fields.items():
                self.store(
                    place.at(shape.offsets[name]), self.part(source.at(given.offsets[name]), given.fields[name]), field
                )
        elif isinstance(given, FnShape) and isinstance(shape, FnShape) and given.keys == shape.keys:
            self._copy_slots(place, shape, source, given, str(len(shape.keys)))
        elif isinstance(given, FnShape) and isinstance(shape, SeqShape) and given.sequence:
            if len(given.keys) > shape.capacity:
                self.fail_if("True", self.over(shape.capacity))
                return
            self.clear(place, shape)
            self._copy_slots(place.at(shape.start), shape, source, given, str(len(given.keys)))
            self.emit(place.store(shape.length, str(len(given.keys))))
        elif isinstance(given, SeqShape) and isinstance(shape, FnShape) and shape.sequence:
            self.fail_if(f"{source.load(given.length)} != {len(shape.keys)}", self.outside(shape))
            self.clear(place, shape)
            if given.capacity >= len(shape.keys):
                self._copy_slots(place, shape, source.at(given.start), given, str(len(shape.keys)))
        elif type(given) is BagShape and type(shape) is BagShape:
            self.copy_bag(place, shape, source, given)
        elif isinstance(given, (RecordShape, UnionShape)) and isinstance(shape, UnionShape):
            self._fill_union(place, source, given, shape)
        else:
            self.unfit(given, shape)

    def _copy_slots(
        self, place: Place, shape: SeqShape | FnShape, source: Place, given: SeqShape | FnShape, count: str
    ) -> None:
        """Copy the first elements of an array to another one."""
        k = self.fresh("k")
        with self.block(f"for {k} in range({count}):"):
            element = self.part(source.slot(given.slots, k), given.element)
            self.store(place.slot(shape.slots, k), element, shape.element)

    def _fill_union(self, place: Place, source: Place, given: RecordShape | UnionShape, shape: UnionShape) -> None:
        """A record of one kind, or of several, as one of more kinds."""
        self.clear(place, shape)
        starts = [0] if isinstance(given, RecordShape) else [given.tags.bits] * len(given.kinds)
        records = [given] if isinstance(given, RecordShape) else given.kinds
        for number, (fields, record, start) in enumerate(zip(variants(given), records, starts, strict=True)):
            tag = single(fields[shape.tag]) if shape.tag in fields else None
            code = shape.tags.positions.get((type(tag), tag))
            target = None if code is None else shape.kinds[code]
            known = target is not None and {*target.fields, shape.tag} == fields.keys()
            if not known and isinstance(given, RecordShape):
                self.unfit(given, shape)
            of_this_kind = "True" if isinstance(given, RecordShape) else f"{source.load(given.tags)} == {number}"
            with self.block(f"if {of_this_kind}:"):
                if target is None or not known:
                    self.fail(self.outside(shape))
                    continue
                self.emit(place.store(shape.tags, str(code)))
                for name, field in target.fields.items():
                    part = self.part(source.at(start + record.offsets[name]), record.fields[name])
                    self.store(place.at(shape.tags.bits + target.offsets[name]), part, field)

    def place_of(self, value: Value) -> Place:
        """Where a composite value lies: in memory, or in a local variable."""
        if isinstance(value, Stored):
            return value.place
        if isinstance(value, Packed):
            return Place(self.named(value.code), local=True)
        settled = self.settle(value, self.shape(value))
        assert isinstance(settled, (Stored, Packed))
        return self.place_of(settled)

    def part(self, place: Place, shape: Shape) -> Value:
        """The value of a part that lies at ``place``."""
        return of_code(place.load(shape), shape) if place.local else Stored(place, shape)

    # Sets and bags in place

    def element_rank(self, shape: SetShape, element: Value) -> str:
        """The bit of a set that stands for ``element``; fails where it is outside the set's universe."""
        if isinstance(element, Packed) and element.rank and element.shape.key == shape.element.key:
            return element.rank
        return self.module.rank(shape.element, self.code(element, shape.element))

    def add_element(self, place: Place, shape: SetShape | SortedSetShape, element: Value) -> None:
        if isinstance(shape, SortedSetShape):
            code, (base, word) = self.code(element, shape.element), place.address()
            self.fail_if(
                f"not {self.module.bag_functions(shape)[0]}({base}, {word}, {code})", self.over(shape.distinct)
            )
            return
        rank = self.element_rank(shape, element)
        if shape.wide:
            rank = self.named(rank, "k")
        self.emit(place.slot(shape.slots, rank).store(BoolShape(), "1"))

    def cardinality(self, place: Place, shape: SetShape) -> str:
        """The number of elements of a set."""
        if not shape.wide:
            return f"popcount({place.load(shape)})"
        base, word = place.address()
        return f"({' + '.join(f'popcount({base}[{word} + {k}])' for k in range(shape.words))})"

    def bag_size(self, place: Place, shape: BagShape) -> str:
        """The number of different elements of a bag."""
        base, word = place.address()
        return f"{self.module.bag_size(shape)}({base}, {word})"

    def check_capacity(self, place: Place, shape: SetShape | SortedSetShape) -> None:
        """Fail where the set just made at ``place`` has too many elements (sorted sets see to it themselves)."""
        if isinstance(shape, SetShape) and shape.capacity is not None:
            self.fail_if(f"{self.cardinality(place, shape)} > {shape.capacity}", self.over(shape.capacity))
