---- MODULE LibraryFacts ----
\* What the modules of the community say, as TLC 2.15 evaluates their own texts; where their overrides in Java say
\* otherwise, which TLC takes instead, it is that (FoldSet, FoldFunction, SelectInSubSeq).
EXTENDS SequencesExt, BagsExt, Relation, Bitwise, Bags
G == INSTANCE Graphs
U == INSTANCE UndirectedGraphs
D == INSTANCE DyadicRationals
C == INSTANCE Combinatorics
VARIABLE x
s == <<3, 1, 2, 1>>
b == ToBag(s)
g == [node |-> {1, 2, 3, 4}, edge |-> {<<1, 2>>, <<2, 3>>, <<3, 1>>, <<3, 4>>}]
u == [node |-> {1, 2, 3, 4}, edge |-> {{1, 2}, {2, 3}}]
R == [p, q \in 1..4 |-> <<p, q>> \in g.edge]
ASSUME ToSet(s) = {1, 2, 3}
ASSUME b = <<2, 1, 1>>
ASSUME SetToSeq({3, 1, 2}) = <<1, 2, 3>>
ASSUME SetToSeqs({1, 2, 3}) = {<<1, 2, 3>>, <<1, 3, 2>>, <<2, 1, 3>>, <<2, 3, 1>>, <<3, 1, 2>>, <<3, 2, 1>>}
ASSUME SetToSortSeq({3, 1, 2}, >) = <<3, 2, 1>>
ASSUME SetToAllKPermutations({1, 2}) = {<<>>, <<1>>, <<2>>, <<1, 2>>, <<2, 1>>}
ASSUME TupleOf({1, 2}, 2) = {<<1, 1>>, <<1, 2>>, <<2, 1>>, <<2, 2>>}
ASSUME SeqOf({1, 2}, 2) = {<<>>, <<1>>, <<2>>, <<1, 1>>, <<1, 2>>, <<2, 1>>, <<2, 2>>}
ASSUME BoundedSeq({1}, 2) = {<<>>, <<1>>, <<1, 1>>}
ASSUME Contains(s, 2)
ASSUME ~Contains(s, 5)
ASSUME ~IsSorted(s, <=)
ASSUME Reverse(s) = <<1, 2, 1, 3>>
ASSUME Remove(s, 1) = <<3, 2>>
ASSUME ReplaceAll(s, 1, 9) = <<3, 9, 2, 9>>
ASSUME SelectInSeq(s, LAMBDA e : e < 3) = 2
ASSUME SelectInSeq(s, LAMBDA e : e > 3) = 0
ASSUME SelectInSubSeq(s, 2, 4, LAMBDA e : e = 2) = 3
ASSUME SelectLastInSeq(s, LAMBDA e : e = 1) = 4
ASSUME InsertAt(s, 2, 7) = <<3, 7, 1, 2, 1>>
ASSUME InsertAt(s, 5, 7) = <<3, 1, 2, 1, 7>>
ASSUME ReplaceAt(s, 2, 7) = <<3, 7, 2, 1>>
ASSUME RemoveAt(s, 2) = <<3, 2, 1>>
ASSUME RemoveFirst(s, 1) = <<3, 2, 1>>
ASSUME RemoveFirst(s, 8) = <<3, 1, 2, 1>>
ASSUME RemoveFirstMatch(s, LAMBDA e : e < 3) = <<3, 2, 1>>
ASSUME Cons(1, s) = <<1, 3, 1, 2, 1>>
ASSUME Snoc(1, s) = <<3, 1, 2, 1, 1>>
ASSUME Front(s) = <<3, 1, 2>>
ASSUME Last(s) = 1
ASSUME IsPrefix(<<3, 1>>, s)
ASSUME ~IsPrefix(s, <<3>>)
ASSUME ~IsStrictPrefix(s, s)
ASSUME IsSuffix(<<2, 1>>, s)
ASSUME ~IsSuffix(<<1>>, <<>>)
ASSUME IsStrictSuffix(<<2, 1>>, s)
ASSUME Prefixes(s) = {<<>>, <<3>>, <<3, 1>>, <<3, 1, 2>>, <<3, 1, 2, 1>>}
ASSUME CommonPrefixes({<<1, 2, 3>>, <<1, 2, 4>>}) = {<<>>, <<1>>, <<1, 2>>}
ASSUME LongestCommonPrefix({<<1, 2, 3>>, <<1, 2, 4>>}) = <<1, 2>>
ASSUME Suffixes(s) = {<<>>, <<1>>, <<2, 1>>, <<1, 2, 1>>, <<3, 1, 2, 1>>}
ASSUME Suffixes(<<>>) = {<<>>}
ASSUME SeqMod(4, 2) = 2
ASSUME SeqMod(5, 2) = 1
ASSUME FoldSeq(-, 0, <<5>>) = 5
ASSUME FoldLeft(LAMBDA a, e : Append(a, e), <<>>, s) = <<3, 1, 2, 1>>
ASSUME FoldRight(LAMBDA e, a : Append(a, e), s, <<>>) = <<1, 2, 1, 3>>
ASSUME FoldLeft(-, 10, s) = 3
ASSUME FoldRight(-, s, 10) = 13
ASSUME FoldLeftDomain(LAMBDA a, i : a + i, 0, s) = 10
ASSUME FoldRightDomain(LAMBDA i, a : <<i>> \o a, s, <<>>) = <<1, 2, 3, 4>>
ASSUME FlattenSeq(<<<<1>>, <<>>, <<2, 3>>>>) = <<1, 2, 3>>
ASSUME FlattenSeq(<<>>) = <<>>
ASSUME Zip(<<1, 2>>, <<3, 4, 5>>) = <<<<1, 3>>, <<2, 4>>>>
ASSUME Interleave(<<1, 2>>, <<3, 4>>) = <<<<1>>, <<3>>, <<2>>, <<4>>>>
ASSUME Interleave(<<>>, <<>>) = <<<<>>, <<>>>>
ASSUME SubSeqs(<<1, 2>>) = {<<>>, <<1>>, <<2>>, <<1, 2>>}
ASSUME AllSubSeqs(<<1, 2, 1>>) = {<<>>, <<1>>, <<2>>, <<1, 1>>, <<1, 2>>, <<2, 1>>, <<1, 2, 1>>}
ASSUME IndexFirstSubSeq(<<1, 2>>, s) = 2
ASSUME ReplaceSubSeqAt(2, <<9, 9>>, <<1>>, s) = <<3, 9, 9, 2, 1>>
ASSUME ReplaceFirstSubSeq(<<9>>, <<1, 2>>, s) = <<3, 9, 1>>
ASSUME ReplaceFirstSubSeq(<<9>>, <<7>>, s) = <<3, 1, 2, 1>>
ASSUME ReplaceAllSubSeqs(<<9, 8>>, <<1>>, <<1, 2, 1>>) = <<9, 8, 2, 9, 8>>
ASSUME ReplaceAllSubSeqs(<<9>>, <<>>, <<1, 2>>) = <<9, 1, 9, 2>>
ASSUME ReplaceAllSubSeqs(<<9>>, <<5>>, <<1, 2>>) = <<1, 2>>
ASSUME FoldSet(+, 0, {1, 2, 3}) = 6
ASSUME SumSet({1, 2, 3}) = 6
ASSUME ProductSet({2, 3, 4}) = 24
ASSUME ReduceSet(LAMBDA p, q : p + q, {1, 2}, 5) = 8
ASSUME MapThenSumSet(LAMBDA e : e * e, {1, 2, 3}) = 14
ASSUME FlattenSet({{1}, {2}}) = {1, 2}
ASSUME SymDiff({1, 2}, {2, 3}) = {1, 3}
ASSUME Quantify({1, 2, 3}, LAMBDA e : e > 1) = 2
ASSUME kSubset(2, {1, 2, 3}) = {{1, 2}, {1, 3}, {2, 3}}
ASSUME Max({1, 3, 2}) = 3
ASSUME Min({3, 1, 2}) = 1
ASSUME Choices({{1, 2}, {3}}) = {{1, 3}, {2, 3}}
ASSUME ChooseUnique({1, 2, 3}, LAMBDA e : e = 2) = 2
ASSUME FoldSet(LAMBDA e, a : Append(a, e), <<>>, {"p", "q", "r"}) = <<"p", "q", "r">>
ASSUME FoldFunction(LAMBDA e, a : Append(a, e), <<>>, [k \in {"p", "q"} |-> k]) = <<"p", "q">>
ASSUME Restrict(s, {1, 2}) = <<3, 1>>
ASSUME RestrictDomain(s, LAMBDA i : i > 2) = (3 :> 2 @@ 4 :> 1)
ASSUME RestrictValues(s, LAMBDA e : e = 1) = (2 :> 1 @@ 4 :> 1)
ASSUME IsRestriction(<<3>>, s)
ASSUME Range(s) = {1, 2, 3}
ASSUME Pointwise(<<1, 2>>, <<3, 4>>, +) = <<4, 6>>
ASSUME AntiFunction(<<4, 5>>) = (4 :> 1 @@ 5 :> 2)
ASSUME Inverse(<<4, 5>>, {1, 2}, {4, 5}) = (4 :> 1 @@ 5 :> 2)
ASSUME ~IsInjective(s)
ASSUME Injection({1, 2}, {3, 4}) = {<<3, 4>>, <<4, 3>>}
ASSUME Surjection({1, 2}, {3}) = {<<3, 3>>}
ASSUME Bijection({1, 2}, {3, 4}) = {<<3, 4>>, <<4, 3>>}
ASSUME ~ExistsInjection({1, 2}, {1})
ASSUME ExistsSurjection({1, 2}, {1})
ASSUME ExistsBijection({1}, {2})
ASSUME FoldFunctionOnSet(+, 0, s, {1, 2}) = 4
ASSUME SumFunction(s) = 7
ASSUME SumFunctionOnSet(s, {1, 3}) = 5
ASSUME IsABag(b)
ASSUME BagToSet(b) = {1, 2, 3}
ASSUME SetToBag({1, 2}) = <<1, 1>>
ASSUME BagIn(1, b)
ASSUME EmptyBag = <<>>
ASSUME CopiesIn(1, b) = 2
ASSUME CopiesIn(7, b) = 0
ASSUME (b (+) b) = <<4, 2, 2>>
ASSUME (b (-) SetToBag({1, 2})) = (1 :> 1 @@ 3 :> 1)
ASSUME SetToBag({1}) \sqsubseteq b
ASSUME ~(b \sqsubseteq SetToBag({1}))
ASSUME BagUnion({b, SetToBag({1, 9})}) = (1 :> 3 @@ 2 :> 1 @@ 3 :> 1 @@ 9 :> 1)
ASSUME SubBag(b) =
  {<<>>, <<1>>, <<2>>, (2 :> 1), (3 :> 1), <<1, 1>>, (1 :> 1 @@ 3 :> 1), <<2, 1>>, (1 :> 2 @@ 3 :> 1), (2 :> 1 @@ 3 :> 1), <<1, 1, 1>>, <<2, 1, 1>>}
