"""Each way through an action, or a row of Init, is a generated state: as many as the real TLC counts, and in order."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from mc.engine import reference
from mc.engine.program.program import UnevaluableInit
from mc.engine.reference import Step
from mc.engine.result import Violation
from mc.engine.search.compiled import Engine
from mc.errors import EvaluationError, SpecError
from mc.lang.state import State
from mc.lang.ways import Choices, every
from mc.read.python.load import load_spec
from mc.spec.objects import Model, Spec
from mc.tlc import CrosscheckResult, crosscheck
from mc.tlc.proof import read_proof
from mc.trace.behavior import Behavior, find_failure, rebuild
from mc.trace.replay import replay
from tests.formula.test_formulas import compare
from tests.formula.test_one_meaning import trace_of
from tests.tlc.test_crosscheck import FakeEngine
from tests.toys.as_tla import module_text
from tests.toys.cases import cases
from tests.toys.engines import compare as compare_engines
from tests.toys.engines import load
from tests.toys.random_spec import RandomSpec

TOYS = Path(__file__).parents[1] / "toys"

#: A guard over x, which is 0 or 1, or a whole action; beside it the same in TLA+.
HEAD = """
x = Variable(Range(0, 1))
y = Variable(Range(0, 1))
def Init(t):
    t.x = 0
    t.y = 0
def AnyPositive():
    return any(i > 0 for i in Range(1, 3))
def Named(s):
    return any(i > 0 for i in Range(1, 3))
def Nested(s):
    return Named(s) or AnyPositive()
def Above(s, n):
    return any(i > s.x for i in Range(1, n))
def Below(n):
    return any(i < n for i in Range(1, 3))
def Both(s):
    if not (s.x == 0 or s.y == 0):
        return False
    return s.x < 2 or s.y < 1
def Chosen(s):
    if s.x == 0:
        return s.y == 0 or s.y < 2
    return s.y < 1 or s.y < 2 or s.y < 3
def Given(g):
    return g
def Flip(s, t):
    t.x = 1 - s.x
    return True
def Set(s, t, v):
    if not s.x != v:
        return False
    t.x = v
    return True
def Switch(s, t):
    t.y = 1 - s.y
    return True
"""
HEAD_TLA = """
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\\ y = 0
AnyPositive == \\E i \\in 1..3 : i > 0
Named == \\E i \\in 1..3 : i > 0
Nested == Named \\/ AnyPositive
Above(n) == \\E i \\in 1..n : i > x
Below(n) == \\E i \\in 1..3 : i < n
Both == /\\ x = 0 \\/ y = 0
        /\\ x < 2 \\/ y < 1
