----------------------------- MODULE MultiPaxos -----------------------------
\* Multi-Paxos: one instance of Paxos for each slot of a log, and one phase 1
\* for all of them.  After L. Lamport, "Paxos Made Simple" (2001), section 3.
\*
\* A ballot stands for the server that leads it, as in Lamport's modules: no
\* two servers share one.  Messages stay in msgs once sent, so that they may be
\* late, received twice, or never.

EXTENDS Naturals, FiniteSets, Sequences

CONSTANTS
    Acceptor,
    Learner,     \* servers that apply the log; a leader learns like any other
    Value,       \* what clients may ask for
    Noop,        \* a command that does nothing, to fill a hole
    Nil,         \* "has accepted nothing"
    MaxBallot,
    MaxSlot

Ballot == 1..MaxBallot

Slot == 1..MaxSlot

Command == Value \cup {Noop}

\* A promise (1b) says what the acceptor has accepted in every slot, and in
\* which ballot.
Message ==
    [type : {"1a"}, bal : Ballot]
    \cup
    [type : {"1b"},
     acc  : Acceptor,
     bal  : Ballot,
     mbal : [Slot -> 0..MaxBallot],
     mval : [Slot -> Command \cup {Nil}]]
    \cup
    [type : {"2a"}, bal : Ballot, slot : Slot, val : Command \cup {Nil}]
    \cup
    [type : {"2b"},
     acc  : Acceptor,
     bal  : Ballot,
     slot : Slot,
     val  : Command \cup {Nil}]

VARIABLES
    msgs,        \* all messages ever sent
    requested,   \* what clients have asked for
    maxBal,      \* of each acceptor: the highest ballot that it takes part in
    maxVBal,     \* of each acceptor and slot: the ballot of what it accepted
    maxVal,      \*     last there, and that value
    nextSlot,    \* of the leader of each ballot: the slot for the next
                 \*     client's value; 0: it does not lead (yet)
    applied      \* what each learner has applied, slot after slot

acceptorVars == <<maxBal, maxVBal, maxVal>>

vars == <<msgs, requested, acceptorVars, nextSlot, applied>>

-----------------------------------------------------------------------------
\* Helpers.

Quorum == {q \in SUBSET Acceptor : 2 * Cardinality(q) > Cardinality(Acceptor)}

Max(S) == CHOOSE x \in S : \A y \in S : x >= y

\* The acceptors that say in M that they accepted v in slot n, in ballot b.
Votes(M, b, n, v) ==
    {a \in Acceptor :
        [type |-> "2b", acc |-> a, bal |-> b, slot |-> n, val |-> v] \in M}

ChosenAt(b, n, v) == Votes(msgs, b, n, v) \in Quorum

Chosen(n, v) == \E b \in Ballot : ChosenAt(b, n, v)

\* What the acceptors in Q have promised the leader of ballot b.
Promises(b, Q) ==
    {m \in msgs : m.type = "1b" /\ m.bal = b /\ m.acc \in Q}

\* The last slot in which a promise in P shows something accepted.
LastSlot(P) == Max({0} \cup {n \in Slot : \E m \in P : m.mbal[n] > 0})

-----------------------------------------------------------------------------
\* The rules that the safety of Multi-Paxos hangs on, each a definition of its
\* own so that a model can replace it by a broken one (see MultiPaxosMutants).

\* The promises in P whose value a leader must take over in slot n: those of
\* the highest ballot.  (They all carry the same value.)
Binding(P, n) ==
    {m \in P : m.mbal[n] > 0 /\ \A o \in P : m.mbal[n] >= o.mbal[n]}

\* What a leader puts into a slot that it has to fill although nothing was
\* accepted there.
Filler == Noop

MayPropose(v) == v \in requested

\* Learner i has applied all slots before n, and no others.
Due(i, n) == n = Len(applied[i]) + 1

-----------------------------------------------------------------------------
\* What a new leader proposes in the slots that its promises P are about.

