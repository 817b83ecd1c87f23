"""Modules that extend and instantiate others, and what a configuration replaces in them."""

from __future__ import annotations

from pathlib import Path

from mc.formula.nodes import Name
from mc.formula.text import text
from mc.read.tla.modules import read_module
from mc.read.tla.resolved import Overrides
from tests.read.tla.modules import module, printed, read

INNER = """EXTENDS Integers
CONSTANT k
VARIABLE v
LOCAL Twice(a) == 2 * a
Init == v = Twice(k)
Next == v' = v + k
Both(a) == Init /\\ Next /\\ a"""


def test_declarations_in_order(tmp_path: Path) -> None:
    module(tmp_path, "Base", "CONSTANT K, Op(_, _)\nVARIABLES b, a\nASSUME K = 1\nP == b = K")
    resolved = read_module(module(tmp_path, "M", "EXTENDS Base, Naturals\nCONSTANT L\nVARIABLE c\nASSUME 1 < L"))
    assert resolved.variables == ("b", "a", "c")
    assert resolved.constants == {"K": 0, "Op": 2, "L": 0}
    assert [text(one) for one in resolved.assumptions] == ["1 < L", "K = 1"]
    assert {Path(file).name for file in resolved.texts} == {"M.tla", "Base.tla"}


def test_an_instance_is_substituted(tmp_path: Path) -> None:
    module(tmp_path, "Inner", INNER)
    found = printed(read(tmp_path, "I == INSTANCE Inner WITH k <- 3, v <- x\nP == I!Both(TRUE)"))
    assert found == {
        "P": "I!Both(TRUE)",
        "I!Both(a)": "I!Init /\\ I!Next /\\ a",
        "I!Init": "x = I!Twice(3)",
        "I!Next": "x' = x + 3",
        "I!Twice(a)": "2 * a",
    }


def test_an_expression_is_primed_as_a_whole(tmp_path: Path) -> None:
    module(tmp_path, "Inner", INNER)
    found = printed(read(tmp_path, "I == INSTANCE Inner WITH k <- 3, v <- x + y\nP == I!Next"))
    assert found["I!Next"] == "(x + y)' = x + y + 3"


def test_what_is_not_substituted_has_the_same_name(tmp_path: Path) -> None:
    module(tmp_path, "Inner", INNER)
    found = printed(read(tmp_path, "k == 4\nv == x\nI == INSTANCE Inner\nP == I!Init"))
    assert found["I!Init"] == "v = I!Twice(k)"


def test_parameters_of_an_instance_come_first(tmp_path: Path) -> None:
    module(tmp_path, "Inner", INNER)
    found = printed(read(tmp_path, "I(a, w) == INSTANCE Inner WITH k <- a + 1, v <- w\nP == I(1, y)!Both(x)"))
    assert found["P"] == "I!Both(1, y, x)"
    assert found["I!Both(a, w, a#1)"] == "I!Init(a, w) /\\ I!Next(a, w) /\\ a"
    assert found["I!Next(a, w)"] == "w' = w + (a + 1)"


def test_an_instance_without_a_name(tmp_path: Path) -> None:
    module(tmp_path, "Inner", INNER)
    found = printed(read(tmp_path, "INSTANCE Inner WITH k <- 3, v <- x\nP == Next"))
    assert found["Next"] == "x' = x + 3"
    assert "Both(a)" in found


def test_instances_in_instances(tmp_path: Path) -> None:
    module(tmp_path, "Inner", INNER)
    module(
        tmp_path, "Middle", "EXTENDS Integers\nCONSTANT m\nVARIABLE u\nJ(c) == INSTANCE Inner WITH k <- c + m, v <- u"
    )
    found = printed(read(tmp_path, "I == INSTANCE Middle WITH m <- 7, u <- y\nP == I!J(1)!Next"))
    assert found == {"P": "I!J!Next(1)", "I!J!Next(c)": "y' = y + (c + 7)"}


