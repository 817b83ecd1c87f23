"""A TLA+ module compiled, and searched from the start."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from mc.engine.deep import deeply
from mc.engine.interpreted import Search
from mc.engine.learn.domains import NotLearned
from mc.engine.learn.held import difference, starts_differ
from mc.engine.learn.model import bound, invariants_of, learner, packed, sets_of_model_values, unpacked
from mc.engine.learn.samples import chosen, fails, invariants, starts, successors, walk
from mc.engine.learn.starts import row
from mc.engine.learn.symmetric import singled_out
from mc.engine.permutations import whole_sets
from mc.engine.program.program import UnevaluableInit
from mc.engine.properties import without_properties
from mc.engine.result import Progress, Result, Taken, Violation, ViolationKind
from mc.engine.search.compiled import Engine
from mc.engine.search.limits import Limits, processors
from mc.engine.stops import taken
from mc.engine.tiers import NotCompiled, NotCompiledYet, Options
from mc.errors import McError, ModelError, SpecError
from mc.interpreter.states import State
from mc.lang import state as lang
from mc.lang.domains import Domain
from mc.lang.values import ModelValueSet
from mc.lower.lower import lower
from mc.lower.lowered import Lowered, NotLowered
from mc.spec.objects import Spec

#: Initial states are a table of the compiled code, up to so many; else it makes them itself.
MOST_GIVEN = 5000
#: Walks begin in one of so many of the last states.
MOST_STARTS = 1000
#: Walks that are taken for samples, at most, and their seconds.
WALKS = 20
WALK_SECONDS = 0.5
#: How often domains are widened, at most.
MOST_WIDENED = 40
#: In so many states compiled code is held to the interpreter.
HELD = 100


class Compiling:
    """Compiles the module of a search that the interpreter has begun. ``began``: when that was."""

    def __init__(
        self, first: Search, options: Options, progress: Callable[[Progress], None] | None, began: float
    ) -> None:
        self.first = first
        self.interpreter = first.interpreter
        self.spec = first.spec
        self.options = options
        self.progress = progress
        self.began = began
        self.compiling = time.monotonic()
        self.samples: list[State] = []
        #: The first of the initial states, or all.
        self.starts: list[State] = []
        #: The sets of model values by their names, and which of them are symmetric.
        self.sets: dict[str, ModelValueSet] = {}
        self.symmetry: tuple[str, ...] = ()
        #: Why compiled code has failed last.
        self.reason = ""

    def run(self) -> Result:
        """The result of the compiled search; :class:`NotCompiled`."""
        symmetric = [] if self.first.orbits is None else whole_sets(self.first.orbits.permutations)
        if symmetric is None:
            raise NotCompiled(f"SYMMETRY {self.spec.symmetry} is not that of whole sets of model values")
        self.sets = sets_of_model_values(self.spec, symmetric)
        self.symmetry = tuple(next(n for n, s in self.sets.items() if s == members) for members in symmetric)
        try:
            lowered = deeply(lambda: lower(self.spec, self.interpreter))
        except NotLowered as error:
            raise NotCompiled(str(error)) from None
        where = singled_out(lowered, {name: self.sets[name] for name in self.symmetry})
        if where:
            raise NotCompiled(f"SYMMETRY {self.spec.symmetry} is one of values that {where} tells apart")
        finds = learner(self.spec, lowered, self.sets)
        self.starts = deeply(lambda: starts(self.interpreter, MOST_GIVEN))
        given = self.starts if len(self.starts) <= MOST_GIVEN else None
        more = {} if given is not None else row(lowered.definitions[lowered.init]).chosen()
        deeply(lambda: self._sample([*self.starts, *chosen(self.first.states)], WALKS))
        known: dict[str, str] = {}
        for started in range(MOST_WIDENED):
            finds.doublings = started // 2
            try:
                domains = finds.variables(self.spec.variables, self.samples, more)
            except NotLearned as error:
                raise NotCompiledYet(str(error)) from None
            found = self._attempt(lowered, domains, given, known)
            if found is not None:
                return found
        raise NotCompiled("the values of its variables keep growing")

    def _attempt(
        self, lowered: Lowered, domains: dict[str, Domain], given: list[State] | None, known: dict[str, Any]
    ) -> Result | None:
        """The result of a search with some domains; None where it has found states that widen them. ``given``: all
        initial states, where they are few."""
        try:
            spec = bound(self.spec, lowered, domains, given, self.sets, self.symmetry)
            self.engine = engine = self._translated(spec)
            shapes = {name: shape.key for name, shape in engine.layout.fields.items()}
            if shapes == known:
                raise NotCompiled(f"compiled code cannot evaluate a state{self.reason}")
            known |= shapes
            result = engine.search(
                workers=self.options.workers or processors(),
                progress=self.progress,
                limits=self._limits(),
                early=self.options.early,
            )
        except (SpecError, ModelError, UnevaluableInit) as error:
            raise NotCompiledYet(str(error)) from None
        if result.violation is None or result.violation.kind != "evaluation":
            self._hold(result)
            return self._told(result)
        path = [unpacked(state) for state in result.violation.representatives]
        self.reason = _reason(result.violation)
        if deeply(lambda: fails(self.interpreter, path[-1])):
            raise NotCompiled("an evaluation fails, and the interpreter tells which")
        deeply(lambda: self._widen(path))
        return None

    def _hold(self, result: Result) -> None:
        """:class:`NotCompiled` where the interpreter says anything else: in its own levels, and in some states."""
        dice = random.Random(0)
        states = dice.sample(self.samples, min(HELD, len(self.samples)))
        what = deeply(lambda: difference(self.interpreter, self.engine, states))
        if self.engine.spec.given is None and deeply(self._starts_differ):
            what = "initial states"
        levels = tuple(self.first.levels)
        if result.complete and levels != result.levels[: len(levels)]:
            what = "levels"
        if what:
            raise NotCompiled(f"the interpreter and compiled code differ in {what}, which is a fault of mc: report it")

    def _starts_differ(self) -> bool:
        return starts_differ(self.interpreter, self.engine, self.starts[:HELD], random.Random(0))

    def _translated(self, spec: Spec) -> Engine:
        """The program of a spec. The interpreter goes on where the translator knows no way."""
        try:
            return Engine(spec, self.options.cache, exact=self.options.exact)
        except McError:
            raise
        except Exception as error:
            if not self.options.falls_back:
                raise
            raise NotCompiled(f"the translator fails ({type(error).__name__} {error})") from error

    def _widen(self, path: list[State]) -> None:
        """Take the states around one that compiled code cannot evaluate."""
        self._sample([*path, *(after for state in path[-2:] for after in successors(self.interpreter, state))], 1)

    def _limits(self) -> Limits:
        """The limits, with what is left of the time."""
        given = self.options.limits
        if given.max_seconds is None:
            return given
        return replace(given, max_seconds=max(0.01, given.max_seconds - (time.monotonic() - self.began)))

    def _sample(self, states: list[State], walks: int) -> None:
        """Take some states, and those on walks from the last of them."""
        self.samples += states
        dice, end = random.Random(0), time.monotonic() + WALK_SECONDS
        for start in dice.sample(states[-MOST_STARTS:], min(walks, len(states[-MOST_STARTS:]))):
            for state in walk(self.interpreter, start, dice):
                self.samples.append(state)
                if time.monotonic() > end:
                    return

    # The result

    def _told(self, result: Result) -> Result:
        """What the compiled search has found, as the interpreter's search tells it."""
        violation = None if result.violation is None else self._behavior(result.violation)
        seconds = {**result.seconds, "interpret": self.compiling - self.began}
        found = replace(result, violation=violation, warnings=tuple(self.first.warnings), seconds=seconds)
        return found if result.verdict != "ok" else without_properties(self.first.left_out, found)

    def _behavior(self, violation: Violation) -> Violation:
        """The behavior to a violation in values of TLA+, with what leads from each state to the next."""
        path = [unpacked(state) for state in violation.representatives]
        if self.symmetry:
            path = self._walked(violation.representatives)
        names = self.spec.variables
        states = tuple(lang.State(dict(zip(names, values, strict=True))) for values in path)
        steps = tuple(self._taken(before, after) for before, after in itertools.pairwise(path))
        kind, name = deeply(lambda: self._judged(violation, path[-1]))
        return Violation(kind, name, states, (), steps=steps)

    def _judged(self, violation: Violation, last: State) -> tuple[ViolationKind, str]:
        """What is told of an error. A state that violates a property of steps is looked at for invariants before."""
        if violation.kind == "property":
            for name, predicate in zip(invariants_of(self.spec), invariants(self.spec), strict=True):
                if not self.interpreter.holds(predicate, last):
                    return "invariant", name
        return violation.kind, violation.property

    def _walked(self, orbits: Sequence[lang.State]) -> list[State]:
        """A behavior through some orbits, which are given by their representatives."""
        path: list[State] = []
        for orbit in orbits:
            following = successors(self.interpreter, path[-1]) if path else self.interpreter.initial_states()
            domains = self.engine.spec.variables
            path.append(next(s for s in following if self.engine.canonical(packed(domains, s)) == orbit))
        return path

    def _taken(self, before: State, after: State) -> Taken:
        """The action that leads from a state to the next."""
        for action in self.interpreter.actions:
            if any(found == after for found in action.successors(before)):
                return taken(action)
        raise AssertionError(f"no action leads from {before} to {after}")


def _reason(violation: Violation) -> str:
    failure = violation.failure
    return "" if failure is None else f": {failure.file}:{failure.line}: {failure.why}"
