"""A few random TLA+ modules: the interpreter finds in them what TLC finds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("jpype", reason="TLC is run within the process, by JPype1")


@pytest.mark.parametrize("kind", [[], ["--temporal"]], ids=["of all kinds", "with temporal properties"])
def test_modules(kind: list[str], tmp_path: Path) -> None:
    # Java stays in a process until its end, and TLC's threads do too.
    command = [sys.executable, "-m", "tests.modules", *kind, "--count", "10", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10 modules, from seed 0: 0 differ" in done.stdout
