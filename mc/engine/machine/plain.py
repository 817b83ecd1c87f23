"""Code run by Python itself: slowly, but at once, while LLVM takes half a second before it runs anything.

Each function is written out for Python, whose numbers do not wrap around at 64 bits. Sums, products, shifts to the left
and bitwise operations have the right lower 64 bits in any case. So a number is cut to a word only where it is kept,
returned, given to a function, compared, divided or shifted to the right; and only where its range allows that it is no
word.

Memory is a ``memoryview`` of words, and a pointer is the part of one from there on. Python refuses what is no word
there, a shift by a negative number, and a variable without a value: code whose result depends on that does not run.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mc.engine.code.nodes import ARITHMETIC, BUILT_IN, RELATIONS, Code, Operand, Type, Word
from mc.engine.code.source import Source
from mc.engine.code.statements import Function
from mc.engine.code.text import INDENT, Printer
from mc.engine.runtime import intrinsics
from mc.engine.store.slots import PAYLOAD

_SIGN = 1 << 63
_ALL = (1 << 64) - 1


def memory_of(rows: npt.NDArray[Any]) -> memoryview:
    """The memory of an array, as words."""
    return rows.data.cast("B").cast("q") if rows.size else stack(0)


def stack(count: int) -> memoryview:
    """Memory for some words, all 0."""
    return memoryview(bytearray(8 * count)).cast("q")


def _members(memory: memoryview, stop: int, start: int = 0, mask: memoryview | None = None) -> Iterator[int]:
    for k in range(start, stop):
        for bit in intrinsics.bits(memory[k] if mask is None else memory[k] & mask[k]):
            yield k * PAYLOAD + bit


#: What the machine gives, of words, as functions of Python; and from where to where their results go.
_MEANINGS: Mapping[str, tuple[Callable[..., Any], int, int]] = {
    "min": (min, -_SIGN, _SIGN - 1),
    "max": (max, -_SIGN, _SIGN - 1),
    "abs": (abs, 0, _SIGN),
    "product": (intrinsics.product, -_SIGN, _SIGN - 1),
    "popcount": (intrinsics.popcount, 0, 64),
    "lowest_bit": (intrinsics.lowest_bit, 0, 63),
    "highest_bit": (intrinsics.highest_bit, 0, 63),
    "unsigned_shift": (intrinsics.unsigned_shift, 0, _ALL),
    "high_product": (intrinsics.high_product, 0, _ALL),
    "stack": (stack, 0, 0),
}
#: What of it Python has not.
_MISSING = BUILT_IN.keys() - _MEANINGS.keys() - {"offset"}
_NUMBERS: Mapping[str, Callable[..., Any]] = {
    "range": range,
    "each": intrinsics.each,
    "bits": intrinsics.bits,
    "members": _members,
}


class Plain:
    """Functions of a source, callable as attributes with arrays for memory: those named, which call others."""

    def __init__(self, source: Source, names: Collection[str]) -> None:
        functions, tables = source.contents
        #: Functions and tables as the functions see them. One that is replaced is so for all that call it.
        self.names: dict[str, Any] = {name: meaning for name, (meaning, _, _) in _MEANINGS.items()}
        self.names |= {**_NUMBERS} | {name: memoryview(array("q", numbers)) for name, numbers in tables.items()}
        texts: dict[str, str] = {}
        todo = list(names)
        while todo:
            name = todo.pop()
            if name not in texts:
                function = _Function(functions[name])
                texts[name] = function.text()
                todo += function.calls
        exec(compile("\n".join(texts.values()), "<code>", "exec"), self.names)
        self._entries = {name: _callable(self.names[name]) for name in names}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or name not in self._entries:
            raise AttributeError(f"no function {name!r}")
        return self._entries[name]


def _callable(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        return function(*[memory_of(a) if isinstance(a, np.ndarray) else a for a in arguments])

    return call


class _Number(NamedTuple):
    """A word before it is cut to 64 bits: its text, and from where to where it goes."""

    text: str
    low: int = -_SIGN
    high: int = _SIGN - 1

    def cut(self) -> str:
        """The text of the word."""
        if self.low >= -_SIGN and self.high < _SIGN:
            return self.text
        return f"(({self.text} + {_SIGN} & {_ALL}) - {_SIGN})"


class _Function:
    """Writes one function for Python. Its variables have names that nothing else has."""

    def __init__(self, function: Function) -> None:
        self.function = function
        #: The functions that it calls.
        self.calls: set[str] = set()

    def text(self) -> str:
        head = f"def {self.function.name}({', '.join(map(_variable, self.function.parameters))}):"
        # What the machine does at the end of a function.
        end = f"{INDENT}return {'None' if self.function.result is Type.NOTHING else '0'}"
        return "\n".join([head, *Printer(self.value, _variable).lines(self.function.body), end])

    def value(self, code: Operand) -> str:
        """The text of an expression: a word, a truth value or memory."""
        assert isinstance(code, Code)
        if isinstance(code, Word):
            return self.number(code).cut()
        operation, operands = code.operation, code.operands
        if operation in RELATIONS:
            return f"({self.value(operands[0])} {operation} {self.value(operands[1])})"
        match operation, operands:
            case (("truth" | "table"), (known,)):
                return str(known)
            case "local", (str(name),):
                return _variable(name)
            case "not", (bit,):
                return f"(not {self.value(bit)})"
            case (("and" | "or"), parts):
                return f"({f' {operation} '.join(map(self.value, parts))})"
            case "choice", (test, one, other):
                return f"({self.value(one)} if {self.value(test)} else {self.value(other)})"
            case "call", ("offset", memory, count):
                return f"{self.value(memory)}[{self.value(count)}:]"
        return self.call(code).text

    def number(self, code: Operand) -> _Number:
        """A word before it is cut."""
        assert isinstance(code, Word)
        operation, operands = code.operation, code.operands
        if operation in ARITHMETIC:
            return _arithmetic(operation, self.number(operands[0]), self.number(operands[1]))
        match operation, operands:
            case "number", (int(known),):
                return _Number(f"({known})" if known < 0 else str(known), known, known)
            case "local", (str(name),):
                return _Number(_variable(name))
            case "load", (memory, index):
                return _Number(f"{self.value(memory)}[{self.value(index)}]")
            case "int", (bit,):
                return _Number(f"int({self.value(bit)})", 0, 1)
            case "choice", (test, first, second):
                one, other = self.number(first), self.number(second)
                text = f"({one.text} if {self.value(test)} else {other.text})"
                return _Number(text, min(one.low, other.low), max(one.high, other.high))
        return self.call(code)

    def call(self, code: Code) -> _Number:
        name, *given = code.operands
        if code.operation != "call" or not isinstance(name, str) or name in _MISSING:
            raise TypeError(f"{self.function.name}: Python cannot run {code!r}")
        text = f"{name}({', '.join(map(self.value, given))})"
        if name in _MEANINGS:
            return _Number(text, *_MEANINGS[name][1:])
        self.calls.add(name)
        return _Number(text)


def _variable(name: str) -> str:
    return f"v_{name}"


def _arithmetic(symbol: str, left: _Number, right: _Number) -> _Number:
    """An operation on two numbers, and where it goes if it is computed without an end."""
    if symbol in (">>", "//", "%"):
        text = f"({left.cut()} {symbol} {right.cut()})"
        # -2^63 // -1 is no word.
        return _Number(text, -_SIGN, _SIGN if symbol == "//" else _SIGN - 1)
    # To shift by more than 63 has no result.
    text = f"({left.text} {symbol} {right.cut() if symbol == '<<' else right.text})"
    return _Number(text, *_range(symbol, left, right))


def _range(symbol: str, left: _Number, right: _Number) -> tuple[int, int]:
    match symbol:
        case "+":
            return left.low + right.low, left.high + right.high
        case "-":
            return left.low - right.high, left.high - right.low
        case "*":
            products = [a * b for a in left[1:] for b in right[1:]]
            return min(products), max(products)
        case "<<":
            most = min(63, max(0, right.high))
            return min(left.low, left.low << most), max(left.high, left.high << most)
        case "&" if left.low >= 0 or right.low >= 0:
            return 0, min(number.high for number in (left, right) if number.low >= 0)
    bits = max(end.bit_length() for end in (*left[1:], *right[1:]))
    return (0 if left.low >= 0 and right.low >= 0 else -1 << bits), (1 << bits) - 1
