---------------------------- MODULE PaxosDelays -----------------------------
\* How long Paxos takes at best, counted in message delays.
\*
\* A message sent in one round arrives in the next: it can be received once the
\* clock has ticked after it was sent.  Everything else takes no time.  So the
\* number of ticks before a proposer knows that a value is chosen is the number
\* of messages that must follow one upon the other.  It is 4: Prepare, Promise,
\* Accept, Accepted.  Basic Paxos decides once; each further decision is a new
\* instance of the same protocol and costs the same 4.
\*
\* The network neither loses nor repeats messages here, acceptors do not restart
\* and proposers do not give up: nothing of this makes a decision faster.

EXTENDS PaxosNetwork

CONSTANT
    MaxDelays   \* bound of the model

VARIABLES
    delays,   \* how often the clock has ticked
    arrived   \* what was in flight at the last tick, less what has been received

delaysVars == <<vars, delays, arrived>>

-----------------------------------------------------------------------------
DelaysInit ==
    /\ Init
    /\ delays = 0
    /\ arrived = {}

\* All that is in flight arrives.
Tick ==
    /\ delays' = delays + 1
    /\ arrived' = DOMAIN messages
    /\ UNCHANGED vars

\* Message m, which has arrived, is received.
Deliver(m) ==
    /\ Receive(m)
    /\ arrived' = arrived \ {m}
    /\ UNCHANGED delays

\* Everything else takes no time.
SameRound == UNCHANGED <<delays, arrived>>

StartD(p, v) == Start(p, v) /\ SameRound

SendPrepareD(p, a) == SendPrepare(p, a) /\ SameRound

BeginAcceptD(p) == BeginAccept(p) /\ SameRound

SendAcceptD(p, a) == SendAccept(p, a) /\ SameRound

DecideD(p) == Decide(p) /\ SameRound

\* Named for the sake of TLC's labels, as in PaxosNetwork.

DeliverAny == \E m \in arrived : Deliver(m)

DelaysNext ==
    \/ \E p \in Proposer, v \in Value : StartD(p, v)
    \/ \E p \in Proposer, a \in Acceptor : SendPrepareD(p, a)
    \/ \E p \in Proposer : BeginAcceptD(p)
    \/ \E p \in Proposer, a \in Acceptor : SendAcceptD(p, a)
    \/ \E p \in Proposer : DecideD(p)
    \/ Tick
    \/ DeliverAny

DelaysSpec == DelaysInit /\ [][DelaysNext]_delaysVars

-----------------------------------------------------------------------------
\* The part of the state space that a model explores: a CONSTRAINT.

DelaysBounds == Bounds /\ delays <= MaxDelays

-----------------------------------------------------------------------------
\* Invariants.

DelaysTypeOK ==
    /\ TypeOK
    /\ delays \in Nat
    /\ arrived \subseteq Message

\* Nobody knows yet of a value that is chosen.  To be violated as soon as there
\* are enough delays.
NoCommit == \A p \in Proposer : phase[p] /= "decided"

\* Witness: what must be possible, lest the invariants hold for no reason.

ValueAccepted == votes /= {}

=============================================================================
