"""Traces as text: what changed, as precisely as the values allow."""

from __future__ import annotations

from typing import Any

import pytest

from mc.engine.reference import Step
from mc.lang.state import State
from mc.lang.text import from_tla
from mc.lang.values import BagValue, FnValue, ModelValue, RecordValue, SeqValue
from mc.spec.objects import Action
from mc.trace.behavior import Behavior, Failure
from mc.trace.text import COLOURED, behavior_text, state_lines, value_changes

S1, S2 = ModelValue("s1"), ModelValue("s2")


def entry(term: int) -> RecordValue:
    return RecordValue({"term": term, "value": ModelValue("v1")})


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (1, 1, []),
        (1, 2, ["x: 1 -> 2"]),
        (FnValue({S1: 1, S2: 1}), FnValue({S1: 2, S2: 1}), ["x[s1]: 1 -> 2"]),
        (FnValue({S1: FnValue({1: 0, 2: 0})}), FnValue({S1: FnValue({1: 0, 2: 5})}), ["x[s1][2]: 0 -> 5"]),
        (frozenset({S1}), frozenset({S1, S2}), ["x: + s2"]),
        (frozenset({S1}), frozenset({S2}), ["x: - s1", "x: + s2"]),
        (SeqValue(), SeqValue([entry(2)]), ["x: <<>> -> <<[term |-> 2, value |-> v1]>>"]),
        (SeqValue([entry(2), entry(2)]), SeqValue([entry(2), entry(3)]), ["x[2].term: 2 -> 3"]),
        (RecordValue({"a": 1}), RecordValue({"b": 1}), ["x: [a |-> 1] -> [b |-> 1]"]),
        (BagValue({}), BagValue({S1: 1}), ["x: + s1"]),
        (BagValue({}), BagValue({S1: 2}), ["x: + s1 (2 copies)"]),
        (BagValue({S1: 1, S2: 1}), BagValue({S1: 2}), ["x: 1 -> 2 copies of s1", "x: - s2"]),
    ],
)
def test_changes(old: Any, new: Any, expected: list[str]) -> None:
    assert list(value_changes("x", old, new)) == expected


def make_behavior(failure: Failure | None = None) -> Behavior:
    action = Action("Send", lambda s, t, i: True, ())
    before, after = (State({"n": n, "log": SeqValue()}) for n in (1, 2))
    return Behavior(before, (Step(action, (S1,), after), Step(Action("Tick", action.function, ()), (), after)), failure)


def test_steps_show_what_changed() -> None:
    assert behavior_text(make_behavior()) == (
        "State 1: Init\n    /\\ n = 1\n    /\\ log = <<>>\n"
        "\nState 2: Send(s1)\n    n: 1 -> 2\n"
        "\nState 3: Tick\n    (nothing changes)"
    )


def test_full_states_read_back() -> None:
    lines = behavior_text(make_behavior(), full=True).split("State 2: Send(s1)\n")[1].splitlines()
    assert lines[:2] == ["    /\\ n = 2", "    /\\ log = <<>>"]
    assert [from_tla(line.split(" = ")[1]) for line in lines[:2]] == [2, SeqValue()]


def test_a_failure_ends_the_trace() -> None:
    text = behavior_text(make_behavior(Failure("Tick", "boom", "a.py", 3)))
    assert text.endswith("\n\nTick cannot be evaluated: boom (a.py:3)")


def test_places_stand_out_in_the_last_state() -> None:
    state = State(
        {"n": 1, "log": FnValue({S1: SeqValue([entry(2), entry(3)]), S2: SeqValue()}), "seen": frozenset({S1})}
    )
    marked = {("n",), ("log", S1, 2, "term"), ("log", S2), ("seen", S1)}
    assert state_lines(state, "*{}*".format, marked) == [
        "/\\ n = *1*",
        "/\\ log = (s1 :> <<[term |-> 2, value |-> v1], [term |-> *3*, value |-> v1]>> @@ s2 :> *<<>>*)",
        "/\\ seen = {*s1*}",
    ]
    assert state_lines(state, "*{}*".format, {("log", S1), ("log", S1, 1)})[1].count("*") == 2
    shown = behavior_text(make_behavior(), full=True, style=COLOURED, marked={("n",)})
    assert shown.count("\x1b[31m2\x1b[0m") == 1
