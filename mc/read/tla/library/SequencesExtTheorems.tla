---- MODULE SequencesExtTheorems ----
EXTENDS SequencesExt, WellFoundedInduction
====
