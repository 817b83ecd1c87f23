"""The models that the contestants search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from mc.read.models import find_spec, override, read_models
from mc.read.python.load import load_spec
from mc.spec.objects import Model, Spec

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Case:
    """A model, as the command line of ``mc check`` would name it."""

    #: What ``--models`` calls it.
    name: str
    #: SPEC:MODEL.
    reference: str
    constants: Mapping[str, int] = field(default_factory=dict)
    symmetry: tuple[str, ...] = ()
    #: Few enough states for the reference engine, which finds some thousands a second.
    small: bool = False
    #: So many that TLC would need the better part of an hour, or hours.
    vast: bool = False

    @cached_property
    def model(self) -> Model:
        """The model itself, with its constants."""
        path, name = find_spec(self.reference)
        return override(read_models(path).select(name), self.constants, symmetry=self.symmetry)

    @cached_property
    def spec(self) -> Spec:
        """The spec, bound to the model; without witnesses, of which TLC knows nothing."""
        return load_spec(find_spec(self.reference)[0], replace(self.model, witnesses=()))

    @property
    def arguments(self) -> list[str]:
        """What names this model on mc's command line."""
        constants = [f"-c{name}={value}" for name, value in self.constants.items()]
        return [self.reference, *constants, "--symmetry", ",".join(self.symmetry) or "none"]

    @property
    def description(self) -> str:
        """Constants, symmetry and invariants, in a line."""
        constants = ", ".join(f"{name} = {self._shown(value)}" for name, value in self.model.constants.items())
        symmetry = f"; symmetry {', '.join(self.symmetry)}" if self.symmetry else ""
        return f"{constants}{symmetry}; invariants {', '.join(i.name for i in self.spec.invariants)}"

    @staticmethod
    def _shown(value: Any) -> str:
        return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


FULL = (
    Case("raft:plain", "raft:plain"),
    Case("raft:small", "raft:small", symmetry=("Server",)),
    # One candidate at a time: otherwise, five servers have more states than memory holds.
    Case("raft:five", "raft_crash:n5k0", symmetry=("Server",), vast=True),
    Case("paxos:three", "paxos:three"),
    Case("paxos:ballots", "paxos:ballots", symmetry=("Acceptor", "Value")),
    Case("twophase:eight", "twophase:large", {"RM": 8}),
    Case("raft:tiny", "raft:tiny", small=True),
)

QUICK = (
    Case("raft:two", "raft:tiny", {"MaxTerm": 3}),
    # Not one that rumur has as well: its symmetric program takes gcc half a minute.
    Case("raft:values", "raft:values", symmetry=("Server", "Value")),
    Case("paxos:small", "paxos:small", symmetry=("Acceptor", "Value"), small=True),
    Case("twophase:six", "twophase:large"),
)

CASES = {case.name: case for case in (*FULL, *QUICK)}
