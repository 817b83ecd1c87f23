"""More small modules that TLC judges: names, instances of constant modules, configurations, values."""

from __future__ import annotations

from tests.tla.cases import INIT_NEXT, Case, module

CORNERS: list[Case] = []


def _corner(name: str, body: str, config: str = INIT_NEXT, **others: str) -> None:
    CORNERS.append(Case(name, module(name, body), config, others={n: module(n, text) for n, text in others.items()}))


# Declarations and definitions that are there twice, facts that nobody asks for

_corner(
    "VariableTwice",
    "EXTENDS Inner\nVARIABLES y, z, z\nInit == y = 1 /\\ z = 0\nNext == y' = 1 - y /\\ z' = z",
    Inner="EXTENDS Integers\nVARIABLE y",
)
_corner("InstanceAfterDefinition", "A == 5\nINSTANCE Inner\nVARIABLE y\nInit == y = A\nNext == y' = y", Inner="A == 1")
_corner(
    "InstanceAfterInstance",
    "INSTANCE One\nINSTANCE Other\nVARIABLE y\nInit == y = A\nNext == y' = A + A",
    One="EXTENDS Integers\nA == 1",
    Other="A == 2",
)
_corner(
    "InstancesOfOtherArity",
    "INSTANCE One\nINSTANCE Other\nVARIABLE y\nInit == y = A\nNext == y' = y",
    One="A == 1",
    Other="A(x) == 2",
)
_corner("AxiomNotAsked", "EXTENDS Integers\nVARIABLE x\nAXIOM 1 = 2\nInit == x = 0\nNext == x' = 0")
_corner("TheoremUnknownName", "VARIABLE x\nTHEOREM Foo => TRUE\nInit == x = 0\nNext == x' = 0")
_corner("NumberTooLarge", "VARIABLE x\nUnused == 2147483648\nInit == x = 0\nNext == x' = 0")
_corner("WordAsName", "VARIABLE x\nCASE == 1\nInit == x = 0\nNext == x' = 0")
_corner("StringEscapeUnknown", 'VARIABLE x\nUnused == "a\\qc"\nInit == x = 0\nNext == x\' = 0')
_corner(
    "RecursiveWithOperator",
    r"""
EXTENDS Integers
VARIABLE x
RECURSIVE Sum(_, _)
Sum(F(_), n) == IF n = 0 THEN 0 ELSE F(n) + Sum(F, n - 1)
Init == x = Sum(LAMBDA i : i * i, 3)
Next == x' = LET RECURSIVE Up(_, _)
                 Up(F(_), n) == IF n = 0 THEN x ELSE F(Up(F, n - 1))
             IN Up(LAMBDA i : (i + 1) % 20, 2)
""",
)

# Instances of a module that says nothing of states take anything for its constants

_corner(
    "ConstantByVariable",
    "EXTENDS Integers\nVARIABLE x\nS == INSTANCE Inner WITH N <- x\nInit == x = 1\nNext == x' = S!A % 4",
    Inner="EXTENDS Integers\nCONSTANT N\nASSUME N > 0\nA == N + 1",
)
_corner(
    "ConstantByAction",
    "VARIABLE x\nDo(k) == x' = k\nS == INSTANCE Inner WITH F <- Do\nInit == x = 1\nNext == S!A",
    Inner="CONSTANT F(_)\nA == F(1) \\/ F(2)",
)
_corner(
    "ConstantOfVariableModule",
    "VARIABLE x\nS == INSTANCE Inner WITH N <- x, v <- x\nInit == x = 1\nNext == x' = x",
    Inner="CONSTANT N\nVARIABLE v\nA == N",
)

# What may stand in a configuration

_COUNTS = "EXTENDS Integers\nVARIABLE x\nInit == x = 3\nNext == x > 0 /\\ x' = (x + 1) % 7\n"
_corner("ReplacedPlus", _COUNTS + "Minus(a, b) == a - b", INIT_NEXT + "CONSTANT + <- Minus")
_corner(
    "ReplacedOwnInfix",
    _COUNTS.replace("+", "++").replace("VARIABLE", "a ++ b == a\nSub(a, b) == a - b\nVARIABLE"),
    INIT_NEXT + "CONSTANT ++ <- Sub",
)
_corner(
    "ReplacedByPlus",
    _COUNTS.replace("x + 1", "F(x, 1)").replace("VARIABLE", "CONSTANT F(_, _)\nVARIABLE"),
    INIT_NEXT + "CONSTANT F <- +",
)
_corner("ReplacedOtherArity", _COUNTS + "One(a) == 1", INIT_NEXT + "CONSTANT + <- One")
_corner("ReplacedNotExtended", _COUNTS + "One(a) == 1", INIT_NEXT + "CONSTANT Head <- One")
_corner(
    "ReplacedByNothing",
    "VARIABLE x\nI == INSTANCE Inner\nInit == x = 0\nNext == x' = I!N",
    INIT_NEXT + "CONSTANT N <- [Inner] M",
    Inner="N == 1\nM == 3",
)
_corner(
    "ValueOfOperator",
    "CONSTANT F(_)\nG(a, b) == a\nVARIABLE x\nInit == x \\in F(1)\nNext == x' = G(1, 2)",
    INIT_NEXT + "CONSTANTS F = {1, 2} G = 7",
)
_corner(
    "InvariantsThatAreTrue",
    "CONSTANT C\nVARIABLE x\nInit == x = 0\nNext == x' = 1",
    INIT_NEXT + "CONSTANT C = TRUE\nINVARIANTS C TRUE\nCONSTRAINT TRUE",
)
_corner("InitPrimedNotReached", "VARIABLE x\nInit == x = 0 /\\ (x = 1 => x' = 1)\nNext == x' = x")
_corner("ViewPrimed", "VARIABLE x\nV == x'\nInit == x = 0\nNext == x' = x", INIT_NEXT + "VIEW V")

# Values

_corner(
    "BooleansAreNoNumbers",
    r"""
VARIABLES x, y
Init == x = 1 /\ y = {0}
Next == \/ x' = TRUE /\ y' = {FALSE}
        \/ x' = x /\ y' = {IF z = 1 THEN {TRUE} ELSE {1} : z \in {1, 2}}
""",
)
_corner(
    "EmptyProduct", "EXTENDS Integers\nVARIABLE x\nInit == x = ({} \\X Nat) /\\ [a : {}, b : Int] = {}\nNext == x' = x"
)
_corner("RegisterWithoutNumber", 'EXTENDS TLC\nVARIABLE x\nInit == x = 0\nNext == x\' = 1 /\\ TLCSet("foo", 1)')
_corner(
    "Diameter",
    r"""
EXTENDS Integers, TLC
VARIABLE x
Init == x \in 0..2
Next == x' = (x + 1) % 9
Inv == TLCGet("diameter") \in 1..2
""",
    INIT_NEXT + "INVARIANT Inv",
)
