---- MODULE UndirectedGraphs ----
\* A graph is a record of a set of nodes and a set of edges, which are sets of one or two nodes.
LOCAL INSTANCE Naturals
LOCAL INSTANCE Sequences
LOCAL INSTANCE FiniteSets

IsUndirectedGraph(G) ==
  G = [node |-> G.node, edge |-> G.edge] /\ \A e \in G.edge : \E a, b \in G.node : e = {a, b}
IsLoopFreeUndirectedGraph(G) ==
  G = [node |-> G.node, edge |-> G.edge] /\ \A e \in G.edge : \E a, b \in G.node : a # b /\ e = {a, b}
UndirectedSubgraph(G) == {H \in [node : SUBSET G.node, edge : SUBSET G.edge] : IsUndirectedGraph(H)}
LOCAL Steps(p, G) == \A i \in 1..Len(p) - 1 : {p[i], p[i + 1]} \in G.edge
Path(G) == {p \in Seq(G.node) : p # <<>> /\ Steps(p, G)}
SimplePath(G) ==
  LET Next(p) == {n \in G.node : {p[Len(p)], n} \in G.edge /\ \A i \in 1..Len(p) : p[i] # n}
      RECURSIVE Longer(_)
      Longer(ps) == IF ps = {} THEN {} ELSE ps \cup Longer(UNION {{Append(p, n) : n \in Next(p)} : p \in ps})
  IN Longer({<<n>> : n \in G.node})
LOCAL From(N, G) ==
  LET RECURSIVE Closed(_)
      Closed(T) == LET more == {n \in G.node : \E m \in T : {m, n} \in G.edge} \ T
                   IN IF more = {} THEN T ELSE Closed(T \cup more)
  IN Closed(N)
AreConnectedIn(m, n, G) == m \in G.node /\ n \in From({m}, G)
ConnectedComponents(G) == {From({n}, G) : n \in G.node}
IsStronglyConnected(G) == ConnectedComponents(G) = {G.node}
UndirectedGraphs(S) == [node : {S}, edge : SUBSET {{s, t} : s \in S, t \in S}]
====
