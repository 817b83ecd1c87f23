"""A broken variant of a definition of Multi-Paxos with message delays: ``substitute: {Arriving: Forged}``.

Read beside ``proofs/MultiPaxosDelaysMutants.tla``.

Deviations: none
"""

from mc.lang import *
from multipaxos_delays import *


def Forged(s):
    """For Arriving: a message comes that nobody has sent."""
    return s.msgs | {Message(type="1a", bal=1)}
