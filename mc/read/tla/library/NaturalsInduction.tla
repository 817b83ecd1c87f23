---- MODULE NaturalsInduction ----
EXTENDS Integers, TLAPS
====
