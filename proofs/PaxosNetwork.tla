---------------------------- MODULE PaxosNetwork ----------------------------
\* Paxos for one decision, as one would build it: proposers with ballots and
\* values of their own, acceptors, and a network between them that loses,
\* repeats and reorders messages.  Acceptors restart; what they promised and
\* what they voted for is on stable storage.  A proposer may give up at any
\* time and try again with a higher ballot.

EXTENDS Integers, FiniteSets, TLC

CONSTANTS
    Acceptor,
    Value,                                \* what clients may ask for
    Nil,                                  \* no value
    Proposers,                            \* how many proposers there are
    MaxBallot, MaxMessages, MaxCopies     \* bounds of the model

Proposer == 0..Proposers - 1

Ballot == 0..MaxBallot

\* Nobody proposes Nil.  A broken proposer might: TypeOK says it does not happen.
Message ==
    [type : {"Prepare"}, bal : Ballot, prop : Proposer, acc : Acceptor]
    \cup
    [type : {"Promise"},
     bal  : Ballot,
     mbal : Ballot \cup {-1},
     mval : Value \cup {Nil},
     prop : Proposer,
     acc  : Acceptor]
    \cup
    [type : {"Accept"},
     bal  : Ballot,
     val  : Value \cup {Nil},
     prop : Proposer,
     acc  : Acceptor]
    \cup
    [type : {"Accepted"}, bal : Ballot, prop : Proposer, acc : Acceptor]

Vote == [acc : Acceptor, bal : Ballot, val : Value \cup {Nil}]

VARIABLES
    messages,      \* the network: a bag, as a function from message to count
    promised,      \* acceptors: the highest ballot promised, or -1
    votedBallot,   \* acceptors: the ballot of the last vote, or -1
    votedValue,    \* acceptors: its value, or Nil
    phase,         \* proposers: "idle", "prepare", "accept" or "decided"
    own,           \* proposers: the value that a client asked for, or Nil
    ballot,        \* proposers: the present ballot, or -1
    answers,       \* proposers: who has answered in this phase of it
    highBallot,    \* proposers: of all votes in the promises the highest ballot,
    highValue,     \* and its value; -1 and Nil where there is no vote
    votes          \* all votes ever cast; no action reads it

acceptorVars == <<promised, votedBallot, votedValue, votes>>
proposerVars == <<phase, own, ballot, answers, highBallot, highValue>>

vars == <<messages, acceptorVars, proposerVars>>

-----------------------------------------------------------------------------
\* Helpers.

\* Bag msgs and one copy of m more.
WithMessage(m, msgs) ==
    IF m \in DOMAIN msgs
    THEN [msgs EXCEPT ![m] = @ + 1]
    ELSE (m :> 1) @@ msgs

\* Bag msgs and one copy of m less; a message without copies leaves the domain.
WithoutMessage(m, msgs) ==
    IF m \notin DOMAIN msgs THEN msgs
    ELSE IF msgs[m] > 1 THEN [msgs EXCEPT ![m] = @ - 1]
    ELSE [other \in DOMAIN msgs \ {m} |-> msgs[other]]

Send(m) == messages' = WithMessage(m, messages)

Discard(m) == messages' = WithoutMessage(m, messages)

Reply(response, request) ==
    messages' = WithoutMessage(request, WithMessage(response, messages))

-----------------------------------------------------------------------------
\* The rules that the safety of Paxos hangs on, each a definition of its own so
\* that a model can replace it by a broken one (see PaxosNetworkMutants).

\* The majorities.  What matters is that any two of them share an acceptor.
Quorum == {q \in SUBSET Acceptor : 2 * Cardinality(q) > Cardinality(Acceptor)}

\* No two proposers ever have the same ballot.
FirstBallot(p) == p

NextBallot(b) == b + Proposers

MayPromise(m) == m.bal > promised[m.acc]

MayVote(m) == m.bal >= promised[m.acc]

\* Promise m carries a vote of a higher ballot than any that p knows of.
Supersedes(p, m) == m.mbal > highBallot[p]

\* What p may propose once it has its promises.
Proposal(p) == IF highBallot[p] = -1 THEN own[p] ELSE highValue[p]

-----------------------------------------------------------------------------
Init ==
    /\ messages = [m \in {} |-> 0]
    /\ promised = [a \in Acceptor |-> -1]
    /\ votedBallot = [a \in Acceptor |-> -1]
    /\ votedValue = [a \in Acceptor |-> Nil]
    /\ phase = [p \in Proposer |-> "idle"]
    /\ own = [p \in Proposer |-> Nil]
    /\ ballot = [p \in Proposer |-> -1]
    /\ answers = [p \in Proposer |-> {}]
    /\ highBallot = [p \in Proposer |-> -1]
    /\ highValue = [p \in Proposer |-> Nil]
    /\ votes = {}

