----------------------------- MODULE RaftCrash ------------------------------
\* Raft when servers crash and stay down.
\*
\* A crashed server takes no step and receives nothing.  Its variables keep what
\* they were when it stopped, so they tell what it had acknowledged, and no
\* history variable is needed.
\*
\* "Available" means here that a leader, or a commit, is reachable: the
\* invariant NoLeader, or NoCommit, is violated.  Where it holds in all
\* reachable states the cluster is not available.

EXTENDS Raft

CONSTANTS
    CrashedAtStart, \* so many servers are down from the start
    MaxCrashes      \* no more than so many are ever down

VARIABLE
    crashed     \* the servers that are down

crashVars == <<vars, crashed>>

MayCrash(i) == i \notin crashed /\ Cardinality(crashed) < MaxCrashes

\* All is as in Raft, but for the servers in q, which are down.
Start(q) ==
    /\ Cardinality(q) = CrashedAtStart
    /\ Init
    /\ crashed = q

CrashInit == \E q \in SUBSET Server : Start(q)

-----------------------------------------------------------------------------
\* Server i stops, for good.
Crash(i) ==
    /\ MayCrash(i)
    /\ crashed' = crashed \cup {i}
    /\ UNCHANGED vars

\* The actions of Raft, for servers that are up.

RestartUp(i) ==
    /\ i \notin crashed
    /\ Restart(i)
    /\ UNCHANGED crashed

TimeoutUp(i) ==
    /\ i \notin crashed
    /\ Timeout(i)
    /\ UNCHANGED crashed

RequestVoteUp(i, j) ==
    /\ i \notin crashed
    /\ RequestVote(i, j)
    /\ UNCHANGED crashed

BecomeLeaderUp(i) ==
    /\ i \notin crashed
    /\ BecomeLeader(i)
    /\ UNCHANGED crashed

ClientRequestUp(i, v) ==
    /\ i \notin crashed
    /\ ClientRequest(i, v)
    /\ UNCHANGED crashed

AdvanceCommitIndexUp(i) ==
    /\ i \notin crashed
    /\ AdvanceCommitIndex(i)
    /\ UNCHANGED crashed

AppendEntriesUp(i, j) ==
    /\ i \notin crashed
    /\ AppendEntries(i, j)
    /\ UNCHANGED crashed

ReceiveUp(m) ==
    /\ m.mdest \notin crashed
    /\ Receive(m)
    /\ UNCHANGED crashed

\* The network does what it does in Raft: what a server sent before it crashed
\* may arrive, and what is sent to it may be lost.

Unmoved == UNCHANGED crashed

DuplicateMessageC(m) == DuplicateMessage(m) /\ Unmoved

DropMessageC(m) == DropMessage(m) /\ Unmoved

\* Named for the sake of TLC's labels, as in Raft.

ReceiveAnyUp == \E m \in DOMAIN messages : ReceiveUp(m)

DuplicateAnyC == \E m \in DOMAIN messages : DuplicateMessageC(m)

DropAnyC == \E m \in DOMAIN messages : DropMessageC(m)

CrashNext ==
    \/ \E i \in Server : Crash(i)
    \/ \E i \in Server : RestartUp(i)
    \/ \E i \in Server : TimeoutUp(i)
    \/ \E i, j \in Server : RequestVoteUp(i, j)
    \/ \E i \in Server : BecomeLeaderUp(i)
    \/ \E i \in Server, v \in Value : ClientRequestUp(i, v)
    \/ \E i \in Server : AdvanceCommitIndexUp(i)
    \/ \E i, j \in Server : AppendEntriesUp(i, j)
    \/ ReceiveAnyUp
    \/ DuplicateAnyC
    \/ DropAnyC

CrashSpec == CrashInit /\ [][CrashNext]_crashVars

-----------------------------------------------------------------------------
\* Constraints that keep models small.

\* Of the servers that are up one at a time stands for election or leads.
OneCandidate ==
    \A i, j \in Server \ crashed :
        /\ state[i] /= Follower
        /\ state[j] /= Follower
        => i = j

\* Who is down was a leader that had acknowledged a write.
LeadersCrash == \A i \in crashed : state[i] = Leader /\ commitIndex[i] > 0

\* Until a server is down there is no term but the first that has a leader.
CalmBefore == crashed /= {} \/ \A i \in Server : currentTerm[i] <= 2

-----------------------------------------------------------------------------
\* Invariants.

CrashTypeOK ==
    /\ TypeOK
    /\ crashed \subseteq Server
    /\ Cardinality(crashed) <= MaxCrashes

\* What a leader had acknowledged when it stopped is in the log of every later
\* leader.
AcknowledgedKept ==
    \A i \in crashed, j \in Server \ crashed :
        /\ state[i] = Leader
        /\ state[j] = Leader
        /\ currentTerm[i] < currentTerm[j]
        => /\ commitIndex[i] <= Len(log[j])
           /\ \A k \in 1..commitIndex[i] : log[j][k] = log[i][k]

\* What is violated where it is available.

\* None of the servers that are up leads.
NoLeader == \A i \in Server \ crashed : state[i] /= Leader

\* None of the servers that are up knows an entry to be committed.
NoCommit == \A i \in Server \ crashed : commitIndex[i] = 0

\* Nobody has taken over from a leader that had acknowledged a write.
NoLeaderAgain ==
    \A i \in crashed, j \in Server \ crashed :
        ~ /\ state[i] = Leader
          /\ commitIndex[i] > 0
          /\ state[j] = Leader
          /\ currentTerm[i] < currentTerm[j]

=============================================================================
