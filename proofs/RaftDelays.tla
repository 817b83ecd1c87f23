----------------------------- MODULE RaftDelays -----------------------------
\* Raft in rounds, to count message delays.
\*
\* All that is sent in one round arrives in the next: Tick ends a round, and a
\* message can be received only if it was in flight at the last Tick.  Steps of
\* a server take no time.  So the number of ticks is the number of message
\* delays that follow one another.  The minimal number to a commit is d where
\* NoCommit holds with MaxDelays = d - 1 and is violated with MaxDelays = d.
\* What passes between a client and the leader is not counted.
\*
\* There are no restarts, and the network neither loses nor duplicates: none of
\* it brings a commit forward.

EXTENDS Raft

CONSTANTS
    MaxDelays,      \* ticks to the first commit
    MaxDelaysAfter  \* ticks after it

VARIABLES
    delays,     \* ticks so far; the first commit sets the count back to 0
    arrived     \* what can be received: of the messages that were in flight at
                \* the last Tick, those that still are

delaysVars == <<vars, delays, arrived>>

NoLeader == \A i \in Server : state[i] /= Leader

NoCommit == \A i \in Server : commitIndex[i] = 0

NoSecondCommit == \A i \in Server : commitIndex[i] < 2

Budget == IF NoCommit THEN MaxDelays ELSE MaxDelaysAfter

MayReceive(m) == m \in arrived

SameRound == UNCHANGED <<delays, arrived>>

\* What has been received does not arrive once more in the round in which it is
\* sent once more.
Forget == arrived' = arrived \cap DOMAIN messages'

-----------------------------------------------------------------------------
DelaysInit == Init /\ delays = 0 /\ arrived = {}

\* A round ends: whatever is in flight arrives.
Tick ==
    /\ delays < Budget
    /\ delays' = delays + 1
    /\ arrived' = DOMAIN messages
    /\ UNCHANGED vars

\* The client waits until what it asked for is committed before it asks again.
AskLeader(i, v) ==
    /\ commitIndex[i] = Len(log[i])
    /\ ClientRequest(i, v)

\* With the first commit the count begins anew.
Commit(i) ==
    /\ AdvanceCommitIndex(i)
    /\ delays' = IF NoCommit /\ NewCommitIndex(i) > 0 THEN 0 ELSE delays
    /\ UNCHANGED arrived

ReceiveArrived(m) ==
    /\ MayReceive(m)
    /\ Receive(m)
    /\ UNCHANGED delays

TimeoutD(i) == Timeout(i) /\ SameRound

RequestVoteD(i, j) == RequestVote(i, j) /\ SameRound

BecomeLeaderD(i) == BecomeLeader(i) /\ SameRound

AskLeaderD(i, v) == AskLeader(i, v) /\ SameRound

AppendEntriesD(i, j) == AppendEntries(i, j) /\ SameRound

ReceiveArrivedD(m) == ReceiveArrived(m) /\ Forget

\* Named for the sake of TLC's labels, as in Raft.
ReceiveAnyD == \E m \in DOMAIN messages : ReceiveArrivedD(m)

DelaysNext ==
    \/ Tick
    \/ \E i \in Server : TimeoutD(i)
    \/ \E i, j \in Server : RequestVoteD(i, j)
    \/ \E i \in Server : BecomeLeaderD(i)
    \/ \E i \in Server, v \in Value : AskLeaderD(i, v)
    \/ \E i \in Server : Commit(i)
    \/ \E i, j \in Server : AppendEntriesD(i, j)
    \/ ReceiveAnyD

DelaysSpec == DelaysInit /\ [][DelaysNext]_delaysVars

-----------------------------------------------------------------------------
\* Invariants.

DelaysTypeOK ==
    /\ TypeOK
    /\ delays \in 0..Budget
    /\ arrived \subseteq DOMAIN messages

=============================================================================
