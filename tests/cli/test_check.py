"""``mc check`` and ``mc info``: what they print, write and return."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from mc.cli.main import main

# A lock that is no lock: between looking and entering, others may have looked too.
LOCK = """\
from mc.lang import *

Process: ModelValues

at = Variable(Fn(Process, Enum("away", "door", "inside")))


def Init(t):
    t.at = {p: "away" for p in Process}


def Come(s, t, p):
    if not s.at[p] == "away":
        return False
    if any(s.at[q] == "inside" for q in Process):
        return False
    t.at[p] = "door"
    return True


def Enter(s, t, p):
    if not s.at[p] == "door":
        return False
    t.at[p] = "inside"
    return True


def Vanish(s, t, p):
    if not s.at[p] == "nowhere":
        return False
    t.at[p] = "away"
    return True


Next = [(Come, Process), (Enter, Process), (Vanish, Process)]


def Exclusion(s):
    return all(not (s.at[p] == "inside" and s.at[q] == "inside") for p in Process for q in Process if p != q)


Invariants = [Exclusion]


def SomeoneInside(s):
    return any(s.at[p] == "inside" for p in Process)


def Crowd(s):
    return Cardinality({p for p in Process if s.at[p] == "inside"}) > 5


Witnesses = [SomeoneInside, Crowd]
"""


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path of a spec of the user's own, in another directory than the current one."""
    (tmp_path / "here").mkdir()
    (tmp_path / "lock.py").write_text(LOCK, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "here")
    return "../lock.py"


def check(*arguments: str, code: int) -> dict[str, Any]:
    assert main(["check", *arguments, "--json", "r.json"]) == code
    document: dict[str, Any] = json.loads(Path("r.json").read_text(encoding="utf-8"))
    return document


def test_a_bundled_spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    result = check("twophase", code=0)
    assert (result["schema"], result["spec"], result["model"], result["verdict"]) == (1, "twophase", "small", "ok")
    assert (result["generated"], result["distinct"], result["depth"]) == (1146, 288, 11)
    assert (result["complete"], result["violation"], result["frontier"]) == (True, None, 0)
    assert result["constants"] == {"RM": ["r1", "r2", "r3"]}
    assert sum(result["levels"]) == 288
    assert result["initial"] + sum(count["generated"] for count in result["actions"].values()) == 1146
    assert result["witnesses"] == {"SomeoneCommitted": True, "SomeoneAborted": True}
    assert set(result["seconds"]) >= {"load", "compile", "explore", "total"}
    assert result["peak_rss_bytes"] > 1e6
    output, errors = capsys.readouterr()
    assert "1,146 states generated, 288 distinct, depth 11" in output
    assert "No error: all reachable states were checked (TypeOK, Consistent)." in output
    assert errors == ""


def test_symmetry_prints_the_sum_of_the_orbits(lock: str, capsys: pytest.CaptureFixture[str]) -> None:
    plain = check(lock, "-c", "Process=3", "--invariant", "SomeoneInside", "--invariant", "Exclusion", code=12)
    assert plain["violation"]["property"] == "SomeoneInside"
    plain = check("twophase", code=0)
    symmetric = check("twophase", "--symmetry", "RM", code=0)
    assert symmetric["symmetry"] == ["RM"]
    assert symmetric["distinct"] < symmetric["orbit_sum"] == plain["distinct"] == plain["orbit_sum"]
    assert "288 states without symmetry (RM)" in capsys.readouterr().out


def test_a_violation_is_explained_and_saved(lock: str, capsys: pytest.CaptureFixture[str]) -> None:
    result = check(lock, "-c", "Process=2", "--no-deadlock", code=12)
    told = result["violation"]
    assert (told["kind"], told["property"], told["length"]) == ("invariant", "Exclusion", 5)
    assert told["message"] == 'Exclusion is false for p = p1, q = p2: at[p1] = "inside", at[p2] = "inside"'
    output = capsys.readouterr().out
    assert "Error: invariant Exclusion is violated.\n" + told["message"] in output
    assert '  at[p1] = "inside"  since state 4: Enter(p1)\n' in output
    assert '  at[p2] = "inside"  since state 5: Enter(p2)\n' in output
    assert 'State 2: Come(p1)\n    at[p1]: "away" -> "door"\n' in output
    assert (told["trace"], told["text"]) == ("out/lock/default/trace.json", "out/lock/default/trace.txt")
    saved = Path(told["text"]).read_text(encoding="utf-8")
    assert told["message"] in saved
    assert saved.count('/\\ at = (p1 :> "') == 5
    assert json.loads(Path(told["trace"]).read_text(encoding="utf-8"))["violation"]["property"] == "Exclusion"
    # mc trace reads the files that the JSON names, and needs not be told of what they are a trace; also elsewhere.
    shutil.copy(told["trace"], "alone.json")
    for file in (told["trace"], told["text"], "alone.json"):
        assert main(["trace", file, "--replay"]) == 0
        assert told["message"] in capsys.readouterr().out


