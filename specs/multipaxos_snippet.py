"""Multi-Paxos as a short program has it: the leader stores its ballot, and phase 1 is skipped while it does.

The program: a node that has no leader takes the first proposer; where a leader is set, ``accept`` is
called at once, with the ballot stored. Once set, the leader stays. This is the reading that is kindest to
it: a leader is set only by a phase 1 of its own, with a ballot of its own, and takes over what it learns
there. What else the program may mean is in ``multipaxos_snippet_mutants.py``.

One slot of the log is enough to see what becomes of it: in the others it goes the same way, with the same
ballot. Phase 1 is one step, a call to all acceptors of a quorum; what is sent in phase 2 may be late or
lost. Read beside ``proofs/MultiPaxosSnippet.tla``.

Deviations: none
"""

from mc.lang import *

# CONSTANTS
Acceptor: ModelValues
Value: ModelValues
Nil: ModelValue  # "has accepted nothing"
MaxProposer: Natural
MaxBallot: Natural

Proposer = Range(1, MaxProposer)  # in the order of the program's list
Ballot = Range(1, MaxBallot)

Message = Union(
    Record(type="2a", bal=Ballot, val=Value),
    Record(type="2b", acc=Acceptor, bal=Ballot, val=Value),
)

# VARIABLES
# The proposers that have not crashed.
up = Variable(Set(Proposer))
# Of each proposer: the ballot that it stored when it became the leader; 0: it has no leader set.
stored = Variable(Fn(Proposer, Range(0, MaxBallot)))
# Of each proposer: the value that it learned of in phase 1, if there was one.
bound = Variable(Fn(Proposer, Set(Enum(Value, Nil))))
# The proposers that have called accept for the slot.
called = Variable(Set(Proposer))
# Of each acceptor: its promise; what it accepted last, and in which ballot.
maxBal = Variable(Fn(Acceptor, Range(0, MaxBallot)))
maxVBal = Variable(Fn(Acceptor, Range(0, MaxBallot)))
maxVal = Variable(Fn(Acceptor, Optional(Value, Nil)))
# All messages ever sent in phase 2.
msgs = Variable(Set(Message))

# Helpers


def Quorum():
    return {q for q in Set(Acceptor) if 2 * Cardinality(q) > Cardinality(Acceptor)}


def Chosen(s, v):
    return any(
        {a for a in Acceptor if Message(type="2b", acc=a, bal=b, val=v) in s.msgs} in Quorum()
        for b in Ballot
    )


def HasAccepted(s, a, m):
    return Message(type="2b", acc=a, bal=m.bal, val=m.val) in s.msgs


def Binding(s, Q):
    """The acceptors in Q that have accepted something in the highest ballot."""
    return {a for a in Q if s.maxVBal[a] > 0 and all(s.maxVBal[a] >= s.maxVBal[o] for o in Q)}


# What the program leaves open, each a definition of its own so that a model can replace it


def MayLead(s, p):
    """The first proposer leads, and all nodes agree which one that is: the first that is up."""
    return p == Min(s.up)


def BallotsOf(p):
    """Every proposer has ballots of its own."""
    return {b for b in Ballot if b % MaxProposer == p % MaxProposer}


def IsNewSlot(s, p):
    """Each request has a slot of its own, so a proposer calls accept once for this one."""
    return p not in s.called


def Init(t):
    t.up = Proposer
    t.stored = {p: 0 for p in Proposer}
    t.bound = {p: set() for p in Proposer}
    t.called = set()
    t.maxBal = {a: 0 for a in Acceptor}
    t.maxVBal = {a: 0 for a in Acceptor}
    t.maxVal = {a: Nil for a in Acceptor}
    t.msgs = set()


def SetLeader(s, t, p, b, Q):
    """Proposer p has no leader set, and becomes the leader: phase 1, with the promises of Q."""
    if not p in s.up:
        return False
    if not MayLead(s, p):
        return False
    if not s.stored[p] == 0:
        return False
    if not b in BallotsOf(p):
        return False
    if not Q in Quorum():
        return False
    if not all(b > s.maxBal[a] for a in Q):
        return False
    t.stored[p] = b
    t.bound[p] = {s.maxVal[a] for a in Binding(s, Q)}
    t.maxBal = {a: b if a in Q else s.maxBal[a] for a in Acceptor}
    return True


def CallAccept(s, t, p, v):
    """Leader p skips phase 1 and asks all acceptors to accept v, with the ballot stored."""
    if not p in s.up:
        return False
    if not s.stored[p] != 0:
        return False
    if not IsNewSlot(s, p):
        return False
    if not (s.bound[p] == set() or v in s.bound[p]):
        return False
    t.called = s.called | {p}
    t.msgs = s.msgs | {Message(type="2a", bal=s.stored[p], val=v)}
    return True


def Accept(s, t, a, b, v):
    """Acceptor a accepts v, unless it has promised not to: then it refuses, which nobody acts on."""
    if not Message(type="2a", bal=b, val=v) in s.msgs:
        return False
    if not b >= s.maxBal[a]:
        return False
    t.maxBal[a] = b
    t.maxVBal[a] = b
    t.maxVal[a] = v
    t.msgs = s.msgs | {Message(type="2b", acc=a, bal=b, val=v)}
    return True


def Crash(s, t, p):
    """Proposer p stops, but not the last of them."""
    if not p in s.up:
        return False
    if not s.up != {p}:
        return False
    t.up = s.up - {p}
    return True


Next = [
    (SetLeader, Proposer, Ballot, Set(Acceptor)),
    (CallAccept, Proposer, Value),
    (Accept, Acceptor, Ballot, Value),
    (Crash, Proposer),
]

# Invariants


def TypeOK(s):
    return (
        s.up in Set(Proposer)
        and s.stored in Fn(Proposer, Range(0, MaxBallot))
        and s.bound in Fn(Proposer, Set(Value))
        and s.called in Set(Proposer)
        and s.maxBal in Fn(Acceptor, Range(0, MaxBallot))
        and s.maxVBal in Fn(Acceptor, Range(0, MaxBallot))
        and s.maxVal in Fn(Acceptor, Optional(Value, Nil))
        and s.msgs in Set(Message)
    )


def Agreement(s):
    """No two values are chosen."""
    return all(v == w for v in Value for w in Value if Chosen(s, v) and Chosen(s, w))


def GoesOn(s):
    """A value is chosen, or one can still be: by a phase 1 to come, or with a ballot that is in use."""
    return (
        any(Chosen(s, v) for v in Value)
        or any(s.stored[p] == 0 for p in s.up)
        or any({a for a in Acceptor if s.maxBal[a] <= s.stored[p]} in Quorum() for p in s.up)
        or any(
            {a for a in Acceptor if s.maxBal[a] <= m.bal or HasAccepted(s, a, m)} in Quorum()
            for m in s.msgs
            if m.type == "2a"
        )
    )


Invariants = [TypeOK, Agreement, GoesOn]

# Witnesses: states that must be reachable


def SomethingChosen(s):
    return any(Chosen(s, v) for v in Value)


def TwoLeaders(s):
    return Cardinality({p for p in s.up if s.stored[p] != 0}) > 1


def Refused(s):
    """A leader has called accept after another one ran phase 1, and no quorum is left to accept."""
    return any(
        m.type == "2a" and {a for a in Acceptor if s.maxBal[a] <= m.bal} not in Quorum()
        for m in s.msgs
    )


Witnesses = [SomethingChosen, Refused]
