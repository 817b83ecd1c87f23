"""What a definition must say on each path through it, and what it may not assign twice: refused before any search."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mc.cli.main import main
from mc.engine import reference
from mc.engine.search.compiled import Engine
from mc.errors import EvaluationError, SpecError
from tests.toys.cases import cases
from tests.toys.engines import compare, load

HEAD = """
S: ModelValues
x = Variable(Range(0, 3))
y = Variable(Range(0, 3))
f = Variable(Fn(S, Range(0, 3)))
b = Variable(Set(S))
q = Variable(Seq(S, 2))
g = Variable(Fn(Range(1, 3), Range(0, 3)))
r = Variable(Record(a=Range(0, 3), b=Range(0, 3)))
R = Record(a=Range(0, 3), b=Range(0, 3))
def Init(t):
    t.x = 0
    t.y = 0
    t.f = {i: 0 for i in S}
    t.b = set()
    t.q = ()
    t.g = {k: 0 for k in Range(1, 3)}
    t.r = R(a=0, b=0)
def Add(s, t, i):
    t.b = s.b | {i}
def Put(s, t, k, v):
    t.f[k] = v
def One(s, t):
    if s.x == 1:
        return False
    t.x = 1
    return True
def Two(s, t):
    t.x = 2
    return True
"""
NEXT = "\nNext = [(A, S)]\n"

TWICE = "a second time on one path"

#: What is refused, with words of the reason; the line is the one marked # ! (if the definitions have it).
REFUSED = cases(r"""
--- no return: A ends here after it has written t without saying whether it is enabled
def A(s, t, i):
    t.x = 1  # !
--- a bare return: after it has written t
def A(s, t, i):
    t.x = 1
    return  # !
--- None: after it has written t
def A(s, t, i):
    t.x = 1
    return None  # !
--- no else: without saying whether it is enabled
def A(s, t, i):
    if s.x < 2:  # !
        t.x = 2
        return True
--- a write in one branch: without saying whether it is enabled
def A(s, t, i):
    if s.x < 2:
        t.x = 2  # !
    else:
        return True
--- a bare guard: without saying whether it is enabled
def A(s, t, i):
    if s.x > 2:
        return  # !
    t.x = 2
    return True
--- the end of a loop: without saying whether it is enabled
def A(s, t, i):
    for k in Range(1, 3):  # !
        if k == s.x:
            return True
--- nothing at all: without saying whether it is enabled
def A(s, t, i):
    pass  # !
--- a docstring alone: without saying whether it is enabled
def A(s, t, i):  # !
    '''Nothing.'''
--- a helper that is returned: Add ends here after it has written t
def A(s, t, i):
    return Add(s, t, i)
--- a helper that is a guard: Add ends here
def A(s, t, i):
    if not Add(s, t, i):
        return False
    return True
--- a value: F ends here without a value
def F(n):
    if n == 1:  # !
        return 2
def A(s, t, i):
    t.x = F(s.x)
    return True
--- a predicate: I ends here without a value
def A(s, t, i):
    return True
def I(s):
    if s.x < 9:  # !
        return True
Invariants = [I]
--- a number: neither TRUE nor FALSE
def A(s, t, i):
    t.x = 1
    return 1  # !
--- a predicate that is 1: neither TRUE nor FALSE
def A(s, t, i):
    return True
def I(s):
    return 1  # !
Witnesses = [I]
--- a predicate that is a set: neither TRUE nor FALSE
def A(s, t, i):
    return True
def I(s):
    return s.b | {1}  # !
Constraints = [I]
--- a step that may be disabled, after an effect: guards before effects
def A(s, t, i):
    t.y = 1
    One(s, t)  # !
    return True
--- a step that is returned, in a loop: stands in a loop, where a step is a statement
def A(s, t, i):
    for k in Range(1, 3):
        if k == s.x:
            return Two(s, t)  # !
    return True
--- a step that may be disabled, in a loop: in a loop a step has one way
def A(s, t, i):
    for k in Range(1, 3):
        if k == s.x:
            return One(s, t)  # !
    return True
--- in an update: may not be disabled
def B(s, t):
    if s.x == 1:
        return False  # !
    t.y = 1
    return True
Next = [Then(Two, B)]
--- a call without effect: no effect
def F(n):
    return n
def A(s, t, i):
    F(s.x)  # !
    return True
--- a condition: precedence
def A(s, t, i):
    if One(s, t):  # !
        return True
    t.y = 1
    return True
--- part of a condition: precedence
def A(s, t, i):
    if s.y == 1 or One(s, t):  # !
        return True
    return False
--- another way where it is disabled: precedence
def A(s, t, i):
    if not One(s, t):  # !
        t.y = 1
    return True
--- negated: here it would be lost
def A(s, t, i):
    return not One(s, t)  # !
