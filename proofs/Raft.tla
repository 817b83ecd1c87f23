-------------------------------- MODULE Raft --------------------------------
\* The Raft consensus protocol: the actions of appendix B of D. Ongaro's
\* dissertation (published as ongardie/raft.tla), step for step, without the
\* variables and message fields that exist only for its proof.  Names are the
\* published ones.  The steps are deliberately small: a server asks itself for
\* its vote by message, a request carries at most one entry, and a request that
\* changes the receiver's term, state or log stays in the network and is looked
\* at again.

EXTENDS Naturals, FiniteSets, Sequences, TLC

CONSTANTS
    Server,                                         \* the cluster
    Value,                                          \* what clients may ask for
    Follower, Candidate, Leader,                    \* the states of a server
    Nil,                                            \* "has not voted"
    RequestVoteRequest, RequestVoteResponse,        \* the types of messages
    AppendEntriesRequest, AppendEntriesResponse,
    MaxTerm, MaxLogLength, MaxMessages, MaxCopies   \* used by Bounds only

\* What values look like.

Term == Nat \ {0}

\* Of an empty log's last entry the term is 0.
LastLogTerm == Nat

Index == Nat

Entry == [term : Term, value : Value]

Message ==
    [mtype         : {RequestVoteRequest},
     mterm         : Term,
     mlastLogTerm  : LastLogTerm,
     mlastLogIndex : Index,
     msource       : Server,
     mdest         : Server]
    \cup
    [mtype         : {RequestVoteResponse},
     mterm         : Term,
     mvoteGranted  : BOOLEAN,
     msource       : Server,
     mdest         : Server]
    \cup
    [mtype         : {AppendEntriesRequest},
     mterm         : Term,
     mprevLogIndex : Index,
     mprevLogTerm  : LastLogTerm,
     mentries      : Seq(Entry),
     mcommitIndex  : Index,
     msource       : Server,
     mdest         : Server]
    \cup
    [mtype         : {AppendEntriesResponse},
     mterm         : Term,
     msuccess      : BOOLEAN,
     mmatchIndex   : Index,
     msource       : Server,
     mdest         : Server]

VARIABLES
    messages,        \* the network: a bag, as a function from message to count
    currentTerm,     \* of each server; survives a restart
    state,           \* of each server: Follower, Candidate or Leader
    votedFor,        \* its vote in its term, or Nil; survives a restart
    log,             \* sequence of [term, value]; survives a restart
    commitIndex,     \* how many entries of its log it knows to be committed
    votesResponded,  \* candidates: who has answered, in either way
    votesGranted,    \* candidates: who has said yes
    nextIndex,       \* leaders: index of the entry that each server gets next
    matchIndex       \* leaders: how much of the log each server has confirmed

serverVars == <<currentTerm, state, votedFor>>
logVars == <<log, commitIndex>>
candidateVars == <<votesResponded, votesGranted>>
leaderVars == <<nextIndex, matchIndex>>

vars == <<messages, serverVars, logVars, candidateVars, leaderVars>>

-----------------------------------------------------------------------------
\* Helpers.  The smallest and the largest number of a set that is not empty:

Min(s) == CHOOSE low \in s : \A x \in s : low <= x

Max(s) == CHOOSE high \in s : \A x \in s : high >= x

\* The majorities.  What matters is that any two of them share a server.
Quorum == {q \in SUBSET Server : 2 * Cardinality(q) > Cardinality(Server)}

\* Term of the last entry; an empty log counts as term 0.
LastTerm(xlog) == IF xlog = <<>> THEN 0 ELSE xlog[Len(xlog)].term

\* Bag msgs and one copy of m more.
WithMessage(m, msgs) ==
    IF m \in DOMAIN msgs
    THEN [msgs EXCEPT ![m] = @ + 1]
    ELSE (m :> 1) @@ msgs

\* Bag msgs and one copy of m less; a message without copies leaves the domain.
WithoutMessage(m, msgs) ==
    IF m \notin DOMAIN msgs THEN msgs
    ELSE IF msgs[m] > 1 THEN [msgs EXCEPT ![m] = @ - 1]
    ELSE [other \in DOMAIN msgs \ {m} |-> msgs[other]]

Send(m) == messages' = WithMessage(m, messages)

