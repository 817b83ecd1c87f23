"""Raft with a memory of what has ever been committed.

Leader Completeness and State Machine Safety speak of the past, so the past is a variable: part of the
state, and therefore sound. Read beside ``proofs/RaftHistory.tla``.

Deviations:
    CommittedNow: looks at the state after the action, which is the primed one in the .tla and s here
"""

from mc.lang import *
from raft import *

# A server of that term has known the entry to be committed at that index.
Commit = Record(index=Range(1, MaxLogLength + 1), entry=Entry, term=Term)

# VARIABLES
# A set of such records.
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
    return TypeOK(s) and s.committed in Set(Commit)


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
Explanations = {
    **Explanations,
    LeaderCompleteness: "{c.entry} was committed at index {c.index} in term {c.term}, and the log "
    "of {i}, which leads in term {s.currentTerm[i]}, is {s.log[i]}",
    StateMachineSafety: "{c.entry} and {d.entry} were both committed at index {c.index}",
}
