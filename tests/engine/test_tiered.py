"""The search of TLA+ modules that are compiled: its results are the interpreter's, whatever it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mc.engine import compiling, interpreted
from mc.engine.learn import model, starts
from mc.engine.result import Result
from mc.engine.runtime import words
from mc.engine.search.compiled import Engine
from mc.engine.search.limits import Limits
from mc.engine.tiered import search
from mc.engine.tiers import Found, Options
from mc.formula.nodes import Definition
from mc.lang.domains import Range
from mc.read.tla.load import load
from tests.compiled import differences

Run = Callable[..., Found]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Searches a module, compiled from the first state on, and holds the result to the interpreter's."""

    def searched(body: str, config: str, **given: Any) -> Found:
        path = tmp_path / "M.tla"
        path.write_text(f"---- MODULE M ----\n{body}\n====\n", encoding="utf-8")
        path.with_suffix(".cfg").write_text(config, encoding="utf-8")
        spec = load(path)
        found = search(spec, Options(**{"workers": 1, "states": 0, "early": True, "falls_back": False, **given}))
        assert differences(interpreted.search(spec), found.result) == []
        return found

    return searched


def compiled(found: Found) -> Result:
    assert found.compiled, found.why
    return found.result


QUEUES = """
EXTENDS Naturals, Sequences, FiniteSets
CONSTANTS P, None
VARIABLES x, q, s, f, last
Init == x = 0 /\\ q = <<>> /\\ s = {} /\\ f = [p \\in P |-> 0] /\\ last \\in P \\cup {None}
Push(p) ==
    /\\ Len(q) < 3
    /\\ q' = Append(q, [who |-> p, n |-> x])
    /\\ f' = [f EXCEPT ![p] = (@ + 1) % 4]
    /\\ last' = p
    /\\ UNCHANGED <<x, s>>
Pop == q # <<>> /\\ s' = s \\cup {Head(q).who} /\\ q' = Tail(q) /\\ last' = None /\\ UNCHANGED <<x, f>>
Inc == x < 2 /\\ x' = x + 1 /\\ s' = s \\ {CHOOSE p \\in P : TRUE} /\\ UNCHANGED <<q, f, last>>
Next == (\\E p \\in P : Push(p)) \\/ Pop \\/ Inc
Inv == Cardinality(s) <= 2 /\\ s \\subseteq P /\\ f \\in [P -> Nat]
Short == Len(q) < 3
"""
CONFIG = "CONSTANTS P = {a, b} None = None INIT Init NEXT Next CHECK_DEADLOCK FALSE\n"


def test_all_states(run: Run) -> None:
    result = compiled(run(QUEUES, f"{CONFIG}INVARIANT Inv"))
    assert result.verdict == "ok"


def test_initial_states_that_are_made(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "MOST_GIVEN", 0)
    compiled(run(QUEUES, f"{CONFIG}INVARIANT Inv"))
    compiled(run(QUEUES, f"{CONFIG}INVARIANT Short"))


MANY = """
EXTENDS Naturals, Integers, FiniteSets
CONSTANT P
VARIABLES n, f, s, last
Init == /\\ n \\in -6..6
        /\\ f \\in [P -> {"on", "off"}]
        /\\ s \\in SUBSET P
        /\\ \\/ n % 3 = Cardinality(s)
           \\/ n > 0
        /\\ last \\in IF n > 3 THEN P ELSE {"none"}
Turn(p) == f' = [f EXCEPT ![p] = IF @ = "on" THEN "off" ELSE "on"] /\\ last' = p /\\ UNCHANGED <<n, s>>
Count == n < 20 /\\ n' = n + Cardinality(s) /\\ UNCHANGED <<f, s, last>>
Next == (\\E p \\in P : Turn(p)) \\/ Count
Small == n < 15
"""


@pytest.mark.parametrize("config", ["", "INVARIANT Small", "CONSTRAINT Small"])
def test_initial_states_chosen_from_sets(config: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "MOST_GIVEN", 100)
    monkeypatch.setattr(interpreted, "ASKED", 8)
    result = compiled(run(MANY, f"CONSTANT P = {{a, b, c}} INIT Init NEXT Next {config}"))
    assert result.initial > 500


