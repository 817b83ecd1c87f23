"""Raft as the first listing has it: nodes that call each other, and wait for the answer.

Read beside ``proofs/RaftListing.tla``. A call is one step: the handler runs at the peer, and the caller has
the answer. Between two of its calls a caller may itself be called. A call may fail, and its request may
still arrive later. The four parts of the listing are ``HandleRequestVote`` (C1), ``HandleAppendEntries``
(C2), ``Propose`` with ``SendEntry`` and ``EndProposal`` (C3), ``StartElection`` with ``AskVote`` and
``EndElection`` (C4).

The log here has no dummy entry at index 0; an entry has the index that it has in the listing. The set
``committed`` is no part of the listing: it remembers what has ever been committed.

Where the listing leaves something open the reading is the one that is kindest to it:

- Nodes do not crash; a node that does not answer is one whose calls fail.
- A caller gives up when it is no longer candidate or leader of the term in which it began
  (``StillCalling``). Its requests carry that term.
- Each node calls its peers in an order of its own. All that fail may therefore stand at the end.
- A node has one election or one proposal under way at a time, and a leader starts no elections.
- "At least its own" compares last terms first, and indexes when they are equal, as the paper does.
- nextIndex is set to the end of the log when a node becomes leader and after each success, and is left
  alone after a failure.
- The leader counts itself among those that have its entry.

Deviations: none
"""

from mc.lang import *

# CONSTANTS
Node: ModelValues
Value: ModelValues  # what clients may propose
Nil: ModelValue  # "voted for nobody"
MaxTerm: Natural  # bounds of the model, see Bounds
MaxLogLength: Natural
MaxLate: Natural

# A state within Bounds has successors one step beyond them, so domains reach one further.
Term = Range(0, MaxTerm + 1)
Index = Range(0, MaxLogLength + 1)
Entry = Record(term=Term, value=Value)

Request = Union(
    Record(
        type="RequestVote",
        dest=Node,
        term=Term,
        candidate=Node,
        lastLogIndex=Index,
        lastLogTerm=Term,
    ),
    Record(
        type="AppendEntries",
        dest=Node,
        term=Term,
        prevLogIndex=Index,
        prevLogTerm=Term,
        entries=Seq(Entry, MaxLogLength + 1),
        leaderCommit=Index,
    ),
)

# A node of that term has known the entry to be committed at that index.
Commit = Record(index=Range(1, MaxLogLength + 1), entry=Entry, term=Term)

# VARIABLES
currentTerm = Variable(Fn(Node, Term))
role = Variable(Fn(Node, Enum("follower", "candidate", "leader")))
votedFor = Variable(Fn(Node, Optional(Node, Nil)))
log = Variable(Fn(Node, Seq(Entry, MaxLogLength + 1)))
commitIndex = Variable(Fn(Node, Index))
nextIndex = Variable(Fn(Node, Fn(Node, Range(0, MaxLogLength + 2))))
# What a node is in the middle of, and the term in which it began.
task = Variable(Fn(Node, Enum("none", "election", "proposal")))
callTerm = Variable(Fn(Node, Term))
# The peers that it has still to call, and how many, with itself, have said yes.
waiting = Variable(Fn(Node, Set(Node)))
yes = Variable(Fn(Node, Range(0, Cardinality(Node))))
# Requests of failed calls that may still arrive.
late = Variable(Set(Request, MaxLate + 1))
# A set of records Commit.
committed = Variable(Set(Commit))

# Helpers


def TermAt(xlog, k):
    """The dummy entry, and any entry that is not there, has term 0."""
    return xlog[k].term if k in Range(1, Len(xlog)) else 0


def Majority():
    """(peers + 1) / 2 + 1"""
    return Cardinality(Node) // 2 + 1


def Remember(s, xlog, n, term):
    """Of the records that differ in the term only, the earliest says it all."""
    known = s.committed | {
        Commit(index=k, entry=xlog[k], term=term) for k in Range(1, Min({n, Len(xlog)}))
    }
    return {
        c
        for c in known
        if all(c.term <= d.term for d in known if d.index == c.index and d.entry == c.entry)
    }


