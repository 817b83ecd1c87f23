"""Functions of every compiled engine that do not depend on the spec: fingerprints and the visited set.

They are in the subset of Python that ``mc.engine.machine`` compiles; the text of this module is compiled
together with what is generated from a spec.
"""

from __future__ import annotations

from typing import Any

from mc.engine.words import AHEAD

ptr = Any
ptr8 = Any


def entry(function: Any) -> Any:
    """Marks a function that Python calls."""
    return function


def prefetch(base: ptr, index: int) -> None:
    """A hint to the processor; nothing in plain Python."""


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


def insert_one(table: ptr, mask: int, fingerprint: int) -> int:
    """Insert a fingerprint into a table of ``mask + 1`` slots; 1 where it is new, else 0.

    Open addressing with linear probing; 0 is a free slot.
    """
    slot = fingerprint & mask
    while table[slot] != 0:
        if table[slot] == fingerprint:
            return 0
        slot = (slot + 1) & mask
    table[slot] = fingerprint
    return 1


@entry
def insert(table: ptr, mask: int, fingerprints: ptr, fresh: ptr8, count: int, me: int, owners: int) -> int:
    """Insert those fingerprints that partition ``me`` owns; marks the new ones, returns how many.

    Memory is asked for AHEAD fingerprints before it is needed, so that cache misses overlap.
    """
    new = 0
    for k in range(min(AHEAD, count)):
        prefetch(table, fingerprints[k] & mask)
    for k in range(count):
        if k + AHEAD < count:
            prefetch(table, fingerprints[k + AHEAD] & mask)
        if owners == 1 or high_product(fingerprints[k], owners) == me:
            found = insert_one(table, mask, fingerprints[k])
            fresh[k] = found
            new += found
    return new


@entry
def rehash(old: ptr, size: int, table: ptr, mask: int) -> None:
    """Insert all fingerprints of an old table into a larger one."""
    for k in range(size):
        if old[k] != 0:
            insert_one(table, mask, old[k])
