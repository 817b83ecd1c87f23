---- MODULE FiniteSetsExt ----
EXTENDS Integers
====
