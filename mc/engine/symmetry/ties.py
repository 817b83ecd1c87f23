"""The order of symmetric values: by their colours, and of those that these do not tell apart by the search described
in ``symmetry.py``.

It is compiled as ``mc/engine/runtime/kernels.py`` is, where a model declares a symmetry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mc.engine.runtime.intrinsics import entry, offset, ptr, stack
from mc.engine.runtime.kernels import blend

if TYPE_CHECKING:
    from mc.engine.runtime.model import (
        BEST,
        BOUNDS,
        CANDIDATE,
        COLOURS,
        GIVEN,
        LOOK_SHIFT,
        ORDER,
        SCRATCH,
        SETS,
        TREE,
        TREE_LEVEL,
        VALUES,
        WORDS,
        colour_all,
        copy,
        permute_all,
    )

# --- compiled from here on ---

# Words of a level of the tree of attempts.
DISTINCT = 0  # how many different ranks its values have; the rank of a value: how many values of its set come before
TIE = 1  # the rank of the values that are tried ...
BEGIN = 2  # ... in the set whose values have numbers from this one on ...
END = 3  # ... up to before this one
ATTEMPT = 4  # the value that is being tried
LEAST = 5  # the value that leads to the least state so far
LOOK = 6  # how the colours looked after that
ALIKE = 7  # how many values lead there
RANKS = 8  # the rank of each value

END_OF_TIE = -1


def rank_colours(colours: ptr, count: int, ranks: ptr) -> int:
    """ranks[i]: the position of i in the order of colours; returns 1 where two are equal, else 0."""
    ties = 0
    for i in range(count):
        ranks[i] = i
    for i in range(1, count):
        for j in range(i):
            less = int(colours[i] < colours[j])
            ranks[i] -= less
            ranks[j] += less
            ties |= int(colours[i] == colours[j])
    return ties


@entry
def rename(s: ptr, t: ptr, count: int, renaming: ptr) -> None:
    """Some states with value i of each symmetric set renamed to the value that the renaming says, set after set."""
    x = stack(SCRATCH)
    for k in range(count):
        permute_all(offset(s, k * WORDS), offset(t, k * WORDS), renaming, x)


def settle_ties(s: ptr, x: ptr) -> int:
    """s becomes the representative of its orbit; returns how many symmetries leave that state alone.

    Mostly, values of equal colour can be exchanged: then all their orders give the same state.
    """
    candidate = offset(x, CANDIDATE)
    best = offset(x, BEST)
    order = offset(x, ORDER)
    colours = offset(x, COLOURS)
    permute_all(s, best, order, x)
    ordered = stack(VALUES)
    symmetries = 1
    equal = 0
    comparison = 0
    for k in range(SETS):
        for i in range(BOUNDS[k], BOUNDS[k + 1]):
            ordered[order[i]] = i
        run = 1
        for place in range(1, BOUNDS[k + 1] - BOUNDS[k]):
            a = ordered[place - 1]
            b = ordered[place]
            if colours[a] == colours[b]:
                run += 1
                symmetries *= run
                equal += 1
                if comparison == 0:
                    comparison = compare_exchanged(s, a, b, x)
            else:
                run = 1
    if comparison != 0 and equal > 1:
        return try_in_turn(s, x)
    if comparison != 0:
        symmetries = 1
    copy(candidate if comparison < 0 else best, s)
    return symmetries


def compare_exchanged(s: ptr, a: int, b: int, x: ptr) -> int:
    """The best state compared with what it would be if values a and b had each other's place in the order."""
    order = offset(x, ORDER)
    exchanged = offset(x, GIVEN)
    for i in range(VALUES):
        exchanged[i] = order[i]
    exchanged[a] = order[b]
    exchanged[b] = order[a]
    permute_all(s, offset(x, CANDIDATE), exchanged, x)
    return compare(offset(x, CANDIDATE), offset(x, BEST))


def try_in_turn(s: ptr, x: ptr) -> int:
    """The same by trying the values that are tied."""
    tree = offset(x, TREE)
    candidate = offset(x, CANDIDATE)
    best = offset(x, BEST)
    order = offset(x, ORDER)
    for i in range(VALUES):
        tree[RANKS + i] = 0
    tree[DISTINCT] = rank_further(offset(x, COLOURS), offset(tree, RANKS))
    refine(s, tree, x)
    begin(tree)
    # Whether there is a best state, and the colours on the way to the present level looked as on the way there.
    known = False
    depth = 0
    deepest = -1
    while depth >= 0:
        level = offset(tree, depth * TREE_LEVEL)
        if level[DISTINCT] == VALUES:
            permute_all(s, candidate, offset(level, RANKS), x)
            comparison = -1
            if known:
                comparison = compare(candidate, best)
            if comparison < 0:
                known = True
                deepest = depth - 1
                copy(candidate, best)
                for i in range(VALUES):
                    order[i] = level[RANKS + i]
                for k in range(depth):
                    tree[k * TREE_LEVEL + LEAST] = tree[k * TREE_LEVEL + ATTEMPT]
                    tree[k * TREE_LEVEL + ALIKE] = 1
            depth -= 1
            if comparison == 0:
                # A symmetry of s. Where the two ways part, all that follows one value follows the other.
                depth = parting(tree, depth)
                tree[depth * TREE_LEVEL + ALIKE] += 1
            continue
        value = next_attempt(level)
        level[ATTEMPT] = value
        if value == END_OF_TIE:
            depth -= 1
        elif known and parting(tree, depth) == depth and interchangeable(s, level, x):
            level[ALIKE] += 1
        else:
            look = attempt(s, level, x)
            if known and look < level[LOOK]:
                known = False
            if not known:
                level[LOOK] = look
            if look == level[LOOK]:
                depth += 1
                begin(offset(level, TREE_LEVEL))
    copy(best, s)
    symmetries = 1
    for k in range(deepest + 1):
        symmetries *= tree[k * TREE_LEVEL + ALIKE]
    return symmetries


