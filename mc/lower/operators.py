"""Operators of TLA+ where they are evaluated: those that the engine does not have are expressed by others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mc.formula import operators as op
from mc.formula import standard
from mc.formula.nodes import Apply, Bind, Binder, Bound, Call, Expression, Node, Value
from mc.formula.operators import Operator
from mc.interpreter.logic import arms
from mc.lower.known import TRUE_, is_false, is_true
from mc.lower.lowered import refuse
from mc.lower.lowering import Lowering
from mc.lower.names import Closure, Here, Names, TooDeepError
from mc.lower.recursion import fails_unless, indexed

#: What has no value in a state or a step, or not always the same one.
REFUSED = {
    standard.UNBOUNDED: "what ranges over no set is not evaluated",
    **dict.fromkeys(
        (
            standard.ALWAYS,
            standard.EVENTUALLY,
            standard.LEADS_TO,
            standard.WEAK_FAIRNESS,
            standard.STRONG_FAIRNESS,
            standard.PLUS_ARROW,
            standard.TEMPORAL_EXISTS,
            standard.TEMPORAL_FORALL,
        ),
        "what is said of behaviors is not compiled",
    ),
    standard.ACTION_COMPOSITION: "\\cdot is not compiled",
}
_NOT_COMPILED = frozenset(
    (
        standard.PRINT,
        standard.PRINT_T,
        standard.JAVA_TIME,
        standard.TLC_GET,
        standard.TLC_SET,
        standard.RANDOM_ELEMENT,
        standard.SORT_SEQ,
        standard.PERMUTATIONS,
        standard.TO_STRING,
        standard.ASSERT_EQ,
        standard.TLC_MODEL_VALUE,
        standard.ANY,
    )
)


def apply(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    operator, operands = node.operator, node.operands
    if operator in REFUSED:
        refuse(node, REFUSED[operator])
    if operator in _NOT_COMPILED:
        refuse(node, f"{operator.tla} is not compiled")
    rule = _RULES.get(operator)
    if rule is not None:
        return rule(low, node, names, here)
    return Apply(operator, low.all(operands, names, here), place=node.place)


def _prime(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    return primed(low, node.operands[0], names, here)


def primed(low: Lowering, node: Expression, names: Names, here: Here) -> Expression:
    """The value of an expression in the next state."""
    if here.primed is None:
        refuse(node, "there is no next state here")
    return low.evaluated(node, names, Here(here.primed, None))


def connected(node: Apply, operands: Sequence[Expression]) -> Expression:
    """``/\\`` or ``\\/`` of what is lowered; what comes after a FALSE, or a TRUE, is not evaluated."""
    neutral, ends = (is_true, is_false) if node.operator is op.AND else (is_false, is_true)
    found: list[Expression] = []
    for operand in operands:
        if not neutral(operand):
            found.append(operand)
        if ends(operand):
            break
    if not found:
        return Value(node.operator is op.AND, place=node.place)
    return found[0] if len(found) == 1 and ends(found[0]) else Apply(node.operator, tuple(found), place=node.place)


def _connected(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    found: list[Expression] = []
    for operand in node.operands:
        part = _tried(low, operand, names, here)
        if part is None:
            if not found:
                raise TooDeepError(node.place.start)
            # What comes before must decide.
            before = connected(node, found)
            is_and = node.operator is op.AND
            decides = Apply(op.NOT, (before,), place=node.place) if is_and else before
            return fails_unless(node, decides, Value(not is_and, place=node.place))
        found.append(part)
        if (is_false if node.operator is op.AND else is_true)(found[-1]):
            break
    return connected(node, found)


def _if(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    test = low.evaluated(node.operands[0], names, here)
    if is_true(test) or is_false(test):
        return low.evaluated(node.operands[1 if is_true(test) else 2], names, here)
    then, otherwise = (_tried(low, operand, names, here) for operand in node.operands[1:])
    return _known(node, _chosen(node, test, then, otherwise))


def _chosen(node: Node, test: Expression, then: Expression | None, otherwise: Expression | None) -> Expression | None:
    """IF; an arm is None where a recursive operator is applied too deep in it."""
    if otherwise is None:
        return None if then is None else fails_unless(node, test, then)
    if then is None:
        return fails_unless(node, Apply(op.NOT, (test,), place=node.place), otherwise)
    return Apply(op.IF, (test, then, otherwise), place=node.place)


def _known(node: Node, found: Expression | None) -> Expression:
    if found is None:
        raise TooDeepError(node.place.start)
    return found


def _tried(low: Lowering, node: Expression, names: Names, here: Here) -> Expression | None:
    """An arm of a condition; None where a recursive operator is applied too deep in it."""
    try:
        return low.evaluated(node, names, here)
    except TooDeepError:
        return None


def _implies(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    one = low.evaluated(node.operands[0], names, here)
    if is_false(one):
        return Value(True, place=node.place)
    two = low.evaluated(node.operands[1], names, here)
    return two if is_true(one) else Apply(op.IF, (one, two, TRUE_), place=node.place)


def _equivalent(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    """Both are asked for as Booleans."""
    one, two = (Apply(op.NOT, (low.evaluated(operand, names, here),), place=operand.place) for operand in node.operands)
    return Apply(op.EQ, (one, two), place=node.place)


def required(node: Node, condition: Expression) -> Expression:
    """TRUE where a condition is, else a failure."""
    return fails_unless(node, condition, TRUE_)


def _case(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    pairs, other = arms(node)
    found: Expression | None = None
    if other is not None:
        found = _tried(low, other, names, here)
    else:
        # TLC fails where no condition is TRUE.
        *pairs, (last, then) = pairs
        condition, value = low.evaluated(last, names, here), _tried(low, then, names, here)
        if value is not None:
            found = value if is_true(condition) else fails_unless(node, condition, value)
    for test, then in reversed(pairs):
        condition = low.evaluated(test, names, here)
        if is_true(condition):
            found = _tried(low, then, names, here)
        elif not is_false(condition):
            found = _chosen(node, condition, _tried(low, then, names, here), found)
    return _known(node, found)


def _assert(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    return required(node, low.evaluated(node.operands[0], names, here))


def _itself(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    return low.evaluated(node.operands[0], names, here)


def is_unchanged(low: Lowering, node: Expression, names: Names, here: Here) -> Expression:
    """Whether the value of an expression is the same in the next state."""
    parts = components(low, node)
    if parts is None:
        both = low.evaluated(node, names, here), primed(low, node, names, here)
        return Apply(op.EQ, both, place=node.place)
    found = [is_unchanged(low, part, names, here) for part in parts]
    return found[0] if len(found) == 1 else Apply(op.AND, tuple(found), place=node.place)


def components(low: Lowering, node: Expression) -> tuple[Expression, ...] | None:
    """The expressions that one is a tuple of; None for what is none."""
    match node:
        case Apply(operator=op.SEQUENCE):
            return node.operands
        case Call(arguments=()):
            return components(low, low.library.source(node.definition).expression)
    return None


def _unchanged(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    return is_unchanged(low, node.operands[0], names, here)


def _box(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    action = low.evaluated(node.operands[0], names, here)
    return Apply(op.OR, (action, is_unchanged(low, node.operands[1], names, here)), place=node.place)


def _angle(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    action = low.evaluated(node.operands[0], names, here)
    changed = Apply(op.NOT, (is_unchanged(low, node.operands[1], names, here),), place=node.place)
    return Apply(op.AND, (action, changed), place=node.place)


def _union(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    """``UNION {S}`` is S, which may be a set that is not written out."""
    sets = low.evaluated(node.operands[0], names, here)
    if isinstance(sets, Apply) and sets.operator is op.SET and len(sets.operands) == 1:
        return sets.operands[0]
    return Apply(node.operator, (sets,), place=node.place)


def _select(low: Lowering, node: Apply, names: Names, here: Here) -> Expression:
    """``SelectSeq(s, P)`` as a comprehension."""
    sequence, test = low.evaluated(node.operands[0], names, here), low.argument("", node.operands[1], names, here)
    assert isinstance(test, Closure)
    element = low.local(test.parameters[0], node)
    condition = low.evaluated(test.body, {**test.names, test.parameters[0]: element}, here)
    return Bind(Binder.SEQUENCE, (Bound((element.name,), sequence, condition),), element, place=node.place)


_RULES: Mapping[Operator, Callable[[Lowering, Apply, Names, Here], Expression]] = {
    op.AND: _connected,
    op.OR: _connected,
    op.IF: _if,
    op.INDEX: indexed,
    op.BIG_UNION: _union,
    standard.IMPLIES: _implies,
    standard.EQUIVALENT: _equivalent,
    standard.CASE: _case,
    standard.PRIME: _prime,
    standard.UNCHANGED: _unchanged,
    standard.BOX_ACTION: _box,
    standard.ANGLE_ACTION: _angle,
    standard.ASSERT: _assert,
    standard.TLC_EVAL: _itself,
    standard.SELECT_SEQ: _select,
}
