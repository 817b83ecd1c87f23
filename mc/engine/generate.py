"""The generated module of a spec and model: its definitions, and the loops that apply them to states."""

from __future__ import annotations

import math
from typing import Any

from mc.engine.layout import Layout
from mc.engine.shapes import BagShape, SetShape
from mc.engine.symmetry import Symmetry
from mc.engine.translate.module import Module
from mc.engine.translate.places import Place
from mc.engine.translate.statements import Statements
from mc.engine.translate.values import Const, StateRef, Stored
from mc.errors import SpecError
from mc.spec.objects import Definition, Parameter, Spec

HEADER = '''"""Generated from {spec}, model {model}. Words of a state: {words}.

{layout}
"""

import numpy as np

from mc.engine.kernels import (
    ACTION_BITS,
    ACTION_MASK,
    COUNT,
    DEADLOCK,
    DEPTH,
    EDGE,
    FAILED,
    GENERATED,
    GROUP,
    NEXT,
    OK,
    ORBITS,
    PARENT_BITS,
    PARENT_MASK,
    RAW,
    STOP,
    STOP_EDGE,
    STOP_INVARIANT,
    STOP_PARENT,
    STUCK,
    VIOLATED,
    WITNESSES,
    entry,
    highest_bit,
    insert_one,
    jit,
    lowest_bit,
    mix,
    offset,
    pointer,
    popcount,
)

WORDS = {words}
'''

