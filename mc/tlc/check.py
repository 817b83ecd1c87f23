"""Check one model with TLC as well, and compare all that can be compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mc.engine.result import Result
from mc.errors import EvaluationError, ModelError
from mc.spec.objects import Spec
from mc.tlc.compare import CrosscheckResult, Row, compare_results
from mc.tlc.dump import Rows, TlcGraph, read_graph, read_states
from mc.tlc.explain import explain
from mc.tlc.graphs import GraphEngine, Graphs, merge
from mc.tlc.model import TlcModel, write_model
from mc.tlc.proof import read_proof
from mc.tlc.run import TlcResult, run_tlc
from mc.tlc.steps import only_generated, other_arguments
from mc.tlc.subject import WITH_TLC, Names, Subject
from mc.tlc.tools import Tools, find_tools

#: Up to this many distinct states sets of edges are compared: TLC writes a kilobyte for a state of
#: Raft and 100 bytes for an edge, of which each state has ten; a tenth of a gigabyte at this limit.
EDGE_LIMIT = 100_000
#: Up to this many, sets of states: about a gigabyte on the disk, read as a stream.
STATE_LIMIT = 1_000_000
#: So few states TLC generates in seconds.
SHORT = 50_000

#: What the other side has: its states, those that are foreign, and its edges, if it has told them.
Dumped = tuple[Rows, Sequence[tuple[str, str]], TlcGraph | None]


def crosscheck(
    spec: Spec,
    engine: GraphEngine,
    result: Result,
    *,
    out: Path,
    jar: Path | None = None,
    environment: Mapping[str, str] | None = None,
    proofs: Sequence[Path] = (),
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CrosscheckResult:
    """Run TLC on the model that ``result`` is of, in the directory ``out``, and compare.

    ``environment`` is where ``TLA2TOOLS_JAR``, ``JAVA_HOME`` and ``PATH`` are looked up; ``proofs``:
    directories with bundled ``.tla`` files. ``workers`` and ``progress``: see :func:`with_tlc`.
    Raises :class:`UsageError` (no Java, no jar, ``out`` not writable), :class:`ModelError` (a ``.tla``
    that is missing or does not fit), :class:`SpecError` (one that TLC cannot read).
    """
    if result.verdict == "incomplete":
        return incomplete(result)
    tools = find_tools(jar, environment or {})
    proof = read_proof(spec, proofs)
    return with_tlc(proof, engine, result, tools, write_model(proof, out), workers, progress)


def incomplete(
    result: Result, ended: Result | None = None, who: str = "mc", names: Names = WITH_TLC
) -> CrosscheckResult:
    """What is said where a search did not come to its end, ours or that of ``who``: there is nothing to compare."""
    ending = (ended or result).ending
    why = "it did not finish" if ending is None else ending.reason
    compared = dict.fromkeys(("counts", "states", "edges"), False)
    return CrosscheckResult("incomplete", result, None, (), compared, (), (f"{who}: {why}",), names)


def with_tlc(
    subject: Subject,
    engine: GraphEngine,
    result: Result,
    tools: Tools,
    model: TlcModel,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    most: int | None = None,
) -> CrosscheckResult:
    """Run TLC on a model, and compare; sets of states where there are so many at ``most`` (by default
    ``STATE_LIMIT``).

    With ``workers``, TLC runs a second time with that many workers and nothing else to do, only for its time.
    ``progress`` is told, once a minute, how many states TLC has generated, and how many of them are distinct.
    """
    kind = "edges" if result.distinct <= EDGE_LIMIT else "states" if result.distinct <= (most or STATE_LIMIT) else ""
    # TLC appends .dump to the name that it is given, but .dot only where it is missing.
    file = model.directory / f"{model.name}.{'dot' if kind == 'edges' else 'dump'}"
    dump = {"edges": ("dot,actionlabels", file.name), "states": (file.stem,)}.get(kind, ())
    # Where mc stopped early, TLC may rightly go on for longer.
    beyond = 2 * result.distinct + 200_000 if result.complete else 10 * result.distinct + STATE_LIMIT
    short = result.generated < SHORT
    try:
        tlc = run_tlc(
            tools, subject, model, coverage=True, dump=dump, stop_beyond=beyond, progress=progress, short=short
        )
        if tlc.constraint is not None and result.violation is not None:
            raise ModelError(
                f"TLC cannot check this model: its constraint {tlc.constraint}, which has constants only, is FALSE, so "
                "TLC does not search; mc finds an initial state that violates an invariant"
            )
        if tlc.property is not None and not tlc.searched and result.verdict == "vacuous":
            raise ModelError(
                f"TLC cannot check this model: it evaluates {tlc.property}, which has constants only and is FALSE, "
                "before the search; there is no state that violates it"
            )

        def read() -> Dumped:
            if kind == "edges":
                graph = read_graph(file, subject, engine)
                return graph.rows, graph.foreign, graph
            table = read_states(file, subject, engine)
            return table.rows(), table.foreign, None

        found = compare(subject, engine, result, tlc, kind, read, most=most)
    finally:
        # Large, and of no use once they are compared.
        file.unlink(missing_ok=True)
    if workers is not None and tlc.verdict != "stopped":
        timed = run_tlc(tools, subject, model, workers=workers, progress=progress, log="tlc-timed.out")
        if tlc.complete and (timed.generated, timed.distinct) != (tlc.generated, tlc.distinct):
            counts = f"{timed.generated:,} generated, {timed.distinct:,} distinct"
            said = f"TLC itself counts otherwise with {workers} workers: {counts}"
            found = replace(found, verdict="different", differences=(*found.differences, said))
        found = replace(found, tlc=replace(tlc, seconds=timed.seconds))
    return found


def compare(
    subject: Subject,
    engine: GraphEngine,
    result: Result,
    other: TlcResult,
    kind: str,
    read: Callable[[], Dumped],
    names: Names = WITH_TLC,
    most: int | None = None,
) -> CrosscheckResult:
    """Compare what mc found with what the other side did. ``kind``: what ``read`` gives of it, "edges", "states" or
    nothing, where there are more states than ``most``."""
    rows, differences, notes = compare_results(subject, result, other, names)
    if other.verdict == "stopped":
        differences.append(
            f"{names.theirs} was stopped after {other.distinct:,} distinct states; {names.ours} has {result.distinct:,}"
        )
    compared = {"counts": result.complete and other.complete and other.searched, "states": False, "edges": False}
    if not other.searched:
        notes.append(f"states and edges not compared: {names.theirs} did not search")
    elif not result.complete and not differences:
        notes.append("states and edges not compared: both searches stopped early, and agree why")
    else:
        graphs = _graphs(subject, engine, kind, read, notes, names, most)
        if graphs is not None:
            found = _graph_differences(graphs, other, notes)
            # Where the other stopped early, only what it has so far was looked at.
            compared["states"] = other.complete
            compared["edges"] = other.complete and kind == "edges"
            if not found and compared["counts"] and _is_only_generated(subject, rows):
                found = [only_generated(graphs)]
            differences += found
    verdict = "different" if differences else "equal"
    return CrosscheckResult(verdict, result, other, tuple(rows), compared, tuple(differences), tuple(notes), names)


def _is_only_generated(subject: Subject, rows: Sequence[Row]) -> bool:
    """Whether the results differ, and in nothing but the number of generated states, in all or by action."""
    different = {row.name for row in rows if not row.equal}
    return bool(different) and different <= {"generated", *subject.actions}


def _graph_differences(graphs: Graphs, other: TlcResult, notes: list[str]) -> list[str]:
    if graphs.actions == [""]:
        notes.append(f"edges compared without labels: a label of {graphs.tlc.name} does not stand for one action")
    found = explain(graphs, partial=not other.complete)
    if not found and other.complete and graphs.dump is not None and graphs.actions != [""]:
        found = other_arguments(graphs, notes)
    return found


def _graphs(
    subject: Subject,
    engine: GraphEngine,
    kind: str,
    read: Callable[[], Dumped],
    notes: list[str],
    names: Names,
    most: int | None,
) -> Graphs | None:
    """Both graphs; None, with a note, where they cannot be compared."""
    limit = EDGE_LIMIT if kind == "edges" else most or STATE_LIMIT
    if kind != "edges":
        notes.append(f"edges not compared: more than {EDGE_LIMIT:,} states")
    try:
        graph = engine.graph(limit) if kind else None
    except EvaluationError as error:
        notes.append(f"states not compared: {names.ours} cannot explore all of them: {error}")
        return None
    if graph is None:
        notes.append(f"states not compared: more than {limit:,}")
        return None
    return merge(subject, engine, graph, *read(), names)
