"""Broken variants of definitions of Raft, each breaking one rule: ``substitute: {UpToDate: AnyLog}``.

Read beside ``proofs/RaftMutants.tla``.

Deviations: none
"""

from mc.lang import *
from raft import *


def AnyLog(s, i, m):
    """For UpToDate: a vote is given without a look at the candidate's log."""
    return True


def MayVoteAgain(s, i, j):
    """For MayVote: a vote is given to everybody who asks."""
    return True


def NoLogCheck(s, i, m):
    """For LogOk: whatever precedes the entries in m, the receiver takes them."""
    return True


def HalfQuorum():
    """For Quorum: two quorums need not intersect."""
    return {q for q in Set(Server) if 2 * Cardinality(q) >= Cardinality(Server)}


def AnyTerm(s, i, index):
    """For Committable: replicas of entries of earlier terms are counted too."""
    return True


def ForgetfulRestart(s, t, i):
    """For Restart: the vote was not on stable storage."""
    t.state[i] = Follower
    t.votedFor[i] = Nil
    t.commitIndex[i] = 0
    t.votesResponded[i] = set()
    t.votesGranted[i] = set()
    t.nextIndex[i] = {j: 1 for j in Server}
    t.matchIndex[i] = {j: 0 for j in Server}
    return True


def BackUpPastStart(n):
    """For BackUp: nothing stops the leader at the first entry."""
    return n - 1