LOOPS = '''@jit
def note(stop, parent, edge, invariant, c):
    """Remember the first reason to stop."""
    if c[STOP] == OK:
        c[STOP] = stop
        c[STOP_PARENT] = parent
        c[STOP_EDGE] = edge
        c[STOP_INVARIANT] = invariant


@jit
def keep(s, t, parent, action, out, c, x):
    """Count the successor t; keep it where it is within the constraints. Returns where the next one goes."""
    c[EDGE] += 1
    c[GENERATED + action] += 1
    if c[RAW] != 0 or within(t, x):
        n = c[COUNT]
        symmetries = 1
        if c[RAW] == 0:
            symmetries = canonical(t, x)
            out.hashes[n] = fingerprint(t)
        out.origins[n] = parent | c[EDGE] << PARENT_BITS
        out.kinds[n] = action | symmetries << ACTION_BITS
        c[COUNT] = n + 1
        t = offset(t, WORDS)
    else:
        number = broken(t, x)
        if number != 0:
            note(VIOLATED, parent, c[EDGE], number, c)
    if x[0] != 0:
        note(FAILED, parent, c[EDGE], 0, c)
    copy(s, t)
    return t


@jit
def expand_row(s, parent, out, control, x):
    """Add the successors of s to a batch; what should stop the search is noted in control."""
    c = pointer(control, 0)
    t = pointer(out.states, c[COUNT] * WORDS)
    c[EDGE] = 0
    copy(s, t)
    expand(s, t, parent, out, c, x)
    if x[0] != 0:
        note(FAILED, parent, 0, 0, c)
        x[0] = 0
    elif c[EDGE] == 0 and c[DEADLOCK] != 0:
        note(STUCK, parent, 0, 0, c)


@entry
def expand_rows(rows, first, last, out, control):
    """Fill a batch with the successors of rows[first:last]."""
    scratch = np.zeros(SCRATCH, np.int64)
    x = pointer(scratch, 0)
    control[COUNT] = 0
    for parent in range(first, last):
        expand_row(pointer(rows, parent * WORDS), parent, out, control, x)


@jit
def check(s, origin, kind, control, x):
    """Count a new state and look at it; what should stop the search is noted in control."""
    c = pointer(control, 0)
    c[GENERATED + ACTIONS + (kind & ACTION_MASK)] += 1
    c[ORBITS] += c[GROUP] // (kind >> ACTION_BITS)
    c[WITNESSES] |= witnessed(s, x)
    number = broken(s, x)
    if x[0] != 0:
        note(FAILED, origin & PARENT_MASK, origin >> PARENT_BITS, 0, c)
        x[0] = 0
    elif number != 0:
        note(VIOLATED, origin & PARENT_MASK, origin >> PARENT_BITS, number, c)


@entry
def collect(out, count, control, level, origins):
    """Move the new states of a batch to the next level, from control[NEXT] on, and check them."""
    scratch = np.zeros(SCRATCH, np.int64)
    x = pointer(scratch, 0)
    n = control[NEXT]
    for k in range(count):
        if out.fresh[k] != 0:
            s = pointer(out.states, k * WORDS)
            copy(s, pointer(level, n * WORDS))
            origins[n] = out.origins[k]
            n += 1
            check(s, out.origins[k], out.kinds[k], control, x)
    control[NEXT] = n


@entry
def dive(stack, top, room, out, table, control, log):
    """Depth-first: expand the state on top of the stack and push what is new, until the stack is empty, a
    buffer is nearly full, or the search should stop. Rows of the stack: the state, its number, its depth.
    log[n]: the origin of state number n. Returns the new top; room counts down the states still allowed."""
    scratch = np.zeros(SCRATCH, np.int64)
    x = pointer(scratch, 0)
    while top > 0 and control[STOP] == OK and room > LIMIT and (top + LIMIT) * (WORDS + 2) < stack.size:
        top -= 1
        number, depth = stack[top * (WORDS + 2) + WORDS], stack[top * (WORDS + 2) + WORDS + 1]
        control[COUNT] = 0
        expand_row(pointer(stack, top * (WORDS + 2)), number, out, control, x)
        count = control[COUNT]
        for k in range(count):
            out.fresh[k] = insert_one(table, out.hashes[k])
            if out.fresh[k] != 0:
                log[control[NEXT]] = out.origins[k]
                out.hashes[k] = np.uint64(control[NEXT])
                control[NEXT] += 1
                room -= 1
                check(pointer(out.states, k * WORDS), out.origins[k], out.kinds[k], control, x)
        for k in range(count - 1, -1, -1):
            if out.fresh[k] != 0:
                copy(pointer(out.states, k * WORDS), pointer(stack, top * (WORDS + 2)))
                stack[top * (WORDS + 2) + WORDS] = np.int64(out.hashes[k])
                stack[top * (WORDS + 2) + WORDS + 1] = depth + 1
                control[DEPTH] = max(control[DEPTH], depth + 1)
                top += 1
    return top


@entry
def inspect(rows, count, out, control):
    """For each of some states: fingerprint, stabiliser, whether it is within the constraints (fresh), and
    which invariant it breaks (origins). rows become canonical. Stops at a state that cannot be evaluated."""
    scratch = np.zeros(SCRATCH, np.int64)
    x = pointer(scratch, 0)
    for k in range(count):
        s = pointer(rows, k * WORDS)
        out.fresh[k] = within(s, x)
        out.origins[k] = broken(s, x)
        control[WITNESSES] |= witnessed(s, x) if out.fresh[k] else 0
        out.kinds[k] = canonical(s, x)
        out.hashes[k] = fingerprint(s)
        if x[0] != 0:
            control[STOP] = FAILED
            control[STOP_PARENT] = k
            return
'''


def generate(spec: Spec, layout: Layout, symmetry: Symmetry) -> str:
    """The source of the module; ``symmetry.generate(module)`` adds ``canonical``."""
    module = Module(spec, layout)
    expand = _expand(module)
    parts = [
        _copy(layout.words),
        _fingerprint(layout.words),
        _predicates(module, "within", spec.constraints),
        _broken(module),
        _witnessed(module),
        symmetry.generate(module),
    ]
    lines = [
        f"    {name}: word {layout.offsets[name] // 64}, bit {layout.offsets[name] % 64}, {shape.bits} bits"
        for name, shape in layout.fields.items()
    ]
    header = HEADER.format(spec=spec.path.name, model=spec.model.name, words=layout.words, layout="\n".join(lines))
    tables = [f"{name} = np.array({list(numbers)}, dtype=np.int64)" for numbers, name in module.tables.items()]
    constants = [f"ACTIONS = {len(spec.actions)}", f"SCRATCH = {module.scratch_words}", f"LIMIT = {successor_limit(spec, layout)}"]
    body = "\n\n\n".join([*module.functions, *parts, LOOPS.replace("@jit\ndef expand_row", expand + "\n\n\n@jit\ndef expand_row")])
    return header + "\n".join([*constants, *tables]) + "\n\n\n" + body


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
    return f'@jit\ndef copy(s, t):\n    """t becomes equal to s."""\n{lines}'


