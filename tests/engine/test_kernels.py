"""Functions that are compiled with every model: they do the same as plain Python, and what they use is declared."""

from __future__ import annotations

import builtins
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from mc.engine import runtime
from mc.engine.code.nodes import BUILT_IN
from mc.engine.code.source import Source
from mc.engine.machine.library import Library, address
from mc.engine.program import program
from mc.engine.result import Result
from mc.engine.runtime import intrinsics, kernels, words
from mc.engine.runtime.memory import pages
from mc.engine.search.compiled import Engine
from mc.read.models import find_spec, read_models
from mc.read.python.load import load_spec
from mc.spec.objects import Spec
from tests.toys.engines import load
from tests.toys.plain import Plain

TOYS = Path(__file__).parents[1] / "toys"
#: The kernels, all of them for Python to call.
KERNELS = re.sub(
    r"^(?:@\w+\n)?def ",
    "@entry\ndef ",
    Path(kernels.__file__).read_text(encoding="utf-8").split("# --- compiled from here on ---")[1],
    flags=re.MULTILINE,
)
#: In the place of what is generated: states of two words, of which many have the same fingerprint.
GENERATED = """
def copy(s: ptr, t: ptr) -> None:
    copy_words(s, t, WORDS)


def same(s: ptr, t: ptr) -> bool:
    return same_words(s, t, WORDS)


@entry
def fingerprint(s: ptr, f: ptr) -> None:
    f[0] = mix(s[0] & 7) | 1
    f[1] = mix(s[0] & 15) & 0xFFFF
"""
STATE_WORDS = 2


def source(text: str, exact: bool = False) -> Source:
    """Kernels with some more functions."""
    constants = {"WORDS": STATE_WORDS, "EXACT": int(exact)}
    constants |= {"PER_LINE": words.LINE, "TAG_MASK": -1 << words.ROW_BITS} if exact else {}
    constants |= {"PER_LINE": words.FINGERPRINTS_PER_LINE, "TAG_MASK": -1} if not exact else {}
    return Source(f"{KERNELS}\n\n{GENERATED}\n\n{text}", {**words.CONSTANTS, **constants})


def both(text: str = "", exact: bool = False) -> tuple[Library, Plain]:
    """Them compiled, and as plain Python."""
    given = source(text, exact)
    return Library(given, program.CACHE).ready(), Plain(given)


# Words

OPERATIONS = """
a + b
a - b
a * b
a & b
a | b
a ^ b
a << (b & 63)
a >> (b & 63)
a // (b & 4095 | 1)
a // ((b & 4095) - 8192)
a % (b & 4095 | 1)
a % (unsigned_shift(b, 1) | 1)
-a
~a
5 - a * 3 + (b << 7)
int(a < b) + 2 * int(a <= b) + 4 * int(a == b) + 8 * int(a != b) + 16 * int(a > b) + 32 * int(a >= b)
int(0 <= a < b or not a != 5 and b > 0)
a if a < b else b + 1
min(a, b)
max(a, b, 7)
abs(a)
unsigned_shift(a, b & 63)
high_product(a, b)
product(a, b)
product(a >> 32, b >> 31)
popcount(a)
lowest_bit(a | 1 << 40)
highest_bit(a | 1 << 40)
mix(a)
blend(a, b)
power(a, b & 127)
power(a >> 55, b & 15)
table_of(a)
share_of(a)
""".strip().splitlines()
CORNERS = (0, 1, -1, 2, 5, -7, 63, 1 << 31, 1 << 32, -(1 << 32), 1 << 62, (1 << 63) - 1, -(1 << 63))


def test_operations_on_words() -> None:
    text = "\n\n".join(
        f"@entry\ndef operation{k}(a: int, b: int) -> int:\n    return {operation}\n"
        for k, operation in enumerate(OPERATIONS)
    )
    compiled, plain = both(text)
    random = Random(1)
    pairs = [(a, b) for a in CORNERS for b in CORNERS]
    pairs += [tuple(random.getrandbits(64) - (1 << 63) >> random.randrange(64) for _ in "ab") for _ in range(200)]
    for k, operation in enumerate(OPERATIONS):
        ours, python = (getattr(library, f"operation{k}") for library in (compiled, plain))
        for a, b in pairs:
            assert ours(a, b) == python(a, b), (operation, a, b)


# Memory

