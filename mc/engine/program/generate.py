"""The generated module of a spec and model: its definitions, and what ``mc.engine.runtime.loops`` asks of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack

from mc.dataclass import dataclass
from mc.engine.code.build import call, computed, pointer, tested, total, union_of_words, variable
from mc.engine.code.nodes import Type, number
from mc.engine.code.statements import Assign, Do, For, Function, If, Note, Return, Statement, Store
from mc.engine.program.initial import initial
from mc.engine.program.predicates import PRIMED, STATE, allowed, broken, disallowed, successor_body, within, witnessed
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
    WAYS,
)
from mc.engine.store.layout import STACK, Layout
from mc.engine.store.places import UNROLLED
from mc.engine.store.shapes import BagShape, SetShape
from mc.engine.symmetry.symmetry import Symmetry
from mc.engine.translate.expressions import variable_of
from mc.engine.translate.filters import decide, guards
from mc.engine.translate.kinds import most_elements, natural_shape
from mc.engine.translate.module import Module
from mc.engine.translate.values import Const, StateRef, Value
from mc.engine.translate.ways import Ways
from mc.engine.translate.writer import SCRATCH
from mc.errors import SpecError
from mc.spec.objects import Action, Spec

#: Words that stand beside a state in a batch: its fingerprint (two), origin, kind and number.
BESIDE = 5
#: Bytes that a process can have at different addresses, or half of them.
ADDRESSES = 1 << 46

HEADER = '''"""Generated from {spec}, model {model}; compiled with the kernels of mc/engine.

Words of a state: {words}.

