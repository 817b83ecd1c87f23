"""States of many words, and of many possible successors: neither code nor memory grows with what may be."""

from __future__ import annotations

import pytest

from mc.engine.program.generate import BESIDE, part_size
from mc.engine.runtime import words
from mc.engine.search.compiled import Engine
from mc.errors import SpecError, UsageError
from tests.toys.engines import compare, load

#: Two sets over large universes, and a row that ranges over one of them.
UNIVERSES = """
N: Natural
a = Variable(Set(Range(0, N)))
b = Variable(Set(Range(0, N)))
def Init(t):
    t.a = set()
    t.b = set()
def Add(s, t, k):
    if not Cardinality(s.a) < 2:
        return False
    t.a = s.a | {k}
    return True
def Choose(s, t, k):
    if not k in s.a:
        return False
    t.b = {k}
    return True
Next = [(Add, Range(0, 3)), (Choose, a)]
def Apart(s):
    return s.a != s.b or s.a == set()
Witnesses = [Apart]
"""

#: Long functions and sequences: copied, made from constants, compared, and read by an invariant.
FUNCTIONS = """
N: Natural
f = Variable(Fn(Range(1, N), Range(0, 255)))
g = Variable(Fn(Range(1, N), Range(0, 255)))
q = Variable(Seq(Range(0, 255), N))
def Init(t):
    t.f = {k: 0 for k in Range(1, N)}
    t.g = {k: 7 for k in Range(1, N)}
    t.q = ()
def Put(s, t, k):
    if not s.f[k] < 2:
        return False
    t.f[k] = s.f[k] + 1
    return True
def Keep(s, t):
    if not s.g != s.f:
        return False
    t.g = s.f
    return True
def Push(s, t):
    if not Len(s.q) < 2:
        return False
    t.q = Append(s.q, s.f[N])
    return True
def Clear(s, t):
    if not s.g == {k: 0 for k in Range(1, N)}:
        return False
    t.g = {k: 7 for k in Range(1, N)}
    t.q = ()
    return True
Next = [(Put, Range(N - 1, N)), Keep, Push, Clear]
def Small(s):
    return s.f[N] <= s.f[N - 1] + 2
Invariants = [Small]
def Swapped(s):
    return (s.f if Len(s.q) > 0 else s.g)[N] == 1
Witnesses = [Swapped]
"""


@pytest.mark.parametrize("size", [20, 300, 4095])
def test_two_large_universes(size: int) -> None:
    want = compare(load(UNIVERSES, {"N": size}))
    assert want.result is not None and want.result.distinct == 27
    assert Engine(load(UNIVERSES, {"N": size}), exact=True).search(2).distinct == 27


@pytest.mark.parametrize("size", [3, 100, 300])
def test_long_functions(size: int) -> None:
    assert compare(load(FUNCTIONS, {"N": size})).verdict == "ok"


def test_generated_code_does_not_grow_with_the_width_of_a_state() -> None:
    text = FUNCTIONS.replace("{k: 7 for", "{k: 7 - k // N for")  # no constant
    short, long = (Engine(load(text, {"N": size})) for size in (300, 30_000))
    assert long.words > 90 * short.words
    # Tables are as long as a state; each is a line.
    assert long.source.count("\n") < 1.1 * short.source.count("\n")
    assert long.search().distinct == short.search().distinct > 100


def test_a_state_that_is_too_wide_is_refused() -> None:
    with pytest.raises(SpecError, match=r"a state takes 2,4\d\d,\d\d\d bytes, 8\d\d,\d\d\d of them the variable"):
        Engine(load(FUNCTIONS, {"N": 700_000}))


PAIRS = """
N: Natural
a = Variable(Set(Range(0, N){capacity}))
def Init(t):
    t.a = {{0, 1}}
def Pick(s, t, {parameters}):
    t.a = {{i}}
    return True
Next = [(Pick, {rows})]
"""


def test_a_batch_takes_few_parents_where_they_may_have_many_successors() -> None:
    """16 million pairs of elements may be chosen, but hardly any are there."""
    spec = load(PAIRS.format(capacity="", parameters="i, j", rows="a, a"), {"N": 4000})
    engine = Engine(spec)
    assert (engine.successor_limit, engine.part) == (4001**2, 1)
    found = engine.search(2)
    assert (found.generated, found.distinct) == (1 + 4 + 1 + 1, 3)
    with pytest.raises(UsageError, match="--search dfs: a state may have 16,008,001 successors"):
        engine.search(order="dfs")


def test_parts_of_a_batch_are_as_large_as_memory_allows() -> None:
    assert part_size(1, 1) == part_size(2000, 3) == words.PART
    for limit, width in ((10_000, 3), (100, 10_000), (1 << 24, 2)):
        size = part_size(limit, width)
        assert 1 <= size < words.PART
        assert size == 1 or words.PARTS * size * limit * 8 * (width + BESIDE) <= words.BATCH_BYTES


def test_too_many_successors_are_refused() -> None:
    spec = load(PAIRS.format(capacity="", parameters="i, j, k", rows="a, a, a"), {"N": 4000})
    with pytest.raises(SpecError, match=r"spec.py:7: a state of .* may have 64,048,012,001 successors, .* by Pick"):
        Engine(spec)


def test_a_capacity_bounds_the_successors() -> None:
    spec = load(PAIRS.format(capacity=", 250", parameters="i, j", rows="a, a"), {"N": 300})
    assert Engine(spec).successor_limit == 250**2
    spec = load(PAIRS.format(capacity=", 5", parameters="i, j", rows="a, a"), {"N": 30_000})
    assert Engine(spec).successor_limit == 25
