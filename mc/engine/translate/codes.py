"""Values as numbers, truths and codes: what generated code computes with."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NoReturn

from mc.engine.kinds import described
from mc.engine.shapes import (
    AtomShape,
    BoolShape,
    FnShape,
    IntShape,
    OptionalShape,
    RecordShape,
    SeqShape,
    SetShape,
    Shape,
    UnionShape,
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
from mc.lang.arithmetic import fits, too_large
from mc.lang.kinds import shown
from mc.lang.text import to_tla

#: So few elements, or constants, are gone through one by one, without a loop once LLVM is done.
SHORT = 8
#: Entries of a table of codes, at most.
LONGEST_TABLE = 1 << 12


class Codes(Kinds):
    """Conversions of values to scalars."""

    @abstractmethod
    def fill(self, place: Place, value: Value, shape: Shape) -> None:
        """Make a value in memory; see :class:`mc.engine.translate.convert.Convert`."""

    # Scalars

    def num(self, value: Value) -> Num:
        """The value as an integer."""
        if isinstance(value, Num):
            return value
        if isinstance(value, Const) and isinstance(value.value, int) and not isinstance(value.value, bool):
            if not fits(value.value):
                self.mistake(too_large(value.value))
            return Num(str(value.value), value.value, value.value)
        if isinstance(value, Stored) and isinstance(value.shape, IntShape):
            return num_of(value.place.load(value.shape), value.shape)
        shape = self.shape(value)
        if isinstance(shape, OptionalShape) and isinstance(shape.inner, IntShape):
            code = self.named(self.code(value, shape))
            self.fail_if(f"{code} == 0", f"a number is needed, not {to_tla(shape.none)}")
            return num_of(f"({code} - 1)", shape.inner)
        if isinstance(shape, AtomShape) and (numbers := [m for m in shape.members if type(m) is int]):
            code = self._member_of(value, shape, int)
            table = self.module.table([m if type(m) is int else numbers[0] for m in shape.members])
            return Num(f"{table}[{code}]", min(numbers), max(numbers))
        self.mistake(f"a number is needed here, not {self.describe(value)}")

    def _member_of(self, value: Value, shape: AtomShape, kind: type) -> str:
        """The code of an atom; evaluation fails where it is not of one of Python's types."""
        code = self.code(value, shape)
        others = [int(type(m) is not kind) for m in shape.members]
        if any(others):
            code = self.named(code)
            needed = "a number" if kind is int else "TRUE or FALSE"
            self.fail_if(f"{self.module.table(others)}[{code}] != 0", f"{needed} is needed, not {described(shape)}")
        return code

    def decided(self, value: Value) -> bool | None:
        """What a condition is, where that is known while translating."""
        if not isinstance(value, Const):
            return None
        self.truth(value)  # refuses what is neither TRUE nor FALSE
        return bool(value.value)

    def truth(self, value: Value) -> str:
        """The value as a Boolean expression."""
        if isinstance(value, Truth):
            return value.code
        if isinstance(value, Const) and isinstance(value.value, bool):
            return str(value.value)
        if isinstance(value, Stored) and isinstance(value.shape, BoolShape):
            return f"({value.place.load(value.shape)} != 0)"
        shape = self.shape(value)
        if isinstance(shape, OptionalShape) and isinstance(shape.inner, BoolShape):
            return self.truth(self.present(value))
        if isinstance(shape, AtomShape) and any(type(m) is bool for m in shape.members):
            code = self._member_of(value, shape, bool)
            return f"{code} == {shape.positions.get((bool, True), -1)}"
        self.mistake(f"TRUE or FALSE is needed here, not {self.describe(value)}")

    def describe(self, value: Value) -> str:
        if isinstance(value, Const):
            return shown(value.value)
        if isinstance(value, StateRef):
            return "the whole state"
        return described(self.shape(value))

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
            return replace(value, code=self.named(value.code, hint))
        if isinstance(value, Stored) and not value.shape.wide:
            return self.bind(of_code(value.place.load(value.shape), value.shape), hint)
        if isinstance(value, (Builder, SetOf, BagChange)):
            settled = self.settle(value, self.shape(value), hint)
            if isinstance(value, Builder) and isinstance(settled, (Packed, Stored)):
                return replace(settled, possible=value.possible)
            return settled
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
                self.fail_if("True", self.outside(shape, value.value))
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
        if isinstance(given, AtomShape):
            return self._atom_code(self._raw(value), given, shape)
        if isinstance(given, OptionalShape) and isinstance(shape, (OptionalShape, AtomShape)):
            return self._optional_code(value, given, shape)
        if isinstance(given, IntShape) and isinstance(shape, AtomShape):
            return self._chosen_code(self.num(value), shape)
        if isinstance(given, BoolShape) and isinstance(shape, AtomShape):
            false, true = self._images((False, True), given, shape)
            return self._inside(f"({true} if {self.truth(value)} else {false})", shape, false, true)
        if isinstance(shape, OptionalShape):
            return f"({self.code(value, shape.inner)} + 1)"
        if isinstance(given, OptionalShape):
            code = self.named(self._raw(value))
            self.fail_if(f"{code} == 0", self.outside(shape, given.none))
            return self.code(of_code(f"({code} - 1)", given.inner), shape)
        if isinstance(given, SetShape) and isinstance(shape, SetShape) and not given.wide:
            code = self._set_code(value, given, shape)
            if code:
                return code
        if isinstance(given, (SeqShape, SetShape, RecordShape, FnShape, UnionShape)):
            place = self.local()
            self.fill(place, value, shape)
            return place.base
        self.unfit(given, shape)

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
        self.fail_if(f"{code} == 0", f"{described(shape.inner)} is needed, not {to_tla(shape.none)}")
        return of_code(f"({code} - 1)", shape.inner)

    def _optional_code(self, value: Value, given: OptionalShape, shape: OptionalShape | AtomShape) -> str:
        code, result = self.named(self._raw(value)), self.fresh("v")
        self.emit(f"{result} = 0")
        with self.block(f"if {code} == 0:"):
            self.emit(f"{result} = {self.code(Const(given.none), shape)}")
        with self.block("else:"):
            self.emit(f"{result} = {self.code(of_code(f'({code} - 1)', given.inner), shape)}")
        return result

    def _images(self, values: Iterable[Any], given: Shape, shape: Shape) -> list[int]:
        """The codes of some values of one shape in another; -1 for those that it does not have."""
        found = [shape.encode(value) if encodable(shape, value) else -1 for value in values]
        if max(found) < 0:
            self.unfit(given, shape)
        return found

    def _inside(self, code: str, shape: Shape, *images: int) -> str:
        """A code in a shape that is one of ``images``; evaluation fails where it is -1."""
        code = self.named(code)
        if -1 in images:
            self.fail_if(f"{code} < 0", self.outside(shape))
        return code

    def outside(self, shape: Shape, value: Any = None) -> str:
        """What is said of a value that a shape cannot store."""
        return f"{'the value' if value is None else shown(value)}, is not {described(shape)}"

    def over(self, capacity: int) -> str:
        """What is said of a value with too many elements."""
        return f"more than {capacity} elements, the declared capacity"

    def unfit(self, given: Shape, shape: Shape) -> NoReturn:
        """A value that stands where only others do."""
        self.mistake(f"{described(given)}, is used where {described(shape)}, belongs")

    def _set_code(self, value: Value, given: SetShape, shape: SetShape) -> str:
        """The code in ``shape`` of a small set of numbers, or of the same elements; empty for other sets."""
        code = self._raw(value)
        if given.element.key != shape.element.key:
            if not (isinstance(given.element, IntShape) and isinstance(shape.element, IntShape)):
                return ""
            code, up = self.named(code), given.element.lo - shape.element.lo
            outside = sum(1 << k for k, n in enumerate(given.values) if not shape.element.lo <= n <= shape.element.hi)
            if outside:
                self.fail_if(f"{code} & {outside} != 0", self.outside(shape))
            code = f"({code} << {up})" if up >= 0 else f"({code} >> {-up})"
        if shape.capacity is not None:
            code = self.named(code)
            self.fail_if(f"popcount({code}) > {shape.capacity}", self.over(shape.capacity))
        return code

    def _int_code(self, number: Num, shape: IntShape) -> str:
        code = number.code
        low, high = number.lo < shape.lo, number.hi > shape.hi
        if low or high:
            code = self.named(code)
            tests = [f"{code} < {shape.lo}"] * low + [f"{code} > {shape.hi}"] * high
            self.fail_if(" or ".join(tests), self.outside(shape))
        if shape.lo == 0:
            return code
        return f"({code} {'-' if shape.lo > 0 else '+'} {abs(shape.lo)})"

    def _chosen_code(self, number: Num, shape: AtomShape) -> str:
        """The code of a number in an enumeration of some numbers."""
        members = [m for m in shape.members if type(m) is int] or [0]
        lo, hi = min(members), max(members)
        if hi - lo >= LONGEST_TABLE:
            given = self.named(number.code)
            if len(members) > SHORT:
                members.sort()
                found = self.named(f"position({self.module.table(members)}, {len(members)}, {given})", "k")
                codes = self.module.table([shape.positions[int, m] for m in members])
                return self._inside(f"({codes}[{found}] if {found} >= 0 else -1)", shape, -1)
            choices = [f"{shape.positions[int, m]} if {given} == {m} else " for m in members]
            return self._inside(f"({''.join(choices)}-1)", shape, -1)
        images = self._images(range(lo, hi + 1), IntShape(lo, hi), shape)
        return self._inside(f"{self.module.table(images)}[{self._int_code(number, IntShape(lo, hi))}]", shape, *images)

    def _atom_code(self, code: str, given: AtomShape, shape: Shape) -> str:
        images = self._images(given.members, given, shape)
        if images == list(range(len(images))):
            return code
        return self._inside(f"{self.module.table(images)}[{code}]", shape, *images)
