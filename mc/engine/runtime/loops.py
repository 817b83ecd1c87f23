"""The loops of every compiled engine: over states, and over the tasks that a team of threads shares.

It is compiled as ``kernels.py`` is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mc.engine.runtime.intrinsics import (
    add_now,
    each,
    entry,
    exchange_now,
    later,
    offset,
    ptr,
    ptr8,
    stack,
    word_now,
    words_at,
)
from mc.engine.runtime.kernels import ask_for, deal, insert, insert_one, probe, refill, table_of
from mc.engine.runtime.successors import expand_row, note, start
from mc.engine.runtime.words import (
    ACTION_BITS,
    ACTION_MASK,
    ASLEEP,
    BATCH_PARTS,
    BATCHED,
    BROKEN,
    COLLECT,
    CONTROLS,
    COUNT,
    CROWDED,
    DEPTH,
    DIRECTORY,
    DISMISS,
    DIVE,
    DONE,
    EDGE,
    ENTRY,
    EXPAND,
    FAILED,
    FINGERPRINT,
    FIRST,
    FIRST_PARENT,
    FRESH,
    FULL,
    GENERATED,
    GROUP,
    HELPERS,
    INSERT,
    INSPECTED,
    LARGER,
    LEAVE,
    LEVEL,
    LIST,
    LOG,
    NEW,
    NEXT,
    OK,
    OLD,
    OPEN,
    ORBIT_BITS,
    ORBITS,
    ORBITS_MORE,
    PARENT_BITS,
    PARENT_MASK,
    PARENTS,
    REFILL,
    ROUSED,
    ROWS,
    SEAT,
    SEATS,
    SEEN,
    SHARES,
    SIFTED,
    SLEEP,
    START,
    STOP,
    SYMMETRIES,
    TAKEN,
    TASKS,
    TURN,
    USED,
    VIOLATED,
    WAKE,
    WITHIN,
    WITNESSED,
    WITNESSES,
    WORK,
)

if TYPE_CHECKING:
    from mc.engine.runtime.model import (
        CONTROL,
        EVERYTHING,
        FINGERPRINTS,
        INIT,
        KINDS,
        LIMIT,
        LISTS,
        NUMBERS,
        ORIGINS,
        PART_WORDS,
        SCRATCH,
        WORDS,
        broken,
        canonical,
        copy,
        fingerprint,
        within,
        witnessed,
    )

# --- compiled from here on ---


def expand_part(board: ptr, part: int) -> None:
    """Fill a part of a batch with those successors of its parents that are not in the visited set, and list them; or
    with the initial states of its bindings, up to the first that stops the search."""
    out = part_of_batch(board, part)
    c = control_of(board, part)
    rows = words_at(board[ROWS])
    directory = words_at(board[DIRECTORY])
    x = stack(SCRATCH)
    c[COUNT] = 0
    sifted = 0
    for k in range(board[PARENTS] * part // board[TASKS], board[PARENTS] * (part + 1) // board[TASKS]):
        n = c[COUNT]
        if board[WORK] == EXPAND:
            expand_row(offset(rows, k * WORDS), board[FIRST_PARENT] + k, out, c, x)
        elif c[STOP] == OK:
            start(board[FIRST_PARENT] + k, out, c, x)
        while n < c[COUNT]:
            ask_for(directory, out[FINGERPRINTS + 2 * n], out[FINGERPRINTS + 2 * n + 1])
            n += 1
        if n - sifted >= SIFTED:
            sift(directory, out, sifted, c)
            sifted = c[COUNT]
    sift(directory, out, sifted, c)
    deal(offset(out, FINGERPRINTS), c[COUNT], offset(out, NUMBERS), offset(out, LISTS))


def sift(directory: ptr, out: ptr, first: int, c: ptr) -> None:
    """Of the successors from number first on, drop those that are in the visited set already.

    Most are. No thread inserts while others expand, so that all of them can look without a lock; and what is dropped
    here, while it is in the processor's cache, is not written to memory.
    """
    n = first
    for k in range(first, c[COUNT]):
        s = offset(out, k * WORDS)
        words = offset(out, FINGERPRINTS + 2 * k)
        table = offset(directory, table_of(words[1]) * ENTRY)
        if probe(table, s, words) < 0:
            copy(s, offset(out, n * WORDS))
            kept = offset(out, FINGERPRINTS + 2 * n)
            kept[0] = words[0]
            kept[1] = words[1]
            out[ORIGINS + n] = out[ORIGINS + k]
            out[KINDS + n] = out[KINDS + k]
            n += 1
    c[COUNT] = n


def insert_share(board: ptr, share: int) -> None:
    """Insert those successors of a batch that belong to a share of the visited set, in the order of the parents;
    up to one whose table has to grow first."""
    directory = words_at(board[DIRECTORY])
    crowded = words_at(board[CROWDED])
    crowded[share] = -1
    for part in range(board[BATCH_PARTS]):
        out = part_of_batch(board, part)
        fingerprints = offset(out, FINGERPRINTS)
        number = insert(directory, out, fingerprints, offset(out, NUMBERS), offset(out, LISTS + share * LIST))
        if number >= 0:
            crowded[share] = table_of(fingerprints[2 * number + 1])
            return


@entry
def count_new(board: ptr) -> int:
    """How many states of a batch turned out to be new; leaves in NEXT of each part how many come before its own."""
    count = 0
    for part in range(board[BATCH_PARTS]):
        c = control_of(board, part)
        c[NEXT] = count
        for share in each(SHARES):
            listed = offset(part_of_batch(board, part), LISTS + share * LIST)
            count += listed[NEW]
    return count


def check(s: ptr, origin: int, kind: int, c: ptr, x: ptr) -> None:
    """Count a new state and look at it; what should stop the search is noted in c."""
    c[GENERATED + INIT + 1 + (kind & ACTION_MASK)] += 1
    c[ORBITS] += c[GROUP] // (kind >> ACTION_BITS)
    c[ORBITS_MORE] += c[ORBITS] >> ORBIT_BITS
    c[ORBITS] &= (1 << ORBIT_BITS) - 1
    c[WITNESSES] |= witnessed(s, x)
    number = broken(s, EVERYTHING, x)
    if x[0] != 0:
        note(FAILED, origin & PARENT_MASK, origin >> PARENT_BITS, x[0], c)
        x[0] = 0
    elif number != 0:
        note(VIOLATED, origin & PARENT_MASK, origin >> PARENT_BITS, number, c)


def collect_part(board: ptr, part: int) -> None:
    """Move the new states of a part to the next level, in order, and check them."""
    out = part_of_batch(board, part)
    c = control_of(board, part)
    x = stack(SCRATCH)
    for share in each(SHARES):
        listed = offset(out, LISTS + share * LIST)
        numbers = offset(out, NUMBERS + listed[FIRST])
        for k in range(listed[NEW]):
            out[KINDS + numbers[k]] |= FRESH
    for k in range(c[COUNT]):
        kind = out[KINDS + k]
        if kind & FRESH != 0:
            n = c[NEXT]
            c[NEXT] = n + 1
            s = offset(out, k * WORDS)
            copy(s, offset(words_at(board[LEVEL]), n * WORDS))
            log = words_at(board[LOG])
            log[n] = out[ORIGINS + k]
            if board[OPEN] != 0:
                kinds = words_at(board[OPEN])
                kinds[n] = kind - FRESH
            check(s, out[ORIGINS + k], kind - FRESH, c, x)


@entry
def descend(board: ptr, sizes: ptr, levels: int, room: int, most: int, narrow: int) -> int:
    """Breadth-first, for one thread: expand level after level, up to so many, as long as they have few enough states.

    The board has the parents of the first level as one part. New states, at most room, go to its LEVEL and LOG, level
    by level; sizes[n]: how many are of level n. Ends after a level with which more than most states were found, or that
    makes the search stop. Returns the number of levels that were made; or ~n, where one after n of them was expanded,
    but has to be inserted and collected yet, since there is no room for it or a table has to grow.
    """
    n = 0
    found = 0
    while n < levels and 0 < board[PARENTS] <= narrow and found <= most:
        expand_part(board, 0)
        for share in each(SHARES):
            insert_share(board, share)
            if words_at(board[CROWDED])[share] >= 0:
                return ~n
        count = count_new(board)
        if found + count > room:
            return ~n
        collect_part(board, 0)
        sizes[n] = count
        n += 1
        found += count
        if control_of(board, 0)[STOP] != OK:
            return n
        board[ROWS] = board[LEVEL]
        board[PARENTS] = count
        board[LEVEL] += 8 * WORDS * count
        board[LOG] += 8 * count
    return n


@later
def dive(todo: ptr, top: int, size: int, room: int, out: ptr, fresh: ptr8, directory: ptr, c: ptr, log: ptr) -> int:
    """Depth-first: expand the state on top of the stack and push what is new, until the stack is empty, a
    buffer or a table is nearly full, enough was generated, or the search should stop. Rows of the stack: the state,
    its number, its depth. log[n]: the origin of state number n. At most room new states; returns the new top."""
    x = stack(SCRATCH)
    crowded = False
    steps = 0
    while top > 0 and c[STOP] == OK and room > LIMIT and top + LIMIT < size and not crowded and steps < DIVE:
        top -= 1
        number = todo[top * (WORDS + 2) + WORDS]
        depth = todo[top * (WORDS + 2) + WORDS + 1]
        c[COUNT] = 0
        copy(offset(todo, top * (WORDS + 2)), offset(x, SCRATCH - WORDS))
        expand_row(offset(x, SCRATCH - WORDS), number, out, c, x)
        steps += c[EDGE]
        count = c[COUNT]
        for k in range(count):
            words = offset(out, FINGERPRINTS + 2 * k)
            table = offset(directory, table_of(words[1]) * ENTRY)
            # A crowded table has room for the successors of one state.
            fresh[k] = insert_one(table, offset(out, k * WORDS), words, table[FULL] + LIMIT)
            crowded = crowded or table[USED] >= table[FULL]
            if fresh[k] != 0:
                log[c[NEXT]] = out[ORIGINS + k]
                words[0] = c[NEXT]
                c[NEXT] += 1
                room -= 1
                check(offset(out, k * WORDS), out[ORIGINS + k], out[KINDS + k], c, x)
        for k in range(count - 1, -1, -1):
            if fresh[k] != 0:
                copy(offset(out, k * WORDS), offset(todo, top * (WORDS + 2)))
                todo[top * (WORDS + 2) + WORDS] = out[FINGERPRINTS + 2 * k]
                todo[top * (WORDS + 2) + WORDS + 1] = depth + 1
                c[DEPTH] = max(c[DEPTH], depth + 1)
                top += 1
    return top


@entry
def inspect(rows: ptr, count: int, found: ptr, c: ptr) -> None:
    """Make states canonical, and say of each what its row of found has room for (see words.INSPECTED).
    Stops at a state that cannot be evaluated."""
    x = stack(SCRATCH)
    for k in range(count):
        s = offset(rows, k * WORDS)
        row = offset(found, k * INSPECTED)
        row[WITHIN] = int(within(s, EVERYTHING, x))
        row[BROKEN] = broken(s, EVERYTHING, x)
        row[WITNESSED] = 0
        if row[WITHIN] != 0:
            row[WITNESSED] = witnessed(s, x)
            c[WITNESSES] |= row[WITNESSED]
        if x[0] != 0:
            note(FAILED, k, 0, x[0], c)
            return
        row[SYMMETRIES] = canonical(s, x)
        fingerprint(s, offset(row, FINGERPRINT))


# Teams


def part_of_batch(board: ptr, part: int) -> ptr:
    """The states of a part of the batch on the board; the rest of the part stands behind them."""
    return offset(words_at(board[BATCHED]), part * PART_WORDS)


def control_of(board: ptr, part: int) -> ptr:
    """The control array of a part."""
    return offset(words_at(board[CONTROLS]), part * CONTROL)


@entry
def work(board: ptr) -> None:
    """Do tasks of the work on the board until none is left."""
    task = add_now(offset(board, TAKEN), 1)
    while task < board[TASKS]:
        if board[WORK] == EXPAND or board[WORK] == START:
            expand_part(board, task)
        elif board[WORK] == INSERT:
            insert_share(board, task)
        elif board[WORK] == COLLECT:
            collect_part(board, task)
        elif board[WORK] == REFILL:
            refill(offset(words_at(board[OLD]), task * ENTRY), offset(words_at(board[LARGER]), task * ENTRY))
        task = add_now(offset(board, TAKEN), 1)


@entry
def post(board: ptr) -> int:
    """Tell the helpers that there is new work on the board. Returns how many are asleep, whose seats then say so."""
    board[DONE] = 0
    add_now(offset(board, TURN), 1)
    asleep = 0
    for helper in range(1, board[HELPERS] + 1):
        seat = offset(board, SEATS + helper * SEAT)
        seat[ROUSED] = exchange_now(offset(seat, ASLEEP), 0)
        asleep += seat[ROUSED]
    return asleep


@entry
def all_done(board: ptr, looks: int) -> bool:
    """Whether all helpers are through with the work; else the one that posted it is to sleep, and then ask again."""
    return awaited(offset(board, DONE), board[HELPERS], offset(board, SEATS), looks)


@entry
def serve(board: ptr, number: int, looks: int) -> int:
    """Do what is posted, and return what the helper has to do after that: SLEEP, WAKE or LEAVE."""
    seat = offset(board, SEATS + number * SEAT)
    while awaited(offset(board, TURN), seat[SEEN] + 1, seat, looks):
        seat[SEEN] += 1
        if board[WORK] == DISMISS:
            return LEAVE
        work(board)
        last = add_now(offset(board, DONE), 1) + 1 == board[HELPERS]
        if last and exchange_now(offset(board, SEATS + ASLEEP), 0) != 0:
            return WAKE
    return SLEEP


def awaited(word: ptr, least: int, seat: ptr, looks: int) -> bool:
    """Wait until other threads have made a word so large, for so many looks. After that, or for nothing, False: the
    thread is to sleep. It is woken by who finds that it is asleep when the word is changed."""
    k = 0
    while k < looks:
        if word_now(word) >= least:
            return True
        k += 1
    exchange_now(offset(seat, ASLEEP), 1)
    if word_now(word) < least:
        return False
    # Changed in between. Who changed it wakes this thread, or has not looked yet.
    return exchange_now(offset(seat, ASLEEP), 0) != 0
