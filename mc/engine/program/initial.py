"""Generated code for Init: the state that a binding of the parameters of one of its rows makes, by its number.

Bindings are numbered as in ``mc.spec.objects.Spec``. So any part of them can be gone through at any time, by any
thread, and one initial state can be made again without the others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from mc.engine.code.build import call, pointer, variable
from mc.engine.code.nodes import Type, Word, number, word
from mc.engine.code.statements import Function, While
from mc.engine.program.predicates import PRIMED, successor_body
from mc.engine.runtime.words import PARENT_MASK
from mc.engine.store.places import Place
from mc.engine.store.shapes import (
    AtomShape,
    FnShape,
    IntShape,
    RecordShape,
    SeqShape,
    SetShape,
    Shape,
    SortedSetShape,
    UnionShape,
)
from mc.engine.store.slots import PAYLOAD
from mc.engine.store.storage import shape_of
from mc.engine.translate.codes import as_truth, named
from mc.engine.translate.convert import add_element, clear, put
from mc.engine.translate.module import Module
from mc.engine.translate.sets import common_shape
from mc.engine.translate.values import Const, StateRef, Stored, Truth, Value, num_of, of_code
from mc.engine.translate.ways import Ways
from mc.engine.translate.writer import SCRATCH, Writer
from mc.errors import SpecError
from mc.formula.nodes import Call, Definition
from mc.lang.composites import Record, Seq, Set, Union
from mc.lang.domains import Bool, Domain, Fn, Listed, Optional, Range
from mc.lang.enumeration import count, largest, nth
from mc.lang.state import State
from mc.spec.objects import is_condition

_ASKED = {"number": Type.WORD, **dict.fromkeys(("t", "out", "c", "x"), Type.POINTER)}


def initial(module: Module) -> tuple[Function, int]:
    """``initial(number, t, out, c, x)``, and how many initial states a binding has, at most."""
    spec, layout = module.spec, module.layout
    bindings = spec.bindings()
    if sum(bindings) > PARENT_MASK:
        what = f"its parameters have {sum(bindings):,} combinations of values, too many to try"
        raise SpecError(f"{spec.init_name}: {what}", *spec.declaration(spec.init_name))
    if spec.given is not None:
        return _given(module, spec.given), 1
    body, number = successor_body(module), variable("number")
    ways = Ways(body)
    body.taken["number"] = 1
    body.state = None
    body.do("clear_words", PRIMED, layout.words)
    # A bit for each variable: whether it was assigned. By word of scratch memory, what it is where all were.
    words = -(-len(layout.fields) // PAYLOAD)
    assigned = module.allocate(words)
    everything = (1 << len(layout.fields)) - 1
    complete = {assigned + k: everything >> PAYLOAD * k & (1 << PAYLOAD) - 1 for k in range(words)}
    for k in complete:
        body.store(SCRATCH, k, 0)
    body.primed = StateRef(PRIMED, assigned=assigned)
    first, most = 0, 1
    for (function, parameters), rows in zip(spec.init, bindings, strict=True):
        if not rows:
            continue
        definition = spec.formulas.of(function)
        room = 0

        def made(definition: Definition = definition) -> None:
            nonlocal room
            room += ways.room
            body.at(definition)
            for k, marks in complete.items():
                body.fail_if(SCRATCH[k].ne(marks), "Init does not assign every variable")
            with body.when(SCRATCH[0].eq(0)):
                given = PRIMED, number, ways.product, pointer("out"), pointer("c"), SCRATCH
                body.assign(PRIMED, call("keep_initial", *given, type=Type.POINTER))

        with body.when(number.lt(first + rows)):
            domains = [parameter.domain for parameter in parameters if parameter.domain is not None]
            digits = _digits(body, number - first, domains)
            ways.begin(1)
            body.at(definition)
            elements = [_element(body, d, digit) for d, digit in zip(domains, digits, strict=True)]
            if is_condition(function):
                _assign(body, elements)
                for k, marks in complete.items():
                    body.store(SCRATCH, k, marks)
                # Every variable has its value, so TLC evaluates what is left, and does not walk it.
                body.state = StateRef(PRIMED)
                condition = body.expr(Call(definition.name, (), place=definition.place))
                with body.when(as_truth(body, condition)):
                    made()
                body.state = None
            else:
                ways.walk(definition, elements, made)
            body.leave()
        most = max(most, room)
        first += rows
    title = "Make the initial states of a binding of Init, the first one at t."
    return body.function("initial", _ASKED, Type.NOTHING, title), most


def _given(module: Module, states: Sequence[State]) -> Function:
    """``initial`` where the initial states are known: a binding is the number of one."""
    layout, body = module.layout, successor_body(module)
    table = module.table([int(word) for state in states for word in layout.pack(state)])
    first = variable("number") * layout.words
    body.do("copy_words", table.offset(first), PRIMED, layout.words)
    given = PRIMED, variable("number"), number(1), pointer("out"), pointer("c"), SCRATCH
    body.assign(PRIMED, call("keep_initial", *given, type=Type.POINTER))
    return body.function("initial", _ASKED, Type.NOTHING, "Make the initial state with a number at t.")


def _assign(body: Writer, elements: list[Value]) -> None:
    """Give all variables their values."""
    layout = body.module.layout
    for (name, shape), element in zip(layout.fields.items(), elements, strict=True):
        put(body, Place(PRIMED).at(layout.offsets[name]), element, shape)


def _digits(body: Writer, number: Word, domains: list[Domain]) -> list[Word]:
    """The numbers of the elements of several domains which ``itertools.product`` gives with a number."""
    digits = []
    for domain in reversed(domains):
        number = named(body, number, "k")
        digits.append(named(body, number % count(domain), "k"))
        number = number // count(domain)
    return digits[::-1]


def _element(body: Writer, domain: Domain, number: Word) -> Value:
    """The element of a domain with a number, as ``mc.lang.enumeration.nth`` gives it."""
    if count(domain) == 1:
        return Const(nth(domain, 0))
    if isinstance(domain, Bool):
        return Truth(number.ne(0))
    if isinstance(domain, Range):
        assert domain.hi is not None
        return num_of(number, IntShape(domain.lo, domain.hi))
    shape = common_shape(body, domain, [*domain]) if isinstance(domain, Listed) else shape_of(domain)
    if isinstance(shape, (AtomShape, IntShape)) or isinstance(domain, Listed):
        codes = [shape.encode(value) for value in domain]
        if codes != list(range(len(codes))):
            number = named(body, body.module.table(codes)[number], "e")
        return of_code(number, shape)
    place = body.scratch(shape) if shape.wide else body.local("e")
    _fill(body, place, shape, domain, number)
    return of_code(place.base, shape) if isinstance(place.base, Word) else Stored(place, shape)


def _fill(body: Writer, place: Place, shape: Shape, domain: Domain, number: Word) -> None:
    """Make the element of a domain with a number at a place."""
    clear(body, place, shape)
    match domain, shape:
        case Fn(), FnShape():
            parts = [(place.slot(shape.slots, word(k)), shape.element) for k in range(len(domain.keys))]
            _fill_parts(body, parts, [domain.range] * len(parts), number)
        case Record(), RecordShape():
            _fill_parts(body, _fields(place, shape), [*domain.fields.values()], number)
        case Optional(), _:
            with body.when(number.lt(count(domain.domain))):
                put(body, place, _element(body, domain.domain, number), shape)
        case Union(), UnionShape():
            first = 0
            for tag, kind in enumerate(shape.kinds):
                fields = {n: d for n, d in domain.records[tag].fields.items() if n in kind.fields}
                last = first + math.prod(map(count, fields.values()))
                with body.when(word(first).le(number) & number.lt(last)):
                    body.emit(place.store(shape.tags, tag))
                    parts = _fields(place.at(shape.tags.bits), kind)
                    _fill_parts(body, parts, [*fields.values()], number - first)
                first = last
        case Seq(), SeqShape():
            first = 0
            for length in range(shape.capacity + 1):
                last = first + count(domain.element) ** length
                with body.when(word(first).le(number) & number.lt(last)):
                    body.emit(place.store(shape.length, length))
                    elements = place.at(shape.start)
                    parts = [(elements.slot(shape.slots, word(k)), shape.element) for k in range(length)]
                    _fill_parts(body, parts, [domain.element] * length, number - first)
                first = last
        case Set(), SetShape() | SortedSetShape():
            _fill_set(body, place, shape, domain, number)
        case _:
            body.refuse(f"the elements of {domain!r} cannot be gone through")


def _fields(place: Place, shape: RecordShape) -> list[tuple[Place, Shape]]:
    return [(place.at(shape.offsets[name]), field) for name, field in shape.fields.items()]


def _fill_parts(body: Writer, parts: list[tuple[Place, Shape]], domains: list[Domain], number: Word) -> None:
    for (place, shape), domain, digit in zip(parts, domains, _digits(body, number, domains), strict=True):
        put(body, place, _element(body, domain, digit), shape)


def _fill_set(body: Writer, place: Place, shape: SetShape | SortedSetShape, domain: Set, number: Word) -> None:
    """Sets come by their sizes, and those of a size that have the first element before the others."""
    elements, most = count(domain.element), largest(domain)
    sizes = body.module.table([math.comb(elements, n) for n in range(most + 1)])
    rest, size = body.let(number, "rest"), body.let(word(0), "size")
    larger = While(rest.ge(sizes[size]))
    with body.block(larger.body):
        body.assign(rest, rest - sizes[size])
        body.assign(size, size + 1)
    body.emit(larger)
    # Of the sets that are left, so many have this element.
    ways = [math.comb(elements - 1 - e, n - 1) if n else 0 for e in range(elements) for n in range(most + 1)]
    with body.loop(body.fresh("k"), "range", elements) as k:
        having = body.let(body.module.table(ways)[k * (most + 1) + size], "having")
        with body.when(rest.lt(having)):
            add_element(body, place, shape, _element(body, domain.element, k))
            body.assign(size, size - 1)
        with body.otherwise():
            body.assign(rest, rest - having)
