"""Where a value lies in generated code: some bits of a word in memory, or of a local variable."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mc.engine.store.shapes import Shape
from mc.engine.store.slots import PAYLOAD, STRIDE, Slots

#: What is done to so many words, at most, is written out word by word; to more of them, in a loop.
UNROLLED = 16


def _sum(terms: tuple[str, ...], constant: int) -> str:
    parts = [*terms, str(constant)] if constant or not terms else list(terms)
    return " + ".join(parts)


def atomic(code: str) -> str:
    """``code`` so that it can stand beside any operator."""
    simple = code.isidentifier() or code.isdigit() or _enclosed(code)
    return code if simple else f"({code})"


def _enclosed(code: str) -> bool:
    if not (code.startswith("(") and code.endswith(")")):
        return False
    depth = 0
    for position, character in enumerate(code):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return position == len(code) - 1
    return False


@dataclass(frozen=True)
class Place:
    """Bits at a word and shift, each a constant plus expressions; ``base`` is a pointer or a local."""

    base: str
    local: bool = False
    word: int = 0
    words: tuple[str, ...] = ()
    shift: int = 0
    shifts: tuple[str, ...] = ()

    def at(self, offset: int) -> Place:
        """The part at a bit offset (64 to a word)."""
        return replace(self, word=self.word + offset // STRIDE, shift=self.shift + offset % STRIDE)

    def slot(self, slots: Slots, index: str) -> Place:
        """The element of an array at a computed index (from 0)."""
        if index.isdigit():
            return self.at(slots.offset(int(index)))
        index, bits = atomic(index), slots.element.bits
        if slots.element.wide:
            stride = slots.element_words
            return replace(self, words=(*self.words, index if stride == 1 else f"{index} * {stride}"))
        if slots.scalar:
            return replace(self, shifts=(*self.shifts, index if bits == 1 else f"{index} * {bits}"))
        if slots.per_word == 1:
            return replace(self, words=(*self.words, index))
        return replace(
            self,
            words=(*self.words, f"{index} // {slots.per_word}"),
            shifts=(*self.shifts, f"{index} % {slots.per_word} * {bits}"),
        )

    @property
    def _word(self) -> str:
        return self.base if self.local else f"{self.base}[{_sum(self.words, self.word)}]"

    def address(self) -> tuple[str, str]:
        """Pointer and word index, of a place that begins a word."""
        assert not self.local and not self.shift and not self.shifts
        return self.base, _sum(self.words, self.word)

    def pointer(self) -> str:
        """A pointer to a place that begins a word."""
        base, word = self.address()
        return base if word == "0" else f"offset({base}, {word})"

    def load(self, shape: Shape) -> str:
        """The code that lies here, as an expression."""
        word, shift = self._word, _sum(self.shifts, self.shift)
        if shape.bits == PAYLOAD:
            return word
        moved = word if shift == "0" else f"({word} >> {atomic(shift)})"
        return f"({moved} & {shape.mask})"

    def store(self, shape: Shape, code: str) -> str:
        """A statement that puts a code here."""
        word, shift = self._word, _sum(self.shifts, self.shift)
        if shape.bits == PAYLOAD:
            return f"{word} = {code}"
        code = atomic(code)
        if self.shifts:
            return f"{word} = {word} & ~({shape.mask} << {atomic(shift)}) | {code} << {atomic(shift)}"
        cleared = f"{word} & {~(shape.mask << self.shift)}"
        if code == "0":
            return f"{word} = {cleared}"
        if code.isdigit():
            return f"{word} = {cleared} | {int(code) << self.shift}"
        return f"{word} = {cleared} | {code}" + (f" << {shift}" if self.shift else "")
