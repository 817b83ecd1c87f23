"""Values that exist on the way to another one only: they may be larger than what any variable holds."""

from __future__ import annotations

import pytest

from mc.engine.search.compiled import Engine
from mc.errors import SpecError
from tests.toys.engines import compare, load

SPEC = """
Server: ModelValues
Message = Record(kind=Enum("a", "b"), n=Range(0, 1))
n = Variable(Range(0, 3))
x = Variable(Set(Range(0, 3)))
y = Variable(Set(Range(2, 70)))
z = Variable(Set(Range(0, 2 ** 20), 3))
w = Variable(Set(Range(0, 2 ** 20), 2))
sm = Variable(Set(Message, 2))
bag = Variable(Bag(Range(0, 3), 2, 2))
bm = Variable(Bag(Message, 2, 2))
q = Variable(Seq(Range(0, 3), 2))
r = Variable(Seq(Range(0, 3), 4))
out = Variable({domain})
def Init(t):
    t.n = 0
    t.x = {{1}}
    t.y = {{2, 70}}
    t.z = set()
    t.w = {{1000000}}
    t.sm = set()
    t.bag = {{}}
    t.bm = {{}}
    t.q = ()
    t.r = ()
    t.out = {none}
def Up(s, t):
    if not s.n < 3:
        return False
    t.n = s.n + 1
    t.x = s.x | {{s.n}} if s.n != 1 else {{0, 2, 3}}
    t.y = s.y | {{s.n + 2}} if s.n != 2 else {{2}}
    t.z = {{k * 1000 for k in s.x}} if s.n < 2 else {{5, 900000, 0}}
    t.w = {{2, 500 * (s.n % 2) + 500}}
    t.sm = s.sm | {{Message(kind="a", n=s.n % 2)}}
    t.bag = s.bag + {{s.n}} if s.n != 2 else s.bag + {{0}}
    t.bm = s.bm + {{Message(kind="b", n=s.n % 2)}}
    t.q = Append(s.q, s.n) if s.n < 2 else s.q
    t.r = Append(s.r, s.n) if s.n != 2 else s.q + s.q
    t.out = {none}
    return True
"""
#: An action that keeps what an expression is in each state.
ASK = """
def Ask{number}(s, t):
    if not s.out == {none}:
        return False
    t.out = {expression}
    return True
"""

