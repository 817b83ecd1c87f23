"""Small modules with temporal properties: what mc finds in them has to be what TLC finds."""

from __future__ import annotations

from collections.abc import Mapping

from tests.tla.cases import Case

TEMPORAL: list[Case] = []


def _case(name: str, body: str, property_: str, more: str = "", others: Mapping[str, str] | None = None) -> None:
    """A case whose properties are the definitions named by ``property_``."""
    config = f"SPECIFICATION Spec\nPROPERTY {property_}\n{more}"
    text = f"---- MODULE {name} ----\n{body.strip()}\n====\n"
    modules = {other: f"---- MODULE {other} ----\n{text.strip()}\n====\n" for other, text in (others or {}).items()}
    TEMPORAL.append(Case(name, text, config, others=modules))


#: A process goes round; it may fail at 1.
_ROUND = r"""
EXTENDS Integers
VARIABLES x, failed
vars == <<x, failed>>
Init == x = 0 /\ failed = FALSE
Go == ~failed /\ x' = (x + 1) % 3 /\ UNCHANGED failed
Fail == x = 1 /\ failed' = TRUE /\ UNCHANGED x
Repair == failed /\ failed' = FALSE /\ x' = 0
Next == Go \/ Fail \/ Repair
Free == Init /\ [][Next]_vars
Reached == <>(x = 2)
Again == []<>(x = 2)
Ends == <>[](x = 1)
Leads == x = 0 ~> x = 2
Goes == []<><<Go>>_vars
NoMore == <>[][Go]_vars
Either == Again \/ Ends
If == ([]<>(x = 0)) => Again
Round == \A i \in 0..2 : (x = i) ~> (x = (i + 1) % 3)
Some == \E i \in 0..2 : <>[](x = i)
"""
_case("StutterOnly", _ROUND + "Spec == Free", "Reached")
_case(
    "HoldsByFairness", _ROUND + "Spec == Free /\\ WF_vars(Next) /\\ SF_vars(Go /\\ x = 1)", "Reached Leads Again Round"
)
_case("FailsForEver", _ROUND + "Spec == Free /\\ WF_vars(Go)", "Reached")
_case("FailsAgain", _ROUND + "Spec == Free /\\ WF_vars(Next)", "Reached")
_case("RepairedForNothing", _ROUND + "Spec == Free /\\ WF_vars(Next) /\\ SF_vars(Go)", "Goes Reached")
_case("EitherOfTwo", _ROUND + "Spec == Free /\\ WF_vars(Go)", "Either")
_case("OneImpliesOther", _ROUND + "Spec == Free /\\ WF_vars(Next) /\\ SF_vars(Go)", "If")
_case("Persistent", _ROUND + "Spec == Free /\\ WF_vars(Next) /\\ SF_vars(x = 1 /\\ Go)", "NoMore")
_case("ExistsForEver", _ROUND + "Spec == Free /\\ WF_vars(Go)", "Some")
_case("Cut", _ROUND + "Spec == Free /\\ WF_vars(Next)\nSmall == ~failed", "Reached", "CONSTRAINT Small\n")
_case("CutSteps", _ROUND + "Spec == Free /\\ SF_vars(Go)\nSmall == x' # 2", "Reached", "ACTION_CONSTRAINT Small\n")

_PROCESSES = r"""
EXTENDS Integers
CONSTANT Proc
VARIABLES pc, sem
vars == <<pc, sem>>
Init == pc = [p \in Proc |-> "idle"] /\ sem = 1
Try(p) == pc[p] = "idle" /\ pc' = [pc EXCEPT ![p] = "wait"] /\ UNCHANGED sem
Enter(p) == pc[p] = "wait" /\ sem = 1 /\ pc' = [pc EXCEPT ![p] = "cs"] /\ sem' = 0
Exit(p) == pc[p] = "cs" /\ pc' = [pc EXCEPT ![p] = "idle"] /\ sem' = 1
Step(p) == Try(p) \/ Enter(p) \/ Exit(p)
Next == \E p \in Proc : Step(p)
Weak == \A p \in Proc : WF_vars(Step(p))
Strong == \A p \in Proc : WF_vars(Exit(p)) /\ SF_vars(Enter(p))
Enters == \A p \in Proc : pc[p] = "wait" ~> pc[p] = "cs"
Possible == \A p \in Proc : [](pc[p] = "cs" => <>(ENABLED Enter(p)) \/ <>(pc[p] = "idle"))
LeadsTo(p, from, to) == pc[p] = from ~> pc[p] = to
Leaves == \A p \in Proc : LeadsTo(p, "cs", "idle")
"""
_GIVEN = "CONSTANT Proc = {p1, p2}\n"
_case("WeakQuantified", _PROCESSES + "Spec == Init /\\ [][Next]_vars /\\ Weak", "Enters", _GIVEN)
_case("StrongQuantified", _PROCESSES + "Spec == Init /\\ [][Next]_vars /\\ Strong", "Enters Leaves Possible", _GIVEN)
_case("PropertyOfFairness", _PROCESSES + "Spec == Init /\\ [][Next]_vars /\\ Weak", "Strong", _GIVEN)
_case("FairnessImplied", _PROCESSES + "Spec == Init /\\ [][Next]_vars /\\ Strong", "Weak", _GIVEN)

_ABSTRACT = {
    "Abstract": r"""
EXTENDS Integers
VARIABLE z
Init == z = 0
Up == z = 0 /\ z' = 1
Down == z = 1 /\ z' = 0
Next == Up \/ Down
Spec == Init /\ [][Next]_z /\ WF_z(Next)
""",
}
_CONCRETE = r"""
EXTENDS Integers
VARIABLES x, y
vars == <<x, y>>
Init == x = 0 /\ y = 0
Next == x' = (x + 1) % 4 /\ y' = 1 - y
Stop == x = 3 /\ UNCHANGED vars
"""
_REFINES = "A == INSTANCE Abstract WITH z <- {}\nRefined == A!Spec\nSpec == Init /\\ [][Next]_vars"
_case("Refines", _CONCRETE + _REFINES.format("y") + " /\\ WF_vars(Next)", "Refined", others=_ABSTRACT)
_case("RefinesNothingFair", _CONCRETE + _REFINES.format("y"), "Refined", others=_ABSTRACT)
_case("RefinesByExpression", _CONCRETE + _REFINES.format("x % 2") + " /\\ WF_vars(Next)", "Refined", others=_ABSTRACT)
_case("UnfairByExpression", _CONCRETE + _REFINES.format("x % 2"), "Refined", others=_ABSTRACT)
_case("RefinesByConstant", _CONCRETE + _REFINES.format("0") + " /\\ WF_vars(Next)", "Refined", others=_ABSTRACT)