{layout}
"""

'''


@dataclass(frozen=True)
class Generated:
    """A generated module."""

    #: What it says of itself.
    header: str
    constants: Mapping[str, int]
    tables: Mapping[str, Sequence[int]]
    functions: Sequence[Function]
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
    functions = [
        _copy(layout.words),
        _same(layout.words),
        _fingerprint(layout.words),
        within(module),
        broken(module),
        allowed(module),
        disallowed(module),
        witnessed(module),
        begin,
        *symmetry.generate(module),
        expand,
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
    constants = {name: value for name, value in module.constants.items() if isinstance(value, int)}
    tables = {name: value for name, value in module.constants.items() if not isinstance(value, int)}
    tables |= {name: list(numbers) for numbers, name in module.tables.items()}
    functions = [*module.functions, *functions]
    return Generated(header, constants, tables, functions, tuple(module.failures), limit, starts)


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
    room = max(1, sum(rooms.values()))
    if room >= MOST_SUCCESSORS or PARTS * room * 8 * (layout.words + BESIDE) > ADDRESSES:
        largest = max(rooms, key=lambda name: rooms[name])
        place = spec.formulas.of(next(a.function for a in spec.actions if a.name == largest)).place
        raise SpecError(
            f"a state of {8 * layout.words:,} bytes may have {room:,} successors, {rooms[largest]:,} of them by "
            f"{largest}: too many; let parameters range over smaller sets, or give those sets a capacity",
            place.file,
            place.line,
        )
    return room


def part_size(limit: int, state_words: int) -> int:
    """How many parents a part of a batch takes, where each has at most ``limit`` successors."""
    return max(1, min(PART, BATCH_BYTES // (PARTS * limit * 8 * (state_words + BESIDE))))


def control_words(spec: Spec) -> int:
    """Words of a control array. The last ones are not used, so that threads can use those before and after it."""
    return GENERATED + 2 * (len(spec.actions) + 1) + LINE


_STATES = {"s": Type.POINTER, "t": Type.POINTER}


def _copy(words: int) -> Function:
    body: list[Statement]
    if words > UNROLLED:
        body = [Do(call("copy_words", STATE, PRIMED, words, type=Type.NOTHING))]
    else:
        body = [Store(PRIMED, number(k), STATE[k]) for k in range(words)]
    return Function("copy", _STATES, Type.NOTHING, body, "t becomes equal to s.")


def _same(words: int) -> Function:
    if words > UNROLLED:
        same = tested("same_words", STATE, PRIMED, words)
    else:
        same = union_of_words(STATE[k] ^ PRIMED[k] for k in range(words)).eq(0)
    return Function("same", _STATES, Type.BIT, [Return(same)], "Whether s equals t.")


#: Odd constants from the digits of the golden ratio: one per word, so that equal words mix differently.
_GOLDEN = 0x9E3779B97F4A7C15


def _fingerprint(words: int) -> Function:
    """Each word is mixed on its own; the two words of the fingerprint are mixed from two sums of the results."""
    body: list[Statement]
    if words > UNROLLED:
        sums, others, w, k = map(variable, ("total", "weighted", "w", "k"))
        in_turn: list[Statement] = [
            Assign("w", computed("mix", STATE[k] ^ (2 * k + 1) * _GOLDEN)),
            Assign("total", sums + w),
            Assign("weighted", others + w * (2 * k + 3)),
        ]
        body = [
            Assign("total", number(0)),
            Assign("weighted", number(0)),
            For("k", "range", (number(words),), in_turn),
        ]
    else:
        mixed = [variable(f"w{k}") for k in range(words)]
        body = [Assign(w.name, computed("mix", STATE[k] ^ _GOLDEN * (2 * k + 1))) for k, w in enumerate(mixed)]
        sums, others = total(mixed), total(w * (2 * k + 3) for k, w in enumerate(mixed))
    found = pointer("f")
    body += [
        Store(found, number(0), computed("mix", sums)),
        Store(found, number(1), computed("mix", others)),
        If(found[0].eq(0), [Store(found, number(0), number(1))]),
    ]
    title = "f[0] and f[1]: 128 bits of the whole state; f[0] is never 0."
    return Function("fingerprint", {"s": Type.POINTER, "f": Type.POINTER}, Type.NOTHING, body, title)


def _expand(module: Module) -> tuple[Function, int]:
    """``expand``, and how many successors a state has, at most."""
    spec, layout = module.spec, module.layout
    body = successor_body(module)
    ways = Ways(body)
    body.taken["parent"] = 1
    parent, updating, out, counts = variable("parent"), pointer("u"), pointer("out"), pointer("c")
    rooms: dict[str, int] = {}
    for ordinal, action in enumerate(spec.actions):
        body.emit(Note(f"{action.name}({', '.join(p.name for p in action.parameters)})"))
        definition = spec.formulas.of(action.function)
        chooses = any(
            module.facts.definition(spec.formulas.of(function)).chooses
            for function in (action.function, action.update)
            if function is not None
        )
        body.state, body.primed, body.scope = StateRef(STATE), StateRef(PRIMED), {}
        body.at(definition)

        def made(ordinal: int = ordinal, name: str = action.name, chooses: bool = chooses) -> None:
            rooms[name] = rooms.get(name, 0) + ways.room
            # What could not be evaluated made no successor.
            with body.when(SCRATCH[0].eq(0)):
                given = STATE, PRIMED, parent, ordinal, ways.product, out, counts, SCRATCH
                body.assign(PRIMED, call("keep", *given, type=Type.POINTER))
                if chooses:
                    body.store(counts, WAYS, counts[WAYS] + 1)

        def updated(action: Action = action, made: Callable[[], None] = made) -> None:
            if action.update is None:
                made()
                return
            body.assign(updating, SCRATCH.offset(module.allocate(layout.words)))
            body.do("copy", PRIMED, updating)
            body.state = StateRef(updating)
            ways.walk(spec.formulas.of(action.update), (), made)
            body.state = StateRef(STATE)

        with ExitStack() as loops:
            arguments, room = [], 1
            for parameter, name in zip(action.parameters, definition.parameters, strict=True):
                collection: Value = Const(parameter.domain)
                if parameter.variable is not None:
                    collection = variable_of(body, StateRef(STATE), parameter.variable)
                    if not isinstance(natural_shape(body, collection), (BagShape, SetShape)):
                        what = f"{action.name}: {parameter.name} cannot range over {parameter.variable}"
                        raise SpecError(what, *spec.declaration(spec.next_name))
                room *= most_elements(body, collection)
                chosen = decide(body, collection, name, guards(definition.tree))
                body.scope[name] = loops.enter_context(body.elements(collection, parameter.name, chosen))
                arguments.append(body.scope[name])
            if chooses:
                body.store(counts, WAYS, 0)
            ways.begin(room)
            ways.walk(definition, arguments, updated)
            with body.when(SCRATCH[0].ne(0)):
                body.leave()
            if chooses:
                body.store(counts, WAYS, 0)
    parameters = {**_STATES, "parent": Type.WORD, **dict.fromkeys(("out", "c", "x"), Type.POINTER)}
    title = "Next: every action with every binding of its parameters, in order."
    return body.function("expand", parameters, Type.NOTHING, title), _check_room(module, rooms)
