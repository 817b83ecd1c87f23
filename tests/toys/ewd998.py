"""Termination detection where messages take their time: Shmuel Safra's algorithm, EWD 998."""

from mc.lang import *

N: Natural
Most: Natural

Node = Range(0, N - 1)
Colour = Enum("white", "black")
Token = Record(pos=Node, q=Range(0 - 9, 9), color=Colour)

active = Variable(Fn(Node, BOOLEAN))
color = Variable(Fn(Node, Colour))
counter = Variable(Fn(Node, Range(0 - 5, 5)))
pending = Variable(Fn(Node, Range(0, 5)))
token = Variable(Token)


def Start(t, a, c):
    t.active = a
    t.color = c
    t.counter = {i: 0 for i in Node}
    t.pending = {i: 0 for i in Node}
    t.token = Token(pos=0, q=0, color="black")
    return True


Init = [(Start, Fn(Node, BOOLEAN), Fn(Node, Colour))]


def Inconclusive(s):
    return s.token.color == "black" or s.color[0] == "black" or s.counter[0] + s.token.q > 0


def InitiateProbe(s, t):
    if not s.token.pos == 0:
        return False
    if not Inconclusive(s):
        return False
    t.token = Token(pos=N - 1, q=0, color="white")
    t.color[0] = "white"
    return True


def PassToken(s, t, i):
    if not (not s.active[i] and s.token.pos == i):
        return False
    t.token.pos = i - 1
    t.token.q = s.token.q + s.counter[i]
    t.token.color = "black" if s.color[i] == "black" else s.token.color
    t.color[i] = "white"
    return True


def Post(s, t, j):
    t.pending[j] = s.pending[j] + 1
    return True


def SendMsg(s, t, i):
    if not s.active[i]:
        return False
    if not any(Post(s, t, j) for j in Node if j != i):
        return False
    t.counter[i] = s.counter[i] + 1
    return True


def RecvMsg(s, t, i):
    if not s.pending[i] > 0:
        return False
    t.pending[i] = s.pending[i] - 1
    t.counter[i] = s.counter[i] - 1
    t.color[i] = "black"
    t.active[i] = True
    return True


def Deactivate(s, t, i):
    if not s.active[i]:
        return False
    t.active[i] = False
    return True


def System(s, t):
    return InitiateProbe(s, t) or any(PassToken(s, t, i) for i in Range(1, N - 1))


def Environment(s, t):
    return any(SendMsg(s, t, i) or RecvMsg(s, t, i) or Deactivate(s, t, i) for i in Node)


Next = [System, Environment]


def Bounded(s):
    return all(s.counter[i] <= Most and s.pending[i] <= Most for i in Node) and s.token.q <= Most


def Termination(s):
    return all(not s.active[i] and s.pending[i] == 0 for i in Node)


def TerminationDetection(s):
    if not (s.token.pos == 0 and s.token.color == "white" and s.token.q + s.counter[0] == 0):
        return True
    if not (s.color[0] == "white" and not s.active[0] and s.pending[0] == 0):
        return True
    return Termination(s)


Invariants = [TerminationDetection]
Constraints = [Bounded]
Witnesses = [Termination]
