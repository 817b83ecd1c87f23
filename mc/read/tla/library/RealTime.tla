---- MODULE RealTime ----
EXTENDS Integers
====
