"""Specs that the two engines once disagreed on, or that one of them refused without a reason."""

from __future__ import annotations

from typing import Any

import pytest

from mc.engine.search.compiled import Engine
from mc.errors import SpecError
from tests.toys.engines import compare, load

CONSTANTS = "Server: ModelValues\nNil: ModelValue\n"

#: Name: (text, constants, verdict).
SPECS: dict[str, tuple[str, dict[str, Any], str]] = {}
REFUSED: dict[str, tuple[str, str]] = {}

REFUSED["dirty_and"] = (
    """
x = Variable(Range(0,3)); y = Variable(Range(0,3)); z=Variable(Range(0,3))
def Init(t):
    t.x = 0; t.y = 0; t.z=0
def A(s,t):
    t.x = (s.x+1) % 4
    return True
def B(s,t):
    if s.z != 1: return False
    t.y = (s.y + 1) % 4
    return True
def AB(s,t):
    return A(s,t) and B(s,t)
def C(s,t):
    t.z = (s.z + 1) % 2
    return True
Next=[(AB,),(C,)]
""",
    "put guards before effects",
)

# A number is no condition, and no number of ways in which one holds.
for form, guards in {
    "alone": "if not Number(s, 1): return False",
    "beside": "if not (s.y == 0 or s.x == 0): return False\n    if not Number(s, 1): return False",
    "in_or": "if not (Number(s, 1) or s.x == 0): return False",
    "in_any": "if not any(Number(s, k) for k in Range(0, 1)): return False",
    "in_choice": "if not any(Number(s, k) and Set_(s, t, k) for k in Range(0, 1)): return False",
}.items():
    REFUSED[f"number_as_guard_{form}"] = (
        f"""
x = Variable(Range(0, 3)); y = Variable(Range(0, 3))
def Init(t):
    t.x = 0; t.y = 0
def Number(s, k):
    if s.x == k: return 2
    return 1
def Set_(s, t, k):
    t.x = k
    return True
def A(s, t):
    {guards}
    t.y = 1
    return True
Next = [A]
""",
        "TRUE or FALSE is needed here, not a number",
    )

# A loop is over the elements that a set has when it begins.
for most in (5, 20, 62):
    SPECS[f"changed_while_ranged_over_{most}"] = (
        f"""
w = Variable(Set(Range(0, {most})))
def Init(t):
    t.w = {{0, 1, 2, 5}}
def A(s,t):
    q = s.w
    for k in q:
        q = q - {{(k + 1) % {most}}}
    t.w = q
    return True
Next=[(A,)]
""",
        {},
        "ok",
    )

# A set that is stored as a sorted array beside sets of few values, in the places where a bitmap is asked for.
SPECS["sorted_beside_bitmaps"] = (
    """
few = Variable(Set(Range(0, 20), 2)); n = Variable(Range(0, 20)); x = Variable(Range(0, 5))
def Init(t):
    t.few = set(); t.n = 0; t.x = 0
def Grow(s, t):
    if not s.few | {s.n} in {frozenset({0}), frozenset({0, 1})}: return False
    t.few = s.few | {s.n}
    return True
def Count(s, t):
    if not s.n < 3: return False
    t.n = s.n + 1
    return True
def Most(s, t):
    if not s.few | {s.n} <= {0, 1}: return False
    t.x = Cardinality(s.few | {s.n})
    return True
def Part(s, t):
    if not {0} < s.few | {2}: return False
    t.x = 4
    return True
def Differ(s, t):
    if not s.few ^ {s.n} == {0, 1}: return False
    t.x = 5
    return True
Next = [Grow, Count, Most, Part, Differ]
""",
    {},
    "ok",
)

# A set that may be absent is made, compared, ranged over and changed as others are.
SPECS["optional_set"] = (
    """
opt = Variable(Optional(Set(Server), Nil)); y = Variable(Set(Server)); m = Variable(Optional(Set(Range(0, 3)), Nil))
q = Variable(Optional(Seq(Range(0, 1), 2), Nil))
def Init(t):
    t.opt = Nil; t.y = set(); t.m = Nil; t.q = Nil
def All(s, t, p):
    if p in {Nil for q in s.y}: return False
    t.opt = {q for q in Server if q != p}
    t.m = Range(Cardinality(s.y), 2)
    return True
def Keep(s, t):
    if not s.opt != Nil: return False
    if not s.opt <= Server: return False
    t.opt = {q for q in s.opt if q in s.y} | s.y
    t.y = s.opt
    return True
def Toggle(s, t, p):
    t.opt = {p} if s.opt == Nil else s.opt - {p}
    t.m = {Cardinality(s.y), 3}
    return True
def Fewer(s, t):
    if not (s.opt != Nil and s.y < s.opt and len(s.opt) > 1): return False
    return any(Take(s, t, p) for p in s.opt)
def Take(s, t, p):
    t.y = s.y | {p}
    t.q = Append(s.q, Max(s.m) % 2) if s.q != Nil and Len(s.q) < 2 else ()
    return True
def End(s, t):
    if not (s.q != Nil and Len(s.q) == 2 and Head(s.q) == 1): return False
    t.q = Tail(s.q) + (0,)
    return True
Next = [(All, Server), Keep, (Toggle, Server), Fewer, End]
""",
    {"Server": 3, "Nil": "Nil"},
    "ok",
)
SPECS["no_optional_set"] = (
    """
opt = Variable(Optional(Set(Server), Nil)); n = Variable(Range(0, 2))
def Init(t):
    t.opt = set(); t.n = 0
def Off(s, t):
    t.opt = Nil
    return True
def Ask(s, t):
    if not s.opt <= Server: return False
    t.n = 1
    return True
Next = [Off, Ask]
""",
    {"Server": 2, "Nil": "Nil"},
    "error",
)

