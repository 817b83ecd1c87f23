"""Modules lowered to first-order definitions: the same successors as the interpreter's, or a reason why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mc.interpreter.interpreter import Interpreter
from mc.lower.lower import lower
from mc.lower.lowered import Lowered, NotLowered
from mc.read.tla.load import load
from mc.spec.module import ModuleSpec
from tests.lower.random_actions import difference
from tests.lower.walked import differences

HEAD = """EXTENDS Integers, Sequences, FiniteSets, TLC
VARIABLES x, y
"""

Module = Callable[..., ModuleSpec]


@pytest.fixture
def module(tmp_path: Path) -> Module:
    """Writes a module with x and y, and a configuration."""

    def made(body: str, config: str = "") -> ModuleSpec:
        (tmp_path / "M.tla").write_text(f"---- MODULE M ----\n{HEAD}{body}\n====\n", encoding="utf-8")
        (tmp_path / "M.cfg").write_text(f"INIT Init NEXT Next {config}", encoding="utf-8")
        return load(tmp_path / "M.tla")

    return made


def same(spec: ModuleSpec, least: int = 2) -> Lowered:
    """Lowers a module, whose successors must be those of the interpreter in several states."""
    found, compared = differences(spec)
    assert found == []
    assert compared >= least
    return lower(spec, Interpreter(spec))


#: Definitions of Next; x and y are numbers, 0 in the beginning.
ACTIONS = {
    "assignments": "x' = 1 - x /\\ y' = x",
    "unchanged": "x' = (x + 1) % 3 /\\ UNCHANGED y",
    "unchanged vars": "(UNCHANGED <<x, y>>) \\/ (x' = 1 - x /\\ UNCHANGED <<y>>)",
    "chosen": "x' \\in 0..2 /\\ y' \\in {x, 1}",
    "subsets": "x' = 1 - x /\\ y' \\in 0..Cardinality(SUBSET {x})",
    "function of a set": "LET f == [k \\in {x, 1} |-> k + y] IN x' = 1 - x /\\ y' = (f[x] + f[1]) % 3",
    "read again": "x' = (x + 1) % 3 /\\ y' = x' + 1",
    "tested after": "x' \\in 0..3 /\\ y' = 0 /\\ x' > x",
    "guards fork": "(x = 0 \\/ x < 2) /\\ x' = 1 - x /\\ y' = 0",
    "what follows does not": "x' = 1 - x /\\ y' = 0 /\\ (x' = 0 \\/ x' < 2)",
    "forks before the last": "x' = 1 - x /\\ (x' = 0 \\/ x' < 2) /\\ y' = 0",
    "existential guard": "(\\E i \\in 1..3 : i > x) /\\ x' = 1 - x /\\ y' = 0",
    "universal guard": "(\\A i \\in 1..2 : i > x \\/ i < 5) /\\ x' = 1 - x /\\ y' = 0",
    "implication": "(x = 0 => y' \\in {0, 1}) /\\ (x # 0 => y' = 2) /\\ x' = 1 - x",
    "IF": "(IF x = 0 THEN y' = 1 ELSE y' \\in {0, 2}) /\\ x' = 1 - x",
    "IF after a negation": "(IF ~(x = 0 \\/ x < 2) THEN FALSE ELSE TRUE) /\\ x' = 1 - x /\\ y' = 0",
    "CASE": "(CASE x = 0 -> y' = 1 [] x = 1 -> y' = 2 \\/ y' = 3) /\\ x' = 1 - x",
    "LET": "LET n == x + y IN x' = n % 2 /\\ y' = n % 3",
    "LET is walked each time": "LET g == x = 0 \\/ x < 2 IN g /\\ g /\\ x' = 1 - x /\\ y' = 0",
    "LET of the next state": "LET n == x' + 1 IN x' = 1 - x /\\ y' = n",
    "disjunction of values": "(x' = 0 \\/ x' = 1) /\\ y' = x' + 1",
    "disjunction of others": "(x' = 0 /\\ y' = 1) \\/ (\\E i \\in 0..1 : x' = i /\\ y' = 1 - i)",
    "order of names": "\\E i \\in 0..1, j \\in 2..3 : x' = i /\\ y' = j + x",
    "each value": "(\\A i \\in {1} : y' = i) /\\ x' = 1 - x",
    "box": "[x' = 1 - x /\\ y' = x]_<<x, y>>",
    "angle": "<<x' \\in {0, 1} /\\ y' = x>>_x",
    "primed tuple": "x' = 1 - x /\\ y' = 0 /\\ <<x, y>>' # <<0, 0>>",
    "ENABLED": "(ENABLED (x' = 1 /\\ x < 1)) /\\ x' = 1 - x /\\ y' = 0",
    "ENABLED of values": "y' = (IF ENABLED (x' \\in {x, 1} /\\ x' > y) THEN 1 ELSE 0) /\\ x' = 1 - x",
    "ENABLED in several ways": "(ENABLED ((x = 0 \\/ y = 0) /\\ (x' = 1 \\/ (x' = 2 /\\ y' = x)) /\\ x' > 1 /\\ "
    "y' = 0)) /\\ x' = 1 - x /\\ y' = 0",
    "not ENABLED": "~ENABLED (UNCHANGED y /\\ y' = x) /\\ x' = 1 - x /\\ y' = 0",
    "ENABLED of an error": "(ENABLED (x' = 1 \\div x)) /\\ x' = 1 - x /\\ y' = 0",
    "Assert": "Assert(x < 2, \"no\") /\\ x' = 1 - x /\\ y' = 0",
}


@pytest.mark.parametrize("action", ACTIONS.values(), ids=list(ACTIONS))
def test_actions(module: Module, action: str) -> None:
    same(module(f"Init == x = 0 /\\ y = 0\nNext == {action}"), least=1)


@pytest.mark.parametrize("action", ACTIONS.values(), ids=list(ACTIONS))
def test_actions_as_arguments(module: Module, action: str) -> None:
    """An operator's parameter that is an action is walked as the action is."""
    body = f"Init == x = 0 /\\ y = 0\nStep(A, P(_)) == P(x) /\\ A\nNext == Step({action}, LAMBDA v : v < 100)"
    same(module(body), least=1)


