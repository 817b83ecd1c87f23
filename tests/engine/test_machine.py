"""The compiled subset of Python: what is compiled when, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mc.engine.code.source import Source
from mc.engine.machine import lower
from mc.engine.machine.library import Library

TWICE = """
@entry
def twice(n: int) -> int:
    return double(n)


def double(n: int) -> int:
    return n * TWO


@later
def thrice(n: int) -> int:
    return double(n) + n
"""


def library(source: str, cache: Path, **constants: int) -> Library:
    return Library(Source(source, constants), cache).ready()


def test_what_few_searches_call_is_compiled_when_it_is_called(tmp_path: Path) -> None:
    made = library(TWICE, tmp_path, TWO=2)
    assert made.twice(4) == 8 and len(list(tmp_path.iterdir())) == 1
    assert made.thrice(4) == 12 and len(list(tmp_path.iterdir())) == 2
    assert made.thrice(5) == 15
    with pytest.raises(AttributeError, match="'double'"):
        _ = made.double


def test_a_second_start_compiles_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = library(TWICE, tmp_path, TWO=2)
    assert first.thrice(1) == 3
    monkeypatch.setattr(lower.FunctionCompiler, "compile", None)
    again = library(TWICE, tmp_path, TWO=2)
    assert (again.twice(4), again.thrice(4)) == (8, 12)


@pytest.mark.parametrize("numbers", ["range(16)", "each(16)"])
def test_loops(numbers: str, tmp_path: Path) -> None:
    source = f"""
@entry
def fill(found: ptr, skip: int) -> int:
    for k in {numbers}:
        if k == skip:
            continue
        if k == 14:
            break
        found[k] = k * k
    return found[3]
"""
    found = np.full(16, -1)
    assert library(source, tmp_path).fill(found, 5) == 9
    assert found.tolist() == [k * k if k < 14 and k != 5 else -1 for k in range(16)]


def test_names_are_those_of_python(tmp_path: Path) -> None:
    source = """
@entry
def sum_of(start: int, memory: int, größe: int, entry: int) -> int:
    é = start + memory
    if größe > 0:
        return é + größe
    return é + entry
"""
    made = library(source, tmp_path)
    assert (made.sum_of(1, 2, 4, 8), made.sum_of(1, 2, 0, 8)) == (7, 11)


@pytest.mark.parametrize(
    "line",
    [
        "a[0] = n > 0",
        "n = n + (n > 0)",
        "n = (n > 0) + 5",
        "n = a",
        "n = 1 if n > 0 else n > 1",
        "n = helper(a)",
        "n = min(n, n > 1)",
        "n, a = a, n",
        "n = 2.5",
    ],
)
def test_types_that_do_not_agree_are_refused(line: str, tmp_path: Path) -> None:
    """LLVM would cut a number, or take one pointer for another."""
    source = f"""
@entry
def run(a: ptr, n: int) -> int:
    {line}
    return n


def helper(b: ptr8) -> int:
    return b[0]
"""
    with pytest.raises(TypeError):
        library(source, tmp_path)
    assert not list(tmp_path.iterdir())