Chosen == IF x = 0 THEN y = 0 \\/ y < 2 ELSE y < 1 \\/ y < 2 \\/ y < 3
Given(g) == g
Flip == x' = 1 - x
Set(v) == x /= v /\\ x' = v
Switch == y' = 1 - y
"""

#: Guards in Python and in TLA+, and how many ways there are through them from x = 0, y = 0.
GUARDS = cases(r"""
--- a disjunction: 2
s.x == 0 or s.x < 2
x = 0 \/ x < 2
--- a choice: 3
any(i > s.x for i in Range(1, 3))
\E i \in 1..3 : i > x
--- a choice with a condition: 2
any(i > s.x for i in Range(1, 3) if i != 2 or i == 3)
\E i \in {j \in 1..3 : j /= 2 \/ j = 3} : i > x
--- two choices: 5
any(i != j or i == 3 for i in Range(1, 3) for j in Range(1, i) if j < 3)
\E i \in 1..3 : \E j \in {k \in 1..i : k < 3} : i /= j \/ i = 3
--- of no elements: 0
any(True for i in Range(1, 0))
\E i \in 1..0 : TRUE
--- all multiplies: 4
all(i > s.x or i > 0 for i in Range(1, 2))
\A i \in {1, 2} : i > x \/ i > 0
--- all with a condition: 2
all(i > s.x or i > 0 for i in Range(1, 2) if i > 1)
\A i \in {1, 2} : i > 1 => i > x \/ i > 0
--- all of no elements: 1
all(s.x == 1 for i in Range(1, 0))
\A i \in {} : x = 1
--- a conjunction multiplies: 4
(s.x == 0 or s.y == 0) and (s.x < 2 or s.y < 2)
(x = 0 \/ y = 0) /\ (x < 2 \/ y < 2)
--- a disjunction of conjunctions: 3
s.x == 1 or ((s.x == 0 or s.y == 0) and s.x < 2) or s.y == 0
x = 1 \/ ((x = 0 \/ y = 0) /\ x < 2) \/ y = 0
--- a choice by a condition: 2
(s.y == 0 or s.y < 2) if s.x == 0 or s.x < 2 else s.y == 0
IF x = 0 \/ x < 2 THEN y = 0 \/ y < 2 ELSE y = 0
--- an implication: 2
(s.y == 0 or s.y < 2) if s.x == 0 else True
x = 0 => (y = 0 \/ y < 2)
--- an implication of what is false: 1
(s.y == 0 or s.y < 2) if s.x == 1 else True
x = 1 => (y = 0 \/ y < 2)
--- a negation: 1
not (s.x == 1 or s.y == 1)
~(x = 1 \/ y = 1)
--- a disjunction with a negation: 2
not s.x == 1 or s.y == 0
~(x = 1) \/ y = 0
--- a comparison of conditions: 1
(s.x == 0 or s.y == 0) == True
(x = 0 \/ y = 0) = TRUE
--- a chain: 1
0 <= s.x < 2
0 <= x /\ x < 2
--- a constant in place: 3
any(i > 0 for i in Range(1, 3))
\E i \in 1..3 : i > 0
--- a constant by name: 1
AnyPositive()
AnyPositive
--- a constant by name that is given the state: 1
Named(s)
Named
--- constants by names: 1
Nested(s)
Nested
--- constants by names in place: 2
Named(s) or AnyPositive()
Named \/ AnyPositive
--- a definition: 3
Above(s, 3)
Above(3)
--- a definition of constants: 2
Below(3)
Below(3)
--- a definition with a guard: 4
Both(s)
Both
--- a definition that chooses: 2
Chosen(s)
Chosen
--- a definition in a choice: 3
any(Above(s, i) for i in Range(1, 2))
\E i \in 1..2 : Above(i)
--- a definition in an argument: 1
Given(s.x == 0 or s.x < 2)
Given((x = 0 \/ x < 2) = TRUE)
--- a guard that is FALSE: 0
False if not (s.x == 1 or s.y == 1) else True
(x = 1 \/ y = 1) /\ TRUE
--- a guard that is TRUE: 4
False if not (s.x == 0 or s.y == 0) else (s.x == 0 or s.y == 0)
(x = 0 \/ y = 0) /\ (x = 0 \/ y = 0)
""")

#: Actions: the body in Python and in TLA+, and how many ways there are through them from x = 0, y = 0.
ACTIONS = cases(r"""
--- two steps: 2
    return Flip(s, t) or Switch(s, t)
(Flip /\ UNCHANGED y) \/ (Switch /\ UNCHANGED x)
--- the same step twice: 2
    return Flip(s, t) or Flip(s, t)
(Flip \/ Flip) /\ UNCHANGED y
--- a step or nothing: 2
    return Flip(s, t) or s.x == 0
(Flip /\ UNCHANGED y) \/ (x = 0 /\ UNCHANGED <<x, y>>)
--- any step: 1
    return any(Set(s, t, v) for v in Range(0, 1))
(\E v \in 0..1 : Set(v)) /\ UNCHANGED y
--- any step of two choices: 3
    return any(Set(s, t, v) for v in Range(0, 1) for w in Range(1, 3))
(\E v \in 0..1 : \E w \in 1..3 : Set(v)) /\ UNCHANGED y
--- any step with a guard and a condition: 2
    return any(w > 1 and Set(s, t, v) for v in Range(0, 1) for w in Range(1, 3) if v == 1)
(\E v \in {1} : \E w \in 1..3 : w > 1 /\ Set(v)) /\ UNCHANGED y
--- a guard before a step: 6
    if not Above(s, 3):
        return False
    return any(Flip(s, t) or Flip(s, t) for v in Range(1, 1))
Above(3) /\ (\E v \in {1} : Flip \/ Flip) /\ UNCHANGED y
--- a step as a guard: 2
    if not (Flip(s, t) or Flip(s, t)):
        return False
    Switch(s, t)
    return True
(Flip \/ Flip) /\ Switch
--- a step as a statement: 1
    Set(s, t, 1)
    t.y = 1
    return True
Set(1) /\ y' = 1
--- a step as a statement that is disabled: 0
    Set(s, t, 0)
    t.y = 1
    return True
Set(0) /\ y' = 1
--- a local: 1
    g = any(i > s.x for i in Range(1, 3))
    if not g:
        return False
    return Flip(s, t)
