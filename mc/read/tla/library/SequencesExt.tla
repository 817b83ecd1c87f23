---- MODULE SequencesExt ----
EXTENDS Sequences, Naturals, FiniteSets, FiniteSetsExt, Folds, Functions, Bags, TLC

\* Sets and bags

ToSet(s) == {s[i] : i \in DOMAIN s}
ToBag(s) == [x \in ToSet(s) |-> Cardinality({i \in DOMAIN s : s[i] = x})]
RECURSIVE SetToSeq(_)
SetToSeq(S) == IF S = {} THEN <<>> ELSE LET one == CHOOSE x \in S : TRUE IN <<one>> \o SetToSeq(S \ {one})
RECURSIVE SetToSeqs(_)
SetToSeqs(S) == IF S = {} THEN {<<>>} ELSE UNION {{<<x>> \o s : s \in SetToSeqs(S \ {x})} : x \in S}
SetToSortSeq(S, Before(_, _)) == SortSeq(SetToSeq(S), Before)
SetToAllKPermutations(S) == UNION {SetToSeqs(T) : T \in SUBSET S}
TupleOf(S, n) == [1..n -> S]
SeqOf(S, n) == UNION {[1..m -> S] : m \in 0..n}
BoundedSeq(S, n) == SeqOf(S, n)

\* Elements

Contains(s, x) == \E i \in 1..Len(s) : s[i] = x
IsSorted(s, op(_, _)) == \A i \in 1..Len(s) : \A j \in 1..Len(s) : i < j => op(s[i], s[j])
Reverse(s) == [i \in 1..Len(s) |-> s[Len(s) + 1 - i]]
Remove(s, x) == SelectSeq(s, LAMBDA y : y # x)
ReplaceAll(s, old, new) == [i \in 1..Len(s) |-> IF s[i] = old THEN new ELSE s[i]]
SelectInSeq(s, Test(_)) == LET found == {i \in 1..Len(s) : Test(s[i])} IN IF found = {} THEN 0 ELSE Min(found)
\* A place in s, as TLC gives it (SequencesExt.java).
SelectInSubSeq(s, from, to, Test(_)) ==
  LET found == {i \in from..to : Test(s[i])} IN IF found = {} THEN 0 ELSE Min(found)
SelectLastInSeq(s, Test(_)) == LET found == {i \in 1..Len(s) : Test(s[i])} IN IF found = {} THEN 0 ELSE Max(found)
SelectLastInSubSeq(s, from, to, Test(_)) ==
  LET found == {i \in from..to : Test(s[i])} IN IF found = {} THEN 0 ELSE Max(found)
InsertAt(s, i, x) == SubSeq(s, 1, i - 1) \o <<x>> \o SubSeq(s, i, Len(s))
ReplaceAt(s, i, x) == [s EXCEPT ![i] = x]
RemoveAt(s, i) == SubSeq(s, 1, i - 1) \o SubSeq(s, i + 1, Len(s))
RemoveFirstMatch(s, Test(_)) == LET i == SelectInSeq(s, Test) IN IF i = 0 THEN s ELSE RemoveAt(s, i)
RemoveFirst(s, x) == RemoveFirstMatch(s, LAMBDA y : y = x)
Cons(x, s) == <<x>> \o s
Snoc(x, s) == Append(s, x)
Front(s) == SubSeq(s, 1, Len(s) - 1)
Last(s) == s[Len(s)]

\* Beginnings and ends

IsPrefix(s, t) == Len(s) <= Len(t) /\ s = SubSeq(t, 1, Len(s))
IsStrictPrefix(s, t) == IsPrefix(s, t) /\ s # t
IsSuffix(s, t) == Len(s) <= Len(t) /\ s = SubSeq(t, Len(t) - Len(s) + 1, Len(t))
IsStrictSuffix(s, t) == IsSuffix(s, t) /\ s # t
Prefixes(s) == {SubSeq(s, 1, n) : n \in 0..Len(s)}
CommonPrefixes(S) == {p \in UNION {Prefixes(s) : s \in S} : \A s \in S : IsPrefix(p, s)}
LongestCommonPrefix(S) == LET all == CommonPrefixes(S) IN CHOOSE p \in all : \A q \in all : Len(q) <= Len(p)
Suffixes(s) == {SubSeq(s, n, Len(s)) : n \in 1..Len(s) + 1}

\* Folds

SeqMod(a, b) == IF a % b = 0 THEN b ELSE a % b
FoldSeq(op(_, _), base, s) == FoldFunction(op, base, s)
\* op(... op(op(base, s[1]), s[2]) ..., s[n])
FoldLeft(op(_, _), base, s) ==
  LET RECURSIVE Folded(_)
      Folded(n) == IF n = 0 THEN base ELSE op(Folded(n - 1), s[n])
  IN Folded(Len(s))
\* op(s[1], op(s[2], ... op(s[n], base)))
FoldRight(op(_, _), s, base) ==
  LET RECURSIVE Folded(_)
      Folded(n) == IF n > Len(s) THEN base ELSE op(s[n], Folded(n + 1))
  IN Folded(1)
FoldLeftDomain(op(_, _), base, s) == FoldLeft(op, base, [i \in DOMAIN s |-> i])
FoldRightDomain(op(_, _), s, base) == FoldRight(op, [i \in DOMAIN s |-> i], base)
FlattenSeq(ss) == FoldLeft(LAMBDA s, t : s \o t, <<>>, ss)
Zip(s, t) == [i \in 1..Min({Len(s), Len(t)}) |-> <<s[i], t[i]>>]
Interleave(s, t) ==
  CASE Len(s) = 0 /\ Len(t) = 0 -> <<<<>>, <<>>>>
    [] Len(s) = Len(t) /\ Len(s) > 0 -> FlattenSeq([i \in 1..Len(s) |-> <<<<s[i]>>, <<t[i]>>>>])

\* Parts

SubSeqs(s) == {SubSeq(s, m, n) : m \in 1..Len(s) + 1, n \in 0..Len(s)}
AllSubSeqs(s) ==
  LET Kept(D) == FoldLeft(LAMBDA q, i : IF i \in D THEN Append(q, s[i]) ELSE q, <<>>, [i \in 1..Len(s) |-> i])
  IN {Kept(D) : D \in SUBSET DOMAIN s}
\* Where s stands in t for the first time.
IndexFirstSubSeq(s, t) == Min({i \in 1..Len(t) - Len(s) + 1 : SubSeq(t, i, i + Len(s) - 1) = s})
ReplaceSubSeqAt(i, r, s, t) == SubSeq(t, 1, i - 1) \o r \o SubSeq(t, i + Len(s), Len(t))
ReplaceFirstSubSeq(r, s, t) == IF s \in SubSeqs(t) THEN ReplaceSubSeqAt(IndexFirstSubSeq(s, t), r, s, t) ELSE t
ReplaceAllSubSeqs(r, s, t) ==
  LET RECURSIVE Replaced(_)
      Replaced(rest) ==
        IF rest = <<>> THEN <<>>
        ELSE IF Len(s) > 0 /\ IsPrefix(s, rest) THEN r \o Replaced(SubSeq(rest, Len(s) + 1, Len(rest)))
        ELSE <<Head(rest)>> \o Replaced(Tail(rest))
  IN CASE s = t -> r
       [] s # t /\ Len(s) = 0 -> FlattenSeq([i \in 1..Len(t) |-> r \o <<t[i]>>])
       [] OTHER -> Replaced(t)
====
