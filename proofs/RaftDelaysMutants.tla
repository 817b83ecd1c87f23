------------------------- MODULE RaftDelaysMutants --------------------------
\* Broken variants of definitions of RaftDelays, to be put in their place by a
\* model: they show that the count depends on the rules of the rounds.

EXTENDS RaftDelays

\* For MayReceive: messages take no time.
AtOnce(m) == TRUE

\* For Forget: what has been received counts as arrived for the whole round.
RememberAll == UNCHANGED arrived

=============================================================================
