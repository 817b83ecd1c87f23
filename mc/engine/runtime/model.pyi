"""What the module that is generated for a model gives to the functions that are compiled with it."""

from mc.engine.runtime.intrinsics import ptr

# The model.

#: Words of a state.
WORDS: int
#: Successors of a state, or initial states of a binding of Init, at most.
LIMIT: int
#: The number of Init, which counts as one more action after the others.
INIT: int
#: As bits in which a state differs from one that satisfies all: any of them.
EVERYTHING: ptr

# The visited set.

#: Not 0: whole states are compared.
EXACT: int
#: Slots of a line.
PER_LINE: int
#: The bits of a slot that are of the fingerprint.
TAG_MASK: int

# Memory. Where things are in a part of a batch, after its states, in words.

FINGERPRINTS: int
ORIGINS: int
KINDS: int
#: Numbers of states in the order of the lists, and these lists, one for each share.
NUMBERS: int
LISTS: int
#: Words of a part, of its control array, and of the scratch memory, the last of which are a copy of a state.
PART_WORDS: int
CONTROL: int
SCRATCH: int

# Symmetry, where one is declared.

#: Symmetric values, and sets of them.
VALUES: int
SETS: int
#: The number of the first value of each set, and of all values.
BOUNDS: ptr
#: A look has the number of ranks below this bit.
LOOK_SHIFT: int
#: Where things are in the scratch memory: colours by which values are coloured, the colours that they get, the order
#: of the values, two states.
GIVEN: int
COLOURS: int
ORDER: int
CANDIDATE: int
BEST: int
#: The tree of attempts, and words of a level of it.
TREE: int
TREE_LEVEL: int

def copy(s: ptr, t: ptr) -> None:
    """t becomes equal to s."""

def same(s: ptr, t: ptr) -> bool:
    """Whether s equals t."""

def fingerprint(s: ptr, f: ptr) -> None:
    """f[0] and f[1]: 128 bits of the whole state; f[0] is never 0."""

def initial(number: int, t: ptr, out: ptr, c: ptr, x: ptr) -> None:
    """Have the initial states of a binding of Init kept. Then x[0] is the number of a failure, or 0."""

def expand(s: ptr, t: ptr, parent: int, out: ptr, c: ptr, x: ptr) -> None:
    """Have the successors of s kept, which are made in t. Then x[0] is the number of a failure, or 0."""

def within(s: ptr, changed: ptr, x: ptr) -> bool:
    """Whether s satisfies the constraints, as a state does from which it differs in bits of changed only."""

def allowed(s: ptr, t: ptr, x: ptr) -> bool:
    """Whether the step from s to t satisfies the action constraints."""

def disallowed(s: ptr, t: ptr, x: ptr) -> int:
    """The first property of steps that the one from s to t violates, counted on after the invariants; 0: none."""

def broken(s: ptr, changed: ptr, x: ptr) -> int:
    """The first invariant that s violates, from 1; or 0. A state that differs in bits of changed only violates none."""

def witnessed(s: ptr, x: ptr) -> int:
    """Bit set of the witnesses that s satisfies."""

def canonical(t: ptr, x: ptr) -> int:
    """t becomes the representative of its orbit; returns how many symmetries leave that state alone."""

def colour_all(s: ptr, given: ptr, colours: ptr, x: ptr) -> None:
    """The colours of all values, set after set, by colours given to them."""

def permute_all(s: ptr, t: ptr, renaming: ptr, x: ptr) -> None:
    """t becomes s with value i of each symmetric set renamed to the value that the renaming says, set after set."""
