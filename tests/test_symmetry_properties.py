"""Representatives of orbits against all permutations, on random states of random domains."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
from toys.engines import load
from toys.values import Domains, random_value

from mc.engine import reference, words
from mc.engine.compiled import Engine
from mc.lang.declarations import Variable
from mc.lang.state import State
from mc.spec.objects import Spec

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
    """A spec whose variables have random domains; it has no steps to speak of."""
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


def test_families_of_sets_up_to_isomorphism() -> None:
    """Sequence A003180 of the OEIS: Boolean functions up to permuting their variables."""
    for points, orbits in ((1, 4), (2, 12), (3, 80)):
        symmetry = ("Point",) if points > 1 else ()
        found = Engine(load(FAMILIES, {"Point": points}, symmetry)).search()
        assert (found.distinct, found.orbit_sum) == (orbits, 2**2**points)
