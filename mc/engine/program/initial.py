"""Generated code for Init: the state that a binding of the parameters of one of its rows makes, by its number.

Bindings are numbered as in ``mc.spec.objects.Spec``. So any part of them can be gone through at any time, by any
thread, and one initial state can be made again without the others.
"""

from __future__ import annotations

import math

from mc.engine.program.predicates import successor_body
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
from mc.engine.translate.writer import Writer
from mc.errors import SpecError
from mc.formula.nodes import Call, Definition
from mc.lang.composites import Record, Seq, Set, Union
from mc.lang.domains import Bool, Domain, Fn, Listed, Optional, Range
from mc.lang.enumeration import count, largest, nth
from mc.spec.objects import is_condition


def initial(module: Module) -> tuple[str, int]:
    """The source of ``initial(number, t, out, c, x)``, and how many initial states a binding has, at most."""
    spec, layout = module.spec, module.layout
    bindings = spec.bindings()
    if sum(bindings) > PARENT_MASK:
        what = f"its parameters have {sum(bindings):,} combinations of values, too many to try"
        raise SpecError(f"{spec.init_name}: {what}", *spec.declaration(spec.init_name))
    body = successor_body(module)
    ways = Ways(body)
    body.taken["number"] = 1
    body.state = None
    body.emit(f"clear_words(t, {layout.words})")
    # A bit for each variable: whether it was assigned.
    words = -(-len(layout.fields) // PAYLOAD)
    assigned = module.allocate(words)
    everything = (1 << len(layout.fields)) - 1
    for k in range(words):
        body.emit(f"x[{assigned + k}] = 0")
    body.primed = StateRef("t", assigned=assigned)
    first, most = 0, 1
    for (function, parameters), number in zip(spec.init, bindings, strict=True):
        if not number:
            continue
        definition = spec.formulas.of(function)
        room = 0

        def made(definition: Definition = definition) -> None:
            nonlocal room
            room += ways.room
            body.at(definition)
            for k in range(words):
                all_of_them = everything >> PAYLOAD * k & (1 << PAYLOAD) - 1
                body.fail_if(f"x[{assigned + k}] != {all_of_them}", "Init does not assign every variable")
            with body.block("if x[0] == 0:"):
                body.emit(f"t = keep_initial(t, number, {ways.product}, out, c, x)")

        with body.block(f"if number < {first + number}:"):
            domains = [parameter.domain for parameter in parameters if parameter.domain is not None]
            digits = _digits(body, f"number - {first}" if first else "number", domains)
            ways.begin(1)
            body.at(definition)
            elements = [_element(body, d, digit) for d, digit in zip(domains, digits, strict=True)]
            if is_condition(function):
                _assign(body, elements)
                for k in range(words):
                    body.emit(f"x[{assigned + k}] = {everything >> PAYLOAD * k & (1 << PAYLOAD) - 1}")
                # Every variable has its value, so TLC evaluates what is left, and does not walk it.
                body.state = StateRef("t")
                with body.block(f"if {as_truth(body, body.expr(Call(definition.name, (), place=definition.place)))}:"):
                    made()
                body.state = None
            else:
                ways.walk(definition, elements, made)
            body.emit("return")
        most = max(most, room)
        first += number
    doc = '"""Make the initial states of a binding of Init, the first one at t."""'
    return "\n".join(
        ["def initial(number: int, t: ptr, out: ptr, c: ptr, x: ptr) -> None:", f"    {doc}", *body.lines]
    ), most


def _assign(body: Writer, elements: list[Value]) -> None:
    """Give all variables their values."""
    layout = body.module.layout
    for (name, shape), element in zip(layout.fields.items(), elements, strict=True):
        put(body, Place("t").at(layout.offsets[name]), element, shape)


def _digits(body: Writer, number: str, domains: list[Domain]) -> list[str]:
    """The numbers of the elements of several domains which ``itertools.product`` gives with a number."""
    digits = []
    for domain in reversed(domains):
        number = named(body, number, "k")
        digits.append(named(body, f"{number} % {count(domain)}", "k"))
        number = f"{number} // {count(domain)}"
    return digits[::-1]


def _element(body: Writer, domain: Domain, number: str) -> Value:
    """The element of a domain with a number, as ``mc.lang.enumeration.nth`` gives it."""
    if count(domain) == 1:
        return Const(nth(domain, 0))
    if isinstance(domain, Bool):
        return Truth(f"({number} != 0)")
    if isinstance(domain, Range):
        assert domain.hi is not None
        return num_of(number, IntShape(domain.lo, domain.hi))
    shape = common_shape(body, domain, [*domain]) if isinstance(domain, Listed) else shape_of(domain)
    if isinstance(shape, (AtomShape, IntShape)) or isinstance(domain, Listed):
        codes = [shape.encode(value) for value in domain]
        if codes != list(range(len(codes))):
            number = named(body, f"{body.module.table(codes)}[{number}]", "e")
        return of_code(number, shape)
    place = body.scratch(shape) if shape.wide else body.local("e")
    _fill(body, place, shape, domain, number)
    return Stored(place, shape) if shape.wide else of_code(place.base, shape)


def _fill(body: Writer, place: Place, shape: Shape, domain: Domain, number: str) -> None:
    """Make the element of a domain with a number at a place."""
    clear(body, place, shape)
    match domain, shape:
        case Fn(), FnShape():
            parts = [(place.slot(shape.slots, str(k)), shape.element) for k in range(len(domain.keys))]
            _fill_parts(body, parts, [domain.range] * len(parts), number)
        case Record(), RecordShape():
            _fill_parts(body, _fields(place, shape), [*domain.fields.values()], number)
        case Optional(), _:
            with body.block(f"if {number} < {count(domain.domain)}:"):
                put(body, place, _element(body, domain.domain, number), shape)
        case Union(), UnionShape():
            first = 0
            for tag, kind in enumerate(shape.kinds):
                fields = {n: d for n, d in domain.records[tag].fields.items() if n in kind.fields}
                last = first + math.prod(map(count, fields.values()))
                with body.block(f"if {first} <= {number} < {last}:"):
                    body.emit(place.store(shape.tags, str(tag)))
                    parts = _fields(place.at(shape.tags.bits), kind)
                    _fill_parts(body, parts, [*fields.values()], f"{number} - {first}")
                first = last
        case Seq(), SeqShape():
            first = 0
            for length in range(shape.capacity + 1):
                last = first + count(domain.element) ** length
                with body.block(f"if {first} <= {number} < {last}:"):
                    body.emit(place.store(shape.length, str(length)))
                    elements = place.at(shape.start)
                    parts = [(elements.slot(shape.slots, str(k)), shape.element) for k in range(length)]
                    _fill_parts(body, parts, [domain.element] * length, f"{number} - {first}")
                first = last
        case Set(), SetShape() | SortedSetShape():
            _fill_set(body, place, shape, domain, number)
        case _:
            body.mistake(f"the elements of {domain!r} cannot be gone through")


def _fields(place: Place, shape: RecordShape) -> list[tuple[Place, Shape]]:
    return [(place.at(shape.offsets[name]), field) for name, field in shape.fields.items()]


def _fill_parts(body: Writer, parts: list[tuple[Place, Shape]], domains: list[Domain], number: str) -> None:
    for (place, shape), domain, digit in zip(parts, domains, _digits(body, number, domains), strict=True):
        put(body, place, _element(body, domain, digit), shape)


def _fill_set(body: Writer, place: Place, shape: SetShape | SortedSetShape, domain: Set, number: str) -> None:
    """Sets come by their sizes, and those of a size that have the first element before the others."""
    elements, most = count(domain.element), largest(domain)
    rest, size, having, k = (body.fresh(hint) for hint in ("rest", "size", "having", "k"))
    sizes = body.module.table([math.comb(elements, n) for n in range(most + 1)])
    body.emit(f"{rest} = {number}")
    body.emit(f"{size} = 0")
    with body.block(f"while {rest} >= {sizes}[{size}]:"):
        body.emit(f"{rest} -= {sizes}[{size}]")
        body.emit(f"{size} += 1")
    # Of the sets that are left, so many have this element.
    ways = [math.comb(elements - 1 - e, n - 1) if n else 0 for e in range(elements) for n in range(most + 1)]
    with body.block(f"for {k} in range({elements}):"):
        body.emit(f"{having} = {body.module.table(ways)}[{k} * {most + 1} + {size}]")
        with body.block(f"if {rest} < {having}:"):
            add_element(body, place, shape, _element(body, domain.element, k))
            body.emit(f"{size} -= 1")
        with body.block("else:"):
            body.emit(f"{rest} -= {having}")
