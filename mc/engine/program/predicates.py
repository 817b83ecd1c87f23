"""Generated code for constraints, invariants and witnesses: what is asked of single states.

A step changes a few variables of a state that satisfies all constraints and invariants. What reads none of these
variables still holds, so it is not evaluated again: a bit set of what has changed comes with the state. A
predicate that is a conjunction is taken apart, as far as definitions are single expressions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mc.engine.store.places import UNROLLED, Place
from mc.engine.translate.calls import call
from mc.engine.translate.codes import as_truth, decided
from mc.engine.translate.module import Module
from mc.engine.translate.rules import new_writer
from mc.engine.translate.values import StateRef
from mc.engine.translate.writer import Writer
from mc.formula import operators as op
from mc.formula.nodes import Apply, Expression, Fold, Let
from mc.formula.nodes import Definition as Formula
from mc.spec.objects import Definition


def within(module: Module) -> str:
    """The source of ``within(s, changed, x)``."""
    body = predicate_body(module)
    body.neutral = "False"
    for definition in module.spec.constraints:
        _require(body, definition, "return False")
    body.emit("return True")
    doc = "Whether s satisfies the constraints, as a state does from which it differs in bits of changed only."
    return _text("within(s: ptr, changed: ptr, x: ptr)", "bool", doc, body)


def broken(module: Module) -> str:
    """The source of ``broken(s, changed, x)``."""
    body = predicate_body(module)
    for number, definition in enumerate(module.spec.invariants, 1):
        _require(body, definition, f"return {number}")
    body.emit("return 0")
    doc = """Number of the first invariant, from 1, that s violates; 0: none. A state that differs from it in bits of
    changed only violates none."""
    return _text("broken(s: ptr, changed: ptr, x: ptr)", "int", doc, body)


def witnessed(module: Module) -> str:
    """The source of ``witnessed(s, x)``."""
    body = predicate_body(module)
    body.emit("seen = 0")
    body.taken["seen"] = 1
    for number, definition in enumerate(module.spec.witnesses):
        holds = _whole(body, definition)
        if holds is not False:
            with body.block(f"if {holds}:"):
                body.emit(f"seen |= {1 << number}")
    body.emit("return seen")
    return _text("witnessed(s: ptr, x: ptr)", "int", "Bit set of the witnesses that s satisfies.", body)


def predicate_body(module: Module) -> Writer:
    """An empty function of states s and t, whose names are taken."""
    body = new_writer(module, str(module.spec.path), "0")
    body.state = StateRef("s")
    body.taken.update(s=1, t=1, x=1, changed=1)
    return body


def successor_body(module: Module) -> Writer:
    """An empty function that collects the successors of s, or initial states, in the place of t and after it."""
    body = new_writer(module, str(module.spec.path), "")
    body.state = StateRef("s")
    body.taken.update(s=1, t=1, x=1, c=1, out=1)
    return body


def _text(head: str, result: str, doc: str, body: Writer) -> str:
    return "\n".join([f"def {head} -> {result}:", f'    """{doc}"""', *body.lines])


def _holds(body: Writer, value: Any) -> Any:
    """A Boolean expression, or a constant."""
    known = decided(body, value)
    return as_truth(body, value) if known is None else known


def _whole(body: Writer, definition: Definition) -> Any:
    """What a definition says of a state, as a Boolean expression or a constant."""
    formula = body.module.spec.formulas.of(definition.function)
    with body.within({}, formula.place.file):
        body.at(formula)
        return _holds(body, call(body, formula, ()))


def _require(body: Writer, definition: Definition, otherwise: str) -> None:
    """Emit ``otherwise`` for states that do not satisfy a definition."""
    module = body.module
    formula = module.spec.formulas.of(definition.function)
    body.at(formula)
    for node in _conjuncts(module, formula):
        start = len(body.lines)
        read = module.facts.of(formula.body if node is None else node).reads
        with body.block(f"if {_any_changed(module, read)}:"):
            if node is None:
                holds = _whole(body, definition)
            else:
                with body.within({}, formula.place.file):
                    body.at(node)
                    holds = _holds(body, body.expr(node))
            with body.block(f"if not {holds}:"):
                body.emit(otherwise)
        if holds is True:
            del body.lines[start:]


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


def _any_changed(module: Module, variables: frozenset[str]) -> str:
    """A condition: one of these variables has changed."""
    layout = module.layout
    masks: dict[int, int] = {}
    parts = []
    for name in sorted(variables):
        word, shift = divmod(layout.offsets[name], 64)
        shape = layout.fields[name]
        if shape.words > UNROLLED:
            parts.append(f"any_word({Place('changed').at(layout.offsets[name]).pointer()}, {shape.words})")
            continue
        for k in range(shape.words if shape.wide else 1):
            masks[word + k] = masks.get(word + k, 0) | (-1 if shape.wide else shape.mask << shift)
    parts += [f"changed[{word}] & {mask} != 0" for word, mask in sorted(masks.items())]
    return " or ".join(parts) or "True"