# In a loop over few elements numbers and sequences grow only so far.
SPECS["counted_in_a_loop"] = (
    """
x = Variable(Range(0, 5)); y = Variable(Set(Range(0, 5))); q = Variable(Seq(Range(0, 5), 6))
def Init(t):
    t.x = 0; t.y = set(); t.q = ()
def Before(s):
    n = 0
    for k in Range(0, 4):
        if k == s.x: break
        n = n + 1
    return n
def Fill(s, t):
    r = ()
    for k in Range(0, 5):
        if k == s.x: break
        r = Append(r, k)
    t.y = Range(Before(s), 3)
    t.q = r
    t.x = (s.x + 1) % 6
    return True
def Set_(s, t, j):
    t.x = j
    return True
def Choose(s, t):
    n = 0
    for k in Range(0, 4):
        if k == s.x: break
        n = n + 1
    return any(Set_(s, t, j) for j in Range(n, 3))
Next = [Fill, Choose]
""",
    {},
    "ok",
)

# Nobody can tell what an empty set is a set of, and nothing is evaluated for its elements.
SPECS["ranged_over_nothing"] = (
    """
P = {"p", "q"}
Nobody = set()
x = Variable(Range(0, 3)); f = Variable(Fn(P, Range(0, 3))); in_ = Variable(Set(P)); q = Variable(Seq(Range(0, 2), 2))
def Init(t):
    t.x = 0; t.f = {p: 0 for p in P}; t.in_ = set(); t.q = ()
def Mark(s, t, p):
    t.f[p] = 1
    return True
def Count(s, t):
    t.x = (s.x + 1) % 3
    return True
def Either(s, t):
    return any(Mark(s, t, p) for p in Nobody) or Count(s, t) or any(Mark(s, t, p) for p in P)
def Always(s, chosen):
    none = set()
    for p in chosen:
        if s.f[p] == 9: none = none | {p}
    return none
def Look(s, t):
    if not all(s.f[p] == 2 for p in Nobody): return False
    if any(s.f[p] == 0 for p in Nobody): return False
    n = 0
    for p in Nobody:
        n = n + s.f[p]
    for p in Nobody:
        t.f[p] = 3
    t.x = n + sum(s.f[p] for p in Nobody)
    t.in_ = {p for p in Nobody if s.f[p] == 0} | {r for p in P for r in Nobody if s.f[r] == 1} | Always(s, Nobody)
    return True
def Walk(s, t):
    if not (any(s.f[p] == 0 for p in Nobody) or s.x > 1): return False
    if not {p for p in Nobody if p in s.in_} <= s.in_: return False
    t.in_ = {"p"}
    return True
def Length(s, t, k):
    t.q = {i: s.x for i in Range(1, k)}
    return True
def Clear(s, t):
    if not {i: s.x for i in Range(1, 0)} != s.q: return False
    t.q = {i: s.x for i in Range(1, 0)}
    return True
Next = [Either, Look, Walk, (Length, Range(0, 2)), Clear]
""",
    {},
    "ok",
)
# What turns out to be known only with what a definition is given; and sets of intervals.
SPECS["known_in_place"] = (
    """
x = Variable(Range(0, 3)); y = Variable(Set(Range(0, 3)))
def Init(t):
    t.x = 0; t.y = set()
def Pick(s, none):
    chosen = none if none == set() else {s.x}
    return chosen | none
def Sets(s, t):
    if not Pick(s, set()) <= set(): return False
    if not any(s.x in k for k in {Range(0, 2), {0, 3}, {s.x, 1}}): return False
    t.y = UNION({k for k in {Range(0, 1), {s.x}} if Cardinality(k) == 2})
    t.x = (s.x + 1) % 4
    return True
Next = [Sets]
""",
    {},
    "ok",
)

# A step in a loop, as a guard.
SPECS["guard_in_a_loop"] = (
    """
f = Variable(Fn(Range(0, 2), Range(0, 2))); g = Variable(Fn(Range(0, 2), Range(0, 2)))
def Init(t):
    t.f = {p: 0 for p in Range(0, 2)}; t.g = {p: 0 for p in Range(0, 2)}
def Copy(s, t, p):
    t.g[p] = s.f[p]
    return True
def CopyAll(s, t):
    n = 0
    for p in Range(0, 2):
        if s.f[p] > 0:
            n = n + 1
            if not Copy(s, t, p): return False
    return True
def Up(s, t, p):
    if not s.f[p] < 2: return False
    t.f[p] = s.f[p] + 1
    return True
Next = [CopyAll, (Up, Range(0, 2))]
""",
    {},
    "ok",
)

