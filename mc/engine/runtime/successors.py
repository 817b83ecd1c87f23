"""What is done with single successors and initial states: they are counted, and kept where they are within the
constraints.

It is compiled as ``kernels.py`` is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mc.engine.runtime.intrinsics import entry, offset, ptr, stack
from mc.engine.runtime.words import (
    ACTION_BITS,
    BLOCKED,
    COUNT,
    DEADLOCK,
    EDGE,
    FAILED,
    GENERATED,
    OK,
    PARENT_BITS,
    RAW,
    STOP,
    STOP_EDGE,
    STOP_PARENT,
    STOP_WHAT,
    STUCK,
    VIOLATED,
    WAYS,
)

if TYPE_CHECKING:
    from mc.engine.runtime.model import (
        EVERYTHING,
        FINGERPRINTS,
        INIT,
        KINDS,
        ORIGINS,
        SCRATCH,
        WORDS,
        allowed,
        broken,
        canonical,
        copy,
        disallowed,
        expand,
        fingerprint,
        initial,
        within,
        witnessed,
    )

# --- compiled from here on ---


def note(stop: int, parent: int, edge: int, what: int, c: ptr) -> None:
    """Remember the reason to stop that comes first in the order of parents and edges; of an action with some arguments,
    that it cannot be evaluated."""
    first = edge < c[STOP_EDGE] or (edge == c[STOP_EDGE] and stop == BLOCKED)
    if c[STOP] == OK or parent < c[STOP_PARENT] or (parent == c[STOP_PARENT] and first):
        c[STOP] = stop
        c[STOP_PARENT] = parent
        c[STOP_EDGE] = edge
        c[STOP_WHAT] = what


def add(t: ptr, origin: int, action: int, out: ptr, c: ptr, x: ptr) -> None:
    """Add the state t, which stands in its place already, to a part of a batch."""
    n = c[COUNT]
    symmetries = 1
    if c[RAW] == 0:
        symmetries = canonical(t, x)
        fingerprint(t, offset(out, FINGERPRINTS + 2 * n))
    out[ORIGINS + n] = origin
    out[KINDS + n] = action | symmetries << ACTION_BITS
    c[COUNT] = n + 1


def keep(s: ptr, t: ptr, parent: int, action: int, ways: int, out: ptr, c: ptr, x: ptr) -> ptr:
    """Count the successor t, which was made in so many ways; keep it where it is within the constraints. Returns where
    the next one goes."""
    c[EDGE] += 1
    c[GENERATED + action] += ways
    changed = stack(WORDS)
    for k in range(WORDS):
        changed[k] = s[k] ^ t[k]
    inside = c[RAW] != 0 or (within(t, changed, x) and allowed(s, t, x))
    forbidden = 0
    if x[0] == 0 and c[RAW] == 0:
        forbidden = disallowed(s, t, x)
    if x[0] == 0 and inside:
        add(t, parent | c[EDGE] << PARENT_BITS, action, out, c, x)
        t = offset(t, WORDS)
    elif x[0] == 0:
        number = broken(t, changed, x)
        if x[0] == 0 and number != 0:
            note(VIOLATED, parent, c[EDGE], number, c)
    if x[0] != 0:
        note(FAILED, parent, c[EDGE], x[0], c)
        return t
    if forbidden != 0:
        note(VIOLATED, parent, c[EDGE], forbidden, c)
    copy(s, t)
    return t


def expand_row(s: ptr, parent: int, out: ptr, c: ptr, x: ptr) -> None:
    """Add the successors of s to a part of a batch; what should stop the search is noted in c."""
    t = offset(out, c[COUNT] * WORDS)
    c[EDGE] = 0
    c[WAYS] = 0
    copy(s, t)
    expand(s, t, parent, out, c, x)
    if x[0] != 0:
        if c[STOP] != FAILED or c[STOP_PARENT] != parent or c[STOP_EDGE] != c[EDGE]:
            note(BLOCKED, parent, c[EDGE] - c[WAYS] + 1, x[0], c)
        x[0] = 0
    elif c[EDGE] == 0 and c[DEADLOCK] != 0:
        note(STUCK, parent, 0, 0, c)


def keep_initial(t: ptr, binding: int, ways: int, out: ptr, c: ptr, x: ptr) -> ptr:
    """Count the initial state t, which a binding makes in so many ways, and look at it; keep it where it is within the
    constraints. Returns where the next one goes."""
    edge = c[EDGE]
    c[EDGE] = edge + 1
    c[GENERATED + INIT] += ways
    number = 0
    inside = True
    if c[RAW] == 0:
        number = broken(t, EVERYTHING, x)
        inside = within(t, EVERYTHING, x)
        if inside:
            witnessed(t, x)
    if x[0] == 0 and inside:
        add(t, binding | edge << PARENT_BITS, INIT, out, c, x)
        t = offset(t, WORDS)
    if x[0] != 0:
        note(FAILED, binding, edge, x[0], c)
    elif number != 0:
        note(VIOLATED, binding, edge, number, c)
    return t


def start(binding: int, out: ptr, c: ptr, x: ptr) -> None:
    """Add the initial states of a binding to a part of a batch; what should stop the search is noted in c."""
    c[EDGE] = 0
    initial(binding, offset(out, c[COUNT] * WORDS), out, c, x)
    if x[0] != 0:
        if c[STOP] != FAILED or c[STOP_PARENT] != binding:
            note(FAILED, binding, 0, x[0], c)
        x[0] = 0


@entry
def initial_rows(first: int, count: int, out: ptr, c: ptr) -> None:
    """Fill a part of a batch with the initial states of so many bindings, up to one that cannot be evaluated."""
    x = stack(SCRATCH)
    c[COUNT] = 0
    for k in range(first, first + count):
        if c[STOP] == OK:
            start(k, out, c, x)


@entry
def expand_rows(rows: ptr, count: int, out: ptr, c: ptr) -> None:
    """Fill a part of a batch with the successors of some states."""
    x = stack(SCRATCH)
    c[COUNT] = 0
    for k in range(count):
        expand_row(offset(rows, k * WORDS), k, out, c, x)
