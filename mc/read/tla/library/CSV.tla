---- MODULE CSV ----
EXTENDS Integers
====
