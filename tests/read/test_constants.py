"""Constants that are annotated with a domain: sets of numbers, sets of sets, functions, sequences, records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mc.cli.main import main
from mc.cli.options import constant
from mc.errors import McError
from mc.lang.values import FnValue
from mc.tlc.model import _constant
from tests.toys.engines import compare, load

SPEC = """
S: ModelValues
K: {domain}
x = Variable(Range(0, 9)); last = Variable(Set(S))
def Init(t):
    t.x = 0; t.last = set()
def A(s, t, p):
    {guard}
    t.x = (s.x + 1) % 3
    return True
Next = [(A, {row})]
"""


def with_constant(domain: str, guard: str, given: Any, symmetry: tuple[str, ...] = (), row: str = "S") -> int:
    """How many states there are, in both engines; the constant is given as in a model or as on a command line."""
    text = SPEC.format(domain=domain, guard=guard, row=row)
    result = compare(load(text, {"S": 2, "K": given}, symmetry), (1,)).result
    assert result is not None
    return result.distinct


@pytest.mark.parametrize(
    ("domain", "guard", "given", "states"),
    [
        ("Set(Nat)", "if not s.x + 1 in K: return False", [1], 2),
        ("Set(Nat)", "if not s.x + 1 in K: return False", "{1, 2}", 3),
        ("Set(Range(0, 9))", "if not s.x + 1 in K: return False", ["1", "2"], 3),
        ("Set(Range(0, 9))", "if not s.x + 1 in K: return False", "{}", 1),
        ("Set(Range(0, 9))", "if not s.x + 1 in K: return False", [], 1),
        ("Set(Set(S))", "t.last = The(Q for Q in K if p in Q)", [["s1"], ["s2"]], 7),
        ("Set(Set(S))", "if not any(p in Q for Q in K if s.last != Q): return False", "{{s1}, {}}", 3),
        ("Fn(S, Range(0, 3))", "if s.x != K[p]: return False", {"s1": 1, "s2": 0}, 3),
        ("Fn(S, Range(0, 3))", "if s.x != K[p]: return False", "(s1 :> 0 @@ s2 :> 0)", 2),
        ("Fn(Range(1, 3), S)", "if K[s.x + 1] != p: return False", {1: "s1", 2: "s2", 3: "s1"}, 3),
        ("Seq(S, 3)", "if p != K[1] or s.x > 0: return False", ["s2", "s1"], 2),
        ("Seq(S, 3)", "if p != K[s.x + 1]: return False", "<<s2, s1, s1>>", 3),
        ("Record(n=Nat, of=S)", "if p == K.of or s.x == K.n: return False", {"n": 1, "of": "s1"}, 2),
        ('Enum("fast", "slow")', 'if K == "slow" and s.x == 1: return False', "slow", 2),
        ("Optional(S, 0)", "if K == p and s.x == 1: return False", "s1", 3),
    ],
)
def test_both_engines_know_the_value(domain: str, guard: str, given: Any, states: int) -> None:
    assert with_constant(domain, guard, given) == states


def test_a_row_ranges_over_a_constant_set_of_numbers() -> None:
    assert with_constant("Set(Nat)", "if p == s.x: return False", [0, 1, 7], row="K") == 3


@pytest.mark.parametrize(
    ("domain", "given", "message"),
    [
        ("Set(S)", ["s3"], '"s3" is not in {s1, s2}'),
        ("Set(Nat)", 4, "4 is not in SUBSET (Nat)"),
        ("Set(Nat)", "{1, -2}", "-2 is not in Nat"),
        ("Set(Nat)", "{1, 2", "constant K: "),
        ("Set(Nat)", "{1, TRUE}", "1 and TRUE are of different kinds"),
        ("Set(Nat)", [1, True], "1, a number, and TRUE, a Boolean"),
        ("Set(Set(Nat))", [[], [1], [True]], "1, a number, and TRUE, a Boolean"),
        ("Fn(Range(0, 1), Nat)", "(0 :> 1 @@ FALSE :> 5 @@ 1 :> 2)", "0 and FALSE are of different kinds"),
        ("Fn(S, Range(0, 3))", {"s1": 1}, "is not in [{s1, s2} -> 0..3]"),
        ("Fn(S, Range(0, 3))", {"s1": 1, "s2": 7}, "7 is not in 0..3"),
        (
            "Set(T)",
            [1],
            "spec.py:4: constant K: Set(T) is no domain of mc.lang and of constants that are declared before",
        ),
        ("Set", [1], "spec.py:4: constant K: a constant is annotated with one of"),
        ("Set(x)", [1], "name 'x' is not defined"),
        ("ModelValues", [], "annotated as a part of another one, Set(Server)"),
    ],
)
def test_what_is_refused(domain: str, given: Any, message: str) -> None:
    with pytest.raises(McError) as refused:
        with_constant(domain, "if p in S: t.x = 1", given)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("domain", "guard", "given", "row", "states", "orbits"),
    [
        ("Set(Set(S))", "if p == set(): return False\n    t.last = p", "{{s1}, {}, {s1, s2}}", "K", 7, None),
        ("Set(Set(S))", "t.last = p", "{{}}", "K", 3, 3),
        ("Set(Set(S))", "t.last = {i for i in S if i not in p}", "{{s1}, {s2}}", "K - {set()}", 7, 4),
        ("Set(Seq(S, 2))", "if Len(p) == s.x: return False", "{<<>>, <<s1>>, <<s1, s2>>}", "K", 3, None),
        ("Set(Nat)", "t.last = {p[1]}", "{1}", "{(i, k) for i in S for k in K}", 7, 4),
    ],
)
def test_a_row_ranges_over_a_set_of_any_values(
    domain: str, guard: str, given: str, row: str, states: int, orbits: int | None
) -> None:
    assert with_constant(domain, guard, given, row=row) == states
    if orbits is not None:  # the constant does not tell symmetric values apart
        assert with_constant(domain, guard, given, ("S",), row) == orbits


def test_init_ranges_over_a_set_of_any_values() -> None:
    text = """
