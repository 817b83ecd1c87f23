"""The generated module of a spec and model: its definitions, and what ``mc.engine.runtime.loops`` asks of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from mc.engine.program.initial import initial
from mc.engine.program.predicates import broken, successor_body, within, witnessed
from mc.engine.result import Unevaluable
from mc.engine.runtime.words import (
    BATCH_BYTES,
    FINGERPRINTS_PER_LINE,
    GENERATED,
    LINE,
    LIST,
    MOST_SUCCESSORS,
    PART,
    PARTS,
    ROW_BITS,
    SHARES,
)
from mc.engine.store.layout import STACK, Layout
from mc.engine.store.places import UNROLLED
from mc.engine.store.shapes import BagShape, SetShape
from mc.engine.symmetry.symmetry import Symmetry
from mc.engine.translate.expressions import variable_of
from mc.engine.translate.filters import decide, guards
from mc.engine.translate.kinds import natural_shape
from mc.engine.translate.module import Module
from mc.engine.translate.values import Const, StateRef, Value
from mc.engine.translate.ways import Ways
from mc.errors import SpecError
from mc.lang.enumeration import count
from mc.spec.objects import Action, Parameter, Spec

#: Words that stand beside a state in a batch: its fingerprint (two), origin, kind and number.
BESIDE = 5
#: Bytes that a process can have at different addresses, or half of them.
ADDRESSES = 1 << 46

HEADER = '''"""Generated from {spec}, model {model}; compiled with kernels.py, successors.py and loops.py of mc/engine.

Words of a state: {words}.

