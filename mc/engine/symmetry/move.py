"""Generated code that renames the symmetric values in a state."""

from __future__ import annotations

import itertools
from typing import Any

from mc.engine.code.build import choice, computed, pointer, variable
from mc.engine.code.nodes import Type, Word, number
from mc.engine.code.statements import Note
from mc.engine.store.packing import Reference, references
from mc.engine.store.places import Place
from mc.engine.store.shapes import (
    AtomShape,
    BagShape,
    BoolShape,
    FnShape,
    OptionalShape,
    RecordShape,
    SeqShape,
    SetShape,
    Shape,
    UnionShape,
)
from mc.engine.store.storage import symmetric_atoms
from mc.engine.translate.codes import named
from mc.engine.translate.convert import clear, copy_value, slot_loop
from mc.engine.translate.filters import member_loop
from mc.engine.translate.module import Module
from mc.engine.translate.rules import new_writer
from mc.engine.translate.writer import Writer
from mc.errors import SpecError
from mc.lang.values import ModelValue, ModelValueSet, SeqValue

#: The code of a value, and that of its image.
_CODE, _IMAGE = variable("code"), variable("image")


def member_codes(shape: AtomShape, members: ModelValueSet) -> list[int] | None:
    """The codes of a symmetric set's members in an atom shape; None where the shape has none of them."""
    codes = [shape.positions.get((type(m), m)) for m in members]
    if all(code is None for code in codes):
        return None
    if any(code is None for code in codes):
        raise SpecError(f"the domain {shape.members} holds some of the symmetric values {members!r} but not all")
    return [code for code in codes if code is not None]


def _swapped(value: Any, one: ModelValue, other: ModelValue) -> Any:
    """A tuple with one value in place of another, and the other way round."""
    if isinstance(value, SeqValue):
        return SeqValue(_swapped(part, one, other) for part in tuple.__iter__(value))
    return {one: other, other: one}.get(value, value)


