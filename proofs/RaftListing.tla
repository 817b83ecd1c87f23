---------------------------- MODULE RaftListing -----------------------------
\* Raft as the first listing has it: nodes that call each other, and wait for
\* the answer.  A call is one step: the handler runs at the peer, and the
\* caller has the answer.  Between two of its calls a caller may itself be
\* called.  A call may fail, and its request may still arrive later.
\*
\* Where the listing leaves something open the reading is the one that is
\* kindest to it.  Nodes do not crash.  A caller gives up when it is no longer
\* candidate or leader of the term in which it began.  Each node calls its
\* peers in an order of its own, so that all calls that fail may stand at the
\* end of it.

EXTENDS Naturals, FiniteSets, Sequences

CONSTANTS
    Node,                           \* the cluster
    Value,                          \* what clients may propose
    Nil,                            \* "has not voted"
    MaxTerm, MaxLogLength, MaxLate  \* used by Bounds only

\* What values look like.

Term == Nat

\* Without the listing's dummy entry at index 0 the first entry has index 1.
Index == Nat

Entry == [term : Term, value : Value]

Request ==
    [type         : {"RequestVote"},
     dest         : Node,
     term         : Term,
     candidate    : Node,
     lastLogIndex : Index,
     lastLogTerm  : Term]
    \cup
    [type         : {"AppendEntries"},
     dest         : Node,
     term         : Term,
     prevLogIndex : Index,
     prevLogTerm  : Term,
     entries      : Seq(Entry),
     leaderCommit : Index]

\* A node of that term has known the entry to be committed at that index.
Commit == [index : Nat \ {0}, entry : Entry, term : Term]

VARIABLES
    currentTerm,
    role,           \* of each node: "follower", "candidate" or "leader"
    votedFor,       \* a node, or Nil
    log,            \* sequence of entries
    commitIndex,
    nextIndex,      \* leaders: one more than what each peer is known to have
    task,           \* what a node is in the middle of:
                    \* "none", "election" or "proposal"
    callTerm,       \* the term in which it began that
    waiting,        \* the peers that it has still to call
    yes,            \* how many, with itself, have said yes
    late,           \* set of requests of failed calls that may still arrive
    committed       \* set of all that has ever been committed; not a part of
                    \* the listing

nodeVars == <<currentTerm, role, votedFor>>
logVars == <<log, commitIndex, committed>>
callVars == <<task, callTerm, waiting, yes>>

vars == <<nodeVars, logVars, nextIndex, callVars, late>>

-----------------------------------------------------------------------------
\* Helpers.  The smallest and the largest number of a set that is not empty:

Min(s) == CHOOSE low \in s : \A x \in s : low <= x

Max(s) == CHOOSE high \in s : \A x \in s : high >= x

\* The dummy entry, and any entry that is not there, has term 0.
TermAt(xlog, k) == IF k \in 1..Len(xlog) THEN xlog[k].term ELSE 0

\* In the listing: (peers + 1) / 2 + 1.
Majority == (Cardinality(Node) \div 2) + 1

\* The first n entries of xlog are committed, as a node of that term knows.  Of
\* the records that differ in nothing but the term the earliest says it all.
Remember(xlog, n, term) ==
    LET new == {[index |-> k, entry |-> xlog[k], term |-> term] :
                    k \in 1..Min({n, Len(xlog)})}
        known == committed \cup new
    IN  {c \in known : \A d \in known :
            /\ d.index = c.index
            /\ d.entry = c.entry
            => c.term <= d.term}

-----------------------------------------------------------------------------
\* Rules of the listing, each a definition of its own so that a model can
\* replace it by that of the paper or by another reading (see
\* RaftListingVariants).

\* C1: any term will do for a vote.
TermAccepted(m) == TRUE

\* C2: a node that gets entries stays what it is, also when their term is
\* higher than its own.
RoleAfterAppend(m) == role[m.dest]

\* C2: as far as the leader has committed, or to the end of the log that now is
\* xlog.
CommitAfterAppend(m, xlog) == Min({m.leaderCommit, Len(xlog)})

\* C3: only the last entry is sent.
EntriesFor(i, j) == SubSeq(log[i], Len(log[i]), Len(log[i]))

\* C3: leader i does not go back for peer j.
NextAfterRefusal(i, j) == nextIndex[i][j]

\* C3: n nodes have the entry.
EnoughAcks(n) == n >= Majority

