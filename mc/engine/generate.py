"""The generated module of a spec and model: its definitions, and the loops that apply them to states."""

from __future__ import annotations

import math
from typing import Any

from mc.engine.layout import Layout
from mc.engine.predicates import broken, predicate_body, within, witnessed
from mc.engine.shapes import BagShape, SetShape
from mc.engine.symmetry import Symmetry
from mc.engine.translate.module import Module
from mc.engine.translate.places import Place
from mc.engine.translate.values import Const, StateRef, Stored
from mc.engine.words import BATCH, FINGERPRINTS_PER_LINE, LINE, NUMBERS, ROW_BITS
from mc.errors import SpecError
from mc.spec.objects import Parameter, Spec

HEADER = '''"""Generated from {spec}, model {model}. Words of a state: {words}.

{layout}
"""

'''

LOOPS = '''def note(stop: int, parent: int, edge: int, invariant: int, c: ptr) -> None:
    """Remember the reason to stop that comes first in the order of parents and edges."""
    if c[STOP] == OK or parent < c[STOP_PARENT] or (parent == c[STOP_PARENT] and edge < c[STOP_EDGE]):
        c[STOP] = stop
        c[STOP_PARENT] = parent
        c[STOP_EDGE] = edge
        c[STOP_INVARIANT] = invariant


def keep(s: ptr, t: ptr, parent: int, action: int, out: ptr, c: ptr, x: ptr) -> ptr:
    """Count the successor t; keep it where it is within the constraints. Returns where the next one goes."""
    c[EDGE] += 1
    c[GENERATED + action] += 1
    changed = stack(WORDS)
    for k in range(WORDS):
        changed[k] = s[k] ^ t[k]
    inside = c[RAW] != 0 or within(t, changed, x)
    if x[0] == 0 and inside:
        n = c[COUNT]
        symmetries = 1
        if c[RAW] == 0:
            symmetries = canonical(t, x)
            words = offset(out, FINGERPRINTS + 2 * n)
            fingerprint(t, words)
            if c[SHARES] != 0:
                deal(n, words[1], offset(out, LISTS), STRIDE, c[SHARES])
        out[ORIGINS + n] = parent | c[EDGE] << PARENT_BITS
        out[KINDS + n] = action | symmetries << ACTION_BITS
        c[COUNT] = n + 1
        t = offset(t, WORDS)
    elif x[0] == 0:
        number = broken(t, changed, x)
        if x[0] == 0 and number != 0:
            note(VIOLATED, parent, c[EDGE], number, c)
    if x[0] != 0:
        note(FAILED, parent, c[EDGE], 0, c)
        return t
    copy(s, t)
    return t


{expand}


def expand_row(s: ptr, parent: int, out: ptr, c: ptr, x: ptr) -> None:
    """Add the successors of s to a batch; what should stop the search is noted in c."""
    t = offset(out, c[COUNT] * WORDS)
    c[EDGE] = 0
    copy(s, t)
    expand(s, t, parent, out, c, x)
    if x[0] != 0:
        if c[STOP] != FAILED or c[STOP_PARENT] != parent or c[STOP_EDGE] != c[EDGE]:
            note(BLOCKED, parent, c[EDGE] + 1, 0, c)
        x[0] = 0
    elif c[EDGE] == 0 and c[DEADLOCK] != 0:
        note(STUCK, parent, 0, 0, c)


@entry
def expand_rows(rows: ptr, first: int, last: int, out: ptr, c: ptr) -> None:
    """Fill a batch with the successors of rows[first:last]."""
    x = stack(SCRATCH)
    c[COUNT] = 0
    for share in range(c[SHARES]):
        clear(offset(out, LISTS + share * STRIDE))
    for parent in range(first, last):
        expand_row(offset(rows, parent * WORDS), parent, out, c, x)


def check(s: ptr, origin: int, kind: int, c: ptr, x: ptr) -> None:
    """Count a new state and look at it; what should stop the search is noted in c."""
    c[GENERATED + ACTIONS + (kind & ACTION_MASK)] += 1
    c[ORBITS] += c[GROUP] // (kind >> ACTION_BITS)
    c[WITNESSES] |= witnessed(s, x)
    number = broken(s, EVERYTHING, x)
    if x[0] != 0:
        note(FAILED, origin & PARENT_MASK, origin >> PARENT_BITS, 0, c)
        x[0] = 0
    elif number != 0:
        note(VIOLATED, origin & PARENT_MASK, origin >> PARENT_BITS, number, c)


def next_new(lists: ptr, shares: int) -> int:
    """The number of the next new state of a batch: all lists are sorted; -1 where there is none. TRIED of each list
    counts those that were taken."""
    least = -1
    taken = lists
    for share in range(shares):
        listed = offset(lists, share * STRIDE)
        if listed[TRIED] < listed[NEW]:
            number = listed[NUMBERS + listed[TRIED]]
            if least < 0 or number < least:
                least = number
                taken = listed
    taken[TRIED] += 1
    return least


@entry
def collect(out: ptr, c: ptr, level: ptr, origins: ptr) -> None:
    """Move the new states of a batch to the next level, from c[NEXT] on, and check them."""
    x = stack(SCRATCH)
    n = c[NEXT]
    lists = offset(out, LISTS)
    for share in range(c[SHARES]):
        listed = offset(lists, share * STRIDE)
        listed[TRIED] = 0
    k = next_new(lists, c[SHARES])
    while k >= 0:
        s = offset(out, k * WORDS)
        copy(s, offset(level, n * WORDS))
        origins[n] = out[ORIGINS + k]
        n += 1
        check(s, out[ORIGINS + k], out[KINDS + k], c, x)
        k = next_new(lists, c[SHARES])
    c[NEXT] = n


@entry
def dive(
    todo: ptr, top: int, size: int, room: int, out: ptr, fresh: ptr8, directory: ptr, c: ptr, log: ptr
) -> int:
    """Depth-first: expand the state on top of the stack and push what is new, until the stack is empty, a
    buffer or a table is nearly full, or the search should stop. Rows of the stack: the state, its number, its
    depth. log[n]: the origin of state number n. At most room new states; returns the new top."""
    x = stack(SCRATCH)
    crowded = False
    while top > 0 and c[STOP] == OK and room > LIMIT and top + LIMIT < size and not crowded:
        top -= 1
        number = todo[top * (WORDS + 2) + WORDS]
        depth = todo[top * (WORDS + 2) + WORDS + 1]
        c[COUNT] = 0
        copy(offset(todo, top * (WORDS + 2)), offset(x, SCRATCH - WORDS))
        expand_row(offset(x, SCRATCH - WORDS), number, out, c, x)
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
            note(FAILED, k, 0, 0, c)
            return
        row[SYMMETRIES] = canonical(s, x)
        fingerprint(s, offset(row, FINGERPRINT))
'''


