"""Loops over sets, and all else in which Python would take the elements of a set in some order."""

from __future__ import annotations

import re

import pytest

from mc.errors import SpecError
from tests.toys.cases import cases
from tests.toys.engines import compare, load

HEAD = """
S: ModelValues
Nil: ModelValue
x = Variable(Range(0, 9))
f = Variable(Fn(S, Range(0, 3)))
g = Variable(Fn(S, Fn(S, Range(0, 3))))
h = Variable(Fn(Range(1, 3), Range(0, 3)))
b = Variable(Set(S))
k = Variable(Set(Range(1, 2)))
who = Variable(Optional(S, Nil))
def Init(t):
    t.x = 0
    t.f = {i: 0 for i in S}
    t.g = {i: {j: 0 for j in S} for i in S}
    t.h = {n: 0 for n in Range(1, 3)}
    t.b = set()
    t.k = {1, 2}
    t.who = Nil
def Flip(s, t, i):
    t.f[i] = 1 - s.f[i]
    t.b = s.b | {i} if s.f[i] == 0 else s.b - {i}
    return True
def Twice(n):
    return 2 * n
"""

NEXT = "\nNext = [(Flip, S), A]\n"

#: What is refused at the line marked # !, and words of the reason.
REFUSED = cases(r"""
--- the last element: best depends on the order
def A(s, t):
    best = Nil
    for i in S:
        best = i  # !
    t.who = best
    return True
--- the last of some: win depends on the order
def A(s, t):
    win = Nil
    for i in s.b:
        if s.f[i] == 1:
            win = i  # !
    t.who = win
    return True
--- a sequence of all: r depends on the order
def A(s, t):
    r = ()
    for i in S:
        r = Append(r, i)  # !
    t.x = Len(r)
    return True
--- a longer sequence: r depends on the order
def A(s, t):
    r = ()
    for i in S:
        r += (i,)  # !
    t.x = Len(r)
    return True
--- digits: n depends on the order
def A(s, t):
    n = 0
    for m in s.k:
        n = (n * 2 + m) % 9  # !
    t.x = n
    return True
--- of a set that is written out: n depends on the order
def A(s, t):
    n = 0
    for m in {1, 2, 3}:
        n = n - n % m  # !
    t.x = n
    return True
--- elements put in and taken out: r depends on the order
def A(s, t):
    r = s.b
    for i in S:
        if s.f[i] == 0:
            r = r | {i}
        else:
            r = r - s.b  # !
    t.b = r
    return True
--- one of two constants: n depends on the order
def A(s, t):
    n = 0
    for i in S:
        if s.f[i] == 1:
            n = 1
        else:
            n = 2  # !
    t.x = n
    return True
--- where the largest is: n, which is read here while the loop makes it
def A(s, t):
    n = 0
    who = Nil
    for i in S:
        if s.f[i] > n:  # !
            n = s.f[i]
            who = i
    t.who = who
    return True
--- what the round before has left: d, which is read here
def A(s, t):
    d = 0
    for i in S:
        t.f[i] = d  # !
        d = 1
    return True
--- the first element: w depends on the order
def A(s, t):
    w = Nil
    for i in S:
        if s.f[i] == 0:
            w = i  # !
            break
    t.who = w
    return True
--- a sum of the first one only: n depends on the order
def A(s, t):
    n = 0
    for i in s.k:
        if i > 0:
            n = n + i  # !
            break
    t.x = n
    return True
--- a set of the first one only: r depends on the order
def A(s, t):
    r = s.b
    for i in S:
        j = i
        r = r | {j}  # !
        break
    t.b = r
    return True
--- the largest of the first one only: n depends on the order
def A(s, t):
    n = 0
    for m in Range(1, 2):
        for i in s.k:
            if i >= m:
                n = Max({n, i})  # !
                break
    t.x = n
    return True
--- the first few: n, which is read here
def A(s, t):
    n = 0
    for i in S:
        if n >= 2:  # !
            break
        n = n + 1
    t.x = n
    return True
--- as many as come before some: n depends on the order
def A(s, t):
    n = 0
    for i in S:
        if i in s.b:
            break
        n = n + 1  # !
    t.x = n
    return True
--- the element that is returned: `return i` depends on the order
def First(s):
    for i in S:
        if s.f[i] == 0:
            return i  # !
    return Nil
def A(s, t):
    t.who = First(s)
    return True
--- which of two constants is returned: whether it is `return 1` or another one
def First(s):
    for i in S:
        if s.f[i] == 0:
            return 1
        if i in s.b:
            return 2  # !
    return 3
def A(s, t):
    t.x = First(s)
    return True
--- what is written before: what is written before the loop is left
def A(s, t):
    for i in S:
        t.f[i] = 2
        if i in s.b:
            return True  # !
    return True
--- what is written first: what is written before the loop is left
def A(s, t):
    for i in S:  # !
        if s.f[i] == 0:
            t.f[i] = 2
            break
    return True
--- one place for two: may be one place for two elements of s.k
def A(s, t):
    for n in s.k:
        t.h[n % 2 + 1] = n  # !
    return True
--- a place of another round: one round of this loop may write t.g[j][i]
def A(s, t):
    for i in S:
        for j in S:
            t.g[i][j] = 1
            t.g[j][i] = 2  # !
    return True
--- a neighbour of another round: one round of this loop may write t.h[n + 1]
def A(s, t):
    for n in s.k:
        t.h[n] = 1
        t.h[n + 1] = 2  # !
    return True
--- the element after the loop: i has a value only in the loop
def A(s, t):
    for i in S:
        pass
    t.who = i  # !
    return True
--- one name for two things: i is bound by this loop and by something else
def B(s, t, i):
    for i in S:  # !
        t.f[i] = 1
    return True
Next = [(B, S)]
--- in Init: w depends on the order
def Init(t):
    w = Nil
    for i in S:
        w = i  # !
    t.who = w
def A(s, t):
    return True
--- keys that may be equal: a function is written
def A(s, t):
    t.f = {Max({i}): 1 for i in S}  # !
    return True
--- a key for many: a function is written
def A(s, t):
    t.f = {i: s.f[j] for i in S for j in S}  # !
    return True
--- list: list is Python's own
def A(s, t):
    t.who = list(S)[0]  # !
    return True
--- next: next is Python's own
def A(s, t):
    t.who = next(iter(S))  # !
    return True
--- zip: zip is Python's own
def A(s, t):
    t.b = {i for i, n in zip(S, s.k)}  # !
    return True
--- a loop over pairs: for x in S: ...; a tuple has numbered components: a = x[1], b = x[2]
def A(s, t):
    for i, j in {(k, k) for k in S}:  # !
        t.f[i] = 1
    return True
--- a pair taken apart: to a part of t; a tuple has numbered components: a = pair[1], b = pair[2]
def A(s, t):
    i, j = (1, 2)  # !
    t.x = i
    return True
--- enumerate: a loop is: for x in S
def A(s, t):
    for n, i in enumerate(S):  # !
        t.f[i] = n
    return True
--- items: only names are called
def A(s, t):
    t.b = {i for i, n in s.f.items() if n == 1}  # !
    return True
--- a list of all: a sequence is made of another one, or of Range(lo, hi)
def A(s, t):
    t.x = Len([i for i in S])  # !
    return True
--- a tuple of all: tuple(e for x in q if P), not of s.f, a function
def A(s, t):
    t.x = Len(tuple(i
        for k in Range(1, 2) for i in s.f))  # !
    return True
--- a sequence of all: a set has no order
def A(s, t):
    t.x = Len((*S,))  # !
    return True
--- a sum of sequences: sum takes no options
def A(s, t):
    t.x = Len(sum(((i,) for i in S), ()))  # !
    return True
--- the largest by something: max takes no options
def A(s, t):
    t.who = max(S, key=s.f)  # !
    return True
--- names for all: assign to a name
def A(s, t):
    i, j = S  # !
    t.who = i
    return True
--- at the top, a list: would be taken in some order
First = list(S)[0]  # !
def A(s, t):
    return True
--- at the top, the first: would be taken in some order
First = next(iter(S))  # !
def A(s, t):
    return True
--- at the top, a tuple: would be taken in some order
Order = tuple(i for i in S)  # !
def A(s, t):
    return True
--- at the top, a list of all: would be taken in some order
Order = [i for i in S]  # !
def A(s, t):
    return True
--- at the top, a loop: would be taken in some order
Order = ()
for i in S:  # !
    Order = Order + (i,)
def A(s, t):
    return True
--- at the top, with a star: would be taken in some order
Order = (*S, Nil)  # !
def A(s, t):
    return True
--- at the top, names for all: declare a value that is needed by its name as a constant
i1, i2 = S  # !
def A(s, t):
    return True
--- at the top, the last of a loop: would be taken in some order
for last in S:  # !
    Last = last
def A(s, t):
    return True
--- at the top, the first of a domain: would be taken in some order
First = list(Enum(S, Nil))[0]  # !
def A(s, t):
    return True
--- at the top, the first by another order: would be taken in some order
First = min(S, key=abs)  # !
def A(s, t):
    return True
""")

