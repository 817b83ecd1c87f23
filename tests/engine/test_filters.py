"""Conditions evaluated while translating: the elements that a loop leaves out are those that it need not look at."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from mc.engine.runtime import words
from mc.engine.search.compiled import Engine
from mc.errors import SpecError
from mc.lang.state import State
from tests.toys.engines import compare, load

#: Sets of messages of one word, of two words, and of so few that no loop is left; what else conditions depend on.
STATE = """
Proc: ModelValues
Val: ModelValues
Nil: ModelValue
Message = Union(
    Record(k="a", b=Range(0, 2)),
    Record(k="c", p=Proc, b=Range(0, 2), v=Optional(Val, Nil), r=Range(-1, 1)),
    Record(k="d", b=Range(0, 2), v=Optional(Val, Nil)),
)
Small = Union(Record(k="a", b=Range(0, 2)), Record(k="d", b=Range(0, 2), v=Optional(Val, Nil)))
wide = Variable(Set(Message))
flat = Variable(Set(Small))
few = Variable(Set(Range(2, 6)))
many = Variable(Set(Range(-40, 60)))
top = Variable(Range(0, 2))
who = Variable(Set(Proc))
"""
CONSTANTS = {"Proc": 3, "Val": 2}

INIT = """
def Init(t):
    t.wide = set()
    t.flat = set()
    t.few = set()
    t.many = set()
    t.top = 0
    t.who = set()
"""

HELPERS = """
def Promises(s, Q, b):
    return {m for m in s.wide if m.k == "c" and m.p in Q and m.b == b}
def Leaves(votes, v):
    return votes == set() or any(m.v == v and all(n.r <= m.r for n in votes) for m in votes)
def Safe(s, Q, b, v):
    promises = {m for m in s.wide if m.k == "c" and m.p in Q and m.b == b}
    votes = {m for m in promises if m.r >= 0}
    return all(any(m.p == p for m in promises) for p in Q) and Leaves(votes, v)
