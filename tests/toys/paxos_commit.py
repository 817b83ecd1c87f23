"""Paxos Commit, cut down: resource managers vote by an instance of Paxos each, and their decisions are read off.

What makes it a test: a majority is looked for in guards, among sets of acceptors, ballots and messages.
"""

from mc.lang import *

RM: ModelValues
Acceptor: ModelValues
MaxBallot: Natural

Ballot = Range(0, MaxBallot)
Value = Enum("prepared", "aborted")
Phase1a = Record(type="phase1a", ins=RM, bal=Ballot)
Phase2a = Record(type="phase2a", ins=RM, bal=Ballot, val=Value)
Phase2b = Record(type="phase2b", ins=RM, bal=Ballot, val=Value, acc=Acceptor)
Decision = Record(type="decision", val=Value)
Message = Union(Phase1a, Phase2a, Phase2b, Decision)

rmState = Variable(Fn(RM, Enum("working", "prepared", "committed", "aborted")))
mbal = Variable(Fn(RM, Fn(Acceptor, Ballot)))
msgs = Variable(Set(Message))


def Init(t):
    t.rmState = {r: "working" for r in RM}
    t.mbal = {r: {a: 0 for a in Acceptor} for r in RM}
    t.msgs = set()


def IsMajority(q):
    return Cardinality(q) * 2 > Cardinality(Acceptor)


def Prepare(s, t, r):
    if not s.rmState[r] == "working":
        return False
    t.rmState[r] = "prepared"
    t.msgs = s.msgs | {Message(type="phase2a", ins=r, bal=0, val="prepared")}
    return True


def ChooseToAbort(s, t, r):
    if not s.rmState[r] == "working":
        return False
    t.rmState[r] = "aborted"
    t.msgs = s.msgs | {Message(type="phase2a", ins=r, bal=0, val="aborted")}
    return True


def RcvDecision(s, t, r):
    """The manager learns what was decided."""
    if s.rmState[r] == "committed":
        return False
    if not any(m.type == "decision" and m.val == "prepared" for m in s.msgs):
        return False
    t.rmState[r] = "committed"
    return True


def Phase1(s, t, b, r):
    """A leader takes over an instance, if some other one has prepared and this one may be stuck."""
    if not b > 0:
        return False
    if not any(s.rmState[q] == "prepared" or s.rmState[q] == "aborted" for q in RM if q != r):
        return False
    if Message(type="phase1a", ins=r, bal=b) in s.msgs:
        return False
    t.msgs = s.msgs | {Message(type="phase1a", ins=r, bal=b)}
    return True


def Phase2(s, t, b, r):
    """The leader proposes to abort, once a majority has joined its ballot."""
    if not Message(type="phase1a", ins=r, bal=b) in s.msgs:
        return False
    if not any(IsMajority(q) and all(s.mbal[r][a] == b for a in q) for q in Set(Acceptor)):
        return False
    t.msgs = s.msgs | {Message(type="phase2a", ins=r, bal=b, val="aborted")}
    return True


def Join(s, t, a, m):
    if not (m.type == "phase1a" and s.mbal[m.ins][a] < m.bal):
        return False
    t.mbal[m.ins][a] = m.bal
    return True


def Accept(s, t, a, m):
    if not (m.type == "phase2a" and s.mbal[m.ins][a] <= m.bal):
        return False
    t.mbal[m.ins][a] = m.bal
    t.msgs = s.msgs | {Message(type="phase2b", ins=m.ins, bal=m.bal, val=m.val, acc=a)}
    return True


def Receive(s, t, a):
    return any(Join(s, t, a, m) or Accept(s, t, a, m) for m in s.msgs)


def HasVoted(s, r, b, v, a):
    return Message(type="phase2b", ins=r, bal=b, val=v, acc=a) in s.msgs


def Decided(s, r, v):
    return any(IsMajority(q) and all(HasVoted(s, r, b, v, a) for a in q) for b in Ballot for q in Set(Acceptor))


def Say(s, t, v):
    t.msgs = s.msgs | {Message(type="decision", val=v)}
    return True


def Decide(s, t):
    return (all(Decided(s, r, "prepared") for r in RM) and Say(s, t, "prepared")) or (
        any(Decided(s, r, "aborted") for r in RM) and Say(s, t, "aborted")
    )


Next = [
    (Prepare, RM),
    (ChooseToAbort, RM),
    (RcvDecision, RM),
    (Phase1, Ballot, RM),
    (Phase2, Ballot, RM),
    (Receive, Acceptor),
    Decide,
]


def Consistent(s):
    return not any(s.rmState[p] == "aborted" and s.rmState[q] == "committed" for p in RM for q in RM)


def OneCommits(s):
    return any(s.rmState[r] == "committed" for r in RM)


Invariants = [Consistent]
Witnesses = [OneCommits]