INITS = {
    "values": "x = 1 /\\ y = x + 1",
    "chosen": "x \\in 0..2 /\\ y \\in {x, 1}",
    "guard before": "(1 < 2 \\/ 2 < 3) /\\ x = 0 /\\ y = 0",
    "tests after": "x \\in 0..2 /\\ y = 0 /\\ (x = 0 \\/ x < 2)",
    "disjunction": "(x = 0 \\/ x = 1) /\\ y = x",
    "LET": "LET n == 3 IN x = n /\\ LET m == x + n IN y \\in {m, m + 1}",
    "definition": "x = 2 /\\ y = Twice",
}


@pytest.mark.parametrize("init", INITS.values(), ids=list(INITS))
def test_initial_states(module: Module, init: str) -> None:
    same(module(f"Twice == x + x\nInit == {init}\nNext == UNCHANGED <<x, y>>"), least=1)


def test_except_is_an_assignment_to_a_part(module: Module) -> None:
    body = """Init == x = [i \\in 1..2 |-> [a |-> 0, b |-> <<1>>]] /\\ y = 0
Next == /\\ x' = [x EXCEPT ![1].a = (@ + 1) % 3, ![2].b = <<y>>]
        /\\ y' = 1 - y"""
    lowered = same(module(body))
    assigned = lowered.definitions[lowered.actions[0].definition].tree.parts[:2]  # type: ignore[union-attr]
    assert [len(part.path) for part in assigned] == [2, 2]  # type: ignore[union-attr]


def test_except_of_what_was_changed(module: Module) -> None:
    body = "Init == x = <<0, 0>> /\\ y = 0\nNext == x' = [x EXCEPT ![1] = (@ + 1) % 3, ![1] = (@ + 1) % 4] /\\ y' = 0"
    same(module(body))


def test_actions_that_differ_by_values_are_one_definition(module: Module) -> None:
    body = "Init == x = 0 /\\ y = 0\nSet(i) == x' = i /\\ y' = x\nNext == \\E i \\in 0..2 : Set(i)"
    lowered = same(module(body))
    assert [action.name for action in lowered.actions] == ["Set"] * 3
    assert len({lowered.definitions[action.definition].body.definition for action in lowered.actions}) == 1  # type: ignore[union-attr]


def test_predicates(module: Module) -> None:
    body = """Init == x = 0 /\\ y = {}
Next == x' = (x + 1) % 3 /\\ y' = y \\cup {x}
Largest(S) == CHOOSE m \\in S : \\A n \\in S : m >= n
Inv == (y # {} => Largest(y) \\in 0..2) /\\ (x = 0 <=> 0 = x)
Few == \\A i \\in y, j \\in y : i = j \\/ Cardinality({k \\in y : k < 3}) < 4"""
    lowered = same(module(body, "INVARIANT Inv CONSTRAINT Few"))
    assert (lowered.invariants, lowered.constraints) == (("Inv",), ("Few",))


