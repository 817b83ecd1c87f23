"""Initial states: compiled, numbered, made in batches and not kept; the same as the reference engine has."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

import mc.lang
from mc.cli.main import main
from mc.engine.program.program import UnevaluableInit
from mc.engine.result import Result
from mc.engine.runtime import words
from mc.engine.search import search
from mc.engine.search.asymmetry import SymmetryCheck
from mc.engine.search.compiled import Engine
from mc.engine.search.limits import Limits
from mc.errors import EvaluationError, McError, SpecError
from mc.lang.composites import Bag, Record, Seq, Set
from mc.lang.domains import BOOLEAN, Domain, Fn, Nat, Optional, Range, as_domain
from mc.lang.enumeration import count, nth
from mc.lang.values import ModelValue, ModelValueSet
from mc.spec.objects import Spec
from mc.trace.simplest import counterexample
from tests.toys.engines import compare, load
from tests.toys.ways import little_memory

P, Nil = ModelValueSet("P", ["p1", "p2", "p3"]), ModelValue("Nil")
#: What parameters of Init may range over, as text, and an element; D is the domain itself.
DOMAINS = {
    "BOOLEAN": "False",
    "Range(-2, 5)": "0",
    "P": "p2",
    'Enum("a", "b")': '"b"',
    "Enum(3, 1, 2)": "1",
    "Enum(7, 1, 4)": "7",
    "Enum(P, Nil)": "Nil",
    "Optional(Range(0, 3), Nil)": "Nil",
    "Optional(P, Nil)": "p1",
    "Optional(Fn(P, BOOLEAN), Nil)": "Nil",
    "Fn(P, Range(1, 3))": "{p: 2 for p in P}",
    "Fn(Range(0, 1), Fn(P, BOOLEAN))": "{k: {p: False for p in P} for k in Range(0, 1)}",
    "Fn(Range(1, 70), Range(4, 4))": "{k: 4 for k in Range(1, 70)}",
    "Record(a=Range(0, 2), b=BOOLEAN, c=P)": "D(a=1, b=True, c=p1)",
    "Record(wide=Fn(Range(1, 70), Range(4, 4)), b=BOOLEAN, c=P)": "D(wide={k: 4 for k in Range(1, 70)}, b=True, c=p1)",
    'Union(Record(k="a", v=Range(0, 2)), Record(k="b", w=BOOLEAN, p=P), Record(k="c"))': 'D(k="c")',
    "Seq(P, 3)": "()",
    "Seq(Record(a=BOOLEAN, b=P), 2)": "()",
    "Set(P)": "{p1, p3}",
    "Set(P, 2)": "set()",
    "Set(Range(0, 9), 3)": "{1, 9}",
    "Set(Range(0, 99), 2)": "{99}",
    "Set(Fn(P, BOOLEAN), 2)": "set()",
    "Fn(P, Set(P, 1))": "{p: {p} for p in P}",
}
NAMES = {**{name: getattr(mc.lang, name) for name in mc.lang.__all__}, "P": P, "Nil": Nil}


@pytest.mark.parametrize("text", [*DOMAINS, "Range(1, 0)", "Seq(Range(1, 0), 2)"])
def test_elements_by_their_numbers(text: str) -> None:
    domain = as_domain(eval(text, dict(NAMES)))
    elements = list(domain)
    assert count(domain) == len(elements)
    assert [nth(domain, k) for k in range(len(elements))] == elements


@pytest.mark.parametrize("domain", [Nat, Seq(P), Bag(P, 1, 1), Fn(P, Nat), Record(a=Range(3))])
def test_what_cannot_be_counted(domain: Domain) -> None:
    with pytest.raises(McError, match=r"is infinite|cannot be enumerated"):
        count(domain)
    assert count(Record(a=P, b=Set(Optional(BOOLEAN, Nil)))) == 3 * 2**3


def spec_of_rows() -> Spec:
    """A variable for each domain, and a row that sets it to each element; and rows with more parameters, that say where
    there is no state, that call others, that end without a word."""
    text = ["P: ModelValues", "Nil: ModelValue", "p1: ModelValue", "p2: ModelValue", "p3: ModelValue"]
    firsts = [f"    t.v{n} = {first.replace('D(', f'D{n}(')}" for n, first in enumerate(DOMAINS.values())]
    for n, domain in enumerate(DOMAINS):
        text += [f"D{n} = {domain}", f"v{n} = Variable(D{n})"]
        text += [f"def Start{n}(t, k):", *firsts[:n], f"    t.v{n} = k", *firsts[n + 1 :]]
    text += ["def Rest(t):", *firsts[3:]]
    text += [
        "def Some(t, b, n, p, chosen):",
        "    if p in chosen and b:\n        return False",
        "    t.v0 = b\n    t.v1 = Min({n + Cardinality(chosen), 4})\n    t.v2 = p\n    Rest(t)\n    return True",
        "def Either(t, n, p):\n    return Low(t, n, p) or High(t, n, p)",
        "def Low(t, n, p):\n    if n > 2:\n        return False",
        "    t.v0 = False\n    t.v1 = n\n    t.v2 = p\n    Rest(t)\n    return True",
        "def High(t, n, p):\n    if n < 3 or p == p1:\n        return False",
        "    t.v0 = True\n    t.v1 = n\n    t.v2 = p\n    Rest(t)\n    return True",
        "def Never(t, k):\n    Rest(t)",
    ]
    rows = [f"(Start{n}, D{n})" for n in range(len(DOMAINS))]
    rows += ["(Never, Range(1, 0))", "(Some, BOOLEAN, Range(-2, 3), P, Set(P))", "(Either, Range(0, 4), P)"]
    text += [f"Init = [{', '.join(rows)}]", "def Stay(s, t):\n    return True", "Next = [Stay]"]
    return load("\n".join(text), {"P": 3})


SPEC = spec_of_rows()
ENGINE = Engine(SPEC)


@pytest.mark.parametrize("batch", [words.BATCH, 100])
def test_compiled_rows_make_the_states_of_the_reference(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "BATCH", batch)
    want = list(SPEC.initial_states())
    assert [ENGINE.unpack(row) for rows in ENGINE.initial() for row in rows] == want
    found = ENGINE.search(2)
    assert (found.verdict, found.initial, found.levels) == ("ok", len(want), (len({*want}),))


def test_one_state_by_its_binding() -> None:
    starts = [SPEC.starts(k) for k in range(ENGINE.bindings)]
    assert [state for states in starts for state in states] == list(SPEC.initial_states())
    assert starts.count([]) > 10
    made = [states[0] if states else None for states in starts]
    for k in range(0, ENGINE.bindings, 7):
        state = made[k]
        if state is not None:
            assert ENGINE.unpack(ENGINE.initial_row(k)) == state


def test_more_variables_than_a_word_has_bits() -> None:
    """All of them have to be assigned, on each path."""
    names = [f"v{n}" for n in range(70)]
    text = [f"{name} = Variable(Range(0, 1))" for name in names]
    text += ["def Start(t, k):", *(f"    t.{name} = k" for name in names[:-1])]
    text += ["    if k == 0:\n        t.v69 = 0"]
    text += ["def Stay(s, t):", "    return True", "Init = [(Start, Range(0, 1))]", "Next = [Stay]"]
    engine = Engine(load("\n".join(text)))
    assert engine.unpack(engine.initial_row(0)).values == dict.fromkeys(names, 0)
    with pytest.raises(UnevaluableInit) as caught:
        engine.search()
    assert caught.value.binding == 1
    assert compare(load("\n".join(text).replace("if k == 0:", "if k >= 0:"))).verdict == "ok"


#: A grid of Size x Size initial states, a state for each point above the diagonal, from which y is counted down.
POINTS = """
Size: Natural
x = Variable(Range(1, Size))
y = Variable(Range(0, Size))
def Point(t, k, n):
    if not k < n:
        return False
    t.x = k
    t.y = n
    return True
