"""Every kind of domain and every feature of the language, in both engines: states, edges, counts, verdicts."""

from __future__ import annotations

from typing import Any

import pytest

from mc.engine.search.compiled import Engine
from tests.toys.engines import compare, load

#: Name: (text, constants, symmetric constants).
SPECS: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {}

SPECS["domains"] = (
    """
Server: ModelValues
Nil: ModelValue
E = Record(term=Range(1, 2), by=Server)
mode = Variable(Enum("init", "run", "done"))
vote = Variable(Fn(Server, Optional(Server, Nil)))
best = Variable(Optional(Range(-1, 1), Nil))
last = Variable(Optional(E, Nil))
table = Variable(Fn(Range(2, 3), Fn(Enum("x", "y"), BOOLEAN)))
def Init(t):
    t.mode = "init"
    t.vote = {i: Nil for i in Server}
    t.best = Nil
    t.last = Nil
    t.table = {k: {c: False for c in Enum("x", "y")} for k in Range(2, 3)}
def Vote(s, t, i, j):
    if s.vote[i] != Nil:
        return False
    t.vote[i] = j
    t.last = E(term=1 if s.last == Nil else Min({s.last.term + 1, 2}), by=j)
    return True
def Unvote(s, t, i):
    if s.last == Nil or not s.vote[i] == s.last.by:
        return False
    t.vote[i] = Nil
    t.best = s.last.term - 1
    t.last = Nil
    return True
def Best(s, t):
    if s.best == Nil:
        return False
    t.best = -s.best if s.best > 0 else Nil
    t.mode = "run" if s.mode == "init" else "done"
    return True
def Flip(s, t, k, c):
    if not s.mode == "done":
        return False
    t.table[k][c] = not s.table[k][c]
    return True
def Fill(s, t):
    if any(s.table[k][c] for k in Range(2, 3) for c in Enum("x", "y")) or s.mode != "run":
        return False
    t.table = {k: {c: c == "x" or k == 2 for c in Enum("x", "y")} for k in Range(2, 3)}
    return True
def Clear(s, t, k):
    t.table[k] = {c: False for c in Enum("x", "y")}
    return True
Next = [(Vote, Server, Server), (Unvote, Server), Best, (Flip, Range(2, 3), Enum("x", "y")), Fill, (Clear, Range(2, 3))]
def TypeOK(s):
    return (
        s.mode in Enum("init", "run", "done")
        and s.vote in Fn(Server, Optional(Server, Nil))
        and s.best in Optional(Range(-1, 1), Nil)
        and s.last in Optional(E, Nil)
        and s.table in Fn(Range(2, 3), Fn(Enum("x", "y"), BOOLEAN))
    )
Invariants = [TypeOK]
def Done(s):
    return s.mode == "done" and s.last != Nil and s.last.term == 2
Witnesses = [Done]
""",
    {"Server": 2},
    ("Server",),
)

SPECS["sequences"] = (
    """
Server: ModelValues
Value: ModelValues
Entry = Record(term=Range(1, 2), value=Value)
log = Variable(Fn(Server, Seq(Entry, 2)))
wide = Variable(Seq(Range(0, 1000), 9))
def Init(t):
    t.log = {i: () for i in Server}
    t.wide = ()
def Push(s, t, i, k, v):
    if Len(s.log[i]) == 2 or Len(s.wide) > 7:
        return False
    t.log[i] = Append(s.log[i], Entry(term=k, value=v))
    t.wide = s.wide + (1000, Len(s.wide)) if Len(s.wide) < 2 else s.wide
    return True
def Change(s, t, i, k):
    if k > Len(s.log[i]):
        return False
    t.log[i][k] = Entry(term=3 - s.log[i][k].term, value=s.log[i][1].value)
    t.log[i][1].term = 2
    return True
def Pop(s, t, i):
    if s.log[i] == ():
        return False
    t.log[i] = Tail(s.log[i])
    return True
def Cut(s, t, i):
    if Len(s.log[i]) < 2 or not Head(s.log[i]) == s.log[i][2]:
        return False
    t.log[i] = SubSeq(s.log[i], 1, Len(s.log[i]) - 1)
    return True
def Copy(s, t, i, j):
    if i == j or Len(s.log[i]) + Len(s.log[j]) > 2:
        return False
    t.log[j] = s.log[i] + s.log[j]
    return True
def Slide(s, t):
    if Len(s.wide) == 0:
        return False
    t.wide = SubSeq(s.wide, 2, Len(s.wide))
    return True
def Patch(s, t, k):
    if not k <= Len(s.wide) or s.wide[k] != 1000:
        return False
    t.wide[k] = 999
    return True
Next = [
    (Push, Server, Range(1, 2), Value), (Change, Server, Range(1, 2)), (Pop, Server), (Cut, Server),
    (Copy, Server, Server), Slide, (Patch, Range(1, 9)),
]
def Short(s):
    return sum(Len(s.log[i]) for i in Server) <= 2
Constraints = [Short]
def TypeOK(s):
    return s.log in Fn(Server, Seq(Record(term=Range(1), value=Value))) and s.wide in Seq(Nat)
Invariants = [TypeOK]
def Full(s):
    return any(Len(s.log[i]) == 2 for i in Server) and any(s.wide[k] == 999 for k in Range(1, Len(s.wide)))
Witnesses = [Full]
""",
    {"Server": 2, "Value": 2},
    ("Server", "Value"),
)

