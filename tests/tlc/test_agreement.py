"""Where mc and TLC say the same in other words, and where they do not: specs of the corners, checked by both."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mc.cli.main import main
from mc.tlc.tools import find_tools

#: Runs ``mc crosscheck`` on a spec and its module, both given as text: exit code, and what is printed.
Crosscheck = Callable[..., tuple[int, str]]


@pytest.fixture
def crosscheck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Crosscheck:
    monkeypatch.chdir(tmp_path)

    def run(python: str, module: str, *options: str) -> tuple[int, str]:
        Path("it.py").write_text(f"from mc.lang import *\n{python}", encoding="utf-8")
        Path("It.tla").write_text(f"---- MODULE It ----\n{module}\n====\n", encoding="utf-8")
        code = main(["crosscheck", "it.py", "--no-deadlock", *options])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return run


ODD = """
P: ModelValues
Nil: ModelValue

Odd = Enum("a b", 'x"y', "t\\tu", "é", "]", "n\\nl", "c\\rr", "f\\ff", "bs\\\\n", "1a", "_", "IF", "WF_x", "")
Names = Enum("a", "b")
Some = Enum("a", "b", "c")
Cell = Record(kind=Names, of=Fn(Names, BOOLEAN))

turn = Variable(Range(0, 2))
last = Variable(Odd)
odd = Variable(Fn(Odd, BOOLEAN))
nested = Variable(Seq(Fn(Names, Fn(Names, BOOLEAN)), 2))
marks = Variable(Set(Cell, 2))
bag = Variable(Bag(Some, distinct=3, copies=2))
cells = Variable(Bag(Cell, distinct=2, copies=2))
rows = Variable(Fn(Range(1, 2), Fn(Range(0, 1), Seq(Some, 2))))
numbers = Variable(Bag(Range(1, 3), distinct=3, copies=2))
maybe = Variable(Fn(P, Fn(Names, Optional(Range(0, 1), Nil))))


def Init(t):
    t.turn = 0
    t.last = ""
    t.odd = {k: False for k in Odd}
    t.nested = ()
    t.marks = set()
    t.bag = {}
    t.cells = {}
    t.rows = {i: {j: () for j in Range(0, 1)} for i in Range(1, 2)}
    t.numbers = {}
    t.maybe = {p: {k: Nil for k in Names} for p in P}


def Pick(s, t, k):
    if not s.turn < 2:
        return False
    t.turn = s.turn + 1
    t.last = k
    t.odd[k] = not s.odd[k]
    return True


def Name(s, t, k):
    if not s.turn < 2:
        return False
    t.turn = s.turn + 1
    t.nested = Append(s.nested, {j: {i: i == k for i in Names} for j in Names})
    t.marks = s.marks | {Cell(kind=k, of={i: i == k for i in Names})}
    t.cells = s.cells + {Cell(kind=k, of={i: i == k for i in Names})}
    return True


def Count(s, t, k, n):
    if not s.turn < 2:
        return False
    t.turn = s.turn + 1
    t.bag = s.bag + {k}
    t.numbers = s.numbers + {n}
    t.rows[1][0] = Append(s.rows[1][0], k)
    return True


def Give(s, t, p):
    if not s.turn < 2:
        return False
    t.turn = s.turn + 1
    t.maybe[p] = {k: s.turn for k in Names}
    return True


Next = [(Pick, Odd), (Name, Names), (Count, Some, Range(1, 3)), (Give, P)]


def NotTwice(s):
    return not (s.turn == 2 and s.last == "c\\rr")
