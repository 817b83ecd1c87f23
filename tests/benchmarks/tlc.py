"""TLC, on the module paired with the spec."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from mc.errors import UsageError
from mc.tlc.model import TlcModel, write_model
from mc.tlc.output import TlcOutput
from mc.tlc.proof import read_proof
from mc.tlc.tools import Tools, find_tools

from . import process
from .cases import ROOT, Case
from .engine import Contestant, Engine
from .measurement import BenchmarkError, Measurement
from .process import Finished


@cache
def tools() -> Tools:
    """Java and the jar, as ``mc crosscheck`` finds them (``TLA2TOOLS_JAR`` names another jar)."""
    return find_tools(None, os.environ)


class Tlc(Engine):
    """TLC with its usual options and the parallel garbage collector, which it recommends itself."""

    def __init__(self, name: str, workers: int) -> None:
        self.name = name
        self.workers = workers

    def missing(self) -> str:
        try:
            tools()
        except UsageError as error:
            return str(error)
        return ""

    def unfit(self, case: Case) -> str:
        return "too many states for it" if case.vast else ""

    def prepare(self, case: Case, directory: Path) -> Contestant:
        written = write_model(read_proof(case.spec, [ROOT / "proofs"]), directory)
        return Contestant(lambda: measurement(process.run(self.command(written), written.directory)))

    def command(self, model: TlcModel) -> list[str]:
        """A run of TLC on a written model."""
        java, jar = str(tools().java), str(tools().jar)
        scratch = str(model.directory / "scratch")
        return [
            *(java, "-XX:+UseParallelGC", f"-Djava.io.tmpdir={model.directory}", "-cp", jar, "tlc2.TLC", "-tool"),
            *("-workers", str(self.workers), "-metadir", scratch),
            *([] if model.deadlock else ["-deadlock"]),  # this option switches the check off
            *("-config", f"{model.name}.cfg", model.name),
        ]


def measurement(finished: Finished) -> Measurement:
    """What TLC printed; its "Finished in" begins when Java has started, and includes the parsing of the modules."""
    output = TlcOutput()
    for line in finished.output.splitlines():
        output.feed(line)
    if output.verdict != "ok" or output.milliseconds is None:
        raise BenchmarkError(f"TLC did not end well:\n{finished.output[-2000:]}")
    return Measurement(
        generated=output.generated,
        distinct=output.distinct,
        explore_seconds=output.milliseconds / 1000,
        process_seconds=finished.seconds,
        peak_rss_bytes=finished.peak_rss_bytes,
    )
