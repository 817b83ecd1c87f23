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


def invariants() -> Iterator[tuple[Path, str]]:
    """Every invariant of every spec."""
    for file in FILES:
        spec = load_spec(file, next(iter(read_models(file).models.values())))
        listed = spec.namespace.get("Invariants", ())
        yield from ((file, definition.__name__) for definition in listed if file.stem != "twophase")


@pytest.mark.parametrize(("file", "invariant"), invariants(), ids=names)
def test_every_invariant_can_break_and_holds_without_the_fault(file: Path, invariant: str) -> None:
    """Some model violates it; one that changes no rule, within bounds at least as wide, does not."""
    models = [load_spec(file, model) for model in read_models(file).models.values()]
    broken = [spec for spec in models if spec.model.expect and spec.model.expect.property == invariant]
    assert broken, "nothing shows that this invariant can be violated"
    sound = [spec for spec in models if is_sound(spec) and invariant in {i.name for i in spec.invariants}]
    assert any(contains(wide, narrow) for narrow in broken for wide in sound)


def is_sound(spec: Spec) -> bool:
    """Whether a model without an error changes where behaviors begin at most."""
    return (
        spec.model.expect is not None and spec.model.expect.verdict == "ok" and set(spec.model.substitute) <= {"Init"}
    )


def contains(wide: Spec, narrow: Spec) -> bool:
    """Whether the bounds of one model are at least those of another, from the same initial states."""
    return wide.model.substitute.get("Init") == narrow.model.substitute.get("Init") and all(
        size(wide.constants[name]) >= size(value) for name, value in narrow.constants.items()
    )


def size(constant: Any) -> int:
    if isinstance(constant, frozenset):
        return len(constant)
    return int(constant) if isinstance(constant, int) else 0
