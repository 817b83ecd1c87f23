---- MODULE ShiViz ----
EXTENDS Integers
====
