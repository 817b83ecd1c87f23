"""Generated code for constraints, invariants and witnesses: what is asked of single states.

A step changes a few variables of a state that satisfies all constraints and invariants. What reads none of these
variables still holds, so it is not evaluated again: a bit set of what has changed comes with the state. A
predicate that is a conjunction is taken apart, as far as definitions are single expressions.
"""

from __future__ import annotations

from collections.abc import Iterator

from mc.engine.code.build import any_of, pointer, tested, variable
from mc.engine.code.nodes import Bit, Code, Type, number, truth
from mc.engine.code.statements import Function, If
from mc.engine.store.places import UNROLLED, Place
from mc.engine.translate.calls import call
from mc.engine.translate.codes import as_truth
from mc.engine.translate.expressions import variable_of
from mc.engine.translate.module import Module
from mc.engine.translate.rules import new_writer
from mc.engine.translate.values import StateRef
from mc.engine.translate.writer import Writer
from mc.formula import operators as op
from mc.formula.nodes import Apply, Expression, Fold, Let
from mc.formula.nodes import Definition as Formula
from mc.spec.objects import Definition, Step

#: The states that generated functions are about: the one that is read, and the next one.
STATE, PRIMED = pointer("s"), pointer("t")
_CHANGED = pointer("changed")
_STEP = dict.fromkeys(("s", "t", "x"), Type.POINTER)
_ASKED = {"s": Type.POINTER, "changed": Type.POINTER, "x": Type.POINTER}


def within(module: Module) -> Function:
    """``within(s, changed, x)``"""
    body = predicate_body(module)
    body.neutral = truth(False)
    for definition in module.spec.constraints:
        _require(body, definition, truth(False))
    body.leave(truth(True))
    title = "Whether s satisfies the constraints, as a state does from which it differs in bits of changed only."
    return body.function("within", _ASKED, Type.BIT, title)


def broken(module: Module) -> Function:
    """``broken(s, changed, x)``"""
    body = predicate_body(module)
    for ordinal, definition in enumerate(module.spec.invariants, 1):
        _require(body, definition, number(ordinal))
    body.leave(number(0))
    title = "The first invariant, from 1, that s violates; 0: none, as of a state that differs in bits of changed only."
    return body.function("broken", _ASKED, Type.WORD, title)


def witnessed(module: Module) -> Function:
    """``witnessed(s, x)``"""
    body, seen = predicate_body(module), variable("seen")
    body.assign(seen, number(0))
    body.taken["seen"] = 1
    for ordinal, definition in enumerate(module.spec.witnesses):
        holds = _whole(body, definition)
        if holds.value is not False:
            with body.when(holds):
                body.assign(seen, seen | 1 << ordinal)
    body.leave(seen)
    parameters = {"s": Type.POINTER, "x": Type.POINTER}
    return body.function("witnessed", parameters, Type.WORD, "Bit set of the witnesses that s satisfies.")


def allowed(module: Module) -> Function:
    """``allowed(s, t, x)``"""
    body = predicate_body(module)
    body.neutral = truth(False)
    for step in module.spec.action_constraints:
        _require_step(body, step, truth(False))
    body.leave(truth(True))
    return body.function("allowed", _STEP, Type.BIT, "Whether the step from s to t satisfies the action constraints.")


def disallowed(module: Module) -> Function:
    """``disallowed(s, t, x)``"""
    body = predicate_body(module)
    for ordinal, step in enumerate(module.spec.action_properties, 1 + len(module.spec.invariants)):
        _require_step(body, step, number(ordinal))
    body.leave(number(0))
    title = "The first property of steps that the one from s to t violates, counted on after the invariants; 0: none."
    return body.function("disallowed", _STEP, Type.WORD, title)


def _require_step(body: Writer, step: Step, otherwise: Code) -> None:
    """Return ``otherwise`` for steps of which something does not hold."""
    formula = body.module.spec.formulas.of(step.function)
    with body.within({}, formula.place.file):
        body.at(formula)
        following = [variable_of(body, StateRef(PRIMED), name) for name in step.variables]
        holds = as_truth(body, call(body, formula, following))
    if holds.value is not True:
        with body.when(~holds):
            body.leave(otherwise)


def predicate_body(module: Module) -> Writer:
    """An empty function of states s and t, whose names are taken."""
    body = new_writer(module, str(module.spec.path), number(0))
    body.state = StateRef(STATE)
    body.taken.update(s=1, t=1, x=1, changed=1)
    return body


def successor_body(module: Module) -> Writer:
    """An empty function that collects the successors of s, or initial states, in the place of t and after it."""
    body = new_writer(module, str(module.spec.path), None)
    body.state = StateRef(STATE)
    body.taken.update(s=1, t=1, x=1, c=1, out=1)
    return body


def _whole(body: Writer, definition: Definition) -> Bit:
    """What a definition says of a state."""
    formula = body.module.spec.formulas.of(definition.function)
    with body.within({}, formula.place.file):
        body.at(formula)
        return as_truth(body, call(body, formula, ()))


def _require(body: Writer, definition: Definition, otherwise: Code) -> None:
    """Return ``otherwise`` for states that do not satisfy a definition."""
    module = body.module
    formula = module.spec.formulas.of(definition.function)
    body.at(formula)
    for node in _conjuncts(module, formula):
        read = module.facts.of(formula.body if node is None else node).reads
        asked = If(_any_changed(module, read))
        with body.block(asked.then):
            if node is None:
                holds = _whole(body, definition)
            else:
                with body.within({}, formula.place.file):
                    body.at(node)
                    holds = as_truth(body, body.expr(node))
            if holds.value is not True:
                with body.when(~holds):
                    body.leave(otherwise)
        if asked.then:
            body.emit(asked)


def _conjuncts(module: Module, formula: Formula) -> Iterator[Expression | None]:
    """The conjuncts of a state predicate; None for one that is a function of its own."""
    if isinstance(formula.body, (Let, Fold)) or not module.in_place(formula):
        yield None
        return
    todo = [formula.expression]
    while todo:
        node = todo.pop(0)
        if isinstance(node, Apply) and node.operator is op.AND:
            todo[:0] = node.operands
        else:
            yield node


def _any_changed(module: Module, variables: frozenset[str]) -> Bit:
    """Whether one of these variables has changed; of none, as if it had."""
    layout = module.layout
    masks: dict[int, int] = {}
    parts: list[Bit] = []
    for name in sorted(variables):
        word, shift = divmod(layout.offsets[name], 64)
        shape = layout.fields[name]
        if shape.words > UNROLLED:
            parts.append(tested("any_word", Place(_CHANGED).at(layout.offsets[name]).pointer(), shape.words))
            continue
        for k in range(shape.words if shape.wide else 1):
            masks[word + k] = masks.get(word + k, 0) | (-1 if shape.wide else shape.mask << shift)
    parts += [(_CHANGED[word] & mask).ne(0) for word, mask in sorted(masks.items())]
    return any_of(parts) if parts else truth(True)
