"""Several initial states, two of them equal: x counts down to 0 and stays there."""

from mc.lang import *

x = Variable(Range(0, 9))
mark = Variable(BOOLEAN)


def Low(t, k, m):
    t.x = k
    t.mark = m


def High(t, k):
    if k == 2:
        return False
    t.x = k * 3
    t.mark = False
    return True


def Down(s, t):
    t.x = Max({s.x - 1, 0})
    return True


Init = [(Low, Range(0, 1), BOOLEAN), (High, Range(0, 3))]
Next = [Down]


def Bounds(s):
    return s.x <= 8


Constraints = [Bounds]
