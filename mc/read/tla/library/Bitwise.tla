---- MODULE Bitwise ----
\* Of natural numbers.
LOCAL INSTANCE Integers

LOCAL Bits(x, y, op(_, _)) ==
  LET RECURSIVE From(_, _)
      From(a, b) == IF a = 0 /\ b = 0 THEN 0 ELSE op(a % 2, b % 2) + 2 * From(a \div 2, b \div 2)
  IN From(x, y)
x & y == Bits(x, y, LAMBDA a, b : a * b)
x | y == Bits(x, y, LAMBDA a, b : a + b - a * b)
x ^^ y == Bits(x, y, LAMBDA a, b : (a + b) % 2)
\* Each bit of a number, up to its highest one, is turned.
Not(x) == Bits(x, 0, LAMBDA a, b : 1 - a)
RECURSIVE shiftR(_, _)
shiftR(n, places) == IF places = 0 THEN n ELSE shiftR(n \div 2, places - 1)
====
