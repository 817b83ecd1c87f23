---- MODULE DyadicRationals ----
EXTENDS Integers
====
