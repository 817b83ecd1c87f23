---- MODULE VectorClocks ----
EXTENDS Integers
====
