"""Values in the shapes that others need: numbers, codes, memory; and equality between them."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import AbstractContextManager

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
from mc.engine.storage import encodable
from mc.engine.translate.kinds import Kinds
from mc.engine.translate.places import Place
from mc.engine.translate.values import (
    BagChange,
    Builder,
    Const,
    Interval,
    Num,
    Packed,
    SetOf,
    StateRef,
    Stored,
    Truth,
    Tuple,
    Value,
    num_of,
    of_code,
)

#: Bounds of a number that a loop adds up: nothing else is known of it. The product of two is below 2^61.
UNBOUNDED = 1 << 30


class Convert(Kinds):
    """Conversions between translated values."""

    @abstractmethod
    def elements(self, value: Value, hint: str = "k") -> AbstractContextManager[Value]:
        """Open a loop over a set; see :class:`mc.engine.translate.sets.Sets`."""

    # Scalars

    def num(self, value: Value) -> Num:
        """The value as an integer."""
        if isinstance(value, Num):
            return value
        if isinstance(value, Const) and isinstance(value.value, int) and not isinstance(value.value, bool):
            return Num(str(value.value), value.value, value.value)
        if isinstance(value, Stored) and isinstance(value.shape, IntShape):
            return num_of(value.place.load(value.shape), value.shape)
        shape = self.shape(value)
        if isinstance(shape, OptionalShape) and isinstance(shape.inner, IntShape):
            code = self.named(self.code(value, shape))
            self.fail_if(f"{code} == 0")
            return num_of(f"({code} - 1)", shape.inner)
        self.mistake(f"a number is needed here, not a value of {self.describe(value)}")

    def limited(self, number: Num) -> Num:
        """The number; evaluation fails where it is beyond UNBOUNDED (TLC's fails beyond 2^31)."""
        if number.lo >= -UNBOUNDED and number.hi <= UNBOUNDED:
            return number
        code = self.named(number.code)
        self.fail_if(f"{code} < -{UNBOUNDED} or {code} > {UNBOUNDED}")
        return Num(code, max(number.lo, -UNBOUNDED), min(number.hi, UNBOUNDED))

    def truth(self, value: Value) -> str:
        """The value as a Boolean expression."""
        if isinstance(value, Truth):
            return value.code
        if isinstance(value, Const) and isinstance(value.value, bool):
            return str(value.value)
        if isinstance(value, Stored) and isinstance(value.shape, BoolShape):
            return f"({value.place.load(value.shape)} != 0)"
        self.mistake(f"TRUE or FALSE is needed here, not a value of {self.describe(value)}")

    def describe(self, value: Value) -> str:
        if isinstance(value, Const):
            return repr(value.value)
        if isinstance(value, StateRef):
            return "the whole state"
        return f"kind {self.shape(value).key[0]}"

    def named(self, code: str, hint: str = "v") -> str:
        """``code`` itself where it is a name or a number, else a local variable that holds it."""
        if code.isidentifier() or code.lstrip("-").isdigit():
            return code
        name = self.fresh(hint)
        self.emit(f"{name} = {code}")
        return name

    def bind(self, value: Value, hint: str = "v") -> Value:
        """The same value, evaluated now and once."""
        if isinstance(value, Num):
            return Num(self.named(value.code, hint), value.lo, value.hi)
        if isinstance(value, Truth):
            return Truth(self.named(value.code, hint))
        if isinstance(value, Packed):
            return Packed(self.named(value.code, hint), value.shape, value.bag, value.copies)
        if isinstance(value, Stored) and not value.shape.wide:
            return self.bind(of_code(value.place.load(value.shape), value.shape), hint)
        if isinstance(value, (Builder, SetOf, BagChange)):
            return self.settle(value, self.shape(value), hint)
        return value

    def settle(self, value: Value, shape: Shape, hint: str = "v") -> Value:
        """The value in ``shape``: in a local variable, or in scratch memory where it is wide."""
        if not shape.wide:
            return of_code(self.named(self.code(value, shape), hint), shape)
        if isinstance(value, Stored) and value.shape.key == shape.key:
            return value
        place = self.scratch(shape)
        self.fill(place, value, shape)
        return Stored(place, shape)

    # Codes

    def code(self, value: Value, shape: Shape) -> str:
        """The code of ``value`` in the scalar ``shape``; emits the checks that it is in the domain."""
        if isinstance(value, Const):
            if not encodable(shape, value.value):
                self.fail_if("True")
                return "0"
            return str(shape.encode(value.value))
        if isinstance(shape, IntShape):
            return self._int_code(self.num(value), shape)
        if isinstance(shape, BoolShape):
            truth = self.truth(value)
            return f"int({truth})"
        if isinstance(value, (Builder, SetOf, Tuple, Interval)):
            place = self.local()
            self.fill(place, value, shape)
            return place.base
        given = self.shape(value)
        if given.key == shape.key:
            return value.place.load(shape) if isinstance(value, Stored) else getattr(value, "code", "0")
        if isinstance(given, AtomShape) and isinstance(shape, AtomShape):
            return self._atom_code(self._raw(value), given, shape)
        if isinstance(shape, OptionalShape):
            if isinstance(given, OptionalShape):
                return self._optional_code(value, given, shape)
            return f"({self.code(value, shape.inner)} + 1)"
        if isinstance(given, OptionalShape):
            code = self.named(self._raw(value))
            self.fail_if(f"{code} == 0")
            return self.code(of_code(f"({code} - 1)", given.inner), shape)
        if isinstance(given, SetShape) and isinstance(shape, SetShape) and not given.wide:
            code = self._set_code(value, given, shape)
            if code:
                return code
        if type(given) is type(shape) and isinstance(given, (SeqShape, SetShape, RecordShape, FnShape)):
            place = self.local()
            self.fill(place, value, shape)
            return place.base
        self.mistake(f"a value of kind {given.key[0]} is used where one of kind {shape.key[0]} belongs")

    def _raw(self, value: Value) -> str:
        if isinstance(value, Stored):
            return value.place.load(value.shape)
        assert isinstance(value, Packed)
        return value.code

    def present(self, value: Value) -> Value:
        """The value itself, where it may be absent; evaluation fails where it is."""
        if isinstance(value, Const) or not isinstance(shape := self.shape(value), OptionalShape):
            return value
        code = self.named(self._raw(value))
        self.fail_if(f"{code} == 0")
        return of_code(f"({code} - 1)", shape.inner)

    def _optional_code(self, value: Value, given: OptionalShape, shape: OptionalShape) -> str:
        if given.none != shape.none:
            self.mistake("optional values of different domains meet here")
        code, result = self.named(self._raw(value)), self.fresh("v")
        self.emit(f"{result} = 0")
        with self.block(f"if {code} != 0:"):
            self.emit(f"{result} = {self.code(of_code(f'({code} - 1)', given.inner), shape.inner)} + 1")
        return result

    def _set_code(self, value: Value, given: SetShape, shape: SetShape) -> str:
        """The code in ``shape`` of a small set of numbers, or of the same elements; empty for other sets."""
        code = self._raw(value)
        if given.element.key != shape.element.key:
            if not (isinstance(given.element, IntShape) and isinstance(shape.element, IntShape)):
                return ""
            code, up = self.named(code), given.element.lo - shape.element.lo
            outside = sum(1 << k for k, n in enumerate(given.values) if not shape.element.lo <= n <= shape.element.hi)
            if outside:
                self.fail_if(f"{code} & {outside} != 0")
            code = f"({code} << {up})" if up >= 0 else f"({code} >> {-up})"
        if shape.capacity is not None:
            code = self.named(code)
            self.fail_if(f"popcount({code}) > {shape.capacity}")
        return code

    def _int_code(self, number: Num, shape: IntShape) -> str:
        code = number.code
        low, high = number.lo < shape.lo, number.hi > shape.hi
        if low or high:
            code = self.named(code)
            tests = [f"{code} < {shape.lo}"] * low + [f"{code} > {shape.hi}"] * high
            self.fail_if(" or ".join(tests))
        if shape.lo == 0:
            return code
        return f"({code} {'-' if shape.lo > 0 else '+'} {abs(shape.lo)})"

    def _atom_code(self, code: str, given: AtomShape, shape: AtomShape) -> str:
        images = [shape.positions.get((type(m), m), -1) for m in given.members]
        if images == list(range(len(images))):
            return code
        moved = self.named(f"{self.module.table(images)}[{code}]")
        if -1 in images:
            self.fail_if(f"{moved} < 0")
        return moved

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
        elif isinstance(value, BagChange):
            self._fill_bag(place, value, shape)
        elif isinstance(value, Stored) and value.shape.key == shape.key:
            self.copy(place, value.place, shape)
        else:
            self._fill_parts(place, value, shape)

    def clear(self, place: Place, shape: Shape) -> None:
        if shape.wide:
            base, word = place.address()
            for k in range(shape.words):
                self.emit(f"{base}[{word} + {k}] = 0" if k else f"{base}[{word}] = 0")
        elif not place.local:
            self.emit(place.store(shape, "0"))

    def copy(self, place: Place, source: Place, shape: Shape) -> None:
        if not shape.wide:
            self.emit(place.store(shape, source.load(shape)))
            return
        (to, first), (origin, start) = place.address(), source.address()
        for k in range(shape.words):
            self.emit(f"{to}[{first} + {k}] = {origin}[{start} + {k}]" if k else f"{to}[{first}] = {origin}[{start}]")

    def _fill_constant(self, place: Place, value: Const, shape: Shape) -> None:
        if not encodable(shape, value.value):
            self.fail_if("True")
            return
        code = shape.encode(value.value)
        if not shape.wide:
            self.emit(place.store(shape, str(code)))
            return
        base, word = place.address()
        for k in range(shape.words):
            self.emit(f"{base}[{word} + {k}] = {code >> 64 * k & (1 << 64) - 1}")

    def _fill_tuple(self, place: Place, value: Tuple, shape: SeqShape) -> None:
        if len(value.elements) > shape.capacity:
            self.fail_if("True")
            return
        self.clear(place, shape)
        for k, element in enumerate(value.elements):
            self.store(place.at(shape.start).slot(shape.slots, str(k)), element, shape.element)
        self.emit(place.store(shape.length, str(len(value.elements))))

    def _fill_parts(self, place: Place, value: Value, shape: Shape) -> None:
        """Copy between two shapes of one kind that differ in bounds."""
        given = self.shape(value)
        source = self.place_of(value)
        if isinstance(given, SeqShape) and isinstance(shape, SeqShape):
            length = self.named(source.load(given.length), "n")
            if given.capacity > shape.capacity:
                self.fail_if(f"{length} > {shape.capacity}")
            self.clear(place, shape)
            k = self.fresh("k")
            with self.block(f"for {k} in range({length}):"):
                element = self.part(source.at(given.start).slot(given.slots, k), given.element)
                self.store(place.at(shape.start).slot(shape.slots, k), element, shape.element)
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
            k = self.fresh("k")
            with self.block(f"for {k} in range({len(shape.keys)}):"):
                element = self.part(source.slot(given.slots, k), given.element)
                self.store(place.slot(shape.slots, k), element, shape.element)
        else:
            self.mistake(f"a value of kind {given.key[0]} is used where one of kind {shape.key[0]} belongs")

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
        return self.module.rank(shape.element, self.code(element, shape.element))

    def add_element(self, place: Place, shape: SetShape | SortedSetShape, element: Value) -> None:
        if isinstance(shape, SortedSetShape):
            code, (base, word) = self.code(element, shape.element), place.address()
            self.fail_if(f"not {self.module.bag_functions(shape)[0]}({base}, {word}, {code})")
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
            self.fail_if(f"{self.cardinality(place, shape)} > {shape.capacity}")

    def _fill_bag(self, place: Place, value: BagChange, shape: Shape) -> None:
        """Removals first, so that the bag never holds more than it ends with.

        Where one removes what an earlier change has added, the two cancel out.
        """
        if not isinstance(shape, BagShape) or self.shape(value.bag).key != shape.key:
            self.mistake("a bag can be changed only into the same kind of bag")
        self.fill(place, value.bag, shape)
        base, word = place.address()
        add, remove = self.module.bag_functions(shape)
        pending: list[tuple[str, str]] = []  # elements to add, and a flag: whether still to be added
        for sign, elements in value.changes:
            codes = [self.named(self.code(e, shape.element), "e") for e in elements]
            for k, code in enumerate(codes):
                again = " and ".join(f"{code} != {other}" for other in codes[:k])
                if sign == "+":
                    flag = self.fresh("adding")
                    self.emit(f"{flag} = {again or True}")
                    pending.append((code, flag))
                    continue
                depth = self.depth
                if again:
                    self.emit(f"if {again}:")
                    self.depth += 1
                for added, flag in reversed(pending):
                    with self.block(f"if {flag} and {added} == {code}:"):
                        self.emit(f"{flag} = False")
                    self.emit("else:")
                    self.depth += 1
                self.emit(f"{remove}({base}, {word}, {code})")
                self.depth = depth
        for code, flag in pending:
            with self.block(f"if {flag}:"):
                self.fail_if(f"not {add}({base}, {word}, {code})")
