--------------------------- MODULE RaftPartition ----------------------------
\* Raft in two parts of a network that hear nothing of each other, until they do
\* again.
\*
\* It starts where a leader has just been cut off: elected in term 2 by all,
\* with one entry that it alone has, on the side of a minority.  Each side sends
\* what it likes to the other, but nothing arrives before Heal.  That Raft by
\* itself reaches such a state is checked as well: with StartsCut = FALSE,
\* NeverCutOff is violated.

EXTENDS Raft

CONSTANT
    StartsCut   \* TRUE: the leader has just been cut off; else as in Raft

VARIABLE
    minority    \* the servers on the smaller side; {} when the network is whole

partitionVars == <<vars, minority>>

\* The term of the leader that is cut off: the first that has leaders.
OldTerm == 2

Connected(i, j) == (i \in minority) <=> (j \in minority)

\* Side q, with leader i, is no majority.
MayCutOff(i, q) == i \in q /\ 2 * Cardinality(q) <= Cardinality(Server)

-----------------------------------------------------------------------------
\* Leader i of term 2 has appended v, and is then cut off with the others in q.
Start(i, q, v) ==
    /\ StartsCut
    /\ MayCutOff(i, q)
    /\ messages = [m \in {} |-> 0]
    /\ currentTerm = [j \in Server |-> OldTerm]
    /\ state = [j \in Server |-> IF j = i THEN Leader ELSE Follower]
    /\ votedFor = [j \in Server |-> i]
    /\ log = [j \in Server |-> IF j = i THEN <<[term |-> OldTerm, value |-> v]>>
                               ELSE <<>>]
    /\ commitIndex = [j \in Server |-> 0]
    /\ votesResponded = [j \in Server |-> IF j = i THEN Server ELSE {}]
    /\ votesGranted = [j \in Server |-> IF j = i THEN Server ELSE {}]
    /\ nextIndex = [j \in Server |-> [k \in Server |-> 1]]
    /\ matchIndex = [j \in Server |-> [k \in Server |-> 0]]
    /\ minority = q

StartWhole == ~ StartsCut /\ Init /\ minority = {}

PartitionInit ==
    \/ \E i \in Server, q \in SUBSET Server, v \in Value : Start(i, q, v)
    \/ StartWhole

-----------------------------------------------------------------------------
\* The network is whole again.
Heal ==
    /\ minority /= {}
    /\ minority' = {}
    /\ UNCHANGED vars

Unmoved == UNCHANGED minority

\* What was sent across the cut stays in flight: it may be lost, or arrive
\* after Heal.
ReceiveConnected(m) ==
    /\ Connected(m.msource, m.mdest)
    /\ Receive(m)

RestartP(i) == Restart(i) /\ Unmoved

TimeoutP(i) == Timeout(i) /\ Unmoved

RequestVoteP(i, j) == RequestVote(i, j) /\ Unmoved

BecomeLeaderP(i) == BecomeLeader(i) /\ Unmoved

ClientRequestP(i, v) == ClientRequest(i, v) /\ Unmoved

AdvanceCommitIndexP(i) == AdvanceCommitIndex(i) /\ Unmoved

AppendEntriesP(i, j) == AppendEntries(i, j) /\ Unmoved

ReceiveConnectedP(m) == ReceiveConnected(m) /\ Unmoved

DuplicateMessageP(m) == DuplicateMessage(m) /\ Unmoved

DropMessageP(m) == DropMessage(m) /\ Unmoved

\* Named for the sake of TLC's labels, as in Raft.

ReceiveAnyP == \E m \in DOMAIN messages : ReceiveConnectedP(m)

DuplicateAnyP == \E m \in DOMAIN messages : DuplicateMessageP(m)

DropAnyP == \E m \in DOMAIN messages : DropMessageP(m)

