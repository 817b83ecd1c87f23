"""The commands of the benchmark."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from mc.cli.options import positive
from mc.errors import McError

from .cases import CASES, FULL, QUICK
from .compare import compare
from .engines import ENGINES
from .measurement import BenchmarkError, Results
from .peer import INSTALL
from .plot import draw
from .rounds import run
from .table import report

T = TypeVar("T")

EPILOG = f"""\
models (--quick has the second line):
  {", ".join(case.name for case in FULL)}
  {", ".join(case.name for case in QUICK)}
engines:
  {", ".join(ENGINES)}
  The number at the end is that of workers, threads or processes. SPIN and rumur come with
    {INSTALL}
  TLC and Java as for mc crosscheck: pip install -e ".[tlc]"; the plot takes pip install -e ".[bench]".
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, 1 (something became slower, or failed), 2 (usage)."""
    args = make_parser().parse_args(arguments)
    try:
        if getattr(args, "plot", None) is not None and find_spec("matplotlib") is None:  # not after an hour
            raise BenchmarkError('the plot takes matplotlib: pip install -e ".[bench]"')
        code: int = args.run(args)
    except (BenchmarkError, McError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return code


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Measure mc beside TLC, SPIN and rumur.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    command = commands.add_parser("run", help="measure, and print a table")
    command.add_argument("--quick", action="store_true", help="small models: a look at the benchmark in two minutes")
    command.add_argument("--rounds", metavar="N", type=positive, default=3, help="default: 3")
    command.add_argument("--models", metavar="NAMES", type=chosen(CASES), help="only these: A,B")
    command.add_argument(
        "--engines", metavar="NAMES", type=chosen(ENGINES), default=list(ENGINES.values()), help="only these: A,B"
    )
    command.add_argument("--json", metavar="FILE", type=Path, help="write all measurements there, after each round")
    command.add_argument("--plot", metavar="FILE.svg", type=Path, help="draw the figures")
    command.set_defaults(run=_run)

    command = commands.add_parser("show", help="print the table of a recorded run")
    command.add_argument("results", metavar="FILE", type=Path)
    command.add_argument("--plot", metavar="FILE.svg", type=Path, help="draw the figures")
    command.set_defaults(run=_show)

    command = commands.add_parser("compare", help="what changed between two recorded runs")
    command.add_argument("baseline", metavar="BASELINE", type=Path)
    command.add_argument("new", metavar="NEW", type=Path)
    command.add_argument(
        "--factor",
        metavar="X",
        type=float,
        default=1.25,
        help="exit with 1 where something takes more than X times as long, beyond the noise (default: 1.25)",
    )
    command.set_defaults(run=_compare)
    return parser


def chosen(known: dict[str, T]) -> Callable[[str], list[T]]:
    """The type of an option that takes names, separated by commas; the order is that of ``known``."""

    def choose(text: str) -> list[T]:
        names = text.split(",")
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f"there is no {name!r}, but {', '.join(known)}")
        return [value for name, value in known.items() if name in names]

    return choose


def read(file: Path) -> Results:
    """The results in a file."""
    try:
        return Results.from_json(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, BenchmarkError) as error:
        raise BenchmarkError(f"{file}: {error}") from None


def _run(args: argparse.Namespace) -> int:
    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    def keep(results: Results) -> None:
        if args.json is not None:
            args.json.write_text(json.dumps(results.to_json(), indent=1) + "\n", encoding="utf-8")

    cases = args.models or (QUICK if args.quick else FULL)
    results = run(cases, args.engines, args.rounds, say, keep)
    return _report(results, args.plot)


def _show(args: argparse.Namespace) -> int:
    return _report(read(args.results), args.plot)


def _report(results: Results, plot: Path | None) -> int:
    print(report(results))
    if plot is not None:
        draw(results, plot)
    return 0


def _compare(args: argparse.Namespace) -> int:
    text, code = compare(read(args.baseline), read(args.new), args.factor)
    print(text)
    return code
