--------------------------- MODULE RaftSituations ---------------------------
\* States that Raft reaches, for models to begin in (`Init <- Diverged` in
\* TLC's configuration file).  Some broken rules show only after two or three
\* elections; from the middle of the story the search is short.  The comment on
\* each state says how Raft gets there.

EXTENDS Raft

CONSTANTS
    s1, s2, s3,     \* Server = {s1, s2, s3}; they have no symmetry
    v1, v2          \* two values; they may be the same

\* s1 leads term 2, elected by itself and s3; s2 has heard of nothing.
\* Timeout(s1); s1 asks itself and s3 for their votes, and gets them;
\* BecomeLeader(s1).
Elected ==
    /\ messages = [m \in {} |-> 0]
    /\ currentTerm = (s1 :> 2 @@ s2 :> 1 @@ s3 :> 2)
    /\ state = (s1 :> Leader @@ s2 :> Follower @@ s3 :> Follower)
    /\ votedFor = (s1 :> s1 @@ s2 :> Nil @@ s3 :> s1)
    /\ log = [i \in Server |-> <<>>]
    /\ commitIndex = [i \in Server |-> 0]
    /\ votesResponded = (s1 :> {s1, s3} @@ s2 :> {} @@ s3 :> {})
    /\ votesGranted = (s1 :> {s1, s3} @@ s2 :> {} @@ s3 :> {})
    /\ nextIndex = [i \in Server |-> [j \in Server |-> 1]]
    /\ matchIndex = [i \in Server |-> [j \in Server |-> 0]]

\* The leader s1 has an entry at s3, so at a majority, and knows it; it may
\* commit it.  After Elected: ClientRequest(s1, v1); AppendEntries(s1, s3),
\* which s3 takes and confirms.
Replicated ==
    LET entry == [term |-> 2, value |-> v1]
    IN  /\ messages = [m \in {} |-> 0]
        /\ currentTerm = (s1 :> 2 @@ s2 :> 1 @@ s3 :> 2)
        /\ state = (s1 :> Leader @@ s2 :> Follower @@ s3 :> Follower)
        /\ votedFor = (s1 :> s1 @@ s2 :> Nil @@ s3 :> s1)
        /\ log = (s1 :> <<entry>> @@ s2 :> <<>> @@ s3 :> <<entry>>)
        /\ commitIndex = [i \in Server |-> 0]
        /\ votesResponded = (s1 :> {s1, s3} @@ s2 :> {} @@ s3 :> {})
        /\ votesGranted = (s1 :> {s1, s3} @@ s2 :> {} @@ s3 :> {})
        /\ nextIndex = [[i \in Server |-> [j \in Server |-> 1]]
                            EXCEPT ![s1][s3] = 2]
        /\ matchIndex = [[i \in Server |-> [j \in Server |-> 0]]
                             EXCEPT ![s1][s3] = 1]

\* The logs of s1 and s2 hold entries of different terms at index 1; nobody
\* leads.  After Elected: ClientRequest(s1, v1); s1 restarts before it has sent
\* the entry to anybody.  Timeout(s2) twice, to term 3; s2 gets its own vote and
\* that of s3; BecomeLeader(s2); ClientRequest(s2, v2); s2 restarts as well.
Diverged ==
    /\ messages = [m \in {} |-> 0]
    /\ currentTerm = (s1 :> 2 @@ s2 :> 3 @@ s3 :> 3)
    /\ state = [i \in Server |-> Follower]
    /\ votedFor = (s1 :> s1 @@ s2 :> s2 @@ s3 :> s2)
    /\ log = (s1 :> <<[term |-> 2, value |-> v1]>>
              @@ s2 :> <<[term |-> 3, value |-> v2]>>
              @@ s3 :> <<>>)
    /\ commitIndex = [i \in Server |-> 0]
    /\ votesResponded = [i \in Server |-> {}]
    /\ votesGranted = [i \in Server |-> {}]
    /\ nextIndex = [i \in Server |-> [j \in Server |-> 1]]
    /\ matchIndex = [i \in Server |-> [j \in Server |-> 0]]

\* The entry of term 2 is at a majority, but its leader is by now in term 4
\* (the paper's figure 8, c).  After Diverged: Timeout(s1) twice, to term 4; s1
\* gets its own vote and that of s3, whose log is empty; BecomeLeader(s1).
\* AppendEntries(s1, s3) is refused, since s3 has no entry 1; s1 backs up, and
\* AppendEntries(s1, s3) carries the entry, which s3 takes and confirms.
FigureEight ==
    /\ messages = [m \in {} |-> 0]
    /\ currentTerm = (s1 :> 4 @@ s2 :> 3 @@ s3 :> 4)
    /\ state = (s1 :> Leader @@ s2 :> Follower @@ s3 :> Follower)
    /\ votedFor = (s1 :> s1 @@ s2 :> s2 @@ s3 :> s1)
    /\ log = (s1 :> <<[term |-> 2, value |-> v1]>>
              @@ s2 :> <<[term |-> 3, value |-> v2]>>
              @@ s3 :> <<[term |-> 2, value |-> v1]>>)
    /\ commitIndex = [i \in Server |-> 0]
    /\ votesResponded = (s1 :> {s1, s3} @@ s2 :> {} @@ s3 :> {})
    /\ votesGranted = (s1 :> {s1, s3} @@ s2 :> {} @@ s3 :> {})
    /\ nextIndex = [[i \in Server |-> [j \in Server |-> 1]]
                        EXCEPT ![s1] = [j \in Server |-> 2]]
    /\ matchIndex = [[i \in Server |-> [j \in Server |-> 0]]
                         EXCEPT ![s1][s3] = 1]

-----------------------------------------------------------------------------
\* Further bounds, for fewer states.

\* Only server s2 stands for election.
OneCandidate == \A i \in {s1, s3} : state[i] /= Candidate

\* Server s2 has at most one entry.
ShortLog == Len(log[s2]) <= 1

\* Nothing gets through to server s1, or from it.
CutOff == \A m \in DOMAIN messages : m.msource /= s1 /\ m.mdest /= s1

-----------------------------------------------------------------------------
\* A witness: without a later leader, no rule about later leaders is put to the
\* test.

\* Server s2 leads.
LaterLeader == state[s2] = Leader

=============================================================================
