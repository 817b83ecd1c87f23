"""A definition means the same to all who look at it: the search, the replay of a trace, explanations, pictures."""

from __future__ import annotations

from pathlib import Path

from mc.engine.reference import Step, ways
from mc.engine.search.compiled import Engine
from mc.lang.values import ModelValue, RecordValue
from mc.spec.objects import Spec
from mc.trace.behavior import Behavior
from mc.trace.events import timeline
from mc.trace.replay import replay
from mc.trace.saved import Trace, TracedState
from tests.toys.engines import load

#: A local name for a sequence of values of the state, which counts from 1.
PAIR = """
x = Variable(Range(0, 3))
y = Variable(Range(0, 3))
def Init(t):
    t.x = 1
    t.y = 2
def Swap(s, t):
    pair = (s.x, s.y)
    if not pair[1] == 1:
        return False
    t.x = pair[2]
    t.y = pair[1]
    return True
Next = [Swap]
"""


def trace_of(behavior: Behavior) -> Trace:
    labels = ["Init", *(step.action.name for step in behavior.steps)]
    return Trace(
        states=tuple(
            TracedState(label, None, dict(state.values)) for label, state in zip(labels, behavior.states, strict=True)
        )
    )


def test_a_sequence_of_values_of_the_state_counts_from_1_for_the_replay_too() -> None:
    spec = load(PAIR)
    assert Engine(spec).search().levels == (1, 1)
    initial = next(spec.initial_states())
    (after,) = ways(spec, spec.actions[0], (), initial)
    assert tuple(after.values.values()) == (2, 1)
    found = replay(spec, trace_of(Behavior(initial, (Step(spec.actions[0], (), after),))))
    assert found.broken is None
    # From there the guard fails, and of the values of that state.
    again = replay(spec, trace_of(Behavior(after, (Step(spec.actions[0], (), initial),))))
    assert again.broken is not None


#: Messages with a field that is called as a variable is.
DROP = """
P: ModelValues
M = Record({field}=Range(0, 2), to=P)
bal = Variable(Fn(P, Range(0, 2)))
msgs = Variable(Bag(M, 2, 1))
def Init(t):
    t.bal = {{p: 0 for p in P}}
    t.msgs = {{}}
def Send(s, t, p):
    if s.msgs != {{}}:
        return False
    t.msgs = s.msgs + {{M({field}=s.bal[p], to=p)}}
    t.bal[p] = 1
    return True
def DropOld(s, t, m):
    if not m.{field} < 1:
        return False
    t.msgs = s.msgs - {{m}}
    return True
Next = [(Send, P), (DropOld, msgs)]
"""


def lost(spec: Spec, field: str) -> int:
    """How many messages the picture of a behavior that sends one and drops it shows as lost."""
    initial = next(spec.initial_states())
    p = ModelValue("p1")
    send, drop = spec.actions
    (sent,) = ways(spec, send, (p,), initial)
    message = RecordValue({field: 0, "to": p})
    (dropped,) = ways(spec, drop, (message,), sent)
    events = timeline(spec, Behavior(initial, (Step(send, (p,), sent), Step(drop, (message,), dropped)))).events
    return sum(len(event.dropped) for event in events)


def test_a_field_with_the_name_of_a_variable_is_no_variable() -> None:
    for field in ("bal", "ballot"):
        assert lost(load(DROP.format(field=field), {"P": 2}), field) == 1


def test_a_spec_that_changes_while_it_is_searched_is_explained_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "toy.py"
    path.write_text("from mc.lang import *\n" + PAIR, encoding="utf-8")
    spec = load(path)
    initial = next(spec.initial_states())
    path.write_text("nothing of the kind", encoding="utf-8")
    found = replay(spec, trace_of(Behavior(initial, (Step(spec.actions[0], (), initial),))))
    assert found.broken is not None
    assert {d.conjunct for d in found.broken.differences} == {"t.x = pair[2]", "t.y = pair[1]"}
