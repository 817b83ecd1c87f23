"""Compiled functions as plain Python, in the place of machine code: their text is run as it stands."""

from __future__ import annotations

import ctypes
import operator
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from mc.engine.code.nodes import BUILT_IN, wrapped
from mc.engine.code.source import Source
from mc.engine.machine.library import address
from mc.engine.runtime import intrinsics
from mc.engine.store.slots import PAYLOAD


class Word(int):
    """A number of 64 bits: what is computed of it wraps around."""


def _wrapping(operation: Callable[..., int], swapped: bool = False) -> Callable[..., Word]:
    def compute(*operands: int) -> Word:
        numbers = [int(operand) for operand in (operands[::-1] if swapped else operands)]
        if operation in (operator.lshift, operator.rshift):
            assert 0 <= numbers[1] < 64, "the machine has no result for such a shift"
        return Word(wrapped(operation(*numbers)))

    return compute


for _name in ("add", "sub", "mul", "and_", "or_", "xor", "lshift", "rshift", "floordiv", "mod"):
    setattr(Word, f"__{_name.strip('_')}__", _wrapping(getattr(operator, _name)))
    setattr(Word, f"__r{_name.strip('_')}__", _wrapping(getattr(operator, _name), swapped=True))
for _name in ("neg", "invert", "abs"):
    setattr(Word, f"__{_name}__", _wrapping(getattr(operator, _name)))


class Pointer:
    """A place in the memory of this process, and the type of the numbers there."""

    def __init__(self, place: int, element: Any = ctypes.c_int64, owner: object = None) -> None:
        """``owner``: what must not be freed as long as there is a pointer to it."""
        self.place, self.element, self.owner = place, element, owner

    def _at(self, index: int) -> Any:
        return self.element.from_address(self.place + int(index) * ctypes.sizeof(self.element))

    def __getitem__(self, index: int) -> Word:
        return Word(self._at(index).value)

    def __setitem__(self, index: int, value: int) -> None:
        self._at(index).value = int(value)


def stack(count: int) -> Pointer:
    """Words that are 0."""
    memory = (ctypes.c_int64 * count)()
    return Pointer(ctypes.addressof(memory), owner=memory)


def offset(base: Pointer, count: int) -> Pointer:
    """The memory from an element on."""
    return Pointer(base.place + int(count) * ctypes.sizeof(base.element), base.element, base.owner)


def shorts(base: Pointer) -> Pointer:
    """The same memory, as numbers of 16 bits."""
    return Pointer(base.place, ctypes.c_uint16, base.owner)


def bits(word: int) -> Iterator[Word]:
    """The numbers of the bits that are 1."""
    return (Word(k) for k in range(64) if word >> k & 1)


def members(memory: Pointer, stop: int, start: int = 0, mask: Pointer | None = None) -> Iterator[Word]:
    """The numbers of those in some words, 63 to a word, and also in a mask if there is one."""
    for k in range(start, stop):
        for bit in bits(memory[k] & (-1 if mask is None else mask[k])):
            yield k * PAYLOAD + bit


def _of_numbers(function: Callable[..., int]) -> Callable[..., Any]:
    """An operation that is not one of Python's, on numbers that do not wrap around."""

    def compute(*operands: Any) -> Any:
        result = function(*[int(o) if isinstance(o, Word) else o for o in operands])
        return Word(wrapped(result)) if isinstance(result, int) else result

    return compute


#: What the text may use: an intrinsic that is about memory is one of the functions above.
_NAMES: dict[str, Any] = {
    **{name: _of_numbers(function) for name, function in vars(intrinsics).items() if name in BUILT_IN},
    **{"entry": intrinsics.entry, "later": intrinsics.later, "each": intrinsics.each, "bits": bits, "members": members},
    **{"words_at": Pointer, "stack": stack, "offset": offset, "shorts": shorts},
}


class Plain:
    """As :class:`mc.engine.machine.library.Library`, which it takes the place of."""

    def __init__(self, source: Source, cache: Path | None = None) -> None:
        text = f"from __future__ import annotations\n{source.kernels}\n\n\n{source.text}"
        self._names = dict(_NAMES)
        exec(compile(text, "<kernels>", "exec"), self._names)
        for name, numbers in self._names.items():
            if isinstance(numbers, list):
                table = (ctypes.c_int64 * len(numbers))(*numbers)
                self._names[name] = Pointer(ctypes.addressof(table), owner=table)

    def ready(self) -> Plain:
        """There is nothing to compile."""
        return self

    def __getattr__(self, name: str) -> Callable[..., int]:
        function = self._names[name]
        kinds = [function.__annotations__[p] for p in function.__code__.co_varnames[: function.__code__.co_argcount]]

        def call(*arguments: Any) -> int:
            result = function(*[_given(kind, argument) for kind, argument in zip(kinds, arguments, strict=True)])
            return result.place if isinstance(result, Pointer) else result

        return call


def _given(kind: str, argument: Any) -> Any:
    """An argument as the function takes it."""
    if kind == "int":
        return Word(argument)
    place = address(argument) if isinstance(argument, np.ndarray) else int(argument)
    return Pointer(place, ctypes.c_uint8 if kind == "ptr8" else ctypes.c_int64)
