---- MODULE Apalache ----
\* Of the model checker Apalache: what it is told means this elsewhere.
LOCAL INSTANCE Integers
LOCAL INSTANCE Sequences

variable := value == variable = value
Skolem(formula) == formula
Expand(S) == S
ConstCardinality(formula) == formula
Gen(size) == {}
Guess(S) == CHOOSE x \in S : TRUE
MkSeq(n, F(_)) == [i \in 1..n |-> F(i)]
SetAsFun(S) == LET keys == {pair[1] : pair \in S} IN [key \in keys |-> (CHOOSE pair \in S : pair[1] = key)[2]]
FunAsSeq(f, length, most) == [i \in 1..length |-> f[i]]
ApaFoldSet(op(_, _), base, S) ==
  LET RECURSIVE Folded(_, _)
      Folded(value, rest) ==
        IF rest = {} THEN value ELSE LET one == CHOOSE x \in rest : TRUE IN Folded(op(value, one), rest \ {one})
  IN Folded(base, S)
ApaFoldSeqLeft(op(_, _), base, s) ==
  LET RECURSIVE Folded(_)
      Folded(n) == IF n = 0 THEN base ELSE op(Folded(n - 1), s[n])
  IN Folded(Len(s))
Repeat(F(_, _), n, x) ==
  LET RECURSIVE Repeated(_)
      Repeated(m) == IF m = 0 THEN x ELSE F(Repeated(m - 1), m)
  IN Repeated(n)
====
