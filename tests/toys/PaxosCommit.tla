---- MODULE PaxosCommit ----
EXTENDS Integers, FiniteSets
CONSTANTS RM, Acceptor, MaxBallot
VARIABLES rmState, mbal, msgs

Ballot == 0 .. MaxBallot

Init ==
    /\ rmState = [r \in RM |-> "working"]
    /\ mbal = [r \in RM |-> [a \in Acceptor |-> 0]]
    /\ msgs = {}

IsMajority(q) == Cardinality(q) * 2 > Cardinality(Acceptor)

Prepare(r) ==
    /\ rmState[r] = "working"
    /\ rmState' = [rmState EXCEPT ![r] = "prepared"]
    /\ msgs' = msgs \cup {[type |-> "phase2a", ins |-> r, bal |-> 0, val |-> "prepared"]}
    /\ UNCHANGED mbal

ChooseToAbort(r) ==
    /\ rmState[r] = "working"
    /\ rmState' = [rmState EXCEPT ![r] = "aborted"]
    /\ msgs' = msgs \cup {[type |-> "phase2a", ins |-> r, bal |-> 0, val |-> "aborted"]}
    /\ UNCHANGED mbal

RcvDecision(r) ==
    /\ rmState[r] /= "committed"
    /\ \E m \in msgs : m.type = "decision" /\ m.val = "prepared"
    /\ rmState' = [rmState EXCEPT ![r] = "committed"]
    /\ UNCHANGED <<mbal, msgs>>

Phase1(b, r) ==
    /\ b > 0
    /\ \E q \in RM \ {r} : rmState[q] = "prepared" \/ rmState[q] = "aborted"
    /\ [type |-> "phase1a", ins |-> r, bal |-> b] \notin msgs
    /\ msgs' = msgs \cup {[type |-> "phase1a", ins |-> r, bal |-> b]}
    /\ UNCHANGED <<rmState, mbal>>

Phase2(b, r) ==
    /\ [type |-> "phase1a", ins |-> r, bal |-> b] \in msgs
    /\ \E q \in SUBSET Acceptor : IsMajority(q) /\ \A a \in q : mbal[r][a] = b
    /\ msgs' = msgs \cup {[type |-> "phase2a", ins |-> r, bal |-> b, val |-> "aborted"]}
    /\ UNCHANGED <<rmState, mbal>>

Join(a, m) ==
    /\ m.type = "phase1a"
    /\ mbal[m.ins][a] < m.bal
    /\ mbal' = [mbal EXCEPT ![m.ins][a] = m.bal]
    /\ UNCHANGED <<rmState, msgs>>

Accept(a, m) ==
    /\ m.type = "phase2a"
    /\ mbal[m.ins][a] <= m.bal
    /\ mbal' = [mbal EXCEPT ![m.ins][a] = m.bal]
    /\ msgs' = msgs \cup {[type |-> "phase2b", ins |-> m.ins, bal |-> m.bal, val |-> m.val, acc |-> a]}
    /\ UNCHANGED rmState

Receive(a) == \E m \in msgs : Join(a, m) \/ Accept(a, m)

HasVoted(r, b, v, a) == [type |-> "phase2b", ins |-> r, bal |-> b, val |-> v, acc |-> a] \in msgs

Decided(r, v) ==
    \E b \in Ballot : \E q \in SUBSET Acceptor : IsMajority(q) /\ \A a \in q : HasVoted(r, b, v, a)

Say(v) ==
    /\ msgs' = msgs \cup {[type |-> "decision", val |-> v]}
    /\ UNCHANGED <<rmState, mbal>>

Decide == \/ (\A r \in RM : Decided(r, "prepared")) /\ Say("prepared")
          \/ (\E r \in RM : Decided(r, "aborted")) /\ Say("aborted")

Next ==
    \/ \E r \in RM : Prepare(r)
    \/ \E r \in RM : ChooseToAbort(r)
    \/ \E r \in RM : RcvDecision(r)
    \/ \E b \in Ballot, r \in RM : Phase1(b, r)
    \/ \E b \in Ballot, r \in RM : Phase2(b, r)
    \/ \E a \in Acceptor : Receive(a)
    \/ Decide

Consistent == ~\E p, q \in RM : rmState[p] = "aborted" /\ rmState[q] = "committed"

OneCommits == \E r \in RM : rmState[r] = "committed"
====
