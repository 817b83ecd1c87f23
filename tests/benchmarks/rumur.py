"""rumur, a Murphi model checker, with and without its exact symmetry reduction."""

from __future__ import annotations

import re
from pathlib import Path

from .cases import Case
from .measurement import BenchmarkError, Measurement
from .peer import TEXTS, Peer
from .process import Finished

_EXPLORED = re.compile(r"^\s*(\d+) states, (\d+) rules fired in", re.MULTILINE)

#: With gcc's own limits for inlining the program is four times slower.
_LIMITS = (
    "inline-unit-growth=1000",
    "large-function-growth=10000",
    "large-unit-insns=10000000",
    "large-stack-frame-growth=10000",
)
_INLINE = ("-fwhole-program", "-finline-limit=100000", *(word for limit in _LIMITS for word in ("--param", limit)))
_COMPILE = ("gcc", "-std=c11", "-O3", "-march=native", "-mcx16", "-w", *_INLINE)


class Rumur(Peer):
    """A search of the verifier that rumur makes."""

    programs = ("rumur", "gcc")

    def __init__(self, name: str, threads: int) -> None:
        self.name = name
        self.threads = threads

    def commands(self, case: Case, directory: Path) -> list[list[str]]:
        (directory / "raft.m").write_text(text(case), encoding="utf-8")
        options = [
            *("--deadlock-detection", "stuck", "--set-capacity", str(2**28), "--threads", str(self.threads)),
            *("--symmetry-reduction", "exhaustive" if case.symmetry else "off"),
        ]
        return [
            ["rumur", *options, "--output", "search.c", "raft.m"],
            [*_COMPILE, "-o", "search", "search.c", "-lpthread"],
        ]

    def arguments(self) -> list[str]:
        return []

    def read(self, finished: Finished) -> Measurement:
        return measurement(finished)


def text(case: Case) -> str:
    """The Murphi model with the bounds of a case."""
    bounds = case.model.constants
    murphi = (TEXTS / "raft.m").read_text(encoding="utf-8")
    for name, value in {"N": bounds["Server"], "MaxTerm": bounds["MaxTerm"], "TermCap": bounds["MaxTerm"] + 1}.items():
        murphi, replaced = re.subn(rf"^  {name}: \d+;$", f"  {name}: {value};", murphi, flags=re.MULTILINE)
        assert replaced == 1, name
    return murphi


def measurement(finished: Finished) -> Measurement:
    """What the verifier printed; it counts whole seconds, so its search is as long as the process."""
    found = _EXPLORED.search(finished.output)
    if found is None or "No error found." not in finished.output:
        raise BenchmarkError(f"cannot read what rumur printed, or it found an error:\n{finished.output}")
    return Measurement(
        generated=int(found[2]) + 1,  # no rule makes the initial state
        distinct=int(found[1]),
        explore_seconds=finished.seconds,
        process_seconds=finished.seconds,
        peak_rss_bytes=finished.peak_rss_bytes,
    )
