"""The operators of formulas: their spelling in TLA+ and in Python, arity, and meaning.

One table for all: the readers look an operator up by its spelling, the printer by itself, the interpreter takes its
meaning, and the translator has a rule for it.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable
from typing import Any

from mc.dataclass import dataclass
from mc.errors import EvaluationError
from mc.lang import kinds, operators
from mc.lang.domains import Domain, Range
from mc.lang.values import BagValue, FnValue, RecordValue, SeqValue


@dataclass(frozen=True, slots=True, eq=False)
class Operator:
    """One operator; compared by identity.

    ``meaning`` is given the values of the operands. It is None where the interpreter itself decides which operands it
    evaluates (``/\\``, IF).
    """

    #: As TLA+ spells it: ``\\cup``, ``Len``. For what is spelt around its operands, a template.
    tla: str
    #: As Python spells it: ``|``, ``Len``; or such a template.
    python: str
    #: Fewest and most operands; None: any number.
    arity: tuple[int, int | None]
    meaning: Callable[..., Any] | None
    #: How tightly an infix or prefix operator binds (*Specifying Systems*, table 6); None for others.
    precedence: tuple[int, int] | None = None

    def __repr__(self) -> str:
        return f"<{self.tla}>"

    @property
    def symbol(self) -> str:
        """What it is called where no operands are near."""
        return self.form(self.python) if "{" in self.python else self.python

    def form(self, spelling: str) -> str:
        """How it is applied to operands a, b, c, where it is spelt so: ``a | b``, ``Len(a)``."""
        operands = "abc"[: 2 if self.arity[1] is None else self.arity[1]]
        if "{" in spelling:
            one = spelling.count("{}") == 1
            return spelling.format(", ".join(operands)) if one else spelling.format(*operands)
        if spelling.isidentifier() and not keyword.iskeyword(spelling):
            return f"{spelling}({', '.join(operands)})"
        if len(operands) == 1:
            return f"{spelling} {operands}" if spelling.isidentifier() else f"{spelling}{operands}"
        return f" {spelling} ".join(operands)


#: All operators, in the order of the table.
TABLE: list[Operator] = []


def _operator(
    tla: str,
    python: str,
    arity: int | tuple[int, int | None],
    meaning: Callable[..., Any] | None,
    precedence: int | tuple[int, int] | None = None,
) -> Operator:
    operator = Operator(
        tla,
        python,
        (arity, arity) if isinstance(arity, int) else arity,
        meaning,
        (precedence, precedence) if isinstance(precedence, int) else precedence,
    )
    TABLE.append(operator)
    return operator


# Meanings that are not those of another module


def _record(*pairs: Any) -> RecordValue:
    return RecordValue(dict(zip(pairs[::2], pairs[1::2], strict=True)))


def _index(of: Any, key: Any) -> Any:
    if isinstance(of, (SeqValue, FnValue)):
        return of[key]
    if isinstance(of, RecordValue) and isinstance(key, str):
        return getattr(of, key)
    raise EvaluationError(f"{kinds.shown(of)} is applied to {kinds.shown(key)}: it is no function")


def _field(of: Any, name: str) -> Any:
    if isinstance(of, RecordValue):
        return getattr(of, name)
    raise EvaluationError(f"{kinds.shown(of)} has no field {name!r}")


def _function(*pairs: Any) -> FnValue:
    return kinds.function(zip(pairs[::2], pairs[1::2], strict=True))


def _in_domain(domain: Domain, value: Any) -> Any:
    return domain.coerce(value)


# Logic
AND = _operator("/\\", "and", (0, None), None, 3)
OR = _operator("\\/", "or", (0, None), None, 3)
NOT = _operator("~", "not", 1, lambda a: not kinds.truth(a), 4)
IF = _operator("IF {} THEN {} ELSE {}", "{1} if {0} else {2}", 3, None)

# Comparison
EQ = _operator("=", "==", 2, kinds.equal, 5)
NE = _operator("/=", "!=", 2, kinds.unequal, 5)
LT = _operator("<", "<", 2, kinds.less, 5)
LE = _operator("<=", "<=", 2, kinds.at_most, 5)
GT = _operator(">", ">", 2, kinds.greater, 5)
GE = _operator(">=", ">=", 2, kinds.at_least, 5)
IN = _operator("\\in", "in", 2, kinds.member, 5)
NOT_IN = _operator("\\notin", "not in", 2, kinds.outside, 5)

# Numbers
#: In a Python spec also ``\\o`` and ``(+)``, by the kinds of the operands.
ADD = _operator("+", "+", 2, kinds.plus, 10)
#: In a Python spec also ``\\`` and ``(-)``.
SUBTRACT = _operator("-", "-", 2, kinds.minus, 11)
TIMES = _operator("*", "*", 2, kinds.times, 13)
QUOTIENT = _operator("\\div", "//", 2, kinds.quotient, 13)
REMAINDER = _operator("%", "%", 2, kinds.remainder, (10, 11))
POWER = _operator("^", "**", 2, kinds.power, 14)
NEGATIVE = _operator("-.", "-", 1, lambda a: -kinds.number(a), 12)
ABS = _operator("Abs", "abs", 1, lambda a: abs(kinds.number(a)))
INTERVAL = _operator("..", "Range", 2, Range, 9)
MAX = _operator("Max", "Max", 1, operators.Max)
MIN = _operator("Min", "Min", 1, operators.Min)

# Sets
SET = _operator("{{{}}}", "{{{}}}", (0, None), kinds.displayed)
UNION = _operator("\\cup", "|", 2, kinds.union, 8)
INTERSECTION = _operator("\\cap", "&", 2, kinds.intersection, 8)
#: The elements that only one of two sets has (module ``FiniteSetsExt``).
SYMMETRIC_DIFFERENCE = _operator("SymDiff", "^", 2, kinds.difference)
#: Of all elements of a set of sets; ``UNION`` above is of two sets.
BIG_UNION = _operator("UNION", "UNION", 1, operators.UNION, 8)
#: The only element, ``CHOOSE x \\in S : TRUE``.
THE = _operator("The", "The", 1, operators.The)
CARDINALITY = _operator("Cardinality", "Cardinality", 1, operators.Cardinality)
#: Of a sequence, a set or a bag.
SIZE = _operator("Cardinality", "len", 1, kinds.size)

# Functions, sequences, records
#: Of keys and values in turn.
FUNCTION = _operator("{} :> {}", "{{{}: {}}}", (2, None), _function)
INDEX = _operator("{}[{}]", "{}[{}]", 2, _index)
FIELD = _operator("{}.{}", "{}.{}", 2, _field)
RECORD = _operator("[{} |-> {}]", "Record", (2, None), _record)
#: A record that must be one of a domain: its first operand.
CHECKED = _operator("[f |-> {1}]", "Name(f={1})", 2, _in_domain)
SEQUENCE = _operator("<<{}>>", "({})", (0, None), lambda *elements: SeqValue(elements))
LEN = _operator("Len", "Len", 1, operators.Len)
APPEND = _operator("Append", "Append", 2, operators.Append)
SUBSEQ = _operator("SubSeq", "SubSeq", 3, operators.SubSeq)
HEAD = _operator("Head", "Head", 1, operators.Head)
TAIL = _operator("Tail", "Tail", 1, operators.Tail)

# Bags
BAG = _operator("EmptyBag", "{{}}", 0, lambda: BagValue({}))
COPIES = _operator("CopiesIn", "CopiesIn", 2, operators.CopiesIn)
