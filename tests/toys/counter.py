"""Counts by one or two, and stops at the end: a deadlock, or states that a constraint cuts."""

from mc.lang import *

End: Natural
Cut: Natural

x = Variable(Range(0, End))


def Init(t):
    t.x = 0


def Step(s, t, k):
    if not s.x + k <= End:
        return False
    t.x = s.x + k
    return True


Next = [(Step, Range(1, 2))]


def Below(s):
    return s.x <= Cut


Constraints = [Below]


def Odd(s):
    return s.x != 5


Invariants = [Odd]