# A chain of comparisons stops at the first that fails.
SPECS["chain_short"] = (
    """
x = Variable(Range(0,3)); q = Variable(Seq(Range(0,3),2))
def Init(t):
    t.x = 0; t.q = ()
def A(s,t):
    if 0 < s.x < s.q[1]: return False
    t.x = (s.x+1)%4
    t.q = (2,)
    return True
Next=[(A,)]
""",
    {},
    "ok",
)

# The first reason to stop, in the order of the search, is the one reported.
SPECS["note_order"] = (
    """
x = Variable(Range(0,700))
def Init(t):
    t.x = 0
def Spread(s,t,k):
    if s.x != 0: return False
    t.x = k
    return True
def Up(s,t):
    if s.x == 0 or s.x > 600 : return False
    t.x = 700 if s.x == 10 else 0
    return True
Next=[(Spread,Range(1,650)),(Up,)]
def Inv(s): return s.x != 700
Invariants=[Inv]
""",
    {},
    "violation",
)

# What a helper could not evaluate makes no successor.
SPECS["helper_fail"] = (
    """
x = Variable(Range(0,5)); q = Variable(Seq(Range(0,3),2))
def Init(t):
    t.x = 0; t.q = ()
def Bad(s):
    for k in Range(1,1):
        if s.q[k] == 1: return True
    return False
def A(s,t):
    if s.x >= 2 and Bad(s): return False
    t.x = s.x + 1
    return True
Next=[(A,)]
def Inv(s): return s.x <= 2
def C(s): return s.x <= 1
Invariants=[Inv]
Constraints=[]
""",
    {},
    "error",
)

# A constraint that cannot be evaluated is an error, before any invariant.
SPECS["constraint_fail"] = (
    """
x = Variable(Range(0,5)); q = Variable(Seq(Range(0,3),2))
def Init(t):
    t.x = 0; t.q = ()
def A(s,t):
    t.x = (s.x + 1) % 6
    return True
Next=[(A,)]
def Inv(s): return s.x <= 2
def C(s): return s.x <= 2 or s.q[1] == 1
Invariants=[Inv]
Constraints=[C]
""",
    {},
    "error",
)

# A violation comes before an error of a later action of the same state.
SPECS["fail_after_edge"] = (
    """
x = Variable(Range(0,5)); q = Variable(Seq(Range(0,3),2))
def Init(t):
    t.x = 0; t.q = ()
def A(s,t):
    t.x = (s.x + 1) % 6
    return True
def B(s,t):
    if s.x != 2: return False
    if s.q[1] == 1: return False
    return True
Next=[(A,),(B,)]
def Inv(s): return s.x <= 2
Invariants=[Inv]
""",
    {},
    "violation",
)

# A set of two equal elements adds or removes one copy.
SPECS["bag_dup"] = (
    """
b = Variable(Bag(Range(0,3), distinct=4, copies=3)); x = Variable(Range(0,3))
def Init(t):
    t.b = {}; t.x = 0
def A(s,t,k):
    if CopiesIn(k, s.b) + CopiesIn(s.x, s.b) > 1: return False
    t.b = s.b + {k, s.x}
    return True
def B(s,t,k):
    t.b = s.b - {k, s.x}
    return True
def C(s,t):
    t.x = (s.x+1)%4
    return True
Next=[(A,Range(0,3)),(B,b),(C,)]
""",
    {},
    "ok",
)

# Only the bag that is assigned must fit, not those on the way to it.
SPECS["bag_two_add_one_remove"] = (
    """
b = Variable(Bag(Range(0,4), distinct=2, copies=2))
def Init(t):
    t.b = {}
def A(s,t):
    if Cardinality(s.b) != 0: return False
    t.b = s.b + {3}
    return True
def B(s,t,k):
    if not Cardinality(s.b) == 1: return False
    t.b = s.b + {k, 4} - {3}
    return True
Next=[(A,),(B,Range(0,4))]
""",
    {},
    "error",
)

# The capacity of a set is kept also where it is stored as a bitmap.
SPECS["set_capacity"] = (
    """
b = Variable(Set(Range(0,3), 2))
def Init(t):
    t.b = set()
def A(s,t,k):
    t.b = s.b | {k}
    return True
Next=[(A,Range(0,3))]
""",
    {},
    "error",
)

# Sets with more possible elements than a bitmap has.
SPECS["set_capacity_sorted"] = (
    """
b = Variable(Set(Range(0,9000), 3)); k = Variable(Range(0,9000))
def Init(t):
    t.b = set(); t.k = 0
def A(s,t,k):
    if Cardinality(s.b) == 3 and not k in s.b: return False
    t.b = s.b | {k}
    return True
def R(s,t,k):
    t.b = s.b - {k}
    return True
def K(s,t,k):
    t.b = {j for j in s.b if j != k}
    return True
Next=[(A,Range(7,12)),(R,b),(K,b)]
""",
    {},
    "ok",
)

