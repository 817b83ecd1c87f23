-------------------------- MODULE MultiPaxosSnippet --------------------------
\* Multi-Paxos as a short program has it: the leader stores its ballot, and
\* phase 1 is skipped while it does.
\*
\* The program: a node that has no leader takes the first proposer; where a
\* leader is set, `accept` is called at once, with the ballot stored.  Once set,
\* the leader stays.  This is the reading that is kindest to it: a leader is
\* set only by a phase 1 of its own, with a ballot of its own, and takes over
\* what it learns there.  What else the program may mean is in
\* MultiPaxosSnippetMutants.
\*
\* One slot of the log is enough to see what becomes of it: in the others it
\* goes the same way, with the same ballot.  Phase 1 is one step, a call to all
\* acceptors of a quorum; what is sent in phase 2 may be late or lost.

EXTENDS Naturals, FiniteSets

CONSTANTS
    Acceptor,
    Value,
    Nil,            \* "has accepted nothing"
    MaxProposer,
    MaxBallot

\* In the order of the program's list.
Proposer == 1..MaxProposer

Ballot == 1..MaxBallot

Message ==
    [type : {"2a"}, bal : Ballot, val : Value]
    \cup
    [type : {"2b"}, acc : Acceptor, bal : Ballot, val : Value]

VARIABLES
    up,         \* the proposers that have not crashed
    stored,     \* of each proposer: the ballot that it stored when it became
                \*     the leader; 0: it has no leader set
    bound,      \* of each proposer: the value that it learned of in phase 1,
                \*     if there was one
    called,     \* the proposers that have called accept for the slot
    maxBal,     \* of each acceptor: its promise
    maxVBal,    \* of each acceptor: the ballot of what it accepted last,
    maxVal,     \*     and that value
    msgs        \* all messages ever sent in phase 2

proposerVars == <<up, stored, bound, called>>

acceptorVars == <<maxBal, maxVBal, maxVal>>

vars == <<proposerVars, acceptorVars, msgs>>

-----------------------------------------------------------------------------
\* Helpers.

Quorum == {q \in SUBSET Acceptor : 2 * Cardinality(q) > Cardinality(Acceptor)}

Min(S) == CHOOSE x \in S : \A y \in S : x <= y

Chosen(v) ==
    \E b \in Ballot :
        {a \in Acceptor : [type |-> "2b", acc |-> a, bal |-> b, val |-> v]
                              \in msgs} \in Quorum

HasAccepted(a, m) ==
    [type |-> "2b", acc |-> a, bal |-> m.bal, val |-> m.val] \in msgs

\* The acceptors in Q that have accepted something in the highest ballot.
Binding(Q) ==
    {a \in Q : maxVBal[a] > 0 /\ \A o \in Q : maxVBal[a] >= maxVBal[o]}

-----------------------------------------------------------------------------
\* What the program leaves open, each a definition of its own so that a model
\* can replace it.

\* The first proposer leads, and all nodes agree which one that is: the first
\* that is up.
MayLead(p) == p = Min(up)

\* Every proposer has ballots of its own.
BallotsOf(p) == {b \in Ballot : b % MaxProposer = p % MaxProposer}

\* Each request has a slot of its own, so a proposer calls accept once for this
\* one.
IsNewSlot(p) == p \notin called

-----------------------------------------------------------------------------
Init ==
    /\ up = Proposer
    /\ stored = [p \in Proposer |-> 0]
    /\ bound = [p \in Proposer |-> {}]
    /\ called = {}
    /\ maxBal = [a \in Acceptor |-> 0]
    /\ maxVBal = [a \in Acceptor |-> 0]
    /\ maxVal = [a \in Acceptor |-> Nil]
    /\ msgs = {}

