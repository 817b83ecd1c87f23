"""Other rules for paxos_network, most of them broken: ``substitute: {Proposal: OwnProposal}``.

Read beside ``proofs/PaxosNetworkMutants.tla``.

Deviations: none
"""

from mc.lang import *
from paxos_network import *


def ForgetfulRestart(s, t, a):
    """For Restart: the vote is on stable storage, the promise is not."""
    t.promised[a] = -1
    return True


def OwnProposal(s, p):
    """For Proposal: the proposer ignores what has been accepted."""
    return s.own[p]


def FirstVote(s, p, m):
    """For Supersedes: the proposer takes up the first vote that it hears of, not the one of the highest ballot."""
    return s.highBallot[p] == -1 and m.mbal >= 0


def ReportedProposal(s, p):
    """For Proposal: the proposer takes the value from the promises without looking whether they carry one."""
    return s.highValue[p]


def HalfQuorum():
    """For Quorum: two quorums need not intersect."""
    return {q for q in Set(Acceptor) if 2 * Cardinality(q) >= Cardinality(Acceptor)}


# Ballots: each proposer begins with its id and adds the number of acceptors with each attempt. They are
# unique if no two ids have the same remainder.


def NextByAcceptors(b):
    """For NextBallot: not the number of proposers is added but the number of acceptors."""
    return b + Cardinality(Acceptor)


def FirstAmongMany(p):
    """For FirstBallot: ids that have the same remainder, 0, 3, 6 where there are 3 acceptors."""
    return p * Cardinality(Acceptor)


def MayPromiseAgain(s, m):
    """For MayPromise: a promise is repeated when it is asked for again, as after the loss of the answer."""
    return m.bal >= s.promised[m.acc]
