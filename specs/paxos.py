"""Paxos for one decision (Lamport, "Paxos Made Simple", 2001, section 2).

The shape is that of Lamport's published module: no proposers and no learners, only ballots, and a set of
all messages ever sent. A lost message is one that nobody receives. Read beside ``proofs/Paxos.tla``.

Deviations: none
"""

from mc.lang import *

# CONSTANTS
Acceptor: ModelValues
Value: ModelValues  # what may be proposed
Nil: ModelValue  # no value; the initial value of maxVal
MaxBallot: Natural  # bound of the model: ballots are 0..MaxBallot

Ballot = Range(0, MaxBallot)

# Nobody proposes Nil. A broken proposer might, so there is room for it; TypeOK says that it does not happen.
Message = Union(
    Record(type="1a", bal=Ballot),
    Record(
        type="1b",
        acc=Acceptor,
        bal=Ballot,
        mbal=Range(-1, MaxBallot),
        mval=Optional(Value, Nil),
    ),
    Record(type="2a", bal=Ballot, val=Optional(Value, Nil)),
    Record(type="2b", acc=Acceptor, bal=Ballot, val=Optional(Value, Nil)),
)

# VARIABLES
# The highest ballot that each acceptor has taken part in; -1: none.
maxBal = Variable(Fn(Acceptor, Range(-1, MaxBallot)))
# Its vote of the highest ballot: the ballot and the value; -1 and Nil: it has not voted.
maxVBal = Variable(Fn(Acceptor, Range(-1, MaxBallot)))
maxVal = Variable(Fn(Acceptor, Optional(Value, Nil)))
# All messages ever sent.
msgs = Variable(Set(Message))

# Helpers


def Send(s, t, m):
    t.msgs = s.msgs | {m}


# The rules that the safety of Paxos hangs on, each a definition of its own so that a model can
# replace it by a broken one (see paxos_mutants.py).


def Quorum():
    return {q for q in Set(Acceptor) if 2 * Cardinality(q) > Cardinality(Acceptor)}


def MayPropose(votes, v):
    """The promises that carry a vote leave v: the vote of the highest ballot is for it, or there is none."""
    return votes == set() or any(m.mval == v and all(n.mbal <= m.mbal for n in votes) for m in votes)


def ShowsSafeAt(s, Q, b, v):
    """All of Q promised to ballot b, and what they voted for before leaves v."""
    promises = {m for m in s.msgs if m.type == "1b" and m.acc in Q and m.bal == b}
    votes = {m for m in promises if m.mbal >= 0}
    return all(any(m.acc == a for m in promises) for a in Q) and MayPropose(votes, v)


def SafeAt(s, b, v):
    return any(ShowsSafeAt(s, Q, b, v) for Q in Quorum())


def Init(t):
    t.maxBal = {a: -1 for a in Acceptor}
    t.maxVBal = {a: -1 for a in Acceptor}
    t.maxVal = {a: Nil for a in Acceptor}
    t.msgs = set()


# The two phases


def Phase1a(s, t, b):
    """Ballot b begins."""
    Send(s, t, Message(type="1a", bal=b))
    return True


def Phase1b(s, t, a, m):
    """Acceptor a promises to take no part in ballots below that of m, and says how it voted last."""
    if not m.type == "1a":
        return False
    if not m.bal > s.maxBal[a]:
        return False
    t.maxBal[a] = m.bal
    Send(s, t, Message(type="1b", acc=a, bal=m.bal, mbal=s.maxVBal[a], mval=s.maxVal[a]))
    return True


def Phase2a(s, t, b, v):
    """The proposer of ballot b asks for votes for v, once."""
    if not all(not (m.type == "2a" and m.bal == b) for m in s.msgs):
        return False
    if not SafeAt(s, b, v):
        return False
    Send(s, t, Message(type="2a", bal=b, val=v))
    return True


def Phase2b(s, t, a, m):
    """Acceptor a votes."""
    if not m.type == "2a":
        return False
    if not m.bal >= s.maxBal[a]:
        return False
    t.maxBal[a] = m.bal
    t.maxVBal[a] = m.bal
    t.maxVal[a] = m.val
    Send(s, t, Message(type="2b", acc=a, bal=m.bal, val=m.val))
    return True


Next = [
    (Phase1a, Ballot),
    (Phase1b, Acceptor, msgs),
    (Phase2a, Ballot, Value),
    (Phase2b, Acceptor, msgs),
]

# Invariants


def ChosenAt(s, b, v):
    """A quorum has voted for v in ballot b."""
    return any(all(Message(type="2b", acc=a, bal=b, val=v) in s.msgs for a in Q) for Q in Quorum())


def Chosen(s):
    return {v for v in Enum(Value, Nil) if any(ChosenAt(s, b, v) for b in Ballot)}


def TypeOK(s):
    return (
        s.maxBal in Fn(Acceptor, Range(-1, MaxBallot))
        and s.maxVBal in Fn(Acceptor, Range(-1, MaxBallot))
        and s.maxVal in Fn(Acceptor, Optional(Value, Nil))
        and s.msgs in Set(Message)
        and all(m.val in Value for m in s.msgs if m.type == "2a")
    )


def Agreement(s):
    """At most one value is ever chosen."""
    return all(v == w for v in Chosen(s) for w in Chosen(s))


def Validity(s):
    """What is chosen is one of the values that may be proposed."""
    return Chosen(s) <= Value


def ChosenIsKept(s):
    """Once a value is chosen, every higher ballot proposes the same."""
    return all(
        m.val == v
        for v in Enum(Value, Nil)
        for b in Ballot
        if ChosenAt(s, b, v)
        for m in s.msgs
        if m.type == "2a" and m.bal > b
    )


Invariants = [TypeOK, Agreement, Validity, ChosenIsKept]
Explanations = {
    Agreement: "both {v} and {w} are chosen",
    Validity: "{Chosen(s)} are chosen, and {Value} may be proposed",
    ChosenIsKept: "{v} was chosen in ballot {b}, and ballot {m.bal} proposes {m.val}",
}

# Witnesses: states that must be reachable


def ValueChosen(s):
    return Chosen(s) != set()


def VotesDiffer(s):
    return any(
        s.maxVBal[a] >= 0 and s.maxVBal[c] >= 0 and s.maxVal[a] != s.maxVal[c]
        for a in Acceptor
        for c in Acceptor
    )


Witnesses = [ValueChosen, VotesDiffer]
