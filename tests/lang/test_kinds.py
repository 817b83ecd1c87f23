"""Values of different kinds never meet silently: what TLC refuses to compare, both engines refuse."""

from __future__ import annotations

import ast
import re
from typing import Any

import pytest

import mc.lang
from mc.engine.search.compiled import Engine
from mc.errors import EvaluationError, SpecError
from mc.lang.values import ModelValue
from mc.read.python.rewrite import HELPERS, executable
from mc.spec.objects import Spec
from mc.trace.behavior import find_failure
from tests.toys.engines import compare, load

SPEC = """
S: ModelValues
Nil: ModelValue
n = Variable(Range(0, 2)); b = Variable(BOOLEAN); a = Variable(Enum("a", "b")); p = Variable(S)
o = Variable(Optional(Range(0, 3), Nil)); ob = Variable(Optional(BOOLEAN, Nil))
e = Variable(Enum("a", 1)); z = Variable(Enum(0, 1, False)); so = Variable(Optional(Range(0, 3), "no"))
m = Variable(Enum(S, 0, 1)); ns = Variable(Set(Range(0, 2))); bs = Variable(Set(BOOLEAN))
q = Variable(Seq(Range(0, 2), 2)); qb = Variable(Seq(BOOLEAN, 2)); qe = Variable(Seq(Enum("a", 1), 1))
f = Variable(Fn(Range(1, 2), Range(0, 2))); fs = Variable(Fn(S, Range(0, 2)))
U = Union(Record(k="x", v=Range(0, 2)), Record(k="y", v=BOOLEAN)); u = Variable(U)
R = Record(v=Range(0, 1)); r = Variable(R); RB = Record(v=BOOLEAN); rb = Variable(RB)
bag = Variable(Bag(Range(0, 2), 2, 2)); out = Variable(Range(0, 9))
def Start(t, i):
    t.n = 1; t.b = False; t.a = "a"; t.p = i; t.o = Nil; t.ob = Nil; t.e = "a"; t.z = 0; t.so = 1; t.m = 0
    t.ns = set(); t.bs = set(); t.q = (); t.qb = (); t.qe = (); t.f = (0, 0); t.fs = {k: 0 for k in S}
    t.u = U(k="x", v=0); t.r = R(v=0); t.rb = RB(v=False); t.bag = {}; t.out = 0
def Change(s, t):
    t.e = 1; t.z = False; t.ns = {1}; t.bs = {True}; t.q = (1, 2); t.qb = (True,); t.qe = ("a",); t.m = s.p; t.o = 1
    t.u = U(k="y", v=True); t.bag = {1}; t.so = "no"; t.ob = True; t.f = s.q if Len(s.q) == 2 else (1, 2)
    return True
Init = [(Start, S)]
def Look(s, t):
    @
    return True
Next = [(Change,), (Look,)]
"""
#: The line of Look's only statement, after the line that every spec begins with.
LINE = 2 + SPEC.split("@")[0].count("\n")


def with_statement(statement: str, tables: str = "") -> Spec:
    return load(SPEC.replace("@", statement) + tables, {"S": 2})


def with_condition(condition: str) -> Spec:
    return with_statement(f"t.out = 1 if {condition} else 2")


