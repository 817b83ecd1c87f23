---- MODULE Functions ----
EXTENDS Integers, Folds

Restrict(f, S) == [x \in S |-> f[x]]
RestrictDomain(f, Test(_)) == [x \in {x \in DOMAIN f : Test(x)} |-> f[x]]
RestrictValues(f, Test(_)) == [x \in {x \in DOMAIN f : Test(f[x])} |-> f[x]]
IsRestriction(f, g) == DOMAIN f \subseteq DOMAIN g /\ \A x \in DOMAIN f : f[x] = g[x]
Range(f) == {f[x] : x \in DOMAIN f}
Pointwise(f, g, Op(_, _)) == [x \in DOMAIN f |-> Op(f[x], g[x])]

\* An element of S outside of T's preimage is any one, as in the module of the community.
Inverse(f, S, T) == [y \in T |-> CHOOSE x \in S : y \in Range(f) => f[x] = y]
AntiFunction(f) == Inverse(f, DOMAIN f, Range(f))

IsInjective(f) == \A x, y \in DOMAIN f : f[x] = f[y] => x = y
Injection(S, T) == {f \in [S -> T] : IsInjective(f)}
Surjection(S, T) == {f \in [S -> T] : T \subseteq Range(f)}
Bijection(S, T) == {f \in Injection(S, T) : T \subseteq Range(f)}
ExistsInjection(S, T) == \E f \in [S -> T] : IsInjective(f)
ExistsSurjection(S, T) == \E f \in [S -> T] : T \subseteq Range(f)
ExistsBijection(S, T) == \E f \in [S -> T] : IsInjective(f) /\ T \subseteq Range(f)

\* op(f[xn], ... op(f[x1], base)) for the elements x1, ... xn of S in TLC's order, as TLC does (Functions.java).
FoldFunctionOnSet(op(_, _), base, f, S) ==
  LET RECURSIVE Folded(_, _)
      Folded(value, rest) ==
        IF rest = {} THEN value ELSE LET one == CHOOSE x \in rest : TRUE IN Folded(op(f[one], value), rest \ {one})
  IN Folded(base, S)
FoldFunction(op(_, _), base, f) == FoldFunctionOnSet(op, base, f, DOMAIN f)
SumFunctionOnSet(f, S) == FoldFunctionOnSet(+, 0, f, S)
SumFunction(f) == FoldFunctionOnSet(+, 0, f, DOMAIN f)
====