# TypeOK looks at the capacity of a set.
SPECS["set_capacity_domain"] = (
    """
b = Variable(Set(Range(0,3)))
def Init(t):
    t.b = set()
def A(s,t,k):
    t.b = s.b | {k}
    return True
Next=[(A,Range(0,3))]
def Inv(s): return s.b in Set(Range(0,3), 2)
Invariants=[Inv]
""",
    {},
    "violation",
)

# TypeOK looks at the capacity of a bag.
SPECS["bag_domain_distinct"] = (
    """
b = Variable(Bag(Range(0,3), distinct=4, copies=1))
def Init(t):
    t.b = {}
def A(s,t,k):
    if k in s.b: return False
    t.b = s.b + {k}
    return True
Next=[(A,Range(0,3))]
def Inv(s): return s.b in Bag(Range(0,3), distinct=2, copies=1)
Invariants=[Inv]
""",
    {},
    "violation",
)

# Sequences of different capacity and element are compared.
SPECS["eq_seq_caps"] = (
    """
a = Variable(Seq(Range(0,1),1)); b = Variable(Seq(Range(0,2),3)); n = Variable(Range(0,20))
def Init(t):
    t.a = (); t.b = (); t.n = 0
def A(s,t,k):
    if Len(s.a) == 1: return False
    t.a = Append(s.a,k)
    return True
def B(s,t,k):
    if Len(s.b) == 3: return False
    t.b = Append(s.b,k)
    return True
def E(s,t):
    t.n = (1 if s.a == s.b else 0) + (2 if s.b == s.a else 0) + (4 if s.a != s.b else 0)
    return True
Next=[(A,Range(0,1)),(B,Range(0,2)),(E,)]
""",
    {},
    "ok",
)

# Sets of different universes are compared and combined.
SPECS["set_mixed"] = (
    """
a = Variable(Set(Range(0,2))); b = Variable(Set(Range(1,4))); n = Variable(Range(0,20)); x = Variable(Range(0,5))
def Init(t):
    t.a = set(); t.b = set(); t.n = 0; t.x=0
def A(s,t,k):
    t.a = s.a | {k}
    return True
def B(s,t,k):
    t.b = s.b | {k}
    return True
def E(s,t):
    if s.a == s.b: t.n = 1
    elif s.a <= s.b: t.n = 2
    elif s.b < s.a: t.n = 3
    elif s.a & s.b == set(): t.n = 4
    elif Cardinality(s.a | s.b) == 4: t.n = 5
    elif s.b - s.a == {4}: t.n = 6
    elif s.a ^ s.b == {0, 4}: t.n = 7
    else: t.n = 8
    return True
def F(s,t):
    t.x = (s.x + 1) % 6
    return True
def G(s,t):
    if {s.x} == s.a: t.n = 9
    elif s.a == {s.x, 1}: t.n = 10
    elif {s.x} <= s.a: t.n = 11
    elif s.a <= {1, 2, 99}: t.n = 12
    elif {99} <= s.a: t.n = 13
    elif Cardinality(s.a | {s.x}) == 2: t.n = 14
    else: t.n = 15
    return True
Next=[(A,Range(0,2)),(B,Range(1,4)),(E,),(F,),(G,)]
""",
    {},
    "ok",
)

# Records with different bounds are compared, also within sets.
SPECS["rec_bounds"] = (
    """
R1 = Record(a=Range(0,1), b=Range(0,3))
R2 = Record(a=Range(0,3), b=Range(0,1))
p = Variable(R1); q = Variable(R2); m = Variable(Set(R1)); n = Variable(Range(0,9))
def Init(t):
    t.p = R1(a=0,b=0); t.q = R2(a=0,b=0); t.m = set(); t.n = 0
def A(s,t,k):
    t.p.b = k
    return True
def B(s,t,k):
    t.q.a = k
    return True
def M(s,t):
    t.m = s.m | {s.p}
    return True
def E(s,t):
    t.n = 1 if s.p == s.q else 2 if s.q in s.m else 3
    return True
Next=[(A,Range(0,3)),(B,Range(0,3)),(M,),(E,)]
""",
    {},
    "ok",
)

# An absent value is in no set of numbers, interval or bag.
SPECS["opt_in"] = (
    """
o = Variable(Optional(Range(0,3), Nil)); u = Variable(Set(Range(0,2))); n = Variable(Range(0,9))
b = Variable(Bag(Range(0,2), 2, 1))
def Init(t):
    t.o = Nil; t.u = {1}; t.n = 0; t.b = {}
def A(s,t,k):
    t.o = k
    return True
def D(s,t):
    t.b = {} 
    return True
def E(s,t):
    if s.o in s.u: t.n = 1
    elif s.o in Range(2, Cardinality(s.u) + 1): t.n = 2
    elif s.o in s.b: t.n = 4
    elif CopiesIn(s.o, s.b) == 1: t.n = 5
    else: t.n = 3
    return True
def F(s,t):
    t.b = s.b + {2}
    return True
Next=[(A,Optional(Range(0,3),Nil)),(E,),(D,)]
""",
    {"Server": 2},
    "ok",
)