#: Conditions, and the two kinds of values that meet in them whatever the state is.
REFUSED = {
    "a number|a Boolean": """
        s.n == True; s.n != True; True == s.n; s.b != 1; s.b == 0; 1 == True; s.o == True; s.ns == {True}; s.ns == s.bs
        s.q == (True,); s.q == s.qb; s.qb == (1,); s.r == s.rb; s.r == RB(v=True); s.n in {True}; s.n not in {True}
        s.b in Range(0, 1); True in s.ns; s.b in s.ns; s.n in s.bs; s.n in BOOLEAN; s.o in BOOLEAN; s.ns in Set(BOOLEAN)
        s.q in Seq(BOOLEAN); s.f in Fn(Range(1, 2), BOOLEAN); s.r in RB; s.r in Record(v=BOOLEAN); s.n in {0, False}
        s.n in {s.n, s.b}; {0, 1} == {0, True}; 1 in {Nil, True}; s.ns <= {True}; s.ns < s.bs; {True} <= s.ns
        (s.ns | {True}) == set(); (s.ns & {True}) == set(); (s.ns - {True}) == set(); (s.ns ^ s.bs) == set()
        s.f[True] == 0; s.f[s.b] == 0; CopiesIn(True, s.bag) == 1; True in s.bag; s.bag[True] == 1; (1,) == (True,)
        Cardinality({s.n, s.b}) == 1; Cardinality({0, False}) == 1; s.n == s.b == s.n
        any(s.b == k for k in s.ns); {k for k in s.ns if k == True} == set(); {i for i in s.bs} == s.ns
        UNION({s.ns, s.bs}) == set(); UNION({{s.n}, {True}}) == set(); UNION({s.ns, {Nil}, {True}}) == S
        {i: 0 for i in {1}} == {i: 0 for i in {True}}; {s.n == 1, 1} == set(); s.f[1] == s.b; Max({0, 1}) == (1 == 1)
    """,
    "TRUE or FALSE is needed": """
        s.n; s.a; s.ns; s.q; s.r; not s.n; s.n and s.b; s.b and s.n; s.b or 1; True and 1; False or s.n
        (1 if s.n else 2)
        any(s.n for i in S); all(s.ns for i in S); any(1 for i in S); all(k for k in s.ns); s.o; not 1; not "a"
        any(s.b for i in S if s.n); {i for i in S if s.n} == set(); {i for i in S if i} == set(); 1 == 1 == 1 and 2
    """,
    "number|a Boolean": """
        s.b < s.n; s.b < True; s.b >= 0; True < 2; s.b + 1 == 2; True + 1 == 2; 2 * s.b == 0; s.b - 1 == 0; -s.b == 0
        s.b // 1 == 0; 3 % s.b == 0; -True == 1; abs(s.b) == 1; abs(True) == 1; Max({s.b, s.n}) == 1
        max(True, False) == 1; max(s.b, 1) == 1; Min(k == 1 for k in s.ns) == 1; sum(s.b for i in S) == 1
        sum(True for i in S) == 1; s.q[True] == 1; SubSeq(s.q, True, 1) == (); s.b in Range(0, s.n); s.n < (s.n < 1) < 3
    """,
    "two numbers": 's.a < "b"; "a" < "b"; s.p < 1; s.p < s.p; s.a + 1 == 1',
    "The takes a set": "The(s.q) == 1; The(s.n) == 1; The(s.a) == 1; The(s.f) == 0; The(s.bag) == 1",
    "The takes 1 argument": "The() == 1; The(s.n, s.n) == 1",
    "sequence of numbers": "Max(s.bs) == 1; Max({True, False}) == 1",
    "a string|a number": """
        s.a == 1; 1 != s.a; s.a == s.n; s.o == "a"; s.n == "1"; s.a in {1, 2}; "a" in s.ns; s.a in Range(0, 1)
        s.f["a"] == 0
        s.n in {0, "a"}; s.ns == {"a"}; s.ns <= {"a"}; s.m == "a"; s.q == ("a",); 1 == "1"; 1 == "1"
    """,
    "a set|": """
        s.ns == 1; s.ns == {}; s.ns == (); s.ns == s.q; s.bag == set(); s.bag == {1}; s.n == s.ns; {1} == 1
        s.ns in s.ns
        s.ns in {1}; s.n in Set(Range(0, 2)); s.o in Set(Range(0, 1)); s.f == set(); s.ns == s.f; s.ns == "a"
        s.ns == True; s.ns < 1; s.n <= s.ns
    """,
    "a record|": 's.r == 1; s.r == "a"; s.r == (0,); s.r == s.f; s.r == {0}; s.r in s.ns; s.n in R; s.u == s.ns',
    "a function|": 's.f == 1; s.f == "a"; s.f == s.r; s.fs == (0, 0); s.f in s.ns; s.f == True; s.n in Fn(S, S)',
    "Len takes a sequence": 'Len(s.ns) == 1; Len({1, 2}) == 2; Len(s.fs) == 2; Len("ab") == 2; Len(1) == 1',
    "Cardinality takes a set or a bag": "Cardinality(s.q) == 1; Cardinality((1, 2)) == 2; Cardinality(s.f) == 2",
    "UNION takes a set of sets": """
        UNION(s.n) == set(); UNION(s.ns) == set(); UNION({s.ns, s.n}) == set(); UNION({1, 2}) == set(); UNION(S) == S
        UNION(s.q) == set(); UNION((s.ns, s.ns)) == set(); UNION("ab") == set(); UNION({"ab"}) == set()
        UNION(s.bag) == set(); UNION({s.bag}) == set(); UNION({s.bag for k in s.ns}) == set(); UNION({s.f}) == set()
        UNION({s.o, S}) == S; UNION(s.r) == set(); UNION(BOOLEAN) == S; UNION({Nat, s.ns}) == S; UNION(Set(S)) == S
    """,
    "the elements of a set can be compared": """
        Cardinality({{Nil}, {1}, {True}}) == 2; Cardinality({set(), {s.n}, {s.b}}) == 1
        Cardinality({k for k in Enum(1, True) if s.n == 1}) == 1; 1 in {k for k in Enum(1, True) if s.n == 1}
    """,
    "the arguments of a function can be compared": "{k: 1 for k in Enum(1, True)}[1] == 1",
    "condition for x in S": "any({0, 1}); all(s.bs); all({1})",
    "only a set or a sequence is ranged over": 'any(c == "a" for c in "ab"); {c for c in "ab"} == set()',
    "a sequence is made of another one, or of Range(lo, hi)": """
        tuple(k for k in s.ns) == (); [k for k in s.bag] == (); tuple(k for k in {1, 2}) == (); [k for k in S] == ()
        [k for q in s.q for k in s.ns] == (); tuple(k for k in s.fs) == (); [k for k in "ab"] == ()
        [k for k in s.n] == (); [s.n for k in BOOLEAN] == (); [k for k in s.u] == ()
        tuple(k + s.n for k in Enum(1, 2)) == ()
    """,
    "a tuple of 2 components is needed": """
        any(a == b for (a, b) in s.ns); {a for (a, b) in s.qe} == set(); any(a == b for (a, b) in {s.ns})
    """,
    "tuple(value for x in q)": "tuple(s.q) == (); tuple() == ()",
    "a set, a bag or a domain": "1 in s.q",
    "sequence of numbers, not of": 'max(s.qb) == True; Max((s.a, "b")) == 1',
    "number": "sum(s.qb) == 1; sum(s.bs) == 1",
    "different kinds": 's.qe == s.qe; s.qe == ("a",); s.e == True; s.qe == s.q',
}


