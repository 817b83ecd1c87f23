"""Code: what its constructors make of what is known, its text, and what the machine does with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pytest

from mc.engine.code import nodes
from mc.engine.code.build import choice, computed, pointer, variable
from mc.engine.code.nodes import ARITHMETIC, RELATIONS, Bit, Type, Word, number, truth, wrapped
from mc.engine.code.read import Text
from mc.engine.code.source import Source
from mc.engine.code.statements import Function, Statement, Store
from mc.engine.code.text import function as text_of
from mc.engine.machine.library import Library
from mc.engine.program.program import Program
from mc.read.models import find_spec, read_models
from mc.read.python.load import load_spec
from tests.toys.plain import Plain

X = pointer("x")
Meaning = Callable[[list[int]], int]


def drawn_word(random: Random, depth: int) -> tuple[Word, Meaning]:
    """A word made of the words at x, and what it is for given ones, computed without regard to what is known."""
    kind = random.random()
    if depth == 0 or kind < 0.15:
        if random.random() < 0.5:
            known = random.choice([0, 1, -1, 2, 63, random.getrandbits(64), -(1 << 63)])
            return number(known), lambda given: wrapped(known)
        k = random.randrange(4)
        return X[k], lambda given: given[k]
    one, of_one = drawn_word(random, depth - 1)
    if kind < 0.3:
        bit, of_bit = drawn_bit(random, depth - 1)
        if random.random() < 0.5:
            return bit.word, lambda given: int(of_bit(given))
        other, of_other = drawn_word(random, depth - 1)
        return choice(bit, one, other), lambda given: of_one(given) if of_bit(given) else of_other(given)
    symbol = random.choice(list(ARITHMETIC))
    if symbol in ("<<", ">>", "%", "//"):
        count = random.randrange(0 if symbol in ("<<", ">>") else 1, 64)
        return nodes.arithmetic(symbol, one, count), lambda given: wrapped(ARITHMETIC[symbol](of_one(given), count))
    other, of_other = drawn_word(random, depth - 1)
    made = nodes.arithmetic(symbol, one, other)
    return made, lambda given: wrapped(ARITHMETIC[symbol](of_one(given), of_other(given)))


def drawn_bit(random: Random, depth: int) -> tuple[Bit, Meaning]:
    """The same for a truth value."""
    if depth == 0:
        known = random.random() < 0.5
        return truth(known), lambda given: known
    kind = random.random()
    if kind < 0.5:
        one, of_one = drawn_word(random, depth - 1)
        other, of_other = drawn_word(random, depth - 1)
        symbol = random.choice(list(RELATIONS))
        return nodes.related(one, symbol, other), lambda given: RELATIONS[symbol](of_one(given), of_other(given))
    bit, of_bit = drawn_bit(random, depth - 1)
    if kind < 0.65:
        return ~bit, lambda given: not of_bit(given)
    more, of_more = drawn_bit(random, depth - 1)
    if kind < 0.85:
        return bit & more, lambda given: of_bit(given) and of_more(given)
    return bit | more, lambda given: of_bit(given) or of_more(given)


def test_what_is_known_is_computed_rightly(tmp_path: Path) -> None:
    """By the constructors, by plain Python, and by the machine from the nodes and from their text."""
    random = Random(2026)
    drawn = [drawn_word(random, random.randrange(6)) for _ in range(400)]
    body: list[Statement] = [Store(X, number(4 + k), word) for k, (word, _) in enumerate(drawn)]
    compute = Function("compute", {"x": Type.POINTER}, Type.NOTHING, body)
    start = "@entry\ndef run(x: ptr) -> None:\n    compute(x)\n"
    made = Source(start, {}, functions=[compute])
    read = Source(start + text_of(compute), {})
    for source in (made, read):
        library, plain = Library(source, tmp_path).ready(), Plain(source)
        for _ in range(20):
            given = [random.choice([random.getrandbits(64) - (1 << 63), random.randrange(-3, 70)]) for _ in range(4)]
            want = [meaning(given) for _, meaning in drawn]
            words = np.array(given + [0] * len(drawn))
            library.run(words)
            again = np.array(given + [0] * len(drawn))
            plain.run(again)
            assert words.tolist() == again.tolist() == given + want


@pytest.mark.parametrize("text", ["x + 0", "1 * x", "x & -1", "x | 0", "x - 0", "x << 0", "x // 1", "(x + 5) - 5"])
def test_what_changes_nothing_is_left_out(text: str) -> None:
    assert eval(text, {"x": variable("x")}) == variable("x")


def test_what_acts_is_not_left_out() -> None:
    acting = computed("next_number")
    assert (acting * 0).value != 0
    assert not (acting.eq(1) & truth(False)).simple
    assert (truth(False) & acting.eq(1)).value is False


def test_text_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = find_spec("raft")[0]
    program = Program(load_spec(path, read_models(path).select("small")), tmp_path)
    functions, tables = program.code.contents
    text = "\n\n".join(map(text_of, functions.values()))
    again = Text(text, tables, {}).functions
    assert len(functions) > 100
    # But for what a reader is told between statements.
    assert "\n\n".join(map(text_of, again.values())) == re.sub("^ *#.*\n", "", text, flags=re.MULTILINE)