REFUSED["union_tag"] = (
    """
M = Union(Record(k="a", v=Range(0,3)), Record(k="b", w=Range(0,3)))
m = Variable(M)
def Init(t):
    t.m = M(k="a", v=0)
def A(s,t):
    t.m.k = "b"
    return True
Next=[(A,)]
""",
    "assign a whole record",
)

# Max of one number, of a large comprehension.
SPECS["max_single"] = (
    """
x = Variable(Range(0,200)); q = Variable(Set(Range(0,100)))
def Init(t):
    t.x = 0; t.q = set()
def A(s,t):
    t.x = Max({s.x}) + 1 if s.x < 5 else 0
    return True
def B(s,t,k):
    t.q = s.q | {k}
    return True
def C(s,t):
    if s.q == set(): return False
    t.x = Max({k for k in s.q if k < 90} | {0})
    return True
def D(s,t):
    t.x = Max(k for k in s.q) if s.q != set() else 0
    return True
Next=[(A,),(B,Range(88,91)),(C,),(D,)]
""",
    {},
    "ok",
)

# Max and Min of a set of more than 63 possible numbers.
SPECS["max_wide_set"] = (
    """
x = Variable(Range(0,200)); q = Variable(Set(Range(0,100)))
def Init(t):
    t.x = 0; t.q = set()
def B(s,t,k):
    t.q = s.q | {k}
    return True
def C(s,t):
    if s.q == set(): return False
    t.x = Max(s.q)
    return True
def D(s,t):
    if s.q == set(): return False
    t.x = Min({k for k in s.q})
    return True
Next=[(B,Range(61,65)),(C,),(D,)]
""",
    {},
    "ok",
)

# A local keeps its value when what it was made of changes.
SPECS["alias_tuple"] = (
    """
x = Variable(Range(0,9)); q = Variable(Seq(Range(0,9),2)); r = Variable(Set(Range(0,9)))
def Init(t):
    t.x = 0; t.q = (); t.r = set()
def A(s,t):
    n = s.x
    p = (n, 1)
    r = Range(0, n)
    n = n + 1
    t.q = p
    t.r = r
    t.x = n % 5
    return True
Next=[(A,)]
""",
    {},
    "ok",
)

# A local takes values of several kinds, one after the other.
SPECS["winner"] = (
    """
w = Variable(Optional(Range(1, 3),Nil)); f = Variable(Fn(Range(1, 3), BOOLEAN))
def Init(t):
    t.w = Nil; t.f = {i: False for i in Range(1, 3)}
def A(s,t,i):
    t.f[i] = not s.f[i]
    return True
def W(s,t):
    win = Nil
    for i in Range(1, 3):
        if s.f[i]: win = i
    t.w = win
    return True
Next=[(A,Range(1, 3)),(W,)]
""",
    {"Server": 3},
    "ok",
)

# Locals whose names differ by an underscore.
SPECS["n_underscore"] = (
    """
x = Variable(Range(0,9)); y = Variable(Range(0,9))
def Init(t):
    t.x = 0; t.y = 0
def A(s,t):
    n_ = s.x
    n = 0
    for k in Range(1, 3):
        n += k
    t.x = (n + n_) % 10
    t.y = n_
    return True
Next=[(A,)]
""",
    {},
    "ok",
)

# Functions and bags are compared with how a spec writes them.
SPECS["fn_eq_dict"] = (
    """
f = Variable(Fn(Server, Range(0,1))); b = Variable(Bag(Range(0,1),1,1)); n = Variable(Range(0,9))
def Init(t):
    t.f = {i: 0 for i in Server}; t.b = {}; t.n = 0
def A(s,t,i):
    t.f[i] = 1 - s.f[i]
    return True
def B(s,t):
    t.b = s.b + {1} if not 1 in s.b else s.b - {1}
    return True
def E(s,t):
    if s.f == {i: 1 for i in Server}: t.n = 1
    elif s.f == {i: s.n % 2 for i in Server}: t.n = 2
    elif s.b == {}: t.n = 3
    else: t.n = 4
    return True
Next=[(A,Server),(B,),(E,)]
""",
    {"Server": 2},
    "ok",
)

# Fields of an optional record.
SPECS["opt_rec"] = (
    """
E = Record(t=Range(0,1), v=Server)
o = Variable(Fn(Server, Optional(E, Nil))); n = Variable(Range(0,3))
def Init(t):
    t.o = {i: Nil for i in Server}; t.n = 0
def A(s,t,i,j,k):
    t.o[i] = E(t=k, v=j)
    return True
def B(s,t,i):
    if s.o[i] == Nil: return False
    t.n = s.o[i].t + 1
    t.o[i] = Nil
    return True
Next=[(A,Server,Server,Range(0,1)),(B,Server)]
""",
    {"Server": 2},
    "ok",
)

