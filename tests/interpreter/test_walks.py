"""Ways through predicates and actions, as many and in the order as TLC finds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mc.errors import EvaluationError
from mc.interpreter.errors import AssertError, IncompleteError, SuccessorError
from mc.lang.values import SeqValue
from tests.interpreter.modules import behavior, successors

#: Actions of a variable x that is 0, and the values of x in the successors.
WAYS = {
    "x' \\in {2, 1}": [1, 2],
    "x' = 1 \\/ x' = 1": [1, 1],
    "(\\E i \\in 1..3 : i > 1) /\\ x' = 1": [1, 1],
    "~(\\A i \\in 1..3 : i < 1) /\\ x' = 1": [1],
    "((\\E i \\in 1..3 : i > 0) = TRUE) /\\ x' = 1": [1],
    "(\\A i \\in 1..2 : i = 1 \\/ TRUE) /\\ x' = 1": [1, 1],
    "(TRUE => (TRUE \\/ TRUE)) /\\ x' = 1": [1, 1],
    "x' = 1 /\\ (TRUE \\/ TRUE)": [1],
    "x' \\in 1..3 /\\ x' > 1": [2, 3],
    "x' \\in SUBSET {1} /\\ x' # {}": [frozenset((1,))],
    "x' \\subseteq {1}": [frozenset(), frozenset((1,))],
    "\\E i \\in {1, 2}, j \\in {10, 20} : x' = i + j": [11, 12, 21, 22],
    "IF x = 0 THEN x' = 1 ELSE x' = 2": [1],
    "CASE x = 1 -> x' = 1 [] x = 0 -> x' = 5": [5],
    "LET g == TRUE \\/ TRUE IN g = TRUE /\\ g /\\ x' = 1": [1, 1],
    "F(TRUE \\/ TRUE)": [1],
    "G(x, 7)": [7],
    "H(x', 7)": [7],
    "[i \\in 1..2 |-> TRUE \\/ TRUE][1] /\\ x' = 1": [1, 1],
    "[x' = 1]_x": [1, 0],
    "<<x' = 0 \\/ x' = 1>>_x": [1],
    "UNCHANGED <<<<x>>, vars>>": [0],
    "P /\\ x' = 1": [1],
    "Q(1) /\\ x' = 1": [1, 1],
    "x' = x + 1 /\\ x' = 2": [],
    "(ENABLED (x' = 1 /\\ x' > x)) /\\ ~(ENABLED (x' = 1 /\\ x' = 2)) /\\ x' = 3": [3],
    "\\E i \\in 1..2 : \\E j \\in 1..2 : i # j /\\ x' = <<i, j>>": [SeqValue((1, 2)), SeqValue((2, 1))],
    "\\A i \\in 1..2 : (\\E j \\in 1..i : j > 0) /\\ (i = 2 => x' = 4)": [4, 4],
}
BODY = """
VARIABLE x
vars == <<x>>
P == \\E i \\in 1..3 : i > 0
Q(n) == \\E i \\in 1..2 : i > n - 1
F(g) == g = TRUE /\\ g /\\ x' = 1
G(p, e) == p' = e
H(p, e) == p = e
Init == x = 0
"""


@pytest.mark.parametrize("action", WAYS)
def test_ways_through_an_action(tmp_path: Path, action: str) -> None:
    found = behavior(tmp_path, f"{BODY}Next == {action}\n")
    assert [x for (x,) in successors(found, (0,))] == WAYS[action]


def test_a_disjunction_does_not_stop_where_it_is_true(tmp_path: Path) -> None:
    found = behavior(tmp_path, f"{BODY}Next == (TRUE \\/ 1 \\div x = 1) /\\ x' = 1\n")
    (action,) = found.actions
    states = action.successors((0,))
    assert next(states) == (1,)
    with pytest.raises(EvaluationError, match=r"argument of .div is 0"):
        next(states)


def test_initial_states(tmp_path: Path) -> None:
    body = """
