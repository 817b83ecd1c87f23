"""The spec language: all that a spec file imports. ``mc/lang/README.md`` is its guide."""

from mc.lang.composites import Bag, Record, Seq, Set, Union
from mc.lang.declarations import Boolean, ModelValues, Natural, Then, Variable
from mc.lang.domains import BOOLEAN, Domain, Enum, Fn, Nat, Optional, Range
from mc.lang.operators import UNION, Append, Cardinality, CopiesIn, Head, Len, Max, Min, SubSeq, Tail, The
from mc.lang.values import ModelValue

__all__ = [
    "BOOLEAN",
    "UNION",
    "Append",
    "Bag",
    "Boolean",
    "Cardinality",
    "CopiesIn",
    "Domain",
    "Enum",
    "Fn",
    "Head",
    "Len",
    "Max",
    "Min",
    "ModelValue",
    "ModelValues",
    "Nat",
    "Natural",
    "Optional",
    "Range",
    "Record",
    "Seq",
    "Set",
    "SubSeq",
    "Tail",
    "The",
    "Then",
    "Union",
    "Variable",
]
