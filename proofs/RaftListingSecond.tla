------------------------- MODULE RaftListingSecond --------------------------
\* Raft with the handlers of the second listing, from a state with a leader.
\* The listing's handlers take the place of actions of Raft (`<-` in TLC's
\* configuration file); the rest is Raft as published.
\*
\* Where the listing leaves something open the reading is the one that is
\* kindest to it: AppendEntries rejects lower terms and looks at the entry
\* before those that it gets; the length of a log is the index of its last
\* entry; the commit index is taken over as in Raft.

EXTENDS RaftHistory

-----------------------------------------------------------------------------
\* The second listing.

\* For UpdateTerm: AppendEntries with a higher term leaves the vote as it is.
UpdateTermKeepVote(i, j, m) ==
    /\ m.mterm > currentTerm[i]
    /\ currentTerm' = [currentTerm EXCEPT ![i] = m.mterm]
    /\ state' = [state EXCEPT ![i] = Follower]
    /\ votedFor' = IF m.mtype = AppendEntriesRequest THEN votedFor
                   ELSE [votedFor EXCEPT ![i] = Nil]
    /\ UNCHANGED <<messages, logVars, candidateVars, leaderVars>>

\* For AcceptAppendEntriesRequest: whatever follows prevLogIndex is removed,
\* then the entries are appended.
AcceptAndTruncate(i, j, m) ==
    /\ m.mterm = currentTerm[i]
    /\ state[i] = Follower
    /\ LogOk(i, m)
    /\ log' = [log EXCEPT ![i] = SubSeq(@, 1, m.mprevLogIndex) \o m.mentries]
    /\ commitIndex' = [commitIndex EXCEPT ![i] = m.mcommitIndex]
    /\ Reply([mtype       |-> AppendEntriesResponse,
              mterm       |-> currentTerm[i],
              msuccess    |-> TRUE,
              mmatchIndex |-> m.mprevLogIndex + Len(m.mentries),
              msource     |-> i,
              mdest       |-> j],
             m)
    /\ UNCHANGED serverVars

-----------------------------------------------------------------------------
\* A kinder network: what the counterexamples do not need.

\* For Restart.
NoRestart(i) == FALSE /\ UNCHANGED vars

\* For DuplicateMessage.
NoDuplicate(m) == FALSE /\ UNCHANGED vars

\* For DropMessage.
NoDrop(m) == FALSE /\ UNCHANGED vars

-----------------------------------------------------------------------------
\* A leader to begin with.  It was elected in term 2 with the votes of all;
\* nothing else has happened, and no message is under way.  As an initial state
\* this is artificial, but Raft reaches it.

Elected(leader) ==
    /\ messages = [m \in {} |-> 0]
    /\ currentTerm = [i \in Server |-> 2]
    /\ state = [i \in Server |-> IF i = leader THEN Leader ELSE Follower]
    /\ votedFor = [i \in Server |-> leader]
    /\ log = [i \in Server |-> <<>>]
    /\ commitIndex = [i \in Server |-> 0]
    /\ votesResponded = [i \in Server |-> IF i = leader THEN Server ELSE {}]
    /\ votesGranted = [i \in Server |-> IF i = leader THEN Server ELSE {}]
    /\ nextIndex = [i \in Server |-> [j \in Server |-> 1]]
    /\ matchIndex = [i \in Server |-> [j \in Server |-> 0]]
    /\ committed = {}

ElectedInit == \E leader \in Server : Elected(leader)

-----------------------------------------------------------------------------
\* For models, beside Bounds: a reading in which leaders send no requests
\* without entries.

NoHeartbeats ==
    \A m \in DOMAIN messages :
        m.mtype = AppendEntriesRequest => m.mentries /= <<>>

-----------------------------------------------------------------------------
\* Invariants.

\* Whatever was committed is in the logs of a majority.
CommittedHeld ==
    \A c \in committed :
        {i \in Server : c.index <= Len(log[i]) /\ log[i][c.index] = c.entry}
            \in Quorum

=============================================================================
