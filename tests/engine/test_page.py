"""The page about the engine shows what the engine makes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mc.engine.program.program import Program
from mc.formula import nodes
from mc.formula.text import text
from mc.read.models import find_spec, read_models
from mc.read.python.load import load_spec

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "mc/engine/README.md").read_text(encoding="utf-8")
PATH = find_spec("raft")[0]
RAFT = load_spec(PATH, read_models(PATH).select("tiny"))
ACTION = RAFT.formulas["BecomeLeader"]


def block(kind: str, beginning: str) -> str:
    """The block of code of a kind that begins so."""
    (found,) = (b for b in re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL) if b.startswith(beginning))
    return str(found)


def test_the_action_in_tla_and_python() -> None:
    module = (ROOT / "proofs/Raft.tla").read_text(encoding="utf-8")
    assert block("tla", "BecomeLeader") in module
    assert block("python", "def BecomeLeader") in PATH.read_text(encoding="utf-8")


def test_the_formula() -> None:
    assert isinstance(ACTION.body, nodes.All)
    lines = [f"  {type(part).__name__}  {text(part)}" for part in ACTION.body.parts]
    assert block("text", "All").splitlines() == ["All", *lines]


def test_the_code(tmp_path: Path) -> None:
    program = Program(RAFT, tmp_path)
    assert block("text", "def spec_BecomeLeader") in program.source


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`((?:[a-z]+/)*[a-z_]+\.py)`", PAGE.split("## To add")[0]))))
def test_the_files_are_there(name: str) -> None:
    files = {path.name for path in (ROOT / "mc/engine").rglob("*.py")} | {"nodes.py", "raft.py", "test_page.py"}
    assert Path(name).name in files


#: What the page says of the operator that it takes for an example: a file, and what is in it.
STEPS = {
    "mc/lang/operators.py": "def UNION(",
    "mc/lang/__init__.py": '"UNION"',
    "mc/formula/operators.py": "BIG_UNION = _operator(",
    "mc/read/python/expressions.py": "UNION: op.BIG_UNION",
    "mc/read/python/kinds.py": '"UNION"',
    "mc/engine/translate/rules.py": "op.BIG_UNION: (Row((SET,), union_of",
    "mc/lang/README.md": "`UNION(S)`",
    "tests/lang/test_coverage.py": "UNION(",
    "tests/lang/test_kinds.py": "UNION(",
    "tests/formula/test_formulas.py": "UNION(",
    "tests/tlc/test_agreement.py": "UNION(",
    "tests/engine/printed/sets.txt": "UNION(",
}


def test_the_steps_to_add_an_operator() -> None:
    steps = PAGE.split("## To add an operator")[1].split("## To add")[0]
    for name, part in STEPS.items():
        assert f"`{name}`" in steps and part in (ROOT / name).read_text(encoding="utf-8"), name
    for name in re.findall(r"`((?:mc|tests)/[A-Za-z_/]+\.(?:py|md))`", steps):
        assert (ROOT / name).is_file(), name


def test_all_files_are_on_the_page() -> None:
    names = {path.name for path in (ROOT / "mc/engine").glob("*.py")} - {"__init__.py"}
    assert [name for name in sorted(names) if f"`{name}`" not in PAGE] == []
