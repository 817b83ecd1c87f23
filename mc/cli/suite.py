"""``mc suite``: run all models that say what is expected of them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from mc import errors
from mc.cli import options, since_start
from mc.engine.search.limits import processors
from mc.errors import UsageError
from mc.suite.gallery import gallery_page, read_claims
from mc.suite.jobs import Job, select
from mc.suite.judge import Outcome
from mc.suite.junit import junit_xml
from mc.suite.run import Runner

GALLERY = Path("specs/GALLERY.md")

EXAMPLES = f"""\
examples:
  mc suite                               all models of all bundled specs
  mc suite raft raft_history:anylog      those of one spec, and one of another
  mc suite --crosscheck                  let TLC check each of them too, and compare
  mc suite ./mine.yaml --junit j.xml     your own
  mc suite ./modules                     all that the .yaml files of a directory name
  mc suite --gallery                     also write {GALLERY}

A model says what is expected of it in its YAML:
  expect: {{verdict: ok, distinct: 288, source: TLC 2.15}}
  expect: {{violation: Agreement, length: 9}}

A .yaml without a .py beside it names TLA+ modules (default: X.tla for X.yaml) and configurations:
  models: {{small: {{module: MC.tla, config: small.cfg, expect: {{verdict: ok}}}}}}

exit codes:
  0 all came as expected, 22 something did not (or could not be run, or a model has a mistake in it),
  20 some did not finish, the others came as expected; 2 usage, 151 error in a YAML