def test_an_instance_in_a_let_takes_the_local_names(tmp_path: Path) -> None:
    module(tmp_path, "Inner", INNER)
    found = printed(read(tmp_path, "P == \\E a \\in C : LET I == INSTANCE Inner WITH k <- a, v <- x IN I!Next"))
    assert found == {"P": "\\E a \\in C : I!Next(a)", "I!Next(a)": "x' = x + a"}


def test_operators_are_substituted(tmp_path: Path) -> None:
    module(tmp_path, "Inner", "CONSTANT Op(_, _)\nP == Op(1, 2)")
    text = "I == INSTANCE Inner WITH Op <- +\nJ == INSTANCE Inner WITH Op <- LAMBDA a, b : a\nQ == I!P = J!P"
    found = printed(read(tmp_path, text))
    assert found["I!P"] == "LET Op(a, b) == a + b IN Op(1, 2)"
    assert found["J!P"] == "LET Op(a, b) == a IN Op(1, 2)"


def test_modules_in_modules(tmp_path: Path) -> None:
    found = printed(
        read(
            tmp_path,
            """
Outer == x + 1
---- MODULE Within ----
VARIABLE z
Step == z' = Outer
====
I == INSTANCE Within WITH z <- y
P == I!Step""",
        )
    )
    assert found["I!Step"] == "y' = Outer"


def test_local_definitions_are_kept_apart(tmp_path: Path) -> None:
    module(tmp_path, "A", "LOCAL Own == 1\nFromA == Own")
    module(tmp_path, "B", "LOCAL Own == 2\nFromB == Own")
    found = printed(read_module(module(tmp_path, "M", "EXTENDS A, B\nOwn == <<FromA, FromB>>")))
    assert found["Own"] == "<<FromA, FromB>>"
    assert found["FromA"] == "A!Own" and found["FromB"] == "B!Own"
    assert (found["A!Own"], found["B!Own"]) == ("1", "2")


def test_theorems_say_nothing(tmp_path: Path) -> None:
    text = "P == x = 1\nTHEOREM T == P => []P\n<1>1. P BY DEF P\n<1> QED BY <1>1\nUSE DEF P"
    assert printed(read(tmp_path, text)) == {"P": "x = 1"}


def test_of_the_library_what_is_used(tmp_path: Path) -> None:
    found = read_module(module(tmp_path, "M", "EXTENDS SequencesExt\nP == Front(<<1>>)"))
    assert printed(found) == {"P": "Front(<<1>>)", "Front(s)": "SubSeq(s, 1, Len(s) - 1)"}


def test_names_that_come_by_the_way_can_be_used_otherwise(tmp_path: Path) -> None:
    found = printed(read_module(module(tmp_path, "M", "EXTENDS SequencesExt\nMax(a) == a\nP(Range) == Max(Range)")))
    assert found == {"Max(a)": "a", "P(Range)": "Max(Range)"}


def test_the_first_of_two_definitions_counts(tmp_path: Path) -> None:
    module(tmp_path, "A", "D == 1")
    module(tmp_path, "B", "D == 2")
    found = read_module(module(tmp_path, "M", "EXTENDS A, B\nP == D"))
    assert printed(found)["D"] == "1"
    assert len(found.warnings) == 1 and "D of B is left aside" in found.warnings[0]


# What the configuration replaces


def test_a_constant_is_replaced(tmp_path: Path) -> None:
    found = printed(read(tmp_path, "P == C + F(1)\nD == 3\nG(a) == a", Overrides({"C": "D", "F": "G"})))
    assert found["P"] == "D + G(1)"


def test_a_constant_is_replaced_by_another_one(tmp_path: Path) -> None:
    module(tmp_path, "Base", "CONSTANT K\nP == K")
    path = module(tmp_path, "M", "EXTENDS Base\nCONSTANT L\nQ == K")
    found = read_module(path, Overrides({"K": "L"})).definitions
    assert [type(found[name].body) for name in "PQ"] == [Name, Name]
    assert text(found["P"].body) == text(found["Q"].body) == "L"


def test_a_definition_is_replaced_where_it_is_used(tmp_path: Path) -> None:
    found = printed(read(tmp_path, "N == 1\nP == N\nMine == 2", Overrides({"N": "Mine"})))
    assert found["P"] == "Mine"
    assert found["N"] == "Mine"


