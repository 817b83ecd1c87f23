"""Functions that are compiled with every model: what they may use is declared."""

from __future__ import annotations

import builtins
import re
from pathlib import Path

from mc.engine import runtime
from mc.engine.code.nodes import BUILT_IN
from mc.engine.program.program import Program
from mc.engine.runtime import intrinsics
from mc.spec.load import load_spec
from mc.spec.models import find_spec, read_models


def defined(text: str) -> set[str]:
    """Names at the top of a text of functions, constants and tables, or of their declarations."""
    return set(re.findall(r"^(?:def )?(\w+)(?:\(| = |: )", text, re.MULTILINE))


def test_what_the_generated_module_gives_is_declared() -> None:
    path = find_spec("twophase")[0]
    program = Program(load_spec(path, read_models(path).select("symmetric")))
    declared = defined((Path(runtime.__path__[0]) / "model.pyi").read_text(encoding="utf-8"))
    assert len(declared) > 30 and declared <= defined(program.source)


def test_what_the_machine_gives_is_declared() -> None:
    assert {*vars(intrinsics), *vars(builtins)} >= BUILT_IN.keys()
