"""Values of constant expressions: each is TRUE in TLC, or an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from mc.errors import EvaluationError
from mc.lang.values import FnValue, ModelValue, RecordValue, SeqValue
from tests.interpreter.modules import interpreter, value

TRUE = [
    # Numbers
    "-7 \\div 2 = -3 /\\ (-7) \\div 2 = -4 /\\ -7 % 4 = 1 /\\ 2^10 = 1024",
    "5 \\in Nat /\\ -5 \\notin Nat /\\ -5 \\in Int /\\ 2147483647 \\in Nat",
    # Sets
    "{1, 2, 1} = {2, 1} /\\ Cardinality({1, 2, 1}) = 2 /\\ {} = 3..1",
    "{1, 2} \\cup {2, 3} = 1..3 /\\ 1..4 \\cap {2, 9} = {2} /\\ 1..3 \\ {2} = {1, 3}",
    "UNION {{1}, {2, 3}, {}} = 1..3 /\\ UNION {1..2, 2..3} = 1..3",
    "SUBSET {1, 2} = {{}, {1}, {2}, {1, 2}} /\\ Cardinality(SUBSET (1..20)) = 1048576",
    "{1, 3} \\in SUBSET Nat /\\ {-1} \\notin SUBSET Nat /\\ SUBSET {1} \\subseteq SUBSET {1, 2}",
    '(1..3) \\X {TRUE} = {<<1, TRUE>>, <<2, TRUE>>, <<3, TRUE>>} /\\ <<1, "a">> \\in Nat \\X STRING',
    "Cardinality([1..3 -> {0, 1}]) = 8 /\\ [i \\in 1..3 |-> 0] \\in [1..3 -> {0, 1}] /\\ <<0, 1>> \\in [1..2 -> Nat]",
    "[a : {1, 2}, b : BOOLEAN] = {[a |-> i, b |-> t] : i \\in {1, 2}, t \\in BOOLEAN}",
    "[a |-> 1] \\in [a : Nat] /\\ [a |-> 1, b |-> 2] \\notin [a : Nat]",
    "<<1, 2>> \\in Seq(Nat) /\\ <<>> \\in Seq({}) /\\ <<-1>> \\notin Seq(Nat)",
    "{i \\in 1..9 : i % 2 = 0} = {2 * i : i \\in 1..4} /\\ 4 \\in {i \\in Nat : i % 2 = 0}",
    "7 \\in Nat \\cup {-1} /\\ -1 \\in Nat \\cup {-1} /\\ 0 \\notin Nat \\ {0} /\\ 1 \\in Nat \\cap Int",
    '1 \\in {1, "a"}',
    "\\A S \\in SUBSET (1..3) : S \\subseteq 1..3 /\\ (Cardinality(S) = 3 <=> S = 1..3)",
    "IsFiniteSet(SUBSET (1..40)) /\\ ~IsFiniteSet(Nat) /\\ ~IsFiniteSet(Seq({1}))",
    # Order
    "(CHOOSE x \\in {3, 1, 2} : x > 1) = 2 /\\ (CHOOSE s \\in SUBSET {1, 2} : s # {}) = {1}",
    "(CHOOSE s \\in {<<2>>, <<1, 1>>} : TRUE) = <<2>> /\\ (CHOOSE b \\in BOOLEAN : TRUE) = FALSE",
    "(CHOOSE r \\in {[kilo |-> 1, amp |-> 2], [kilo |-> 2, amp |-> 1]} : TRUE).kilo = 1",
    '(CHOOSE s \\in {"zulu", "alpha"} : TRUE) = "zulu"',
    # Functions, records, sequences
    '<<1, 2>> = [i \\in 1..2 |-> i] /\\ [a |-> 1] = [x \\in {"a"} |-> 1] /\\ <<>> = [x \\in {} |-> 1]',
    "[i \\in 0..2 |-> 6 \\div i][1] = 6 /\\ [x, y \\in 1..2 |-> x - y][1, 2] = -1",
    '[<<x, y>> \\in {<<1, 2>>} |-> x + y][1, 2] = 3 /\\ DOMAIN <<5, 6>> = 1..2 /\\ DOMAIN [a |-> 1] = {"a"}',
    "[[i \\in 1..3 |-> i] EXCEPT ![2] = @ * 10, ![3] = @ + 1] = <<1, 20, 4>>",
    "[[a |-> <<1, 2>>] EXCEPT !.a[2] = @ + 5].a = <<1, 7>> /\\ [<<1>> EXCEPT ![7] = 2] = <<1>>",
    '[[x \\in {} |-> 1] EXCEPT !["a"] = @ + 1, ![TRUE] = 2] = <<>> /\\ IsFiniteSet(<<[a |-> 1]>>)',
    'ToString([x \\in {"a b", "c"} |-> 1]) = "(\\"a b\\" :> 1 @@ \\"c\\" :> 1)"',
    'ToString([x \\in {"WF_"} |-> 1] @@ [x \\in {"c1"} |-> 2]) = "[WF_ |-> 1, c1 |-> 2]"',
    "[n \\in Nat |-> n * n][12] = 144 /\\ [[n \\in Nat |-> n] EXCEPT ![3] = 0][3] = 0",
    "LET f[n \\in Nat] == IF n = 0 THEN 1 ELSE n * f[n - 1] IN f[5] = 120",
    "LET a == <<1>> \\o <<2, 3>> IN Len(a) = 3 /\\ Head(a) = 1 /\\ Tail(a) = <<2, 3>> /\\ Append(a, 4)[4] = 4",
    'SubSeq(<<1, 2, 3>>, 2, 3) = <<2, 3>> /\\ SubSeq(<<1>>, 2, 1) = <<>> /\\ SubSeq("abc", 2, 3) = "bc"',
    'SelectSeq(<<1, 2, 3>>, LAMBDA i : i > 1) = <<2, 3>> /\\ "ab" \\o "c" = "abc" /\\ Len("abc") = 3',
    "SortSeq(<<3, 1, 2>>, LAMBDA a, b : a < b) = <<1, 2, 3>>",
    '(1 :> 2 @@ 1 :> 3 @@ 2 :> 4) = <<2, 4>> /\\ ("a" :> 1) = [a |-> 1]',
    "Permutations({1, 2}) = {<<1, 2>>, <<2, 1>>}",
    # Logic
    "(FALSE => 1) /\\ (TRUE \\/ 1) /\\ ~(FALSE /\\ 1) /\\ (IF TRUE THEN TRUE ELSE 1)",
    "(CASE FALSE -> 1 [] TRUE -> 2 [] OTHER -> 3) = 2 /\\ (\\E x \\in 1..3, y \\in 1..3 : x * y = 9)",
    # Operators
    "LET F(G(_), a) == G(G(a)) IN F(LAMBDA i : i * 2, 3) = 12",
    "LET RECURSIVE S(_) S(n) == IF n = 0 THEN 0 ELSE n + S(n - 1) IN S(10) = 55",
    "LET F(a, b) == a IN F(1, 1 \\div 0) = 1",
    "LET a == 1 \\div 0 IN TRUE",
    "LET F(n) == {s \\in SUBSET (1..3) : n \\in s} IN \\A S \\in {F(i + 1) : i \\in 0..1} : Cardinality(S) = 4",
    "LET fs == {[m \\in Nat |-> m + i * 1][5] : i \\in 1..2} IN fs = {6, 7}",
    # TLC
    'ToString("a") = "\\"a\\"" /\\ ToString({2, 1}) = "{1, 2}"',
    'ToString([i \\in 0..1 |-> i]) = "(0 :> 0 @@ 1 :> 1)" /\\ ToString(1..3) = "1..3"',
]


@pytest.mark.parametrize("expression", TRUE)
def test_what_is_true(tmp_path: Path, expression: str) -> None:
    assert value(tmp_path, expression) is True


FAILS = {
    '1 = "a"': "different kinds",
    "TRUE = 1": "different kinds",
    '{1} = {"a"}': "different kinds",
    "[a |-> 1] = <<1>>": "different kinds",
    "<<1, 2>>[3]": "not in its domain",
    "[a |-> 1].b": "nonexistent field 'b'",
    "1 \\div 0": "argument of \\div is 0",
    "2147483647 + 1": "Overflow when computing 2147483647+1",
    "-5 % -2": "should be a positive number",
    "CHOOSE x \\in 1..3 : x > 3": "no element of S satisfied P",
    "CHOOSE x : x = 1": "unbounded",
    "\\E x \\in Nat : x = 1": "infinitely many",
    "Cardinality(Nat)": "number of elements",
    "IF 1 THEN 2 ELSE 3": "TRUE or FALSE is needed",
    "1 /\\ TRUE": "TRUE or FALSE is needed",
    "CASE FALSE -> 1": "no conditions true",
    '"a" \\in Nat': "an element of Nat",
    '"a" \\in 1..2': "an element of 1..2",
    "1 \\in 2": "no set",
    '{1, "a"} = {1}': "different kinds",
    "Head(<<>>)": "empty sequence",
    "SubSeq(<<1>>, 1, 2)": "must be in the domain",
    'Assert(1 = 2, "wrong")': 'second argument was: "wrong"',
    "<<1, 1 \\div 0>>[1]": "argument of \\div is 0",
}


@pytest.mark.parametrize("expression", FAILS)
def test_what_is_an_error(tmp_path: Path, expression: str) -> None:
    with pytest.raises(EvaluationError) as failure:
        value(tmp_path, f"\n  {expression}")
    assert FAILS[expression] in str(failure.value)
    # The place of the innermost expression: the first line is that of the module, the third that of the definition.
    assert str(failure.value).startswith(f"{tmp_path / 'M.tla'}:5: ")


def test_normal_forms(tmp_path: Path) -> None:
    assert value(tmp_path, "[i \\in 1..2 |-> i]") == SeqValue((1, 2))
    assert value(tmp_path, '[s \\in {"b", "a"} |-> 1..2]') == RecordValue(
        {"b": frozenset((1, 2)), "a": frozenset((1, 2))}
    )
    assert value(tmp_path, "[i \\in 0..1 |-> SUBSET {i}]") == FnValue(
        {i: frozenset((frozenset(), frozenset((i,)))) for i in (0, 1)}
    )


def test_model_values(tmp_path: Path) -> None:
    found = interpreter(
        tmp_path,
        "CONSTANTS S, Nil\nFirst == CHOOSE x \\in S \\cup {Nil} : TRUE\n"
        "Odd == Nil \\in Nat \\/ Nil = 1 \\/ Nil \\in SUBSET S\n",
        "CONSTANTS S = {b, a, 7}\n Nil = Nil\n",
    )
    assert found.value("First") == ModelValue("b")
    with pytest.raises(EvaluationError, match="non-enumerable value Nil"):
        found.value("Odd")


def test_a_state_from_elsewhere(tmp_path: Path) -> None:
    body = 'VARIABLE x\nSame == x = [a |-> 1, b |-> (0 :> "p" @@ 5 :> "q")]\nInit == x = 0\nNext == UNCHANGED x\n'
    found = interpreter(tmp_path, body, "INIT Init\nNEXT Next\n")
    (x,) = found.state([RecordValue({"b": FnValue({5: "q", 0: "p"}), "a": 1})])
    assert list(x.fields) == ["a", "b"] and list(x.fields["b"].mapping) == [0, 5]
    assert found.holds("Same", (x,))
