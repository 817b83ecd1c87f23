"""The water jugs of Die Hard: 16 states, 97 generated, depth 8 (TLC's own example)."""

from mc.lang import *

big = Variable(Range(0, 5))
small = Variable(Range(0, 3))


def Init(t):
    t.big = 0
    t.small = 0


def FillSmall(s, t):
    t.small = 3
    return True


def FillBig(s, t):
    t.big = 5
    return True


def EmptySmall(s, t):
    t.small = 0
    return True


def EmptyBig(s, t):
    t.big = 0
    return True


def SmallToBig(s, t):
    t.big = Min({s.big + s.small, 5})
    t.small = s.small - (Min({s.big + s.small, 5}) - s.big)
    return True


def BigToSmall(s, t):
    t.small = Min({s.big + s.small, 3})
    t.big = s.big - (Min({s.big + s.small, 3}) - s.small)
    return True


Next = [FillSmall, FillBig, EmptySmall, EmptyBig, SmallToBig, BigToSmall]


def NotSolved(s):
    return s.big != 4


def Solved(s):
    return s.big == 4


Witnesses = [Solved]
