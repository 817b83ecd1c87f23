----------------------- MODULE MultiPaxosDelaysMutants -----------------------
\* A broken variant of a definition of Multi-Paxos with message delays, to be
\* put in its place by a model (`Arriving <- Forged` in TLC's configuration
\* file).

EXTENDS MultiPaxosDelays

\* For Arriving: a message comes that nobody has sent.
Forged == msgs \cup {[type |-> "1a", bal |-> 1]}

=============================================================================
