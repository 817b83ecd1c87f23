---- MODULE Functions ----
EXTENDS Integers
====
