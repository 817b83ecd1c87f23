"""Why an invariant fails, derived from its text."""

from __future__ import annotations

from pathlib import Path

import pytest

from mc.lang.state import State
from mc.lang.values import FnValue, ModelValue, RecordValue, SeqValue
from mc.spec.load import load_spec
from mc.spec.models import bundled, read_models
from mc.spec.objects import Definition, Model, Spec
from mc.trace.explain import Explanation, explain

SPEC = """\
from mc.lang import *

Server: ModelValues
count = Variable(Fn(Server, Range(0, 9)))
mark = Variable(Set(Range(0, 9)))


def Init(t):
    t.count = {i: 0 for i in Server}
    t.mark = set()


def Step(s, t):
    return False


Next = [(Step,)]


def Small(n, limit=3):
    return n < limit


def Grown(s, i):
    base = 2
    if s.count[i] > 5:
        return s.count[i] == base
    return s.count[i] != base


"""
#: What a state with count s1 = 2, s2 = 7 and mark {4} violates, with what is to be said about it.
CASES = {
    "4 in s.mark and s.mark == set()": ("s.mark == set()", {}, {"s.mark": "{4}"}),
    "all(s.count[i] < 5 for i in Server)": ("s.count[i] < 5", {"i": "s2"}, {"s.count[i]": "7"}),
    "all(s.count[i] == s.count[j] for i in Server for j in Server if i != j)": (
        "s.count[i] == s.count[j]",
        {"i": "s1", "j": "s2"},
        {"s.count[i]": "2", "s.count[j]": "7"},
    ),
    "not any(s.count[i] > 5 for i in Server)": ("not (s.count[i] > 5)", {"i": "s2"}, {"s.count[i]": "7"}),
    "not (4 in s.mark and all(s.count[i] > 1 for i in Server))": (
        "not (4 in s.mark and all(s.count[i] > 1 for i in Server))",
        {},
        {"s.mark": "{4}", "s.count": "(s1 :> 2 @@ s2 :> 7)"},
    ),
    "not 4 in s.mark or all(s.count[i] < 5 for i in Server)": (
        "not 4 in s.mark or all(s.count[i] < 5 for i in Server)",
        {"i": "s2"},
        {"s.mark": "{4}", "s.count[i]": "7"},
    ),
    "all(Small(s.count[i]) for i in Server)": ("n < limit", {"i": "s2", "n": "7", "limit": "3"}, {}),
    "all(Grown(s, k) for k in Server)": (
        "s.count[i] != base",
        {"k": "s1", "i": "s1"},
        {"s.count[i]": "2", "base": "2"},
    ),
    "Grown(s, i=Max(s.mark))": ("Grown(s, i=Max(s.mark))", {}, {"s.mark": "{4}"}),
    "(s.mark == set() if 4 in s.mark else True)": ("s.mark == set()", {}, {"s.mark": "{4}"}),
    "all(n > m for n, m in {(1, 0), (1, 1)})": ("n > m", {"n": "1", "m": "1"}, {}),
    "False": ("False", {}, {}),
}


def load(directory: Path, body: str) -> Spec:
    path = directory / "toy.py"
    path.write_text(f"{SPEC}def Property(s):\n{body}\n\n\nInvariants = [Property]\n", encoding="utf-8")
    return load_spec(path, Model("m", {"Server": 2}))


def violating() -> State:
    return State({"count": FnValue({ModelValue("s1"): 2, ModelValue("s2"): 7}), "mark": frozenset({4})})


def reason(directory: Path, body: str) -> Explanation:
    return explain(load(directory, body).invariants[0], violating())


@pytest.mark.parametrize("text", CASES)
def test_the_deciding_part_is_found(tmp_path: Path, text: str) -> None:
    conjunct, bound, values = CASES[text]
    found = reason(tmp_path, f"    return {text}")
    assert (found.conjunct, dict(found.bound), dict(found.values)) == (conjunct, bound, values)
    assert str(found).startswith("Property is false")


def test_a_condition_of_a_quantifier_belongs_to_the_reason(tmp_path: Path) -> None:
    found = reason(tmp_path, "    return all(4 not in s.mark for i in Server if s.count[i] > 5)")
    assert str(found) == "Property is false for i = s2: s.count[i] = 7, s.mark = {4}"


def test_local_variables_and_branches_are_followed(tmp_path: Path) -> None:
    body = "    '''Says so.'''\n    top = Max(s.mark)\n    if top > 3:\n        return top < 3\n    return True"
    found = reason(tmp_path, body)
    assert found.conjunct == "top < 3"
    assert dict(found.values) == {"top": "4"}
    assert found.line == SPEC.count("\n") + 5


def test_a_loop_is_reported_as_a_whole(tmp_path: Path) -> None:
    found = reason(
        tmp_path, "    for i in Server:\n        if s.count[i] > 5:\n            return False\n    return True"
    )
    assert str(found) == "Property is false: Property"
    assert found.line == SPEC.count("\n") + 1


def test_a_value_outside_its_domain_says_which_part(tmp_path: Path) -> None:
    found = reason(tmp_path, "    return s.count in Fn(Server, Range(0, 5)) and s.mark in Set(Range(0, 9))")
    assert found.conjunct == "s.count in Fn(Server, Range(0, 5))"
    assert str(found).endswith("7 is not in 0..5")


def test_a_vanished_file_is_no_obstacle(tmp_path: Path) -> None:
    spec = load(tmp_path, "    return False")
    spec.path.unlink()
    assert str(explain(spec.invariants[0], violating())) == "Property is false: Property"


def raft(**values: object) -> tuple[dict[str, Definition], State]:
    path = bundled("specs") / "raft.py"
    spec = load_spec(path, read_models(path).select("tiny"))
    state = State({**spec.initial_states()[0].values, **values})
    return {invariant.name: invariant for invariant in spec.invariants}, state


def test_election_safety_of_raft() -> None:
    both = FnValue({ModelValue(name): ModelValue("Leader") for name in ("s1", "s2")})
    invariants, state = raft(state=both)
    assert str(explain(invariants["ElectionSafety"], state)) == (
        "ElectionSafety is false for i = s1, j = s2: s.state[i] = Leader, s.state[j] = Leader, "
        "s.currentTerm[i] = 1, s.currentTerm[j] = 1"
    )


def test_log_matching_of_raft_names_the_index() -> None:
    def log(*terms: int) -> SeqValue:
        return SeqValue(RecordValue({"term": term, "value": ModelValue("v1")}) for term in terms)

    invariants, state = raft(log=FnValue({ModelValue("s1"): log(1, 2), ModelValue("s2"): log(2, 2)}))
    found = explain(invariants["LogMatching"], state)
    assert dict(found.bound) == {"i": "s1", "j": "s2", "n": "2", "k": "1"}
    assert found.values["s.log[i][k]"] == "[term |-> 1, value |-> v1]"
