"""Numbers near the ends of what there is: both engines compute the same, or say the same error at the same place."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from mc.cli.main import main
from mc.engine import reference
from mc.engine.search.compiled import Engine
from mc.errors import EvaluationError, SpecError
from mc.lang.arithmetic import LARGEST
from mc.lang.state import State
from mc.spec.objects import Spec
from mc.trace import behavior
from mc.trace.behavior import find_failure
from tests.toys.engines import compare, load

#: Numbers that arithmetic goes wrong with.
CORNERS = sorted(
    {
        sign * (base + more)
        for base in (0, 1 << 30, 1 << 31, 1 << 32, LARGEST - 1)
        for more in (-1, 0, 1)
        for sign in (1, -1)
    }
    | {2, 3, 7, -3, 62, 1000, 3037000499, 3037000500, 1518500249, 1518500250, LARGEST // 3}
)
HEAD = f"""
k = Variable(Range(0, 999))
x = Variable(Range(-{LARGEST}, {LARGEST}))
y = Variable(Range(-{LARGEST}, {LARGEST}))
z = Variable(Range(-3, 3))
r = Variable(Range(-{LARGEST}, {LARGEST}))
def Init(t):
    t.k = 0
    t.x = 0
    t.y = 0
    t.z = 0
    t.r = 0
def Up(x, z):
    n = x
    for i in Range(1, 3):
        n = n * z + i
    return n
def Folded(x, y):
    n = 0
    for i in Range(0, 3):
        n += x if i % 2 == 0 else y
    return n
