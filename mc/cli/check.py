"""``mc check``: explore all reachable states of a model."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mc.cli import options, outcome, report, resume, since_start
from mc.engine.result import Order, Result
from mc.engine.search.limits import Limits, check_levels, processors
from mc.errors import UsageError
from mc.spec.objects import Spec
from mc.trace.behavior import check_init, init_failure

if TYPE_CHECKING:
    from mc.engine.search.checkpoint import Checkpoint, Checkpoints
    from mc.engine.search.compiled import Engine

EXAMPLES = """\
examples:
  mc check twophase                          the default model of a bundled spec
  mc check raft:plain --workers 4            another of its models
  mc check raft -c Server=2 -c MaxTerm=3     with other constants
  mc check raft --symmetry none --json r.json
  mc check raft --max-depth 20               the first levels only
  mc check raft:conflict --memory 2G         with files for what does not fit
  mc check raft:conflict --checkpoint ckpt   and when it was interrupted: mc check --resume ckpt
  mc check ./mutex.py -c Process=3           a spec of your own
  mc check ./MC.tla --config small.cfg       a TLA+ module (default: MC.cfg beside it)

exit codes:
  0 no error, 10 an assumption is false, 11 deadlock, 12 invariant violated, 13 property violated,
  14 an Assert is false, 20 incomplete, 75 the spec cannot be evaluated,
  23 vacuous: there is no initial state, or none within the constraints, so "no error" would say nothing,
  2 usage, 150 error in the spec, 151 error in the model

