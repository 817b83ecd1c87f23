"""Operators of TLA+ and of its standard modules that Python specs spell otherwise, or have no use for.

The symbols of TLA+ itself are known in each module (:data:`SYMBOLS`); those of a standard module where it is extended
or instantiated (:data:`MODULES`). Their meanings are the interpreter's. What is not here is written in TLA+, in the
library that comes with the reader.
"""

from __future__ import annotations

from collections.abc import Mapping

from mc.formula import operators as op
from mc.formula.operators import Operator


def _operator(tla: str, arity: int | tuple[int, int | None], precedence: tuple[int, int] | None = None) -> Operator:
    return Operator(tla, tla, (arity, arity) if isinstance(arity, int) else arity, None, precedence)


# Logic and what depends on two states
IMPLIES = _operator("=>", 2, (1, 1))
EQUIVALENT = _operator("<=>", 2, (2, 2))
#: Of conditions and values in turn; an odd operand at the end is that of OTHER.
CASE = _operator("CASE {}", (2, None))
PRIME = _operator("'", 1, (15, 15))
UNCHANGED = _operator("UNCHANGED", 1, (4, 15))
ENABLED = _operator("ENABLED", 1, (4, 15))
#: ``[A]_v`` and ``<<A>>_v``, of A and v.
BOX_ACTION = _operator("[{}]_{}", 2)
ANGLE_ACTION = _operator("<<{}>>_{}", 2)

# Behaviors
ALWAYS = _operator("[]", 1, (4, 15))
EVENTUALLY = _operator("<>", 1, (4, 15))
LEADS_TO = _operator("~>", 2, (2, 2))
#: ``WF_v(A)`` and ``SF_v(A)``, of v and A.
WEAK_FAIRNESS = _operator("WF_{}({})", 2)
STRONG_FAIRNESS = _operator("SF_{}({})", 2)

PLUS_ARROW = _operator("-+->", 2, (2, 2))
ACTION_COMPOSITION = _operator("\\cdot", 2, (5, 14))
#: ``\\AA x, y : F`` and ``\\EE x, y : F``, of ``LAMBDA x, y : F``.
TEMPORAL_FORALL = _operator("\\AA", 1)
TEMPORAL_EXISTS = _operator("\\EE", 1)

# Sets
SUBSET_OF = _operator("\\subseteq", 2, (5, 5))
DIFFERENCE = _operator("\\", 2, (8, 8))
POWERSET = _operator("SUBSET", 1, (8, 8))
PRODUCT = _operator("{} \\X {}", (2, None), (10, 13))
FUNCTIONS = _operator("[{} -> {}]", 2)
#: Of names of fields and sets in turn.
RECORDS = _operator("[{} : {}]", (2, None))
BOOLEAN = _operator("BOOLEAN", 0)
STRING = _operator("STRING", 0)
#: What an unbounded ``CHOOSE``, ``\\E`` or ``\\A`` ranges over.
UNBOUNDED = _operator("UNBOUNDED", 0)

# Functions
DOMAIN = _operator("DOMAIN", 1, (9, 9))

# Naturals, Integers, Reals
NAT = _operator("Nat", 0)
INT = _operator("Int", 0)
REAL = _operator("Real", 0)
DIVIDE = _operator("/", 2, (13, 13))
INFINITY = _operator("Infinity", 0)

# Sequences
CONCATENATION = _operator("\\o", 2, (13, 13))
SEQ = _operator("Seq", 1)
#: Of a sequence and an operator.
SELECT_SEQ = _operator("SelectSeq", 2)

# FiniteSets
IS_FINITE_SET = _operator("IsFiniteSet", 1)