# Rules of the listing, each a definition of its own so that a model can replace it by that of the
# paper or by another reading (see raft_listing_variants.py).


def TermAccepted(s, m):
    """C1: any term will do for a vote."""
    return True


def RoleAfterAppend(s, m):
    """C2: a node that gets entries stays what it is, also when their term is higher than its own."""
    return s.role[m.dest]


def CommitAfterAppend(s, m, xlog):
    """C2: as far as the leader has committed, or to the end of the log that now is xlog."""
    return Min({m.leaderCommit, Len(xlog)})


def EntriesFor(s, i, j):
    """C3: only the last entry is sent."""
    return SubSeq(s.log[i], Len(s.log[i]), Len(s.log[i]))


def NextAfterRefusal(s, i, j):
    """C3: leader i does not go back for peer j."""
    return s.nextIndex[i][j]


def EnoughAcks(n):
    """C3: n nodes have the entry."""
    return n >= Majority()


def StillCalling(s, i):
    """C4, C3: the election or the proposal that node i is in the middle of is not obsolete."""
    return s.currentTerm[i] == s.callTerm[i] and s.role[i] == (
        "candidate" if s.task[i] == "election" else "leader"
    )


def Init(t):
    t.currentTerm = {i: 0 for i in Node}
    t.role = {i: "follower" for i in Node}
    t.votedFor = {i: Nil for i in Node}
    t.log = {i: () for i in Node}
    t.commitIndex = {i: 0 for i in Node}
    t.nextIndex = {i: {j: 1 for j in Node} for i in Node}
    t.task = {i: "none" for i in Node}
    t.callTerm = {i: 0 for i in Node}
    t.waiting = {i: set() for i in Node}
    t.yes = {i: 0 for i in Node}
    t.late = set()
    t.committed = set()


# Handlers: what node m.dest does with request m, and what it answers


def UpToDate(s, m):
    j = m.dest
    return m.lastLogTerm > TermAt(s.log[j], Len(s.log[j])) or (
        m.lastLogTerm == TermAt(s.log[j], Len(s.log[j])) and m.lastLogIndex >= Len(s.log[j])
    )


def VoteGranted(s, m):
    j = m.dest
    return (
        TermAccepted(s, m)
        and (m.term > s.currentTerm[j] or s.votedFor[j] in {Nil, m.candidate})
        and UpToDate(s, m)
    )


def HandleRequestVote(s, t, m):
    j = m.dest
    if m.term > s.currentTerm[j]:
        t.currentTerm[j] = m.term
        t.role[j] = "follower"
    if VoteGranted(s, m):
        t.votedFor[j] = m.candidate
    elif m.term > s.currentTerm[j]:
        t.votedFor[j] = Nil


def EntriesAccepted(s, m):
    j = m.dest
    return (
        m.term >= s.currentTerm[j]
        and m.prevLogIndex <= Len(s.log[j])
        and m.prevLogTerm == TermAt(s.log[j], m.prevLogIndex)
    )


def Written(xlog, m):
    """What xlog is with the entries of m; what follows them stays unless one of them was in conflict."""
    last = m.prevLogIndex + Len(m.entries)
    conflict = any(
        xlog[k].term != m.entries[k - m.prevLogIndex].term
        for k in Range(m.prevLogIndex + 1, Min({last, Len(xlog)}))
    )
    rest = () if conflict else SubSeq(xlog, last + 1, Len(xlog))
    return SubSeq(xlog, 1, m.prevLogIndex) + m.entries + rest


def HandleAppendEntries(s, t, m):
    j = m.dest
    xlog = Written(s.log[j], m) if EntriesAccepted(s, m) else s.log[j]
    commit = CommitAfterAppend(s, m, xlog) if EntriesAccepted(s, m) else s.commitIndex[j]
    if m.term > s.currentTerm[j]:
        t.currentTerm[j] = m.term
        t.votedFor[j] = Nil
    if m.term >= s.currentTerm[j]:
        t.role[j] = RoleAfterAppend(s, m)
    t.log[j] = xlog
    t.commitIndex[j] = commit
    t.committed = Remember(s, xlog, commit, Max({m.term, s.currentTerm[j]}))