#: Values of x and y, of which some are of recursive functions and operators.
RECURSIVE = {
    "operator": "Fact(x)",
    "two operators": "IF Even(x) THEN 1 ELSE 2",
    "function": "Sum[y]",
    "local function": "LET f[n \\in 0..x] == IF n = 0 THEN y ELSE {n} \\cup f[n - 1] IN f[x]",
    "local function as a value": "LET f[n \\in 0..x] == IF n = 0 THEN 1 ELSE n * f[n - 1] IN f",
    "functions of sets": "LET p[S \\in SUBSET y] == IF S = {} THEN {<<>>} ELSE LET q == [e \\in S |-> {Append(s, e) :"
    " s \\in p[S \\ {e}]}] IN UNION {q[e] : e \\in S} IN p[y]",
    "local operator": "LET RECURSIVE Up(_, _)\n Up(n, S) == IF n = 0 THEN S ELSE Up(n - 1, S \\cup {n}) IN Up(x, y)",
    "operator as an argument": "FoldSet(LAMBDA a, b : a + b * x, 0, y)",
    "conditions": "IF AllBelow(y, x) THEN 0 ELSE Cardinality(y)",
    "CASE": "Parity(x)",
}


@pytest.mark.parametrize("value", RECURSIVE.values(), ids=list(RECURSIVE))
def test_recursion(module: Module, value: str) -> None:
    body = f"""F == INSTANCE FiniteSetsExt
FoldSet(op(_, _), base, S) == F!FoldSet(op, base, S)
RECURSIVE Fact(_), Even(_), Odd(_), AllBelow(_, _), Parity(_)
Fact(n) == IF n = 0 THEN 1 ELSE n * Fact(n - 1)
Even(n) == IF n = 0 THEN TRUE ELSE Odd(n - 1)
Odd(n) == n /= 0 /\\ Even(n - 1)
AllBelow(S, n) == S = {{}} \\/ LET one == CHOOSE e \\in S : TRUE IN one < n /\\ AllBelow(S \\ {{one}}, n)
Parity(n) == CASE n = 0 -> "even" [] n = 1 -> "odd" [] n > 1 -> Parity(n - 2)
Sum[S \\in SUBSET (0..4)] == IF S = {{}} THEN 0 ELSE LET one == CHOOSE e \\in S : TRUE IN one + Sum[S \\ {{one}}]
Init == x = 0 /\\ y = {{}}
Next == x' = (x + 1) % 4 /\\ y' = IF Cardinality(y) = 4 THEN {{}} ELSE y \\cup {{x}}
Value == {value}
Inv == Value = Value /\\ ~(Value # Value)"""
    spec = module(body, "INVARIANT Inv")
    found, compared = differences(replace(spec, invariants=("Value",)))
    assert found == []
    assert compared > 4


def test_recursion_too_deep_is_a_failure(module: Module, capsys: pytest.CaptureFixture[str]) -> None:
    body = """RECURSIVE Fact(_)
Fact(n) == IF n = 0 THEN 0 ELSE Fact(n - 1)
Init == x = 0 /\\ y = 0
Next == x' = (x + 1) % 20 /\\ y' = Fact(x)"""
    assert differences(module(body)) == ([], 20)
    assert "fails 1 times: Next[] of (11, 0)" in capsys.readouterr().out


#: What is not lowered, and why.
REFUSED = {
    "x' > 1 /\\ x' = 1 /\\ y' = 1": "x' is read before it is given a value",
    "PrintT(x) /\\ x' = 1 /\\ y' = 1": "PrintT is not compiled",
    "(ENABLED ((x >= 0 \\/ 1 \\div x > 0) /\\ y' = x /\\ x' = 0 /\\ x' > y')) /\\ x' = 1 - x /\\ y' = 0": (
        "ENABLED has a condition with several ways, and one after the first may fail"
    ),
    "x' = 1 /\\ y' \\in UNION {1..2, 2..x}": "TLC may go through some elements of this set twice",
    "x' = 1 /\\ \\A i \\in {x} : y' = i": (
        "\\A of what gives variables values ranges over a set that depends on the state"
    ),
    "x' = Endless(x) /\\ y' = 1": "the end of this recursion is not decided by a condition",
    "Holds(x) /\\ x' = 1 - x /\\ y' = 1": (
        "a recursive operator through which there may be several ways is not compiled"
    ),
}


@pytest.mark.parametrize(("action", "why"), REFUSED.items())
def test_refused(module: Module, action: str, why: str) -> None:
    body = """RECURSIVE Endless(_), Holds(_)
Endless(n) == n * Endless(n - 1)
Holds(n) == n = 0 \\/ Holds(n - 1)
"""
    spec = module(f"{body}Init == x = 0 /\\ y = 0\nNext == {action}")
    with pytest.raises(NotLowered) as refused:
        lower(spec, Interpreter(spec))
    place, _, said = str(refused.value).partition(": ")
    assert said == why
    assert ".tla:" in place


def test_random_actions(tmp_path: Path) -> None:
    """As many ways, in the same order, or a reason why not."""
    kinds = Counter(difference(seed, tmp_path) for seed in range(60))
    assert not [text for _, text in kinds if text]
    assert kinds["equal", ""] > 20