#: The same of what stands at the top of a file, one statement in a line.
AT_THE_TOP = {
    "X = set(S).pop()": ".pop is not part of the spec language here",
    "X = next(n for n in {1, 2})": "would be taken in some order",
    "X = (n for n in S)": "would be taken in some order",
    "X = list(n for m in [1] for n in S)": "would be taken in some order",
    "X = list(reversed(list(S)))": "would be taken in some order",
    "X = list(zip(S, S))": "would be taken in some order",
    "X = list(enumerate(S))": "would be taken in some order",
    "X = dict((n % 2, n) for n in {1, 3})": "would be taken in some order",
    "X = {n % 2: n for n in {1, 3}}": "would be taken in some order",
    "X = {n: m for n in {1, 3} for m in {2, 4}}": "would be taken in some order",
    "X = list({i: 0 for i in S})": "would be taken in some order",
    "X = [i for i, j in [S]]": "would be taken in some order",
    "X = {i for i, j in [S]}": "would be taken in some order",
    "(i, j), n = S, 1": "would be taken in some order",
    "i, *j = S": "would be taken in some order",
    "for i, j in [S]: X = i": "would be taken in some order",
    "X = max(S, key=len)": "would be taken in some order",
    "X = sorted({1, 2}, key=abs)": "would be taken in some order",
    "X = min({1, 2}, default=0, key=abs)": "would be taken in some order",
    "X = sorted({frozenset({1}), frozenset({2})})": "only numbers, or strings, are sorted, not {",
    "X = sorted({(1, 2), (2, 1)})": "only numbers, or strings, are sorted, not <<",
    "X = sum([(1,)], ())": "sum takes no options",
    'X = f"{S}"': "a string is written out",
    "X = str(S)": "str is Python's own",
    "X = hash(Nil)": "hash is Python's own",
    "X = tuple(map(Twice, S))": "map is Python's own",
    "X = S.members": ".members is not part of the spec language here",
    "X = Enum(S).members": ".members is not part of the spec language here",
    "while True: X = 1": "not part of the spec language: while True",
    "del Nil": "not part of the spec language: del Nil",
    "X = list('ab')": "which has no parts",
}