\* Proposer p has no leader set, and becomes the leader: phase 1, with the
\* promises of Q.
SetLeader(p, b, Q) ==
    /\ p \in up
    /\ MayLead(p)
    /\ stored[p] = 0
    /\ b \in BallotsOf(p)
    /\ Q \in Quorum
    /\ \A a \in Q : b > maxBal[a]
    /\ stored' = [stored EXCEPT ![p] = b]
    /\ bound' = [bound EXCEPT ![p] = {maxVal[a] : a \in Binding(Q)}]
    /\ maxBal' = [a \in Acceptor |-> IF a \in Q THEN b ELSE maxBal[a]]
    /\ UNCHANGED <<up, called, maxVBal, maxVal, msgs>>

\* Leader p skips phase 1 and asks all acceptors to accept v, with the ballot
\* stored.
CallAccept(p, v) ==
    /\ p \in up
    /\ stored[p] /= 0
    /\ IsNewSlot(p)
    /\ bound[p] = {} \/ v \in bound[p]
    /\ called' = called \cup {p}
    /\ msgs' = msgs \cup {[type |-> "2a", bal |-> stored[p], val |-> v]}
    /\ UNCHANGED <<up, stored, bound, acceptorVars>>

\* Acceptor a accepts v, unless it has promised not to: then it refuses, which
\* nobody acts on.
Accept(a, b, v) ==
    /\ [type |-> "2a", bal |-> b, val |-> v] \in msgs
    /\ b >= maxBal[a]
    /\ maxBal' = [maxBal EXCEPT ![a] = b]
    /\ maxVBal' = [maxVBal EXCEPT ![a] = b]
    /\ maxVal' = [maxVal EXCEPT ![a] = v]
    /\ msgs' = msgs \cup {[type |-> "2b", acc |-> a, bal |-> b, val |-> v]}
    /\ UNCHANGED proposerVars

\* Proposer p stops, but not the last of them.
Crash(p) ==
    /\ p \in up
    /\ up /= {p}
    /\ up' = up \ {p}
    /\ UNCHANGED <<stored, bound, called, acceptorVars, msgs>>

Next ==
    \/ \E p \in Proposer, b \in Ballot, Q \in SUBSET Acceptor :
           SetLeader(p, b, Q)
    \/ \E p \in Proposer, v \in Value : CallAccept(p, v)
    \/ \E a \in Acceptor, b \in Ballot, v \in Value : Accept(a, b, v)
    \/ \E p \in Proposer : Crash(p)

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
\* Invariants.

TypeOK ==
    /\ up \subseteq Proposer
    /\ stored \in [Proposer -> 0..MaxBallot]
    /\ bound \in [Proposer -> SUBSET Value]
    /\ called \subseteq Proposer
    /\ maxBal \in [Acceptor -> 0..MaxBallot]
    /\ maxVBal \in [Acceptor -> 0..MaxBallot]
    /\ maxVal \in [Acceptor -> Value \cup {Nil}]
    /\ msgs \subseteq Message

\* No two values are chosen.
Agreement == \A v, w \in Value : Chosen(v) /\ Chosen(w) => v = w

\* A value is chosen, or one can still be: by a phase 1 to come, or with a
\* ballot that is in use.  (Promises only grow, and a leader that is set stays:
\* where this is false, it stays false.)
GoesOn ==
    \/ \E v \in Value : Chosen(v)
    \/ \E p \in up : stored[p] = 0
    \/ \E p \in up : {a \in Acceptor : maxBal[a] <= stored[p]} \in Quorum
    \/ \E m \in msgs :
           /\ m.type = "2a"
           /\ {a \in Acceptor :
                  maxBal[a] <= m.bal \/ HasAccepted(a, m)} \in Quorum

\* Witnesses: what must be possible, lest the invariants hold for no reason.

SomethingChosen == \E v \in Value : Chosen(v)

TwoLeaders == Cardinality({p \in up : stored[p] /= 0}) > 1

\* A leader has called accept after another one ran phase 1, and no quorum is
\* left to accept.
Refused ==
    \E m \in msgs :
        /\ m.type = "2a"
        /\ {a \in Acceptor : maxBal[a] <= m.bal} \notin Quorum

=============================================================================