\* C4, C3: the election or the proposal that node i is in the middle of is not
\* obsolete.
StillCalling(i) ==
    /\ currentTerm[i] = callTerm[i]
    /\ role[i] = IF task[i] = "election" THEN "candidate" ELSE "leader"

-----------------------------------------------------------------------------
Init ==
    /\ currentTerm = [i \in Node |-> 0]
    /\ role = [i \in Node |-> "follower"]
    /\ votedFor = [i \in Node |-> Nil]
    /\ log = [i \in Node |-> <<>>]
    /\ commitIndex = [i \in Node |-> 0]
    /\ nextIndex = [i \in Node |-> [j \in Node |-> 1]]
    /\ task = [i \in Node |-> "none"]
    /\ callTerm = [i \in Node |-> 0]
    /\ waiting = [i \in Node |-> {}]
    /\ yes = [i \in Node |-> 0]
    /\ late = {}
    /\ committed = {}

-----------------------------------------------------------------------------
\* Handlers: what node m.dest does with request m, and what it answers.

\* The candidate's log is at least as good as that of m.dest.  The listing
\* compares "term and index"; that means here what it means in the paper.
UpToDate(m) ==
    LET xlog == log[m.dest]
        lastTerm == TermAt(xlog, Len(xlog))
    IN  \/ m.lastLogTerm > lastTerm
        \/ /\ m.lastLogTerm = lastTerm
           /\ m.lastLogIndex >= Len(xlog)

\* A vote of a lower term is cleared first.
VoteGranted(m) ==
    LET j == m.dest
    IN  /\ TermAccepted(m)
        /\ \/ m.term > currentTerm[j]
           \/ votedFor[j] \in {Nil, m.candidate}
        /\ UpToDate(m)

HandleRequestVote(m) ==
    LET j == m.dest
        higher == m.term > currentTerm[j]
    IN  /\ currentTerm' = [currentTerm EXCEPT ![j] = IF higher THEN m.term ELSE @]
        /\ role' = [role EXCEPT ![j] = IF higher THEN "follower" ELSE @]
        /\ votedFor' = [votedFor EXCEPT ![j] = IF VoteGranted(m) THEN m.candidate
                                               ELSE IF higher THEN Nil
                                               ELSE @]

EntriesAccepted(m) ==
    LET j == m.dest
    IN  /\ m.term >= currentTerm[j]
        /\ m.prevLogIndex <= Len(log[j])
        /\ m.prevLogTerm = TermAt(log[j], m.prevLogIndex)

\* What xlog is with the entries of m.  The entries that follow them stay
\* unless one of m's was in conflict with xlog.
Written(xlog, m) ==
    LET last == m.prevLogIndex + Len(m.entries)
        conflict == \E k \in (m.prevLogIndex + 1)..Min({last, Len(xlog)}) :
                        xlog[k].term /= m.entries[k - m.prevLogIndex].term
        rest == IF conflict THEN <<>> ELSE SubSeq(xlog, last + 1, Len(xlog))
    IN  SubSeq(xlog, 1, m.prevLogIndex) \o m.entries \o rest

HandleAppendEntries(m) ==
    LET j == m.dest
        higher == m.term > currentTerm[j]
        xlog == IF EntriesAccepted(m) THEN Written(log[j], m) ELSE log[j]
        commit == IF EntriesAccepted(m) THEN CommitAfterAppend(m, xlog)
                  ELSE commitIndex[j]
    IN  /\ currentTerm' = [currentTerm EXCEPT ![j] = IF higher THEN m.term ELSE @]
        /\ votedFor' = [votedFor EXCEPT ![j] = IF higher THEN Nil ELSE @]
        /\ role' = [role EXCEPT ![j] = IF m.term >= currentTerm[j]
                                       THEN RoleAfterAppend(m)
                                       ELSE @]
        /\ log' = [log EXCEPT ![j] = xlog]
        /\ commitIndex' = [commitIndex EXCEPT ![j] = commit]
        /\ committed' = Remember(xlog, commit, Max({m.term, currentTerm[j]}))

-----------------------------------------------------------------------------
\* The end of an election or a proposal.

Finish(i) ==
    /\ task' = [task EXCEPT ![i] = "none"]
    /\ callTerm' = [callTerm EXCEPT ![i] = 0]
    /\ waiting' = [waiting EXCEPT ![i] = {}]
    /\ yes' = [yes EXCEPT ![i] = 0]

-----------------------------------------------------------------------------
\* Elections.