# The end of an election or a proposal


def Finish(s, t, i):
    t.task[i] = "none"
    t.callTerm[i] = 0
    t.waiting[i] = set()
    t.yes[i] = 0


# Elections


def StartElection(s, t, i):
    """Node i votes for itself."""
    if not s.task[i] == "none":
        return False
    if not s.role[i] != "leader":
        return False
    t.currentTerm[i] = s.currentTerm[i] + 1
    t.role[i] = "candidate"
    t.votedFor[i] = i
    t.task[i] = "election"
    t.callTerm[i] = s.currentTerm[i] + 1
    t.waiting[i] = Node - {i}
    t.yes[i] = 1
    return True


def VoteRequest(s, i, j):
    return Request(
        type="RequestVote",
        dest=j,
        term=s.callTerm[i],
        candidate=i,
        lastLogIndex=Len(s.log[i]),
        lastLogTerm=TermAt(s.log[i], Len(s.log[i])),
    )


def AskVote(s, t, i, j):
    """Node i calls j, and has its answer."""
    if not s.task[i] == "election":
        return False
    if not j in s.waiting[i]:
        return False
    if not StillCalling(s, i):
        return False
    m = VoteRequest(s, i, j)
    HandleRequestVote(s, t, m)
    t.waiting[i] = s.waiting[i] - {j}
    if VoteGranted(s, m):
        t.yes[i] = s.yes[i] + 1
    return True


def EndElection(s, t, i):
    """Calls not made yet have failed."""
    if not s.task[i] == "election":
        return False
    if StillCalling(s, i) and s.yes[i] >= Majority():
        t.role[i] = "leader"
        t.nextIndex[i] = {j: Len(s.log[i]) + 1 for j in Node}
    else:
        t.role[i] = "follower"
    Finish(s, t, i)
    return True


# Proposals


def Propose(s, t, i, v):
    """Leader i appends v to its own log."""
    if not s.task[i] == "none":
        return False
    if not s.role[i] == "leader":
        return False
    t.log[i] = Append(s.log[i], Entry(term=s.currentTerm[i], value=v))
    t.task[i] = "proposal"
    t.callTerm[i] = s.currentTerm[i]
    t.waiting[i] = Node - {i}
    t.yes[i] = 1
    return True


def AppendRequest(s, i, j):
    return Request(
        type="AppendEntries",
        dest=j,
        term=s.callTerm[i],
        prevLogIndex=s.nextIndex[i][j] - 1,
        prevLogTerm=TermAt(s.log[i], s.nextIndex[i][j] - 1),
        entries=EntriesFor(s, i, j),
        leaderCommit=s.commitIndex[i],
    )


def SendEntry(s, t, i, j):
    """Node i calls j, and has its answer."""
    if not s.task[i] == "proposal":
        return False
    if not j in s.waiting[i]:
        return False
    if not StillCalling(s, i):
        return False
    m = AppendRequest(s, i, j)
    HandleAppendEntries(s, t, m)
    t.waiting[i] = s.waiting[i] - {j}
    if EntriesAccepted(s, m):
        t.yes[i] = s.yes[i] + 1
        t.nextIndex[i][j] = Len(s.log[i]) + 1
    else:
        t.nextIndex[i][j] = NextAfterRefusal(s, i, j)
    return True


def EndProposal(s, t, i):
    """Calls not made yet have failed."""
    if not s.task[i] == "proposal":
        return False
    if StillCalling(s, i) and EnoughAcks(s.yes[i]):
        t.commitIndex[i] = Len(s.log[i])
        t.committed = Remember(s, s.log[i], Len(s.log[i]), s.currentTerm[i])
    Finish(s, t, i)
    return True


# Calls that fail, and their requests


def DelayCall(s, t, i, j):
    """The call fails for node i, but j may still get the request."""
    if not j in s.waiting[i]:
        return False
    if not StillCalling(s, i):
        return False
    t.waiting[i] = s.waiting[i] - {j}
    t.late = s.late | {VoteRequest(s, i, j) if s.task[i] == "election" else AppendRequest(s, i, j)}
    return True


