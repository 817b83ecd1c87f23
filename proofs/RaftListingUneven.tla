------------------------- MODULE RaftListingUneven --------------------------
\* The first Raft listing, from a state with uneven logs and a second leader: a
\* bare majority elected a node in term 1 and holds its first entry.  Then a
\* bare majority elected another holder in term 2; the first leader was among
\* them, and nobody else who holds the entry.  The remaining nodes have not
\* been called since.  As an initial state it is artificial, but RaftListing
\* reaches it.

EXTENDS RaftListing

\* The leaders of terms 1 and 2, those who have v from the first, and those who
\* elected the second.
Uneven(first, second, holders, voters, v) ==
    LET entry == [term |-> 1, value |-> v]
        Has(i, j) == i = second \/ (i = first /\ j \in holders \ {first})
    IN  /\ first /= second
        /\ Cardinality(holders) = Majority
        /\ Cardinality(voters) = Majority
        /\ holders \cap voters = {first, second}
        /\ currentTerm = [i \in Node |-> IF i \in voters THEN 2
                                         ELSE IF i \in holders THEN 1
                                         ELSE 0]
        /\ role = [i \in Node |-> IF i = second THEN "leader" ELSE "follower"]
        /\ votedFor = [i \in Node |-> IF i \in voters THEN second
                                      ELSE IF i \in holders THEN first
                                      ELSE Nil]
        /\ log = [i \in Node |-> IF i \in holders THEN <<entry>> ELSE <<>>]
        /\ commitIndex = [i \in Node |-> IF i = first THEN 1 ELSE 0]
        /\ nextIndex = [i \in Node |-> [j \in Node |->
                                            IF Has(i, j) THEN 2 ELSE 1]]
        /\ task = [i \in Node |-> "none"]
        /\ callTerm = [i \in Node |-> 0]
        /\ waiting = [i \in Node |-> {}]
        /\ yes = [i \in Node |-> 0]
        /\ late = {}
        /\ committed = {[index |-> 1, entry |-> entry, term |-> 1]}

UnevenInit ==
    \E first, second \in Node, holders, voters \in SUBSET Node, v \in Value :
        Uneven(first, second, holders, voters, v)

-----------------------------------------------------------------------------
\* The part of the state space that a model explores, beside Bounds.

\* Only a node without entries stands for election in the last term.
EmptyLogsLast ==
    \A i \in Node :
        role[i] = "candidate" /\ currentTerm[i] = MaxTerm => log[i] = <<>>

-----------------------------------------------------------------------------
\* Witnesses.

\* There are candidates or leaders of three terms at once.
ThreeElections ==
    \E i, j, k \in Node :
        /\ role[i] /= "follower"
        /\ role[j] /= "follower"
        /\ role[k] /= "follower"
        /\ currentTerm[i] < currentTerm[j]
        /\ currentTerm[j] < currentTerm[k]

=============================================================================
