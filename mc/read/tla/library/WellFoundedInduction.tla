---- MODULE WellFoundedInduction ----
EXTENDS NaturalsInduction
====
