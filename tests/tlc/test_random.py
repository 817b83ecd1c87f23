"""Random specs and models in mc and in TLC; ``python -m tests.crosschecks`` goes on for as many as asked."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from mc.engine.result import Result
from mc.engine.search.compiled import Engine
from tests import crosschecks


@pytest.mark.parametrize("seed", [25, 31, 40, 41])
def test_a_few(seed: int, tmp_path: Path) -> None:
    outcome, difference = crosschecks.try_seed(seed, 500, tmp_path)
    assert not difference
    assert "initial state" in outcome, "nothing was compared"


def test_a_difference_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    search = Engine.search

    def spoilt(*given: Any, **options: Any) -> Result:
        result = search(*given, **options)
        return dataclasses.replace(result, distinct=result.distinct + 1)

    monkeypatch.setattr(Engine, "search", spoilt)
    outcome, difference = crosschecks.try_seed(40, 500, tmp_path)
    assert outcome == "spec different" and "distinct: mc " in difference
    assert (tmp_path / "40" / "Spec.tla").is_file()


@pytest.mark.slow
def test_a_thousand(tmp_path: Path) -> None:
    assert crosschecks.main(["--count", "1000", "--out", str(tmp_path)]) == 0
