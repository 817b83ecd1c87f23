------------------------------- MODULE Paxos --------------------------------
\* Paxos for one decision, as in L. Lamport, "Paxos Made Simple" (2001).  The
\* shape is that of his published module of this name: neither proposers nor
\* learners, only ballots, and a set of all messages ever sent.  There is no
\* need to lose messages: one that is lost is one that nobody receives.

EXTENDS Integers, FiniteSets

CONSTANTS
    Acceptor,
    Value,      \* what may be proposed
    Nil,        \* no value
    MaxBallot   \* bound of the model

Ballot == 0..MaxBallot

\* Nobody proposes Nil.  A broken proposer might: TypeOK says it does not happen.
Message ==
    [type : {"1a"}, bal : Ballot]
    \cup
    [type : {"1b"},
     acc  : Acceptor,
     bal  : Ballot,
     mbal : Ballot \cup {-1},
     mval : Value \cup {Nil}]
    \cup
    [type : {"2a"}, bal : Ballot, val : Value \cup {Nil}]
    \cup
    [type : {"2b"}, acc : Acceptor, bal : Ballot, val : Value \cup {Nil}]

VARIABLES
    maxBal,    \* the highest ballot each acceptor has taken part in, or -1
    maxVBal,   \* the ballot of its last vote, or -1
    maxVal,    \* the value of its last vote, or Nil
    msgs       \* all messages ever sent

vars == <<maxBal, maxVBal, maxVal, msgs>>

-----------------------------------------------------------------------------
\* Helpers.

Send(m) == msgs' = msgs \cup {m}

-----------------------------------------------------------------------------
\* The rules that the safety of Paxos hangs on, each a definition of its own so
\* that a model can replace it by a broken one (see PaxosMutants).

\* The majorities.  What matters is that any two of them share an acceptor.
Quorum == {q \in SUBSET Acceptor : 2 * Cardinality(q) > Cardinality(Acceptor)}

\* votes: the promises of a quorum that carry a vote.  The vote of the highest
\* ballot decides; where nobody has voted the proposer is free.
MayPropose(votes, v) ==
    \/ votes = {}
    \/ \E m \in votes :
           /\ m.mval = v
           /\ \A n \in votes : n.mbal <= m.mbal

\* All of Q promised to ballot b, and what they voted for before leaves v.
ShowsSafeAt(Q, b, v) ==
    LET promises == {m \in msgs : m.type = "1b" /\ m.acc \in Q /\ m.bal = b}
        votes == {m \in promises : m.mbal >= 0}
    IN  /\ \A a \in Q : \E m \in promises : m.acc = a
        /\ MayPropose(votes, v)

SafeAt(b, v) == \E Q \in Quorum : ShowsSafeAt(Q, b, v)

-----------------------------------------------------------------------------
Init ==
    /\ maxBal = [a \in Acceptor |-> -1]
    /\ maxVBal = [a \in Acceptor |-> -1]
    /\ maxVal = [a \in Acceptor |-> Nil]
    /\ msgs = {}

-----------------------------------------------------------------------------
\* The two phases.

\* Ballot b begins.  Asking again changes nothing.
Phase1a(b) ==
    /\ Send([type |-> "1a", bal |-> b])
    /\ UNCHANGED <<maxBal, maxVBal, maxVal>>

\* Acceptor a promises to take no part in lower ballots, and says how it voted
\* last.
Phase1b(a, m) ==
    /\ m.type = "1a"
    /\ m.bal > maxBal[a]
    /\ maxBal' = [maxBal EXCEPT ![a] = m.bal]
    /\ Send([type |-> "1b",
             acc  |-> a,
             bal  |-> m.bal,
             mbal |-> maxVBal[a],
             mval |-> maxVal[a]])
    /\ UNCHANGED <<maxVBal, maxVal>>

\* The proposer of ballot b asks for votes for v, and for no other value.
Phase2a(b, v) ==
    /\ \A m \in msgs : ~ (m.type = "2a" /\ m.bal = b)
    /\ SafeAt(b, v)
    /\ Send([type |-> "2a", bal |-> b, val |-> v])
    /\ UNCHANGED <<maxBal, maxVBal, maxVal>>

\* Acceptor a votes, unless it has promised itself to a higher ballot.
Phase2b(a, m) ==
    /\ m.type = "2a"
    /\ m.bal >= maxBal[a]
    /\ maxBal' = [maxBal EXCEPT ![a] = m.bal]
    /\ maxVBal' = [maxVBal EXCEPT ![a] = m.bal]
    /\ maxVal' = [maxVal EXCEPT ![a] = m.val]
    /\ Send([type |-> "2b", acc |-> a, bal |-> m.bal, val |-> m.val])

-----------------------------------------------------------------------------
\* A row over messages is a definition of its own, for TLC to have its name.

Phase1bAny == \E a \in Acceptor, m \in msgs : Phase1b(a, m)

Phase2bAny == \E a \in Acceptor, m \in msgs : Phase2b(a, m)

Next ==
    \/ \E b \in Ballot : Phase1a(b)
    \/ Phase1bAny
    \/ \E b \in Ballot, v \in Value : Phase2a(b, v)
    \/ Phase2bAny

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
\* Invariants.

\* A quorum has voted for v in ballot b.
ChosenAt(b, v) ==
    \E Q \in Quorum :
        \A a \in Q :
            [type |-> "2b", acc |-> a, bal |-> b, val |-> v] \in msgs

Chosen == {v \in Value \cup {Nil} : \E b \in Ballot : ChosenAt(b, v)}

TypeOK ==
    /\ maxBal \in [Acceptor -> Ballot \cup {-1}]
    /\ maxVBal \in [Acceptor -> Ballot \cup {-1}]
    /\ maxVal \in [Acceptor -> Value \cup {Nil}]
    /\ msgs \subseteq Message
    /\ \A m \in msgs : m.type = "2a" => m.val \in Value

\* At most one value is ever chosen.
Agreement == \A v, w \in Chosen : v = w

\* What is chosen is one of the values that may be proposed.
Validity == Chosen \subseteq Value

\* Once a value is chosen, every higher ballot proposes the same.
ChosenIsKept ==
    \A v \in Value \cup {Nil}, b \in Ballot :
        ChosenAt(b, v) =>
            \A m \in msgs : m.type = "2a" /\ m.bal > b => m.val = v

\* Witnesses: what must be possible, lest the invariants hold for no reason.

ValueChosen == Chosen /= {}

VotesDiffer ==
    \E a, c \in Acceptor :
        /\ maxVBal[a] >= 0
        /\ maxVBal[c] >= 0
        /\ maxVal[a] /= maxVal[c]

=============================================================================
