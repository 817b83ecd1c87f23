---- MODULE DyadicRationals ----
\* Fractions whose denominators are powers of two.
LOCAL INSTANCE Integers
LOCAL INSTANCE Sequences
LOCAL INSTANCE TLC

LOCAL Rational(n, d) == [num |-> n, den |-> d]
RECURSIVE Reduced(_, _)
LOCAL Reduced(n, d) ==
  IF n = 0 THEN Rational(0, 1) ELSE IF n % 2 = 0 /\ d % 2 = 0 THEN Reduced(n \div 2, d \div 2) ELSE Rational(n, d)
RECURSIVE IsPower(_)
LOCAL IsPower(n) == n = 1 \/ (n > 1 /\ n % 2 = 0 /\ IsPower(n \div 2))
IsDyadicRational(r) == IsPower(r.den)
Zero == Rational(0, 1)
One == Rational(1, 1)
Add(p, q) ==
  IF p.den >= q.den
  THEN Reduced(p.num + q.num * (p.den \div q.den), p.den)
  ELSE Reduced(q.num + p.num * (q.den \div p.den), q.den)
Half(p) == Reduced(p.num, 2 * p.den)
PrettyPrint(p) ==
  IF p = Zero THEN "0" ELSE IF p = One THEN "1" ELSE ToString(p.num) \o "/" \o ToString(p.den)
====