"""


class Conditions:
    """Writes random state predicates, all of which can be evaluated in all states."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.over = ""

    def number(self, names: list[str]) -> str:
        return self.random.choice(["0", "1", "2", "s.top", *names])

    def simple(self, m: str, numbers: list[str], sets: list[str]) -> str:
        """A condition on a message of ``over``."""
        pick = self.random.choice
        sender = f"({m}.k != 'c' or {m}.p {pick(['in', 'not in'])} {pick(['s.who', *sets])})"
        return str(
            pick(
                [
                    f'{m}.k {pick(["==", "!="])} "{pick("acd")}"',
                    f"{m}.b {pick(['==', '<=', '>', '!='])} {self.number(numbers)}",
                    f"{m}.b in {pick(['{0, 2}', 'Range(1, 2)', f'Range({self.number(numbers)}, 2)'])}",
                    f"not ({m}.b == {self.number(numbers)} or {m}.k == 'a')",
                    f"({m}.k == 'd' and {m}.v {pick(['==', '!='])} Nil)",
                    sender if self.over == "s.wide" else "True",
                    f"{self.number(numbers)} < {m}.b + 1 <= 2",
                    f"({m}.b + 1) % 2 == 0",
                    f"any({m}.b == z and z != {self.number(numbers)} for z in Range(0, 2))",
                ]
            )
        )

    def body(self, m: str, numbers: list[str], sets: list[str]) -> str:
        return " and ".join(self.simple(m, numbers, sets) for _ in range(self.random.randint(1, 3)))

    def predicate(self) -> str:
        pick = self.random.choice
        over = self.over = pick(["s.wide", "s.flat"])
        quantifier, other = pick(["any", "all"]), pick(["any", "all"])
        negated = pick(["", "not "])
        inside = pick(["in", "not in"])
        return str(
            pick(
                [
                    f"{quantifier}({negated}({self.body('m', [], [])}) for m in {over})",
                    f"{quantifier}({self.body('m', [], [])} for m in {over} if {self.body('m', [], [])})",
                    f"{quantifier}({negated}({self.body('m', ['b'], ['Q'])}) for Q in Set(Proc) for b in Range(0, 2)"
                    f" if b != s.top for m in {over}"
                    f" if {self.body('m', ['b'], ['Q'])})",
                    f"{quantifier}({other}({self.body('m', ['b'], [])} for m in {over}) for b in Range(0, 2))",
                    f"Cardinality({{m for m in {over} if {self.body('m', [], [])}}}) > {pick('012')}",
                    f"{{m for m in {over} if {self.body('m', [], [])}}} <= {{m for m in {over}"
                    f" if {self.body('m', [], [])}}}",
                    f"{quantifier}({other}({self.body('m', ['b'], [])} for m in {{n for n in {over}"
                    f" if {self.body('n', ['b'], [])}}}) for b in Range(0, 2))",
                    f"sum(m.b for m in {over} if {self.body('m', [], [])}) > 2",
                    f"{quantifier}(Safe(s, Q, b, v) for Q in Set(Proc) for b in Range(0, 2) for v in Val)",
                    f"{quantifier}(any(m.r > 0 for m in Promises(s, Q, b)) for Q in Set(Proc) for b in Range(0, 2))",
                    f'{quantifier}({other}(Message(k="c", p=p, b=b, v=v, r=0) {inside} s.wide for p in Q)'
                    f" for Q in Set(Proc) for b in Range(0, s.top) for v in Optional(Val, Nil))",
                    f'{quantifier}({negated}Small(k="d", b=b, v=Nil) {inside} s.flat for b in Range(0, 2)'
                    f" if b != {pick('01')})",
                    f"{quantifier}({other}(i + k {inside} s.few for i in Range(1, {pick('23')}) if i != k)"
                    f" for k in Range(1, 2))",
                    f"{quantifier}(i * k {inside} s.many for k in Range(-7, 7) for i in Range(1, 5) if i != k)",
                    f"{quantifier}(i > {pick('345')} and i != s.top for i in s.few if i != {pick('23456')})",
                    f"{quantifier}(i > {pick(['3', 'b', '-30'])} and i % 2 == 0 for b in s.few for i in s.many)",
                    f"Cardinality({{i for i in s.many if {pick(['-3 < i < 9', 'i in s.few', 'i > s.top'])}}}) > 1",
                ]
            )
        )


def states(engine: Engine, random: Random, count: int) -> list[State]:
    """Random states; some sets are empty, or have few elements, or all."""
    found = []
    for _ in range(count):
        parts = {}
        for name, shape in engine.layout.fields.items():
            values = getattr(shape, "values", None)
            if values is None:
                parts[name] = shape.decode(random.randrange(3))
            else:
                share = random.choice([0, 0.05, 0.2, 0.5, 0.9, 1])
                parts[name] = frozenset(v for v in values if random.random() < share)
        found.append(State(parts))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_as_python_says(seed: int) -> None:
    """Of every state, whether it satisfies a predicate is what Python says of the text of the spec."""
    conditions, names = Conditions(seed), [f"W{k}" for k in range(50)]
    texts = [f"def {name}(s):\n    return {conditions.predicate()}\n" for name in names]
    step = "def Step(s, t):\n    t.top = 0\n    return True\nNext = [Step]\n"
    text = STATE + INIT + HELPERS + "".join(texts) + step + f"Witnesses = [{', '.join(names)}]\n"
    spec = load(text, CONSTANTS)
    engine = Engine(spec)
    some = states(engine, conditions.random, 60)
    control = engine.control()
    rows = np.array([engine.layout.pack(state) for state in some])
    _, found = engine.inspect(rows, control)
    assert control[words.STOP] == words.OK
    for state, facts in zip(some, found, strict=True):
        for k, witness in enumerate(spec.witnesses):
            want = witness.function(state)  # type: ignore[operator]
            assert bool(facts[words.WITNESSED] >> k & 1) == want, (texts[k], state)


