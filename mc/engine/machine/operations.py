"""Operations of code as instructions of LLVM's assembly."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mc.engine.code.nodes import Type
from mc.engine.machine.assembly import (
    EIGHT,
    I1,
    I8,
    I64,
    I128,
    POINTER,
    POINTER8,
    POINTER16,
    VOID,
    ZERO,
    Assembly,
    Kind,
    Value,
    constant,
)

#: How the types of code are those of LLVM.
KINDS: Mapping[Type, Kind] = {
    Type.WORD: I64,
    Type.BIT: I1,
    Type.POINTER: POINTER,
    Type.POINTER16: POINTER16,
    Type.POINTER8: POINTER8,
    Type.NOTHING: VOID,
}
#: Functions of LLVM itself.
DECLARATIONS = """\
declare i64 @llvm.ctpop.i64(i64)
declare i64 @llvm.cttz.i64(i64, i1)
declare i64 @llvm.ctlz.i64(i64, i1)
declare {i64, i1} @llvm.smul.with.overflow.i64(i64, i64)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare void @llvm.prefetch.p0(ptr, i32, i32, i32)
"""
_BINARY = {"+": "add", "-": "sub", "*": "mul", "&": "and", "|": "or", "^": "xor", "<<": "shl", ">>": "ashr"}
_RELATIONS = {"==": "eq", "!=": "ne", "<": "slt", "<=": "sle", ">": "sgt", ">=": "sge"}


def arithmetic(code: Assembly, symbol: str, left: Value, right: Value) -> Value:
    """One of the operations on two words."""
    if symbol in _BINARY:
        return code.binary(_BINARY[symbol], left, right)
    rest = code.binary("srem", left, right)
    if symbol == "%":  # by a positive number
        return code.select(code.compare("slt", rest, ZERO), code.binary("add", rest, right), rest)
    # Division rounds down.
    opposite = code.compare("slt", code.binary("xor", rest, right), ZERO)
    below = code.binary("and", opposite, code.compare("ne", rest, ZERO))
    return code.binary("sub", code.binary("sdiv", left, right), code.cast("zext", below, I64))


def relation(code: Assembly, symbol: str, left: Value, right: Value) -> Value:
    """One of the relations of two words."""
    return code.compare(_RELATIONS[symbol], left, right)


def _extreme(which: str) -> Callable[..., Value]:
    def rule(code: Assembly, *values: Value) -> Value:
        result = values[0]
        for value in values[1:]:
            result = code.select(code.compare(which, value, result), value, result)
        return result

    return rule


def _magnitude(code: Assembly, value: Value) -> Value:
    return code.select(code.compare("slt", value, ZERO), code.binary("sub", ZERO, value), value)


def _unsigned_shift(code: Assembly, value: Value, count: Value) -> Value:
    return code.binary("lshr", value, count)


def _high_product(code: Assembly, a: Value, b: Value) -> Value:
    product = code.binary("mul", *(code.cast("zext", factor, I128) for factor in (a, b)))
    return code.cast("trunc", code.binary("lshr", product, constant(64, I128)), I64)


def _product(code: Assembly, a: Value, b: Value) -> Value:
    both = Kind("{i64, i1}")
    found = code.value(both, f"call {both.text} @llvm.smul.with.overflow.i64({a.typed}, {b.typed})")
    product, over = (code.value(k, f"extractvalue {found.typed}, {n}") for n, k in enumerate((I64, I1)))
    return code.select(over, constant(1 << 62), product)


def _word_now(code: Assembly, base: Value) -> Value:
    return code.value(I64, f"load atomic i64, ptr {base} acquire, align 8")


def _at_once(operation: str) -> Callable[..., Value]:
    def rule(code: Assembly, base: Value, value: Value) -> Value:
        return code.value(I64, f"atomicrmw {operation} {base.typed}, {value.typed} seq_cst")

    return rule


def _popcount(code: Assembly, value: Value) -> Value:
    return code.value(I64, f"call i64 @llvm.ctpop.i64({value.typed})")


def lowest_bit(code: Assembly, value: Value) -> Value:
    """Position of the lowest 1 of a word that is not 0."""
    return code.value(I64, f"call i64 @llvm.cttz.i64({value.typed}, i1 1)")


def _highest_bit(code: Assembly, value: Value) -> Value:
    zeros = code.value(I64, f"call i64 @llvm.ctlz.i64({value.typed}, i1 1)")
    return code.binary("sub", constant(63), zeros)


def _words_at(code: Assembly, address: Value) -> Value:
    return code.cast("inttoptr", address, POINTER)


def _shorts(code: Assembly, base: Value) -> Value:
    return Value(base, POINTER16)


def _offset(code: Assembly, base: Value, count: Value) -> Value:
    return code.further(base, count)


def _matches(code: Assembly, base: Value, mask: Value, value: Value) -> Value:
    """At an address that is divisible by 64."""
    loaded = code.value(EIGHT, f"load {EIGHT.text}, ptr {base}, align 64")
    masked = code.binary("and", loaded, _eight_times(code, mask))
    found = code.value(Kind("<8 x i1>"), f"icmp eq {masked.typed}, {_eight_times(code, value)}")
    return code.cast("zext", code.cast("bitcast", found, I8), I64)


def _eight_times(code: Assembly, value: Value) -> Value:
    one = code.value(EIGHT, f"insertelement {EIGHT.text} poison, {value.typed}, i32 0")
    return code.value(EIGHT, f"shufflevector {one.typed}, {one.typed}, <8 x i32> zeroinitializer")


def _prefetch(code: Assembly, base: Value, index: Value) -> Value:
    place = code.further(base, index)
    code.do(f"call void @llvm.prefetch.p0({place.typed}, i32 1, i32 3, i32 1)")
    return ZERO


def _stack(code: Assembly, words: Value) -> Value:
    if words.number is None:
        raise TypeError("how much memory a function has is not known")
    return code.area(words.number)


BUILT_IN: Mapping[str, Callable[..., Value]] = {
    "min": _extreme("slt"),
    "max": _extreme("sgt"),
    "abs": _magnitude,
    "unsigned_shift": _unsigned_shift,
    "high_product": _high_product,
    "product": _product,
    "word_now": _word_now,
    "add_now": _at_once("add"),
    "exchange_now": _at_once("xchg"),
    "popcount": _popcount,
    "lowest_bit": lowest_bit,
    "highest_bit": _highest_bit,
    "words_at": _words_at,
    "shorts": _shorts,
    "offset": _offset,
    "matches": _matches,
    "prefetch": _prefetch,
    "stack": _stack,
}