def generate(spec: Spec, layout: Layout, symmetry: Symmetry, exact: bool) -> str:
    """The source of the module; ``symmetry.generate(module)`` adds ``canonical``.

    ``exact``: the visited set compares whole states.
    """
    module = Module(spec, layout)
    expand = _expand(module)
    parts = [
        _copy(layout.words),
        _same(layout.words),
        _fingerprint(layout.words),
        within(module),
        broken(module),
        witnessed(module),
        symmetry.generate(module),
    ]
    lines = [
        f"    {name}: word {layout.offsets[name] // 64}, bit {layout.offsets[name] % 64}, {shape.bits} bits"
        for name, shape in layout.fields.items()
    ]
    header = HEADER.format(spec=spec.path.name, model=spec.model.name, words=layout.words, layout="\n".join(lines))
    capacity = BATCH * successor_limit(spec, layout) + 1
    constants = {
        "WORDS": layout.words,
        "EXACT": int(exact),
        # Slots of a line of the visited set, and the bits of a slot that are of the fingerprint.
        "PER_LINE": LINE if exact else FINGERPRINTS_PER_LINE,
        "TAG_MASK": -1 << ROW_BITS if exact else -1,
        "ACTIONS": len(spec.actions),
        "LIMIT": successor_limit(spec, layout),
        # A batch: its states, then their fingerprints (two words each), origins, kinds, and lists of them.
        "FINGERPRINTS": capacity * layout.words,
        "ORIGINS": capacity * (layout.words + 2),
        "KINDS": capacity * (layout.words + 3),
        "LISTS": capacity * (layout.words + 4),
        "STRIDE": capacity + NUMBERS,
        # The last words of the scratch memory hold a copy of the state that is expanded depth-first.
        "SCRATCH": module.scratch_words + layout.words,
    }
    # What has changed in a state of which nothing is known.
    everything = f"EVERYTHING = {[-1] * layout.words}"
    tables = [f"{name} = {list(numbers)}" for numbers, name in module.tables.items()]
    lines = [*(f"{name} = {value}" for name, value in constants.items()), everything, *tables]
    return "\n\n\n".join([header + "\n".join(lines), *module.functions, *parts, LOOPS.replace("{expand}", expand)])


