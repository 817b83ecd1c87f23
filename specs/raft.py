"""Raft (Ongaro, "Consensus: Bridging Theory and Practice", 2014, appendix B).

Read beside ``proofs/Raft.tla``. The proof-only history variables and message fields of the
appendix are left out.

Deviations: none
"""

from mc.lang import *

# CONSTANTS
Server: ModelValues
Value: ModelValues  # what clients may ask to put into the log
Follower: ModelValue  # server states
Candidate: ModelValue
Leader: ModelValue
Nil: ModelValue  # "voted for nobody"
RequestVoteRequest: ModelValue  # message types
RequestVoteResponse: ModelValue
AppendEntriesRequest: ModelValue
AppendEntriesResponse: ModelValue
MaxTerm: Natural  # bounds of the model, see Bounds
MaxLogLength: Natural
MaxMessages: Natural
MaxCopies: Natural

# A state within Bounds has successors one step beyond them, so domains reach one further.
Term = Range(1, MaxTerm + 1)
LastLogTerm = Range(0, MaxTerm + 1)
Index = Range(0, MaxLogLength + 1)
Entry = Record(term=Term, value=Value)

Message = Union(
    Record(
        mtype=RequestVoteRequest,
        mterm=Term,
        mlastLogTerm=LastLogTerm,
        mlastLogIndex=Index,
        msource=Server,
        mdest=Server,
    ),
    Record(
        mtype=RequestVoteResponse,
        mterm=Term,
        mvoteGranted=BOOLEAN,
        msource=Server,
        mdest=Server,
    ),
    Record(
        mtype=AppendEntriesRequest,
        mterm=Term,
        mprevLogIndex=Index,
        mprevLogTerm=LastLogTerm,
        mentries=Seq(Entry, 1),
        mcommitIndex=Index,
        msource=Server,
        mdest=Server,
    ),
    Record(
        mtype=AppendEntriesResponse,
        mterm=Term,
        msuccess=BOOLEAN,
        mmatchIndex=Index,
        msource=Server,
        mdest=Server,
    ),
)

# VARIABLES
# The messages in flight, with how many copies of each.
messages = Variable(Bag(Message, distinct=MaxMessages + 1, copies=MaxCopies + 1))
# The term that each server is in.
currentTerm = Variable(Fn(Server, Term))
# Follower, Candidate or Leader.
state = Variable(Fn(Server, Enum(Follower, Candidate, Leader)))
# Whom the server voted for in its current term.
votedFor = Variable(Fn(Server, Optional(Server, Nil)))
# The log of each server.
log = Variable(Fn(Server, Seq(Entry, MaxLogLength + 1)))
# The last entry that the server's state machine may apply.
commitIndex = Variable(Fn(Server, Index))
# Of candidates: who answered, and who granted its vote, in the current term.
votesResponded = Variable(Fn(Server, Set(Server)))
votesGranted = Variable(Fn(Server, Set(Server)))
# Of leaders: the next entry to send to each server, and the last one known to be there.
nextIndex = Variable(Fn(Server, Fn(Server, Range(0, MaxLogLength + 2))))
matchIndex = Variable(Fn(Server, Fn(Server, Index)))

# Helpers


def Quorum():
    return {q for q in Set(Server) if 2 * Cardinality(q) > Cardinality(Server)}


def LastTerm(xlog):
    return 0 if xlog == () else xlog[Len(xlog)].term


def WithMessage(m, msgs):
    return msgs + {m}


def WithoutMessage(m, msgs):
    return msgs - {m}


def Send(s, t, m):
    t.messages = WithMessage(m, s.messages)


def Discard(s, t, m):
    t.messages = WithoutMessage(m, s.messages)


def Reply(s, t, response, request):
    t.messages = WithoutMessage(request, WithMessage(response, s.messages))


# The rules that the safety of Raft hangs on, each a definition of its own so that a model can
# replace it by a broken one (see raft_mutants.py).


def UpToDate(s, i, m):
    """The log of the candidate that sent m is at least as up-to-date as that of server i."""
    return m.mlastLogTerm > LastTerm(s.log[i]) or (
        m.mlastLogTerm == LastTerm(s.log[i]) and m.mlastLogIndex >= Len(s.log[i])
    )


def MayVote(s, i, j):
    """Server i has not given its vote of this term to anybody but j."""
    return s.votedFor[i] in {Nil, j}