VARIABLES x, y
P(v) == v \\in 1..2
Init == (y = 3 \\/ TRUE) /\\ P(x) /\\ y = x + 1 /\\ (TRUE \\/ TRUE)
Next == UNCHANGED <<x, y>>
"""
    found = behavior(tmp_path, body)
    assert list(found.initial_states()) == [(2, 3), (1, 2), (2, 3)]


def test_a_state_that_is_incomplete(tmp_path: Path) -> None:
    found = behavior(tmp_path, "VARIABLES x, y, z\nInit == x = 0\nNext == x' = 1\n")
    with pytest.raises(IncompleteError, match=r"Init leaves a state incomplete: the variables have no value: y, z"):
        list(found.initial_states())
    with pytest.raises(IncompleteError, match=r"Next leaves a state incomplete: the variables have no value: y, z"):
        successors(found, (0, 0, 0))


def test_a_value_that_no_state_has(tmp_path: Path) -> None:
    found = behavior(tmp_path, "VARIABLE x\nInit == x = 0\nNext == x' = {1, \"a\"}\nOther == x' = Nat\n")
    with pytest.raises(SuccessorError, match="the variable x cannot have its value"):
        successors(found, (0,))


def test_primed_variables_without_a_value(tmp_path: Path) -> None:
    found = behavior(tmp_path, "VARIABLE x\nInit == x = 0\nNext == x' > 0 /\\ x' = 1\n")
    with pytest.raises(EvaluationError, match=r"M.tla:5: the variable x' has no value here"):
        successors(found, (0,))


def test_assert(tmp_path: Path) -> None:
    found = behavior(tmp_path, 'VARIABLE x\nInit == x = 0\nNext == x\' = 1 /\\ Assert(x = 1, <<"no", x>>)\n')
    with pytest.raises(AssertError, match=r'the second argument was: <<"no", 0>>'):
        successors(found, (0,))


def test_actions_are_split(tmp_path: Path) -> None:
    body = """
VARIABLES x, y
A(i) == x' = i /\\ UNCHANGED y
B(i, j) == \\/ x' = i /\\ y' = j
           \\/ LET k == i + j IN \\E l \\in 1..k : x' = l /\\ y' = x
C(s) == x' \\in s /\\ UNCHANGED y
Init == x = 0 /\\ y = 0
Next == (\\E i \\in 1..2 : A(i)) \\/ B(1, 0) \\/ C({x}) \\/ (\\E i \\in {x} : A(i)) \\/ (\\E i \\in {} : A(i))
"""
    found = behavior(tmp_path, body)
    assert [(action.name, dict(action.bindings)) for action in found.actions] == [
        ("A", {"i": 1}),
        ("A", {"i": 2}),
        ("B", {"i": 1, "j": 0}),
        ("B", {"i": 1, "j": 0, "l": 1}),
        ("C", {}),
        ("Next", {}),
        ("Next", {}),
    ]
    assert successors(found, (5, 6)) == [(1, 6), (2, 6), (1, 0), (1, 5), (5, 6), (5, 6)]


def test_values_in_steps(tmp_path: Path) -> None:
    body = """
VARIABLES x, y
Init == x = 0 /\\ y = 0
Next == x' = x + 1 /\\ UNCHANGED y
Step == x' = x + 1 /\\ y' = y
Sum(a) == a + x
Both == (x + y)' - (x + y)
Stays == [Next]_<<x, y>> /\\ ~(<<Next>>_x)
"""
    found = behavior(tmp_path, body)
    assert found.holds("Step", (1, 1), (2, 1)) and not found.holds("Step", (1, 1), (1, 1))
    assert found.value("Sum", (4, 0), arguments=(3,)) == 7
    assert found.value("Both", (1, 1), (2, 5)) == 5
    assert found.holds("Stays", (1, 1), (1, 1)) and not found.holds("Stays", (1, 1), (2, 1))
    assert found.enabled("Next", (1, 1))


def test_what_is_evaluated_once(tmp_path: Path) -> None:
    """Each LET uses the one before twice; what depends on the state at most is evaluated once in it."""
    lets = "\n".join(f"      v{i + 1} == (Op(v{i}) + v{i}) % 7" for i in range(40))
    body = f"""
VARIABLE x
Init == x = 0
Big == LET Op(a) == a - x
      v0 == x + 1
{lets}
      IN v40
Next == x' = Big /\\ Big >= 0
"""
    found = behavior(tmp_path, body)
    expected = 4
    for _ in range(40):
        expected = (2 * expected - 3) % 7
    assert successors(found, (3,)) == [(expected,)]
