---- MODULE Bags ----
EXTENDS Integers
====