SPECS["sets"] = (
    """
Server: ModelValues
Slot = Record(owner=Server, n=Range(0, 1))
alive = Variable(Set(Server))
below = Variable(Set(Range(-3, 1)))
slots = Variable(Set(Slot))
large = Variable(Set(Range(0, 99)))
few = Variable(Set(Range(0, 99999), 2))
pairs = Variable(Set(Set(Server)))
def Init(t):
    t.alive = Server
    t.below = {-3}
    t.slots = set()
    t.large = {63}
    t.few = set()
    t.pairs = set()
def Die(s, t, i):
    if i not in s.alive or s.slots == set():
        return False
    t.alive = s.alive - {i}
    t.slots = {m for m in s.slots if m.owner != i}
    t.below = {k for k in Range(-3, 1) if k + 3 <= Cardinality(s.slots)} & (s.below | {0, 1})
    return True
def Claim(s, t, i, n):
    if not {i} <= s.alive or Cardinality(s.slots) == 3:
        return False
    t.slots = s.slots | {Slot(owner=i, n=n)}
    t.large = s.large | {n, 99 - n} if s.large < {1, 2, 63} else {99 - k for k in s.large if k < 97}
    return True
def Rise(s, t):
    if not all(k < 1 for k in s.below):
        return False
    t.below = {k + 1 for k in s.below} | {Min(s.below)}
    t.large = {Max(s.large | {8}), Min({k for k in s.large if k > 0} | {7})} - {63}
    return True
def Keep(s, t, k):
    if Cardinality(s.few) == 2 or s.alive >= Server:
        return False
    t.few = s.few | {k * 33333}
    return True
def Drop(s, t, k):
    if k > 40000:
        t.few = s.few - {k, 5}
    else:
        t.few = {j for j in s.few if j != k}
    return True
def Pair(s, t):
    if s.alive in s.pairs:
        return False
    t.pairs = s.pairs | {s.alive}
    return True
Next = [(Die, Server), (Claim, alive, Range(0, 1)), Rise, (Keep, Range(1, 2)), (Drop, few), Pair]
def TypeOK(s):
    return (
        s.alive in Set(Server) and s.below in Set(Range(-5, 1)) and s.slots in Set(Slot)
        and s.large in Set(Nat) and s.few in Set(Nat, 2) and s.pairs in Set(Set(Server))
    )
def Bounded(s):
    return (
        Cardinality(s.slots) <= 1
        and Cardinality(s.large) <= 3
        and Cardinality(s.pairs) <= 1
        and Cardinality(s.below) <= 2
    )
Constraints = [Bounded]
Invariants = [TypeOK]
def Gone(s):
    return s.alive == set() or s.pairs != set()
Witnesses = [Gone]
""",
    {"Server": 2},
    ("Server",),
)

