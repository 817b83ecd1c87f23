"""Formulas and their interpreter: against the reference engine, state by state; what is read, printed and counted."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from mc.engine import reference
from mc.errors import EvaluationError, SpecError
from mc.formula.text import text
from mc.lang.state import State
from mc.read.models import bundled, bundled_names, find_spec, read_models
from mc.read.python.load import load_spec
from mc.spec.objects import Spec
from tests.lang.test_coverage import SPECS
from tests.toys.engines import load
from tests.toys.random_spec import RandomSpec


def values_of(state: State) -> tuple[Any, ...]:
    return tuple(state.values.values())


def steps(spec: Spec, state: State) -> list[tuple[str, tuple[Any, ...], tuple[Any, ...]]]:
    """The steps that the interpreter finds from a state."""
    found = []
    for action in spec.actions:
        definition = spec.formulas.of(action.function)
        for arguments in itertools.product(*(tuple(p.values(state)) for p in action.parameters)):
            for after in spec.interpreter.successors(definition, values_of(state), arguments):
                if action.update is not None:
                    (after,) = spec.interpreter.successors(spec.formulas.of(action.update), after, ())
                found.append((action.name, arguments, after))
    return found


def compare(spec: Spec, limit: int) -> int:
    """The interpreter and the reference engine, on the states that the latter finds; how many steps were compared."""
    initial = [
        state
        for function, parameters in spec.init
        for arguments in itertools.product(*(tuple(p.domain or ()) for p in parameters))
        for state in spec.interpreter.successors(spec.formulas.of(function), None, arguments)
    ]
    assert initial == [values_of(state) for state in spec.initial_states()]
    count = 0
    for state in reference.explore(spec, limit).states:
        want = [(s.action.name, s.arguments, values_of(s.state)) for s in reference.successors(spec, state)]
        assert steps(spec, state) == want, state
        for predicate in (*spec.invariants, *spec.constraints, *spec.witnesses):
            definition = spec.formulas.of(predicate.function)
            assert spec.interpreter.holds(definition, values_of(state)) == predicate.function(state), predicate.name
        count += len(want)
    return count


@pytest.mark.parametrize("name", SPECS)
def test_the_language(name: str) -> None:
    source, constants, _ = SPECS[name]
    assert compare(load(source, constants), 100) > 100


#: Loops that write, and are left early, go on early, or count.
LOOPS = """
x = Variable(Range(0, 3))
f = Variable(Fn(Range(1, 3), Range(0, 3)))
def Init(t):
    t.x = 0
    t.f = {k: 0 for k in Range(1, 3)}
def Grow(s, t):
    n = 0
    for k in Range(1, 3):
        if s.f[k] > 1:
            continue
        if n == 2:
            break
        n += 1
        t.f[k] = s.f[k] + n
    t.x = n
    return True
def Clear(s, t, i):
    for k in Range(1, 3):
        if k > i:
            return True
        t.f[k] = 0
    t.x = 3
    return True
def Number(s, t):
    for k in Range(1, 3):
        t.f[k] = k if s.x == 3 else 0
    return True
Next = [Grow, (Clear, Range(0, 3)), Number]
"""


def test_loops_that_write() -> None:
    assert compare(load(LOOPS), 300) > 100


@pytest.mark.parametrize("name", bundled_names())
def test_bundled_specs(name: str) -> None:
    path, _ = find_spec(name)
    models = read_models(path).models
    model = models.get("tiny") or next(iter(models.values()))
    assert compare(load_spec(path, model), 40) > 40


@pytest.mark.parametrize("first", [0, 1000])
def test_random_specs(first: int) -> None:
    compared = 0
    for seed in range(first, first + 12):
        generator = RandomSpec(seed, unsafe=0.0, starts=bool(seed % 2))
        try:
            compared += compare(load(generator.text(), generator.constants), 40)
        except (EvaluationError, SpecError):  # it leaves a domain
            continue
    assert compared > 500


def read(body: str, parameters: str = "s") -> str:
    """The text of a definition ``D`` over x, a number, and f, a function from {1, 2} to sequences of numbers."""
    spec = load(
        f"""
N: Natural
x = Variable(Range(0, 9))
f = Variable(Fn(Range(1, 2), Seq(Range(0, 9), 3)))
def Init(t):
    t.x = 0
    t.f = {{i: () for i in Range(1, 2)}}
def Nothing(s, t):
    return False
def Long(s, i):
    return Len(s.f[i]) > 1
def Send(s, t, i):
    t.f[i] = Append(s.f[i], s.x)
def D({parameters}):
    {body}
