"""Expressions of TLA+, printed as what they become."""

from __future__ import annotations

from pathlib import Path

import pytest

from mc.errors import SpecError
from mc.formula import standard
from mc.formula.facts import walk
from mc.formula.nodes import Apply, Bind, Call, Lambda, Name, Node, Of, Value
from tests.read.tla.modules import printed, read

#: The text, and what it is printed as where that differs.
EXPRESSIONS = [
    ('"a\\"b\\\\c\\t"', None),
    ("\\b101 + \\o17 + \\hfF", "5 + 15 + 255"),
    ("x' = 1 /\\ (x)' = 2 /\\ (x + 1)' = 3", "x' = 1 /\\ x' = 2 /\\ (x + 1)' = 3"),
    ("a1 :: x = 1", "x = 1"),
    ("/\\ x = 1\n     /\\ \\/ y = 1\n        \\/ y = 2", "x = 1 /\\ (y = 1 \\/ y = 2)"),
    ("(x = 1 /\\ y = 1) /\\ x = 2", "x = 1 /\\ y = 1 /\\ x = 2"),
    ("x = 1 \\land y \\leq 2 /\\ 1 >= x", "x = 1 /\\ y <= 2 /\\ 1 >= x"),
    ("x = 1 \\lor y =< 2", "x = 1 \\/ y <= 2"),
    ("IF x = 1 THEN 2 ELSE 3", None),
    ("CASE x = 1 -> 2 [] OTHER -> 3", None),
    ("CASE x = 1 -> CASE y = 1 -> 2 [] y = 2 -> 3", None),
    ("\\A a, b \\in C : a = b", "\\A a \\in C : \\A b \\in C : a = b"),
    ("\\E <<a, b>> \\in C, c \\in C : a = c", "\\E <<a, b>> \\in C : \\E c \\in C : a = c"),
    ("\\E <<a>> \\in C : a = 1", "\\E a \\in C : LET a == a[1] IN a = 1"),
    ("\\E a : a = 1", None),
    ("CHOOSE a \\in C : a = 1", None),
    ("CHOOSE a : a \\notin C", None),
    ("CHOOSE <<a, b>> \\in C : a = b", None),
    ("({1, 2, 3} \\cup {}) \\ {x}", None),
    ("{a \\in C : a > 1}", None),
    ("{<<a, b>> \\in C : a > b}", None),
    ("{a + b : a \\in C, b \\in C}", None),
    ("SUBSET C \\cup UNION C", "(SUBSET C) \\cup (UNION C)"),
    ("C \\X C \\X C", None),
    ("(C \\X C) \\X C", None),
    ("[a \\in C, b \\in C |-> a + b][1, 2]", None),
    ("[a \\in C |-> a][1][2]", None),
    ("[C -> C] \\cup [a : C, b : {1}]", None),
    ("[a |-> 1, b |-> 2].a.b", None),
    ("[x EXCEPT !.a[1].b = @ + 1, ![1, 2] = [@ EXCEPT ![3] = @]]", None),
    ("[x' = 1]_x \\/ <<x' = 1>>_<<x, y>>", None),
    ("[][x' = 1]_x /\\ WF_x(x' = 1) /\\ SF_<<x, y>>(x' = 1)", None),
    ("<>(x = 1) /\\ (x = 1 ~> y = 1) /\\ [](ENABLED (x' = 1))", None),
    ("UNCHANGED <<x, y>>", None),
    ("\\EE h : [](h = x)", None),
    ("DOMAIN x \\subseteq 1 .. 3", None),
    ("-x - -1", None),
    ("x % 2 * 3", None),
    ("<<1, <<>>, <<2>>>> \\o <<>>", None),
    ("LET f[a \\in Nat] == IF a = 0 THEN 1 ELSE f[a - 1] IN f[3]", None),
    ("LET f[a \\in Nat] == a IN f[3]", "LET f == [a \\in Nat |-> a] IN f[3]"),
    ("LET g(a) == a + 1 h == g(1) IN h", "LET g(a) == a + 1 IN LET h == g(1) IN h"),
    ("LET RECURSIVE g(_) g(a) == IF a = 0 THEN 0 ELSE g(a - 1) IN g(x)", None),
    ("SelectSeq(x, LAMBDA a : a = 1)", None),
    ("SelectSeq(x, Tail)", "SelectSeq(x, LAMBDA a : Tail(a))"),
    ("SortSeq(x, <)", "SortSeq(x, LAMBDA a, b : a < b)"),
    ("+(1, 2) = \\cup({1}, {2})", "1 + 2 = {1} \\cup {2}"),
    ("F(1) \\in STRING", None),
    ("1 :> 2 @@ 3 :> 4", None),
    ("∀ a ∈ C : a ≤ 1 ∧ ¬(a = 2) ⇒ a ∉ \u2115", "\\A a \\in C : a <= 1 /\\ ~a = 2 => a \\notin Nat"),
    ("〈x, y〉 \u222a {z : z ∈ C} ≠ C", "<<x, y>> \\cup {z : z \\in C} /= C"),
]


