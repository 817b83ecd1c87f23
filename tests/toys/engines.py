"""The compiled engine against the reference engine, on one spec."""

from __future__ import annotations

import atexit
import itertools
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mc.engine import reference
from mc.engine.search.compiled import Engine
from mc.engine.result import NO_ERROR, Result, Verdict
from mc.errors import EvaluationError
from mc.lang.state import State
from mc.read.python.load import load_spec
from mc.spec.objects import Model, Spec
from tests.toys.ways import Way

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

    verdict: Verdict
    #: The length of the behavior that ends in a violation, or where it cannot go on.
    length: int | None = None
    result: Result | None = None
    #: All states, level by level.
    states: tuple[State, ...] = ()

    def depth(self) -> int | None:
        """How deep a search has to go, where that is known."""
        if self.length is not None:
            return self.length + 1
        return len(self.result.levels) if self.result is not None and self.verdict == "incomplete" else None


def expected(spec: Spec, limit: int | None = None) -> Expected:
    """Run the reference engine; it ends with the level after that by which it knows ``limit`` states."""
    try:
        found = reference.explore(spec, limit)
    except EvaluationError:
        return Expected("error", length=error_length(spec))
    result = found.result
    length = None if result.violation is None else len(result.violation.representatives)
    return Expected(result.verdict, length, result, found.states)


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
    check(spec, want, Engine(spec), [*map(Way, workers), Way(order="dfs")])
    return want


def check(spec: Spec, want: Expected, engine: Engine, ways: Iterable[Way]) -> None:
    """Fail where some way to search finds something else than the reference engine."""
    for way in ways:
        found, levels = way.search(engine, None if way.order == "dfs" else want.depth())
        try:
            _compare_results(spec, engine, want, found)
            _compare_levels(engine, want, levels)
        except AssertionError as error:
            error.args = (f"{way}: {error}",)
            raise
    if want.verdict in NO_ERROR:
        _compare_graphs(spec, engine, want.states)


def _compare_results(spec: Spec, engine: Engine, want: Expected, found: Result) -> None:
    alike = not spec.model.symmetry and not any(p.variable for a in spec.actions for p in a.parameters)
    if want.length is None or found.violation is None:
        assert found.verdict == want.verdict, found.verdict
        _compare_counts(want, found, alike)
        return
    _check_behavior(spec, engine, found.violation)
    if found.search == "dfs":
        return
    length = len(found.violation.representatives)
    assert want.length is not None
    if alike:
        assert found.verdict == want.verdict, found.verdict
        assert length == want.length, f"length {length}, not {want.length}"
        if want.result is not None:
            assert want.result.violation is not None
            assert found.violation.property == want.result.violation.property
    else:
        # In another order of the successors, so another violation may come first.
        assert abs(length - want.length) <= 1, f"length {length}, not {want.length}"


def _compare_levels(engine: Engine, want: Expected, levels: list[set[State]]) -> None:
    """The sets of states, where those of the search are known and those of the reference engine are all."""
    if not levels or want.length is not None:
        return
    assert want.result is not None
    states = [engine.canonical(state) for state in want.states]
    ends = [0, *itertools.accumulate(want.result.levels)]
    for level, found in enumerate(levels):
        expected = set(states[ends[level] : ends[level + 1]])
        assert found == expected, f"level {level + 1}: {_difference(found, expected)}"


def _compare_counts(want: Expected, found: Result, alike: bool) -> None:
    """``alike``: whether the successors come in the same order."""
    assert want.result is not None
    names = ["complete", "frontier", "generated", "distinct", "initial", "witnesses", "orbit_sum"]
    if found.search == "bfs":
        names += ["levels", "depth"] + ["actions"] * alike
    for name in names:
        one, other = getattr(found, name), getattr(want.result, name)
        assert one == other, f"{name} {one}, not {other}"
    counts = [{name: count.generated for name, count in r.actions.items()} for r in (found, want.result)]
    assert counts[0] == counts[1]


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


def _compare_graphs(spec: Spec, engine: Engine, want: Iterable[State]) -> None:
    graph = engine.graph(10**6)
    assert graph is not None
    states = [engine.unpack(row) for row in graph.states]
    plain = not spec.model.symmetry

    def image(state: State) -> State:
        return state if plain else engine.canonical(state)

    images = {state: image(state) for state in want}
    assert set(states) == set(images.values()), _difference(set(states), set(images.values()))
    assert len(states) == len(images)
    numbers = {action.name: k for k, action in enumerate(spec.actions)}
    edges: set[tuple[State, int, State]] = set()
    for state, representative in images.items():
        for step in reference.successors(spec, state):
            if all(c.function(step.state) for c in spec.constraints):
                edges.add((representative, numbers[step.action.name], image(step.state)))
    # A step that a guard allows in several ways is generated so often, and is one edge.
    found = {(states[a], int(k), states[b]) for a, k, b in graph.edges}
    assert found == edges, _difference(found, edges)


def _difference(found: set[Any], want: set[Any]) -> str:
    return f"only compiled: {list(found - want)[:2]}\nonly reference: {list(want - found)[:2]}"
