"""Why an invariant fails, derived from its text."""

from __future__ import annotations

from pathlib import Path

import pytest

from mc.errors import SpecError
from mc.lang.state import State
from mc.lang.values import FnValue, ModelValue, RecordValue, SeqValue
from mc.read.models import bundled, read_models
from mc.read.python.load import load_spec
from mc.spec.objects import Model, Spec
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


def Small(n, limit):
    return n < limit


def Grown(s, i):
    base = 2
    if s.count[i] > 5:
        return s.count[i] == base
    return s.count[i] != base


"""
#: What a state with count s1 = 2, s2 = 7 and mark {4} violates, with what is to be said about it.
CASES = {
    "4 in s.mark and s.mark == set()": ("s.mark == set()", {}, {"mark": "{4}"}),
    "all(s.count[i] < 5 for i in Server)": ("s.count[i] < 5", {"i": "s2"}, {"count[s2]": "7"}),
    "all(s.count[i] == s.count[j] for i in Server for j in Server if i != j)": (
        "s.count[i] == s.count[j]",
        {"i": "s1", "j": "s2"},
        {"count[s1]": "2", "count[s2]": "7"},
    ),
    "not any(s.count[i] > 5 for i in Server)": ("not (s.count[i] > 5)", {"i": "s2"}, {"count[s2]": "7"}),
    "not (4 in s.mark and all(s.count[i] > 1 for i in Server))": (
        "not (4 in s.mark and all(s.count[i] > 1 for i in Server))",
        {},
        {"mark": "{4}", "count": "(s1 :> 2 @@ s2 :> 7)"},
    ),
    "not 4 in s.mark or all(s.count[i] < 5 for i in Server)": (
        "not 4 in s.mark or all(s.count[i] < 5 for i in Server)",
        {"i": "s2"},
        {"mark": "{4}", "count[s2]": "7"},
    ),
    "all(Small(s.count[i], 3) for i in Server)": ("n < limit", {"i": "s2", "n": "7", "limit": "3"}, {}),
    "all(Grown(s, k) for k in Server)": (
        "s.count[i] != base",
        {"k": "s1", "i": "s1"},
        {"count[s1]": "2", "base": "2"},
    ),
    "Grown(s, Max(s.mark))": ("Grown(s, Max(s.mark))", {}, {"mark": "{4}"}),
    "(s.mark == set() if 4 in s.mark else True)": ("s.mark == set()", {}, {"mark": "{4}"}),
    "all(n > m for n, m in {(1, 0), (1, 1)})": ("n > m", {"n": "1", "m": "1"}, {}),
    "False": ("False", {}, {}),
}


def load(directory: Path, body: str) -> Spec:
    path = directory / "toy.py"
    path.write_text(f"{SPEC}def Property(s):\n{body}\n\n\nInvariants = [Property]\n", encoding="utf-8")
    return load_spec(path, Model("m", {"Server": 2}))


def violating() -> State:
    return State({"count": FnValue({ModelValue("s1"): 2, ModelValue("s2"): 7}), "mark": frozenset({4})})


def shown(found: Explanation) -> dict[str, str]:
    return {component.text: component.value for component in found.components}


def reason(directory: Path, body: str) -> Explanation:
    spec = load(directory, body)
    return explain(spec, spec.invariants[0], violating())


@pytest.mark.parametrize("text", CASES)
def test_the_deciding_part_is_found(tmp_path: Path, text: str) -> None:
    conjunct, bound, values = CASES[text]
    found = reason(tmp_path, f"    return {text}")
    assert (found.conjunct, dict(found.bound), shown(found)) == (conjunct, bound, values)
    assert str(found).startswith("Property is false")


def test_a_condition_of_a_quantifier_belongs_to_the_reason(tmp_path: Path) -> None:
    found = reason(tmp_path, "    return all(4 not in s.mark for i in Server if s.count[i] > 5)")
    assert str(found) == "Property is false for i = s2: count[s2] = 7, mark = {4}"


def test_elements_of_a_set_are_taken_in_the_order_of_their_text(tmp_path: Path) -> None:
    """Python's order of a set of strings is another one in each process."""
    found = reason(tmp_path, '    return all(a == b for a in {"e", "b", "d", "c"} for b in {"e", "b", "d", "c"})')
    assert dict(found.bound) == {"a": '"b"', "b": '"c"'}


def test_where_the_components_are(tmp_path: Path) -> None:
    found = reason(tmp_path, "    return all(m == s.count[i] for i in Server for m in s.mark if s.count[i] > 2)")
    assert found.places() == {("count", ModelValue("s2")), ("mark", 4)}


def test_local_variables_and_branches_are_followed(tmp_path: Path) -> None:
    body = "    '''Says so.'''\n    top = Max(s.mark)\n    if top > 3:\n        return top < 3\n    return True"
    found = reason(tmp_path, body)
    assert found.conjunct == "top < 3"
    assert shown(found) == {"top": "4"}
    assert found.line == SPEC.count("\n") + 5