SPECS["unions"] = (
    """
Server: ModelValues
s1: ModelValue
Prepare: ModelValue
M = Union(
    Record(type=Prepare, b=Range(1, 2), to=Server),
    Record(type="ack", b=Range(0, 3), ok=BOOLEAN, to=Server),
    Record(type="note", items=Seq(Range(0, 1), 2)),
)
net = Variable(Bag(M, distinct=2, copies=2))
last = Variable(M)
seen = Variable(Set(M, 2))
state = Variable(Record(n=Range(0, 3), who=Server, hist=Seq(BOOLEAN, 2)))
def Send(s, t, m):
    t.net = s.net + {m}
def Reply(s, t, response, request):
    t.net = s.net - {request} + {response}
def Init(t):
    t.net = {}
    t.last = M(type="note", items=())
    t.seen = set()
    t.state = InitState(0)
def InitState(n):
    return Record(n=Range(0, 3), who=Server, hist=Seq(BOOLEAN, 2))(n=n, who=s1, hist=())
def Ask(s, t, i, b):
    if Cardinality(s.net) > 0 or s.state.n == 3:
        return False
    Send(s, t, M(type=Prepare, b=b, to=i))
    t.state.n = s.state.n + 1
    t.state.who = i
    return True
def Answer(s, t, m):
    if m.type != Prepare or any(s.net[a] == 2 for a in s.net if a.type == "ack"):
        return False
    Reply(s, t, M(type="ack", b=m.b + (1 if m.to == s.state.who else 0), ok=s.net[m] == 2, to=m.to), m)
    t.last = m
    return True
def Take(s, t, m):
    if not (m.type == "ack" and m.b >= s.state.n):
        return False
    t.net = s.net - {m}
    t.last = M(type="note", items=(1,) if m.ok else (0, CopiesIn(m, s.net) - 1))
    t.state.hist = Append(s.state.hist, m.ok) if Len(s.state.hist) < 2 else s.state.hist
    return True
def Twice(s, t, m):
    if s.net[m] == 2:
        return False
    t.net = s.net + {m}
    return True
def Edit(s, t):
    if not s.last.type == "note" or s.last.items == ():
        return False
    t.last.items = Tail(s.last.items)
    t.seen = s.seen | {s.last}
    return True
Next = [(Ask, Server, Range(1, 2)), (Answer, net), (Take, net), (Twice, net), Edit]
def TypeOK(s):
    return s.net in Bag(M, distinct=2, copies=2) and s.last in M and s.seen in Set(M, 2)
def Few(s):
    return Cardinality(s.seen) <= 1
Constraints = [Few]
Invariants = [TypeOK]
""",
    {"Server": 2},
    (),
)

SPECS["bags"] = (
    """
Server: ModelValues
words = Variable(Bag(Enum("a", "b"), 2, 2))
numbers = Variable(Bag(Range(-1, 1), 2, 2))
votes = Variable(Fn(Server, Bag(Server, 2, 1)))
def Init(t):
    t.words = {}
    t.numbers = {}
    t.votes = {i: {} for i in Server}
def Add(s, t, c):
    if CopiesIn(c, s.words) == 2:
        return False
    t.words = s.words + {c}
    return True
def Both(s, t):
    if s.words != {}:
        return False
    t.words = s.words + {"a", "b"} + {"a"}
    return True
def Swap(s, t, c, d):
    t.words = s.words + {d} - {c, d}
    return True
def Number(s, t, n):
    if not (sum(s.numbers[k] for k in s.numbers) < 2 and "a" in s.words):
        return False
    t.numbers = s.numbers + {n}
    return True
def Fold(s, t, n):
    t.numbers = s.numbers - {n} - {n + 1 if n < 1 else n}
    return True
def Vote(s, t, i, j):
    if j in s.votes[i] or not 0 in s.numbers:
        return False
    t.votes[i] = s.votes[i] + {j}
    return True
def Forget(s, t):
    if not all(Cardinality(s.votes[i]) >= 1 for i in Server):
        return False
    t.votes = {i: s.votes[i] - Server for i in Server}
    return True
Next = [
    (Add, Enum("a", "b")), Both, (Swap, words, words), (Number, Range(-1, 1)), (Fold, numbers),
    (Vote, Server, Server), Forget,
]
def TypeOK(s):
    return s.words in Bag(Enum("a", "b"), 2, 2) and s.numbers in Bag(Range(-1), 2, 2)
Invariants = [TypeOK]
def Three(s):
    return s.words != {} and s.numbers != {} and s.words["a"] == 2 if "a" in s.words else False
Witnesses = [Three]
""",
    {"Server": 2},
    ("Server",),
)

