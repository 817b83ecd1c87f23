"""``mc check --checkpoint`` and ``--resume``: which search goes on, and that it is the same one."""

from __future__ import annotations

import argparse
import contextlib
import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from mc.cli import options
from mc.cli.lock import locked
from mc.engine.search.limits import check_levels
from mc.errors import McError, UsageError
from mc.read.models import find_spec
from mc.read.python.load import load_spec
from mc.spec.objects import Spec

if TYPE_CHECKING:
    from mc.engine.search.checkpoint import Checkpoint, Checkpoints


def add_options(parser: argparse._ArgumentGroup) -> None:
    """Their part of the command line."""
    parser.add_argument(
        "--checkpoint", metavar="DIR", type=Path, help="write there, at ends of levels, what it takes to go on"
    )
    parser.add_argument(
        "--checkpoint-every",
        metavar="LEVELS",
        type=options.positive,
        help="levels from one to the next (default: so that they take a tenth of the time)",
    )
    parser.add_argument(
        "--resume", metavar="DIR", type=Path, help="go on from the checkpoint in DIR; it knows its spec and model"
    )


def check_options(args: argparse.Namespace) -> None:
    """:class:`UsageError` for options that do not go together."""
    if args.spec is None and args.resume is None:
        raise UsageError("give a SPEC to check, or --resume DIR")
    if args.checkpoint_every is not None and args.checkpoint is None:
        raise UsageError("--checkpoint-every says how often: add --checkpoint DIR, which says where")
    if args.checkpoint or args.resume:
        check_levels(args.search, "a checkpoint")


def load(args: argparse.Namespace, locks: ExitStack) -> tuple[Spec, Checkpoint | None]:
    """The spec to check, and the checkpoint to go on from, if any; ``locks`` holds that for this process alone."""
    if args.resume is None:
        return options.load(args), None
    # Here, not above, as in all that follows: they take their time to import, and few searches need them.
    from mc.engine.search.checkpoint import read_checkpoint
    from mc.trace.saved import read_origin

    locks.enter_context(locked(args.resume, "--resume", "resume from a copy of it"))
    checkpoint = read_checkpoint(args.resume)
    if args.spec is not None:
        spec = options.load(args)
        _compare(spec, checkpoint)
        return spec, checkpoint
    changed = [option for option, value in _model_options(args).items() if value not in (None, [])]
    if changed:
        raise UsageError(f"--resume {args.resume}: its model cannot be changed; leave out {', '.join(changed)}")
    origin = read_origin(checkpoint.origin)
    try:
        return load_spec(find_spec(origin.spec)[0], origin.model), checkpoint
    except McError as error:
        raise checkpoint.error(f"its spec {origin.spec} cannot be loaded as it was: {error}") from None


def _model_options(args: argparse.Namespace) -> dict[str, object]:
    return {
        "-c": args.constants,
        "--symmetry": args.symmetry,
        "--invariant": args.invariants,
        "--deadlock": args.deadlock,
    }


def _compare(spec: Spec, checkpoint: Checkpoint) -> None:
    """:class:`UsageError` where the checkpoint is of another spec or model."""
    from mc.trace.saved import origin_json

    ours, theirs = json.loads(json.dumps(origin_json(spec))), checkpoint.origin
    if ours["spec"] != theirs["spec"]:
        raise checkpoint.error(f"it is of the spec {theirs['spec']}, not of {ours['spec']}")
    for key, value in theirs["model"].items():
        if ours["model"][key] != value:
            raise checkpoint.error(
                f"its model has {key} {json.dumps(value)}, not {json.dumps(ours['model'][key])}; leave SPEC out"
            )


def writer(args: argparse.Namespace, spec: Spec, resumed: Checkpoint | None, locks: ExitStack) -> Checkpoints | None:
    """What writes checkpoints, if any are wanted; ``locks`` holds their directory for this process alone."""
    if args.checkpoint is None:
        return None
    from mc.engine.search.checkpoint import Checkpoints
    from mc.trace.saved import origin_json

    # Where this fails, the one that writes them says so.
    with contextlib.suppress(OSError):
        args.checkpoint.mkdir(parents=True, exist_ok=True)
    if resumed is None or args.checkpoint.resolve() != args.resume.resolve():
        locks.enter_context(locked(args.checkpoint, "--checkpoint", "give another directory"))
    return Checkpoints(args.checkpoint, args.checkpoint_every, origin_json(spec), resumed)
