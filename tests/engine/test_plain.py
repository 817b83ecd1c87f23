"""Code run by Python, against the machine: each operation on numbers near the ends of a word, and memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mc.engine.code.source import Source
from mc.engine.machine.library import Library
from mc.engine.machine.plain import Plain
from mc.engine.runtime import kernels

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
DEFINED = re.findall(r"^def (\w+)\(a: int, b: int\)", OPERATIONS, re.MULTILINE)
#: What is called from outside returns words.
ENTRIES = "".join(
    f"\n\n@entry\ndef run_{name}(a: int, b: int) -> int:\n    return int({name}(a, b))\n" for name in DEFINED
)
ENDS = [(a << k) + b for k in (1, 31, 61, 62) for a in (-1, 1) for b in (-1, 0, 1)] + [-1 << 63, (1 << 63) - 1, 0]
WORDS = st.one_of(st.integers(-1 << 63, (1 << 63) - 1), st.sampled_from(ENDS), st.integers(-9, 9))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Library, Plain]]:
    text = Path(kernels.__file__).read_text(encoding="utf-8")
    first, last = text.index("def mix("), text.index("def copy_words(")
    tables = {"TABLE": [5, -7, 1 << 62, -1 << 63]}
    source = Source(text[first:last] + OPERATIONS + ENTRIES, {}, tables)
    names = [f"run_{name}" for name in DEFINED]
    yield Library(source, tmp_path_factory.mktemp("cache")).ready(), Plain(source, names)


@given(a=WORDS, b=WORDS)
@example(a=-1 << 63, b=-1)
@example(a=(1 << 63) - 1, b=(1 << 63) - 1)
def test_operations(both: tuple[Library, Plain], a: int, b: int) -> None:
    machine, plain = both
    for name in DEFINED:
        if name == "divided" and (a, b | 1) == (-1 << 63, -1):
            continue  # the machine has no result of -2^63 // -1
        assert getattr(plain, f"run_{name}")(a, b) == getattr(machine, f"run_{name}")(a, b), name


def test_memory_from_outside() -> None:
    source = (
        "@entry\ndef double(row: ptr, count: int) -> None:\n    for k in range(count):\n        row[k] = row[k] << 1\n"
    )
    plain = Plain(Source(source, {}), ["double"])
    rows = np.array([[3, 1 << 62], [-1 << 63, -5]])
    plain.double(rows, 4)
    assert rows.tolist() == [[6, -1 << 63], [0, -10]]
    plain.double(np.empty((0, 2), np.int64), 0)
    with pytest.raises(AttributeError, match="'halve'"):
        _ = plain.halve


def test_the_names_of_variables_hide_no_functions() -> None:
    body = "    for bits in range(range):\n        min = max(min, bits)\n    return min\n"
    assert Plain(Source(f"def f(min: int, range: int) -> int:\n{body}", {}), ["f"]).f(3, 9) == 8


def test_a_function_may_be_replaced_for_all_that_call_it() -> None:
    source = "def one() -> int:\n    return 1\n\n\ndef two() -> int:\n    return one() + one()\n"
    plain = Plain(Source(source, {}), ["two"])
    assert plain.two() == 2
    plain.names["one"] = lambda: 21
    assert plain.two() == 42


def test_what_python_cannot_run_is_refused() -> None:
    source = "def f(a: int) -> int:\n    return word_now(words_at(a))\n"
    with pytest.raises(TypeError, match=r"f: Python cannot run call\('word"):
        Plain(Source(source, {}), ["f"])
