"""Code: operations on words of 64 bits, on truth values and on memory.

Expressions are made by Python's own operators and by the functions below. What is known is computed at once:
``number(2) + 3`` is ``number(5)``, and ``x & -1`` is ``x``. Arithmetic wraps around at 64 bits. Relations are methods
(``a.eq(b)``, ``a.lt(b)``), because ``a == b`` asks whether two expressions are the same one. Of truth values, ``a & b``
and ``a | b`` evaluate ``b`` only where ``a`` does not decide, and ``~a`` is the opposite.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from enum import Enum
from functools import lru_cache


class Type(Enum):
    """What an expression has for a value, by its name in an annotation."""

    WORD = "int"
    BIT = "bool"
    #: Memory as words, and as numbers of 16 and of 8 bits.
    POINTER = "ptr"
    POINTER16 = "ptr16"
    POINTER8 = "ptr8"
    NOTHING = "None"


#: Operations on two words, by their symbols: what they are of two known numbers.
ARITHMETIC: Mapping[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "//": operator.floordiv,
    "%": operator.mod,
}
#: Relations of two words.
RELATIONS: Mapping[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_OPPOSITES = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
#: A known operand of these is the right one.
_COMMUTATIVE = frozenset("+*&|^")
#: The number that changes nothing on the right.
_NEUTRAL = {"+": 0, "-": 0, "*": 1, "&": -1, "|": 0, "^": 0, "<<": 0, ">>": 0, "//": 1}
#: What the machine gives beside these: the types of the results. See :mod:`mc.engine.runtime.intrinsics`.
BUILT_IN: Mapping[str, Type] = {
    **dict.fromkeys(("min", "max", "abs", "unsigned_shift", "high_product", "product"), Type.WORD),
    **dict.fromkeys(("popcount", "lowest_bit", "highest_bit", "matches"), Type.WORD),
    **dict.fromkeys(("word_now", "add_now", "exchange_now"), Type.WORD),
    "offset": Type.POINTER,
    "words_at": Type.POINTER,
    "shorts": Type.POINTER16,
    "stack": Type.POINTER,
    "prefetch": Type.NOTHING,
}
#: Those of them that do something, so that each call counts.
_EFFECTS = frozenset({"word_now", "add_now", "exchange_now", "stack", "prefetch"})


def wrapped(value: int) -> int:
    """What a word has for a number that may not fit it."""
    return ((value + (1 << 63)) & ((1 << 64) - 1)) - (1 << 63)


class Code:
    """An expression: an operation, and its operands, which are expressions, numbers and names."""

    __slots__ = ("depth", "operands", "operation", "pure", "type")

    def __init__(self, type: Type, operation: str, *operands: Operand) -> None:
        self.type, self.operation, self.operands = type, operation, operands
        depth, pure = 0, operation != "call" or (operands[0] in BUILT_IN and operands[0] not in _EFFECTS)
        for operand in operands:
            if isinstance(operand, Code):
                depth = max(depth, operand.depth)
                pure = pure and operand.pure
        #: How deeply operations are nested in it.
        self.depth: int = depth + 1
        #: Whether nothing is lost where it is not evaluated.
        self.pure: bool = pure

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Code)
            and (self.type, self.operation, self.operands) == (other.type, other.operation, other.operands)
        )

    def __hash__(self) -> int:
        return hash((self.type, self.operation, self.operands))

    def __repr__(self) -> str:
        return f"{self.operation}{self.operands}"

    @property
    def simple(self) -> bool:
        """Whether it is a name or a number."""
        return self.operation in ("local", "table", "number", "truth")

    @property
    def name(self) -> str:
        """Of a parameter or a local variable, its name."""
        assert self.operation == "local"
        return str(self.operands[0])

    @property
    def value(self) -> int | None:
        """The number or the truth value that it is, if that is known."""
        known = self.operands[0] if self.operation in ("number", "truth") else None
        return known if isinstance(known, int) else None


Operand = Code | int | str


class Word(Code):
    """A number of 64 bits."""

    __slots__ = ()

    def __init__(self, operation: str, *operands: Operand) -> None:
        super().__init__(Type.WORD, operation, *operands)

    def __add__(self, other: Word | int) -> Word:
        return arithmetic("+", self, other)

    def __radd__(self, other: int) -> Word:
        return arithmetic("+", other, self)

    def __sub__(self, other: Word | int) -> Word:
        return arithmetic("-", self, other)

    def __rsub__(self, other: int) -> Word:
        return arithmetic("-", other, self)

    def __mul__(self, other: Word | int) -> Word:
        return arithmetic("*", self, other)

    def __rmul__(self, other: int) -> Word:
        return arithmetic("*", other, self)

    def __and__(self, other: Word | int) -> Word:
        return arithmetic("&", self, other)

    def __rand__(self, other: int) -> Word:
        return arithmetic("&", other, self)

    def __or__(self, other: Word | int) -> Word:
        return arithmetic("|", self, other)

    def __xor__(self, other: Word | int) -> Word:
        return arithmetic("^", self, other)

    def __lshift__(self, other: Word | int) -> Word:
        return arithmetic("<<", self, other)

    def __rlshift__(self, other: int) -> Word:
        return arithmetic("<<", other, self)

    def __rshift__(self, other: Word | int) -> Word:
        return arithmetic(">>", self, other)

    def __rrshift__(self, other: int) -> Word:
        return arithmetic(">>", other, self)

    def __floordiv__(self, other: Word | int) -> Word:
        return arithmetic("//", self, other)

    def __mod__(self, other: Word | int) -> Word:
        return arithmetic("%", self, other)

    def __neg__(self) -> Word:
        return arithmetic("-", 0, self)

    def __invert__(self) -> Word:
        return arithmetic("^", self, -1)

    def eq(self, other: Word | int) -> Bit:
        return related(self, "==", other)

    def ne(self, other: Word | int) -> Bit:
        return related(self, "!=", other)

    def lt(self, other: Word | int) -> Bit:
        return related(self, "<", other)

    def le(self, other: Word | int) -> Bit:
        return related(self, "<=", other)

    def gt(self, other: Word | int) -> Bit:
        return related(self, ">", other)

    def ge(self, other: Word | int) -> Bit:
        return related(self, ">=", other)


class Bit(Code):
    """TRUE or FALSE."""

    __slots__ = ()

    def __init__(self, operation: str, *operands: Operand) -> None:
        super().__init__(Type.BIT, operation, *operands)

    def __and__(self, other: Bit) -> Bit:
        return _connected("and", self, other)

    def __or__(self, other: Bit) -> Bit:
        return _connected("or", self, other)

    def __invert__(self) -> Bit:
        match self.operation, self.operands:
            case "truth", (known,):
                return truth(not known)
            case "not", (Bit() as inner,):
                return inner
            case relation, (Word() as left, Word() as right) if relation in _OPPOSITES:
                return Bit(_OPPOSITES[relation], left, right)
        return Bit("not", self)

    @property
    def word(self) -> Word:
        """1 or 0."""
        return number(self.value) if self.value is not None else Word("int", self)


class Pointer(Code):
    """A place in memory; what is there are words, unless its type says otherwise."""

    __slots__ = ()

    def __getitem__(self, index: Word | int) -> Word:
        """The element at a place."""
        return Word("load", self, word(index))

    def offset(self, count: Word | int) -> Pointer:
        """The memory from an element on."""
        count = word(count)
        return self if count.value == 0 else Pointer(self.type, "call", "offset", self, count)


# Words


@lru_cache(maxsize=1 << 12)
def number(value: int) -> Word:
    """A known number."""
    return Word("number", wrapped(int(value)))


def word(value: Word | int) -> Word:
    """The same, as an expression; :class:`TypeError` for what is no word."""
    if isinstance(value, Word):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value)
    raise TypeError(f"{value!r} is not a word")


def arithmetic(symbol: str, left: Word | int, right: Word | int) -> Word:
    """``left + right`` and its like, for all of :data:`ARITHMETIC`."""
    left, right = word(left), word(right)
    a, b = left.value, right.value
    if a is not None and b is not None and _defined(symbol, b):
        return number(ARITHMETIC[symbol](a, b))
    if a is not None and symbol in _COMMUTATIVE:
        left, a, right, b = right, b, left, a
    if b is not None:
        if symbol == "-":
            symbol, b = "+", wrapped(-b)
            right = number(b)
        if _NEUTRAL.get(symbol) == b:
            return left
        if symbol in "+&|" and left.operation == symbol:
            first, inner = left.operands
            if isinstance(first, Word) and isinstance(inner, Word) and inner.value is not None:
                return arithmetic(symbol, first, wrapped(ARITHMETIC[symbol](inner.value, b)))
        if b == 0 and symbol in ("*", "&") and left.pure:
            return right
    if a == 0 and symbol in ("<<", ">>") and right.pure:
        return left
    return Word(symbol, left, right)


def _defined(symbol: str, right: int) -> bool:
    """Whether an operation has a result with this number on the right: not what would be an error of Python."""
    return 0 <= right < 64 if symbol in ("<<", ">>") else right > 0 or symbol not in ("//", "%")


def related(left: Word | int, relation: str, right: Word | int) -> Bit:
    """``left < right`` and its like, for all of :data:`RELATIONS`."""
    left, right = word(left), word(right)
    if left.value is not None and right.value is not None:
        return truth(RELATIONS[relation](left.value, right.value))
    if right.value in (0, 1) and left.operation == "int" and relation in ("==", "!="):
        (bit,) = left.operands
        assert isinstance(bit, Bit)
        return bit if (relation == "==") == right.value else ~bit
    return Bit(relation, left, right)


# Truth values


def truth(value: bool) -> Bit:
    """TRUE or FALSE."""
    return Bit("truth", bool(value))


def _connected(operation: str, left: Bit, right: Bit) -> Bit:
    if not (isinstance(left, Bit) and isinstance(right, Bit)):
        raise TypeError(f"{left!r} and {right!r} are not both truth values")
    neutral = operation == "and"
    if left.value is not None:
        return right if left.value == neutral else left
    if right.value is not None and (right.value == neutral or left.pure):
        return left if right.value == neutral else right
    before = left.operands if left.operation == operation else (left,)
    after = right.operands if right.operation == operation else (right,)
    return Bit(operation, *before, *after)
