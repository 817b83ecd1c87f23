"""``mc suite``: models are held to what they expect, and every difference is told."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from mc.cli.main import main

COUNTER = """\
from mc.lang import *

Top: Natural
x = Variable(Range(0, Top))

def Init(t):
    t.x = 0

def Up(s, t):
    if not s.x < Top:
        return False
    t.x = s.x + 1
    return True

Next = [(Up,)]

def Small(s):
    return s.x < 3

def BelowFive(s):
    return s.x < 5

Invariants = [Small, BelowFive]

def AtTop(s):
    return s.x == Top

def Beyond(s):
    return s.x == 7

Witnesses = [AtTop, Beyond]
"""

#: More states than anybody waits for.
ENDLESS = """\
from mc.lang import *

x = Variable(Fn(Range(1, 9), Range(0, 60)))

def Init(t):
    t.x = {i: 0 for i in Range(1, 9)}

def Up(s, t, i):
    if not s.x[i] < 60:
        return False
    t.x[i] = s.x[i] + 1
    return True

Next = [(Up, Range(1, 9))]
"""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(models: str, name: str = "counter", spec: str = COUNTER) -> str:
    Path(f"{name}.py").write_text(spec, encoding="utf-8")
    Path(f"{name}.yaml").write_text("models:\n" + textwrap.indent(textwrap.dedent(models), "  "), encoding="utf-8")
    return f"./{name}.yaml"


#: Models that give what they expect.
GOOD = """\
fine: {constants: {Top: 2}, deadlock: false, claim: A1, witnesses: [AtTop],
  expect: {verdict: ok, generated: 3, distinct: 3, depth: 3, source: by hand}}
