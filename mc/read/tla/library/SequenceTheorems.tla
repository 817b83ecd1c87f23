---- MODULE SequenceTheorems ----
EXTENDS Sequences, Functions, WellFoundedInduction
====