def test_an_operator_of_a_standard_module_is_replaced(tmp_path: Path) -> None:
    module(tmp_path, "Base", "EXTENDS Naturals\nT == Nat")
    path = module(tmp_path, "M", "EXTENDS Base\nP == T\nSmall == 0..3")
    assert printed(read_module(path, Overrides({"Nat": "Small"})))["T"] == "Small"


def test_an_operator_that_only_an_instance_knows_is_replaced(tmp_path: Path) -> None:
    module(tmp_path, "Inner", "EXTENDS Sequences\nCONSTANT c\nT == Seq(c)")
    module(tmp_path, "Closed", "LOCAL INSTANCE Sequences\nU == Seq({})")
    path = module(tmp_path, "M", "EXTENDS Closed\nc == 1\nBounded(S) == {S}\nINSTANCE Inner\nP == <<T, U>>")
    found = printed(read_module(path, Overrides({"Seq": "Bounded"})))
    assert (found["T"], found["U"]) == ("Bounded(c)", "Bounded({})")


def test_in_one_module_what_it_knows_by_an_instance(tmp_path: Path) -> None:
    module(tmp_path, "Inner", "LOCAL INSTANCE Naturals\nT == Nat")
    path = module(tmp_path, "M", "EXTENDS Naturals, Inner\nASSUME T = Nat\nSmall == 0 .. 3\nP == T")
    found = read_module(path, Overrides(replaced_in={"Inner": {"Nat": "Small"}}))
    assert printed(found)["T"] == "Small"
    assert [text(one) for one in found.assumptions] == ["T = Small"]


def test_a_definition_gets_a_value(tmp_path: Path) -> None:
    found = printed(read(tmp_path, "N == 1\nP == N", Overrides(given=frozenset({"N", "C"}))))
    assert found == {"N": "N", "P": "N"}


def test_in_one_module_alone(tmp_path: Path) -> None:
    module(tmp_path, "Inner", "N == 1\nP == N")
    path = module(tmp_path, "M", "N == 5\nThree == 3\nI == INSTANCE Inner\nQ == <<N, I!P>>")
    found = printed(read_module(path, Overrides(replaced_in={"Inner": {"N": "Three"}})))
    assert (found["I!P"], found["N"]) == ("Three", "5")
    found = printed(read_module(path, Overrides(given_in={"Inner": frozenset({"N"})})))
    assert found["I!P"] == "Inner!N"


# The order of names


def test_names_are_met_in_the_order_of_parsing(tmp_path: Path) -> None:
    module(tmp_path, "B", 'b1 == "b2"')
    module(tmp_path, "D", 'd1 == "d2"')
    text = 'EXTENDS Naturals, B\nI == INSTANCE D\nP == {"e1" : z \\in {"e2"}} \\* "no"\nQ == "f\\"1"'
    met = read_module(module(tmp_path, "M", text)).met
    order = {name: number for number, name in enumerate(met)}
    named = ["M", "P", "Q", "a", "b1", "d1", "b2", "d2", "e2", "e1", 'f"1']
    assert sorted(named, key=order.__getitem__) == named
    assert "no" not in order


def test_a_file_comes_before_what_follows_in_the_root(tmp_path: Path) -> None:
    path = module(tmp_path, "M", "EXTENDS Also, Beside\nP == <<A, B>>")
    following = "---- MODULE Also ----\nA == 1\n====\n---- MODULE Beside ----\nB == 1\n====\n"
    path.write_text(path.read_text(encoding="utf-8") + following, encoding="utf-8")
    module(tmp_path, "Beside", "B == 2")
    found = printed(read_module(path))
    assert (found["A"], found["B"]) == ("1", "2")


def test_comments_need_not_be_right(tmp_path: Path) -> None:
    text = '(* --algorithm A { variables z = {{1}; (* within *) { skip } } *)\nP == "(*" (* (* é *) *) = 1\nQ == x (*'
    found = printed(read(tmp_path, text + " not ended\n *)"))
    assert found == {"P": '"(*" = 1', "Q": "x"}
