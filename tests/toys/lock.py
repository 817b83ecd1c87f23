"""A lock: 2^n states where nobody has it, n 2^(n-1) where one of n processes has."""

from mc.lang import *

Process: ModelValues

pc = Variable(Fn(Process, Enum("idle", "waiting", "critical")))


def Init(t):
    t.pc = {p: "idle" for p in Process}


def Ask(s, t, p):
    if not s.pc[p] == "idle":
        return False
    t.pc[p] = "waiting"
    return True


def Enter(s, t, p):
    if not s.pc[p] == "waiting":
        return False
    if any(s.pc[q] == "critical" for q in Process):
        return False
    t.pc[p] = "critical"
    return True


def Leave(s, t, p):
    if not s.pc[p] == "critical":
        return False
    t.pc[p] = "idle"
    return True


Next = [(Ask, Process), (Enter, Process), (Leave, Process)]


def Exclusion(s):
    return Cardinality({p for p in Process if s.pc[p] == "critical"}) <= 1


Invariants = [Exclusion]


def Crowd(s):
    return all(s.pc[p] != "idle" for p in Process)


Witnesses = [Crowd]
