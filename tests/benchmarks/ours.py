"""mc itself: the compiled engine as ``mc check`` runs it, and the reference engine."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from . import process
from .cases import ROOT, Case
from .engine import Contestant, Engine
from .measurement import BenchmarkError, Measurement
from .process import Finished


def environment(directory: Path) -> dict[str, str]:
    """This checkout, whichever mc is installed, and this package; a code cache of the contestant's own."""
    return {"PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(directory / "cache")}


class Mc(Engine):
    """``mc check``, each time as a process of its own."""

    def __init__(self, name: str, workers: int, *options: str) -> None:
        self.name = name
        self.workers = workers
        self.options = options

    def prepare(self, case: Case, directory: Path) -> Contestant:
        """The first run compiles, into a code cache of the contestant's own where the rounds find it."""
        cold = self._check(case, directory)
        visited, _ = once("visited", case, directory, "--workers", str(self.workers), *self.options)
        bytes_per_state = visited["bytes"] / visited["distinct"]
        return Contestant(lambda: self._check(case, directory), cold.compile_seconds, bytes_per_state)

    def _check(self, case: Case, directory: Path) -> Measurement:
        file = directory / "result.json"
        options = ["--workers", str(self.workers), "--json", str(file), "--out", str(directory), "--quiet"]
        command = [sys.executable, "-m", "mc", "check", *case.arguments, *self.options, *options]
        finished = process.run(command, directory, environment(directory))
        result = json.loads(file.read_text(encoding="utf-8"))
        return Measurement(
            generated=result["generated"],
            distinct=result["distinct"],
            explore_seconds=result["seconds"]["explore"],
            process_seconds=finished.seconds,
            peak_rss_bytes=finished.peak_rss_bytes,
            compile_seconds=result["seconds"]["compile"],
        )


class Reference(Engine):
    """The reference engine, in plain Python."""

    name = "reference"

    def unfit(self, case: Case) -> str:
        return "" if case.small else "too many states for it"

    def prepare(self, case: Case, directory: Path) -> Contestant:
        def measure() -> Measurement:
            result, finished = once("reference", case, directory)
            return Measurement(
                generated=result["generated"],
                distinct=result["distinct"],
                explore_seconds=result["seconds"],
                process_seconds=finished.seconds,
                peak_rss_bytes=finished.peak_rss_bytes,
            )

        return Contestant(measure)


def once(what: str, case: Case, directory: Path, *options: str) -> tuple[dict[str, Any], Finished]:
    """What a process of its own says of a model; see :mod:`.once`."""
    command = [sys.executable, "-m", "tests.benchmarks.once", what, *case.arguments, *options]
    finished = process.run(command, directory, environment(directory))
    document = json.loads(finished.output.splitlines()[-1])
    if not isinstance(document, dict):
        raise BenchmarkError(f"{' '.join(command)} printed no result")
    return document, finished