(\E i \in 1..3 : i > x) = TRUE /\ Flip /\ UNCHANGED y
--- a test that is no guard: 1
    if s.x == 1 or s.y == 1:
        return False
    return Flip(s, t)
~(x = 1 \/ y = 1) /\ Flip /\ UNCHANGED y
--- a guard of a branch: 2
    if s.x == 0:
        if not (s.y == 0 or s.y < 2):
            return False
        return Flip(s, t)
    elif not (s.y == 0 or s.y < 2):
        return False
    return Flip(s, t)
IF x = 0 THEN (y = 0 \/ y < 2) /\ Flip /\ UNCHANGED y ELSE (y = 0 \/ y < 2) /\ Flip /\ UNCHANGED y
--- a guard in a loop: 1
    for i in Range(1, 2):
        if not (i > s.x or i > 0):
            return False
    return Flip(s, t)
(\A i \in 1..2 : i > x \/ i > 0) = TRUE /\ Flip /\ UNCHANGED y
--- what is returned: 2
    if s.x == 1:
        return Flip(s, t)
    return s.y == 0 or s.y < 2
IF x = 1 THEN Flip /\ UNCHANGED y ELSE (y = 0 \/ y < 2) /\ UNCHANGED <<x, y>>
""")


def pair(body: str) -> tuple[str, str]:
    """The Python and the TLA+ of a case."""
    *python, module = body.strip("\n").split("\n")
    return "\n".join(python), module


def checked(python: str, module: str, directory: Path, constants: dict[str, Any] | None = None) -> CrosscheckResult:
    """What TLC says of a spec and its module, given as text; the interpreter says what the reference engine does."""
    (directory / "it.py").write_text(f"from mc.lang import *\n{python}", encoding="utf-8")
    (directory / "It.tla").write_text(f"---- MODULE It ----\n{module}\n====\n", encoding="utf-8")
    spec = load_spec(directory / "it.py", Model("it", constants or {}, deadlock=False))
    compare(spec, 1000)
    return against_tlc(spec, directory)


def against_tlc(spec: Spec, directory: Path) -> CrosscheckResult:
    result = reference.explore(spec).result
    found = crosscheck(spec, FakeEngine(spec), result, out=directory / "tlc", environment=os.environ)
    assert found.differences == ()
    assert found.compared["counts"]
    return found


def first_ways(spec: Spec, name: str) -> int:
    """How many steps of an action there are from the initial state."""
    (state,) = spec.initial_states()
    return sum(step.action.name == name for step in reference.successors(spec, state))


def test_guards(tmp_path: Path) -> None:
    """All guards in one spec: each is one of an action that tells them apart."""
    python, module, names = HEAD, HEAD_TLA, []
    for number, (body, _) in enumerate(GUARDS.values()):
        condition, formula = pair(body)
        python += f"def A{number}(s, t):\n    if not ({condition}):\n        return False\n    return Flip(s, t)\n"
        python += f"def B{number}(s, t):\n    if s.x == 1:\n        return False\n    return {condition}\n"
        module += f"A{number} == ({formula}) /\\ Flip /\\ UNCHANGED y\n"
        module += f"B{number} == x /= 1 /\\ ({formula}) /\\ UNCHANGED <<x, y>>\n"
        names += [f"A{number}", f"B{number}"]
    python += f"Next = [{', '.join(names)}]\n"
    module += "Next ==" + "".join(f" \\/ {name}" for name in names)
    checked(python, module, tmp_path)
    spec = load_spec(tmp_path / "it.py", Model("it", {}))
    for number, (name, (_, count)) in enumerate(GUARDS.items()):
        assert first_ways(spec, f"A{number}") == int(count), name
        assert first_ways(spec, f"B{number}") == int(count), name


def test_actions(tmp_path: Path) -> None:
    python, module, names = HEAD, HEAD_TLA, []
    for number, (body, _) in enumerate(ACTIONS.values()):
        text, formula = pair(body)
        python += f"def A{number}(s, t):\n{text}\n"
        module += f"A{number} == ({formula}) /\\ TRUE\n"
        names.append(f"A{number}")
    python += f"Next = [{', '.join(names)}]\n"
    module += "Next ==" + "".join(f" \\/ {name}" for name in names)
    checked(python, module, tmp_path)
    spec = load_spec(tmp_path / "it.py", Model("it", {}))
    for number, (name, (_, count)) in enumerate(ACTIONS.items()):
        assert first_ways(spec, f"A{number}") == int(count), name


def test_the_order_of_ways() -> None:
    """That of the text, depth first, the leftmost choice first."""
    spec = load(
        """
