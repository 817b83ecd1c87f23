"""Check one model with TLC as well, and compare all that can be compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mc.engine.result import Result
from mc.errors import EvaluationError, ModelError
from mc.spec.objects import Spec
from mc.tlc.compare import CrosscheckResult, Row, compare_results
from mc.tlc.dump import read_graph, read_states
from mc.tlc.explain import explain
from mc.tlc.graphs import GraphEngine, Graphs, merge
from mc.tlc.model import write_model
from mc.tlc.proof import Proof, read_proof
from mc.tlc.run import TlcResult, run_tlc
from mc.tlc.steps import only_generated, other_arguments
from mc.tlc.tools import find_tools

#: Up to this many distinct states sets of edges are compared: TLC writes a kilobyte for a state of
#: Raft and 100 bytes for an edge, of which each state has ten; a tenth of a gigabyte at this limit.
EDGE_LIMIT = 100_000
#: Up to this many, sets of states: about a gigabyte on the disk, read as a stream.
STATE_LIMIT = 1_000_000
#: So few states TLC generates in seconds.
SHORT = 50_000


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
    directories with bundled ``.tla`` files. With ``workers``, TLC runs a second time with that many
    workers and nothing else to do, only for its time. ``progress`` is told, once a minute, how many
    states TLC has generated, and how many of them are distinct.
    Raises :class:`UsageError` (no Java, no jar, ``out`` not writable), :class:`ModelError` (a ``.tla``
    that is missing or does not fit), :class:`SpecError` (one that TLC cannot read).
    """
    if result.verdict == "incomplete":
        compared = dict.fromkeys(("counts", "states", "edges"), False)
        return CrosscheckResult("incomplete", result, None, (), compared, (), ("mc did not finish: TLC was not run",))
    tools = find_tools(jar, environment or {})
    proof = read_proof(spec, proofs)
    model = write_model(proof, out)
    kind = "edges" if result.distinct <= EDGE_LIMIT else "states" if result.distinct <= STATE_LIMIT else ""
    # TLC appends .dump to the name that it is given, but .dot only where it is missing.
    file = model.directory / f"{model.name}.{'dot' if kind == 'edges' else 'dump'}"
    dump = {"edges": ("dot,actionlabels", file.name), "states": (file.stem,)}.get(kind, ())
    # Where mc stopped early, TLC may rightly go on for longer.
    beyond = 2 * result.distinct + 200_000 if result.complete else 10 * result.distinct + STATE_LIMIT
    try:
        short = result.generated < SHORT
        tlc = run_tlc(tools, proof, model, coverage=True, dump=dump, stop_beyond=beyond, progress=progress, short=short)
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
        rows, differences, notes = compare_results(spec, result, tlc)
        if tlc.verdict == "stopped":
            differences.append(f"TLC was stopped after {tlc.distinct:,} distinct states; mc has {result.distinct:,}")
        compared = {"counts": result.complete and tlc.complete and tlc.searched, "states": False, "edges": False}
        if not tlc.searched:
            notes.append("states and edges not compared: TLC did not search")
        elif not result.complete and not differences:
            notes.append("states and edges not compared: both searches stopped early, and agree why")
        else:
            graphs = _graphs(proof, engine, kind, file, notes)
            if graphs is not None:
                found = _graph_differences(proof, graphs, tlc, notes)
                # Where TLC stopped early, only what it has so far was looked at.
                compared["states"] = tlc.complete
                compared["edges"] = tlc.complete and kind == "edges"
                if not found and compared["counts"] and _is_only_generated(spec, rows):
                    found = [only_generated(graphs)]
                differences += found
    finally:
        # Large, and of no use once they are compared.
        file.unlink(missing_ok=True)
    if workers is not None and tlc.verdict != "stopped":
        timed = run_tlc(tools, proof, model, workers=workers, progress=progress, log="tlc-timed.out")
        if tlc.complete and (timed.generated, timed.distinct) != (tlc.generated, tlc.distinct):
            counts = f"{timed.generated:,} generated, {timed.distinct:,} distinct"
            differences.append(f"TLC itself counts otherwise with {workers} workers: {counts}")
        tlc = replace(tlc, seconds=timed.seconds)
    verdict = "different" if differences else "equal"
    return CrosscheckResult(verdict, result, tlc, tuple(rows), compared, tuple(differences), tuple(notes))


def _is_only_generated(spec: Spec, rows: Sequence[Row]) -> bool:
    """Whether the results differ, and in nothing but the number of generated states, in all or by action."""
    different = {row.name for row in rows if not row.equal}
    return bool(different) and different <= {"generated", *(action.name for action in spec.actions)}


def _graph_differences(proof: Proof, graphs: Graphs, tlc: TlcResult, notes: list[str]) -> list[str]:
    if graphs.actions == [""]:
        notes.append("edges compared without labels: a label of TLC does not stand for one action of the spec")
    found = explain(graphs, partial=not tlc.complete)
    if not found and tlc.complete and graphs.dump is not None and graphs.actions != [""]:
        found = other_arguments(proof, graphs, notes)
    return found


def _graphs(proof: Proof, engine: GraphEngine, kind: str, file: Path, notes: list[str]) -> Graphs | None:
    """Both graphs; None, with a note, where they cannot be compared.

    ``kind``: what TLC has dumped into ``file``, "edges", "states" or nothing.
    """
    limit = EDGE_LIMIT if kind == "edges" else STATE_LIMIT
    if kind != "edges":
        notes.append(f"edges not compared: more than {EDGE_LIMIT:,} states")
    try:
        graph = engine.graph(limit) if kind else None
    except EvaluationError as error:
        notes.append(f"states not compared: mc cannot explore all of them: {error}")
        return None
    if graph is None:
        notes.append(f"states not compared: more than {limit:,}")
        return None
    if kind == "edges":
        dumped = read_graph(file, proof.spec, engine)
        return merge(proof, engine, graph, dumped.rows, dumped.foreign, dumped)
    table = read_states(file, proof.spec, engine)
    return merge(proof, engine, graph, table.rows(), table.foreign, None)
