---- MODULE Json ----
EXTENDS Integers
====
