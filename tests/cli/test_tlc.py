"""``mc tlc``: its options, what it never calls a success, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mc.cli.main import main
from mc.tlc import options
from mc.tlc.output import TlcOutput
from mc.tlc.traces import read_trace

MODULE = """---- MODULE Counter ----
EXTENDS Integers, TLC
VARIABLES x
Init == x = 0
Up == x < 3 /\\ x' = x + 1
Back == x = 3 /\\ x' = 0 /\\ PrintT("back")
Next == Up \\/ Back
Small == x < 4
Live == <>(x = 3)
Nothing == x = 1 /\\ x = 2
Ever == TRUE
Seen == x
Spec == Init /\\ [][Next]_x /\\ WF_x(Next)
Outside == x > 5
====
"""
#: All that ``tlc2.TLC`` of April 2026 knows (``handleParameters``).
TLC = """
-aril -checkpoint -cleanup -config -continue -coverage -deadlock -debug -debugger -depth -dfid -difftrace -dump
-dumpTrace -fp -fpbits -fpmem -generate -generateSpecTE -gzip -h -help -inv -invlevel -lncheck -loadTrace -maxSetSize
-messagesAsErrors -metadir -modelcheck -noGenerateSpecTE -noGenerateSpecTEBin -noTE -noTEBin -nowarning -postCondition
-recover -seed -simulate -suppressMessages -teSpecOutDir -terse -tool -userFile -view -workers
"""


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("Counter.tla").write_text(MODULE, encoding="utf-8")
    configure("INVARIANT Small")
    return tmp_path


def configure(text: str) -> None:
    Path("Counter.cfg").write_text(f"SPECIFICATION Spec\n{text}\n", encoding="utf-8")


def tlc(capsys: pytest.CaptureFixture[str], code: int, *arguments: str) -> str:
    assert main(["tlc", *arguments]) == code
    output, errors = capsys.readouterr()
    assert errors == ""
    # Whatever else it says: only what ends with 0 is a success, and walks are none of a search.
    assert ("No error has been found" in output) == (code == 0 and "-simulate" not in arguments)
    return output


def test_a_success(capsys: pytest.CaptureFixture[str]) -> None:
    output = tlc(capsys, 0, "Counter")
    assert output.startswith("TLC2 Version of mc ")
    assert "5 states generated, 4 distinct states found, 0 states left on queue.\n" in output
    assert "The depth of the complete state graph search is 4.\n" in output
    assert '\n"back"\n' in output
    assert "@!@!@" not in output


def test_each_option_of_tlc_has_its_place() -> None:
    taken = [option.name for option in (*options.DONE, *options.IDLE)]
    assert sorted([*taken, *options.REFUSED]) == TLC.split()


def test_options_without_effect(capsys: pytest.CaptureFixture[str]) -> None:
    words = "-fp 5 -fpmem .5 -fpbits 1 -metadir m -cleanup -gzip -checkpoint 0 -lncheck final -maxSetSize 1000000 -noTE"
    assert "5 states generated" in tlc(capsys, 0, *words.split(), "-workers", "auto", "Counter.tla")


@pytest.mark.parametrize("name", options.REFUSED)
def test_what_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    output = tlc(capsys, 1, name, "Counter")
    assert f"Error: {name} is refused: {options.REFUSED[name]}.\n" in output
    assert "states generated" not in output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-foo", "Counter"], "unrecognized option: -foo"),
        (["Counter", "Other"], "more than one input files: Counter and Other"),
        ([], "Missing input TLA+ module."),
        (["-workers", "0", "Counter"], "-workers: worker number or 'auto' required. But encountered 0"),
        (["-fpmem", "many", "Counter"], "-fpmem: a positive number or a fraction required. But encountered many"),
        (["-checkpoint", "30", "Counter"], "-checkpoint: 0 required. But encountered 30"),
        (["-maxSetSize", "10", "Counter"], "-maxSetSize: 1000000 required. But encountered 10"),
        (["Counter", "-config"], "-config file: the file is missing."),
        (["Counter", "-dump"], "-dump [dot] file: the [dot] file is missing."),
        (
            ["-dump", "dot,snapshot", "x", "Counter"],
            "-dump: dot with actionlabels, colorize, or nothing of",
        ),
        (["-dump", "no/such/place", "Counter"], "-dump no/such/place.dump: cannot write it: No such file or directory"),
        (["-simulate", "file=x", "Counter"], "-simulate: num=N required. But encountered file=x"),
        (["-dumpTrace", "tlc", "x", "Counter"], "-dumpTrace: json and a file required. But encountered tlc x"),
        (["-dumpTrace", "json", "x", "-continue", "Counter"], "-dumpTrace is refused beside -continue"),
        (["-simulate", "-continue", "Counter"], "-continue and -dump are refused beside -simulate"),
    ],
)
def test_command_lines_that_are_none(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    output = tlc(capsys, 1, "-tool", *arguments)
    assert f"@!@!@STARTMSG 1102:1 @!@!@\nError: {said}" in output
    assert "\nUsage: mc tlc" in output


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    output = tlc(capsys, 1, "-help")
    assert all(f"  {name} " in output for name in TLC.split())
    assert tlc(capsys, 1, "-h") == output


def test_a_property_that_is_left_out_is_not_success(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INVARIANT Small PROPERTY Live VIEW Seen")
    output = tlc(capsys, 255, "-tool", "Counter")
    assert "@!@!@STARTMSG 2156:1 @!@!@\nThe result is incomplete: " in output
    assert "what PROPERTY Live says of whole behaviors is not checked with VIEW Seen" in output
    read = TlcOutput()
    for line in output.splitlines():
        read.feed(line)
    assert (read.verdict, read.generated) == ("error", 5)


def test_a_counterexample_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    Path("Counter.tla").write_text(
        """---- MODULE Counter ----