def Down(s, t):
    if not s.y > 0:
        return False
    t.y = s.y - 1
    return True
Init = [(Point, Range(1, Size), Range(1, Size))]
Next = [Down]
def Apart(s):
    return (s.x, s.y) != (Size // 2, Size - 1)
def Divided(s):
    return s.y < Size // 2 or 1 // (s.y - s.x - 1) <= 1
def Small(s):
    return s.x + s.y < Size
def All(s):
    return s.x > 0
Witnesses = [Small]
"""


def points(size: int = 30, **fields: Any) -> Spec:
    return load(POINTS, {"Size": size}, **fields)


def content(result: Result) -> Any:
    """All of a result that must not depend on how it was found."""
    return dataclasses.replace(result, workers=0, seconds={})


@pytest.mark.parametrize("order", ["bfs", "dfs"])
def test_init_is_not_called_for_each_state(order: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By the command, not even where an initial state violates an invariant."""
    spec = tmp_path / "points.py"
    spec.write_text("from mc.lang import *\n" + POINTS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    calls = []
    start = Spec._ways
    monkeypatch.setattr(Spec, "_ways", lambda spec, *given: calls.append(given[1:]) or start(spec, *given))
    command = ["check", str(spec), "-c", "Size=60", "--no-deadlock", "--search", order]
    assert main(command) == 0
    assert main([*command, "--invariant", "Apart"]) == 12
    # The first state there is, whenever the spec is loaded; and the one that the counterexample begins with.
    assert len(calls) < 10


@pytest.mark.parametrize("invariant", ["Apart", "Divided"])
@pytest.mark.parametrize("batch", [words.BATCH, 20])
def test_the_first_violation_counts(invariant: str, batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first in the order of rows and parameters, and no state after it is distinct; but all are generated."""
    spec = points(invariants=(invariant,))
    engine = Engine(spec)
    monkeypatch.setattr(words, "BATCH", batch)
    before, violated = 0, None
    for state in spec.initial_states():
        try:
            if not spec.invariants[0].holds(state):
                violated, before = state, before + 1
                break
        except EvaluationError:
            violated = state
            break
        before += 1
    assert violated is not None
    for order, workers in (("bfs", 1), ("bfs", 2), ("bfs", 3), ("dfs", 1)):
        found = engine.search(workers, order)
        assert found.violation is not None
        assert found.violation.representatives == (violated,)
        assert [spec.starts(k) for k in found.violation.starts] == [[violated]]
        assert (found.initial, found.generated, found.distinct, found.levels) == (
            30 * 29 // 2,
            30 * 29 // 2,
            before,
            (),
        )


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 20 bindings; a level is expanded in such batches, too."""
    monkeypatch.setattr(words, "BATCH", 20)
    monkeypatch.setattr(words, "NARROW", 0)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("order", ["bfs", "dfs"])
def test_limits_hold_meanwhile(order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(points())
    # 58 bindings make the first 57 states.
    found = engine.search(2, order, limits=Limits(max_states=50))
    assert (found.verdict, found.initial, found.distinct, found.frontier) == ("incomplete", 57, 57, 57)
    assert found.ending is not None and found.ending.limit == "max-states"
    assert found.levels == ()
    found = engine.search(2, order, limits=Limits(max_seconds=0))
    assert (found.verdict, found.initial, found.frontier) == ("incomplete", 19, 19)
    # Also where there is no state yet.
    none = Engine(load(POINTS.replace("if not k < n", "if not k > n"), {"Size": 30}))
    found = none.search(2, order, limits=Limits(max_seconds=0))
    assert (found.verdict, found.initial, found.distinct) == ("incomplete", 0, 0)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("order", ["bfs", "dfs"])
def test_progress_and_interruption_meanwhile(order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PROGRESS_SECONDS", 0)
    seen = []

    def report(progress: Any) -> None:
        seen.append(progress.distinct)
        if len(seen) == 3:
            os.kill(os.getpid(), signal.SIGINT)

    found = Engine(points()).search(1, order, progress=report)
    assert seen == [19, 37, 57]
    assert (found.verdict, found.distinct) == ("incomplete", 57)
    assert found.ending is not None and found.ending.limit == "signal"


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("files", ["levels", "visited set", "visited set now and then"])
def test_files_change_nothing(files: str, tmp_path: Path) -> None:
    text = POINTS.replace("t.x = k", "t.x = (k + n) // 2")  # many are found again
    for invariants in ((), ("Apart",)):
        engine = Engine(load(text, {"Size": 30}, invariants=invariants))
        want = content(engine.search())
        with little_memory(tmp_path, files) as limits:
            for workers in (1, 2):
                assert content(engine.search(workers, limits=limits)) == want
        assert want.distinct < want.generated


HEAD = """from mc.lang import *
P: ModelValues
x = Variable(Range(0, 3))
f = Variable(Fn(P, Range(0, 3)))
g = Variable(Set(P))
def Start(t, k):
    t.g = set()
{body}
Init = [(Start, {domain})]
def Stay(s, t):
    return True
Next = [Stay]
"""
ZERO = "    t.f = {p: 0 for p in P}"
WHOLE = f"    t.x = 0\n{ZERO}"


@pytest.mark.parametrize(
    ("body", "domain", "code", "message"),
    [
        (
            f"    t.x = k\n{ZERO}",
            "Range(0, 5)",
            75,
            "Init cannot be evaluated: variable x: 4 is not in 0..3 ({spec}:8)",
        ),
        (
            f"    t.x = 6 // k\n{ZERO}",
            "Enum(3, 2, 0)",
            75,
            "Init cannot be evaluated: Division by zero: 6 // 0 ({spec}:8)",
        ),
        (
            f"    t.x = k\n    if k != 2:\n    {ZERO}",
            "Range(0, 3)",
            150,
            "{spec}:6: Init does not assign the variable 'f'",
        ),
        (f"{WHOLE}\n    t.f[Min(P)] = 1", "Range(0, 3)", 150, "t.f"),
        (f"{WHOLE}\n    t.z = 1", "Range(0, 3)", 150, "{spec}:10: the spec has no variable 'z'"),
        (WHOLE, "Nat", 150, "Nat is infinite: give it an upper end"),
        (WHOLE, "g", 150, "{spec}:10: the row Start of Init: k ranges over the variable g, which has no value yet"),
        (
            WHOLE,
            "Set(Range(0, 50))",
            150,
            "{spec}:10: Init: parameter k: SUBSET (0..50) has too many elements to go through",
        ),
        (WHOLE, "Range(1, 0)", 23, "no state was checked, for Init makes none"),
    ],
)
def test_errors(
    body: str, domain: str, code: int, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "spec.py"
    spec.write_text(HEAD.format(body=body, domain=domain), encoding="utf-8")
    assert main(["check", str(spec), "-c", "P=2", "--quiet", "--out", str(tmp_path)]) == code
    assert message.format(spec=spec) in "".join(capsys.readouterr())


CHOSEN = """
P: ModelValues
p1: ModelValue
who = Variable(Set(P))
n = Variable(Range(0, 9))
def All(t, k, some):
    t.who = some
    t.n = k
def One(t, p):
    t.who = {p}
    t.n = 7
Init = [(All, Range(0, 6), Set(P)), (One, Enum(p1)), (All, Range(8, 9), Set(P))]
def Stay(s, t):
    return True
Next = [Stay]
"""


def test_an_initial_state_whose_image_is_not_initial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "BATCH", 7)
    # The constant p1 would be found first.
    monkeypatch.setattr(SymmetryCheck, "definitions", lambda check: None)
    with pytest.raises(SpecError) as caught:
        Engine(load(CHOSEN, {"P": 4}, ("P",))).search()
    assert "exchanging p1 and p2 makes of an initial state one that is not initial:\n" in caught.value.message
    assert "n = 7" in caught.value.message
    spec = load(CHOSEN.replace("Enum(p1)", "P"), {"P": 4}, ("P",))
    found = Engine(spec).search()
    assert (found.initial, found.distinct, found.orbit_sum) == (9 * 16 + 4, 9 * 5 + 1, 9 * 16 + 4)


def test_the_simplest_behavior_from_many_initial_states() -> None:
    """Each initial state leads to the violation; those with the fewest faults are few."""
    text = """
P: ModelValues
need = Variable(Fn(P, Range(0, 4)))
ready = Variable(BOOLEAN)
def Start(t, needs):
    t.need = needs
    t.ready = False
def Work(s, t, p):
    if s.ready or s.need[p] == 0 or s.need[p] > 2:
        return False
    t.need[p] = s.need[p] - 1
    return True
def Crash(s, t, p):
    if s.ready or s.need[p] == 0:
        return False
    t.need[p] = s.need[p] - 1
    return True
def Finish(s, t):
    if any(s.need[p] != 0 for p in P):
        return False
    t.ready = True
    return True
Init = [(Start, Fn(P, Range(3, 4)))]
Next = [(Work, P), (Crash, P), Finish]
def Never(s):
    return not s.ready
Invariants = [Never]
Faults = [Crash]
"""
    spec = load(text, {"P": 3})
    engine = Engine(spec)
    found = engine.search(simplest=True).violation
    assert found is not None and [spec.starts(k) for k in found.starts] == [spec.starts(0)]
    behavior = counterexample(spec, found, engine.canonical)
    assert [behavior.initial] == spec.starts(0)
    assert [step.action.name for step in behavior.steps].count("Crash") == 3


def test_a_trace_from_one_of_many_initial_states(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("points.py").write_text("from mc.lang import *\n" + POINTS, encoding="utf-8")
    assert main(["check", "points.py", "-c", "Size=40", "--invariant", "Apart", "--json", "r.json", "--quiet"]) == 12
    result = json.loads(Path("r.json").read_text(encoding="utf-8"))
    assert (result["initial"], result["levels"]) == (780, [])
    capsys.readouterr()
    trace = next(tmp_path.rglob("trace.json"))
    assert main(["trace", str(trace), "--replay"]) == 0
    assert "A behavior of points" in capsys.readouterr().out


def test_too_many_combinations() -> None:
    text = HEAD.removeprefix("from mc.lang import *").format(body=WHOLE, domain="Range(1, 1000000)")
    text = text.replace("def Start(t, k)", "def Start(t, k, m)").replace("1000000))]", "1000000), Range(1, 2000000))]")
    with pytest.raises(SpecError, match="Init: its parameters have 2,000,000,000,000 combinations of values, too many"):
        Engine(load(text, {"P": 2}))


INDUCTIVE = """
P: ModelValues
Nil: ModelValue
M = Record(to=P, n=Range(0, 1))
x = Variable(Fn(P, Range(0, 2)))
y = Variable(Range(0, 2))
q = Variable(Seq(P, 2))
o = Variable(Optional(P, Nil))
ms = Variable(Set(M))
b = Variable(BOOLEAN)
def Low(s, p):
    return s.x[p] <= s.y
def Start(t):
    t.x = {p: 0 for p in P}; t.y = 0; t.q = (); t.o = Nil; t.ms = set(); t.b = False
Init = [Start]
def IndInv(s):
    if not all(Low(s, p) for p in P):
        return False
    return (s.o == Nil or s.o in {p for p in s.q}) and (s.b or s.y == 1) and Cardinality(s.ms) < 2
def Raise(s, t, p):
    if not s.x[p] < s.y:
        return False
    t.x[p] = s.x[p] + 1
    return True
Next = [(Raise, P)]
def Sound(s):
    return all(Low(s, p) for p in P)
Invariants = [Sound]
"""
OF_PREDICATE = INDUCTIVE.replace("Init = [Start]", "").replace("def IndInv(s)", "def Init(s)")
OF_PREDICATE = OF_PREDICATE.replace("def Start(t):", "def Unused(t):")


@pytest.mark.parametrize("symmetry", [(), ("P",)])
def test_init_is_a_predicate_over_the_domains(symmetry: tuple[str, ...]) -> None:
    """It is evaluated, since every variable has its value: a state is generated once."""
    spec = load(OF_PREDICATE, {"P": 2}, symmetry)
    result = compare(spec, (1, 2)).result
    assert result is not None
    states = list(spec.initial_states())
    assert len(states) == len(set(states)) == 1350
    compare(load(OF_PREDICATE.replace("return all(Low(s, p) for p in P)", "return s.y < 2"), {"P": 2}, symmetry), (1,))


def test_a_model_puts_a_predicate_in_the_place_of_init() -> None:
    text = INDUCTIVE.replace("Init = [Start]", "").replace("def Start(t)", "def Init(t)")
    plain, inductive = load(text, {"P": 2}), load(text, {"P": 2}, substitute={"Init": "IndInv"})
    assert (Engine(plain).search().distinct, Engine(inductive).search().distinct) == (1, 1350)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Set(M)", "Bag(M, 2, 2)", "Init: variable ms: the domain Bag([to: {p1, p2}, n: 0..1]) cannot be enumerated"),
        ("n=Range(0, 1)", "n=Range(0, 99)", "Init: variable ms: SUBSET [to: {p1, p2}, n: 0..99] has too many elements"),
        ("def Init(s):", "def Init(s):\n    return s.y", "TRUE or FALSE is needed here, not a number"),
        ("def Init(s):", "def Init(s):\n    s.y == 1", "this statement has no effect"),
    ],
)
def test_what_a_predicate_cannot_choose_among(old: str, new: str, message: str) -> None:
    with pytest.raises(SpecError) as refused:
        Engine(load(OF_PREDICATE.replace(old, new, 1), {"P": 2}))
    assert message in refused.value.message


def test_what_a_part_of_a_row_cannot_go_through() -> None:
    text = """
P: ModelValues
v = Variable(Record(b=Bag(P, 2, 1)))
def Start(t, e):
    t.v = e
Init = [(Start, Record(b=Bag(P, 2, 1)))]
def Stay(s, t):
    return True
Next = [Stay]
"""
    with pytest.raises(SpecError) as refused:
        load(text, {"P": 2})
    assert "Init: parameter e: the domain Bag({p1, p2}) cannot be enumerated" in refused.value.message
    assert refused.value.line


def test_a_trace_from_a_state_that_a_predicate_chooses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = OF_PREDICATE.replace("return all(Low(s, p) for p in P)", "return s.x != {p: 2 for p in P}")
    Path("low.py").write_text("from mc.lang import *\n" + text, encoding="utf-8")
    assert main(["check", "low.py", "-c", "P=2", "--quiet", "--no-deadlock"]) == 12
    trace = next(tmp_path.rglob("trace.json"))
    assert main(["trace", str(trace), "--replay"]) == 0
    changed = trace.read_text(encoding="utf-8").replace('"y": "2"', '"y": "0"')
    trace.write_text(changed, encoding="utf-8")
    capsys.readouterr()
    assert main(["trace", str(trace), "--replay"]) == 21
    assert "State 1 is not an initial state.\n  Init is false" in capsys.readouterr().out
