"""README.md is short, and what it shows is what happens."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mc.engine.search.compiled import Engine
from mc.tlc import crosscheck
from tests.readme_table import ROOT, rows, updated
from tests.test_counts import name, spec

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
CONSOLE = [text for language, text in BLOCKS if language == "console"]


def test_length() -> None:
    assert len(README.splitlines()) <= 165


def test_table_is_current() -> None:
    assert updated(README) == README, "run: python tests/readme_table.py"


@pytest.mark.parametrize("row", [row for row in rows() if row["distinct"] < 2_000], ids=name)
def test_table_and_tlc(tmp_path: Path, row: dict[str, object]) -> None:
    """TLC agrees on the small models of the table, in all that the table says."""
    bound = spec(row)
    engine = Engine(bound)
    found = crosscheck(bound, engine, engine.search(), out=tmp_path, environment=os.environ, proofs=[ROOT / "proofs"])
    assert found.verdict == "equal"
    assert [what for what in ("counts", "states", "edges") if found.compared[what]] == row["readme"]
    assert found.tlc is not None
    assert (found.tlc.generated, found.tlc.distinct, found.tlc.depth) == (
        row["generated"],
        row["distinct"],
        row["depth"],
    )


def test_pair() -> None:
    """The action is shown as it stands in both files."""
    for language, file in (("tla", "proofs/Raft.tla"), ("python", "specs/raft.py")):
        (text,) = (text for found, text in BLOCKS if found == language)
        assert text in (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("block", CONSOLE, ids=lambda block: block.splitlines()[0])
def test_console(tmp_path: Path, block: str) -> None:
    """Every line of the output is printed, in this order; ``...`` stands for what is left out."""
    command, *lines = block.splitlines()
    program, *arguments = command.removeprefix("$ ").split()
    assert program == "mc"
    (tmp_path / "proofs").symlink_to(ROOT / "proofs")
    run = subprocess.run(
        [sys.executable, "-m", "mc", *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stderr == ""
    printed = iter(run.stdout.splitlines())
    skipping = False
    for line in lines:
        if line == "...":
            skipping = True
        elif skipping:
            assert line in printed, f"not printed: {line}"
            skipping = False
        else:
            assert next(printed, None) == line