# TLC and TLCExt
PRINT = _operator("Print", 2)
PRINT_T = _operator("PrintT", 1)
ASSERT = _operator("Assert", 2)
JAVA_TIME = _operator("JavaTime", 0)
TLC_GET = _operator("TLCGet", 1)
TLC_SET = _operator("TLCSet", 2)
SINGLE = _operator(":>", 2, (7, 7))
MERGE = _operator("@@", 2, (6, 6))
PERMUTATIONS = _operator("Permutations", 1)
#: Of a sequence and an operator of two arguments.
SORT_SEQ = _operator("SortSeq", 2)
RANDOM_ELEMENT = _operator("RandomElement", 1)
ANY = _operator("Any", 0)
TO_STRING = _operator("ToString", 1)
TLC_EVAL = _operator("TLCEval", 1)
ASSERT_EQ = _operator("AssertEq", 2)
TLC_MODEL_VALUE = _operator("TLCModelValue", 1)

#: What each module knows, by its spelling in ASCII. Other spellings (``\\land``, ``#``, those of Unicode) are the
#: reader's. What has brackets or words of its own around its operands is not among them.
SYMBOLS: Mapping[str, Operator] = {
    "/\\": op.AND,
    "\\/": op.OR,
    "~": op.NOT,
    "=>": IMPLIES,
    "<=>": EQUIVALENT,
    "=": op.EQ,
    "/=": op.NE,
    "\\in": op.IN,
    "\\notin": op.NOT_IN,
    "\\subseteq": SUBSET_OF,
    "\\cup": op.UNION,
    "\\cap": op.INTERSECTION,
    "\\": DIFFERENCE,
    "SUBSET": POWERSET,
    "UNION": op.BIG_UNION,
    "DOMAIN": DOMAIN,
    "UNCHANGED": UNCHANGED,
    "ENABLED": ENABLED,
    "'": PRIME,
    "[]": ALWAYS,
    "<>": EVENTUALLY,
    "~>": LEADS_TO,
    "-+->": PLUS_ARROW,
    "\\cdot": ACTION_COMPOSITION,
    "BOOLEAN": BOOLEAN,
    "STRING": STRING,
}

_NATURALS: Mapping[str, Operator] = {
    "+": op.ADD,
    "-": op.SUBTRACT,
    "*": op.TIMES,
    "^": op.POWER,
    "<": op.LT,
    ">": op.GT,
    "\\leq": op.LE,
    "\\geq": op.GE,
    "%": op.REMAINDER,
    "\\div": op.QUOTIENT,
    "..": op.INTERVAL,
    "Nat": NAT,
}
_INTEGERS: Mapping[str, Operator] = {**_NATURALS, "Int": INT, "-.": op.NEGATIVE}

#: The standard modules whose operators are the interpreter's, by their names.
MODULES: Mapping[str, Mapping[str, Operator]] = {
    "Naturals": _NATURALS,
    "Integers": _INTEGERS,
    "Reals": {**_INTEGERS, "Real": REAL, "/": DIVIDE, "Infinity": INFINITY},
    "Sequences": {
        "Seq": SEQ,
        "Len": op.LEN,
        "\\o": CONCATENATION,
        "Append": op.APPEND,
        "Head": op.HEAD,
        "Tail": op.TAIL,
        "SubSeq": op.SUBSEQ,
        "SelectSeq": SELECT_SEQ,
    },
    "FiniteSets": {"IsFiniteSet": IS_FINITE_SET, "Cardinality": op.CARDINALITY},
    "TLC": {
        "Print": PRINT,
        "PrintT": PRINT_T,
        "Assert": ASSERT,
        "JavaTime": JAVA_TIME,
        "TLCGet": TLC_GET,
        "TLCSet": TLC_SET,
        ":>": SINGLE,
        "@@": MERGE,
        "Permutations": PERMUTATIONS,
        "SortSeq": SORT_SEQ,
        "RandomElement": RANDOM_ELEMENT,
        "Any": ANY,
        "ToString": TO_STRING,
        "TLCEval": TLC_EVAL,
    },
    "TLCExt": {"AssertEq": ASSERT_EQ, "TLCModelValue": TLC_MODEL_VALUE},
}
