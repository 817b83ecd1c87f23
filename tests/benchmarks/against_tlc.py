"""TLC and mc on the same model, in turn: ``python tests/benchmarks/against_tlc.py --help``.

In each round TLC runs with two workers, the compiled engine with two and with one; then both run with
symmetry, two workers each. Times are those of the searches alone, TLC's own "Finished in" and the engine's
"explore"; the time to start Java, to read the spec and to compile is shown apart.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from mc.cli.options import constant, positive, processors  # noqa: E402
from mc.engine.compiled import Engine  # noqa: E402
from mc.spec.load import load_spec  # noqa: E402
from mc.spec.models import find_spec, override, read_models  # noqa: E402
from mc.spec.objects import Model  # noqa: E402
from mc.tlc.model import TlcModel, write_model  # noqa: E402
from mc.tlc.proof import Proof, read_proof  # noqa: E402
from mc.tlc.run import run_tlc  # noqa: E402
from mc.tlc.tools import Tools, find_tools  # noqa: E402

#: 1,931,973 distinct states, of which TLC finds some 15,000 a second; and 46,207 of them.
DEFAULT = "raft:plain"
QUICK = "raft:tiny", {"MaxTerm": 3, "MaxLogLength": 2}
WORKERS = 2


@dataclass(frozen=True)
class Outcome:
    """One search."""

    generated: int
    distinct: int
    #: What the search took.
    seconds: float
    #: What came before it.
    before: float


@dataclass
class Contestant:
    """Something that searches the model, and what it needed in each round."""

    name: str
    symmetry: str
    search: Callable[[], Outcome]
    outcomes: list[Outcome] = field(default_factory=list)

    def seconds(self) -> float:
        return median(outcome.seconds for outcome in self.outcomes)


def engine(path: Path, model: Model, workers: int) -> Callable[[], Outcome]:
    def search() -> Outcome:
        started = time.perf_counter()
        result = Engine(load_spec(path, model)).search(workers=workers)
        if result.verdict != "ok":
            raise SystemExit(f"the model is to be one without errors, but mc says: {result.verdict}")
        explored = result.seconds["explore"]
        before = time.perf_counter() - started - explored
        return Outcome(result.generated, result.distinct, explored, before)

    return search


def tlc(tools: Tools, proof: Proof, written: TlcModel, workers: int) -> Callable[[], Outcome]:
    def search() -> Outcome:
        started = time.perf_counter()
        result = run_tlc(tools, proof, written, workers=workers)
        if result.verdict != "ok":
            raise SystemExit(f"the model is to be one without errors, but TLC says: {result.verdict}")
        before = time.perf_counter() - started - result.seconds
        return Outcome(result.generated, result.distinct, result.seconds, before)

    return search


def machine() -> list[str]:
    """What the figures depend on."""
    processor, memory = platform.processor() or platform.machine(), "?"
    if Path("/proc/cpuinfo").is_file():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        processor = next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), processor)
    if hasattr(os, "sysconf"):
        memory = f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return [
        f"{processor}, {processors()} processors, {memory}{load}",
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare the speed of TLC and mc on one model.")
    parser.add_argument("spec", nargs="?", metavar="SPEC[:MODEL]", help=f"default: {DEFAULT}")
    parser.add_argument("-c", dest="constants", metavar="NAME=VALUE", type=constant, action="append", default=[])
    parser.add_argument("--symmetry", metavar="NAMES", default="Server", help="of the run with symmetry, or none")
    parser.add_argument("--rounds", metavar="N", type=positive, default=3, help="default: 3")
    parser.add_argument("--quick", action="store_true", help="a model of 46,207 states, for a look at the benchmark")
    parser.add_argument("--jar", metavar="FILE", type=Path, help="another TLC")
    args = parser.parse_args()

    reference, constants = QUICK if args.quick and args.spec is None else (args.spec or DEFAULT, {})
    path, name = find_spec(reference)
    model = override(read_models(path).select(name), {**constants, **dict(args.constants)}, symmetry=())
    model = replace(model, witnesses=())  # TLC has none to look for
    spec = load_spec(path, model)
    tools = find_tools(args.jar, os.environ)
    contestants = []
    with tempfile.TemporaryDirectory() as directory:
        for symmetry in dict.fromkeys(("none", args.symmetry)):
            names = () if symmetry == "none" else tuple(symmetry.split(","))
            chosen = replace(model, symmetry=names)
            proof = read_proof(load_spec(path, chosen), [ROOT / "proofs"])
            written = write_model(proof, Path(directory, symmetry))
            contestants.append(Contestant(f"TLC, {WORKERS} workers", symmetry, tlc(tools, proof, written, WORKERS)))
            contestants.append(Contestant(f"mc, {WORKERS} workers", symmetry, engine(path, chosen, WORKERS)))
            if not names:
                contestants.append(Contestant("mc, 1 worker", symmetry, engine(path, chosen, 1)))
        print("\n".join(machine()))
        shown = ", ".join(f"{n} = {v}" for n, v in model.constants.items())
        print(f"{path.stem}, {shown}; invariants {', '.join(i.name for i in spec.invariants)}\n", flush=True)
        for number in range(1, args.rounds + 1):
            for contestant in contestants:
                outcome = contestant.search()
                contestant.outcomes.append(outcome)
                print(
                    f"round {number}  {contestant.name:<16} symmetry {contestant.symmetry:<12}"
                    f" {outcome.seconds:9.3f} s  (+ {outcome.before:.1f} s before)",
                    flush=True,
                )
    report(contestants)


def report(contestants: list[Contestant]) -> None:
    head = ("generated", "distinct", "median s", "generated/s", "TLC's time/this")
    print(f"\n{'':<17}{'symmetry':<12}{head[0]:>12}{head[1]:>12}{head[2]:>10}{head[3]:>13}{head[4]:>17}")
    rival = contestants[0]
    for contestant in contestants:
        if contestant.name.startswith("TLC"):
            rival = contestant
        # TLC's depth is left out: with several workers it is not always the same.
        counts = {(outcome.generated, outcome.distinct) for c in (rival, contestant) for outcome in c.outcomes}
        if len(counts) > 1:
            raise SystemExit(f"the counts differ: {counts}")
        generated, distinct = counts.pop()
        seconds = contestant.seconds()
        print(
            f"{contestant.name:<17}{contestant.symmetry:<12}{generated:12,}{distinct:12,}{seconds:10.3f}"
            f"{generated / seconds:13,.0f}{rival.seconds() / seconds:16.1f}x"
        )


if __name__ == "__main__":
    main()
