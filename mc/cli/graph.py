"""``mc graph``: the state graph of a model, as a picture or for other tools."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from mc import errors
from mc.cli import options, report
from mc.cli.check import search
from mc.engine.search.limits import processors
from mc.errors import UsageError
from mc.trace.behavior import check_init
from mc.trace.simplest import counterexample

if TYPE_CHECKING:
    from mc.engine.result import Result
    from mc.graph.classes import Expression
    from mc.graph.explored import Explored

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
  mc graph ./MC.tla --project "{{x[i] : i \\in Node}}"         a TLA+ module

An expression is written as in a definition of the spec. A variable is a free name (state) or, in Python, a part of s
(s.state); s.depth is a variable of that name where --colour depth means the level.

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
    options.add_spec(parser, modules=True)
    parser.add_argument("--project", metavar="EXPR", help="one node for each value of EXPR, or of EXPR, EXPR, ...")
    parser.add_argument("--collapse", action="store_true", help="leave out steps that change nothing that is shown")
    parser.add_argument("--colour", metavar="action|depth|EXPR", default="", help="colour arrows, or nodes, by this")
    parser.add_argument("--format", choices=tuple(SUFFIXES), help="default: what FILE is called, or svg")
    parser.add_argument("-o", dest="file", metavar="FILE", type=Path, help="default: graph.svg, ... where results go")
    parser.add_argument("--max-nodes", metavar="N", type=options.positive, help="write a graph with more nodes")
    parser.add_argument("--out", metavar="DIR", type=Path, default=Path("out"), help="where results go (default: out)")
    options.add_simplest(parser)
    parser.set_defaults(run=run, workers=processors(), progress=False, exact=False, max_seconds=SEARCH_SECONDS)


class Ground(Protocol):
    """What is drawn: a model of a spec in Python, or a module with its configuration."""

    subject: report.Subject

    def expressions(self, text: str) -> Sequence[Expression]:
        """The expressions that a user gives; :class:`UsageError` where the text is none."""

    def search(self) -> Result:
        """What a search of all states finds."""

    def explored(self, limit: int) -> Explored:
        """All states, with the counterexample that the search has found."""


class _SpecGround:
    """A spec in Python."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.spec = options.load(args)
        check_init(self.spec)
        self.subject = report.subject(self.spec)

    def expressions(self, text: str) -> Sequence[Expression]:
        from mc.read.python.given import parse_expressions

        return parse_expressions(text, self.spec)

    def search(self) -> Result:
        self.engine, self.result, _ = search(self.spec, self.args, "bfs")
        return self.result

    def explored(self, limit: int) -> Explored:
        from mc.graph.explored import explore, refuse

        behavior = None
        if self.result.violation is not None:
            behavior = counterexample(self.spec, self.result.violation, self.engine.canonical)
        refuse(behavior)
        return explore(self.spec, self.engine, limit, behavior)


def _ground(args: argparse.Namespace) -> Ground:
    if not options.is_module(args.spec):
        if args.config is not None:
            raise UsageError(options.NO_CONFIG)
        return _SpecGround(args)
    # Here, not above: the reader of TLA+ takes its time to import.
    from mc.cli.modules import ModuleGround

    return ModuleGround(args)


def run(args: argparse.Namespace) -> int:
    """Write the graph; returns the exit code."""
    try:
        from mc.graph import dot, export, overview, stategraph
        from mc.graph.explored import TooLarge
        from mc.graph.render import render
    except ModuleNotFoundError as error:
        raise UsageError(f"mc graph needs the package {error.name}: pip install 'mc-consensus[render]'") from None
    ground = _ground(args)
    subject = ground.subject
    form = _format(args.format, args.file)
    projection = ground.expressions(args.project) if args.project is not None else ()
    by: dot.Colour = args.colour if args.colour in ("", "action", "depth") else "value"
    coloured, *others = ground.expressions(args.colour) if by == "value" else (None,)
    if others:
        raise UsageError(f"--colour {args.colour}: one expression, not {1 + len(others)}")
    if args.file is not None:
        options.try_file("-o", args.file)
        file = args.file
    else:
        file = options.output_directory(args.out, subject.name, subject.model) / f"graph{SUFFIXES[form]}"
    nodes = args.max_nodes or (PICTURE_NODES if form in PICTURES else DATA_NODES)
    limit = max(STATE_LIMIT, nodes)
    result = ground.search()
    if result.distinct > limit:
        raise TooLarge.to_explore(f"{'' if result.complete else 'more than '}{result.distinct:,}")
    if result.verdict == "incomplete" and not result.complete:
        print(f"mc: interrupted, or not explored in {SEARCH_SECONDS:.0f} s", file=sys.stderr)
        return errors.EXIT_INCOMPLETE
    explored = ground.explored(limit)
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
        print(report.verdict_line(subject, result))
        return errors.EXIT_VACUOUS
    if result.violation is not None:
        print(f"{report.verdict_line(subject, result)} The behavior is drawn in.")
    return errors.EXIT_OK


def _format(given: str | None, file: Path | None) -> str:
    """``--format``, else what the file's name says, else SVG."""
    if given is not None or file is None:
        return given or "svg"
    fitting = [form for form, suffix in SUFFIXES.items() if file.name.endswith(suffix)]
    if not fitting:
        raise UsageError(f"-o {file}: give --format, or a name that ends in {', '.join(SUFFIXES.values())}")
    return max(fitting, key=lambda form: len(SUFFIXES[form]))
