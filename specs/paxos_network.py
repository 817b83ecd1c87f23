"""Paxos for one decision, as one would build it: proposers, acceptors, and a network between them.

Messages may be lost, repeated and overtaken. Acceptors restart; their promise and their vote are on stable
storage. A proposer may give up at any time and try again with a higher ballot. Read beside
``proofs/PaxosNetwork.tla``.

Deviations:
    WithMessage: written + in mc.lang
    WithoutMessage: written - in mc.lang
"""

from mc.lang import *

# CONSTANTS
Acceptor: ModelValues
Value: ModelValues  # what clients may ask for
Nil: ModelValue  # no value
Proposers: Natural  # how many there are; their ids are 0, 1, 2, ...
MaxBallot: Natural  # bounds of the model, see Bounds
MaxMessages: Natural
MaxCopies: Natural

Proposer = Range(0, Proposers - 1)
Ballot = Range(0, MaxBallot)

# Nobody proposes Nil. A broken proposer might, so there is room for it; TypeOK says that it does not happen.
Message = Union(
    Record(type="Prepare", bal=Ballot, prop=Proposer, acc=Acceptor),
    Record(
        type="Promise",
        bal=Ballot,
        mbal=Range(-1, MaxBallot),
        mval=Optional(Value, Nil),
        prop=Proposer,
        acc=Acceptor,
    ),
    Record(type="Accept", bal=Ballot, val=Optional(Value, Nil), prop=Proposer, acc=Acceptor),
    Record(type="Accepted", bal=Ballot, prop=Proposer, acc=Acceptor),
)

Vote = Record(acc=Acceptor, bal=Ballot, val=Optional(Value, Nil))

# VARIABLES
# The messages in flight, with how many copies of each.
messages = Variable(Bag(Message, distinct=MaxMessages + 1, copies=MaxCopies + 1))
# Of acceptors: the highest ballot promised; the ballot and the value of the last vote. -1 and Nil: none.
promised = Variable(Fn(Acceptor, Range(-1, MaxBallot)))
votedBallot = Variable(Fn(Acceptor, Range(-1, MaxBallot)))
votedValue = Variable(Fn(Acceptor, Optional(Value, Nil)))
# Of proposers: what each is doing, and the value that it was asked to propose.
phase = Variable(Fn(Proposer, Enum("idle", "prepare", "accept", "decided")))
own = Variable(Fn(Proposer, Optional(Value, Nil)))
# Its ballot, and who has answered in this phase of it. A ballot beyond MaxBallot is not explored.
ballot = Variable(Fn(Proposer, Range(-1, MaxBallot + Proposers + Cardinality(Acceptor))))
answers = Variable(Fn(Proposer, Set(Acceptor)))
# The vote of the highest ballot among the promises that it got; -1 and Nil: none.
highBallot = Variable(Fn(Proposer, Range(-1, MaxBallot)))
highValue = Variable(Fn(Proposer, Optional(Value, Nil)))
# All votes ever cast. No action reads it; the invariants speak of the past.
votes = Variable(Set(Vote))

# Helpers


def Send(s, t, m):
    t.messages = s.messages + {m}


def Discard(s, t, m):
    t.messages = s.messages - {m}


def Reply(s, t, response, request):
    t.messages = s.messages + {response} - {request}


# The rules that the safety of Paxos hangs on, each a definition of its own so that a model can
# replace it by a broken one (see paxos_network_mutants.py).


def Quorum():
    return {q for q in Set(Acceptor) if 2 * Cardinality(q) > Cardinality(Acceptor)}


def FirstBallot(p):
    return p


def NextBallot(b):
    """No two proposers ever have the same ballot."""
    return b + Proposers


def MayPromise(s, m):
    return m.bal > s.promised[m.acc]


def MayVote(s, m):
    return m.bal >= s.promised[m.acc]


def Supersedes(s, p, m):
    """The promise m carries a vote of a higher ballot than any that proposer p knows of."""
    return m.mbal > s.highBallot[p]


def Proposal(s, p):
    """What proposer p may propose once it has its promises."""
    return s.own[p] if s.highBallot[p] == -1 else s.highValue[p]


