---- MODULE FiniteSetsExt ----
EXTENDS Integers, FiniteSets, Folds, Functions

\* op(xn, ... op(x1, base)) for the elements x1, ... xn of S in TLC's order, as TLC does (FiniteSetsExt.java).
FoldSet(op(_, _), base, S) ==
  LET RECURSIVE Folded(_, _)
      Folded(value, rest) ==
        IF rest = {} THEN value ELSE LET one == CHOOSE x \in rest : TRUE IN Folded(op(one, value), rest \ {one})
  IN Folded(base, S)
ReduceSet(op(_, _), S, base) == FoldSet(op, base, S)
MapThenSumSet(f(_), S) == MapThenFoldSet(+, 0, f, LAMBDA rest : CHOOSE x \in rest : TRUE, S)
SumSet(S) == FoldSet(+, 0, S)
ProductSet(S) == FoldSet(LAMBDA x, y : x * y, 1, S)
FlattenSet(S) == UNION S
SymDiff(S, T) == {x \in S \cup T : ~(x \in S /\ x \in T)}
Quantify(S, P(_)) == Cardinality({x \in S : P(x)})
kSubset(k, S) == {T \in SUBSET S : Cardinality(T) = k}
Max(S) == CHOOSE x \in S : \A y \in S : y <= x
Min(S) == CHOOSE x \in S : \A y \in S : x <= y
\* The sets that have an element of each set of a set of sets.
Choices(Sets) == {Range(f) : f \in {f \in [Sets -> UNION Sets] : \A S \in Sets : f[S] \in S}}
ChooseUnique(S, P(_)) == CHOOSE x \in S : P(x) /\ \A y \in S : P(y) => y = x
====