NUMBERS = {
    "sets": """
Cardinality(s.x | s.y)
Cardinality(s.x | s.z | s.y)
Cardinality(s.z | s.w)
Cardinality(s.z | {7, s.n, 2 ** 21})
Cardinality({9, 300000} | s.x)
Cardinality({9, s.n * 300000})
Cardinality({k * 100000 for k in s.x} | s.y)
Cardinality((s.z | s.x) - s.w - {0})
Cardinality(s.z - (s.x | s.w))
Cardinality((s.z - s.x) & s.w)
Cardinality(s.x ^ s.z)
Cardinality({k * 1000000 for k in s.x} ^ s.z)
Cardinality({k for k in Range(s.n, s.n + 5000) if k % 7 == 0})
Cardinality(Range(s.n, s.n + 50000))
Cardinality(s.z if s.n > 1 else {2 ** 22})
sum(k for k in s.x | s.z)
Max(s.z | s.w)
Max(s.x | {k + 100000 for k in s.x})
Min({2 ** 22, s.n * 70000})
""",
    "sets of composites": """
Cardinality({(k, s.n) for k in s.x})
Cardinality({(k, j) for k in s.x for j in s.x})
Cardinality({s.x, s.x | {9}})
Cardinality({Append(k, s.n) for k in {s.q, s.r}} | {()})
Cardinality({s.q} | {()})
Cardinality({s.q, (), (1, 2, 3)} & {s.r, ()})
Cardinality({s.q, s.r} ^ {s.q, (1,)})
Cardinality(s.sm | {Message(kind="a", n=0), Message(kind="b", n=1), Message(kind="b", n=0)})
Cardinality({Message(kind="a", n=k % 2) for k in s.x} | s.sm)
sum(a[1] for a in {(1, s.n), (s.n, 1)})
""",
    "bags": """
len(s.bag + {7})
len(s.bag + {s.n, s.n + 1, 0})
len(s.bag + {0} + {1} + {2})
len(s.bag - {7})
len(s.bag - {s.n + 2})
len(s.bag - {0, 5} + {6} - {6, 7})
len(s.bag + s.y)
len(s.bag - s.z)
len(s.bag + s.x + {0} - s.x)
len(s.bag - {m for m in s.bag} + {m + 1 for m in s.bag})
len(s.bag + {5} if s.n > 1 else s.bag)
CopiesIn(0, s.bag + {0} + {0})
CopiesIn(7, s.bag + {7})
CopiesIn(s.n, s.bag + s.x + {0} - s.x)
sum((s.bag + {0, s.n + 9})[m] for m in s.bag + {s.n + 9, 0})
len(s.bm - {Message(kind="a", n=0), Message(kind="b", n=1)})
len(s.bm + {m for m in s.sm} - {Message(kind="b", n=1)})
""",
    "sequences": """
Len(Append(s.q, 9))
Append(s.q, 2 ** 30)[1]
Append(s.q, s.n + 9)[Len(s.q) + 1]
Head(Tail(Append(Append(s.q, 9), 100)))
Len(s.q + s.r + (s.n,) + s.q)
Len(Append(s.q, 5) if s.n > 1 else s.q)
(Append(s.q, 5) if s.n > 1 else s.q + (70000,))[1]
Tail(Append(s.q, 70000) + (1,))[1]
""",
}
TRUTHS = {
    "sets": """
(s.x | s.y) <= s.z
s.w <= (s.z | s.x)
(s.z | s.w) == s.z
(s.z | s.x) == s.x
(s.x | {900000}) == s.z
s.x | {100000} > s.x
{100000, s.n} <= s.x | {100000}
s.y | {1, 100000} > s.y
s.x - {70000} == s.x
2 ** 22 in s.x | {s.n, 2 ** 22}
s.n in (s.z - s.x)
s.n * 100000 in {k * 50000 for k in s.x} | {1}
any(k > 3 for k in s.z | s.w)
all(any(b > a for b in s.z | s.y) for a in s.x | s.w)
{k * 10000 for k in s.x} == {k * 5000 for k in s.x}
{k * 50000 for k in s.x if k > 5} == set()
s.z <= Range(0, 900000)
Range(s.n, 50000) <= Range(0, s.n)
Range(s.n, 5000) == s.x
""",
    "sets of composites": """
{(a, b) for a in s.x for b in s.x} == {(b, a) for a in s.x for b in s.x}
{(a, b) for a in s.x for b in s.x if a < b} < {(a, b) for a in s.x for b in s.x}
any(p[1] == s.n for p in {(a, b * 70000) for a in s.x for b in s.x})
(s.x | {9}) in {s.x | {9}, s.x}
s.x in {s.x | {900000}, s.x}
{s.n, 90000} in {{k, 90000} for k in s.x}
{Message(kind="a", n=1)} <= s.sm | {Message(kind="a", n=s.n % 2)}
(s.x | {900000}, s.n) == (s.z, s.n)
(s.x, s.n) == (s.x, s.n, 1)
""",
    "bags": """
s.bag + {0} == s.bag + {1}
s.bag - {7} == s.bag
s.bag + {7} == s.bag
s.bag + {0} - {0} == s.bag - {7} + {8} - {8}
s.bag in {s.bag + {0} - {0}, s.bag + {1}}
any(m == 7 for m in s.bag + {7})
""",
    "sequences": """
s.q + s.q == s.r
Append(s.q, 9) == s.r
s.q + (s.n, 9) == s.r
all(Append(s.q, k) != s.r for k in s.x | s.y)
s.q in {Append(s.q, 9), s.r}
""",
}


def asked(expressions: list[str], domain: str, none: str) -> str:
    text = SPEC.format(domain=domain, none=none)
    for number, expression in enumerate(expressions):
        text += ASK.format(number=number, expression=expression, none=none)
    return text + f"Next = [Up, {', '.join(f'Ask{number}' for number in range(len(expressions)))}]\n"


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_from_larger_values(name: str) -> None:
    text = asked(NUMBERS[name].strip().split("\n"), "Range(-1, 2 ** 40)", "-1")
    assert compare(load(text, {"Server": 2}), (1,)).verdict == "ok"


@pytest.mark.parametrize("name", TRUTHS)
def test_comparisons_of_larger_values(name: str) -> None:
    text = asked(TRUTHS[name].strip().split("\n"), "BOOLEAN", "False")
    assert compare(load(text, {"Server": 2}), (1,)).verdict == "ok"


@pytest.mark.parametrize(
    "assignment",
    [
        "t.x = s.x | {s.n + 1}",
        "t.z = s.z | s.w | {7}",
        "t.z = s.x | s.y",
        "t.bag = s.bag + {s.n + 1}",
        "t.bag = s.bag + {7} - {0}",
        "t.bag = s.bag + {2} + {3} - {7}",
        "t.bag = s.bag + s.x + {0} - {3}",
        "t.q = s.q + (1, s.n) + s.q",
        "t.q = Append(s.q, s.n + 1)",
    ],
)
def test_what_is_stored_has_to_fit(assignment: str) -> None:
    """It may be too large on the way, and is an error where it is so in the end."""
    text = asked([], "BOOLEAN", "False").replace("Next = [Up, ]", "")
    text += f"def Store(s, t):\n    {assignment}\n    return True\nNext = [Up, Store]\n"
    assert compare(load(text, {"Server": 2}), (1,)).verdict == "error"


