"""Sequence diagrams: each line is one of the few forms that we use of Mermaid's and PlantUML's grammars."""

from __future__ import annotations

import re

import pytest

from mc.trace.events import timeline
from mc.trace.sequence import mermaid, plantuml
from tests.graph.test_spacetime import HOSTILE, hostile
from tests.toys.walks import TOYS, load, raft, take, twophase, walk

# docs: mermaid.js.org/syntax/sequenceDiagram, plantuml.com/sequence-diagram. A "#" only begins an entity.
MERMAID_TEXT = r"(?:[^#;\n]|#\d+;)+"
MERMAID = {
    "participant": re.compile(rf"    participant (\w+) as {MERMAID_TEXT}"),
    "arrow": re.compile(rf"    (\w+)-[)x](\w+): {MERMAID_TEXT}"),
    "note": re.compile(rf"    Note over (\w+)(?:,(\w+))?: {MERMAID_TEXT}"),
}
PLANTUML_TEXT = r'(?:[^<>"\[\]~*/\\#%!\n]|<U\+[0-9A-F]{4,6}>)+'
PLANTUML = {
    "participant": re.compile(rf'participant "{PLANTUML_TEXT}" as (\w+)'),
    "arrow": re.compile(rf"(\w+) ->(?:>|x) (\w+) : {PLANTUML_TEXT}"),
    "note": re.compile(rf"note over (\w+)(?:, (\w+))? : {PLANTUML_TEXT}"),
}


def parse(text: str, first: list[str], last: list[str], forms: dict[str, re.Pattern[str]]) -> list[tuple[str, ...]]:
    """(form, participants named) of each line; fails on a line of no form, or with an unknown participant."""
    lines = text.splitlines()
    assert lines[: len(first)] == first
    assert lines[len(lines) - len(last) :] == last
    found = []
    known: set[str] = set()
    for line in lines[len(first) : len(lines) - len(last)]:
        matches = [(form, match) for form, pattern in forms.items() if (match := pattern.fullmatch(line))]
        assert len(matches) == 1, line
        form, match = matches[0]
        names = tuple(name for name in match.groups() if name)
        if form == "participant":
            known |= set(names)
        assert set(names) <= known, line
        found.append((form, *names))
    return found


def parse_mermaid(text: str) -> list[tuple[str, ...]]:
    return parse(text, ["sequenceDiagram"], [], MERMAID)


def parse_plantuml(text: str) -> list[tuple[str, ...]]:
    return parse(text, ["@startuml", "hide footbox"], ["@enduml"], PLANTUML)


@pytest.mark.parametrize("seed", range(10))
def test_lines_and_arrows(seed: int) -> None:
    spec = [raft(3), raft(5), twophase(), load(TOYS / "lock.py", Process=2), load(TOYS / "ring.py", N=3)][seed % 5]
    behavior = walk(spec, seed, 20)
    told = timeline(spec, behavior)
    ids = {lane: f"p{n}" for n, lane in enumerate(told.lanes)}
    # A copy is the network's, and sent by nobody.
    sent = [f for f in told.flights if f.original is None]
    expected = sorted(
        (ids[f.source], ids[to])
        for f in sent
        for to in ([p for _, p in f.arrivals] or ([f.dest] if f.dest is not None else []))
    )
    for parsed in (
        parse_mermaid(mermaid(spec, behavior, "It is wrong.")),
        parse_plantuml(plantuml(spec, behavior, "It is wrong.")),
    ):
        assert [p[1] for p in parsed if p[0] == "participant"] == list(ids.values())
        assert sorted((a, b) for form, a, b in (p for p in parsed if p[0] == "arrow")) == expected
        notes = sum(p[0] == "note" for p in parsed)
        assert notes >= len(told.events) + 1
        assert parsed[-1][0] == "note"


def test_raft_by_hand() -> None:
    spec = raft(2)
    lost = "DropMessage([mtype |-> RequestVoteRequest, mterm |-> 2, mlastLogTerm |-> 0, mlastLogIndex |-> 0, "
    behavior = take(
        spec, "Timeout(s1)", "RequestVote(s1, s2)", "Receive(", "RequestVote(s1, s1)",
        f"{lost}msource |-> s1, mdest |-> s1",
    )  # fmt: skip
    lines = mermaid(spec, behavior, "s1 ends; so does s2").splitlines()
    assert lines == [
        "sequenceDiagram",
        "    participant p0 as s1",
        "    participant p1 as s2",
        "    Note over p0: 1 Init: Follower 1",
        "    Note over p1: 1 Init: Follower 1",
        "    Note over p0: 2 Timeout: now Candidate 2",
        "    Note over p0: 3 RequestVote",
        "    p0-)p1: RequestVoteRequest mterm = 2, mlastLogTerm = 0, mlastLogIndex = 0",
        "    Note over p1: 4 Receive: RequestVoteRequest of state 3, now Follower 2",
        "    Note over p0: 5 RequestVote",
        "    p0-xp0: RequestVoteRequest mterm = 2, mlastLogTerm = 0, mdest = s1",
        "    Note over p0: 6 DropMessage: RequestVoteRequest of state 5",
        "    Note over p0,p1: State 6: s1 ends#59; so does s2",
    ]


def test_markup_in_values_is_escaped(tmp_path) -> None:
    spec, behavior = hostile(tmp_path)
    for picture in (mermaid(spec, behavior, HOSTILE), plantuml(spec, behavior, HOSTILE)):
        assert "<script" not in picture and "<image" not in picture and "</text" not in picture
    parse_mermaid(mermaid(spec, behavior, HOSTILE + "\n; end %% comment"))
    parse_plantuml(plantuml(spec, behavior, HOSTILE + "\n!include x\n' @enduml ~~ __ ** // {{ [[http://x]]"))


def test_mermaid_does_not_end_early() -> None:
    spec = load(TOYS / "lock.py", Process=1)
    picture = mermaid(spec, take(spec, "Ask(p1)"), "the end of it; ended")
    assert re.search(r"\bend\b", picture) is None
    assert ";" not in re.sub(r"#\d+;", "", picture)
