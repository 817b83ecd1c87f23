"""``mc cache``: where machine code is kept between runs, how much it is, and how to be rid of it."""

from __future__ import annotations

import argparse
from typing import Any

from mc.cli import options
from mc.engine.machine.cache import LIMIT, Cache
from mc.errors import UsageError

EXAMPLES = f"""\
examples:
  mc cache            where the machine code of models is kept, and how much it is
  mc cache --clear    remove it: each model is then compiled once more

It is in the directory mc of XDG_CACHE_HOME, by default ~/.cache. When it has become more than {LIMIT >> 20} MiB,
what was not used for longest is removed.

exit codes:
  0, or 2 where it cannot be read or removed
"""


def add_parser(commands: Any) -> None:
    """The command's part of the command line."""
    parser = commands.add_parser(
        "cache",
        help="show or clear the machine code that is kept",
        description="Show where the machine code of models is kept between runs, and how much it is; or remove it.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--clear", action="store_true", help="remove all of it")
    options.add_debug(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Show or clear it; returns the exit code."""
    cache = Cache(options.cache_directory())
    try:
        count, size = cache.size()
        if args.clear:
            cache.shrink(-1)
    except OSError as error:
        raise UsageError(f"{cache.directory}: {error.strerror}") from None
    print(f"{cache.directory}: {'removed ' if args.clear else ''}{_amount(count, size)}")
    if not args.clear:
        print(f"At most {LIMIT >> 20} MiB are kept; mc cache --clear removes all of it.")
    return 0


def _amount(count: int, size: int) -> str:
    return f"{count:,} file{'s' * (count != 1)} of machine code, {size / (1 << 20):.1f} MiB"