def LogOk(s, i, m):
    """The entry before those in m is in the log of server i, if there is one."""
    return m.mprevLogIndex == 0 or (
        m.mprevLogIndex in Range(1, Len(s.log[i]))
        and s.log[i][m.mprevLogIndex].term == m.mprevLogTerm
    )


def Committable(s, i, index):
    """Leader i may count replicas of this entry: it is of its own term."""
    return s.log[i][index].term == s.currentTerm[i]


def NewCommitIndex(s, i):
    """As far as leader i can tell that a quorum has its log."""
    agreeIndexes = {
        n
        for n in Range(1, Len(s.log[i]))
        if {i} | {k for k in Server if s.matchIndex[i][k] >= n} in Quorum()
    }
    if agreeIndexes == set():
        return s.commitIndex[i]
    return Max(agreeIndexes) if Committable(s, i, Max(agreeIndexes)) else s.commitIndex[i]


def BackUp(n):
    """Where to continue with a server that refused what it got from index n on."""
    return Max({n - 1, 1})


def Init(t):
    t.messages = {}
    t.currentTerm = {i: 1 for i in Server}
    t.state = {i: Follower for i in Server}
    t.votedFor = {i: Nil for i in Server}
    t.log = {i: () for i in Server}
    t.commitIndex = {i: 0 for i in Server}
    t.votesResponded = {i: set() for i in Server}
    t.votesGranted = {i: set() for i in Server}
    t.nextIndex = {i: {j: 1 for j in Server} for i in Server}
    t.matchIndex = {i: {j: 0 for j in Server} for i in Server}


# What a server does on its own


def Restart(s, t, i):
    """Server i restarts; only its term, its vote and its log survive."""
    t.state[i] = Follower
    t.commitIndex[i] = 0
    t.votesResponded[i] = set()
    t.votesGranted[i] = set()
    t.nextIndex[i] = {j: 1 for j in Server}
    t.matchIndex[i] = {j: 0 for j in Server}
    return True


def Timeout(s, t, i):
    """Server i starts an election; it will vote for itself by message."""
    if not s.state[i] in {Follower, Candidate}:
        return False
    t.currentTerm[i] = s.currentTerm[i] + 1
    t.state[i] = Candidate
    t.votedFor[i] = Nil
    t.votesResponded[i] = set()
    t.votesGranted[i] = set()
    return True


def RequestVote(s, t, i, j):
    """Candidate i asks j for its vote."""
    if not s.state[i] == Candidate:
        return False
    if j in s.votesResponded[i]:
        return False
    m = Message(
        mtype=RequestVoteRequest,
        mterm=s.currentTerm[i],
        mlastLogTerm=LastTerm(s.log[i]),
        mlastLogIndex=Len(s.log[i]),
        msource=i,
        mdest=j,
    )
    Send(s, t, m)
    return True


def BecomeLeader(s, t, i):
    """Candidate i has the votes of a quorum."""
    if not s.state[i] == Candidate:
        return False
    if not s.votesGranted[i] in Quorum():
        return False
    t.state[i] = Leader
    t.nextIndex[i] = {j: Len(s.log[i]) + 1 for j in Server}
    t.matchIndex[i] = {j: 0 for j in Server}
    return True


def ClientRequest(s, t, i, v):
    """A client asks leader i to append v."""
    if not s.state[i] == Leader:
        return False
    t.log[i] = Append(s.log[i], Entry(term=s.currentTerm[i], value=v))
    return True


def AdvanceCommitIndex(s, t, i):
    """Leader i commits what a quorum holds."""
    if not s.state[i] == Leader:
        return False
    t.commitIndex[i] = NewCommitIndex(s, i)
    return True


def AppendEntries(s, t, i, j):
    """Leader i sends j at most one entry."""
    if not i != j:
        return False
    if not s.state[i] == Leader:
        return False
    prevLogIndex = s.nextIndex[i][j] - 1
    prevLogTerm = 0 if prevLogIndex == 0 else s.log[i][prevLogIndex].term
    lastEntry = Min({s.nextIndex[i][j], Len(s.log[i])})
    m = Message(
        mtype=AppendEntriesRequest,
        mterm=s.currentTerm[i],
        mprevLogIndex=prevLogIndex,
        mprevLogTerm=prevLogTerm,
        mentries=SubSeq(s.log[i], s.nextIndex[i][j], lastEntry),
        mcommitIndex=Min({s.commitIndex[i], lastEntry}),
        msource=i,
        mdest=j,
    )
    Send(s, t, m)
    return True


