"""SPIN: depth-first on one core and on two, breadth-first."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from .cases import Case
from .measurement import BenchmarkError, Measurement
from .peer import TEXTS, Peer
from .process import Finished

_STORED = re.compile(r"^\s*(\d+) states, stored", re.MULTILINE)
_TRANSITIONS = re.compile(r"^\s*(\d+) transitions", re.MULTILINE)
_ERRORS = re.compile(r"errors: (\d+)")
_SECONDS = re.compile(r"^(?:pan|cpu0): elapsed time ([\d.e+-]+) seconds", re.MULTILINE)

#: No reduction: a search of all states, as the others do.
_COMPILE = ("gcc", "-O3", "-march=native", "-w", "-DSAFETY", "-DNOREDUCE", "-DNOCOMP")


class Spin(Peer):
    """A search of the verifier that SPIN makes."""

    programs = ("spin", "gcc")

    def __init__(self, name: str, *options: str) -> None:
        self.name = name
        #: Those of the C compiler; anything but the plain depth-first search refuses hidden variables.
        self.options = options

    def unfit(self, case: Case) -> str:
        return super().unfit(case) or ("it has no symmetry reduction" if case.symmetry else "")

    def commands(self, case: Case, directory: Path) -> list[list[str]]:
        shutil.copy(TEXTS / "raft.pml", directory)
        bounds = case.model.constants
        defined = [f"-DN={bounds['Server']}", f"-DMAXTERM={bounds['MaxTerm']}", *(["-DV_BFS"] if self.options else [])]
        return [["spin", *defined, "-a", "raft.pml"], [*_COMPILE, *self.options, "-o", "search", "pan.c"]]

    def arguments(self) -> list[str]:
        return ["-m10000", "-w24"]  # the longest path, and a hash table of 2^24 slots

    def read(self, finished: Finished) -> Measurement:
        return measurement(finished)


def measurement(finished: Finished) -> Measurement:
    """What the verifier printed."""
    found = [pattern.search(finished.output) for pattern in (_STORED, _TRANSITIONS, _ERRORS, _SECONDS)]
    if None in found:
        raise BenchmarkError(f"cannot read what SPIN printed:\n{finished.output}")
    stored, transitions, errors, seconds = (match[1] for match in found if match is not None)
    if int(errors):
        raise BenchmarkError(f"SPIN found an error:\n{finished.output}")
    return Measurement(
        generated=int(transitions),
        distinct=int(stored),
        explore_seconds=float(seconds),
        process_seconds=finished.seconds,
        peak_rss_bytes=finished.peak_rss_bytes,
    )