"""

ODD_TLA = r"""
EXTENDS Integers, Sequences, Bags
CONSTANTS P, Nil
VARIABLES turn, last, odd, nested, marks, bag, cells, rows, numbers, maybe
Odds == {"a b", "x\"y", "t\tu", "é", "]", "n\nl", "c\rr", "f\ff", "bs\\n", "1a", "_", "IF", "WF_x", ""}
Names == {"a", "b"}
Some == {"a", "b", "c"}
Init == /\ turn = 0 /\ last = ""
        /\ odd = [k \in Odds |-> FALSE]
        /\ nested = <<>> /\ marks = {} /\ bag = [k \in {} |-> 0] /\ cells = <<>>
        /\ rows = [i \in 1..2 |-> [j \in 0..1 |-> <<>>]]
        /\ numbers = EmptyBag
        /\ maybe = [p \in P |-> [k \in Names |-> Nil]]
Step == turn < 2 /\ turn' = turn + 1
Pick(k) == /\ Step /\ last' = k /\ odd' = [odd EXCEPT ![k] = ~@]
           /\ UNCHANGED <<nested, marks, bag, cells, rows, numbers, maybe>>
Name(k) == /\ Step
           /\ nested' = Append(nested, [j \in Names |-> [i \in Names |-> i = k]])
           /\ marks' = marks \cup {[kind |-> k, of |-> [i \in Names |-> i = k]]}
           /\ cells' = cells (+) SetToBag({[kind |-> k, of |-> [a |-> k = "a", b |-> k = "b"]]})
           /\ UNCHANGED <<last, odd, bag, rows, numbers, maybe>>
Count(k, n) == /\ Step
               /\ bag' = bag (+) SetToBag({k}) /\ numbers' = numbers (+) SetToBag({n})
               /\ rows' = [rows EXCEPT ![1][0] = Append(@, k)]
               /\ UNCHANGED <<last, odd, nested, marks, cells, maybe>>
Give(p) == /\ Step /\ maybe' = [maybe EXCEPT ![p] = [k \in Names |-> turn]]
           /\ UNCHANGED <<last, odd, nested, marks, bag, cells, rows, numbers>>
Next == \/ \E k \in Odds : Pick(k)
        \/ \E k \in Names : Name(k)
        \/ \E k \in Some, n \in 1..3 : Count(k, n)
        \/ \E p \in P : Give(p)
NotTwice == ~(turn = 2 /\ last = "c\rr")
"""


def test_values_that_tlc_prints_as_others(crosscheck: Crosscheck, monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions and bags over strings are records in TLA+, those over 1..n sequences; strings have escapes."""
    monkeypatch.setenv("LC_ALL", "C")
    code, said = crosscheck(ODD, ODD_TLA, "-c", "P=2")
    assert code == 0 and "agree on the verdict, counts, states, edges" in said, said
    # A counterexample of TLC with such values, and a behavior of mc that TLC replays.
    code, said = crosscheck(ODD, ODD_TLA, "-c", "P=2", "--invariant", "NotTwice")
    assert code == 0 and "NotTwice" in said, said
    assert main(["trace", "out/it/default/tlc-trace.txt", "--spec", "it.py", "-c", "P=2", "--replay"]) == 0
    assert main(["trace", "out/it/default/trace.json", "--format", "tlc", "-o", "own.txt"]) == 0
    assert main(["trace", "own.txt", "--spec", "it.py", "-c", "P=2", "--replay"]) == 0
    assert main(["trace", "out/it/default/trace.json", "--format", "tla", "-o", "out/Again.tla"]) == 0
    tools = find_tools(None, os.environ)
    command = [str(tools.java), "-cp", str(tools.jar), "tlc2.TLC", "-config", "Again.cfg", "Again"]
    printed = subprocess.run(command, cwd="out", capture_output=True, text=True, timeout=100, check=False).stdout
    assert "Invariant NotTwice is violated" in printed, printed


def test_a_string_is_no_model_value(crosscheck: Crosscheck) -> None:
    python = "Nil: ModelValue\nx = Variable(Enum(0, Nil))\ndef Init(t):\n    t.x = 0\n"
    python += "def Stop(s, t):\n    t.x = Nil\n    return True\nNext = [(Stop,)]\n"
    module = 'CONSTANT Nil\nVARIABLE x\nInit == x = 0\nStop == x\' = "Nil"\nNext == Stop'
    code, said = crosscheck(python, module)
    assert code == 21 and '"Nil" is not in {0, Nil}' in said
    assert crosscheck(python, module.replace('"Nil"', "Nil"))[0] == 0