Warnings go to stderr, also with --quiet: what is never enabled, what was not reached.
"""


def add_parser(commands: Any) -> None:
    """The command's part of the command line."""
    parser = commands.add_parser(
        "check",
        help="check a model",
        description="Explore all reachable states of a model and check its invariants in each.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_spec(parser, optional=True, modules=True)
    add_search(parser)
    parser.add_argument("--search", choices=("bfs", "dfs"), default="bfs", help="breadth-first (default), depth-first")
    parser.add_argument("--full", action="store_true", help="show whole states in a trace, not only what changed")
    add_limits(parser)
    parser.set_defaults(run=run)


def add_search(parser: argparse.ArgumentParser) -> None:
    """The options of every command that searches and reports."""
    parser.add_argument(
        "--workers",
        metavar="N",
        type=options.positive,
        help="threads (default: all processors)",
    )
    parser.add_argument(
        "--max-seconds",
        metavar="S",
        type=options.seconds,
        help="end the search after this time, which begins with compiling",
    )
    parser.add_argument(
        "--exact", action="store_true", help="keep whole states, not fingerprints: none is missed, for more memory"
    )
    options.add_simplest(parser)
    parser.add_argument(
        "--json", metavar="FILE", type=Path, help="write the result there; its violation.trace is for mc trace"
    )
    parser.add_argument("--out", metavar="DIR", type=Path, default=Path("out"), help="where results go (default: out)")
    parser.add_argument("--quiet", action="store_true", help="print the verdict, a violation and warnings only")
    options.add_progress(parser)


def add_limits(parser: argparse.ArgumentParser) -> None:
    """What ends a search early, besides time, and what lets it go on."""
    group = parser.add_argument_group(
        "limits and checkpoints",
        "A search that a limit ends says to which level it is complete. These are of mc check only,\n"
        "and but for --max-states of breadth-first search.",
    )
    group.add_argument(
        "--max-states",
        metavar="N",
        type=options.positive,
        help="end the search when more than N distinct states are found; looked at after each batch of parents",
    )
    group.add_argument(
        "--max-depth", metavar="D", type=options.positive, help="do not expand the states of level D (the first is 1)"
    )
    group.add_argument(
        "--memory",
        metavar="SIZE",
        type=options.size,
        help="what the process may take, such as 512M or 8G: levels, the log of parents and then the visited set go to "
        "files in --out when they do not fit; with --exact the visited set has to fit",
    )
    resume.add_options(group)


def run(args: argparse.Namespace) -> int:
    """Check the model; returns the exit code."""
    if options.is_module(args.spec):
        # Here, not above: the reader of TLA+ takes its time to import.
        from mc.cli import modules

        return modules.check(args)
    if args.config is not None:
        raise UsageError(options.NO_CONFIG)
    if args.simplest:
        check_levels(args.search, "--simplest")
    limits = Limits(args.max_seconds, args.max_states, args.max_depth, args.memory)
    limits.check_order(args.search)
    resume.check_options(args)
    with ExitStack() as locks:
        return _run(args, limits, locks)


def _run(args: argparse.Namespace, limits: Limits, locks: ExitStack) -> int:
    """Check the model within ``limits``; ``locks``: for what only this process may use."""
    spec, resumed = resume.load(args, locks)
    check_init(spec)
    subject = report.subject(spec)
    out = outcome.directory(args, subject)
    checkpoints = resume.writer(args, spec, resumed, locks)
    outcome.head(args, subject)
    if resumed is not None:
        args.simplest = args.simplest or resumed.simplest
        args.exact = args.exact or resumed.exact
    limits = replace(limits, directory=out)
    engine, result, seconds = search(spec, args, args.search, limits, checkpoints, resumed, early=True)
    told = tell(spec, engine, result, out)
    note = ""
    if result.verdict == "incomplete" and checkpoints is not None and checkpoints.level:
        note = f"Level {checkpoints.level} is kept: mc check --resume {args.checkpoint} goes on from there."
    return outcome.tell(args, subject, result, told, seconds, note)


def search(
    spec: Spec,
    args: argparse.Namespace,
    order: Order,
    limits: Limits | None = None,
    checkpoints: Checkpoints | None = None,
    resumed: Checkpoint | None = None,
    early: bool = False,
) -> tuple[Engine, Result, dict[str, float]]:
    """Search with the compiled engine; also the seconds that loading, compiling and exploring took.

    ``limits``: by default that of time only. ``early``: see there.
    """
    # Here, not above: the engine takes its time to import, which other commands and errors need not wait for.
    from mc.engine.program.program import UnevaluableInit
    from mc.engine.search.compiled import Engine

    engine = Engine(spec, options.cache_directory(), exact=args.exact)
    loaded = since_start()
    with outcome.progress_bar(options.shows_progress(args)) as bar:
        try:
            result = engine.search(
                workers=args.workers or processors(),
                order=order,
                progress=bar,
                limits=limits or Limits(args.max_seconds),
                simplest=args.simplest,
                checkpoints=checkpoints,
                resumed=resumed,
                early=early,
            )
        except UnevaluableInit as error:
            raise init_failure(spec, error.binding, error.failure) from error
    return engine, result, {"load": loaded, **result.seconds}


def tell(spec: Spec, engine: Engine, result: Result, out: Path) -> report.Told | None:
    """Rebuild the behavior of a violation, explain it and save it."""
    if result.violation is None:
        return None
    # Here, not above, as in search: most searches find no error.
    from mc.trace.explain import explain
    from mc.trace.saved import trace_json
    from mc.trace.simplest import counterexample
    from mc.trace.text import behavior_text

    behavior = counterexample(spec, result.violation, engine.canonical)
    explanation = None
    if result.violation.kind == "invariant":
        violated = next(i for i in spec.invariants if i.name == result.violation.property)
        explanation = explain(spec, violated, behavior.last)
    trace = out / "trace.json"
    message = report.message(explanation, behavior.failure)
    mend = f"other formats: mc trace {trace} --format tla (itf, ...)"
    told = report.Told(behavior, explanation, message, trace, out / "trace.txt", mend)
    subject = report.subject(spec)
    head = "\n".join((*report.head_lines(subject), "", report.verdict_line(subject, result), told.message))
    told.text.write_text(f"{head}\n\n{behavior_text(behavior, full=True)}\n", encoding="utf-8")
    told.trace.write_text(trace_json(spec, behavior), encoding="utf-8")
    return told
