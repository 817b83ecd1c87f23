---- MODULE Folds ----
\* op(f(x1), op(f(x2), ... op(f(xn), base))), where choose gives x1 of S, x2 of what remains, and so on.
MapThenFoldSet(op(_, _), base, f(_), choose(_), S) ==
  LET RECURSIVE Folded(_)
      Folded(rest) ==
        IF rest = {}
        THEN base
        ELSE LET one == choose(rest) IN op(f(one), Folded(rest \ {one}))
  IN Folded(S)
====