UNIONS = """
P: ModelValues
f = Variable(Fn(P, Set(P)))
ss = Variable(Set(Set(P)))
everyone = Variable(Set(P))
def Init(t):
    t.f = {p: set() for p in P}
    t.ss = set()
    t.everyone = UNION(set())
def Add(s, t, p, q):
    if q in UNION({s.f[r] for r in P if r != p}):
        return False
    t.f[p] = UNION({s.f[p], {q}})
    t.ss = {s.f[r] for r in P}
    return True
def Keep(s, t):
    if not UNION(s.ss) != s.everyone:
        return False
    t.everyone = UNION(s.ss)
    return True
Next = [(Add, P, P), Keep]
"""
UNIONS_TLA = r"""
CONSTANT P
VARIABLES f, ss, everyone
Init == f = [p \in P |-> {}] /\ ss = {} /\ everyone = UNION {}
Add(p, q) == /\ q \notin UNION {f[r] : r \in P \ {p}}
             /\ f' = [f EXCEPT ![p] = UNION {@, {q}}] /\ ss' = {f[r] : r \in P} /\ UNCHANGED everyone
Keep == UNION ss /= everyone /\ everyone' = UNION (UNION ({ss} \cup {{}})) /\ UNCHANGED <<f, ss>>
Next == (\E p, q \in P : Add(p, q)) \/ Keep
"""


def test_unions_of_sets_of_sets(crosscheck: Crosscheck) -> None:
    code, said = crosscheck(UNIONS, UNIONS_TLA, "-c", "P=2")
    assert code == 0 and "agree on the verdict, counts, states, edges" in said, said


INDUCTIVE = """
P: ModelValues
x = Variable(Fn(P, Range(0, 2)))
y = Variable(Range(0, 2))
def Init(s):
    return all(s.x[p] <= s.y for p in P) and (s.y != 1 or s.x == {p: 0 for p in P} or any(s.x[p] == 1 for p in P))
def Raise(s, t, p):
    if not s.x[p] < s.y:
        return False
    t.x[p] = s.x[p] + 1
    return True
Next = [(Raise, P)]
"""
INDUCTIVE_TLA = r"""
EXTENDS Integers
CONSTANT P
VARIABLES x, y
Init == /\ x \in [P -> 0..2] /\ y \in 0..2
        /\ \A p \in P : x[p] <= y
        /\ y /= 1 \/ x = [p \in P |-> 0] \/ \E p \in P : x[p] = 1
Raise(p) == x[p] < y /\ x' = [x EXCEPT ![p] = @ + 1] /\ UNCHANGED y
Next == \E p \in P : Raise(p)
"""


def test_a_predicate_that_is_init(crosscheck: Crosscheck) -> None:
    code, said = crosscheck(INDUCTIVE, INDUCTIVE_TLA, "-c", "P=2")
    assert code == 0 and "agree on the verdict, counts, states, edges" in said, said


ONLY = """
P: ModelValues
f = Variable(Fn(P, Range(0, 2)))
n = Variable(Range(0, 2))
def Init(t):
    t.f = {p: 0 for p in P}
    t.n = 0
def Raise(s, t, p):
    if s.f[p] == 2:
        return False
    t.f[p] = s.f[p] + 1
    return True
def Take(s, t):
    if not Cardinality({p for p in P if s.f[p] > s.n}) == 1:
        return False
    t.n = s.f[The(p for p in P if s.f[p] > s.n)]
    t.f[The(p for p in P if s.f[p] > s.n)] = 0
    return True
Next = [(Raise, P), Take]
"""
ONLY_TLA = r"""
EXTENDS Integers, FiniteSets
CONSTANT P
VARIABLES f, n
Init == f = [p \in P |-> 0] /\ n = 0
Raise(p) == f[p] /= 2 /\ f' = [f EXCEPT ![p] = @ + 1] /\ UNCHANGED n
Take == /\ Cardinality({p \in P : f[p] > n}) = 1
        /\ LET only == CHOOSE p \in P : f[p] > n IN n' = f[only] /\ f' = [f EXCEPT ![only] = 0]
Next == (\E p \in P : Raise(p)) \/ Take
"""