#: Odd constants from the digits of the golden ratio: one per word, so that equal words mix differently.
_GOLDEN = 0x9E3779B97F4A7C15


def _fingerprint(words: int) -> str:
    terms = []
    for k in range(words):
        key = _GOLDEN * (2 * k + 1) & ((1 << 64) - 1)
        terms.append(f"mix(np.uint64(s[{k}]) ^ np.uint64({key:#x}))")
    total = " + ".join(terms)
    return (
        f'@jit\ndef fingerprint(s):\n    """64 bits of the whole state, never 0."""\n'
        f"    h = mix({total})\n    return h if h != 0 else np.uint64(1)"
    )


def _function(module: Module, name: str, doc: str, body: Statements) -> str:
    return "\n".join([f"@jit\ndef {name}(s, x):", f'    """{doc}"""', *body.lines])


def _body(module: Module) -> Statements:
    body = Statements(module, str(module.spec.path), "0")
    body.mutable = {}
    body.taken.update(s=1, t=1, x=1)
    return body


def _holds(body: Statements, definition: Definition) -> Any:
    """Translate a state predicate; a Boolean expression, or a constant."""
    body.scope = {}
    value = body.call(definition.function, [StateRef("s")], None)  # type: ignore[arg-type]
    return value.value if isinstance(value, Const) else body.truth(value)


def _predicates(module: Module, name: str, definitions: tuple[Definition, ...]) -> str:
    body = _body(module)
    body.neutral = "False"
    for definition in definitions:
        holds = _holds(body, definition)
        if holds is not True:
            with body.block(f"if not {holds}:"):
                body.emit("return False")
    body.emit("return True")
    return _function(module, name, "Whether s satisfies the constraints.", body)


def _broken(module: Module) -> str:
    body = _body(module)
    for number, definition in enumerate(module.spec.invariants, 1):
        holds = _holds(body, definition)
        if holds is not True:
            with body.block(f"if not {holds}:"):
                body.emit(f"return {number}")
    body.emit("return 0")
    return _function(module, "broken", "Number of the first invariant, from 1, that s violates; 0: none.", body)


def _witnessed(module: Module) -> str:
    body = _body(module)
    body.emit("seen = 0")
    body.taken["seen"] = 1
    for number, definition in enumerate(module.spec.witnesses):
        holds = _holds(body, definition)
        if holds is not False:
            with body.block(f"if {holds}:"):
                body.emit(f"seen |= {1 << number}")
    body.emit("return seen")
    return _function(module, "witnessed", "Bit set of the witnesses that s satisfies.", body)


def _expand(module: Module) -> str:
    spec, layout = module.spec, module.layout
    body = _body(module)
    body.neutral = "None"
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
        enabled = "True" if isinstance(value, Const) else body.truth(value)
        with body.block(f"if {enabled}:"):
            if action.update is not None:
                place = module.allocate(layout.words)
                body.emit(f"u = offset(x, {place})")
                body.emit("copy(t, u)")
                done = body.call(action.update, [StateRef("u"), StateRef("t")], None)  # type: ignore[arg-type]
                if not isinstance(done, Const):
                    body.emit(body.truth(done))
            body.emit(f"t = keep(s, t, parent, {number}, out, c, x)")
        with body.block("if x[0] != 0:"):
            body.emit("return")
        for loop in reversed(loops):
            loop.__exit__(None, None, None)
        assert body.depth == depth
    text = '@jit\ndef expand(s, t, parent, out, c, x):\n    """Next: every action with every binding of its parameters, in order."""\n'
    return text + "\n".join(body.lines)