\* Once more what was accepted.
Adopted(b, P) ==
    UNION {{[type |-> "2a", bal |-> b, slot |-> n, val |-> m.mval[n]] :
                m \in Binding(P, n)} : n \in 1..LastSlot(P)}

\* Something in the holes: learners could not get past them.
Fillers(b, P) ==
    {[type |-> "2a", bal |-> b, slot |-> n, val |-> Filler] :
        n \in {k \in 1..LastSlot(P) : Binding(P, k) = {}}}

-----------------------------------------------------------------------------
Init ==
    /\ msgs = {}
    /\ requested = {}
    /\ maxBal = [a \in Acceptor |-> 0]
    /\ maxVBal = [a \in Acceptor |-> [n \in Slot |-> 0]]
    /\ maxVal = [a \in Acceptor |-> [n \in Slot |-> Nil]]
    /\ nextSlot = [b \in Ballot |-> 0]
    /\ applied = [i \in Learner |-> <<>>]

-----------------------------------------------------------------------------
\* Clients.

ClientRequest(v) ==
    /\ v \notin requested
    /\ requested' = requested \cup {v}
    /\ UNCHANGED <<msgs, acceptorVars, nextSlot, applied>>

-----------------------------------------------------------------------------
\* Phase 1, once for all slots.

\* A server starts ballot b.
Phase1a(b) ==
    /\ [type |-> "1a", bal |-> b] \notin msgs
    /\ msgs' = msgs \cup {[type |-> "1a", bal |-> b]}
    /\ UNCHANGED <<requested, acceptorVars, nextSlot, applied>>

\* Acceptor a promises to take part in no ballot below b.
Phase1b(a, b) ==
    /\ [type |-> "1a", bal |-> b] \in msgs
    /\ b > maxBal[a]
    /\ maxBal' = [maxBal EXCEPT ![a] = b]
    /\ msgs' = msgs \cup {[type |-> "1b",
                           acc  |-> a,
                           bal  |-> b,
                           mbal |-> maxVBal[a],
                           mval |-> maxVal[a]]}
    /\ UNCHANGED <<requested, maxVBal, maxVal, nextSlot, applied>>

\* The server that started ballot b has the promises of Q and leads: what was
\* accepted it proposes again, and it fills the holes before that.
BecomeLeader(b, Q) ==
    /\ nextSlot[b] = 0
    /\ Q \in Quorum
    /\ Q = {m.acc : m \in Promises(b, Q)}
    /\ msgs' = msgs \cup Adopted(b, Promises(b, Q))
                    \cup Fillers(b, Promises(b, Q))
    /\ nextSlot' = [nextSlot EXCEPT ![b] = LastSlot(Promises(b, Q)) + 1]
    /\ UNCHANGED <<requested, acceptorVars, applied>>

-----------------------------------------------------------------------------
\* Phase 2, for each slot.

\* The leader of ballot b proposes a client's value in the next slot.  It does
\* not wait for the slots before: that is how holes come about.
Phase2a(b, v) ==
    /\ nextSlot[b] \in Slot
    /\ MayPropose(v)
    /\ msgs' = msgs \cup {[type |-> "2a",
                           bal  |-> b,
                           slot |-> nextSlot[b],
                           val  |-> v]}
    /\ nextSlot' = [nextSlot EXCEPT ![b] = @ + 1]
    /\ UNCHANGED <<requested, acceptorVars, applied>>

\* Acceptor a accepts v in slot n, unless it has promised not to.
Phase2b(a, b, n, v) ==
    /\ [type |-> "2a", bal |-> b, slot |-> n, val |-> v] \in msgs
    /\ b >= maxBal[a]
    /\ maxBal' = [maxBal EXCEPT ![a] = b]
    /\ maxVBal' = [maxVBal EXCEPT ![a][n] = b]
    /\ maxVal' = [maxVal EXCEPT ![a][n] = v]
    /\ msgs' = msgs \cup {[type |-> "2b",
                           acc  |-> a,
                           bal  |-> b,
                           slot |-> n,
                           val  |-> v]}
    /\ UNCHANGED <<requested, nextSlot, applied>>

