---- MODULE Statistics ----
EXTENDS Naturals
LOCAL INSTANCE TLC

ChiSquare(expected, actual, alpha) == Assert(FALSE, "ChiSquare is not computed here")
====
