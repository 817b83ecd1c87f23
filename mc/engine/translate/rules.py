"""The rules of translation from expressions to code: what each form and each operator becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mc.engine.code.nodes import Code
from mc.engine.translate import bags, convert, functions, membership, sets
from mc.engine.translate.algebra import changed_bag, combined, included
from mc.engine.translate.arithmetic import arithmetic, sum_of
from mc.engine.translate.builders import concatenated, function_of_values, quantify, set_of_values
from mc.engine.translate.calls import (
    appended,
    call,
    copies_in,
    extreme,
    head_of,
    record_of,
    size_of,
    subsequence,
    tail_of,
)
from mc.engine.translate.changes import changed
from mc.engine.translate.choose import chosen_element
from mc.engine.translate.codes import bind
from mc.engine.translate.expressions import (
    MISSING,
    OF_NONE,
    applied,
    compared,
    conditional,
    connected,
    contained,
    counted,
    field_of,
    indexed,
    interval_of,
    known_value,
    magnitude,
    named_value,
    negated,
    never,
    opposite,
    ordered,
)
from mc.engine.translate.folds import fold, let
from mc.engine.translate.module import Module
from mc.engine.translate.only import only_element
from mc.engine.translate.operands import (
    ANY,
    BAG,
    BOOLEAN,
    DOMAIN,
    FUNCTION,
    MEMBERS,
    NUMBER,
    RANGED,
    RECORD,
    SEQUENCE,
    SET,
    STRING,
    Row,
    chosen,
)
from mc.engine.translate.partial import domain_of, merged
from mc.engine.translate.records import record_at, written_record
from mc.engine.translate.sequences import sequence_of_values
from mc.engine.translate.tla import booleans, domain_made, equivalent, finite, implied, joined, numbers_of, subsets
from mc.engine.translate.unions import union_of
from mc.engine.translate.values import Const, Made, SetOf, Tuple, Value
from mc.engine.translate.writer import Rules, Writer
from mc.formula import operators as op
from mc.formula import standard
from mc.formula.nodes import (
    Apply,
    Bind,
    Binder,
    Call,
    Except,
    Expression,
    Fold,
    Let,
    Name,
)
from mc.formula.operators import Operator

#: So many expressions are translated, at most: those of what has a large value stand wherever it is applied.
MOST_EXPRESSIONS = 30_000
#: So deeply are operations nested in an expression, at most, before a part of it gets a name.
DEEPEST = 60


def translated(w: Writer, node: Expression) -> Value:
    """Translate one expression; code that must run before it is emitted."""
    w.module.expressions += 1
    if w.module.expressions > MOST_EXPRESSIONS:
        w.refuse("the code is too large: what is recursive here, or applied often, has a large value")
    known = known_value(w, node)
    if known is not MISSING:
        return Const(frozenset(known) if isinstance(known, set) else known)
    with w.about(node):
        value = _value(w, node)
        if isinstance(value, Made) and value.node is None:
            value = replace(value, node=node)
        code = getattr(value, "code", None)
        return bind(w, value) if isinstance(code, Code) and code.depth > DEEPEST else value


def _value(w: Writer, node: Expression) -> Value:
    match node:
        case Name():
            return named_value(w, node)
        case Apply():
            return _operator(w, node)
        case Call(definition=definition, arguments=arguments):
            return call(w, w.module.definitions[definition], [w.expr(a) for a in arguments])
        case Bind(binder=Binder.CHOOSE) if w.module.spec.met is not None:
            return chosen_element(w, node)
        case Bind() if node.binder in BINDERS:
            return Const(OF_NONE[node.binder]) if never(w, node.bounds) else BINDERS[node.binder].rule(w, node)
        case Let():
            let(w, node)
            return w.expr(node.body)
        case Fold():
            return fold(w, node)
        case Except():
            return changed(w, node)
    w.refuse("this cannot be evaluated")


def _operator(w: Writer, node: Apply) -> Value:
    table = TABLE if w.module.spec.met is None else TABLE_OF_TLA
    rows = table.get(node.operator)
    if not rows:
        w.refuse("this is not part of the spec language")
    if rows[0].whole:
        return rows[0].rule(w, node)
    operands = [w.expr(operand) for operand in node.operands]
    value = _of_known(node, operands)
    if value is not None:
        return value
    row, operands = chosen(w, rows, node, operands)
    return row.rule(w, node, *operands)


def _of_known(node: Apply, operands: Sequence[Value]) -> Value | None:
    """The value of an operator where those of its operands turn out to be known; None where it has none."""
    known = [operand.value for operand in operands if isinstance(operand, Const)]
    if len(known) < len(operands) or node.operator.meaning is None:
        return None
    try:
        return Const(node.operator.meaning(*known))
    except Exception:
        return None  # the rule refuses it, or it fails in the states that come to it


def displayed(w: Writer, node: Apply) -> Value:
    """``{a, b}`` or ``<<a, b>>``"""
    elements = tuple(bind(w, w.expr(operand)) for operand in node.operands)
    value = _of_known(node, elements)
    if value is not None:
        return value
    return SetOf(elements) if node.operator is op.SET else Tuple(elements)


_ORDER = Row((NUMBER, NUMBER), ordered)
_SETS = Row((SET, SET), combined)
_NUMBERS = Row((NUMBER, NUMBER), arithmetic)
_MEMBER = (Row((ANY, MEMBERS), contained),)
#: What becomes of each operator, by the kinds of its operands: the first row that is for them. It is printed by
#: ``mc info --language``; what is in no row is refused, with what the rows take.
TABLE: Mapping[Operator, Sequence[Row]] = {
    op.AND: (Row((BOOLEAN,), connected, whole=True),),
    op.OR: (Row((BOOLEAN,), connected, whole=True),),
    op.NOT: (Row((BOOLEAN,), negated, whole=True),),
    op.IF: (Row((BOOLEAN, ANY, ANY), conditional, whole=True),),
    op.EQ: (Row((ANY, ANY), compared),),
    op.NE: (Row((ANY, ANY), compared),),
    op.LT: (_ORDER, Row((SET, SET), included, tla="\\subset")),
    op.LE: (_ORDER, Row((SET, SET), included, tla="\\subseteq")),
    op.GT: (_ORDER, Row((SET, SET), included, tla="\\supset")),
    op.GE: (_ORDER, Row((SET, SET), included, tla="\\supseteq")),
    op.IN: _MEMBER,
    op.NOT_IN: _MEMBER,
    op.ADD: (_NUMBERS, Row((SEQUENCE, SEQUENCE), concatenated, tla="\\o"), Row((BAG, SET), changed_bag, tla="(+)")),
    op.SUBTRACT: (_NUMBERS, Row((SET, SET), combined, tla="\\"), Row((BAG, SET), changed_bag, tla="(-)")),
    op.TIMES: (_NUMBERS,),
    op.QUOTIENT: (_NUMBERS,),
    op.REMAINDER: (_NUMBERS,),
    op.POWER: (_NUMBERS,),
    op.NEGATIVE: (Row((NUMBER,), opposite),),
    op.ABS: (Row((NUMBER,), magnitude),),
    op.INTERVAL: (Row((NUMBER, NUMBER), interval_of),),
    op.MAX: (Row((SET | SEQUENCE,), extreme, whole=True),),
    op.MIN: (Row((SET | SEQUENCE,), extreme, whole=True),),
    op.SET: (Row((ANY,), displayed, whole=True),),
    op.UNION: (_SETS,),
    op.INTERSECTION: (_SETS,),
    op.SYMMETRIC_DIFFERENCE: (_SETS,),
    op.BIG_UNION: (Row((SET,), union_of, whole=True),),
    op.THE: (Row((SET,), only_element, whole=True),),
    op.CARDINALITY: (Row((SET | BAG,), size_of),),
    op.SIZE: (Row((SET | BAG,), size_of), Row((SEQUENCE,), size_of, tla="Len")),
    op.INDEX: (Row((FUNCTION, ANY), applied), Row((SEQUENCE, NUMBER), indexed), Row((BAG, ANY), counted)),
    op.FIELD: (Row((RECORD, STRING), field_of),),
    op.CHECKED: (Row((DOMAIN, RECORD), record_of, whole=True),),
    op.SEQUENCE: (Row((ANY,), displayed, whole=True),),
    op.LEN: (Row((SEQUENCE,), size_of),),
    op.APPEND: (Row((SEQUENCE, ANY), appended),),
    op.SUBSEQ: (Row((SEQUENCE, NUMBER, NUMBER), subsequence),),
    op.HEAD: (Row((SEQUENCE,), head_of),),
    op.TAIL: (Row((SEQUENCE,), tail_of),),
    op.COPIES: (Row((ANY, BAG), copies_in),),
}
#: The same for the text of TLA+, which tells more kinds apart: a function is no set, and what is added is a number.
TABLE_OF_TLA: Mapping[Operator, Sequence[Row]] = {
    **TABLE,
    standard.IMPLIES: (Row((BOOLEAN, BOOLEAN), implied, whole=True),),
    standard.EQUIVALENT: (Row((BOOLEAN, BOOLEAN), equivalent),),
    **dict.fromkeys((op.LT, op.LE, op.GT, op.GE), (_ORDER,)),
    **dict.fromkeys((op.IN, op.NOT_IN), (Row((ANY, SET | DOMAIN), contained),)),
    op.ADD: (_NUMBERS,),
    op.SUBTRACT: (_NUMBERS,),
    standard.SUBSET_OF: (Row((SET, SET), included),),
    **dict.fromkeys(
        (op.UNION, op.INTERSECTION, standard.DIFFERENCE), (_SETS, Row((SET | DOMAIN, SET | DOMAIN), joined))
    ),
    **dict.fromkeys(
        (standard.SEQ, standard.PRODUCT, standard.FUNCTIONS, standard.RECORDS), (Row((ANY,), domain_made, whole=True),)
    ),
    **dict.fromkeys((standard.NAT, standard.INT), (Row((), numbers_of, whole=True),)),
    standard.POWERSET: (Row((SET,), subsets, whole=True),),
    standard.BOOLEAN: (Row((), booleans, whole=True),),
    op.CARDINALITY: (Row((SET,), size_of),),
    op.FIELD: (Row((RECORD, STRING), field_of), Row((FUNCTION, STRING), applied)),
    op.INDEX: (*TABLE[op.INDEX], Row((RECORD, STRING), record_at)),
    op.RECORD: (Row((ANY,), written_record, whole=True),),
    standard.DOMAIN: (Row((FUNCTION | SEQUENCE | RECORD | BAG,), domain_of),),
    standard.CONCATENATION: (Row((SEQUENCE, SEQUENCE), concatenated),),
    standard.IS_FINITE_SET: (Row((SET,), finite),),
    standard.MERGE: (Row((BAG, BAG), merged, whole=True),),
}
#: The same of what binds names: the kinds of what is ranged over, and of the body.
BINDERS: Mapping[Binder, Row] = {
    Binder.FORALL: Row((RANGED, BOOLEAN), quantify, whole=True),
    Binder.EXISTS: Row((RANGED, BOOLEAN), quantify, whole=True),
    Binder.SET: Row((RANGED, ANY), set_of_values, whole=True),
    Binder.SEQUENCE: Row((SEQUENCE | SET, ANY), sequence_of_values, whole=True),
    Binder.FUNCTION: Row((MEMBERS, ANY), function_of_values, whole=True),
    Binder.SUM: Row((RANGED, NUMBER), sum_of, whole=True),
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


def new_writer(module: Module, file: str, returns: Code | None) -> Writer:
    """A writer of a new function; see :class:`Writer`."""
    return Writer(module, RULES, file, returns)
