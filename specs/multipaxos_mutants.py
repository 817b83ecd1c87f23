"""Broken variants of definitions of Multi-Paxos, each breaking one rule: ``substitute: {Binding: NothingBinds}``.

Read beside ``proofs/MultiPaxosMutants.tla``.

Deviations: none
"""

from mc.lang import *
from multipaxos import *


def HalfQuorum():
    """For Quorum: two quorums need not intersect."""
    return {q for q in Set(Acceptor) if 2 * Cardinality(q) >= Cardinality(Acceptor)}


def NothingBinds(P, n):
    """For Binding: a new leader does not look at what was accepted before."""
    return {m for m in P if False}


def NothingAccepted(P):
    """For LastSlot: a new leader begins at the first slot, whatever was accepted there."""
    return 0


def OldestBinds(P, n):
    """For Binding: the first promise that carries a value counts; the one of the lowest ballot came first."""
    return {m for m in P if m.mbal[n] > 0 and all(m.mbal[n] <= o.mbal[n] for o in P if o.mbal[n] > 0)}


def EmptyFiller():
    """For Filler: a hole is proposed as it is, without a command."""
    return Nil


def ProposeAnything(s, v):
    """For MayPropose: a leader does not wait for a client."""
    return True


def DueAnyLater(s, i, n):
    """For Due: a learner applies what it hears of first."""
    return n > Len(s.applied[i])


def ForgetfulRestart(s, t, a):
    """For Restart: the promise was not on stable storage; what was accepted is."""
    t.maxBal[a] = 0
    return True


# Not broken, but less: for models of acceptors and leaders alone, which none of this acts on


def NoRestart(s, t, a):
    """For Restart: a step that changes nothing may be left out."""
    return False


def NoApply(s, t, i, b, n, v):
    """For Apply: learners have no part in what is chosen."""
    return False