def successor_limit(spec: Spec, layout: Layout) -> int:
    """An upper bound for the successors of one state."""
    total = 0
    for action in spec.actions:
        total += math.prod(_parameter_limit(p, layout) for p in action.parameters)
    return max(1, total)


def _parameter_limit(parameter: Parameter, layout: Layout) -> int:
    if parameter.variable is None:
        assert parameter.domain is not None
        return len(tuple(parameter.domain))
    shape = layout.fields[parameter.variable]
    return shape.distinct if isinstance(shape, BagShape) else len(getattr(shape, "values", ()))


def _copy(words: int) -> str:
    lines = "\n".join(f"    t[{k}] = s[{k}]" for k in range(words))
    return f'def copy(s: ptr, t: ptr) -> None:\n    """t becomes equal to s."""\n{lines}'


def _same(words: int) -> str:
    differences = " | ".join(f"s[{k}] ^ t[{k}]" for k in range(words))
    return f'def same(s: ptr, t: ptr) -> bool:\n    """Whether s equals t."""\n    return ({differences}) == 0'


#: Odd constants from the digits of the golden ratio: one per word, so that equal words mix differently.
_GOLDEN = 0x9E3779B97F4A7C15


def _fingerprint(words: int) -> str:
    """Each word is mixed on its own; the two words of the fingerprint are mixed from two sums of the results."""
    keys = [_GOLDEN * (2 * k + 1) & ((1 << 64) - 1) for k in range(words)]
    lines = [f"    w{k} = mix(s[{k}] ^ {key:#x})" for k, key in enumerate(keys)]
    sums = " + ".join(f"w{k}" for k in range(words))
    others = " + ".join(f"w{k} * {2 * k + 3}" for k in range(words))
    return "\n".join(
        [
            "def fingerprint(s: ptr, f: ptr) -> None:",
            '    """f[0] and f[1]: 128 bits of the whole state; f[0] is never 0."""',
            *lines,
            f"    f[0] = mix({sums})",
            f"    f[1] = mix({others})",
            "    if f[0] == 0:",
            "        f[0] = 1",
        ]
    )


def _expand(module: Module) -> str:
    spec, layout = module.spec, module.layout
    body = predicate_body(module)
    body.neutral = ""
    for number, action in enumerate(spec.actions):
        body.emit(f"# {action.name}({', '.join(p.name for p in action.parameters)})")
        body.scope = {}
        depth = body.depth
        loops = []
        arguments: list[Any] = [StateRef("s"), StateRef("t")]
        for parameter in action.parameters:
            if parameter.variable is not None:
                shape = layout.fields[parameter.variable]
                if not isinstance(shape, (BagShape, SetShape)):
                    raise SpecError(f"{action.name}: {parameter.name} cannot range over {parameter.variable}")
                collection: Any = Stored(Place("s").at(layout.offsets[parameter.variable]), shape)
            else:
                collection = Const(parameter.domain)
            loop = body.elements(collection, parameter.name)
            arguments.append(loop.__enter__())
            loops.append(loop)
        value = body.call(action.function, arguments, None)  # type: ignore[arg-type]
        enabled = str(bool(value.value)) if isinstance(value, Const) else body.truth(value)
        with body.block(f"if {enabled}:"):
            if action.update is not None:
                place = module.allocate(layout.words)
                body.emit(f"u = offset(x, {place})")
                body.emit("copy(t, u)")
                done = body.call(action.update, [StateRef("u"), StateRef("t")], None)  # type: ignore[arg-type]
                if not isinstance(done, Const):
                    body.emit(body.truth(done))
            # What could not be evaluated made no successor.
            with body.block("if x[0] == 0:"):
                body.emit(f"t = keep(s, t, parent, {number}, out, c, x)")
        with body.block("if x[0] != 0:"):
            body.emit("return")
        for loop in reversed(loops):
            loop.__exit__(None, None, None)
        assert body.depth == depth
    header = "def expand(s: ptr, t: ptr, parent: int, out: ptr, c: ptr, x: ptr) -> None:"
    title = '    """Next: every action with every binding of its parameters, in order."""'
    return "\n".join([header, title, *body.lines])