# A sequence of constants is appended.
SPECS["seq_const"] = (
    """
q = Variable(Seq(Range(0,3),4))
def Init(t):
    t.q = ()
def A(s,t):
    if Len(s.q) > 2: return False
    t.q = s.q + (1, 2)
    return True
def B(s,t):
    if s.q == (): return False
    t.q = Tail(s.q)
    return True
def C(s,t):
    if s.q == (): return False
    t.q = (Head(s.q),) + s.q[1:] if False else (Head(s.q),)
    return True
Next=[(A,),(B,)]
""",
    {},
    "ok",
)

REFUSED["family_wide"] = (
    """
q = Variable(Set(Range(0,100))); n = Variable(Range(0,3))
Qs = {frozenset({1,100}), frozenset({2,99}), frozenset({99, 100})}
def Init(t):
    t.q = set(); t.n = 0
def A(s,t,k):
    t.q = s.q | {k}
    return True
def B(s,t):
    t.n = 1 if s.q in Qs else 2 if any(Q <= s.q for Q in Qs) else 0
    return True
Next=[(A,{1,2,99,100}),(B,)]
""",
    "too large to range over",
)

# Membership in a constant set of sets, and quantifiers over it.
SPECS["family"] = (
    """
q = Variable(Set(Range(0,30))); n = Variable(Range(0,3))
Qs = {frozenset({1,30}), frozenset({2,29}), frozenset({29, 30})}
def Init(t):
    t.q = set(); t.n = 0
def A(s,t,k):
    t.q = s.q | {k}
    return True
def B(s,t):
    t.n = 1 if s.q in Qs else 2 if any(Q <= s.q for Q in Qs) else 0
    return True
Next=[(A,{1,2,29,30}),(B,)]
""",
    {},
    "ok",
)

# The copies of an element that is in another bag.
SPECS["other_bag"] = (
    """
a = Variable(Bag(Record(v=Range(0,2)),2,2)); b = Variable(Bag(Record(v=Range(0,2)),2,2)); n = Variable(Range(0,9))
R = Record(v=Range(0,2))
def Init(t):
    t.a = {}; t.b = {}; t.n = 0
def A(s,t,k):
    if Cardinality(s.a) == 2 or R(v=k) in s.a: return False
    t.a = s.a + {R(v=k)}
    return True
def E(s,t,m):
    t.n = s.b[m]
    return True
Next=[(A,Range(0,2)),(E,a)]
""",
    {},
    "error",
)

# A comprehension and a parameter that use one name.
SPECS["shadow"] = (
    """
k = Variable(Range(0,9))
i = 2
def Init(t):
    t.k = 0
def A(s,t,i):
    if any(i > 2 for i in Range(1,3)) and i == 2:
        t.k = 1
    else:
        t.k = 3
    return True
Next=[(A,Range(0,3))]
""",
    {},
    "ok",
)

REFUSED["set_big_sum"] = (
    """
x = Variable(Range(0,3)); f = Variable(Fn(Range(1,2), Range(0,2)))
def Init(t):
    t.x = 0; t.f = {k: 1 for k in Range(1,2)}
def A(s,t):
    t.x = 1 if {k for k in Range(1, sum(s.f[j] for j in Range(1,2)))} == {1, 2} else 2
    return True
Next=[(A,)]
""",
    "too large to be built here",
)

# Its elements are only counted.
SPECS["set_counted"] = (
    """
x = Variable(Range(0,3)); f = Variable(Fn(Range(1,2), Range(0,2)))
def Init(t):
    t.x = 0; t.f = {k: 1 for k in Range(1,2)}
def A(s,t):
    t.x = Cardinality({k for k in Range(1, sum(s.f[j] for j in Range(1,2)))})
    return True
def B(s,t,i):
    t.f[i] = 2 if s.f[i] == 1 else 0
    return True
Next=[(A,), (B, Range(1, 2))]
""",
    {},
    "error",
)

SPECS["empty_family"] = (
    """
x = Variable(Range(0,3)); u = Variable(Set(Range(0,1)))
E = {frozenset()}
def Init(t):
    t.x = 0; t.u = set()
def A(s,t):
    t.x = 1 if all(Q <= s.u for Q in E) else 2
    return True
Next=[(A,)]
""",
    {},
    "ok",
)

# Functions whose arguments are not in ascending order, or have gaps between them.
SPECS["fn_arguments"] = (
    """
f = Variable(Fn(Enum(2, 1), Range(0, 9))); g = Variable(Fn(Enum("b", "a"), Range(0, 9))); x = Variable(Range(0, 99))
def Init(t):
    t.f = {i: i for i in {1, 2}}; t.g = {"a": 1, "b": 2}; t.x = 0
def Read(s, t):
    t.x = 10 * s.f[1] + s.f[2] + s.g["a"]
    return True
def Gaps(s, t, k):
    t.x = {i: i + s.f[1] for i in {9, 2, 5}}[k]
    t.f = {i: (i + s.f[i]) % 10 for i in Enum(1, 2)}
    return True
def Whole(s, t):
    t.x = 1 if {i: i + s.f[1] for i in {0, 7}} == {i: i + 1 for i in {7, 0}} else 2
    return True
Next = [(Read,), (Gaps, Enum(9, 2, 5)), (Whole,)]
""",
    {},
    "ok",
)

