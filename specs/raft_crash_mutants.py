"""A broken variant of a definition of RaftCrash: ``substitute: {MayCrash: CrashAgain}``.

Read beside ``proofs/RaftCrashMutants.tla``.

Deviations: none
"""

from mc.lang import *
from raft_crash import *


def CrashAgain(s, i):
    """For MayCrash: nobody counts the crashes."""
    return i not in s.crashed
