"""Who does what in a behavior: against traces worked out by hand, and against the contents of the network."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from mc.trace.events import Timeline, action_text, message_text, timeline
from mc.trace.processes import Process
from mc.trace.reader import Event, Flight
from tests.toys.walks import ROOT, TOYS, load, raft, take, twophase, walk

# Letters between nodes; no field is called source or destination. A node may throw a letter away unread.
POST = """\
from mc.lang import *

Node: ModelValues
Letter = Record(kind=Enum("letter"), number=Range(0, 3), a=Node, b=Node)

read = Variable(Fn(Node, Range(0, 3)))
post = Variable(Bag(Letter, distinct=4, copies=3))


def Init(t):
    t.read = {n: 0 for n in Node}
    t.post = {}


def Write(s, t, n, o, k):
    if not n != o:
        return False
    if not s.read[n] < 3:
        return False
    t.post = s.post + {Letter(kind="letter", number=k, a=n, b=o)}
    return True


def Collect(s, t, l):
    if l.number > s.read[l.b]:
        t.read[l.b] = l.number
    t.post = s.post - {l}
    return True


def Lose(s, t, l):
    t.post = s.post - {l}
    return True


def Copy(s, t, l):
    t.post = s.post + {l}
    return True


def Rest(s, t, n):
    return True


Next = [(Write, Node, Node, Range(0, 3)), (Collect, post), (Lose, post), (Copy, post), (Rest, Node)]
"""


@pytest.fixture
def post(tmp_path: Path):
    path = tmp_path / "post.py"
    path.write_text(POST, encoding="utf-8")
    return load(path, Node=3)


def name(process: Process | None) -> str:
    return "-" if process is None else process.name


def summary(event: Event) -> str:
    """One line for what a test wants to know of a step."""

    def of(flights: tuple[Flight, ...]) -> str:
        return " ".join(f"{f.sent}:{name(f.source)}>{name(f.dest)}" for f in flights)

    parts = {"sends": event.sent, "gets": event.received, "loses": event.dropped, "copies": event.duplicated}
    told = [f"{verb} {of(flights)}" for verb, flights in parts.items() if flights]
    return f"{event.number} {name(event.process)} " + ", ".join([event.step.action.name, *told])


def summaries(told: Timeline) -> list[str]:
    return [summary(event) for event in told.events]


def test_letters_without_named_ends(post) -> None:
    letter = '([kind |-> "letter", number |-> 2, a |-> n1, b |-> n3])'
    behavior = take(
        post, "Write(n1, n3, 2)", "Rest(n2)", f"Copy{letter}", f"Lose{letter}", "Write(n1, n3, 2)",
        f"Collect{letter}", f"Collect{letter}",
    )  # fmt: skip
    told = timeline(post, behavior)
    assert told.network is not None and told.network.variable == "post"
    assert told.lanes == tuple(Process("Node", n) for n in post.constants["Node"])
    assert summaries(told) == [
        "2 n1 Write, sends 2:n1>n3",
        "3 n2 Rest",
        "4 - Copy, copies 4:n1>n3",
        "5 - Lose, loses 2:n1>n3",
        # The same letter once more is a letter sent, not the network's copy.
        "6 n1 Write, sends 6:n1>n3",
        "7 n3 Collect, gets 4:n1>n3",
        # It changes nothing but the post, as if lost; but a loss is not what the action is about.
        "8 n3 Collect, gets 6:n1>n3",
    ]
    copy = next(f for f in told.flights if f.sent == 4)
    assert copy.original is told.flights[0]


def test_what_is_only_noted_is_not_received(tmp_path: Path) -> None:
    """A clock that notes which letters have come reads none of them; who opens one of those does."""
    text = POST.replace("\n\ndef Init(t):", "\ncome = Variable(Set(Letter))\n\n\ndef Init(t):\n    t.come = set()")
    text = text.replace(
        "Next = [",
        """
def Tick(s, t):
    t.come = {l for l in s.post}
    return True


