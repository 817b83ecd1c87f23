"""The interpreter of one spec, as a search uses it.

A state is a tuple of values, in the order of the spec's variables. Values are those of :mod:`mc.lang.values` in one
normal form; what :meth:`Interpreter.value` gives may also be a set that is not written out
(:mod:`mc.interpreter.sets`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mc.formula.nodes import Expression, Place
from mc.spec.module import ModuleSpec

State = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Action:
    """One of the actions into which TLC splits the next-state relation (``tlc2.tool.impl.Tool.getActions``)."""

    #: Of the definition that it is the body of, or a part of.
    name: str
    #: The local names that are bound by then, with their values.
    bindings: Mapping[str, Any]
    place: Place
    visit: Callable[[State, Callable[[State], None]], None]

    def successors(self, state: State) -> Iterator[State]:
        """The successors by this action: one for each way through it, in TLC's order.

        Those before an error are given before it is raised. :class:`mc.interpreter.errors.SuccessorError` counts as generated.
        """
        raise NotImplementedError


class Interpreter:
    """Evaluates the formulas of a spec, and walks its initial predicate and next-state relation."""

    def __init__(self, spec: ModuleSpec) -> None:
        self.spec = spec
        #: What ``TLCGet`` knows under a name: ``level`` and so on. The search keeps it up to date; what is callable
        #: is called.
        self.named: dict[str, Any] = {}
        #: The values that ``TLCSet`` has set, by number.
        self.registers: dict[int, Any] = {}

    @property
    def actions(self) -> tuple[Action, ...]:
        """The actions of the next-state relation, in TLC's order."""
        raise NotImplementedError

    def value(
        self,
        what: Expression | str,
        state: State | None = None,
        primed: State | None = None,
        arguments: Sequence[Any] = (),
    ) -> Any:
        """The value of an expression, or of a definition applied to values, in a state or in a step.

        :class:`EvaluationError` where TLC stops; its message begins with the file and line of the innermost
        expression that fails.
        """
        raise NotImplementedError

    def holds(
        self,
        what: Expression | str,
        state: State | None = None,
        primed: State | None = None,
        arguments: Sequence[Any] = (),
    ) -> bool:
        """Whether a formula is TRUE; :class:`EvaluationError` where it is no Boolean."""
        raise NotImplementedError

    def initial_states(self) -> Iterator[State]:
        """The initial states: one for each way through the initial predicate, in TLC's order."""
        raise NotImplementedError

    def enabled(self, what: Expression | str, state: State, arguments: Sequence[Any] = ()) -> bool:
        """Whether an action is possible in a state: ``ENABLED``."""
        raise NotImplementedError