Discard(m) == messages' = WithoutMessage(m, messages)

\* One step of the network for "answer and be done with the request".
Reply(response, request) ==
    messages' = WithoutMessage(request, WithMessage(response, messages))

-----------------------------------------------------------------------------
\* The rules that the safety of Raft hangs on, each a definition of its own so
\* that a model can replace it by a broken one (see RaftMutants).

\* The log of the candidate that sent request m is at least as up-to-date as
\* server i's: a later last term wins, and among equal ones the longer log.
UpToDate(i, m) ==
    \/ m.mlastLogTerm > LastTerm(log[i])
    \/ /\ m.mlastLogTerm = LastTerm(log[i])
       /\ m.mlastLogIndex >= Len(log[i])

\* Server i has not given its vote of this term to anybody but j.
MayVote(i, j) == votedFor[i] \in {Nil, j}

\* The entry before those in m is in server i's log, if there is one.
LogOk(i, m) ==
    \/ m.mprevLogIndex = 0
    \/ /\ m.mprevLogIndex \in 1..Len(log[i])
       /\ log[i][m.mprevLogIndex].term = m.mprevLogTerm

\* Leader i may count replicas of this entry: it is of i's own term.
Committable(i, index) == log[i][index].term = currentTerm[i]

\* As far as leader i can tell that a quorum has its log.
NewCommitIndex(i) ==
    LET Agree(index) == {i} \cup {k \in Server : matchIndex[i][k] >= index}
        agreeIndexes == {n \in 1..Len(log[i]) : Agree(n) \in Quorum}
    IN  IF agreeIndexes = {} THEN commitIndex[i]
        ELSE IF Committable(i, Max(agreeIndexes)) THEN Max(agreeIndexes)
        ELSE commitIndex[i]

\* Where to continue with a server that refused what it got from index n on.
BackUp(n) == Max({n - 1, 1})

-----------------------------------------------------------------------------
Init ==
    /\ messages = [m \in {} |-> 0]
    /\ currentTerm = [i \in Server |-> 1]
    /\ state = [i \in Server |-> Follower]
    /\ votedFor = [i \in Server |-> Nil]
    /\ log = [i \in Server |-> <<>>]
    /\ commitIndex = [i \in Server |-> 0]
    /\ votesResponded = [i \in Server |-> {}]
    /\ votesGranted = [i \in Server |-> {}]
    /\ nextIndex = [i \in Server |-> [j \in Server |-> 1]]
    /\ matchIndex = [i \in Server |-> [j \in Server |-> 0]]

-----------------------------------------------------------------------------
\* What a server does on its own.

\* Server i crashes and comes back with what is on stable storage: its term,
\* its vote and its log.
Restart(i) ==
    /\ state' = [state EXCEPT ![i] = Follower]
    /\ commitIndex' = [commitIndex EXCEPT ![i] = 0]
    /\ votesResponded' = [votesResponded EXCEPT ![i] = {}]
    /\ votesGranted' = [votesGranted EXCEPT ![i] = {}]
    /\ nextIndex' = [nextIndex EXCEPT ![i] = [j \in Server |-> 1]]
    /\ matchIndex' = [matchIndex EXCEPT ![i] = [j \in Server |-> 0]]
    /\ UNCHANGED <<messages, currentTerm, votedFor, log>>

\* Server i has heard of no leader, or won no election, for too long.  It does
\* not vote for itself here: it will be asked like everybody else.
Timeout(i) ==
    /\ state[i] \in {Follower, Candidate}
    /\ currentTerm' = [currentTerm EXCEPT ![i] = @ + 1]
    /\ state' = [state EXCEPT ![i] = Candidate]
    /\ votedFor' = [votedFor EXCEPT ![i] = Nil]
    /\ votesResponded' = [votesResponded EXCEPT ![i] = {}]
    /\ votesGranted' = [votesGranted EXCEPT ![i] = {}]
    /\ UNCHANGED <<messages, logVars, leaderVars>>

\* Candidate i asks j, possibly itself, for its vote.
RequestVote(i, j) ==
    /\ state[i] = Candidate
    /\ j \notin votesResponded[i]
    /\ Send([mtype         |-> RequestVoteRequest,
             mterm         |-> currentTerm[i],
             mlastLogTerm  |-> LastTerm(log[i]),
             mlastLogIndex |-> Len(log[i]),
             msource       |-> i,
             mdest         |-> j])
    /\ UNCHANGED <<serverVars, logVars, candidateVars, leaderVars>>

