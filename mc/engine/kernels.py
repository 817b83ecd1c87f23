"""Functions of every compiled engine that do not depend on the spec: fingerprints and the visited set.

They are in the subset of Python that ``mc.engine.machine`` compiles; the text of this module is compiled
together with what is generated from a spec.
"""

from __future__ import annotations

import ctypes
from typing import Any

from mc.engine.words import AHEAD, ENTRY, EXTRA_BITS, EXTRAS, FULL, SLOTS, TABLE_BITS, TAGS, USED

ptr = Any
ptr8 = Any


def entry(function: Any) -> Any:
    """Marks a function that Python calls."""
    return function


def prefetch(base: ptr, index: int) -> None:
    """A hint to the processor; nothing in plain Python."""


def words_at(address: int) -> ptr:
    """The memory at an address, as words of 64 bits."""
    return (ctypes.c_int64 * (1 << 40)).from_address(address)


def shorts_at(address: int) -> ptr:
    """The memory at an address, as numbers of 16 bits."""
    return (ctypes.c_uint16 * (1 << 40)).from_address(address)


def offset(base: ptr, count: int) -> ptr:
    """The memory from element ``count`` on."""
    return base[count:]


def unsigned_shift(value: int, count: int) -> int:
    """A right shift of 64 bits that fills with zeros."""
    return (value & 0xFFFFFFFFFFFFFFFF) >> count


def high_product(a: int, b: int) -> int:
    """The upper 64 bits of the unsigned product."""
    return ((a & 0xFFFFFFFFFFFFFFFF) * (b & 0xFFFFFFFFFFFFFFFF)) >> 64


def lowest_bit(value: int) -> int:
    """Position of the lowest 1; the value is not 0."""
    return (value & -value).bit_length() - 1


# --- compiled from here on ---


def mix(z: int) -> int:
    """The finaliser of splitmix64 (Steele, Lea and Flood 2014, figure 16): a bijection of 64 bits."""
    z = (z ^ unsigned_shift(z, 30)) * 0xBF58476D1CE4E5B9
    z = (z ^ unsigned_shift(z, 27)) * 0x94D049BB133111EB
    return z ^ unsigned_shift(z, 31)


def blend(h: int, value: int) -> int:
    """A hash of a pair of numbers, of 48 bits: sums of thousands of them stay below 2^63."""
    z = (h ^ value) * 0x9E3779B97F4A7C15
    return unsigned_shift(z ^ unsigned_shift(z, 29), 16)


def next_member(s: ptr, k: int, count: int) -> int:
    """The first element from number k on of a set of bits, 63 to a word from s[0]; count where there is none."""
    while k < count:
        rest = unsigned_shift(s[k // 63], k % 63)
        if rest != 0:
            return k + lowest_bit(rest)
        k += 63 - k % 63
    return count


def insert_one(table: ptr, first: int, second: int, full: int) -> int:
    """Insert a fingerprint of two words into its table; 1 where it is new, 0 where not, -1 where the table has to
    grow for it.

    Open addressing with linear probing, from a slot in proportion to the first word: so tables of any size do,
    and a table is copied to a larger one from front to back.
    """
    tags = words_at(table[TAGS])
    extras = shorts_at(table[EXTRAS])
    slots = table[SLOTS]
    extra = second & ((1 << EXTRA_BITS) - 1)
    slot = high_product(first, slots)
    while tags[slot] != 0:
        if tags[slot] == first and extras[slot] == extra:
            return 0
        slot += 1
        if slot == slots:
            slot = 0
    if table[USED] >= full:
        return -1
    tags[slot] = first
    extras[slot] = extra
    table[USED] += 1
    return 1


def table_of(second: int) -> int:
    """The number of the table for a fingerprint with this second word."""
    return unsigned_shift(second, 64 - TABLE_BITS)


def ask_for(directory: ptr, first: int, second: int) -> None:
    """Have the memory brought that inserting a fingerprint will look at."""
    table = offset(directory, table_of(second) * ENTRY)
    slot = high_product(first, table[SLOTS])
    prefetch(words_at(table[TAGS]), slot)
    prefetch(shorts_at(table[EXTRAS]), slot)


@entry
def insert(directory: ptr, low: int, high: int, fingerprints: ptr, fresh: ptr8, begin: int, count: int) -> int:
    """Insert those fingerprints, from number ``begin`` on, whose tables are low..high-1; mark the new ones.

    Returns count, or the number of one whose table has to grow first. Memory is asked for AHEAD fingerprints
    before it is needed, so that cache misses overlap.
    """
    for k in range(begin, min(begin + AHEAD, count)):
        ask_for(directory, fingerprints[2 * k], fingerprints[2 * k + 1])
    for k in range(begin, count):
        if k + AHEAD < count:
            number = table_of(fingerprints[2 * (k + AHEAD) + 1])
            if low <= number and number < high:
                ask_for(directory, fingerprints[2 * (k + AHEAD)], fingerprints[2 * (k + AHEAD) + 1])
        number = table_of(fingerprints[2 * k + 1])
        if low <= number and number < high:
            table = offset(directory, number * ENTRY)
            found = insert_one(table, fingerprints[2 * k], fingerprints[2 * k + 1], table[FULL])
            if found < 0:
                return k
            fresh[k] = found
    return count


@entry
def refill(old: ptr, new: ptr) -> None:
    """Insert all fingerprints of a table into a larger, empty one."""
    tags = words_at(old[TAGS])
    extras = shorts_at(old[EXTRAS])
    for k in range(old[SLOTS]):
        if tags[k] != 0:
            insert_one(new, tags[k], extras[k], new[SLOTS])