Next = [Nothing]
""",
        {"N": 3},
    )
    return text(spec.formulas["D"].body)


PICKED = "SelectSeq(f[1], LAMBDA k : k > 0)"


@pytest.mark.parametrize(
    ("body", "printed"),
    [
        ("return s.x + 1 - 2 * s.x", "(x + 1) - 2 * x"),
        ("return (s.x - 1) * 2 - (s.x - (1 - N))", "(x - 1) * 2 - (x - (1 - N))"),
        ("return not s.x == 1 and (s.x < 2 or s.x in {1, 2})", "~x = 1 /\\ (x < 2 \\/ x \\in {1, 2})"),
        ("return 0 < s.x <= N", "0 < x /\\ x <= N"),
        ("return s.f[1][Len(s.f[1])]", "f[1][Len(f[1])]"),
        ("return all(s.f[i] == () for i in Range(1, 2) if i != s.x)", "\\A i \\in 1 .. 2 : i /= x => f[i] = <<>>"),
        ("return {i for i in Range(1, 2) if Long(s, i)}", "{i \\in 1 .. 2 : Long(i)}"),
        ("return {i + 1 for i in Range(1, 2)}", "{i + 1 : i \\in 1 .. 2}"),
        ("return {i: () for i in Range(1, 2)}", "[i \\in 1 .. 2 |-> <<>>]"),
        ("return 1 if s.x == 0 else 2", "IF x = 0 THEN 1 ELSE 2"),
        ("return s.x in UNION({{i} for i in Range(1, 2)})", "x \\in UNION {{i} : i \\in 1 .. 2}"),
        ("return UNION({{s.x}, {1}} | {{2}}) | {0}", "(UNION ({{x}, {1}} \\cup {{2}})) \\cup {0}"),
        ("return UNION(UNION({{{s.x}}})) == {1}", "UNION (UNION {{{x}}}) = {1}"),
        ("return - -s.x", "-(-x)"),
        ("return The(i for i in {1, 2} if s.x == i) + 1", "(CHOOSE i \\in {1, 2} : x = i) + 1"),
        ("return The(i for i in {s.x})", "CHOOSE i \\in {x} : TRUE"),
        ("return The(s.f[i] for i in {s.x})", "CHOOSE only \\in {f[i] : i \\in {x}} : TRUE"),
        ("return tuple(e + 1 for e in s.f[1])", "[k \\in DOMAIN f[1] |-> f[1][k] + 1]"),
        ("return [k for k in s.f[1] if k > 0]", "SelectSeq(f[1], LAMBDA k : k > 0)"),
        ("return [k * 2 for k in s.f[1] if k > 0]", "[n \\in DOMAIN Q |-> Q[n] * 2]".replace("Q", PICKED)),
        ("return tuple(k for k in s.f[1] + (s.x,))", "(f[1] + <<x>>)"),
        ("return tuple(s.x for k in Range(1, s.x))", "[k \\in 1 .. x |-> x]"),
        ("return tuple(k for k in Range(2, s.x))", "<<k : k \\in 2 .. x>>"),
        ("return tuple(a for (a, b) in ((s.x, 1), s.f[1]))", "<<a : <<a, b>> \\in <<<<x, 1>>, f[1]>>>>"),
        ("y = s.x\n    return y + y", "LET y == x IN y + y"),
        ("if s.x == 0:\n        return 1\n    return 2", "IF x = 0 THEN 1 ELSE 2"),
        (
            "y = 1\n    if s.x == 0:\n        y = 2\n    return y",
            "LET y == 1 IN LET y == IF x = 0 THEN LET y == 2 IN y ELSE y IN y",
        ),
        (
            "for i in Range(1, 2):\n        if s.x > i: return i\n        if s.x == i: return 7\n    return 0",
            "LET <<<left>, <result>>> == Fold(i \\in 1 .. 2, <<<left>, <result>>>, <<0, Unset>>, "
            "<<IF x > i THEN 2 ELSE IF x = i THEN 2 ELSE 0, IF x > i THEN i ELSE IF x = i THEN 7 ELSE <result>>>, "
            "<left> = 0) IN IF <left> = 2 THEN <result> ELSE 0",
        ),
    ],
)
def test_the_text_of_an_expression(body: str, printed: str) -> None:
    assert read(body) == printed


@pytest.mark.parametrize(
    ("body", "printed"),
    [
        ("if not s.x == 1:\n        return False\n    t.x = 2\n    return True", "x = 1 /\\ x' = 2"),
        (
            "if s.x == 1:\n        return False\n    t.f[1] = ()\n    return True",
            "~x = 1 /\\ f' = [f EXCEPT ![1] = <<>>]",
        ),
        ("Send(s, t, 1)\n    return True", "Send(1)"),
        (
            "if s.x == 1:\n        t.x = 2\n    else:\n        t.x = 3\n    Send(s, t, 1)\n    return True",
            "(IF x = 1 THEN x' = 2 ELSE x' = 3) /\\ Send(1)",
        ),
        (
            "for i in Range(1, 2):\n        t.f[i] = ()\n    return True",
            "\\A i \\in 1 .. 2 : f' = [f EXCEPT ![i] = <<>>]",
        ),
    ],
)
def test_the_text_of_an_action(body: str, printed: str) -> None:
    assert read(body, "s, t") == printed


def test_what_a_definition_reads_and_writes() -> None:
    path = bundled("specs") / "raft.py"
    raft = load_spec(path, read_models(path).select("tiny"))
    timeout, request = raft.formulas["Timeout"], raft.formulas["RequestVote"]
    assert raft.interpreter.facts.of(timeout).reads == {"state", "currentTerm"}
    changed = {"currentTerm", "state", "votedFor", "votesResponded", "votesGranted"}
    assert raft.interpreter.facts.of(timeout).writes == changed
    # By the definition that it calls.
    assert raft.interpreter.facts.of(request).writes == {"messages"}


@pytest.mark.parametrize("body", ["sum(2**60 for k in Range(0, s.x))", "{s.x: 1, 2: 2}[2]"])
def test_what_cannot_be_evaluated(body: str) -> None:
    text = f"x = Variable(Range(0, 3))\ndef Init(t):\n    t.x = 0\ndef D(s):\n    return {body}\n"
    spec = load(text + "def A(s, t):\n    return D(s) == 2\nNext = [A]\n")
    definition = spec.formulas["D"]
    assert spec.interpreter.value(definition, (1,)) in (1 << 61, 2)
    with pytest.raises(EvaluationError):
        spec.interpreter.value(definition, (2,))
    # As Python says, too.
    with pytest.raises(EvaluationError):
        spec.namespace["D"](State({"x": 2}))
