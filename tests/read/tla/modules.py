"""Small modules of TLA+ in a folder, read and printed."""

from __future__ import annotations

from pathlib import Path

from mc.formula.text import text
from mc.read.tla.modules import NOTHING, read_module
from mc.read.tla.resolved import Overrides, Resolved

#: What most of them extend and declare.
HEAD = "EXTENDS Integers, Sequences, FiniteSets, TLC\nCONSTANTS C, F(_)\nVARIABLES x, y\n"


def module(folder: Path, name: str, body: str, head: str = "") -> Path:
    """A file with a module."""
    path = folder / f"{name}.tla"
    path.write_text(f"---- MODULE {name} ----\n{head}{body}\n====\n", encoding="utf-8")
    return path


def read(folder: Path, body: str, overrides: Overrides = NOTHING) -> Resolved:
    """A module ``M`` that begins with HEAD."""
    return read_module(module(folder, "M", body, HEAD), overrides)


def printed(resolved: Resolved) -> dict[str, str]:
    """The definitions as text, by their names with parameters."""
    return {
        f"{d.name}({', '.join(d.parameters)})" if d.parameters else d.name: text(d.body)
        for d in resolved.definitions.values()
    }
