"""What compiled functions use beside Python's own operators: the names that the machine knows.

Each is declared for those who read and check these functions. Where no memory has to be found, the body is what the
machine does: ``tests/engine/test_kernels.py`` runs the functions as plain Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class ptr(Protocol):
    """A place in memory: the words of 64 bits from there on."""

    def __getitem__(self, index: int, /) -> int: ...
    def __setitem__(self, index: int, value: int, /) -> None: ...


#: The same for numbers of 16 and of 8 bits, which have no sign.
ptr16 = ptr
ptr8 = ptr


def entry(function: F) -> F:
    """Marks a function that Python calls."""
    return function


def later(function: F) -> F:
    """Marks a function that Python calls in few searches, for it to be compiled then."""
    return function


def each(count: int) -> range:
    """The numbers below ``count``, for loops whose rounds are too long, or run too seldom, to be unrolled."""
    return range(count)


def bits(word: int) -> Iterator[int]:
    """The positions of the bits of a word that are 1, for loops."""
    word &= 0xFFFFFFFFFFFFFFFF
    while word:
        yield lowest_bit(word)
        word &= word - 1


# Memory


def stack(count: int) -> ptr:
    """Words that are 0, for as long as the function runs; ``count`` is a constant."""
    raise NotImplementedError


def words_at(address: int) -> ptr:
    """The memory at an address."""
    raise NotImplementedError


def shorts(base: ptr) -> ptr16:
    """The same memory, as numbers of 16 bits."""
    raise NotImplementedError


def offset(base: ptr, count: int) -> ptr:
    """The memory from element ``count`` on."""
    raise NotImplementedError


def prefetch(base: ptr, index: int) -> None:
    """A hint to the processor that an element will be asked for."""


def word_now(base: ptr) -> int:
    """The first word of some memory, which another thread may change at any time. What that thread wrote before
    can be read after this."""
    return base[0]


def add_now(base: ptr, more: int) -> int:
    """Add to the first word of some memory before any other thread does; what it was before."""
    before = base[0]
    base[0] = before + more
    return before


def exchange_now(base: ptr, value: int) -> int:
    """The same, with another value in its place."""
    before = base[0]
    base[0] = value
    return before


def matches(base: ptr, mask: int, value: int) -> int:
    """Bit set of those of eight words, at an address that is divisible by 64, that are ``value`` under ``mask``."""
    return sum(int(base[k] & mask == value) << k for k in range(8))


# Words


def unsigned_shift(value: int, count: int) -> int:
    """A right shift of 64 bits that fills with zeros."""
    return (value & 0xFFFFFFFFFFFFFFFF) >> count


def high_product(a: int, b: int) -> int:
    """The upper 64 bits of the unsigned product."""
    return ((a & 0xFFFFFFFFFFFFFFFF) * (b & 0xFFFFFFFFFFFFFFFF)) >> 64


def product(a: int, b: int) -> int:
    """A product; 2^62 where that does not fit a word."""
    return a * b if -(1 << 63) <= a * b < 1 << 63 else 1 << 62


def popcount(value: int) -> int:
    """How many bits of a word are 1."""
    return (value & 0xFFFFFFFFFFFFFFFF).bit_count()


def lowest_bit(value: int) -> int:
    """Position of the lowest 1; the value is not 0."""
    return (value & -value).bit_length() - 1


def highest_bit(value: int) -> int:
    """Position of the highest 1; the value is not 0."""
    return (value & 0xFFFFFFFFFFFFFFFF).bit_length() - 1
