"""Processes are numbers, and share a turn and a queue of those who have asked."""

from mc.lang import *

N: Natural

Process = Range(1, N)

at = Variable(Fn(Process, Enum("away", "door", "inside")))
turn = Variable(Process)
queue = Variable(Seq(Process, N))


def Init(t):
    t.at = {p: "away" for p in Process}
    t.turn = 1
    t.queue = ()


def Ask(s, t, p):
    if not s.at[p] == "away":
        return False
    if not Len(s.queue) < N:
        return False
    t.at[p] = "door"
    t.queue = Append(s.queue, p)
    return True


def Enter(s, t, p):
    if not s.at[p] == "door":
        return False
    t.at[p] = "inside"
    t.turn = p
    t.queue = Tail(s.queue)
    return True


def Leave(s, t, p):
    if not s.at[p] == "inside":
        return False
    t.at[p] = "away"
    return True


Next = [(Ask, Process), (Enter, Process), (Leave, Process)]
