"""Representatives of orbits against all permutations, on random states of random domains."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import numpy as np
import pytest

from mc.engine import reference
from mc.engine.runtime import words
from mc.engine.search.compiled import Engine
from mc.errors import ModelError
from mc.lang.declarations import Variable
from mc.lang.state import State, renamed
from mc.lang.values import FnValue
from mc.spec.objects import Spec
from mc.trace.behavior import ReplayError
from mc.trace.renaming import find_renaming
from tests.toys.engines import load
from tests.toys.values import Domains, random_value

SIZES: list[dict[str, int]] = [
    {"A": 2},
    {"A": 3},
    {"A": 4},
    {"A": 2, "B": 2},
    {"A": 3, "B": 2},
    {"A": 2, "B": 4},
    {"A": 3, "B": 3},
]
STATES = 40


def random_spec(seed: int, sizes: dict[str, int]) -> Spec:
    """A spec whose variables have random domains; it has no steps to speak of, and no initial states."""
    random = Random(seed)
    text = "".join(f"{name}: ModelValues\n" for name in sizes)
    text += (
        "only = Variable(Range(0, 0))\ndef Init(t):\n    t.only = 0\ndef Stay(s, t):\n    return True\nNext = [Stay]\n"
    )
    spec = load(text, sizes, tuple(sizes))
    domains = Domains(random, tuple(spec.constants[name] for name in sizes))
    count = random.randint(1, 4)
    variables: dict[str, Any] = {f"v{k}": Variable(domains.domain(random.randint(1, 2))).domain for k in range(count)}
    object.__setattr__(spec, "variables", variables)
    object.__setattr__(spec, "init", ())
    return spec


@pytest.mark.parametrize("seed", range(42))
def test_representatives_of_orbits(seed: int) -> None:
    spec = random_spec(seed, SIZES[seed % len(SIZES)])
    engine, random = Engine(spec), Random(seed)
    group = reference.symmetries(spec)
    orbits: dict[frozenset[State], bytes] = {}
    for _ in range(STATES):
        state = State({name: random_value(domain, random) for name, domain in spec.variables.items()})
        orbit = reference.orbit(state, group)
        members = sorted(orbit, key=lambda s: engine.layout.pack(s).tobytes())
        rows, found = engine.inspect(np.array([engine.layout.pack(member) for member in members]))
        # All members of an orbit have one representative, which is itself a member and its own representative.
        assert len({row.tobytes() for row in rows}) == 1, state
        assert engine.unpack(rows[0]) in orbit
        assert (engine.canonical_rows(rows[0]) == rows[0]).all()
        # The stabiliser, and with it the size of the orbit.
        assert set(found[:, words.SYMMETRIES].tolist()) == {len(group) // len(orbit)}, state
        assert len(set(found[:, words.FINGERPRINT].tolist())) == 1
        assert orbits.setdefault(orbit, rows[0].tobytes()) == rows[0].tobytes()
    assert len(set(orbits.values())) == len(orbits), "two orbits have one representative"


@pytest.mark.parametrize("seed", range(7))
def test_renaming_a_row_is_renaming_its_state(seed: int) -> None:
    spec = random_spec(1000 + seed, SIZES[seed % len(SIZES)])
    engine, random = Engine(spec), Random(seed)
    sets = engine.symmetry.sets
    for mapping in reference.symmetries(spec)[:24]:
        state = State({name: random_value(domain, random) for name, domain in spec.variables.items()})
        renaming = np.array([list(s.members).index(mapping[m]) for s in sets for m in s.members], np.int64)
        row, image = engine.layout.pack(state), np.zeros(engine.words, np.int64)
        engine.library.rename(row, image, 1, renaming)
        (want,) = reference.orbit(state, [mapping])
        assert engine.unpack(image) == want
        assert (image == engine.layout.pack(want)).all(), "not in normal form"


#: Every state of the model is reachable, so that orbits can be counted by Burnside's lemma.
GRAPHS = """
Node: ModelValues
edge = Variable(Fn(Node, Fn(Node, BOOLEAN)))
def Init(t):
    t.edge = {i: {j: False for j in Node} for i in Node}
def Flip(s, t, i, j):
    t.edge[i][j] = not s.edge[i][j]
    return True
Next = [(Flip, Node, Node)]
"""


@pytest.mark.parametrize(("nodes", "orbits"), [(2, 10), (3, 104), (4, 3044)])
def test_directed_graphs_with_loops_up_to_isomorphism(nodes: int, orbits: int) -> None:
    """Sequence A000595 of the OEIS: relations on an unlabelled set."""
    engine = Engine(load(GRAPHS, {"Node": nodes}, ("Node",)))
    for order, workers in (("bfs", 1), ("bfs", 2), ("dfs", 1)):
        found = engine.search(workers=workers, order=order)
        assert (found.distinct, found.orbit_sum) == (orbits, 2 ** (nodes * nodes))
        assert found.generated == 1 + orbits * nodes * nodes


FAMILIES = """
Point: ModelValues
family = Variable(Set(Set(Point)))
def Init(t):
    t.family = set()
def Add(s, t, Q):
    t.family = s.family | {Q}
    return True
Next = [(Add, Set(Point))]
"""


MAPS = """
Point: ModelValues
f = Variable(Fn(Point, Point))
def Init(t):
    t.f = {p: p for p in Point}
def Put(s, t, p, q):
    t.f[p] = q
    return True
def Exchange(s, t, p, q):
    if not p != q:
        return False
    t.f[p] = s.f[q]
    t.f[q] = s.f[p]
    return True