PartitionNext ==
    \/ Heal
    \/ \E i \in Server : RestartP(i)
    \/ \E i \in Server : TimeoutP(i)
    \/ \E i, j \in Server : RequestVoteP(i, j)
    \/ \E i \in Server : BecomeLeaderP(i)
    \/ \E i \in Server, v \in Value : ClientRequestP(i, v)
    \/ \E i \in Server : AdvanceCommitIndexP(i)
    \/ \E i, j \in Server : AppendEntriesP(i, j)
    \/ ReceiveAnyP
    \/ DuplicateAnyP
    \/ DropAnyP

PartitionSpec == PartitionInit /\ [][PartitionNext]_partitionVars

-----------------------------------------------------------------------------
\* Constraints that keep models small.

NoCommit == \A i \in Server : commitIndex[i] = 0

StaysCut == minority /= {}

\* The smaller side neither stands for election nor sends.
MinorityWaits ==
    /\ \A i \in minority : currentTerm[i] = OldTerm
    /\ \A m \in DOMAIN messages : m.msource \notin minority

\* The larger side neither stands for election nor sends.
MajorityWaits ==
    /\ \A i \in Server \ minority : currentTerm[i] = OldTerm
    /\ \A m \in DOMAIN messages : m.msource \in minority

\* In later terms one server at a time stands for election or leads.
OneCandidate ==
    \A i, j \in Server :
        /\ currentTerm[i] > OldTerm /\ state[i] /= Follower
        /\ currentTerm[j] > OldTerm /\ state[j] /= Follower
        => i = j

\* The network is not whole before there has been a commit.
HealsLate == minority /= {} \/ ~ NoCommit

-----------------------------------------------------------------------------
\* Invariants.

PartitionTypeOK ==
    /\ TypeOK
    /\ minority \subseteq Server
    /\ 2 * Cardinality(minority) <= Cardinality(Server)

\* Nobody is elected on the smaller side.
MinorityWithoutLeader ==
    \A i \in minority : state[i] = Leader => currentTerm[i] = OldTerm

MinorityWithoutCommit == \A i \in minority : commitIndex[i] = 0

\* What is violated where it is possible.

\* Never is all, but for the cut, as it is in Start.
NeverCutOff ==
    \A i \in Server, v \in Value :
        ~ /\ messages = [m \in {} |-> 0]
          /\ currentTerm = [j \in Server |-> OldTerm]
          /\ state = [j \in Server |-> IF j = i THEN Leader ELSE Follower]
          /\ votedFor = [j \in Server |-> i]
          /\ log = [j \in Server |-> IF j = i
                                     THEN <<[term |-> OldTerm, value |-> v]>>
                                     ELSE <<>>]
          /\ commitIndex = [j \in Server |-> 0]
          /\ votesResponded = [j \in Server |-> IF j = i THEN Server ELSE {}]
          /\ votesGranted = [j \in Server |-> IF j = i THEN Server ELSE {}]
          /\ nextIndex = [j \in Server |-> [k \in Server |-> 1]]
          /\ matchIndex = [j \in Server |-> [k \in Server |-> 0]]

MajorityWithoutLeader ==
    minority = {} \/ \A i \in Server \ minority : state[i] /= Leader

MajorityWithoutCommit ==
    minority = {} \/ \A i \in Server \ minority : commitIndex[i] = 0

\* No two servers lead at once, in whatever terms.
NeverTwoLeaders ==
    \A i, j \in Server : state[i] = Leader /\ state[j] = Leader => i = j

\* It is violated where the network is whole, nobody has the old leader's entry
\* any more, the entry of a later leader is in its place in all logs, and that
\* leader, the only one, has committed it.
NeverRolledBack ==
    ~ /\ minority = {}
      /\ \A i \in Server : Len(log[i]) > 0
      /\ \A i \in Server : Len(log[i]) > 0 => log[i][1].term > OldTerm
      /\ \E i \in Server : state[i] = Leader /\ commitIndex[i] > 0
      /\ NeverTwoLeaders

=============================================================================
