"""The benchmark's arithmetic, its comparison, what it reads of others; one run of it, of which no time is judged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks import rounds, rumur, spin, tlc
from tests.benchmarks.cases import CASES, Case
from tests.benchmarks.command import main
from tests.benchmarks.compare import compare
from tests.benchmarks.engine import Contestant, Engine
from tests.benchmarks.engines import ENGINES
from tests.benchmarks.measurement import BenchmarkError, Measurement, Record, Results, fastest, ratio, spread
from tests.benchmarks.plot import groups, short
from tests.benchmarks.process import Finished, run
from tests.benchmarks.table import report, summary

MACHINE = {
    **{"processor": "abacus", "processors": 2, "memory_bytes": 2**30, "kernel": "Linux 6", "load_average": 0.5},
    **{"python": "3.10.1", "llvmlite": "0.46", "llvm": "20", "java": "", "tlc": "2.15", "spin": "", "rumur": ""},
    **{"gcc": "", "commit": "abc"},
}


def record(engine: str, *seconds: float, case: str = "raft:plain", distinct: int = 100) -> Record:
    """A contestant whose process takes a second more than its search."""
    measured = [Measurement(1000, distinct, s, s + 1, 2**20, 0.1 if engine.startswith("mc") else None) for s in seconds]
    return Record(case, engine, rounds=measured)


def results(*records: Record) -> Results:
    return Results(dict(MACHINE), {r.case: "Server = 3; invariants TypeOK" for r in records}, list(records))


def test_medians_and_rates() -> None:
    measured = record("mc-1", 4.0, 2.0, 9.0)
    assert measured.median("explore_seconds") == 4.0
    assert measured.median("process_seconds") == 5.0
    assert measured.generated_per_second == 250.0
    assert record("tlc-2", 1.0).median("compile_seconds") is None
    assert Record("raft:plain", "spin-dfs", absent="not installed").generated_per_second is None


def test_ratios_and_spread() -> None:
    assert ratio(10.0, 4.0) == 2.5
    assert ratio(None, 4.0) is None and ratio(10.0, None) is None and ratio(10.0, 0.0) is None
    assert spread([4.0, 5.0, 6.0]) == 0.4
    assert spread([3.0]) == 0.0


def test_fastest() -> None:
    slow, fast = record("spin-bfs", 4.0), record("spin-dfs", 3.0, 5.0, 3.5)
    assert fastest([Record("raft:plain", "rumur-1"), slow, fast]) is fast
    assert fastest([]) is None


def test_summary_names_the_gain_of_workers_and_the_fastest_peer() -> None:
    lines = list(summary([record("mc-2", 2.0), record("mc-1", 3.0), record("spin-dfs", 5.0), record("rumur-2", 7.0)]))
    assert lines == [
        "mc with two workers is 1.50 times as fast as with one.",
        "mc-2 is 2.50 times as fast as spin-dfs, the fastest of SPIN and rumur.",
    ]
    assert not list(summary([record("mc-2", 2.0), record("tlc-2", 3.0)]))
    assert len(list(summary([record("mc-2", 2.0), record("mc-1", 3.0), record("spin-dfs", 0.0)]))) == 1


def test_table() -> None:
    ours = record("mc-2", 2.0, 1.9, 2.3)
    ours.cold_compile_seconds, ours.visited_bytes_per_state = 1.25, 10.66
    missing = [Record("raft:plain", name, absent="not installed (spin): apt-get") for name in ("spin-dfs", "spin-bfs")]
    text = report(results(ours, record("tlc-2", 200.0), *missing))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "abacus, 2 processors, 1 GiB, load 0.5 at the start; Linux 6" in text
    assert "raft:plain: 1,000 generated, 100 distinct" in text
    assert "mc-2 2.000 20 % 500 100.0x 3.000 67.0x 1.25 0.100 10.7 1" in lines
    assert "tlc-2 200.000 0 % 5 1.0x 201.000 1.0x 1" in lines
    assert "  not run: spin-dfs, spin-bfs: not installed (spin): apt-get" in text


def test_bars() -> None:
    (group,) = groups(results(record("mc-2", 2.0), record("tlc-2", 100.0), Record("raft:plain", "spin-dfs")))
    assert group.title == "raft:plain: 100 states, 1,000 generated"
    assert group.constants == "Server = 3"
    assert [(bar.engine, bar.generated_per_second, bar.times_tlc) for bar in group.bars] == [
        ("mc-2", 500.0, 50.0),
        ("tlc-2", 10.0, 1.0),
    ]
    assert [short(n) for n in (22_844_275, 15_123, 1042, 87.25, 0.551)] == [
        "22.8 M",
        "15.1 k",
        "1,042",
        "87.2",
        "0.551",
    ]


def test_picture_is_the_same_for_the_same_results(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from tests.benchmarks.plot import draw

    found = results(record("mc-2", 2.0), record("reference", 300.0), record("tlc-2", 100.0))
    for name in ("a.svg", "b.svg"):
        draw(found, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_json_round_trip() -> None:
    found = results(record("mc-2", 2.0, 3.0), Record("raft:plain", "spin-dfs", absent="not installed"))
    assert Results.from_json(json.loads(json.dumps(found.to_json()))) == found


@pytest.mark.parametrize("document", [[], {}, {"schema": 0}, {"schema": 1}, {"schema": 1, "records": [{"x": 1}]}])
def test_other_files_are_refused(document: object) -> None:
    with pytest.raises(BenchmarkError, match="not a file of this benchmark"):
        Results.from_json(document)


@pytest.mark.parametrize(
    ("after", "code", "said"),
    [
        ((10.2, 10.3, 10.1), 0, "within the noise"),  # 2 % more
        ((12.0, 12.1, 12.0), 0, "slower"),  # certain, but less than the factor
        ((20.0, 20.1, 20.2), 1, "takes 2.01 times as long"),
        ((5.0, 5.1, 5.0), 0, "faster"),
        ((14.0, 8.0, 19.0), 0, "within the noise"),  # 40 % more, and no two rounds alike
    ],
)
def test_compare(tmp_path: Path, capsys: pytest.CaptureFixture[str], after: list[float], code: int, said: str) -> None:
    files = [tmp_path / "before.json", tmp_path / "after.json"]
    for file, seconds in zip(files, ((10.0, 10.1, 9.9), after), strict=True):
        file.write_text(json.dumps(results(record("mc-2", *seconds)).to_json()), encoding="utf-8")
    assert main(["compare", *map(str, files)]) == code
    assert said in capsys.readouterr().out


def test_compare_takes_the_factor() -> None:
    before, after = results(record("mc-2", 10.0)), results(record("mc-2", 15.0))
    assert compare(before, after, 1.6)[1] == 0
    assert compare(before, after, 1.4)[1] == 1


def test_compare_does_not_trust_very_short_times() -> None:
    assert compare(results(record("mc-2", 0.01)), results(record("mc-2", 0.02)), 1.25)[1] == 0


def test_compare_shows_the_ratio_beside_that_of_tlc() -> None:
    before = results(record("mc-2", 10.0), record("tlc-2", 100.0))
    after = results(record("mc-2", 30.0), record("tlc-2", 200.0))
    text, _ = compare(before, after, 1.25)
    assert "raft:plain mc-2 search 10.000 30.000 3.00x 5 % 1.50x slower" in [
        " ".join(x.split()) for x in text.splitlines()
    ]


def test_compare_says_what_cannot_be_compared() -> None:
    before = results(record("mc-2", 1.0), record("mc-1", 1.0), record("tlc-2", 1.0))
    after = results(record("mc-2", 9.0, distinct=101), Record("raft:plain", "mc-1", absent="too large"))
    after.machine["processor"] = "slide rule"
    text, code = compare(before, after, 1.25)
    assert code == 0
    assert "another machine: processor abacus and slide rule" in text
    assert "raft:plain, mc-2: not the same model, the counts differ: (1000, 100) and (1000, 101)" in text
    assert "raft:plain, mc-1: not in the new run" in text
    assert "raft:plain, tlc-2: not in the new run" in text


def test_compare_of_no_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(tmp_path / "none.json"), str(tmp_path / "none.json")]) == 1
    assert "none.json" in capsys.readouterr().err


def test_baseline_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    baseline = Path(__file__).parent / "benchmarks" / "baseline.json"
    assert main(["show", str(baseline)]) == 0
    assert main(["compare", str(baseline), str(baseline)]) == 0
    assert "within the noise" in capsys.readouterr().out


SPIN = """\
{extra}
(Spin Version 6.5.2 -- 6 December 2019)