def parting(tree: ptr, depth: int) -> int:
    """The first level, up to a depth, where the present way is not the one to the least state."""
    k = 0
    while k < depth and tree[k * TREE_LEVEL + ATTEMPT] == tree[k * TREE_LEVEL + LEAST]:
        k += 1
    return k


def begin(level: ptr) -> None:
    """Choose what to try at a level: the values of the least rank that several have, in the first set with one."""
    ranks = offset(level, RANKS)
    for k in range(SETS):
        tie = VALUES
        for i in range(BOUNDS[k], BOUNDS[k + 1]):
            for j in range(BOUNDS[k], i):
                if ranks[i] == ranks[j]:
                    tie = min(tie, ranks[i])
        if tie < VALUES:
            level[TIE] = tie
            level[BEGIN] = BOUNDS[k]
            level[END] = BOUNDS[k + 1]
            level[ATTEMPT] = BOUNDS[k] - 1
            return


def next_attempt(level: ptr) -> int:
    """The next value to try; or END_OF_TIE."""
    for i in range(level[ATTEMPT] + 1, level[END]):
        if level[RANKS + i] == level[TIE]:
            return i
    return END_OF_TIE


def attempt(s: ptr, level: ptr, x: ptr) -> int:
    """Make the next level, in which the value that is tried comes before the others of its rank; returns how it
    looks."""
    following = offset(level, TREE_LEVEL)
    for i in range(VALUES):
        following[RANKS + i] = level[RANKS + i]
    for i in range(level[BEGIN], level[END]):
        following[RANKS + i] += int(level[RANKS + i] == level[TIE])
    following[RANKS + level[ATTEMPT]] = level[TIE]
    following[DISTINCT] = level[DISTINCT] + 1
    return refine(s, following, x)


def refine(s: ptr, level: ptr, x: ptr) -> int:
    """Colour the values by their ranks, and rank them by their colours, until that tells no more of them apart.

    Returns how that looked: a number free of names, and less by the number of ranks than by anything else. Two
    values with the same rank are left alone: to compare both states takes less time.
    """
    ranks = offset(level, RANKS)
    given = offset(x, GIVEN)
    colours = offset(x, COLOURS)
    look = 0
    before = 0
    while before < level[DISTINCT] and level[DISTINCT] < VALUES - 1:
        for i in range(VALUES):
            given[i] = blend(ranks[i], 17)
        colour_all(s, given, colours, x)
        for i in range(VALUES):
            look += blend(colours[i], 19)
        before = level[DISTINCT]
        level[DISTINCT] = rank_further(colours, ranks)
    return look << LOOK_SHIFT | level[DISTINCT]


def rank_further(colours: ptr, ranks: ptr) -> int:
    """Values of one rank and different colours get ranks in the order of the colours; how many ranks there are."""
    more = stack(VALUES)
    distinct = 0
    for k in range(SETS):
        for i in range(BOUNDS[k], BOUNDS[k + 1]):
            first = 1
            for j in range(BOUNDS[k], BOUNDS[k + 1]):
                same_rank = int(ranks[i] == ranks[j])
                more[i] += same_rank & int(colours[j] < colours[i])
                first &= ~(same_rank & int(colours[j] == colours[i]) & int(j < i))
            distinct += first
    for i in range(VALUES):
        ranks[i] += more[i]
    return distinct


def interchangeable(s: ptr, level: ptr, x: ptr) -> bool:
    """Whether the value that is tried and the one that leads to the least state can be exchanged in s. Asked only
    where an attempt takes longer than to find that out."""
    return level[DISTINCT] < VALUES - 1 and compare_exchanged(s, level[ATTEMPT], level[LEAST], x) == 0


def compare(a: ptr, b: ptr) -> int:
    """-1, 0 or 1 as state a is less than, equal to or greater than b."""
    for k in range(WORDS):
        if a[k] != b[k]:
            return -1 if a[k] < b[k] else 1
    return 0
