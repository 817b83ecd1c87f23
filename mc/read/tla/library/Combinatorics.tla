---- MODULE Combinatorics ----
EXTENDS Integers
====
