-------------------------- MODULE RaftCrashMutants --------------------------
\* A broken variant of a definition of RaftCrash, to be put in its place by a
\* model.

EXTENDS RaftCrash

\* For MayCrash: nobody counts the crashes.
CrashAgain(i) == i \notin crashed

=============================================================================