@pytest.mark.parametrize(
    ("condition", "kinds"),
    [(c.strip(), k) for k, cs in REFUSED.items() for line in cs.splitlines() for c in line.split(";") if c.strip()],
)
def test_refused_at_load(condition: str, kinds: str) -> None:
    with pytest.raises(SpecError) as refused:
        Engine(with_condition(condition))
    assert refused.value.line == LINE, refused.value
    assert str(refused.value.file).endswith("spec.py")
    for kind in kinds.split("|"):
        assert kind in refused.value.message, refused.value


#: Conditions that cannot be evaluated in some states, since a value may be of several kinds there; and how many states
#: it takes until one is reached.
FAILING = {
    "s.e == 1": 1,
    's.e == "a"': 2,
    "s.e == s.z": 1,
    "s.z == 0": 2,
    "s.z == False": 1,
    "s.so == 1": 2,
    "s.so != s.n": 2,
    "s.u.v == 1": 2,
    "s.so in s.ns": 2,
    "s.z in BOOLEAN": 1,
    "s.e in {0, 1}": 1,
    "s.f[s.z] == 0": 1,
    "(1 if s.b else True) == 1": 1,
    "s.z + 1 == 1": 2,
    "s.z": 1,
    "not s.ob": 1,
    "s.so < 2": 2,
    "s.so in Range(0, 3)": 2,
    "The(s.ns) == 1": 1,
    "The(i for i in S if s.fs[i] == 0) == s.p": 1,
    "The(i for i in S if s.fs[i] == 1) == s.p": 1,
    "The(k for k in s.q if k > 0) == 1": 1,
    "any(a == b for (a, b) in (s.q,))": 1,
    "sum(a for (a, b) in {(1, 1, s.n)}) == 1": 1,
    "Max(s.q) == 2": 1,
    "max(s.qe) == 2": 1,
}


@pytest.mark.parametrize("condition", FAILING)
def test_an_error_where_it_depends_on_the_state(condition: str) -> None:
    spec = with_condition(condition)
    want = compare(spec, (1,))
    assert (want.verdict, want.length) == ("error", FAILING[condition])


def test_the_error_names_kinds_values_and_place() -> None:
    spec = with_condition("s.e == 1")
    failure = find_failure(spec, next(spec.initial_states()))
    assert failure is not None
    assert failure.message == 'values of different kinds are compared: "a", a string, and 1, a number'
    assert (str(failure.file), failure.line) == (str(spec.path), LINE)


#: Conditions that can be evaluated in all states: a model value may be compared with anything, and so may be what is
#: different for another reason.
COMPARED = """
    s.p == 1; s.p == "s1"; s.p != True; s.o == 1; s.o == Nil; s.o in s.ns; s.o in {0, 1}; s.o in Range(0, s.n)
    s.m == 1
    s.m == s.p; s.m in s.ns; s.m in {0, 1}; s.m in S; s.m in Range(0, s.n); s.n in S; s.p in s.ns; s.n in {Nil}
    s.p in BOOLEAN
    s.e in Enum("a", 1); s.z in Enum(0, 1, False); s.q == (); s.q == {}; s.bag == {}; s.bag == (); s.f == ()
    s.f == (1, 2); s.f == s.q; s.q == s.f; s.u == U(k="x", v=1); s.u == U(k="y", v=True); s.u == s.r; s.r == R(v=1)
    s.u.k == "y" and s.u.v == True; s.u.k == "y" or s.u.v == 0; s.qe == (); (1, 2) == (True,); s.ns == set(); s.e == Nil
    (s.n if s.b else s.p) == s.p; (s.m if s.b else s.o) == 0; s.ob == Nil or s.ob; s.b == (s.n == 1); s.o == s.m
    s.m == s.o
    not s.b and s.n == 1
    s.m != 1 or s.m + 1 == 2; s.qe == () or s.qe[1] == "a"
"""


def test_comparisons_that_have_an_answer() -> None:
    conditions = [c.strip() for line in COMPARED.splitlines() for c in line.split(";") if c.strip()]
    text = "".join(f"def C{k}(s):\n    return {c}\n" for k, c in enumerate(conditions))
    text += f"Witnesses = [{', '.join(f'C{k}' for k in range(len(conditions)))}]\n"
    want = compare(with_statement("t.out = 1", text), (1,))
    assert want.verdict == "ok" and want.result is not None
    assert want.result.witnesses["C0"] is False