--- kept in a local: here it would be lost
def A(s, t, i):
    ok = One(s, t)  # !
    return ok
--- a quantifier: here it would be lost
def B(s, t, i):
    t.f[i] = 1
    return True
def A(s, t, i):
    return all(B(s, t, j) for j in S)  # !
--- a choice of choices: a second time on one path
def B(s, t, i):
    t.f[i] = 1
    return True
def A(s, t, i):
    if not any(B(s, t, j) for j in S):
        return False
    t.f = {j: 0 for j in S}  # !
    return True
--- compared: here it would be lost
def A(s, t, i):
    return One(s, t) == True  # !
--- given on: here it would be lost
def F(v):
    return v
def A(s, t, i):
    return F(One(s, t))  # !
--- before a guard: guards before effects
def A(s, t, i):
    return One(s, t) and s.y == 0  # !
--- assigned twice: a second time on one path
def A(s, t, i):
    t.x = 1
    t.x = 2  # !
    return True
--- by two calls: Add(s, t, Head(s.q)) assigns t.b a second time on one path
def A(s, t, i):
    Add(s, t, i)
    Add(s, t, Head(s.q))  # !
    return True
--- by a call and itself: Add(s, t, i) in line
def A(s, t, i):
    Add(s, t, i)
    t.b = {i}  # !
    return True
--- by a guard and itself: a second time on one path
def A(s, t, i):
    if not One(s, t):
        return False
    t.x = 2  # !
    return True
--- after a branch: a second time on one path
def A(s, t, i):
    if s.x == 1:
        t.x = 2
    t.x = 1  # !
    return True
--- in two branches: a second time on one path
def A(s, t, i):
    if s.x == 1:
        t.x = 2
    if s.x == 2:
        t.x = 1  # !
    return True
--- before a disjunction: a second time on one path
def A(s, t, i):
    t.x = 3
    return Two(s, t) or Two(s, t)  # !
--- one index: to t.f[i]
def A(s, t, i):
    k = i
    t.f[i] = 1
    t.f[k] = 2  # !
    return True
--- one index by a call: a second time on one path
def A(s, t, i):
    Put(s, t, i, 1)
    t.f[i] = 2  # !
    return True
--- a part of a whole: a second time on one path
def A(s, t, i):
    t.f = {j: 0 for j in S}
    t.f[i] = 2  # !
    return True
--- a whole over a part: a second time on one path
def A(s, t, i):
    t.r.a = 2
    t.r = s.r  # !
    return True
--- in Init: a second time on one path
def Init(t):
    t.x = 0
    t.y = 0
    t.x = 1  # !
def A(s, t, i):
    return True
--- over a helper of Init: Base(t) in line
def Base(t):
    t.x = 0
def Init(t):
    Base(t)
    t.x = 1  # !
def A(s, t, i):
    return True
--- by an update: written by both
def H(s, t):
    t.x = s.x + 1  # !
Next = [Then(Two, H)]
--- in every round: all but the last would be lost
def A(s, t, i):
    for k in S:
        t.b = s.b | {k}  # !
    return True
--- in every round by a call: all but the last would be lost
def A(s, t, i):
    for k in S:
        Add(s, t, k)  # !
    return True
--- in every round of numbers: all but the last would be lost
def A(s, t, i):
    for k in Range(1, 3):
        t.x = k  # !
    return True
--- a part in every round: all but the last would be lost
def A(s, t, i):
    for k in S:
        t.f[i] = 1  # !
    return True
--- in every outer round: all but the last would be lost
def A(s, t, i):
    for k in S:
        for j in S:
            t.f[j] = 1  # !
    return True
--- an image of the element: may be one place for two elements of Set(S)
def A(s, t, i):
    for k in Set(S):
        t.f[Max(k)] = 1  # !
    return True
--- an image of a number: t.g[k % 2 + 1] may be one place for two elements of Range(1, 3)
def A(s, t, i):
    for k in Range(1, 3):
        t.g[k % 2 + 1] = k  # !
    return True
--- an image of a number by a local: t.g[m] may be one place for two elements of Range(1, 3)
def A(s, t, i):
    for k in Range(1, 3):
        m = k // 2 + 1
        t.g[m] = k  # !
    return True
--- an image of a number by a call: may be one place for two elements of Range(1, 2)
def A(s, t, i):
    for k in Range(1, 2):
        Put(s, t, Pick(s, i, k), k)  # !
    return True
def Pick(s, i, k):
    return i
--- a product of the element with itself: may be one place for two elements
def A(s, t, i):
    for k in Range(1, 2):
        t.g[k * k - k + 1] = k  # !
    return True
--- nothing times the element: may be one place for two elements
def A(s, t, i):
    for k in Range(1, 2):
        t.g[0 * k + 1] = k  # !
    return True
