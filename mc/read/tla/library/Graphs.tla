---- MODULE Graphs ----
\* A graph is a record of a set of nodes and a set of edges, which are pairs of nodes.
EXTENDS Naturals, Sequences, FiniteSets, SequencesExt, Relation

IsDirectedGraph(G) == G = [node |-> G.node, edge |-> G.edge] /\ G.edge \subseteq G.node \X G.node
DirectedSubgraph(G) ==
  UNION {[node : {N}, edge : SUBSET (G.edge \cap (N \X N))] : N \in SUBSET G.node}
Transpose(G) == [node |-> G.node, edge |-> {<<e[2], e[1]>> : e \in G.edge}]
IsUndirectedGraph(G) == IsDirectedGraph(G) /\ \A e \in G.edge : <<e[2], e[1]>> \in G.edge
UndirectedSubgraph(G) == {H \in DirectedSubgraph(G) : IsUndirectedGraph(H)}

LOCAL Steps(p, G) == \A i \in 1..Len(p) - 1 : <<p[i], p[i + 1]>> \in G.edge
Path(G) == {p \in Seq(G.node) : p # <<>> /\ Steps(p, G)}
SimplePath(G) ==
  LET RECURSIVE Longer(_)
      Longer(ps) ==
        LET more == UNION {{Append(p, n) : n \in {n \in G.node : <<Last(p), n>> \in G.edge /\ ~Contains(p, n)}} : p \in ps}
        IN IF ps = {} THEN {} ELSE ps \cup Longer(more)
  IN Longer({<<n>> : n \in G.node})

\* What can be reached from some nodes, they themselves among it.
LOCAL From(N, G) ==
  LET RECURSIVE Closed(_)
      Closed(T) == LET more == {n \in G.node : \E m \in T : <<m, n>> \in G.edge} \ T
                   IN IF more = {} THEN T ELSE Closed(T \cup more)
  IN Closed(N)
AreConnectedIn(m, n, G) == m \in G.node /\ n \in From({m}, G)
IsStronglyConnected(G) == \A m \in G.node : G.node \subseteq From({m}, G)
ConnectionsIn(G) == LET all == [m \in G.node |-> From({m}, G)] IN [m, n \in G.node |-> n \in all[m]]
IsTreeWithRoot(G, r) ==
  /\ IsDirectedGraph(G)
  /\ r \in G.node
  /\ \A e \in G.edge : e[1] # r /\ \A f \in G.edge : e[1] = f[1] => e = f
  /\ \A n \in G.node : AreConnectedIn(n, r, G)
GraphUnion(G, H) == [node |-> G.node \cup H.node, edge |-> G.edge \cup H.edge]
IsBipartiteWithPartitions(G, U, V) ==
  /\ U \cap V = {}
  /\ G.node \subseteq U \cup V
  /\ \A e \in G.edge : (e[1] \in U /\ e[2] \in V) \/ (e[2] \in U /\ e[1] \in V)
Successors(G, n) == {m \in G.node : <<n, m>> \in G.edge}
AllSuccessors(G, S) == UNION {Successors(G, n) : n \in S}
Predecessors(G, n) == {m \in G.node : <<m, n>> \in G.edge}
AllPredecessors(G, S) == UNION {Predecessors(G, n) : n \in S}
Descendants(G, n) == From(Successors(G, n), G)
Ancestors(G, n) == From(Predecessors(G, n), Transpose(G))
HasCycle(G) == \E n \in G.node : n \in Descendants(G, n)
IsDag(G) == IsDirectedGraph(G) /\ ~HasCycle(G)
InDegree(G, n) == Cardinality(Predecessors(G, n))
OutDegree(G, n) == Cardinality(Successors(G, n))
Roots(G) == {n \in G.node : Predecessors(G, n) = {}}
Leaves(G) == {n \in G.node : Successors(G, n) = {}}
EmptyGraph == [node |-> {}, edge |-> {}]
Graphs(S) == [node : {S}, edge : SUBSET (S \X S)]
====