def Open(s, t, n):
    if not any(l.b == n for l in s.come):
        return False
    t.read[n] = Max({l.number for l in s.come if l.b == n})
    return True


Next = [(Tick,), (Open, Node), """,
    )
    path = tmp_path / "post.py"
    path.write_text(text, encoding="utf-8")
    spec = load(path, Node=3)
    told = timeline(spec, take(spec, "Write(n1, n3, 2)", "Write(n1, n2, 1)", "Tick", "Open(n3)"))
    assert summaries(told)[2:] == ["4 - Tick", "5 n3 Open, gets 2:n1>n3"]


def test_faults_are_found_under_a_history() -> None:
    bounds = {"Server": 2, "Value": 1, "MaxTerm": 2, "MaxLogLength": 1, "MaxMessages": 1, "MaxCopies": 2}
    spec = load(ROOT / "specs/raft_history.py", **bounds)
    told = timeline(spec, take(spec, "Timeout(s1)", "RequestVote(s1, s2)", "DuplicateMessage", "DropMessage"))
    assert told.network is not None and told.network.variable == "messages"
    assert summaries(told)[2:] == ["4 - DuplicateMessage, copies 4:s1>s2", "5 - DropMessage, loses 3:s1>s2"]


def test_what_a_picture_says_of_letters(post) -> None:
    behavior = take(post, "Write(n1, n3, 2)", "Write(n2, n3, 1)", 'Collect([kind |-> "letter", number |-> 2')
    told = timeline(post, behavior)
    # The node that writes is the lane, the one written to is at the arrow's end or, if there is none, in the text.
    assert [action_text(event) for event in told.events] == ["Write(2)", "Write(1)", "Collect"]
    assert message_text(told, told.flights[0]) == ("", ('kind = "letter"', "number = 2"))
    assert message_text(told, told.flights[1]) == ("", ('kind = "letter"', "number = 1", "b = n3"))


def test_raft_with_faults() -> None:
    request = "([mtype |-> RequestVoteRequest, mterm |-> 2"
    response = "([mtype |-> RequestVoteResponse, mterm |-> 2"
    spec = raft(3)
    behavior = take(
        spec, "Timeout(s1)", "RequestVote(s1, s2)", f"Receive{request}", f"DuplicateMessage{request}",
        f"Receive{request}", f"Receive{response}", f"DropMessage{request}", "Restart(s1)",
    )  # fmt: skip
    told = timeline(spec, behavior)
    assert summaries(told) == [
        "2 s1 Timeout",
        "3 s1 RequestVote, sends 3:s1>s2",
        # Adopts the newer term, and leaves the message where it is.
        "4 s2 Receive, gets 3:s1>s2",
        "5 - DuplicateMessage, copies 5:s1>s2",
        "6 s2 Receive, sends 6:s2>s1, gets 3:s1>s2",
        "7 s1 Receive, gets 6:s2>s1",
        "8 - DropMessage, loses 5:s1>s2",
        "9 s1 Restart",
    ]
    assert told.flights[0].arrivals == [(4, Process("Server", spec.constants["Server"].members[1]))]
    (family,) = told.families
    assert (family.name, family.role, family.term) == ("Server", "state", "currentTerm")
    assert [told.status(p, 4).text for p in told.processes] == ["Candidate 2", "Follower 2", "Follower 1"]
    assert message_text(told, told.flights[-1])[0] == "RequestVoteResponse"


def test_a_set_of_all_messages_is_read_where_a_step_depends_on_it() -> None:
    spec = twophase()
    behavior = take(spec, "RMPrepare(r1)", "TMRcvPrepared(r1)", "TMAbort", "RMRcvAbortMsg(r2)", "RMChooseToAbort(r3)")
    told = timeline(spec, behavior)
    assert told.lanes[0] is None
    assert summaries(told) == [
        "2 r1 RMPrepare, sends 2:r1>-",
        # r1 is whom the message is from; the step is the transaction manager's, which is no process of a set.
        "3 - TMRcvPrepared, gets 2:r1>-",
        "4 - TMAbort, sends 4:->-",
        "5 r2 RMRcvAbortMsg, gets 4:->-",
        "6 r3 RMChooseToAbort",
    ]


def test_a_spec_without_messages() -> None:
    spec = load(TOYS / "lock.py", Process=2)
    told = timeline(spec, take(spec, "Ask(p2)", "Enter(p2)"))
    assert told.network is None
    assert summaries(told) == ["2 p2 Ask", "3 p2 Enter"]
    assert [told.status(p, 3).text for p in told.processes] == ["idle", "critical"]


def test_a_spec_without_processes() -> None:
    spec = load(TOYS / "ring.py", N=3)
    told = timeline(spec, take(spec, "Switch", "Pass"))
    assert told.lanes == (None,)
    assert summaries(told) == ["2 - Switch", "3 - Pass"]


@pytest.mark.parametrize("seed", range(12))
def test_flights_account_for_the_bag(seed: int) -> None:
    """In each state the copies on their way are those in the network, and nothing is received before it is sent."""
    spec = raft(3 + seed % 3)
    behavior = walk(spec, seed, 29)
    told = timeline(spec, behavior)
    closed = {f: f.dropped or max((n for n, _ in f.receipts), default=0) for f in told.flights if not f.open}
    for number, state in enumerate(behavior.states, 1):
        there = Counter(f.message for f in told.flights if f.sent <= number < closed.get(f, number + 1))
        assert there == dict(state.messages.items())
    for flight in told.flights:
        assert all(flight.sent < number for number, _ in flight.receipts)
        assert {p for _, p in flight.receipts} <= {flight.dest}
        assert flight.source is not None and flight.source.value == flight.message.msource


@pytest.mark.parametrize("seed", range(8))
def test_what_is_received_was_sent_before(seed: int) -> None:
    spec = twophase()
    told = timeline(spec, walk(spec, seed, 12))
    assert len({f.message for f in told.flights}) == len(told.flights)
    for event in told.events:
        for flight in event.received:
            assert flight.sent < event.number
            assert flight.message in told.states[event.number - 2].msgs


def test_ranges_of_the_same_numbers_are_told_apart_by_name(tmp_path: Path) -> None:
    text = POST.replace("Node: ModelValues\n", "Node = Range(0, 3)\nNumber = Range(0, 3)\n")
    text = text.replace("number=Range(0, 3)", "number=Number").replace(
        "(Write, Node, Node, Range(0, 3))", "(Write, Node, Node, Number)"
    )
    path = tmp_path / "post.py"
    path.write_text(text, encoding="utf-8")
    spec = load(path)
    told = timeline(spec, take(spec, "Write(1, 2, 3)"))
    assert [p.name for p in told.processes] == ["0", "1", "2", "3"]
    assert summaries(told) == ["2 1 Write, sends 2:1>2"]
    assert message_text(told, told.flights[0])[1] == ('kind = "letter"', "number = 3", "b = 2")


#: A step that is about one process, and in which another one sends it something.
WHISPER = """

def Whisper(s, t, o):
    if o == Leader:
        return False
    t.post = s.post + {Letter(kind="letter", number=0, source=Leader, dest=o)}
    return True


Next.append((Whisper, Node))
"""


def test_whom_a_message_is_sent_to_does_not_act(tmp_path: Path) -> None:
    path = tmp_path / "post.py"
    text = POST.replace("a=Node, b=Node", "source=Node, dest=Node").replace("a=n, b=o", "source=n, dest=o")
    text = text.replace("l.b", "l.dest").replace("Node: ModelValues", "Node: ModelValues\nLeader: ModelValue")
    path.write_text(text + WHISPER, encoding="utf-8")
    spec = load(path, Node=3, Leader="n1")
    assert summaries(timeline(spec, take(spec, "Whisper(n3)"))) == ["2 n1 Whisper, sends 2:n1>n3"]


#: A node asks another, which answers: mailboxes in several forms.
MAILBOXES = """\
from mc.lang import *

Node = Range(1, 3)
{message}
asked = Variable(Fn(Node, BOOLEAN))
box = Variable({domain})


def Init(t):
    t.asked = {{n: False for n in Node}}
    t.box = {initial}


def Ask(s, t, n, o):
    if not (n != o and not s.asked[n]):
        return False
    t.asked[n] = True
    t.{way} = {question}
    return True


def Read(s, t, o, n):
    if not ({there}):
        return False
    t.{way} = {left}
    return True


Next = [(Ask, Node, Node), (Read, Node, Node)]
"""
LETTER = 'Letter = Record(type=Enum("ask", "tell"), src=Node)'
FORMS = {
    "records in sequences": {
        "message": LETTER,
        "domain": "Fn(Node, Seq(Letter, 3))",
        "initial": "{n: () for n in Node}",
        "way": "box[o]",
        "question": 'Append(s.box[o], Letter(type="ask", src=n))',
        "there": "Len(s.box[o]) > 0 and Head(s.box[o]).src == n",
        "left": "Tail(s.box[o])",
    },
    "records taken by number": {
        "message": LETTER,
        "domain": "Fn(Node, Seq(Letter, 3))",
        "initial": "{n: () for n in Node}",
        "way": "box[o]",
        "question": 'Append(s.box[o], Letter(type="ask", src=n))',
        "there": "Len(s.box[o]) > 0 and s.box[o][1].src == n",
        "left": "SubSeq(s.box[o], 2, Len(s.box[o]))",
    },
    "a bag for each": {
        "message": LETTER,
        "domain": "Fn(Node, Bag(Letter, distinct=3, copies=2))",
        "initial": "{n: {} for n in Node}",
        "way": "box[o]",
        "question": 's.box[o] + {Letter(type="ask", src=n)}',
        "there": 'Letter(type="ask", src=n) in s.box[o]',
        "left": 's.box[o] - {Letter(type="ask", src=n)}',
    },
    "words between pairs": {
        "message": "",
        "domain": 'Fn(Node, Fn(Node, Seq(Enum("ask", "tell"), 3)))',
        "initial": "{n: {o: () for o in Node} for n in Node}",
        "way": "box[n][o]",
        "question": 'Append(s.box[n][o], "ask")',
        "there": "Len(s.box[n][o]) > 0",
        "left": "Tail(s.box[n][o])",
    },
    "numbers between pairs, the receiver first": {
        "message": "",
        "domain": "Fn(Node, Fn(Node, Seq(Range(1, 3), 3)))",
        "initial": "{n: {o: () for o in Node} for n in Node}",
        "way": "box[o][n]",
        "question": "Append(s.box[o][n], 2)",
        "there": "Len(s.box[o][n]) > 0 and Head(s.box[o][n]) == 2",
        "left": "Tail(s.box[o][n])",
    },
}


def mailboxes(directory: Path, form: str):
    path = directory / "mailboxes.py"
    path.write_text(MAILBOXES.format(**FORMS[form]), encoding="utf-8")
    return load(path)


@pytest.mark.parametrize("form", FORMS)
def test_mailboxes(tmp_path: Path, form: str) -> None:
    spec = mailboxes(tmp_path, form)
    told = timeline(spec, take(spec, "Ask(1, 3)", "Ask(2, 3)", "Read(3, 1)", "Read(3, 2)"))
    assert told.network is not None and told.network.variable == "box"
    assert [p.name for p in told.processes] == ["1", "2", "3"]
    assert summaries(told) == [
        "2 1 Ask, sends 2:1>3",
        "3 2 Ask, sends 3:2>3",
        "4 3 Read, gets 2:1>3",
        "5 3 Read, gets 3:2>3",
    ]
    assert [action_text(event) for event in told.events] == ["Ask", "Ask", "Read", "Read"]
    said = {"numbers": ("2", ()), "words": ("ask", ())}.get(form.split()[0], ("", ('type = "ask"',)))
    assert message_text(told, told.flights[0]) == said


def test_a_part_of_a_behavior(tmp_path: Path) -> None:
    """What was sent before it is on its way from the beginning, and is known to be whose."""
    spec = mailboxes(tmp_path, "words between pairs")
    behavior = take(spec, "Ask(1, 3)", "Ask(2, 3)", "Read(3, 1)", "Ask(3, 1)", "Read(3, 2)")
    told = timeline(spec, behavior, (3, 5))
    assert told.states == behavior.states[2:5]
    assert [told.shown(event.number) for event in told.events] == [4, 5]
    assert summaries(told) == ["2 3 Read, gets 1:1>3", "3 3 Ask, sends 3:3>1"]
    assert [(f.sent, name(f.source), f.receipts != []) for f in told.flights] == [
        (1, "1", True),
        (1, "2", False),
        (3, "3", False),
    ]


@pytest.mark.parametrize(
    ("domain", "initial", "written"),
    [
        ("Fn(Node, Seq(Entry, 2))", "{n: () for n in Node}", "log[n] = Append(s.log[n], Entry(term=1))"),
        ("Fn(Node, Seq(Entry, 2))", "{n: () for n in Node}", "log[n] = Append(SubSeq(s.log[n], 1, 0), Entry(term=1))"),
        ("Seq(Node, 2)", "()", "log = Tail(Append(s.log, n))"),
        ("Fn(Range(5, 6), Seq(Node, 2))", "{k: () for k in Range(5, 6)}", "log[5] = Tail(Append(s.log[5], n))"),
    ],
    ids=["a log", "a log that is cut off", "a queue of processes", "of no processes"],
)
def test_sequences_that_are_no_mailboxes(tmp_path: Path, domain: str, initial: str, written: str) -> None:
    path = tmp_path / "log.py"
    path.write_text(
        f"""\
from mc.lang import *

Node: ModelValues
Entry = Record(term=Range(0, 2))
up = Variable(Fn(Node, BOOLEAN))
log = Variable({domain})


def Init(t):
    t.up = {{n: True for n in Node}}
    t.log = {initial}


def Write(s, t, n):
    t.{written}
    return True


Next = [(Write, Node)]
""",
        encoding="utf-8",
    )
    spec = load(path, Node=2)
    told = timeline(spec, take(spec, "Write(n1)"))
    assert told.network is None
    assert [process.name for process in told.processes] == ["n1", "n2"]


def test_what_a_spec_calls_a_fault_loses_letters(tmp_path: Path) -> None:
    path = tmp_path / "mailboxes.py"
    text = MAILBOXES.format(**FORMS["words between pairs"])
    lose = text[text.index("def Read") : text.index("Next =")].replace("Read", "Lose")
    path.write_text(text.replace("Next = [", f"{lose}Faults = [Lose]\nNext = [(Lose, Node, Node), "), encoding="utf-8")
    spec = load(path)
    told = timeline(spec, take(spec, "Ask(1, 3)", "Lose(3, 1)"))
    assert summaries(told) == ["2 1 Ask, sends 2:1>3", "3 - Lose, loses 2:1>3"]


def test_values_are_told_where_there_are_no_messages() -> None:
    spec = load(TOYS / "diehard.py")
    told = timeline(spec, take(spec, "FillBig", "BigToSmall"))
    assert (told.values(1), told.values(3)) == (("big = 0", "small = 0"), ("big = 2", "small = 3"))
    assert [list(told.changes(number)) for number in (2, 3)] == [["big: 0 -> 5"], ["big: 5 -> 2", "small: 0 -> 3"]]
    # What is a status, or a message, is told already.
    spec = load(TOYS / "lock.py", Process=2)
    told = timeline(spec, take(spec, "Ask(p2)"))
    assert (told.values(1), list(told.changes(2))) == ((), [])
    spec = twophase()
    told = timeline(spec, take(spec, "RMPrepare(r1)"))
    assert (told.values(1), list(told.changes(2))) == ((), [])
