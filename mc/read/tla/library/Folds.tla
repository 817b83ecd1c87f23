---- MODULE Folds ----
EXTENDS Integers
====