LOOPS = """
@entry
def list_bits(word: int, found: ptr) -> int:
    n = 0
    for k in bits(word):
        if k == 7:
            continue
        if n == 40:
            break
        found[n] = k
        n += 1
    return n


@entry
def list_members(set: ptr, start: int, stop: int, mask: ptr, found: ptr) -> int:
    n = 0
    for k in members(set, stop):
        found[n & 63] = found[n & 63] * 3 + k
        n += 1
    for k in members(set, stop, start, mask):
        found[n & 63] = found[n & 63] * 3 + k
        n += 1
    return n


@entry
def count_down(start: int, stop: int, found: ptr) -> int:
    k = 0
    for k in range(start, stop, -3):
        found[k & 63] += k
    for k in each(64):
        found[k] ^= k
    for k in range(start, stop):
        found[k & 63] -= k
    while k > 5:
        k = k // 2
    return k


@entry
def parts(words: ptr, bytes: ptr8, value: int) -> int:
    halves = offset(shorts(words), 3)
    halves[1] = value
    bytes[5] = value
    copy_of = stack(3)
    copy_of[1] = halves[1] + bytes[5]
    before = exchange_now(offset(words, 3), value) + add_now(words, value)
    prefetch(words, 2)
    return before + word_now(words) + copy_of[0] + copy_of[1] + words_at(words[9])[1]
"""


def random_words(random: Random, count: int, few: bool = False) -> np.ndarray[Any, Any]:
    """Any words, or words of which many are equal."""
    return np.array([random.randrange(3) if few else random.getrandbits(64) - (1 << 63) for _ in range(count)])


def in_memory(library: Library | Plain, seed: int) -> Iterator[object]:
    """What functions make of the same random memory."""
    random = Random(seed)
    some, mask, found = random_words(random, 8), random_words(random, 8), random_words(random, 64)
    yield library.list_bits(int(some[0]), found), found.tolist()
    # The words of a set have 63 bits.
    begin = random.randrange(8)
    yield library.list_members(some & (1 << 63) - 1, begin, random.randrange(9), mask & (1 << 63) - 1, found)
    yield found.tolist()
    yield library.count_down(random.randrange(-50, 50), random.randrange(-50, 50), found), found.tolist()
    found[9] = address(mask)
    yield library.parts(found, some, int(mask[0])), some.tolist(), found[:9].tolist()
    library.copy_words(some, found, 5)
    library.clear_words(mask, 3)
    yield found[:9].tolist(), mask.tolist(), library.any_word(mask, 3), library.any_word(mask, 4)
    rows, row = random_words(random, 40, few=True), random_words(random, 3, few=True)
    yield [library.any_row(row, rows, count, 3) for count in range(14)]
    yield [library.same_words(row, rows[3 * k : 3 * k + 3].copy(), 2) for k in range(13)]
    ordered = np.unique(random_words(random, 9))
    asked = [*ordered.tolist(), *random_words(random, 5).tolist()]
    yield [library.position(ordered, count, number) for count in range(len(ordered) + 1) for number in asked]


def test_memory() -> None:
    compiled, plain = both(LOOPS)
    for seed in range(20):
        assert list(in_memory(compiled, seed)) == list(in_memory(plain, seed))


# The visited set


class Tables:
    """Tables of a visited set, of which those with a number in ``lines`` have memory: so many lines."""

    def __init__(self, lines: dict[int, int], full: int) -> None:
        self.directory = np.zeros((1 << words.TABLE_BITS, words.ENTRY), np.int64)
        self.memory = {}
        for number, count in lines.items():
            size = count * words.LINE + full * STATE_WORDS + words.LINE
            self.memory[number] = np.frombuffer(pages(8 * size, huge=False), np.int64)
            self.directory[number] = address(self.memory[number]), count, 0, full, 0

    def content(self) -> object:
        """All that is in them, but for their addresses."""
        return self.directory[:, words.LINES + 1 :].tolist(), [memory.tolist() for memory in self.memory.values()]