\* Candidate i has its majority.
BecomeLeader(i) ==
    /\ state[i] = Candidate
    /\ votesGranted[i] \in Quorum
    /\ state' = [state EXCEPT ![i] = Leader]
    /\ nextIndex' = [nextIndex EXCEPT ![i] = [j \in Server |-> Len(log[i]) + 1]]
    /\ matchIndex' = [matchIndex EXCEPT ![i] = [j \in Server |-> 0]]
    /\ UNCHANGED <<messages, currentTerm, votedFor, logVars, candidateVars>>

\* A client hands v to leader i.
ClientRequest(i, v) ==
    /\ state[i] = Leader
    /\ log' = [log EXCEPT ![i] = Append(@, [term  |-> currentTerm[i],
                                            value |-> v])]
    /\ UNCHANGED <<messages, serverVars, commitIndex,
                   candidateVars, leaderVars>>

\* Leader i looks at what has been confirmed to it.  The step exists, and may
\* change nothing, whether or not there is anything new to commit.
AdvanceCommitIndex(i) ==
    /\ state[i] = Leader
    /\ commitIndex' = [commitIndex EXCEPT ![i] = NewCommitIndex(i)]
    /\ UNCHANGED <<messages, serverVars, log, candidateVars, leaderVars>>

\* Leader i sends j the entry that is due, or none if j has them all.
AppendEntries(i, j) ==
    /\ i /= j
    /\ state[i] = Leader
    /\ LET prevLogIndex == nextIndex[i][j] - 1
           prevLogTerm == IF prevLogIndex = 0 THEN 0
                          ELSE log[i][prevLogIndex].term
           lastEntry == Min({nextIndex[i][j], Len(log[i])})
       IN  Send([mtype         |-> AppendEntriesRequest,
                 mterm         |-> currentTerm[i],
                 mprevLogIndex |-> prevLogIndex,
                 mprevLogTerm  |-> prevLogTerm,
                 mentries      |-> SubSeq(log[i], nextIndex[i][j], lastEntry),
                 mcommitIndex  |-> Min({commitIndex[i], lastEntry}),
                 msource       |-> i,
                 mdest         |-> j])
    /\ UNCHANGED <<serverVars, logVars, candidateVars, leaderVars>>

-----------------------------------------------------------------------------
\* What server i does with message m from server j.

\* A vote, or a refusal.
HandleRequestVoteRequest(i, j, m) ==
    LET grant == /\ m.mterm = currentTerm[i]
                 /\ UpToDate(i, m)
                 /\ MayVote(i, j)
    IN  /\ m.mterm <= currentTerm[i]
        /\ votedFor' = IF grant THEN [votedFor EXCEPT ![i] = j] ELSE votedFor
        /\ Reply([mtype        |-> RequestVoteResponse,
                  mterm        |-> currentTerm[i],
                  mvoteGranted |-> grant,
                  msource      |-> i,
                  mdest        |-> j],
                 m)
        /\ UNCHANGED <<currentTerm, state, logVars, candidateVars, leaderVars>>

\* Counted in whatever state i is: only a candidate reads the result.
HandleRequestVoteResponse(i, j, m) ==
    /\ m.mterm = currentTerm[i]
    /\ votesResponded' = [votesResponded EXCEPT ![i] = @ \cup {j}]
    /\ votesGranted' = IF m.mvoteGranted
                       THEN [votesGranted EXCEPT ![i] = @ \cup {j}]
                       ELSE votesGranted
    /\ Discard(m)
    /\ UNCHANGED <<serverVars, logVars, leaderVars>>

\* From a leader of the past, or after an entry that i has not got.
RejectAppendEntriesRequest(i, j, m) ==
    /\ \/ m.mterm < currentTerm[i]
       \/ /\ m.mterm = currentTerm[i]
          /\ state[i] = Follower
          /\ ~ LogOk(i, m)
    /\ Reply([mtype       |-> AppendEntriesResponse,
              mterm       |-> currentTerm[i],
              msuccess    |-> FALSE,
              mmatchIndex |-> 0,
              msource     |-> i,
              mdest       |-> j],
             m)
    /\ UNCHANGED <<serverVars, logVars>>

