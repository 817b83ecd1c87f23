---------------------------- MODULE RaftHistory -----------------------------
\* Raft with a memory of what has ever been committed.
\*
\* Leader Completeness and State Machine Safety speak of the past: an entry may
\* have been committed by servers that have since restarted (and forgotten
\* their commitIndex) or lost it again, and that is exactly what must not go
\* unnoticed.  A predicate over the current values of Raft's variables cannot
\* see it.  Keeping the past outside the state, in the checker, would be
\* unsound: two behaviors that meet in one Raft state would share a single
\* memory, and the one explored second would lose its own.  So the memory is a
\* variable, part of the state, and Raft itself does not depend on it.

EXTENDS Raft

\* A server of that term has known the entry to be committed at that index.
Commit == [index : Nat \ {0}, entry : Entry, term : Term]

VARIABLE
    committed   \* a set of such records

historyVars == <<vars, committed>>

\* What the servers know to be committed after a step.  (A broken Raft can have
\* a commitIndex beyond the end of the log.)
CommittedNow ==
    UNION {{[index |-> k, entry |-> log'[i][k], term |-> currentTerm'[i]] :
                k \in 1..Min({commitIndex'[i], Len(log'[i])})} : i \in Server}

\* Of the records that differ in nothing but the term the earliest says it all;
\* without the others there are fewer states.
Remember ==
    LET known == committed \cup CommittedNow
    IN  committed' = {c \in known :
                          \A d \in known :
                              /\ d.index = c.index
                              /\ d.entry = c.entry
                              => c.term <= d.term}

-----------------------------------------------------------------------------
HistoryInit == Init /\ committed = {}

RestartH(i) == Restart(i) /\ Remember

TimeoutH(i) == Timeout(i) /\ Remember

RequestVoteH(i, j) == RequestVote(i, j) /\ Remember

BecomeLeaderH(i) == BecomeLeader(i) /\ Remember

ClientRequestH(i, v) == ClientRequest(i, v) /\ Remember

AdvanceCommitIndexH(i) == AdvanceCommitIndex(i) /\ Remember

AppendEntriesH(i, j) == AppendEntries(i, j) /\ Remember

ReceiveH(m) == Receive(m) /\ Remember

DuplicateMessageH(m) == DuplicateMessage(m) /\ Remember

DropMessageH(m) == DropMessage(m) /\ Remember

\* Named for the sake of TLC's labels, as in Raft.

ReceiveAnyH == \E m \in DOMAIN messages : ReceiveH(m)

DuplicateAnyH == \E m \in DOMAIN messages : DuplicateMessageH(m)

DropAnyH == \E m \in DOMAIN messages : DropMessageH(m)

HistoryNext ==
    \/ \E i \in Server : RestartH(i)
    \/ \E i \in Server : TimeoutH(i)
    \/ \E i, j \in Server : RequestVoteH(i, j)
    \/ \E i \in Server : BecomeLeaderH(i)
    \/ \E i \in Server, v \in Value : ClientRequestH(i, v)
    \/ \E i \in Server : AdvanceCommitIndexH(i)
    \/ \E i, j \in Server : AppendEntriesH(i, j)
    \/ ReceiveAnyH
    \/ DuplicateAnyH
    \/ DropAnyH

HistorySpec == HistoryInit /\ [][HistoryNext]_historyVars

-----------------------------------------------------------------------------
\* Invariants.

HistoryTypeOK ==
    /\ TypeOK
    /\ committed \subseteq Commit

\* Whatever was committed before a leader's term is in that leader's log.
LeaderCompleteness ==
    \A i \in Server : \A c \in committed :
        /\ state[i] = Leader
        /\ c.term < currentTerm[i]
        => /\ c.index <= Len(log[i])
           /\ log[i][c.index] = c.entry

\* At no index have two different entries ever been committed, so that no two
\* servers, at no two times, have applied different ones there.
StateMachineSafety ==
    \A c, d \in committed : c.index = d.index => c.entry = d.entry

=============================================================================
