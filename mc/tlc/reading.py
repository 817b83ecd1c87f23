"""The module of a spec as mc reads it, in the place of TLC: what a search of it finds, and its states and edges."""

from __future__ import annotations

import numpy as np

import mc
from mc.engine.result import NO_ERROR, Result, Taken
from mc.engine.steps import explore
from mc.errors import ModelError
from mc.formula.nodes import as_written
from mc.interpreter.actions import Action
from mc.interpreter.values import NORMAL
from mc.lang.text import to_tla
from mc.spec.module import ModuleSpec
from mc.tlc.check import EDGE_LIMIT, Dumped, compare, incomplete
from mc.tlc.compare import CrosscheckResult, violated
from mc.tlc.dump import Packs, StateTable, TlcGraph
from mc.tlc.graphs import GraphEngine
from mc.tlc.output import INITIAL
from mc.tlc.run import TlcResult, TlcStep, by_action
from mc.tlc.subject import Names, Subject
from mc.trace.behavior import call_text


def with_reading(
    subject: Subject, engine: GraphEngine, result: Result, module: ModuleSpec, found: Result
) -> CrosscheckResult:
    """Compare the result for a spec with what a search of its module has ``found``, and the states and edges."""
    names = Names(subject.file, subject.module.name)
    for name, one in ((names.ours, result), (names.theirs, found)):
        if one.verdict == "incomplete":
            return incomplete(result, one, name, names)

    def read() -> Dumped:
        graph = dumped(subject, module, engine)
        return graph.rows, graph.foreign, graph

    kind = "edges" if max(result.distinct, found.distinct) <= EDGE_LIMIT else ""
    return compare(subject, engine, result, told(subject, module, found), kind, read, names, EDGE_LIMIT)


def told(subject: Subject, module: ModuleSpec, found: Result) -> TlcResult:
    """A result of mc in the form of one of TLC."""
    violation = found.violation
    trace: list[TlcStep] = []
    if violation is not None and violation.representatives:
        labels = [INITIAL, *(taken.name for taken in violation.steps)]
        for name, state in zip(labels, violation.representatives, strict=True):
            values = subject.values(_texts(tuple(state.values), tuple(state.values.values())))
            trace.append(TlcStep(subject.action(name) or name, values, subject.arguments(name)))
    failure = None if violation is None else violation.failure
    return TlcResult(
        version=mc.__version__,
        verdict=found.verdict,
        property=violated(found),
        generated=found.generated,
        distinct=found.distinct,
        depth=found.depth,
        length=len(trace) or None,
        seconds=found.seconds["explore"],
        action_generated=by_action({name: count.generated for name, count in found.actions.items()}, subject),
        trace=tuple(trace),
        message="" if failure is None else f"{failure.where} cannot be evaluated: {failure.why}",
        complete=found.verdict in NO_ERROR,
        searched=True,
        constraint=None,
        log=None,
    )


def dumped(subject: Subject, module: ModuleSpec, engine: Packs) -> TlcGraph:
    """The states and edges of the module, as they are read from a dump of TLC."""
    graph = explore(module, EDGE_LIMIT)
    if graph is None:
        raise ModelError(f"{subject.module.name} has more than {EDGE_LIMIT:,} states")
    table = StateTable(subject, engine, escaped=False)
    for state in graph.states:
        table.add(_texts(module.variables, state))
    labels = [label(module, action) for action in graph.actions]
    edges = np.array(graph.edges, np.int64).reshape(-1, 3)
    return TlcGraph(table.rows(), table.foreign, list(range(graph.initial)), labels, edges)


def label(module: ModuleSpec, action: Action) -> str:
    """What TLC of 2026 calls a step: the definition, with the values of its parameters."""
    definition = module.definitions.get(action.name)
    name = Taken(as_written(action.name), ())
    # A definition that is not entered, since its arguments depend on the state, has no parameters with values.
    if definition is None or action.name != action.position.name:
        return call_text(name, ())
    given = [action.bindings[as_written(parameter)] for parameter in definition.parameters]
    return call_text(name, tuple(value for value in given if type(value) in NORMAL))


def _texts(names: tuple[str, ...], values: tuple[object, ...]) -> list[str]:
    """A state as TLC prints it."""
    return [f"{name} = {to_tla(value)}" for name, value in zip(names, values, strict=True)]