@pytest.mark.parametrize(
    "assignment",
    [
        "t.bag = s.bag + {7} - {7}",
        "t.bag = s.bag - {7}",
        "t.bag = s.bag + s.y - s.y",
        "t.x = (s.x | s.y | {s.n}) & s.x",
    ],
)
def test_what_is_stored_may_be_larger_on_the_way(assignment: str) -> None:
    text = asked([], "BOOLEAN", "False").replace("Next = [Up, ]", "")
    text += f"def Store(s, t):\n    {assignment}\n    return True\nNext = [Up, Store]\n"
    assert compare(load(text, {"Server": 2}), (1,)).verdict == "ok"


def test_a_set_of_too_many_values_is_refused() -> None:
    text = asked(["Cardinality({(a, b) for a in Range(s.n, 500) for b in Range(s.n, 500)})"], "Range(-1, 9)", "-1")
    with pytest.raises(SpecError, match="a set of such values needs a variable of that kind of set"):
        Engine(load(text, {"Server": 2}))


CONSTANT = """
Nil: ModelValue
{constant}
n = Variable(Range(0, 9))
x = Variable({domain})
out = Variable(BOOLEAN)
def Init(t):
    t.n = 0
    t.x = {first}
    t.out = False
def Up(s, t):
    if not s.n < 4:
        return False
    t.x = {then}
    t.n = s.n + 1
    t.out = False
    return True
def Ask(s, t):
    t.out = {question}
    return True
Next = [Up, Ask]
"""
#: Constants of hundreds or thousands of values; a variable, its first value and those to come; a question; the length
#: of the generated text, at most, beside the tables.
CONSTANTS = {
    "numbers far from each other": (
        "S = frozenset(k * k * 7 for k in range(5000))",
        "Range(0, 2 ** 30)",
        "0",
        "7 * s.n * s.n + s.n % 2",
        "s.x in S",
    ),
    "numbers close to each other": (
        "S = frozenset(k for k in range(5000) if k % 3 != 0)",
        "Range(-5, 2 ** 30)",
        "-5",
        "700 * s.n - 3",
        "s.x in S",
    ),
    "numbers in a row": ("S = frozenset(range(4, 5000))", "Range(-5, 9999)", "-5", "1700 * s.n", "s.x in S"),
    "negative numbers": (
        "S = frozenset(range(-3000, 5000, 7))",
        "Range(-4000, 6000)",
        "-3000",
        "1007 * s.n",
        "s.x not in S",
    ),
    "none of the numbers": ("S = frozenset(range(20000, 5000))", "Range(0, 6000)", "0", "1007 * s.n", "s.x in S"),
    "a number or a model value": (
        "S = frozenset(k * k for k in range(1000))",
        "Optional(Range(0, 2 ** 20), Nil)",
        "Nil",
        "Nil if s.n == 2 else s.n * s.n",
        "s.x in S",
    ),
    "sequences": (
        "S = frozenset((k, k * k) for k in range(1000))",
        "Seq(Range(0, 2 ** 10), 2)",
        "()",
        "(s.n, s.n * 2)",
        "s.x in S",
    ),
    "wide sequences": (
        "S = frozenset((k, k * k) for k in range(1000))",
        "Seq(Range(0, 2 ** 40), 2)",
        "()",
        "(s.n, s.n * 2)",
        "s.x in S",
    ),
    "records": (
        "R = Record(a=Range(0, 4000), b=Range(0, 3))\nS = frozenset(R(a=k * 2, b=1) for k in range(1000))",
        "R",
        "R(a=0, b=0)",
        "R(a=s.n, b=1)",
        "s.x in S",
    ),
    "sets": (
        "S = frozenset(frozenset(range(k)) for k in range(60))",
        "Set(Range(0, 60))",
        "set()",
        "s.x | {s.n if s.n != 3 else 0}",
        "s.x in S",
    ),
    "wide sets": (
        "S = frozenset(frozenset(range(k)) for k in range(60))",
        "Set(Range(0, 260))",
        "set()",
        "s.x | {s.n}",
        "s.x in S",
    ),
    "sorted sets": (
        "S = frozenset(frozenset(range(k)) for k in range(60))",
        "Set(Range(0, 26000), 4)",
        "set()",
        "s.x | {s.n}",
        "s.x in S",
    ),
    "a set of many": (
        "S = frozenset(range(0, 40000, 3))",
        "Set(Range(0, 40000), 5)",
        "set()",
        "s.x | {s.n}",
        "s.x <= S and s.x != S and len(s.x & S) == 1 and len(S - s.x) == 13333",
    ),
    "one of many numbers": (
        "S = Enum(*[k * k for k in range(3000)])",
        "S",
        "0",
        "s.n * s.n if s.n in S else 4",
        "s.x in S and s.x == s.n",
    ),
    "one of many numbers, or a string": (
        "S = Enum(*[k * k for k in range(3000)], 'a')",
        "S",
        "0",
        "49",
        "s.x == s.n or s.x == s.n + 45",
    ),
    "a bag that changes by many": (
        "S = frozenset(range(200))",
        "Bag(Range(0, 199), 200, 4)",
        "{}",
        "s.x + S",
        "len(s.x - S) > 0",
    ),
}


