"""The compiled engine against the reference engine, on one spec."""

from __future__ import annotations

import atexit
import itertools
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mc.engine import reference
from mc.engine.compiled import Engine
from mc.errors import EvaluationError
from mc.lang.state import State
from mc.spec.load import load_spec
from mc.spec.objects import Model, Spec

#: A spec with as many states as one likes, for searches that are to end early.
GRID = Path(__file__).parent / "grid.py"
#: Where the specs given as text are, until the process ends.
_SPECS = tempfile.TemporaryDirectory(prefix="mc-specs-")
atexit.register(_SPECS.cleanup)
_NUMBERS = itertools.count()


def load(
    source: str | Path,
    constants: Mapping[str, Any] | None = None,
    symmetry: tuple[str, ...] = (),
    deadlock: bool = False,
    **fields: Any,
) -> Spec:
    """A spec from a path or from its text."""
    model = Model("test", constants or {}, symmetry=symmetry, deadlock=deadlock, **fields)
    if isinstance(source, Path):
        return load_spec(source, model)
    path = Path(_SPECS.name) / f"{next(_NUMBERS)}" / "spec.py"
    path.parent.mkdir()
    path.write_text("from mc.lang import *\n" + source, encoding="utf-8")
    return load_spec(path, model)


@dataclass
class Expected:
    """What the reference engine says, or where it cannot go on."""

    verdict: str
    property: str = ""
    length: int | None = None
    result: reference.Result | None = None


def expected(spec: Spec) -> Expected:
    """Run the reference engine."""
    try:
        result = reference.explore(spec)
    except EvaluationError:
        return Expected("error", length=error_length(spec))
    if result.violation is None:
        return Expected("ok", result=result)
    kind, name = result.violation
    return Expected("violation" if kind == "invariant" else kind, name, len(result.behavior), result)


def error_length(spec: Spec) -> int | None:
    """The length of the behavior at whose end the reference engine cannot evaluate something."""
    group = reference.symmetries(spec)
    seen: set[State] = set()
    level: list[State] = []

    def look(state: State, into: list[State]) -> bool:
        """Look at one state; whether it can be evaluated."""
        try:
            within = all(c.function(state) for c in spec.constraints)
            if within and state in seen:
                return True
            for definition in (*spec.witnesses * within, *spec.invariants):
                definition.function(state)
        except EvaluationError:
            return False
        if within:
            seen.update(reference.orbit(state, group))
            into.append(state)
        return True

    for state in spec.initial_states():
        if not look(state, level):
            return 1
    depth = 1
    while level:
        following: list[State] = []
        for state in level:
            steps = reference.successors(spec, state)
            while True:
                try:
                    step = next(steps)
                except StopIteration:
                    break
                except EvaluationError:
                    return depth
                if not look(step.state, following):
                    return depth + 1
        level, depth = following, depth + 1
    return None


def compare(spec: Spec, workers: tuple[int, ...] = (1, 2)) -> Expected:
    """Fail where the two engines differ; returns what both say."""
    want = expected(spec)
    engine = Engine(spec)
    ordered = not spec.model.symmetry and not any(p.variable for a in spec.actions for p in a.parameters)
    for count, order in (*((w, "bfs") for w in workers), (1, "dfs")):
        where = f"{order} with {count} workers"
        found = engine.search(workers=count, order=order)
        if want.verdict == "ok" or found.verdict == "ok":
            assert found.verdict == want.verdict, f"{where}: {found.verdict}, not {want.verdict}"
            assert want.result is not None
            _compare_counts(spec, want.result, found, where)
            continue
        assert found.violation is not None, where
        length = len(found.violation.representatives)
        _check_behavior(spec, engine, found.violation)
        if order == "dfs":
            continue
        assert want.length is not None
        if ordered:
            assert (found.verdict, found.violation.property) == (want.verdict, want.property), where
            assert length == want.length, f"{where}: length {length}, not {want.length}"
        else:
            assert abs(length - want.length) <= 1, f"{where}: length {length}, not {want.length}"
    if want.verdict == "ok":
        assert want.result is not None
        _compare_graphs(spec, engine, want.result)
    return want


def _compare_counts(spec: Spec, want: reference.Result, found: Any, where: str) -> None:
    assert found.complete and found.frontier == 0, where
    assert found.generated == want.generated, f"{where}: generated {found.generated}, not {want.generated}"
    assert found.distinct == want.distinct, f"{where}: distinct {found.distinct}, not {want.distinct}"
    assert found.witnesses == want.witnesses, where
    assert {n: a.generated for n, a in found.actions.items()} == want.action_generated, where
    group = reference.symmetries(spec)
    orbits = sum(len(reference.orbit(state, group)) for state in want.parents)
    assert found.orbit_sum == orbits, f"{where}: orbit sum {found.orbit_sum}, not {orbits}"
    if found.search == "bfs":
        assert list(found.levels) == want.levels, f"{where}: levels {found.levels}, not {want.levels}"
        assert found.depth == max(1, len(want.levels)), where


def _check_behavior(spec: Spec, engine: Engine, violation: Any) -> None:
    """Every step of a reported behavior is a step of the reference engine, up to symmetry."""
    path = violation.representatives
    assert path[0] in {engine.canonical(s) for s in spec.initial_states()}
    for before, after in itertools.pairwise(path):
        images = set()
        try:
            for step in reference.successors(spec, before):
                images.add(engine.canonical(step.state))
        except EvaluationError:
            pass
        assert after in images, f"{before!r}\nhas no step to\n{after!r}"
    if violation.kind == "invariant":
        invariant = next(i for i in spec.invariants if i.name == violation.property)
        assert not invariant.function(path[-1])
    elif violation.kind == "deadlock":
        assert not list(reference.successors(spec, path[-1]))


def _compare_graphs(spec: Spec, engine: Engine, want: reference.Result) -> None:
    graph = engine.graph(10**6)
    assert graph is not None
    states = [engine.unpack(row) for row in graph.states]
    plain = not spec.model.symmetry

    def image(state: State) -> State:
        return state if plain else engine.canonical(state)

    images = {state: image(state) for state in want.parents}
    assert set(states) == set(images.values()), _difference(set(states), set(images.values()))
    assert len(states) == len(images)
    numbers = {action.name: k for k, action in enumerate(spec.actions)}
    edges: Counter[tuple[State, int, State]] = Counter()
    for state, representative in images.items():
        for step in reference.successors(spec, state):
            if all(c.function(step.state) for c in spec.constraints):
                edges[representative, numbers[step.action.name], image(step.state)] += 1
    found = Counter((states[a], int(k), states[b]) for a, k, b in graph.edges)
    assert found == edges, _difference(set(found), set(edges))


def _difference(found: set[Any], want: set[Any]) -> str:
    return f"only compiled: {list(found - want)[:2]}\nonly reference: {list(want - found)[:2]}"
