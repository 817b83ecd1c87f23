---- MODULE Statistics ----
EXTENDS Integers
====
