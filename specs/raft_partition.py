"""Raft in two parts of a network that hear nothing of each other, until they do again.

It starts where a leader has just been cut off: elected in term 2 by all, with one entry that it
alone has, on the side of a minority. Each side sends what it likes to the other, but nothing
arrives before Heal. That Raft by itself reaches such a state is checked as well: with StartsCut
false, NeverCutOff is violated. Read beside ``proofs/RaftPartition.tla``.

Deviations: none
"""

from mc.lang import *
from raft import *

# CONSTANTS
StartsCut: Boolean  # whether the leader has just been cut off; else it starts as Raft does

# VARIABLES
# The servers on the smaller side; none when the network is whole.
minority = Variable(Set(Server))


def OldTerm():
    """The term of the leader that is cut off: the first that has leaders."""
    return 2


def Connected(s, i, j):
    return (i in s.minority) == (j in s.minority)


def MayCutOff(i, q):
    """Side q, with leader i, is no majority."""
    return i in q and 2 * Cardinality(q) <= Cardinality(Server)


def Start(t, i, q, v):
    """Leader i of term 2 has appended v, and is then cut off with the others in q."""
    if not StartsCut:
        return False
    if not MayCutOff(i, q):
        return False
    t.messages = {}
    t.currentTerm = {j: OldTerm() for j in Server}
    t.state = {j: Leader if j == i else Follower for j in Server}
    t.votedFor = {j: i for j in Server}
    t.log = {j: (Entry(term=OldTerm(), value=v),) if j == i else () for j in Server}
    t.commitIndex = {j: 0 for j in Server}
    t.votesResponded = {j: Server if j == i else set() for j in Server}
    t.votesGranted = {j: Server if j == i else set() for j in Server}
    t.nextIndex = {j: {k: 1 for k in Server} for j in Server}
    t.matchIndex = {j: {k: 0 for k in Server} for j in Server}
    t.minority = q
    return True


def StartWhole(t):
    if StartsCut:
        return False
    Init(t)
    t.minority = set()
    return True


PartitionInit = [(Start, Server, Set(Server), Value), StartWhole]


def Heal(s, t):
    """The network is whole again."""
    if not s.minority != set():
        return False
    t.minority = set()
    return True


def Unmoved(s, t):
    t.minority = s.minority


def ReceiveConnected(s, t, m):
    """A message that was sent across the cut may still arrive after Heal, or be lost before."""
    if not Connected(s, m.msource, m.mdest):
        return False
    return Receive(s, t, m)


PartitionNext = [
    Heal,
    (Then(Restart, Unmoved), Server),
    (Then(Timeout, Unmoved), Server),
    (Then(RequestVote, Unmoved), Server, Server),
    (Then(BecomeLeader, Unmoved), Server),
    (Then(ClientRequest, Unmoved), Server, Value),
    (Then(AdvanceCommitIndex, Unmoved), Server),
    (Then(AppendEntries, Unmoved), Server, Server),
    (Then(ReceiveConnected, Unmoved), messages),
    (Then(DuplicateMessage, Unmoved), messages),
    (Then(DropMessage, Unmoved), messages),
]

# Constraints that keep models small


def NoCommit(s):
    return all(s.commitIndex[i] == 0 for i in Server)


def StaysCut(s):
    return s.minority != set()


def MinorityWaits(s):
    """The smaller side neither stands for election nor sends."""
    return all(s.currentTerm[i] == OldTerm() for i in s.minority) and all(
        m.msource not in s.minority for m in s.messages
    )


def MajorityWaits(s):
    """The larger side neither stands for election nor sends."""
    return all(s.currentTerm[i] == OldTerm() for i in Server - s.minority) and all(
        m.msource in s.minority for m in s.messages
    )


def OneCandidate(s):
    """In later terms one server at a time stands for election or leads."""
    return all(
        i == j
        for i in Server
        for j in Server
        if s.currentTerm[i] > OldTerm() and s.state[i] != Follower
        if s.currentTerm[j] > OldTerm() and s.state[j] != Follower
    )


def HealsLate(s):
    """The network is not whole before there has been a commit."""
    return s.minority != set() or not NoCommit(s)


# Invariants


def PartitionTypeOK(s):
    return TypeOK(s) and s.minority in Set(Server) and 2 * Cardinality(s.minority) <= Cardinality(Server)


def MinorityWithoutLeader(s):
    """Nobody is elected on the smaller side."""
    return all(s.currentTerm[i] == OldTerm() for i in s.minority if s.state[i] == Leader)


def MinorityWithoutCommit(s):
    return all(s.commitIndex[i] == 0 for i in s.minority)


Invariants = [
    PartitionTypeOK,
    ElectionSafety,
    LogMatching,
    MinorityWithoutLeader,
    MinorityWithoutCommit,
]

# What is violated where it is possible


def NeverCutOff(s):
    """Never is all, but for the cut, as it is in Start."""
    return not any(
        s.messages == {}
        and s.currentTerm == {j: OldTerm() for j in Server}
        and s.state == {j: Leader if j == i else Follower for j in Server}
        and s.votedFor == {j: i for j in Server}
        and s.log == {j: (Entry(term=OldTerm(), value=v),) if j == i else () for j in Server}
        and s.commitIndex == {j: 0 for j in Server}
        and s.votesResponded == {j: Server if j == i else set() for j in Server}
        and s.votesGranted == {j: Server if j == i else set() for j in Server}
        and s.nextIndex == {j: {k: 1 for k in Server} for j in Server}
        and s.matchIndex == {j: {k: 0 for k in Server} for j in Server}
        for i in Server
        for v in Value
    )


def MajorityWithoutLeader(s):
    return s.minority == set() or all(s.state[i] != Leader for i in Server - s.minority)


def MajorityWithoutCommit(s):
    return s.minority == set() or all(s.commitIndex[i] == 0 for i in Server - s.minority)


def NeverTwoLeaders(s):
    """No two servers lead at once, in whatever terms."""
    return all(i == j for i in Server for j in Server if s.state[i] == Leader and s.state[j] == Leader)


def NeverRolledBack(s):
    """It is violated where the network is whole, nobody has the old leader's entry any more, the entry
    of a later leader is in its place in all logs, and that leader, the only one, has committed it.
    """
    return not (
        s.minority == set()
        and all(Len(s.log[i]) > 0 for i in Server)
        and all(s.log[i][1].term > OldTerm() for i in Server if Len(s.log[i]) > 0)
        and any(s.state[i] == Leader and s.commitIndex[i] > 0 for i in Server)
        and NeverTwoLeaders(s)
    )


Witnesses = [LeaderElected]
