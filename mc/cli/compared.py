"""What a comparison with TLC prints and saves, whatever is compared."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mc import errors
from mc.cli import options, report, since_start
from mc.cli.lock import locked
from mc.cli.outcome import head
from mc.engine.result import Result
from mc.tlc import CrosscheckResult
from mc.tlc.printed import plain_text, read_printed

EXIT_CODES = {
    "equal": errors.EXIT_OK,
    "different": errors.EXIT_MISMATCH,
    "incomplete": errors.EXIT_INCOMPLETE,
}


@contextmanager
def directory(args: argparse.Namespace, subject: report.Subject) -> Iterator[Path]:
    """The directory that TLC's model and dump go to, for this process alone; says what is checked."""
    out = options.output_directory(args.out, subject.name, subject.model)
    with locked(out, f"--out {args.out}", "give another one"):
        if args.json is not None:
            options.try_file("--json", args.json)
        head(args, subject)
        yield out


def searched(args: argparse.Namespace, subject: report.Subject, result: Result) -> None:
    """Say what mc found: the other side may take its time, or be interrupted."""
    if not args.quiet:
        print(f"mc: {report.counts_line(result)}\n{report.verdict_line(subject, result)}\n", flush=True)


def timed(args: argparse.Namespace) -> int | None:
    """With how many workers TLC runs again."""
    return args.workers if args.time else None


def progress(args: argparse.Namespace) -> Callable[[int, int], None] | None:
    """What is told how far TLC has come."""
    return _tell_progress if options.shows_progress(args) else None


def outcome(
    args: argparse.Namespace,
    subject: report.Subject,
    result: Result,
    told: report.Told | None,
    compared: CrosscheckResult,
    seconds: dict[str, float],
    out: Path,
) -> int:
    """Report the comparison; returns the exit code."""
    counterexample = _save_counterexample(compared, out / "tlc-trace.txt")
    seconds = {**seconds, "total": since_start()}
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
    if compared.tlc is None or compared.tlc.log is None or not compared.tlc.trace:
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
    names = compared.names
    head = ("", names.ours, f"TLC {compared.tlc.version}" if compared.tlc and compared.tlc.log else names.theirs, "")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(3)]
    for name, ours, theirs, mark in (head, *rows):
        yield f"  {name:<{widths[0]}}  {ours:>{widths[1]}}  {theirs:>{widths[2]}}  {mark}".rstrip()


def _cell(value: str | int | None) -> str:
    return "-" if value is None else f"{value:,}" if isinstance(value, int) else value


def _verdict_lines(compared: CrosscheckResult) -> Iterator[str]:
    yield from (f"Note: {note}" for note in compared.notes)
    if compared.verdict == "equal":
        agreed = [what for what in ("counts", "states", "edges") if compared.compared[what]]
        names = compared.names
        yield f"Equal: {names.ours} and {names.theirs} agree on {', '.join(['the verdict', *agreed])}."
    elif compared.verdict == "different":
        yield "Different:"
        for difference in compared.differences:
            first, *others = difference.splitlines()
            yield f"  - {first}"
            yield from (f"    {line}" for line in others)
    else:
        yield "Incomplete: a search did not come to its end, so nothing was compared."
