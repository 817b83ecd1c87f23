"""What the operators mean that are applied to the values of their operands."""

from __future__ import annotations

import itertools
import operator
import time
from collections.abc import Callable, Mapping
from typing import Any

from mc.errors import EvaluationError, KindError
from mc.formula import operators as op
from mc.formula import standard
from mc.formula.operators import Operator
from mc.interpreter import arithmetic, combined, sequences, sets
from mc.interpreter.apply import domain_of
from mc.interpreter.broken import broken
from mc.interpreter.errors import AssertError
from mc.interpreter.forms import function, written
from mc.interpreter.order import Order
from mc.interpreter.printed import printed
from mc.interpreter.products import Functions, Tuples
from mc.interpreter.shown import text
from mc.interpreter.tlc import Registers
from mc.interpreter.values import BOOLEAN
from mc.lang.values import ModelValue


def meanings(order: Order, registers: Registers) -> Mapping[Operator, Callable[..., Any]]:
    """The table, for the values of one spec."""

    def single(key: Any, value: Any) -> Any:
        return function((order.normal(key),), (value,))

    def merge(a: Any, b: Any) -> Any:
        made = sequences.merged(a, b, order)
        return function(tuple(made), tuple(made.values()))

    def permutations(of: Any) -> frozenset[Any]:
        parts = sets.elements(of, order)
        return frozenset(function(parts, images) for images in itertools.permutations(parts))

    def random_element(of: Any) -> Any:
        parts = sets.elements(of, order)
        if not parts:
            raise EvaluationError("RandomElement is of a set with an element")
        return parts[registers.random.randrange(len(parts))]

    def shown(value: Any) -> str:
        return broken(printed(value, order))

    def asserted(value: Any, message: Any) -> bool:
        if value is True:
            return True
        raise AssertError(f"The first argument of Assert evaluated to FALSE; the second argument was: {shown(message)}")

    def asserted_equal(a: Any, b: Any) -> bool:
        if order.equal(a, b):
            return True
        registers.print(f"Assertion failed: {shown(a)} /= {shown(b)}")
        return False

    def print_both(a: Any, b: Any) -> Any:
        registers.print(f"{shown(a)}  {shown(b)}")
        return b

    def print_one(a: Any) -> bool:
        registers.print(shown(a))
        return True

    return {
        # Comparison
        op.EQ: order.equal,
        op.NE: lambda a, b: not order.equal(a, b),
        op.LT: arithmetic.compared("<", operator.lt),
        op.LE: arithmetic.compared("<=", operator.le),
        op.GT: arithmetic.compared(">", operator.gt),
        op.GE: arithmetic.compared(">=", operator.ge),
        op.IN: lambda element, of: sets.member(element, of, order),
        op.NOT_IN: lambda element, of: not sets.member(element, of, order),
        standard.SUBSET_OF: lambda a, b: combined.is_subset(a, b, order),
        # Numbers
        op.ADD: arithmetic.add,
        op.SUBTRACT: arithmetic.subtract,
        op.TIMES: arithmetic.multiply,
        op.QUOTIENT: arithmetic.divided,
        op.REMAINDER: arithmetic.remaining,
        op.POWER: arithmetic.raised,
        op.NEGATIVE: arithmetic.negated,
        op.INTERVAL: arithmetic.interval,
        # Sets
        op.UNION: lambda a, b: combined.cup(a, b, order),
        op.INTERSECTION: lambda a, b: combined.cap(a, b, order),
        standard.DIFFERENCE: lambda a, b: combined.diff(a, b, order),
        op.BIG_UNION: lambda of: combined.union(of, order),
        standard.POWERSET: _subsets,
        standard.PRODUCT: lambda *of: Tuples(of),
        standard.FUNCTIONS: Functions,
        op.CARDINALITY: lambda of: sets.size(of, order),
        standard.IS_FINITE_SET: lambda of: sets.is_finite(of, order),
        standard.BOOLEAN: lambda: BOOLEAN,
        standard.STRING: lambda: sets.STRING,
        standard.NAT: lambda: sets.NAT,
        standard.INT: lambda: sets.INT,
        standard.REAL: lambda: sets.REAL,
        standard.ANY: lambda: sets.ANY,
        # Functions and sequences
        standard.DOMAIN: lambda of: domain_of(of, order),
        standard.SEQ: sets.Sequences,
        op.LEN: sequences.length,
        op.APPEND: sequences.append,
        op.HEAD: sequences.head,
        op.TAIL: sequences.tail,
        op.SUBSEQ: sequences.subsequence,
        standard.CONCATENATION: sequences.concatenated,
        standard.SELECT_SEQ: sequences.selected,
        standard.SORT_SEQ: sequences.sorted_by,
        standard.SINGLE: single,
        standard.MERGE: merge,
        # TLC
        standard.PERMUTATIONS: permutations,
        standard.RANDOM_ELEMENT: random_element,
        standard.TO_STRING: lambda value: printed(value, order),
        standard.TLC_EVAL: lambda value: _evaluated(value, order),
        standard.TLC_GET: registers.get,
        standard.TLC_SET: registers.set,
        standard.PRINT: print_both,
        standard.PRINT_T: print_one,
        standard.ASSERT: asserted,
        standard.ASSERT_EQ: asserted_equal,
        standard.JAVA_TIME: lambda: int(time.time()) & 0x7FFFFFFF,
        standard.TLC_MODEL_VALUE: _model_value,
    }


def _subsets(of: Any) -> sets.Subsets:
    if sets.is_set(of):
        return sets.Subsets(of)
    raise KindError(f"SUBSET is of a set, not of {text(of)}")


def _evaluated(value: Any, order: Order) -> Any:
    """``TLCEval``: what can be written out is."""
    found = written(value)
    if isinstance(found, sets.SetValue):
        return found.normal(order) if found.is_enumerable else found
    return found


def _model_value(name: Any) -> ModelValue:
    if type(name) is str:
        return ModelValue(name)
    raise KindError(f"The argument of TLCModelValue should be a string, but instead it is {text(name)}")
