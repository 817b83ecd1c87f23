"""Functions generated for definitions, one for each combination of kinds of arguments."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mc.engine.code.nodes import Code, Type, number, truth
from mc.engine.store.shapes import BoolShape, IntShape, Shape
from mc.engine.translate.expressions import plain
from mc.engine.translate.kinds import told
from mc.engine.translate.trees import function_body
from mc.engine.translate.values import Const, Num, Packed, StateRef, Stored, Truth, Value, exact
from mc.engine.translate.writer import PRIMED, SCRATCH, STATE, Generated, Writer
from mc.errors import SpecError
from mc.formula.nodes import Definition, Tree
from mc.lang.arithmetic import LARGEST

#: Stands for a function that is being made.
_UNFINISHED = Generated("", None)


def specialise(w: Writer, definition: Definition, scope: Mapping[str, Value]) -> Generated | None:
    """The function generated for a definition whose parameters are of these kinds, the states first; None where its
    value is not one that a function returns: it is known, or large, or always empty.
    """
    key = (definition, tuple((name, _kind(value)) for name, value in scope.items()))
    if key in w.module.specialised:
        generated: Generated | None = w.module.specialised[key]
        if generated is _UNFINISHED:
            raise SpecError(f"{definition.name} is recursive", definition.place.file, definition.place.line)
        return generated
    w.module.specialised[key] = _UNFINISHED
    try:
        made = w.module.specialised[key] = _generate(w, definition, scope)
    except SpecError:
        del w.module.specialised[key]  # where it is asked for again, the same is said
        raise
    return made


def _generate(w: Writer, definition: Definition, scope: Mapping[str, Value]) -> Generated | None:
    name = w.module.unique(f"spec_{definition.name}")  # apart from the functions of the engine itself
    result: Shape | None = None
    body = _body(w, definition, scope, truth(False))
    if isinstance(definition.body, Tree):
        if w.module.facts.definition(definition).forks:
            body, result = _body(w, definition, scope, number(0)), IntShape(0, LARGEST)
        function_body(body, definition.tree)
    else:
        value = body.expr(definition.expression)
        shape = told(body, value)
        if shape is None or shape.wide or isinstance(value, Const):
            return None
        if not isinstance(shape, BoolShape):
            # A number that the evaluation goes on with after a failure must be one that the result may be.
            zero = min(max(0, shape.lo), shape.hi) if isinstance(shape, IntShape) else 0
            body, result = _body(w, definition, scope, number(zero)), shape
            value = body.expr(definition.expression)
        body.leave(plain(body, value, shape))
    parameters = {p: type for value in scope.values() for p, type in _parameters(value).items()}
    title = f"{definition.name}, {Path(definition.place.file).name}:{definition.place.line}."
    returned = Type.BIT if result is None else Type.WORD
    w.module.add(body.function(name, {**parameters, SCRATCH.name: SCRATCH.type}, returned, title))
    return Generated(name, result)


def _body(w: Writer, definition: Definition, scope: Mapping[str, Value], neutral: Code) -> Writer:
    """An empty function of these parameters."""
    body = Writer(w.module, w.rules, definition.place.file, neutral)
    body.scope = {name: value for name, value in scope.items() if not isinstance(value, StateRef)}
    states = {name: value for name, value in scope.items() if isinstance(value, StateRef)}
    body.state, body.primed = states.get(STATE), states.get(PRIMED)
    for value in scope.values():
        body.taken |= dict.fromkeys(_parameters(value), 1)
    body.line = definition.place.line
    return body


def _kind(value: Value) -> Any:
    """What distinguishes two specialisations."""
    if isinstance(value, Const):
        return ("const", type(value.value), exact(value.value))
    if isinstance(value, Num):
        return ("num", value.lo, value.hi)
    if isinstance(value, (Packed, Stored)):
        return (type(value), value.shape.key)
    return (type(value), value.assigned) if isinstance(value, StateRef) else type(value)


def _parameters(value: Value) -> dict[str, Type]:
    """The parameters of a generated function that make up a value inside of it, with their types."""
    match value:
        case StateRef(pointer=code) | Truth(code=code) | Num(code=code) | Packed(code=code):
            return {code.name: code.type}
        case Stored(place=place):
            return {code.name: code.type for code in (place.base, *place.words)}
    return {}
