"""The paper's rules for the first listing, other readings of it, and the commit rule of the short snippet.

Each is for a definition of ``raft_listing.py``: ``substitute: {RoleAfterAppend: StepDown}``. Read beside
``proofs/RaftListingVariants.tla``.

Deviations: none
"""

from mc.lang import *
from raft_listing import *

# The paper's rules


def TermNotLower(s, m):
    """For TermAccepted (C1): a vote of the past is refused."""
    return m.term >= s.currentTerm[m.dest]


def StepDown(s, m):
    """For RoleAfterAppend (C2): who gets entries of a term not lower than its own is a follower."""
    return "follower"


def CommitWhatWasSent(s, m, xlog):
    """For CommitAfterAppend (C2): only what the leader has vouched for, and never less than before."""
    return Max({s.commitIndex[m.dest], Min({m.leaderCommit, m.prevLogIndex + Len(m.entries)})})


def EntriesDue(s, i, j):
    """For EntriesFor (C3): all that peer j may not have, so that they follow what comes before."""
    return SubSeq(s.log[i], s.nextIndex[i][j], Len(s.log[i]))


def BackUp(s, i, j):
    """For NextAfterRefusal (C3): the next call to peer j begins one entry earlier."""
    return Max({s.nextIndex[i][j] - 1, 1})


# The paper's rule, broken


def BackUpPastStart(s, i, j):
    """For NextAfterRefusal: nothing stops the leader at the first entry."""
    return s.nextIndex[i][j] - 1


# Another reading


def NeverGivesUp(s, i):
    """For StillCalling (C4, C3): what happened to node i since it began makes no difference."""
    return True


# The short snippet


def MoreThanHalfOfFollowers(n):
    """For EnoughAcks (C6): n begins at 1, and is compared with the number of the others."""
    return n > (Cardinality(Node) - 1) // 2


def OneAckLess(n):
    """For EnoughAcks: one less than in the snippet."""
    return n + 1 > (Cardinality(Node) - 1) // 2