\* Learner i has heard that v was chosen in slot n, in ballot b, and applies it.
Apply(i, b, n, v) ==
    /\ Due(i, n)
    /\ ChosenAt(b, n, v)
    /\ applied' = [applied EXCEPT ![i] = Append(@, v)]
    /\ UNCHANGED <<msgs, requested, acceptorVars, nextSlot>>

\* Acceptor a restarts.  All that it knows is on stable storage, so nothing
\* changes.  (A leader that restarts starts a new ballot.)
Restart(a) == UNCHANGED vars

-----------------------------------------------------------------------------
Next ==
    \/ \E v \in Value : ClientRequest(v)
    \/ \E b \in Ballot : Phase1a(b)
    \/ \E a \in Acceptor, b \in Ballot : Phase1b(a, b)
    \/ \E b \in Ballot, Q \in SUBSET Acceptor : BecomeLeader(b, Q)
    \/ \E b \in Ballot, v \in Value : Phase2a(b, v)
    \/ \E a \in Acceptor, b \in Ballot, n \in Slot, v \in Command :
           Phase2b(a, b, n, v)
    \/ \E i \in Learner, b \in Ballot, n \in Slot, v \in Command :
           Apply(i, b, n, v)
    \/ \E a \in Acceptor : Restart(a)

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
\* Invariants.

TypeOK ==
    /\ msgs \subseteq Message
    /\ \A m \in msgs : m.type \in {"2a", "2b"} => m.val \in Command
    /\ requested \subseteq Value
    /\ maxBal \in [Acceptor -> 0..MaxBallot]
    /\ maxVBal \in [Acceptor -> [Slot -> 0..MaxBallot]]
    /\ maxVal \in [Acceptor -> [Slot -> Command \cup {Nil}]]
    /\ nextSlot \in [Ballot -> 0..(MaxSlot + 1)]
    /\ applied \in [Learner -> Seq(Command)]

\* In no slot are two values chosen.
Agreement ==
    \A n \in Slot, v, w \in Command : Chosen(n, v) /\ Chosen(n, w) => v = w

\* What is chosen was asked for by a client, or does nothing.
Validity ==
    \A n \in Slot, v \in Command : Chosen(n, v) => v \in requested \cup {Noop}

\* Once a value is chosen in a slot, higher ballots propose no other there.
ChosenIsKept ==
    \A m \in {k \in msgs : k.type = "2a"} :
        \A b \in 1..(m.bal - 1), v \in Command :
            ChosenAt(b, m.slot, v) => m.val = v

\* What a learner has applied is the beginning of the log of chosen values,
\* without a gap.
InOrder ==
    \A i \in Learner :
        \A n \in 1..Len(applied[i]) : Chosen(n, applied[i][n])

\* Not an invariant, unlike in Raft, whose logs grow at the end only: nothing is
\* chosen after a slot in which nothing is.
NoHole ==
    \A n, k \in Slot, v \in Command :
        n < k /\ Chosen(k, v) => \E w \in Command : Chosen(n, w)

\* Witnesses: what must be possible, lest the invariants hold for no reason.

AllApplied == \E i \in Learner : Len(applied[i]) = MaxSlot

\* A no-op is chosen in a slot before one with a client's value.
HoleFilled ==
    \E n, k \in Slot :
        /\ n < k
        /\ Chosen(n, Noop)
        /\ \E v \in Value : Chosen(k, v)

\* Clients' values are chosen in two neighbouring slots in one ballot, the only
\* one that was ever started: the second slot had no phase 1 of its own.
OnePhase1 ==
    /\ Cardinality({m \in msgs : m.type = "1a"}) = 1
    /\ \E b \in Ballot, n \in 1..(MaxSlot - 1), v, w \in Value :
           ChosenAt(b, n, v) /\ ChosenAt(b, n + 1, w)

\* What is chosen in one ballot is proposed again in a higher one.
SomethingKept ==
    \E m \in msgs :
        /\ m.type = "2a"
        /\ \E b \in 1..(m.bal - 1) : ChosenAt(b, m.slot, m.val)

=============================================================================