\* Node i votes for itself.
StartElection(i) ==
    /\ task[i] = "none"
    /\ role[i] /= "leader"
    /\ currentTerm' = [currentTerm EXCEPT ![i] = @ + 1]
    /\ role' = [role EXCEPT ![i] = "candidate"]
    /\ votedFor' = [votedFor EXCEPT ![i] = i]
    /\ task' = [task EXCEPT ![i] = "election"]
    /\ callTerm' = [callTerm EXCEPT ![i] = currentTerm[i] + 1]
    /\ waiting' = [waiting EXCEPT ![i] = Node \ {i}]
    /\ yes' = [yes EXCEPT ![i] = 1]
    /\ UNCHANGED <<logVars, nextIndex, late>>

VoteRequest(i, j) ==
    [type         |-> "RequestVote",
     dest         |-> j,
     term         |-> callTerm[i],
     candidate    |-> i,
     lastLogIndex |-> Len(log[i]),
     lastLogTerm  |-> TermAt(log[i], Len(log[i]))]

\* Node i calls j, and has its answer.
AskVote(i, j) ==
    /\ task[i] = "election"
    /\ j \in waiting[i]
    /\ StillCalling(i)
    /\ LET m == VoteRequest(i, j)
       IN  /\ HandleRequestVote(m)
           /\ waiting' = [waiting EXCEPT ![i] = @ \ {j}]
           /\ yes' = [yes EXCEPT ![i] = IF VoteGranted(m) THEN @ + 1 ELSE @]
    /\ UNCHANGED <<logVars, nextIndex, task, callTerm, late>>

\* Calls not made yet have failed.
EndElection(i) ==
    /\ task[i] = "election"
    /\ LET won == StillCalling(i) /\ yes[i] >= Majority
       IN  /\ role' = [role EXCEPT ![i] = IF won THEN "leader" ELSE "follower"]
           /\ nextIndex' = IF won
                           THEN [nextIndex EXCEPT ![i] =
                                     [j \in Node |-> Len(log[i]) + 1]]
                           ELSE nextIndex
    /\ Finish(i)
    /\ UNCHANGED <<currentTerm, votedFor, logVars, late>>

-----------------------------------------------------------------------------
\* Proposals.

\* Leader i appends v to its own log.
Propose(i, v) ==
    /\ task[i] = "none"
    /\ role[i] = "leader"
    /\ log' = [log EXCEPT ![i] = Append(@, [term  |-> currentTerm[i],
                                            value |-> v])]
    /\ task' = [task EXCEPT ![i] = "proposal"]
    /\ callTerm' = [callTerm EXCEPT ![i] = currentTerm[i]]
    /\ waiting' = [waiting EXCEPT ![i] = Node \ {i}]
    /\ yes' = [yes EXCEPT ![i] = 1]
    /\ UNCHANGED <<nodeVars, commitIndex, committed, nextIndex, late>>

AppendRequest(i, j) ==
    [type         |-> "AppendEntries",
     dest         |-> j,
     term         |-> callTerm[i],
     prevLogIndex |-> nextIndex[i][j] - 1,
     prevLogTerm  |-> TermAt(log[i], nextIndex[i][j] - 1),
     entries      |-> EntriesFor(i, j),
     leaderCommit |-> commitIndex[i]]

\* Node i calls j, and has its answer.
SendEntry(i, j) ==
    /\ task[i] = "proposal"
    /\ j \in waiting[i]
    /\ StillCalling(i)
    /\ LET m == AppendRequest(i, j)
       IN  /\ HandleAppendEntries(m)
           /\ waiting' = [waiting EXCEPT ![i] = @ \ {j}]
           /\ yes' = [yes EXCEPT ![i] = IF EntriesAccepted(m) THEN @ + 1 ELSE @]
           /\ nextIndex' = [nextIndex EXCEPT ![i][j] =
                                IF EntriesAccepted(m) THEN Len(log[i]) + 1
                                ELSE NextAfterRefusal(i, j)]
    /\ UNCHANGED <<task, callTerm, late>>

\* Calls not made yet have failed.
EndProposal(i) ==
    /\ task[i] = "proposal"
    /\ LET done == StillCalling(i) /\ EnoughAcks(yes[i])
           n == Len(log[i])
       IN  /\ commitIndex' = [commitIndex EXCEPT ![i] = IF done THEN n ELSE @]
           /\ committed' = IF done THEN Remember(log[i], n, currentTerm[i])
                           ELSE committed
    /\ Finish(i)
    /\ UNCHANGED <<nodeVars, log, nextIndex, late>>

-----------------------------------------------------------------------------
\* Calls that fail, and their requests.

