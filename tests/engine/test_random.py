"""Random specs and models in both engines; ``python -m tests.soak`` goes on for as long as asked."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mc.engine.result import Result
from mc.engine.search.compiled import Engine
from mc.engine.search.limits import Limits
from mc.lang.state import State
from tests import soak
from tests.toys.engines import GRID, check, expected, load
from tests.toys.ways import Way

#: How many seeds of a batch say something: not too small, too large or outside the language.
SEEDS = 7
TELLING = {"ok", "error", "violation", "deadlock"}


@pytest.mark.parametrize("first", [20000, 30000, 40000, 50000, 60000])
def test_random_specs(first: int) -> None:
    outcomes = Counter(soak.try_spec(seed, 250, Counter()).partition(",")[0] for seed in range(first, first + SEEDS))
    assert sum(count for outcome, count in outcomes.items() if outcome in TELLING) >= SEEDS // 3, outcomes


@pytest.mark.parametrize("seed", [20008, 20014, 20035])
def test_random_models(seed: int) -> None:
    assert soak.try_model(seed, 100, Counter()).startswith("ok as far as compared")


#: All that is special about a way at once; the last interruption comes when nothing is left to do.
SPECIAL = Way(
    workers=3,
    batch=5,
    part=1,
    files="visited set now and then",
    interruptions=(Limits(max_depth=2), Limits(max_states=30), Limits(max_depth=9), Limits(max_depth=99)),
    keep=True,
)


@pytest.mark.parametrize("exact", [False, True])
def test_a_special_way(exact: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = load(GRID, {"Size": 4})
    searches = []
    search = Engine.search

    def noted(engine: Engine, *given: Any, **options: Any) -> Any:
        resumed = options["resumed"]
        searches.append(resumed and len(resumed.levels))
        return search(engine, *given, **options)

    monkeypatch.setattr(Engine, "search", noted)
    engine = Engine(spec, exact=exact)
    check(spec, expected(spec), engine, [SPECIAL])
    # More than 30 states are known in the middle of a level: the one before is the last that is complete.
    assert searches == [None, 2, 5, 9]
    assert sum(map(len, SPECIAL.search(engine)[1])) == 5**3
    # Cut at a level.
    check(spec, expected(spec, 20), engine, [SPECIAL])


SPOILT: dict[str, Callable[[Result], Result]] = {
    "distinct": lambda r: dataclasses.replace(r, distinct=r.distinct + 1),
    "generated": lambda r: dataclasses.replace(r, generated=r.generated - 1),
    "levels": lambda r: dataclasses.replace(r, levels=(*r.levels[:-2], r.levels[-1], r.levels[-2])),
    "orbit_sum": lambda r: dataclasses.replace(r, orbit_sum=r.orbit_sum + 1),
    "incomplete": lambda r: dataclasses.replace(r, verdict="incomplete"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_spoilt_result(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = load(GRID, {"Size": 3})
    want, search = expected(spec), Engine.search
    monkeypatch.setattr(Engine, "search", lambda *given, **options: SPOILT[what](search(*given, **options)))
    with pytest.raises(AssertionError, match=rf"Way\(workers=2.*{what}"):
        check(spec, want, Engine(spec), [Way(workers=2)])


def test_a_lost_state(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = load(GRID, {"Size": 3})
    search = Way.search

    def losing(*given: Any) -> tuple[Result, list[set[State]]]:
        found, levels = search(*given)
        levels[4].pop()
        return found, levels

    monkeypatch.setattr(Way, "search", losing)
    with pytest.raises(AssertionError, match="level 5: only compiled: \\[\\]"):
        check(spec, expected(spec), Engine(spec), [Way(keep=True)])


def test_a_difference_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ["--minutes", "0", "--seed", "20004", "--limit", "100"]
    assert soak.main(arguments) == 0
    same = capsys.readouterr().out
    assert "seeds 20004 to 20004: 0 differences\n" in same and "bfs, " in same
    assert soak.main(arguments) == 0
    assert capsys.readouterr().out == same
    search = Engine.search
    monkeypatch.setattr(Engine, "search", lambda *given, **options: SPOILT["distinct"](search(*given, **options)))
    assert soak.main(arguments) == 1
    assert "seeds 20004 to 20004: 1 differences: 20004 (see out/soak)" in capsys.readouterr().out
    assert "distinct " in Path("out/soak/20004.txt").read_text(encoding="utf-8")