def test_the_only_element(crosscheck: Crosscheck) -> None:
    code, said = crosscheck(ONLY, ONLY_TLA, "-c", "P=2")
    assert code == 0 and "agree on the verdict, counts, states, edges" in said, said


SEQUENCES = """
P: ModelValues
log = Variable(Seq(Record(term=Range(0, 2), to=P), 2))
q = Variable(Seq(Range(0, 2), 2))
n = Variable(Range(0, 9))
def Init(t):
    t.log = (); t.q = (); t.n = 0
def Write(s, t, p):
    if not Len(s.log) < 2:
        return False
    t.log = tuple(Entry(term=m.term, to=p) for m in s.log) + (Entry(term=s.n % 3, to=p),)
    t.q = [m.term for m in s.log]
    return True
Entry = Record(term=Range(0, 2), to=P)
def Drop(s, t, p):
    t.log = tuple(m for m in s.log if m.to != p)
    t.n = sum(s.q) + Len(s.q) * (max(s.q) if s.q != () else 0)
    return True
def Meet(s, t):
    if not any(m.term == e for m in s.log for e in s.q):
        return False
    turned = ()
    for e in s.q:
        if e > 0:
            turned = (e - 1,) + turned
    t.q = turned
    t.n = Cardinality({m.to for m in s.log})
    return True
Next = [(Write, P), (Drop, P), Meet]
"""
SEQUENCES_TLA = r"""
EXTENDS Integers, Sequences, FiniteSets
CONSTANT P
VARIABLES log, q, n
RECURSIVE Sum(_), Turned(_)
Sum(s) == IF s = <<>> THEN 0 ELSE Head(s) + Sum(Tail(s))
Turned(s) == IF s = <<>> THEN <<>> ELSE Turned(Tail(s)) \o (IF Head(s) > 0 THEN <<Head(s) - 1>> ELSE <<>>)
Largest(s) == CHOOSE x \in {s[k] : k \in DOMAIN s} : \A k \in DOMAIN s : s[k] <= x
Init == log = <<>> /\ q = <<>> /\ n = 0
Write(p) == /\ Len(log) < 2
            /\ log' = Append([k \in DOMAIN log |-> [log[k] EXCEPT !.to = p]], [term |-> n % 3, to |-> p])
            /\ q' = [k \in DOMAIN log |-> log[k].term] /\ UNCHANGED n
Drop(p) == LET Other(m) == m.to /= p IN
    log' = SelectSeq(log, Other) /\ n' = Sum(q) + Len(q) * (IF q = <<>> THEN 0 ELSE Largest(q)) /\ UNCHANGED q
Meet == /\ \E k \in DOMAIN log, i \in DOMAIN q : log[k].term = q[i]
        /\ q' = Turned(q) /\ n' = Cardinality({log[k].to : k \in DOMAIN log}) /\ UNCHANGED log
Next == (\E p \in P : Write(p) \/ Drop(p)) \/ Meet
"""


def test_sequences_that_are_mapped_and_filtered(crosscheck: Crosscheck) -> None:
    code, said = crosscheck(SEQUENCES, SEQUENCES_TLA, "-c", "P=2")
    assert code == 0 and "agree on the verdict, counts, states, edges" in said, said


# What has no value in one of the two

COUNTER = """
Limit: Natural
x = Variable(Range(0, 9))


def Start(t, i):
    if not i < Limit:
        return False
    t.x = i


Init = [(Start, Range(0, 1))]


def Up(s, t):
    if not s.x < 3:
        return False
    t.x = s.x + 1
    return True


Next = [(Up,)]


def Few(s):
    return Limit < 2


def Low(s):
    return s.x < 1


def High(s):
    return s.x > 5
"""

