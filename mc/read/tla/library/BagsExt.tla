---- MODULE BagsExt ----
LOCAL INSTANCE Bags
LOCAL INSTANCE Integers
LOCAL INSTANCE Folds

BagAdd(B, x) == [y \in DOMAIN B \cup {x} |-> CopiesIn(y, B) + IF y = x THEN 1 ELSE 0]
BagRemove(B, x) ==
  LET Left(y) == CopiesIn(y, B) - IF y = x THEN 1 ELSE 0
  IN [y \in {y \in DOMAIN B : Left(y) > 0} |-> Left(y)]
BagRemoveAll(B, x) == [y \in DOMAIN B \ {x} |-> B[y]]
MapThenFoldBag(op(_, _), base, f(_), choose(_), B) ==
  LET RECURSIVE Folded(_), Copies(_, _, _)
      Copies(n, x, rest) == IF n = 0 THEN Folded(rest) ELSE op(f(x), Copies(n - 1, x, rest))
      Folded(rest) == IF rest = {} THEN base ELSE LET one == choose(rest) IN Copies(B[one], one, rest \ {one})
  IN Folded(DOMAIN B)
\* op(... op(op(base, x1), x1) ..., xn) for the elements in TLC's order, as TLC does (BagsExt.java).
FoldBag(op(_, _), base, B) ==
  LET RECURSIVE Folded(_, _), Copies(_, _, _)
      Copies(n, value, x) == IF n = 0 THEN value ELSE Copies(n - 1, op(value, x), x)
      Folded(value, rest) ==
        IF rest = {}
        THEN value
        ELSE LET one == CHOOSE x \in rest : TRUE IN Folded(Copies(B[one], value, one), rest \ {one})
  IN Folded(base, DOMAIN B)
SumBag(B) == FoldBag(LAMBDA x, y : x + y, 0, B)
ProductBag(B) == FoldBag(LAMBDA x, y : x * y, 1, B)
====
