"""Environments in which formulas are evaluated, and what is in them.

An environment is a list: the state, the primed state, then the local names of one definition, each in its slot. Each
application of a definition has its own. A state is a tuple of the values of the variables, or, while it is made, a
list of them and of what :mod:`mc.interpreter.walk` keeps there.

An argument of an operator is not evaluated before its value is asked for (``tlc2.value.impl.LazyValue``): a
:class:`Thunk`, or a :class:`Variable`, since the operator may ask for its value in the next state or give it one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from mc.errors import EvaluationError
from mc.formula.nodes import Expression, Level, Node

Environment = list[Any]
#: The value of an expression in an environment.
Evaluate = Callable[[Environment], Any]
#: Walks an expression and then what remains of a conjunction.
Walk = Callable[[Environment, Any], None]

STATE, PRIMED, LOCALS = 0, 1, 2


class Unassigned:
    """What a variable has for a value that has none."""

    def __repr__(self) -> str:
        return "UNASSIGNED"


UNASSIGNED = Unassigned()
#: The state of a value that holds in all states.
ALWAYS = object()


def placed(error: EvaluationError, node: Node) -> EvaluationError:
    """An error that names the place of a node, if it names none yet."""
    if not error.is_placed:
        error.is_placed = True
        error.args = (f"{node.place}: {error}",)
    return error


def failed(message: str, node: Node) -> EvaluationError:
    """The error at a node."""
    return placed(EvaluationError(message), node)


class Part:
    """A conjunct: walked, or only evaluated where every variable has its value."""

    __slots__ = ("holds", "is_test", "walk")

    def __init__(self, walk: Walk, holds: Callable[[Environment], bool], is_test: bool = False) -> None:
        self.walk = walk
        self.holds = holds
        #: Whether there is one way through it at most, and no variable is given a value.
        self.is_test = is_test


class Code(Protocol):
    """An expression, compiled."""

    node: Expression
    #: Whether it is that of a LET, which is walked each time.
    is_let: bool
    level: Level
    #: The slots of local names in it whose values may be thunks, and of all local names in it.
    deferred: tuple[int, ...]
    free: tuple[int, ...]
    evaluate: Evaluate
    #: The same, but a function is not written out.
    lazily: Evaluate

    def part(self, mode: int) -> Part:
        """The expression as a conjunct that is walked in one of the ways of :mod:`mc.interpreter.walk`."""

    def target(self, where: int) -> Callable[[Environment], int | None]:
        """Which variable of the state, or of the primed one, the expression is."""

    def unchanged(self, mode: int) -> Walk:
        """How the expression is walked where it is UNCHANGED."""


class Variable:
    """A variable as an argument, primed or not."""

    __slots__ = ("number", "where")

    def __init__(self, where: int, number: int) -> None:
        self.where = where
        self.number = number


class Thunk:
    """An expression with the environment in which it is evaluated when its value is asked for."""

    __slots__ = ("_level", "code", "env", "state", "value")

    def __init__(self, code: Code, env: Environment) -> None:
        self.code = code
        self.env = env
        #: The state in which the value is known.
        self.state: Any = None

    def force(self, state: Any, primed: Any) -> Any:
        """The value in a state or step. It is kept where it depends on nothing else."""
        known = self.state
        if known is state or known is ALWAYS:
            return self.value
        value = self._evaluated(self.code.evaluate, state, primed)
        self._keep(value, state)
        return value

    def force_value(self, state: Any, primed: Any) -> Any:
        """The value; TRUE and FALSE are not kept, since a formula whose value was not asked for is walked later."""
        if self.is_known(state):
            return self.value
        value = self._evaluated(self.code.evaluate, state, primed)
        if type(value) is not bool:
            self._keep(value, state)
        return value

    def force_lazily(self, state: Any, primed: Any) -> Any:
        """The value, but a function is not written out."""
        known = self.state
        if known is state or known is ALWAYS:
            return self.value
        value = self._evaluated(self.code.lazily, state, primed)
        if self.code.lazily is self.code.evaluate:
            self._keep(value, state)
        return value

    def is_known(self, state: Any) -> bool:
        """Whether the value in a state has been asked for before."""
        return self.state is state or self.state is ALWAYS

    def _evaluated(self, evaluate: Evaluate, state: Any, primed: Any) -> Any:
        env = self.env
        if env[STATE] is state and env[PRIMED] is primed:
            return evaluate(env)
        # The application that it belongs to may be at work in another state.
        before = env[STATE], env[PRIMED]
        env[STATE] = state
        env[PRIMED] = primed
        try:
            return evaluate(env)
        finally:
            env[STATE], env[PRIMED] = before

    def _keep(self, value: Any, state: Any) -> None:
        level = self.level
        if level is Level.CONSTANT:
            self.state = ALWAYS
            self.value = value
        elif level is Level.STATE and type(state) is tuple:
            self.state = state
            self.value = value

    @property
    def level(self) -> Level:
        """What the value depends on."""
        try:
            return self._level
        except AttributeError:
            found = _level(self.code, self.env, set())
            self._level: Level = found
            return found

    def captured(self, known: dict[int, Any]) -> Thunk:
        """The same in an environment that nobody changes."""
        if self.state is ALWAYS:
            return self
        return Thunk(self.code, captured(self.env, self.code.free, known))


class Operator:
    """An operator as an argument or a local definition, in the environment of its own definition."""

    __slots__ = ("code", "env", "parameters")

    def __init__(self, parameters: tuple[int, ...], code: Code, env: Environment) -> None:
        self.parameters = parameters
        self.code = code
        self.env = env

    def entered(self, env: Environment, arguments: list[Any]) -> Environment:
        """The environment of its body, applied to arguments in a state or step."""
        made = self.env.copy()
        made[STATE] = env[STATE]
        made[PRIMED] = env[PRIMED]
        for slot, argument in zip(self.parameters, arguments, strict=True):
            made[slot] = argument
        return made

    def captured(self, known: dict[int, Any]) -> Operator:
        """The same in an environment that nobody changes."""
        return Operator(self.parameters, self.code, captured(self.env, self.code.free, known))


def _level(code: Code, env: Environment, met: set[int]) -> Level:
    """What the value of an expression depends on in an environment; operators may refer to themselves."""
    found = code.level
    for slot in code.deferred:
        inner = env[slot]
        if type(inner) is Thunk:
            found = max(found, inner.level)
        elif type(inner) is Variable:
            found = max(found, Level.STATE if inner.where == STATE else Level.ACTION)
        elif type(inner) is Operator and id(inner.code) not in met:
            met.add(id(inner.code))
            found = max(found, _level(inner.code, inner.env, met))
    return found


def captured(env: Environment, free: tuple[int, ...], known: dict[int, Any] | None = None) -> Environment:
    """A copy of an environment for what outlives the application that it belongs to.

    ``free``: the slots that are read in it. States that are still made are copied as they are.
    """
    known = {} if known is None else known
    made: Environment | None = known.get(id(env))
    if made is None:
        made = known[id(env)] = [None] * len(env)
        # The original is kept, lest another one has its id.
        known[-id(env)] = env
        for where in (STATE, PRIMED):
            made[where] = list(env[where]) if type(env[where]) is list else env[where]
    for slot in free:
        if made[slot] is None and env[slot] is not None:
            value = env[slot]
            made[slot] = value
            if type(value) is Thunk or type(value) is Operator:
                made[slot] = value.captured(known)
    return made