Next = [(Exchange, Point, Point)]
"""


@pytest.mark.parametrize(("points", "orbits"), [(4, 5), (7, 15), (10, 42)])
def test_permutations_up_to_conjugation(points: int, orbits: int) -> None:
    """Partitions of a number, A000041: cycles of one length are alike, and colours do not tell their points apart."""
    found = Engine(load(MAPS, {"Point": points}, ("Point",))).search()
    assert (found.distinct, found.orbit_sum) == (orbits, math.factorial(points))
    assert found.generated == 1 + orbits * points * (points - 1)


@pytest.mark.parametrize(("points", "orbits"), [(3, 7), (6, 130), (8, 951)])
def test_maps_up_to_conjugation(points: int, orbits: int) -> None:
    """A001372: functions from a set to itself, unlabelled."""
    text = MAPS.replace("[(Exchange, Point, Point)]", "[(Put, Point, Point)]")
    found = Engine(load(text, {"Point": points}, ("Point",))).search()
    assert (found.distinct, found.orbit_sum) == (orbits, points**points)


NETWORK = """
Node: ModelValues
linked = Variable(Fn(Node, Set(Node)))
def Init(t):
    t.linked = {i: set() for i in Node}
def Toggle(s, t, i, j):
    if not i != j:
        return False
    t.linked[i] = s.linked[i] ^ {j}
    t.linked[j] = s.linked[j] ^ {i}
    return True
Next = [(Toggle, Node, Node)]
"""


@pytest.mark.parametrize(("nodes", "orbits"), [(4, 11), (7, 1044)])
def test_graphs_up_to_isomorphism(nodes: int, orbits: int) -> None:
    """A000088. Many are regular, such as a cycle of six nodes and two of three: all nodes have equal colours."""
    found = Engine(load(NETWORK, {"Node": nodes}, ("Node",))).search()
    assert (found.distinct, found.orbit_sum) == (orbits, 2 ** (nodes * (nodes - 1) // 2))


FLAGS = """
P: ModelValues
Q: ModelValues
x = Variable(Fn(P, Range(0, 1)))
y = Variable(Set(Q))
def Init(t):
    t.x = {p: 0 for p in P}
    t.y = set()
def Flip(s, t, p):
    t.x[p] = 1 - s.x[p]
    return True
def Toggle(s, t, q):
    t.y = s.y ^ {q}
    return True
Next = [(Flip, P), (Toggle, Q)]
"""


@pytest.mark.parametrize(("p", "q"), [(10, 1), (16, 1), (1, 16), (12, 7), (9, 9)])
def test_many_values_and_few_orbits(p: int, q: int) -> None:
    """Of each set it matters only how many of its values are chosen."""
    found = Engine(load(FLAGS, {"P": p, "Q": q}, ("P", "Q"))).search()
    assert (found.distinct, found.orbit_sum) == ((p + 1) * (q + 1), 2 ** (p + q))
    assert found.generated == 1 + found.distinct * (p + q)


def test_generated_code_does_not_grow_with_the_orders_of_the_values() -> None:
    sizes = [len(Engine(load(FLAGS, {"P": p, "Q": 2}, ("P", "Q"))).source) for p in (4, 8, 16)]
    assert sizes[2] - sizes[1] < 1000 and sizes[1] - sizes[0] < 1000


@pytest.mark.parametrize("sizes", [{"P": 17, "Q": 1}, {"P": 30, "Q": 2}, {"P": 14, "Q": 8}])
def test_too_many_symmetries_are_refused(sizes: dict[str, int]) -> None:
    with pytest.raises(ModelError, match=rf"symmetry: {sizes['P']} values of P.* can be renamed in [\d,]+ ways"):
        Engine(load(FLAGS, sizes, ("P", "Q")))


def test_sizes_of_orbits_add_up_beyond_a_word() -> None:
    engine = Engine(load(FLAGS, {"P": 4, "Q": 1}, ()))
    engine.symmetry.size = 1 << 61  # as if each state stood for so many
    for order, workers in (("bfs", 1), ("bfs", 2), ("dfs", 1)):
        assert engine.search(workers=workers, order=order).orbit_sum == 32 << 61


def test_a_renaming_is_found_among_millions() -> None:
    spec = load(MAPS, {"Point": 12}, ("Point",))
    random, members = Random(7), list(spec.constants["Point"].members)
    for cycles in ([12], [6, 6], [1] * 12, [2, 3, 7], [2] * 6):
        points, start = dict[Any, Any](), 0
        for length in cycles:
            points |= {members[start + k]: members[start + (k + 1) % length] for k in range(length)}
            start += length
        state = State({"f": FnValue(points)})
        target = renamed(state, dict(zip(members, random.sample(members, 12), strict=True)))
        renaming = find_renaming(spec, state, target)
        assert set(renaming) == set(renaming.values()) == set(members)
        assert renamed(state, renaming) == target
        assert find_renaming(spec, state, state) == {m: m for m in members}
    with pytest.raises(ReplayError):
        find_renaming(spec, state, State({"f": FnValue({m: members[0] for m in members})}))


def test_families_of_sets_up_to_isomorphism() -> None:
    """Sequence A003180 of the OEIS: Boolean functions up to permuting their variables."""
    for points, orbits in ((1, 4), (2, 12), (3, 80)):
        symmetry = ("Point",) if points > 1 else ()
        found = Engine(load(FAMILIES, {"Point": points}, symmetry)).search()
        assert (found.distinct, found.orbit_sum) == (orbits, 2**2**points)
