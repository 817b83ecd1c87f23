------------------------ MODULE PaxosNetworkMutants -------------------------
\* Other rules for PaxosNetwork, to be put in their place by a model
\* (`Proposal <- OwnProposal` in TLC's configuration file).  Each has the
\* parameters of the original.  Most are broken; NextByAcceptors and
\* MayPromiseAgain are correct as long as ballots are unique.

EXTENDS PaxosNetwork

\* For Restart: the vote is on stable storage, the promise is not.
ForgetfulRestart(a) ==
    /\ promised' = [promised EXCEPT ![a] = -1]
    /\ UNCHANGED <<messages, votedBallot, votedValue, votes, proposerVars>>

\* For Proposal: the proposer ignores what has been accepted.
OwnProposal(p) == own[p]

\* For Supersedes: the proposer takes up the first vote that it hears of.  It
\* should be the one of the highest ballot.
FirstVote(p, m) == highBallot[p] = -1 /\ m.mbal >= 0

\* For Proposal: the proposer takes the value from the promises without looking
\* whether they carry one.
ReportedProposal(p) == highValue[p]

\* For Quorum: half is enough, so that two quorums need not intersect.
HalfQuorum == {q \in SUBSET Acceptor : 2 * Cardinality(q) >= Cardinality(Acceptor)}

-----------------------------------------------------------------------------
\* Ballots: each proposer begins with its id and adds the number of acceptors
\* with each attempt.  They are unique if no two ids have the same remainder.

\* For NextBallot: not the number of proposers is added but the number of
\* acceptors.
NextByAcceptors(b) == b + Cardinality(Acceptor)

\* For FirstBallot: ids that have the same remainder, 0, 3, 6 where there are 3
\* acceptors.
FirstAmongMany(p) == p * Cardinality(Acceptor)

\* For MayPromise: a promise is repeated when it is asked for again, as after
\* the loss of the answer.
MayPromiseAgain(m) == m.bal >= promised[m.acc]

=============================================================================