# What server i does with message m from server j


def HandleRequestVoteRequest(s, t, i, j, m):
    if not m.mterm <= s.currentTerm[i]:
        return False
    grant = m.mterm == s.currentTerm[i] and UpToDate(s, i, m) and MayVote(s, i, j)
    if grant:
        t.votedFor[i] = j
    response = Message(
        mtype=RequestVoteResponse,
        mterm=s.currentTerm[i],
        mvoteGranted=grant,
        msource=i,
        mdest=j,
    )
    Reply(s, t, response, m)
    return True


def HandleRequestVoteResponse(s, t, i, j, m):
    if not m.mterm == s.currentTerm[i]:
        return False
    t.votesResponded[i] = s.votesResponded[i] | {j}
    if m.mvoteGranted:
        t.votesGranted[i] = s.votesGranted[i] | {j}
    Discard(s, t, m)
    return True


def RejectAppendEntriesRequest(s, t, i, j, m):
    if not (
        m.mterm < s.currentTerm[i]
        or (m.mterm == s.currentTerm[i] and s.state[i] == Follower and not LogOk(s, i, m))
    ):
        return False
    response = Message(
        mtype=AppendEntriesResponse,
        mterm=s.currentTerm[i],
        msuccess=False,
        mmatchIndex=0,
        msource=i,
        mdest=j,
    )
    Reply(s, t, response, m)
    return True


def ReturnToFollower(s, t, i, j, m):
    if not m.mterm == s.currentTerm[i]:
        return False
    if not s.state[i] == Candidate:
        return False
    t.state[i] = Follower
    return True


def AlreadyDone(s, t, i, j, m):
    index = m.mprevLogIndex + 1
    if not (
        m.mentries == ()
        or (m.mentries != () and Len(s.log[i]) >= index and s.log[i][index].term == m.mentries[1].term)
    ):
        return False
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


def Conflict(s, t, i, j, m):
    """Remove one entry; m stays, to be received again."""
    index = m.mprevLogIndex + 1
    if not m.mentries != ():
        return False
    if not Len(s.log[i]) >= index:
        return False
    if not s.log[i][index].term != m.mentries[1].term:
        return False
    t.log[i] = SubSeq(s.log[i], 1, Len(s.log[i]) - 1)
    return True


def NoConflict(s, t, i, j, m):
    """Append the entry; m stays, to be received again."""
    if not m.mentries != ():
        return False
    if not Len(s.log[i]) == m.mprevLogIndex:
        return False
    t.log[i] = Append(s.log[i], m.mentries[1])
    return True


def AcceptAppendEntriesRequest(s, t, i, j, m):
    if not m.mterm == s.currentTerm[i]:
        return False
    if not s.state[i] == Follower:
        return False
    if not LogOk(s, i, m):
        return False
    return AlreadyDone(s, t, i, j, m) or Conflict(s, t, i, j, m) or NoConflict(s, t, i, j, m)


def HandleAppendEntriesRequest(s, t, i, j, m):
    if not m.mterm <= s.currentTerm[i]:
        return False
    return (
        RejectAppendEntriesRequest(s, t, i, j, m)
        or ReturnToFollower(s, t, i, j, m)
        or AcceptAppendEntriesRequest(s, t, i, j, m)
    )


def HandleAppendEntriesResponse(s, t, i, j, m):
    if not m.mterm == s.currentTerm[i]:
        return False
    if m.msuccess:
        t.nextIndex[i][j] = m.mmatchIndex + 1
        t.matchIndex[i][j] = m.mmatchIndex
    else:
        t.nextIndex[i][j] = BackUp(s.nextIndex[i][j])
    Discard(s, t, m)
    return True


def UpdateTerm(s, t, i, j, m):
    """A newer term is adopted first; m stays, to be received again."""
    if not m.mterm > s.currentTerm[i]:
        return False
    t.currentTerm[i] = m.mterm
    t.state[i] = Follower
    t.votedFor[i] = Nil
    return True


def DropStaleResponse(s, t, i, j, m):
    if not m.mterm < s.currentTerm[i]:
        return False
    Discard(s, t, m)
    return True


