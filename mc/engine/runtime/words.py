"""What the words mean that compiled code and Python share: control arrays, origins and kinds, lists, the board."""

from __future__ import annotations

#: An origin: the parent's index within its level, and above it the edge: which successor of the parent, from 1. Of an
#: initial state: the binding, and which of its states, from 0.
PARENT_BITS = 36
PARENT_MASK = (1 << PARENT_BITS) - 1
#: A kind: the action's number, and above it how many symmetries leave the state alone.
ACTION_BITS = 16
ACTION_MASK = (1 << ACTION_BITS) - 1

#: Set in the kind of a state that turned out to be new.
FRESH = 1 << 62
#: A kind has room for fewer symmetries than this.
MOST_SYMMETRIES = 1 << 62 - ACTION_BITS

# Words of the control array of a part of a batch.
COUNT = 0  # successors in its part of the batch
EDGE = 1  # successors of the present parent (initial states of the present binding) so far, all of them
RAW = 2  # not 0: keep every successor as it is
STOP = 3  # why the search should stop: OK or one of the following
STOP_PARENT = 4  # where: the parent's index
STOP_EDGE = 5  # and the edge; 0 for the parent itself
STOP_WHAT = 6  # which invariant, from 1; or which failure
WITNESSES = 7  # bit set of the witnesses seen
ORBITS = 8  # sum of the orbit sizes of the new states, its lower ORBIT_BITS; the rest is in ORBITS_MORE
DEADLOCK = 9  # not 0: a state without successor is an error
GROUP = 10  # size of the symmetry group
NEXT = 11  # where the next new state goes
DEPTH = 12  # longest path of a depth-first search
ORBITS_MORE = 13
WAYS = 14  # so many of the successors are of the action, with its arguments, that is being evaluated
GENERATED = 16  # per action, and for Init after them; then the distinct ones likewise

ORBIT_BITS = 62

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
#: And how many slots were filled when the table was made of a smaller one.
FILLED = MARKS + 1
#: A slot of an exact visited set: the number of its state's row, from 1, and above it bits of the fingerprint.
ROW_BITS = 32
# Words of a table in the directory of the visited set.
LINES = 0  # address
COUNT_OF_LINES = 1
USED = 2  # states in it
FULL = 3  # as many states as it has when it is to grow
MARKED = 4  # of the states in it, those that are marked
ENTRY = 5  # words of a table in the directory

#: The tables of the visited set are in so many shares, each of which one thread fills at a time.
SHARE_BITS = 4
SHARES = 1 << SHARE_BITS

# A list of the successors in a part of a batch whose tables belong to one share.
FIRST = 0  # where its numbers begin among the numbers of the part
DEALT = 1  # how many there are
TRIED = 2  # how many of them were tried to insert
NEW = 3  # how many of these were new: they stand first
LIST = 8  # words of a list

#: How many fingerprints ahead of their use the memory of the visited set is asked for.
AHEAD = 16
#: How many successors are looked up together, at least.
SIFTED = 64
#: Parents in a part of a batch, at most; and in a batch. Fixed: which states a stopped search has seen depends on it.
PART = 512
PARTS = 32
BATCH = PARTS * PART
#: Parents in a level that one thread expands alone, at most: to share so few takes longer than it saves.
NARROW = PART
#: Successors after which a depth-first search looks at its limits.
DIVE = 1 << 20
#: Bytes of a batch, at most; but a part has room for the successors of one parent. Likewise fixed.
BATCH_BYTES = 1 << 32
#: A state has fewer successors than this, for its successors to have an edge each.
MOST_SUCCESSORS = 1 << 63 - PARENT_BITS

# The board, on which work for a team is posted. Words that threads change at the same time are lines apart.
TURN = 0  # pieces of work posted so far
TAKEN = 16  # tasks of the present one that were taken
DONE = 32  # helpers that found none left
WORK = 48  # what it is: one of those below
TASKS = 49  # how many tasks it has
HELPERS = 50  # threads but for the one that posts
SEATS = 64  # then a seat for each thread, that of the one that posts first
SEAT = 16  # words of a seat

# Words of a seat.
ASLEEP = 0  # not 0: the thread is to be woken
SEEN = 1  # pieces of work that it has taken part in
ROUSED = 2  # not 0: it was asleep when the last was posted

# Kinds of work, with a task for each part of a batch, share of the visited set, part of a batch, and table.
EXPAND = 1
INSERT = 2
COLLECT = 3
REFILL = 4
DISMISS = 5  # the helpers are to leave
START = 6  # as EXPAND, with bindings of Init in place of parents

# Further words of the board: what the work is about, most of it addresses.
ROWS = 51  # parents
PARENTS = 52  # how many
FIRST_PARENT = 53  # index of the first
DIRECTORY = 54  # of the visited set
BATCHED = 55  # the batch
BATCH_PARTS = 56  # its parts that are in use
CONTROLS = 57  # control arrays, one for each part
CROWDED = 58  # by share, the table that has to grow first; or -1
LEVEL = 59  # where rows of new states go
LOG = 60  # where their origins go
OPEN = 61  # where their kinds go; or 0
OLD = 62  # entries of tables
LARGER = 63  # and of those that replace them

# What a helper has to do next.
SLEEP = 0
WAKE = 1  # the one that posted
LEAVE = 2

CONSTANTS = {name: value for name, value in globals().items() if name.isupper() and isinstance(value, int)}
