---------------------------- MODULE PaxosMutants ----------------------------
\* Broken variants of definitions of Paxos, to be put in their place by a model
\* (`MayPropose <- OwnValue` in TLC's configuration file).  Each has the
\* parameters of the original and breaks one rule.

EXTENDS Paxos

\* For MayPropose: the proposer ignores what has been accepted.
OwnValue(votes, v) == TRUE

\* For MayPropose: any vote that the proposer hears of will do, as if it took
\* the first promise that carries one.  It should be the highest ballot's.
AnyVote(votes, v) ==
    \/ votes = {}
    \/ \E m \in votes : m.mval = v

\* For Quorum: half is enough, so that two quorums need not intersect.
HalfQuorum == {q \in SUBSET Acceptor : 2 * Cardinality(q) >= Cardinality(Acceptor)}

\* For Phase2a: the proposer fills in the value of a promise without looking
\* whether the promise carries one.
ProposeNil(b, v) ==
    LET free == \A m \in msgs : m.type = "1b" /\ m.bal = b => m.mbal < 0
    IN  /\ \A m \in msgs : ~ (m.type = "2a" /\ m.bal = b)
        /\ SafeAt(b, v)
        /\ Send([type |-> "2a", bal |-> b, val |-> IF free THEN Nil ELSE v])
        /\ UNCHANGED <<maxBal, maxVBal, maxVal>>

\* For Phase2b: as if acceptor a had restarted, and its vote were on stable
\* storage but its promise were not.
ForgetPromise(a, m) ==
    /\ m.type = "2a"
    /\ m.bal >= maxVBal[a]
    /\ maxBal' = [maxBal EXCEPT ![a] = m.bal]
    /\ maxVBal' = [maxVBal EXCEPT ![a] = m.bal]
    /\ maxVal' = [maxVal EXCEPT ![a] = m.val]
    /\ Send([type |-> "2b", acc |-> a, bal |-> m.bal, val |-> m.val])

=============================================================================
