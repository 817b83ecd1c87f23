---- MODULE VectorClocks ----
EXTENDS Naturals, Sequences, Functions

LOCAL At(c, p) == IF p \in DOMAIN c THEN c[p] ELSE 0
\* No event of the log comes before one that happened before it.
IsCausalOrder(log, clock(_)) ==
  \A i \in 1..Len(log) : \A j \in 1..i - 1 :
    LET c == clock(log[j])
        d == clock(log[i])
        all == DOMAIN c \cup DOMAIN d
    IN \E p \in all : At(c, p) < At(d, p)
CausalOrder(log, clock(_), node(_), domain(_)) ==
  LET RECURSIVE Ordered(_)
      Earlier(e, f) == \A p \in DOMAIN clock(e) \cup DOMAIN clock(f) : At(clock(e), p) <= At(clock(f), p)
      Ordered(rest) ==
        IF rest = {} THEN <<>>
        ELSE LET first == CHOOSE i \in rest : \A j \in rest : Earlier(log[j], log[i]) => Earlier(log[i], log[j])
             IN <<log[first]>> \o Ordered(rest \ {first})
  IN Ordered(1..Len(log))
====
