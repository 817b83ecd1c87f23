"""Three counters; a model of Size n has (n + 1)^3 states."""

from mc.lang import *

Size: Natural

a = Variable(Range(0, Size))
b = Variable(Range(0, Size))
c = Variable(Range(0, Size))


def Init(t):
    t.a = 0
    t.b = 0
    t.c = 0


def A(s, t):
    t.a = (s.a + 1) % (Size + 1)
    return True


def B(s, t):
    t.b = (s.b + s.a) % (Size + 1)
    return True


def C(s, t):
    t.c = (s.c + s.b + 1) % (Size + 1)
    return True


Next = [A, B, C]


def Low(s):
    return s.a + s.b + s.c < Size * 2


def Zero(s):
    return s.c != Size
