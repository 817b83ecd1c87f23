"""Small modules, each with its configuration: what mc finds in them has to be what TLC finds.

Facts about values are counted: ``Facts`` sums 1, 2, 4, ... for those that are TRUE, and a variable ranges over so many
numbers; so the number of distinct states says which hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: A module that counts facts has this before them, and Init and Next.
_COUNTED = """
VARIABLE n
Fact(k, holds) == IF holds THEN 2^k ELSE 0
Init == n \\in 0..Facts
Next == UNCHANGED n
"""
INIT_NEXT = "INIT Init\nNEXT Next\n"


@dataclass(frozen=True)
class Case:
    """One module."""

    name: str
    text: str
    config: str
    #: Whether a state without successors is an error: TLC 2.15 is told by an option.
    deadlock: bool = False
    #: The texts of other modules, by their names.
    others: Mapping[str, str] = field(default_factory=dict)


CASES: list[Case] = []


def module(name: str, body: str) -> str:
    return f"---- MODULE {name} ----\n{body.strip()}\n====\n"


def _case(
    name: str, body: str, config: str = INIT_NEXT, deadlock: bool = False, others: Mapping[str, str] | None = None
) -> None:
    modules = {other: module(other, text) for other, text in (others or {}).items()}
    CASES.append(Case(name, module(name, body), config, deadlock, modules))


def _facts(name: str, extends: str, *facts: str, before: str = "", config: str = "") -> None:
    """A case that counts facts; the definitions ``before`` them may be of use to them."""
    listed = "\n".join(f"    + Fact({number}, {fact})" for number, fact in enumerate(facts))
    body = f"EXTENDS {extends}\n{before}\n{_COUNTED.replace('Init ==', f'Facts == 0{chr(10)}{listed}{chr(10)}Init ==')}"
    _case(name, body, INIT_NEXT + config)


# How ways are counted

_case(
    "GuardsFork",
    r"""
EXTENDS Integers
VARIABLES x, y
Two == {1, 2}
Some(S) == \E i \in S : i > 0
Init == x = 0 /\ y \in Two
Next == /\ x < 3
        /\ Some({1, 2, 3})
        /\ \/ y = 1
           \/ y > 0
        /\ (y = 2 => \E i, j \in Two : i < j + y)
        /\ \A i \in Two : i = 1 \/ i = 2
        /\ x' = x + 1
        /\ y' \in Two
""",
)
_case(
    "GuardsValue",
    r"""
EXTENDS Integers
VARIABLE x
Constant == \E i \in 1..5 : i > 1
Init == x = 0
Next == /\ Constant
        /\ ~(\E i \in 1..3 : x = i + 5)
        /\ (\E i \in 1..3 : i > x) <=> x < 3
        /\ (x = 0 \/ x = 0) = (x = 0)
        /\ {\E i \in 1..3 : i > 0} = {TRUE}
        /\ x' = (x + 1) % 3
""",
)
_case(
    "LetsAndArguments",
    r"""
EXTENDS Integers
VARIABLE x
Twice(g) == g /\ g
Guard == x >= 0 \/ x < 5
Init == x = 0
Next == \/ /\ Twice(\E i \in 1..2 : i > x)
           /\ x' = 1
        \/ LET g == x = 0 \/ x < 2
               h(i) == i = x \/ i > x
           IN g /\ h(1) /\ Guard /\ x' = 2
        \/ LET F(i) == x' = i IN \E k \in {0, 3} : F(k)
""",
)
_case(
    "ConditionsAndCases",
    r"""
EXTENDS Integers
VARIABLE x
Init == IF 1 > 0 THEN x \in {0, 1} ELSE x = 7
Next == \/ IF x = 0 \/ x >= 0 THEN x' = 2 \/ x' = 3 ELSE x' = 4
        \/ CASE x = 0 -> x' = 5
             [] x = 1 -> x' \in 1..2
             [] OTHER -> FALSE
""",
)
_case(
    "TestsAtTheEnd",
    r"""
EXTENDS Integers
VARIABLES x, y
Init == (\E i \in 1..2 : i > 0) /\ x = 0 /\ (x = 0 \/ x < 2) /\ y = 0 /\ (y = 0 \/ y < 2)
Next == \/ x' = 1 - x /\ (x' = 0 \/ x' < 2) /\ y' = y
        \/ x' = x /\ y' = 1 - y /\ (y' = 0 \/ y' < 2)
""",
)
_case(
    "FunctionsAsGuards",
    r"""