def inserted_one_by_one(library: Library | Plain, seed: int, exact: bool) -> Iterator[object]:
    """What a table says and has in it while states are inserted, marked, and moved to a larger table."""
    random = Random(seed)
    full = 3 * (words.LINE if exact else words.FINGERPRINTS_PER_LINE) - 1
    tables, larger = Tables({0: 3}, full), Tables({0: 5}, full)
    table, known, f = tables.directory[0], set(), np.zeros(2, np.int64)
    fingerprints = []
    for _ in range(120):
        state = np.array([random.randrange(64), random.randrange(2)])
        library.fingerprint(state, f)
        key = tuple(state.tolist() if exact else f.tolist())
        result = library.insert_one(table, state, f, full)
        assert result == (0 if key in known else 1 if len(known) < full else -1)
        if result == 1:
            known.add(key)
            fingerprints.append(f.copy())
        yield result, library.probe(table, state, f), tables.content()
    if not exact:
        kept = fingerprints[::3]
        extras = np.zeros((len(kept) + 3) // 4 * 4, np.uint16)
        extras[: len(kept)] = [second for _, second in kept]
        data = np.array([*(first for first, _ in kept), *extras.view(np.int64)])
        library.mark(tables.directory, np.array([0]), np.array([len(kept)]), 1, data)
        found = np.zeros(len(fingerprints), np.uint8)
        library.marked(tables.directory, np.array(fingerprints), len(fingerprints), found)
        assert found.tolist() == [int(k % 3 == 0) for k in range(len(fingerprints))]
        yield tables.content()
    library.refill(table, larger.directory[0])
    assert larger.directory[0, words.USED] == table[words.USED] - table[words.MARKED]
    yield larger.content()


def inserted_together(library: Library | Plain, seed: int, exact: bool) -> Iterator[object]:
    """What is on the lists of shares, and in the tables, while the states of a batch are inserted."""
    random = Random(seed)
    tables = Tables({0: 2, 1: 3, 200: 2, 511: 1}, full=5)
    count = random.randrange(70)
    states = random_words(random, count * STATE_WORDS, few=True)
    fingerprints = np.zeros(2 * count, np.int64)
    library.fingerprints_of(states, count, fingerprints)
    numbers = [random.choice((0, 1, 200, 511)) for _ in range(count)]
    fingerprints[1::2] |= np.array([n << 55 for n in numbers], np.uint64).view(np.int64)
    lists, order = np.full((words.SHARES, words.LIST), 7), np.zeros(count, np.int64)
    library.deal(fingerprints, count, order, lists)
    yield lists.tolist(), order.tolist()
    for listed in lists:
        yield library.insert(tables.directory, states, fingerprints, order, listed)
    yield lists.tolist(), order.tolist(), tables.content()


@pytest.mark.parametrize("exact", [False, True])
def test_visited_set(exact: bool) -> None:
    compiled, plain = both(exact=exact)
    for seed in range(5):
        for observed in (inserted_one_by_one, inserted_together):
            assert list(observed(compiled, seed, exact)) == list(observed(plain, seed, exact))


# Searches

#: Each points to one, maybe itself: values in a ring look alike, but two of them cannot be exchanged.
POINTERS = """
P: ModelValues
at = Variable(Fn(P, P))
def Init(t):
    t.at = {p: p for p in P}
def Turn(s, t, p, q):
    t.at[p] = q
    return True
Next = [(Turn, P, P)]
"""
SEARCHED: dict[str, tuple[str | Path, dict[str, int], tuple[str, ...]]] = {
    "counter": (TOYS / "counter.py", {"End": 9, "Cut": 4}, ()),
    "pointers": (POINTERS, {"P": 3}, ("P",)),
    "starts": (TOYS / "starts.py", {}, ()),
    "turns": (TOYS / "turns.py", {"N": 2}, ()),
}


def searched(spec: Spec, order: str, exact: bool) -> Result:
    """What a search finds, but for the time that it took."""
    return dataclasses.replace(Engine(spec, exact=exact).search(order=order), seconds={})


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("order", ["bfs", "dfs"])
@pytest.mark.parametrize("name", SEARCHED)
def test_searches(name: str, order: str, exact: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what is generated for a model; where it has a symmetry, also with the search for representatives."""
    spec = load(*SEARCHED[name])
    compiled = searched(spec, order, exact)
    monkeypatch.setattr(program, "Library", Plain)
    assert searched(spec, order, exact) == compiled
    assert compiled.distinct > 4


def test_representatives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of states that are rings, where ties are settled by trying."""
    spec, values, random = load(POINTERS, {"P": 6}, ("P",)), range(6), Random(1)
    compiled, rows = Engine(spec), []
    for _ in range(6):
        row = compiled.initial_row(0)
        for p, q in enumerate(random.sample(values, len(values))):
            row = compiled.successors(row)[0][p * len(values) + q]
        rows.append(row)
    representatives, found = compiled.inspect(np.array(rows))
    monkeypatch.setattr(program, "Library", Plain)
    again, found_again = Engine(spec).inspect(np.array(rows))
    assert again.tolist() == representatives.tolist() and found_again.tolist() == found.tolist()
    assert len({tuple(row) for row in again.tolist()}) < len(rows)


# Names


def defined(text: str) -> set[str]:
    """Names at the top of a text of functions, constants and tables, or of their declarations."""
    return set(re.findall(r"^(?:def )?(\w+)(?:\(| = |: )", text, re.MULTILINE))


def test_what_the_generated_module_gives_is_declared() -> None:
    path = find_spec("twophase")[0]
    generated = program.Program(load_spec(path, read_models(path).select("symmetric")))
    declared = defined((Path(runtime.__path__[0]) / "model.pyi").read_text(encoding="utf-8"))
    assert len(declared) > 30 and declared <= defined(generated.source)


def test_what_the_machine_gives_is_declared() -> None:
    assert {*vars(intrinsics), *vars(builtins)} >= BUILT_IN.keys()