#: Expressions, and what TLC 2.15 says of them in TLA+; None: it refuses to compare.
SAID_BY_TLC = {
    "1 in {True}": None,
    "set() == {1}": False,
    "{1} == {True}": None,
    "(1,) == (True,)": None,
    "(1, 2) == (True,)": False,
    "(2, 1) == (3, True)": False,
    "(2, 1) == (True, 3)": None,
    "R(a=1) == R(b=True)": False,
    "R(a=1) == R(a=True)": None,
    "R(a=1, b=2) == R(a=3, b=True)": False,
    "{i: 1 for i in {1}} == {i: True for i in {1}}": None,
    "{i: 1 for i in {1}} == {i: 1 for i in {True}}": None,
    "(1, 2) == {i: i for i in {1, 2}}": True,
    "() == {}": True,
    "() == set()": None,
    "M == 1": False,
    "M == True": False,
    'M == "M"': False,
    "M == set()": False,
    "1 in {M}": False,
    "M in {1}": False,
    "{M} == {1}": False,
    "{M, 1} == {M}": False,
    "{1, True} == set()": None,
    '{1, "a"} == set()': None,
    '1 == "a"': None,
    "1 == set()": None,
    "1 == ()": None,
    "1 == R(a=1)": None,
    '"a" == R(a=1)': None,
    '"a" == set()': None,
    "set() in {1}": None,
    "1 in {set()}": None,
    "1 in set()": False,
    "True in Range(0, 1)": None,
    "M in Range(0, 1)": False,
    '"a" in Range(0, 1)': None,
    "1 in BOOLEAN": None,
    "M in BOOLEAN": False,
    '"a" in Nat': None,
    "True in Nat": None,
    "M in Nat": False,
    "1 in Set({1})": None,
    "{True} in Set({1})": None,
    "set() in Set({1})": True,
    "M in Set({1})": None,
    "1 in Fn({1}, {1})": None,
    "M in Fn({1}, {1})": False,
    "{i: 1 for i in {2}} in Fn({1}, {1})": False,
    "{i: True for i in {1}} in Fn({1}, {1})": None,
    "(1,) in Fn({1}, {1})": True,
    "(1,) in Fn(Range(1, 2), {1})": False,
    "1 in Record(a=1)": None,
    "(1,) in Record(a=1)": None,
    "R(b=1) in Record(a=1)": False,
    "R(a=True) in Record(a=1)": None,
    "1 in Seq({1})": None,
    "(True,) in Seq({1})": None,
    "R(a=1) in Seq({1})": None,
    "M in Seq({1})": False,
    "M in Record(a=1)": False,
    "True < 1": None,
    '"a" < "b"': None,
    "True + 1": None,
    "2 if 1 else 3": None,
    "1 and True": None,
    "True and 1": None,
    "False and 1": False,
    "not 1": None,
    "{1} <= {True}": None,
    "{1} <= set()": False,
    "set() <= {True}": True,
    "{1} | {True}": None,
    "{1} & {True}": None,
    "{1} - {True}": None,
    "{i for i in {1, 2} if 1 == True}": None,
    "{i for i in {1} if i}": None,
    "{True if i == 1 else i for i in {1, 2}}": None,
    "{i: i for i in {1, 2}}[True]": None,
    '{i: i for i in {1, 2}}["a"]': None,
    "{i: i for i in {1, 2}}[M]": None,
    "(1, 2)[True]": None,
    '(1, 2)["a"]': None,
    "all(i for i in {1})": None,
    "any(i for i in {1})": None,
    "M < 1": None,
    "-M": None,
    "() == M": False,
    "R(a=1) == M": False,
    "{set()} == {{1}}": False,
    "{{1}} == {{True}}": None,
    "{1, 2} in {{1}}": False,
    "{1} in {{True}}": None,
    "{1} in {1}": None,
    "(1,) in {1}": None,
    "(1,) in {(True,)}": None,
    "(1,) in {(True, 1)}": False,
    '{("a", 1), ("b", True)} == set()': False,
    "{(1,), (True,)} == set()": None,
    "R(a=1) in {(1,)}": None,
    "{{M}, {1}, {True}} == set()": None,
    "{set(), {1}, {True}} == set()": None,
    "{(), (1,), (True,)} == set()": None,
    "{R(a=M), R(a=1), R(a=True)} == set()": None,
    "{True} in {{M}, {1}}": None,
    "{{M}, {True}} == {{M}, {1}}": None,
    "{{M}, {True}} <= {{M}, {1}}": None,
    "{{M}, {True}} - {{1}} == set()": None,
    "{k for k in Enum(1, True)} == set()": None,
    "{q: 1 for q in {frozenset({1}), frozenset({2})}}[frozenset({True})] == 1": None,
    '{("a", 1), ("b", True), ("b", M), ("b",)} == set()': False,
}


