"""``mc trace``: show a saved behavior in another format, or replay a trace against its spec."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mc import errors
from mc.cli import options
from mc.engine.result import Taken
from mc.errors import McError, NotABehaviorError, TraceError, UsageError, printable
from mc.graph.spacetime import png, svg
from mc.lang.state import State
from mc.read.models import bundled
from mc.spec.objects import Spec
from mc.tlc.proof import read_proof
from mc.tlc.replay import replay_text, write_replay
from mc.tlc.traces import read_trace, tlc_text
from mc.trace.behavior import Behavior, check_init
from mc.trace.events import Part
from mc.trace.explain import explain
from mc.trace.itf import itf
from mc.trace.module import ModuleBehavior, ModuleStep
from mc.trace.replay import Replay, replay
from mc.trace.saved import Origin, Trace, load_origin, trace_json
from mc.trace.sequence import mermaid, plantuml
from mc.trace.text import PLAIN, behavior_text
from mc.trace.verdict import find_verdict, violations

EXAMPLES = """\
examples:
  mc trace out/raft/halfquorum/trace.json                         what changes in each step
  mc trace out/raft/halfquorum                                    the same: the trace in a directory
  mc trace out/raft/halfquorum/trace.json --format itf -o x.itf.json
  mc trace out/raft/halfquorum/trace.json --format svg --states 6-11 -o x.svg
  mc trace out/raft/halfquorum/trace.json --format tla -o Replay.tla      for TLC to replay
  mc trace x.itf.json --replay                                    is it a behavior of its spec?
  mc trace tlc-trace.txt --spec raft:halfquorum --replay          one that TLC has printed

FILE is a trace.json of mc check or the trace.txt beside it, an ITF file (Apalache, Quint), or what TLC
prints or dumps (-dumpTrace json). A file of another tool needs --spec. A step without the name of an action
may be one of any action. Of several behaviors the first is read, of one that ends in a loop the states.

exit codes:
  0 it is a behavior of the spec (whatever it violates), 21 it is none, 2 usage, or no trace in FILE,
  150 error in the spec, 151 error in the model (no .tla, for --format tla)
