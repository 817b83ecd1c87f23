---- MODULE ShiViz ----
\* Of error traces that TLC has found; there is none here.
LOCAL INSTANCE TLC

Host == Assert(FALSE, "Host is about an error trace of TLC")
Clock == Assert(FALSE, "Clock is about an error trace of TLC")
====
