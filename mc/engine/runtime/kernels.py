"""Functions of every compiled engine that do not depend on the spec: hashes and the visited set.

They are in the subset of Python that :mod:`mc.engine.code.read` reads. The text of this module is compiled together
with what is generated for a model (:mod:`mc.engine.runtime.model`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mc.engine.runtime.intrinsics import (
    each,
    entry,
    high_product,
    later,
    lowest_bit,
    matches,
    offset,
    prefetch,
    product,
    ptr,
    ptr8,
    shorts,
    stack,
    unsigned_shift,
    words_at,
)
from mc.engine.runtime.words import (
    AHEAD,
    COUNT_OF_LINES,
    DEALT,
    ENTRY,
    EXTRA_BITS,
    EXTRAS,
    FILLED,
    FIRST,
    FULL,
    LINE,
    LINES,
    LIST,
    MARKED,
    MARKS,
    NEW,
    ROW_BITS,
    SHARE_BITS,
    SHARES,
    TABLE_BITS,
    TRIED,
    USED,
)

if TYPE_CHECKING:
    from mc.engine.runtime.model import EXACT, PER_LINE, TAG_MASK, WORDS, copy, fingerprint, same

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


def power(base: int, exponent: int) -> int:
    """A power with an exponent from 0 up; some number from 2^62 up, or below -2^62, where it is beyond."""
    result = 1
    while exponent > 0:
        if exponent & 1 != 0:
            result = product(result, base)
        exponent = exponent >> 1
        if exponent != 0:
            base = product(base, base)
    return result


def copy_words(source: ptr, target: ptr, count: int) -> None:
    """The same words in another place."""
    for k in range(count):
        target[k] = source[k]


def clear_words(target: ptr, count: int) -> None:
    """Make words 0."""
    for k in range(count):
        target[k] = 0


def same_words(a: ptr, b: ptr, count: int) -> bool:
    """Whether these words equal those."""
    different = 0
    for k in range(count):
        different |= a[k] ^ b[k]
    return different == 0


def position(table: ptr, count: int, number: int) -> int:
    """Where a number stands in a sorted table; -1 where it does not."""
    low = 0
    high = count
    while low < high:
        middle = (low + high) >> 1
        if table[middle] < number:
            low = middle + 1
        else:
            high = middle
    if low < count and table[low] == number:
        return low
    return -1


def any_row(words: ptr, table: ptr, rows: int, count: int) -> bool:
    """Whether some words are a row of a table."""
    found = False
    for k in range(rows):
        if same_words(words, offset(table, k * count), count):
            found = True
            break
    return found


def any_word(words: ptr, count: int) -> bool:
    """Whether any of some words is not 0."""
    found = 0
    for k in range(count):
        found |= words[k]
    return found != 0


def probe(table: ptr, s: ptr, f: ptr) -> int:
    """The slot of state s with fingerprint f in its table; or ~k, where k is the free slot for it.

    Linear probing by lines (Knuth 1998, 6.4, buckets), from the line in proportion to f[0]: so tables of any size
    do, and a table is copied to a larger one from front to back. All slots of a line are looked at without a
    branch, since none could be predicted. In an exact set the rows of its states stand behind the lines. Slots are
    counted in words from the first line on.
    """
    lines = words_at(table[LINES])
    rows = offset(lines, table[COUNT_OF_LINES] * LINE)
    tag = f[0] << ROW_BITS if EXACT else f[0]
    extra = f[1] & ((1 << EXTRA_BITS) - 1)
    line = high_product(f[0], table[COUNT_OF_LINES])
    while True:
        tags = offset(lines, line * LINE)
        extras = offset(shorts(tags), EXTRAS)
        equal = matches(tags, TAG_MASK, tag) & ((1 << PER_LINE) - 1)
        while equal != 0:
            k = lowest_bit(equal)
            if EXACT:
                row = tags[k] & ~TAG_MASK
                if row != 0 and same(s, offset(rows, (row - 1) * WORDS)):
                    return line * LINE + k
            elif extras[k] == extra:
                return line * LINE + k
            equal &= equal - 1
        free = matches(tags, -1, 0) & ((1 << PER_LINE) - 1)
        if free != 0:
            return ~(line * LINE + lowest_bit(free))
        line += 1
        if line == table[COUNT_OF_LINES]:
            line = 0
    return 0


def line_of(table: ptr, slot: int) -> ptr:
    """The line of a slot."""
    return offset(words_at(table[LINES]), slot & -LINE)


def insert_one(table: ptr, s: ptr, f: ptr, full: int) -> int:
    """Insert state s with fingerprint f into its table; 1 where it is new, 0 where not, -1 where the table has to
    grow for it."""
    slot = probe(table, s, f)
    if slot >= 0:
        return 0
    if table[USED] >= full:
        return -1
    slot = ~slot
    tags = line_of(table, slot)
    k = slot & (LINE - 1)
    if EXACT:
        rows = offset(words_at(table[LINES]), table[COUNT_OF_LINES] * LINE)
        copy(s, offset(rows, table[USED] * WORDS))
        tags[k] = f[0] << ROW_BITS | (table[USED] + 1)
    else:
        extras = offset(shorts(tags), EXTRAS)
        tags[k] = f[0]
        extras[k] = f[1]
    table[USED] += 1
    return 1


def table_of(second: int) -> int:
    """The number of the table for a fingerprint with this second word."""
    return unsigned_shift(second, 64 - TABLE_BITS)


def share_of(second: int) -> int:
    """The share of the table for a fingerprint with this second word."""
    return unsigned_shift(second, 64 - SHARE_BITS)


def ask_for(directory: ptr, first: int, second: int) -> None:
    """Have the line brought that inserting a fingerprint will look at first."""
    table = offset(directory, table_of(second) * ENTRY)
    prefetch(words_at(table[LINES]), high_product(first, table[COUNT_OF_LINES]) * LINE)


@later
def deal(fingerprints: ptr, count: int, numbers: ptr, lists: ptr) -> None:
    """List some states by the share that their tables belong to, each list in order."""
    for share in each(SHARES):
        listed = offset(lists, share * LIST)
        listed[DEALT] = 0
        listed[TRIED] = 0
        listed[NEW] = 0
    for k in range(count):
        listed = offset(lists, share_of(fingerprints[2 * k + 1]) * LIST)
        listed[DEALT] += 1
    first = 0
    for share in each(SHARES):
        listed = offset(lists, share * LIST)
        listed[FIRST] = first
        first += listed[DEALT]
        listed[DEALT] = 0
    for k in range(count):
        listed = offset(lists, share_of(fingerprints[2 * k + 1]) * LIST)
        numbers[listed[FIRST] + listed[DEALT]] = k
        listed[DEALT] += 1


def insert(directory: ptr, states: ptr, fingerprints: ptr, numbers: ptr, listed: ptr) -> int:
    """Insert the states on a list, and leave the numbers of the new ones on it.

    Returns -1, or the number of a state whose table has to grow first. Memory is asked for AHEAD states before
    it is needed, so that cache misses overlap.
    """
    numbers = offset(numbers, listed[FIRST])
    count = listed[DEALT]
    new = listed[NEW]
    for k in range(listed[TRIED], min(listed[TRIED] + AHEAD, count)):
        ask_for(directory, fingerprints[2 * numbers[k]], fingerprints[2 * numbers[k] + 1])
    for k in range(listed[TRIED], count):
        if k + AHEAD < count:
            later = numbers[k + AHEAD]
            ask_for(directory, fingerprints[2 * later], fingerprints[2 * later + 1])
        number = numbers[k]
        words = offset(fingerprints, 2 * number)
        table = offset(directory, table_of(words[1]) * ENTRY)
        found = insert_one(table, offset(states, number * WORDS), words, table[FULL])
        if found < 0:
            listed[TRIED] = k
            listed[NEW] = new
            return int(number)
        numbers[new] = number
        new += found
    listed[TRIED] = count
    listed[NEW] = new
    return -1


def refill(old: ptr, larger: ptr) -> None:
    """Insert all that is in a table into a larger, empty one; but not what is on the disk as well."""
    lines = words_at(old[LINES])
    rows = offset(lines, old[COUNT_OF_LINES] * LINE)
    f = stack(2)
    # Other threads change the entries next to it.
    new = stack(ENTRY)
    for k in range(ENTRY):
        new[k] = larger[k]
    if EXACT:
        for k in range(old[USED]):
            fingerprint(offset(rows, k * WORDS), f)
            insert_one(new, offset(rows, k * WORDS), f, old[USED])
    else:
        for line in range(old[COUNT_OF_LINES]):
            tags = offset(lines, line * LINE)
            extras = offset(shorts(tags), EXTRAS)
            marks = offset(shorts(tags), MARKS)
            for k in range(PER_LINE):
                if tags[k] != 0 and (marks[0] >> k) & 1 == 0:
                    add_different(new, tags[k], extras[k])
    larger[USED] = new[USED]


def add_different(table: ptr, first: int, extra: int) -> None:
    """Insert a fingerprint that differs from all in a table, to which nothing was added in another way.

    The number of slots filled tells the free one. To look at the slots, as :func:`probe` does, would be to wait for
    the last one to be written: those that come after each other are mostly of one line.
    """
    line = high_product(first, table[COUNT_OF_LINES])
    tags = offset(words_at(table[LINES]), line * LINE)
    filled = offset(shorts(tags), FILLED)
    while filled[0] == PER_LINE:
        line += 1
        if line == table[COUNT_OF_LINES]:
            line = 0
        tags = offset(words_at(table[LINES]), line * LINE)
        filled = offset(shorts(tags), FILLED)
    k = filled[0]
    extras = offset(shorts(tags), EXTRAS)
    tags[k] = first
    extras[k] = extra
    filled[0] = k + 1
    table[USED] += 1


@entry
def fingerprints_of(rows: ptr, count: int, fingerprints: ptr) -> None:
    """The fingerprints of states."""
    for k in range(count):
        fingerprint(offset(rows, k * WORDS), offset(fingerprints, 2 * k))


@later
def mark(directory: ptr, tables: ptr, counts: ptr, segments: int, data: ptr) -> None:
    """Mark those states of the set whose fingerprints are in segments from the disk too. ``tables``, ``counts``: of
    each segment, its table and how many fingerprints it has; ``data``: their first words, then the kept bits of
    the second words, 16 bits each, up to a whole word."""
    f = stack(2)
    for n in range(segments):
        table = offset(directory, tables[n] * ENTRY)
        extras = shorts(offset(data, counts[n]))
        for k in range(counts[n]):
            f[0] = data[k]
            f[1] = extras[k]
            slot = probe(table, f, f)
            if slot >= 0:
                marks = offset(shorts(line_of(table, slot)), MARKS)
                bit = 1 << (slot & (LINE - 1))
                if marks[0] & bit == 0:
                    marks[0] |= bit
                    table[MARKED] += 1
        data = offset(data, counts[n] + (counts[n] + 3) // 4)


@later
def marked(directory: ptr, fingerprints: ptr, count: int, found: ptr8) -> None:
    """Which of some states of the set are marked."""
    for k in range(min(AHEAD, count)):
        ask_for(directory, fingerprints[2 * k], fingerprints[2 * k + 1])
    for k in range(count):
        if k + AHEAD < count:
            ask_for(directory, fingerprints[2 * (k + AHEAD)], fingerprints[2 * (k + AHEAD) + 1])
        f = offset(fingerprints, 2 * k)
        table = offset(directory, table_of(f[1]) * ENTRY)
        slot = probe(table, f, f)
        found[k] = 0
        if slot >= 0:
            marks = offset(shorts(line_of(table, slot)), MARKS)
            found[k] = (marks[0] >> (slot & (LINE - 1))) & 1