"""


def full(spec: Spec, behavior: Behavior) -> str:
    """Whole states."""
    return behavior_text(behavior, full=True) + "\n"


def text(spec: Spec, behavior: Behavior) -> str:
    """What changes in each step."""
    return behavior_text(behavior) + "\n"


def tlc(spec: Spec, behavior: Behavior) -> str:
    """As TLC prints it; the places are those of the .tla, where there is one."""
    try:
        proof = read_proof(spec, [bundled("proofs")])
    except McError:
        proof = None
    return tlc_text(spec, behavior, proof)


def tla(spec: Spec, behavior: Behavior) -> str:
    """A module that TLC replays, with its configuration."""
    return replay_text(read_proof(spec, [bundled("proofs")]), behavior)


#: What ``--format`` takes, and what makes it.
TEXTS: dict[str, Callable[[Spec, Behavior], str]] = {
    "text": text,
    "full": full,
    "tlc": tlc,
    "tla": tla,
    "json": trace_json,
    "itf": itf,
}
#: Also given: what is wrong in the last state; and which part is shown, if not all.
PICTURES: dict[str, Callable[[Spec, Behavior, str, Part | None], str | bytes]] = {
    "mermaid": mermaid,
    "plantuml": plantuml,
    "svg": svg,
    "png": png,
}
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
    what.add_argument("--format", choices=(*TEXTS, *PICTURES), default="text", help="(default: text)")
    what.add_argument("--replay", action="store_true", help="say whether it is a behavior, and what it violates")
    parser.add_argument(
        "--states", metavar="FROM-TO", type=numbers, help="draw a part only (of a picture: mermaid, plantuml, svg, png)"
    )
    parser.add_argument("-o", dest="output", metavar="FILE", type=Path, help="write there, not to stdout")
    parser.add_argument("--spec", metavar="SPEC[:MODEL]", help=f"what it is a trace of: {options.SPEC_HELP}")
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
    if trace.origin is not None and options.is_module(trace.origin.spec) and args.spec is None:
        return _show_module(args, trace)
    spec = _load(args, trace)
    check_init(spec)
    found = replay(spec, trace)
    if args.replay:
        report = printable("\n".join(_replay_lines(spec, found))) + "\n"
        _write(report, args.output)
        return errors.EXIT_MISMATCH if found.broken is not None else errors.EXIT_OK
    if found.behavior is None or found.broken is not None:
        raise NotABehaviorError(printable(f"{args.file} is not a behavior of {_name(spec)}.\n{found.broken}"))
    for note in found.notes:
        print(printable(f"mc: note: {note}"), file=sys.stderr)
    if args.format == "tla" and args.output is not None:
        # TLC wants a file of that name, with its configuration and the modules beside it.
        write_replay(read_proof(spec, [bundled("proofs")]), found.behavior, args.output)
    elif args.format in ("text", "full") and args.output is None:
        verdict = find_verdict(spec, found.behavior)
        marked = verdict.explanation.places() if verdict is not None and verdict.explanation is not None else ()
        print(behavior_text(found.behavior, args.format == "full", options.style(sys.stdout), marked))
    else:
        made = _draw if args.format in PICTURES else _tell
        _write(made(args, spec, found.behavior), args.output)
    return errors.EXIT_OK


def _show_module(args: argparse.Namespace, trace: Trace) -> int:
    """Show what a search of a TLA+ module has saved, as it stands."""
    if args.replay or args.format not in ("text", "full"):
        what = "--replay" if args.replay else f"--format {args.format}"
        raise UsageError(f"{what} is not for a trace of a .tla yet; --format text and full are")
    first, *others = trace.states
    steps = [(Taken(state.action or "", state.arguments or ()), State(state.values)) for state in others]
    taken = tuple(ModuleStep(step, state) for step, state in steps)
    behavior = ModuleBehavior(State(first.values), taken, loop=trace.loop)
    style = options.style(sys.stdout) if args.output is None else PLAIN
    _write(behavior_text(behavior, args.format == "full", style) + "\n", args.output)
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


def _tell(args: argparse.Namespace, spec: Spec, behavior: Behavior) -> str:
    return TEXTS[args.format](spec, behavior)


def _draw(args: argparse.Namespace, spec: Spec, behavior: Behavior) -> str | bytes:
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
    verdict = find_verdict(spec, behavior) if last == count else None
    return PICTURES[args.format](spec, behavior, verdict.message if verdict is not None else "", args.states)


def _load(args: argparse.Namespace, trace: Trace) -> Spec:
    if args.spec is not None:
        return options.load(args)
    origin = trace.origin or _origin_beside(args.file)
    if origin is None:
        raise UsageError(f"{args.file} does not say what it is a trace of: add --spec SPEC[:MODEL]")
    return load_origin(origin, **options.changes(args))


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


def _name(spec: Spec) -> str:
    return f"{spec.name}, model {spec.model.name}"


def _replay_lines(spec: Spec, found: Replay) -> Iterator[str]:
    behavior = found.behavior
    yield from (f"Note: {note}." for note in found.notes)
    if found.broken is not None:
        yield f"Not a behavior of {_name(spec)}."
        yield str(found.broken)
    else:
        assert behavior is not None
        states = f"{len(behavior.states):,} state{'s' * (len(behavior.states) > 1)}"
        yield f"A behavior of {_name(spec)}: {states}, all steps are steps of {spec.next_name}."
    if behavior is None:
        return
    for number, invariant in violations(spec.invariants, behavior.states):
        yield f"State {number}: {explain(spec, invariant, behavior.states[number - 1])}"
    if found.broken is None:
        verdict = find_verdict(spec, behavior)
        if verdict is None:
            yield "The last state violates nothing."
        elif verdict.kind != "invariant":
            yield verdict.message
    for number, constraint in violations(spec.constraints, behavior.states[:-1]):
        yield f"State {number} is outside the constraint {constraint.name}: a search does not go on from there."
