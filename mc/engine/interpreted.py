"""Breadth-first search of a TLA+ module by the interpreter, with TLC's counting rules.

In the order of ``tlc2.tool.ModelChecker`` and ``tlc2.tool.Worker``: a successor is counted, then the constraints judge
it, then it is looked up, then the invariants judge what is new or outside the constraints, then action properties
judge the step. The first error ends the search.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from mc.engine.deep import OverdueError, deeply
from mc.engine.keys import Orbits, Visited
from mc.engine.permutations import group
from mc.engine.properties import postconditions, temporal, varying, without_properties
from mc.engine.result import (
    NO_ERROR,
    PROGRESS_SECONDS,
    VERDICTS,
    Progress,
    Result,
    Verdict,
    Violation,
    ViolationKind,
    action_counts,
)
from mc.engine.search.limits import Guard, Limits
from mc.engine.stops import Path, StopError, fail, taken, unevaluable
from mc.errors import EvaluationError
from mc.formula.nodes import Expression, as_written
from mc.interpreter.actions import Action
from mc.interpreter.errors import SuccessorError
from mc.interpreter.interpreter import Interpreter
from mc.interpreter.states import State
from mc.lang import state as lang
from mc.lang.values import RecordValue
from mc.spec.module import Conjunct, ModuleSpec

if TYPE_CHECKING:
    from mc.engine.liveness import Behaviors

#: After so many initial states it is asked whether to end or to pause.
ASKED = 1024


def search(
    spec: ModuleSpec, limits: Limits | None = None, progress: Callable[[Progress], None] | None = None
) -> Result:
    """Search all reachable states; :class:`ModelError` where the configuration does not fit what it evaluates to."""
    return searched(lambda guard: Search(Interpreter(spec), guard, progress), limits)


def searched(make: Callable[[Guard], Search], limits: Limits | None = None) -> Result:
    """The result of a search that is made for a guard."""
    guard = Guard(limits or Limits())
    with guard.signals():
        return deeply(lambda: make(guard).run(), guard.is_overdue)


class _EndError(Exception):
    """A limit ends the search while it makes the initial states."""


class _PauseError(Exception):
    """The search pauses while it makes the initial states."""


class Search:
    """One search. The first state is of level 1."""

    def __init__(self, interpreter: Interpreter, guard: Guard, progress: Callable[[Progress], None] | None) -> None:
        self.interpreter = interpreter
        self.spec = interpreter.spec
        self.guard = guard
        self.report = progress
        self.began = self.reported = time.monotonic()
        self.warnings: list[str] = []
        self.generated = self.initial = 0
        #: Successors by the number of their action, and how many of them were new.
        self.counts: list[list[int]] = []
        self.actions: tuple[Action, ...] = ()
        #: The states that are distinct, in the order in which they were found; for each, where it came from, and by
        #: which action: -1 for those of initial states.
        self.states: list[State] = []
        self.parents = array("q")
        self.by = array("i")
        self.levels: list[int] = []
        self.begun = self.started = False
        #: How many states are expanded, and how many will be with the level.
        self.expanded = self.last = 0
        self.visited = Visited()
        #: The state whose successors are made, its level, and the action.
        self.parent = -1
        self.depth = 0
        self.action = -1
        #: Whether there was a successor.
        self.moved = False
        #: What ``TLCGet("level")`` is.
        self.level = 0
        self.invariants: list[tuple[ViolationKind, str, str | Expression]] = []
        self.constraints: list[str] = []
        self.action_constraints: list[str] = []
        self.initial_properties = self._properties("initial")
        self.action_properties = self._properties("action")
        self.orbits: Orbits | None = None
        #: The steps between states, where temporal properties are checked; why they are not.
        self.behaviors: Behaviors | None = None
        self.left_out = ""
        interpreter.named.update(self._named())

    def _properties(self, asked: str) -> list[Conjunct]:
        return [conjunct for conjunct in self.spec.properties if conjunct.asked == asked]

    def _named(self) -> dict[str, Any]:
        """What ``TLCGet`` knows of the search (``tlc2.module.TLCGetSet``)."""
        statistics: dict[str, Callable[[], int]] = {
            "queue": lambda: len(self.states) - self.expanded,
            "distinct": lambda: len(self.states),
            "initial": lambda: self.initial,
            "generated": lambda: self.generated,
            "diameter": lambda: self.depth + (len(self.states) > self.last),
            "duration": lambda: int(time.monotonic() - self.began),
            "worker": lambda: 0,
        }
        return {
            **statistics,
            "level": lambda: self.level,
            "stats": lambda: RecordValue({name: value() for name, value in statistics.items()}),
            "config": RecordValue({"mode": "bfs", "deadlock": self.spec.deadlock, "worker": 1}),
        }

    def run(self) -> Result:
        """All of it, whatever ends it."""
        result = self.advance(lambda: False)
        assert result is not None
        return result

    def advance(self, pauses: Callable[[], bool]) -> Result | None:
        """Begin the search or go on with it, to its end; None where it pauses, which is asked again and again."""
        stop: StopError | None = None
        try:
            if not self.begun:
                self.begun = True
                self._assume()
                self._prepare()
            if not (self._start(pauses) and self._explore(pauses)):
                return None
            if self.spec.next is not None and self.expanded == len(self.states) and self.guard.ending is None:
                if self.behaviors is not None:
                    self.warnings += self.behaviors.check(self.states, self.levels[0] if self.levels else 0, self._path)
                self._finish()
        except StopError as error:
            stop = error
        except OverdueError:
            self.guard.due(len(self.states))
        return self._result(stop)

    def _assume(self) -> None:
        for assumption in self.spec.assumptions:
            self._demand("assumption", assumption.place.start, assumption, "ASSUME")

    def _demand(self, kind: ViolationKind, name: str, what: str | Expression, where: str) -> None:
        """That a formula holds that is about no state."""
        try:
            holds = self.interpreter.holds(what)
        except (EvaluationError, RecursionError) as error:
            raise StopError(kind, name, [], unevaluable(where, error)) from error
        if not holds:
            raise StopError(kind, name, [])

    def _prepare(self) -> None:
        """Constant predicates are evaluated once; what is to be checked in each state is gathered."""
        checked = partial(varying, self.interpreter, self.warnings)
        self.constraints = checked("CONSTRAINT", self.spec.constraints)
        self.action_constraints = checked("ACTION_CONSTRAINT", self.spec.action_constraints)
        self.invariants = [("invariant", name, name) for name in checked("INVARIANT", self.spec.invariants)]
        self.invariants += [("invariant", c.name, c.formula) for c in self._properties("invariant")]
        permutations = group(self.interpreter, self.warnings)
        self.orbits = Orbits(permutations) if permutations else None
        if self.spec.next is not None:
            self.actions = self.interpreter.actions
            self.counts = [[0, 0] for _ in self.actions]
        if temporal(self.spec):
            self._ask()

    def _ask(self) -> None:
        """What is asked of whole behaviors."""
        # Here, not above: most modules have no temporal property.
        from mc.engine.liveness import behaviors

        self.behaviors, self.left_out = behaviors(self.interpreter)

    def _start(self, pauses: Callable[[], bool]) -> bool:
        """The initial states; False where it pauses before it has all. A walk is not left to go on with it, so the next
        time it makes them anew."""
        if self.started or self.spec.next is None:
            return True
        self.generated = self.initial = 0
        self.states, self.parents, self.by, self.visited = [], array("q"), array("i"), Visited()
        registers = dict(self.interpreter.registers)
        try:
            self.interpreter.visit_initial(partial(self._begin, pauses))
        except _PauseError:
            self.interpreter.registers.clear()
            self.interpreter.registers.update(registers)
            return False
        except _EndError:
            return True
        except (EvaluationError, RecursionError) as error:
            if isinstance(error, SuccessorError):
                self.initial = self.generated = self.generated + 1
            fail(self.spec.init_name, error, [])
        self.started = True
        if self.states:
            self.levels.append(len(self.states))
        return True

    def _begin(self, pauses: Callable[[], bool], state: State) -> None:
        """Looks at an initial state."""
        self.initial = self.generated = self.generated + 1
        self.add(state)
        self.level = 0
        if not self.generated % ASKED:
            if self.guard.due(len(self.states)):
                raise _EndError
            if pauses():
                raise _PauseError

    def _explore(self, pauses: Callable[[], bool]) -> bool:
        """Level by level; whether it has come to an end, be it that of a limit."""
        while self.expanded < len(self.states):
            if self.expanded == self.last:
                self.depth += 1
                self.last = len(self.states)
                if self.guard.deep(self.depth):
                    return True
            while self.expanded < self.last:
                if self.guard.due(len(self.states)):
                    return True
                if pauses():
                    return False
                self._expand(self.expanded)
                self._tick()
            if self.expanded < len(self.states):
                self.levels.append(len(self.states) - self.expanded)
        return True

    def _expand(self, index: int) -> None:
        self.parent, self.moved = index, False
        state = self.states[index]
        self.level = self.depth
        for number, action in enumerate(self.actions):
            self.action = number
            try:
                action.visit(state, self.successor)
            except (EvaluationError, RecursionError) as error:
                if isinstance(error, SuccessorError):
                    self.generated += 1
                    self.counts[number][0] += 1
                fail(as_written(action.name), error, self._path(index))
        self.expanded += 1
        if not self.moved and self.spec.deadlock:
            raise StopError("deadlock", "", self._path(index))
        if self.behaviors is not None:
            self.behaviors.end(index)

    def successor(self, state: State) -> None:
        """Looks at a successor of the state that is expanded."""
        self.moved = True
        self.generated += 1
        self.counts[self.action][0] += 1
        self.add(state)
        self.level = self.depth

    def add(self, state: State) -> None:
        """Looks at a state that is generated: an initial one, or a successor of the parent."""
        self.level = self.depth + 1
        before = None if self.parent < 0 else self.states[self.parent]
        within = all(self._holds("CONSTRAINT", name, name, state) for name in self.constraints)
        if within and before is not None and self.action_constraints:
            self.level = self.depth
            within = all(
                self._holds("ACTION_CONSTRAINT", name, name, before, state) for name in self.action_constraints
            )
            self.level = self.depth + 1
        key = self.key(state) if within else None
        number = -1 if key is None else self.visited.number(key)
        new = key is None or number == len(self.states)
        if self.behaviors is not None and (before is not None or not within):
            self.behaviors.step(number)
        if within and new:
            self.states.append(state)
            self.parents.append(self.parent)
            self.by.append(self.action)
            if before is not None:
                self.counts[self.action][1] += 1
        if key is not None:
            self.met(key, state, new)
        if new:
            for kind, name, what in self.invariants:
                if not self._holds("INVARIANT", name, what, state):
                    self.violated(kind, name, state)
                    break
            if before is None:
                for conjunct in self.initial_properties:
                    if not self._holds("PROPERTY", conjunct.name, conjunct.formula, state):
                        self.violated("property", conjunct.name, state)
        if before is not None:
            self.level = self.depth
            for conjunct in self.action_properties:
                if not self._holds("PROPERTY", conjunct.name, conjunct.formula, before, state):
                    self.violated("property", conjunct.name, state)

    def met(self, key: State, state: State, new: bool) -> None:
        """For those who watch the search: a state within the constraints, and the key that tells whether it is new."""

    def violated(self, kind: ViolationKind, name: str, state: State) -> None:
        """A state, or the step to it, is not as it has to be."""
        raise StopError(kind, name, self.path_to(state))

    def key(self, state: State) -> State:
        """What tells whether a state is new."""
        if self.orbits is not None:
            state = self.orbits.representative(state)
        if self.spec.view is None:
            return state
        if self.orbits is not None:  # a representative has its functions in another order
            state = self.interpreter.state(state)
        try:
            return (self.interpreter.value(self.spec.view, state),)
        except (EvaluationError, RecursionError) as error:
            fail(f"VIEW {self.spec.view}", error, self.path_to(state))

    def _holds(
        self, what: str, name: str, predicate: str | Expression, state: State, primed: State | None = None
    ) -> bool:
        """Whether a predicate of a state that is generated is TRUE, or of the step to it."""
        try:
            return self.interpreter.holds(predicate, state, primed)
        except (EvaluationError, RecursionError) as error:
            fail(f"{what} {name}", error, self.path_to(state if primed is None else primed))

    def _finish(self) -> None:
        """What is to hold at the end."""
        self.level = 0
        for name in postconditions(self.spec):
            self._demand("postcondition", name, name, f"POSTCONDITION {name}")

    def _tick(self) -> None:
        """Report the progress from time to time."""
        if self.report is not None:
            now = time.monotonic()
            if now - self.reported >= PROGRESS_SECONDS:
                self.reported = now
                left = len(self.states) - self.expanded
                initial = self.initial, self.levels[0]
                self.report(Progress(self.depth, self.generated, len(self.states), left, initial))

    def _path(self, index: int) -> Path:
        """How a stored state was reached: states with the numbers of the actions to them."""
        found = []
        while index >= 0:
            found.append((self.by[index], self.states[index]))
            index = self.parents[index]
        return found[::-1]

    def path_to(self, state: State) -> Path:
        """How the state that is looked at was reached."""
        return [*self._path(self.parent), (self.action, state)]

    def _result(self, stop: StopError | None) -> Result:
        verdict: Verdict = "ok" if self.states or self.spec.next is None else "vacuous"
        frontier = len(self.states) - self.expanded
        if stop is not None:
            verdict = VERDICTS[stop.kind]
        elif self.guard.ending is not None:
            verdict = "incomplete"
        counts = [[count[number] for count in self.counts] for number in (0, 1)]
        # As TLC counts: the level of a state that is not stored counts too.
        depth = max(len(self.levels), len(stop.path) if stop is not None and stop.loop is None else 0)
        result = Result(
            verdict,
            complete=verdict in NO_ERROR,
            generated=self.generated,
            levels=tuple(self.levels),
            distinct=len(self.states),
            depth=depth,
            actions=action_counts([as_written(a.name) for a in self.actions], *counts),
            initial=self.initial,
            witnesses={},
            violation=None if stop is None else self.violation(stop),
            orbit_sum=len(self.states) if self.orbits is None else self.orbits.size,
            frontier=frontier,
            omission_probability=0.0,
            exact=True,
            workers=1,
            ending=None if stop is not None else self.guard.ending,
            seconds={"explore": time.monotonic() - self.began},
            warnings=tuple(self.warnings),
        )
        return without_properties(self.left_out, result) if verdict in NO_ERROR else result

    def violation(self, stop: StopError) -> Violation:
        return Violation(
            kind=stop.kind,
            property=stop.name,
            representatives=tuple(
                lang.State(dict(zip(self.spec.variables, state, strict=True))) for _, state in stop.path
            ),
            starts=(),
            failure=stop.failure,
            steps=tuple(taken(self.actions[number]) for number, _ in stop.path if number >= 0),
            loop=stop.loop,
        )