# Division and remainder of negative numbers.
SPECS["neg_div"] = (
    """
x = Variable(Range(-7,7))
def Init(t):
    t.x = 0
def A(s,t,k):
    t.x = (s.x + k) // 3
    return True
def B(s,t,k):
    t.x = (s.x - k) % 5 - 7
    return True
def C(s,t):
    t.x = -s.x
    return True
Next=[(A,Range(-9,9)),(B,Range(0,5)),(C,)]
""",
    {},
    "ok",
)

# An update that returns early.
SPECS["update_return"] = (
    """
x = Variable(Range(0,3)); h = Variable(Set(Range(0,3)))
def Init(t):
    t.x = 0; t.h = set()
def A(s,t):
    t.x = (s.x+1)%4
    return True
def U(s,t):
    if s.x == 2: return
    t.h = s.h | {s.x}
Next=[(Then(A,U),)]
""",
    {},
    "ok",
)

REFUSED["write_in_test"] = (
    """
x = Variable(Range(0,3)); y = Variable(Range(0,3)); z = Variable(Range(0,3))
def Init(t):
    t.x = 0; t.y = 0; t.z = 0
def W(s,t):
    if s.x == 3: return False
    t.x = s.x + 1
    return True
def A(s,t):
    if not W(s,t): return False
    if s.y == 0: return False
    t.y = 0
    return True
def B(s,t):
    t.z = (s.z + 1) % 4
    return True
def C(s,t):
    t.y = 1
    return True
Next=[(A,),(B,),(C,)]
""",
    "put guards before effects",
)

# Names of definitions and locals that the generated code uses too.
SPECS["names"] = (
    """
x = Variable(Range(0,3)); y = Variable(Set(Range(0,3)))
def Init(t):
    t.x = 0; t.y = set()
def check(s, x):
    for k in Range(1, x):
        if k == 2: return True
    return False
def keep(s, c, out):
    for k in Range(0, c):
        if k == out: return True
    return False
def mix(n):
    if n == 3: return 0
    return n + 1
def copy(s, t, parent):
    if check(s, parent): return False
    t.x = mix(s.x)
    return True
def within(s): 
    if keep(s, s.x, 1): return True
    return True
def A(s, t, u):
    v_0 = s.x
    if not v_0 <= u: return False
    t.y = {u_0 for u_0 in s.y if u_0 != u} | {mix(u)}
    return True
Next=[(copy,Range(0,3)),(A,Range(0,3))]
Constraints=[within]
def fingerprint(s): return s.x <= 3
Invariants=[fingerprint]
""",
    {},
    "ok",
)

# A bag that is assigned a constant set.
SPECS["bag_const_set"] = (
    """
b = Variable(Bag(Range(0,3), 2, 2)); n = Variable(Range(0,3))
def Init(t):
    t.b = {1, 2}; t.n = 0
def A(s,t):
    t.b = {3}
    return True
def B(s,t,k):
    if Cardinality(s.b) == 2: return False
    t.b = s.b + {k}
    return True
def C(s,t):
    t.n = 1 if {3} <= {k for k in s.b} else 2
    return True
Next=[(A,),(C,)]
""",
    {},
    "ok",
)

# Bags of numbers, also below 0.
SPECS["ints_bag"] = (
    """
b = Variable(Bag(Range(-2,2), 2, 2)); n = Variable(Range(-5,5))
def Init(t):
    t.b = {}; t.n = 0
def A(s,t,k):
    if Cardinality(s.b) == 2 or CopiesIn(k, s.b) == 2: return False
    t.b = s.b + {k}
    return True
def C(s,t,k):
    t.n = k * s.b[k]
    return True
def D(s,t):
    t.n = s.n + 1 if s.n < 5 else -5
    return True
def E(s,t):
    if not s.n in s.b: return False
    t.b = s.b - {s.n}
    return True
def F(s,t):
    if not CopiesIn(s.n + 4, s.b) == 2: return False
    t.n = sum(m * s.b[m] for m in s.b)
    return True
Next=[(A,Range(-2,2)),(C,b),(D,),(E,),(F,)]
""",
    {},
    "ok",
)

# Set algebra with a number of which no bounds are known.
SPECS["unbounded"] = (
    """
u = Variable(Set(Range(0,2))); w = Variable(Set(Range(0, 9000), 3)); n = Variable(Range(0,12))
def Init(t):
    t.u = set(); t.n = 0; t.w = {5000}
def A(s,t,k):
    t.u = s.u | {k}
    return True
def W(s,t,k):
    t.w = (s.w | {k}) - {s.n}
    return True
def E(s,t,d):
    m = d
    for k in s.u: m += k
    if s.u & {m} == s.u: t.n = 1
    elif s.u - {m, 77} == {0}: t.n = 2
    elif s.u == {m, m}: t.n = 3
    elif s.u == {m, 1}: t.n = 4
    elif s.u >= {m}: t.n = 5
    elif s.u < {m, 1, 2}: t.n = 6
    elif s.u | {d} > s.u and m < 3: t.n = 7
    elif {m} <= s.w: t.n = 8
    elif s.w == {m, 0, 5000}: t.n = 9
    elif Cardinality(s.w & {m, 3, 5000}) == 2: t.n = 10
    elif Cardinality(s.w | {m, 0}) == 4: t.n = 11
    elif s.w >= s.w | {m}: t.n = 12
    else: t.n = 0
    return True
def F(s, t, k):
    t.u = s.u & {k, s.n} if s.n == 12 else {k} & s.u
    return True
Next=[(A,Range(0,2)),(E,Range(-2,4)),(F,Range(0,3)),(W,{0,1,3})]
""",
    {},
    "error",
)