@pytest.mark.parametrize("name", CONSTANTS)
def test_constants_of_many_values(name: str) -> None:
    constant, domain, first, then, question = CONSTANTS[name]
    spec = load(
        CONSTANT.format(constant=constant, domain=domain, first=first, then=then, question=question), {"Nil": "Nil"}
    )
    assert compare(spec, (1,)).verdict == "ok"
    code = [line for line in Engine(spec).source.splitlines() if not line.startswith(("TABLE_", "EVERYTHING"))]
    assert sum(map(len, code)) < 20_000


def test_many_values_of_a_kind_that_cannot_be_compared() -> None:
    text = CONSTANT.format(
        constant="S = frozenset(k * k for k in range(1000))",
        domain='Optional(Range(0, 2 ** 20), "none")',
        first="4",
        then='"none" if s.n == 2 else 9',
        question="s.x in S",
    )
    assert compare(load(text, {"Nil": "Nil"}), (1,)).verdict == "error"


DEEP = {
    "definitions of sums in each other": (
        f"def More(y):\n    return {'1 + ' * 60}y",
        f"{'More(' * 6}s.n{')' * 6} == 363",
    ),
    "a definition of a condition in itself": (
        "def Not(y):\n    return not (not (y == 3))\ndef Deep(k):\n    return -(-(-(-k)))",
        f"Not({'Deep(' * 30}s.n{')' * 30})",
    ),
    "many disjuncts": ("", " or ".join(f"s.n + 3 == {k}" for k in range(140))),
    "many conjuncts, some of them tested on the way": (
        "",
        " and ".join(f"{k} // (s.n + 1) <= {k}" if k % 7 else f"7 // (s.n - 5) <= {k}" for k in range(140)),
    ),
    "disjunctions of disjunctions": (
        "def Any(k):\n    return " + " or ".join(f"k == {7 * k}" for k in range(70)),
        " or ".join(f"Any(s.n + {k})" for k in range(7)),
    ),
    "a set of many sums": ("", f"s.n in {{{', '.join(f's.n * {k} + {k}' for k in range(1, 300))}}}"),
}


@pytest.mark.parametrize("name", DEEP)
def test_expressions_nested_in_each_other(name: str) -> None:
    """Python reads 200 parentheses in each other, no more."""
    constant, question = DEEP[name]
    text = CONSTANT.format(constant=constant, domain="Range(0, 9)", first="0", then="0", question=question)
    assert compare(load(text, {"Nil": "Nil"}), (1,)).verdict == "ok"


def test_numbers_without_bounds() -> None:
    """A local that is assigned more than once may be any number."""
    text = """
x = Variable(Set(Range(0, 9000), 3))
bag = Variable(Bag(Range(0, 3), 2, 2))
n = Variable(Range(0, 9))
def Init(t):
    t.x = {5}
    t.bag = {1}
    t.n = 0
def Do(s, t, k):
    m = 0
    for j in Range(0, s.n):
        m += k + j
    t.n = Cardinality(s.x | {m, 5000})
    t.x = {5, m} if len(s.x) < 2 else {0}
    t.bag = s.bag - {m} if m < 4 else s.bag
    return True
Next = [(Do, Range(0, 2))]
"""
    assert compare(load(text)).verdict == "ok"


HELPERS = """
x = Variable(Range(0, 3))
def Init(t):
    t.x = 0
def Second(p):
    if p[1] > 1:
        return 0
    return p[2]
def After(S):
    if 3 in S:
        return 0
    return Max(S) + 1
def Pair(s, t):
    t.x = Second((s.x, 1))
    return True
def Interval(s, t):
    t.x = After(Range(0, s.x))
    return True
def Mixed(s, t):
    t.x = 2 if (set(), s.x) == (set(), 1) else 0 if ({s.x}, 3) != ({s.x}, s.x) else 1
    return True
Next = [Pair, Interval, Mixed]
"""


def test_arguments_and_sequences_written_out() -> None:
    assert compare(load(HELPERS)).verdict == "ok"
