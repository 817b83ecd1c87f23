"""The library of modules: each resolves as if a user had written it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mc.cli.main import main
from mc.read.tla.files import LIBRARY
from mc.read.tla.modules import read_module


@pytest.mark.parametrize("name", sorted(path.stem for path in LIBRARY.glob("*.tla")))
def test_module(tmp_path: Path, name: str) -> None:
    for path in LIBRARY.glob("*.tla"):
        shutil.copy(path, tmp_path)
    resolved = read_module(tmp_path / f"{name}.tla")
    assert resolved.warnings == ()


def test_facts() -> None:
    """``LibraryFacts.tla`` has what TLC makes of the modules of the community."""
    assert main(["check", str(Path(__file__).with_name("LibraryFacts.tla"))]) == 0
