---------------------- MODULE MultiPaxosSnippetMutants -----------------------
\* What else the short program for Multi-Paxos may mean, to be put in place of
\* the kindest reading by a model (`SetLeader <- TakeLead` in TLC's
\* configuration file).

EXTENDS MultiPaxosSnippet

\* For MayLead: nodes have different views of who is up, so each may take
\* itself for the first.
OwnView(p) == TRUE

\* For BallotsOf: all proposers use the same ballots.
SharedBallots(p) == Ballot

\* For SetLeader: the leader is set by taking the first proposer; phase 1 is
\* skipped from the start, and no acceptor asked.  (Q has no meaning here.)
TakeLead(p, b, Q) ==
    /\ p \in up
    /\ MayLead(p)
    /\ stored[p] = 0
    /\ b \in BallotsOf(p)
    /\ Q = Acceptor
    /\ stored' = [stored EXCEPT ![p] = b]
    /\ UNCHANGED <<up, bound, called, acceptorVars, msgs>>

\* For IsNewSlot: requests have no slots; accept has a ballot and a value only.
SameSlot(p) == TRUE

\* For Binding: the highest ballot counts, even if it is 0, that of an acceptor
\* which has accepted nothing: the leader takes over Nil.
Latest(Q) == {a \in Q : \A o \in Q : maxVBal[a] >= maxVBal[o]}

=============================================================================
