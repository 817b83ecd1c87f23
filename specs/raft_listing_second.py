"""Raft with the handlers of the second listing, from a state with a leader.

The listing's handlers take the place of actions of Raft (``substitute`` in the models); the rest is Raft as
published, with its messages that are delayed, lost and duplicated. To begin with, one server has been elected
in term 2 with the votes of all, nothing else has happened, and no message is under way. As an initial state
it is artificial, but Raft reaches it; it makes the search short.

Where the listing leaves something open the reading is the one that is kindest to it:

- AppendEntries rejects lower terms and looks at the entry before those that it gets, as in Raft.
- The length of a log and the index of its last entry are the same number. Its test of the candidate's log
  is then that of Raft. (Where a candidate counts from 0 and the voter does not, no server is ever elected.)
- The commit index is taken over as in Raft.

Read beside ``proofs/RaftListingSecond.tla``.

Deviations: none
"""

from mc.lang import *
from raft_history import *

# The second listing


def UpdateTermKeepVote(s, t, i, j, m):
    """For UpdateTerm: AppendEntries with a higher term leaves the vote as it is."""
    if not m.mterm > s.currentTerm[i]:
        return False
    t.currentTerm[i] = m.mterm
    t.state[i] = Follower
    if not m.mtype == AppendEntriesRequest:
        t.votedFor[i] = Nil
    return True


def AcceptAndTruncate(s, t, i, j, m):
    """For AcceptAppendEntriesRequest: whatever follows prevLogIndex is removed, then the entries are appended."""
    if not m.mterm == s.currentTerm[i]:
        return False
    if not s.state[i] == Follower:
        return False
    if not LogOk(s, i, m):
        return False
    t.log[i] = SubSeq(s.log[i], 1, m.mprevLogIndex) + m.mentries
    t.commitIndex[i] = m.mcommitIndex
    response = Message(
        mtype=AppendEntriesResponse,
        mterm=s.currentTerm[i],
        msuccess=True,
        mmatchIndex=m.mprevLogIndex + Len(m.mentries),
        msource=i,
        mdest=j,
    )
    Reply(s, t, response, m)
    return True


# A kinder network: what the counterexamples do not need


def NoRestart(s, t, i):
    """For Restart."""
    return False


def NoDuplicate(s, t, m):
    """For DuplicateMessage."""
    return False


def NoDrop(s, t, m):
    """For DropMessage."""
    return False


# A leader to begin with


def Elected(t, leader):
    t.messages = {}
    t.currentTerm = {i: 2 for i in Server}
    t.state = {i: Leader if i == leader else Follower for i in Server}
    t.votedFor = {i: leader for i in Server}
    t.log = {i: () for i in Server}
    t.commitIndex = {i: 0 for i in Server}
    t.votesResponded = {i: Server if i == leader else set() for i in Server}
    t.votesGranted = {i: Server if i == leader else set() for i in Server}
    t.nextIndex = {i: {j: 1 for j in Server} for i in Server}
    t.matchIndex = {i: {j: 0 for j in Server} for i in Server}
    t.committed = set()


ElectedInit = [(Elected, Server)]

# The bounds of the model


def NoHeartbeats(s):
    """A reading in which leaders send no requests without entries."""
    return all(not m.mtype == AppendEntriesRequest or m.mentries != () for m in s.messages)


# Invariants


def CommittedHeld(s):
    """Whatever was committed is in the logs of a majority."""
    return all(
        {i for i in Server if c.index <= Len(s.log[i]) and s.log[i][c.index] == c.entry} in Quorum()
        for c in s.committed
    )


Invariants = [HistoryTypeOK, ElectionSafety, LogMatching, LeaderCompleteness, StateMachineSafety, CommittedHeld]
