"""``mc tlc`` and the real TLC on the same modules: the same messages, of which mc reads the same.

What differs, and is meant to, stands in :data:`_LEFT_OUT` and :func:`_blanked`.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mc.cli.main import main
from mc.engine import tiered
from mc.tlc.output import Printed, TlcOutput, read_label
from mc.tlc.printed import read_printed
from mc.tlc.tools import find_tools

ROOT = Path(__file__).resolve().parent.parent.parent

MODULE = """---- MODULE Case ----
EXTENDS Integers, Sequences, TLC
CONSTANTS Limit, Node
VARIABLES x, seen
vars == <<x, seen>>
Init == x = 0 /\\ seen = [set |-> {}, list |-> <<>>, at |-> 0 :> "begin"]
Up(n) == x < Limit /\\ x' = x + 1 /\\ seen' = [seen EXCEPT !.set = {n} \\union @]
Down == /\\ x > 0
        /\\ x' = x - 1
        /\\ UNCHANGED seen  \\* its place ends here

Next == Down \\/ \\E n \\in Node : Up(n)
Spec == Init /\\ [][Next]_vars
Bare == Init /\\ [][x' = x + 1 /\\ UNCHANGED seen]_vars
Small == x < 3
NotInit == x # 0
Undefined == x = 2 => 1 \\div (x - 2) = 1
Upwards == [][x' > x]_vars
AtFirst == x = 1
Long == x < 2 \\/ seen.list = [n \\in 1..30 |-> n]
Up5 == x < 5
Permuted == Permutations(Node)
Shown == [double |-> 2 * x, x |-> x]
Stop == x' = x + 1 /\\ UNCHANGED seen /\\ x < 2
Wrong == x' = x + "a" /\\ UNCHANGED seen
WrongInit == x = 1 + "a" /\\ seen = 1
ManyInit == x \\in 0..2 /\\ seen \\in {1, 2}
Swap == x' = (x + 1) % 3 /\\ UNCHANGED seen
Grow == /\\ x < 12
        /\\ x' = x + 1
        /\\ seen' = [seen EXCEPT
             !.list = Append(@, [number |-> x, text |-> "a b \\"c\\""]),
             !.at = [k \\in {<<n, "a text that takes most of a line of eighty columns">> : n \\in 0..x} |->
                       [set |-> {k, <<1, "2">>}, list |-> <<k, {k}>>, under_score |-> x]],
             !.set = [{<<x, "abcdefghijkl">>, <<0, "mnopqrstuvwxyz">>, <<1, "mnopqrstuvwxyz">>} -> {x, 100}]]
OneLine == x < 11
====
"""
ALONE = """---- MODULE Alone ----
EXTENDS Integers
VARIABLE x
ASSUME 1 = 1
ASSUME \\A n \\in 1..2 : n < 2
Init == x = 0
Next == x' = x
====
"""
TURNS = """---- MODULE Turns ----
EXTENDS Integers
VARIABLE x
Init == x = 0
Turn == x' = 1 - x
Spec == Init /\\ [][Turn]_x
Fair == Spec /\\ WF_x(Turn)
Ends == <>(x = 2)
Turns == []<>(x = 1)
====
"""
CONSTANTS = "CONSTANTS Limit = 4 Node = {n1, n2}\n"
SPEC = f"{CONSTANTS}SPECIFICATION Spec\n"


@dataclass(frozen=True)
class Case:
    """A run: a configuration, and further options."""

    config: str
    exit_code: int
    options: tuple[str, ...] = ()
    module: str = "Case"


@pytest.fixture(autouse=True)
def interpreted(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is: compiled code counts otherwise after an error."""
    monkeypatch.setattr(tiered, "SECONDS", 1e6)


CASES = {
    "ok": Case(f"{SPEC}INVARIANT Up5", 0, ("-deadlock",)),
    "no invariant": Case(SPEC, 0),
    "constraint": Case(f"{SPEC}CONSTRAINT Small", 0),
    "symmetry": Case(f"{SPEC}SYMMETRY Permuted", 0),
    "invariant": Case(f"{SPEC}INVARIANT Up5 Small", 12),
    "symmetry and invariant": Case(f"{SPEC}SYMMETRY Permuted INVARIANT Small", 12),
    "without a name": Case(f"{CONSTANTS}SPECIFICATION Bare INVARIANT Small", 12),
    "long values": Case(f"{CONSTANTS}INIT Init NEXT Grow INVARIANT OneLine", 12),
    "initial state": Case(f"{SPEC}INVARIANT NotInit", 12),
    "deadlock": Case(f"{CONSTANTS}INIT Init NEXT Stop", 11),
    "no deadlock": Case(f"{CONSTANTS}INIT Init NEXT Stop", 0, ("-deadlock",)),
    "action property": Case(f"{SPEC}PROPERTY Upwards", 13),
    "initial property": Case(f"{SPEC}PROPERTY AtFirst", 13, ("-nowarning",)),
    "several initial states": Case(f"{CONSTANTS}INIT ManyInit NEXT Swap", 0),
    "invariant that fails": Case(f"{SPEC}INVARIANT Undefined".replace("n2", "n1"), 76),
    "action that fails": Case(f"{CONSTANTS}INIT Init NEXT Wrong", 75),
    "initial predicate that fails": Case(f"{CONSTANTS}INIT WrongInit NEXT Swap", 75),
    "assumption": Case("INIT Init NEXT Next", 10, module="Alone"),
    "unknown name": Case(f"{SPEC}INVARIANT Smal", 151),
    "two phases": Case(
        "INIT Init NEXT Next CONSTANT RM = {r1, r2, r3}\nINVARIANTS TypeOK Consistent", 0, ("-deadlock",), "TwoPhase"
    ),
}

#: TLC's remarks on its Java; the stack of an evaluation that fails, of which mc says the innermost place; how many
#: successors a state has, which mc does not count; how many initial states there are so far; and that temporal
#: properties are being checked.
_LEFT_OUT = {2401, 2103, 2192, 2212, 2267, 2268, 2269}
#: Of these only the first line is TLC's own.
_OTHER_WORDS = {1000, 2111, 2229}
_START, _END = re.compile(r"@!@!@STARTMSG (\d+):(\d) @!@!@"), re.compile(r"@!@!@ENDMSG \d+ @!@!@")


def messages_in(text: str) -> list[tuple[int, int, str]]:
    """Number, class and text of the messages; one that stands in another is its text."""
    found: list[tuple[int, int, str]] = []
    open_: list[tuple[int, int, list[str]]] = []
    for line in text.splitlines():
        # The reason of an unexpected exception begins behind a colon.
        start = _START.search(line)
        if start is not None:
            open_.append((int(start[1]), int(start[2]), []))
        elif _END.fullmatch(line):
            code, severity, lines = open_.pop()
            if open_:
                open_[-1][2].extend(lines)
            else:
                found.append((code, severity, "\n".join(lines)))
        elif open_:
            open_[-1][2].append(line)
    return found


def _blanked(code: int, text: str, error: bool) -> str:
    """A message without what two runs differ in.

    mc has no seed and no memory of fixed size; it says what an action was called with, as TLC does today; variables
    come as they are declared, in TLC by a table of hashes; where the search ends with an error, mc counts a state whose
    successors are not all made among those that are left; and mc's probability is that of its own fingerprints.
    """
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "NOW", text)
    text = re.sub(r"\(([\d,]+) (d?s)/min\)", r"(N \2/min)", text)
    text = re.sub(r"Finished in .* at", "Finished in TIME at", text)
    text = re.sub(r"val = \S+", "val = P", text)
    text = re.sub(r"<(\w+)\([^)]*\) line", r"<\1 line", text)
    if error:
        text = re.sub(r"\d+ states left", "N states left", text)
    if code == 2262:
        return text.split()[0]
    if code == 2187:
        return re.sub(r" with fp.* with (?=\d+ worker)", " with ", text).split(" cores")[0]
    if code in _OTHER_WORDS:
        return text.split("\n")[0] if code == 2111 else ""
    bullets = re.split(r"\n(?=/\\ )", text.rstrip("\n"))
    return "\n".join([bullets[0], *sorted(bullets[1:])]) + text[len(text.rstrip("\n")) :]


