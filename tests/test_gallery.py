"""All bundled models with TLC beside: what they expect comes, and specs/GALLERY.md says so."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mc.spec.load import load_spec
from mc.spec.models import read_models
from mc.spec.objects import Model, Spec
from mc.suite.gallery import read_claims

SPECS = Path(__file__).resolve().parent.parent / "specs"
FILES = sorted(path.with_suffix(".py") for path in SPECS.glob("*.yaml") if path.with_suffix(".py").is_file())
MODELS = [(file, model) for file in FILES for model in read_models(file).models.values()]


def names(entry: Any) -> str:
    return entry.stem if isinstance(entry, Path) else getattr(entry, "name", str(entry))


@dataclass(frozen=True)
class Suite:
    """What one run of all models left behind."""

    exit_code: int
    output: str
    models: list[dict[str, Any]]
    page: str


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    """``mc suite --gallery``, once: it takes minutes, most of them in TLC."""
    directory = tmp_path_factory.mktemp("suite")
    command = [sys.executable, "-m", "mc", "suite", "--gallery", "page.md", "--json", "s.json", "--out", "out"]
    run = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert run.stderr == ""
    models = json.loads((directory / "s.json").read_text(encoding="utf-8"))["models"]
    page = directory / "page.md"
    return Suite(run.returncode, run.stdout, models, page.read_text(encoding="utf-8") if page.exists() else "")


def test_everything_comes_as_expected_and_tlc_agrees(suite: Suite) -> None:
    assert [(m["spec"], m["model"], m["reasons"]) for m in suite.models if m["status"] != "pass"] == []
    assert suite.exit_code == 0, suite.output
    assert {m["tlc"]["verdict"] for m in suite.models} == {"equal"}
    assert len(suite.models) == sum(model.expect is not None and not model.long for _, model in MODELS)


def test_the_page_is_current(suite: Suite) -> None:
    assert suite.page == (SPECS / "GALLERY.md").read_text(encoding="utf-8"), "run: mc suite --gallery, and read it"


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
