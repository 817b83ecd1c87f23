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
FoldBag(op(_, _), base, B) == MapThenFoldBag(op, base, LAMBDA x : x, LAMBDA rest : CHOOSE x \in rest : TRUE, B)
SumBag(B) == FoldBag(LAMBDA x, y : x + y, 0, B)
ProductBag(B) == FoldBag(LAMBDA x, y : x * y, 1, B)
====
