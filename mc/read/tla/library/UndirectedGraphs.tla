---- MODULE UndirectedGraphs ----
EXTENDS Integers
====
