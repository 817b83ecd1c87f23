"""Raft gets into the states of ``specs/raft_situations.py``: step by step, by the reference semantics.

A model that began in a state that Raft never reaches would say nothing about Raft. The steps are those that
the docstrings tell; every state on the way is within the bounds of the models that begin there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mc.engine import reference
from mc.lang.state import State
from mc.lang.values import ModelValue
from mc.read.models import read_models
from mc.read.python.load import load_spec
from mc.spec.objects import Model, Spec

SPEC = Path(__file__).resolve().parent.parent / "specs" / "raft.py"
CONSTANTS = {"Server": 3, "Value": 2, "MaxLogLength": 1, "MaxMessages": 1, "MaxCopies": 1}

#: ``Receive`` takes the one message in flight.
RECEIVE = ("Receive",)


def asks(candidate: str, voter: str, receipts: int) -> list[tuple[str, ...]]:
    """``candidate`` asks for a vote; the number of receipts is that of all steps until the answer is counted."""
    return [("RequestVote", candidate, voter), *[RECEIVE] * receipts]


# Request and answer are received once each; the voter's new term is one receipt more.
ELECTED = [
    ("Timeout", "s1"),
    *asks("s1", "s1", 2),
    *asks("s1", "s3", 3),
    ("BecomeLeader", "s1"),
]
REPLICATED = [
    *ELECTED,
    ("ClientRequest", "s1", "v1"),
    ("AppendEntries", "s1", "s3"),
    *[RECEIVE] * 3,  # taken, confirmed, and the confirmation counted
]
DIVERGED = [
    *ELECTED,
    ("ClientRequest", "s1", "v1"),
    ("Restart", "s1"),
    ("Timeout", "s2"),
    ("Timeout", "s2"),
    *asks("s2", "s2", 2),
    *asks("s2", "s3", 3),
    ("BecomeLeader", "s2"),
    ("ClientRequest", "s2", "v2"),
    ("Restart", "s2"),
]
FIGURE_EIGHT = [
    *DIVERGED,
    ("Timeout", "s1"),
    ("Timeout", "s1"),
    *asks("s1", "s1", 2),
    *asks("s1", "s3", 3),
    ("BecomeLeader", "s1"),
    ("AppendEntries", "s1", "s3"),
    *[RECEIVE] * 2,  # refused, and the refusal counted
    ("AppendEntries", "s1", "s3"),
    *[RECEIVE] * 3,
]


def spec(max_term: int, **substitute: str) -> Spec:
    constants = {**CONSTANTS, "MaxTerm": max_term}
    return load_spec(SPEC, Model("m", constants, definitions=("raft_situations",), substitute=substitute))


def take(spec: Spec, state: State, name: str, *given: str) -> State:
    arguments: tuple[Any, ...] = tuple(ModelValue(value) for value in given)
    if name == "Receive":
        (arguments,) = ((m,) for m in state.values["messages"])
    action = next(action for action in spec.actions if action.name == name)
    made = reference.ways(spec, action, arguments, state)
    assert made, f"{name}{arguments} is not enabled in {state!r}"
    (after,) = made
    assert all(definition.function(after) for definition in (*spec.constraints, *spec.invariants))
    return after


@pytest.mark.parametrize(
    ("name", "max_term", "steps"),
    [
        ("Elected", 2, ELECTED),
        ("Replicated", 2, REPLICATED),
        ("Diverged", 3, DIVERGED),
        ("FigureEight", 4, FIGURE_EIGHT),
    ],
)
def test_reached(name: str, max_term: int, steps: list[tuple[str, ...]]) -> None:
    raft = spec(max_term)
    (state,) = raft.initial_states()
    for step in steps:
        state = take(raft, state, *step)
    assert list(spec(max_term, Init=name).initial_states()) == [state]


def test_every_situation_of_a_model_is_replayed() -> None:
    models = [m for file in ("raft.py", "raft_history.py") for m in read_models(SPEC.parent / file).models.values()]
    used = {model.substitute["Init"] for model in models if "Init" in model.substitute}
    assert used == {"Elected", "Replicated", "Diverged", "FigureEight"}
