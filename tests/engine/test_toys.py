"""State graphs small enough to be counted by hand, in every search of both engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mc.engine.result import Result
from mc.engine.search.compiled import Engine
from mc.spec.objects import Spec
from tests.toys.engines import compare, expected, load

TOYS = Path(__file__).parents[1] / "toys"
SEARCHES = [("bfs", 1), ("bfs", 2), ("bfs", 3), ("dfs", 1)]


def toy(name: str, **given: Any) -> Spec:
    return load(TOYS / f"{name}.py", **given)


def results(spec: Spec) -> list[Result]:
    """What all searches of the compiled engine say."""
    engine = Engine(spec)
    return [engine.search(workers=workers, order=order) for order, workers in SEARCHES]


def counted(spec: Spec, generated: int, distinct: int, levels: tuple[int, ...]) -> None:
    """Both engines count this much."""
    want = compare(spec, (1, 2, 3))
    assert want.result is not None
    assert (want.result.generated, want.result.levels) == (generated, levels)
    for result in results(spec):
        assert (result.verdict, result.generated, result.distinct) == (want.verdict, generated, distinct)
        assert result.orbit_sum >= distinct
        if result.search == "bfs":
            assert (result.levels, result.depth) == (levels, max(1, len(levels)))


def test_diehard() -> None:
    # In each of the 16 states all six actions are enabled.
    counted(toy("diehard", invariants=()), 1 + 16 * 6, 16, (1, 2, 3, 2, 2, 2, 2, 2))


def test_diehard_solution_has_seven_states() -> None:
    spec = toy("diehard", invariants=("NotSolved",))
    assert compare(spec).length == 7
    for result in results(spec):
        assert result.verdict == "violation"
        assert result.violation is not None
        assert result.violation.property == "NotSolved"
        assert result.violation.representatives[-1].big == 4
        if result.search == "bfs":
            assert len(result.violation.representatives) == 7


def test_lock() -> None:
    # Nobody inside: 8 states of 3 steps each. One inside: 3 * 4 states; its own step, and one per idle process.
    counted(toy("lock", constants={"Process": 3}), 1 + 8 * 3 + 3 * (4 + 4), 8 + 12, (1, 3, 6, 7, 3))


def test_lock_up_to_symmetry() -> None:
    # By how many wait: 0..3 with nobody inside, 0..2 with one inside.
    spec = toy("lock", constants={"Process": 3}, symmetry=("Process",))
    compare(spec)
    for result in results(spec):
        assert (result.distinct, result.orbit_sum) == (4 + 3, 20)


@pytest.mark.parametrize("processes", [2, 4, 5])
def test_lock_of_any_size(processes: int) -> None:
    want = 2**processes + processes * 2 ** (processes - 1)
    for symmetry in ((), ("Process",)):
        for result in results(toy("lock", constants={"Process": processes}, symmetry=symmetry)):
            assert result.orbit_sum == want
            assert result.distinct == (2 * processes + 1 if symmetry else want)
            assert result.witnesses == {"Crowd": True}


def test_ring() -> None:
    spec = toy("ring", constants={"N": 3})
    counted(spec, 1 + 2 * 24, 24, compare(spec).result.levels)  # type: ignore[union-attr]
    # The last state: all lamps on, and the token at 2 after a whole round.
    assert {result.depth for result in results(spec) if result.search == "bfs"} == {8}


def test_several_initial_states() -> None:
    # Low: (0, F), (0, T), (1, F), (1, T); High: 0 and 3 (6 is refused), 9 is cut by the constraint.
    # (0, F) comes twice. Then (3, F) goes down to (2, F), the only further state.
    counted(toy("starts", deadlock=True), 4 + 3 + 6, 6, (5, 1))


def test_deadlock() -> None:
    spec = toy("counter", constants={"End": 3, "Cut": 9}, invariants=(), deadlock=True)
    want = expected(spec)
    assert (want.verdict, want.length) == ("deadlock", 3)  # 0, 2, 3 or 0, 1, 3
    compare(spec)
    for result in results(spec):
        assert result.verdict == "deadlock"
        assert result.violation is not None
        assert result.violation.representatives[-1].x == 3


def test_no_deadlock_where_it_is_switched_off() -> None:
    # From 0 and 1 two steps each, from 2 one.
    counted(toy("counter", constants={"End": 3, "Cut": 9}, invariants=()), 1 + 5, 4, (1, 2, 1))


def test_cut_states_are_generated_and_no_deadlock() -> None:
    # 4 and 5 are generated but not distinct, and 3 has successors, though all of them are cut.
    spec = toy("counter", constants={"End": 9, "Cut": 3}, invariants=(), deadlock=True)
    counted(spec, 1 + 4 * 2, 4, (1, 2, 1))


def test_cut_states_are_checked() -> None:
    # 5 is outside the constraint, and violates the invariant: 0, 1 or 2, 3, 5.
    spec = toy("counter", constants={"End": 9, "Cut": 3})
    assert compare(spec).length == 4
    for result in results(spec):
        assert (result.verdict, result.complete) == ("violation", False)


def test_no_initial_state_at_all() -> None:
    text = """
x = Variable(Range(0, 1))
def Start(t, k):
    if k == 0:
        return False
    t.x = k
def A(s, t):
    return True
Init = [(Start, Range(0, 0))]
Next = [A]
"""
    counted(load(text, deadlock=True), 0, 0, ())


def test_initial_states_outside_the_constraints() -> None:
    text = "x = Variable(Range(0, 3))\ndef Init(t):\n    t.x = 3\ndef A(s, t):\n    return True\nNext = [A]\n"
    counted(load(text + "def C(s):\n    return s.x < 3\nConstraints = [C]\n"), 1, 0, ())
    text += "def I(s):\n    return s.x < 3\nInvariants = [I]\n"
    assert compare(load(text)).length == 1