ASSUME BagOfAll(LAMBDA e : e % 2, b) = (0 :> 1 @@ 1 :> 3)
ASSUME BagCardinality(b) = 4
ASSUME BagAdd(b, 1) = <<3, 1, 1>>
ASSUME BagAdd(b, 8) = (1 :> 2 @@ 2 :> 1 @@ 3 :> 1 @@ 8 :> 1)
ASSUME BagRemove(b, 1) = <<1, 1, 1>>
ASSUME BagRemove(b, 2) = (1 :> 2 @@ 3 :> 1)
ASSUME BagRemove(b, 8) = <<2, 1, 1>>
ASSUME BagRemoveAll(b, 1) = (2 :> 1 @@ 3 :> 1)
ASSUME FoldBag(+, 0, b) = 7
ASSUME SumBag(b) = 7
ASSUME ProductBag(b) = 6
ASSUME MapThenFoldBag(+, 0, LAMBDA e : e * 10, LAMBDA S : CHOOSE e \in S : TRUE, b) = 70
ASSUME ~IsReflexive(R, 1..4)
ASSUME IsIrreflexive(R, 1..4)
ASSUME ~IsSymmetric(R, 1..4)
ASSUME IsAntiSymmetric(R, 1..4)
ASSUME IsAsymmetric(R, 1..4)
ASSUME ~IsTransitive(R, 1..4)
ASSUME IsTotallyOrderedUnder(<=, 1..3)
ASSUME IsStrictlyPartiallyOrderedUnder(<, 1..3)
ASSUME IsConnected(R, 1..3)
ASSUME ~IsConnected(R, 1..4)
ASSUME (5 & 3) = 1
ASSUME (5 | 3) = 7
ASSUME (5 ^^ 3) = 6
ASSUME Not(5) = 2
ASSUME shiftR(11, 2) = 2
ASSUME (0 & 0) = 0
ASSUME G!IsDirectedGraph(g)
ASSUME G!Transpose(g) = [node |-> {1, 2, 3, 4}, edge |-> {<<1, 3>>, <<2, 1>>, <<3, 2>>, <<4, 3>>}]
ASSUME ~G!IsUndirectedGraph(g)
ASSUME ~G!IsBipartiteWithPartitions(g, {1}, {2})
ASSUME G!HasCycle(g)
ASSUME ~G!IsDag(g)
ASSUME G!Successors(g, 3) = {1, 4}
ASSUME G!AllSuccessors(g, {1, 3}) = {1, 2, 4}
ASSUME G!Predecessors(g, 4) = {3}
ASSUME G!Ancestors(g, 4) = {1, 2, 3}
ASSUME G!Descendants(g, 1) = {1, 2, 3, 4}
ASSUME G!Ancestors(g, 1) = {1, 2, 3}
ASSUME G!Descendants(g, 4) = {}
ASSUME G!InDegree(g, 1) = 1
ASSUME G!OutDegree(g, 3) = 2
ASSUME G!Roots(g) = {}
ASSUME G!Leaves(g) = {4}
ASSUME G!EmptyGraph = [node |-> {}, edge |-> {}]
ASSUME G!GraphUnion(g, g) = g
ASSUME Cardinality(G!DirectedSubgraph(g)) = 49
ASSUME U!IsUndirectedGraph(u)
ASSUME U!IsLoopFreeUndirectedGraph(u)
ASSUME U!UndirectedSubgraph([u EXCEPT !.node = {1, 2}, !.edge = {{1, 2}}]) =
  {[node |-> {}, edge |-> {}], [node |-> {1}, edge |-> {}], [node |-> {2}, edge |-> {}], [node |-> {1, 2}, edge |-> {}], [node |-> {1, 2}, edge |-> {{1, 2}}]}
ASSUME D!Add(D!Half(D!One), D!Half(D!Half(D!One))) = [num |-> 3, den |-> 4]
ASSUME D!IsDyadicRational(D!Half(D!One))
ASSUME D!PrettyPrint(D!Half(D!One)) = "1/2"
ASSUME D!Add(D!Zero, D!One) = [num |-> 1, den |-> 1]
ASSUME C!choose(5, 2) = 10
ASSUME (C!factorial[4]) = 24
Init == x = 0
Next == x' = x
====