#: Messages of all kinds are sent; two actions of random guards receive one.
SEND = """
def Send(s, t, n, p):
    if n == 1:
        t.wide = s.wide | {Message(k="c", p=p, b=1, v=Nil, r=-1), Message(k="d", b=2, v=Nil)}
    else:
        t.wide = s.wide | {Message(k="a", b=n)}
    t.flat = s.flat | {Small(k="a", b=n)}
    return True
"""


def guards(conditions: Conditions) -> str:
    text = ""
    for _ in range(conditions.random.randint(1, 3)):
        condition = f"{conditions.random.choice(['not', ''])} ({conditions.body('m', ['b'], ['{p}'])})"
        text += f"    if {condition}:\n        return False\n"
    return text


@pytest.mark.parametrize("seed", range(8))
def test_actions_as_in_the_reference_engine(seed: int) -> None:
    """A parameter that ranges over a set, and guards that leave out some of its elements.

    Every other one up to renaming: what the messages in a set mention is coloured.
    """
    conditions = Conditions(seed)
    lines, rows = [], ["(Send, Range(0, 2), Proc)"]
    for name in ("Receive", "Answer"):
        conditions.over = conditions.random.choice(["s.wide", "s.flat"])
        lines += [f"def {name}(s, t, p, b, m):", guards(conditions) + "    t.top = m.b", "    t.who = s.who ^ {p}"]
        lines += ["    return True"]
        rows.append(f"({name}, Proc, Range(0, 1), {conditions.over[2:]})")
    text = STATE + INIT + SEND + "\n".join([*lines, f"Next = [{', '.join(rows)}]", ""])
    compare(load(text, {"Proc": 2, "Val": 1}, symmetry=("Proc",) if seed % 2 else ()))


#: In every step one more message, of the next kind; the queue stays empty for the first two.
ONE_BY_ONE = (
    STATE
    + """
n = Variable(Range(0, 4))
q = Variable(Seq(Range(0, 1), 1))
"""
    + INIT
    + """
    t.n = 0
    t.q = ()
def First(s, t):
    if s.n != 0:
        return False
    t.n = 1
    t.wide = s.wide | {Message(k="a", b=0)}
    return True
def Second(s, t, p):
    if s.n != 1:
        return False
    t.n = 2
    t.q = (0,)
    t.wide = s.wide | {Message(k="c", p=p, b=1, v=Nil, r=-1)}
    return True
def Third(s, t):
    if s.n != 2:
        return False
    t.n = 3
    t.wide = {Message(k="d", b=2, v=Nil)}
    return True
def Get(s, t, m):
    GUARD
    t.top = m.b
    return True
Next = [(First,), (Second, Proc), (Third,), (Get, wide)]
def Inv(s):
    return PREDICATE
Invariants = [Inv]
"""
)


@pytest.mark.parametrize(
    ("predicate", "length"),
    [
        ("all(m.v == Nil for m in s.wide)", 2),
        ("all(m.p in Proc for m in s.wide if m.k != 'a')", 4),
        ("all(m.k == 'd' or m.b == 0 or m.p in Proc for m in s.wide)", None),
        ("not any(m.b == 0 and s.q[1] == 1 for m in s.wide)", 2),
        ("not any(m.k == 'd' and s.q[1] == 1 for m in s.wide)", None),
        ("not any(s.q[1] == 1 and m.k == 'd' for m in s.wide)", 2),
        ("not any(s.n == 5 and s.q[1] == 1 and m.k == 'a' for m in s.wide)", None),
        ("{m for m in s.wide if m.r < 0} == set()", 2),
        ("{m for m in {n for n in s.wide if n.k == 'c'} if m.r >= 0} == set()", None),
        ("all(any(m.p == p for m in s.wide) for p in s.who)", None),
        ("s.n == 0 or all(any(m.p == p for m in s.wide) for p in Proc)", 2),
        ("all(Message(k='a', b=b + s.top) in s.wide for b in Range(0, 3) if b == 5)", None),
        ("all(Message(k='a', b=b) in s.wide for b in Range(0, 3) if b == 3)", 1),
    ],
)
def test_what_cannot_be_evaluated(predicate: str, length: int | None) -> None:
    """An element that is left out is not one that the evaluation fails for."""
    text = ONE_BY_ONE.replace("PREDICATE", predicate).replace("GUARD", "pass")
    for constants in ({"Proc": 2, "Val": 1}, CONSTANTS):  # a set of one word, and of two
        want = compare(load(text, constants))
        assert (want.verdict, want.length) == ("ok" if length is None else "error", length)


