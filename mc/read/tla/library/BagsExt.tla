---- MODULE BagsExt ----
EXTENDS Integers
====
