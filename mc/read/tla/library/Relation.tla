---- MODULE Relation ----
\* A relation on S is a function from pairs of S to BOOLEAN.
EXTENDS Naturals, FiniteSets

LOCAL Of(op(_, _), S) == [x, y \in S |-> op(x, y)]
IsReflexive(R, S) == \A x \in S : R[x, x]
IsReflexiveUnder(op(_, _), S) == IsReflexive(Of(op, S), S)
IsIrreflexive(R, S) == \A x \in S : ~R[x, x]
IsIrreflexiveUnder(op(_, _), S) == IsIrreflexive(Of(op, S), S)
IsSymmetric(R, S) == \A x, y \in S : R[x, y] <=> R[y, x]
IsSymmetricUnder(op(_, _), S) == IsSymmetric(Of(op, S), S)
IsAntiSymmetric(R, S) == \A x, y \in S : R[x, y] /\ R[y, x] => x = y
IsAntiSymmetricUnder(op(_, _), S) == IsAntiSymmetric(Of(op, S), S)
IsAsymmetric(R, S) == \A x, y \in S : ~(R[x, y] /\ R[y, x])
IsAsymmetricUnder(op(_, _), S) == IsAsymmetric(Of(op, S), S)
IsTransitive(R, S) == \A x, y, z \in S : R[x, y] /\ R[y, z] => R[x, z]
IsTransitiveUnder(op(_, _), S) == IsTransitive(Of(op, S), S)
IsStrictlyPartiallyOrdered(R, S) == IsIrreflexive(R, S) /\ IsAntiSymmetric(R, S) /\ IsTransitive(R, S)
IsStrictlyPartiallyOrderedUnder(op(_, _), S) == IsStrictlyPartiallyOrdered(Of(op, S), S)
IsPartiallyOrdered(R, S) == IsReflexive(R, S) /\ IsAntiSymmetric(R, S) /\ IsTransitive(R, S)
IsPartiallyOrderedUnder(op(_, _), S) == IsPartiallyOrdered(Of(op, S), S)
IsStrictlyTotallyOrdered(R, S) == IsStrictlyPartiallyOrdered(R, S) /\ \A x, y \in S : x # y => R[x, y] \/ R[y, x]
IsStrictlyTotallyOrderedUnder(op(_, _), S) == IsStrictlyTotallyOrdered(Of(op, S), S)
IsTotallyOrdered(R, S) == IsPartiallyOrdered(R, S) /\ \A x, y \in S : R[x, y] \/ R[y, x]
IsTotallyOrderedUnder(op(_, _), S) == IsTotallyOrdered(Of(op, S), S)

\* The elements that can be reached from x in one step or more.
LOCAL Reached(R, S, x) ==
  LET Next(T) == {y \in S : \E z \in T : R[z, y]}
      RECURSIVE Closed(_)
      Closed(T) == LET more == Next(T) \ T IN IF more = {} THEN T ELSE Closed(T \cup more)
  IN Closed(Next({x}))
TransitiveClosure(R, S) ==
  LET all == [x \in S |-> Reached(R, S, x)]
  IN [x, y \in S |-> y \in all[x]]
ReflexiveTransitiveClosure(R, S) ==
  LET all == [x \in S |-> Reached(R, S, x)]
  IN [x, y \in S |-> x = y \/ y \in all[x]]
IsConnected(R, S) == \A x \in S : S \subseteq {x} \cup Reached(R, S, x)
====
