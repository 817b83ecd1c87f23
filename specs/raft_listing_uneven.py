"""The first Raft listing, from a state with uneven logs and a second leader.

A bare majority elected a node in term 1 and holds its first entry. Then a bare majority elected another
holder in term 2; the first leader was among them, and nobody else who holds the entry. The remaining nodes
have not been called since. The state is artificial as an initial one, but the listing reaches it: twice
StartElection, AskVote and EndElection, between them Propose, SendEntry and EndProposal. It makes the search
for what five nodes can do short.

Read beside ``proofs/RaftListingUneven.tla``.

Deviations: none
"""

from mc.lang import *
from raft_listing import *


def Uneven(t, first, second, holders, voters, v):
    """The leaders of terms 1 and 2, those who have v from the first, and those who elected the second."""
    if not first != second:
        return False
    if not Cardinality(holders) == Majority():
        return False
    if not Cardinality(voters) == Majority():
        return False
    if not holders & voters == {first, second}:
        return False
    entry = Entry(term=1, value=v)
    t.currentTerm = {i: 2 if i in voters else 1 if i in holders else 0 for i in Node}
    t.role = {i: "leader" if i == second else "follower" for i in Node}
    t.votedFor = {i: second if i in voters else first if i in holders else Nil for i in Node}
    t.log = {i: (entry,) if i in holders else () for i in Node}
    t.commitIndex = {i: 1 if i == first else 0 for i in Node}
    t.nextIndex = {
        i: {j: 2 if i == second or (i == first and j in holders - {first}) else 1 for j in Node} for i in Node
    }
    t.task = {i: "none" for i in Node}
    t.callTerm = {i: 0 for i in Node}
    t.waiting = {i: set() for i in Node}
    t.yes = {i: 0 for i in Node}
    t.late = set()
    t.committed = {Commit(index=1, entry=entry, term=1)}
    return True


UnevenInit = [(Uneven, Node, Node, Set(Node), Set(Node), Value)]

# The bounds of the model


def EmptyLogsLast(s):
    """Only a node without entries stands for election in the last term."""
    return all(
        not (s.role[i] == "candidate" and s.currentTerm[i] == MaxTerm) or s.log[i] == () for i in Node
    )


Constraints = [Bounds, EmptyLogsLast]

# Witnesses


def ThreeElections(s):
    """There are candidates or leaders of three terms at once."""
    return any(
        s.role[i] != "follower"
        and s.role[j] != "follower"
        and s.role[k] != "follower"
        and s.currentTerm[i] < s.currentTerm[j]
        and s.currentTerm[j] < s.currentTerm[k]
        for i in Node
        for j in Node
        for k in Node
    )


Witnesses = [ThreeElections]