def Receive(s, t, m):
    i = m.mdest
    j = m.msource
    return (
        UpdateTerm(s, t, i, j, m)
        or (m.mtype == RequestVoteRequest and HandleRequestVoteRequest(s, t, i, j, m))
        or (
            m.mtype == RequestVoteResponse
            and (DropStaleResponse(s, t, i, j, m) or HandleRequestVoteResponse(s, t, i, j, m))
        )
        or (m.mtype == AppendEntriesRequest and HandleAppendEntriesRequest(s, t, i, j, m))
        or (
            m.mtype == AppendEntriesResponse
            and (DropStaleResponse(s, t, i, j, m) or HandleAppendEntriesResponse(s, t, i, j, m))
        )
    )


# The network


def DuplicateMessage(s, t, m):
    Send(s, t, m)
    return True


def DropMessage(s, t, m):
    Discard(s, t, m)
    return True


Next = [
    (Restart, Server),
    (Timeout, Server),
    (RequestVote, Server, Server),
    (BecomeLeader, Server),
    (ClientRequest, Server, Value),
    (AdvanceCommitIndex, Server),
    (AppendEntries, Server, Server),
    (Receive, messages),
    (DuplicateMessage, messages),
    (DropMessage, messages),
]
Faults = [Restart, DuplicateMessage, DropMessage]

# The bounds of the model


def Bounds(s):
    return (
        all(s.currentTerm[i] <= MaxTerm for i in Server)
        and all(Len(s.log[i]) <= MaxLogLength for i in Server)
        and Cardinality(s.messages) <= MaxMessages
        and all(s.messages[m] <= MaxCopies for m in s.messages)
    )


Constraints = [Bounds]

# Invariants


def TypeOK(s):
    return (
        s.messages in Bag(Message, distinct=MaxMessages + 1, copies=MaxCopies + 1)
        and s.currentTerm in Fn(Server, Term)
        and s.state in Fn(Server, Enum(Follower, Candidate, Leader))
        and s.votedFor in Fn(Server, Optional(Server, Nil))
        and s.log in Fn(Server, Seq(Entry))
        and s.commitIndex in Fn(Server, Index)
        and s.votesResponded in Fn(Server, Set(Server))
        and s.votesGranted in Fn(Server, Set(Server))
        and s.nextIndex in Fn(Server, Fn(Server, Range(1)))
        and s.matchIndex in Fn(Server, Fn(Server, Index))
    )


def ElectionSafety(s):
    """At most one leader in a term."""
    return all(
        not (s.state[i] == Leader and s.state[j] == Leader and s.currentTerm[i] == s.currentTerm[j])
        for i in Server
        for j in Server
        if i != j
    )


def LogMatching(s):
    """Logs that hold an entry of the same index and term are equal up to there."""
    return all(
        s.log[i][k] == s.log[j][k]
        for i in Server
        for j in Server
        if i != j
        for n in Range(1, Min({Len(s.log[i]), Len(s.log[j])}))
        if s.log[i][n].term == s.log[j][n].term
        for k in Range(1, n)
    )


def OneLeader(s):
    """At most one leader, whatever the terms. Raft does not promise it, and it is in no table."""
    return all(not (s.state[i] == Leader and s.state[j] == Leader) for i in Server for j in Server if i != j)


Invariants = [TypeOK, ElectionSafety, LogMatching]
Explanations = {
    ElectionSafety: "{i} and {j} are both Leader in term {s.currentTerm[i]}; the votes of {i}: {s.votesGranted[i]}, "
    "of {j}: {s.votesGranted[j]}",
    LogMatching: "{i} and {j} hold an entry of term {s.log[i][n].term} at index {n}, but at index {k} "
    "{i} has {s.log[i][k]}, {j} has {s.log[j][k]}",
}

# Witnesses: states that must be reachable


def LeaderElected(s):
    return any(s.state[i] == Leader for i in Server)


def EntryCommitted(s):
    return any(s.commitIndex[i] > 0 for i in Server)


def LogsConflict(s):
    return any(
        s.log[i][n].term != s.log[j][n].term
        for i in Server
        for j in Server
        for n in Range(1, Min({Len(s.log[i]), Len(s.log[j])}))
    )


Witnesses = [LeaderElected, EntryCommitted, LogsConflict]
