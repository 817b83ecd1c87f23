"""Termination detection in a ring: Dijkstra, Feijen and van Gasteren, EWD 840."""

from mc.lang import *

N: Natural

Node = Range(0, N - 1)
Colour = Enum("white", "black")

active = Variable(Fn(Node, BOOLEAN))
color = Variable(Fn(Node, Colour))
tpos = Variable(Node)
tcolor = Variable(Colour)


def Start(t, a, c, i):
    t.active = a
    t.color = c
    t.tpos = i
    t.tcolor = "black"
    return True


Init = [(Start, Fn(Node, BOOLEAN), Fn(Node, Colour), Node)]


def InitiateProbe(s, t):
    """Node 0 begins a round if the last one has told nothing."""
    if not s.tpos == 0:
        return False
    if not (s.tcolor == "black" or s.color[0] == "black"):
        return False
    t.tpos = N - 1
    t.tcolor = "white"
    t.color[0] = "white"
    return True


def PassToken(s, t, i):
    if not s.tpos == i:
        return False
    if not (not s.active[i] or s.color[i] == "black" or s.tcolor == "black"):
        return False
    t.tpos = i - 1
    t.tcolor = "black" if s.color[i] == "black" else s.tcolor
    t.color[i] = "white"
    return True


def Wake(s, t, i, j):
    t.active[j] = True
    t.color[i] = "black" if j > i else s.color[i]
    return True


def SendMsg(s, t, i):
    if not s.active[i]:
        return False
    return any(Wake(s, t, i, j) for j in Node if j != i)


def Deactivate(s, t, i):
    if not s.active[i]:
        return False
    t.active[i] = False
    return True


Next = [InitiateProbe, (PassToken, Range(1, N - 1)), (SendMsg, Node), (Deactivate, Node)]


def TerminationDetection(s):
    if not (s.tpos == 0 and s.tcolor == "white" and s.color[0] == "white" and not s.active[0]):
        return True
    return not any(s.active[i] for i in Node)


def Detected(s):
    return s.tpos == 0 and s.tcolor == "white"


Invariants = [TerminationDetection]
Witnesses = [Detected]
