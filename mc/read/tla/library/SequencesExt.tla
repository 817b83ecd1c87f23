---- MODULE SequencesExt ----
EXTENDS Integers
====
