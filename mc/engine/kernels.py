"""Numba kernels that do not depend on the spec: pointers, bits, fingerprints and the visited set."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

#: Functions that only compiled code calls: no wrappers, which would take most of the compile time.
jit = njit(nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
#: Functions that Python calls; kept on disk once compiled.
entry = njit(nogil=True, error_model="numpy", no_cfunc_wrapper=True, cache=True)


class Batch(NamedTuple):
    """Successors of some parents, in order; one worker fills it."""

    #: (rows * words,) int64: the packed states.
    states: Any
    #: (rows,) uint64: their fingerprints.
    hashes: Any
    #: (rows,) int64: parent | edge << 32, see PARENT_BITS.
    origins: Any
    #: (rows,) int64: action | stabiliser << 16.
    kinds: Any
    #: (rows,) uint8: 1 where the state was not known before.
    fresh: Any


#: An origin: the parent's index within its level, and above it the edge: which successor of the parent.
PARENT_BITS = 40
PARENT_MASK = (1 << PARENT_BITS) - 1
#: A kind: the action's number, and above it how many symmetries leave the state alone.
ACTION_BITS = 16
ACTION_MASK = (1 << ACTION_BITS) - 1

# Words of the control array of a worker.
COUNT = 0  # successors in the batch
EDGE = 1  # successors of the present parent so far, all of them
RAW = 2  # not 0: keep every successor as it is
STOP = 3  # why the worker stopped: OK or one of the following
STOP_PARENT = 4  # where: the parent's index
STOP_EDGE = 5  # and the edge; 0 for the parent itself
STOP_INVARIANT = 6  # which invariant
WITNESSES = 7  # bit set of the witnesses seen
ORBITS = 8  # sum of the orbit sizes of the new states
DEADLOCK = 9  # not 0: a state without successor is an error
GROUP = 10  # size of the symmetry group
NEXT = 11  # where new states go in the next level
DEPTH = 12  # longest path of a depth-first search
GENERATED = 16  # per action; after them the distinct ones per action

OK, VIOLATED, STUCK, FAILED = 0, 1, 2, 3


@intrinsic
def pointer(typingctx, array, index):  # type: ignore[no-untyped-def]
    """The address of ``array[index]`` as a pointer to int64."""
    signature = types.CPointer(types.int64)(array, types.intp)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        view = context.make_array(signature.args[0])(context, builder, arguments[0])
        return builder.gep(view.data, [arguments[1]])

    return signature, generate


@intrinsic
def offset(typingctx, base, count):  # type: ignore[no-untyped-def]
    """The pointer ``count`` words further."""
    signature = base(base, types.intp)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.gep(arguments[0], [arguments[1]])

    return signature, generate


@jit
def popcount(bits):  # type: ignore[no-untyped-def]
    """Number of ones in a nonnegative int64."""
    count = 0
    while bits != 0:
        bits &= bits - 1
        count += 1
    return count


@jit
def lowest_bit(bits):  # type: ignore[no-untyped-def]
    """Position of the lowest one; ``bits`` is not 0."""
    k = 0
    while bits >> k & 1 == 0:
        k += 1
    return k


@jit
def highest_bit(bits):  # type: ignore[no-untyped-def]
    """Position of the highest one; ``bits`` is not 0."""
    k = 0
    while bits >> k > 1:
        k += 1
    return k


@jit
def mix(word):  # type: ignore[no-untyped-def]
    """The finaliser of splitmix64 (Steele, Lea and Flood 2014, figure 16): a bijection of 64 bits."""
    z = np.uint64(word)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@jit
def owner(fingerprint, owners):  # type: ignore[no-untyped-def]
    """Which of ``owners`` partitions of the visited set a fingerprint belongs to."""
    return ((fingerprint >> np.uint64(32)) * np.uint64(owners)) >> np.uint64(32)


@jit
def insert_one(table, fingerprint):  # type: ignore[no-untyped-def]
    """Insert a fingerprint; 1 where it is new, else 0.

    ``table``: open addressing with linear probing, its size a power of two, 0 is free.
    """
    mask = np.uint64(table.size - 1)
    slot = fingerprint & mask
    while table[slot] != 0:
        if table[slot] == fingerprint:
            return np.uint8(0)
        slot = (slot + np.uint64(1)) & mask
    table[slot] = fingerprint
    return np.uint8(1)


#: How many slots of the visited set are touched before they are used, so that cache misses overlap.
AHEAD = 32


@entry
def insert(table, batch, count, me, owners):  # type: ignore[no-untyped-def]
    """Insert the fingerprints of a batch that ``me`` owns; marks the new ones, returns how many."""
    mask = np.uint64(table.size - 1)
    mine = np.uint64(me)
    hashes = batch.hashes
    fresh = batch.fresh
    new = 0
    touched = np.uint64(0)
    for start in range(0, count, AHEAD):
        end = min(start + AHEAD, count)
        for k in range(start, end):
            touched ^= table[hashes[k] & mask]
        for k in range(start, end):
            if owners == 1 or owner(hashes[k], owners) == mine:
                fresh[k] = insert_one(table, hashes[k])
                new += fresh[k]
    # Using what was touched keeps the compiler from dropping those loads.
    return new if touched != 1 else new + 0


@entry
def rehash(old, table):  # type: ignore[no-untyped-def]
    """Insert all fingerprints of ``old`` into the larger ``table``."""
    mask = np.uint64(table.size - 1)
    one = np.uint64(1)
    for fingerprint in old:
        if fingerprint != 0:
            slot = fingerprint & mask
            while table[slot] != 0:
                slot = (slot + one) & mask
            table[slot] = fingerprint