EXTENDS Integers
VARIABLE x
f[i \in 0..2] == \E k \in 1..2 : k > i - 1
Init == x = 0
Next == f[x] /\ x' = (x + 1) % 2
""",
)
_case(
    "ActionsOfSteps",
    r"""
EXTENDS Integers
VARIABLES x, y
vars == <<x, y>>
A == x' = (x + 1) % 3 /\ UNCHANGED y
B == y' = 1 - y /\ UNCHANGED <<x>>
Init == x = 0 /\ y = 0
Next == [A /\ y < 2]_vars \/ (<<B>>_<<y>> /\ UNCHANGED x) \/ (ENABLED <<A>>_vars /\ UNCHANGED vars)
""",
)
_case(
    "OperatorsOfActions",
    r"""
EXTENDS Integers
VARIABLES x, y
Change(v, w) == v' = w
Apply(Op(_), i) == Op(i)
RECURSIVE Any(_)
Any(S) == IF S = {} THEN FALSE ELSE LET i == CHOOSE j \in S : TRUE IN x' = i \/ Any(S \ {i})
Init == x = 0 /\ y = 0
Next == \/ Change(x, 1) /\ Change(y, x + 1)
        \/ Apply(LAMBDA i : x' = i /\ y' = y, 2)
        \/ y' = y /\ Any({3, 4})
""",
)
_case(
    "Assignments",
    r"""
EXTENDS Integers
VARIABLES x, f, r
Init == x = 0 /\ f = [i \in {1, 2} |-> 0] /\ r = [a |-> 0, b |-> {}]
Next == \/ /\ x' \in SUBSET {1, 2}
           /\ f' \in [{1, 2} -> {0, 1}]
           /\ r' = r
        \/ /\ f' = [f EXCEPT ![1] = @ + 1, ![2] = f[1]]
           /\ f'[1] < 3
           /\ r' = [r EXCEPT !.a = f'[1], !.b = @ \cup {f[2]}]
           /\ UNCHANGED x
""",
)
_case(
    "ReadBeforeWritten",
    r"""
EXTENDS Integers
VARIABLE x
Init == x = 0
Next == x' > 0 /\ x' = x + 1
""",
)
_case(
    "NotAllWritten",
    r"""
EXTENDS Integers
VARIABLES x, y
Init == x = 0 /\ y = 0
Next == x' = x + 1
""",
)
_case(
    "InitialNotAllWritten",
    r"""
VARIABLES x, y
Init == x = 0
Next == UNCHANGED <<x, y>>
""",
)
_case(
    "InitialTwice",
    r"""
