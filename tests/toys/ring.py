"""A token goes round; its holder may turn its own lamp on or off. N 2^N states."""

from mc.lang import *

N: Natural

token = Variable(Range(1, N))
lamp = Variable(Fn(Range(1, N), BOOLEAN))


def Init(t):
    t.token = 1
    t.lamp = {k: False for k in Range(1, N)}


def Switch(s, t):
    t.lamp[s.token] = not s.lamp[s.token]
    return True


def Pass(s, t):
    t.token = s.token % N + 1
    return True


Next = [Switch, Pass]