def blanked(text: str) -> list[tuple[int, int, str]]:
    """The messages of a run, as far as two runs are to have the same."""
    found = [message for message in messages_in(text) if message[0] not in _LEFT_OUT]
    if any(code == 1000 for code, _, _ in found):
        # TLC of today tells the depth then, too; 2.15 does not.
        found = [message for message in found if message[0] != 2194]
    error = any(severity == 1 for _, severity, _ in found)
    return [(1000 if code == 2229 else code, severity, _blanked(code, said, error)) for code, severity, said in found]


def files(case: Case, directory: Path) -> None:
    (directory / "Case.tla").write_text(MODULE, encoding="utf-8")
    (directory / "Alone.tla").write_text(ALONE, encoding="utf-8")
    (directory / "Turns.tla").write_text(TURNS, encoding="utf-8")
    (directory / "TwoPhase.tla").write_bytes((ROOT / "proofs/TwoPhase.tla").read_bytes())
    (directory / "run.cfg").write_text(case.config, encoding="utf-8")


def by_tlc(case: Case, directory: Path, *options: str) -> tuple[int, str]:
    """How the real TLC ends, and what it prints."""
    tools = find_tools(None, os.environ)
    command = [str(tools.java), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", str(tools.jar), "tlc2.TLC"]
    command += [*options, "-metadir", "states", "-workers", "1", "-config", "run.cfg", *case.options, case.module]
    ended = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    return ended.returncode, ended.stdout or ended.stderr


def by_mc(case: Case, directory: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    """How mc ends, and what it prints."""
    os.chdir(directory)
    words = [*options, "-metadir", "states", "-workers", "1", "-config", "run.cfg", *case.options, case.module]
    return main(["tlc", *words]), capsys.readouterr()[0]


def read(text: str) -> TlcOutput:
    output = TlcOutput()
    for line in text.splitlines():
        output.feed(line)
    return output


def facts(output: TlcOutput) -> dict[str, Any]:
    """What mc reads in TLC's output."""
    return {
        "verdict": output.verdict,
        "property": output.property,
        "started": output.started,
        "counts": (output.generated, output.distinct),
        "behaviors": [steps_of(behavior) for behavior in output.behaviors],
    }


def steps_of(behavior: Printed) -> list[Any]:
    """What leads to each state, and the parts of the state."""
    labels = [read_label(label) for label, _ in behavior.states]
    steps = [(label.name, label.place) if label is not None else None for label in labels]
    return list(zip(steps, [sorted(parts) for _, parts in behavior.states], strict=True))


@pytest.mark.parametrize("name", CASES)
def test_the_same_messages(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    files(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    their_code, theirs = by_tlc(case, tmp_path, "-tool")
    our_code, ours = by_mc(case, tmp_path, capsys, "-tool")
    assert (our_code, their_code) == (case.exit_code, case.exit_code), theirs[-1000:]
    assert blanked(ours) == blanked(theirs)
    assert facts(read(ours)) == facts(read(theirs))


@pytest.mark.parametrize("options", [("-tool",), ()])
@pytest.mark.parametrize(
    "case",
    [
        Case("SPECIFICATION Spec PROPERTY Ends", 13, module="Turns"),
        Case("SPECIFICATION Fair PROPERTY Ends", 13, module="Turns"),
        Case("SPECIFICATION Fair PROPERTY Turns", 0, module="Turns"),
    ],
    ids=lambda case: case.config,
)
def test_temporal_properties(
    case: Case,
    options: tuple[str, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """TLC tells of its progress more often."""
    files(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    their_code, theirs = by_tlc(case, tmp_path, *options)
    our_code, ours = by_mc(case, tmp_path, capsys, *options)
    assert (our_code, their_code) == (case.exit_code, case.exit_code), theirs[-1000:]
    if options:
        wanted = [message for message in blanked(theirs) if message[0] != 2200]
        assert [message for message in blanked(ours) if message[0] != 2200] == wanted
        assert facts(read(ours)) == facts(read(theirs))
    else:
        assert [line for line in plain(ours) if "Progress" not in line] == [
            line for line in plain(theirs) if "Progress" not in line
        ]


def test_only_what_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """TLC prints the last state whole all the same; mc does not."""
    case = Case(f"{SPEC}INVARIANT Small", 12, ("-difftrace",))
    files(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    theirs = facts(read(by_tlc(case, tmp_path, "-tool")[1]))["behaviors"]
    ours = facts(read(by_mc(case, tmp_path, capsys, "-tool")[1]))["behaviors"]
    assert ours[0][:3] == theirs[0][:3]
    assert [parts for _, parts in ours[0]][1:] == [
        ['seen = [set |-> {n1}, list |-> <<>>, at |-> (0 :> "begin")]', "x = 1"],
        ["x = 2"],
        ["x = 3"],
    ]


@pytest.mark.parametrize("name", ["ok", "invariant", "initial state", "assumption"])
def test_on_a_terminal(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    files(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    theirs, ours = by_tlc(case, tmp_path)[1], by_mc(case, tmp_path, capsys)[1]
    assert plain(ours) == plain(theirs)
    assert [steps_of(behavior) for behavior in read_printed(ours)] == [
        steps_of(behavior) for behavior in read_printed(theirs)
    ]


def plain(text: str) -> list[str]:
    """What is printed on a terminal, as far as it is to be the same."""
    left_out = (
        "TLC2",
        "Running",
        "Warning: Please run the Java VM",
        "(Use the -nowarning",
        "Parsing file",
        "Semantic",
        "The average outdegree",
        "Implied-temporal",
        "Checking temporal",
        "Finished checking temporal",
    )
    lines = [line for line in text.splitlines() if not line.startswith(left_out)]
    return sorted(_blanked(0, line, error=True) for line in lines)


#: A node with what it looks like, and an edge with the name of its action.
_NODE = re.compile(r'(-?\d+) \[label="((?:[^"\\]|\\.)*)"(,style = filled)?')
_EDGE = re.compile(r'(-?\d+) -> (-?\d+) \[label="(\w*)[^"]*",color="(\w+)"')


def graph(path: Path) -> tuple[list[Any], list[Any], list[Any]]:
    """The nodes, edges and ranks of a graph, whatever the names of its nodes are."""
    lines = path.read_text(encoding="utf-8").splitlines()
    nodes = [match for line in lines if (match := _NODE.match(line))]
    looks = {match[1]: tuple(sorted(match[2].split("\\n"))) for match in nodes}
    edges = [match for line in lines if (match := _EDGE.match(line))]
    ranks = [re.findall(r"(-?\d+);", line) for line in lines if line.startswith("{rank = same;")]
    return (
        sorted((looks[match[1]], match[3]) for match in nodes),
        sorted((looks[edge[1]], looks[edge[2]], edge[3], edge[4] == "black") for edge in edges),
        sorted(sorted(looks[name] for name in rank) for rank in ranks),
    )


@pytest.mark.parametrize("kind", ["dot", "dot,actionlabels", "dot,colorize,actionlabels"])
@pytest.mark.parametrize("name", ["symmetry", "constraint", "several initial states", "action property"])
def test_graphs(
    name: str, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    files(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    by_tlc(case, tmp_path, "-dump", kind, "theirs")
    by_mc(case, tmp_path, capsys, "-dump", kind, "ours")
    nodes, edges, ranks = graph(tmp_path / "ours.dot")
    assert nodes and edges and ranks
    assert graph(tmp_path / "theirs.dot") == (nodes, edges, ranks)


def test_states(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES["constraint"]
    files(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    by_tlc(case, tmp_path, "-dump", "theirs.dump")
    by_mc(case, tmp_path, capsys, "-dump", "ours")
    theirs, ours = ((tmp_path / f"{who}.dump").read_text(encoding="utf-8").split("\n\n") for who in ("theirs", "ours"))
    assert ours[0].startswith("State 1:\n/\\ x = 0\n")
    assert [sorted(state.splitlines()) for state in ours] == [sorted(state.splitlines()) for state in theirs]


def test_going_on(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Both tell of all states that are wrong; TLC ends with a success all the same."""
    case = Case(f"{SPEC}INVARIANT Small NotInit PROPERTY Upwards", 12, ("-continue",))
    files(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    their_code, theirs = by_tlc(case, tmp_path, "-tool")
    our_code, ours = by_mc(case, tmp_path, capsys, "-tool")
    assert (our_code, their_code) == (12, 0)
    assert blanked(ours) == [message for message in blanked(theirs) if message[0] != 2193]
    assert "2193" not in ours
    assert len(read(ours).behaviors) > 3


@pytest.mark.parametrize(("deadlock", "exit_code"), [((), 11), (("-deadlock",), 0)])
def test_walks(
    deadlock: tuple[str, ...],
    exit_code: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where there is one way only. TLC of today tells the seed at the end, 2.15 does so after an error."""
    case = Case(CASES["deadlock"].config, exit_code, (*deadlock, "-simulate", "num=2", "-depth", "7", "-seed", "5"))
    files(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    their_code, theirs = by_tlc(case, tmp_path, "-tool")
    our_code, ours = by_mc(case, tmp_path, capsys, "-tool")
    assert (our_code, their_code) == (exit_code, exit_code)
    left_out = (2188, 2209, 2210)
    assert [message for message in blanked(ours) if message[0] not in left_out] == [
        message for message in blanked(theirs) if message[0] not in left_out
    ]
    assert re.search(r"2188:0 @!@!@\nRunning Random Simulation with seed 5 with 1 worker on \d+ cores", ours)
    assert "2210:0 @!@!@\nThe number of states generated: " in ours
