---------------------------- MODULE RaftMutants -----------------------------
\* Broken variants of definitions of Raft, to be put in their place by a model
\* (`UpToDate <- AnyLog` in TLC's configuration file).  Each has the parameters
\* of the original and breaks one rule.

EXTENDS Raft

\* For UpToDate: a vote is given without a look at the candidate's log.
AnyLog(i, m) == TRUE

\* For MayVote: a vote is given to everybody who asks, several in one term.
MayVoteAgain(i, j) == TRUE

\* For LogOk: whatever precedes the entries in m, the receiver takes them.
\* The branches that then look into the log check its length themselves.
NoLogCheck(i, m) == TRUE

\* For Quorum: half is enough, so that two quorums need not intersect.
HalfQuorum == {q \in SUBSET Server : 2 * Cardinality(q) >= Cardinality(Server)}

\* For Committable: replicas of entries of earlier terms are counted too.
AnyTerm(i, index) == TRUE

\* For Restart: the vote was not on stable storage.
ForgetfulRestart(i) ==
    /\ state' = [state EXCEPT ![i] = Follower]
    /\ votedFor' = [votedFor EXCEPT ![i] = Nil]
    /\ commitIndex' = [commitIndex EXCEPT ![i] = 0]
    /\ votesResponded' = [votesResponded EXCEPT ![i] = {}]
    /\ votesGranted' = [votesGranted EXCEPT ![i] = {}]
    /\ nextIndex' = [nextIndex EXCEPT ![i] = [j \in Server |-> 1]]
    /\ matchIndex' = [matchIndex EXCEPT ![i] = [j \in Server |-> 0]]
    /\ UNCHANGED <<messages, currentTerm, log>>

\* For BackUp: nothing stops the leader at the first entry.
BackUpPastStart(n) == n - 1

=============================================================================
