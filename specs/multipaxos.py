"""Multi-Paxos: one instance of Paxos for each slot of a log, and one phase 1 for all of them.

After Lamport, "Paxos Made Simple" (2001), section 3. Read beside ``proofs/MultiPaxos.tla``. A ballot
stands for the server that leads it, as in Lamport's modules: no two servers share one. Messages stay
in ``msgs`` once sent, so that they may be late, received twice, or never.

Deviations: none
"""

from mc.lang import *

# CONSTANTS
Acceptor: ModelValues
Learner: ModelValues  # servers that apply the log; one that leads learns like any other
Value: ModelValues  # what clients may ask for
Noop: ModelValue  # a command that does nothing, to fill a hole
Nil: ModelValue  # "has accepted nothing"
MaxBallot: Natural
MaxSlot: Natural

Ballot = Range(1, MaxBallot)
Slot = Range(1, MaxSlot)
Command = Enum(Value, Noop)

# A promise (1b) says what the acceptor has accepted in every slot, and in which ballot.
Message = Union(
    Record(type="1a", bal=Ballot),
    Record(
        type="1b",
        acc=Acceptor,
        bal=Ballot,
        mbal=Fn(Slot, Range(0, MaxBallot)),
        mval=Fn(Slot, Enum(Value, Noop, Nil)),
    ),
    Record(type="2a", bal=Ballot, slot=Slot, val=Enum(Value, Noop, Nil)),
    Record(type="2b", acc=Acceptor, bal=Ballot, slot=Slot, val=Enum(Value, Noop, Nil)),
)

# VARIABLES
# All messages ever sent.
msgs = Variable(Set(Message))
# What clients have asked for.
requested = Variable(Set(Value))
# Of each acceptor: the highest ballot that it takes part in.
maxBal = Variable(Fn(Acceptor, Range(0, MaxBallot)))
# Of each acceptor and slot: what it accepted last, and in which ballot.
maxVBal = Variable(Fn(Acceptor, Fn(Slot, Range(0, MaxBallot))))
maxVal = Variable(Fn(Acceptor, Fn(Slot, Enum(Value, Noop, Nil))))
# Of the leader of each ballot: the slot for the next client's value; 0: it does not lead (yet).
nextSlot = Variable(Fn(Ballot, Range(0, MaxSlot + 1)))
# What each learner has applied, slot after slot.
applied = Variable(Fn(Learner, Seq(Command, MaxSlot)))

# Helpers


def Quorum():
    return {q for q in Set(Acceptor) if 2 * Cardinality(q) > Cardinality(Acceptor)}


def Votes(M, b, n, v):
    """The acceptors that say in M that they accepted v in slot n, in ballot b."""
    return {a for a in Acceptor if Message(type="2b", acc=a, bal=b, slot=n, val=v) in M}


def ChosenAt(s, b, n, v):
    return Votes(s.msgs, b, n, v) in Quorum()


def Chosen(s, n, v):
    return any(ChosenAt(s, b, n, v) for b in Ballot)


def Promises(s, b, Q):
    """What the acceptors in Q have promised the leader of ballot b."""
    return {m for m in s.msgs if m.type == "1b" and m.bal == b and m.acc in Q}


def LastSlot(P):
    """The last slot in which a promise in P shows something accepted."""
    return Max({0} | {n for n in Slot if any(m.mbal[n] > 0 for m in P)})


# The rules that the safety of Multi-Paxos hangs on, each a definition of its own so that a model can
# replace it by a broken one (see multipaxos_mutants.py).


def Binding(P, n):
    """The promises in P whose value a leader must take over in slot n: those of the highest ballot."""
    return {m for m in P if m.mbal[n] > 0 and all(m.mbal[n] >= o.mbal[n] for o in P)}


def Filler():
    """What a leader puts into a slot that it has to fill although nothing was accepted there."""
    return Noop


def MayPropose(s, v):
    return v in s.requested


def Due(s, i, n):
    """Learner i has applied all slots before n, and no others."""
    return n == Len(s.applied[i]) + 1


# What a new leader proposes in the slots that its promises P are about.


def Adopted(b, P):
    """Once more what was accepted."""
    return {
        Message(type="2a", bal=b, slot=n, val=m.mval[n])
        for n in Range(1, LastSlot(P))
        for m in Binding(P, n)
    }


def Fillers(b, P):
    """Something in the holes: learners could not get past them."""
    return {
        Message(type="2a", bal=b, slot=n, val=Filler())
        for n in Range(1, LastSlot(P))
        if Binding(P, n) == set()
    }


def Init(t):
    t.msgs = set()
    t.requested = set()
    t.maxBal = {a: 0 for a in Acceptor}
    t.maxVBal = {a: {n: 0 for n in Slot} for a in Acceptor}
    t.maxVal = {a: {n: Nil for n in Slot} for a in Acceptor}
    t.nextSlot = {b: 0 for b in Ballot}
    t.applied = {i: () for i in Learner}


# Clients


def ClientRequest(s, t, v):
    if not v not in s.requested:
        return False
    t.requested = s.requested | {v}
    return True


# Phase 1, once for all slots


def Phase1a(s, t, b):
    """A server starts ballot b."""
    if not Message(type="1a", bal=b) not in s.msgs:
        return False
    t.msgs = s.msgs | {Message(type="1a", bal=b)}
    return True


def Phase1b(s, t, a, b):
    """Acceptor a promises to take part in no ballot below b."""
    if not Message(type="1a", bal=b) in s.msgs:
        return False
    if not b > s.maxBal[a]:
        return False
    t.maxBal[a] = b
    t.msgs = s.msgs | {Message(type="1b", acc=a, bal=b, mbal=s.maxVBal[a], mval=s.maxVal[a])}
    return True