COUNTER_TLA = """
EXTENDS Integers
CONSTANT Limit
VARIABLE x
Start(i) == i < Limit /\\ x = i
Init == \\E i \\in 0..1 : Start(i)
Up == x < 3 /\\ x' = x + 1
Next == Up
Few == Limit < 2
Low == x < 1
High == x > 5
"""


def model(**lines: str) -> None:
    """Write ``it.yaml`` with one model."""
    text = "".join(f"    {key}: {value}\n" for key, value in lines.items())
    Path("it.yaml").write_text(f"models:\n  m:\n{text}", encoding="utf-8")


def test_no_state_to_compare(crosscheck: Crosscheck) -> None:
    """No initial state, where versions of TLC give the depth 0 or 1; and none within the constraints."""
    code, said = crosscheck(COUNTER, COUNTER_TLA, "-c", "Limit=0")
    assert (
        code == 0 and "agree on the verdict, counts, states, edges" in said and "depth" not in said.split("verdict")[1]
    )
    model(constants="{Limit: 1}", constraints="[High]")
    code, said = crosscheck(COUNTER, COUNTER_TLA)
    assert code == 0 and "agree on the verdict, counts, states, edges" in said
    assert ["distinct", "0", "0"] in [line.split() for line in said.splitlines()]
    # What is wrong in the state that is not within them is found all the same.
    assert crosscheck(COUNTER, COUNTER_TLA, "--invariant", "High")[0] == 0


@pytest.mark.parametrize("others", [(), ("Low",)], ids=["alone", "another first"])
def test_an_invariant_of_constants(crosscheck: Crosscheck, others: tuple[str, ...]) -> None:
    """TLC evaluates it before the search, says that it is equal to FALSE, and has no behavior."""
    options = [word for name in (*others, "Few") for word in ("--invariant", name)]
    code, said = crosscheck(COUNTER, COUNTER_TLA, "-c", "Limit=2", *options)
    assert code == 0, said
    assert "Note: TLC evaluates Few, which has constants only, before the search: no behavior" in said
    assert "Equal: mc and TLC agree on the verdict." in said
    assert crosscheck(COUNTER, COUNTER_TLA, "-c", "Limit=1", *options[:2])[0] == 0
    # The module says otherwise: the difference is told.
    code, said = crosscheck(
        COUNTER, COUNTER_TLA.replace("Limit < 2", "Limit < 9"), "-c", "Limit=2", "--invariant", "Few"
    )
    assert code == 21 and "verdict: mc violation, TLC ok" in said
    code, said = crosscheck(
        COUNTER.replace("Limit < 2", "Limit < 9"), COUNTER_TLA, "-c", "Limit=2", "--invariant", "Few"
    )
    assert code == 21 and "verdict: mc ok, TLC violation" in said


def test_a_constraint_of_constants(crosscheck: Crosscheck) -> None:
    """Where it is FALSE, TLC does not search at all, and mc finds no state within it."""
    model(constants="{Limit: 2}", constraints="[Few]")
    code, said = crosscheck(COUNTER, COUNTER_TLA)
    assert code == 0 and "Few, which has constants only, is FALSE: TLC does not search" in said
    model(constants="{Limit: 1}", constraints="[Few]")
    code, said = crosscheck(COUNTER, COUNTER_TLA)
    assert code == 0 and "agree on the verdict, counts, states, edges" in said
    # mc checks the initial states that a constraint refuses, as TLC does otherwise.
    model(constants="{Limit: 2}", constraints="[Few]")
    code, said = crosscheck(COUNTER, COUNTER_TLA, "--invariant", "High")
    assert code == 151 and "its constraint Few, which has constants only, is FALSE, so TLC does not search" in said


def test_an_invariant_of_constants_without_a_state(crosscheck: Crosscheck) -> None:
    model(constants="{Limit: 0}")
    code, said = crosscheck(COUNTER, COUNTER_TLA.replace("Limit < 2", "Limit > 2"), "--invariant", "Few")
    assert code == 151 and "Few, which has constants only and is FALSE, before the search" in said


