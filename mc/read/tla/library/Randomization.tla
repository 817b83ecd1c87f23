---- MODULE Randomization ----
EXTENDS Integers
====
