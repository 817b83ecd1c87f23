"""Code that is not optimised, code that is, and Python: operations on numbers near the ends of a word, and memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mc.engine.code.source import Source
from mc.engine.machine.library import Library
from mc.engine.runtime import kernels
from tests.toys.plain import Plain

#: Functions of two words; each has a place where a number that is too large must have been cut.
OPERATIONS = """
def polynomial(a: int, b: int) -> int:
    return (a + b) * (a - b) * 5 - (a ^ ~b) + (a | b << 7) - -a


def compared(a: int, b: int) -> int:
    return int(a * b < a + b) + 2 * int(a << 1 == b << 1) + 4 * int(a - b >= 0) + 8 * int(-a > b)


def shifted(a: int, b: int) -> int:
    return (a + b >> 3) + (a * b >> (b & 63)) + unsigned_shift(a - b, 1 + (a & 31)) + (a << (b & 63)) // 8


def divided(a: int, b: int) -> int:
    return (a + b) // 7 + (a - b) % 7 + a // (b | 1) + a * 3 % ((b & 255) + 1)


def extreme(a: int, b: int) -> int:
    return min(a + b, a, b << 2) ^ max(a - b, b) ^ abs(a * 3) ^ product(a, b) ^ high_product(a + b, a * b)


def counted(a: int, b: int) -> int:
    return popcount(a + b) + 100 * lowest_bit(a << 3 | 1 << 63) + 10000 * highest_bit(a * b | 1)


def asked(a: int, b: int) -> bool:
    return (a + b and a) if a and not b << 60 else (a * b or b)


def answered(a: int, b: int) -> int:
    return told(asked(a, b), 1 + (a ^ b))


def told(yes: bool, a: int) -> int:
    return a if yes else -a


def called(a: int, b: int) -> int:
    return told(a + b, a << 2) + told(asked(a, b) and a < b, b)


def hashed(a: int, b: int) -> int:
    return mix(a) ^ blend(a + b, b) ^ power(a, b & 7)


def remembered(a: int, b: int) -> int:
    memory = stack(4)
    memory[1] = a * b + 1
    part = offset(memory, 1)
    part[2] = part[0] << 1
    part[2] += TABLE[b & 3]
    total = 0
    for k in each(4):
        if k == a & 7:
            continue
        if k > b & 7:
            break
        total = total * 31 + memory[k]
    return total


def numbered(a: int, b: int) -> int:
    memory = stack(2)
    memory[0] = a
    memory[1] = a ^ b
    masks = stack(2)
    masks[0] = b
    masks[1] = -1
    total = 0
    for k in bits(a << 1 | b):
        total = total * 3 + k
    for k in members(memory, 2):
        total = total * 3 + k
    for k in members(memory, 2, 1 - (b & 1), masks):
        total = total * 3 + k
    for k in range(a & 7, -3, -2):
        total = total * 3 + k
    n = 0
    while n * a < b and n < 10:
        n += 1
    if n == 3:
        return n
    return total
"""
DEFINED = re.findall(r"^def (\w+)\(a: int, b: int\) -> int", OPERATIONS, re.MULTILINE)
#: What is called from outside returns words.
ENTRIES = "".join(f"\n\n@entry\ndef run_{name}(a: int, b: int) -> int:\n    return {name}(a, b)\n" for name in DEFINED)
ENDS = [(a << k) + b for k in (1, 31, 61, 62) for a in (-1, 1) for b in (-1, 0, 1)] + [-1 << 63, (1 << 63) - 1, 0]
WORDS = st.one_of(st.integers(-1 << 63, (1 << 63) - 1), st.sampled_from(ENDS), st.integers(-9, 9))


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Library | Plain, ...]]:
    text = Path(kernels.__file__).read_text(encoding="utf-8")
    first, last = text.index("def mix("), text.index("def copy_words(")
    tables = {"TABLE": [5, -7, 1 << 62, -1 << 63]}
    source, cache = Source(text[first:last] + OPERATIONS + ENTRIES, {}, tables), tmp_path_factory.mktemp("cache")
    yield Library(source, cache, quick=True).ready(), Library(source, cache).ready(), Plain(source)
    # What one of them has kept is not taken for that of the other.
    assert len(list(cache.iterdir())) == 2


@given(a=WORDS, b=WORDS)
@example(a=-1 << 63, b=-1)
@example(a=(1 << 63) - 1, b=(1 << 63) - 1)
def test_operations(ways: tuple[Library | Plain, ...], a: int, b: int) -> None:
    for name in DEFINED:
        if name == "divided" and (a, b | 1) == (-1 << 63, -1):
            continue  # the machine has no result of -2^63 // -1
        found = [getattr(way, f"run_{name}")(a, b) for way in ways]
        assert found[0] == found[1] == found[2], name