Full statespace search for:
	never claim         	- (none specified)
	assertion violations	+
	cycle checks       	- (disabled by -DSAFETY)
	invalid end states	+

State-vector 44 byte, depth reached 44, errors: 0
    18575 states, stored
   128800 states, matched
   147375 transitions (= stored+matched)
        0 atomic steps
hash conflicts:      1061 (resolved)

  130.925	memory usage (Mbyte)

unreached in proctype Raft
	raft.pml:211, state 472, "-end-"
	(1 of 472 states)

{time}
"""
TWO_CORES = "cpu1: Depth=      60 States= 8.91e+03 Transitions= 7.65e+04 Memory=     0.612	t=     0.32 R=   3e+04"


@pytest.mark.parametrize(
    ("extra", "time", "seconds"),
    [
        ("", "pan: elapsed time 1.78 seconds\npan: rate 346832.02 states/second", 1.78),
        (TWO_CORES, "cpu0: elapsed time 0.37 seconds (18575 states visited)\ncpu0: rate 50202.7 states/second", 0.37),
    ],
)
def test_spin_is_read(extra: str, time: str, seconds: float) -> None:
    found = spin.measurement(Finished(SPIN.format(extra=extra, time=time), 2.0, 5))
    assert found == Measurement(147_375, 18_575, seconds, 2.0, 5)


def test_errors_of_spin_are_seen() -> None:
    text = SPIN.format(extra="", time="pan: elapsed time 0.1 seconds")
    with pytest.raises(BenchmarkError, match="found an error"):
        spin.measurement(Finished(text.replace("errors: 0", "errors: 1"), 2.0, 5))
    with pytest.raises(BenchmarkError, match="cannot read"):
        spin.measurement(Finished("pan: out of memory", 2.0, 5))


RUMUR = """\
Memory usage:

	* The size of each state is 112 bits (rounded up to 14 bytes).
	* The size of the hash table is 4096 slots.