#: What is the same in every order, or has one.
ALLOWED = cases(r"""
--- a union:
    r = s.b
    for i in S:
        r = r | {i}
    t.b = r
--- a difference:
    r = S
    for i in s.b:
        r = r - {i}
    t.b = r
--- a number:
    n = 0
    for i in S:
        n += s.f[i]
    t.x = n
--- a number that begins with a parameter's:
    n = Twice(s.x)
    for i in S:
        n = n + Twice(s.f[i])
        n += 1
    t.x = n % 9
--- what is counted:
    n = 0
    for i in S:
        if s.f[i] == 0:
            n = n + 1
        else:
            n = n + 2 - s.f[i]
    t.x = n
--- more and less:
    n = 4
    for i in S:
        if i in s.b:
            n = n - 1
        else:
            n = n + 1
    t.x = n
--- the largest:
    n = 0
    for i in S:
        n = Max({n, s.f[i]})
    t.x = n
--- the largest, by comparison:
    n = 0
    for i in S:
        if s.f[i] > n:
            n = s.f[i]
    t.x = n
--- the smallest, by comparison:
    n = 9
    for i in S:
        n = n if n <= s.f[i] else s.f[i]
    t.x = n
--- all:
    every = True
    for i in S:
        every = every and s.f[i] == 0
    t.x = 1 if every else 0
--- whether there is one:
    found = False
    for i in S:
        if s.f[i] == 1:
            found = True
    t.x = 1 if found else 0
--- whether there is one, and no further:
    found = False
    for i in S:
        if s.f[i] == 1:
            found = True
            break
    t.x = 1 if found else 0
--- a guard:
    for i in S:
        if s.f[i] > 0:
            return False
    t.x = 1
--- what it was:
    r = s.b
    for i in S:
        r = r | {i} if s.f[i] == 0 else r
    t.b = r
--- a local of each round:
    n = 0
    for i in S:
        d = s.f[i] + 1
        n = n + d
    for i in S:
        d = s.f[i]
        n = n + d
    t.x = n
--- a local of a loop inside:
    n = 0
    for i in S:
        d = 0
        for j in S:
            d = d + s.g[i][j]
        n = n + d
    t.x = n
--- a part for each:
    for i in S:
        for j in S:
            t.g[i][j] = 1 if i == j else 2
--- a part for each number:
    for n in s.k:
        t.h[n + 1] = n
--- numbers in order:
    n = 0
    for m in Range(1, 3):
        n = (n * 2 + m) % 4
    t.x = n
--- the first number:
    for m in Range(1, 3):
        if s.h[m] == 0:
            t.h[m] = 1
            break
""")


