"""Two-phase commit (Gray and Lamport, "Consensus on Transaction Commit", 2006, section 3).

Read beside ``proofs/TwoPhase.tla``.

Deviations: none
"""

from mc.lang import *

# CONSTANTS
RM: ModelValues  # the resource managers

Message = Union(
    Record(type="Prepared", rm=RM),
    Record(type="Commit"),
    Record(type="Abort"),
)

# VARIABLES
# The state of each resource manager.
rmState = Variable(Fn(RM, Enum("working", "prepared", "committed", "aborted")))
# The state of the transaction manager.
tmState = Variable(Enum("init", "committed", "aborted"))
# The resource managers from which the transaction manager has heard "Prepared".
tmPrepared = Variable(Set(RM))
# All messages ever sent; they are received any number of times.
msgs = Variable(Set(Message))


def Init(t):
    t.rmState = {r: "working" for r in RM}
    t.tmState = "init"
    t.tmPrepared = set()
    t.msgs = set()


# The transaction manager


def TMRcvPrepared(s, t, r):
    if not s.tmState == "init":
        return False
    if not Message(type="Prepared", rm=r) in s.msgs:
        return False
    t.tmPrepared = s.tmPrepared | {r}
    return True


def TMCommit(s, t):
    if not s.tmState == "init":
        return False
    if not s.tmPrepared == RM:
        return False
    t.tmState = "committed"
    t.msgs = s.msgs | {Message(type="Commit")}
    return True


def TMAbort(s, t):
    if not s.tmState == "init":
        return False
    t.tmState = "aborted"
    t.msgs = s.msgs | {Message(type="Abort")}
    return True


# The resource managers


def RMPrepare(s, t, r):
    if not s.rmState[r] == "working":
        return False
    t.rmState[r] = "prepared"
    t.msgs = s.msgs | {Message(type="Prepared", rm=r)}
    return True


def RMChooseToAbort(s, t, r):
    if not s.rmState[r] == "working":
        return False
    t.rmState[r] = "aborted"
    return True


def RMRcvCommitMsg(s, t, r):
    if not Message(type="Commit") in s.msgs:
        return False
    t.rmState[r] = "committed"
    return True


def RMRcvAbortMsg(s, t, r):
    if not Message(type="Abort") in s.msgs:
        return False
    t.rmState[r] = "aborted"
    return True


Next = [
    (TMRcvPrepared, RM),
    (TMCommit,),
    (TMAbort,),
    (RMPrepare, RM),
    (RMChooseToAbort, RM),
    (RMRcvCommitMsg, RM),
    (RMRcvAbortMsg, RM),
]

# Invariants


def TypeOK(s):
    return (
        s.rmState in Fn(RM, Enum("working", "prepared", "committed", "aborted"))
        and s.tmState in Enum("init", "committed", "aborted")
        and s.tmPrepared in Set(RM)
        and s.msgs in Set(Message)
    )


def Consistent(s):
    return all(not (s.rmState[a] == "aborted" and s.rmState[b] == "committed") for a in RM for b in RM)


Invariants = [TypeOK, Consistent]

# Witnesses: states that must be reachable


def SomeoneCommitted(s):
    return any(s.rmState[r] == "committed" for r in RM)


def SomeoneAborted(s):
    return any(s.rmState[r] == "aborted" for r in RM)


Witnesses = [SomeoneCommitted, SomeoneAborted]