SPECS["control"] = (
    """
Server: ModelValues
Limit: Natural
Fast: Boolean
Quorums = {Q for Q in Set(Server) if Cardinality(Q) * 2 > Cardinality(Server)}
x = Variable(Fn(Server, Range(0, 3)))
y = Variable(Range(-9, 9))
seen = Variable(Set(Server))
def Init(t):
    t.x = {i: 0 for i in Server}
    t.y = 0
    t.seen = set()
def Count(s, limit):
    n = 0
    for k in Range(-1, s.y + 1):
        if k == 0:
            continue
        if n >= limit:
            break
        n += k % 2 + 1
    return n
def Sign(n):
    if n < 0:
        return -1
    elif n == 0:
        return 0
    return 1
def Ready(s, i):
    for k in Range(1, s.x[i]):
        if k * k > s.y + 2:
            return False
    return True
def Mark(s, t, i):
    t.seen = s.seen | {i}
    if s.x[i] == 3:
        t.x[i] = 0
def Inc(s, t, i):
    if not (s.x[i] < Limit and Ready(s, i)):
        return False
    t.x[i] = s.x[i] + 1
    return True
def Sum(s, t):
    if not any(all(s.x[i] > 0 for i in Q) for Q in Quorums):
        return False
    t.y = Count(s, 2) * Sign(s.y - 1) // 2
    Mark(s, t, Pick(s)) if False else None
    return True
def Tick(s, t, i):
    if not 0 < s.x[i] <= Limit < 9 and Fast:
        return False
    Mark(s, t, i)
    t.y = (s.y - 5) % 4 - (3 if Sign(s.y) == -1 else abs(s.y) // 4)
    return True
def Reset(s, t):
    if not (Server - s.seen in Quorums or s.seen in Quorums):
        return False
    most = 0
    for i in Server:
        for k in Range(0, s.x[i]):
            if k == 2:
                break
            most = Max({most, k})
    t.y = most - max(s.x[i] for i in Server)
    t.seen = set(i for i in s.seen if s.x[i] != most)
    return True
Next = [(Inc, Server), (Tick, Server), Reset, (Sum,)]
def Small(s):
    return sum(s.x[i] for i in Server if i not in s.seen) <= 4
Constraints = [Small]
def Inside(s):
    return -9 <= s.y <= 9 and all(s.x[i] in Range(0, Limit) for i in Server)
Invariants = [Inside]
""".replace("    Mark(s, t, Pick(s)) if False else None\n", ""),
    {"Server": 3, "Limit": 2, "Fast": True},
    ("Server",),
)

SPECS["history"] = (
    """
Server: ModelValues
x = Variable(Fn(Server, Range(0, 2)))
log = Variable(Seq(Server, 3))
steps = Variable(Set(Range(0, 6)))
def Init(t):
    t.x = {i: 0 for i in Server}
    t.log = ()
    t.steps = {0}
def Inc(s, t, i):
    if s.x[i] == 2:
        return False
    t.x[i] = s.x[i] + 1
    t.log = Append(Tail(s.log), i) if Len(s.log) == 3 else Append(s.log, i)
    return True
def Dec(s, t, i):
    if s.x[i] != 2 or not i in {s.log[k] for k in Range(1, Len(s.log))}:
        return False
    t.x[i] = 0
    return True
def Remember(s, t):
    total = sum(s.x[i] for i in Server)
    if total in s.steps:
        return
    t.steps = s.steps | {total}
Next = [(Then(Inc, Remember), Server), (Then(Dec, Remember), Server)]
def Recorded(s):
    return sum(s.x[i] for i in Server) in s.steps
Invariants = [Recorded]
""",
    {"Server": 2},
    ("Server",),
)