EXTENDS Integers, TLC
CONSTANT Node
VARIABLES x, f
Init == x = 0 /\\ f = [n \\in Node |-> {}]
Up(n, k) == x' = x + k /\\ f' = [f EXCEPT ![n] = {[to |-> n, at |-> <<k, "a">>], [to |-> n, at |-> <<0, "a">>]}]
Next == \\E n \\in Node : Up(n, 2)
Small == x < 2
====
""",
        encoding="utf-8",
    )
    Path("Counter.cfg").write_text("INIT Init NEXT Next CONSTANT Node = {n1, n2} INVARIANT Small", encoding="utf-8")
    assert '\n"CounterExample written: t.json"\n' in tlc(capsys, 12, "-dumpTrace", "json", "t.json", "Counter")
    document = json.loads(Path("t.json").read_text(encoding="utf-8"))
    first, last = [1, {"x": 0, "f": {"n1": [], "n2": []}}], {"to": "n1", "at": [0, "a"]}
    second = [2, {"x": 2, "f": {"n1": [last, {**last, "at": [2, "a"]}], "n2": []}}]
    place = {"beginLine": 6, "beginColumn": 13, "endLine": 6, "endColumn": 111, "module": "Counter"}
    step = {"name": "Up", "location": place, "context": {"n": "n1", "k": 2}, "parameters": ["n", "k"]}
    assert document == {
        "counterexample": {"action": [[first, step, second]], "state": [first, second]},
        "vars": ["f", "x"],
    }
    read = read_trace(Path("t.json"))
    assert [(state.action, state.arguments) for state in read.states[1:]] == [("Up", ("n1", 2))]


def test_a_loop_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    Path("Counter.tla").write_text(MODULE.replace("<>(x = 3)", "<>(x = 9)"), encoding="utf-8")
    configure("PROPERTY Live")
    tlc(capsys, 13, "-dumpTrace", "json", "t.json", "Counter")
    found = json.loads(Path("t.json").read_text(encoding="utf-8"))["counterexample"]
    last, action, first = found["action"][-1]
    assert (last, action["name"], first) == (found["state"][-1], "Back", found["state"][0])
    assert any("for ever from state 1" in note for note in read_trace(Path("t.json")).notes)


def test_a_stutter_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    Path("Counter.tla").write_text(MODULE.replace(" /\\ WF_x(Next)", ""), encoding="utf-8")
    configure("PROPERTY Live")
    tlc(capsys, 13, "-dumpTrace", "json", "t.json", "Counter")
    found = json.loads(Path("t.json").read_text(encoding="utf-8"))["counterexample"]
    assert found["action"][-1] == [found["state"][-1], {"name": "UnnamedAction"}, found["state"][-1]]


def test_walks_are_not_all_states(capsys: pytest.CaptureFixture[str]) -> None:
    walks = ("-simulate", "num=3", "-seed", "1", "-depth", "4")
    output = tlc(capsys, 0, *walks, "Counter")
    # Four states and their successors, three times.
    assert "The number of states generated: 13\nSimulation using seed 1 and aril 0\n" in output
    configure("INVARIANT Small PROPERTY Live")
    assert "incomplete: not all states were checked, and what PROPERTY Live says" in tlc(capsys, 255, *walks, "Counter")
    Path("Counter.cfg").write_text("INIT Nothing NEXT Next", encoding="utf-8")
    assert "There is no state satisfying" in tlc(capsys, 255, *walks, "Counter")


def test_a_violation_is_no_success_though_the_search_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    Path("Counter.tla").write_text(MODULE.replace("x < 4", "x # 1"), encoding="utf-8")
    output = tlc(capsys, 12, "-continue", "Counter")
    assert output.count("Error: Invariant Small is violated.\n") == 1
    assert "5 states generated, 4 distinct states found, 0 states left on queue.\n" in output


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("INIT Nothing NEXT Next", "There is no state satisfying the initial state predicate.\n"),
        ("INIT Init NEXT Next CONSTRAINT Outside", "the initial state predicate and the state-constraint(s).\n"),
    ],
)
def test_nothing_checked_is_not_success(config: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("Counter.cfg").write_text(config, encoding="utf-8")
    assert said in tlc(capsys, 255, "Counter")


def test_configurations(capsys: pytest.CaptureFixture[str]) -> None:
    Path("sub").mkdir()
    Path("Counter.tla").rename("sub/Counter.tla")
    Path("Counter.cfg").rename("sub/other.cfg")
    for config in ("other", "other.cfg", "sub/other"):
        tlc(capsys, 0, "-config", config, "sub/Counter")
    output = tlc(capsys, 255, "-tool", "sub/Counter")
    assert "5001:1 @!@!@\nTLC encountered the following error when trying to read the configuration file" in output


def test_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INVARIANT Ever Ever")
    first, second = "\nWarning: ", "(Use the -nowarning option to disable this warning.)\n"
    output = tlc(capsys, 0, "Counter")
    assert (output.count(first), output.count(second)) == (2, 1)
    assert first not in tlc(capsys, 0, "-nowarning", "Counter")


def test_a_module_that_is_wrong(capsys: pytest.CaptureFixture[str], directory: Path) -> None:
    Path("Counter.tla").write_text(MODULE.replace("x = 0\n", "x = z\n"), encoding="utf-8")
    output = tlc(capsys, 150, "-tool", "Counter")
    assert f"Parsing file {directory}/Counter.tla\nSemantic processing of module Counter\n" in output
    assert "\n\n*** Errors: 1\n\nline 4, col 13 to line 4, col 13 of module Counter\n\nz is not known" in output
    assert "3002:1 @!@!@\nParsing or semantic analysis failed.\n" in output


def test_what_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    output = tlc(capsys, 0, "-tool", "-coverage", "1", "Counter")
    assert "2773:0 @!@!@\n<Init line 4, col 1 to line 4, col 4 of module Counter>: 1:1\n" in output
    assert "2772:0 @!@!@\n<Up line 5, col 1 to line 5, col 2 of module Counter>: 3:3\n" in output
    assert "2772:0 @!@!@\n<Back line 6, col 1 to line 6, col 4 of module Counter>: 0:1\n" in output
