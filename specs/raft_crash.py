"""Raft when servers crash and stay down.

A crashed server takes no step and receives nothing. Its variables keep what they were when it
stopped, so they tell what it had acknowledged. Read beside ``proofs/RaftCrash.tla``.

"Available" means that a leader, or a commit, is reachable: the invariant NoLeader, or NoCommit, is
violated. Where it holds in all reachable states, the cluster is not available.

Deviations: none
"""

from mc.lang import *
from raft import *

# CONSTANTS
CrashedAtStart: Natural  # so many servers are down from the start
MaxCrashes: Natural  # no more than so many are ever down

# VARIABLES
# The servers that are down.
crashed = Variable(Set(Server))


def MayCrash(s, i):
    return i not in s.crashed and Cardinality(s.crashed) < MaxCrashes


def Start(t, q):
    """All is as in Raft, but for the servers in q, which are down."""
    if not Cardinality(q) == CrashedAtStart:
        return False
    Init(t)
    t.crashed = q
    return True


CrashInit = [(Start, Set(Server))]

# The actions of Raft, for servers that are up


def Crash(s, t, i):
    """Server i stops, for good."""
    if not MayCrash(s, i):
        return False
    t.crashed = s.crashed | {i}
    return True


def RestartUp(s, t, i):
    if not i not in s.crashed:
        return False
    return Restart(s, t, i)


def TimeoutUp(s, t, i):
    if not i not in s.crashed:
        return False
    return Timeout(s, t, i)


def RequestVoteUp(s, t, i, j):
    if not i not in s.crashed:
        return False
    return RequestVote(s, t, i, j)


def BecomeLeaderUp(s, t, i):
    if not i not in s.crashed:
        return False
    return BecomeLeader(s, t, i)


def ClientRequestUp(s, t, i, v):
    if not i not in s.crashed:
        return False
    return ClientRequest(s, t, i, v)


def AdvanceCommitIndexUp(s, t, i):
    if not i not in s.crashed:
        return False
    return AdvanceCommitIndex(s, t, i)


def AppendEntriesUp(s, t, i, j):
    if not i not in s.crashed:
        return False
    return AppendEntries(s, t, i, j)


def ReceiveUp(s, t, m):
    if not m.mdest not in s.crashed:
        return False
    return Receive(s, t, m)


# What a server sent before it crashed may arrive, and what is sent to it may be lost


def Unmoved(s, t):
    t.crashed = s.crashed


CrashNext = [
    (Crash, Server),
    (RestartUp, Server),
    (TimeoutUp, Server),
    (RequestVoteUp, Server, Server),
    (BecomeLeaderUp, Server),
    (ClientRequestUp, Server, Value),
    (AdvanceCommitIndexUp, Server),
    (AppendEntriesUp, Server, Server),
    (ReceiveUp, messages),
    (Then(DuplicateMessage, Unmoved), messages),
    (Then(DropMessage, Unmoved), messages),
]
Faults = [Crash, RestartUp, DuplicateMessage, DropMessage]

# Constraints that keep models small


def OneCandidate(s):
    """Of the servers that are up one at a time stands for election or leads."""
    return all(
        i == j
        for i in Server - s.crashed
        for j in Server - s.crashed
        if s.state[i] != Follower and s.state[j] != Follower
    )


def LeadersCrash(s):
    """Who is down was a leader that had acknowledged a write."""
    return all(s.state[i] == Leader and s.commitIndex[i] > 0 for i in s.crashed)


def CalmBefore(s):
    """Until a server is down there is no term but the first that has a leader."""
    return s.crashed != set() or all(s.currentTerm[i] <= 2 for i in Server)


# Invariants


def CrashTypeOK(s):
    return TypeOK(s) and s.crashed in Set(Server) and Cardinality(s.crashed) <= MaxCrashes


def AcknowledgedKept(s):
    """What a leader had acknowledged when it stopped is in the log of every later leader."""
    return all(
        s.commitIndex[i] <= Len(s.log[j])
        and all(s.log[j][k] == s.log[i][k] for k in Range(1, s.commitIndex[i]))
        for i in s.crashed
        for j in Server - s.crashed
        if s.state[i] == Leader and s.state[j] == Leader and s.currentTerm[i] < s.currentTerm[j]
    )


# What is violated where it is available


def NoLeader(s):
    """None of the servers that are up leads."""
    return all(s.state[i] != Leader for i in Server - s.crashed)


def NoCommit(s):
    """None of the servers that are up has an entry that it knows to be committed."""
    return all(s.commitIndex[i] == 0 for i in Server - s.crashed)


def NoLeaderAgain(s):
    """No server has taken over from a leader that had acknowledged a write."""
    return all(
        not (s.state[i] == Leader and s.commitIndex[i] > 0 and s.currentTerm[i] < s.currentTerm[j])
        for i in s.crashed
        for j in Server - s.crashed
        if s.state[j] == Leader
    )


Invariants = [CrashTypeOK, ElectionSafety, LogMatching, AcknowledgedKept]

Witnesses = [LeaderElected, EntryCommitted]