def DeliverVoteRequest(s, t, m):
    """Nobody waits for the answer."""
    if not m.type == "RequestVote":
        return False
    HandleRequestVote(s, t, m)
    t.late = s.late - {m}
    return True


def DeliverAppendRequest(s, t, m):
    """Nobody waits for the answer."""
    if not m.type == "AppendEntries":
        return False
    HandleAppendEntries(s, t, m)
    t.late = s.late - {m}
    return True


Next = [
    (StartElection, Node),
    (AskVote, Node, Node),
    (EndElection, Node),
    (Propose, Node, Value),
    (SendEntry, Node, Node),
    (EndProposal, Node),
    (DelayCall, Node, Node),
    (DeliverVoteRequest, late),
    (DeliverAppendRequest, late),
]
Faults = [DelayCall]

# The bounds of the model


def Bounds(s):
    return (
        all(s.currentTerm[i] <= MaxTerm for i in Node)
        and all(Len(s.log[i]) <= MaxLogLength for i in Node)
        and Cardinality(s.late) <= MaxLate
    )


Constraints = [Bounds]

# Invariants


def TypeOK(s):
    return (
        s.currentTerm in Fn(Node, Term)
        and s.role in Fn(Node, Enum("follower", "candidate", "leader"))
        and s.votedFor in Fn(Node, Optional(Node, Nil))
        and s.log in Fn(Node, Seq(Entry))
        and s.commitIndex in Fn(Node, Index)
        and all(s.commitIndex[i] <= Len(s.log[i]) for i in Node)
        and s.nextIndex in Fn(Node, Fn(Node, Range(1)))
        and s.task in Fn(Node, Enum("none", "election", "proposal"))
        and s.callTerm in Fn(Node, Term)
        and s.waiting in Fn(Node, Set(Node))
        and s.yes in Fn(Node, Range(0, Cardinality(Node)))
        and s.late in Set(Request)
        and s.committed in Set(Commit)
    )


def ElectionSafety(s):
    """At most one leader in a term."""
    return all(
        not (s.role[i] == "leader" and s.role[j] == "leader" and s.currentTerm[i] == s.currentTerm[j])
        for i in Node
        for j in Node
        if i != j
    )


def LogMatching(s):
    """Logs that hold an entry of the same index and term are equal up to there."""
    return all(
        s.log[i][k] == s.log[j][k]
        for i in Node
        for j in Node
        if i != j
        for n in Range(1, Min({Len(s.log[i]), Len(s.log[j])}))
        if s.log[i][n].term == s.log[j][n].term
        for k in Range(1, n)
    )


def LeaderCompleteness(s):
    """Whatever was committed before a leader's term is in that leader's log."""
    return all(
        c.index <= Len(s.log[i]) and s.log[i][c.index] == c.entry
        for i in Node
        for c in s.committed
        if s.role[i] == "leader" and c.term < s.currentTerm[i]
    )


def StateMachineSafety(s):
    """At no index have two different entries ever been committed."""
    return all(c.entry == d.entry for c in s.committed for d in s.committed if c.index == d.index)


Invariants = [TypeOK, ElectionSafety, LogMatching, LeaderCompleteness, StateMachineSafety]

# Witnesses: states that must be reachable


def LeaderElected(s):
    return any(s.role[i] == "leader" for i in Node)


def EntryCommitted(s):
    return any(s.commitIndex[i] > 0 for i in Node)


def LogsConflict(s):
    return any(
        s.log[i][n].term != s.log[j][n].term
        for i in Node
        for j in Node
        for n in Range(1, Min({Len(s.log[i]), Len(s.log[j])}))
    )


def CallerDeposed(s):
    """A node in the middle of an election or a proposal has met a higher term."""
    return any(s.task[i] != "none" and s.currentTerm[i] > s.callTerm[i] for i in Node)


Witnesses = [LeaderElected, EntryCommitted, LogsConflict, CallerDeposed]
