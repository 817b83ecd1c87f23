---- MODULE FiniteSetTheorems ----
EXTENDS FiniteSets, Functions, WellFoundedInduction
====