-----------------------------------------------------------------------------
\* What a proposer does on its own.

\* A client asks p for v.
Start(p, v) ==
    /\ phase[p] = "idle"
    /\ phase' = [phase EXCEPT ![p] = "prepare"]
    /\ own' = [own EXCEPT ![p] = v]
    /\ ballot' = [ballot EXCEPT ![p] = FirstBallot(p)]
    /\ UNCHANGED <<messages, acceptorVars, answers, highBallot, highValue>>

\* p has waited for too long.  It gives up and begins a higher ballot.
Retry(p) ==
    /\ phase[p] \in {"prepare", "accept"}
    /\ phase' = [phase EXCEPT ![p] = "prepare"]
    /\ ballot' = [ballot EXCEPT ![p] = NextBallot(@)]
    /\ answers' = [answers EXCEPT ![p] = {}]
    /\ highBallot' = [highBallot EXCEPT ![p] = -1]
    /\ highValue' = [highValue EXCEPT ![p] = Nil]
    /\ UNCHANGED <<messages, acceptorVars, own>>

SendPrepare(p, a) ==
    /\ phase[p] = "prepare"
    /\ a \notin answers[p]
    /\ Send([type |-> "Prepare", bal |-> ballot[p], prop |-> p, acc |-> a])
    /\ UNCHANGED <<acceptorVars, proposerVars>>

\* p has the promises of a quorum.
BeginAccept(p) ==
    /\ phase[p] = "prepare"
    /\ answers[p] \in Quorum
    /\ phase' = [phase EXCEPT ![p] = "accept"]
    /\ answers' = [answers EXCEPT ![p] = {}]
    /\ UNCHANGED <<messages, acceptorVars, own, ballot, highBallot, highValue>>

SendAccept(p, a) ==
    /\ phase[p] = "accept"
    /\ a \notin answers[p]
    /\ Send([type |-> "Accept",
             bal  |-> ballot[p],
             val  |-> Proposal(p),
             prop |-> p,
             acc  |-> a])
    /\ UNCHANGED <<acceptorVars, proposerVars>>

\* p has the votes of a quorum, and so knows that its proposal is chosen.
Decide(p) ==
    /\ phase[p] = "accept"
    /\ answers[p] \in Quorum
    /\ phase' = [phase EXCEPT ![p] = "decided"]
    /\ UNCHANGED <<messages, acceptorVars, own, ballot, answers, highBallot, highValue>>

-----------------------------------------------------------------------------
\* What an acceptor does.

\* All that an acceptor knows is on stable storage: it loses nothing.
Restart(a) == UNCHANGED vars

HandlePrepare(m) ==
    /\ MayPromise(m)
    /\ promised' = [promised EXCEPT ![m.acc] = m.bal]
    /\ Reply([type |-> "Promise",
              bal  |-> m.bal,
              mbal |-> votedBallot[m.acc],
              mval |-> votedValue[m.acc],
              prop |-> m.prop,
              acc  |-> m.acc],
             m)
    /\ UNCHANGED <<votedBallot, votedValue, votes, proposerVars>>

HandleAccept(m) ==
    /\ MayVote(m)
    /\ promised' = [promised EXCEPT ![m.acc] = m.bal]
    /\ votedBallot' = [votedBallot EXCEPT ![m.acc] = m.bal]
    /\ votedValue' = [votedValue EXCEPT ![m.acc] = m.val]
    /\ votes' = votes \cup {[acc |-> m.acc, bal |-> m.bal, val |-> m.val]}
    /\ Reply([type |-> "Accepted", bal |-> m.bal, prop |-> m.prop, acc |-> m.acc], m)
    /\ UNCHANGED proposerVars

-----------------------------------------------------------------------------
\* What a proposer does with an answer.

HandlePromise(m) ==
    /\ phase[m.prop] = "prepare"
    /\ m.bal = ballot[m.prop]
    /\ answers' = [answers EXCEPT ![m.prop] = @ \cup {m.acc}]
    /\ highBallot' = IF Supersedes(m.prop, m)
                     THEN [highBallot EXCEPT ![m.prop] = m.mbal]
                     ELSE highBallot
    /\ highValue' = IF Supersedes(m.prop, m)
                    THEN [highValue EXCEPT ![m.prop] = m.mval]
                    ELSE highValue
    /\ Discard(m)
    /\ UNCHANGED <<acceptorVars, phase, own, ballot>>

HandleAccepted(m) ==
    /\ phase[m.prop] = "accept"
    /\ m.bal = ballot[m.prop]
    /\ answers' = [answers EXCEPT ![m.prop] = @ \cup {m.acc}]
    /\ Discard(m)
    /\ UNCHANGED <<acceptorVars, phase, own, ballot, highBallot, highValue>>