x = Variable(Range(0, 9))
y = Variable(Range(0, 9))
def Init(t):
    t.x = 0
    t.y = 0
def X(s, t, v):
    t.x = v
    return True
def Y(s, t, v):
    t.y = v
    return True
def A(s, t):
    if not (X(s, t, 1) or any(X(s, t, v) for v in {9, 2} if v > 1)):
        return False
    return Y(s, t, 3) or (s.y == 0 and (Y(s, t, 4) or Y(s, t, 5)))
Next = [A]
"""
    )
    (state,) = spec.initial_states()
    made = [(step.state.x, step.state.y) for step in reference.successors(spec, state)]
    assert made == [(x, y) for x in (1, 2, 9) for y in (3, 4, 5)]
    assert compare(spec, 100) > 9


def test_lists_of_choices() -> None:
    def run(choices: Choices) -> tuple[int, ...]:
        first = choices.one_of(2)
        return first, *(choices.one_of(count) for count in ((3,) if first else (1, 2)))

    assert every(run) == [(0, 0, 0), (0, 0, 1), (1, 0), (1, 1), (1, 2)]


@pytest.mark.parametrize(
    ("guard", "fails"),
    [
        ("s.x == 0 or 1 // s.x == 1", True),
        ("any(1 // i == 1 for i in {1, 0})", True),
        ("s.x == 1 and 1 // s.x == 1", False),
        ("all(i > 0 and 1 // i == 1 for i in {1, 0})", False),
        ("not (s.x != 0 and 1 // s.x == 1)", False),
        ("not not (s.x == 0 or 1 // s.x == 1)", False),
    ],
)
def test_errors_in_other_ways(guard: str, fails: bool) -> None:
    """A disjunction that is walked does not stop at a part that holds, and what is evaluated does."""
    action = f"def A(s, t):\n    if not ({guard}):\n        return False\n    return Flip(s, t)\nNext = [A]\n"
    spec = load(HEAD + action)
    if not fails:
        assert compare(spec, 100) >= 0
        return
    with pytest.raises(EvaluationError):
        reference.explore(spec)
    (state,) = spec.initial_states()
    with pytest.raises(EvaluationError):
        spec.interpreter.successors(spec.formulas["A"], tuple(state.values.values()), ())


def test_an_update_runs_after_each_way(tmp_path: Path) -> None:
    python = f"""{HEAD}
z = Variable(Range(0, 3))
def A(s, t):
    return Flip(s, t) or Switch(s, t)
def Count(s, t):
    t.z = s.x + 2 * s.y
def AnyInit(t):
    Init(t)
    t.z = 0
AnyNext = [Then(A, Count)]
"""
    base = HEAD_TLA.replace("VARIABLES x, y", "VARIABLES x, y, z").replace("Init ==", "Base ==")
    module = f"""{base}
A == (Flip /\\ UNCHANGED y) \\/ (Switch /\\ UNCHANGED x)
AnyInit == Base /\\ z = 0
AnyNext == A /\\ z' = x' + 2 * y'
"""
    found = checked(python, module, tmp_path)
    assert found.mc.distinct == 4 and found.mc.generated == 1 + 2 * 4


STARTS = """
x = Variable(Range(0, 5))
y = Variable(Range(0, 5))
N: Natural
def Low(t, k):
    if not (k < 2 or k < 3):
        return False
    t.x = k
    t.y = 0
    return True
def High(t, k):
    t.x = k
    t.y = 1
    return True
def Start(t, k, m):
    if not any(i >= N for i in Range(1, 2)):
        return False
    return Low(t, k) or (k > 0 and High(t, k))
Init = [(Start, Range(0, 3), Range(0, 1)), (Low, Range(1, 4))]
def A(s, t):
    return True
Next = [A]
"""
STARTS_TLA = """
EXTENDS Integers
CONSTANT N
VARIABLES x, y
Low(k) == (k < 2 \\/ k < 3) /\\ x = k /\\ y = 0
High(k) == x = k /\\ y = 1
Start(k, m) == (\\E i \\in 1..2 : i >= N) /\\ (Low(k) \\/ (k > 0 /\\ High(k)))
Init == \\/ \\E k \\in 0..3, m \\in 0..1 : Start(k, m)
        \\/ \\E k \\in 1..4 : Low(k)