# Names and numbers

TAKE = """
P: ModelValues
Nil: ModelValue
own = Variable(Optional(P, Nil))


def Init(t):
    t.own = Nil


def Take(s, t, p):
    if not s.own != p:
        return False
    t.own = p
    return True


Next = [(Take, P)]


def Owned(s):
    return s.own in P or s.own == Nil


Invariants = [Owned]
"""

TAKE_TLA = """
CONSTANTS P, Nil
VARIABLE own
Init == own = Nil
Take(p) == own # p /\\ own' = p
Next == \\E p \\in P : Take(p)
Owned == own \\in P \\/ own = Nil
"""


@pytest.mark.parametrize(
    ("values", "code", "message"),
    [
        (("P=IF,Take,INIT,Nat,MC", "Nil=own"), 0, "Equal"),
        (("P=A_1,A_2", "Nil=none"), 0, "Equal"),
        (("P=TRUE,b",), 151, "constant P: a model value cannot be called TRUE"),
        (("P=a,b", "Nil=SF_x"), 151, "constant Nil: a model value cannot be called SF_x"),
        (("P=a,WF_b",), 151, "a model value cannot be called WF_b"),
        (("P=a,_1",), 151, "a model value cannot be called _1"),
        (("P=a,é",), 151, "a model value cannot be called é"),
        (("P=A_1,b,B_2",), 151, "constant P: A_1 and B_2 have different types for TLC"),
        (("P=A_1,A_2", "Nil=N_il"), 151, "TLC cannot check this model: Attempted to "),
    ],
)
def test_names_of_model_values(crosscheck: Crosscheck, values: tuple[str, ...], code: int, message: str) -> None:
    found = crosscheck(TAKE, TAKE_TLA, *(word for value in values for word in ("-c", value)))
    assert found[0] == code and message in found[1], found


def test_a_set_called_by_no_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("it.py").write_text(f"from mc.lang import *\n{TAKE.replace('P', '_P')}")
    assert main(["info", "it.py", "-c", "_P=2"]) == 0 and "{p1, p2}" in capsys.readouterr().out


def test_what_tlc_cannot_be_told(crosscheck: Crosscheck) -> None:
    code, said = crosscheck(COUNTER, COUNTER_TLA, "-c", "Limit=3000000000")
    assert code == 151 and "constant Limit = 3,000,000,000: numbers of TLC have 32 bits" in said
    module = COUNTER_TLA.replace("x' = x + 1", "x' = (x + 2147483647) - 2147483646")
    code, said = crosscheck(COUNTER, module, "-c", "Limit=3")
    assert code == 151 and "TLC cannot check this model: Overflow when computing" in said
    # TLC would take it for the beginning of another part of the configuration, and check nothing.
    for name in ("Limit", "Low"):
        code, said = crosscheck(
            COUNTER.replace(name, "VIEW"),
            COUNTER_TLA.replace(name, "VIEW"),
            *("--invariant", "Few"),
            *(("-c", "VIEW=1") if name == "Limit" else ("-c", "Limit=1", "--invariant", "VIEW")),
        )
        assert code == 151 and "VIEW is a word of TLC's configurations" in said


def test_only_the_number_of_generated_states_differs(crosscheck: Crosscheck) -> None:
    """The module reaches the same states in more ways: by a disjunction in a guard."""
    module = COUNTER_TLA.replace("x < 3 /\\", "(x < 3 \\/ x = 2) /\\")
    code, said = crosscheck(COUNTER, module, "-c", "Limit=1")
    assert code == 21 and "agree" not in said
    assert (
        "only the number of generated states differs; the distinct states, the steps between them and the depth" in said
    )
    assert "first: mc generates Up 1 time, and TLC 2 times, from\n       /\\ x = 2\n    to\n       /\\ x = 3" in said
    assert "for each disjunct" in said
