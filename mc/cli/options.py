"""What the commands have in common: which spec and model, and where results go."""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any, TextIO

from mc.engine.search.limits import read_size
from mc.errors import UsageError
from mc.read.models import find_spec, override, read_models
from mc.read.python.load import load_spec
from mc.spec.objects import Spec
from mc.trace.text import COLOURED, PLAIN, Style

#: Of a number on the command line. Python reads no more than some thousands.
MOST_DIGITS = 1000
NO_CONFIG = "--config is for a .tla; the models of a .py are in the .yaml beside it"
SPEC_HELP = "a bundled spec (raft), or the path of a .py or .yaml"


def add_debug(parser: argparse.ArgumentParser) -> None:
    """``--debug``, which every command has."""
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")


def is_module(reference: str | None) -> bool:
    """Whether the command line means a TLA+ module."""
    return reference is not None and reference.endswith(".tla")


def add_spec(parser: argparse.ArgumentParser, optional: bool = False, modules: bool = False) -> None:
    """``SPEC`` and what changes its model; ``modules``: it may be a TLA+ module."""
    what = f"{SPEC_HELP}, or of a .tla" if modules else SPEC_HELP
    parser.add_argument("spec", metavar="SPEC[:MODEL]", nargs="?" if optional else None, help=what)
    if modules:
        add_config(parser)
    add_model(parser)


def add_config(parser: argparse.ArgumentParser) -> None:
    """``--config``, for commands that take a TLA+ module."""
    parser.add_argument(
        "--config", metavar="FILE", type=Path, help="the TLC configuration of a .tla (default: X.cfg beside X.tla)"
    )


def add_model(parser: argparse.ArgumentParser) -> None:
    """What changes a model."""
    parser.add_argument(
        "-c",
        dest="constants",
        metavar="NAME=VALUE",
        type=constant,
        action="append",
        default=[],
        help="a constant: a number (for a set of model values: how many), true, false, a name, or names a,b,c",
    )
    parser.add_argument(
        "--symmetry", metavar="NAMES", type=symmetry, help="constants whose values may be renamed: A,B; or none"
    )
    parser.add_argument(
        "--invariant", dest="invariants", metavar="NAME", action="append", help="check this one (may be repeated)"
    )
    parser.add_argument(
        "--deadlock", action=argparse.BooleanOptionalAction, help="whether a state without successors is an error"
    )
    add_debug(parser)


def add_simplest(parser: argparse.ArgumentParser) -> None:
    """``--simplest``, for commands that show a counterexample."""
    parser.add_argument(
        "--simplest",
        action="store_true",
        help="of all shortest counterexamples the one with the fewest faults, then the fewest switches of process",
    )


def add_progress(parser: argparse.ArgumentParser) -> None:
    """``--progress``; :func:`shows_progress` says what comes of it."""
    parser.add_argument("--progress", action="store_true", help="show progress even where stderr is not a terminal")


def shows_progress(args: argparse.Namespace) -> bool:
    """Whether progress is shown on stderr."""
    return args.progress or sys.stderr.isatty()


def load(args: argparse.Namespace) -> Spec:
    """The spec that the command line means, bound to its model."""
    path, name = find_spec(args.spec)
    return load_spec(path, override(read_models(path).select(name), **changes(args)))


def changes(args: argparse.Namespace) -> dict[str, Any]:
    """What the command line gives in place of the model's own, as arguments of ``override``."""
    return {
        "constants": dict(args.constants),
        "symmetry": args.symmetry,
        "invariants": None if args.invariants is None else tuple(args.invariants),
        "deadlock": args.deadlock,
    }


def style(stream: TextIO) -> Style:
    """Colours where ``stream`` is a terminal that has them, unless ``NO_COLOR`` is set (https://no-color.org)."""
    wanted = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return COLOURED if wanted else PLAIN


def cache_directory() -> Path:
    """Where machine code is kept between runs (the XDG base directory specification)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mc"


def constant(text: str) -> tuple[str, Any]:
    """``NAME=VALUE``."""
    name, separator, value = text.partition("=")
    if not separator or not name.isidentifier() or not value:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    if re.fullmatch(r"[+-]?\d+", value):
        if len(value) > MOST_DIGITS:
            raise argparse.ArgumentTypeError(f"{name}={value[:20]}...: a number of {len(value)} digits is too large")
        return name, int(value)
    if value.lower() in ("true", "false"):
        return name, value.lower() == "true"
    if value.startswith(("{", "<<", "[", "(", '"')):  # the text of a value of TLA+
        return name, value
    return name, value.split(",") if "," in value else value


def symmetry(text: str) -> tuple[str, ...]:
    """``A,B`` or ``none``."""
    return () if text == "none" else tuple(text.split(","))


def positive(text: str) -> int:
    """A whole number from 1 up."""
    if not re.fullmatch(r"\d+", text) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 up")
    return int(text)


def seconds(text: str) -> float:
    """A time span."""
    if not re.fullmatch(r"\d+(\.\d*)?|\.\d+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return float(text)


def size(text: str) -> int:
    """Bytes of memory."""
    try:
        return read_size(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def output_directory(out: Path, spec: str, model: str) -> Path:
    """``out/<spec>/<model>``, made and tried out, so that no result is lost for want of a place."""
    directory = out / spec / model
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise UsageError(f"--out {out}: cannot write to {directory}: {error.strerror}; give another one") from None
    return directory


def try_file(option: str, file: Path) -> None:
    """:class:`UsageError` where ``file`` cannot be written; leaves it as it is."""
    existed = file.exists()
    try:
        with file.open("a"):
            pass
        if not existed:
            file.unlink()
    except OSError as error:
        raise UsageError(f"{option} {file}: cannot write it: {error.strerror}") from None
