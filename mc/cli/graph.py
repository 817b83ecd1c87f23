"""``mc graph``: the state graph of a model, as a picture or for other tools."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mc import errors
from mc.cli import options, report
from mc.cli.check import search
from mc.engine.search.limits import processors
from mc.errors import EvaluationError, UsageError
from mc.spec.objects import Spec
from mc.trace.behavior import Behavior, check_init
from mc.trace.simplest import counterexample

if TYPE_CHECKING:
    from mc.engine.result import Result
    from mc.engine.search.compiled import Engine

#: States that are explored at most; a projection may show so many in a few nodes.
STATE_LIMIT = 100_000
#: More nodes than this nobody can read in a picture; nor, soon, can other tools.
PICTURE_NODES, DATA_NODES = 100, 10_000
#: Nor more arrows than this, between different nodes, whatever words stand on them.
PICTURE_ARROWS = 500
#: The search for a counterexample and for the number of states takes longer only where there are far too many.
SEARCH_SECONDS = 20.0

#: Formats, and what files in them are called.
SUFFIXES = {"svg": ".svg", "png": ".png", "dot": ".dot", "graphml": ".graphml", "json": ".json", "tlc": ".tlc.dot"}
PICTURES = ("svg", "png", "dot")

EXAMPLES = f"""\
examples:
  mc graph twophase -c RM=2                                 all states, as SVG
  mc graph raft:tiny --project "state, currentTerm"         one node for each value of both
  mc graph raft:tiny --project "{{s.currentTerm[i] for i in Server}}" --collapse
  mc graph twophase -c RM=2 --colour SomeoneCommitted       by the value of a predicate, or of any expression
  mc graph raft:halfquorum --project state -o election.png  the counterexample is drawn in
  mc graph twophase --format json                           for other tools; graphml, tlc (as TLC's dump) too

An expression is written as in a definition of the spec. A variable is a free name (state) or a part of s (s.state);
s.depth is a variable of that name where --colour depth means the level.

Pictures have at most {PICTURE_NODES} nodes and other formats {DATA_NODES:,}, unless --max-nodes says otherwise; in a
picture with more, or with more than {PICTURE_ARROWS} arrows, a node is a dot, which tells its state to whoever
points at it (SVG).
A model of more than {STATE_LIMIT:,} states is not drawn, nor projected, unless --max-nodes is larger.

exit codes:
  0 the graph was written, also that of a model that is violated; 20 interrupted, 23 there is no state
  to draw, 75 the spec cannot be evaluated, 2 usage (also: too large, no Graphviz), 150 error in the spec,
  151 error in the model
"""


def add_parser(commands: Any) -> None:
    """The command's part of the command line."""
    parser = commands.add_parser(
        "graph",
        help="draw the state graph of a model",
        description="Write the state graph of a model, or a projection of it, as a picture or for other tools.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_spec(parser)
    parser.add_argument("--project", metavar="EXPR", help="one node for each value of EXPR, or of EXPR, EXPR, ...")
    parser.add_argument("--collapse", action="store_true", help="leave out steps that change nothing that is shown")
    parser.add_argument("--colour", metavar="action|depth|EXPR", default="", help="colour arrows, or nodes, by this")
    parser.add_argument("--format", choices=tuple(SUFFIXES), help="default: what FILE is called, or svg")
    parser.add_argument("-o", dest="file", metavar="FILE", type=Path, help="default: graph.svg, ... where results go")
    parser.add_argument("--max-nodes", metavar="N", type=options.positive, help="write a graph with more nodes")
    parser.add_argument("--out", metavar="DIR", type=Path, default=Path("out"), help="where results go (default: out)")
    options.add_simplest(parser)
    parser.set_defaults(run=run, workers=processors(), progress=False, exact=False, max_seconds=SEARCH_SECONDS)


def run(args: argparse.Namespace) -> int:
    """Write the graph; returns the exit code."""
    try:
        from mc.graph import dot, export, overview, stategraph
        from mc.graph.explored import TooLarge, explore
        from mc.graph.render import render
        from mc.read.python.given import parse_expressions
    except ModuleNotFoundError as error:
        raise UsageError(f"mc graph needs the package {error.name}: pip install 'mc-consensus[render]'") from None
    spec = options.load(args)
    check_init(spec)
    form = _format(args.format, args.file)
    projection = parse_expressions(args.project, spec) if args.project is not None else ()
    by: dot.Colour = args.colour if args.colour in ("", "action", "depth") else "value"
    coloured, *others = parse_expressions(args.colour, spec) if by == "value" else (None,)
    if others:
        raise UsageError(f"--colour {args.colour}: one expression, not {1 + len(others)}")
    if args.file is not None:
        options.try_file("-o", args.file)
        file = args.file
    else:
        file = options.output_directory(args.out, spec.name, spec.model.name) / f"graph{SUFFIXES[form]}"
    nodes = args.max_nodes or (PICTURE_NODES if form in PICTURES else DATA_NODES)
    limit = max(STATE_LIMIT, nodes)
    engine, result, _ = search(spec, args, "bfs")
    if result.distinct > limit:
        raise TooLarge.to_explore(f"{'' if result.complete else 'more than '}{result.distinct:,}")
    if result.verdict == "incomplete":
        print(f"mc: interrupted, or not explored in {SEARCH_SECONDS:.0f} s", file=sys.stderr)
        return errors.EXIT_INCOMPLETE
    explored = explore(spec, engine, limit, _counterexample(spec, engine, result))
    if projection:
        graph = stategraph.project(explored, projection, coloured)
        stategraph.check_size(explored, len(graph), nodes)
    else:
        stategraph.check_size(explored, len(explored.states), nodes)
        graph = stategraph.state_graph(explored, coloured)
    if args.collapse:
        graph = stategraph.collapse(graph)
    if form in PICTURES:
        arrows = len({(source, target) for source, target in graph.edges() if source != target})
        large = len(graph) > PICTURE_NODES or arrows > PICTURE_ARROWS
        picture = (overview.overview_text if large else dot.dot_text)(graph, by)
        program = shutil.which("dot")
        layout = overview.ENGINE if large else "dot"
        drawn = render(picture, form, Path(program) if program else None, layout) if form != "dot" else b""
        written = drawn or picture.encode()
    else:
        writers = {"json": export.json_text, "graphml": export.graphml_text, "tlc": export.tlc_text}
        written = writers[form](graph).encode()
    file.write_bytes(written)
    of = f" from {len(explored.states):,} states" if projection else ""
    print(f"{graph.number_of_nodes():,} nodes{of}, {graph.number_of_edges():,} edges. Saved in {file}")
    if form in PICTURES and large:
        print(f"Drawn as dots, for there are {arrows:,} arrows between them: --project shows less of each state.")
    if result.verdict == "vacuous":
        print(report.verdict_line(report.subject(spec), result))
        return errors.EXIT_VACUOUS
    if result.violation is not None:
        print(f"{report.verdict_line(report.subject(spec), result)} The behavior is drawn in.")
    return errors.EXIT_OK


def _format(given: str | None, file: Path | None) -> str:
    """``--format``, else what the file's name says, else SVG."""
    if given is not None or file is None:
        return given or "svg"
    fitting = [form for form, suffix in SUFFIXES.items() if file.name.endswith(suffix)]
    if not fitting:
        raise UsageError(f"-o {file}: give --format, or a name that ends in {', '.join(SUFFIXES.values())}")
    return max(fitting, key=lambda form: len(SUFFIXES[form]))


def _counterexample(spec: Spec, engine: Engine, result: Result) -> Behavior | None:
    if result.violation is None:
        return None
    behavior = counterexample(spec, result.violation, engine.canonical)
    if behavior.failure is not None:
        raise EvaluationError(f"no state graph, see mc check: {behavior.failure}")
    return behavior
