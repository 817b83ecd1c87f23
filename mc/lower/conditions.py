"""Conditions that are walked: each has as many ways as TLC finds (:mod:`mc.formula.ways` counts them)."""

from __future__ import annotations

from mc.formula import operators as op
from mc.formula import standard
from mc.formula.facts import walk
from mc.formula.nodes import (
    Apply,
    Bind,
    Binder,
    Call,
    Expression,
    Fold,
    Invoke,
    Let,
    Name,
    Of,
    Recursive,
    Value,
)
from mc.interpreter.logic import arms
from mc.lower.applications import check_forks, closure_of, defined, used
from mc.lower.binders import bind
from mc.lower.known import FALSE_, TRUE_, is_false, is_true
from mc.lower.lowered import refuse
from mc.lower.lowering import Lowering
from mc.lower.names import Closure, Deferred, Here, Names, Unrolled
from mc.lower.operators import connected, is_unchanged, required
from mc.lower.recursion import refers_to_itself


def forks(node: Expression) -> bool:
    """Whether there may be several ways through a lowered condition."""
    match node:
        case Apply(operator=op.OR) | Bind(binder=Binder.EXISTS) | Call():
            return True
        case Apply(operator=op.AND, operands=operands) | Apply(operator=op.IF, operands=(_, *operands)):
            return any(map(forks, operands))
        case Bind(binder=Binder.FORALL, body=body) | Let(body=body) | Fold(body=body):
            return forks(body)
    return False


#: What has a value whatever its operands are, if they are of the kinds that it takes.
_SURE = frozenset(
    (
        *(op.AND, op.OR, op.NOT, op.IF, op.EQ, op.NE, op.LT, op.LE, op.GT, op.GE, op.IN, op.NOT_IN, op.INTERVAL),
        *(op.SET, op.UNION, op.INTERSECTION, standard.DIFFERENCE, standard.SUBSET_OF, op.RECORD, op.SEQUENCE, op.LEN),
    )
)


def may_fail_later(node: Expression) -> bool:
    """Whether a way through a lowered condition that is not the first may fail to be evaluated.

    Where it is asked whether there is a way, TLC comes to it only if the first one leads to none.
    """
    match node:
        case Apply(operator=op.OR, operands=(first, *others)):
            return may_fail_later(first) or any(map(_may_fail, others))
        case Apply(operator=op.AND, operands=operands) | Apply(operator=op.IF, operands=(_, *operands)):
            return any(map(may_fail_later, operands))
        case Bind(binder=Binder.EXISTS, body=body):
            return _may_fail(body)
        case Bind(binder=Binder.FORALL, body=body) | Let(body=body) | Fold(body=body):
            return may_fail_later(body)
    return isinstance(node, Call)


def _may_fail(node: Expression) -> bool:
    return any(
        not isinstance(part, (Value, Name, Let))
        and not (isinstance(part, Apply) and part.operator in _SURE)
        and not (isinstance(part, Bind) and part.binder in (Binder.EXISTS, Binder.FORALL, Binder.SET))
        for part in walk(node)
    )


def once(node: Expression) -> Expression:
    """A condition that is evaluated: one way where it is TRUE."""
    if not forks(node):
        return node
    return Apply(op.NOT, (Apply(op.NOT, (node,), place=node.place),), place=node.place)


def holds(low: Lowering, node: Expression, names: Names, here: Here) -> Expression:
    """A conjunct that is evaluated, and not walked."""
    return once(low.evaluated(node, names, here))


def walked(low: Lowering, node: Expression, names: Names, here: Here) -> Expression:
    """A condition that gives no variable a value."""
    low.count(node)
    match node:
        case Apply():
            return _WALKED.get(node.operator, holds)(low, node, names, here)
        case Bind(binder=Binder.EXISTS | Binder.FORALL):
            found = bind(low, node, names, here, lambda body, inner, at: walked(low, body, inner, at))
            return found if forks(found) else holds(low, node, names, here)
        case Let():
            given = {node.name: defined(node, names, here)}
            return low.around(given, names, walked(low, node.body, {**names, **given}, here))
        case Call() if not low.library.is_constant(node.definition):
            return _call(low, node, names, here)
        case Invoke() if isinstance(names.get(node.name), Unrolled):
            return holds(low, node, names, here)
        case Invoke():
            closure = closure_of(low, node, names)
            given = low.arguments(closure.parameters, node, names, here)
            if refers_to_itself(low, closure):
                inner = {**closure.names, closure.name: closure, **given}
                return _recursive(low, node, closure, closure.body, inner, names, here)
            with low.expanding(node):
                return low.around(given, names, walked(low, closure.body, {**closure.names, **given}, here))
        case Name(of=Of.LOCAL):
            return _local(low, node, names, here)
    return holds(low, node, names, here)


def _call(low: Lowering, node: Call, names: Names, here: Here) -> Expression:
    definition = low.library.source(node.definition)
    if low.library.recursive(node.definition):
        inner = low.arguments(definition.parameters, node, names, here)
        return _recursive(low, node, node.definition, definition.expression, inner, names, here)
    given = low.arguments(definition.parameters, node, names, here)
    with low.expanding(node):
        found = low.around(given, names, walked(low, definition.expression, given, here))
    # What has one way is applied, and not expanded.
    return found if forks(found) else holds(low, node, names, here)


