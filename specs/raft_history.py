"""Raft with a memory of what has ever been committed.

Leader Completeness and State Machine Safety speak of the past, so the past is a variable: part of the
state, and therefore sound. Read beside ``proofs/RaftHistory.tla``.

Deviations:
    HistoryNext: Then(action, Remember) stands for the ten definitions RestartH, ..., DropMessageH
"""

from mc.lang import *
from raft import *

# What a server of some term has known to be committed at an index.
Commit = Record(index=Range(1, MaxLogLength + 1), entry=Entry, term=Term)

# VARIABLES
committed = Variable(Set(Commit))


def CommittedNow(s):
    return {
        Commit(index=k, entry=s.log[i][k], term=s.currentTerm[i])
        for i in Server
        for k in Range(1, Min({s.commitIndex[i], Len(s.log[i])}))
    }


def Remember(s, t):
    """Of the records that differ in the term only, the earliest says it all."""
    known = s.committed | CommittedNow(s)
    t.committed = {
        c
        for c in known
        if all(c.term <= d.term for d in known if d.index == c.index and d.entry == c.entry)
    }


def HistoryInit(t):
    Init(t)
    t.committed = set()


HistoryNext = [(Then(action, Remember), *domains) for action, *domains in Next]

# Invariants


def HistoryTypeOK(s):
    return TypeOK(s) and s.committed in Set(Record(index=Range(1), entry=Entry, term=Range(1)))


def LeaderCompleteness(s):
    """Whatever was committed before a leader's term is in that leader's log."""
    return all(
        c.index <= Len(s.log[i]) and s.log[i][c.index] == c.entry
        for i in Server
        for c in s.committed
        if s.state[i] == Leader and c.term < s.currentTerm[i]
    )


def StateMachineSafety(s):
    """At no index have two different entries ever been committed."""
    return all(c.entry == d.entry for c in s.committed for d in s.committed if c.index == d.index)


Invariants = [HistoryTypeOK, ElectionSafety, LogMatching, LeaderCompleteness, StateMachineSafety]