--- a number that each round changes: may be one place for two elements
def A(s, t, i):
    n = 3
    for k in Range(1, 2):
        n = n - 1
        t.g[k + n] = k  # !
    return True
--- a neighbour's place: one round of this loop may write t.g[k + 1] where another has written t.g[k] (line
def A(s, t, i):
    for k in Range(1, 2):
        t.g[k] = 1
        t.g[k + 1] = 2  # !
    return True
--- an element that a sequence has twice: t.f[j] may be one place for two elements of s.q
def A(s, t, i):
    n = 0
    for j in s.q:
        n = n + 1
        t.f[j] = n  # !
    return True
--- what a sequence has at a number: t.f[s.q[k]] may be one place for two elements of Range(1, Len(s.q))
def A(s, t, i):
    for k in Range(1, Len(s.q)):
        t.f[s.q[k]] = k  # !
    return True
--- after a loop: a second time on one path
def A(s, t, i):
    for k in S:
        t.f[k] = 1
    t.f[i] = 2  # !
    return True
--- before a loop: a second time on one path
def A(s, t, i):
    t.f[i] = 2
    for k in S:
        t.f[k] = 1  # !
    return True
--- in two loops: a second time on one path
def A(s, t, i):
    for k in S:
        t.f[k] = 1
    for j in S:
        t.f[j] = 2  # !
    return True
--- a guard in a later round: guards before effects
def A(s, t, i):
    for k in Range(1, 3):
        if s.x == k:
            return False  # !
        t.g[k] = 1
    return True
--- while: not part of the spec language
def A(s, t, i):
    while s.x < 2:  # !
        t.x = 1
    return True
--- try: not part of the spec language
def A(s, t, i):
    try:  # !
        t.x = 1
    except KeyError:
        return False
    return True
--- with: not part of the spec language
def A(s, t, i):
    with s:  # !
        t.x = 1
    return True
--- global: not part of the spec language
def A(s, t, i):
    global z  # !
    return True
--- a generator: no effect
def A(s, t, i):
    t.x = 1
    yield True  # !
--- a definition inside: not part of the spec language
def A(s, t, i):
    def g():  # !
        return 1
    return True
--- a definition under a condition: at the top of the file
if True:
    def A(s, t, i):  # !
        return True
--- a class: not part of the spec language
class K:  # !
    pass
def A(s, t, i):
    return True
--- lambda: a definition (def) of its own
def A(s, t, i):
    g = lambda k: k  # !
    return True
--- a walrus: a statement of its own
def A(s, t, i):
    if (k := s.x) > 1:  # !
        return False
    return True
--- stars: by position
def A(s, t, *i):  # !
    return True
--- a default: without defaults
def A(s, t, i=1):  # !
    return True
--- a decorator: decorators
def d(f):
    return f
@d  # !
def A(s, t, i):
    return True
--- recursion: recursive
def A(s, t, i):  # !
    return A(s, t, i)
--- a builtin: no effect
def A(s, t, i):
    print(s.x > sorted(S))  # !
    return True
--- another builtin: sorted is Python's own
def A(s, t, i):
    t.x = sorted(S)[1]  # !
    return True
--- a method: only names are called
def A(s, t, i):
    t.x = s.b.pop()  # !
    return True
--- an unknown name: did you mean Range?
def A(s, t, i):
    t.b = Rnage(1, 2)  # !
    return True
--- an operator that TLA+ has not: TLA+ has no such operator here
def A(s, t, i):
    t.x = s.x @ 1  # !
    return True
--- too few arguments: Put takes (s, t, k, v)
def A(s, t, i):
    Put(s, t, i)  # !
    return True
--- states the wrong way round: s is passed as s
def A(s, t, i):
    return One(t, s)  # !
--- a definition twice: given twice
def A(s, t, i):
    return True
def A(s, t, i):  # !
    return False
""")

#: What looks alike and is right; each is a body of A.
ALLOWED = cases(r"""
--- branches:
    if s.x == 1:
        t.x = 2
    elif s.x == 2:
        t.x = 0
    else:
        t.x = 1
    return True
--- a return in between:
    if s.x == 1:
        t.x = 2
        return True
    t.x = 1
    return True
--- two indices:
    t.f[i] = 1
    t.f[Pick(s, i)] = 2
    return True
--- an index that changes:
    k = i
    t.f[k] = 1
    k = Pick(s, i)
    t.f[k] = 2
    return True
--- two fields:
    t.r.a = 1
    t.r.b = 2
    return True
--- a part for each element:
    for k in S:
        t.f[k] = 1
    return True
--- a part for each element by a call:
    for k in S:
        Put(s, t, k, 1)
    return True
--- a place more, less, or further apart:
    for k in Range(1, 2):
        t.g[k + 1] = k
    return True
