"""Multi-Paxos with message delays counted: how many, one after the other, until a value is committed.

Time goes in rounds. What is sent in a round arrives with the next ``Tick``, at the earliest; what a
server does within a round takes no time. So ``delays`` is the length of a chain of messages each of
which was sent after the one before had arrived. A command is committed when a learner, which may be the
leader, has heard from a quorum that it accepted. The client is next to the leader, and asks for its
second command when the first is committed: ``delays`` begins again at 0 there. Read beside
``proofs/MultiPaxosDelays.tla``.

Nothing is lost by leaving out restarts: they change nothing. Messages may get lost, in that they are
never received.

Deviations: none
"""

from mc.lang import *
from multipaxos import *

# CONSTANTS
MaxDelays: Natural  # bounds of the model, see Bounds
MaxFirst: Natural

# VARIABLES
# The rounds that have passed, since the first commit if there was one.
delays = Variable(Range(0, Max({MaxDelays, MaxFirst}) + 1))
# The messages that may be received: what was sent before the last Tick.
arrived = Variable(Set(Message))


def Committed(s):
    """How many commands are committed."""
    return Max({Len(s.applied[i]) for i in Learner})


def Arriving(s):
    """What a Tick lets arrive: all that was sent."""
    return s.msgs


def DelaysInit(t):
    Init(t)
    t.delays = 0
    t.arrived = set()


def Tick(s, t):
    t.delays = s.delays + 1
    t.arrived = Arriving(s)
    return True


# The actions of Multi-Paxos, with what they receive arrived


def ClientRequestD(s, t, v):
    return ClientRequest(s, t, v)


def Phase1aD(s, t, b):
    return Phase1a(s, t, b)


def Phase1bD(s, t, a, b):
    if not Message(type="1a", bal=b) in s.arrived:
        return False
    return Phase1b(s, t, a, b)


def BecomeLeaderD(s, t, b, Q):
    if not Promises(s, b, Q) <= s.arrived:
        return False
    return BecomeLeader(s, t, b, Q)


def Phase2aD(s, t, b, v):
    """The client waits until its last command is committed."""
    if not s.nextSlot[b] <= Committed(s) + 1:
        return False
    return Phase2a(s, t, b, v)


def Phase2bD(s, t, a, b, n, v):
    if not Message(type="2a", bal=b, slot=n, val=v) in s.arrived:
        return False
    return Phase2b(s, t, a, b, n, v)


def ApplyD(s, t, i, b, n, v):
    if not Votes(s.arrived, b, n, v) in Quorum():
        return False
    if not Apply(s, t, i, b, n, v):
        return False
    t.delays = 0 if Committed(s) == 0 else s.delays
    return True


DelaysNext = [
    (Tick,),
    (ClientRequestD, Value),
    (Phase1aD, Ballot),
    (Phase1bD, Acceptor, Ballot),
    (BecomeLeaderD, Ballot, Set(Acceptor)),
    (Phase2aD, Ballot, Value),
    (Phase2bD, Acceptor, Ballot, Slot, Command),
    (ApplyD, Learner, Ballot, Slot, Command),
]

# The bounds of the model


def Bounds(s):
    """At most MaxDelays; MaxFirst before the first commit, if that is more."""
    return s.delays <= MaxDelays or (s.delays <= MaxFirst and Committed(s) == 0)


Constraints = [Bounds]

# Invariants


def DelaysTypeOK(s):
    return TypeOK(s) and s.delays in Nat and s.arrived <= s.msgs


# What holds for as long as there are too few delays


def NoCommit(s):
    return Committed(s) < 1


def NoSecondCommit(s):
    return Committed(s) < 2


Invariants = [DelaysTypeOK, Agreement, Validity, ChosenIsKept, InOrder]

# Witnesses: states that must be reachable


def FirstProposed(s):
    return any(m.type == "2a" and m.slot == 1 for m in s.arrived)


def SecondProposed(s):
    return any(m.type == "2a" and m.slot == 2 for m in s.arrived)


Witnesses = [FirstProposed, SecondProposed]