# Products of locals within 64 bits.
SPECS["no_wrap"] = (
    """
x = Variable(Range(0,9))
def Init(t):
    t.x = 0
def A(s,t):
    n = s.x + 2
    for k in Range(1, 3): n = n * n
    t.x = n % 10
    return True
Next=[(A,)]
""",
    {},
    "ok",
)


# What two sequences make is a sequence: its first element has index 1.
SPECS["joined"] = (
    """
q = Variable(Seq(Range(0,3),2)); x = Variable(Range(0,3))
def Init(t):
    t.q = (2, 1)
    t.x = 0
def A(s,t):
    joined = SubSeq(s.q, 1, 1) + SubSeq(s.q, 2, 2)
    longer = SubSeq(s.q, 1, 1) + (3,)
    t.x = joined[1] if s.x == 0 else joined[2] if s.x == 2 else longer[2]
    return True
Next=[(A,)]
""",
    {},
    "ok",
)

# So is what is written out, also where Python could evaluate it at once, or where it comes first.
SPECS["written"] = (
    """
q = Variable(Seq(Range(0,9),3)); x = Variable(Range(0,9))
def Init(t):
    t.q = (7, 8)
    t.x = 0
def Second(p): return p[2]
def A(s,t):
    p = (1, 2)
    t.x = p[1]
    return True
def B(s,t):
    p = (1, 2) + (3,)
    t.x = p[1]
    t.q = p
    return True
def C(s,t):
    p = (4,) + s.q
    if not Len(p) < 4: return False
    t.x = p[1]
    t.q = () + s.q
    return True
def D(s,t):
    p = (s.x, 6) + s.q
    t.x = p[1] if s.x == 1 else p[3]
    return True
def E(s,t):
    t.x = Second((s.x, 5))
    return True
Next=[(A,),(B,),(C,),(D,),(E,)]
def Right(s): return s.x in {0, 1, 4, 5, 7} and (s.q == (7, 8) or s.q == (1, 2, 3))
Invariants=[Right]
""",
    {},
    "ok",
)

# A loop that is left with another value in each round, and has none before: numbers, truths, sets, sequences, bags.
SPECS["returned_from_loops"] = (
    """
x = Variable(Range(0, 3))
S = Variable(Set(Range(0, 3)))
q = Variable(Seq(Range(0, 2), 3))
b = Variable(Bag(Range(0, 2), distinct=3, copies=3))
def Init(t):
    t.x = 0
    t.S = {0, 2}
    t.q = (1,)
    t.b = {1: 2}
def Place(s):
    for i in Range(1, Len(s.q)):
        if s.q[i] == s.x: return i
        if s.q[i] > 1: return s.x
    return 0
def Some(s):
    for i in Range(1, Len(s.q)):
        if s.q[i] == 2: return s.x > 0
        if s.q[i] == s.x: return True
    return s.x < 2
def Chosen(s):
    for i in Range(1, 3):
        if s.x == i: return s.S | {i}
        if i in s.S and s.x > 1: return {i}
    return {2}
def Longer(s):
    for i in Range(1, 3):
        if s.x == i: return s.q
        if i in s.S: return (i - 1,) + s.q if Len(s.q) < 3 else ()
    return ()
def Sets(s):
    for i in Range(1, 3):
        if s.x == i: return {s.S, {i}}
        if i in s.S: return {set(), {1}}
    return {s.S}
def More(s):
    for i in Range(1, Len(s.q)):
        if s.q[i] == 2: return s.b
        if s.q[i] == 0: return s.b + {0} if 0 not in s.b else s.b
    return s.b - {1}
def Up(s, t):
    t.x = (s.x + 1) % 4
    t.q = Longer(s)
    return True
def To(s, t):
    if not Some(s): return False
    t.x = Place(s)
    t.S = Chosen(s)
    return True
def Change(s, t, i):
    if not (i == s.x and s.S in Sets(s)): return False
    t.b = More(s)
    t.q = (i % 3,) + s.q if Len(s.q) < 2 else (i % 3,)
    return True
Next = [Up, To, (Change, Range(0, 3))]
""",
    {},
    "ok",
)


@pytest.mark.parametrize("name", SPECS)
def test_engines_agree(name: str) -> None:
    text, constants, verdict = SPECS[name]
    spec = load((CONSTANTS if constants else "") + text, constants, deadlock=name == "note_order")
    assert compare(spec, (1, 2, 3)).verdict == verdict


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_reason(name: str) -> None:
    text, reason = REFUSED[name]
    with pytest.raises(SpecError, match=reason):
        Engine(load(text))