@pytest.mark.parametrize(
    ("guards", "length"),
    [
        (["m.v != Nil"], 2),
        (["m.k == 'a'", "m.v != Nil"], None),
        (["s.q[1] == 1", "m.k != 'd'"], 2),
        (["m.k != 'd'", "s.q[1] == 1"], None),
    ],
)
def test_a_guard_that_cannot_be_evaluated(guards: list[str], length: int | None) -> None:
    guard = "".join(f"if {condition}:\n        return False\n    " for condition in guards)
    text = ONE_BY_ONE.replace("PREDICATE", "True").replace("GUARD", guard)
    for constants in ({"Proc": 2, "Val": 1}, CONSTANTS):  # a set of one word, and of two
        want = compare(load(text, constants))
        assert (want.verdict, want.length) == ("ok" if length is None else "error", length)


def test_a_parameter_hides_a_name_of_the_spec() -> None:
    """Also in the guards that are evaluated before it has a value."""
    text = ONE_BY_ONE.replace("PREDICATE", "s.top == 0").replace("GUARD", "if m.b != b:\n        return False")
    text = text.replace("(s, t, m)", "(s, t, m, b)").replace("(Get, wide)", "(Get, wide, Range(1, 2))") + "b = 0\n"
    want = compare(load(text, {"Proc": 2, "Val": 1}))
    assert (want.verdict, want.length) == ("violation", 4)


def test_a_guard_after_another_branch_leaves_nothing_out() -> None:
    guard = "if m.k == 'd': return False\n    else:\n        if s.q[1] == 1: return False\n"
    text = ONE_BY_ONE.replace("PREDICATE", "True").replace("GUARD", guard + "    if m.k == 'a': return False")
    assert compare(load(text, {"Proc": 2, "Val": 1})).length == 2


@pytest.mark.parametrize(
    "condition", ["m.k is 'a'", "m.k < 'b'", "m.b", "m.z == 1", "m.k == 'a' and m.c == 1", "nowhere"]
)
def test_what_is_not_in_the_language_is_refused(condition: str) -> None:
    """Python could evaluate some of it."""
    text = ONE_BY_ONE.replace("PREDICATE", f"all({condition} for m in s.wide)").replace("GUARD", "pass")
    with pytest.raises(SpecError):
        Engine(load(text, {"Proc": 2, "Val": 1}))


def test_division_by_what_is_not_positive_is_no_filter() -> None:
    """TLC cannot evaluate it, and Python can."""
    text = ONE_BY_ONE.replace("PREDICATE", "all(m.b % (m.b - 5) != 9 for m in s.wide)").replace("GUARD", "pass")
    assert Engine(load(text, {"Proc": 2, "Val": 1})).search().verdict == "error"


def test_elements_are_added_to_a_set_of_several_words() -> None:
    text = """
wide = Variable(Set(Range(0, 99)))
n = Variable(Range(0, 40))
def Init(t):
    t.wide = set()
    t.n = 0
def Add(s, t, k):
    t.wide = s.wide | {k, s.n + 59, 99 - k}
    t.n = 2 * k + s.n
    return True
Next = [(Add, Range(0, 3))]
def Low(s):
    return s.n < 9
Constraints = [Low]
"""
    assert compare(load(text)).verdict == "ok"