A == UNCHANGED <<x, y>>
Next == A
"""


@pytest.mark.parametrize("least", [1, 2, 3])
def test_rows_of_init(least: int, tmp_path: Path) -> None:
    found = checked(STARTS, STARTS_TLA, tmp_path, {"N": least})
    states = list(load(STARTS, {"N": least}).initial_states())
    assert found.mc.generated == len(states) + len(set(states))


def test_the_numbers_of_initial_states() -> None:
    """A number is that of a binding, which makes all the states of its ways."""
    spec = load(STARTS, {"N": 1})
    made = [spec.starts(number) for number in range(sum(spec.bindings()))]
    assert [state for states in made for state in states] == list(spec.initial_states())
    assert [len(states) for states in made] == [4, 4, 6, 6, 4, 4, 2, 2, 2, 1, 0, 0]
    with pytest.raises(IndexError):
        spec.starts(12)


@pytest.mark.parametrize(
    ("name", "constants", "generated", "distinct"),
    [
        ("ewd840", {"N": 3}, 2001, 302),
        ("ewd998", {"N": 2, "Most": 1}, 1678, 400),
        ("paxos_commit", {"RM": 2, "Acceptor": 3, "MaxBallot": 0}, 3582, 473),
    ],
)
def test_protocols(name: str, constants: dict[str, Any], generated: int, distinct: int, tmp_path: Path) -> None:
    """Guards with ``any``, steps in disjunctions: all that TLC counts, by action, and its labelled steps."""
    spec = load_spec(TOYS / f"{name}.py", Model("small", constants, deadlock=False))
    found = against_tlc(spec, tmp_path)
    assert found.compared == {"counts": True, "states": True, "edges": True}
    assert found.notes == ()
    assert (found.mc.generated, found.mc.distinct) == (generated, distinct)
    assert all(found.mc.witnesses.values())
    compare(spec, 100)


@pytest.mark.parametrize("first", [0, 20])
def test_random_specs(first: int, tmp_path: Path) -> None:
    compared = 0
    for seed in range(first, first + 6):
        generator = RandomSpec(seed, unsafe=0.0, starts=bool(seed % 2), forks=1.0)
        model = Model("random", generator.constants, invariants=(), constraints=(), deadlock=False)
        directory = tmp_path / str(seed)
        directory.mkdir()
        (directory / "spec.py").write_text(f"from mc.lang import *\n{generator.text()}", encoding="utf-8")
        try:
            spec = load_spec(directory / "spec.py", model)
            if reference.explore(spec, 100).result.distinct >= 100:
                continue
        except EvaluationError:  # it leaves a domain
            continue
        (directory / "Spec.tla").write_text(module_text(spec, "Spec"), encoding="utf-8")
        against_tlc(spec, directory)
        compared += 1
    assert compared > 2


#: What is written before a choice must not be left where its last way is FALSE; the same in TLA+.
LEFT = """
x = Variable(Range(0, 2))
y = Variable(Range(0, 2))
z = Variable(Range(0, 2))
def Init(t):
    t.x = 0
    t.y = 0
    t.z = 0
def X(s, t, v):
    t.x = v
    return True
def Y(s, t, v):
    t.y = v
    return True
def Z(s, t, v):
    if not s.z < v:
        return False
    t.z = v
    return True
def Rest(s, t):
    return Y(s, t, 1) or Z(s, t, 1)
def A(s, t):
    if not (X(s, t, 1) or s.z == 1):
        return False
    return Rest(s, t)
def B(s, t):
    if not any(X(s, t, v) or v == s.z for v in Range(1, 2)):
        return False
    return True or any(Z(s, t, v) for v in Range(1, s.y))
def C(s, t):
    t.y = 2
    return True or Z(s, t, 1)
def D(s, t):
    return s.x == 2 and Z(s, t, 2)
Next = [A, B, C, D]
"""
LEFT_TLA = """
EXTENDS Integers
VARIABLES x, y, z
Init == x = 0 /\\ y = 0 /\\ z = 0
X(v) == x' = v
Y(v) == y' = v
Z(v) == z < v /\\ z' = v
A == /\\ X(1) \\/ (z = 1 /\\ UNCHANGED x)
     /\\ (Y(1) /\\ UNCHANGED z) \\/ (Z(1) /\\ UNCHANGED y)
B == /\\ \\E v \\in 1..2 : X(v) \\/ (v = z /\\ UNCHANGED x)
     /\\ UNCHANGED z \\/ (\\E v \\in 1..y : Z(v))
     /\\ UNCHANGED y