@pytest.mark.parametrize("expression", SAID_BY_TLC)
def test_the_reference_engine_says_what_tlc_says(expression: str) -> None:
    names: dict[str, Any] = {name: getattr(mc.lang, name) for name in mc.lang.__all__}
    names.update(HELPERS, M=ModelValue("M"), R=lambda **fields: mc.lang.Record(**fields)(**fields))
    code = compile(executable(ast.parse(expression, mode="eval")), "spec.py", "eval")
    if SAID_BY_TLC[expression] is None:
        with pytest.raises(EvaluationError):
            eval(code, names)
    else:
        assert eval(code, names) is SAID_BY_TLC[expression]


#: What an action may do with values of several kinds, as in TLA+; and which are refused, with the reason.
EFFECTS = {
    "a local of a model value or a number": """
    if s.n > 1:
        k = s.p
    else:
        k = s.n
    t.out = 1 if k == s.p else k + 2
    t.m = k if k != 2 else 0""",
    "a local of a record of one kind, or another": """
    if s.n > 1:
        k = s.u
    else:
        k = U(k="y", v=s.b)
    t.u = k""",
    "a local that is a value or none": """
    k = Nil
    if s.n == 1:
        k = s.r
    if s.b:
        k = Nil
    t.out = 1 if k == Nil else k.v""",
    "a local of a sequence": """
    k = (1, 2)
    if s.n == 1:
        k = s.q
    t.q = k""",
    "a local that is empty at first": """
    k = set()
    for i in Range(0, 2):
        if i != s.n and i not in k:
            k |= {i}
    q = ()
    if s.n == 1:
        q = (2,)
    t.out = Cardinality(k) + Len(q)
    t.q = q""",
    "a local that is empty in one branch": """
    if s.n == 1:
        k = {0, 2}
    else:
        k = set()
    t.out = Cardinality(k)
    t.q = () if s.n > 1 else (1,) if s.b else ()""",
    "a local that is always empty": """
    k = set()
    if s.n == 1:
        k = set()
    t.out = Cardinality(k)""",
    "what a definition returns that may be empty": """
    t.out = Cardinality(Few(s) | {1})""",
    "a number that a loop adds to": """
    k = Nil
    for i in Range(1, 3):
        if k == Nil:
            k = 0
        else:
            k = k + i
    t.out = k""",
    "what a definition returns": """
    t.m = Either(s)
    t.out = 1 if Either(s) == s.p else 2""",
    "a conditional expression": """
    t.m = s.p if s.n == 2 else s.n
    t.o = s.n if s.b else Nil
    t.u = s.u if s.b else U(k="y", v=True)
    t.out = 1 if (s.p if s.b else s.n) == 1 else 2""",
    "a sequence is a function": """
    t.f = (s.n, 2)
    t.q = {k: k for k in Range(1, 2)}
    t.out = 1 if s.f == s.q else 2 if s.f == (0, 0) else 3""",
    "a function is a sequence": """
    t.q = s.f
    t.f = s.q if Len(s.q) == 2 else (2, 2)""",
    "a sequence of the wrong length": """
    t.f = s.q""",
    "sequences of records of several kinds": """
    t.us = s.us + (U(k="y", v=True),) if Len(s.us) < 2 else (U(k="x", v=2),) + SubSeq(s.us, 2, 2)
    t.out = Len((U(k="x", v=0), U(k="y", v=False)) + s.us + (s.u,))""",
    "a record of one kind where several may be": """
    t.u = X(k="x", v=s.n)
    t.us = (X(k="x", v=1), Y(k="y", v=s.b))""",
    "a set of sets": """
    t.ss = {set(), {1}, s.ns, {k for k in s.ns if k > 0}}
    t.out = 1 if {set(), {1}} == s.ss else 2 if set() in s.ss else 3""",
    "sets that may be empty": """
    t.out = Cardinality({set(), s.ns, {1}}) + sum(1 for k in {set(), {s.n}} if k != set())
    t.n = Len(((), (s.n, 1))) if {set(), {1}} == {s.ns, set()} else Cardinality({{k} for k in s.ns}) % 3""",
    "records and sets with nothing in them": """
    k = {E(v=s.n, w=s.ns), E(v=1, w=set())}
    t.out = Cardinality(k) + Cardinality({E(v=0, w=set()), E(v=2, w=set())}) + Len((E(v=0, w=set()),))
    t.m = Cardinality({{s.ns, {1}}, {set()}}) - 2
    t.z = 1 if E(v=1, w=set()) in k else 0""",
    "unions of sets of sets": """
    t.ss = {UNION(s.ss), UNION({A - {s.n} for A in s.ss}), UNION({s.ns, {s.n}})}
    t.out = 1 if UNION(s.ss) == s.ns else 2 if UNION({set(), s.ns} - s.ss) == UNION(set()) else 3
    t.z = Sum(s, s.n) % 2
    t.m = Cardinality(UNION({{k % 2, s.n % 2} for k in UNION(s.ss)})) % 2
    t.ns = UNION({s.ns | {part} for element in {s.ss} for part in UNION(element)})
    t.qs = UNION({{k, Append(k, s.n)} for k in s.qs if k == ()})""",
    "the union of a set that has no such value": """
    t.out = 1 if UNION({{s.q[k]} for k in Range(1, s.n)}) == s.ns else 2""",
    "sets of functions and of sequences": """
    t.out = 1 if {k: s.n for k in S} in {s.fs} else 2
    t.qs = {(), (1,), s.q, (s.n, 1)}""",
    "a sequence that is mapped": """
    t.q = {k: (s.q[k] + 1) % 3 for k in Range(1, Len(s.q))}
    t.us = {k: U(k="y", v=s.us[k] == s.u) for k in Range(1, Len(s.us))}
    t.f = {k: s.n for k in Range(1, s.n + 1)} if s.n == 1 else s.f
    t.out = Len({k: s.n for k in Range(1, s.n)}) + Len((0,) + {k: k for k in Range(1, Len(s.q))})
    k = {k: k + s.n for k in Range(1, Len(s.q))}
    t.m = 1 if k == s.q else 0 if Len(k) == 0 else s.p""",
    "a sequence that begins at 2": """
    t.q = {k: s.n for k in Range(2, s.n)}""",
    "sets of sequences that are made": """
    t.qs = {Append(k, s.n) for k in s.qs if Len(k) < 2} | {()}
    t.out = 1 if (s.n,) in {Append(k, s.n) for k in s.qs if Len(k) < 2} else 2
    t.z = 1 if {Append(k, 1) for k in s.qs if Len(k) < 2} <= s.qs else 0""",
    "a part of a bag": """
    t.bag = s.bag - {k for k in s.bag if k == s.n}
    t.out = Cardinality({k for k in s.bag if k > 0})""",
    "a bag by its copies": """
    t.bag = {k: s.bag[k] for k in s.bag if k != s.n} if s.n < 2 else s.bag + {k for k in s.bag}""",
    "a bag and a set": """
    t.bag = s.bag + s.ns if s.bag == {} else s.bag - s.ns""",
    "a number for none": """
    t.no = s.n if s.n > 0 else 9
    t.out = Max({s.no, s.n}) if s.no in s.ns or s.no + s.n > 9 else 1 if s.no == s.n else 2
    t.ns = s.ns | {s.nz} if s.nz < 3 and s.nz in Range(0, s.n) else s.ns
    t.nz = s.n""",
    "a number in an enumeration": """
    t.z = s.n if s.n < 2 else False
    t.e = 1 if s.b else "a\"""",
}
MORE = """
no = Variable(Optional(Range(1, 3), 9)); nz = Variable(Optional(Range(1, 3), 0))
us = Variable(Seq(U, 2)); ss = Variable(Set(Set(Range(0, 2)))); qs = Variable(Set(Seq(Range(0, 2), 2), 4))
X = Record(k="x", v=Range(0, 2)); Y = Record(k="y", v=BOOLEAN)
E = Record(v=Range(0, 2), w=Set(Range(0, 2)))
def Few(s):
    if s.n > 1:
        return set()
    return {0}
def Either(s):
    if s.n > 1:
        return s.p
    return s.n
def Sum(s, total):
    for k in UNION(s.ss):
        total += k
    return total
def Count(s, t):
    t.n = (s.n + 1) % 3
    return True
"""