EXTENDS Integers
VARIABLES x, y
Init == (x = 1 \/ x \in {1, 2}) /\ y = [i \in 1..x |-> x]
Next == UNCHANGED <<x, y>>
""",
)
_case("InitialNone", "VARIABLE x\nInit == x \\in {}\nNext == x' = x")
_case("Stuck", "EXTENDS Integers\nVARIABLE x\nInit == x = 0\nNext == x < 2 /\\ x' = x + 1", deadlock=True)

# Values

_facts(
    "Numbers",
    "Integers",
    r"-7 \div 2 = -3",
    r"(-7) \div 2 = -4",
    "(-7) % 4 = 1",
    "7 - 2 - 1 = 4",
    "2^10 = 1024",
    r"5..4 = {}",
    r"\b101 = 5 /\ \hFF = 255 /\ \o17 = 15",
    "-1 \\in Int /\\ -1 \\notin Nat",
    "1 =< 2 /\\ 2 \\leq 2 /\\ 3 >= 3 /\\ 3 \\geq 2",
)
_case("Overflow", "EXTENDS Integers\nVARIABLE x\nInit == x = 2147483647\nNext == x' = x + 1")
_case("DivisionByZero", "EXTENDS Integers\nVARIABLE x\nInit == x = 1\nNext == x' = 6 \\div (x - 1)")
_facts(
    "Sets",
    "Integers, FiniteSets",
    r"{1, 2} \cup {2, 3} = 1..3",
    r"{1, 2} \cap {2, 3} = {2}",
    r"{1, 2} \ {2, 3} = {1}",
    r"SUBSET {1, 2} = {{}, {1}, {2}, {2, 1, 1}}",
    r"UNION {{1}, {2, 3}, {}} = {3, 2, 1}",
    r"{i * i : i \in -2..2} = {0, 1, 4}",
    r"{i + j : i \in {1, 2}, j \in {10, 20}} = {11, 12, 21, 22}",
    r"{i \in 1..9 : i % 4 = 0} = {4, 8}",
    r"Cardinality({{}, {{}}}) = 2 /\ IsFiniteSet(1..3)",
    r"{1} \subseteq {1, 2} /\ ~({1, 3} \subseteq {1, 2})",
)
_facts(
    "InfiniteSets",
    "Integers, Sequences",
    r"3 \in Nat \ {2}",
    r"<<1, 2>> \in Seq(Nat)",
    r"[a |-> 1] \in [a : Int]",
    r"[i \in {1, 2} |-> i] \in [{1, 2} -> Nat]",
    r"{1, 2} \in SUBSET Nat",
    r'"a" \in STRING /\ "a" \notin {"b"}',
    r"{i \in {-1, 0, 1} : i \in Nat} = {0, 1}",
    r"(-1) \notin Nat \cup {-2}",
)
_facts(
    "FunctionValues",
    "Integers, Sequences",
    r"[i \in 1..3 |-> i * i][2] = 4",
    r"DOMAIN [i \in {2, 4} |-> 0] = {4, 2}",
    r"[i, j \in {1, 2} |-> i + j][1, 2] = 3",
    r"[<<i, j>> \in {1, 2} \X {3} |-> i * j][<<2, 3>>] = 6",
    r"[i \in 1..2 |-> 0] = <<0, 0>>",
    r"[[i \in 1..2 |-> 0] EXCEPT ![1] = 5, ![7] = 1] = <<5, 0>>",
    r"[{1, 2} -> {0}] = {<<0, 0>>}",
    r"factorial[5] = 120",
    r"[[i \in {1} |-> [a |-> <<1, 2>>]] EXCEPT ![1].a[2] = @ + 1][1].a = <<1, 3>>",
    before="factorial[n_ \\in Nat] == IF n_ = 0 THEN 1 ELSE n_ * factorial[n_ - 1]",
)
_facts(
    "SequenceValues",
    "Integers, Sequences",
    r"Len(<<>>) = 0 /\ Len(<<1, 2>>) = 2",
    r"<<1>> \o <<2, 3>> = <<1, 2, 3>>",
    r"Append(<<1>>, 2) = <<1, 2>>",
    r"Head(<<3, 4>>) = 3 /\ Tail(<<3, 4>>) = <<4>>",
    r"SubSeq(<<1, 2, 3>>, 2, 3) = <<2, 3>> /\ SubSeq(<<1>>, 2, 1) = <<>>",
    r"SelectSeq(<<1, 2, 3, 4>>, LAMBDA e : e % 2 = 0) = <<2, 4>>",
    r"DOMAIN <<5, 6>> = 1..2",
    r"{1} \X {2, 3} = {<<1, 2>>, <<1, 3>>}",
    r"<<1, <<2>>>>[2][1] = 2",
)
_facts(
    "Records",
    "Integers",
    r"[a |-> 1, b |-> 2].b = 2",
    r"[a |-> 1, b |-> 2] = [b |-> 2, a |-> 1]",
    r'DOMAIN [a |-> 1, b |-> 2] = {"b", "a"}',
    r'[a |-> 1]["a"] = 1',
    r"[[a |-> 1, b |-> 2] EXCEPT !.a = @ + 4] = [a |-> 5, b |-> 2]",
    r"[a : {1}, b : {2, 3}] = {[a |-> 1, b |-> 2], [a |-> 1, b |-> 3]}",
    r'[a |-> 1] = [f \in {"a"} |-> 1]',
)
_facts(
    "Logic",
    "Integers",
    r"(FALSE => 1 \div 0 = 1) /\ (TRUE \/ 1 \div 0 = 1)",
    r"\A i \in {} : FALSE",
    r"\E i, j \in 1..3, k \in {4} : i + j = k",
    r"\A <<i, j>> \in {<<1, 2>>} : i < j",
    r"(TRUE <=> TRUE) /\ (TRUE \equiv TRUE) /\ ~(TRUE # TRUE)",
    r"BOOLEAN = {TRUE, FALSE}",
    r"(CHOOSE i \in 1..9 : i > 3) = 4",
    r"(CHOOSE <<i, j>> \in (1..2) \X (1..2) : i # j) = <<1, 2>>",
    r"(IF 1 > 2 THEN 1 ELSE 2) = 2 /\ (CASE 1 > 2 -> 1 [] 2 > 1 -> 2) = 2",
)
_facts(
    "Choices",
    "Integers",
    r'(CHOOSE s \in {"b", "a"} : TRUE) = "b"',
    r"(CHOOSE s \in {{1, 2}, {3}} : TRUE) = {3}",
    r"(CHOOSE s \in SUBSET {1, 2} : s # {}) = {1}",
    r"(CHOOSE v \in {m2, m1, 3} : TRUE) = m1",
    r"(CHOOSE f \in [{1, 2} -> {0, 1}] : f[1] # f[2]) = <<0, 1>>",
    r"(CHOOSE q \in {<<2>>, <<1, 1>>} : TRUE) = <<2>>",
    before="CONSTANTS m1, m2",
    config="CONSTANTS m1 = m1 m2 = m2\n",
)
_facts(
    "Tlc",
    "Integers, Sequences, TLC",
    r"(1 :> 2 @@ 3 :> 4)[3] = 4 /\ (1 :> 2 @@ 1 :> 5) = <<2>>",
    r"Permutations({1, 2}) = {<<1, 2>>, <<2, 1>>}",
    r"SortSeq(<<3, 1, 2>>, <) = <<1, 2, 3>>",
    r'ToString(12) = "12" /\ ToString({2, 1}) = "{1, 2}"',
    r'ToString(<<TRUE, "a">>) = "<<TRUE, \"a\">>"',
    r"PrintT(1) /\ Print(1, TRUE)",
    r'Assert(TRUE, "no")',
    r"RandomElement({4}) = 4 /\ 3 \in Any",
)
_case(
    "Asserted",
    'EXTENDS Integers, TLC\nVARIABLE x\nInit == x = 0\nNext == Assert(x < 2, "two") /\\ x\' = x + 1',
)
_case(
    "Registers",
    r"""