@pytest.mark.parametrize("name", REFUSED)
def test_refused_at_its_line(name: str) -> None:
    body, words = REFUSED[name]
    head = HEAD[: HEAD.index("def Init")] + HEAD[HEAD.index("def Flip") :] if "def Init" in body else HEAD
    text = head + body + ("" if "Next =" in body else NEXT)
    with pytest.raises(SpecError, match=re.escape(words)) as caught:
        load(text, {"S": 2})
    assert caught.value.line == text[: text.index("# !")].count("\n") + 2


@pytest.mark.parametrize("name", ALLOWED)
def test_allowed_and_both_engines_agree(name: str) -> None:
    result = compare(load(f"{HEAD}def A(s, t):\n{ALLOWED[name][0]}    return True\n{NEXT}", {"S": 2}), (1,)).result
    assert result is not None and result.distinct > 3


@pytest.mark.parametrize("statement", AT_THE_TOP)
def test_refused_at_the_top(statement: str) -> None:
    head = f"from mc.lang import *\n{HEAD}"
    with pytest.raises(SpecError, match=re.escape(AT_THE_TOP[statement])) as caught:
        load(f"{HEAD}{statement}\ndef A(s, t):\n    return True\n{NEXT}", {"S": 2})
    assert caught.value.line == head.count("\n") + 1


@pytest.mark.parametrize(
    ("made", "value"),
    [
        ("[*Range(1, 3)]", [1, 2, 3]),
        ("sorted({3, 1, 2})", [1, 2, 3]),
        ("max({1, 2}) + Max({1, 2}) + sum(n for n in {1, 2})", 7),
        ("[n for n, m in zip([1, 2], Range(1, 2)) if n == m]", [1, 2]),
        ("{Twice(n) for n in {1, 2}}", {2, 4}),
    ],
)
def test_what_has_an_order_at_the_top(made: str, value: object) -> None:
    spec = load(f"{HEAD}X = {made}\ndef A(s, t):\n    return True\n{NEXT}", {"S": 2})
    assert spec.namespace["X"] == value


def test_a_list_of_what_is_no_set_is_a_list() -> None:
    spec = load(f"{HEAD}Rows = [(Flip, S)]\nNext = list(a for a in Rows)\nInvariants = [*[]]\n", {"S": 2})
    assert [action.name for action in spec.actions] == ["Flip"]
