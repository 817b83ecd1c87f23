"""Temporal properties of TLA+ modules: formulas, fairness, refinement, what is warned of, and what is not checked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mc.engine import tiered
from mc.engine.interpreted import search
from mc.engine.result import Result
from mc.engine.search.limits import Limits
from mc.engine.tiers import Options
from mc.read.tla.load import load

Check = Callable[..., Result]

CLOCK = """
EXTENDS Integers
VARIABLES x, y
vars == <<x, y>>
Init == x = 0 /\\ y = 0
Tick == x' = (x + 1) % 3 /\\ y' = y
Turn == x = 2 /\\ y' = 1 - y /\\ x' = x
Next == Tick \\/ Turn
Seen == x
Fair == Init /\\ [][Next]_vars /\\ WF_vars(Tick)
Fairer == Fair /\\ SF_vars(Turn)
"""


@pytest.fixture
def path(tmp_path: Path) -> Callable[[str, str], Path]:
    def written(body: str, config: str) -> Path:
        found = tmp_path / "M.tla"
        found.write_text(f"---- MODULE M ----\n{body}\n====\n", encoding="utf-8")
        found.with_suffix(".cfg").write_text(f"{config}\nCHECK_DEADLOCK FALSE\n", encoding="utf-8")
        return found

    return written


@pytest.fixture
def check(path: Callable[[str, str], Path]) -> Check:
    """Checks the property P of a module, by default that of the clock."""

    def checked(formula: str, spec: str = "Fair", more: str = "", body: str = CLOCK, **limits: Any) -> Result:
        found = path(f"{body}\nP == {formula}", f"SPECIFICATION {spec} PROPERTY P {more}")
        return search(load(found), Limits(**limits))

    return checked


def lasso(result: Result) -> tuple[list[tuple[Any, ...]], int, str]:
    """The states of a counterexample, where it goes back to, counted from 0, and by which action."""
    violation = result.violation
    assert violation is not None and violation.loop is not None and violation.kind == "property"
    step = violation.loop.step
    states = [tuple(state.values.values()) for state in violation.representatives]
    return states, violation.loop.to, "" if step is None else step.name


@pytest.mark.parametrize(
    ("formula", "spec", "holds"),
    [
        ("<>(x = 2)", "Fair", True),
        ("[]<>(x = 2)", "Fair", True),
        ("<>(y = 1)", "Fair", False),
        ("<>(y = 1)", "Fairer", True),
        ("\\A i \\in 0..2 : x = i ~> x = (i + 1) % 3", "Fair", True),
        ("\\E i \\in 0..1 : <>[](y = i)", "Fair", False),
        ("\\E i \\in 0..1 : []<>(y = i)", "Fair", True),
        ("IF x = 0 THEN []<>(x = 1) ELSE FALSE", "Fair", True),
        ("([]<>(x = 1)) <=> ([]<>(x = 2))", "Fair", True),
        ("LET A == <>(y = 1) B(i) == []<>(x = i) IN A => B(2)", "Fair", True),
        ("[](x = 0 => <>(ENABLED Turn))", "Fair", True),
        ("[]<><<Turn>>_vars", "Fair", False),
        ("[]<><<Turn>>_y", "Fairer", True),
        ("<>[][Tick]_vars", "Fair", False),
        ("<>[][FALSE]_y => <>[](y = 0) \\/ <>[](y = 1)", "Fair", True),
        ("WF_vars(Turn)", "Fair", True),
        ("SF_vars(Turn)", "Fair", False),
        ("SF_vars(Turn)", "Fairer", True),
        # Of the next one TLC says that it does not hold, see ``findings/tlc-negated-twice.sh``.
        ("~(<>(x = 1)) ~> <>(x = 3)", "Fair", True),
        # TLC has no method for the next ones; by their meaning they are as clear.
        ("[](x = 0 => <><<Tick>>_vars)", "Fair", True),
        ("[](x = 2 => <><<Turn>>_vars)", "Fair", False),
        ("[][Tick]_vars => []<>(x = 1)", "Fair", True),
    ],
)
def test_a_formula(check: Check, formula: str, spec: str, holds: bool) -> None:
    assert (check(formula, spec).verdict == "ok") == holds


def test_the_counterexample(check: Check) -> None:
    assert lasso(check("<>(y = 1)")) == ([(0, 0), (1, 0), (2, 0)], 0, "Tick")
    assert lasso(check("[](y = 0 => <>(x = 2))", "Free", body=f"{CLOCK}\nFree == Init /\\ [][Next]_vars")) == (
        [(0, 0)],
        0,
        "",
    )
    assert lasso(check("[](y = 1 => <>(y = 0))")) == ([(0, 0), (1, 0), (2, 0), (2, 1), (0, 1), (1, 1)], 3, "Tick")


def test_all_states_are_counted(check: Check) -> None:
    result = check("<>(y = 1)")
    assert (result.generated, result.distinct, result.depth) == (9, 6, 6)


def test_operators_with_arguments(check: Check) -> None:
    body = f"""{CLOCK}
