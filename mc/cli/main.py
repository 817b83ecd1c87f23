"""The command line: ``mc COMMAND ...``."""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Sequence

import mc
from mc.errors import EXIT_INCOMPLETE, EXIT_INTERNAL, McError

EPILOG = """\
examples:
  mc check raft               check a bundled spec
  mc crosscheck twophase      let TLC check it too, and compare everything
  mc suite                    run all models that have an expected outcome
  mc trace FILE --replay      is what is saved in a file a behavior of its spec?
  mc info raft                see what there is to check

Each command has its own --help.
"""


COMMANDS = ("check", "crosscheck", "suite", "trace", "graph", "info", "tlc", "cache")


def make_parser(first: str = "") -> argparse.ArgumentParser:
    """The parser of the whole command line, or of the one command that is its ``first`` argument.

    The modules of all commands take a tenth of a second to import.
    """
    parser = argparse.ArgumentParser(
        prog="mc",
        description="A model checker whose specs are Python, read beside TLA+ and checked against TLC.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"mc {mc.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in [first] if first in COMMANDS else COMMANDS:
        importlib.import_module(f"mc.cli.{name}").add_parser(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (:mod:`mc.errors`)."""
    given = sys.argv[1:] if arguments is None else arguments
    args = make_parser(given[0] if given else "").parse_args(given)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_INTERNAL
    except KeyboardInterrupt:
        # A search that is interrupted reports what it completed; here nothing more was complete.
        print("mc: interrupted", file=sys.stderr)
        return EXIT_INCOMPLETE
    except Exception as error:
        if args.debug:
            traceback.print_exc()
        if isinstance(error, McError):
            print(f"mc: error: {error}", file=sys.stderr)
            return error.exit_code
        print(
            f"mc: internal error: {type(error).__name__}: {error} (--debug shows the traceback; please report it)",
            file=sys.stderr,
        )
        return EXIT_INTERNAL


def entry() -> None:
    """The console script."""
    # So that both end whatever runs in good order, even where a script has started us in the background: shells
    # have SIGINT ignored then.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    # numpy's linear algebra, which nothing here needs, would start a thread for each processor.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # What a command imports and loads stays until its end: to look through it for garbage on the way, and once more at
    # the end, takes a twentieth of a second.
    gc.set_threshold(100_000)
    code = main()
    gc.freeze()
    sys.exit(code)