@pytest.mark.parametrize("name", EFFECTS)
def test_values_of_several_kinds_in_one_place(name: str) -> None:
    text = SPEC.replace(
        "def Start(t, i):\n", MORE + "def Start(t, i):\n    t.us = (); t.ss = set(); t.qs = set(); t.no = 9; t.nz = 0\n"
    )
    text = text.replace("(Look,)", "(Look,), (Count,)").replace("    @", EFFECTS[name].strip("\n"))
    want = compare(load(text, {"S": 2}), (1,))
    wrong = ("a sequence of the wrong length", "a sequence that begins at 2", "a bag by its copies")
    wrong += ("the union of a set that has no such value",)
    assert want.verdict == ("error" if name in wrong else "ok")


@pytest.mark.parametrize(
    "change", ["s.bag + {1} - {True}", "s.bag - {s.b}", "s.bag + s.bs", "{} + {1} - {s.b}", "s.bag - {k for k in s.bs}"]
)
def test_a_bag_does_not_change_by_what_it_cannot_hold(change: str) -> None:
    with pytest.raises(SpecError) as refused:
        Engine(with_statement(f"t.bag = {change}"))
    assert refused.value.line == LINE, refused.value


def test_elements_of_a_bag_that_changes_are_compared_in_each_state() -> None:
    text = """
g = Variable(Bag(Range(0, 2), 3, 3)); e = Variable(Enum(0, "a"))
def Init(t):
    t.g = {}; t.e = "a"
def Less(s, t):
    t.g = s.g - {s.e}
    return True
def More(s, t):
    t.g = s.g + {1}
    return True
Next = [Less, More]
"""
    want = compare(load(text), (1,))
    assert (want.verdict, want.length) == ("error", 2)


