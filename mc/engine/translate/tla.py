"""Rules for the operators that only TLA+ has, or spells so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from mc.engine.store.places import Place
from mc.engine.store.shapes import SetShape, Shape, SortedSetShape
from mc.engine.translate.codes import as_code, as_truth, named, said, unfit
from mc.engine.translate.convert import add_element, check_capacity, clear
from mc.engine.translate.equality import connect
from mc.engine.translate.kinds import FEW_SETS, bitmap, natural_shape
from mc.engine.translate.operands import BOOLEAN, kinds_of
from mc.engine.translate.values import Asked, Builder, Const, Packed, Truth, Value
from mc.engine.translate.writer import Writer
from mc.errors import EvaluationError, SpecError
from mc.formula import operators as op
from mc.formula import standard
from mc.formula.nodes import Apply, Expression
from mc.formula.nodes import Value as Literal
from mc.lang.composites import Product, Record, Seq, Set
from mc.lang.domains import Bool, Domain, Enum, Listed, Nat, Optional, Range, Written
from mc.lang.kinds import in_order, kind
from mc.lang.values import ModelValue

#: TLC's numbers.
SMALLEST = -(1 << 31)


def _condition(w: Writer, node: Apply, operand: Expression) -> Value:
    value = w.expr(operand)
    if kinds_of(w, value).isdisjoint(BOOLEAN):
        w.refuse(f"TRUE or FALSE is needed here, not {said(w, value)}")
    return value


def implied(w: Writer, node: Apply) -> Value:
    """``a => b``"""
    one, two = node.operands

    def negated() -> Value:
        value = _condition(w, node, one)
        return Const(not value.value) if isinstance(value, Const) else Truth(~as_truth(w, value))

    return connect(w, False, [negated, partial(_condition, w, node, two)])


def equivalent(w: Writer, node: Apply, left: Value, right: Value) -> Value:
    """``a <=> b``"""
    return Truth(as_truth(w, left).word.eq(as_truth(w, right).word))


def numbers_of(w: Writer, node: Apply) -> Value:
    """``Nat`` or ``Int``"""
    return Const(Nat if node.operator is standard.NAT else Range(SMALLEST))


def finite(w: Writer, node: Apply, value: Value) -> Value:
    """``IsFiniteSet(S)``: what is stored is finite."""
    return Const(True)


def booleans(w: Writer, node: Apply) -> Value:
    """``BOOLEAN``"""
    return Const(frozenset((False, True)))


def subsets(w: Writer, node: Apply) -> Value:
    """``SUBSET S``: where S depends on the state, it is gone through, and has few possible elements."""
    value = w.expr(node.operands[0])
    if isinstance(value, Const):
        return domain_made(w, node)
    shape = natural_shape(w, value)
    sets = bitmap(w, shape)
    if not isinstance(shape, SetShape) or sets is None or len(shape.values) > FEW_SETS:
        w.refuse("the subsets of such a set are too many")
    code, count = named(w, as_code(w, value, shape), "whole"), 1 << len(shape.values)

    @contextmanager
    def loop() -> Iterator[Value]:
        with w.loop(w.fresh("k"), "range", count) as k, w.when((k & ~code).eq(0)):
            yield Packed(k, shape)

    def fill(place: Place, target: Shape) -> None:
        if not isinstance(target, (SetShape, SortedSetShape)):
            unfit(w, sets, target)
        clear(w, place, target)
        with loop() as element:
            add_element(w, place, target, element)
        check_capacity(w, place, target)

    return Builder(fill, lambda: sets, loop=loop, once=True)


def domain_made(w: Writer, node: Apply) -> Value:
    """A set of sets, functions, records or sequences of known values: ``SUBSET S``, ``S \\X T``, ``[S -> T]``."""
    parts = [_known(w, operand) for operand in node.operands]
    try:
        match node.operator:
            case standard.POWERSET:
                return Const(Set(*parts))
            case standard.SEQ:
                return Const(Seq(*parts))
            case standard.PRODUCT:
                return Const(Product(*parts))
            case standard.FUNCTIONS:
                return Const(Written(*parts))
            case standard.RECORDS:
                return Const(Record(**dict(zip(parts[::2], parts[1::2], strict=True))))
    except (SpecError, EvaluationError, TypeError) as error:
        w.refuse(f"this set is not compiled ({error})")
    raise AssertionError(node)


def _known(w: Writer, operand: Expression) -> Any:
    """A part of such a set: the name of a field, a set that is known, or a domain."""
    value = w.expr(operand)
    if not isinstance(value, Const):
        w.refuse("a set that depends on the state is no part of a larger one here")
    given = value.value
    return given if isinstance(operand, Literal) and isinstance(given, str) else _as_domain(given)


def _as_domain(given: Any) -> Domain:
    """A known set as a domain."""
    if isinstance(given, Domain):
        return given
    elements = frozenset(given)
    types = set(map(type, elements))
    if types == {bool} and len(elements) > 1:
        return Bool()
    if types == {int} and max(elements) - min(elements) == len(elements) - 1:
        return Range(min(elements), max(elements))
    return Enum(*in_order(elements)) if types <= {str, int, bool, ModelValue} else Listed(elements)


def joined(w: Writer, node: Apply, left: Value, right: Value) -> Value:
    """``\\cup``, ``\\cap`` or ``\\`` of sets of which one is not written out."""
    if node.operator is standard.DIFFERENCE and isinstance(left, Const) and isinstance(right, Const):
        numbers, taken = left.value, right.value
        if isinstance(numbers, Range) and numbers.hi is None and not isinstance(taken, Domain):
            below = [n for n in taken if type(n) is int]
            if len(below) == len(taken) and set(below) == set(range(numbers.lo, numbers.lo + len(below))):
                return Const(Range(numbers.lo + len(below)))
    if node.operator is op.UNION:
        for domain, other in ((left, right), (right, left)):
            if isinstance(domain, Const) and isinstance(domain.value, Domain) and isinstance(other, Const):
                return _with_atoms(domain.value, other.value) or Asked(node.operator, left, right)
    return Asked(node.operator, left, right)


def _with_atoms(domain: Domain, atoms: Any) -> Value | None:
    """A domain and a few atoms; None where there is no such domain."""
    try:
        for atom in in_order(atoms):
            if kind(atom) in domain.kinds:
                return None
            domain = Optional(domain, atom)
    except (SpecError, TypeError):
        return None
    return Const(domain)
