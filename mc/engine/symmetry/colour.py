"""Generated code that colours symmetric values: numbers that renaming the values does not change.

All sums over symmetric values are commutative, and a symmetric value enters a number only as "the value being
coloured", as "another one", or by its colour of the stage before; nothing else would be free of names.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mc.engine.runtime.kernels import blend
from mc.engine.store.packing import Parts, Reference, is_made_of, parts_of, references, side_by_side
from mc.engine.store.places import Place, atomic
from mc.engine.store.shapes import (
    AtomShape,
    BagShape,
    FnShape,
    OptionalShape,
    RecordShape,
    SeqShape,
    SetShape,
    Shape,
    UnionShape,
)
from mc.engine.store.storage import symmetric_atoms
from mc.engine.symmetry.move import member_codes
from mc.engine.translate.codes import named
from mc.engine.translate.filters import member_loop
from mc.engine.translate.module import Module
from mc.engine.translate.rules import new_writer
from mc.engine.translate.writer import Writer
from mc.lang.values import ModelValueSet


class Colours:
    """Writes one stage: ``name(s, [given0, ...,] c0, ..., x)`` fills ck[i] with the colour of value i of set k."""

    def __init__(self, module: Module, sets: tuple[ModelValueSet, ...], stage: int) -> None:
        self.module = module
        self.sets = sets
        self.atoms = set().union(*sets)
        self.stage = stage
        self.salt = 0
        #: By set, what the variables store of its members in a form that fits few words; and the other variables.
        self.packed = [Parts() for _ in sets]
        self.others: list[str] = []
        for variable, shape in module.layout.fields.items():
            if not symmetric_atoms(shape).isdisjoint(self.atoms):
                keyed = self._set_of(shape.domain) if isinstance(shape, FnShape) else None
                parts = None if keyed is None else self._parts_of(variable, keyed)
                if keyed is not None and parts is not None:
                    self.packed[keyed] += parts
                else:
                    self.others.append(variable)

    def generate(self, name: str) -> None:
        layout = self.module.layout
        body = new_writer(self.module, "", "None")
        body.taken.update({"s": 1, "x": 1, "h": 1, "i": 1, "j": 1})
        for k, members in enumerate(self.sets):
            if self.stage == 1:
                self._alone(body, k, len(members))
            else:
                self._in_pairs(body, k, len(members))
        for variable in self.others:
            body.emit(f"# {variable}")
            self._variable(body, Place("s").at(layout.offsets[variable]), layout.fields[variable])
        given = [f"given{k}" for k in range(len(self.sets))] if self.stage == 2 else []
        names = ["s", *given, *(f"c{k}" for k in range(len(self.sets))), "x"]
        parameters = ", ".join(f"{n}: ptr" for n in names)
        title = f'    """Colours of stage {self.stage}."""'
        self.module.add("\n".join([f"def {name}({parameters}) -> None:", title, *body.lines]))

    def _parts_of(self, variable: str, k: int) -> Parts | None:
        """What a variable, a function of set ``k``, stores of one and of two of its members."""
        layout = self.module.layout
        shape = layout.fields[variable]
        assert isinstance(shape, FnShape)
        place = Place("s").at(layout.offsets[variable]).slot(shape.slots, "i")
        return parts_of(place, shape.element, self.sets[k], self.atoms)

    def _alone(self, body: Writer, k: int, count: int) -> None:
        with body.block(f"for i in range({count}):"):
            h = str(self._next_salt())
            for word in side_by_side(self.packed[k].own):
                h = f"blend({h}, {self._word(body, word, 'own')})"
            body.emit(f"c{k}[i] = {h}")

    @staticmethod
    def _word(body: Writer, parts: list[str], hint: str) -> str:
        """A local variable with the parts side by side."""
        name = body.fresh(hint)
        for number, part in enumerate(parts):
            body.emit(f"{name} |= {part}" if number else f"{name} = {part}")
        return name

    def _in_pairs(self, body: Writer, k: int, count: int) -> None:
        with body.block(f"for i in range({count}):"):
            body.emit(f"c{k}[i] = given{k}[i]")
        words = side_by_side(self.packed[k].pair)
        if not words:
            return
        with body.block(f"for i in range({count}):"), body.block(f"for j in range({count}):"):
            with body.block("if i == j:"):
                body.emit("continue")
            *before, last = (self._word(body, word, "pair") for word in words)
            for one, other in ("ij", "ji"):
                h = f"given{k}[{other}] + {self._next_salt()}"
                for word in before:
                    h = f"blend({h}, {word})"
                body.emit(f"c{k}[{one}] += blend({h}, {last})")

    def _next_salt(self) -> int:
        self.salt += 1
        return self.salt

    def _set_of(self, shape: Shape) -> int | None:
        """Which symmetric set an atom shape is exactly made of."""
        return next((k for k, members in enumerate(self.sets) if is_made_of(shape, members)), None)

    def _variable(self, body: Writer, place: Place, shape: Shape) -> None:
        keyed = self._set_of(shape.domain) if isinstance(shape, FnShape) else None
        if keyed is None:
            if isinstance(shape, BagShape):
                self._bag(body, place, shape)
            elif isinstance(shape, SetShape) and self.stage == 1:
                self._tabulated(body, place, shape)
            else:
                self._mention(body, place, shape, str(self._next_salt()))
            return
        assert isinstance(shape, FnShape)
        i = body.fresh("i")
        with body.block(f"for {i} in range({len(shape.keys)}):"):
            part = place.slot(shape.slots, i)
            h = self._free(body, part, shape.element, str(self._next_salt()), (keyed, i))
            body.emit(f"c{keyed}[{i}] += blend({h}, 3)")
            others = symmetric_atoms(shape.element) & self.atoms
            if others and (self.stage == 2 or not others <= set(self.sets[keyed])):
                start = f"blend({self._next_salt()}, given{keyed}[{i}])" if self.stage == 2 else str(self._next_salt())
                self._mention(body, part, shape.element, start)

    def _tabulated(self, body: Writer, place: Place, shape: SetShape) -> None:
        """In the first stage an element of a set gives the same numbers in all states: Python runs the code that
        gives them, for all elements that there may be."""
        part = new_writer(self.module, "", "None")
        part.taken.update({"e": 1, "h": 1})
        number = named(part, self._free(part, Place("e", local=True), shape.element, str(self._next_salt()), None), "w")
        self._mention(part, Place("e", local=True), shape.element, f"blend({number}, 11)")
        scope: dict[str, Any] = {name: numbers for numbers, name in self.module.tables.items()}
        scope |= {"blend": blend, "bits": _bits}
        parameters = ", ".join(["e", *(f"c{k}" for k in range(len(self.sets)))])
        exec("\n".join([f"def give({parameters}):", *part.lines]), scope)
        given: list[list[tuple[int, int, int]]] = []
        for code in shape.codes:
            colours = [[0] * len(members) for members in self.sets]
            scope["give"](code, *colours)
            given.append([(k, i, n) for k, found in enumerate(colours) for i, n in enumerate(found) if n])
        # In each row of the table, for each set, as many places and numbers as any element gives.
        most = [max(sum(k == one for one, _, _ in row) for row in given) for k in range(len(self.sets))]
        rows = []
        for row in given:
            for k, count in enumerate(most):
                cells = [(i, n) for one, i, n in row if one == k]
                rows += [x for cell in cells + [(0, 0)] * (count - len(cells)) for x in cell]
        table, width = self.module.table(rows), 2 * sum(most)
        element = body.fresh("k")
        with member_loop(body, place, shape, element):
            first = named(body, f"{element} * {width}", "row")
            for column, k in enumerate(k for k, count in enumerate(most) for _ in range(count)):
                cell = f"{first} + {2 * column}"
                body.emit(f"c{k}[{table}[{cell}]] += {table}[{cell} + 1]")

    def _bag(self, body: Writer, place: Place, shape: BagShape) -> None:
        """Colours of those that are mentioned in the elements of a bag, such as messages."""
        union = shape.element if isinstance(shape.element, UnionShape) else None
        offset = shape.count.bits + (union.tags.bits if union else 0)
        kinds = [
            references(kind, self.sets, self.atoms, offset) for kind in (union.kinds if union else [shape.element])
        ]
        known = [found for found in kinds if found is not None]
        if len(known) < len(kinds):
            self._mention(body, place, shape, str(self._next_salt()))
            return
        with _parts(self.module, body, place, shape) as (element, _, slot, _):
            assert slot is not None
            if union is None or len(set(known)) == 1:
                self._masked(body, slot.base, known[0])
                return
            tag = named(body, Place(element, local=True).load(union.tags), "tag")
            for number, found in enumerate(known):
                with body.block(f"if {tag} == {number}:"):
                    self._masked(body, slot.base, found)

    def _masked(self, body: Writer, slot: str, found: tuple[Reference, ...]) -> None:
        """Colours of those that are mentioned at known bits of a slot: the other bits are free of names."""
        mask = sum(reference.mask for reference in found)
        w = named(body, f"blend({self._next_salt()}, {slot} & {~mask})", "w")
        members = [named(body, reference.load(slot), "m") for reference in found]
        if self.stage == 2:
            for member, reference in zip(members, found, strict=True):
                body.emit(f"{w} = blend({w}, given{reference.set}[{member}])")
        for number, (member, reference) in enumerate(zip(members, found, strict=True)):
            body.emit(f"c{reference.set}[{member}] += blend({w}, {number + 1})")

    # Numbers free of names

    def _free(self, body: Writer, place: Place, shape: Shape, h: str, own: tuple[int, str] | None) -> str:
        """Emit code for a number that depends on the value at ``place`` but not on names; ``own``: whose part it is."""
        if symmetric_atoms(shape).isdisjoint(self.atoms):
            return self._blend_plain(body, place, shape, h)
        result = body.fresh("h")
        body.emit(f"{result} = {h}")
        if isinstance(shape, AtomShape):
            self._free_atom(body, place.load(shape), shape, result, own)
        elif isinstance(shape, OptionalShape):
            inner = named(body, f"{place.load(shape)} - 1", "v")
            with body.block(f"if {inner} >= 0:"):
                more = self._free(body, Place(inner, local=True), shape.inner, result, own)
                body.emit(f"{result} = {more}")
        elif isinstance(shape, RecordShape):
            for name, field in shape.fields.items():
                body.emit(f"{result} = {self._free(body, place.at(shape.offsets[name]), field, result, own)}")
        elif isinstance(shape, UnionShape):
            tag = named(body, place.load(shape.tags), "tag")
            body.emit(f"{result} = blend({result}, {tag})")
            for number, kind in enumerate(shape.kinds):
                with body.block(f"if {tag} == {number}:"):
                    more = self._free(body, place.at(shape.tags.bits), kind, result, own)
                    body.emit(f"{result} = {more}")
        elif isinstance(shape, SeqShape):
            length = named(body, place.load(shape.length), "n")
            body.emit(f"{result} = blend({result}, {length})")
            k = body.fresh("k")
            with body.block(f"for {k} in range({length}):"):
                part = place.at(shape.start).slot(shape.slots, k)
                body.emit(f"{result} = {self._free(body, part, shape.element, result, own)}")
        else:
            self._free_collection(body, place, shape, result, own)
        return result

    def _blend_plain(self, body: Writer, place: Place, shape: Shape, h: str) -> str:
        if not shape.wide:
            return f"blend({h}, {place.load(shape)})"
        base, word = place.address()
        for k in range(shape.words):
            h = f"blend({h}, {base}[{word} + {k}])"
        return h

    def _free_atom(self, body: Writer, code: str, shape: AtomShape, result: str, own: tuple[int, str] | None) -> None:
        """Names count as: the owner, another one (by its colour, in the second stage), or not symmetric."""
        code = named(body, code, "v")
        number = f"{code} + 3"
        for k, members in enumerate(self.sets):
            codes = member_codes(shape, members)
            if codes is None:
                continue
            first, count = codes[0], len(codes)
            if codes != list(range(first, first + count)):
                number = f"2 if {' or '.join(f'{code} == {c}' for c in codes)} else {number}"
                continue
            ordinal = code if not first else f"{code} - {first}"
            other = f"given{k}[{ordinal}]" if self.stage == 2 else "2"
            inside = f"{code} < {count}" if not first else f"{first} <= {code} < {first + count}"
            mine = f"1 if {ordinal} == {own[1]} else " if own is not None and own[0] == k else ""
            number = f"({mine}{other}) if {inside} else ({number})"
        body.emit(f"{result} = blend({result}, {number})")

    def _free_collection(
        self, body: Writer, place: Place, shape: Shape, result: str, own: tuple[int, str] | None
    ) -> None:
        """Functions, sets and bags: a sum over their parts."""
        if self.stage == 1 and not isinstance(shape, SetShape):
            return
        total = body.fresh("total")
        body.emit(f"{total} = 0")
        with _parts(self.module, body, place, shape) as (key, key_shape, part, part_shape):
            h = self._free(body, Place(key, local=True), key_shape, "7", own)
            if part is not None and part_shape is not None:
                h = self._free(body, part, part_shape, h, own)
            body.emit(f"{total} += blend({h}, 5)")
        body.emit(f"{result} = blend({result}, {total})")

    # Colours of the values that are mentioned in a value

    def _mention(self, body: Writer, place: Place, shape: Shape, h: str) -> None:
        """Add to the colour of every symmetric value that occurs at ``place`` a number made of ``h`` and where."""
        if symmetric_atoms(shape).isdisjoint(self.atoms):
            return
        if isinstance(shape, AtomShape):
            self._mention_atom(body, place.load(shape), shape, h)
        elif isinstance(shape, OptionalShape):
            inner = named(body, f"{place.load(shape)} - 1", "v")
            with body.block(f"if {inner} >= 0:"):
                self._mention(body, Place(inner, local=True), shape.inner, h)
        elif isinstance(shape, RecordShape):
            for name, field in shape.fields.items():
                self._mention(body, place.at(shape.offsets[name]), field, f"blend({h}, {self._next_salt()})")
        elif isinstance(shape, UnionShape):
            tag = named(body, place.load(shape.tags), "tag")
            for number, kind in enumerate(shape.kinds):
                with body.block(f"if {tag} == {number}:"):
                    self._mention(body, place.at(shape.tags.bits), kind, f"blend({h}, {self._next_salt()})")
        elif isinstance(shape, SeqShape):
            k = body.fresh("k")
            with body.block(f"for {k} in range({place.load(shape.length)}):"):
                element = place.at(shape.start).slot(shape.slots, k)
                self._mention(body, element, shape.element, f"blend({h}, {k})")
        else:
            with _parts(self.module, body, place, shape) as (key, key_shape, part, part_shape):
                inner = self._free(body, Place(key, local=True), key_shape, h, None)
                if part is not None and part_shape is not None:
                    inner = self._free(body, part, part_shape, inner, None)
                inner = named(body, inner, "w")
                self._mention(body, Place(key, local=True), key_shape, f"blend({inner}, 11)")
                if part is not None and part_shape is not None:
                    self._mention(body, part, part_shape, f"blend({inner}, 13)")

    def _mention_atom(self, body: Writer, code: str, shape: AtomShape, h: str) -> None:
        code = named(body, code, "v")
        for k, members in enumerate(self.sets):
            codes = member_codes(shape, members)
            if codes is None:
                continue
            if codes == list(range(len(codes))):
                with body.block(f"if {code} < {len(codes)}:"):
                    body.emit(f"c{k}[{code}] += {h}")
            else:
                for i, member in enumerate(codes):
                    with body.block(f"if {code} == {member}:"):
                        body.emit(f"c{k}[{i}] += {h}")


def _bits(word: int) -> Iterator[int]:
    """As in generated code: the numbers of the bits that are 1."""
    return (k for k in range(word.bit_length()) if word >> k & 1)


@contextmanager
def _parts(
    module: Module, body: Writer, place: Place, shape: Shape
) -> Iterator[tuple[str, Shape, Place | None, Shape | None]]:
    """A loop over the parts of a function, set or bag: key code, its shape, and the place of what belongs to it."""
    k = body.fresh("k")
    if isinstance(shape, FnShape):
        with body.block(f"for {k} in range({len(shape.keys)}):"):
            yield k, shape.domain, place.slot(shape.slots, k), shape.element
    elif isinstance(shape, SetShape):
        codes = shape.codes
        with member_loop(body, place, shape, k):
            numbered = codes == list(range(len(codes)))
            yield k if numbered else named(body, f"{module.table(codes)}[{k}]", "e"), shape.element, None, None
    else:
        assert isinstance(shape, BagShape)
        with body.block(f"for {k} in range({shape.distinct}):"):
            slot = named(body, place.slot(shape.slots, k).load(shape.slot), "slot")
            with body.block(f"if {slot} == 0:"):
                body.emit("break")
            element = named(body, f"{atomic(slot)} >> {shape.count.bits}", "e")
            yield element, shape.element, Place(slot, local=True), shape.count