@pytest.mark.parametrize(
    ("domain", "kinds"),
    [
        ("Set(Enum(0, False))", "FALSE"),
        ('Set(Optional(Range(0, 3), "none"))', '"none"'),
        ("Bag(Record(v=Enum(0, True)), 2, 1)", "TRUE"),
        ('Fn(Enum("a", 1), BOOLEAN)', '"a"'),
    ],
)
def test_a_domain_whose_elements_cannot_be_compared(domain: str, kinds: str) -> None:
    with pytest.raises(SpecError, match=r"spec\.py:3: .*can be compared") as refused:
        load(f"\nx = Variable({domain})\ndef Init(t):\n    t.x = 0\nNext = []\n")
    assert kinds in refused.value.message


def test_three_values_of_which_python_knows_two() -> None:
    text = """
v = Variable(Enum(0, 1, False)); last = Variable(Enum(0, 1, False))
def Init(t):
    t.v = 0; t.last = 0
def Choose(s, t, k):
    t.v = k; t.last = s.v
    return True
Next = [(Choose, Enum(0, 1, False))]
"""
    want = compare(load(text), (1, 2))
    assert want.verdict == "ok" and want.result is not None
    assert (want.result.distinct, want.result.generated) == (9, 28)


#: Locals and definitions that are called as the generated code might call its own.
NAMES = """
x = Variable(Range(0, 9)); y = Variable(Range(0, 99))
def Init(t):
    t.x = 2; t.y = 0
def Twice(k):
    if k > 1:
        return 2 * k
    return k
def Twice_2(k):
    if k > 1:
        return 7
    return 8
def A(s, t):
    k_1 = s.x == 2
    total_1 = 3
    n = 0
    for k in Range(1, 3):
        n += k
    for k in Range(1, 3):
        n += k
    total = sum(k for k in Range(1, 3))
    v_1 = s.x + 1
    t.y = n + total + total_1 + v_1 + Twice(s.x) + Twice_2(s.x) + Twice(s.y % 3) if k_1 else 1
    return True
Next = [A]
"""


def test_names_of_a_spec_are_apart_from_those_of_the_generated_code() -> None:
    want = compare(load(NAMES), (1,))
    assert {state.y for state in want.states} == {0, 35, 39}


TOP = """
S: ModelValues
N: Natural
L: Boolean
Nil: ModelValue
x = Variable(Range(0, 3))
def Init(t):
    t.x = 0
def A(s, t):
    return True
def B(s, t, i):
    return True
R = Record(a=Range(0, 3))
Order = (3, 1, 2)
"""
#: What is refused outside of definitions as it is inside, where N is 1.
REFUSED_AT_THE_TOP = {
    "X = N == True": "values of different kinds are compared: 1, a number, and TRUE, a Boolean",
    "X = 1 if N != True else 2": "values of different kinds are compared: 1, a number, and TRUE, a Boolean",
    "X = (N > 0) + 1": "+ is not for TRUE, a Boolean, and 1, a number",
    "X = 1; X += True": "+ is not for 1, a number, and TRUE, a Boolean",
    "X = 1 in {True}": "values of different kinds are compared",
    "X = 1 in [True]": "values of different kinds are compared",
    "X = 1 in (1, 2)": "'in' needs a set on its right, not <<1, 2>>, a sequence",
    'X = "a" in "abc"': "'in' needs a set on its right",
    "X = [N] == [True]": "values of different kinds are compared",
    "X = (N, 2) == (True, 2)": "values of different kinds are compared",
    "X = {N} == {True}": "values of different kinds are compared",
    "X = Order == {1}": "values of different kinds are compared: <<3, 1, 2>>, a sequence, and {1}, a set",
    'X = Enum("a") == {"a"}': "values of different kinds are compared",
    "X = L < 1": "< compares numbers, or sets, not TRUE, a Boolean, and 1, a number",
    "X = N < L": "< compares numbers, or sets",
    "X = max(True, 2)": "a number is needed, not TRUE, a Boolean",
    "X = max([True, 2])": "a number is needed, not TRUE, a Boolean",
    "X = sum([True, True])": "a number is needed, not TRUE, a Boolean",
    "X = abs(L)": "a number is needed, not TRUE, a Boolean",
    "X = -L": "a number is needed, not TRUE, a Boolean",
    "X = 1 if N else 2": "TRUE or FALSE is needed, not 1, a number",
    "if N: X = 1": "TRUE or FALSE is needed, not 1, a number",
    "X = not N": "TRUE or FALSE is needed, not 1, a number",
    "X = L and N": "TRUE or FALSE is needed, not 1, a number",
    "X = all([1])": "TRUE or FALSE is needed, not 1, a number",
    "X = any(k for k in Range(1, 2))": "TRUE or FALSE is needed, not 1, a number",
    "X = [k for k in Range(1, 2) if k]": "TRUE or FALSE is needed, not 1, a number",
    "X = 1 if A else 2": "TRUE or FALSE is needed, not",
    "X = A == 1": "values of different kinds are compared",
    "X = x == 1": "values of different kinds are compared",
    "X = {True, 1}": "values of different kinds are compared",
    "X = frozenset([True, 1])": "values of different kinds are compared",
    "X = set([True, 1])": "values of different kinds are compared",
    "X = {set(), {1}, {True}}": "values of different kinds are compared",
    "X = {frozenset({Nil}), frozenset({1})} | {frozenset({True})}": "values of different kinds are compared",
    "X = {frozenset({Nil}): 1, frozenset({1}): 2, frozenset({True}): 3}": "values of different kinds are compared",
    "X = {k for k in Enum(1, True)}": "values of different kinds are compared",
    "X = {k: 1 for k in Enum(1, True)}": "values of different kinds are compared",
    "X = {frozenset({1}): 2}[frozenset({True})]": "outside the domain",
    "X = {True: 1, 1: 2}": "values of different kinds are compared",
    "X = {1: 2, N: 3}": "a function has one value for 1, not 2 and 3",
    "X = sorted([True, 2])": "values of different kinds are compared",
    'X = "a" + "b"': "+ is not for",
    'X = "abc"[1]': 'a function, a sequence or a bag is needed, not "abc", a string',
    'X = len("abc")': 'a function, a sequence or a bag is needed, not "abc", a string',
    "X = N is True": "write ==",
    "X = N is not True": "write !=",
    "X = N / 2": "write //",
    "X = N << 1": "not part of the spec language",
    "X = ~L": "write not",
    "X = [k for k in [N := 2]]": "assign in a statement of its own",
    "X = bool(N)": "bool is Python's own",
}


