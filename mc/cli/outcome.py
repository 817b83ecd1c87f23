"""What every search of the command line has in common: its place for results, its progress, and what it reports."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from mc import errors
from mc.cli import options, report, since_start
from mc.engine.result import Progress, Result

_EXIT_CODES = {
    "ok": errors.EXIT_OK,
    "vacuous": errors.EXIT_VACUOUS,
    "violation": errors.EXIT_INVARIANT,
    "deadlock": errors.EXIT_DEADLOCK,
    "incomplete": errors.EXIT_INCOMPLETE,
    "error": errors.EXIT_EVALUATION,
    "assumption": errors.EXIT_ASSUMPTION,
}
#: Of violations for which TLC has an exit code of their own.
_KINDS = {"property": errors.EXIT_PROPERTY, "assertion": errors.EXIT_ASSERT}


def exit_code(result: Result) -> int:
    """The exit code of ``mc check``."""
    kind = result.violation.kind if result.violation is not None else ""
    return _KINDS.get(kind, _EXIT_CODES[result.verdict])


def directory(args: argparse.Namespace, subject: report.Subject) -> Path:
    """Where the results go; :class:`UsageError` where they cannot be written."""
    out = options.output_directory(args.out, subject.name, subject.model)
    if args.json is not None:
        options.try_file("--json", args.json)
    return out


def head(args: argparse.Namespace, subject: report.Subject) -> None:
    """Say what is checked."""
    if not args.quiet:
        print("\n".join(report.head_lines(subject)) + "\n", flush=True)


def tell(
    args: argparse.Namespace,
    subject: report.Subject,
    result: Result,
    told: report.Told | None,
    seconds: Mapping[str, float],
    note: str = "",
) -> int:
    """Report what was found; returns the exit code. ``note``: a line after the verdict."""
    seconds = {**seconds, "total": since_start()}
    if args.json is not None:
        document = report.result_json(subject, result, told, seconds)
        args.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    if not args.quiet:
        print("\n".join(report.result_lines(subject, result, seconds)) + "\n")
    print(report.verdict_line(subject, result))
    report.print_warnings(report.warnings(subject, result))
    if note:
        print(note)
    if told is not None:
        print("\n".join(report.violation_lines(told, args.full, options.style(sys.stdout))))
    return exit_code(result)


@contextmanager
def progress_bar(shown: bool) -> Iterator[Any]:
    """What a search calls to report its progress; None where it is not to be shown."""
    if not shown:
        yield None
        return
    with ExitStack() as stack:
        bar: Any = None
        begun = time.time()

        def update(progress: Progress) -> None:
            nonlocal bar
            if bar is None:
                # It takes a twentieth of a second to import, and most searches end before there is something to show.
                from tqdm import tqdm

                # Each report is shown, for there are few; and the rate is that of the whole search.
                bar = tqdm(unit=" states", file=sys.stderr, leave=False, mininterval=0, miniters=0, smoothing=0)
                bar.start_t = begun
                stack.enter_context(bar)
            generated, left = f"{progress.generated:,}", f"{progress.frontier:,}"
            bar.set_postfix({"depth": progress.depth, "generated": generated, "left": left}, refresh=False)
            bar.update(progress.distinct - bar.n)

        yield update
