"""What the contestants have in common that search a hand-specialised model of Raft, not the spec."""

from __future__ import annotations

import shutil
import time
from abc import abstractmethod
from pathlib import Path

from . import process
from .cases import Case
from .engine import Contestant, Engine
from .measurement import Measurement
from .process import Finished

TEXTS = Path(__file__).parent / "peers"
#: Debian and Ubuntu.
INSTALL = "apt-get install spin rumur gcc"


class Peer(Engine):
    """A checker that makes a C program of a model; the program is what is measured."""

    #: The programs that it takes.
    programs: tuple[str, ...]

    def missing(self) -> str:
        absent = [program for program in self.programs if shutil.which(program) is None]
        return f"not installed ({', '.join(absent)}): {INSTALL}" if absent else ""

    def unfit(self, case: Case) -> str:
        """The texts fix all but the number of servers and the terms."""
        bounds = case.model.constants
        fixed = {"Value": 1, "MaxLogLength": 1, "MaxMessages": 1, "MaxCopies": 1}
        is_raft = case.spec.name == "raft" and fixed.items() <= bounds.items() and bounds["Server"] in (2, 3)
        return "" if is_raft else "no model for it"

    @abstractmethod
    def commands(self, case: Case, directory: Path) -> list[list[str]]:
        """What makes the program, ``./search``, and its input, in the directory."""

    @abstractmethod
    def arguments(self) -> list[str]:
        """What the program is started with."""

    @abstractmethod
    def read(self, finished: Finished) -> Measurement:
        """What the program printed."""

    def prepare(self, case: Case, directory: Path) -> Contestant:
        """Its compile time is that of translation and C compiler."""
        started = time.perf_counter()
        for command in self.commands(case, directory):
            process.run(command, directory)
        seconds = time.perf_counter() - started
        search = ["./search", *self.arguments()]
        return Contestant(lambda: self.read(process.run(search, directory)), seconds)
