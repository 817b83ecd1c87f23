-------------------------- MODULE MultiPaxosDelays ---------------------------
\* Multi-Paxos with message delays counted: how many, one after the other,
\* until a value is committed.
\*
\* Time goes in rounds.  What is sent in a round arrives with the next Tick, at
\* the earliest; what a server does within a round takes no time.  So delays is
\* the length of a chain of messages each of which was sent after the one
\* before had arrived.  A command is committed when a learner, which may be the
\* leader, has heard from a quorum that it accepted.  The client is next to the
\* leader, and asks for its second command when the first is committed: delays
\* begins again at 0 there.
\*
\* Nothing is lost by leaving out restarts: they change nothing.  Messages may
\* get lost, in that they are never received.

EXTENDS MultiPaxos

CONSTANTS
    MaxDelays, MaxFirst     \* used by Bounds only

VARIABLES
    delays,     \* the rounds that have passed, since the first commit if there
                \*     was one
    arrived     \* the messages that may be received: what was sent before the
                \*     last Tick

delaysVars == <<vars, delays, arrived>>

\* How many commands are committed.
Committed == Max({Len(applied[i]) : i \in Learner})

\* What a Tick lets arrive: all that was sent.
Arriving == msgs

-----------------------------------------------------------------------------
DelaysInit ==
    /\ Init
    /\ delays = 0
    /\ arrived = {}

Tick ==
    /\ delays' = delays + 1
    /\ arrived' = Arriving
    /\ UNCHANGED vars

-----------------------------------------------------------------------------
\* The actions of Multi-Paxos, with what they receive arrived.

ClientRequestD(v) ==
    /\ ClientRequest(v)
    /\ UNCHANGED <<delays, arrived>>

Phase1aD(b) ==
    /\ Phase1a(b)
    /\ UNCHANGED <<delays, arrived>>

Phase1bD(a, b) ==
    /\ [type |-> "1a", bal |-> b] \in arrived
    /\ Phase1b(a, b)
    /\ UNCHANGED <<delays, arrived>>

BecomeLeaderD(b, Q) ==
    /\ Promises(b, Q) \subseteq arrived
    /\ BecomeLeader(b, Q)
    /\ UNCHANGED <<delays, arrived>>

\* The client waits until its last command is committed.
Phase2aD(b, v) ==
    /\ nextSlot[b] <= Committed + 1
    /\ Phase2a(b, v)
    /\ UNCHANGED <<delays, arrived>>

Phase2bD(a, b, n, v) ==
    /\ [type |-> "2a", bal |-> b, slot |-> n, val |-> v] \in arrived
    /\ Phase2b(a, b, n, v)
    /\ UNCHANGED <<delays, arrived>>

ApplyD(i, b, n, v) ==
    /\ Votes(arrived, b, n, v) \in Quorum
    /\ Apply(i, b, n, v)
    /\ delays' = IF Committed = 0 THEN 0 ELSE delays
    /\ UNCHANGED arrived

DelaysNext ==
    \/ Tick
    \/ \E v \in Value : ClientRequestD(v)
    \/ \E b \in Ballot : Phase1aD(b)
    \/ \E a \in Acceptor, b \in Ballot : Phase1bD(a, b)
    \/ \E b \in Ballot, Q \in SUBSET Acceptor : BecomeLeaderD(b, Q)
    \/ \E b \in Ballot, v \in Value : Phase2aD(b, v)
    \/ \E a \in Acceptor, b \in Ballot, n \in Slot, v \in Command :
           Phase2bD(a, b, n, v)
    \/ \E i \in Learner, b \in Ballot, n \in Slot, v \in Command :
           ApplyD(i, b, n, v)

DelaysSpec == DelaysInit /\ [][DelaysNext]_delaysVars

-----------------------------------------------------------------------------
\* The part of the state space that a model explores, a CONSTRAINT: at most
\* MaxDelays; MaxFirst before the first commit, if that is more.

Bounds ==
    \/ delays <= MaxDelays
    \/ delays <= MaxFirst /\ Committed = 0

-----------------------------------------------------------------------------
\* Invariants.

DelaysTypeOK ==
    /\ TypeOK
    /\ delays \in Nat
    /\ arrived \subseteq msgs

\* What holds for as long as there are too few delays.

NoCommit == Committed < 1

NoSecondCommit == Committed < 2

\* Witnesses: what must be possible, lest there is no commit for a reason other
\* than the delays.

FirstProposed == \E m \in arrived : m.type = "2a" /\ m.slot = 1

SecondProposed == \E m \in arrived : m.type = "2a" /\ m.slot = 2

=============================================================================
