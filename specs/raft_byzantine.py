"""Raft with one server that does not keep to the protocol.

Raft is made for servers that crash, not for servers that lie. The faulty server does all that an honest one
may do, and what the model switches on besides: it votes for everybody who asks, or, leading a term that it
was duly elected for, it sends entries that are not in its log. The invariants speak of the honest servers
only. That the faulty server is silent is a constraint: no message of its own is ever in flight.

Read beside ``proofs/RaftByzantine.tla``.

Deviations: none
"""

from mc.lang import *
from raft import *

# CONSTANTS
Faulty: ModelValue  # one of the servers
VotesTwice: Boolean  # whether it votes for everybody
Forges: Boolean  # whether it sends forged entries


def Honest():
    return {i for i in Server if i != Faulty}


# What only the faulty server does


def VoteForAll(s, t, m):
    """It grants the vote that it is asked for, whatever its own term, vote and log."""
    if not VotesTwice:
        return False
    if not m.mtype == RequestVoteRequest:
        return False
    if not m.mdest == Faulty:
        return False
    response = Message(
        mtype=RequestVoteResponse,
        mterm=m.mterm,
        mvoteGranted=True,
        msource=Faulty,
        mdest=m.msource,
    )
    Reply(s, t, response, m)
    return True


def Forge(s, t, j, v):
    """As a leader it sends j the next entry with v in the place of its value, and says that it is committed."""
    if not Forges:
        return False
    if not j != Faulty:
        return False
    if not s.state[Faulty] == Leader:
        return False
    if not s.nextIndex[Faulty][j] <= Len(s.log[Faulty]):
        return False
    index = s.nextIndex[Faulty][j]
    m = Message(
        mtype=AppendEntriesRequest,
        mterm=s.currentTerm[Faulty],
        mprevLogIndex=index - 1,
        mprevLogTerm=0 if index == 1 else s.log[Faulty][index - 1].term,
        mentries=(Entry(term=s.log[Faulty][index].term, value=v),),
        mcommitIndex=index,
        msource=Faulty,
        mdest=j,
    )
    Send(s, t, m)
    return True


ByzantineNext = [*Next, (VoteForAll, messages), (Forge, Server, Value)]

# Further bounds: the faulty server is silent; who stands for election


def Silent(s):
    return all(m.msource != Faulty for m in s.messages)


def OnlyHonestStand(s):
    return s.state[Faulty] == Follower


def OnlyFaultyStands(s):
    return all(s.state[i] == Follower for i in Honest())


# Invariants


def HonestElectionSafety(s):
    """At most one honest leader in a term."""
    return all(
        not (s.state[i] == Leader and s.state[j] == Leader and s.currentTerm[i] == s.currentTerm[j])
        for i in Honest()
        for j in Honest()
        if i != j
    )


def HonestLogMatching(s):
    """Log Matching among the honest servers."""
    return all(
        s.log[i][k] == s.log[j][k]
        for i in Honest()
        for j in Honest()
        for n in Range(1, Min({Len(s.log[i]), Len(s.log[j])}))
        if s.log[i][n].term == s.log[j][n].term
        for k in Range(1, n)
    )


def HonestStateMachineSafety(s):
    """No two honest servers may at this time apply different entries at one index."""
    return all(
        s.log[i][k] == s.log[j][k]
        for i in Honest()
        for j in Honest()
        for k in Range(1, Min({s.commitIndex[i], s.commitIndex[j], Len(s.log[i]), Len(s.log[j])}))
    )


def NoLeader(s):
    """Nobody is ever elected: what a cluster without a quorum comes to."""
    return all(s.state[i] != Leader for i in Server)


Invariants = [TypeOK, HonestElectionSafety, HonestLogMatching, HonestStateMachineSafety]

# Witnesses: states that must be reachable


def HonestLeader(s):
    return any(s.state[i] == Leader for i in Honest())


def HonestCommit(s):
    """An honest leader has an entry of its own committed."""
    return any(s.state[i] == Leader and s.commitIndex[i] > 0 for i in Honest())


Witnesses = [LeaderElected, EntryCommitted]
