---- MODULE Graphs ----
EXTENDS Integers
====
