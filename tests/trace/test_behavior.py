"""Behaviors: rebuilt with the reference semantics, in the reader's own names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mc.engine.reference import explore, orbit, successors, symmetries
from mc.engine.result import Violation
from mc.errors import EvaluationError, SpecError
from mc.lang.state import State
from mc.read.python.load import load_spec
from mc.spec.objects import Model, Spec
from mc.trace.behavior import ReplayError, call_text, check_init, rebuild

# Processes enter and leave a room that has no lock.
ROOM = """\
from mc.lang import *

Process: ModelValues
Most: Natural

inside = Variable(Set(Process))
visits = Variable(Range(0, Most))


def Init(t):
    t.inside = set()
    t.visits = 0


def Enter(s, t, p):
    if p in s.inside:
        return False
    t.inside = s.inside | {p}
    t.visits = s.visits + 1
    return True


Next = [(Enter, Process)]


def Alone(s):
    return Cardinality(s.inside) <= 1


Invariants = [Alone]
"""


def load(directory: Path, text: str = ROOM, **changes: object) -> Spec:
    path = directory / "room.py"
    path.write_text(text, encoding="utf-8")
    fields = {"constants": {"Process": 3, "Most": 9}, "symmetry": ("Process",), "deadlock": False, **changes}
    return load_spec(path, Model("m", **fields))  # type: ignore[arg-type]


def canonical(spec: Spec) -> Callable[[State], State]:
    group = symmetries(spec)
    # The greatest of the orbit, so that the names are not those of the first real behavior.
    return lambda state: max(orbit(state, group), key=repr)


def violation(spec: Spec) -> Violation:
    """What the reference engine finds."""
    found = explore(spec).result.violation
    assert found is not None
    return found


def test_a_behavior_consists_of_real_steps(tmp_path: Path) -> None:
    spec = load(tmp_path)
    represent = canonical(spec)
    path = tuple(represent(state) for state in violation(spec).representatives)
    # Without renaming, the representatives are not a behavior at all.
    assert path[1] not in [step.state for step in successors(spec, path[0])][:1]
    behavior = rebuild(spec, Violation("invariant", "Alone", path, (0,)), represent)
    assert behavior.initial in spec.initial_states()
    assert [call_text(step.action, step.arguments) for step in behavior.steps] == ["Enter(p1)", "Enter(p2)"]
    for before, step in zip(behavior.states, behavior.steps, strict=False):
        assert step.state in [s.state for s in successors(spec, before)]
    assert [represent(state) for state in behavior.states] == list(path)


def test_a_deadlock_is_confirmed(tmp_path: Path) -> None:
    spec = load(tmp_path, invariants=(), deadlock=True)
    path = violation(spec).representatives
    assert len(rebuild(spec, Violation("deadlock", "", path, (0,)), canonical_identity).states) == 4
    with pytest.raises(ReplayError, match="does not hold by the reference semantics"):
        rebuild(spec, Violation("deadlock", "", path[:-1], (0,)), canonical_identity)


def canonical_identity(state: State) -> State:
    return state


@pytest.mark.parametrize(
    ("cut", "words"),
    [
        (slice(1, None), "not initial"),
        (slice(None, None, 2), "state 2 .* cannot be reached from state 1"),
        (slice(None, -1), "does not hold by the reference semantics"),
    ],
)
def test_what_the_reference_does_not_confirm_is_an_internal_error(tmp_path: Path, cut: slice, words: str) -> None:
    spec = load(tmp_path, symmetry=())
    path = violation(spec).representatives[cut]
    with pytest.raises(ReplayError, match=words) as caught:
        rebuild(spec, Violation("invariant", "Alone", path, (0,)), canonical_identity)
    assert caught.value.exit_code == 255


def test_a_failed_step_is_named_with_its_place(tmp_path: Path) -> None:
    spec = load(tmp_path, constants={"Process": 3, "Most": 1}, symmetry=(), invariants=())
    (initial,) = spec.initial_states()
    path = (initial, next(successors(spec, initial)).state)
    behavior = rebuild(spec, Violation("evaluation", "", path, (0,)), canonical_identity)
    assert behavior.failure is not None
    line = ROOM[: ROOM.index("t.visits = s.visits + 1")].count("\n") + 1
    assert (behavior.failure.where, behavior.failure.line) == ("Enter(p2)", line)
    assert str(behavior.failure) == (
        f"Enter(p2) cannot be evaluated: variable visits: 2 is not in 0..1 ({tmp_path / 'room.py'}:{line})"
    )


def test_a_failed_invariant_is_named_with_its_place(tmp_path: Path) -> None:
    text = ROOM.replace("Cardinality(s.inside) <= 1", "Max(s.inside) == 1")
    spec = load(tmp_path, text, symmetry=())
    behavior = rebuild(spec, Violation("evaluation", "", tuple(spec.initial_states()), (0,)), canonical_identity)
    assert behavior.failure is not None
    assert behavior.failure.where == "Alone"
    assert behavior.failure.message == "Max of an empty set"


def test_a_failure_that_is_none_is_an_internal_error(tmp_path: Path) -> None:
    spec = load(tmp_path)
    with pytest.raises(ReplayError, match="where the spec can be evaluated"):
        rebuild(spec, Violation("evaluation", "", tuple(spec.initial_states()), (0,)), canonical_identity)


def test_init_outside_its_domains_is_an_error_with_its_place(tmp_path: Path) -> None:
    text = ROOM.replace("t.visits = 0", "t.visits = 12")
    line = text[: text.index("t.visits = 12")].count("\n") + 1
    with pytest.raises(EvaluationError, match=rf"Init cannot .*variable visits: 12 is not in 0\.\.9.*room\.py:{line}"):
        check_init(load(tmp_path, text))


def test_init_that_forgets_a_variable_is_a_spec_error(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"room\.py:10: .*'visits'"):
        check_init(load(tmp_path, ROOM.replace("    t.visits = 0\n", "")))