--- places that depend on the state:
    for k in Range(1, 2):
        t.g[2 * (s.y + 2 - k) - s.y + 1] = k
    return True
--- the rest of a loop:
    for k in S:
        if k in s.b:
            t.f[k] = 1
            continue
        t.f[k] = 2
    return True
--- the first of some numbers:
    for k in Range(1, 3):
        if k > s.x:
            t.x = k
            break
    return True
--- the first of some numbers or none:
    for k in Range(1, 3):
        if k > s.x:
            t.x = k
            return True
    return False
--- parts of a disjunction:
    return (s.x == 0 and Two(s, t)) or (s.x == 2 and One(s, t))
--- an effect:
    Add(s, t, i)
    t.x = 1
    return True
--- an effect that is always enabled:
    Two(s, t)
    return True
--- an effect that may end early:
    Early(s, t)
    return True
""")
HELPERS = """
def Pick(s, i):
    return i if s.x == 0 else Head(s.q + (i,))
def Early(s, t):
    if s.x == 1:
        return
    t.x = 1
"""


def expected_line(text: str) -> int:
    return text[: text.index("# !")].count("\n") + 1


@pytest.mark.parametrize("name", REFUSED)
def test_refused_at_its_line(name: str) -> None:
    body, words = REFUSED[name]
    head = HEAD[: HEAD.index("def Init")] + HEAD[HEAD.index("def Add") :] if "def Init" in body else HEAD
    text = head + body + ("" if "Next =" in body else NEXT)
    with pytest.raises(SpecError, match=re.escape(words)) as caught:
        load(text, {"S": 2})
    if "# !" in text:
        assert caught.value.line == expected_line("from mc.lang import *\n" + text)
    assert "spec.py:" in str(caught.value)


@pytest.mark.parametrize("name", ALLOWED)
def test_allowed(name: str) -> None:
    result = compare(load(f"{HEAD}{HELPERS}def A(s, t, i):\n{ALLOWED[name][0]}{NEXT}", {"S": 2}), (1,)).result
    assert result is not None and result.distinct > 1


def test_a_definition_reached_by_substitution_is_followed() -> None:
    text = f"{HEAD}def B(s, t, i):\n    t.x = 1\ndef A(s, t, i):\n    t.x = 1\n    return True{NEXT}"
    load(text, {"S": 2})
    with pytest.raises(SpecError, match="B ends here after it has written t"):
        load(text, {"S": 2}, substitute={"A": "B"})
    action = "def A(s, t, i):\n    t.f[i] = 1\n    Add(s, t, i)\n    return True"
    text = f"{HEAD}def B(s, t, i):\n    t.b = {{i}}\n{action}{NEXT}"
    load(text, {"S": 2}, substitute={"Add": "B"})
    with pytest.raises(SpecError, match=TWICE):
        load(text.replace("t.b = {i}", "t.f[i] = 2"), {"S": 2}, substitute={"Add": "B"})


@pytest.mark.parametrize("table", ["Invariants", "Constraints", "Witnesses"])
def test_a_predicate_that_is_no_condition_is_an_error_in_both_engines(table: str) -> None:
    spec = load(f"{HEAD}def A(s, t, i):\n    return True\ndef I(s):\n    return s.y{NEXT}{table} = [I]", {"S": 2})
    with pytest.raises(EvaluationError, match="I is 0, neither TRUE nor FALSE"):
        reference.explore(spec)
    with pytest.raises(SpecError, match=r"spec\.py:\d+: TRUE or FALSE is needed here"):
        Engine(spec)


def test_an_action_that_is_no_condition_is_an_error_in_both_engines() -> None:
    spec = load(f"{HEAD}def A(s, t, i):\n    return s.y{NEXT}", {"S": 2})
    with pytest.raises(EvaluationError, match="A is 0, neither TRUE nor FALSE"):
        reference.explore(spec)
    with pytest.raises(SpecError, match=r"spec\.py:\d+: TRUE or FALSE is needed here"):
        Engine(spec)


@pytest.mark.parametrize("condition", ["N", "s.y", "s.b"])
def test_a_condition_is_true_or_false(condition: str) -> None:
    """Python would take a number that is not 0 for true."""
    text = f"{HEAD}N: Natural\ndef A(s, t, i):\n    if {condition}:\n        return False\n    return True{NEXT}"
    with pytest.raises(SpecError, match=r"spec\.py:\d+: TRUE or FALSE is needed here"):
        Engine(load(text, {"S": 2, "N": 3}))


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "counter.py"
    spec.write_text(f"from mc.lang import *\n{HEAD}def A(s, t, i):\n    t.x = 1{NEXT}", encoding="utf-8")
    assert main(["check", str(spec), "-c", "S=2", "--quiet"]) == 150
    assert "A ends here after it has written t" in capsys.readouterr().err
