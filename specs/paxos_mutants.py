"""Broken variants of definitions of Paxos, each breaking one rule: ``substitute: {MayPropose: OwnValue}``.

Read beside ``proofs/PaxosMutants.tla``.

Deviations: none
"""

from mc.lang import *
from paxos import *


def OwnValue(votes, v):
    """For MayPropose: the proposer ignores what has been accepted."""
    return True


def AnyVote(votes, v):
    """For MayPropose: the proposer takes up any vote it hears of, not the one of the highest ballot."""
    return votes == set() or any(m.mval == v for m in votes)


def HalfQuorum():
    """For Quorum: two quorums need not intersect."""
    return {q for q in Set(Acceptor) if 2 * Cardinality(q) >= Cardinality(Acceptor)}


def ProposeNil(s, t, b, v):
    """For Phase2a: the proposer fills in the value of a promise without looking whether it carries one."""
    if not all(not (m.type == "2a" and m.bal == b) for m in s.msgs):
        return False
    if not SafeAt(s, b, v):
        return False
    free = all(m.mbal < 0 for m in s.msgs if m.type == "1b" and m.bal == b)
    Send(s, t, Message(type="2a", bal=b, val=Nil if free else v))
    return True


def ForgetPromise(s, t, a, m):
    """For Phase2b: as if the acceptor had restarted and its promise, unlike its vote, were not on stable storage."""
    if not m.type == "2a":
        return False
    if not m.bal >= s.maxVBal[a]:
        return False
    t.maxBal[a] = m.bal
    t.maxVBal[a] = m.bal
    t.maxVal[a] = m.val
    Send(s, t, Message(type="2b", acc=a, bal=m.bal, val=m.val))
    return True
