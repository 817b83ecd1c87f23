---- MODULE GraphTheorems ----
EXTENDS Graphs, Sequences
====