"""
#: Expressions in which overflow may come and go on the way, or that are evaluated while translating.
CHOSEN = (
    "sum(s.x + i for i in Range(0, 7))",
    "sum((s.x if i == 1 else -s.x) for i in Range(0, 3))",
    "sum(s.x * i for i in Range(s.z, 3))",
    "sum(i * i for i in Range(0, 1000))",
    "Max({s.x + s.y, s.z})",
    "Min(s.x - i for i in Range(0, 4))",
    "Max({i * s.x for i in Range(0, 2)})",
    "abs(s.x) - abs(s.y)",
    "-(s.x + s.y)",
    "-(-s.x)",
    "Up(s.x, s.z)",
    "Up(s.z, s.x)",
    "Folded(s.x, s.y)",
    "s.x + (2305843009213693952 if s.z > 0 else -2305843009213693951)",
    "s.z ** 61 + s.z ** 60",
    "2 ** s.x",
    "s.x ** s.z",
    "s.z ** s.x",
    "s.x ** 2 ** s.z",
    "(1 if s.x * s.y >= 0 else 2)",
    "(1 if s.x == s.y or s.x // (s.x - s.y) >= 0 else 2)",
    "(1 if any(i * s.x == s.y for i in Range(-2, 2)) else 2)",
    "Cardinality({i for i in Range(0, 9) if i * s.x > s.y})",
    "sum(1 for i in Range(s.x, s.x + s.z))",
    "sum(1 for i in Range(s.z - s.x, s.z + s.x))",
    "Len((s.x + s.y, 3))",
    "(s.x + 1, s.y - 1)[2]",
    "1000000007 * 1000000007 * s.z",
    "1000000007 * 1000000007 * 1000000007",
    "(s.z if s.z > 0 else 3) % 3",
    "7 // -3 + -7 // 3 + -7 // -3 + -7 % 3",
)


def random_expression(random: Random, depth: int) -> str:
    if not depth:
        return random.choice(("s.x", "s.y", "s.z", "s.x", "s.y", "1", "7", "-2", "4294967296", str(LARGEST)))
    one, two = (random_expression(random, random.randrange(depth)) for _ in range(2))
    symbol = random.choice(("+", "-", "*", "+", "-", "*", "//", "%", "**"))
    return random.choice((f"({one} {symbol} {two})", f"({one} {symbol} {two})", f"-{one}", f"abs({one})"))


def value_of(spec: Spec, number: int, state: State) -> int | None:
    try:
        (after,) = reference.ways(spec, spec.actions[number], (), state)
    except EvaluationError:
        return None
    return int(after.r)


def test_both_engines_compute_the_same() -> None:
    random = Random(1)
    expressions = [*CHOSEN, *(random_expression(random, random.randint(1, 4)) for _ in range(120))]
    text = HEAD
    for number, expression in enumerate(expressions):
        text += f"def E{number}(s, t):\n    if not s.k == {number}:\n        return False\n"
        text += f"    t.r = {expression}\n    return True\n"
    spec = load(text + f"Next = [{', '.join(f'E{n}' for n in range(len(expressions)))}]\n")
    engine = Engine(spec)
    computed = failed = 0
    for number, expression in enumerate(expressions):
        for _ in range(40):
            x, y = random.choice(CORNERS), random.choice(CORNERS)
            state = State({"k": number, "x": x, "y": y, "z": random.randint(-3, 3), "r": 0})
            want = value_of(spec, number, state)
            rows, _, _, complete = engine.expand(engine.layout.pack(state))
            found = engine.unpack(rows[0]).r if complete else None
            assert found == want, f"{expression} for x = {x}, y = {y}, z = {state.z}: {found}, not {want}"
            computed, failed = computed + (want is not None), failed + (want is None)
    assert computed > 1500 and failed > 800


@pytest.mark.parametrize("number", [LARGEST + 1, 1 << 63, (1 << 64) - 1, 1 << 64, 10**30])
def test_a_number_that_is_too_large_is_refused(number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As a literal, as a bound, as a constant from the command line and from YAML."""
    file = tmp_path / "wide.py"
    spec = (
        "from mc.lang import *\nN: Natural\nx = Variable(Range(0, 9))\n\ndef Init(t):\n    t.x = {}\n\n{}\nNext = []\n"
    )
    too_large = f"{number} is too large: numbers are within -2^61..2^61"
    for text, line in (
        (spec.format(number, ""), 6),
        (spec.format("0", f"Big = N * 0 + {number}"), 8),
        (spec.format("0", f"Small = -{number}"), 8),
    ):
        file.write_text(text, encoding="utf-8")
        assert main(["check", str(file), "-c", "N=1"]) == 150
        assert f"{file}:{line}: {too_large}" in capsys.readouterr().err
    half = number // 2 + 1
    file.write_text(spec.format("0", f"Most = {half} + {half} if {half} <= 2 ** 61 else 0\nR = Range(0, Most + 1)"))
    if half <= LARGEST:
        assert main(["check", str(file), "-c", "N=1"]) == 150
        assert f"{file}:8: Overflow when computing {half} + {half}: " in capsys.readouterr().err
    file.write_text(spec.format("0", ""), encoding="utf-8")
    assert main(["check", str(file), "-c", f"N={number}"]) == 151
    assert f"constant N: {too_large}" in capsys.readouterr().err
    file.with_suffix(".yaml").write_text(f"models: {{m: {{constants: {{N: {number}}}}}}}\n", encoding="utf-8")
    assert main(["check", str(file)]) == 151
    assert f"constant N: {too_large}" in capsys.readouterr().err


def test_numbers_of_thousands_of_digits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "wide.py"
    file.write_text(
        "from mc.lang import *\nN: Natural\nx = Variable(Range(0, 0xF" + 5000 * "F" + "))\n", encoding="utf-8"
    )
    assert main(["check", str(file), "-c", "N=1"]) == 150
    assert "wide.py:3: a number of 20,004 bits is too large" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["check", str(file), "-c", f"N={5000 * '9'}"])
    assert "a number of 5000 digits is too large" in capsys.readouterr().err