SPECS["wide_functions"] = (
    """
Node: ModelValues
f = Variable(Fn(Node, Range(0, 5000)))
g = Variable(Fn(Node, Fn(Node, Range(0, 2))))
h = Variable(Fn(Node, Set(Record(n=Range(0, 20), up=BOOLEAN))))
def Init(t):
    t.f = {i: 5000 for i in Node}
    t.g = {i: {j: 2 if i == j else 0 for j in Node} for i in Node}
    t.h = {i: set() for i in Node}
def Set1(s, t, i):
    if s.f[i] == 1 or Cardinality({j for j in Node if s.f[j] == 1}) == 2:
        return False
    t.f[i] = 1
    return True
def Link(s, t, i, j):
    if not (i != j and s.f[i] == 1 and s.f[j] == 5000 and s.g[i][j] == 0):
        return False
    t.g[i][j] = s.g[i][i] - 1
    t.h[j] = s.h[j] | {Record(n=Range(0, 20), up=BOOLEAN)(n=20, up=True)} if False else s.h[j]
    return True
def All(s, t):
    if sum(s.g[i][j] for i in Node for j in Node) < 2 * Cardinality(Node) + 2:
        return False
    t.g = {i: {j: s.g[j][i] for j in Node} for i in Node}
    t.f = {i: Max({s.f[i] - 4999, 0}) for i in Node}
    return True
Next = [(Set1, Node), (Link, Node, Node), All]
def Few(s):
    return sum(s.g[i][j] for i in Node for j in Node) <= 2 * Cardinality(Node) + 2
Constraints = [Few]
def Turned(s):
    return any(s.g[j][i] == 1 for i in Node for j in Node if s.f[i] == 1 and s.f[j] == 0)
Witnesses = [Turned]
""".replace("    t.h[j] = s.h[j] | {Record(n=Range(0, 20), up=BOOLEAN)(n=20, up=True)} if False else s.h[j]\n", ""),
    {"Node": 4},
    ("Node",),
)


SPECS["sets_of_sets"] = (
    """
P: ModelValues
Pairs = {Q for Q in Set(P) if Cardinality(Q) == 2}
Paired = UNION({Q - {p} for Q in Pairs for p in Q})
a = Variable(Set(P))
b = Variable(Set(P))
f = Variable(Fn(P, Set(P)))
g = Variable(Fn(P, Set(Range(0, 99))))
few = Variable(Set(Range(0, 99999), 3))
ss = Variable(Set(Set(P)))
out = Variable(Set(P))
big = Variable(Set(Range(0, 99), 3))
n = Variable(Range(0, 3))
def Init(t):
    t.a = set()
    t.b = set()
    t.f = {p: set() for p in P}
    t.g = {p: {0, 70} for p in P}
    t.few = set()
    t.ss = set()
    t.out = UNION(Pairs) - Paired
    t.big = UNION(set())
    t.n = 0
def Grow(s, t, p):
    if p in UNION({s.a, s.b}):
        return False
    t.a = s.b | {p}
    t.b = s.a
    t.f[p] = UNION({s.a, s.b, {p}})
    return True
def Shrink(s, t, p):
    if not UNION({s.a}) - UNION({s.f[q] for q in P if q != p}) == set():
        return False
    t.a = UNION({s.a - {p}, s.out})
    t.b = set()
    t.ss = {s.f[q] for q in P}
    return True
def Store(s, t):
    if not UNION(s.ss) <= UNION({{p} for p in s.a}) | UNION(Pairs):
        return False
    t.out = UNION(s.ss)
    t.n = Cardinality(UNION(s.ss))
    t.ss = {UNION(s.ss)} - {set()}
    t.big = UNION({s.g[p] for p in P if p in s.a})
    return True
def Number(s, t, p):
    if not Cardinality(UNION({s.g[q] for q in P})) == 2:
        return False
    t.g[p] = UNION({s.g[q] - {70} for q in P}) | {99}
    t.few = UNION({s.few, s.g[p], {k * 1000 for k in s.few if k < 2}})
    t.n = Cardinality(UNION({s.few, {1}}))
    return True
def Nested(s, t, p):
    if any(q in UNION({UNION({s.f[r] for r in Q if r != p}) for Q in s.ss}) for q in s.a):
        return False
    t.b = UNION(UNION({{s.a, s.b}, s.ss}))
    t.f = {q: UNION({Q for Q in s.ss if q in Q}) if q != p else set() for q in P}
    return True
Next = [(Grow, P), (Shrink, P), Store, (Number, P), (Nested, P)]
def Small(s):
    return Cardinality(s.few) <= 2 and all(0 in s.g[p] for p in P) and Cardinality(UNION(s.ss)) < 3
def Invariant(s):
    return UNION({s.f[p] for p in P}) <= P and UNION({s.a, s.b}) == s.a | s.b and UNION(s.ss) in Set(P)
Constraints = [Small]
Invariants = [Invariant]
def Big(s):
    return s.big != set() and s.out != set() and s.n == 2
Witnesses = [Big]
""",
    {"P": 2},
    ("P",),
)