def test_full_shows_whole_states(lock: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", lock, "-c", "Process=2", "--no-deadlock", "--full"]) == 12
    assert 'State 2: Come(p1)\n    /\\ at = (p1 :> "door" @@ p2 :> "away")\n' in capsys.readouterr().out


def test_deadlock(lock: str, capsys: pytest.CaptureFixture[str]) -> None:
    result = check(lock, "-c", "Process=1", code=11)
    assert (result["verdict"], result["violation"]["kind"], result["violation"]["length"]) == (
        "deadlock",
        "deadlock",
        3,
    )
    assert "No action is enabled" in capsys.readouterr().out
    check(lock, "-c", "Process=1", "--no-deadlock", code=0)


def test_dead_actions_and_unreached_witnesses_are_pointed_out(lock: str, capsys: pytest.CaptureFixture[str]) -> None:
    check(lock, "-c", "Process=1", "--no-deadlock", code=0)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if "never enabled" in line] == ["Vanish"]
    assert [line.split()[0] for line in lines if "NOT REACHED" in line] == ["Crowd"]


def test_depth_first_finds_the_same(lock: str, capsys: pytest.CaptureFixture[str]) -> None:
    breadth, depth = (check("twophase", "--search", order, code=0) for order in ("bfs", "dfs"))
    same = ("verdict", "generated", "distinct", "witnesses")
    assert [breadth[key] for key in same] == [depth[key] for key in same]
    assert depth["search"] == "dfs"
    assert "(depth-first)" in capsys.readouterr().out
    check(lock, "-c", "Process=2", "--no-deadlock", "--search", "dfs", code=12)


def test_an_evaluation_failure(lock: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(lock)
    path.write_text(LOCK.replace('t.at[p] = "inside"', 't.at[p] = "insidde"'), encoding="utf-8")
    line = LOCK[: LOCK.index('t.at[p] = "inside"')].count("\n") + 1
    code = main(["check", lock, "-c", "Process=2", "--json", "r.json"])
    output, errors = capsys.readouterr()
    # Found when the spec is compiled, or in the first state where it is taken.
    assert code in (75, 150)
    assert f"lock.py:{line}" in output + errors
    assert "insidde" in output + errors


def test_one_and_two_workers_write_the_same(lock: str) -> None:
    def counted(*arguments: str, code: int) -> str:
        result = check(*arguments, code=code)
        for key in ("workers", "seconds", "peak_rss_bytes"):
            del result[key]
        return json.dumps(result)

    for arguments, code in (
        ((lock, "-c", "Process=3"), 11),
        ((lock, "-c", "Process=3", "--no-deadlock"), 12),
        (("raft:tiny",), 0),
    ):
        results = {counted(*arguments, "--workers", workers, code=code) for workers in ("1", "2", "1")}
        assert len(results) == 1


def test_quiet(lock: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "twophase", "--quiet"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_time_limit_ends_honestly(lock: str, capsys: pytest.CaptureFixture[str]) -> None:
    result = check("raft:plain", "--max-seconds", "0.05", code=20)
    assert (result["verdict"], result["complete"], result["violation"]) == ("incomplete", False, None)
    assert result["frontier"] > 0
    assert sum(result["levels"]) <= result["distinct"]
    output = capsys.readouterr().out
    assert f"complete to level {len(result['levels'])}" in output
    assert "NOT REACHED" not in output
    assert "never enabled" not in output


def test_progress_only_where_asked_for(lock: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "raft", "-c", "MaxCopies=2", "--memory", "8G", "--max-states", "1", "--quiet"])  # which optimises it
    main(["check", "raft", "-c", "MaxCopies=2", "--max-seconds", "1.5", "--quiet", "--progress"])
    assert "depth=" in capsys.readouterr().err


def test_info(lock: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "raft:tiny"]) == 0
    output = capsys.readouterr().out
    assert "\\E i \\in {s1, s2}, v \\in {v1} : ClientRequest(i, v)" in output
    assert "\\E m \\in messages : Receive(m)" in output
    assert "*small" in output
    assert main(["info", lock, "-c", "Process=a,b"]) == 0
    output = capsys.readouterr().out
    assert "Process  = {a, b}" in output
    assert "MODELS" not in output
    assert main(["info", "twophase", "--source"]) == 0
    assert "def " in capsys.readouterr().out


@pytest.mark.parametrize("command", [[], ["check"], ["crosscheck"], ["info"]])
def test_help_has_examples(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*command, "--help"])
    assert caught.value.code == 0
    assert "examples:" in capsys.readouterr().out