Progress Report:

\t 10000 states explored in 0s, with 73590 rules fired and 707 states in the queue.

==========================================================================

Status:

	No error found.

State Space Explored:

	18575 states, 147374 rules fired in 0s.
"""


def test_rumur_is_read() -> None:
    assert rumur.measurement(Finished(RUMUR, 2.0, 5)) == Measurement(147_375, 18_575, 2.0, 2.0, 5)
    with pytest.raises(BenchmarkError, match="error"):
        rumur.measurement(Finished(RUMUR.replace("No error found.", "1 error(s) found."), 2.0, 5))


def test_tlc_that_fails_is_seen() -> None:
    with pytest.raises(BenchmarkError, match="Java heap space"):
        tlc.measurement(Finished("Java heap space", 2.0, 5))


def test_rumur_gets_the_bounds_of_the_model() -> None:
    text = rumur.text(CASES["raft:two"])
    assert "  N: 2;\n  MaxTerm: 3;\n  MaxLog: 1;\n  TermCap: 4;\n" in text


def test_peers_search_the_models_that_they_have() -> None:
    peer = ENGINES["spin-dfs"]
    assert [peer.unfit(CASES[name]) for name in ("raft:plain", "raft:two")] == ["", ""]
    assert peer.unfit(CASES["raft:small"]) == "it has no symmetry reduction"
    assert ENGINES["rumur-1"].unfit(CASES["raft:small"]) == ""
    assert {peer.unfit(CASES[name]) for name in ("raft:five", "paxos:three", "twophase:six")} == {"no model for it"}
    assert peer.unfit(Case("", "raft:plain", {"MaxLogLength": 2})) == "no model for it"


def test_peer_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert ENGINES["rumur-2"].missing() == "not installed (rumur, gcc): apt-get install spin rumur gcc"


class Fake(Engine):
    """Counts as it is told, and notes that it ran."""

    def __init__(self, name: str, distinct: int, log: list[str]) -> None:
        self.name, self.distinct, self.log = name, distinct, log

    def prepare(self, case: Case, directory: Path) -> Contestant:
        assert list(directory.iterdir()) == []

        def measure() -> Measurement:
            self.log.append(f"{case.name} {self.name}")
            return Measurement(1, self.distinct, 1.0, 1.0, 1)

        return Contestant(measure, 3.0, 8.0)


def test_contestants_run_in_turn() -> None:
    log: list[str] = []
    cases = [CASES["raft:tiny"], CASES["paxos:small"]]
    kept: list[int] = []
    found = rounds.run(
        cases,
        [Fake("a", 7, log), Fake("b", 7, log)],
        2,
        say=lambda _: None,
        keep=lambda results: kept.append(len(results.records[0].rounds)),
    )
    assert log == ["raft:tiny a", "raft:tiny b", "paxos:small a", "paxos:small b"] * 2
    assert kept == [1, 2]
    first = found.find("raft:tiny", "a")
    assert first is not None and (first.cold_compile_seconds, first.visited_bytes_per_state) == (3.0, 8.0)


def test_a_different_count_is_an_error() -> None:
    engines = [Fake("a", 7, []), Fake("b", 8, [])]
    with pytest.raises(BenchmarkError, match="b has 1 generated, 8 distinct; a has 1 generated, 7 distinct"):
        rounds.run([CASES["raft:tiny"]], engines, 1, say=lambda _: None, keep=lambda _: None)


def test_a_process_that_fails_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"ended with 3:\nsorry"):
        run(["sh", "-c", "echo sorry; exit 3"], tmp_path)
    assert run(["sh", "-c", "echo $THIS"], tmp_path, {"THIS": "that"}).output == "that\n"


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: case.name)
def test_models_exist(case: Case) -> None:
    assert set(case.constants) <= set(case.model.constants)
    assert case.description.startswith(next(iter(case.model.constants)))


def test_one_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """mc and the reference engine on a small model, as a user starts it."""
    file = tmp_path / "results.json"
    command = ["run", "--models", "paxos:small", "--engines", "mc-2,mc-1,reference", "--rounds", "1"]
    assert main([*command, "--json", str(file)]) == 0
    assert "paxos:small: 2,756 generated, 443 distinct" in capsys.readouterr().out
    found = Results.from_json(json.loads(file.read_text(encoding="utf-8")))
    assert [(r.engine, len(r.rounds), r.absent) for r in found.records] == [
        ("mc-2", 1, ""),
        ("mc-1", 1, ""),
        ("reference", 1, ""),
    ]
    assert found.machine["llvm"] and found.machine["processors"] > 0
    assert all((r.visited_bytes_per_state is not None) == r.engine.startswith("mc") for r in found.records)


def test_unknown_names_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["run", "--models", "raft:nosuch"])
    assert stopped.value.code == 2
    assert "there is no 'raft:nosuch'" in capsys.readouterr().err