@pytest.mark.parametrize("statement", REFUSED_AT_THE_TOP)
def test_kinds_at_the_top(statement: str) -> None:
    with pytest.raises(SpecError, match=re.escape(REFUSED_AT_THE_TOP[statement])) as caught:
        load(f"{TOP}{statement}\nNext = [A]\n", {"S": 2, "N": 1, "L": True})
    assert caught.value.line == f"from mc.lang import *\n{TOP}".count("\n") + 1


@pytest.mark.parametrize("body", ["n == True", "(n > 0) + 1", "max(n, True)", "1 if n else 2"])
def test_kinds_in_a_helper_that_the_top_calls(body: str) -> None:
    text = f"{TOP}def Helper(n):\n    return {body}\nX = Helper(N)\nNext = [A]\n"
    with pytest.raises(SpecError, match=r"spec\.py:\d+: .*a number") as caught:
        load(text, {"S": 2, "N": 1, "L": True})
    assert caught.value.line == f"from mc.lang import *\n{TOP}".count("\n") + 2


@pytest.mark.parametrize(
    ("made", "value"),
    [
        ("N == 1 and N + 1 != 1", True),
        ("Nil == 1 or Nil in S", False),
        ("Order[1] + Len(Order) + len([1, 2])", 8),
        ("Order + (4,) == (3, 1, 2, 4)", True),
        ("Range(1, 3) - {N} == {2, 3}", True),
        ("R(a=1).a", 1),
        ("{**{1: 2}, 2: 3}[2]", 3),
        ("{k: k * k for k in Range(1, 3)}[2]", 4),
        ("len([row for row in [A, (B, S)] if row == A])", 1),
        ("len([d for a, *d in [(A,), (B, S)] if a not in [A] and a in {A, B} and d != []])", 1),
        ("len([d for a, d in [(B, x), (B, S)] if d == x])", 1),
        ("1 if [] else 2", 2),
    ],
)
def test_what_is_compared_at_the_top(made: str, value: object) -> None:
    spec = load(f"{TOP}X = {made}\nNext = [A]\n", {"S": 2, "N": 1, "L": True})
    assert spec.namespace["X"] == value and type(spec.namespace["X"]) is type(value)


@pytest.mark.parametrize(
    ("condition", "mend"),
    [
        ('s.x <= Enum(P, "none")', "s.x in Enum(P, 'none')"),
        ("s.x == D", "s.x in D"),
        ("D != s.x", "s.x in D"),
        ("{s.x} <= D", "{s.x} in Set(D)"),
        ("1 < s.x == Set(P)", "s.x in Set(P)"),
        ("s.x == BOOLEAN", "s.x in BOOLEAN"),
    ],
)
def test_a_value_is_not_compared_with_a_domain(condition: str, mend: str) -> None:
    text = f"{TOP}P = {{1, 2}}\nD = Enum(1, 2)\ndef C(s):\n    return {condition}\nNext = [A]\n"
    with pytest.raises(SpecError, match=re.escape(f"`{mend}`")) as caught:
        load(text, {"S": 2, "N": 1, "L": True})
    assert caught.value.line == f"from mc.lang import *\n{TOP}".count("\n") + 4


@pytest.mark.parametrize(
    "condition", ["s.x in D", "{s.x} in Set(D)", "{s.x} <= Range(0, 3)", "R(a=s.x) == R(a=1)", "F(1)"]
)
def test_what_is_no_comparison_with_a_domain(condition: str) -> None:
    text = f"{TOP}D = Enum(1, 2)\ndef F(D):\n    return D == 1\ndef C(s):\n    return {condition}\nNext = [A]\n"
    load(f"{text}Invariants = [C]\n", {"S": 2, "N": 1, "L": True})