COUNT = """
x = Variable(Range(0, 9))
def Init(t):
    t.x = 0
def Up(s, t):
    if not s.x < 2:
        return False
    t.x = s.x + 1
    return True
"""
#: Where an expression may stand that has no value in the third state; the last line but for the tables has it.
PLACES = {
    "action": """
def Do(s, t):
    if not s.x == 2:
        return False
    t.x = EXPRESSION
    return True
Next = [Up, Do]
""",
    "guard": """
def Do(s, t):
    if not (s.x == 2 and EXPRESSION > 0):
        return False
    t.x = 0
    return True
Next = [Up, Do]
""",
    "helper": """
def Value(s):
    if s.x < 2:
        return 0
    return EXPRESSION
def Fine(s):
    return Value(s) == 0
Next = [Up]
Invariants = [Fine]
""",
    "invariant": """
def Fine(s):
    return s.x < 2 or EXPRESSION == 0
Next = [Up]
Invariants = [Fine]
""",
    "constraint": """
def Fine(s):
    return s.x < 2 or EXPRESSION >= 0
Next = [Up]
Constraints = [Fine]
""",
    "witness": """
def Fine(s):
    return s.x == 2 and EXPRESSION == 0
Next = [Up]
Witnesses = [Fine]
""",
    "quantifier": """
def Fine(s):
    return s.x < 2 or all(EXPRESSION + k >= 0 for k in Range(0, 3))
Next = [Up]
Invariants = [Fine]
""",
}
FAILURES = {
    "s.x * 1152921504606846977": "Overflow when computing 2 * 1152921504606846977: numbers are within -2^61..2^61",
    "7 % (1 - s.x)": "The second argument of % should be a positive number: 7 % -1",
    "(s.x + 2305843009213693951)": "Overflow when computing 2 + 2305843009213693951",
    "(-2305843009213693951 - s.x)": "Overflow when computing -2305843009213693951 - 2",
    "s.x ** 62": "Overflow when computing 2 ** 62",
    "sum(2305843009213693952 for i in Range(1, s.x))": "Overflow when computing a sum, 4611686018427387904",
    "7 // (2 - s.x)": "Division by zero: 7 // 0",
    "7 % (2 - s.x)": "The second argument of % should be a positive number: 7 % 0",
    "7 ** (1 - s.x)": "The second argument of ** should be a natural number: 7 ** -1",
    "(2 - s.x) ** (s.x - 2)": "0 ** 0 is undefined",
}


def failing(expression: str, place: str) -> Spec:
    return load(COUNT + PLACES[place].replace("EXPRESSION", expression))


@pytest.mark.parametrize(
    ("place", "expression"),
    [("action", expression) for expression in FAILURES]
    + [(place, expression) for place in list(PLACES)[1:] for expression in list(FAILURES)[:2]],
)
def test_what_has_no_value_is_told_with_its_place(place: str, expression: str) -> None:
    spec = failing(expression, place)
    engine = Engine(spec)
    found = engine.search()
    assert found.verdict == "error" and found.violation is not None and found.violation.failure is not None
    assert [state.x for state in found.violation.representatives] == [0, 1, 2]
    failure = find_failure(spec, found.violation.representatives[-1])
    assert failure is not None
    assert failure.message.startswith(FAILURES[expression])
    compiled = found.violation.failure
    assert (compiled.file, compiled.line) == (failure.file, failure.line)
    # The same words, but for the values.
    assert compiled.why.split(":")[0].split(" when ")[0] == failure.message.split(":")[0].split(" when ")[0]
    assert engine.search(order="dfs").verdict == "error"


