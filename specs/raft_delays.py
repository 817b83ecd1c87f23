"""Raft in rounds, to count message delays.

All that is sent in one round arrives in the next: Tick ends a round, and a message can be received
only if it was in flight at the last Tick. Steps of a server take no time. So the number of ticks is
the number of message delays that follow one another. The minimal number to a commit is d where
NoCommit holds with MaxDelays = d - 1 and is violated with MaxDelays = d. What passes between a
client and the leader is not counted. Read beside ``proofs/RaftDelays.tla``.

There are no restarts, and the network neither loses nor duplicates: none of it brings a commit
forward.

Deviations: none
"""

from mc.lang import *
from raft import *

# CONSTANTS
MaxDelays: Natural  # ticks to the first commit
MaxDelaysAfter: Natural  # ticks after it

# VARIABLES
# Ticks so far, counted from the start, and from the first commit on anew.
delays = Variable(Range(0, MaxDelays + MaxDelaysAfter))
# The messages that can be received: of those in flight at the last Tick, what is still there.
arrived = Variable(Set(Message, MaxMessages + 1))


def NoLeader(s):
    return all(s.state[i] != Leader for i in Server)


def NoCommit(s):
    return all(s.commitIndex[i] == 0 for i in Server)


def NoSecondCommit(s):
    return all(s.commitIndex[i] < 2 for i in Server)


def Budget(s):
    return MaxDelays if NoCommit(s) else MaxDelaysAfter


def MayReceive(s, m):
    return m in s.arrived


def SameRound(s, t):
    t.delays = s.delays
    t.arrived = s.arrived


def Forget(s, t):
    """What has been received does not arrive again when it is sent again in the same round."""
    t.arrived = {m for m in s.arrived if m in s.messages}


def DelaysInit(t):
    Init(t)
    t.delays = 0
    t.arrived = set()


def Tick(s, t):
    """A round ends: whatever is in flight arrives."""
    if not s.delays < Budget(s):
        return False
    t.delays = s.delays + 1
    t.arrived = {m for m in s.messages}
    return True


def AskLeader(s, t, i, v):
    """The client waits until what it asked for is committed before it asks again."""
    if not s.commitIndex[i] == Len(s.log[i]):
        return False
    return ClientRequest(s, t, i, v)


def Commit(s, t, i):
    """With the first commit the count begins anew."""
    if not AdvanceCommitIndex(s, t, i):
        return False
    t.delays = 0 if NoCommit(s) and NewCommitIndex(s, i) > 0 else s.delays
    return True


def ReceiveArrived(s, t, m):
    if not MayReceive(s, m):
        return False
    return Receive(s, t, m)


DelaysNext = [
    Tick,
    (Then(Timeout, SameRound), Server),
    (Then(RequestVote, SameRound), Server, Server),
    (Then(BecomeLeader, SameRound), Server),
    (Then(AskLeader, SameRound), Server, Value),
    (Commit, Server),
    (Then(AppendEntries, SameRound), Server, Server),
    (Then(ReceiveArrived, Forget), messages),
]

# Invariants


def DelaysTypeOK(s):
    return (
        TypeOK(s)
        and s.delays in Range(0, Budget(s))
        and all(m in s.messages for m in s.arrived)
    )


Invariants = [DelaysTypeOK, ElectionSafety, LogMatching]
Witnesses = [LeaderElected, EntryCommitted]
