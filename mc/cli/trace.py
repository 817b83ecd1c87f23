"""``mc trace``: show a saved behavior in another format, or replay a trace against its spec."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mc import errors
from mc.cli import options
from mc.cli.traced import DATA, PICTURES, SpecTraced, Traced
from mc.engine.deep import deeply
from mc.errors import NotABehaviorError, TraceError, UsageError, printable
from mc.tlc.traces import read_trace
from mc.trace.replay import Replay
from mc.trace.saved import Origin, Trace
from mc.trace.text import PLAIN, behavior_text

EXAMPLES = """\
examples:
  mc trace out/raft/halfquorum/trace.json                         what changes in each step
  mc trace out/raft/halfquorum                                    the same: the trace in a directory
  mc trace out/raft/halfquorum/trace.json --format itf -o x.itf.json
  mc trace out/raft/halfquorum/trace.json --format svg --states 6-11 -o x.svg
  mc trace out/raft/halfquorum/trace.json --format tla -o Replay.tla      for TLC to replay
  mc trace x.itf.json --replay                                    is it a behavior of its spec?
  mc trace tlc-trace.txt --spec raft:halfquorum --replay          one that TLC has printed
  mc trace tlc-trace.txt --spec ./MC.tla --replay                 the same of a TLA+ module

FILE is a trace.json of mc check or the trace.txt beside it, an ITF file (Apalache, Quint), or what TLC
prints or dumps (-dumpTrace json). A file of another tool needs --spec. A step without the name of an action
may be one of any action. Of several behaviors the first is read, of one that ends in a loop the states.

exit codes:
  0 it is a behavior of the spec (whatever it violates), 21 it is none, 2 usage, or no trace in FILE,
  150 error in the spec, 151 error in the model (no .tla, for --format tla)
