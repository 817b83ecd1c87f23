"""Where a value lies in generated code: some bits of a word in memory, or of a local variable."""

from __future__ import annotations

from dataclasses import replace

from mc.dataclass import dataclass
from mc.engine.code.build import total
from mc.engine.code.nodes import Pointer, Word, number
from mc.engine.code.statements import Assign, Statement, Store
from mc.engine.store.shapes import Shape
from mc.engine.store.slots import PAYLOAD, STRIDE, Slots

#: What is done to so many words, at most, is written out word by word; to more of them, in a loop.
UNROLLED = 16


@dataclass(frozen=True)
class Place:
    """Bits at a word and shift, each a constant plus expressions; of memory, or of a local variable."""

    base: Pointer | Word
    word: int = 0
    words: tuple[Word, ...] = ()
    shift: int = 0
    shifts: tuple[Word, ...] = ()

    @property
    def local(self) -> bool:
        """Whether it is of a local variable."""
        return isinstance(self.base, Word)

    def at(self, offset: int) -> Place:
        """The part at a bit offset (64 to a word)."""
        return replace(self, word=self.word + offset // STRIDE, shift=self.shift + offset % STRIDE)

    def slot(self, slots: Slots, index: Word) -> Place:
        """The element of an array at a computed index (from 0)."""
        if index.value is not None:
            return self.at(slots.offset(index.value))
        bits = slots.element.bits
        if slots.element.wide:
            return replace(self, words=(*self.words, index * slots.element_words))
        if slots.scalar:
            return replace(self, shifts=(*self.shifts, index * bits))
        if slots.per_word == 1:
            return replace(self, words=(*self.words, index))
        return replace(
            self,
            words=(*self.words, index // slots.per_word),
            shifts=(*self.shifts, index % slots.per_word * bits),
        )

    @property
    def _shift(self) -> Word:
        return total(self.shifts) + self.shift

    @property
    def _content(self) -> Word:
        """The word that it is some bits of."""
        return self.base if isinstance(self.base, Word) else self.base[(total(self.words) + self.word)]

    def address(self) -> tuple[Pointer, Word]:
        """Pointer and word index, of a place that begins a word."""
        assert isinstance(self.base, Pointer) and not self.shift and not self.shifts
        return self.base, (total(self.words) + self.word)

    def pointer(self) -> Pointer:
        """A pointer to a place that begins a word."""
        base, word = self.address()
        return base.offset(word)

    def load(self, shape: Shape) -> Word:
        """The code that lies here."""
        return self._content if shape.bits == PAYLOAD else (self._content >> self._shift) & shape.mask

    def store(self, shape: Shape, code: Word | int) -> Statement:
        """What puts a code here."""
        content = number(code) if isinstance(code, int) else code
        if shape.bits != PAYLOAD:
            mask = number(shape.mask)
            content = (self._content & ~(mask << self._shift)) | (content << self._shift)
        if isinstance(self.base, Word):
            return Assign(self.base.name, content)
        return Store(self.base, (total(self.words) + self.word), content)