def test_the_report_of_an_overflow(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "square.py"
    file.write_text(
        "from mc.lang import *\nTop: Natural\nn = Variable(Range(0, Top))\n"
        "def Init(t):\n    t.n = 0\n"
        "def Go(s, t):\n    if not s.n == 0:\n        return False\n    t.n = Top\n    return True\n"
        "def Back(s, t):\n    if not s.n > 0:\n        return False\n    t.n = 0\n    return True\n"
        "Next = [Go, Back]\n"
        "def Square(s):\n    return (\n        s.n\n        * s.n >= s.n\n    )\nInvariants = [Square]\n",
        encoding="utf-8",
    )
    arguments = ["check", str(file), "--out", str(tmp_path), "-c"]
    assert main([*arguments, "Top=1518500249"]) == 0  # its square is 2^61, nearly
    capsys.readouterr()
    assert main([*arguments, "Top=1518500250"]) == 75
    output = capsys.readouterr().out
    assert "Square cannot be evaluated: Overflow when computing 1518500250 * 1518500250" in output
    assert f"({file}:19)" in output
    assert "State 2: Go\n    n: 0 -> 1518500250" in output


def test_a_failure_that_plain_python_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has a place and a reason all the same."""
    spec = failing("7 // (2 - s.x)", "invariant")
    found = Engine(spec).search()
    assert found.violation is not None
    monkeypatch.setattr(behavior, "find_failure", lambda *_: None)
    told = behavior.rebuild(spec, found.violation, Engine(spec).canonical).failure
    assert told is not None
    assert "Division by zero: 7 // (2 - s.x) (plain Python can evaluate it: please report this)" in str(told)
    assert f"({spec.path}:{told.line})" in str(told)


def test_division_rounds_down() -> None:
    """As TLC has it: 7 \\div -3 is -3, and -7 % 3 is 2."""
    text = """
x = Variable(Range(-9, 9))
y = Variable(Range(-9, 9))
q = Variable(Range(-10, 10))
r = Variable(Range(0, 9))
def Init(t):
    t.x = 7
    t.y = -3
    t.q = 7 // -3
    t.r = -7 % 3
def Divide(s, t, x, y):
    if not y != 0:
        return False
    t.x = x
    t.y = y
    t.q = x // y
    t.r = x % y if y > 0 else 0
    return True
Next = [(Divide, Range(-9, 9), Range(-4, 3))]
def Down(s):
    return s.q * s.y <= s.x < s.q * s.y + s.y if s.y > 0 else s.q * s.y >= s.x > s.q * s.y + s.y
def Rest(s):
    return s.y < 0 or s.r == s.x - s.q * s.y
Invariants = [Down]
Witnesses = [Rest]
"""
    spec = load(text)
    (start,) = spec.initial_states()
    assert (start.q, start.r) == (-3, 2)
    assert compare(spec).verdict == "ok"


INTERVALS = """
N: Natural
x = Variable(Range(-2305843009213693952, N))
def Init(t):
    t.x = N
def Down(s, t):
    if not s.x > N - 3:
        return False
    t.x = s.x - 1
    return True
Next = [Down]
def Inside(s):
    return s.x in Range(-N, N) and s.x not in Range(N + 1 - 2, N - 4) and Range(s.x, N) <= Range(N - 3, N)
def Few(s):
    return sum(1 for k in Range(s.x, N) if k > N - 2) <= 2 and Max(Range(s.x - 2, s.x)) == s.x
Invariants = [{predicates}]
"""


def test_intervals_near_the_largest_number() -> None:
    spec = load(INTERVALS.format(predicates="Few"), {"N": LARGEST - 1})
    assert compare(spec).verdict == "ok"


@pytest.mark.parametrize("low", ["0", "-N", "s.x - N"])
def test_an_interval_with_too_many_numbers_is_not_gone_through(low: str) -> None:
    long = f"def Long(s):\n    return any(k == 7 for k in Range({low}, s.x))\nInvariants = [{{predicates}}]"
    text = INTERVALS.replace("Invariants = [{predicates}]", long)
    spec = load(text.format(predicates="Long"), {"N": LARGEST // 2})
    want = compare(spec)
    assert (want.verdict, want.length) == ("error", 1)
    found = Engine(spec).search()
    failure = find_failure(spec, found.violation.representatives[-1])  # type: ignore[union-attr]
    assert failure is not None and "too many elements to go through, more than 16,777,216" in failure.message
    assert found.violation is not None and found.violation.failure is not None
    assert found.violation.failure.line == failure.line


HUGE = """
x = Variable(Range(0, 3))
{variable}
def Init(t):
    t.x = 0
    {init}
def Do(s, t{parameter}):
    t.x = 1
    return True
Next = [(Do{row})]
"""


@pytest.mark.parametrize(
    "domain",
    [
        "Range(0, 2 ** 40)",
        "Set(Range(0, 60))",
        "Set(Set(Range(0, 60)))",
        "Seq(Range(0, 9), 30)",
        "Fn(Range(0, 50), BOOLEAN)",
        "Record(a=Range(0, 99999), b=Range(0, 99999))",
        "Optional(Range(0, 2 ** 60), 'none')",
    ],
)
def test_a_row_over_too_many_values_is_refused_at_once(domain: str) -> None:
    with pytest.raises(SpecError, match=r"spec.py:11: Next: parameter p: .* has too many elements to go through"):
        load(HUGE.format(variable="", init="", parameter=", p", row=f", {domain}"))


@pytest.mark.parametrize(
    ("domain", "init", "message"),
    [
        ("Seq(BOOLEAN, 2 ** 40)", "()", "variable y: it takes [0-9,]+ bytes; at most 4,194,304 are supported"),
        ("Bag(BOOLEAN, 2 ** 40, 2)", "{}", "variable y: it takes [0-9,]+ bytes"),
        ("Set(Range(0, 2 ** 50), 2 ** 40)", "set()", "variable y: it takes [0-9,]+ bytes"),
        ("Set(Range(-(2 ** 61), 2 ** 61), 2)", "set()", r"variable y: an element of this set \(.*\) takes 63 bits"),
        (
            "Set(Set(Range(0, 80)), 4)",
            "set()",
            r"variable y: an element of this set \(SUBSET \(0..80\)\) takes 128 bits",
        ),
        ("Set(Set(Range(0, 80)))", "set()", "variable y: an element of this set .* at most 62: narrow them"),
        ("Fn(Range(0, 1), Set(Set(Range(0, 80)), 4))", "{0: set(), 1: set()}", "variable y: an element of this set"),
        (
            "Bag(Set(Range(0, 80)), 3, 3)",
            "{}",
            r"variable y: an element of this bag .* 128 bits, and a count of up to 3 copies 2;",
        ),
        ("Bag(Range(0, 2 ** 58), 3, 30)", "{}", "variable y: an element of this bag .* 59 bits"),
        (
            "Seq(Union(Record(k='a', v=Range(0, 2 ** 60), w=Range(0, 99)), Record(k='b')), 2)",
            "()",
            'variable y: a record of this union takes 69 bits, where k = "a"; at most 63',
        ),
        (
            "Optional(Seq(Range(0, 2 ** 60), 2), 'none')",
            "'none'",
            'variable y: a value of this Optional takes 193 bits; at most 63 are .*: narrow the domain beside "none"',
        ),
        ("Fn(Range(0, 2 ** 40), BOOLEAN)", "{}", "0..1099511627776 has too many elements to go through"),
        ("Range(0, 2 ** 61 + 1)", "0", "Overflow|Range: 2305843009213693953 is too large"),
        ("Enum(1, -(2 ** 61) - 1)", "1", "Overflow when computing -2305843009213693952 - 1"),
    ],
)
def test_domains_that_cannot_be_stored_are_refused_with_their_place(domain: str, init: str, message: str) -> None:
    with pytest.raises(SpecError, match=f"spec.py:4: ({message})"):
        spec = load(HUGE.format(variable=f"y = Variable({domain})", init=f"t.y = {init}", parameter="", row=","))
        Engine(spec)


def test_a_few_numbers_far_from_each_other() -> None:
    text = """
x = Variable(Enum(1, 1073741824, -2305843009213693952, 2305843009213693952))
def Init(t):
    t.x = 1
def Do(s, t, k):
    t.x = k * 2305843009213693952 if s.x != 1073741824 else 1
    return True
def Half(s, t):
    t.x = 1073741824
    return True
def Bad(s, t):
    if not s.x < 0:
        return False
    t.x = s.x // 2
    return True
Next = [(Do, Enum(-1, 1)), Half{bad}]
"""
    assert compare(load(text.format(bad=""))).verdict == "ok"
    assert compare(load(text.format(bad=", Bad"))).verdict == "error"
