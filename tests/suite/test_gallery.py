"""All bundled models: what they expect comes, and specs/GALLERY.md says so."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mc.errors import ModelError
from mc.read.models import read_models
from mc.read.python.load import load_spec
from mc.spec.objects import Model, Spec
from mc.suite.gallery import Claim, gallery_page, read_claims
from mc.suite.jobs import select
from mc.suite.judge import Outcome
from mc.suite.run import Runner

SPECS = Path(__file__).resolve().parents[2] / "specs"
FILES = sorted(path.with_suffix(".py") for path in SPECS.glob("*.yaml") if path.with_suffix(".py").is_file())
#: Models with fewer states than this TLC checks in a few seconds.
SMALL = 100
MODELS = [(file, model) for file in FILES for model in read_models(file).models.values()]


def names(entry: Any) -> str:
    return entry.stem if isinstance(entry, Path) else getattr(entry, "name", str(entry))


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """All models, once, without TLC: it takes minutes where nothing is compiled yet."""
    runner = Runner(tmp_path_factory.mktemp("suite"), crosscheck=False, options=("--simplest",))
    return runner.run(select((), long=False), len(os.sched_getaffinity(0)), lambda outcome: None)


def test_everything_comes_as_expected(outcomes: list[Outcome]) -> None:
    assert [outcome.message for outcome in outcomes if outcome.status != "pass"] == []
    assert len(outcomes) == sum(not model.long for _, model in MODELS)


def test_the_page_is_current(outcomes: list[Outcome]) -> None:
    """But for what TLC says, which the page has from a run with TLC."""
    names = {outcome.job.name for outcome in outcomes}
    left_out = [job for job in select((), long=True) if job.name not in names]
    page = (SPECS / "GALLERY.md").read_text(encoding="utf-8")
    assert "".join(re.sub(r"TLC\s+finds\s+the\s+same:[\w,\s]*\.", "", page).split()) == "".join(
        gallery_page(read_claims(), outcomes, left_out).split()
    ), "run: mc suite --gallery, and read it"


def test_the_table_says_what_holds_and_what_breaks_it() -> None:
    page = (SPECS / "GALLERY.md").read_text(encoding="utf-8")
    rows = {row.split("]")[0][3:]: row for row in page.splitlines() if row.startswith("| [")}
    claims = read_claims()
    assert set(rows) == set(claims)
    assert "| yes (no error in" in rows["A1"] and "broken by `multipaxos:invented`, `paxos:nil_validity`" in rows["A1"]
    for claim in claims.values():
        words = {"A": "yes", "B": "yes", "C": ("safe", "not safe"), "D": "yes"}[claim.id[0]]
        assert claim.holds.startswith(words)
        violated = {m.expect.property for _, m in MODELS if m.claim == claim.id and m.expect is not None}
        for other in claims.values():
            if other is not claim and not violated.isdisjoint(other.invariants):
                assert f"[{claim.id}](" in rows[other.id].split("broken by")[1]
                assert claim.invariants or f"[{other.id}](" in rows[claim.id].split("breaks")[1]


def test_a_claim_that_no_model_shows_to_hold(outcomes: list[Outcome]) -> None:
    claim = Claim("A1", "Anything", "It is so.", "yes", ("NoSuchInvariant",))
    with pytest.raises(ModelError, match="A1: no model without an error checks NoSuchInvariant"):
        gallery_page({**read_claims(), "A1": claim}, outcomes, ())


def test_tlc_agrees_on_the_small_models(outcomes: list[Outcome], tmp_path: Path) -> None:
    """On all of them: mc suite --crosscheck."""
    small = [o.job for o in outcomes if o.run is not None and o.run.result and o.run.result["distinct"] < SMALL]
    assert len(small) > 10
    checked = Runner(tmp_path, crosscheck=True).run(small, len(os.sched_getaffinity(0)), lambda outcome: None)
    assert [outcome.message for outcome in checked if outcome.status != "pass"] == []


@pytest.mark.parametrize(("file", "model"), MODELS, ids=names)
def test_every_model_says_what_is_expected(file: Path, model: Model) -> None:
    assert model.expect is not None
    assert model.description
    assert model.claim in read_claims() or file.stem == "twophase"


def test_every_claim_has_a_model() -> None:
    assert set(read_claims()) <= {model.claim for _, model in MODELS}


#: All models of each spec, loaded.
LOADED = {
    file: [load_spec(file, model) for other, model in MODELS if other == file]
    for file in FILES
    if file.stem != "twophase"
}


def invariants() -> Iterator[str]:
    """The invariants that specs list."""
    for loaded in LOADED.values():
        yield from (definition.__name__ for definition in loaded[0].namespace.get("Invariants", ()))


@pytest.mark.parametrize("invariant", sorted(set(invariants())))
def test_every_invariant_can_break_and_holds_without_the_fault(invariant: str) -> None:
    """Some model violates it; a sound one of the same spec, within bounds at least as wide, does not."""
    pairs = [
        (broken.model.name, sound.model.name)
        for loaded in LOADED.values()
        for broken in loaded
        if broken.model.expect is not None and broken.model.expect.property == invariant
        for sound in loaded
        if sound.model.expect is not None and sound.model.expect.verdict == "ok"
        if invariant in {i.name for i in sound.invariants}
        if contains(sound, broken)
    ]
    assert pairs


def contains(sound: Spec, broken: Spec) -> bool:
    """Whether a model differs from a violated one in the fault alone, and its bounds are at least as wide.

    The fault is something that the broken model puts in place, or, in code that is broken as it stands,
    something that the sound one mends; or a constant that is true or false.
    """
    ours, theirs = sound.model.substitute.items(), broken.model.substitute.items()
    return (
        (ours <= theirs or ours >= theirs)
        and set(sound.model.constraints or ()) <= set(broken.model.constraints or ())
        and all(size(sound.constants[name]) >= size(value) for name, value in broken.constants.items())
    )


def size(constant: Any) -> int:
    if isinstance(constant, frozenset):
        return len(constant)
    return constant if type(constant) is int else 0