\* The call fails for node i, but j may still get the request.
DelayCall(i, j) ==
    /\ j \in waiting[i]
    /\ StillCalling(i)
    /\ waiting' = [waiting EXCEPT ![i] = @ \ {j}]
    /\ late' = late \cup {IF task[i] = "election" THEN VoteRequest(i, j)
                          ELSE AppendRequest(i, j)}
    /\ UNCHANGED <<nodeVars, logVars, nextIndex, task, callTerm, yes>>

\* Nobody waits for the answer.
DeliverVoteRequest(m) ==
    /\ m.type = "RequestVote"
    /\ HandleRequestVote(m)
    /\ late' = late \ {m}
    /\ UNCHANGED <<logVars, nextIndex, callVars>>

\* Nobody waits for the answer.
DeliverAppendRequest(m) ==
    /\ m.type = "AppendEntries"
    /\ HandleAppendEntries(m)
    /\ late' = late \ {m}
    /\ UNCHANGED <<nextIndex, callVars>>

-----------------------------------------------------------------------------
\* Definitions of their own, so that TLC has names for these steps.

DeliverAnyVote == \E m \in late : DeliverVoteRequest(m)

DeliverAnyAppend == \E m \in late : DeliverAppendRequest(m)

Next ==
    \/ \E i \in Node : StartElection(i)
    \/ \E i, j \in Node : AskVote(i, j)
    \/ \E i \in Node : EndElection(i)
    \/ \E i \in Node, v \in Value : Propose(i, v)
    \/ \E i, j \in Node : SendEntry(i, j)
    \/ \E i \in Node : EndProposal(i)
    \/ \E i, j \in Node : DelayCall(i, j)
    \/ DeliverAnyVote
    \/ DeliverAnyAppend

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
\* The part of the state space that a model explores: a CONSTRAINT.

Bounds ==
    /\ \A i \in Node : currentTerm[i] <= MaxTerm
    /\ \A i \in Node : Len(log[i]) <= MaxLogLength
    /\ Cardinality(late) <= MaxLate

-----------------------------------------------------------------------------
\* Invariants.

TypeOK ==
    /\ currentTerm \in [Node -> Term]
    /\ role \in [Node -> {"follower", "candidate", "leader"}]
    /\ votedFor \in [Node -> Node \cup {Nil}]
    /\ log \in [Node -> Seq(Entry)]
    /\ commitIndex \in [Node -> Index]
    /\ \A i \in Node : commitIndex[i] <= Len(log[i])
    /\ nextIndex \in [Node -> [Node -> Nat \ {0}]]
    /\ task \in [Node -> {"none", "election", "proposal"}]
    /\ callTerm \in [Node -> Term]
    /\ waiting \in [Node -> SUBSET Node]
    /\ yes \in [Node -> 0..Cardinality(Node)]
    /\ late \subseteq Request
    /\ committed \subseteq Commit

\* No term has two leaders at once.
ElectionSafety ==
    \A i, j \in Node :
        /\ role[i] = "leader"
        /\ role[j] = "leader"
        /\ currentTerm[i] = currentTerm[j]
        => i = j

\* Logs that agree on the term of one entry are the same up to there.
LogMatching ==
    \A i, j \in Node :
        \A k \in 1..Min({Len(log[i]), Len(log[j])}) :
            log[i][k].term = log[j][k].term
                => SubSeq(log[i], 1, k) = SubSeq(log[j], 1, k)

\* Whatever was committed before a leader's term is in that leader's log.
LeaderCompleteness ==
    \A i \in Node : \A c \in committed :
        /\ role[i] = "leader"
        /\ c.term < currentTerm[i]
        => /\ c.index <= Len(log[i])
           /\ log[i][c.index] = c.entry

\* At no index have two different entries ever been committed.
StateMachineSafety ==
    \A c, d \in committed : c.index = d.index => c.entry = d.entry

-----------------------------------------------------------------------------
\* Witnesses: what must be possible, lest the invariants hold for no reason.

LeaderElected == \E i \in Node : role[i] = "leader"

EntryCommitted == \E i \in Node : commitIndex[i] > 0

LogsConflict ==
    \E i, j \in Node :
        \E k \in 1..Min({Len(log[i]), Len(log[j])}) :
            log[i][k].term /= log[j][k].term

\* A node in the middle of an election or a proposal has met a higher term.
CallerDeposed ==
    \E i \in Node : task[i] /= "none" /\ currentTerm[i] > callTerm[i]

=============================================================================
