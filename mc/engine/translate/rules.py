"""The rules of translation from expressions to code: what each form and each operator becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mc.engine.translate import bags, convert, functions, membership, sets
from mc.engine.translate.arithmetic import sum_of
from mc.engine.translate.builders import function_of_values, quantify, set_of_values
from mc.engine.translate.calls import (
    appended,
    call,
    cardinality_of,
    copies_in,
    extreme,
    head_of,
    length_of,
    record_of,
    size_of,
    subsequence,
    tail_of,
)
from mc.engine.translate.codes import as_present, bind
from mc.engine.translate.expressions import (
    MISSING,
    combined,
    compared,
    conditional,
    connected,
    field_of,
    indexed,
    interval_of,
    is_deep,
    known_value,
    magnitude,
    named_value,
    negated,
    opposite,
)
from mc.engine.translate.folds import fold, let
from mc.engine.translate.module import Module
from mc.engine.translate.unions import union_of
from mc.engine.translate.values import Const, SetOf, Tuple, Value
from mc.engine.translate.writer import Rules, Writer
from mc.formula import operators as op
from mc.formula.nodes import (
    Apply,
    Bind,
    Binder,
    Call,
    Expression,
    Fold,
    Let,
    Name,
)


def translated(w: Writer, node: Expression) -> Value:
    """Translate one expression; code that must run before it is emitted."""
    w.at(node)
    known = known_value(w, node)
    if known is not MISSING:
        return Const(frozenset(known) if isinstance(known, set) else known)
    with w.placed():
        value = _value(w, node)
        return bind(w, value) if is_deep(getattr(value, "code", "")) else value


def _value(w: Writer, node: Expression) -> Value:
    match node:
        case Name():
            return named_value(w, node)
        case Apply():
            return _operator(w, node)
        case Call(definition=definition, arguments=arguments):
            return call(w, w.module.definitions[definition], [w.expr(a) for a in arguments])
        case Bind() if node.binder in BINDERS:
            return BINDERS[node.binder](w, node)
        case Let():
            let(w, node)
            return w.expr(node.body)
        case Fold():
            return fold(w, node)
    w.mistake(f"this cannot be evaluated: {w.written(node)}")


def _operator(w: Writer, node: Apply) -> Value:
    if node.operator in WHOLE:
        return WHOLE[node.operator](w, node)
    rule = STRICT.get(node.operator)
    if rule is None:
        w.mistake(f"this is not part of the spec language: {w.written(node)}")
    operands = [w.expr(operand) for operand in node.operands]
    w.at(node)
    return rule(w, node, *operands)


def displayed(w: Writer, node: Apply) -> Value:
    """``{a, b}`` or ``<<a, b>>``"""
    elements = tuple(bind(w, w.expr(operand)) for operand in node.operands)
    return SetOf(elements) if node.operator is op.SET else Tuple(elements)


def _present(rule: Callable[..., Value]) -> Callable[..., Value]:
    """The rule of an operator whose operands must all be there: evaluation fails where one is the atom for none."""

    def checked(w: Writer, node: Apply, *operands: Value) -> Value:
        return rule(w, node, *[as_present(w, operand) for operand in operands])

    return checked


#: The operators whose operands are all evaluated first.
STRICT: Mapping[Any, Callable[..., Value]] = {
    op.NOT: negated,
    **dict.fromkeys((op.EQ, op.NE, op.IN, op.NOT_IN), compared),
    **dict.fromkeys((op.LT, op.LE, op.GT, op.GE), _present(compared)),
    **dict.fromkeys(
        (
            *(op.ADD, op.SUBTRACT, op.TIMES, op.QUOTIENT, op.REMAINDER, op.POWER),
            *(op.UNION, op.INTERSECTION, op.SYMMETRIC_DIFFERENCE),
        ),
        _present(combined),
    ),
    op.NEGATIVE: opposite,
    op.ABS: magnitude,
    op.INTERVAL: interval_of,
    op.SIZE: _present(size_of),
    op.CARDINALITY: _present(cardinality_of),
    op.INDEX: indexed,
    op.LEN: _present(length_of),
    op.APPEND: appended,
    op.SUBSEQ: _present(subsequence),
    op.HEAD: _present(head_of),
    op.TAIL: _present(tail_of),
    op.COPIES: copies_in,
}
#: The operators that decide themselves how their operands are evaluated.
WHOLE: Mapping[Any, Callable[..., Value]] = {
    op.AND: connected,
    op.OR: connected,
    op.IF: conditional,
    op.MAX: extreme,
    op.MIN: extreme,
    op.BIG_UNION: union_of,
    op.SET: displayed,
    op.SEQUENCE: displayed,
    op.FIELD: field_of,
    op.CHECKED: record_of,
}
BINDERS: Mapping[Binder, Callable[..., Value]] = {
    Binder.FORALL: quantify,
    Binder.EXISTS: quantify,
    Binder.SET: set_of_values,
    Binder.FUNCTION: function_of_values,
    Binder.SUM: sum_of,
}


RULES = Rules(
    expr=translated,
    fill=convert.fill_value,
    fill_bag=bags.fill_bag,
    copy_bag=bags.copy_bag,
    elements=sets.element_loop,
    contains=membership.membership_of,
    specialise=functions.specialise,
)


def new_writer(module: Module, file: str, returns: str) -> Writer:
    """A writer of a new function; see :class:`Writer`."""
    return Writer(module, RULES, file, returns)
