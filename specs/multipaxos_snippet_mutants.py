"""What else the short program for Multi-Paxos may mean: ``substitute: {SetLeader: TakeLead}``.

Read beside ``proofs/MultiPaxosSnippetMutants.tla``.

Deviations: none
"""

from mc.lang import *
from multipaxos_snippet import *


def OwnView(s, p):
    """For MayLead: nodes have different views of who is up, so each may take itself for the first."""
    return True


def SharedBallots(p):
    """For BallotsOf: all proposers use the same ballots."""
    return Ballot


def TakeLead(s, t, p, b, Q):
    """For SetLeader: the leader is set by taking the first proposer; phase 1 is skipped from the start."""
    if not p in s.up:
        return False
    if not MayLead(s, p):
        return False
    if not s.stored[p] == 0:
        return False
    if not b in BallotsOf(p):
        return False
    if not Q == Acceptor:
        return False
    t.stored[p] = b
    return True


def SameSlot(s, p):
    """For IsNewSlot: requests have no slots; accept has a ballot and a value only."""
    return True


def Latest(s, Q):
    """For Binding: the highest ballot counts, even if it is 0: the leader takes over Nil."""
    return {a for a in Q if all(s.maxVBal[a] >= s.maxVBal[o] for o in Q)}