SPECS["sequences_mapped"] = (
    """
P: ModelValues
M = Record(term=Range(0, 2), to=Set(P))
log = Variable(Seq(M, 1))
q = Variable(Seq(Range(0, 2), 2))
owners = Variable(Seq(P, 2))
seen = Variable(Set(Range(0, 2)))
total = Variable(Range(0, 9))
turns = Variable(Fn(P, Range(0, 2)))
def Init(t):
    t.log = (); t.q = (); t.owners = (); t.seen = set(); t.total = 0; t.turns = {p: 0 for p in P}
def Push(s, t, p, k):
    if Len(s.q) > 1 and not all(e < k for e in s.q):
        return False
    t.q = (k,) + SubSeq(s.q, 1, Min({Len(s.q), 1}))
    t.log = tuple(M(term=m.term, to=m.to | {p}) for m in s.log if m.term != k)
    t.owners = [i for i in s.owners if i != p] + (p,)
    return True
def Write(s, t, p):
    if not Len(s.log) < 1:
        return False
    t.log = s.log + tuple(M(term=e, to={p}) for e in SubSeq(s.q, 1, Min({1, Len(s.q)})) if e < 2)
    t.seen = {e for e in s.q if e > 0} | {m.term for m in s.log}
    t.total = sum(s.q) % 4 + sum(1 for e in s.q for m in s.log if e == m.term)
    return True
def Reversed(q):
    turned = ()
    for k in Range(1, Len(q)):
        turned = (q[k],) + turned
    return turned
def Turn(s, t):
    if not any(e == Max(s.q) for e in Reversed(s.q) if e > min(e for e in s.q)):
        return False
    twice = ()
    large = set()
    for e in s.q:
        if e > 0:
            twice = Append(twice, (e, s.total))
            large |= {(e, 100 * e)}
    t.q = tuple(a for (a, b) in twice)
    t.total = Cardinality({e for e in s.log if e.to != P}) + Cardinality({b for (a, b) in large})
    t.owners = Reversed(s.owners)
    return True
def Give(s, t, p, k):
    if s.turns[p] != 0 or not any(e == k for e in s.q):
        return False
    t.turns[p] = k
    t.q = tuple(e for e in s.q if e != k)
    return True
def Choose(s, t):
    return any(Give(s, t, p, k) for p in s.owners for k in s.q if k > 0)
def Flatten(s, t):
    if Len(s.owners) < 2:
        return False
    t.owners = tuple(p for pair in ((s.owners[2],), s.owners, ()) for p in pair if p != s.owners[1] if Len(pair) > 1)
    t.seen = set()
    for p in {i for i in s.owners}:
        t.turns[p] = 2
    return True
Next = [(Push, P, Range(0, 2)), (Write, P), Turn, Choose, Flatten]
def Few(s):
    return s.total < 3 and Cardinality(s.seen) < 2
def Invariant(s):
    mapped = {k: s.q[k] + 1 for k in Range(1, Len(s.q))}
    return tuple(e + 1 for e in s.q) == mapped and all(x > 0 for x in mapped) and Len(Reversed(s.q)) == Len(mapped)
Constraints = [Few]
Invariants = [Invariant]
def Long(s):
    return Len(s.log) == 1 and s.log[1].to == P and sum(s.turns[p] for p in P) > 1
Witnesses = [Long]
""",
    {"P": 2},
    ("P",),
)


