"""Expressions of TLA+ as formulas: a rule for each kind of syntax node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from mc.formula import operators as op
from mc.formula import standard
from mc.formula.nodes import (
    Apply,
    Bind,
    Binder,
    Bound,
    Change,
    Except,
    Expression,
    Lambda,
    Name,
    Of,
    Value,
)
from mc.formula.operators import Operator
from mc.read.tla.bounds import Bounds, bounded, chosen, unbounded
from mc.read.tla.bullets import check_columns
from mc.read.tla.config import LARGEST
from mc.read.tla.lets import let
from mc.read.tla.lowering import Scope
from mc.read.tla.precedence import check_operands
from mc.read.tla.scope import Local
from mc.read.tla.spelling import INFIX, POSTFIX, PREFIX
from mc.read.tla.strings import unescaped, unknown_escape
from mc.read.tla.subexpressions import mentions, subexpression
from mc.read.tla.syntax import Node, fields, part, parts, written
from mc.read.tla.written import applied, symbol_name

# Values and names


def _number(scope: Scope, node: Node) -> Expression:
    return _integer(scope, node, written(node), 10)


def _based(base: int) -> Callable[[Scope, Node], Expression]:
    return lambda scope, node: _integer(scope, node, written(node)[2:], base)


def _integer(scope: Scope, node: Node, digits: str, base: int) -> Expression:
    # Of very long ones Python would not read the decimal digits.
    if len(digits.lstrip("0")) > 32 or int(digits, base) > LARGEST:
        scope.source.refuse(node, f"the number is larger than {LARGEST}, the largest of TLC")
    return Value(int(digits, base), place=scope.source.place(node))


def _real(scope: Scope, node: Node) -> Expression:
    scope.source.refuse(node, f"{written(node)} is a real number, and TLC has none: write it as an integer")


def _string(scope: Scope, node: Node) -> Expression:
    unknown = unknown_escape(written(node))
    if unknown:
        scope.source.refuse(node, f'{unknown} means nothing in a string; a backslash stands before " \\ t n f r alone')
    return Value(unescaped(written(node)[1:-1]), place=scope.source.place(node))


def _boolean(scope: Scope, node: Node) -> Expression:
    return Value(written(node) == "TRUE", place=scope.source.place(node))


def _known(scope: Scope, node: Node) -> Expression:
    """A name without arguments."""
    return scope.named(node, symbol_name(node) or written(node), ())


def _applied(scope: Scope, node: Node) -> Expression:
    return scope.named(node, *applied(node))


def _selected(scope: Scope, node: Node) -> Expression:
    """``I!Op(a)``"""
    if mentions(scope, node):
        return subexpression(scope, node)
    context, found, given = scope.selected(node)
    operands = scope.fitted(node, written(part(node, "op")), found.arities, applied(part(node, "op"))[1])
    return scope.apply(found, operands, scope.source.place(node), context, given)


# Operators around their operands


def _prefix(scope: Scope, node: Node) -> Expression:
    check_operands(scope.source, node)
    symbol = part(node, "symbol")
    free = scope.free(scope.source.place(node)) if symbol.type == "enabled" else None
    if free is not None:
        inner, values = free
        return Apply(standard.ENABLED, (inner.expression(part(node, "rhs")), *values), place=scope.source.place(node))
    return _of_symbol(scope, node, PREFIX[symbol.type], symbol, [part(node, "rhs")])


def _infix(scope: Scope, node: Node) -> Expression:
    """``a + b + c``: from the left, and not by recursion, for such chains are long."""
    chain: list[Node] = []
    first = node
    while first.type == "bound_infix_op" and part(first, "symbol").type != "times":
        check_operands(scope.source, first)
        chain.append(first)
        first = part(first, "lhs")
    if first.type == "bound_infix_op":
        check_operands(scope.source, first)
        made: Expression | None = _product(scope, first)
    else:
        made = None
    for joined in reversed(chain):
        symbol = part(joined, "symbol")
        made = _of_symbol(scope, joined, INFIX[symbol.type], symbol, [made or first, part(joined, "rhs")])
    assert made is not None
    return made


def _postfix(scope: Scope, node: Node) -> Expression:
    check_operands(scope.source, node)
    symbol = part(node, "symbol")
    return _of_symbol(scope, node, POSTFIX[symbol.type], symbol, [part(node, "lhs")])


def _of_symbol(scope: Scope, node: Node, name: str, symbol: Node, given: Sequence[Node | Expression]) -> Expression:
    found = scope.found(name, symbol)
    operands = scope.fitted(symbol, name, found.arities, given)
    made = scope.apply(found, operands, scope.source.place(node))
    if isinstance(made, Apply):
        if made.operator in (op.AND, op.OR):
            return _flat(made)
        first = operands[0]
        if made.operator is standard.PRIME and isinstance(first, Name) and first.of is Of.VARIABLE:
            return Name(first.name, Of.PRIMED, place=made.place)
    return made


def _flat(node: Apply) -> Apply:
    """``a /\\ b /\\ c`` of ``(a /\\ b) /\\ c``"""
    operands: list[Expression] = []
    for operand in node.operands:
        inner = isinstance(operand, Apply) and operand.operator is node.operator
        operands += operand.operands if isinstance(operand, Apply) and inner else (operand,)
    return replace(node, operands=tuple(operands))


def _product(scope: Scope, node: Node) -> Expression:
    """``a \\X b \\X c``, of three sets."""
    sets = [part(node, "rhs")]
    first = part(node, "lhs")
    while first.type == "bound_infix_op" and part(first, "symbol").type == "times":
        sets.append(part(first, "rhs"))
        first = part(first, "lhs")
    return _all(scope, node, standard.PRODUCT, [first, *reversed(sets)])


def _all(scope: Scope, node: Node, operator: Operator, operands: list[Node]) -> Apply:
    """An operator of the table, of formulas."""
    return Apply(operator, tuple(map(scope.expression, operands)), place=scope.source.place(node))


def _parts(operator: Operator) -> Callable[[Scope, Node], Expression]:
    """An operator of what is named in the node."""
    return lambda scope, node: _all(scope, node, operator, parts(node))


def _listed(operator: Operator) -> Callable[[Scope, Node], Expression]:
    """``/\\ a /\\ b``, one below the other."""

    def rule(scope: Scope, node: Node) -> Expression:
        items = parts(node)
        check_columns(scope.source, items)
        return _flat(_all(scope, node, operator, [parts(item)[1] for item in items]))

    return rule


def _inner(scope: Scope, node: Node) -> Expression:
    return scope.expression(parts(node)[0])


def _tuple(scope: Scope, node: Node) -> Expression:
    return _all(scope, node, op.SEQUENCE, parts(node)[1:-1])


# Binders


def _bind(scope: Scope, node: Node, binder: Binder, bounds: Bounds, body: Node) -> Expression:
    return Bind(binder, bounds.bounds, bounds.body(body), place=scope.source.place(node))


def _quantified(scope: Scope, node: Node) -> Expression:
    binder = Binder.FORALL if part(node, "quantifier").type == "forall" else Binder.EXISTS
    return _bind(scope, node, binder, bounded(scope, fields(node, "bound")), part(node, "expression"))


def _unbounded(scope: Scope, node: Node) -> Expression:
    kind, intro, body = part(node, "quantifier").type, fields(node, "intro"), part(node, "expression")
    if kind.startswith("temporal"):
        operator = standard.TEMPORAL_FORALL if kind == "temporal_forall" else standard.TEMPORAL_EXISTS
        inner = scope.inside({})
        names = tuple(inner.bound_in(written(name), name).name for name in intro)
        place = scope.source.place(node)
        return Apply(operator, (Lambda(names, inner.expression(body), place=place),), place=place)
    binder = Binder.FORALL if kind == "forall" else Binder.EXISTS
    return _bind(scope, node, binder, unbounded(scope, intro, node), body)


def _choose(scope: Scope, node: Node) -> Expression:
    return _bind(scope, node, Binder.CHOOSE, chosen(scope, node), part(node, "expression"))


def _filter(scope: Scope, node: Node) -> Expression:
    """``{x \\in S : P}``"""
    bounds = bounded(scope, [part(node, "generator")])
    condition = bounds.body(part(node, "filter"))
    place = scope.source.place(node)
    (bound,) = bounds.bounds
    names = tuple(Name(name, Of.LOCAL, place=place) for name in bound.names)
    body = names[0] if len(names) == 1 else Apply(op.SEQUENCE, names, place=place)
    return Bind(Binder.SET, (Bound(bound.names, bound.collection, condition),), body, place=place)


def _map(scope: Scope, node: Node) -> Expression:
    """``{e : x \\in S}``"""
    return _bind(scope, node, Binder.SET, bounded(scope, fields(node, "generator")), part(node, "map"))


def _function(scope: Scope, node: Node) -> Expression:
    """``[x \\in S |-> e]``"""
    *bounds, _, body = parts(node)
    return _bind(scope, node, Binder.FUNCTION, bounded(scope, bounds), body)


# Functions and records


def _index(scope: Scope, node: Node) -> Expression:
    of, *keys = parts(node)
    place = scope.source.place(node)
    return Apply(op.INDEX, (scope.expression(of), _key(scope, node, keys)), place=place)


def _key(scope: Scope, node: Node, keys: list[Node]) -> Expression:
    """``f[x]`` has one argument, ``f[x, y]`` a pair."""
    return scope.expression(keys[0]) if len(keys) == 1 else _all(scope, node, op.SEQUENCE, keys)


def _field(scope: Scope, node: Node) -> Expression:
    of, name = parts(node)
    field = Value(written(name), place=scope.source.place(name))
    return Apply(op.FIELD, (scope.expression(of), field), place=scope.source.place(node))


def _record(operator: Operator) -> Callable[[Scope, Node], Expression]:
    """``[a |-> e]`` or ``[a : S]``"""

    def rule(scope: Scope, node: Node) -> Expression:
        given = [child for child in parts(node) if child.type != "all_map_to"]
        operands: list[Expression] = []
        seen: set[str] = set()
        for name, value in zip(given[::2], given[1::2], strict=True):
            field = written(name)
            if field in seen:
                scope.source.refuse(name, f"the record has a field {field} already")
            seen.add(field)
            operands += [Value(field, place=scope.source.place(name)), scope.expression(value)]
        return Apply(operator, tuple(operands), place=scope.source.place(node))

    return rule


def _except(scope: Scope, node: Node) -> Expression:
    of, *updates = parts(node)
    made = []
    for update in updates:
        specifier, value = parts(update)
        path = tuple(_step(scope, step) for step in parts(specifier))
        old = Local(scope.frame.fresh("@"))
        made.append(Change(path, old.name, scope.inside({"@": old}).expression(value)))
    return Except(scope.expression(of), tuple(made), place=scope.source.place(node))


def _step(scope: Scope, node: Node) -> Expression:
    if node.type == "except_update_record_field":
        return Value(written(parts(node)[0]), place=scope.source.place(node))
    return _key(scope, node, parts(node))


def _at(scope: Scope, node: Node) -> Expression:
    found = scope.env.get("@")
    if found is None:
        scope.source.refuse(node, "@ stands for the old value in EXCEPT, and there is none around it")
    return scope.apply(found, (), scope.source.place(node))


# Words


def _if(scope: Scope, node: Node) -> Expression:
    return _all(scope, node, op.IF, [part(node, name) for name in ("if", "then", "else")])


def _case(scope: Scope, node: Node) -> Expression:
    operands: list[Node] = []
    for arm in parts(node):
        if arm.type != "case_box":
            operands += [child for child in parts(arm) if child.type != "case_arrow"]
    return _all(scope, node, standard.CASE, operands)


def _angle(scope: Scope, node: Node) -> Expression:
    _, action, _, subscript = parts(node)
    return _all(scope, node, standard.ANGLE_ACTION, [action, subscript])


def _fairness(scope: Scope, node: Node) -> Expression:
    operator = standard.WEAK_FAIRNESS if node.children[0].type == "WF_" else standard.STRONG_FAIRNESS
    made, free = _all(scope, node, operator, parts(node)), scope.free(scope.source.place(node))
    if free is None:
        return made
    inner, values = free
    subscript, action = map(inner.expression, parts(node))
    step = Apply(standard.ANGLE_ACTION, (action, subscript), place=made.place)
    enabled = Apply(standard.ENABLED, (step, *values), place=made.place)
    return Apply(operator, (*made.operands, enabled), place=made.place)


def _functions(scope: Scope, node: Node) -> Expression:
    domain, _, codomain = parts(node)
    return _all(scope, node, standard.FUNCTIONS, [domain, codomain])


def _label(scope: Scope, node: Node) -> Expression:
    return scope.expression(part(node, "expression"))


def _proof_step(scope: Scope, node: Node) -> Expression:
    scope.source.refuse(node, f"{written(node)} names a step of a proof: it cannot be used outside of it")


RULES: dict[str, Callable[[Scope, Node], Expression]] = {
    "nat_number": _number,
    "binary_number": _based(2),
    "octal_number": _based(8),
    "hex_number": _based(16),
    "real_number": _real,
    "string": _string,
    "boolean": _boolean,
    "string_set": _parts(standard.STRING),
    "boolean_set": _parts(standard.BOOLEAN),
    "nat_number_set": _known,
    "int_number_set": _known,
    "real_number_set": _known,
    "identifier_ref": _known,
    "bound_op": _applied,
    "bound_nonfix_op": _applied,
    "prefixed_op": _selected,
    "subexpression": subexpression,
    "bound_prefix_op": _prefix,
    "bound_infix_op": _infix,
    "bound_postfix_op": _postfix,
    "parentheses": _inner,
    "conj_list": _listed(op.AND),
    "disj_list": _listed(op.OR),
    "finite_set_literal": _parts(op.SET),
    "tuple_literal": _tuple,
    "bounded_quantification": _quantified,
    "unbounded_quantification": _unbounded,
    "choose": _choose,
    "set_filter": _filter,
    "set_map": _map,
    "function_literal": _function,
    "function_evaluation": _index,
    "set_of_functions": _functions,
    "record_literal": _record(op.RECORD),
    "set_of_records": _record(standard.RECORDS),
    "record_value": _field,
    "except": _except,
    "prev_func_val": _at,
    "step_expr_or_stutter": _parts(standard.BOX_ACTION),
    "step_expr_no_stutter": _angle,
    "fairness": _fairness,
    "if_then_else": _if,
    "case": _case,
    "let_in": let,
    "label": _label,
    "proof_step_ref": _proof_step,
}
