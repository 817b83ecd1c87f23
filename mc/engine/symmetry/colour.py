"""Generated code that colours symmetric values: numbers that renaming the values does not change.

All sums over symmetric values are commutative, and a symmetric value enters a number only as "the value being
coloured", as "another one", or by its colour of the stage before; nothing else would be free of names.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mc.engine.code import text
from mc.engine.code.build import any_of, choice, computed, pointer, variable
from mc.engine.code.nodes import Pointer, Type, Word, number
from mc.engine.code.statements import Continue, Note
from mc.engine.runtime import intrinsics, kernels
from mc.engine.store.packing import ONE, OTHER, Parts, Reference, is_made_of, parts_of, references, side_by_side
from mc.engine.store.places import Place
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
from mc.engine.translate.convert import slot_loop
from mc.engine.translate.filters import member_loop
from mc.engine.translate.module import Module
from mc.engine.translate.rules import new_writer
from mc.engine.translate.writer import SCRATCH, Writer
from mc.lang.values import ModelValueSet

#: A symmetric value: the number of its set, and its position there.
Owner = tuple[int, Word]


class Colours:
    """Writes one stage: ``name(s, [given0, ...,] c0, ..., x)`` fills ck[i] with the colour of value i of set k."""

    def __init__(self, module: Module, sets: tuple[ModelValueSet, ...], stage: int) -> None:
        self.module = module
        self.sets = sets
        self.atoms = set().union(*sets)
        self.stage = stage
        self.salt = 0
        #: The memory with the colours of the members of each set, and with those of the stage before.
        self.colours = [pointer(f"c{k}") for k in range(len(sets))]
        self.given = [pointer(f"given{k}") for k in range(len(sets))] if stage == 2 else []
        #: By set, what the variables store of its members in a form that fits few words; and the other variables.
        self.packed = [Parts() for _ in sets]
        self.others: list[str] = []
        for name, shape in module.layout.fields.items():
            if not symmetric_atoms(shape).isdisjoint(self.atoms):
                keyed = self._set_of(shape.domain) if isinstance(shape, FnShape) else None
                parts = None if keyed is None else self._parts_of(name, keyed)
                if keyed is not None and parts is not None:
                    self.packed[keyed] += parts
                else:
                    self.others.append(name)

    def generate(self, name: str) -> None:
        layout, state = self.module.layout, pointer("s")
        body = new_writer(self.module, "", None)
        body.taken.update({"s": 1, "x": 1, "h": 1, "i": 1, "j": 1})
        for k, members in enumerate(self.sets):
            if self.stage == 1:
                self._alone(body, k, len(members))
            else:
                self._in_pairs(body, k, len(members))
        for other in self.others:
            body.emit(Note(other))
            self._variable(body, Place(state).at(layout.offsets[other]), layout.fields[other])
        parameters = {memory.name: Type.POINTER for memory in (state, *self.given, *self.colours, SCRATCH)}
        self.module.add(body.function(name, parameters, Type.NOTHING, f"Colours of stage {self.stage}."))

    def _parts_of(self, name: str, k: int) -> Parts | None:
        """What a variable, a function of set ``k``, stores of one and of two of its members."""
        layout = self.module.layout
        shape = layout.fields[name]
        assert isinstance(shape, FnShape)
        place = Place(pointer("s")).at(layout.offsets[name]).slot(shape.slots, ONE)
        return parts_of(place, shape.element, self.sets[k], self.atoms)

    def _alone(self, body: Writer, k: int, count: int) -> None:
        with body.loop(ONE.name, "range", count) as i:
            h = number(self._next_salt())
            for word in side_by_side(self.packed[k].own):
                h = _blend(h, self._word(body, word, "own"))
            body.store(self.colours[k], i, h)

    @staticmethod
    def _word(body: Writer, parts: list[Word], hint: str) -> Word:
        """A local variable with the parts side by side."""
        first, *others = parts
        found = body.let(first, hint)
        for part in others:
            body.assign(found, found | part)
        return found

    def _in_pairs(self, body: Writer, k: int, count: int) -> None:
        colours, given = self.colours[k], self.given[k]
        with body.loop(ONE.name, "range", count) as i:
            body.store(colours, i, given[i])
        words = side_by_side(self.packed[k].pair)
        if not words:
            return
        with body.loop(ONE.name, "range", count) as i, body.loop(OTHER.name, "range", count) as j:
            with body.when(i.eq(j)):
                body.emit(Continue())
            *before, last = (self._word(body, word, "pair") for word in words)
            for one, other in ((i, j), (j, i)):
                h = given[other] + self._next_salt()
                for word in before:
                    h = _blend(h, word)
                _add(body, colours, one, _blend(h, last))

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
                self._mention(body, place, shape, number(self._next_salt()))
            return
        assert isinstance(shape, FnShape)
        with body.loop(body.fresh("i"), "range", len(shape.keys)) as i:
            part = place.slot(shape.slots, i)
            h = self._free(body, part, shape.element, number(self._next_salt()), (keyed, i))
            _add(body, self.colours[keyed], i, _blend(h, 3))
            others = symmetric_atoms(shape.element) & self.atoms
            if others and (self.stage == 2 or not others <= set(self.sets[keyed])):
                start = number(self._next_salt())
                if self.stage == 2:
                    start = _blend(start, self.given[keyed][i])
                self._mention(body, part, shape.element, start)

    def _tabulated(self, body: Writer, place: Place, shape: SetShape) -> None:
        """In the first stage an element of a set gives the same numbers in all states: Python runs the code that
        gives them, for all elements that there may be."""
        part, element = new_writer(self.module, "", None), variable("e")
        part.taken.update({"e": 1, "h": 1})
        h = self._free(part, Place(element), shape.element, number(self._next_salt()), None)
        self._mention(part, Place(element), shape.element, _blend(named(part, h, "w"), 11))
        parameters = {"e": Type.WORD, **{colours.name: Type.POINTER for colours in self.colours}}
        scope: dict[str, Any] = {name: numbers for numbers, name in self.module.tables.items()}
        scope |= {"blend": kernels.blend, "bits": intrinsics.bits}
        exec(text.function(part.function("give", parameters, Type.NOTHING, "")), scope)
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
        with member_loop(body, place, shape, body.fresh("k")) as chosen:
            first = named(body, chosen * width, "row")
            for column, k in enumerate(k for k, count in enumerate(most) for _ in range(count)):
                cell = first + 2 * column
                _add(body, self.colours[k], table[cell], table[cell + 1])

    def _bag(self, body: Writer, place: Place, shape: BagShape) -> None:
        """Colours of those that are mentioned in the elements of a bag, such as messages."""
        union = shape.element if isinstance(shape.element, UnionShape) else None
        offset = shape.count.bits + (union.tags.bits if union else 0)
        kinds = [
            references(kind, self.sets, self.atoms, offset) for kind in (union.kinds if union else [shape.element])
        ]
        known = [found for found in kinds if found is not None]
        if len(known) < len(kinds):
            self._mention(body, place, shape, number(self._next_salt()))
            return
        with _parts(self.module, body, place, shape) as (element, _, slot, _):
            assert slot is not None and isinstance(slot.base, Word)
            if union is None or len(set(known)) == 1:
                self._masked(body, slot.base, known[0])
                return
            tag = named(body, Place(element).load(union.tags), "tag")
            for code, found in enumerate(known):
                with body.when(tag.eq(code)):
                    self._masked(body, slot.base, found)

    def _masked(self, body: Writer, slot: Word, found: tuple[Reference, ...]) -> None:
        """Colours of those that are mentioned at known bits of a slot: the other bits are free of names."""
        mask = sum(reference.mask for reference in found)
        w = named(body, _blend(number(self._next_salt()), slot & ~mask), "w")
        members = [named(body, reference.load(slot), "m") for reference in found]
        if self.stage == 2:
            for member, reference in zip(members, found, strict=True):
                body.assign(w, _blend(w, self.given[reference.set][member]))
        for ordinal, (member, reference) in enumerate(zip(members, found, strict=True), 1):
            _add(body, self.colours[reference.set], member, _blend(w, ordinal))

    # Numbers free of names

    def _free(self, body: Writer, place: Place, shape: Shape, h: Word, own: Owner | None) -> Word:
        """A number that depends on the value at ``place`` but not on names; ``own``: whose part it is."""
        if symmetric_atoms(shape).isdisjoint(self.atoms):
            return self._blend_plain(place, shape, h)
        result = body.let(h, "h")
        if isinstance(shape, AtomShape) and shape.has_tuples:
            for component, codes in shape.components:
                one = Place(named(body, self.module.table(codes)[place.load(shape)], "v"))
                body.assign(result, self._free(body, one, component, result, own))
        elif isinstance(shape, AtomShape):
            self._free_atom(body, place.load(shape), shape, result, own)
        elif isinstance(shape, OptionalShape):
            inner = named(body, place.load(shape) - 1, "v")
            with body.when(inner.ge(0)):
                body.assign(result, self._free(body, Place(inner), shape.inner, result, own))
        elif isinstance(shape, RecordShape):
            for name, field in shape.fields.items():
                body.assign(result, self._free(body, place.at(shape.offsets[name]), field, result, own))
        elif isinstance(shape, UnionShape):
            tag = named(body, place.load(shape.tags), "tag")
            body.assign(result, _blend(result, tag))
            for code, kind in enumerate(shape.kinds):
                with body.when(tag.eq(code)):
                    body.assign(result, self._free(body, place.at(shape.tags.bits), kind, result, own))
        elif isinstance(shape, SeqShape):
            length = named(body, place.load(shape.length), "n")
            body.assign(result, _blend(result, length))
            with body.loop(body.fresh("k"), "range", length) as k:
                part = place.at(shape.start).slot(shape.slots, k)
                body.assign(result, self._free(body, part, shape.element, result, own))
        else:
            self._free_collection(body, place, shape, result, own)
        return result

    def _blend_plain(self, place: Place, shape: Shape, h: Word) -> Word:
        if not shape.wide:
            return _blend(h, place.load(shape))
        base, word = place.address()
        for k in range(shape.words):
            h = _blend(h, base[word + k])
        return h

    def _free_atom(self, body: Writer, code: Word, shape: AtomShape, result: Word, own: Owner | None) -> None:
        """Names count as: the owner, another one (by its colour, in the second stage), or not symmetric."""
        code = named(body, code, "v")
        what = code + 3
        for k, members in enumerate(self.sets):
            codes = member_codes(shape, members)
            if codes is None:
                continue
            first, count = codes[0], len(codes)
            if codes != list(range(first, first + count)):
                what = choice(any_of(code.eq(c) for c in codes), 2, what)
                continue
            ordinal = code - first
            inside = code.lt(first + count)
            if first:
                inside = number(first).le(code) & inside
            other = self.given[k][ordinal] if self.stage == 2 else number(2)
            if own is not None and own[0] == k:
                other = choice(ordinal.eq(own[1]), 1, other)
            what = choice(inside, other, what)
        body.assign(result, _blend(result, what))

    def _free_collection(self, body: Writer, place: Place, shape: Shape, result: Word, own: Owner | None) -> None:
        """Functions, sets and bags: a sum over their parts."""
        if self.stage == 1 and not isinstance(shape, SetShape):
            return
        total = body.let(number(0), "total")
        with _parts(self.module, body, place, shape) as (key, key_shape, part, part_shape):
            h = self._free(body, Place(key), key_shape, number(7), own)
            if part is not None and part_shape is not None:
                h = self._free(body, part, part_shape, h, own)
            body.assign(total, total + _blend(h, 5))
        body.assign(result, _blend(result, total))

    # Colours of the values that are mentioned in a value

    def _mention(self, body: Writer, place: Place, shape: Shape, h: Word) -> None:
        """Add to the colour of every symmetric value that occurs at ``place`` a number made of ``h`` and where."""
        if symmetric_atoms(shape).isdisjoint(self.atoms):
            return
        if isinstance(shape, AtomShape) and shape.has_tuples:
            for component, codes in shape.components:
                one = Place(named(body, self.module.table(codes)[place.load(shape)], "v"))
                self._mention(body, one, component, _blend(h, self._next_salt()))
        elif isinstance(shape, AtomShape):
            self._mention_atom(body, place.load(shape), shape, h)
        elif isinstance(shape, OptionalShape):
            inner = named(body, place.load(shape) - 1, "v")
            with body.when(inner.ge(0)):
                self._mention(body, Place(inner), shape.inner, h)
        elif isinstance(shape, RecordShape):
            for name, field in shape.fields.items():
                self._mention(body, place.at(shape.offsets[name]), field, _blend(h, self._next_salt()))
        elif isinstance(shape, UnionShape):
            tag = named(body, place.load(shape.tags), "tag")
            for code, kind in enumerate(shape.kinds):
                with body.when(tag.eq(code)):
                    self._mention(body, place.at(shape.tags.bits), kind, _blend(h, self._next_salt()))
        elif isinstance(shape, SeqShape):
            with body.loop(body.fresh("k"), "range", place.load(shape.length)) as k:
                element = place.at(shape.start).slot(shape.slots, k)
                self._mention(body, element, shape.element, _blend(h, k))
        else:
            with _parts(self.module, body, place, shape) as (key, key_shape, part, part_shape):
                w = self._free(body, Place(key), key_shape, h, None)
                if part is not None and part_shape is not None:
                    w = self._free(body, part, part_shape, w, None)
                w = named(body, w, "w")
                self._mention(body, Place(key), key_shape, _blend(w, 11))
                if part is not None and part_shape is not None:
                    self._mention(body, part, part_shape, _blend(w, 13))

    def _mention_atom(self, body: Writer, code: Word, shape: AtomShape, h: Word) -> None:
        code = named(body, code, "v")
        for colours, members in zip(self.colours, self.sets, strict=True):
            codes = member_codes(shape, members)
            if codes is None:
                continue
            if codes == list(range(len(codes))):
                with body.when(code.lt(len(codes))):
                    _add(body, colours, code, h)
            else:
                for i, member in enumerate(codes):
                    with body.when(code.eq(member)):
                        _add(body, colours, number(i), h)


def _blend(h: Word, value: Word | int) -> Word:
    """A hash of two numbers."""
    return computed("blend", h, value)


def _add(body: Writer, colours: Pointer, index: Word, more: Word) -> None:
    """Add a number to a colour."""
    body.store(colours, index, colours[index] + more)


@contextmanager
def _parts(
    module: Module, body: Writer, place: Place, shape: Shape
) -> Iterator[tuple[Word, Shape, Place | None, Shape | None]]:
    """A loop over the parts of a function, set or bag: key code, its shape, and the place of what belongs to it."""
    name = body.fresh("k")
    if isinstance(shape, FnShape):
        with body.loop(name, "range", len(shape.keys)) as k:
            yield k, shape.domain, place.slot(shape.slots, k), shape.element
    elif isinstance(shape, SetShape):
        codes = shape.codes
        with member_loop(body, place, shape, name) as k:
            numbered = codes == list(range(len(codes)))
            yield k if numbered else named(body, module.table(codes)[k], "e"), shape.element, None, None
    else:
        assert isinstance(shape, BagShape)
        with slot_loop(body, place, shape, name) as slot:
            element = named(body, slot >> shape.count.bits, "e")
            yield element, shape.element, Place(slot), shape.count
