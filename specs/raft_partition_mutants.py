"""A broken variant of a definition of RaftPartition: ``substitute: {MayCutOff: AnySide}``.

Read beside ``proofs/RaftPartitionMutants.tla``.

Deviations: none
"""

from mc.lang import *
from raft_partition import *


def AnySide(i, q):
    """For MayCutOff: the leader may be on the side of a majority."""
    return i in q
