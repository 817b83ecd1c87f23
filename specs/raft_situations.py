"""States that Raft reaches, for models to begin in: ``substitute: {Init: Diverged}``.

Some broken rules show only after two or three elections. From Init that is a long search; from the
middle of the story it is a short one. How Raft gets into each of these states is told below, and
replayed step by step in ``tests/test_raft_situations.py``. The servers are called s1, s2 and s3, as
``Server: 3`` calls them, and have no symmetry.

Read beside ``proofs/RaftSituations.tla``.

Deviations: none
"""

from mc.lang import *
from raft import *

# CONSTANTS
s1: ModelValue  # the three servers
s2: ModelValue
s3: ModelValue
v1: ModelValue  # two values
v2: ModelValue


def Elected(t):
    """Server s1 leads term 2, elected by itself and s3; s2 has heard of nothing.

    Timeout(s1); s1 asks itself and s3 for their votes, and gets them; BecomeLeader(s1).
    """
    t.messages = {}
    t.currentTerm = {s1: 2, s2: 1, s3: 2}
    t.state = {s1: Leader, s2: Follower, s3: Follower}
    t.votedFor = {s1: s1, s2: Nil, s3: s1}
    t.log = {i: () for i in Server}
    t.commitIndex = {i: 0 for i in Server}
    t.votesResponded = {s1: {s1, s3}, s2: set(), s3: set()}
    t.votesGranted = {s1: {s1, s3}, s2: set(), s3: set()}
    t.nextIndex = {i: {j: 1 for j in Server} for i in Server}
    t.matchIndex = {i: {j: 0 for j in Server} for i in Server}


def Replicated(t):
    """The leader s1 has an entry at s3, so at a majority, and knows it; it may commit it.

    After Elected: ClientRequest(s1, v1); AppendEntries(s1, s3), which s3 takes and confirms.
    """
    entry = Entry(term=2, value=v1)
    t.messages = {}
    t.currentTerm = {s1: 2, s2: 1, s3: 2}
    t.state = {s1: Leader, s2: Follower, s3: Follower}
    t.votedFor = {s1: s1, s2: Nil, s3: s1}
    t.log = {s1: (entry,), s2: (), s3: (entry,)}
    t.commitIndex = {i: 0 for i in Server}
    t.votesResponded = {s1: {s1, s3}, s2: set(), s3: set()}
    t.votesGranted = {s1: {s1, s3}, s2: set(), s3: set()}
    t.nextIndex = {s1: {s1: 1, s2: 1, s3: 2}, s2: {j: 1 for j in Server}, s3: {j: 1 for j in Server}}
    t.matchIndex = {s1: {s1: 0, s2: 0, s3: 1}, s2: {j: 0 for j in Server}, s3: {j: 0 for j in Server}}


def Diverged(t):
    """The logs of s1 and s2 hold entries of different terms at index 1; nobody leads.

    After Elected: ClientRequest(s1, v1); s1 restarts before it has sent the entry to anybody.
    Timeout(s2) twice, to term 3; s2 gets its own vote and that of s3; BecomeLeader(s2);
    ClientRequest(s2, v2); s2 restarts as well.
    """
    t.messages = {}
    t.currentTerm = {s1: 2, s2: 3, s3: 3}
    t.state = {i: Follower for i in Server}
    t.votedFor = {s1: s1, s2: s2, s3: s2}
    t.log = {s1: (Entry(term=2, value=v1),), s2: (Entry(term=3, value=v2),), s3: ()}
    t.commitIndex = {i: 0 for i in Server}
    t.votesResponded = {i: set() for i in Server}
    t.votesGranted = {i: set() for i in Server}
    t.nextIndex = {i: {j: 1 for j in Server} for i in Server}
    t.matchIndex = {i: {j: 0 for j in Server} for i in Server}


def FigureEight(t):
    """The entry of term 2 is at a majority, but its leader is by now in term 4 (the paper's figure 8, c).

    After Diverged: Timeout(s1) twice, to term 4; s1 gets its own vote and that of s3, whose log is
    empty; BecomeLeader(s1). AppendEntries(s1, s3) is refused, since s3 has no entry 1; s1 backs up,
    and AppendEntries(s1, s3) carries the entry, which s3 takes and confirms.
    """
    t.messages = {}
    t.currentTerm = {s1: 4, s2: 3, s3: 4}
    t.state = {s1: Leader, s2: Follower, s3: Follower}
    t.votedFor = {s1: s1, s2: s2, s3: s1}
    t.log = {
        s1: (Entry(term=2, value=v1),),
        s2: (Entry(term=3, value=v2),),
        s3: (Entry(term=2, value=v1),),
    }
    t.commitIndex = {i: 0 for i in Server}
    t.votesResponded = {s1: {s1, s3}, s2: set(), s3: set()}
    t.votesGranted = {s1: {s1, s3}, s2: set(), s3: set()}
    t.nextIndex = {s1: {j: 2 for j in Server}, s2: {j: 1 for j in Server}, s3: {j: 1 for j in Server}}
    t.matchIndex = {s1: {s1: 0, s2: 0, s3: 1}, s2: {j: 0 for j in Server}, s3: {j: 0 for j in Server}}


# Further bounds, for fewer states


def OneCandidate(s):
    """Only server s2 stands for election."""
    return all(s.state[i] != Candidate for i in {s1, s3})


def ShortLog(s):
    """Server s2 has at most one entry."""
    return Len(s.log[s2]) <= 1


def CutOff(s):
    """Nothing gets through to server s1, or from it."""
    return all(m.msource != s1 and m.mdest != s1 for m in s.messages)


# A witness: without a later leader, no rule about later leaders is put to the test


def LaterLeader(s):
    """Server s2 leads."""
    return s.state[s2] == Leader
