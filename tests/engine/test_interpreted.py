"""The search of a TLA+ module by the interpreter: what it counts, what stops it, and what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mc.engine.interpreted import search
from mc.engine.result import Progress, Result
from mc.engine.search.limits import Limits
from mc.errors import ModelError
from mc.lang.values import ModelValue, SeqValue
from mc.read.tla.load import load

COUNTER = """
EXTENDS Integers
VARIABLE x
Init == x = 0
Up == x < 5 /\\ x' = x + 1
Down == x > 0 /\\ x' = x - 1
Next == Up \\/ Down
Spec == Init /\\ [][Next]_x /\\ WF_x(Up)
Small == x < 3
NotNegative == x >= 0
Far == <>(x = 5)
Steps == [][x' > x]_x
Begins == x = 1
"""


@pytest.fixture
def module(tmp_path: Path) -> Any:
    """Writes a module with a configuration and searches it."""

    def run(body: str, config: str, **given: Any) -> Result:
        (tmp_path / "M.tla").write_text(f"---- MODULE M ----\n{body}\n====\n", encoding="utf-8")
        (tmp_path / "M.cfg").write_text(config, encoding="utf-8")
        return search(load(tmp_path / "M.tla"), **given)

    return run


def states(result: Result) -> list[dict[str, Any]]:
    assert result.violation is not None
    return [dict(state.values) for state in result.violation.representatives]


def test_all_states(module: Any) -> None:
    result = module(COUNTER, "SPECIFICATION Spec INVARIANT NotNegative")
    assert (result.verdict, result.complete, result.exact, result.workers) == ("ok", True, True, 1)
    assert (result.generated, result.distinct, result.depth, result.levels) == (11, 6, 6, (1,) * 6)
    assert (result.initial, result.orbit_sum, result.frontier) == (1, 6, 0)
    assert {name: (count.generated, count.distinct) for name, count in result.actions.items()} == {
        "Up": (5, 5),
        "Down": (5, 0),
    }


def test_a_violated_invariant(module: Any) -> None:
    result = module(COUNTER, "INIT Init NEXT Next INVARIANT NotNegative Small")
    assert (result.verdict, result.violation.kind, result.violation.property) == ("violation", "invariant", "Small")
    assert states(result) == [{"x": 0}, {"x": 1}, {"x": 2}, {"x": 3}]
    assert [(step.name, step.arguments) for step in result.violation.steps] == [("Up", ())] * 3
    assert (result.depth, result.distinct) == (4, 4)


def test_a_step_that_a_property_does_not_allow(module: Any) -> None:
    result = module(COUNTER, "SPECIFICATION Spec PROPERTY Steps")
    assert (result.verdict, result.violation.kind, result.violation.property) == ("violation", "property", "Steps")
    assert states(result) == [{"x": 0}, {"x": 1}, {"x": 0}]


def test_an_initial_state_that_a_property_does_not_allow(module: Any) -> None:
    result = module(COUNTER, "SPECIFICATION Spec PROPERTY Begins")
    assert (result.violation.kind, states(result)) == ("property", [{"x": 0}])


def test_a_deadlock(module: Any) -> None:
    result = module("VARIABLE x\nInit == x = 0\nNext == x = 0 /\\ x' = 1", "INIT Init NEXT Next")
    assert (result.verdict, result.depth, states(result)) == ("deadlock", 2, [{"x": 0}, {"x": 1}])


def test_a_view_of_no_variable(module: Any) -> None:
    result = module("VARIABLE x\nInit == x = 0\nNext == x' \\in {0, 1}\nSeen == 1", "INIT Init NEXT Next VIEW Seen")
    assert (result.verdict, result.generated, result.distinct) == ("ok", 3, 1)


def test_a_constant_postcondition(module: Any) -> None:
    with pytest.raises(ModelError, match=r"M.tla:5:1: POSTCONDITION Post is a constant"):
        module("VARIABLE x\nInit == x = 0\nNext == x' = x\nPost == TRUE", "INIT Init NEXT Next POSTCONDITION Post")


def test_a_state_predicate_is_no_fairness(module: Any) -> None:
    with pytest.raises(ModelError, match=r"Spec has \[\]P as a conjunct, .*M.tla:4:32"):
        module("VARIABLE x\nNext == x' = x\nSpec == x = 0 /\\ [][Next]_x /\\ [](x = 0)", "SPECIFICATION Spec")


def test_an_error_before_whole_behaviors_are_looked_at(module: Any) -> None:
    result = module(COUNTER, "SPECIFICATION Spec PROPERTY Far INVARIANT Small")
    assert (result.verdict, result.violation.kind) == ("violation", "invariant")


@pytest.mark.parametrize(
    ("body", "where", "length"),
    [
        ("Init == x = 1 \\div 0\nNext == x' = x\nInv == TRUE", "Init", 0),
        ("Init == x = 0\nNext == x' = 1 \\div (1 - x)\nInv == x < 9", "Next", 2),
        ("Init == x = 0\nNext == x' = x + 1\nInv == 1 \\div (2 - x) < 9", "INVARIANT Inv", 3),
    ],
)
def test_what_cannot_be_evaluated(module: Any, body: str, where: str, length: int) -> None:
    result = module(f"EXTENDS Integers\nVARIABLE x\n{body}", "INIT Init NEXT Next INVARIANT Inv")
    assert (result.verdict, result.violation.kind) == ("error", "evaluation")
    assert (result.violation.failure.where, len(states(result))) == (where, length)


def test_a_recursion_without_end(module: Any) -> None:
    body = "VARIABLE x\nRECURSIVE F(_)\nF(a) == F(a)\nInit == x = 0\nNext == x' = F(x)"
    result = module(f"EXTENDS Integers\n{body}", "INIT Init NEXT Next")
    assert (result.verdict, states(result)) == ("error", [{"x": 0}])


def test_a_recursion_that_is_deep(module: Any) -> None:
    body = "VARIABLE x\nRECURSIVE F(_)\nF(n) == IF n = 0 THEN 0 ELSE 1 + F(n - 1)\nInit == x = 0\nNext == x' = F(2000)"
    assert module(f"EXTENDS Integers\n{body}", "INIT Init NEXT Next").distinct == 2


def test_an_assumption(module: Any) -> None:
    body = "EXTENDS Integers\nVARIABLE x\nASSUME 1 = 1\nASSUME 1 = 2\nInit == x = 0\nNext == x' = x"
    result = module(body, "INIT Init NEXT Next")
    assert (result.verdict, result.violation.kind, result.generated) == ("assumption", "assumption", 0)
    assert result.violation.property.endswith("M.tla:5:8")


def test_assumptions_alone(module: Any) -> None:
    result = module("ASSUME TRUE", "")
    assert (result.verdict, result.complete, result.generated) == ("ok", True, 0)


@pytest.mark.parametrize(("bound", "verdict"), [(6, "ok"), (5, "assumption")])
def test_a_postcondition(module: Any, bound: int, verdict: str) -> None:
    body = f'{COUNTER}\nPost == TLCGet("distinct") <= {bound} /\\ TLCGet("stats").diameter = 6'
    result = module(body.replace("Integers", "Integers, TLC"), "SPECIFICATION Spec POSTCONDITION Post")
    assert result.verdict == verdict


def test_constraints(module: Any) -> None:
    result = module(COUNTER, "SPECIFICATION Spec CONSTRAINT Small")
    assert (result.generated, result.distinct) == (6, 3)
    result = module(COUNTER, "SPECIFICATION Spec CONSTRAINT Small INVARIANT Small")
    assert (result.verdict, len(states(result))) == ("violation", 4)


def test_no_state_within_the_constraints(module: Any) -> None:
    result = module(COUNTER, "SPECIFICATION Spec CONSTRAINT Begins")
    assert (result.verdict, result.initial, result.distinct) == ("vacuous", 1, 0)


@pytest.mark.parametrize(
    ("limits", "limit", "levels", "frontier"),
    [
        (Limits(max_depth=3), "max-depth", 3, 1),
        (Limits(max_states=3), "max-states", 4, 1),
        (Limits(max_seconds=0), "max-seconds", 1, 1),
    ],
)
def test_limits(module: Any, limits: Limits, limit: str, levels: int, frontier: int) -> None:
    result = module(COUNTER, "SPECIFICATION Spec", limits=limits)
    assert (result.verdict, result.complete, result.ending.limit) == ("incomplete", False, limit)
    assert (len(result.levels), result.frontier) == (levels, frontier)


def test_a_limit_in_the_midst_of_an_evaluation(module: Any) -> None:
    body = "Init == x = 0\nNext == x' = x + 1 /\\ (x < 9 \\/ {i \\in 1..10^9 : i % 3 = 1} = {x})"
    result = module(f"EXTENDS Integers\nVARIABLE x\n{body}", "INIT Init NEXT Next", limits=Limits(max_seconds=0.5))
    assert (result.verdict, result.ending.limit, result.distinct) == ("incomplete", "max-seconds", 10)


def test_progress(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mc.engine.interpreted.PROGRESS_SECONDS", 0)
    reports: list[Progress] = []
    module(COUNTER, "SPECIFICATION Spec", progress=reports.append)
    assert [report.distinct for report in reports] == [2, 3, 4, 5, 6, 6]
    assert (reports[-1].depth, reports[-1].frontier) == (6, 0)


SYMMETRIC = """
EXTENDS Integers, Sequences, TLC
CONSTANT A
VARIABLE q
Init == q = <<>>
Next == Len(q) < 2 /\\ \\E a \\in A : q' = Append(q, a)
Perms == Permutations(A)
Mine == {[a \\in A |-> a]}
Same == Mine
Names == {"a"}
One == Len(q)
"""
SETS = "INIT Init NEXT Next CHECK_DEADLOCK FALSE CONSTANT A = {a1, a2, a3}\n"


def test_symmetry(module: Any) -> None:
    assert (module(SYMMETRIC, SETS).distinct, module(SYMMETRIC, SETS).generated) == (13, 13)
    result = module(SYMMETRIC, f"{SETS} SYMMETRY Perms")
    assert (result.distinct, result.generated, result.orbit_sum) == (4, 7, 13)


def test_a_symmetry_that_tlc_drops(module: Any) -> None:
    result = module(SYMMETRIC, f"{SETS} SYMMETRY Mine")
    assert result.distinct == 13
    assert "the symmetry Mine is not used" in result.warnings[0]
    assert module(SYMMETRIC, f"{SETS} SYMMETRY Same").warnings == ()


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("SYMMETRY A2", "no such definition; did you mean A"),
        ("SYMMETRY Names", '"a" is none'),
        ("INVARIANT Never", "INVARIANT Never is FALSE whatever the state"),
    ],
)
def test_what_does_not_fit(module: Any, config: str, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        module(f"{SYMMETRIC}\nNever == 1 = 2\nA22 == {{}}", f"{SETS} {config}")
    assert message in str(caught.value)


def test_a_view(module: Any) -> None:
    result = module(SYMMETRIC, f"{SETS} VIEW One")
    assert (result.distinct, result.generated) == (3, 7)


def test_one_is_not_true(module: Any) -> None:
    body = "EXTENDS Integers\nVARIABLES x, y\nInit == x = TRUE /\\ y = {TRUE}\nNext == y' = {1} /\\ x' = 1"
    assert module(body, "INIT Init NEXT Next").distinct == 2


def test_the_values_of_states(module: Any) -> None:
    body = "VARIABLES x, y\nCONSTANT N\nInit == x = <<N, 1>> /\\ y = {}\nNext == FALSE /\\ UNCHANGED <<x, y>>"
    result = module(f"EXTENDS Integers\n{body}", "INIT Init NEXT Next CONSTANT N = N")
    assert states(result) == [{"x": SeqValue((ModelValue("N"), 1)), "y": frozenset()}]
