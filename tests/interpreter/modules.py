"""Modules in a folder, with the interpreter of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mc.interpreter.interpreter import Interpreter
from mc.read.tla.load import load

HEAD = "EXTENDS Integers, Sequences, FiniteSets, TLC"


def interpreter(folder: Path, body: str, config: str = "") -> Interpreter:
    """A module that extends the standard modules, bound to a configuration."""
    path = folder / "M.tla"
    path.write_text(f"---- MODULE M ----\n{HEAD}\n{body}\n====\n", encoding="utf-8")
    path.with_suffix(".cfg").write_text(config, encoding="utf-8")
    return Interpreter(load(path))


def value(folder: Path, expression: str, before: str = "") -> Any:
    """The value of a constant expression."""
    return interpreter(folder, f"{before}\nAsked == {expression}\n").value("Asked")


def behavior(folder: Path, body: str, config: str = "") -> Interpreter:
    """A module with Init and Next."""
    return interpreter(folder, body, f"INIT Init\nNEXT Next\n{config}")


def successors(found: Interpreter, state: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """The successors by all actions, in order."""
    return [successor for action in found.actions for successor in action.successors(state)]
