"""How long Paxos takes at best, counted in message delays.

A message sent in one round arrives in the next: it can be received once the clock has ticked after it was
sent. Everything else takes no time. The least number of ticks before a proposer knows that a value is chosen
is 4: Prepare, Promise, Accept, Accepted. Basic Paxos decides once; each further decision is a new instance of
the same protocol and costs the same 4. Losing or repeating messages, restarting and giving up make nothing
faster and are left out. Read beside ``proofs/PaxosDelays.tla``.

Deviations: none
"""

from mc.lang import *
from paxos_network import *

# CONSTANTS
MaxDelays: Natural  # bound of the model: how many ticks are explored

# VARIABLES
# How often the clock has ticked.
delays = Variable(Range(0, MaxDelays + 1))
# What was in flight at the last tick and has not been received since.
arrived = Variable(Set(Message, MaxMessages))


def DelaysInit(t):
    Init(t)
    t.delays = 0
    t.arrived = set()


def Tick(s, t):
    """All that is in flight arrives."""
    t.delays = s.delays + 1
    t.arrived = {m for m in s.messages}
    return True


def Deliver(s, t, m):
    """A message that has arrived is received."""
    if not Receive(s, t, m):
        return False
    t.arrived = s.arrived - {m}
    return True


def SameRound(s, t):
    """Everything else takes no time."""


DelaysNext = [
    (Then(Start, SameRound), Proposer, Value),
    (Then(SendPrepare, SameRound), Proposer, Acceptor),
    (Then(BeginAccept, SameRound), Proposer),
    (Then(SendAccept, SameRound), Proposer, Acceptor),
    (Then(Decide, SameRound), Proposer),
    (Tick,),
    (Deliver, arrived),
]

# The bounds of the model


def DelaysBounds(s):
    return Bounds(s) and s.delays <= MaxDelays


Constraints = [DelaysBounds]

# Invariants


def DelaysTypeOK(s):
    return TypeOK(s) and s.delays in Range(0) and s.arrived in Set(Message)


def NoCommit(s):
    """Nobody knows yet of a value that is chosen. To be violated as soon as there are enough delays."""
    return all(s.phase[p] != "decided" for p in Proposer)


Invariants = [DelaysTypeOK, NoCommit]

# Witnesses: states that must be reachable


def ValueAccepted(s):
    """Some acceptor has voted."""
    return s.votes != set()


Witnesses = [ValueAccepted]