def test_a_loop_is_reported_as_a_whole(tmp_path: Path) -> None:
    found = reason(
        tmp_path, "    for i in Server:\n        if s.count[i] > 5:\n            return False\n    return True"
    )
    assert str(found) == "Property is false: for i in Server: if s.count[i] > 5: return False"
    assert found.line == SPEC.count("\n") + 2


def test_a_value_outside_its_domain_says_which_part(tmp_path: Path) -> None:
    found = reason(tmp_path, "    return s.count in Fn(Server, Range(0, 5)) and s.mark in Set(Range(0, 9))")
    assert found.conjunct == "s.count in Fn(Server, Range(0, 5))"
    assert str(found).endswith("7 is not in 0..5")


def test_what_was_loaded_is_explained(tmp_path: Path) -> None:
    """And not what the file says by now, if it is still there."""
    spec = load(tmp_path, "    return all(s.count[i] < 5 for i in Server)")
    for text in ("def Property(s):\n    return True\n", None):
        if text is None:
            spec.path.unlink()
        else:
            spec.path.write_text(text, encoding="utf-8")
        found = explain(spec, spec.invariants[0], violating())
        assert (found.conjunct, str(found)) == ("s.count[i] < 5", "Property is false for i = s2: count[s2] = 7")


def raft(invariant: str, **values: object) -> Explanation:
    path = bundled("specs") / "raft.py"
    spec = load_spec(path, read_models(path).select("tiny"))
    state = State({**next(spec.initial_states()).values, **values})
    return explain(spec, next(i for i in spec.invariants if i.name == invariant), state)


def test_election_safety_of_raft() -> None:
    both = FnValue({ModelValue(name): ModelValue("Leader") for name in ("s1", "s2")})
    assert str(raft("ElectionSafety", state=both)) == (
        "ElectionSafety is false: s1 and s2 are both Leader in term 1; the votes of s1: {}, of s2: {}"
    )


def test_log_matching_of_raft_names_the_index() -> None:
    def log(*terms: int) -> SeqValue:
        return SeqValue(RecordValue({"term": term, "value": ModelValue("v1")}) for term in terms)

    found = raft("LogMatching", log=FnValue({ModelValue("s1"): log(1, 2), ModelValue("s2"): log(2, 2)}))
    assert dict(found.bound) == {"i": "s1", "j": "s2", "n": "2", "k": "1"}
    assert shown(found)["log[s1][1]"] == "[term |-> 1, value |-> v1]"


def test_a_definition_that_gives_a_set_is_part_of_the_reason(tmp_path: Path) -> None:
    spec = load(
        tmp_path,
        "    return all(n == m for n in Low(s, 9) for m in Low(s, 9))\n\n\n"
        "def Low(s, top):\n    return {s.count[i] for i in Server if s.count[i] < top}",
    )
    before = State({**violating().values, "count": FnValue({ModelValue("s1"): 2, ModelValue("s2"): 9})})
    found = explain(spec, spec.invariants[0], violating())
    assert str(found) == "Property is false for n = 2, m = 7: 2 \\in Low(9), 7 \\in Low(9)"
    assert [c.last_changed([before, before, violating(), violating()]) for c in found.components] == [1, 3]


def test_where_a_component_last_changed(tmp_path: Path) -> None:
    """Also where it could not be evaluated before, and where it had its value at an earlier time."""

    def state(first: int, *mark: int) -> State:
        return State({"count": FnValue({ModelValue("s1"): first, ModelValue("s2"): 7}), "mark": frozenset(mark)})

    states = [state(2, 4), state(1), state(2), state(2, 4), state(2, 4)]
    found = reason(tmp_path, "    return all(s.count[i] != Max(s.mark) - 2 for i in Server)")
    changed = {c.text: c.last_changed(states) for c in found.components}
    assert changed == {"count[s1]": 3, "mark": 4}


def test_the_spec_may_say_it_in_its_own_words(tmp_path: Path) -> None:
    body = (
        "    return all(s.count[i] < 5 for i in Server)\n\n\nExplanations = {Property: '{i}: {s.count[i]}, {s.mark}'}"
    )
    assert str(reason(tmp_path, body)) == "Property is false: s2: 7, {4}"


def test_words_that_cannot_be_evaluated_are_not_said(tmp_path: Path) -> None:
    body = "    return all(s.count[i] < 5 for i in Server)\n\n\nExplanations = {Property: '{k} has {s.count[k]}'}"
    assert str(reason(tmp_path, body)) == "Property is false for i = s2: count[s2] = 7"


def test_malformed_words_are_an_error_of_the_spec(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"toy\.py:\d+: Explanations: '\{s\.count\[': "):
        load(tmp_path, "    return True\n\n\nExplanations = {Property: '{s.count['}")