S: ModelValues
Quorums: Set(Set(S))
q = Variable(Set(S)); n = Variable(Range(0, 1))
def Start(t, Q, pair):
    t.q = Q; t.n = pair[2]
Init = [(Start, Quorums, {(1, 0), (2, 1)})]
def Turn(s, t, Q):
    t.q = Q
    return Q != s.q
Next = [(Turn, Quorums)]
"""
    text = text.replace(
        "    t.q = Q\n    return Q != s.q", "    if Q == s.q:\n        return False\n    t.q = Q\n    return True"
    )
    result = compare(load(text, {"S": 2, "Quorums": "{{s1}, {s1, s2}, {}}"}), (1,)).result
    assert result is not None and (result.distinct, result.generated) == (6, 18)


def test_no_constant_tells_symmetric_values_apart() -> None:
    guard = "t.last = The(Q for Q in K if p in Q)"
    assert with_constant("Set(Set(S))", guard, "{{s1}, {s2}}", ("S",)) == 4
    with pytest.raises(McError, match=r"symmetry: K = {{s1, s2}, {s1}} tells s1 and s2 of S apart"):
        with_constant("Set(Set(S))", guard, "{{s1, s2}, {s1}}", ("S",))


def test_the_text_on_a_command_line_is_not_taken_apart() -> None:
    assert constant("K={1, 2}") == ("K", "{1, 2}")
    assert constant("K=<<a, b>>") == ("K", "<<a, b>>")
    assert constant("K=(a :> 1 @@ b :> 2)") == ("K", "(a :> 1 @@ b :> 2)")
    assert constant("K=a,b") == ("K", ["a", "b"])


MODEL = """
default: small
models:
  small:
    constants:
      S: 2
      Slots: [1, 2]
      Quorums: [[s1], [s1, s2]]
"""


def test_models_traces_and_tlc_know_the_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = """
S: ModelValues
Slots: Set(Nat)
Quorums: Set(Set(S))
x = Variable(Range(0, 9)); q = Variable(Set(S))
def Init(t):
    t.x = 0; t.q = set()
def Put(s, t, k):
    if not s.x + k < 4:
        return False
    t.x = s.x + k
    t.q = The(Q for Q in Quorums if Cardinality(Q) == k)
    return True
Next = [(Put, Slots)]
def Low(s):
    return s.x < 3
Invariants = [Low]
"""
    module = r"""---- MODULE It ----
EXTENDS Integers, FiniteSets
CONSTANTS S, Slots, Quorums
VARIABLES x, q
Init == x = 0 /\ q = {}
Put(k) == x + k < 4 /\ x' = x + k /\ q' = CHOOSE Q \in Quorums : Cardinality(Q) = k
Next == \E k \in Slots : Put(k)
Low == x < 3
====
"""
    Path("it.py").write_text(f"from mc.lang import *\n{text}", encoding="utf-8")
    Path("it.yaml").write_text(MODEL, encoding="utf-8")
    Path("It.tla").write_text(module, encoding="utf-8")
    assert main(["check", "it.py", "--json", "it.json", "--quiet"]) == 12
    document = json.loads(Path("it.json").read_text(encoding="utf-8"))
    assert document["constants"] == {"S": ["s1", "s2"], "Slots": "{1, 2}", "Quorums": "{{s1, s2}, {s1}}"}
    assert main(["trace", document["violation"]["trace"], "--replay"]) == 0
    assert main(["crosscheck", "it.py"]) == 0, capsys.readouterr().err


def test_tlc_is_not_told_of_functions() -> None:
    with pytest.raises(McError, match=r"constant Weight: .* cannot be written into a TLC config"):
        _constant("Weight", FnValue({1: 2}))
