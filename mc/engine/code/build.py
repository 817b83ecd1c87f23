"""Expressions of several others, names, and calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from mc.engine.code.nodes import BUILT_IN, Bit, Code, Operand, Pointer, Type, Word, number, truth, word

_CLASSES: Mapping[Type, Callable[..., Code]] = {
    Type.WORD: Word,
    Type.BIT: Bit,
    Type.NOTHING: lambda *operands: Code(Type.NOTHING, *operands),
}


def _made(type: Type, operation: str, *operands: Operand) -> Code:
    make = _CLASSES.get(type)
    return make(operation, *operands) if make is not None else Pointer(type, operation, *operands)


# Several of a kind


def total(words: Iterable[Word]) -> Word:
    """The sum of some words."""
    result = number(0)
    for term in words:
        result += term
    return result


def union_of_words(words: Iterable[Word]) -> Word:
    """The bits that are 1 in some of them."""
    result = number(0)
    for term in words:
        result |= term
    return result


def all_of(bits: Iterable[Bit]) -> Bit:
    """Whether all hold, evaluated up to the first that does not."""
    result = truth(True)
    for bit in bits:
        result &= bit
    return result


def any_of(bits: Iterable[Bit]) -> Bit:
    """Whether one holds, evaluated up to the first that does."""
    result = truth(False)
    for bit in bits:
        result |= bit
    return result


# Values of any type


def chosen(test: Bit, then: Code, otherwise: Code) -> Code:
    """One of two values of one type; the other one is not evaluated."""
    if then.type != otherwise.type:
        raise TypeError(f"{then!r} and {otherwise!r} are of different types")
    if test.value is not None:
        return then if test.value else otherwise
    return _made(then.type, "choice", test, then, otherwise)


def choice(test: Bit, then: Word | int, otherwise: Word | int) -> Word:
    """One of two words."""
    found = chosen(test, word(then), word(otherwise))
    assert isinstance(found, Word)
    return found


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
    match name, given:
        case "offset", [Pointer() as base, Word() as count]:
            return base.offset(count)
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