"""


def add_parser(commands: Any) -> None:
    """The command's part of the command line."""
    parser = commands.add_parser(
        "suite",
        help="run all models that have an expected outcome",
        description="Run models side by side and hold each to the outcome that its YAML expects.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("specs", metavar="SPEC[:MODEL]|DIR", nargs="*", help="which ones (default: all bundled specs)")
    parser.add_argument("--crosscheck", action="store_true", help="compare each with TLC (mc crosscheck)")
    parser.add_argument("--long", action="store_true", help="also those that are too long for every day")
    parser.add_argument("--jobs", metavar="N", type=options.positive, default=processors(), help="how many at once")
    parser.add_argument("--max-seconds", metavar="S", type=options.seconds, help="end a model after this time")
    parser.add_argument("--jar", metavar="FILE", type=Path, help="the TLC to run (see mc crosscheck)")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the outcomes there")
    parser.add_argument("--junit", metavar="FILE", type=Path, help="write the outcomes there as JUnit XML")
    parser.add_argument("--github", action="store_true", help="print annotations for GitHub Actions")
    parser.add_argument(
        "--gallery",
        metavar="FILE",
        type=Path,
        nargs="?",
        const=GALLERY,
        help=f"write the page of all claims and what became of them (default: {GALLERY}); implies --crosscheck",
    )
    parser.add_argument("--out", metavar="DIR", type=Path, default=Path("out"), help="where results go (default: out)")
    parser.add_argument("--quiet", action="store_true", help="print only what did not pass")
    options.add_progress(parser)
    options.add_debug(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the models; returns the exit code."""
    if args.gallery is not None and args.specs:
        raise UsageError("--gallery shows all bundled specs: leave out SPEC")
    for option in ("json", "junit", "gallery"):
        if getattr(args, option) is not None:
            options.try_file(f"--{option}", getattr(args, option))
    jobs = select(args.specs, args.long)
    if not jobs:
        raise UsageError("all of these models are long ones: add --long, or name one (SPEC:MODEL)")
    claims = read_claims() if args.gallery is not None else {}
    crosscheck = args.crosscheck or args.gallery is not None
    jar = () if args.jar is None else ("--jar", str(args.jar))
    # The page shows the simplest counterexamples; otherwise nobody reads them.
    simplest = () if args.gallery is None else ("--simplest",)
    runner = Runner(args.out, crosscheck, args.max_seconds, (*simplest, *(jar if crosscheck else ())))
    with tqdm(
        total=len(jobs),
        unit=" models",
        file=sys.stderr,
        leave=False,
        # Each model is seen, however soon it came after the one before.
        mininterval=0,
        miniters=1,
        disable=not options.shows_progress(args),
    ) as bar:

        def done(outcome: Outcome) -> None:
            bar.set_postfix_str(outcome.job.name, refresh=False)
            bar.update()

        outcomes = runner.run(jobs, args.jobs, done)
    if args.json is not None:
        document = {"schema": 1, "models": [_json(outcome) for outcome in outcomes]}
        args.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    if args.junit is not None:
        args.junit.write_text(junit_xml(outcomes), encoding="utf-8")
    if not args.quiet:
        print("\n".join(_table(outcomes)) + "\n")
    bad = [outcome for outcome in outcomes if outcome.status != "pass"]
    for outcome in bad:
        print(f"{outcome.status.upper()} {outcome.message}\n")
    if args.github:
        print("".join(map(_annotation, bad)), end="")
    if args.gallery is not None and not bad:
        # A page of what came as expected: otherwise the old one stands.
        args.gallery.write_text(gallery_page(claims, outcomes, _left_out(jobs)), encoding="utf-8")
    print(_summary(outcomes))
    return _exit_code(outcomes)


def _left_out(jobs: Sequence[Job]) -> list[Job]:
    """The bundled models that were too long for this run."""
    names = {job.name for job in jobs}
    return [job for job in select((), long=True) if job.name not in names]


def _json(outcome: Outcome) -> dict[str, Any]:
    run = outcome.run
    crosscheck = run.crosscheck if run is not None else None
    return {
        "spec": outcome.job.spec.stem,
        "model": outcome.job.model.name,
        "claim": outcome.job.model.claim,
        "status": outcome.status,
        "expected": outcome.expected,
        "got": outcome.got,
        "reasons": list(outcome.reasons),
        "seconds": run.seconds if run is not None else 0.0,
        "result": dict(run.result) if run is not None and run.result is not None else None,
        "tlc": None if crosscheck is None else {key: crosscheck[key] for key in ("verdict", "tlc", "compared")},
    }


def _table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    head = ("model", "claim", "verdict", "states", "seconds", "TLC")
    rows = [_row(outcome) for outcome in outcomes]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        left = [cell.ljust(width) for cell, width in zip(row[:3], widths, strict=False)]
        right = [cell.rjust(width) for cell, width in zip(row[3:5], widths[3:], strict=False)]
        yield "  ".join((*left, *right, row[5])).rstrip()


def _row(outcome: Outcome) -> tuple[str, ...]:
    run = outcome.run
    result = run.result if run is not None else None
    mark = "" if outcome.status == "pass" else f"{outcome.status.upper()}: "
    return (
        outcome.job.name,
        outcome.job.model.claim or "-",
        mark + (outcome.got.split(", ")[0] if not mark else outcome.got),
        f"{result['distinct']:,}" if result is not None else "-",
        f"{run.seconds:.1f}" if run is not None else "-",
        tlc_text(outcome),
    )


def tlc_text(outcome: Outcome) -> str:
    """TLC's word on a model, for the table."""
    crosscheck = outcome.run.crosscheck if outcome.run is not None else None
    if crosscheck is None:
        return "-"
    same = [what for what, compared in crosscheck["compared"].items() if compared]
    return f"{crosscheck['verdict']} ({', '.join(same)})" if same else str(crosscheck["verdict"])


def _annotation(outcome: Outcome) -> str:
    """A workflow command of GitHub Actions; its message is one line, with escapes."""
    message = outcome.message.replace("%", "%25").replace("\n", "%0A")
    place = f"file={outcome.job.shown_file},line={outcome.job.expect.line},title={outcome.job.name.replace(':', '%3A')}"
    return f"::error {place}::{message}\n"


def _summary(outcomes: Sequence[Outcome]) -> str:
    counts = {
        status: sum(outcome.status == status for outcome in outcomes)
        for status in ("pass", "fail", "incomplete", "error")
    }
    shown = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
    return f"{len(outcomes)} model{'s' * (len(outcomes) != 1)} in {since_start():.0f} s: {shown}."


def _exit_code(outcomes: Sequence[Outcome]) -> int:
    statuses = {outcome.status for outcome in outcomes}
    if statuses & {"fail", "error"}:
        return errors.EXIT_EXPECTATION
    return errors.EXIT_INCOMPLETE if "incomplete" in statuses else errors.EXIT_OK
