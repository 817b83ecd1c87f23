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
SHARES = 13  # workers that insert; 0: fingerprints are not dealt to them
GENERATED = 16  # per action; after them the distinct ones per action

# Reasons to stop.
OK = 0
VIOLATED = 1
STUCK = 2
FAILED = 3  # the successor cannot be evaluated
BLOCKED = 4  # an action cannot be evaluated in the parent; the edge is the one that it would have made

# What ``inspect`` says of each state, in words of a row.
FINGERPRINT = 0  # two words
WITHIN = 2  # whether it satisfies the constraints
BROKEN = 3  # the first invariant it violates, from 1; or 0
SYMMETRIES = 4  # how many symmetries leave it alone
WITNESSED = 5  # bit set of the witnesses it satisfies
INSPECTED = 6  # words of a row

#: Of the second word of a fingerprint, the upper bits choose the table of the visited set; the lower are kept there.
TABLE_BITS = 9
EXTRA_BITS = 16
#: The visited set has its states in lines of the processor's cache: 64 bytes, 8 words.
LINE = 8
#: So many fingerprints are in a line: first words, then the kept bits of the second words, 16 bits each.
FINGERPRINTS_PER_LINE = 6
EXTRAS = 4 * FINGERPRINTS_PER_LINE  # where these begin, in units of 16 bits
#: And in the same units, a bit set of those slots whose states are marked: known to be on the disk as well.
MARKS = EXTRAS + FINGERPRINTS_PER_LINE
#: A slot of an exact visited set: the number of its state's row, from 1, and above it bits of the fingerprint.
ROW_BITS = 32
# Words of a table in the directory of the visited set.
LINES = 0  # address
COUNT_OF_LINES = 1
USED = 2  # states in it
FULL = 3  # as many states as it has when it is to grow
MARKED = 4  # of the states in it, those that are marked
ENTRY = 5  # words of a table in the directory

# A list of the successors in a batch whose tables belong to one worker.
DEALT = 0  # how many there are
TRIED = 1  # how many of them were tried to insert
NEW = 2  # how many of these were new: they stand first
NUMBERS = 3  # from here on their numbers within the batch

#: How many fingerprints ahead of their use the memory of the visited set is asked for.
AHEAD = 16
#: Parents in a batch, at most. Fixed: which states a stopped search has seen depends on it.
BATCH = 16384

CONSTANTS = {name: value for name, value in globals().items() if name.isupper() and isinstance(value, int)}
