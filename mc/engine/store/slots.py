"""Words of codes, and arrays of equal parts in them; see :mod:`mc.engine.store.shapes`."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import numpy as np

#: Bits of a word that are used, and bits of a word.
PAYLOAD = 63
STRIDE = 64


def words_of(code: int, count: int) -> list[int]:
    """The words of a code, as signed numbers."""
    words: list[int] = np.frombuffer(code.to_bytes(8 * count, "little"), "<i8").tolist()
    return words


class Element(Protocol):
    """What is known of the parts of an array: a shape (:class:`mc.engine.store.shapes.Shape`)."""

    @property
    def bits(self) -> int: ...
    @property
    def words(self) -> int: ...
    @property
    def wide(self) -> bool: ...
    @property
    def mask(self) -> int: ...
    def encode(self, value: Any) -> int: ...
    def decode(self, code: int) -> Any: ...


class Slots:
    """Where the elements of an array of ``count`` equal parts lie."""

    def __init__(self, count: int, element: Element) -> None:
        self.count, self.element = count, element
        self.scalar = count * element.bits <= PAYLOAD
        #: Elements per word, or words per element.
        self.per_word = max(1, count if self.scalar else PAYLOAD // element.bits)
        self.element_words = element.words
        if self.scalar:
            self.bits = count * element.bits
        elif element.wide:
            self.bits = count * element.words * STRIDE
        else:
            self.bits = -(-count // self.per_word) * STRIDE

    def words_up(self) -> int:
        """Bits of the array when it must take whole words."""
        return -(-self.bits // STRIDE) * STRIDE

    def offset(self, k: int) -> int:
        if self.element.wide:
            return k * self.element_words * STRIDE
        return k // self.per_word * STRIDE + k % self.per_word * self.element.bits

    def encode(self, values: Iterable[Any]) -> int:
        codes = [self.element.encode(v) for v in values]
        if self.scalar:
            return sum(code << self.offset(k) for k, code in enumerate(codes))
        # Word by word: a sum of such numbers would take a time that grows with the square of their words.
        groups = (codes[k : k + self.per_word] for k in range(0, len(codes), self.per_word))
        parts = (sum(code << j * self.element.bits for j, code in enumerate(group)) for group in groups)
        return int.from_bytes(b"".join(part.to_bytes(8 * self.element_words, "little") for part in parts), "little")

    def decode(self, code: int, count: int) -> Iterator[Any]:
        if self.scalar:
            return (self.element.decode(code >> self.offset(k) & self.element.mask) for k in range(count))
        size = 8 * self.element_words
        content = (code & (1 << self.bits) - 1).to_bytes(self.bits // 8, "little")
        parts = (int.from_bytes(content[k : k + size], "little") for k in range(0, len(content), size))
        shifts = [j * self.element.bits for j in range(self.per_word)]
        codes = (part >> shift & self.element.mask for part in parts for shift in shifts)
        return map(self.element.decode, itertools.islice(codes, count))