EXTENDS Integers, TLC
VARIABLE x
Init == x = 0 /\ TLCSet(1, 0)
Next == TLCGet("level") < 4 /\ TLCSet(1, TLCGet(1) + 1) /\ x' \in {TLCGet(1), x}
""",
)
_facts(
    "BagValues",
    "Integers, Bags",
    r"CopiesIn(1, b) = 2 /\ CopiesIn(3, b) = 0",
    r"BagCardinality(b) = 3 /\ BagToSet(b) = {1, 2}",
    r"b (+) SetToBag({2}) = [i \in {1, 2} |-> 2]",
    r"b (-) SetToBag({1, 2}) = SetToBag({1})",
    r"IsABag(b) /\ ~IsABag([i \in {1} |-> 0])",
    r"BagIn(1, b) /\ EmptyBag = <<>>",
    r"SetToBag({1}) \sqsubseteq b",
    before="b == [i \\in {1, 2} |-> 3 - i]",
)

# Kinds

_case("StringAndNumber", 'EXTENDS Integers\nVARIABLE x\nInit == x = 0\nNext == x # "a" /\\ x\' = "a"')
_case(
    "ModelValueAndString",
    'EXTENDS Integers\nCONSTANT N\nVARIABLE x\nInit == x = N\nNext == x # "a" /\\ x\' = 3',
    INIT_NEXT + "CONSTANT N = N",
)
_case("SequenceAndRecord", "VARIABLE x\nInit == x = 0\nNext == <<1>> = [a |-> 1] /\\ x' = x")
_case("MixedSet", 'VARIABLE x\nInit == x = {1, "a"}\nNext == x\' = x')
_case("NumberAsSet", "VARIABLE x\nInit == x = 0\nNext == 1 \\in x /\\ x' = x")
_case("OutsideOfDomain", "EXTENDS Integers\nVARIABLE x\nInit == x = <<1>>\nNext == x' = <<x[2]>>")
_case("UnboundedSet", "EXTENDS Integers\nVARIABLE x\nInit == x = 0\nNext == \\E i \\in Nat : x' = i")
_case("NoArm", "EXTENDS Integers\nVARIABLE x\nInit == x = 0\nNext == x' = CASE x = 0 -> 1 [] x = 2 -> 3")
_case("NoChoice", "EXTENDS Integers\nVARIABLE x\nInit == x = 0\nNext == x' = CHOOSE i \\in {1} : i > x")
_case(
    "ModelValues",
    r"""
EXTENDS Integers
CONSTANTS Node, None
VARIABLE x
n == CHOOSE m \in Node : TRUE
Init == x = None
Next == x' \in Node \cup {None, 3} /\ x # n
""",
    INIT_NEXT + "CONSTANTS\n    Node = {n1, n2} None = None\n",
)

# Modules

_case(
    "Instances",
    r"""
