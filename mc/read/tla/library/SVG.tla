---- MODULE SVG ----
EXTENDS Integers
====