\* A message that nobody wants stays in the network until it is lost.
Receive(m) ==
    \/ m.type = "Prepare" /\ HandlePrepare(m)
    \/ m.type = "Promise" /\ HandlePromise(m)
    \/ m.type = "Accept" /\ HandleAccept(m)
    \/ m.type = "Accepted" /\ HandleAccepted(m)

-----------------------------------------------------------------------------
\* What the network does by itself.

DuplicateMessage(m) ==
    /\ Send(m)
    /\ UNCHANGED <<acceptorVars, proposerVars>>

DropMessage(m) ==
    /\ Discard(m)
    /\ UNCHANGED <<acceptorVars, proposerVars>>

-----------------------------------------------------------------------------
\* A row over messages is a definition of its own, for TLC to have its name.

ReceiveAny == \E m \in DOMAIN messages : Receive(m)

DuplicateAny == \E m \in DOMAIN messages : DuplicateMessage(m)

DropAny == \E m \in DOMAIN messages : DropMessage(m)

Next ==
    \/ \E p \in Proposer, v \in Value : Start(p, v)
    \/ \E p \in Proposer : Retry(p)
    \/ \E p \in Proposer, a \in Acceptor : SendPrepare(p, a)
    \/ \E p \in Proposer : BeginAccept(p)
    \/ \E p \in Proposer, a \in Acceptor : SendAccept(p, a)
    \/ \E p \in Proposer : Decide(p)
    \/ \E a \in Acceptor : Restart(a)
    \/ ReceiveAny
    \/ DuplicateAny
    \/ DropAny

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
\* The part of the state space that a model explores: a CONSTRAINT.

Bounds ==
    /\ \A p \in Proposer : ballot[p] <= MaxBallot
    /\ Cardinality(DOMAIN messages) <= MaxMessages
    /\ \A m \in DOMAIN messages : messages[m] <= MaxCopies

-----------------------------------------------------------------------------
\* Invariants.

\* A quorum has voted for v in ballot b.
ChosenAt(b, v) ==
    \E q \in Quorum : \A a \in q : [acc |-> a, bal |-> b, val |-> v] \in votes

Chosen == {v \in Value \cup {Nil} : \E b \in Ballot : ChosenAt(b, v)}

\* What some proposer knows to be chosen.
Decided == {Proposal(p) : p \in {q \in Proposer : phase[q] = "decided"}}

TypeOK ==
    /\ \A m \in DOMAIN messages : m \in Message /\ messages[m] \in Nat \ {0}
    /\ \A m \in DOMAIN messages : m.type = "Accept" => m.val \in Value
    /\ promised \in [Acceptor -> Ballot \cup {-1}]
    /\ votedBallot \in [Acceptor -> Ballot \cup {-1}]
    /\ votedValue \in [Acceptor -> Value \cup {Nil}]
    /\ phase \in [Proposer -> {"idle", "prepare", "accept", "decided"}]
    /\ own \in [Proposer -> Value \cup {Nil}]
    /\ ballot \in [Proposer -> Nat \cup {-1}]
    /\ answers \in [Proposer -> SUBSET Acceptor]
    /\ highBallot \in [Proposer -> Ballot \cup {-1}]
    /\ highValue \in [Proposer -> Value \cup {Nil}]
    /\ votes \subseteq Vote

\* At most one value is ever chosen, and no proposer decides on another.
Agreement == \A v, w \in Chosen \cup Decided : v = w

\* What is chosen, a client has asked some proposer for.
Validity ==
    \A v \in Chosen \cup Decided :
        \E p \in Proposer : phase[p] /= "idle" /\ own[p] = v

\* Once a value is chosen, all proposals and votes of higher ballots are for the
\* same.
ChosenIsKept ==
    \A v \in Value \cup {Nil}, b \in Ballot :
        ChosenAt(b, v) =>
            /\ \A p \in Proposer :
                   phase[p] \in {"accept", "decided"} /\ ballot[p] > b
                       => Proposal(p) = v
            /\ \A x \in votes : x.bal > b => x.val = v

\* Witnesses: what must be possible, lest the invariants hold for no reason.

ValueChosen == Chosen /= {}

\* Two proposals are under way at once, for different values.
ProposersDiffer ==
    \E p, q \in Proposer :
        /\ phase[p] = "accept"
        /\ phase[q] = "accept"
        /\ Proposal(p) /= Proposal(q)

\* A proposer carries on with a value that is not its own.
ValueAdopted ==
    \E p \in Proposer : phase[p] = "decided" /\ Proposal(p) /= own[p]

=============================================================================
