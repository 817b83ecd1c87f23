---- MODULE IOUtils ----
EXTENDS Integers
====
