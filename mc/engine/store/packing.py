"""What a state stores of one symmetric value, and of two of them, as numbers in few words and free of names.

Most variables of a protocol are functions of its servers, to numbers, to servers, to sets or functions of
servers. Of those, all that is stored of server ``i`` alone fits one word, and all that is stored of servers ``i``
and ``j`` another: taking them together costs a few shifts, where a hash of every part would cost far more than
the rest of a step.
"""

from __future__ import annotations

from dataclasses import field

from mc.dataclass import dataclass
from mc.engine.code.build import choice, computed, variable
from mc.engine.code.nodes import Word
from mc.engine.store.places import Place
from mc.engine.store.shapes import AtomShape, BoolShape, FnShape, RecordShape, SetShape, Shape
from mc.engine.store.slots import PAYLOAD
from mc.engine.store.storage import symmetric_atoms
from mc.lang.values import ModelValue, ModelValueSet

#: What the loops over symmetric values count with: of the one that the numbers are of, and of another.
ONE, OTHER = variable("i"), variable("j")


@dataclass
class Parts:
    """Numbers of some bits each: expressions of ``i``, and those of pairs also of ``j``."""

    own: list[tuple[Word, int]] = field(default_factory=list)
    pair: list[tuple[Word, int]] = field(default_factory=list)

    def __iadd__(self, other: Parts) -> Parts:
        self.own += other.own
        self.pair += other.pair
        return self


def side_by_side(parts: list[tuple[Word, int]]) -> list[list[Word]]:
    """The parts in words, none negative: per word, the numbers it is put together from."""
    words: list[list[Word]] = []
    used = PAYLOAD
    for code, bits in parts:
        if used + bits > PAYLOAD:
            words.append([])
            used = 0
        words[-1].append(code << used)
        used += bits
    return words


def is_made_of(shape: Shape, members: ModelValueSet) -> bool:
    """Whether values of the shape are these model values, and their codes the positions."""
    return isinstance(shape, AtomShape) and shape.members == members.members


def parts_of(place: Place, shape: Shape, members: ModelValueSet, atoms: set[ModelValue]) -> Parts | None:
    """All there is in a value at ``place`` that belongs to symmetric value ``i``, or None: it is of another form.

    ``members``: the set that ``i`` and ``j`` are of; ``atoms``: all symmetric values.
    """
    count = len(members)
    if symmetric_atoms(shape).isdisjoint(atoms):
        if not shape.wide:
            return Parts([(place.load(shape), shape.bits)])
        base, word = place.address()
        return Parts([(base[word + k], PAYLOAD) for k in range(shape.words)])
    if isinstance(shape, RecordShape):
        found = Parts()
        for name, part in shape.fields.items():
            more = parts_of(place.at(shape.offsets[name]), part, members, atoms)
            if more is None:
                return None
            found += more
        return found
    if isinstance(shape, AtomShape) and shape.members[:count] == members.members:
        if not set(shape.members[count:]).isdisjoint(atoms):
            return None
        # Other values keep their codes, which are above 1.
        code = place.load(shape)
        own = choice(code.lt(count), code.ne(ONE).word, code)
        return Parts([(own, shape.bits)], [(code.eq(OTHER).word, 1)])
    if isinstance(shape, SetShape) and not shape.wide and is_made_of(shape.element, members):
        own, other = (place.slot(shape.slots, index).load(BoolShape()) for index in (ONE, OTHER))
        return Parts([(computed("popcount", place.load(shape)), count.bit_length()), (own, 1)], [(other, 1)])
    if isinstance(shape, FnShape) and is_made_of(shape.domain, members):
        element = shape.element
        if not element.wide and symmetric_atoms(element).isdisjoint(atoms):
            own, other = (place.slot(shape.slots, index).load(element) for index in (ONE, OTHER))
            return Parts([(own, element.bits)], [(other, element.bits)])
    return None


@dataclass(frozen=True)
class Reference:
    """A symmetric value within a code: which set it is of, and where its position in that set stands."""

    set: int
    offset: int
    bits: int

    @property
    def mask(self) -> int:
        return (1 << self.bits) - 1 << self.offset

    def load(self, code: Word) -> Word:
        """The position, from the code."""
        return (code >> self.offset) & (1 << self.bits) - 1


def references(
    shape: Shape, sets: tuple[ModelValueSet, ...], atoms: set[ModelValue], offset: int = 0
) -> tuple[Reference, ...] | None:
    """All symmetric values in a scalar value that begins at a bit; None where some are of another form.

    Without these bits, the code of the value is free of names.
    """
    if symmetric_atoms(shape).isdisjoint(atoms):
        return ()
    for k, members in enumerate(sets):
        if is_made_of(shape, members):
            return (Reference(k, offset, shape.bits),)
    if isinstance(shape, RecordShape):
        fields = [references(part, sets, atoms, offset + shape.offsets[name]) for name, part in shape.fields.items()]
        return _together(fields)
    return None


def _together(parts: list[tuple[Reference, ...] | None]) -> tuple[Reference, ...] | None:
    known = [part for part in parts if part is not None]
    return tuple(reference for part in known for reference in part) if len(known) == len(parts) else None