broken: {constants: {Top: 6}, expect: {violation: Small, length: 4}}
stuck: {constants: {Top: 2}, invariants: [], expect: {verdict: deadlock, length: 3}}
silent: {constants: {Top: 2}}
far: {constants: {Top: 6}, long: true, invariants: [BelowFive], expect: {violation: BelowFive, length: 6}}
"""


def test_what_comes_as_expected_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suite", write(GOOD), "--json", "s.json"]) == 0
    models = json.loads(Path("s.json").read_text(encoding="utf-8"))["models"]
    assert [(m["model"], m["claim"], m["status"], m["got"]) for m in models] == [
        ("fine", "A1", "pass", "no error, generated 3, distinct 3, depth 3"),
        ("broken", "", "pass", "a violation of Small, length 4"),
        ("stuck", "", "pass", "a deadlock, length 3"),
    ]
    assert models[1]["result"]["violation"]["steps"] == ["Up", "Up", "Up"]
    output = capsys.readouterr().out
    names = ["model", *(f"counter:{m['model']}" for m in models)]
    assert [line.split()[0] for line in output.splitlines()[:4]] == names
    assert output.splitlines()[-1].endswith(": 3 pass.")


def test_long_models_run_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    spec = write(GOOD)
    assert main(["suite", spec, "--long", "--quiet"]) == 0
    assert "4 models" in capsys.readouterr().out
    assert main(["suite", f"{spec}:far"]) == 0
    assert "counter:far" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "expected", "got"),
    [
        ("distinct: 3,", "distinct: 4,", "distinct: 3, not 4 (by hand)", "distinct 3"),
        ("generated: 3,", "generated: 2,", "generated: 3, not 2 (by hand)", "generated 3"),
        ("depth: 3,", "depth: 2,", "depth: 3, not 2 (by hand)", "depth 3"),
        ("violation: Small, length: 4", "violation: Small, length: 5", "length: 4, not 5", "length 4"),
        ("violation: Small,", "violation: BelowFive,", "property: Small, not BelowFive", "a violation of Small"),
        ("{violation: Small, length: 4}", "{verdict: ok}", "verdict: violation, not ok", "a violation of Small"),
        ("verdict: deadlock, length: 3", "verdict: ok", "verdict: deadlock, not ok", "a deadlock"),
        ("verdict: deadlock, length: 3", "violation: Small", "verdict: deadlock, not violation", "a deadlock"),
        ("witnesses: [AtTop]", "witnesses: [AtTop, Beyond]", "the witness Beyond was not reached", "no error"),
    ],
)
def test_a_planted_error_is_told(
    old: str, new: str, expected: str, got: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert GOOD.count(old) == 1
    spec = write(GOOD.replace(old, new))
    assert main(["suite", spec, "--quiet", "--json", "s.json"]) == 22
    (failed,) = [m for m in json.loads(Path("s.json").read_text(encoding="utf-8"))["models"] if m["status"] != "pass"]
    line = {"fine": 3, "broken": 4, "stuck": 5}[failed["model"]]
    output = capsys.readouterr().out
    assert failed["status"] == "fail"
    head = f"FAIL counter:{failed['model']}: expected {failed['expected']}; got {failed['got']} (counter.yaml:{line})"
    assert head in output
    assert got in failed["got"]
    assert expected in output


def test_a_spec_that_cannot_run_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    spec = write(GOOD)
    wrong = write("one: {constants: {Tip: 2}, expect: {verdict: ok}}", "wrong")
    assert main(["suite", spec, wrong, "--json", "s.json"]) == 22
    statuses = [m["status"] for m in json.loads(Path("s.json").read_text(encoding="utf-8"))["models"]]
    assert statuses == ["pass", "pass", "pass", "error"]
    output = capsys.readouterr().out
    assert "ERROR wrong:one: expected no error; got exit code 151" in output
    assert "the spec has no constant 'Tip'" in output


def test_what_does_not_finish_is_no_pass(capsys: pytest.CaptureFixture[str]) -> None:
    endless = write("one: {constants: {}, expect: {verdict: ok}}", "endless", ENDLESS)
    assert main(["suite", endless, "--max-seconds", "2", "--json", "s.json"]) == 20
    (model,) = json.loads(Path("s.json").read_text(encoding="utf-8"))["models"]
    assert model["status"] == "incomplete"
    assert "INCOMPLETE endless:one: expected no error" in capsys.readouterr().out


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_loses_nothing(end: signal.Signals) -> None:
    spec = write(GOOD)
    endless = write("one: {constants: {}, expect: {verdict: ok}}", "endless", ENDLESS)
    command = [sys.executable, "-m", "mc", "suite", spec, endless, f"{spec}:far", "--jobs", "1"]
    # As a script's shell starts it in the background.
    process = subprocess.Popen(
        [*command, "--progress"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    assert process.stderr is not None
    bar = ""
    while "3/5" not in bar:
        shown = process.stderr.read(1)
        assert shown, bar
        bar += shown
    time.sleep(1)
    process.send_signal(end)
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 20
    assert output.splitlines()[-1].endswith(": 3 pass, 2 incomplete.")
    assert "INCOMPLETE counter:far: expected a violation of BelowFive, length 6; got nothing: it was not run" in output


def test_crosscheck_needs_a_tla(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suite", write(GOOD) + ":fine", "--crosscheck"]) == 22
    assert "got exit code 151" in capsys.readouterr().out


def test_crosscheck(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suite", "twophase:small", "--crosscheck", "--json", "s.json"]) == 0
    (model,) = json.loads(Path("s.json").read_text(encoding="utf-8"))["models"]
    assert model["tlc"]["verdict"] == "equal"
    assert model["tlc"]["tlc"]["distinct"] == model["result"]["distinct"] == 288
    assert "equal (counts, states, edges)" in capsys.readouterr().out


def test_reports_for_ci(capsys: pytest.CaptureFixture[str]) -> None:
    spec = write(GOOD.replace("length: 4", "length: 5"))
    assert main(["suite", spec, "--github", "--junit", "j.xml"]) == 22
    (annotation,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("::error ")]
    assert annotation.startswith("::error file=counter.yaml,line=4,title=counter%3Abroken::counter:broken: expected")
    assert annotation.endswith("%0A  length: 4, not 5")
    root = ET.parse("j.xml").getroot()
    assert [(s.get("name"), s.get("tests"), s.get("failures"), s.get("errors")) for s in root] == [
        ("counter", "3", "1", "0")
    ]
    (failure,) = root.iter("failure")
    assert failure.get("message") == "expected a violation of Small, length 5; got a violation of Small, length 4"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["raftt"], 2, "did you mean raft?"),
        (["raft:smal"], 151, "did you mean small?"),
        (["./counter.yaml:silent"], 2, "nothing is expected here"),
        (["--gallery", "g.md", "raft"], 2, "leave out SPEC"),
        (["./counter.yaml", "--json", "no/such/s.json"], 2, "cannot write"),
    ],
)
def test_wrong_use(arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(GOOD)
    assert main(["suite", *arguments]) == code
    assert words in capsys.readouterr().err


def test_a_broken_model_does_not_stop_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    models = """
    good: {constants: {Top: 2}, deadlock: false, witnesses: [AtTop], expect: {verdict: ok}}
    typo: {constant: {Top: 2}}
    wrong: {constants: {Top: two}, expect: {verdict: ok}}
    other: {constants: {Top: 1}, deadlock: false, witnesses: [AtTop], expect: {verdict: okay}}
    last: {constants: {Top: 5}, expect: {violation: Small, length: 4}}
    """
    file = write(models)
    mistake = "counter.yaml:4: model typo: unknown key 'constant'; did you mean constants?"
    assert main(["suite", file, "--json", "s.json", "--github"]) == 22
    said = capsys.readouterr().out
    assert "ERROR counter:typo: expected a model that can be read; got a mistake (counter.yaml:4)" in said
    assert mistake in said and "counter.yaml:6: model other: expect: verdict is ok or deadlock, not 'okay'" in said
    assert "::error file=counter.yaml,line=4," in said
    found = json.loads(Path("s.json").read_text(encoding="utf-8"))["models"]
    assert {model["model"]: model["status"] for model in found} == {
        "good": "pass",
        "wrong": "error",
        "last": "pass",
        "typo": "error",
        "other": "error",
    }
    # Each of the others can be named; the default is the first.
    assert main(["suite", f"{file}:last"]) == 0
    assert main(["check", file, "--quiet"]) == 0
    assert main(["check", f"{file}:last", "--quiet"]) == 12
    capsys.readouterr()
    for command in ("check", "suite", "info"):
        assert main([command, f"{file}:typo"]) == 151
        assert capsys.readouterr().err.startswith(f"mc: error: {mistake}")
    assert main(["info", file]) == 0
    said = capsys.readouterr().out
    assert " *good" in said and f"  typo   cannot be read: {mistake}" in said
    # Where the default one is broken, the others are shown all the same.
    Path("counter.yaml").write_text(f"default: typo\n{Path('counter.yaml').read_text()}", encoding="utf-8")
    assert main(["info", file]) == 151
    assert "  good" in capsys.readouterr().out
    assert main(["check", f"{file}:good", "--quiet"]) == 0


MODULE = """\
---- MODULE Steps ----
EXTENDS Naturals
CONSTANT Top
VARIABLE x
Init == x = 0
Up == x < Top /\\ x' = x + 1
Next == Up
Small == x < 3
====
"""


def write_modules() -> None:
    """A module with two configurations, and what is expected of them."""
    Path("Steps.tla").write_text(MODULE, encoding="utf-8")
    Path("Steps.cfg").write_text("INIT Init NEXT Next INVARIANT Small CONSTANT Top = 2 CHECK_DEADLOCK FALSE")
    Path("far.cfg").write_text("INIT Init NEXT Next INVARIANT Small CONSTANT Top = 9")
    models = "near: {expect: {verdict: ok, distinct: 3, source: by hand}}"
    models += "\n  far: {config: far.cfg, expect: {violation: Small, length: 4}}"
    Path("Steps.yaml").write_text(f"models:\n  {models}\n", encoding="utf-8")


def test_modules(capsys: pytest.CaptureFixture[str]) -> None:
    write_modules()
    assert main(["suite", "Steps.tla", "--json", "found.json"]) == 0
    assert "2 models in" in capsys.readouterr().out
    found = {one["model"]: one for one in json.loads(Path("found.json").read_text())["models"]}
    assert (found["near"]["status"], found["near"]["result"]["distinct"]) == ("pass", 3)
    assert (found["far"]["status"], found["far"]["got"]) == ("pass", "a violation of Small, length 4")
    assert main(["suite", "./Steps.yaml:near", "--crosscheck"]) == 0
    assert "equal (counts, states, edges)" in capsys.readouterr().out


def test_a_directory(capsys: pytest.CaptureFixture[str]) -> None:
    """Of modules and specs; and entries that name their modules."""
    write_modules()
    write("small: {constants: {Top: 2}, deadlock: false, witnesses: [], expect: {verdict: ok}}")
    entries = "a: {module: Steps.tla, config: far.cfg, expect: {verdict: deadlock}}"
    entries += "\n  b: {module: None.tla, expect: {verdict: ok}}\n  c: {constants: {}, module: Steps.tla}"
    Path("more.yaml").write_text(f"models:\n  {entries}\n", encoding="utf-8")
    assert main(["suite", "."]) == 22
    output = capsys.readouterr().out
    assert "more:a: expected a deadlock; got a violation of Small, length 4 (more.yaml:2)" in output
    assert "more.yaml:3: model b: there is no file None.tla" in output
    assert "more.yaml:4: model c: unknown key 'constants'" in output
    assert "6 models in" in output and "3 pass, 1 fail, 2 error" in output


def test_where_nothing_is_expected_of_modules(capsys: pytest.CaptureFixture[str]) -> None:
    write_modules()
    Path("Steps.yaml").unlink()
    assert main(["suite", "Steps.tla"]) == 2
    assert "Steps.tla: no Steps.yaml beside it says what is expected" in capsys.readouterr().err
    assert main(["suite", "."]) == 2
    assert "there is no .yaml in this directory" in capsys.readouterr().err