def Init(t):
    t.messages = {}
    t.promised = {a: -1 for a in Acceptor}
    t.votedBallot = {a: -1 for a in Acceptor}
    t.votedValue = {a: Nil for a in Acceptor}
    t.phase = {p: "idle" for p in Proposer}
    t.own = {p: Nil for p in Proposer}
    t.ballot = {p: -1 for p in Proposer}
    t.answers = {p: set() for p in Proposer}
    t.highBallot = {p: -1 for p in Proposer}
    t.highValue = {p: Nil for p in Proposer}
    t.votes = set()


# What a proposer does on its own


def Start(s, t, p, v):
    """A client asks proposer p for v."""
    if not s.phase[p] == "idle":
        return False
    t.phase[p] = "prepare"
    t.own[p] = v
    t.ballot[p] = FirstBallot(p)
    return True


def Retry(s, t, p):
    """Proposer p gives up its ballot and begins a higher one."""
    if not s.phase[p] in {"prepare", "accept"}:
        return False
    t.phase[p] = "prepare"
    t.ballot[p] = NextBallot(s.ballot[p])
    t.answers[p] = set()
    t.highBallot[p] = -1
    t.highValue[p] = Nil
    return True


def SendPrepare(s, t, p, a):
    if not s.phase[p] == "prepare":
        return False
    if a in s.answers[p]:
        return False
    Send(s, t, Message(type="Prepare", bal=s.ballot[p], prop=p, acc=a))
    return True


def BeginAccept(s, t, p):
    """Proposer p has the promises of a quorum."""
    if not s.phase[p] == "prepare":
        return False
    if not s.answers[p] in Quorum():
        return False
    t.phase[p] = "accept"
    t.answers[p] = set()
    return True


def SendAccept(s, t, p, a):
    if not s.phase[p] == "accept":
        return False
    if a in s.answers[p]:
        return False
    Send(s, t, Message(type="Accept", bal=s.ballot[p], val=Proposal(s, p), prop=p, acc=a))
    return True


def Decide(s, t, p):
    """Proposer p has the votes of a quorum, and so knows that its proposal is chosen."""
    if not s.phase[p] == "accept":
        return False
    if not s.answers[p] in Quorum():
        return False
    t.phase[p] = "decided"
    return True


# What an acceptor does


def Restart(s, t, a):
    """Acceptor a loses nothing: all that it knows is on stable storage."""
    return True


def HandlePrepare(s, t, m):
    if not MayPromise(s, m):
        return False
    t.promised[m.acc] = m.bal
    response = Message(
        type="Promise",
        bal=m.bal,
        mbal=s.votedBallot[m.acc],
        mval=s.votedValue[m.acc],
        prop=m.prop,
        acc=m.acc,
    )
    Reply(s, t, response, m)
    return True


def HandleAccept(s, t, m):
    if not MayVote(s, m):
        return False
    t.promised[m.acc] = m.bal
    t.votedBallot[m.acc] = m.bal
    t.votedValue[m.acc] = m.val
    t.votes = s.votes | {Vote(acc=m.acc, bal=m.bal, val=m.val)}
    response = Message(type="Accepted", bal=m.bal, prop=m.prop, acc=m.acc)
    Reply(s, t, response, m)
    return True


# What a proposer does with an answer


def HandlePromise(s, t, m):
    if not s.phase[m.prop] == "prepare":
        return False
    if not m.bal == s.ballot[m.prop]:
        return False
    t.answers[m.prop] = s.answers[m.prop] | {m.acc}
    if Supersedes(s, m.prop, m):
        t.highBallot[m.prop] = m.mbal
        t.highValue[m.prop] = m.mval
    Discard(s, t, m)
    return True


def HandleAccepted(s, t, m):
    if not s.phase[m.prop] == "accept":
        return False
    if not m.bal == s.ballot[m.prop]:
        return False
    t.answers[m.prop] = s.answers[m.prop] | {m.acc}
    Discard(s, t, m)
    return True