SPECS["only_elements"] = (
    """
P: ModelValues
Nil: ModelValue
Vote = Record(by=P, to=Set(P))
votes = Variable(Set(Vote, 3))
leader = Variable(Optional(P, Nil))
round = Variable(Fn(P, Range(2, 4)))
last = Variable(Vote)
low = Variable(Range(2, 4))
def Start(t, p):
    t.votes = set(); t.leader = Nil; t.round = {i: 2 for i in P}; t.last = Vote(by=p, to=set()); t.low = 2
Init = [(Start, P)]
def Cast(s, t, p, q):
    if any(v.by == p for v in s.votes) or s.round[p] == 4:
        return False
    t.votes = s.votes | {Vote(by=p, to={q})}
    t.round[p] = s.round[p] + 1
    return True
def Lead(s, t):
    if not (Cardinality({v.to for v in s.votes}) == 1 and s.leader == Nil):
        return False
    t.leader = The(The({v.to for v in s.votes}))
    t.low = The(s.round[i] for i in P if i == The({The(s.last.to | {i}) if s.last.to <= {i} else i}) and i == Next1(s))
    return True
def Next1(s):
    return The(q for v in s.votes for q in v.to)
def Keep(s, t):
    if Cardinality(s.votes) != 1 or s.leader == Nil:
        return False
    t.last = The(s.votes)
    t.votes = {v for v in s.votes if v != The(v for v in s.votes if v.by in P)}
    t.leader = Nil
    return True
Next = [(Cast, P, P), Lead, Keep]
def Invariant(s):
    return s.leader == Nil or s.leader in UNION({v.to for v in s.votes})
Invariants = [Invariant]
def Kept(s):
    return s.last.to == {s.last.by} and s.low == 3
Witnesses = [Kept]
""",
    {"P": 2},
    ("P",),
)


@pytest.mark.parametrize("name", SPECS)
def test_both_engines_agree(name: str) -> None:
    text, constants, _ = SPECS[name]
    result = compare(load(text, constants)).result
    assert result is not None
    assert result.distinct > 20
    assert all(result.witnesses.values())
    assert all(count.generated for count in result.actions.values()), result.actions


@pytest.mark.parametrize("name", [name for name, (_, _, symmetry) in SPECS.items() if symmetry])
def test_both_engines_agree_up_to_symmetry(name: str) -> None:
    text, constants, symmetry = SPECS[name]
    compare(load(text, constants, symmetry), (1, 2))
    assert Engine(load(text, constants, symmetry)).search().orbit_sum == Engine(load(text, constants)).search().distinct


def test_a_wide_function_over_many_model_values() -> None:
    text, _, _ = SPECS["wide_functions"]
    six = load(text, {"Node": 6}, ("Node",))
    engine = Engine(six)
    assert engine.words > 6
    compare(load(text, {"Node": 5}, ("Node",)), (1,))


@pytest.mark.parametrize("bound", [1, 2, 3])
def test_storage_is_wider_than_the_tested_domain(bound: int) -> None:
    text = f"""
Server: ModelValues
Nil: ModelValue
n = Variable(Fn(Server, Range(0, 3)))
q = Variable(Seq(Optional(Range(0, 3), Nil), 3))
u = Variable(Set(Record(v=Range(0, 3), w=Enum("a", "b"))))
def Init(t):
    t.n = {{i: 0 for i in Server}}
    t.q = ()
    t.u = set()
def A(s, t, i):
    if s.n[i] == 3:
        return False
    t.n[i] = s.n[i] + 1
    return True
def B(s, t, i):
    if Len(s.q) == 3:
        return False
    t.q = Append(s.q, s.n[i])
    return True
def C(s, t, i):
    if Len(s.q) != 1 or not s.u == set():
        return False
    t.u = s.u | {{Record1(v=s.n[i], w="b")}}
    return True
Record1 = Record(v=Range(0, 3), w=Enum("a", "b"))
Next = [(A, Server), (B, Server), (C, Server)]
def TypeOK(s):
    return (
        s.n in Fn(Server, Range(0, 3)) and s.q in Seq(Optional(Range(0, {bound}), Nil), 3)
        and s.u in Set(Record(v=Range(0, {bound - 1}), w=Enum("b")))
    )
Invariants = [TypeOK]
"""
    # A server counts up to the bound, B appends that to q, and C puts it into u.
    want = compare(load(text, {"Server": 1}))
    assert (want.verdict, want.length) == ("violation", bound + 3)
