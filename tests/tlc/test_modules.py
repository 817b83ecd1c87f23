"""The modules of ``tests.tla.cases`` and ``tests.tla.temporal``, searched by the interpreter and by the real TLC."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from mc.engine.interpreted import search
from mc.engine.result import Result
from mc.errors import EvaluationError, McError
from mc.read.tla.load import load
from mc.tlc.output import TlcOutput
from mc.tlc.tools import find_tools
from tests.tla.cases import CASES, Case
from tests.tla.corners import CORNERS
from tests.tla.temporal import TEMPORAL

#: TLC's exit codes, by what another tool can be held to: an evaluation that fails ends TLC in one of several ways.
_CLASSES = {0: "ok", 10: "assumption", 11: "deadlock", 12: "violation", 13: "violation", 150: "refused", 151: "refused"}
#: mc says of a search without states that it has checked nothing.
_VERDICTS = {"vacuous": "ok", "error": "evaluation"}


def write(case: Case, directory: Path) -> Path:
    """The files of a case; returns that of the module."""
    for name, text in {**case.others, case.name: case.text}.items():
        (directory / f"{name}.tla").write_text(text, encoding="utf-8")
    deadlock = "" if case.deadlock else "\nCHECK_DEADLOCK FALSE\n"
    (directory / f"{case.name}.cfg").write_text(case.config + deadlock, encoding="utf-8")
    return directory / f"{case.name}.tla"


def by_tlc(case: Case, directory: Path) -> tuple[str, str, int, int]:
    """What TLC says: class, violated property, generated, distinct."""
    tools = find_tools(None, os.environ)
    write(case, directory)
    # TLC 2.15 does not know CHECK_DEADLOCK.
    (directory / f"{case.name}.cfg").write_text(case.config, encoding="utf-8")
    command = [str(tools.java), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", str(tools.jar), "tlc2.TLC"]
    command += ["-tool", "-workers", "1", "-metadir", str(directory / "states")]
    command += [*([] if case.deadlock else ["-deadlock"]), case.name]
    ended = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    output = TlcOutput()
    for line in ended.stdout.splitlines():
        output.feed(line)
    refused = not output.started and ended.returncode not in (0, 10)
    kind = "refused" if refused else _CLASSES.get(ended.returncode, "evaluation")
    return kind, output.property or "", output.generated, output.distinct


def by_mc(case: Case, directory: Path) -> tuple[str, str, int, int, Result | None]:
    """What mc says."""
    try:
        result = search(load(write(case, directory)))
    except McError as error:
        return "evaluation" if isinstance(error, EvaluationError) else "refused", "", 0, 0, None
    found = result.violation
    # TLC 2.15 does not say which temporal property is violated.
    is_named = found is not None and found.kind in ("invariant", "property") and found.loop is None
    name = found.property if found is not None and is_named else ""
    return _VERDICTS.get(result.verdict, result.verdict), name, result.generated, result.distinct, result


@pytest.mark.parametrize("case", [*CASES, *CORNERS, *TEMPORAL], ids=lambda case: case.name)
def test_a_module(case: Case, tmp_path: Path) -> None:
    kind, name, generated, distinct = by_tlc(case, tmp_path)
    our_kind, our_name, our_generated, our_distinct, result = by_mc(case, tmp_path)
    assert (our_kind, our_name) == (kind, name)
    # Of errors in initial states TLC gives no counts.
    if generated:
        assert (our_generated, our_distinct) == (generated, distinct)
    if result is not None and result.violation is not None and result.violation.representatives:
        assert len(result.violation.steps) == len(result.violation.representatives) - 1