@pytest.mark.parametrize(("given", "expected"), EXPRESSIONS)
def test_expression(tmp_path: Path, given: str, expected: str | None) -> None:
    found = printed(read(tmp_path, f"P == {given}"))["P"]
    if expected is None:
        expected = given.replace("RECURSIVE g(_) ", "")
    assert found == expected


def test_two_names_of_a_bound_share_the_set(tmp_path: Path) -> None:
    body = read(tmp_path, "P == \\A a, b \\in C : a = b").definitions["P"].body
    assert isinstance(body, Bind)
    assert body.bounds[0].collection is body.bounds[1].collection


def test_names_are_bound_once(tmp_path: Path) -> None:
    found = read(tmp_path, "P == (\\E a \\in C : a = 1) /\\ (\\E a \\in C : a = 2)").definitions["P"].body
    names = [node.name for node in walk(found) if isinstance(node, Name) and node.of is Of.LOCAL]
    assert names == ["a", "a#1"]


def test_places(tmp_path: Path) -> None:
    resolved = read(tmp_path, 'P == {x,\n      y}\nQ == "∃" = x')
    place = resolved.definitions["P"].body.place
    assert (place.line, place.column, place.end_line, place.end_column) == (5, 5, 6, 8)
    place = resolved.definitions["Q"].body.place
    assert (place.line, place.column, place.end_column) == (7, 5, 12)
    assert list(resolved.texts) == [place.file]


def test_operators_of_definitions(tmp_path: Path) -> None:
    text = "a ++ b == a + b\n-. a == 0 - a\na ^+ == a\nP == 1 ++ 2^+\nQ(G(_, _)) == G(1, 2)\nR == Q(++)"
    found = printed(read(tmp_path, text.replace("-. a == 0 - a\n", "")))
    assert found["++(a, b)"] == "a + b"
    assert found["P"] == "1 ++ ^+(2)"
    assert found["R"] == "Q(LAMBDA a, b : a ++ b)"


def test_parts_of_definitions(tmp_path: Path) -> None:
    text = """
Q(c) == /\\ x = c
        /\\ named(c) :: \\E a \\in {c, 2} : a = y
P1 == Q(5)!1
P2 == Q(5)!1!2
P3 == Q(5)!named(7)
P4 == Q(5)!2!(3)
P5 == Q(5)!1!<<
"""
    found = printed(read(tmp_path, text))
    assert found["P1"] == "LET c == 5 IN x = c"
    assert found["P2"] == "LET c == 5 IN c"
    assert found["P3"] == "LET c == 5 IN LET c == 7 IN \\E a \\in {c, 2} : a = y"
    assert found["P4"] == "LET c == 5 IN LET a == 3 IN a = y"
    assert found["P5"] == "LET c == 5 IN x"


def test_an_operator_that_is_passed_on_is_a_name(tmp_path: Path) -> None:
    body = read(tmp_path, "P(G(_)) == SelectSeq(x, G)").definitions["P"].body
    assert isinstance(body, Apply) and body.operator is standard.SELECT_SEQ
    assert isinstance(body.operands[1], Name) and body.operands[1].of is Of.LOCAL


def test_a_constant_operator_is_called(tmp_path: Path) -> None:
    body = read(tmp_path, "P == F(1)").definitions["P"].body
    assert isinstance(body, Call) and body.definition == "F"


def _kinds(node: Node) -> set[type]:
    return {type(part) for part in walk(node)}


def test_values(tmp_path: Path) -> None:
    body = read(tmp_path, 'P == {TRUE, 1, "a"}').definitions["P"].body
    assert _kinds(body) == {Apply, Value}
    assert [part.value for part in walk(body) if isinstance(part, Value)] == [True, 1, "a"]


def test_lambda_has_its_parameters(tmp_path: Path) -> None:
    body = read(tmp_path, "P == SortSeq(x, LAMBDA a, b : a > b)").definitions["P"].body
    assert isinstance(body, Apply) and isinstance(body.operands[1], Lambda)
    assert body.operands[1].parameters == ("a", "b")


def test_long_chains(tmp_path: Path) -> None:
    found = printed(read(tmp_path, "P == " + " /\\ ".join(["x = 1"] * 300) + "\nQ == x" + " + 1" * 100))
    assert found["P"].count("x = 1") == 300
    assert found["Q"].count("+ 1") == 100


def test_deep_formulas_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="its formulas are nested too deeply: give parts of them names"):
        read(tmp_path, "P == " + "IF x = 1 THEN 1 ELSE " * 2000 + "2")
