---- MODULE Bags ----
\* A bag is a function from its elements to how often each is in it.
EXTENDS TLC
LOCAL INSTANCE Naturals

IsABag(B) == B \in [DOMAIN B -> {n \in Nat : n > 0}]
BagToSet(B) == DOMAIN B
SetToBag(S) == [x \in S |-> 1]
BagIn(x, B) == x \in DOMAIN B
EmptyBag == SetToBag({})
CopiesIn(x, B) == IF x \in DOMAIN B THEN B[x] ELSE 0
A (+) B == [x \in DOMAIN A \cup DOMAIN B |-> CopiesIn(x, A) + CopiesIn(x, B)]
A (-) B == [x \in {x \in DOMAIN A : CopiesIn(x, A) > CopiesIn(x, B)} |-> CopiesIn(x, A) - CopiesIn(x, B)]
A \sqsubseteq B == DOMAIN A \subseteq DOMAIN B /\ \A x \in DOMAIN A : A[x] <= B[x]
\* The sum of the values that f has at the elements of S.
LOCAL SumAt(S, f(_)) ==
  LET RECURSIVE Added(_)
      Added(rest) == IF rest = {} THEN 0 ELSE LET one == CHOOSE x \in rest : TRUE IN f(one) + Added(rest \ {one})
  IN Added(S)
BagUnion(S) == [x \in UNION {DOMAIN B : B \in S} |-> SumAt(S, LAMBDA B : CopiesIn(x, B))]
SubBag(B) ==
  LET Fewer == [x \in DOMAIN B |-> 0..B[x]]
      Counts == {f \in [DOMAIN B -> UNION {Fewer[x] : x \in DOMAIN B}] : \A x \in DOMAIN B : f[x] \in Fewer[x]}
  IN {[x \in {x \in DOMAIN B : f[x] > 0} |-> f[x]] : f \in Counts}
BagOfAll(F(_), B) ==
  [y \in {F(x) : x \in DOMAIN B} |-> SumAt({x \in DOMAIN B : F(x) = y}, LAMBDA x : B[x])]
BagCardinality(B) == SumAt(DOMAIN B, LAMBDA x : B[x])
====