"""


#: More states than this nobody can look at in a picture.
PICTURE_STATES = 200


def add_parser(commands: Any) -> None:
    """The command's part of the command line."""
    parser = commands.add_parser(
        "trace",
        help="show a saved behavior, or replay it",
        description="Show a saved behavior in another format, or replay a trace step by step against its spec.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="a trace of mc, Apalache or TLC, or the directory of one"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--format", choices=("text", "full", *DATA, *PICTURES), default="text", help="(default: text)")
    what.add_argument("--replay", action="store_true", help="say whether it is a behavior, and what it violates")
    parser.add_argument(
        "--states", metavar="FROM-TO", type=numbers, help="draw a part only (of a picture: mermaid, plantuml, svg, png)"
    )
    parser.add_argument("-o", dest="output", metavar="FILE", type=Path, help="write there, not to stdout")
    parser.add_argument(
        "--spec", metavar="SPEC[:MODEL]", help=f"what it is a trace of: {options.SPEC_HELP}, or of a .tla"
    )
    options.add_config(parser)
    options.add_model(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Show or replay it; returns the exit code."""
    if args.output is not None:
        options.try_file("-o", args.output)
    if args.states is not None and args.format not in PICTURES:
        raise UsageError(f"--states is of pictures: add --format {', '.join(PICTURES)}")
    args.file = _find(args.file)
    trace = read_trace(args.file)
    origin = None if args.spec is not None else _origin(args, trace)
    if not options.is_module(args.spec if origin is None else origin.spec):
        return _run(args, trace, SpecTraced(args, origin))
    # Here, not above: the reader of TLA+ takes its time to import.
    from mc.cli.moduletrace import ModuleTraced

    return deeply(lambda: _run(args, trace, ModuleTraced(args, origin)))


def _run(args: argparse.Namespace, trace: Trace, traced: Traced) -> int:
    found = traced.replay(trace)
    if args.replay:
        report = printable("\n".join(_replay_lines(traced, found))) + "\n"
        _write(report, args.output)
        return errors.EXIT_MISMATCH if found.broken is not None else errors.EXIT_OK
    if found.behavior is None or found.broken is not None:
        raise NotABehaviorError(printable(f"{args.file} is not a behavior of {traced.name}.\n{found.broken}"))
    for note in found.notes:
        print(printable(f"mc: note: {note}"), file=sys.stderr)
    if args.format in ("text", "full"):
        verdict = traced.verdict(found.behavior) if args.output is None else None
        marked = verdict.explanation.places() if verdict is not None and verdict.explanation is not None else ()
        style = options.style(sys.stdout) if args.output is None else PLAIN
        _write(behavior_text(found.behavior, args.format == "full", style, marked) + "\n", args.output)
    elif args.format == "tla" and args.output is not None:
        # TLC wants a file of that name, with its configuration and the modules beside it.
        traced.write_tla(found.behavior, args.output)
    elif args.format in DATA:
        _write(traced.data(args.format, found.behavior), args.output)
    else:
        _write(_draw(args, traced, found.behavior), args.output)
    return errors.EXIT_OK


def numbers(text: str) -> tuple[int, int]:
    """``FROM-TO``, the numbers of two states."""
    match = re.fullmatch(r"(\d+)-(\d+)", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise argparse.ArgumentTypeError(f"{text!r} is not FROM-TO, the numbers of two states, such as 1-20")
    return int(match[1]), int(match[2])


def _find(path: Path) -> Path:
    """The trace in a directory of results, of one model, of a spec or of all; what is none stays as it is."""
    if not path.is_dir():
        return path
    found = sorted(file for depth in ("", "*/", "*/*/") for file in path.glob(f"{depth}trace.json"))
    if not found:
        raise UsageError(f"there is no trace.json in {path}: mc check saves one where it finds an error")
    if len(found) > 1:
        shown = ", ".join(map(str, found[:5])) + (f" and {len(found) - 5} more" if len(found) > 5 else "")
        raise UsageError(f"there are {len(found)} traces in {path}: give one of {shown}")
    return found[0]


def _draw(args: argparse.Namespace, traced: Traced, behavior: Any) -> str | bytes:
    """A picture of the whole or a part, that says what is wrong in the last state, if that is in it."""
    count = len(behavior.states)
    first, last = args.states or (1, count)
    if last > count:
        raise UsageError(f"--states {first}-{last}: there are {count:,} states")
    if last - first >= PICTURE_STATES:
        raise UsageError(
            f"a picture has {PICTURE_STATES} states at most, and these are {last - first + 1:,}: draw a part, such as"
            f" --states {max(first, last - 29)}-{last}, or let --format text tell all of them"
        )
    verdict = traced.verdict(behavior) if last == count else None
    return traced.picture(args.format, behavior, verdict.message if verdict is not None else "", args.states)


def _origin(args: argparse.Namespace, trace: Trace) -> Origin:
    """What a trace says that it is of."""
    origin = trace.origin or _origin_beside(args.file)
    if origin is None:
        raise UsageError(f"{args.file} does not say what it is a trace of: add --spec SPEC[:MODEL]")
    return origin


def _origin_beside(file: Path) -> Origin | None:
    """What the text of a violation is a trace of, which mc check says in the ``trace.json`` beside ``trace.txt``."""
    other = file.with_suffix(".json")
    if other == file or not other.is_file():
        return None
    try:
        return read_trace(other).origin
    except TraceError:
        return None


def _write(content: str | bytes, file: Path | None) -> None:
    data = content.encode() if isinstance(content, str) else content
    if file is not None:
        file.write_bytes(data)
    elif isinstance(content, str):
        print(content, end="")
    else:
        sys.stdout.buffer.write(data)


def _replay_lines(traced: Traced, found: Replay[Any]) -> Iterator[str]:
    behavior = found.behavior
    yield from (f"Note: {note}." for note in found.notes)
    if found.broken is not None:
        yield f"Not a behavior of {traced.name}."
        yield str(found.broken)
    else:
        assert behavior is not None
        states = f"{len(behavior.states):,} state{'s' * (len(behavior.states) > 1)}"
        yield f"A behavior of {traced.name}: {states}, all steps are steps of {traced.next_name}."
    if behavior is None:
        return
    yield from (f"State {number}: {explanation}" for number, explanation in traced.violations(behavior))
    if found.broken is None:
        verdict = traced.verdict(behavior)
        if verdict is None:
            yield "The last state violates nothing."
        elif verdict.kind != "invariant":
            yield verdict.message
    for number, constraint in traced.outside(behavior):
        yield f"State {number} is outside the constraint {constraint}: a search does not go on from there."