EXTENDS Integers
VARIABLES x, y
---- MODULE Counter ----
EXTENDS Integers
CONSTANT Limit
VARIABLE c
LOCAL Up == c' = c + 1
Start == c = 0
Step == c < Limit /\ Up
Free == \E i \in 1..2 : i > c - c
====
One == INSTANCE Counter WITH c <- x, Limit <- 2
Of(c, m) == INSTANCE Counter WITH Limit <- m
Init == One!Start /\ Of(y, 1)!Start
Next == \/ One!Step /\ UNCHANGED y
        \/ Of(y, 3)!Step /\ UNCHANGED x
        \/ One!Free /\ UNCHANGED <<x, y>>
""",
)
_case(
    "InstanceWithoutName",
    r"""
EXTENDS Integers
VARIABLE c
Top == 2
---- MODULE Inner ----
EXTENDS Integers
CONSTANT Limit
VARIABLE v
Init == v = 0
Next == v < Limit /\ v' = v + 1
====
INSTANCE Inner WITH v <- c, Limit <- Top + 1
""",
)
_case(
    "InstanceOfAnExpression",
    r"""
EXTENDS Integers
VARIABLE x
---- MODULE Shifted ----
EXTENDS Integers
VARIABLE v
Near == v < 13
Next == v' = v + 1
====
I == INSTANCE Shifted WITH v <- x + 10
Init == x = 0
Next == I!Near /\ x' \in {x + 1, x + 2} /\ I!Next
""",
)
_case(
    "Operators",
    r"""
EXTENDS Integers, Sequences
VARIABLE x
a ++ b == a + 2 * b
Fold(Op(_, _), S) == LET RECURSIVE F(_)
                         F(T) == IF T = {} THEN 0 ELSE LET i == CHOOSE j \in T : TRUE IN Op(i, F(T \ {i}))
                     IN F(S)
Plus(i, j) == i + j
Label == l1 :: x + 1
Init == x = 0
Next == x < 30 /\ x' \in {Fold(+, 1..3) ++ x, Fold(Plus, {x, 1}), Fold(LAMBDA i, j : i * j + 1, {2, 3}), Label}
THEOREM Init => x = 0
PROOF OBVIOUS
""",
)
_case(
    "Bullets",
    r"""
EXTENDS Integers
VARIABLE x
Init == /\ \/ x = 0
           \/ /\ x = 1
              /\ TRUE
        /\ x >= 0 => /\ x < 2
                     /\ TRUE
