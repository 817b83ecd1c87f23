--------------------------- MODULE RaftByzantine ----------------------------
\* Raft with one server that does not keep to the protocol.
\*
\* Raft is made for servers that crash, not for servers that lie.  The faulty
\* server does all that an honest one may do, and what the model switches on
\* besides: it votes for everybody who asks, or, leading a term that it was duly
\* elected for, it sends entries that are not in its log.  The invariants speak
\* of the honest servers only.  That the faulty server is silent is a
\* constraint: no message of its own is ever in flight.

EXTENDS Raft

CONSTANTS
    Faulty,         \* one of the servers
    VotesTwice,     \* whether it votes for everybody
    Forges          \* whether it sends forged entries

Honest == Server \ {Faulty}

-----------------------------------------------------------------------------
\* What only the faulty server does.

\* It grants the vote that it is asked for, whatever its own term, vote and log.
VoteForAll(m) ==
    /\ VotesTwice
    /\ m.mtype = RequestVoteRequest
    /\ m.mdest = Faulty
    /\ Reply([mtype        |-> RequestVoteResponse,
              mterm        |-> m.mterm,
              mvoteGranted |-> TRUE,
              msource      |-> Faulty,
              mdest        |-> m.msource],
             m)
    /\ UNCHANGED <<serverVars, logVars, candidateVars, leaderVars>>

\* As a leader it sends j the next entry with v in the place of its value, and
\* says that it is committed.
Forge(j, v) ==
    /\ Forges
    /\ j /= Faulty
    /\ state[Faulty] = Leader
    /\ nextIndex[Faulty][j] <= Len(log[Faulty])
    /\ LET index == nextIndex[Faulty][j]
       IN  Send([mtype         |-> AppendEntriesRequest,
                 mterm         |-> currentTerm[Faulty],
                 mprevLogIndex |-> index - 1,
                 mprevLogTerm  |-> IF index = 1 THEN 0
                                   ELSE log[Faulty][index - 1].term,
                 mentries      |-> <<[term  |-> log[Faulty][index].term,
                                      value |-> v]>>,
                 mcommitIndex  |-> index,
                 msource       |-> Faulty,
                 mdest         |-> j])
    /\ UNCHANGED <<serverVars, logVars, candidateVars, leaderVars>>

\* Named for the sake of TLC's labels, as in Raft.

ReceiveAnyB == \E m \in DOMAIN messages : Receive(m)

DuplicateAnyB == \E m \in DOMAIN messages : DuplicateMessage(m)

DropAnyB == \E m \in DOMAIN messages : DropMessage(m)

VoteForAllB == \E m \in DOMAIN messages : VoteForAll(m)

ByzantineNext ==
    \/ \E i \in Server : Restart(i)
    \/ \E i \in Server : Timeout(i)
    \/ \E i, j \in Server : RequestVote(i, j)
    \/ \E i \in Server : BecomeLeader(i)
    \/ \E i \in Server, v \in Value : ClientRequest(i, v)
    \/ \E i \in Server : AdvanceCommitIndex(i)
    \/ \E i, j \in Server : AppendEntries(i, j)
    \/ ReceiveAnyB
    \/ DuplicateAnyB
    \/ DropAnyB
    \/ VoteForAllB
    \/ \E j \in Server, v \in Value : Forge(j, v)

ByzantineSpec == Init /\ [][ByzantineNext]_vars

-----------------------------------------------------------------------------
\* Further bounds: the faulty server is silent; who stands for election.

Silent == \A m \in DOMAIN messages : m.msource /= Faulty

OnlyHonestStand == state[Faulty] = Follower

OnlyFaultyStands == \A i \in Honest : state[i] = Follower

-----------------------------------------------------------------------------
\* Invariants.

\* At most one honest leader in a term.
HonestElectionSafety ==
    \A i, j \in Honest :
        /\ state[i] = Leader
        /\ state[j] = Leader
        /\ currentTerm[i] = currentTerm[j]
        => i = j

\* Log Matching among the honest servers.
HonestLogMatching ==
    \A i, j \in Honest :
        \A k \in 1..Min({Len(log[i]), Len(log[j])}) :
            log[i][k].term = log[j][k].term
                => SubSeq(log[i], 1, k) = SubSeq(log[j], 1, k)

\* No two honest servers may at this time apply different entries at one index.
HonestStateMachineSafety ==
    \A i, j \in Honest :
        \A k \in 1..Min({commitIndex[i], commitIndex[j],
                         Len(log[i]), Len(log[j])}) :
            log[i][k] = log[j][k]

\* Nobody is ever elected: what a cluster without a quorum comes to.
NoLeader == \A i \in Server : state[i] /= Leader

\* Witnesses: what must be possible.

HonestLeader == \E i \in Honest : state[i] = Leader

\* An honest leader has an entry of its own committed.
HonestCommit ==
    \E i \in Honest :
        /\ state[i] = Leader
        /\ commitIndex[i] > 0

=============================================================================