def _recursive(
    low: Lowering, node: Expression, key: object, body: Expression, inner: Names, names: Names, here: Here
) -> Expression:
    """A recursive operator, which is applied and not expanded: it must have one way."""
    if key in low.walking:
        return TRUE_
    low.walking.add(key)
    try:
        found = walked(low, body, inner, here)
    finally:
        low.walking.discard(key)
    if forks(found):
        refuse(node, "a recursive operator through which there may be several ways is not compiled")
    return holds(low, node, names, here)


def _local(low: Lowering, node: Name, names: Names, here: Here) -> Expression:
    meaning = low.meaning(node, names)
    if isinstance(meaning, (Closure, Unrolled)):
        refuse(node, "an operator is no value")
    if not isinstance(meaning, Deferred):
        return once(meaning)
    found = walked(low, meaning.node, meaning.names, here)
    if not forks(found):
        return once(used(low, meaning, here))
    meaning.is_forked = True
    check_forks(meaning)
    return found


def _connected(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    found = []
    for operand in node.operands:
        found.append(walked(low, operand, names, here))
        if node.operator is op.AND and is_false(found[-1]):
            break
    if node.operator is op.AND:
        return connected(node, found)
    # Each part of a disjunction is a way of its own.
    return Apply(op.OR, tuple(found), place=node.place) if found else FALSE_


def chosen(node: Expression, test: Expression, then: Expression, otherwise: Expression) -> Expression:
    """IF of what is lowered; one that begins with a negation has a meaning of its own where ways are counted."""
    if is_true(test) or is_false(test):
        return then if is_true(test) else otherwise
    if isinstance(test, Apply) and test.operator is op.NOT:
        return chosen(node, test.operands[0], otherwise, then)
    return Apply(op.IF, (test, then, otherwise), place=node.place)


def _if(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    test = low.evaluated(node.operands[0], names, here)
    then, otherwise = (walked(low, operand, names, here) for operand in node.operands[1:])
    return chosen(node, test, then, otherwise)


def _implies(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    test = low.evaluated(node.operands[0], names, here)
    return chosen(node, test, walked(low, node.operands[1], names, here), TRUE_)


def _case(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    pairs, other = arms(node)
    if other is None:
        *pairs, (last, then) = pairs
        needed = required(node, low.evaluated(last, names, here))
        found: Expression = Apply(op.AND, (needed, walked(low, then, names, here)), place=node.place)
    else:
        found = walked(low, other, names, here)
    for test, then in reversed(pairs):
        found = chosen(node, low.evaluated(test, names, here), walked(low, then, names, here), found)
    return found


def _index(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    """A function that is not written out is walked as its body is."""
    check_function(low, node.operands[0], names, here)
    return holds(low, node, names, here)


def check_function(low: Lowering, node: Expression, names: Names, here: Here) -> None:
    """Refuse a function that is applied in a condition where its body may have several ways."""
    match node:
        case Bind(binder=Binder.FUNCTION, body=body):
            inner = {name: low.local(name, node) for bound in node.bounds for name in bound.names}
            if forks(walked(low, body, {**names, **inner}, here)):
                refuse(node, "a function whose values are walked is not compiled")
        case Recursive():
            refuse(node, "a function that refers to itself is compiled only where it is constant")
        case Call() if not low.library.is_constant(node.definition):
            definition = low.library.source(node.definition)
            check_function(low, definition.expression, low.arguments(definition.parameters, node, names, here), here)
        case Invoke():
            closure = closure_of(low, node, names)
            given = low.arguments(closure.parameters, node, names, here)
            check_function(low, closure.body, {**closure.names, **given}, here)
        case Let():
            check_function(low, node.body, {**names, node.name: defined(node, names, here)}, here)
        case Apply(operator=op.IF | standard.CASE):
            for operand in node.operands:
                check_function(low, operand, names, here)
        case Name(of=Of.LOCAL):
            meaning = low.meaning(node, names)
            if isinstance(meaning, Deferred):
                check_function(low, meaning.node, meaning.names, here)


def _unchanged(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    return is_unchanged(low, node.operands[0], names, here)


def _box(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    action = walked(low, node.operands[0], names, here)
    return Apply(op.OR, (action, is_unchanged(low, node.operands[1], names, here)), place=node.place)


def _angle(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    changed = Apply(op.NOT, (is_unchanged(low, node.operands[1], names, here),), place=node.place)
    return Apply(op.AND, (walked(low, node.operands[0], names, here), changed), place=node.place)


_WALKED = {
    op.AND: _connected,
    op.OR: _connected,
    op.IF: _if,
    op.INDEX: _index,
    standard.IMPLIES: _implies,
    standard.CASE: _case,
    standard.UNCHANGED: _unchanged,
    standard.BOX_ACTION: _box,
    standard.ANGLE_ACTION: _angle,
}