def test_a_pause_among_initial_states(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The interpreter begins anew where nothing is compiled, also with what TLCSet keeps."""
    monkeypatch.setattr(interpreted, "ASKED", 8)
    body = """
EXTENDS Naturals, TLC
VARIABLE x
Init == x \\in 0..100 /\\ IF x = 0 THEN TLCSet(1, 1) ELSE TLCSet(1, TLCGet(1) + 1)
Next == x' = (x + 1) % 101
Counted == TLCGet(1) <= 101
"""
    found = run(body, "INIT Init NEXT Next INVARIANT Counted")
    assert not found.compiled
    assert found.result.verdict == "ok"


def test_initial_states_that_differ_are_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where compiled code makes other initial states, its search is not told."""
    monkeypatch.setattr(compiling, "MOST_GIVEN", 100)
    whole = starts.row

    def lacking(definition: Definition) -> starts.Row:
        made = whole(definition)
        made.domains["n"] = Range(-5, 6)
        return made

    monkeypatch.setattr(model, "row", lacking)
    found = run(MANY, "CONSTANT P = {a, b, c} INIT Init NEXT Next CONSTRAINT Small")
    assert not found.compiled
    assert "initial states" in found.why


def test_the_shortest_behavior(run: Run) -> None:
    result = compiled(run(QUEUES, f"{CONFIG}INVARIANT Short"))
    assert result.violation is not None
    assert result.violation.property == "Short"
    assert [step.name for step in result.violation.steps] == ["Push"] * 3
    assert [len(state.values["q"]) for state in result.violation.representatives] == [0, 1, 2, 3]


def test_a_deadlock(run: Run) -> None:
    body = "EXTENDS Naturals\nVARIABLE x\nInit == x = 0\nNext == x < 40 /\\ x' = x + 1"
    result = compiled(run(body, "INIT Init NEXT Next"))
    assert result.verdict == "deadlock"
    assert result.violation is not None
    assert len(result.violation.representatives) == 41


def test_numbers_widen(run: Run) -> None:
    body = "EXTENDS Naturals\nVARIABLE x\nInit == x = 0\nNext == x' = IF x < 3000 THEN x + 1 ELSE 0"
    assert compiled(run(body, "INIT Init NEXT Next")).distinct == 3001


def test_a_failure_is_told_by_the_interpreter(run: Run) -> None:
    body = "EXTENDS Naturals\nVARIABLE x\nInit == x = 0\nNext == x < 300 /\\ x' = x + 1 + 0 * (1 \\div (250 - x))"
    found = run(body, "INIT Init NEXT Next")
    assert not found.compiled
    assert found.result.verdict == "error"


def test_functions_with_several_domains(run: Run) -> None:
    body = """
EXTENDS Naturals, TLC
CONSTANT P
VARIABLE bag
With(m, b) == IF m \\in DOMAIN b THEN [b EXCEPT ![m] = @ + 1] ELSE (m :> 1) @@ b
Without(m, b) == IF b[m] > 1 THEN [b EXCEPT ![m] = @ - 1] ELSE [o \\in DOMAIN b \\ {m} |-> b[o]]
Init == bag = [m \\in {} |-> 0]
Add(p) == (p \\in DOMAIN bag => bag[p] < 3) /\\ bag' = With([to |-> p], bag)
Send(p) == ([to |-> p] \\in DOMAIN bag => bag[[to |-> p]] < 3) /\\ bag' = With([to |-> p], bag)
Take == \\E m \\in DOMAIN bag : bag' = Without(m, bag)
Next == (\\E p \\in P : Send(p)) \\/ Take
Few == \\A m \\in DOMAIN bag : bag[m] <= 3
"""
    result = compiled(run(body, "CONSTANT P = {a, b} INIT Init NEXT Next INVARIANT Few"))
    assert result.distinct == 16


def test_compiled_code_is_held_to_the_interpreter(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the two say otherwise of a state, or of the first levels, leaves the module to the interpreter."""

    def wrong(name: str, made: Callable[..., Any]) -> str:
        right = getattr(Engine, name)
        with monkeypatch.context() as patched:
            patched.setattr(Engine, name, lambda self, *given, **options: made(right(self, *given, **options), *given))
            found = run(QUEUES, f"{CONFIG}INVARIANT Inv", states=20)
        assert not found.compiled
        return found.why

    def inspected(word: int) -> Callable[..., Any]:
        def made(found: Any, *given: Any) -> Any:
            found[1][:, word] ^= 1
            return found

        return made

    def counted_twice(found: Any, row: Any, control: Any) -> Any:
        control[words.GENERATED] *= 2
        return found

    assert "differ in successors" in wrong("expand", lambda found, *given: (found[0][1:], *found[1:]))
    assert "differ in constraints" in wrong("inspect", inspected(words.WITHIN))
    assert "differ in invariants" in wrong("inspect", inspected(words.BROKEN))
    assert "differ in successors" in wrong("expand", counted_twice)
    assert "differ in levels" in wrong("search", lambda found: replace(found, levels=(2, *found.levels[1:])))


#: Actions with ways that end after a variable has its next value.
ENDING = {
    "a condition": "x' = 1 - x /\\ y' = y + 1 /\\ y > 0",
    "a condition on a next value": "x' = x + 1 /\\ x' < 3 /\\ UNCHANGED y",
    "a condition with several ways": "x' = x + 1 /\\ (x' = 1 \\/ x' < 3) /\\ UNCHANGED y",
    "an element": "x' \\in 0..3 /\\ x' > x /\\ UNCHANGED y",
    "nothing to choose": "y' = 2 /\\ x' \\in {k \\in 0..2 : k < x}",
    "nothing to choose ever": "y' = 2 /\\ x' \\in {}",
    "an existential": "y' = 2 /\\ \\E k \\in 1..x : k # 1 /\\ x' = k - 1",
    "branches": "y' = 2 /\\ IF x = 0 THEN x' = 1 /\\ y = 1 ELSE x' = 0",
    "branches that end": "(IF x = 0 THEN x' = 1 ELSE x' = 2 /\\ y = 1) /\\ y' = x' /\\ y # 2",
    "a fork in a fork": "y' = 1 /\\ ((x' = 2 /\\ y # 1) \\/ (x' \\in 1..2 /\\ (x = 1 \\/ y = 1) /\\ x' # x))",
    "forks after a fork": "(x' = 1 \\/ x' = 2) /\\ (y' = x' \\/ y' = x) /\\ x' # y' /\\ x + y < 3",
    "an operator": "Both(2) /\\ UNCHANGED y",
    "what is never": "x' = 2 /\\ y' = 2 /\\ FALSE",
    "what may fail": "x' = 2 /\\ y' = 2 /\\ x < 3 /\\ 1 \\div (3 - x) > 5",
}


@pytest.mark.parametrize("action", ENDING.values(), ids=list(ENDING))
@pytest.mark.parametrize("place", ["A", "\\E i \\in 0..1 : x # i /\\ A", "(y' = 1 /\\ FALSE) \\/ A"])
def test_what_a_way_that_ends_wrote_is_gone(action: str, place: str, run: Run) -> None:
    """Other ways of the same action come after it, and other actions, which leave a variable as it is."""
    body = f"""EXTENDS Naturals
VARIABLES x, y
Init == x \\in 0..1 /\\ y \\in 0..1
Both(n) == x' = n /\\ y < n
A == {action}
Kept == UNCHANGED x /\\ y' = (y + 1) % 3
Next == ({place}) \\/ (x = 1 /\\ UNCHANGED <<x, y>>) \\/ Kept \\/ (x' = 0 /\\ UNCHANGED y)
Few == x < 5 /\\ y < 5
"""
    compiled(run(body, "INIT Init NEXT Next CONSTRAINT Few"))


def test_parameters_with_the_names_of_states(run: Run) -> None:
    """Generated functions call the states s and t, and their memory x."""
    body = """
EXTENDS Naturals
VARIABLES x_, y
Least(s, t) == IF s < t + x_ THEN s ELSE IF t > y THEN t ELSE x_
Move(s, t, x) == s # y /\\ (IF t > 1 THEN x_' = Least(s, x) ELSE x_' = t) /\\ y' = Least(t, s) /\\ x_' # y
Next == \\E s \\in 0..2, t \\in 0..x_ + 2, x \\in 0..1 : Move(s, t, x)
Init == x_ = 0 /\\ y \\in 0..1
Inv == \\E s, t \\in 0..4 : Least(s, t) <= 4
"""
    compiled(run(body, "INIT Init NEXT Next INVARIANT Inv CHECK_DEADLOCK FALSE"))


def test_what_is_not_compiled_says_why(run: Run) -> None:
    found = run(QUEUES, f"{CONFIG}VIEW Inv")
    assert not found.compiled
    assert found.why == "VIEW is not compiled yet"


def test_a_limit_of_depth(tmp_path: Path) -> None:
    (tmp_path / "M.tla").write_text(
        "---- MODULE M ----\nEXTENDS Naturals\nVARIABLE x\nInit == x = 0\nNext == x' = x + 1\n====\n"
    )
    (tmp_path / "M.cfg").write_text("INIT Init NEXT Next\n")
    limits = Limits(max_depth=20)
    spec = load(tmp_path / "M.tla")
    found = search(spec, Options(limits, workers=1, states=0, early=True))
    assert differences(interpreted.search(spec, limits), compiled(found)) == []


def test_symmetric_sets(run: Run) -> None:
    body = QUEUES.replace("(CHOOSE p \\in P : TRUE)", "p") + "Perms == Permutations(P)\n"
    body = body.replace("{CHOOSE p \\in P : TRUE}", "{last}").replace("FiniteSets", "FiniteSets, TLC")
    result = compiled(run(body, f"{CONFIG}SYMMETRY Perms INVARIANT Inv"))
    assert result.orbit_sum > result.distinct
    result = compiled(run(body, f"{CONFIG}SYMMETRY Perms INVARIANT Short"))
    assert result.violation is not None
    assert len(result.violation.steps) == 3


STEPS = """
EXTENDS Naturals
VARIABLES x, y
Init == x = 0 /\\ y = 0
Up == x < 30 /\\ x' = x + 1 /\\ y' = y
Swap == x' = y /\\ y' = x
Next == Up \\/ Swap
Grows == [][x' + y' >= x + y]_<<x, y>>
Shrinks == [][x' + y' < x + y + 1 \\/ x < 9]_<<x, y>>
Begins == x = 0
Small == [](x < 40)
Few == x' + y' < 12
"""


@pytest.mark.parametrize(
    "config",
    ["PROPERTY Grows", "PROPERTY Shrinks", "ACTION_CONSTRAINT Few", "PROPERTIES Begins Small Grows"],
)
def test_what_is_asked_of_steps(config: str, run: Run) -> None:
    compiled(run(STEPS, f"INIT Init NEXT Next CHECK_DEADLOCK FALSE {config}"))


@pytest.mark.parametrize(
    ("body", "config"),
    [
        ("Init == x \\in P /\\ y = 0\nNext == x = First /\\ y < 3 /\\ y' = y + 1 /\\ x' \\in P", ""),
        ("Init == x \\in P /\\ y = 0\nNext == UNCHANGED <<x, y>>", "CONSTANT A = c INVARIANT Not"),
        ("Init == x \\in P /\\ y = 0\nNext == \\E p \\in P \\ {A} : x' = p /\\ UNCHANGED y", "CONSTANT A = a"),
    ],
)
def test_symmetric_values_that_are_told_apart(body: str, config: str, run: Run) -> None:
    head = "EXTENDS Naturals, TLC\nCONSTANTS P, A\nVARIABLES x, y\nFirst == CHOOSE p \\in P : TRUE\nNot == x # A\n"
    rest = "CONSTANT P = {a, b, c} INIT Init NEXT Next SYMMETRY Perms CHECK_DEADLOCK FALSE\n"
    config = config or "CONSTANT A = A"
    found = run(f"{head}{body}\nPerms == Permutations(P)", f"{rest}{config}")
    assert not found.compiled
    assert "tells apart" in found.why


def test_sets_of_all_subsets(run: Run) -> None:
    body = """
EXTENDS Naturals, FiniteSets
CONSTANT P
VARIABLES left, right
Init == left = P /\\ right = {}
Move(S) == S # {} /\\ left' = left \\ S /\\ right' = right \\cup S
Next == (\\E S \\in SUBSET left : Cardinality(S) <= 2 /\\ Move(S)) \\/ (left = {} /\\ left' = right /\\ right' = {})
Whole == left \\in SUBSET (P \\ right) /\\ {left} \\subseteq SUBSET left
"""
    result = compiled(run(body, "CONSTANT P = {a, b, c, d} INIT Init NEXT Next INVARIANT Whole"))
    assert result.distinct == 16


def test_tuples_of_values_that_can_be_told_apart(run: Run) -> None:
    body = """
EXTENDS Naturals, Sequences
CONSTANT Data
VARIABLES queue, bit, seen
Init == queue = << >> /\\ bit \\in {0, 1} /\\ seen = {}
Send(d) == Len(queue) < 2 /\\ queue' = Append(queue, <<bit, d>>) /\\ bit' = 1 - bit /\\ UNCHANGED seen
Take == queue # << >> /\\ seen' = seen \\cup {Head(queue)} /\\ queue' = Tail(queue) /\\ UNCHANGED bit
Next == (\\E d \\in Data : Send(d)) \\/ Take
Typed == queue \\in Seq({0, 1} \\X Data) /\\ seen \\subseteq {0, 1} \\X Data
Other == <<0, CHOOSE d \\in Data : TRUE>> \\in seen => \\E p \\in seen : p[1] = 0
"""
    compiled(run(body, "CONSTANT Data = {d1, d2} INIT Init NEXT Next INVARIANTS Typed Other CHECK_DEADLOCK FALSE"))


def test_a_number_beside_all_others(run: Run) -> None:
    body = """
EXTENDS Integers
CONSTANT None
VARIABLES x, y
Init == x \\in -2..2 /\\ y \\in {None, 1, 5}
Next == x \\in Nat \\cup {-1} /\\ 7 \\in {-1} \\cup Nat /\\ y \\in Nat \\cup {None} /\\ x' = x - 1 /\\ UNCHANGED y
Typed == y \\in 1..3 \\cup {None} \\/ y = 5
"""
    compiled(run(body, "CONSTANT None = None INIT Init NEXT Next CHECK_DEADLOCK FALSE INVARIANT Typed"))


def test_functions_on_strings_and_others(run: Run) -> None:
    """One process has a name that is no atom of the others, so ``pc`` is no record."""
    body = """
EXTENDS Naturals
CONSTANTS Node
VARIABLES pc, turn
Process == Node \\cup {"client"}
Init == pc = [p \\in Process |-> "idle"] /\\ turn = 0
Client == pc["client"] = "idle" /\\ turn' = (turn + 1) % 3 /\\ pc' = [pc EXCEPT !["client"] = "waits"]
Serve(n) ==
    /\\ pc["client"] = "waits" /\\ pc[n] = "idle" /\\ UNCHANGED turn
    /\\ pc' = [pc EXCEPT ![n] = "done", !["client"] = pc[n]]
Next == Client \\/ \\E n \\in Node : Serve(n)
Typed == pc \\in UNION {[Process -> {"idle", "waits", "done"}]}
"""
    compiled(run(body, "CONSTANT Node = {a, b} INIT Init NEXT Next INVARIANT Typed CHECK_DEADLOCK FALSE"))


def test_sequences_of_one_length(run: Run) -> None:
    """What is always of one length is stored as a function on 1..n, and made by operators on sequences."""
    body = """
EXTENDS Naturals, Sequences
VARIABLES log, new
Init == log = <<0, 0, 0>> /\\ new = 0
Shift == log' = Append(Tail(log), new) /\\ UNCHANGED new
Mend(k) == log' = SubSeq(log, 1, k) \\o SubSeq(log, k + 1, Len(log)) /\\ new' = (new + k) % 3
Turn == log' = [i \\in 1..Len(log) |-> log[Len(log) + 1 - i]] /\\ UNCHANGED new
Next == Shift \\/ Turn \\/ \\E k \\in 0..3 : Mend(k)
Typed == log \\in Seq(0..2) /\\ Tail(log) \\in Seq(Nat)
Small == log \\in Seq(0..1)
"""
    config = "INIT Init NEXT Next CHECK_DEADLOCK FALSE INVARIANT"
    assert compiled(run(body, f"{config} Typed")).verdict == "ok"
    assert compiled(run(body, f"{config} Small")).verdict == "violation"


def test_functions_on_tuples(run: Run) -> None:
    body = """
EXTENDS Naturals, FiniteSets
CONSTANTS P
VARIABLES sent, far, last
Pairs == {<<p, k>> \\in P \\X (0..2) : k # 1}
Weight == [p, q \\in P |-> IF p = q THEN 0 ELSE 1]
Sum[i, j \\in 0..4] == i + j
Init == /\\ sent = [p, q \\in P |-> 0] /\\ far = [pair \\in Pairs |-> pair[2] = 2]
        /\\ last = [i \\in {<<1, <<2, 1>>>>} |-> i[2][1]]
Send(p, q) ==
    /\\ sent[p, q] < 2 * Weight[p, q]
    /\\ sent' = [sent EXCEPT ![p, q] = Sum[@, 1]]
    /\\ far' = [x \\in Pairs |-> IF x = <<p, 2>> THEN ~far[x] ELSE far[x[1], x[2]]]
    /\\ last' = [last EXCEPT ![<<1, <<2, 1>>>>] = sent[p, q]]
Turn == sent' = [p, q \\in P |-> sent[q, p]] /\\ far' = [<<p, k>> \\in Pairs |-> far[p, 2 - k]] /\\ UNCHANGED last
Next == Turn \\/ \\E p, q \\in P : Send(p, q)
Typed == sent \\in [P \\X P -> 0..2] /\\ far \\in [Pairs -> BOOLEAN] /\\ DOMAIN far = Pairs
Few == Cardinality({x \\in P \\X P : sent[x] > 0}) <= 4 /\\ \\A x \\in DOMAIN far : x[2] # 1
Most == \\A p, q \\in P : LET g == [i \\in {p}, j \\in {q} |-> Sum[sent[i, j], sent[j, i]]] IN g[p, q] < 4
"""
    result = compiled(run(body, "CONSTANT P = {a, b} INIT Init NEXT Next INVARIANTS Typed Few CHECK_DEADLOCK FALSE"))
    assert result.verdict == "ok"
    compiled(run(body, "CONSTANT P = {a, b} INIT Init NEXT Next INVARIANTS Typed Most CHECK_DEADLOCK FALSE"))


@pytest.mark.parametrize(
    ("key", "verdict"), [("<<x, 4>>", "error"), ("<<3 - x, 1>>", "ok"), ("<<x>>", "error"), ("<<x, x, x>>", "error")]
)
def test_a_function_on_tuples_has_no_other_arguments(key: str, verdict: str, run: Run) -> None:
    body = f"""
EXTENDS Naturals
VARIABLES x, f
Init == x = 0 /\\ f = [i, j \\in 0..2 |-> i + j]
Next == x' = (x + 1) % 4 /\\ f' = IF x = 3 THEN [f EXCEPT ![2, 2] = f[{key}]] ELSE f
"""
    assert run(body, "INIT Init NEXT Next").result.verdict == verdict


def test_symmetric_values_beside_others(run: Run) -> None:
    body = """
EXTENDS Naturals, TLC
CONSTANT P
VARIABLES x, y
Init == x = 0 /\\ y \\in P
Next == x < 3 /\\ x' = x + 1 /\\ \\E p \\in P : y' = p \\/ y' = [of |-> p, n |-> x]
Perms == Permutations(P)
"""
    found = run(body, "CONSTANT P = {a, b} INIT Init NEXT Next SYMMETRY Perms CHECK_DEADLOCK FALSE")
    assert found.why.endswith("which stands beside other values, is not supported")


def test_symmetric_values_in_tuples(run: Run) -> None:
    body = """
EXTENDS Naturals, TLC
CONSTANT P
VARIABLE f
Init == f = [p, q \\in P |-> 0]
Next == \\E p, q \\in P : f[p, q] < 2 /\\ f' = [f EXCEPT ![p, q] = @ + 1]
Perms == Permutations(P)
"""
    config = "INIT Init NEXT Next SYMMETRY Perms CHECK_DEADLOCK FALSE"
    result = compiled(run(body, f"CONSTANT P = {{a, b}} {config}"))
    assert (result.distinct, result.orbit_sum) == (45, 81)
    few = body.replace("f[p, q] < 2", "p # q /\\ f[p, q] < 1")
    compiled(run(few, f"CONSTANT P = {{a, b, c}} {config}"))
    apart = few.replace("[p, q \\in P |->", "[x \\in {<<p, q>> \\in P \\X P : p # q} |->")
    compiled(run(apart, f"CONSTANT P = {{a, b, c}} {config}"))


def test_initial_states_chosen_from_a_part_of_a_set(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A condition of it is evaluated: where it is TRUE in two ways there is one state."""
    monkeypatch.setattr(compiling, "MOST_GIVEN", 100)
    body = """
EXTENDS Naturals
VARIABLES can, n
Cans == [black : 0..40, white : {3, 5, 12, 17}, kind : BOOLEAN]
Init == /\\ can \\in {c \\in Cans : c.black + c.white < 30 \\/ c.kind}
        /\\ n \\in {k \\in 0..can.white : k % 2 = 0}
Take == can.black > 0 /\\ can' = [can EXCEPT !.black = @ - 1] /\\ UNCHANGED n
Next == Take \\/ (n' \\in {k \\in {n - 1, n + 1} : k \\in 0..10 \\/ (k = n + 1 /\\ k < 18)} /\\ UNCHANGED can)
"""
    compiled(run(body, "INIT Init NEXT Next CHECK_DEADLOCK FALSE"))


def test_the_first_of_several_elements(run: Run) -> None:
    """CHOOSE takes TLC's first, also of tuples and of sequences that are made here."""
    body = """
EXTENDS Integers, Sequences
CONSTANTS P
VARIABLES left, sum, last
RECURSIVE Sum(_)
Sum(S) == IF S = {} THEN 0 ELSE LET p == CHOOSE p \\in S : TRUE IN p[1] + 3 * p[2] + Sum(S \\ {p})
Init == left = {<<i, j>> : i \\in 0..2, j \\in -1..1} /\\ sum = 0 /\\ last = <<0, 0>>
Take ==
    /\\ left # {}
    /\\ last' = CHOOSE p \\in left : p[1] # last[1] \\/ p = last \\/ last = <<0, 0>> \\/ p[2] > last[2]
    /\\ left' = left \\ {last'}
    /\\ sum' = Sum({<<p[1] + 1, p[2]>> : p \\in left'})
Next == Take /\\ (CHOOSE q \\in {SubSeq(<<p[1], p[2], 1>>, 1, n) : p \\in left, n \\in 1..2} : Len(q) > 0) # <<7>>
"""
    compiled(run(body, "CONSTANT P = {a, b} INIT Init NEXT Next CHECK_DEADLOCK FALSE"))


def test_an_invariant_is_told_before_a_property_of_the_step(run: Run) -> None:
    body = "EXTENDS Naturals\nVARIABLE x\nInit == x = 0\nNext == x' = x + 1\nI == x < 2\nR == [][x' < 2]_x"
    violation = compiled(run(body, "INIT Init NEXT Next INVARIANT I PROPERTY R")).violation
    assert violation is not None
    assert (violation.kind, violation.property) == ("invariant", "I")


LIVE = """
EXTENDS Naturals
VARIABLE x
Init == x = 0
Next == x' = (x + 1) % 50
Spec == Init /\\ [][Next]_x /\\ WF_x(Next)
Comes == []<>(x = 49)
Stays == <>[](x = 49)
Small == x < 40
"""


@pytest.mark.parametrize(
    ("asked", "verdict", "is_compiled"),
    [
        ("PROPERTY Comes INVARIANT Small", "violation", True),
        ("PROPERTY Comes", "ok", False),
        ("PROPERTY Stays", "violation", False),
    ],
)
def test_properties_of_behaviors_come_last(asked: str, verdict: str, is_compiled: bool, run: Run) -> None:
    """Errors in states are found by compiled code; the interpreter goes on where there is none."""
    found = run(LIVE, f"SPECIFICATION Spec {asked}")
    assert (found.result.verdict, found.compiled) == (verdict, is_compiled)
    assert found.why == ("" if is_compiled else "the steps that PROPERTY asks for are not kept by compiled code yet")


UNLIKE = """
EXTENDS Naturals, Sequences, FiniteSets
CONSTANTS P, None
VARIABLES last, log, seen, at
Request == [op : {"get"}, key : 0..1] \\cup [op : {"put"}, key : 0..1, value : 0..2]
Init == /\\ last = <<"none", 0>> /\\ log = << >> /\\ seen = {}
        /\\ at = [p \\in P |-> <<None, p, <<0, "x">>>>]
Get(p, k) == /\\ Len(log) < 2 /\\ log' = Append(log, <<p, [op |-> "get", key |-> k]>>)
             /\\ last' = <<"get", k>> /\\ at' = [at EXCEPT ![p][1] = k, ![p][3] = <<k, @[2]>>] /\\ UNCHANGED seen
Put(p, k, v) == /\\ Len(log) < 2 /\\ log' = Append(log, <<p, [op |-> "put", key |-> k, value |-> v]>>)
                /\\ last' = [last EXCEPT ![1] = "put", ![2] = @ + v]
                /\\ last[2] < 3 /\\ UNCHANGED <<seen, at>>
Take == /\\ log # << >> /\\ log' = Tail(log)
        /\\ LET first == Head(log) IN
           /\\ seen' = IF first[2].op = "get" THEN seen \\cup {<<first[2].key, first[1]>>}
                       ELSE {s \\in seen : s[1] # first[2].key}
           /\\ at' = [at EXCEPT ![first[1]] = <<first[2].key, @[2], <<@[3][1], "y">>>>]
           /\\ last' = IF <<first[1], last[1]>> = <<at[first[1]][2], "put">> THEN <<"took", 1>> ELSE last
Next == Take \\/ \\E p \\in P, k \\in 0..1 : Get(p, k) \\/ \\E v \\in 1..2 : Put(p, k, v)
Typed ==
    /\\ last \\in {"none", "get", "put", "took"} \\X Nat /\\ DOMAIN last = 1..2
    /\\ \\A k \\in 1..Len(log) : log[k][1] \\in P /\\ log[k][2] \\in Request
    /\\ seen \\subseteq (0..1) \\X P /\\ Cardinality(seen) <= 4
    /\\ at \\in [P -> ({None} \\cup 0..1) \\X P \\X ((0..1) \\X {"x", "y"})]
    /\\ \\A s \\in seen : \\E p \\in P : s = <<0, p>> \\/ s = <<1, p>>
Named ==
    \\A p \\in P : /\\ at[p][2] = p /\\ at[p] # <<1, p, <<0, "x">>>>
                 /\\ at[p][3] \\in {<<0, "x">>, <<0, "y">>, <<1, "x">>, <<1, "y">>}
Small == last # <<"took", 1>>
"""


@pytest.mark.parametrize("invariants", ["Typed Named", "Small"])
def test_tuples_of_unlike_components(invariants: str, run: Run) -> None:
    config = f"CONSTANTS P = {{a, b}} None = None INIT Init NEXT Next CHECK_DEADLOCK FALSE INVARIANTS {invariants}"
    compiled(run(UNLIKE, config))


#: Of last, which is such a tuple, and of pair and queue, which have numbers.
ASKED = """
last = <<1, 2>> | last = <<1>> | last[x] = 0 | last[3] = 0 | Len(last) = 2 | Tail(last) = <<0>> | last \\in Seq(Nat)
pair = <<x, "a">> | pair = <<3, "a">> | <<1, "a">> \\in {pair} | pair \\in {<<2, "a">>, <<1, 1>>} | pair = last
queue = <<x, "a">> | queue = <<x, 1>> | queue = last | last \\in {queue, pair} | last = <<x, "a", 1>> | last = <<pair>>
"""


@pytest.mark.parametrize("condition", ASKED.replace("\n", "|").strip("|").split("|"))
def test_what_is_asked_of_tuples_of_unlike_components(condition: str, run: Run) -> None:
    """TLC's answer, or error, if not the compiled one."""
    body = f"""
EXTENDS Naturals, Sequences
VARIABLES x, last, pair, queue
Init == x = 1 /\\ last = <<0, "a">> /\\ pair = <<1, 1>> /\\ queue = << >>
Next == /\\ x' = 3 - x /\\ last' = <<(last[1] + x) % 4, IF x = 1 THEN "b" ELSE last[2]>>
        /\\ pair' = <<x, pair[1]>> /\\ queue' = IF Len(queue) = 2 THEN << >> ELSE Append(queue, x)
Asked == x = 1 \\/ ~({condition})
"""
    run(body, "INIT Init NEXT Next INVARIANT Asked")


def test_symmetric_values_in_tuples_of_unlike_components(run: Run) -> None:
    body = """
EXTENDS Naturals, TLC
CONSTANT P
VARIABLES pair, set
Init == pair \\in {<<p, 0>> : p \\in P} /\\ set = {}
Next == /\\ \\E p \\in P : pair' = <<p, (pair[2] + 1) % 3>>
        /\\ set' = IF pair[2] = 2 THEN {} ELSE set \\cup {<<"from", pair[1], pair[2]>>}
Perms == Permutations(P)
"""
    result = compiled(run(body, "CONSTANT P = {a, b, c} INIT Init NEXT Next SYMMETRY Perms"))
    assert result.orbit_sum > result.distinct
