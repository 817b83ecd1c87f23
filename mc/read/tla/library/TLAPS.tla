---- MODULE TLAPS ----
\* Of the proof system: what its proofs mention says nothing to a model checker.
====