class Mover:
    """Writes ``permute(s, t, g0, ..., x)``: t becomes s with value i of set k renamed to value gk[i]."""

    def __init__(self, module: Module, sets: tuple[ModelValueSet, ...]) -> None:
        self.module = module
        self.sets = sets
        self.atoms = set().union(*sets)
        #: The memory with the new values of the members of each set.
        self.renamed = [pointer(f"g{k}") for k in range(len(sets))]
        self.parameters = {memory.name: Type.POINTER for memory in self.renamed}
        self.helpers: dict[object, str] = {}

    def moves(self, shape: Shape) -> bool:
        """Whether values of the shape can change at all."""
        if isinstance(shape, OptionalShape) and shape.none in self.atoms:
            raise SpecError(f"symmetry of {shape.none}, which stands beside other values, is not supported")
        return not symmetric_atoms(shape).isdisjoint(self.atoms)

    def generate(self) -> None:
        layout = self.module.layout
        source, target = pointer("s"), pointer("t")
        body = new_writer(self.module, "", None)
        body.taken.update({"t": 1, "s": 1, "x": 1})
        body.do("copy", source, target)
        for name, shape in layout.fields.items():
            if self.moves(shape):
                body.emit(Note(name))
                self.move(body, Place(source).at(layout.offsets[name]), Place(target).at(layout.offsets[name]), shape)
        parameters = {"s": Type.POINTER, "t": Type.POINTER, **self.parameters, "x": Type.POINTER}
        self.module.add(
            body.function("permute", parameters, Type.NOTHING, "t becomes s with every symmetric value renamed.")
        )

    def move(self, body: Writer, source: Place, target: Place, shape: Shape) -> None:
        """Emit code that writes the image of what lies at ``source`` to ``target``."""
        if not self.moves(shape):
            copy_value(body, target, source, shape)
        elif not shape.wide:
            body.emit(target.store(shape, self.image(source.load(shape), shape)))
        elif isinstance(shape, FnShape):
            self._move_function(body, source, target, shape)
        elif isinstance(shape, RecordShape):
            for name, field in shape.fields.items():
                self.move(body, source.at(shape.offsets[name]), target.at(shape.offsets[name]), field)
        elif isinstance(shape, SeqShape):
            self._move_sequence(body, source, target, shape)
        elif isinstance(shape, SetShape):
            clear(body, target, shape)
            self._move_set(body, source, target, shape)
        elif isinstance(shape, BagShape):
            self._move_bag(body, source, target, shape)
        else:
            raise SpecError(f"symmetry of a value of kind {shape.key[0]} is not supported")

    def image(self, code: Word, shape: Shape) -> Word:
        """The image of a scalar code."""
        if not self.moves(shape):
            return code
        name = self.helpers.get(shape.key)
        if name is None:
            name = self.helpers[shape.key] = self.module.unique("move")
            self._generate_image(name, shape)
        return computed(name, code, *self.renamed)

    def _generate_image(self, name: str, shape: Shape) -> None:
        body = new_writer(self.module, "", number(0))
        body.taken.update({"code": 1, "image": 1})
        source, target = Place(_CODE), Place(_IMAGE)
        if isinstance(shape, AtomShape) and shape.has_tuples:
            self._tuple_image(body, shape)
        elif isinstance(shape, AtomShape):
            self._atom_image(body, shape)
        elif isinstance(shape, OptionalShape):
            body.assign(_IMAGE, choice(_CODE.eq(0), 0, self.image(_CODE - 1, shape.inner) + 1))
        elif isinstance(shape, FnShape):
            self._function_image(body, shape)
        elif isinstance(shape, SetShape) and isinstance(shape.element, AtomShape):
            self._small_set_image(body, shape)
        elif isinstance(shape, UnionShape) and (found := self._references(shape)):
            body.assign(_IMAGE, _CODE & ~sum(reference.mask for reference in found))
            for reference in found:
                renamed = self.renamed[reference.set][reference.load(_CODE)]
                body.assign(_IMAGE, _IMAGE | (renamed << reference.offset))
        elif isinstance(shape, UnionShape):
            code_of_tag = variable("tag")
            body.assign(_IMAGE, _CODE)
            body.assign(code_of_tag, source.load(shape.tags))
            for tag, kind in enumerate(shape.kinds):
                if self.moves(kind):
                    with body.when(code_of_tag.eq(tag)):
                        place = source.at(shape.tags.bits), target.at(shape.tags.bits)
                        self._move_fields(body, *place, kind)
        else:
            body.assign(_IMAGE, _CODE if isinstance(shape, RecordShape) else number(0))
            if isinstance(shape, RecordShape):
                self._move_fields(body, source, target, shape)
            elif isinstance(shape, SeqShape):
                self._move_sequence(body, source, target, shape)
            elif isinstance(shape, SetShape):
                self._move_set(body, source, target, shape)
        body.leave(_IMAGE)
        parameters = {"code": Type.WORD, **self.parameters}
        self.module.add(body.function(name, parameters, Type.WORD, f"The image of a value of kind {shape.key[0]}."))

    def _references(self, shape: UnionShape) -> tuple[Reference, ...] | None:
        """Where the symmetric values stand, if that is the same in all kinds of the union."""
        kinds = {references(kind, self.sets, self.atoms, shape.tags.bits) for kind in shape.kinds}
        return kinds.pop() if len(kinds) == 1 else None

    def _function_image(self, body: Writer, shape: FnShape) -> None:
        """A function that fits a word: each part is put in its place."""
        element, first, place = shape.element, variable("first"), Place(_CODE)
        ones = sum(1 << k * element.bits for k in range(len(shape.keys)))
        body.assign(first, place.load(element))
        with body.when(_CODE.eq(first * ones)):
            # Many are constant; then no order of the parts is another one.
            body.leave(self.image(first, element) * ones)
        body.assign(_IMAGE, number(0))
        with body.loop("k", "range", len(shape.keys)) as k:
            part = self.image(place.slot(shape.slots, k).load(element), element)
            body.assign(_IMAGE, _IMAGE | (part << self.image(k, shape.domain) * element.bits))

    def _small_set_image(self, body: Writer, shape: SetShape) -> None:
        """A set of atoms: one bit each, with no branch, since none could be predicted."""
        codes = [shape.element.encode(v) for v in shape.values]
        body.assign(_IMAGE, number(0))
        with body.loop("k", "range", len(codes)) as k:
            bit = Place(_CODE).slot(shape.slots, k).load(BoolShape())
            rank = self.module.rank(shape.element, self.image(self._listed(codes, k), shape.element))
            body.assign(_IMAGE, _IMAGE | (bit << rank))

    def _listed(self, codes: list[int], k: Word) -> Word:
        """Number k of some codes."""
        return k if codes == list(range(len(codes))) else self.module.table(codes)[k]

    def _tuple_image(self, body: Writer, shape: AtomShape) -> None:
        for members in self.sets:
            for one, other in itertools.pairwise(members):
                if any((SeqValue, _swapped(value, one, other)) not in shape.positions for value in shape.members):
                    raise SpecError(f"a function has not all tuples of the symmetric values {members!r} as arguments")
        body.assign(_IMAGE, number(0))
        for part, codes in shape.components:
            image = self.image(self.module.table(codes)[_CODE], part)
            body.assign(_IMAGE, _IMAGE * len(part.members) + image)
        body.assign(_IMAGE, self.module.table(shape.of_components)[_IMAGE])

    def _atom_image(self, body: Writer, shape: AtomShape) -> None:
        body.assign(_IMAGE, _CODE)
        for renamed, members in zip(self.renamed, self.sets, strict=True):
            codes = member_codes(shape, members)
            if codes is None:
                continue
            count = len(members)
            if codes == list(range(len(shape.members))):
                body.assign(_IMAGE, renamed[_CODE])
            elif codes == list(range(count)):
                with body.when(_CODE.lt(count)):
                    body.assign(_IMAGE, renamed[_CODE])
            else:
                ordinals = [codes.index(c) if c in codes else -1 for c in range(len(shape.members))]
                ordinal = self.module.table(ordinals)[_CODE]
                with body.when(ordinal.ge(0)):
                    body.assign(_IMAGE, self.module.table(codes)[renamed[ordinal]])

    def _move_fields(self, body: Writer, source: Place, target: Place, shape: RecordShape) -> None:
        for name, field in shape.fields.items():
            if self.moves(field):
                image = self.image(source.at(shape.offsets[name]).load(field), field)
                body.emit(target.at(shape.offsets[name]).store(field, image))

    def _move_function(self, body: Writer, source: Place, target: Place, shape: FnShape) -> None:
        with body.loop(body.fresh("k"), "range", len(shape.keys)) as k:
            to = named(body, self.image(k, shape.domain), "to")
            self.move(body, source.slot(shape.slots, k), target.slot(shape.slots, to), shape.element)

    def _move_sequence(self, body: Writer, source: Place, target: Place, shape: SeqShape) -> None:
        length = named(body, source.load(shape.length), "n")
        body.emit(target.store(shape.length, length))
        with body.loop(body.fresh("k"), "range", length) as k:
            place = source.at(shape.start).slot(shape.slots, k), target.at(shape.start).slot(shape.slots, k)
            self.move(body, *place, shape.element)

    def _move_set(self, body: Writer, source: Place, target: Place, shape: SetShape) -> None:
        with member_loop(body, source, shape, body.fresh("k")) as k:
            code = self._listed(shape.codes, k)
            rank = named(body, self.module.rank(shape.element, self.image(code, shape.element)), "to")
            body.emit(target.slot(shape.slots, rank).store(BoolShape(), 1))

    def _move_bag(self, body: Writer, source: Place, target: Place, shape: BagShape) -> None:
        put = self.module.bag_put(shape)
        clear(body, target, shape)
        base, word = target.address()
        with slot_loop(body, source, shape, body.fresh("k")) as slot:
            image = self.image(slot >> shape.count.bits, shape.element)
            body.do(put, base, word, (slot & shape.count.mask) | (image << shape.count.bits))