C == y' = 2 /\\ (UNCHANGED z \\/ Z(1)) /\\ UNCHANGED x
D == x = 2 /\\ Z(2) /\\ UNCHANGED <<x, y>>
Next == A \\/ B \\/ C \\/ D
"""


def test_what_a_way_that_ends_wrote_is_gone(tmp_path: Path) -> None:
    checked(LEFT, LEFT_TLA, tmp_path)
    compare_engines(load(LEFT))


def test_each_way_of_init_assigns_every_variable() -> None:
    """Also the last of 64, whose mark is in a word of its own."""
    names = [f"v{number}" for number in range(64)]
    spec = load(
        "".join(f"{name} = Variable(Range(0, 1))\n" for name in names)
        + "def Last(t):\n    t.v63 = 1\n    return True\n"
        + "def Start(t):\n"
        + "".join(f"    t.{name} = 1\n" for name in names[:-1])
        + "    return Last(t) or True\nInit = [(Start,)]\ndef A(s, t):\n    return True\nNext = [A]\n"
    )
    with pytest.raises(SpecError, match="Init does not assign the variable 'v63'"):
        list(spec.initial_states())
    with pytest.raises(UnevaluableInit, match="Init does not assign every variable"):
        Engine(spec).search()


WAYS = """
x = Variable(Range(0, 9))
y = Variable(Range(0, 9))
def Low(t):
    t.x = 0
    t.y = 0
    return True
def High(t):
    t.x = 0
    t.y = 1
    return True
def Start(t, k):
    return Low(t) or High(t)
Init = [(Start, Range(0, 1))]
def Up(s, t):
    if not s.x < 3:
        return False
    t.x = s.x + 1
    return True
def Over(s, t):
    t.y = s.y + 2
    return True
def A(s, t):
    return Up(s, t) or (s.y < 5 and Over(s, t))
Next = [A]
def Never(s):
    return s.y < 5
Invariants = [Never]
"""


def test_a_counterexample_takes_the_ways_that_the_search_took() -> None:
    spec = load(WAYS)
    states = [State({"x": x, "y": y}) for x, y in ((0, 1), (0, 3), (1, 3), (1, 5))]
    found = rebuild(spec, Violation("invariant", "Never", tuple(states), (1,)), lambda state: state)
    assert found.states == tuple(states)
    assert find_failure(spec, states[-1]) is None


def test_a_trace_is_followed_along_any_way() -> None:
    spec = load(WAYS)
    first, second = State({"x": 0, "y": 1}), State({"x": 0, "y": 3})
    steps = (Step(spec.actions[0], (), second),)
    found = replay(spec, trace_of(Behavior(first, steps)))
    assert found.broken is None and found.behavior is not None and found.behavior.steps == steps
    elsewhere = replay(spec, trace_of(Behavior(first, (Step(spec.actions[0], (), State({"x": 0, "y": 4})),))))
    assert elsewhere.broken is not None
    # The way that comes nearest.
    assert [change for d in elsewhere.broken.differences for change in d.changes] == ["y: 3 -> 4"]


LABELS = """
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\\ y = 0
Up == x < 3 /\\ x' = x + 1 /\\ UNCHANGED y
Over(k) == y' = y + k /\\ UNCHANGED x
Inner == \\E k \\in 1..2 : (Over(k) \\/ Up)
A == Up \\/ Inner
B == x < 2 /\\ Over(1)
C == \\/ Over(1)
     \\/ B
     \\/ (A \\/ x = 1) /\\ (A \\/ x = 2)
Next == A \\/ B \\/ C
"""


def test_labels_of_disjuncts(tmp_path: Path) -> None:
    """TLC calls a step by the name of the disjunct; that of two actions, or of a row of its own, says nothing."""
    (tmp_path / "it.py").write_text(
        "from mc.lang import *\nx = Variable(Range(0, 9))\ny = Variable(Range(0, 9))\n"
        "def Init(t):\n    t.x = 0\n    t.y = 0\n"
        + "".join(f"def {name}(s, t):\n    return True\n" for name in "ABC")
        + "Next = [A, B, C]\n",
        encoding="utf-8",
    )
    (tmp_path / "It.tla").write_text(f"---- MODULE It ----\n{LABELS}\n====\n", encoding="utf-8")
    proof = read_proof(load_spec(tmp_path / "it.py", Model("it", {})))
    said = {label: proof.action(label) for label in ("A", "B", "C", "Up", "Inner", "Over", "Next")}
    assert said == {"A": "A", "B": None, "C": "C", "Up": "A", "Inner": "A", "Over": None, "Next": None}