\* Somebody else has won the election that i is standing in.
ReturnToFollower(i, j, m) ==
    /\ m.mterm = currentTerm[i]
    /\ state[i] = Candidate
    /\ state' = [state EXCEPT ![i] = Follower]
    /\ UNCHANGED <<messages, currentTerm, votedFor, logVars>>

\* The log is as the leader wants it.  The commit index is taken over as it is,
\* which may set it back after a delay in the network.
AlreadyDone(i, j, m) ==
    /\ \/ m.mentries = <<>>
       \/ /\ m.mentries /= <<>>
          /\ Len(log[i]) > m.mprevLogIndex
          /\ log[i][m.mprevLogIndex + 1].term = m.mentries[1].term
    /\ commitIndex' = [commitIndex EXCEPT ![i] = m.mcommitIndex]
    /\ Reply([mtype       |-> AppendEntriesResponse,
              mterm       |-> currentTerm[i],
              msuccess    |-> TRUE,
              mmatchIndex |-> m.mprevLogIndex + Len(m.mentries),
              msource     |-> i,
              mdest       |-> j],
             m)
    /\ UNCHANGED <<serverVars, log>>

\* Another entry is in the place: i drops the last one of its log.
Conflict(i, j, m) ==
    /\ m.mentries /= <<>>
    /\ Len(log[i]) > m.mprevLogIndex
    /\ log[i][m.mprevLogIndex + 1].term /= m.mentries[1].term
    /\ log' = [log EXCEPT ![i] = SubSeq(@, 1, Len(@) - 1)]
    /\ UNCHANGED <<messages, serverVars, commitIndex>>

\* The place is free.
NoConflict(i, j, m) ==
    /\ m.mentries /= <<>>
    /\ Len(log[i]) = m.mprevLogIndex
    /\ log' = [log EXCEPT ![i] = Append(@, m.mentries[1])]
    /\ UNCHANGED <<messages, serverVars, commitIndex>>

AcceptAppendEntriesRequest(i, j, m) ==
    /\ m.mterm = currentTerm[i]
    /\ state[i] = Follower
    /\ LogOk(i, m)
    /\ \/ AlreadyDone(i, j, m)
       \/ Conflict(i, j, m)
       \/ NoConflict(i, j, m)

HandleAppendEntriesRequest(i, j, m) ==
    /\ m.mterm <= currentTerm[i]
    /\ \/ RejectAppendEntriesRequest(i, j, m)
       \/ ReturnToFollower(i, j, m)
       \/ AcceptAppendEntriesRequest(i, j, m)
    /\ UNCHANGED <<candidateVars, leaderVars>>

HandleAppendEntriesResponse(i, j, m) ==
    /\ m.mterm = currentTerm[i]
    /\ nextIndex' = [nextIndex EXCEPT ![i][j] = IF m.msuccess
                                                THEN m.mmatchIndex + 1
                                                ELSE BackUp(@)]
    /\ matchIndex' = IF m.msuccess
                     THEN [matchIndex EXCEPT ![i][j] = m.mmatchIndex]
                     ELSE matchIndex
    /\ Discard(m)
    /\ UNCHANGED <<serverVars, logVars, candidateVars>>

\* i learns of a later term, and will then look at m again.
UpdateTerm(i, j, m) ==
    /\ m.mterm > currentTerm[i]
    /\ currentTerm' = [currentTerm EXCEPT ![i] = m.mterm]
    /\ state' = [state EXCEPT ![i] = Follower]
    /\ votedFor' = [votedFor EXCEPT ![i] = Nil]
    /\ UNCHANGED <<messages, logVars, candidateVars, leaderVars>>

\* An answer to something that i asked in an earlier term.
DropStaleResponse(i, j, m) ==
    /\ m.mterm < currentTerm[i]
    /\ Discard(m)
    /\ UNCHANGED <<serverVars, logVars, candidateVars, leaderVars>>

