-------------------------- MODULE MultiPaxosMutants --------------------------
\* Broken variants of definitions of Multi-Paxos, to be put in their place by a
\* model (`Binding <- OldestBinds` in TLC's configuration file).  Each has the
\* parameters of the original and breaks one rule.

EXTENDS MultiPaxos

\* For Quorum: half is enough, so that two quorums need not intersect.
HalfQuorum ==
    {q \in SUBSET Acceptor : 2 * Cardinality(q) >= Cardinality(Acceptor)}

\* For Binding: a new leader does not look at what was accepted before.  It
\* fills all slots up to the last one as if they were holes.
NothingBinds(P, n) == {m \in P : FALSE}

\* For LastSlot: a new leader begins at the first slot, with clients' values,
\* whatever was accepted there.
NothingAccepted(P) == 0

\* For Binding: the first promise that carries a value counts, instead of the
\* one of the highest ballot.  Which comes first is up to the network; here it
\* is always the one of the lowest ballot.
OldestBinds(P, n) ==
    {m \in P :
        /\ m.mbal[n] > 0
        /\ \A o \in P : o.mbal[n] > 0 => m.mbal[n] <= o.mbal[n]}

\* For Filler: a hole is proposed as it is, without a command.
EmptyFiller == Nil

\* For MayPropose: a leader does not wait for a client.
ProposeAnything(v) == TRUE

\* For Due: a learner applies what it hears of first, and leaves out what comes
\* before.
DueAnyLater(i, n) == n > Len(applied[i])

\* For Restart: the promise was not on stable storage.  What was accepted is.
ForgetfulRestart(a) ==
    /\ maxBal' = [maxBal EXCEPT ![a] = 0]
    /\ UNCHANGED <<msgs, requested, maxVBal, maxVal, nextSlot, applied>>

-----------------------------------------------------------------------------
\* Not broken, but less: for models of acceptors and leaders alone, which none
\* of this acts on.

\* For Restart: a step that changes nothing may be left out.
NoRestart(a) == FALSE

\* For Apply: learners have no part in what is chosen.
NoApply(i, b, n, v) == FALSE

=============================================================================
