---- MODULE FiniteSetsExtTheorems ----
EXTENDS FiniteSetsExt
====
