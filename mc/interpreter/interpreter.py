"""The interpreter of one spec, as a search uses it.

A state is a tuple of values, in the order of the spec's variables. Values are those of :mod:`mc.lang.values`, in one
normal form (:mod:`mc.interpreter.values`): what is equal in TLA+ is equal in Python, but for Python's True, which is
its 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from mc.errors import KindError
from mc.formula.nodes import Bind, Binder, Expression
from mc.interpreter import apply, binders, comparison, expressions, functions, logic, steps, walk, ways
from mc.interpreter.actions import Action, split
from mc.interpreter.environment import Environment, Evaluate, placed
from mc.interpreter.forms import normal_form
from mc.interpreter.meanings import meanings
from mc.interpreter.program import Compiled, Compiler, Program, Rules
from mc.interpreter.scope import Scope
from mc.interpreter.shown import text
from mc.interpreter.states import State, complete, found_before
from mc.spec.module import ModuleSpec


def _bind(compiler: Compiler, node: Bind) -> Evaluate:
    return (functions.made if node.binder is Binder.FUNCTION else binders.bind)(compiler, node)


RULES = Rules(
    meanings=meanings,
    expressions={**expressions.EXPRESSIONS, **functions.EXPRESSIONS, **apply.EXPRESSIONS, Bind: _bind},
    lazily={**expressions.LAZILY, **logic.LAZILY, **functions.LAZILY},
    applied={
        **expressions.APPLIED,
        **comparison.APPLIED,
        **logic.APPLIED,
        **steps.APPLIED,
        **functions.APPLIED,
        **apply.APPLIED,
        **walk.APPLIED,
    },
    walks=walk,
)


class Interpreter:
    """Evaluates the formulas of a spec, and walks its initial predicate and next-state relation.

    :class:`EvaluationError` where TLC stops; the message begins with the file and line of the innermost expression
    that fails. A recursion without end is Python's ``RecursionError``.
    """

    def __init__(self, spec: ModuleSpec) -> None:
        self.spec = spec
        self.program = Program(spec, RULES)
        #: What ``TLCGet`` knows under a name: ``level`` and so on. The search keeps it up to date; what is callable
        #: is called.
        self.named = self.program.registers.named
        #: The values that ``TLCSet`` has set, by number.
        self.registers = self.program.registers.numbered

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        """The actions of the next-state relation, in TLC's order."""
        assert self.spec.next is not None
        return split(self.program, self.spec.next, self.spec.next_name)

    def state(self, values: Sequence[Any]) -> State:
        """The state in which the variables have values that come from elsewhere, such as a file."""
        return tuple(normal_form(value, self.program.order) for value in values)

    def value(
        self,
        what: Expression | str,
        state: State | None = None,
        primed: State | None = None,
        arguments: Sequence[Any] = (),
    ) -> Any:
        """The value of an expression, or of a definition applied to values, in a state or in a step.

        A value in normal form: of an infinite set there is none.
        """
        code, env = self._entered(what, state, primed, arguments)
        return self.program.order.normal(code.evaluate(env))

    def value_with(self, node: Expression, names: Mapping[str, Any], state: State) -> Any:
        """The value of an expression in a state, where its local names have values."""
        compiler = Compiler(self.program, Scope(tuple(names), node))
        env = self.program.outside(compiler)
        env[0] = state
        env[2 : 2 + len(names)] = names.values()
        return self.program.order.normal(Compiled(compiler, node).evaluate(env))

    def holds(
        self,
        what: Expression | str,
        state: State | None = None,
        primed: State | None = None,
        arguments: Sequence[Any] = (),
    ) -> bool:
        """Whether a formula is TRUE; :class:`EvaluationError` where it is no Boolean."""
        code, env = self._entered(what, state, primed, arguments)
        found = code.evaluate(env)
        if found is True or found is False:
            return bool(found)
        raise placed(KindError(f"TRUE or FALSE is needed, not {text(found)}"), code.node)

    def enabled(self, what: Expression | str, state: State, arguments: Sequence[Any] = ()) -> bool:
        """Whether an action is possible in a state: ``ENABLED``."""
        code, env = self._entered(what, state, None, arguments)
        return walk.is_enabled(code.part(ways.ENABLED), env, self.program.unknown)

    def initial_states(self) -> Iterator[State]:
        """The initial states: one for each way through the initial predicate, in TLC's order.

        Those before an error are given before it is raised, as those of :meth:`Action.successors` are.
        """
        return found_before(self.visit_initial)

    def visit_initial(self, found: Callable[[State], None]) -> None:
        """Call a function with each initial state."""
        program, name = self.program, self.spec.init_name
        made = ways.new(program.nowhere, lambda made: found(complete(made, program, name)))
        rest: Any = None
        for conjunct in reversed(self.spec.init):
            compiler = program.alone(conjunct)
            env = program.outside(compiler)
            env[0] = made
            rest = (compiler.part(conjunct, ways.INIT), env, rest)
        ways.proceed(rest, made)

    def _entered(
        self, what: Expression | str, state: State | None, primed: State | None, arguments: Sequence[Any]
    ) -> tuple[Compiled, Environment]:
        """What is asked for, and the environment of its body."""
        if isinstance(what, str):
            called = self.program.called(what)
            code, compiler = called.code, called.compiler
        else:
            code = self.program.code_alone(what)
            compiler = code.compiler
        env = self.program.outside(compiler)
        env[2 : 2 + len(arguments)] = arguments
        if state is not None:
            env[0] = state
        if primed is not None:
            env[1] = primed
        return code, env
