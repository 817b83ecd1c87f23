------------------------ MODULE RaftListingVariants -------------------------
\* Definitions to be put in the place of those of RaftListing by a model: the
\* paper's rules, another reading of the listing, and the commit rule of the
\* short snippet.

EXTENDS RaftListing

-----------------------------------------------------------------------------
\* The paper's rules.

\* For TermAccepted (C1): a vote of the past is refused.
TermNotLower(m) == m.term >= currentTerm[m.dest]

\* For RoleAfterAppend (C2): who gets entries of a term that is not lower than
\* its own is a follower.
StepDown(m) == "follower"

\* For CommitAfterAppend (C2): only what the leader has vouched for, and never
\* less than before.
CommitWhatWasSent(m, xlog) ==
    Max({commitIndex[m.dest],
         Min({m.leaderCommit, m.prevLogIndex + Len(m.entries)})})

\* For EntriesFor (C3): all that peer j may not have, so that the entries
\* follow what comes before them.
EntriesDue(i, j) == SubSeq(log[i], nextIndex[i][j], Len(log[i]))

\* For NextAfterRefusal (C3): the next call to peer j begins one entry earlier.
BackUp(i, j) == Max({nextIndex[i][j] - 1, 1})

-----------------------------------------------------------------------------
\* The paper's rule, broken.

\* For NextAfterRefusal: nothing stops the leader at the first entry.
BackUpPastStart(i, j) == nextIndex[i][j] - 1

-----------------------------------------------------------------------------
\* Another reading.

\* For StillCalling (C4, C3): what happened to node i since it began makes no
\* difference.
NeverGivesUp(i) == TRUE

-----------------------------------------------------------------------------
\* The short snippet.

\* For EnoughAcks (C6): n begins at 1, and is compared with the number of the
\* other nodes.
MoreThanHalfOfFollowers(n) == n > (Cardinality(Node) - 1) \div 2

\* For EnoughAcks: one less than in the snippet.
OneAckLess(n) == n + 1 > (Cardinality(Node) - 1) \div 2

=============================================================================
