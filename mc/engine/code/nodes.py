"""Code: operations on words of 64 bits, on truth values and on memory.

Expressions are made by Python's own operators and by the functions below. What is known is computed at once:
``number(2) + 3`` is ``number(5)``, and ``x & -1`` is ``x``. Arithmetic wraps around at 64 bits. Relations are methods
(``a.eq(b)``, ``a.lt(b)``), because ``a == b`` asks whether two expressions are the same one. Of truth values, ``a & b``
and ``a | b`` evaluate ``b`` only where ``a`` does not decide, and ``~a`` is the opposite.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import overload


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
#: The number that changes nothing on the right, or on the left; and the operations of which 0 on the left makes 0.
_RIGHT = {"+": 0, "-": 0, "*": 1, "&": -1, "|": 0, "^": 0, "<<": 0, ">>": 0, "//": 1}
_LEFT = {"+": 0, "*": 1, "&": -1, "|": 0, "^": 0}
_ZERO = frozenset({"*", "&", "<<", ">>"})
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

    __slots__ = ("operands", "operation", "pure", "type")

    def __init__(self, type: Type, operation: str, *operands: Operand) -> None:
        self.type, self.operation, self.operands = type, operation, operands
        acts = operation == "call" and (operands[0] not in BUILT_IN or operands[0] in _EFFECTS)
        #: Whether nothing is lost where it is not evaluated.
        self.pure: bool = not acts and all(x.pure for x in operands if isinstance(x, Code))

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
    def value(self) -> int | None:
        """The number or the truth value that it is, if that is known."""
        return self.operands[0] if self.operation in ("number", "truth") else None  # type: ignore[return-value]


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


_CLASSES: Mapping[Type, Callable[..., Code]] = {
    Type.WORD: Word,
    Type.BIT: Bit,
    Type.NOTHING: lambda *operands: Code(Type.NOTHING, *operands),
}


def _made(type: Type, operation: str, *operands: Operand) -> Code:
    make = _CLASSES.get(type)
    return make(operation, *operands) if make is not None else Pointer(type, operation, *operands)


# Words


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
    if b is not None:
        if symbol == "-":
            symbol, b = "+", wrapped(-b)
            right = number(b)
        if _RIGHT.get(symbol) == b:
            return left
        if symbol in "+&|" and left.operation == symbol:
            first, inner = left.operands
            if isinstance(first, Word) and isinstance(inner, Word) and inner.value is not None:
                return arithmetic(symbol, first, wrapped(ARITHMETIC[symbol](inner.value, b)))
        if b == 0 and symbol in ("*", "&") and left.pure:
            return right
    if a is not None:
        if _LEFT.get(symbol) == a:
            return right
        if a == 0 and symbol in _ZERO and right.pure:
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
    if right.value == 0 and left.operation == "int" and relation in ("==", "!="):
        bit = left.operands[0]
        assert isinstance(bit, Bit)
        return bit if relation == "!=" else ~bit
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


def all_of(bits: Sequence[Bit]) -> Bit:
    """Whether all hold, evaluated up to the first that does not."""
    result = truth(True)
    for bit in bits:
        result &= bit
    return result


def any_of(bits: Sequence[Bit]) -> Bit:
    """Whether one holds, evaluated up to the first that does."""
    result = truth(False)
    for bit in bits:
        result |= bit
    return result


# Values of any type


@overload
def choice(test: Bit, then: Word | int, otherwise: Word | int) -> Word: ...
@overload
def choice(test: Bit, then: Bit, otherwise: Bit) -> Bit: ...
@overload
def choice(test: Bit, then: Pointer, otherwise: Pointer) -> Pointer: ...
def choice(test: Bit, then: Code | int, otherwise: Code | int) -> Code:
    """One of two values; the other one is not evaluated."""
    one, other = (number(x) if isinstance(x, int) else x for x in (then, otherwise))
    if one.type != other.type:
        raise TypeError(f"{one!r} and {other!r} are of different types")
    if test.value is not None:
        return one if test.value else other
    return _made(one.type, "choice", test, one, other)


def local(name: str, type: Type = Type.WORD) -> Code:
    """A parameter or a local variable."""
    return _made(type, "local", name)


def variable(name: str) -> Word:
    """A local variable, or a parameter, that is a word."""
    return Word("local", name)


def flag(name: str) -> Bit:
    """One that is a truth value."""
    return Bit("local", name)


def pointer(name: str, type: Type = Type.POINTER) -> Pointer:
    """One that is a place in memory."""
    return Pointer(type, "local", name)


def table(name: str) -> Pointer:
    """The numbers of a table of the module."""
    return Pointer(Type.POINTER, "table", name)


def call(name: str, *arguments: Code | int, type: Type | None = None) -> Code:
    """A call of a function of the module, which has a result of this type, or of one of :data:`BUILT_IN`."""
    given = [number(a) if isinstance(a, int) else a for a in arguments]
    if type is None:
        type = BUILT_IN[name]
    if name == "offset" and isinstance(given[0], Pointer):
        return given[0].offset(word(given[1]))  # type: ignore[arg-type]
    return _made(type, "call", name, *given)


def computed(name: str, *arguments: Code | int) -> Word:
    """A call with a word for its result."""
    found = call(name, *arguments, type=Type.WORD)
    assert isinstance(found, Word)
    return found


def tested(name: str, *arguments: Code | int) -> Bit:
    """A call with a truth value for its result."""
    found = call(name, *arguments, type=Type.BIT)
    assert isinstance(found, Bit)
    return found