{layout}
"""

'''


@dataclass(frozen=True)
class Generated:
    """A generated module."""

    source: str
    #: The failures whose numbers are in it.
    failures: tuple[Unevaluable, ...]
    #: How many successors a state has, and a binding of Init initial states, at most.
    successors: int
    starts: int


def generate(spec: Spec, layout: Layout, symmetry: Symmetry, exact: bool) -> Generated:
    """The module of a spec and model; ``symmetry.generate(module)`` adds ``canonical``.

    ``exact``: the visited set compares whole states.
    """
    module = Module(spec, layout)
    expand, successors = _expand(module)
    begin, starts = initial(module)
    parts = [
        _copy(layout.words),
        _same(layout.words),
        _fingerprint(layout.words),
        within(module),
        broken(module),
        witnessed(module),
        begin,
        symmetry.generate(module),
    ]
    lines = [
        f"    {name}: word {layout.offsets[name] // 64}, bit {layout.offsets[name] % 64}, {shape.bits} bits"
        for name, shape in layout.fields.items()
    ]
    header = HEADER.format(spec=spec.path.name, model=spec.model.name, words=layout.words, layout="\n".join(lines))
    _check_width(module)
    limit = max(successors, starts)
    # A part of a batch has room for all successors of so many parents, and for the one that is tried next.
    capacity = part_size(limit, layout.words) * limit + 1
    module.constants |= {
        "WORDS": layout.words,
        "EXACT": int(exact),
        # Slots of a line of the visited set, and the bits of a slot that are of the fingerprint.
        "PER_LINE": LINE if exact else FINGERPRINTS_PER_LINE,
        "TAG_MASK": -1 << ROW_BITS if exact else -1,
        # Init counts as one more action, after the others.
        "INIT": len(spec.actions),
        "LIMIT": limit,
        # A part: its states, then their fingerprints (two words each), origins, kinds, numbers, and lists of these.
        "FINGERPRINTS": capacity * layout.words,
        "ORIGINS": capacity * (layout.words + 2),
        "KINDS": capacity * (layout.words + 3),
        "NUMBERS": capacity * (layout.words + 4),
        "LISTS": capacity * (layout.words + 5),
        "PART_WORDS": capacity * (layout.words + BESIDE) + SHARES * LIST,
        "CONTROL": control_words(spec),
        # The last words of the scratch memory hold a copy of the state that is expanded depth-first.
        "SCRATCH": module.scratch_words + layout.words,
        # What has changed in a state of which nothing is known.
        "EVERYTHING": [-1] * layout.words,
    }
    tables = {name: list(numbers) for numbers, name in module.tables.items()}
    lines = [f"{name} = {value}" for name, value in {**module.constants, **tables}.items()]
    source = "\n\n\n".join([header + "\n".join(lines), *module.functions, *parts, expand])
    return Generated(source, tuple(module.failures), limit, starts)


def _check_width(module: Module) -> None:
    """:class:`SpecError` where a state, and what is computed from one, takes more memory than a thread has for it."""
    layout = module.layout
    taken = 8 * (module.scratch_words + 2 * layout.words)
    if taken > STACK:
        largest = max(layout.fields, key=lambda name: layout.fields[name].bits)
        raise SpecError(
            f"a state takes {8 * layout.words:,} bytes, {layout.fields[largest].words * 8:,} of them the variable "
            f"{largest}, and its successors {taken:,} while they are computed; at most {STACK:,} are supported: "
            f"make the domain of {largest} smaller",
            *module.spec.declaration(largest),
        )


def _check_room(module: Module, rooms: dict[str, int]) -> int:
    """How many successors a state has at most, by action; :class:`SpecError` where there may be too many."""
    spec, layout = module.spec, module.layout
    total = max(1, sum(rooms.values()))
    if total >= MOST_SUCCESSORS or PARTS * total * 8 * (layout.words + BESIDE) > ADDRESSES:
        largest = max(rooms, key=lambda name: rooms[name])
        place = spec.formulas.of(next(a.function for a in spec.actions if a.name == largest)).place
        raise SpecError(
            f"a state of {8 * layout.words:,} bytes may have {total:,} successors, {rooms[largest]:,} of them by "
            f"{largest}: too many; let parameters range over smaller sets, or give those sets a capacity",
            place.file,
            place.line,
        )
    return total


def part_size(limit: int, state_words: int) -> int:
    """How many parents a part of a batch takes, where each has at most ``limit`` successors."""
    return max(1, min(PART, BATCH_BYTES // (PARTS * limit * 8 * (state_words + BESIDE))))


def control_words(spec: Spec) -> int:
    """Words of a control array. The last ones are not used, so that threads can use those before and after it."""
    return GENERATED + 2 * (len(spec.actions) + 1) + LINE


def _parameter_limit(parameter: Parameter, layout: Layout) -> int:
    if parameter.variable is None:
        assert parameter.domain is not None
        return count(parameter.domain)
    shape = layout.fields[parameter.variable]
    if isinstance(shape, SetShape):
        return len(shape.values) if shape.capacity is None else shape.capacity
    return shape.distinct if isinstance(shape, BagShape) else 0


def _copy(words: int) -> str:
    lines = "\n".join(f"    t[{k}] = s[{k}]" for k in range(words))
    if words > UNROLLED:
        lines = f"    copy_words(s, t, {words})"
    return f'def copy(s: ptr, t: ptr) -> None:\n    """t becomes equal to s."""\n{lines}'


def _same(words: int) -> str:
    same = f"({' | '.join(f's[{k}] ^ t[{k}]' for k in range(words))}) == 0"
    if words > UNROLLED:
        same = f"same_words(s, t, {words})"
    return f'def same(s: ptr, t: ptr) -> bool:\n    """Whether s equals t."""\n    return {same}'


#: Odd constants from the digits of the golden ratio: one per word, so that equal words mix differently.
_GOLDEN = 0x9E3779B97F4A7C15


def _fingerprint(words: int) -> str:
    """Each word is mixed on its own; the two words of the fingerprint are mixed from two sums of the results."""
    if words > UNROLLED:
        lines = [
            "    total = 0",
            "    weighted = 0",
            f"    for k in range({words}):",
            f"        w = mix(s[k] ^ (2 * k + 1) * {_GOLDEN:#x})",
            "        total += w",
            "        weighted += w * (2 * k + 3)",
        ]
        sums, others = "total", "weighted"
    else:
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


def _expand(module: Module) -> tuple[str, int]:
    """The source of ``expand``, and how many successors a state has, at most."""
    spec, layout = module.spec, module.layout
    body = successor_body(module)
    ways = Ways(body)
    body.taken["parent"] = 1
    rooms: dict[str, int] = {}
    for number, action in enumerate(spec.actions):
        body.emit(f"# {action.name}({', '.join(p.name for p in action.parameters)})")
        definition = spec.formulas.of(action.function)
        chooses = any(
            module.facts.definition(spec.formulas.of(function)).chooses
            for function in (action.function, action.update)
            if function is not None
        )
        body.state, body.primed, body.scope = StateRef("s"), StateRef("t"), {}
        body.at(definition)

        def made(number: int = number, name: str = action.name, chooses: bool = chooses) -> None:
            rooms[name] = rooms.get(name, 0) + ways.room
            # What could not be evaluated made no successor.
            with body.block("if x[0] == 0:"):
                body.emit(f"t = keep(s, t, parent, {number}, {ways.product}, out, c, x)")
                if chooses:
                    body.emit("c[WAYS] += 1")

        def updated(action: Action = action, made: Callable[[], None] = made) -> None:
            if action.update is None:
                made()
                return
            body.emit(f"u = offset(x, {module.allocate(layout.words)})")
            body.emit("copy(t, u)")
            body.state = StateRef("u")
            ways.walk(spec.formulas.of(action.update), (), made)
            body.state = StateRef("s")

        with ExitStack() as loops:
            arguments = []
            for parameter, name in zip(action.parameters, definition.parameters, strict=True):
                collection: Value = Const(parameter.domain)
                if parameter.variable is not None:
                    collection = variable_of(body, StateRef("s"), parameter.variable)
                    if not isinstance(natural_shape(body, collection), (BagShape, SetShape)):
                        what = f"{action.name}: {parameter.name} cannot range over {parameter.variable}"
                        raise SpecError(what, *spec.declaration(spec.next_name))
                chosen = decide(body, collection, name, guards(definition.tree))
                body.scope[name] = loops.enter_context(body.elements(collection, parameter.name, chosen))
                arguments.append(body.scope[name])
            if chooses:
                body.emit("c[WAYS] = 0")
            ways.begin(math.prod(_parameter_limit(p, layout) for p in action.parameters))
            ways.walk(definition, arguments, updated)
            with body.block("if x[0] != 0:"):
                body.emit("return")
            if chooses:
                body.emit("c[WAYS] = 0")
    header = "def expand(s: ptr, t: ptr, parent: int, out: ptr, c: ptr, x: ptr) -> None:"
    title = '    """Next: every action with every binding of its parameters, in order."""'
    return "\n".join([header, title, *body.lines]), _check_room(module, rooms)
