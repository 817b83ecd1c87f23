"""Broken variants of definitions of RaftDelays: the count depends on the rules of the rounds.

Read beside ``proofs/RaftDelaysMutants.tla``.

Deviations: none
"""

from mc.lang import *
from raft_delays import *


def AtOnce(s, m):
    """For MayReceive: messages take no time."""
    return True


def RememberAll(s, t):
    """For Forget: what has been received counts as arrived for the whole round."""
    t.arrived = s.arrived