def BecomeLeader(s, t, b, Q):
    """With the promises of Q: what was accepted is proposed again, and holes before it are filled."""
    if not s.nextSlot[b] == 0:
        return False
    if not Q in Quorum():
        return False
    if not Q == {m.acc for m in Promises(s, b, Q)}:
        return False
    t.msgs = s.msgs | Adopted(b, Promises(s, b, Q)) | Fillers(b, Promises(s, b, Q))
    t.nextSlot[b] = LastSlot(Promises(s, b, Q)) + 1
    return True


# Phase 2, for each slot


def Phase2a(s, t, b, v):
    """The leader of ballot b proposes a client's value in the next slot."""
    if not s.nextSlot[b] in Slot:
        return False
    if not MayPropose(s, v):
        return False
    t.msgs = s.msgs | {Message(type="2a", bal=b, slot=s.nextSlot[b], val=v)}
    t.nextSlot[b] = s.nextSlot[b] + 1
    return True


def Phase2b(s, t, a, b, n, v):
    """Acceptor a accepts v in slot n, unless it has promised not to."""
    if not Message(type="2a", bal=b, slot=n, val=v) in s.msgs:
        return False
    if not b >= s.maxBal[a]:
        return False
    t.maxBal[a] = b
    t.maxVBal[a][n] = b
    t.maxVal[a][n] = v
    t.msgs = s.msgs | {Message(type="2b", acc=a, bal=b, slot=n, val=v)}
    return True


def Apply(s, t, i, b, n, v):
    """Learner i has heard that v was chosen in slot n, in ballot b, and applies it."""
    if not Due(s, i, n):
        return False
    if not ChosenAt(s, b, n, v):
        return False
    t.applied[i] = Append(s.applied[i], v)
    return True


def Restart(s, t, a):
    """Acceptor a restarts; all that it knows is on stable storage."""
    return True


Next = [
    (ClientRequest, Value),
    (Phase1a, Ballot),
    (Phase1b, Acceptor, Ballot),
    (BecomeLeader, Ballot, Set(Acceptor)),
    (Phase2a, Ballot, Value),
    (Phase2b, Acceptor, Ballot, Slot, Command),
    (Apply, Learner, Ballot, Slot, Command),
    (Restart, Acceptor),
]
Faults = [Restart]

# Invariants


def TypeOK(s):
    return (
        s.msgs in Set(Message)
        and all(m.val in Command for m in s.msgs if m.type in {"2a", "2b"})
        and s.requested in Set(Value)
        and s.maxBal in Fn(Acceptor, Range(0, MaxBallot))
        and s.maxVBal in Fn(Acceptor, Fn(Slot, Range(0, MaxBallot)))
        and s.maxVal in Fn(Acceptor, Fn(Slot, Enum(Value, Noop, Nil)))
        and s.nextSlot in Fn(Ballot, Range(0, MaxSlot + 1))
        and s.applied in Fn(Learner, Seq(Command))
    )


def Agreement(s):
    """In no slot are two values chosen."""
    return all(
        v == w
        for n in Slot
        for v in Command
        for w in Command
        if Chosen(s, n, v) and Chosen(s, n, w)
    )


def Validity(s):
    """What is chosen was asked for by a client, or does nothing."""
    return all(v in s.requested | {Noop} for n in Slot for v in Command if Chosen(s, n, v))


def ChosenIsKept(s):
    """Once a value is chosen in a slot, higher ballots propose no other there."""
    return all(
        v == m.val
        for m in s.msgs
        if m.type == "2a"
        for b in Range(1, m.bal - 1)
        for v in Command
        if ChosenAt(s, b, m.slot, v)
    )


def InOrder(s):
    """What a learner has applied is the beginning of the log of chosen values, without a gap."""
    return all(Chosen(s, n, s.applied[i][n]) for i in Learner for n in Range(1, Len(s.applied[i])))


def NoHole(s):
    """Not an invariant: nothing is chosen after a slot in which nothing is."""
    return all(
        any(Chosen(s, n, w) for w in Command)
        for k in Slot
        for v in Command
        if Chosen(s, k, v)
        for n in Range(1, k - 1)
    )


Invariants = [TypeOK, Agreement, Validity, ChosenIsKept, InOrder]
Explanations = {
    Agreement: "both {v} and {w} are chosen in slot {n}",
    Validity: "{v} is chosen in slot {n}, and no client asked for it",
    ChosenIsKept: "{v} was chosen in slot {m.slot} in ballot {b}, and ballot {m.bal} proposes {m.val}",
    InOrder: "{i} has applied {s.applied[i]}, and {s.applied[i][n]} is not chosen in slot {n}",
}

# Witnesses: states that must be reachable


def AllApplied(s):
    return any(Len(s.applied[i]) == MaxSlot for i in Learner)


def HoleFilled(s):
    """A no-op is chosen in a slot before one with a client's value."""
    return any(
        Chosen(s, n, Noop) and Chosen(s, k, v) for n in Slot for k in Range(n + 1, MaxSlot) for v in Value
    )


def OnePhase1(s):
    """Clients' values are chosen in slots 1 and 2 of one ballot, which had one phase 1."""
    return any(
        Cardinality({m for m in s.msgs if m.type == "1a"}) == 1
        and any(ChosenAt(s, b, n, v) and ChosenAt(s, b, n + 1, w) for v in Value for w in Value)
        for b in Ballot
        for n in Range(1, MaxSlot - 1)
    )


def SomethingKept(s):
    """What is chosen in one ballot is proposed again in a higher one."""
    return any(
        m.type == "2a" and any(ChosenAt(s, b, m.slot, m.val) for b in Range(1, m.bal - 1))
        for m in s.msgs
    )


Witnesses = [AllApplied, HoleFilled, OnePhase1, SomethingKept]
