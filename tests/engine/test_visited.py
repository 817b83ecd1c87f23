"""The visited set, against Python's own sets; and searches that compare whole states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mc.engine.runtime import words
from mc.engine.search import visited as visited_set
from mc.engine.search.compiled import Engine
from mc.engine.search.visited import Visited, omission_probability
from tests.toys import sets
from tests.toys.engines import load
from tests.toys.sets import visited_by
from tests.toys.walks import TOYS

STAY = "x = Variable(Range(0, 1))\ndef Init(t):\n    t.x = 0\ndef Stay(s, t):\n    return True\nNext = [Stay]\n"
SPEC = load(STAY)
ENGINE = Engine(SPEC)
EXACT = Engine(SPEC, exact=True)

Pair = tuple[int, int]


def insert(visited: Visited, pairs: list[Pair], states: list[int] | None = None) -> list[bool]:
    """Insert fingerprints, of states if they are given; says which were new."""
    fingerprints = np.array(pairs, np.uint64).reshape(-1, 2).view(np.int64)
    found: list[bool] = sets.insert(visited, fingerprints, None if states is None else np.array(states)).tolist()
    return found


def kept(pair: Pair) -> Pair:
    """Of a fingerprint, what the set tells apart."""
    first, second = pair
    return first, second >> 64 - words.TABLE_BITS << 16 | second & 0xFFFF


LOW, HIGH = st.integers(0, 400).map(lambda n: n << 48 | 5), st.integers(0, 400).map(lambda n: (1 << 64) - 1 - n)
FIRSTS = st.one_of(st.integers(1, 2**64 - 1), st.integers(1, 50), LOW, HIGH)
SECONDS = st.one_of(st.integers(0, 2**64 - 1), st.integers(0, 3), st.sampled_from([0, 1 << 55, 1 << 16, 2**64 - 1]))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.tuples(FIRSTS, SECONDS), max_size=200), max_size=6), st.integers(1, 5))
def test_visited_is_a_set(batches: list[list[Pair]], workers: int) -> None:
    known = set[Pair]()
    with visited_by(ENGINE, workers) as visited, visited_by(ENGINE, 3) as other:
        for pairs in batches:
            expected = []
            for pair in pairs:
                expected.append(kept(pair) not in known)
                known.add(kept(pair))
            assert insert(visited, pairs) == expected
        assert len(visited) == len(known)
        other.restore(visited.save(), len(visited))
        assert len(other) == len(known)
        assert {kept((int(a) % 2**64, int(b) % 2**64)) for block in other.save() for a, b in block} == known


#: First word, second word of the nth fingerprint. In one table, near its end; in all; in all, equal first words.
PATTERNS: dict[str, Callable[[int], Pair]] = {
    "one table": lambda n: ((n + 1) * 0x9E3779B97F4A7C15 % 2**64, 7 << 55),
    "one run": lambda n: (2**64 - 1 - n, 7 << 55),
    "mixed": lambda n: ((n + 1) * 0x9E3779B97F4A7C15 % 2**64, (n + 5) * 0xD1342543DE82EF95 % 2**64),
    "equal first words": lambda n: (0xD1342543DE82EF95, n << 55 & 2**64 - 1 | n >> 9),
}


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_visited_grows(workers: int, pattern: str) -> None:
    count = {"mixed": 1_000_000, "one table": 60_000}.get(pattern, 3000)
    pairs = [PATTERNS[pattern](n) for n in range(count)]
    half = count // 2
    with visited_by(ENGINE, workers) as visited:
        assert all(insert(visited, pairs[:half]))
        assert insert(visited, pairs[half // 2 :]) == [False] * (half - half // 2) + [True] * (count - half)
        assert not any(insert(visited, pairs))
        assert len(visited) == count
        assert (visited.entries[:, words.USED] <= visited.entries[:, words.FULL]).all()


@pytest.mark.slow
def test_large_visited_is_dense() -> None:
    """At most 12 bytes for a fingerprint, wherever between two sizes of tables a search ends."""
    number, random = 0, np.random.default_rng(1)
    with visited_by(ENGINE, 2) as visited:
        while number < 60_000_000:
            number += 500_000
            assert sets.insert(visited, random.integers(-(2**63), 2**63 - 1, (500_000, 2))).all()
            if number > 12_000_000:
                assert visited.nbytes <= 12 * len(visited)
        assert len(visited) == number


#: From fingerprints that are all different to one for all states.
POOR: list[Callable[[int], Pair]] = [
    lambda n: ((n + 1) * 0x9E3779B97F4A7C15 % 2**64, n << 60 & 2**64 - 1),
    lambda n: (n % 5 + 1, 0),
    lambda n: (n << 32 | 1 << 63, 0),
    lambda n: (1, 1),
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 300), max_size=200), max_size=6), st.sampled_from(POOR), st.integers(1, 3))
def test_an_exact_set_does_not_trust_fingerprints(
    batches: list[list[int]], fingerprint: Callable[[int], Pair], workers: int
) -> None:
    known = set[int]()
    with visited_by(EXACT, workers) as visited:
        for states in batches:
            expected = []
            for state in states:
                expected.append(state not in known)
                known.add(state)
            assert insert(visited, list(map(fingerprint, states)), states) == expected
        assert len(visited) == len(known)
        assert {int(row[0]) for block in visited.save() for row in block} == known


def test_an_exact_set_grows() -> None:
    states = np.arange(400_000).reshape(-1, 1)
    with visited_by(EXACT, 2) as visited, visited_by(EXACT, 3) as other:
        for part in np.array_split(states, 7):
            visited.add(part)
        visited.add(states)
        assert len(visited) == len(states)
        assert visited.nbytes >= 16 * len(states)
        other.restore(visited.save(), len(visited))
        assert sorted(int(row[0]) for block in other.save() for row in block) == list(range(len(states)))


def test_tables_grow_while_a_state_is_expanded() -> None:
    """Depth-first: all successors of a state are inserted before a crowded table can grow."""
    wide = "x = Variable(Range(0, 2999))\ndef Init(t):\n    t.x = 0\n"
    wide += "def Go(s, t, n):\n    t.x = n\n    return True\nNext = [(Go, Range(0, 2999))]\n"
    for exact in (False, True):
        found = Engine(load(wide), exact=exact).search(order="dfs")
        assert (found.distinct, found.generated) == (3000, 1 + 3000 * 3000)


@pytest.mark.parametrize("file", ["diehard.py", "ring.py", "lock.py"])
@pytest.mark.parametrize("order", ["bfs", "dfs"])
def test_the_same_result_from_whole_states(file: str, order: str) -> None:
    constants = {"ring.py": {"N": 4}, "lock.py": {"Process": 3}}.get(file, {})
    spec = load(TOYS / file, constants)
    found, exact = (Engine(spec, exact=exact).search(order=order) for exact in (False, True))
    assert exact.exact
    assert exact.omission_probability == 0.0
    assert replace(exact, exact=False, omission_probability=found.omission_probability, seconds=found.seconds) == found


def test_omission_probability() -> None:
    """Of a billion states, with fingerprints of 89 bits."""
    assert visited_set.FINGERPRINT_BITS == 89
    assert 0 < omission_probability(10**9) < 1e-9
    assert omission_probability(1) == 0.0
    assert omission_probability(10**20) == 1.0