Leads(F(_), i) == F(i) ~> F((i + 1) % 3)
Is(i) == x = i
Always(F) == [](F)
"""
    assert check("\\A i \\in 0..2 : Leads(Is, i)", body=body).verdict == "ok"
    assert check("Leads(LAMBDA i : y = i, 0)", body=body).verdict == "violation"
    assert check("Always(<>(x = 1)) /\\ Always(x \\in 0..2 => <>(x = 0))", body=body).verdict == "ok"


ABSTRACT = """
EXTENDS Integers
---- MODULE Abstract ----
VARIABLES z, w
Init == z = 0 /\\ w = 0
Up == z' = 1 - z /\\ w' = w
Both == z = 1 /\\ w' = 1 /\\ z' = z
Spec == Init /\\ [][Up \\/ Both]_<<z, w>> /\\ WF_z(Up)
Fair(A) == WF_z(A)
Possible == [](ENABLED (Up /\\ w' = w))
====
VARIABLE x
Init == x = 0
Next == x' = (x + 1) % 4
Free == Init /\\ [][Next]_x
Fair == Free /\\ WF_x(Next)
A == INSTANCE Abstract WITH z <- x % 2, w <- 0
B == INSTANCE Abstract WITH z <- x, w <- x
"""


@pytest.mark.parametrize(
    ("formula", "spec", "holds"),
    [
        ("A!Spec", "Fair", True),
        ("A!Spec", "Free", False),
        # What the primed variables of an action may be has nothing to do with what is substituted for them.
        ("A!Possible", "Free", True),
        ("B!Possible", "Free", True),
        ("[]<>(ENABLED B!Up)", "Free", False),
    ],
)
def test_refinement(check: Check, formula: str, spec: str, holds: bool) -> None:
    assert (check(formula, spec, body=ABSTRACT).verdict == "ok") == holds


def test_a_constraint_that_cuts(check: Check) -> None:
    result = check("<>(x = 3)", more="CONSTRAINT Small", body=f"{CLOCK}\nSmall == x < 2")
    assert result.verdict == "ok"
    assert [warning for warning in result.warnings if "cut behaviors off" in warning]
    assert [warning for warning in result.warnings if "for no reason" in warning]
    body = f"{CLOCK}\nSpec == x \\in {{0, 9}} /\\ y = 0 /\\ [][Next]_vars /\\ WF_vars(Tick)\nSmall == x < 9"
    result = check("<>(x = 2)", "Spec", "CONSTRAINT Small", body)
    assert result.verdict == "ok"
    assert [warning for warning in result.warnings if "cut behaviors off" in warning]
    assert not check("<>(x = 2)", more="CONSTRAINT Large", body=f"{CLOCK}\nLarge == x < 9").warnings


def test_what_a_limit_leaves_open(check: Check) -> None:
    result = check("<>(y = 1)", max_states=2)
    assert (result.verdict, result.ending and result.ending.limit) == ("incomplete", "max-states")


@pytest.mark.parametrize(
    ("formula", "more", "words"),
    [
        ("<>(x = 2)", "VIEW Seen", "VIEW Seen: a cycle of what it shows need not be one of states"),
        ("\\EE z : <>(z = x)", "", "M.tla:14:6 has \\EE, which no temporal formula"),
        ("(x = 0) -+-> (x = 0)", "", "M.tla:14:6 has -+->, which no"),
        ("\\A i \\in 0..x : <>(x = i)", "", "M.tla:14:15 bounds a temporal formula, and is no constant set"),
        ("CASE x = 0 -> <>(x = 2) [] OTHER -> FALSE", "", "M.tla:14:6 has CASE _, which no"),
    ],
)
def test_what_is_not_checked(check: Check, formula: str, more: str, words: str) -> None:
    result = check(formula, more=more)
    assert (result.verdict, result.complete, result.distinct) == ("incomplete", True, 3 if more else 6)
    assert result.ending is not None and result.ending.limit == "properties"
    assert words in result.ending.reason


def test_fairness_of_an_action_that_is_an_argument(check: Check) -> None:
    result = check("A!Fair(A!Up)", body=ABSTRACT)
    assert result.ending is not None and "an action that an instance gets as an argument" in result.ending.reason


@pytest.mark.parametrize(
    ("formula", "length"),
    [("<>(1 \\div (2 - x) = 7)", 3), ("[]<><<Next /\\ 1 \\div (1 - x') > -9>>_x", 2), ("[]<>(1 \\div 0 = 1)", 0)],
)
def test_what_cannot_be_evaluated(check: Check, formula: str, length: int) -> None:
    result = check(formula)
    assert result.verdict == "error"
    assert result.violation is not None and len(result.violation.representatives) == length
    assert result.violation.failure is not None and result.violation.failure.where == "PROPERTY P"


def test_it_is_left_to_the_interpreter(path: Callable[[str, str], Path]) -> None:
    found = tiered.search(load(path(f"{CLOCK}P == <>(x = 2)", "SPECIFICATION Fair PROPERTY P")), Options(states=0))
    assert (found.compiled, found.result.verdict) == (False, "ok")
    assert "PROPERTY" in found.why
