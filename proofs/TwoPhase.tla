------------------------------ MODULE TwoPhase ------------------------------
\* Two-phase commit, after J. Gray and L. Lamport, "Consensus on Transaction
\* Commit" (2006).  A set RM of resource managers decides together, through one
\* transaction manager (TM), whether a transaction commits or aborts.
\*
\* Next is a plain disjunction with one action per row: TLC then names every
\* step after its action in traces, dumps and coverage.

CONSTANT RM

Message == [type : {"Prepared"}, rm : RM] \cup [type : {"Commit", "Abort"}]

VARIABLES rmState,     \* what each resource manager has done so far
          tmState,     \* what the transaction manager has decided
          tmPrepared,  \* those whose "Prepared" the TM has read
          msgs         \* all messages ever sent; reading one does not remove it

vars == <<rmState, tmState, tmPrepared, msgs>>

Init ==
    /\ rmState = [r \in RM |-> "working"]
    /\ tmState = "init"
    /\ tmPrepared = {}
    /\ msgs = {}

-----------------------------------------------------------------------------
\* The transaction manager.

\* It learns that r is prepared.
TMRcvPrepared(r) ==
    /\ tmState = "init"
    /\ [type |-> "Prepared", rm |-> r] \in msgs
    /\ tmPrepared' = tmPrepared \cup {r}
    /\ UNCHANGED <<rmState, tmState, msgs>>

\* Everybody is prepared: it decides to commit and says so.
TMCommit ==
    /\ tmState = "init"
    /\ tmPrepared = RM
    /\ tmState' = "committed"
    /\ msgs' = msgs \cup {[type |-> "Commit"]}
    /\ UNCHANGED <<rmState, tmPrepared>>

\* It gives up, for a reason that is not modelled, at any time before deciding.
TMAbort ==
    /\ tmState = "init"
    /\ tmState' = "aborted"
    /\ msgs' = msgs \cup {[type |-> "Abort"]}
    /\ UNCHANGED <<rmState, tmPrepared>>

-----------------------------------------------------------------------------
\* Resource manager r.

\* From here on r may no longer abort by itself.
RMPrepare(r) ==
    /\ rmState[r] = "working"
    /\ rmState' = [rmState EXCEPT ![r] = "prepared"]
    /\ msgs' = msgs \cup {[type |-> "Prepared", rm |-> r]}
    /\ UNCHANGED <<tmState, tmPrepared>>

\* r aborts by itself, and tells nobody.
RMChooseToAbort(r) ==
    /\ rmState[r] = "working"
    /\ rmState' = [rmState EXCEPT ![r] = "aborted"]
    /\ UNCHANGED <<tmState, tmPrepared, msgs>>

RMRcvCommitMsg(r) ==
    /\ [type |-> "Commit"] \in msgs
    /\ rmState' = [rmState EXCEPT ![r] = "committed"]
    /\ UNCHANGED <<tmState, tmPrepared, msgs>>

RMRcvAbortMsg(r) ==
    /\ [type |-> "Abort"] \in msgs
    /\ rmState' = [rmState EXCEPT ![r] = "aborted"]
    /\ UNCHANGED <<tmState, tmPrepared, msgs>>

-----------------------------------------------------------------------------
Next ==
    \/ \E r \in RM : TMRcvPrepared(r)
    \/ TMCommit
    \/ TMAbort
    \/ \E r \in RM : RMPrepare(r)
    \/ \E r \in RM : RMChooseToAbort(r)
    \/ \E r \in RM : RMRcvCommitMsg(r)
    \/ \E r \in RM : RMRcvAbortMsg(r)

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
\* Invariants.

TypeOK ==
    /\ rmState \in [RM -> {"working", "prepared", "committed", "aborted"}]
    /\ tmState \in {"init", "committed", "aborted"}
    /\ tmPrepared \subseteq RM
    /\ msgs \subseteq Message

\* No two resource managers end differently.
Consistent ==
    \A r1, r2 \in RM :
        ~ (rmState[r1] = "committed" /\ rmState[r2] = "aborted")

\* Witnesses: both outcomes are possible.

SomeoneCommitted == \E r \in RM : rmState[r] = "committed"

SomeoneAborted == \E r \in RM : rmState[r] = "aborted"

=============================================================================