def Receive(s, t, m):
    """A message that nobody wants stays in the network until it is lost."""
    return (
        (m.type == "Prepare" and HandlePrepare(s, t, m))
        or (m.type == "Promise" and HandlePromise(s, t, m))
        or (m.type == "Accept" and HandleAccept(s, t, m))
        or (m.type == "Accepted" and HandleAccepted(s, t, m))
    )


# The network


def DuplicateMessage(s, t, m):
    Send(s, t, m)
    return True


def DropMessage(s, t, m):
    Discard(s, t, m)
    return True


Next = [
    (Start, Proposer, Value),
    (Retry, Proposer),
    (SendPrepare, Proposer, Acceptor),
    (BeginAccept, Proposer),
    (SendAccept, Proposer, Acceptor),
    (Decide, Proposer),
    (Restart, Acceptor),
    (Receive, messages),
    (DuplicateMessage, messages),
    (DropMessage, messages),
]
Faults = [Restart, DuplicateMessage, DropMessage]

# The bounds of the model


def Bounds(s):
    return (
        all(s.ballot[p] <= MaxBallot for p in Proposer)
        and Cardinality(s.messages) <= MaxMessages
        and all(s.messages[m] <= MaxCopies for m in s.messages)
    )


Constraints = [Bounds]

# Invariants


def ChosenAt(s, b, v):
    """A quorum has voted for v in ballot b."""
    return any(all(Vote(acc=a, bal=b, val=v) in s.votes for a in q) for q in Quorum())


def Chosen(s):
    return {v for v in Enum(Value, Nil) if any(ChosenAt(s, b, v) for b in Ballot)}


def Decided(s):
    return {Proposal(s, p) for p in Proposer if s.phase[p] == "decided"}


def TypeOK(s):
    return (
        s.messages in Bag(Message, distinct=MaxMessages + 1, copies=MaxCopies + 1)
        and all(m.val in Value for m in s.messages if m.type == "Accept")
        and s.promised in Fn(Acceptor, Range(-1, MaxBallot))
        and s.votedBallot in Fn(Acceptor, Range(-1, MaxBallot))
        and s.votedValue in Fn(Acceptor, Optional(Value, Nil))
        and s.phase in Fn(Proposer, Enum("idle", "prepare", "accept", "decided"))
        and s.own in Fn(Proposer, Optional(Value, Nil))
        and s.ballot in Fn(Proposer, Range(-1))
        and s.answers in Fn(Proposer, Set(Acceptor))
        and s.highBallot in Fn(Proposer, Range(-1, MaxBallot))
        and s.highValue in Fn(Proposer, Optional(Value, Nil))
        and s.votes in Set(Vote)
    )


def Agreement(s):
    """At most one value is ever chosen, and no proposer decides on another."""
    return all(v == w for v in Chosen(s) | Decided(s) for w in Chosen(s) | Decided(s))


def Validity(s):
    """What is chosen, a client has asked some proposer for."""
    return all(any(s.own[p] == v for p in Proposer if s.phase[p] != "idle") for v in Chosen(s) | Decided(s))


def ChosenIsKept(s):
    """Once a value is chosen, all proposals and votes of higher ballots are for the same."""
    return all(
        all(Proposal(s, p) == v for p in Proposer if s.phase[p] in {"accept", "decided"} and s.ballot[p] > b)
        and all(x.val == v for x in s.votes if x.bal > b)
        for v in Enum(Value, Nil)
        for b in Ballot
        if ChosenAt(s, b, v)
    )


Invariants = [TypeOK, Agreement, Validity, ChosenIsKept]
Explanations = {
    Agreement: "both {v} and {w} are chosen, or decided",
}

# Witnesses: states that must be reachable


def ValueChosen(s):
    return Chosen(s) != set()


def ProposersDiffer(s):
    return any(
        s.phase[p] == "accept" and s.phase[q] == "accept" and Proposal(s, p) != Proposal(s, q)
        for p in Proposer
        for q in Proposer
    )


def ValueAdopted(s):
    """A proposer carries on with a value that is not its own."""
    return any(s.phase[p] == "decided" and Proposal(s, p) != s.own[p] for p in Proposer)


Witnesses = [ValueChosen, ProposersDiffer, ValueAdopted]
