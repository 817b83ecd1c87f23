"""The compiled engine against counts that TLC, or a publication, has for the same models."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Any

import pytest

from mc.engine import reference
from mc.engine.search.compiled import Engine
from mc.read.python.load import load_spec
from mc.spec.objects import Model, Spec

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
PINNED: dict[str, Any] = tomllib.loads((ROOT / "tests" / "counts.toml").read_text(encoding="utf-8"))
COUNTS, MUTANTS = PINNED["count"], PINNED["mutant"]
#: Up to so many states also depth-first, and by the reference engine.
FOR_DFS, FOR_REFERENCE = 70_000, 2_000


def model(pinned: dict[str, Any]) -> Model:
    """The model that an entry of counts.toml is about."""
    substitute = pinned.get("substitute", {})
    return Model(
        "pinned",
        pinned["constants"],
        symmetry=tuple(pinned.get("symmetry", ())),
        invariants=tuple(pinned["invariants"]) if "invariants" in pinned else None,
        witnesses=(),
        deadlock=pinned.get("deadlock", True),
        substitute=substitute,
        definitions=("raft_mutants",) if substitute else (),
    )


def name(pinned: dict[str, Any]) -> str:
    values = ",".join(map(str, pinned["constants"].values()))
    changed = [*pinned.get("symmetry", ()), *pinned.get("substitute", {}).values(), *pinned.get("invariants", ())]
    return "-".join([pinned["spec"], values, *changed])


def spec(pinned: dict[str, Any]) -> Spec:
    return load_spec(ROOT / "specs" / f"{pinned['spec']}.py", model(pinned))


def each(entries: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("pinned", entries, ids=name)


def test_sources() -> None:
    """Every number says where it comes from."""
    for pinned in (*COUNTS, *MUTANTS):
        assert pinned["source"] in PINNED["sources"], name(pinned)
    assert len({name(pinned) for pinned in (*COUNTS, *MUTANTS)}) == len(COUNTS) + len(MUTANTS)


@each(COUNTS)
def test_counts(pinned: dict[str, Any]) -> None:
    engine = Engine(spec(pinned))
    for workers in (1, 2):
        result = engine.search(workers)
        assert (result.verdict, result.complete) == ("ok", True)
        found = {"generated": result.generated, "distinct": result.distinct, "depth": result.depth}
        assert found == {key: pinned[key] for key in found}
        if "orbits" in pinned or "symmetry" not in pinned:
            assert result.orbit_sum == pinned.get("orbits", pinned["distinct"])
    if pinned["distinct"] <= FOR_DFS:
        result = engine.search(order="dfs")
        assert (result.verdict, result.complete) == ("ok", True)
        assert (result.generated, result.distinct) == (pinned["generated"], pinned["distinct"])
        assert result.depth >= pinned["depth"]


@each([pinned for pinned in COUNTS if pinned["distinct"] <= FOR_REFERENCE])
def test_reference_counts(pinned: dict[str, Any]) -> None:
    result = reference.explore(spec(pinned)).result
    assert (result.verdict, result.complete) == ("ok", True)
    assert (result.generated, result.distinct, result.depth) == tuple(
        pinned[key] for key in ("generated", "distinct", "depth")
    )


@each(MUTANTS)
def test_mutants(pinned: dict[str, Any]) -> None:
    engine = Engine(spec(pinned))
    for workers in (1, 2):
        result = engine.search(workers)
        assert result.verdict == "violation"
        assert result.violation is not None
        assert result.violation.property == pinned["violates"]
        assert len(result.violation.representatives) == pinned["length"]
    if "symmetry" not in pinned:
        result = engine.search(order="dfs")
        assert result.verdict == "violation"
        assert result.violation is not None
        assert len(result.violation.representatives) >= pinned["length"]


def test_every_invariant_of_raft_has_a_mutant() -> None:
    pinned = next(p for p in COUNTS if p["spec"] == "raft_history")
    assert {i.name for i in spec(pinned).invariants} == {p["violates"] for p in MUTANTS if p["spec"] == "raft_history"}


@each([p for p in COUNTS if p["spec"] == "raft" and p["constants"]["Server"] == 3] + MUTANTS)
def test_workers_change_nothing(pinned: dict[str, Any]) -> None:
    """The same result from any number of workers: counts, levels, actions, and the behavior found."""
    engine = Engine(spec(pinned))
    results = [engine.search(workers) for workers in (1, 2, 3)]
    assert [result.workers for result in results] == [1, 2, 3]
    same = [dataclasses.replace(result, workers=0, seconds={}) for result in results]
    assert same[0] == same[1] == same[2]