\* For each message in each state at most one of these can happen.
Receive(m) ==
    LET i == m.mdest
        j == m.msource
    IN  \/ UpdateTerm(i, j, m)
        \/ /\ m.mtype = RequestVoteRequest
           /\ HandleRequestVoteRequest(i, j, m)
        \/ /\ m.mtype = RequestVoteResponse
           /\ \/ DropStaleResponse(i, j, m)
              \/ HandleRequestVoteResponse(i, j, m)
        \/ /\ m.mtype = AppendEntriesRequest
           /\ HandleAppendEntriesRequest(i, j, m)
        \/ /\ m.mtype = AppendEntriesResponse
           /\ \/ DropStaleResponse(i, j, m)
              \/ HandleAppendEntriesResponse(i, j, m)

-----------------------------------------------------------------------------
\* What the network does by itself.

DuplicateMessage(m) ==
    /\ Send(m)
    /\ UNCHANGED <<serverVars, logVars, candidateVars, leaderVars>>

DropMessage(m) ==
    /\ Discard(m)
    /\ UNCHANGED <<serverVars, logVars, candidateVars, leaderVars>>

-----------------------------------------------------------------------------
\* TLC takes Next apart into named actions only as long as it can enumerate the
\* bound variables without a state.  DOMAIN messages depends on the state, so a
\* row `\E m \in DOMAIN messages : Receive(m)` would be labelled "Next", and so
\* would its two neighbours.  As definitions of their own they have names.

ReceiveAny == \E m \in DOMAIN messages : Receive(m)

DuplicateAny == \E m \in DOMAIN messages : DuplicateMessage(m)

DropAny == \E m \in DOMAIN messages : DropMessage(m)

Next ==
    \/ \E i \in Server : Restart(i)
    \/ \E i \in Server : Timeout(i)
    \/ \E i, j \in Server : RequestVote(i, j)
    \/ \E i \in Server : BecomeLeader(i)
    \/ \E i \in Server, v \in Value : ClientRequest(i, v)
    \/ \E i \in Server : AdvanceCommitIndex(i)
    \/ \E i, j \in Server : AppendEntries(i, j)
    \/ ReceiveAny
    \/ DuplicateAny
    \/ DropAny

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
\* The part of the state space that a model explores: a CONSTRAINT.

Bounds ==
    /\ \A i \in Server : currentTerm[i] <= MaxTerm
    /\ \A i \in Server : Len(log[i]) <= MaxLogLength
    /\ Cardinality(DOMAIN messages) <= MaxMessages
    /\ \A m \in DOMAIN messages : messages[m] <= MaxCopies

-----------------------------------------------------------------------------
\* Invariants.

TypeOK ==
    /\ \A m \in DOMAIN messages : m \in Message /\ messages[m] \in Nat \ {0}
    /\ currentTerm \in [Server -> Term]
    /\ state \in [Server -> {Follower, Candidate, Leader}]
    /\ votedFor \in [Server -> Server \cup {Nil}]
    /\ log \in [Server -> Seq(Entry)]
    /\ commitIndex \in [Server -> Index]
    /\ votesResponded \in [Server -> SUBSET Server]
    /\ votesGranted \in [Server -> SUBSET Server]
    /\ nextIndex \in [Server -> [Server -> Nat \ {0}]]
    /\ matchIndex \in [Server -> [Server -> Index]]

\* No term has two leaders at once.
ElectionSafety ==
    \A i, j \in Server :
        /\ state[i] = Leader
        /\ state[j] = Leader
        /\ currentTerm[i] = currentTerm[j]
        => i = j

\* Logs that agree on the term of one entry are the same up to there.
LogMatching ==
    \A i, j \in Server :
        \A k \in 1..Min({Len(log[i]), Len(log[j])}) :
            log[i][k].term = log[j][k].term
                => SubSeq(log[i], 1, k) = SubSeq(log[j], 1, k)

\* At most one leader, whatever the terms.  Raft does not promise it: a leader
\* that hears of nothing goes on leading its old term.
OneLeader ==
    \A i, j \in Server :
        /\ state[i] = Leader
        /\ state[j] = Leader
        => i = j

\* Witnesses: what must be possible, lest the invariants hold for no reason.

LeaderElected == \E i \in Server : state[i] = Leader

EntryCommitted == \E i \in Server : commitIndex[i] > 0

LogsConflict ==
    \E i, j \in Server :
        \E k \in 1..Min({Len(log[i]), Len(log[j])}) :
            log[i][k].term /= log[j][k].term

=============================================================================
