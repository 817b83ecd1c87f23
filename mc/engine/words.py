"""What the words mean that compiled code and Python share: control arrays, origins and kinds."""

from __future__ import annotations

#: An origin: the parent's index within its level, and above it the edge: which successor of the parent.
PARENT_BITS = 40
PARENT_MASK = (1 << PARENT_BITS) - 1
#: A kind: the action's number, and above it how many symmetries leave the state alone.
ACTION_BITS = 16
ACTION_MASK = (1 << ACTION_BITS) - 1

# Words of the control array of a worker.
COUNT = 0  # successors in the batch
EDGE = 1  # successors of the present parent so far, all of them
RAW = 2  # not 0: keep every successor as it is
STOP = 3  # why the search should stop: OK or one of the following
STOP_PARENT = 4  # where: the parent's index
STOP_EDGE = 5  # and the edge; 0 for the parent itself
STOP_INVARIANT = 6  # which invariant, from 1
WITNESSES = 7  # bit set of the witnesses seen
ORBITS = 8  # sum of the orbit sizes of the new states
DEADLOCK = 9  # not 0: a state without successor is an error
GROUP = 10  # size of the symmetry group
NEXT = 11  # where the next new state goes
DEPTH = 12  # longest path of a depth-first search
GENERATED = 16  # per action; after them the distinct ones per action

# Reasons to stop.
OK = 0
VIOLATED = 1
STUCK = 2
FAILED = 3  # the successor cannot be evaluated
BLOCKED = 4  # an action cannot be evaluated in the parent; the edge is the one that it would have made

# What ``inspect`` says of each state, in words of a row.
FINGERPRINT = 0
WITHIN = 1  # whether it satisfies the constraints
BROKEN = 2  # the first invariant it violates, from 1; or 0
SYMMETRIES = 3  # how many symmetries leave it alone
INSPECTED = 4  # words of a row

#: How many fingerprints ahead of their use the memory of the visited set is asked for.
AHEAD = 16
#: Parents in a batch, at most. Fixed: which states a stopped search has seen depends on it.
BATCH = 16384

CONSTANTS = {name: value for name, value in globals().items() if name.isupper() and isinstance(value, int)}
