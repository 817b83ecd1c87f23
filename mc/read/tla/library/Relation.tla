---- MODULE Relation ----
EXTENDS Integers
====