Next == \/ x = 0
           /\ x' = 1
        \/ (x = 1 /\ x' \in {0, 2}) (* a comment (* in it *) *)
        \/ ~ x = 2 /\ x' = x \* another
""",
)
_case("PrecedenceConflict", "VARIABLE x\nInit == TRUE => TRUE => TRUE /\\ x = 0\nNext == x' = x")
_case("UnknownName", "VARIABLE x\nInit == x = y\nNext == x' = x")
_case("DefinedTwice", "VARIABLE x\nInit == x = 0\nInit == x = 1\nNext == x' = x")
_case("WrongArity", "VARIABLE x\nF(a) == a\nInit == x = F(0, 1)\nNext == x' = x")
_case("PrimedTwice", "VARIABLE x\nInit == x = 0\nNext == (x')' = x")

# Configurations

_SPEC = r"""
EXTENDS Integers
VARIABLE x
Init == x = 0
Next == x < 3 /\ x' = x + 1
Spec == Init /\ [][Next]_x /\ WF_x(Next)
Small == x < 2
Grows == [][x' > x]_x
Shrinks == [][x' < x]_x
Always == [](x < 9) /\ x = 0
AlwaysSmall == [](x < 2)
Low == x' < 3
"""
_case("Specification", _SPEC, "SPECIFICATION Spec\nPROPERTIES Grows Always\n")
_case("InvariantViolated", _SPEC, "SPECIFICATION Spec\nINVARIANT Small\n")
_case("ActionPropertyViolated", _SPEC, "SPECIFICATION Spec\nPROPERTY Shrinks\n")
_case("BoxViolated", _SPEC, "SPECIFICATION Spec\nPROPERTY AlwaysSmall\n")
_case("Constrained", _SPEC, "SPECIFICATION Spec\nCONSTRAINT Small\n")
_case("ConstrainedSteps", _SPEC, "SPECIFICATION Spec\nACTION_CONSTRAINT Low\n", deadlock=True)
_case("NoSuchInvariant", _SPEC, "SPECIFICATION Spec\nINVARIANT Smal\n")
_case("InvariantOfAStep", _SPEC, "SPECIFICATION Spec\nINVARIANT Low\n")
_case("SpecAndInit", _SPEC, "SPECIFICATION Spec\nINIT Init\n")
_case("NoInit", _SPEC, "NEXT Next\n")
_case("ConstraintAndInvariant", _SPEC, "SPECIFICATION Spec\nCONSTRAINT Small\nINVARIANT Small\n")
_CONSTANTS = r"""
EXTENDS Integers
CONSTANTS N, M, Op(_), S
VARIABLE x
Three == 3
Double(a) == 2 * a
Limit == 100
Lower == 5
Init == x = 0
Next == x < Limit /\ x' \in {x + N, Op(x) + M} \cup S
"""
_GIVEN = INIT_NEXT + "CONSTANTS N = 1 M <- Three Op <- Double S = {2, 4}\n"
_case("Constants", _CONSTANTS, _GIVEN + "CONSTANT Limit <- Lower\n")
_case("ConstantsTwice", _CONSTANTS, _GIVEN + "CONSTANT N = 2 Limit = 7 N = 3\n")
_case("ConstantsUnknown", _CONSTANTS, _GIVEN + "CONSTANT Limit = 4 Nothing = 3\n")
_case("ConstantMissing", _CONSTANTS, INIT_NEXT + "CONSTANTS N = 1 M <- Three Op <- Double\n")
_case("ConstantForNothing", _CONSTANTS, _GIVEN + "CONSTANT Limit <- Nothing\n")
_case("ConstantOfOtherArity", _CONSTANTS, _GIVEN + "CONSTANT Op <- Three\n")
_case("ConstantBelowZero", _CONSTANTS, _GIVEN + "CONSTANT N = -1\n")
_case("AssumptionFalse", "EXTENDS Integers\nVARIABLE x\nASSUME 1 + 1 = 3\nInit == x = 0\nNext == x' = x")
_case("AssumptionsOnly", "EXTENDS Integers\nASSUME 1 + 1 = 2", "")
_case(
    "ReplacedInstance",
    r"""
EXTENDS Integers
VARIABLE x
I == INSTANCE Other WITH v <- x
Three == 3
Limit == 2
Init == x = 0
Next == I!Next \/ (x < Limit /\ x' = x + 2)
""",
    INIT_NEXT + "CONSTANT Limit <- [Other] Three\n",
    others={"Other": "EXTENDS Integers\nVARIABLE v\nLimit == 1\nNext == v < Limit /\\ v' = v + 1"},
)
_case("ReplacedInNothing", "VARIABLE x\nInit == x = 0\nNext == x' = x", INIT_NEXT + "CONSTANT Limit <- [Other] Init\n")
_case(
    "ExtendedModules",
    r"""
EXTENDS Upper, Integers
VARIABLE y
Init == InitX /\ y = 0
Next == Up /\ y' = Helper(y) /\ y < 3
""",
    others={
        "Lower": "EXTENDS Integers\nCONSTANT N\nLOCAL Hidden == 1\nHelper(i) == i + Hidden * N",
        "Upper": "EXTENDS Lower\nVARIABLE x\nInitX == x = 0\nUp == x' = (x + N) % 3",
    },
    config=INIT_NEXT + "CONSTANT N = 1\n",
)

_SYMMETRY = r"""
EXTENDS Integers, Sequences, TLC
CONSTANTS A, B
VARIABLES q, s
All == Permutations(A) \cup Permutations(B)
Init == q = <<>> /\ s = {}
Next == /\ Len(q) < 2
        /\ \/ \E a \in A : q' = Append(q, a) /\ s' = s
           \/ \E b \in B : q' = q /\ s' = s \cup {b}
           \/ \E a \in A, b \in B : q' = Append(q, [a |-> a, b |-> b]) /\ s' = s
Sum == Len(q)
"""
_SETS = "CONSTANTS A = {a1, a2, a3} B = {b1, b2}\n"
_case("WithoutSymmetry", _SYMMETRY, INIT_NEXT + _SETS)
_case("Symmetry", _SYMMETRY, INIT_NEXT + _SETS + "SYMMETRY All\n")
_case("View", _SYMMETRY, INIT_NEXT + _SETS + "VIEW Sum\n")
